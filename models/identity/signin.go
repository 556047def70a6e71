package identity

import (
	"context"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
)

// The acts of this room in the audit log.
const (
	UserAdded           audit.Action = "user.added"
	UserChanged         audit.Action = "user.changed"
	PasswordSet         audit.Action = "user.password-set"
	MembershipAdded     audit.Action = "membership.added"
	MembershipChanged   audit.Action = "membership.changed"
	MembershipEnded     audit.Action = "membership.ended"
	DeputyNamed         audit.Action = "deputy.named"
	DeputyEnded         audit.Action = "deputy.ended"
	EmailChanged        audit.Action = "user.email-changed"
	SignedIn            audit.Action = "session.signed-in"
	SessionProved       audit.Action = "session.proved"
	SignedOutEverywhere audit.Action = "session.signed-out-everywhere"
	SessionsEnded       audit.Action = "user.sessions-ended"
	SignInRefused       audit.Action = "session.refused"
	SignedOut           audit.Action = "session.signed-out"
	MembershipSwitched  audit.Action = "session.membership-switched"
	TokenMade           audit.Action = "api_token.made"
	TokenRefused        audit.Action = "api_token.refused"
	TokenRevoked        audit.Action = "api_token.revoked"
	InvitationMade      audit.Action = "invitation.made"
	InvitationAccepted  audit.Action = "invitation.accepted"
	InvitationRevoked   audit.Action = "invitation.revoked"
)

// The limits of sessions and of guessing.
const (
	sessionIdle     = time.Hour
	sessionAbsolute = 12 * time.Hour
	throttleWindow  = 15 * time.Minute
	throttleAccount = 10 // failures of one account from one network
	throttleOrigin  = 100
)

var gate = access.Program("sign-in")

// Service lets people in and keeps their accounts.
type Service struct {
	db            *store.DB
	keys          *keyring.Ring
	outbox        *outbox.Service
	publicURL     string
	passkeys      *webauthn.WebAuthn // nil where the public address can have none
	providers     []*Provider
	demonstration []string // addresses that need no second factor
}

// New gives the service over a database; the keys seal second factors.
func New(db *store.DB, keys *keyring.Ring) *Service { return &Service{db: db, keys: keys} }

// gate is the actor of a request before it is known who sends it.
func (f From) gate() access.Actor {
	by := gate
	by.Origin = f.Origin
	return by
}

// Signed is somebody who has signed in.
type Signed struct {
	Actor       access.Actor
	User        *User
	Membership  *Membership
	Memberships []*Membership
	Session     *Session // nil with an API token
}

// longestEmail is how many bytes an address has at most (RFC 5321).
const longestEmail = 254

// SignIn checks an e-mail address and password, and goes on to the second
// factor. The answer and the time it takes are the same whether the account
// exists or not.
func (s *Service) SignIn(ctx context.Context, email, password string, from From) (Arrival, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	email = strings.ToValidUTF8(email[:min(len(email), longestEmail)], "") // a longer one is nobody's
	user, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (*User, error) {
		user, err := store.FindBy[User](tx, "email = ? AND status = ?", email, Active)
		if err != nil {
			return nil, err
		}
		if only, err := s.onlyByProviderIn(tx, user); err != nil || only {
			return nil, err // as one without a password
		}
		return user, nil
	})
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return Arrival{}, err
	}
	if user == nil {
		user = &User{}
	}
	if err := s.matchPasswordOf(ctx, email, user, password, from); err != nil {
		return Arrival{}, err
	}
	return s.enter(ctx, user, from)
}

// Session gives who is signed in with a session's token, in the membership
// acted in. A session that was idle for an hour, or is 12 hours old, has ended.
func (s *Service) Session(ctx context.Context, token, origin string) (*Signed, error) {
	signed, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (*Signed, error) {
		session, err := store.FindBy[Session](tx, "token_hash = ?", hashSecret(token))
		if err != nil {
			return nil, ended(err)
		}
		if now := tx.Now(); now.After(session.ExpiresAt) || now.Sub(session.LastSeenAt) > sessionIdle {
			return nil, fault.Unauthenticated("session.ended")
		}
		signed, err := actorOf(tx, orNil(session.UserID), orNil(session.MembershipID), origin)
		if err != nil {
			return nil, err
		}
		signed.Session = session
		return signed, nil
	})
	if err != nil {
		return nil, err
	}
	if s.db.Now().Sub(signed.Session.LastSeenAt) > time.Minute {
		err = s.touch(ctx, signed.Session.ID)
	}
	return signed, err
}

