package review

import (
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/store"
)

// Rendition says for whom a report is.
type Rendition string

// The renditions of a report.
const (
	ForBoard    Rendition = "board"
	ForSupplier Rendition = "supplier"
)

// Report is the fixed record that a sign-off leaves.
type Report struct {
	store.Row
	Reference      string
	ReviewID       uuid.UUID
	Rendition      Rendition
	Snapshot       *Snapshot `gorm:"serializer:json"`
	Digest         string
	SupersededByID *uuid.UUID
}

// Scope is the reading scope of signed-off and published reports.
func (Report) Scope(by access.Actor) store.Condition {
	return store.Reports(by, access.ReportRead, "reports.id")
}

// AuditKind names the thing in the audit log.
func (*Report) AuditKind() string { return "report" }

// AuditAbout is the review.
func (r *Report) AuditAbout() uuid.UUID { return r.ReviewID }

// ReportReader says to whom a report is published.
type ReportReader struct {
	store.Row
	ReportID          uuid.UUID
	OrganisationID    *uuid.UUID
	GovernanceGroupID *uuid.UUID
}

// Scope is that of the report.
func (ReportReader) Scope(by access.Actor) store.Condition {
	return store.Reports(by, access.ReportRead, "report_readers.report_id")
}
