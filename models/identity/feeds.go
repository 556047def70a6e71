package identity

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// The acts on feeds in the audit log.
const (
	FeedMade    audit.Action = "feed.made"
	FeedRevoked audit.Action = "feed.revoked"
)

// mostFeeds is how many addresses of a calendar a person has at once.
const mostFeeds = 5

// Feed is an address under which a person's calendar is read elsewhere. Whoever
// has it reads the calendar, and no more; only its hash is kept.
type Feed struct {
	store.Row
	TokenHash    string
	UserID       uuid.UUID
	MembershipID uuid.UUID
	RevokedAt    *time.Time
}

// TableName names the table.
func (Feed) TableName() string { return "calendar_feeds" }

// Scope lets people see their own.
func (Feed) Scope(by access.Actor) store.Condition {
	if by.IsProgram() {
		return store.Everything
	}
	return store.Condition{SQL: "calendar_feeds.user_id = ?", Args: []any{by.UserID}}
}

// AuditKind names the thing in the audit log.
func (*Feed) AuditKind() string { return "calendar_feed" }

// AuditAbout is the person.
func (f *Feed) AuditAbout() uuid.UUID { return f.UserID }

// Feeds lists the actor's own addresses that still work, newest first.
func (s *Service) Feeds(ctx context.Context, by access.Actor) ([]*Feed, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Feed, error) {
		return store.All[Feed](tx, "created_at DESC, id DESC", "revoked_at IS NULL")
	})
}

// MakeFeed makes an address in the membership that the actor acts in, and gives
// its secret part this once.
func (s *Service) MakeFeed(ctx context.Context, by access.Actor) (secret string, err error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (string, error) {
		n, err := store.Count[Feed](tx, "revoked_at IS NULL")
		if err != nil {
			return "", err
		}
		if n >= mostFeeds {
			return "", fault.Invalid("feed.too-many", fault.Args{"Max": mostFeeds})
		}
		made, hash := newSecret()
		return made, tx.Create(&Feed{TokenHash: hash, UserID: by.UserID, MembershipID: by.MembershipID}, FeedMade)
	})
}

// RevokeFeed lets an address work no more.
func (s *Service) RevokeFeed(ctx context.Context, by access.Actor, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		f, err := store.Lock[Feed](tx, id)
		if err != nil {
			return false, err
		}
		if f.RevokedAt != nil {
			return false, fault.NotFound()
		}
		now := tx.Now()
		f.RevokedAt = &now
		return true, tx.Save(f, FeedRevoked)
	})
	return err
}

// ReadFeed gives who reads a calendar under an address: nobody under one that
// is unknown or revoked, of a person suspended or a membership that ended.
func (s *Service) ReadFeed(ctx context.Context, secret, origin string) (*Signed, error) {
	return store.Read(ctx, s.db, gate, func(tx *store.Tx) (*Signed, error) {
		f, err := store.FindBy[Feed](tx, "token_hash = ? AND revoked_at IS NULL", hashSecret(secret))
		if err != nil {
			return nil, err
		}
		signed, err := actorOf(tx, f.UserID, f.MembershipID, origin)
		if fault.Is(err, fault.KindUnauthenticated) {
			return nil, fault.NotFound()
		}
		return signed, err
	})
}
