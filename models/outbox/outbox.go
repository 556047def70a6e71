// Package outbox holds the mails that changes cause: queued with the change,
// sent by a job after it, their contents unreadable at rest.
package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// State says what became of a mail.
type State string

// The states of a mail.
const (
	Queued State = "queued"
	Sent   State = "sent"
	Failed State = "failed" // refused for good at delivery
	Kept   State = "kept"   // no mail server is set: it stays here
)

// The acts of this room in the audit log.
const (
	MailHeld     audit.Action = "mail.held"
	MailReleased audit.Action = "mail.released"
)

// Mail is one mail to one person. Data is what its template needs, encrypted:
// it may hold a link that lets its reader in.
type Mail struct {
	store.Row
	Recipient     string
	RecipientName string
	Language      lang.Tag
	Kind          string
	Data          []byte
	AboutID       uuid.UUID
	State         State
	SentAt        *time.Time
	Failure       string
}

// Scope lets those read the outbox who keep the settings.
func (Mail) Scope(by access.Actor) store.Condition {
	return store.Holders(by, access.Settings, "")
}

// Deliver is the job that sends a mail.
type Deliver struct {
	MailID uuid.UUID `json:"mail_id"`
}

// Kind names the job.
func (Deliver) Kind() string { return "mail.deliver" }

// Service queues and opens mails.
type Service struct {
	db   *store.DB
	keys *keyring.Ring
}

// New gives the service over a database.
func New(db *store.DB, keys *keyring.Ring) *Service { return &Service{db: db, keys: keys} }

// To says whom a mail is for and what caused it.
type To struct {
	Email    string
	Name     string
	Language lang.Tag
	AboutID  uuid.UUID
}

// Queue adds a mail to the change: it is sent only if the change commits. Kind
// names its template, data fills it.
func (s *Service) Queue(tx *store.Tx, to To, kind string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("mail %s: %w", kind, err)
	}
	m := &Mail{Row: store.NewRow(), Recipient: to.Email, RecipientName: to.Name, Language: to.Language, Kind: kind,
		AboutID: to.AboutID, State: Queued}
	m.Version, m.CreatedAt = 1, tx.Now()
	m.Data = s.keys.Seal(keyring.Mail, body, m.ID.String())
	if err := tx.AsProgram("outbox").Insert(m); err != nil {
		return err
	}
	return tx.Enqueue(Deliver{MailID: m.ID})
}

var program = access.Program("outbox")

// Open gives a mail with its decrypted data, for the one who sends it.
func (s *Service) Open(ctx context.Context, id uuid.UUID) (*Mail, json.RawMessage, error) {
	m, err := store.Read(ctx, s.db, program, func(tx *store.Tx) (*Mail, error) {
		var m Mail
		return &m, store.Query[Mail](tx).Where("id = ?", id).Take(&m).Error
	})
	if err != nil {
		return nil, nil, err
	}
	data, err := s.keys.Open(keyring.Mail, m.Data, m.ID.String())
	return m, data, err
}

// Settle records what became of a mail. Once it is sent, its contents go.
func (s *Service) Settle(ctx context.Context, id uuid.UUID, state State, failure string) error {
	_, err := store.Change(ctx, s.db, program, func(tx *store.Tx) (bool, error) {
		update := map[string]any{"state": state, "failure": failure}
		if state == Sent {
			update["sent_at"] = tx.Now()
			update["data"] = []byte{}
		}
		return true, store.Query[Mail](tx).Where("id = ?", id).Updates(update).Error
	})
	return err
}

// post is all the mail of the installation, in the audit log.
type post struct{ store.Row }

// Scope hides it: nobody queries it.
func (post) Scope(by access.Actor) store.Condition { return store.OnlyProgram(by) }

// AuditKind names the thing in the audit log.
func (*post) AuditKind() string { return "mail" }

// AuditAbout is nothing else.
func (p *post) AuditAbout() uuid.UUID { return p.ID }

// Hold keeps all mail in the outbox and says why; an empty reason lets it go.
// It is for who keeps the settings.
func (s *Service) Hold(ctx context.Context, by access.Actor, because string) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		if !by.Holds(access.Settings) {
			return false, fault.Forbidden("forbidden")
		}
		action := MailReleased
		if because != "" {
			action = MailHeld
		}
		if err := tx.HoldMail(because); err != nil {
			return false, err
		}
		return true, tx.Note(&post{Row: store.NewRow()}, action, because)
	})
	return err
}

// HeldBecause says why mail is held; empty: it goes out.
func (s *Service) HeldBecause(ctx context.Context) (string, error) {
	i, err := s.db.Installation(ctx)
	return i.HeldBecause, err
}

// Latest lists the newest mails, for an administrator.
func (s *Service) Latest(ctx context.Context, by access.Actor, n int) ([]*Mail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Mail, error) {
		var mails []*Mail
		return mails, store.Query[Mail](tx).Order("created_at DESC, id DESC").Limit(n).Find(&mails).Error
	})
}
