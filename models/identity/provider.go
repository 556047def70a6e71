package identity

import (
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/store"
)

// ProviderLink is who a user is at a provider of identities.
type ProviderLink struct {
	store.Row
	UserID  uuid.UUID
	Issuer  string
	Subject string
}

// Scope lets people see their own.
func (ProviderLink) Scope(by access.Actor) store.Condition { return own(by, "provider_links.user_id") }

// AuditKind names the thing in the audit log.
func (*ProviderLink) AuditKind() string { return "provider_link" }

// AuditAbout is the person.
func (l *ProviderLink) AuditAbout() uuid.UUID { return l.UserID }
