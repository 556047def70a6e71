// Package identity holds the people who use the system: their memberships and
// roles, how they sign in, their sessions and tokens, and the invitations that
// bring them here.
package identity

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Status says whether a user may sign in.
type Status string

// The statuses of a user.
const (
	Active    Status = "active"
	Suspended Status = "suspended"
)

// User is a person. What the person may do hangs on memberships.
type User struct {
	store.Row
	Email        string   `json:"email"`
	Name         string   `json:"name"`
	JobTitle     string   `json:"job_title"`
	Phone        string   `json:"phone"`
	Language     lang.Tag `json:"language"`
	PasswordHash string   `json:"-"`
	Status       Status   `json:"status"`
}

// Scope lets people see themselves, administrators everybody.
func (User) Scope(by access.Actor) store.Condition {
	return store.People(by, access.UserManage, "users.id")
}

// AuditKind names the thing in the audit log.
func (*User) AuditKind() string { return "user" }

// AuditAbout is the user.
func (u *User) AuditAbout() uuid.UUID { return u.ID }

// Membership lets a user act in roles, nationally or at one organisation,
// supplier or governance group, from and until a day (either may be empty).
type Membership struct {
	store.Row
	UserID            uuid.UUID     `json:"user_id"`
	Roles             []access.Role `gorm:"serializer:json" json:"roles"`
	OrganisationID    *uuid.UUID    `json:"organisation_id"`
	SupplierID        *uuid.UUID    `json:"supplier_id"`
	GovernanceGroupID *uuid.UUID    `json:"governance_group_id"`
	FromOn            calendar.Date `json:"from"`
	UntilOn           calendar.Date `json:"until"`
	EndedAt           *time.Time    `json:"ended_at"`
	// DeputyOfID is the user in whose place the holder acts for a time.
	DeputyOfID *uuid.UUID `json:"deputy_of_id"`
	// Provider is the issuer by whose claims it was granted, and is kept up to
	// date; empty where people granted it.
	Provider string `json:"provider"`
}

// Scope is that of the user; a supplier's lead knows of none elsewhere.
func (Membership) Scope(by access.Actor) store.Condition {
	c := store.People(by, access.UserManage, "memberships.user_id")
	if by.OnSupplierSide() {
		return store.Condition{SQL: "(" + c.SQL + ") AND (memberships.supplier_id = ? OR memberships.user_id = ?)", Args: append(slices.Clone(c.Args), by.SupplierID, by.UserID)}
	}
	return c
}

// AuditKind names the thing in the audit log.
func (*Membership) AuditKind() string { return "membership" }

// AuditAbout is the user of the membership.
func (m *Membership) AuditAbout() uuid.UUID { return m.UserID }

// currentOn reports whether the membership holds on a day.
func (m *Membership) currentOn(day calendar.Date) bool {
	return m.EndedAt == nil && (m.FromOn == "" || m.FromOn <= day) && (m.UntilOn == "" || day <= m.UntilOn)
}

// Session is a browser's signed-in session. Only the hash of its token is kept.
type Session struct {
	store.Row
	TokenHash    string
	UserID       *uuid.UUID
	MembershipID *uuid.UUID
	Language     lang.Tag
	LastSeenAt   time.Time
	ExpiresAt    time.Time
	// Factor is how it began, ProvedAt when the second factor was last shown.
	Factor   FactorKind
	ProvedAt *time.Time
	Origin   string
	Agent    string
}

// Scope hides sessions from everybody.
func (Session) Scope(by access.Actor) store.Condition { return store.OnlyProgram(by) }

// AuditKind names the thing in the audit log.
func (*Session) AuditKind() string { return "session" }

// AuditAbout is the user who is signed in.
func (s *Session) AuditAbout() uuid.UUID { return orNil(s.UserID) }

// Token is an API token of one membership. Only its hash is kept.
type Token struct {
	store.Row
	TokenHash    string
	Name         string
	UserID       uuid.UUID
	MembershipID uuid.UUID
	Scopes       []access.Permission `gorm:"serializer:json"`
	ExpiresAt    time.Time
	LastUsedAt   *time.Time
	RevokedAt    *time.Time
}

// TableName names the table.
func (Token) TableName() string { return "api_tokens" }

// Scope lets people see their own, administrators all.
func (Token) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Condition{SQL: "api_tokens.user_id = ?", Args: []any{by.UserID}}
	}
	return store.People(by, access.UserManage, "api_tokens.user_id")
}

// AuditKind names the thing in the audit log.
func (*Token) AuditKind() string { return "api_token" }

// AuditAbout is the user of the token.
func (t *Token) AuditAbout() uuid.UUID { return t.UserID }

// attempt is a sign-in that failed, counted to slow down guessing.
type attempt struct {
	store.Row
	Key string
}

// TableName names the table.
func (attempt) TableName() string { return "attempts" }

// Scope hides attempts from everybody.
func (attempt) Scope(by access.Actor) store.Condition { return store.OnlyProgram(by) }

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
