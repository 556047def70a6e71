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

// Latest lists the newest mails, for an administrator.
func (s *Service) Latest(ctx context.Context, by access.Actor, n int) ([]*Mail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Mail, error) {
		var mails []*Mail
		return mails, store.Query[Mail](tx).Order("created_at DESC, id DESC").Limit(n).Find(&mails).Error
	})
}
