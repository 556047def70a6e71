package identity

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

const invitationLifetime = 14 * 24 * time.Hour

// Invitation asks a person at one address to sign up for a membership. Only
// the hash of its token is kept; it works once.
type Invitation struct {
	store.Row
	TokenHash         string
	Email             string
	Name              string
	Language          lang.Tag
	Roles             []access.Role `gorm:"serializer:json"`
	OrganisationID    *uuid.UUID
	SupplierID        *uuid.UUID
	GovernanceGroupID *uuid.UUID
	ReviewID          *uuid.UUID
	InvitedByID       uuid.UUID
	ExpiresAt         time.Time
	AcceptedAt        *time.Time
	AcceptedByID      *uuid.UUID
	RevokedAt         *time.Time
}

// Scope lets those who manage users see invitations, and those who invite people
// to suppliers the ones to theirs.
func (Invitation) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Suppliers(by, access.UserManage, "invitations.supplier_id")
	}
	if by.Holds(access.UserManage) {
		return store.Holders(by, access.UserManage, "")
	}
	return store.Suppliers(by, access.RespondentInvite, "invitations.supplier_id")
}

// AuditKind names the thing in the audit log.
func (*Invitation) AuditKind() string { return "invitation" }

// AuditAbout is the review that the invitation is for, or itself.
func (i *Invitation) AuditAbout() uuid.UUID {
	if i.ReviewID != nil {
		return *i.ReviewID
	}
	return i.ID
}

// InviteIn makes an invitation within a change and gives its token, which goes
// into the mail and is kept nowhere.
func InviteIn(tx *store.Tx, n NewUser, review *uuid.UUID) (*Invitation, string, error) {
	if err := n.check(); err != nil {
		return nil, "", err
	}
	token, hash := newSecret()
	i := &Invitation{TokenHash: hash, Email: n.Email, Name: n.Name, Language: n.Language, Roles: n.Roles,
		OrganisationID: n.Place.OrganisationID, SupplierID: n.Place.SupplierID, GovernanceGroupID: n.Place.GovernanceGroupID,
		ReviewID: review, InvitedByID: tx.By().UserID, ExpiresAt: tx.Now().Add(invitationLifetime)}
	return i, token, tx.AsProgram("invite").Create(i, InvitationMade)
}

// RevokeIn makes an invitation that was not accepted yet void.
func RevokeIn(tx *store.Tx, id uuid.UUID) error {
	i, err := store.Lock[Invitation](tx.AsProgram("revoke an invitation"), id)
	if err != nil {
		return err
	}
	now := tx.Now()
	i.RevokedAt = &now
	return tx.AsProgram("revoke an invitation").Save(i, InvitationRevoked)
}

// Accepting is how the one invited shows that the invitation is theirs.
type Accepting string

// The ways to accept an invitation.
const (
	ByNewPassword Accepting = "new"      // nobody has an account at the address
	ByPassword    Accepting = "password" // of the account
	BySession     Accepting = "session"  // of the account, which has no password that lets anybody in
)

// Look gives an invitation that can still be accepted, and how.
func (s *Service) Look(ctx context.Context, token string) (*Invitation, Accepting, error) {
	type looked struct {
		invitation *Invitation
		by         Accepting
	}
	l, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (looked, error) {
		i, err := findOpen(tx, token, store.FindBy[Invitation])
		if err != nil {
			return looked{}, err
		}
		user, err := store.FindBy[User](tx, "email = ?", i.Email)
		if fault.Is(err, fault.KindNotFound) {
			return looked{i, ByNewPassword}, nil
		}
		if err != nil {
			return looked{}, err
		}
		only, err := s.onlyByProviderIn(tx, user)
		if only || user.PasswordHash == "" {
			return looked{i, BySession}, err
		}
		return looked{i, ByPassword}, err
	})
	return l.invitation, l.by, err
}

func findOpen(tx *store.Tx, token string, find func(*store.Tx, string, ...any) (*Invitation, error)) (*Invitation, error) {
	i, err := find(tx, "token_hash = ?", hashSecret(token))
	switch {
	case fault.Is(err, fault.KindNotFound):
		return nil, fault.Invalid("invitation.unknown")
	case err != nil:
		return nil, err
	case i.AcceptedAt != nil:
		return nil, fault.Conflict("invitation.used")
	case i.RevokedAt != nil || tx.Now().After(i.ExpiresAt):
		return nil, fault.Conflict("invitation.expired")
	}
	return i, nil
}

