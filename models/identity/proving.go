package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// From is where a request comes from.
type From struct {
	Origin   string // the network address
	Agent    string // what the browser calls itself
	Language lang.Tag
}

// Arrival is how far a way in has led: to a session, or to a step that asks for
// the second factor.
type Arrival struct {
	Session string
	Step    string
	// Codes are the recovery codes that were made on the way, shown this once.
	Codes []string
}

// entering is what a step to a session holds.
type entering struct {
	Secret string // of the authenticator app to be set up; empty where a factor stands
	URL    string
}

// Demonstrating lets the accounts of a demonstration in without a second
// factor: their passwords are known anyway, and only this machine reaches them.
func (s *Service) Demonstrating(emails ...string) { s.demonstration = emails }

// enter goes on after the first proof of a user: to the second. A user who was
// changed since the proof was looked at has shown nothing.
func (s *Service) enter(ctx context.Context, user *User, from From) (Arrival, error) {
	if slices.Contains(s.demonstration, user.Email) {
		session, err := s.begin(ctx, user.ID, asDemo, from)
		return Arrival{Session: session}, err
	}
	return store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (Arrival, error) {
		standing, err := store.Lock[User](tx, user.ID)
		if err != nil {
			return Arrival{}, err
		}
		if standing.PasswordHash != user.PasswordHash || standing.Status != Active {
			return Arrival{}, fault.Unauthenticated("sign-in.wrong")
		}
		factors, err := factorsOf(tx, user.ID)
		if err != nil {
			return Arrival{}, err
		}
		var data entering
		if len(factors) == 0 {
			key, err := appKey(user.Email)
			if err != nil {
				return Arrival{}, err
			}
			data = entering{Secret: key.Secret(), URL: key.URL()}
		}
		step, err := s.beginIn(tx, toEnter, &user.ID, from.Language, data)
		return Arrival{Step: step}, err
	})
}

// Waiting is what a step to a session asks for: to set up an app by its key, or
// a proof of a factor that stands.
type Waiting struct {
	SetUp  bool
	Secret string
	URL    string // otpauth://, drawn as a QR code
	Apps   bool
	// Passkey is asked for as well; nil where none can answer.
	Passkey *Challenge
}

// Await gives what a step to a session asks for.
func (s *Service) Await(ctx context.Context, step string) (Waiting, error) {
	return store.Change(ctx, s.db, gate, func(tx *store.Tx) (Waiting, error) {
		var data entering
		found, err := s.findStepIn(tx, toEnter, step, &data)
		if err != nil {
			return Waiting{}, err
		}
		w := Waiting{SetUp: data.Secret != "", Secret: data.Secret, URL: data.URL}
		user, err := store.Find[User](tx, *found.UserID)
		if err != nil {
			return w, err
		}
		factors, err := factorsOf(tx, user.ID)
		if err != nil {
			return w, err
		}
		w.Apps = slices.ContainsFunc(factors, func(f *Factor) bool { return f.Kind == AuthenticatorApp })
		w.Passkey, err = s.challengeIn(tx, user, factors, w.SetUp)
		return w, err
	})
}

// Prove ends a way in with a code: of the app that is being set up, of one that
// stands, or a recovery code.
func (s *Service) Prove(ctx context.Context, step, code string, from From) (Arrival, error) {
	return s.proveBy(ctx, step, from, func(tx *store.Tx, user *User, data entering) (FactorKind, []string, error) {
		if data.Secret == "" {
			kind, err := s.takeCodeIn(tx, user, code)
			return kind, nil, err
		}
		codes, err := s.firstIn(tx, user, func() error {
			at, right := stepOfCode(data.Secret, plainCode(code), tx.Now())
			if !right {
				return codeRefused("code.wrong")
			}
			_, err := s.addAppIn(tx, user.ID, "", data.Secret, at)
			return err
		})
		return AuthenticatorApp, codes, err
	})
}

