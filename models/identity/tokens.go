package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// longestToken is for how many days a token that a user makes lasts at most.
const longestToken = 365

// TokenInput is what a user asks of a token: it acts in the membership that the
// user acts in, with these permissions and no more.
type TokenInput struct {
	Name   string              `json:"name" maxLength:"100"`
	Scopes []access.Permission `json:"scopes"`
	Days   int                 `json:"days"`
}

// Tokens lists the own tokens, revoked and expired ones too, newest first.
func (s *Service) Tokens(ctx context.Context, by access.Actor) ([]*Token, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Token, error) {
		return store.All[Token](tx, "created_at DESC, id DESC", "user_id = ?", by.UserID)
	})
}

// AddToken makes a token and gives it this once; only its hash is kept. A token
// makes none that may do more than itself.
func (s *Service) AddToken(ctx context.Context, by access.Actor, in TokenInput) (*Token, string, error) {
	var secret string
	t, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (*Token, error) {
		invalid := fault.Invalid("invalid")
		in.Name = strings.TrimSpace(in.Name)
		if in.Name == "" {
			invalid.On("name", "user.name-missing")
		}
		if len(in.Scopes) == 0 {
			invalid.On("scopes", "token.scopes-missing")
		}
		for _, scope := range in.Scopes {
			if !slices.Contains(access.Permissions(), scope) || !by.Holds(scope) {
				invalid.On("scopes", "token.scope-unknown")
			}
		}
		if in.Days < 1 || in.Days > longestToken {
			invalid.On("days", "token.days", fault.Args{"Max": longestToken})
		}
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		made, hash := newSecret()
		secret = made
		t := &Token{TokenHash: hash, Name: in.Name, UserID: by.UserID, MembershipID: by.MembershipID, Scopes: in.Scopes,
			ExpiresAt: tx.Now().Add(time.Duration(in.Days) * 24 * time.Hour)}
		return t, tx.AsProgram("make a token").Create(t, TokenMade)
	})
	return t, secret, err
}

// RevokeToken ends one of the own tokens; an administrator any.
func (s *Service) RevokeToken(ctx context.Context, by access.Actor, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		t, err := store.Lock[Token](tx, id)
		if err != nil {
			return false, err
		}
		if t.UserID != by.UserID && (!by.National() || !by.Holds(access.UserManage)) {
			return false, fault.NotFound()
		}
		if t.RevokedAt != nil {
			return false, fault.Conflict("token.revoked")
		}
		now := tx.Now()
		t.RevokedAt = &now
		return true, tx.AsProgram("revoke a token").Save(t, TokenRevoked)
	})
	return err
}

// bearer is what was found of a token that somebody brought: who acts with it,
// or why nobody does.
type bearer struct {
	signed  *Signed
	token   *Token // without an id where it is unknown
	refused *fault.Error
	noted   bool // the audit log has enough of these refusals
}

func findBearer(tx *store.Tx, secret, origin string) (*bearer, error) {
	f := &bearer{}
	var err error
	f.token, err = store.FindBy[Token](tx, "token_hash = ?", hashSecret(secret))
	switch {
	case fault.Is(err, fault.KindNotFound):
		f.token, err = &Token{}, fault.Unauthenticated("token.unknown")
	case err != nil:
	case f.token.RevokedAt != nil:
		err = fault.Unauthenticated("token.revoked")
	case tx.Now().After(f.token.ExpiresAt):
		err = fault.Unauthenticated("token.expired")
	default:
		if f.signed, err = actorOf(tx, f.token.UserID, f.token.MembershipID, origin); err == nil {
			f.signed.Actor.TokenScopes = f.token.Scopes
			return f, nil
		}
	}
	if !fault.Is(err, fault.KindUnauthenticated) {
		return nil, err
	}
	f.refused = fault.As(err)
	n, err := store.Count[attempt](tx, "key = ? AND created_at > ?", f.token.refusals(origin), tx.Now().Add(-throttleWindow))
	f.noted = n >= throttleAccount
	return f, err
}

// refusals is what the refusals of a token are counted by: those of unknown
// ones by where they come from.
func (t *Token) refusals(origin string) string {
	if t.ID == uuid.Nil {
		return "token " + Network(origin)
	}
	return "token " + t.ID.String()
}

// refuseToken records that a token was refused and why, about ten times in the
// window of throttling: what goes on asking fills no log. Nobody is slowed down,
// for tokens are not guessed, and a program behind the same address may have a
// good one.
func (s *Service) refuseToken(ctx context.Context, f *bearer, origin string) error {
	if f.noted {
		return f.refused
	}
	_, err := store.Change(ctx, s.db, From{Origin: origin}.gate(), func(tx *store.Tx) (bool, error) {
		if _, err := countIn(tx, f.token.refusals(origin)); err != nil {
			return false, err
		}
		return true, tx.Note(f.token, TokenRefused, f.refused.Key)
	})
	if err != nil {
		return err
	}
	return f.refused
}
