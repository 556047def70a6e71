package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// longestAgent is how much is kept of what a browser calls itself, in bytes.
const longestAgent = 300

// begin starts a session of a user who has proved both factors, in the first
// current membership.
func (s *Service) begin(ctx context.Context, userID uuid.UUID, kind FactorKind, from From) (string, error) {
	return store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (string, error) { return openIn(tx, userID, kind, from) })
}

func openIn(tx *store.Tx, userID uuid.UUID, kind FactorKind, from From) (string, error) {
	current, err := currentMemberships(tx, userID)
	if err != nil {
		return "", err
	}
	if len(current) == 0 {
		return "", fault.Unauthenticated("sign-in.no-membership")
	}
	token, hash := newSecret()
	now := tx.Now()
	session := &Session{Row: store.NewRow(), TokenHash: hash, UserID: &userID, MembershipID: &current[0].ID,
		Language: from.Language, LastSeenAt: now, ExpiresAt: now.Add(sessionAbsolute),
		Factor: kind, ProvedAt: &now, Origin: from.Origin, Agent: from.Agent[:min(len(from.Agent), longestAgent)]}
	session.Version, session.CreatedAt = 1, now
	if err := tx.Insert(session); err != nil {
		return "", err
	}
	return token, tx.Note(session, SignedIn, string(kind))
}

// SignOut ends a session; one that has ended by itself meanwhile is no event.
func (s *Service) SignOut(ctx context.Context, signed *Signed) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		q := store.Query[Session](tx).Where("id = ?", signed.Session.ID).Delete(&Session{})
		if q.Error != nil || q.RowsAffected == 0 {
			return false, q.Error
		}
		return true, tx.Note(signed.Session, SignedOut, "")
	})
	return err
}

// SignOutEverywhere ends every session of the one who is signed in, this one too.
func (s *Service) SignOutEverywhere(ctx context.Context, signed *Signed) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		if err := tx.Note(signed.Session, SignedOutEverywhere, ""); err != nil {
			return false, err
		}
		return true, store.Query[Session](tx).Where("user_id = ?", signed.User.ID).Delete(&Session{}).Error
	})
	return err
}

// EndSession ends one of the own sessions.
func (s *Service) EndSession(ctx context.Context, signed *Signed, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		session, err := store.FindBy[Session](tx, "id = ? AND user_id = ?", id, signed.User.ID)
		if err != nil {
			return false, err
		}
		if err := tx.Note(session, SignedOut, ""); err != nil {
			return false, err
		}
		return true, store.Query[Session](tx).Where("id = ?", id).Delete(&Session{}).Error
	})
	return err
}

// EndSessions is an administrator's act: every session of a user ends, and
// nothing else of theirs. It gives how many there were.
func (s *Service) EndSessions(ctx context.Context, by access.Actor, user uuid.UUID) (int, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (int, error) {
		u, err := store.Find[User](tx, user)
		if err != nil {
			return 0, err
		}
		if !by.National() || !by.Holds(access.UserManage) {
			return 0, fault.Forbidden("forbidden")
		}
		return endSessionsIn(tx, []*User{u})
	})
}

// SignOutAll is the operator's way: the sessions of the user with an address
// end or, with none, those of everybody.
func (s *Service) SignOutAll(ctx context.Context, by access.Actor, email string) (int, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (int, error) {
		if email != "" {
			u, err := store.FindBy[User](tx, "email = ?", strings.ToLower(strings.TrimSpace(email)))
			if err != nil {
				return 0, err
			}
			return endSessionsIn(tx, []*User{u})
		}
		all, err := store.All[User](tx, "id", "id IN (?)", store.Query[Session](tx).Select("user_id"))
		if err != nil {
			return 0, err
		}
		return endSessionsIn(tx, all)
	})
}

// endSessionsIn ends the sessions of users, with one event for each.
func endSessionsIn(tx *store.Tx, users []*User) (int, error) {
	ids := make([]uuid.UUID, len(users))
	for i, u := range users {
		ids[i] = u.ID
		if err := tx.Note(u, SessionsEnded, ""); err != nil {
			return 0, err
		}
	}
	q := store.Query[Session](tx.AsProgram("end sessions")).Where("user_id IN ?", ids).Delete(&Session{})
	return int(q.RowsAffected), q.Error
}

// Sessions lists the sessions of the one who is signed in, the newest first.
func (s *Service) Sessions(ctx context.Context, signed *Signed) ([]*Session, error) {
	return store.Read(ctx, s.db, gate, func(tx *store.Tx) ([]*Session, error) {
		all, err := store.All[Session](tx, "created_at DESC, id DESC", "user_id = ? AND expires_at > ?", signed.User.ID, tx.Now())
		return slices.DeleteFunc(all, func(at *Session) bool { return tx.Now().Sub(at.LastSeenAt) > sessionIdle }), err
	})
}

// endAccessIn ends the sessions of a user but one, every API token and address
// of a calendar, and whatever way in is half gone: what lets the user in has
// changed.
func (s *Service) endAccessIn(tx *store.Tx, user, but uuid.UUID) error {
	tx = tx.AsProgram("end access")
	if err := store.Query[Session](tx).Where("user_id = ? AND id <> ?", user, but).Delete(&Session{}).Error; err != nil {
		return err
	}
	tokens, err := store.All[Token](tx, "id", "user_id = ? AND revoked_at IS NULL", user)
	if err != nil {
		return err
	}
	now := tx.Now()
	for _, token := range tokens {
		token.RevokedAt = &now
		if err := tx.Save(token, TokenRevoked); err != nil {
			return err
		}
	}
	feeds, err := store.All[Feed](tx, "id", "user_id = ? AND revoked_at IS NULL", user)
	if err != nil {
		return err
	}
	for _, feed := range feeds {
		feed.RevokedAt = &now
		if err := tx.Save(feed, FeedRevoked); err != nil {
			return err
		}
	}
	return store.Query[Step](tx).Where("user_id = ? AND used_at IS NULL", user).Update("used_at", now).Error
}

// PastSignIn is one sign-in, or a try, as its person is shown it.
type PastSignIn struct {
	At      time.Time
	From    string
	How     FactorKind // empty where it was refused
	Refused bool
}

// SignInHistory gives the newest sign-ins of the one who is signed in, and the
// tries that were refused.
func (s *Service) SignInHistory(ctx context.Context, by access.Actor) ([]PastSignIn, error) {
	return store.Read(ctx, s.db, gate, func(tx *store.Tx) ([]PastSignIn, error) {
		notes, err := tx.EventsOf(store.Past{About: by.UserID, Acts: []audit.Action{SignedIn, SignInRefused}}, "", 50)
		var past []PastSignIn
		for _, n := range notes.Items {
			past = append(past, PastSignIn{At: n.At, From: n.From, How: FactorKind(n.Note), Refused: n.Action == SignInRefused})
		}
		return past, err
	})
}