// proveBy ends a way in with a proof, which says of which kind it was, and what
// recovery codes were made on the way.
func (s *Service) proveBy(ctx context.Context, step string, from From, proof func(*store.Tx, *User, entering) (FactorKind, []string, error)) (Arrival, error) {
	if err := s.tryStep(ctx, toEnter, step); err != nil {
		return Arrival{}, err
	}
	user, err := s.userOfStep(ctx, step)
	if err != nil {
		return Arrival{}, err
	}
	if err := s.throttled(ctx, codeKey(user), from.Origin); err != nil {
		return Arrival{}, err
	}
	if err := s.tryProof(ctx, user); err != nil {
		return Arrival{}, err
	}
	arrival, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (a Arrival, err error) {
		if _, err := store.Lock[User](tx, user.ID); err != nil { // what ends access has it too, and ends the session or the step
			return a, err
		}
		var data entering
		found, err := s.findStepIn(tx, toEnter, step, &data)
		if err != nil {
			return a, err
		}
		kind, codes, err := proof(tx, user, data)
		if err != nil {
			return a, err
		}
		if err := useIn(tx, found); err != nil {
			return a, err
		}
		a.Codes = codes
		a.Session, err = openIn(tx, user.ID, kind, from)
		return a, err
	})
	if err != nil {
		return Arrival{}, s.miscounted(ctx, user, err, from)
	}
	return arrival, nil
}

// firstIn sets up the first factor of a person, with recovery codes beside it.
// Of two who set one up at once for the same person, whom the change has locked,
// the first counts.
func (s *Service) firstIn(tx *store.Tx, user *User, add func() error) ([]string, error) {
	standing, err := factorsOf(tx, user.ID)
	if err != nil {
		return nil, err
	}
	if len(standing) > 0 {
		return nil, fault.Unauthenticated("step.ended")
	}
	if err := add(); err != nil {
		return nil, err
	}
	return makeCodesIn(tx, user)
}

// furtherIn adds a factor of one who is signed in, and ends what else lets them
// in. Who had none, as a provider showed the second factor, gets recovery codes.
func (s *Service) furtherIn(tx *store.Tx, signed *Signed, add func() error) (codes []string, err error) {
	if _, err := store.Lock[User](tx, signed.User.ID); err != nil {
		return nil, err
	}
	standing, err := factorsOf(tx, signed.User.ID)
	if err != nil {
		return nil, err
	}
	if err := add(); err != nil {
		return nil, err
	}
	if len(standing) == 0 {
		if codes, err = makeCodesIn(tx, signed.User); err != nil {
			return nil, err
		}
	}
	return codes, s.endAccessIn(tx, signed.User.ID, signed.Session.ID)
}

func (s *Service) userOfStep(ctx context.Context, step string) (*User, error) {
	return store.Read(ctx, s.db, gate, func(tx *store.Tx) (*User, error) {
		found, err := store.Many[Step](tx, "", "token_hash = ? AND user_id IS NOT NULL", hashSecret(step))
		if err != nil || len(found) == 0 {
			return nil, orEnded(err)
		}
		user, err := store.FindBy[User](tx, "id = ? AND status = ?", *found[0].UserID, Active)
		return user, ended(err)
	})
}

func orEnded(err error) error {
	if err == nil {
		return fault.Unauthenticated("step.ended")
	}
	return err
}

// miscounted records a code that was refused, with one event, and gives why.
func (s *Service) miscounted(ctx context.Context, user *User, refused error, from From) error {
	if f := fault.As(refused); f == nil || f.Kind != fault.KindInvalid {
		return refused
	}
	if err := s.refuse(ctx, user, codeKey(user), from); err != nil {
		return err
	}
	return refused
}

// codeKey counts wrong codes apart from wrong passwords.
func codeKey(user *User) string { return "code " + user.ID.String() }

// freshFor is how long a proof of the second factor counts where an act asks
// for one: exports, roles, tokens, signing off.
const freshFor = 10 * time.Minute

// Fresh reports whether the second factor was shown just now. A demonstration
// has none; an API token is bound by its scopes instead.
func (s *Service) Fresh(signed *Signed) bool {
	at := signed.Session
	return at == nil || at.Factor == asDemo || at.ProvedAt != nil && s.db.Now().Sub(*at.ProvedAt) < freshFor
}

// Confirm takes a code of the one who is signed in, and gives the session a new
// token, as at a sign-in.
func (s *Service) Confirm(ctx context.Context, signed *Signed, code string, from From) (token string, err error) {
	return s.confirmBy(ctx, signed, from, func(tx *store.Tx) error {
		_, err := s.takeCodeIn(tx, signed.User, code)
		return err
	})
}

