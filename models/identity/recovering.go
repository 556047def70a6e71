package identity

import (
	"context"
	"net/mail"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
)

// Forgotten is the job that writes to who forgot their password: the request
// itself does the same work whether there is such an account or not.
type Forgotten struct {
	Email    string   `json:"email"`
	Language lang.Tag `json:"language"`
}

// Kind names the job.
func (Forgotten) Kind() string { return "password.forgotten" }

// Forgot takes down that somebody forgot the password of an address. The answer
// and its time are the same whether there is such an account.
func (s *Service) Forgot(ctx context.Context, email string, from From) error {
	email = strings.ToLower(strings.TrimSpace(email))
	if address, err := mail.ParseAddress(email); err != nil || address.Address != email || len(email) > longestEmail {
		return fault.Invalid("invalid").On("email", "email.wrong")
	}
	if _, err := s.try(ctx, "forgot "+email, from); err != nil { // a right one counts too
		return err
	}
	_, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (bool, error) {
		return true, tx.Enqueue(Forgotten{Email: email, Language: from.Language})
	})
	return err
}

// WriteToForgetful sends who forgot the password a link to set another, and
// nobody else anything.
func (s *Service) WriteToForgetful(ctx context.Context, job Forgotten) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		user, err := store.FindBy[User](tx, "email = ? AND status = ?", job.Email, Active)
		if fault.Is(err, fault.KindNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if s.ruling(user.Email) != nil {
			return false, nil
		}
		if user.PasswordHash == "" { // who comes by a provider must not come by a mail alone
			if linked, err := store.Count[ProviderLink](tx, "user_id = ?", user.ID); err != nil || linked > 0 {
				return false, err
			}
		}
		token, err := s.beginIn(tx, toSetPassword, &user.ID, user.Language, struct{}{})
		if err != nil {
			return false, err
		}
		return true, s.write(tx, user, user.Email, "password_reset", s.publicURL+"/password/"+token)
	})
	return err
}

func (s *Service) write(tx *store.Tx, user *User, to, kind, link string) error {
	return s.outbox.Queue(tx, outbox.To{Email: to, Name: user.Name, Language: user.Language, AboutID: user.ID}, kind,
		AccountMail{RecipientName: user.Name, Link: link})
}

// LookPassword says whether a link to set a password still works.
func (s *Service) LookPassword(ctx context.Context, token string) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		var data struct{}
		_, err := s.findStepIn(tx, toSetPassword, token, &data)
		return true, linkEnded(err)
	})
	return err
}

// linkEnded says of a link in a mail what to do when it works no more.
func linkEnded(err error) error {
	if fault.Is(err, fault.KindUnauthenticated) {
		return fault.Conflict("link.ended")
	}
	return err
}

// SetPassword sets the password of who came by a link, ends every session and
// token of theirs, and goes on to the second factor: a mail is none.
func (s *Service) SetPassword(ctx context.Context, token, password string, from From) (Arrival, error) {
	user, err := s.userOfStep(ctx, token)
	if err != nil {
		return Arrival{}, linkEnded(err)
	}
	if s.ruling(user.Email) != nil { // it was sent before that was so
		return Arrival{}, linkEnded(fault.Unauthenticated("step.ended"))
	}
	if err := checkPassword(password, user.Email); err != nil {
		return Arrival{}, err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return Arrival{}, err
	}
	user, err = store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (*User, error) {
		var data struct{}
		step, err := s.findStepIn(tx, toSetPassword, token, &data)
		if err != nil {
			return nil, linkEnded(err)
		}
		if err := useIn(tx, step); err != nil {
			return nil, err
		}
		return s.setPasswordIn(tx, *step.UserID, hash, uuid.Nil)
	})
	if err != nil {
		return Arrival{}, err
	}
	return s.enter(ctx, user, from)
}

func (s *Service) setPasswordIn(tx *store.Tx, id uuid.UUID, hash string, butSession uuid.UUID) (*User, error) {
	user, err := store.Lock[User](tx, id)
	if err != nil {
		return nil, err
	}
	user.PasswordHash = hash
	if err := tx.Save(user, PasswordSet); err != nil {
		return nil, err
	}
	if err := s.endAccessIn(tx, id, butSession); err != nil {
		return nil, err
	}
	return user, s.write(tx, user, user.Email, "password_changed", s.publicURL+"/password/forgotten")
}

// ChangePassword sets another password for who is signed in and gives the one
// that stands.
func (s *Service) ChangePassword(ctx context.Context, signed *Signed, current, password string, from From) error {
	if err := s.mayHavePassword(ctx, signed.User.Email); err != nil {
		return err
	}
	err := s.matchPasswordOf(ctx, signed.User.Email, signed.User, current, from)
	if fault.Is(err, fault.KindUnauthenticated) {
		return fault.Invalid("invalid").On("current", "password.current-wrong")
	}
	if err != nil {
		return err
	}
	if err := checkPassword(password, signed.User.Email); err != nil {
		return err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	_, err = store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (*User, error) {
		return s.setPasswordIn(tx, signed.User.ID, hash, signed.Session.ID)
	})
	return err
}

// moving is a change of address that waits for its mail to be answered.
type moving struct{ From, To string }

// ChangeEmail asks by a mail to the new address whether it is right, and tells
// the old one. The answer is the same where another account has the address.
func (s *Service) ChangeEmail(ctx context.Context, signed *Signed, email string, from From) error {
	email = strings.ToLower(strings.TrimSpace(email))
	if address, err := mail.ParseAddress(email); err != nil || address.Address != email || email == signed.User.Email {
		return fault.Invalid("invalid").On("email", "email.wrong")
	}
	_, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (bool, error) {
		if err := s.write(tx, signed.User, signed.User.Email, "email_changing", s.publicURL+"/account"); err != nil {
			return false, err
		}
		taken, err := store.Count[User](tx, "email = ?", email)
		if err != nil || taken > 0 {
			return false, err
		}
		token, err := s.beginIn(tx, toChangeEmail, &signed.User.ID, signed.User.Language, moving{signed.User.Email, email})
		if err != nil {
			return false, err
		}
		return true, s.write(tx, signed.User, email, "email_change", s.publicURL+"/account/email/"+token)
	})
	return err
}

// ConfirmEmail takes the new address of the one who is signed in and came by
// the link that was sent there.
func (s *Service) ConfirmEmail(ctx context.Context, signed *Signed, token string, from From) error {
	_, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (bool, error) {
		var data moving
		step, err := s.findStepIn(tx, toChangeEmail, token, &data)
		if err != nil {
			return false, linkEnded(err)
		}
		user, err := store.Lock[User](tx, signed.User.ID)
		if err != nil {
			return false, err
		}
		if *step.UserID != user.ID || user.Email != data.From {
			return false, fault.Conflict("link.ended")
		}
		user.Email = data.To
		if err := useIn(tx, step); err != nil {
			return false, err
		}
		if err := tx.Save(user, EmailChanged); err != nil {
			return false, err
		}
		return true, s.endAccessIn(tx, user.ID, signed.Session.ID)
	})
	return err
}
