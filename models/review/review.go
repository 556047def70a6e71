// Package review holds an assurance review from its planning to its sign-off:
// who was asked what, what they answered on what evidence, how it was judged,
// what was found, and who decided to rely on it.
package review

import (
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// State says how far a review is.
type State string

// The states of a review.
const (
	Planned      State = "planned"
	Issued       State = "issued"
	InProgress   State = "in_progress"
	Submitted    State = "submitted"
	Returned     State = "returned"
	InAssessment State = "in_assessment"
	Assessed     State = "assessed"
	SignedOff    State = "signed_off"
	Closed       State = "closed"
	Cancelled    State = "cancelled"
)

// States lists the states of a review in the order of its life.
var States = []State{Planned, Issued, InProgress, Submitted, Returned, InAssessment, Assessed, SignedOff, Closed, Cancelled}

// Kind says who answers a review.
type Kind string

// The kinds of review.
const (
	OfSupplier Kind = "supplier"
	Desk       Kind = "desk" // an official answers from documents; unattested
)

// Review is the assurance of one supplier over one or several systems, by one
// version of a questionnaire.
type Review struct {
	store.Row
	Reference              string
	Kind                   Kind
	SupplierID             uuid.UUID
	QuestionnaireVersionID uuid.UUID
	QuestionnaireCode      string
	ProgrammeID            *uuid.UUID
	CorrectsID             *uuid.UUID
	CorrectionReason       string
	OwnerID                *uuid.UUID
	AskedByID              *uuid.UUID // the organisation that asks; nil for NHS Wales nationally
	FirstDueOn             calendar.Date
	DueOn                  calendar.Date
	State                  State
	WaitingSince           time.Time
	IssuedAt               *time.Time
	FirstSubmittedAt       *time.Time
	SubmittedAt            *time.Time
	AssessedAt             *time.Time
	SharedAt               *time.Time
	SignedOffAt            *time.Time
	EndedAt                *time.Time
	FactsAtIssue           *questionnaire.Facts `gorm:"serializer:json"`
	FactsAtSignOff         *questionnaire.Facts `gorm:"serializer:json"`
	SubmittedSlots         []questionnaire.Slot `gorm:"serializer:json"` // shown at the last submission
	ReturnedSlots          []questionnaire.Slot `gorm:"serializer:json"` // named by the last return
	Assessment             *Assessment          `gorm:"serializer:json"`
	AssessmentDigest       string
	AccuracyCheckUntil     calendar.Date
	ClosedBecause          string
	EndReason              string
	CancelAskedByID        *uuid.UUID
	CancelAgreedBy         []uuid.UUID `gorm:"serializer:json"` // hosts
	RemindersStopped       bool
}

// Scope is the reading scope of reviews.
func (Review) Scope(by access.Actor) store.Condition {
	return store.Reviews(by, access.ReviewRead, "reviews.id")
}

// AuditKind names the thing in the audit log.
func (*Review) AuditKind() string { return "review" }

// AuditAbout is the review itself.
func (r *Review) AuditAbout() uuid.UUID { return r.ID }

// WaitingFor says whom a review waits for.
type WaitingFor string

// Whom a review may wait for; empty for nobody.
const (
	WaitsForNobody   WaitingFor = ""
	WaitsForSupplier WaitingFor = "supplier"
	WaitsForReviewer WaitingFor = "reviewer"
	WaitsForSigner   WaitingFor = "signer"
)

// WaitingFor says whom the review waits for on a day. A desk review waits for
// our side from the beginning.
func (r *Review) WaitingFor(today calendar.Date) WaitingFor {
	switch r.State {
	case Issued, InProgress, Returned:
		if r.Kind == Desk {
			return WaitsForReviewer
		}
		return WaitsForSupplier
	case Submitted, InAssessment:
		return WaitsForReviewer
	case Assessed:
		if today < r.AccuracyCheckUntil {
			return WaitsForSupplier
		}
		return WaitsForSigner
	}
	return WaitsForNobody
}

// Overdue reports whether answers are late on a day.
func (r *Review) Overdue(today calendar.Date) bool {
	return r.DueOn < today && (r.State == Issued || r.State == InProgress || r.State == Returned)
}

// Open reports whether the review is under way.
func (r *Review) Open() bool {
	return r.State != SignedOff && r.State != Closed && r.State != Cancelled
}