// Joining is told, within the same change, of a user who accepted an
// invitation: the review puts its respondent in place.
type Joining func(tx *store.Tx, i *Invitation, u *User) error

// Accept makes the user and membership that an invitation is for, and goes on
// to the second factor. Whoever has an account already gives its password; a
// new one is set otherwise. Of two who race, one wins.
func (s *Service) Accept(ctx context.Context, token, name, password string, joining Joining, from From) (Arrival, error) {
	i, by, err := s.Look(ctx, token)
	if err != nil {
		return Arrival{}, err
	}
	var owner *User
	hash := ""
	switch by {
	case BySession:
		err = errAccountFirst()
	case ByPassword:
		owner, err = s.ownerByPassword(ctx, i.Email, password, from)
	default:
		if err = checkPassword(password, i.Email); err == nil {
			hash, err = hashPassword(password)
		}
	}
	if err != nil {
		return Arrival{}, err
	}
	user, err := s.accept(ctx, token, name, owner, hash, joining, from)
	if err != nil {
		return Arrival{}, err
	}
	from.Language = i.Language
	return s.enter(ctx, user, from)
}

// AcceptSigned is Accept for one who is signed in at the address invited.
func (s *Service) AcceptSigned(ctx context.Context, signed *Signed, token string, joining Joining, from From) error {
	_, err := s.accept(ctx, token, "", signed.User, "", joining, from)
	return err
}

// accept takes an invitation for the owner of the account at its address, as
// they stood when they showed that they are, or for a new user with the hash of
// a password: never is one set of an account that is there.
func (s *Service) accept(ctx context.Context, token, name string, owner *User, hash string, joining Joining, from From) (*User, error) {
	return store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (*User, error) {
		i, err := findOpen(tx, token, lockBy)
		if err != nil {
			return nil, err
		}
		n := NewUser{Email: i.Email, Name: firstOf(name, i.Name), Language: i.Language, Roles: i.Roles, Place: Place{
			OrganisationID: i.OrganisationID, SupplierID: i.SupplierID, GovernanceGroupID: i.GovernanceGroupID}}
		if err := n.check(); err != nil {
			return nil, err
		}
		user, err := accepterIn(tx, n, owner, hash)
		if err != nil {
			return nil, err
		}
		if user.ID == i.InvitedByID {
			return nil, fault.Forbidden("user.own-role")
		}
		if _, err := addMembershipIn(tx, user, n); err != nil {
			return nil, err
		}
		now := tx.Now()
		i.AcceptedAt, i.AcceptedByID = &now, &user.ID
		if err := tx.Save(i, InvitationAccepted); err != nil {
			return nil, err
		}
		return user, joining(tx, i, user)
	})
}

// accepterIn gives the user who accepts, made where nobody has the address and
// locked where somebody has.
func accepterIn(tx *store.Tx, n NewUser, owner *User, hash string) (*User, error) {
	user, err := store.FindBy[User](tx, "email = ?", n.Email)
	switch {
	case fault.Is(err, fault.KindNotFound) && owner == nil:
		return createUserIn(tx, n, hash)
	case fault.Is(err, fault.KindNotFound), err == nil && owner == nil:
		return nil, errAccountFirst()
	case err != nil:
		return nil, err
	}
	if user, err = store.Lock[User](tx, user.ID); err != nil {
		return nil, err
	}
	if user.ID != owner.ID || user.Email != n.Email || user.PasswordHash != owner.PasswordHash || user.Status != Active {
		return nil, errAccountFirst()
	}
	return user, nil
}

// errAccountFirst refuses whoever has not shown that an account is theirs.
func errAccountFirst() error { return fault.Conflict("invitation.account-first") }

func (s *Service) ownerByPassword(ctx context.Context, email, password string, from From) (*User, error) {
	user, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (*User, error) {
		return store.FindBy[User](tx, "email = ?", email)
	})
	if err != nil {
		return nil, err
	}
	err = s.matchPasswordOf(ctx, email, user, password, from)
	if fault.Is(err, fault.KindUnauthenticated) {
		err = fault.Invalid("invalid").On("password", "sign-in.wrong")
	}
	return user, err
}

func lockBy(tx *store.Tx, condition string, args ...any) (*Invitation, error) {
	i, err := store.FindBy[Invitation](tx, condition, args...)
	if err != nil {
		return nil, err
	}
	return store.Lock[Invitation](tx, i.ID)
}

func firstOf(a, b string) string {
	if a = strings.TrimSpace(a); a != "" {
		return a
	}
	return b
}
