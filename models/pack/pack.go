// Package pack holds what is circulated to a board or a governance group for a
// meeting: drafted at once, made and kept with its figures, published with a
// note, and known again by anybody who has the file or its code.
package pack

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// State says how far a pack is.
type State string

// The states of a pack.
const (
	Requested State = "requested" // a job makes it
	Made      State = "made"      // its figures are kept; a draft until published
	Published State = "published"
	Failed    State = "failed"
)

// Access says who may be given a pack.
type Access string

// Private packs are for those whom they are published to. Public ones name no
// finding and no person, and no supplier or system beside its rating.
const (
	Private Access = "private"
	Public  Access = "public"
)

// The acts of this room in the audit log.
const (
	Asked      audit.Action = "pack.requested"
	MadeNow    audit.Action = "pack.made"
	Unmade     audit.Action = "pack.failed"
	WentOut    audit.Action = "pack.published"
	Superseded audit.Action = "pack.superseded"
	Read       audit.Action = "pack.read"
)

// Pack is what is circulated for a meeting.
type Pack struct {
	store.Row
	Reference         string
	OrganisationID    *uuid.UUID
	GovernanceGroupID *uuid.UUID
	ProgrammeID       *uuid.UUID
	Of                string `gorm:"column:scope"` // the three, as one text: packs of one scope follow each other
	MeetingOn         calendar.Date
	State             State
	Progress          int     // of its making, in per cent
	BeingMade         *string // scope and meeting while it is made, so that asking twice makes one
	Access            Access
	Note              lang.Text `gorm:"embedded;embeddedPrefix:note_"`
	Snapshot          *Snapshot `gorm:"column:body;serializer:json"` // a body, which the audit log names and does not repeat
	MadeAt            *time.Time
	AskedByID         uuid.UUID
	AskedInID         uuid.UUID // the membership
	AskedBy           string
	PublishedAt       *time.Time
	PublishedBy       string
	Code              *string
	SupersededByID    *uuid.UUID
}

// Scope lets those see all packs of their own who may draft them, and readers
// what is published to them.
func (Pack) Scope(by access.Actor) store.Condition { return store.Packs(by, "packs.id") }

// AuditKind names the thing in the audit log.
func (*Pack) AuditKind() string { return "pack" }

// AuditAbout is the pack itself.
func (p *Pack) AuditAbout() uuid.UUID { return p.ID }

// filter is the scope of the pack.
func (p *Pack) filter() portfolio.PositionFilter {
	return portfolio.PositionFilter{OrganisationID: orNil(p.OrganisationID), GroupID: orNil(p.GovernanceGroupID), ProgrammeID: orNil(p.ProgrammeID)}
}

// File is a published pack in one language, as it went out.
type File struct {
	store.Row
	PackID    uuid.UUID
	Language  lang.Tag
	SHA256    string `gorm:"column:sha256"`
	Signature string // over the digest and the code
	KeyID     string
	Content   []byte
}

// TableName names the table.
func (File) TableName() string { return "pack_files" }

// Scope is that of the pack.
func (File) Scope(by access.Actor) store.Condition { return store.Packs(by, "pack_files.pack_id") }

// Snapshot is what a pack says, fixed when it was made.
type Snapshot struct {
	Position *portfolio.Position `json:"position"`
	Before   *Before             `json:"before"` // nil: the first of its scope
}

// Before is the pack published before, and what has changed since.
type Before struct {
	Reference string                       `json:"reference"`
	MeetingOn calendar.Date                `json:"meeting_on"`
	At        time.Time                    `json:"at"`
	Counts    map[questionnaire.Rating]int `json:"counts"`
	Better    []Moved                      `json:"better"`
	Worse     []Moved                      `json:"worse"`
	New       int                          `json:"new"`  // systems that were not in it
	Gone      int                          `json:"gone"` // systems that are no longer
	Overdue   int                          `json:"overdue"`
}

// Moved is a system whose rating has changed.
type Moved struct {
	Reference string               `json:"reference"`
	Name      lang.Text            `json:"name"`
	From      questionnaire.Rating `json:"from"`
	To        questionnaire.Rating `json:"to"`
}

// Paper is all that the document of a pack needs.
type Paper struct {
	Snapshot  *Snapshot
	Reference string // empty for a draft made at once
	Draft     bool
	Public    bool
	Old       bool // a later one replaces it
	Note      lang.Text
	MeetingOn calendar.Date
	MadeBy    string
	Code      string // empty for a draft
	VerifyAt  string // the address that checks it
}

// Printer puts a paper into a file.
type Printer func(*Paper, lang.Tag) ([]byte, error)

// Service makes, keeps and publishes packs.
type Service struct {
	db        *store.DB
	keys      *keyring.Ring
	actors    Actors
	print     Printer
	publicURL string
}

// Actors gives a person in a membership as they are now.
type Actors interface {
	ActorOf(ctx context.Context, user, membership uuid.UUID) (access.Actor, error)
}

// New gives the service over a database.
func New(db *store.DB, keys *keyring.Ring, actors Actors, print Printer, publicURL string) *Service {
	return &Service{db: db, keys: keys, actors: actors, print: print, publicURL: publicURL}
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func orAbsent(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