func (s *Service) confirmBy(ctx context.Context, signed *Signed, from From, proof func(*store.Tx) error) (token string, err error) {
	if err := s.throttled(ctx, codeKey(signed.User), from.Origin); err != nil {
		return "", err
	}
	if err := s.tryProof(ctx, signed.User); err != nil {
		return "", err
	}
	token, err = store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (string, error) {
		if err := proof(tx); err != nil {
			return "", err
		}
		return s.renewIn(tx, signed)
	})
	if err != nil {
		return "", s.miscounted(ctx, signed.User, err, from)
	}
	return token, nil
}

// renewIn marks a session as proved just now, under a new token.
func (s *Service) renewIn(tx *store.Tx, signed *Signed) (string, error) {
	token, hash := newSecret()
	q := store.Query[Session](tx).Where("id = ?", signed.Session.ID).Updates(map[string]any{"token_hash": hash, "proved_at": tx.Now()})
	if q.Error != nil {
		return "", q.Error
	}
	return token, tx.Note(signed.Session, SessionProved, "")
}

// AppToAdd shows a key for a further authenticator app; the token brings it
// back with its first code.
func (s *Service) AppToAdd(ctx context.Context, signed *Signed) (token string, key *otp.Key, err error) {
	if key, err = appKey(signed.User.Email); err != nil {
		return "", nil, err
	}
	token, err = store.Change(ctx, s.db, gate, func(tx *store.Tx) (string, error) {
		return s.beginIn(tx, toAddApp, &signed.User.ID, signed.User.Language, entering{Secret: key.Secret(), URL: key.URL()})
	})
	return token, key, err
}

// AppShown gives the key that a token was begun with again.
func (s *Service) AppShown(ctx context.Context, signed *Signed, token string) (Waiting, error) {
	return store.Change(ctx, s.db, gate, func(tx *store.Tx) (Waiting, error) {
		var data entering
		step, err := s.findStepIn(tx, toAddApp, token, &data)
		if err == nil && *step.UserID != signed.User.ID {
			err = fault.Unauthenticated("step.ended")
		}
		return Waiting{SetUp: true, Secret: data.Secret, URL: data.URL}, err
	})
}

// AddApp adds a further authenticator app under a name. Where it is the first
// factor, recovery codes are made, which are given this once.
func (s *Service) AddApp(ctx context.Context, signed *Signed, token, name, code string) ([]string, error) {
	return store.Change(ctx, s.db, From{Origin: signed.Actor.Origin}.gate(), func(tx *store.Tx) ([]string, error) {
		var data entering
		step, err := s.findStepIn(tx, toAddApp, token, &data)
		if err != nil {
			return nil, err
		}
		if *step.UserID != signed.User.ID {
			return nil, fault.Unauthenticated("step.ended")
		}
		return s.furtherIn(tx, signed, func() error {
			at, right := stepOfCode(data.Secret, plainCode(code), tx.Now())
			if !right {
				return codeRefused("code.wrong")
			}
			if _, err := s.addAppIn(tx, signed.User.ID, nameOf(name), data.Secret, at); err != nil {
				return err
			}
			return useIn(tx, step)
		})
	})
}

// longestName is how many characters a name of a factor may have.
const longestName = 60

func nameOf(typed string) string {
	name := []rune(strings.TrimSpace(typed))
	return string(name[:min(len(name), longestName)])
}

// RemoveFactor takes one of the own factors away; the last one stays.
func (s *Service) RemoveFactor(ctx context.Context, signed *Signed, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, signed.Actor, func(tx *store.Tx) (bool, error) {
		if _, err := store.Lock[User](tx, signed.User.ID); err != nil {
			return false, err
		}
		f, err := store.Lock[Factor](tx, id)
		if err != nil {
			return false, err
		}
		standing, err := factorsOf(tx, signed.User.ID)
		if err != nil {
			return false, err
		}
		switch {
		case f.RemovedAt != nil:
			return false, fault.NotFound()
		case len(standing) < 2:
			return false, fault.Conflict("factor.last")
		}
		now := tx.Now()
		f.RemovedAt = &now
		if err := tx.Save(f, FactorRemoved); err != nil {
			return false, err
		}
		return true, s.endAccessIn(tx.AsProgram("end access"), signed.User.ID, signed.Session.ID)
	})
	return err
}

// NewRecoveryCodes replaces the own recovery codes and gives them this once.
func (s *Service) NewRecoveryCodes(ctx context.Context, signed *Signed) ([]string, error) {
	return store.Change(ctx, s.db, signed.Actor, func(tx *store.Tx) ([]string, error) {
		return makeCodesIn(tx, signed.User)
	})
}
