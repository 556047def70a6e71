package questionnaire

import (
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Framework is a published set of requirements that questions refer to. It is
// imported, never typed in.
type Framework struct {
	store.Row
	Code      string    `json:"code"`
	Title     lang.Text `gorm:"embedded;embeddedPrefix:title_" json:"title"`
	Publisher string    `json:"publisher"`
	Edition   string    `json:"edition"`
	Source    string    `json:"source"` // embedded, imported
}

// Scope lets those read frameworks who may read questionnaires.
func (Framework) Scope(by access.Actor) store.Condition {
	return store.Holders(by, access.QuestionnaireRead, "")
}

// AuditKind names the thing in the audit log.
func (*Framework) AuditKind() string { return "framework" }

// AuditAbout is the framework itself.
func (f *Framework) AuditAbout() uuid.UUID { return f.ID }

// Requirement is one requirement of a framework.
type Requirement struct {
	store.Row
	FrameworkID uuid.UUID `json:"framework_id"`
	Ref         string    `json:"ref"`
	ParentRef   string    `json:"parent_ref"`
	Title       lang.Text `gorm:"embedded;embeddedPrefix:title_" json:"title"`
	Description string    `json:"description"`
	Position    int       `json:"position"`
}

// Scope is that of frameworks.
func (Requirement) Scope(by access.Actor) store.Condition {
	return store.Holders(by, access.QuestionnaireRead, "")
}

// Questionnaire is what its versions have in common.
type Questionnaire struct {
	store.Row
	Code  string    `json:"code"`
	Title lang.Text `gorm:"embedded;embeddedPrefix:title_" json:"title"`
}

// Scope lets those see questionnaires who may read them.
func (Questionnaire) Scope(by access.Actor) store.Condition {
	return store.Holders(by, access.QuestionnaireRead, "")
}

// AuditKind names the thing in the audit log.
func (*Questionnaire) AuditKind() string { return "questionnaire" }

// AuditAbout is the questionnaire itself.
func (q *Questionnaire) AuditAbout() uuid.UUID { return q.ID }

// VersionState says whether a version is in use.
type VersionState string

// The states of a version.
const (
	Draft     VersionState = "draft"
	Published VersionState = "published"
	Retired   VersionState = "retired"
)

// Version is one version of a questionnaire. A published one never changes.
type Version struct {
	store.Row
	QuestionnaireID uuid.UUID    `json:"questionnaire_id"`
	Number          int          `json:"number"`
	State           VersionState `json:"state"`
	Definition      *Definition  `gorm:"serializer:json" json:"definition"`
	Digest          string       `json:"digest"`
	PublishedAt     *time.Time   `json:"published_at"`
}

// TableName names the table.
func (Version) TableName() string { return "questionnaire_versions" }

// Scope is that of questionnaires. A supplier reads the questions of its
// reviews through the review, never the version.
func (Version) Scope(by access.Actor) store.Condition {
	return store.Holders(by, access.QuestionnaireRead, "")
}

// AuditKind names the thing in the audit log.
func (*Version) AuditKind() string { return "questionnaire_version" }

// AuditAbout is the questionnaire.
func (v *Version) AuditAbout() uuid.UUID { return v.QuestionnaireID }