func ended(err error) error {
	if fault.Is(err, fault.KindNotFound) {
		return fault.Unauthenticated("session.ended")
	}
	return err
}

func (s *Service) touch(ctx context.Context, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		return true, store.Query[Session](tx).Where("id = ?", id).Update("last_seen_at", tx.Now()).Error
	})
	return err
}

// Switch lets the user act in another of their memberships.
func (s *Service) Switch(ctx context.Context, signed *Signed, membership uuid.UUID) error {
	for _, m := range signed.Memberships {
		if m.ID != membership {
			continue
		}
		_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
			if err := tx.Note(signed.Session, MembershipSwitched, membership.String()); err != nil {
				return false, err
			}
			return true, store.Query[Session](tx).Where("id = ?", signed.Session.ID).Update("membership_id", membership).Error
		})
		return err
	}
	return fault.NotFound()
}

// SetLanguage keeps the language that a user chose.
func (s *Service) SetLanguage(ctx context.Context, signed *Signed, language lang.Tag) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		user, err := store.Lock[User](tx, signed.User.ID)
		if err != nil || user.Language == language {
			return false, err
		}
		user.Language = language
		return true, tx.Save(user, UserChanged)
	})
	return err
}

// Bearer gives who acts with an API token. One that is unknown, over or revoked
// is refused, with an event that says whose it was.
func (s *Service) Bearer(ctx context.Context, token, origin string) (*Signed, error) {
	f, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (*bearer, error) { return findBearer(tx, token, origin) })
	if err != nil {
		return nil, err
	}
	if f.refused != nil {
		return nil, s.refuseToken(ctx, f, origin)
	}
	if f.token.LastUsedAt == nil || s.db.Now().Sub(*f.token.LastUsedAt) > 10*time.Minute {
		_, err = store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
			return true, store.Query[Token](tx).Where("id = ?", f.token.ID).Update("last_used_at", tx.Now()).Error
		})
	}
	return f.signed, err
}

func currentMemberships(tx *store.Tx, userID uuid.UUID) ([]*Membership, error) {
	all, err := store.All[Membership](tx, "created_at, id", "user_id = ?", userID)
	if err != nil {
		return nil, err
	}
	var current []*Membership
	for _, m := range all {
		if m.currentOn(calendar.On(tx.Now())) {
			current = append(current, m)
		}
	}
	return current, nil
}

// ActorOf gives a person in a membership as they are now, for a job that acts
// as the one who caused it.
func (s *Service) ActorOf(ctx context.Context, user, membership uuid.UUID) (access.Actor, error) {
	return store.Read(ctx, s.db, access.Program("act for who asked"), func(tx *store.Tx) (access.Actor, error) {
		return ActingIn(tx, user, membership)
	})
}

// ActingIn gives the actor of a user in a membership, for work that goes on
// after the request that asked for it: with what the membership allows by then.
func ActingIn(tx *store.Tx, userID, membershipID uuid.UUID) (access.Actor, error) {
	signed, err := actorOf(tx.AsProgram("act for a person"), userID, membershipID, "")
	if err != nil {
		return access.Actor{}, err
	}
	return signed.Actor, nil
}

// actorOf builds the actor of a user in a membership. A user who was suspended
// or a membership that ended refuses at the next request.
func actorOf(tx *store.Tx, userID, membershipID uuid.UUID, origin string) (*Signed, error) {
	user, err := store.FindBy[User](tx, "id = ? AND status = ?", userID, Active)
	if err != nil {
		return nil, ended(err)
	}
	current, err := currentMemberships(tx, userID)
	if err != nil {
		return nil, err
	}
	for _, m := range current {
		if m.ID != membershipID {
			continue
		}
		actor := access.Actor{
			UserID: user.ID, MembershipID: m.ID, Name: user.Name, Roles: m.Roles, Origin: origin,
			OrganisationID: orNil(m.OrganisationID), SupplierID: orNil(m.SupplierID), GroupID: orNil(m.GovernanceGroupID),
		}
		if m.OrganisationID != nil {
			actor.OrganisationIDs, err = directory.WithHosted(tx, *m.OrganisationID)
		}
		return &Signed{Actor: actor, User: user, Membership: m, Memberships: current}, err
	}
	return nil, fault.Unauthenticated("session.ended")
}
