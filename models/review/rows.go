package review

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// Coverage says that a review covers a system.
type Coverage struct {
	store.Row
	ReviewID uuid.UUID
	SystemID uuid.UUID
}

// TableName names the table.
func (Coverage) TableName() string { return "review_systems" }

// Scope is that of the review.
func (Coverage) Scope(by access.Actor) store.Condition {
	return store.Reviews(by, access.ReviewRead, "review_systems.review_id")
}

// Reviewer is a person assigned to judge a review.
type Reviewer struct {
	store.Row
	ReviewID uuid.UUID
	UserID   uuid.UUID
	Name     string
}

// TableName names the table.
func (Reviewer) TableName() string { return "review_reviewers" }

// Scope is that of the review, on our side.
func (Reviewer) Scope(by access.Actor) store.Condition {
	return store.OurSide(by, access.ReviewRead, "review_reviewers.review_id")
}

// Respondent is a person of the supplier asked to answer.
type Respondent struct {
	store.Row
	ReviewID     uuid.UUID
	UserID       *uuid.UUID
	InvitationID *uuid.UUID
	Name         string
	Email        string
	Language     lang.Tag
	Lead         bool
	InvitedAt    time.Time
	AcceptedAt   *time.Time
	BouncedAt    *time.Time
	LastSeenAt   *time.Time
	RemindedAt   *time.Time
	// SuggestedName and SuggestedEmail are of whom the person who got the
	// invitation says should have had it.
	SuggestedName  string
	SuggestedEmail string
}

// Scope is that of the review.
func (Respondent) Scope(by access.Actor) store.Condition {
	return store.Reviews(by, access.ReviewRead, "respondents.review_id")
}

// AuditKind names the thing in the audit log.
func (*Respondent) AuditKind() string { return "respondent" }

// AuditAbout is the review.
func (p *Respondent) AuditAbout() uuid.UUID { return p.ReviewID }

// GivenSection is a section that a respondent was given.
type GivenSection struct {
	store.Row
	RespondentID uuid.UUID
	ReviewID     uuid.UUID
	Section      string
}

// TableName names the table.
func (GivenSection) TableName() string { return "respondent_sections" }

// Scope is that of the review.
func (GivenSection) Scope(by access.Actor) store.Condition {
	return store.Reviews(by, access.ReviewRead, "respondent_sections.review_id")
}

// Answer is the answer to a question, for a system where it has that scope.
type Answer struct {
	store.Row
	ReviewID     uuid.UUID
	Section      string
	QuestionKey  string
	SystemID     uuid.UUID       // nil for a question of supplier scope
	Value        json.RawMessage `gorm:"serializer:json"` // nil when cleared
	Comment      string
	Origin       Origin
	AnsweredByID uuid.UUID
	AnsweredBy   string
	AnsweredAt   time.Time
}

// Origin says how an answer came about.
type Origin string

// The origins of an answer.
const (
	Typed           Origin = "typed"
	CarriedOver     Origin = "carried_over"
	FromWorkbook    Origin = "workbook"
	FromCertificate Origin = "certificate"
	FromDocument    Origin = "document"
	FromInventory   Origin = "inventory" // known at issue, and confirmed
)

// Slot is the question and system that the answer is to.
func (a *Answer) Slot() questionnaire.Slot {
	return questionnaire.Slot{Key: a.QuestionKey, System: a.SystemID}
}

// Scope is that of the section of the review.
func (Answer) Scope(by access.Actor) store.Condition {
	return store.Sections("answers")(by, access.AnswersRead, "answers.review_id")
}

// AuditKind names the thing in the audit log.
func (*Answer) AuditKind() string { return "answer" }

// AuditAbout is the review.
func (a *Answer) AuditAbout() uuid.UUID { return a.ReviewID }

// AnswerChange keeps what an answer was before it changed.
type AnswerChange struct {
	store.Row
	ReviewID    uuid.UUID
	Section     string
	AnswerID    uuid.UUID
	Value       json.RawMessage `gorm:"serializer:json"`
	Comment     string
	Origin      Origin
	ChangedByID uuid.UUID
	ChangedBy   string
}

// Scope is that of the answer.
func (AnswerChange) Scope(by access.Actor) store.Condition {
	return store.Sections("answer_changes")(by, access.AnswersRead, "answer_changes.review_id")
}

// EvidenceKind says what a piece of evidence is.
type EvidenceKind string

// The kinds of evidence.
const (
	FileEvidence EvidenceKind = "file"
	LinkEvidence EvidenceKind = "link"
	Inspected    EvidenceKind = "inspected" // who saw what, where and when; nothing is kept
)

// Evidence supports an answer. A file's content is in the vault, under a name
// of its own.
type Evidence struct {
	store.Row
	ReviewID           uuid.UUID
	SupplierID         uuid.UUID
	Section            string
	QuestionKey        string
	SystemID           uuid.UUID
	Kind               EvidenceKind
	Name               string
	Size               int64
	SHA256             string `gorm:"column:sha256"`
	MediaType          string
	BlobKey            string
	Scan               string // not_scanned, clean, infected
	Link               string
	InspectedBy        string
	InspectedWhere     string
	InspectedOn        calendar.Date
	ValidFrom          calendar.Date
	ValidTo            calendar.Date
	Confidential       bool
	ConfidentialReason string
	UploadedByID       uuid.UUID
	UploadedBy         string
	RemovedAt          *time.Time
	ActionID           *uuid.UUID // that it shows to be done, instead of a question
}

// TableName names the table.
func (Evidence) TableName() string { return "evidence" }

// Slot is the question and system that the evidence is for.
func (e *Evidence) Slot() questionnaire.Slot {
	return questionnaire.Slot{Key: e.QuestionKey, System: e.SystemID}
}

// Scope is that of the section of the review; what shows an action of ours to be
// done is no supplier's.
func (Evidence) Scope(by access.Actor) store.Condition {
	c := store.Sections("evidence")(by, access.AnswersRead, "evidence.review_id")
	if by.OnSupplierSide() {
		c = c.And(notOfOurActions("evidence"))
	}
	return c
}

// AuditKind names the thing in the audit log.
func (*Evidence) AuditKind() string { return "evidence" }

// AuditAbout is the review.
func (e *Evidence) AuditAbout() uuid.UUID { return e.ReviewID }

// Judgement is a reviewer's view of an answer.
type Judgement struct {
	store.Row
	ReviewID    uuid.UUID
	QuestionKey string
	SystemID    uuid.UUID
	Outcome     questionnaire.Outcome
	Basis       questionnaire.Basis
	EvidenceIDs []uuid.UUID `gorm:"serializer:json"`
	Note        string
	Feedback    lang.Text `gorm:"embedded;embeddedPrefix:feedback_"`
	JudgedByID  uuid.UUID
	JudgedBy    string
	JudgedAt    time.Time
	CarriedFrom string // reference of the review that it was made in first; empty for one made here
}

// Slot is the question and system that was judged.
func (j *Judgement) Slot() questionnaire.Slot {
	return questionnaire.Slot{Key: j.QuestionKey, System: j.SystemID}
}

// Scope is that of the review's answers, on our side.
func (Judgement) Scope(by access.Actor) store.Condition {
	return store.OurSide(by, access.AnswersRead, "judgements.review_id")
}

// AuditKind names the thing in the audit log.
func (*Judgement) AuditKind() string { return "judgement" }

// AuditAbout is the review.
func (j *Judgement) AuditAbout() uuid.UUID { return j.ReviewID }

// Act is a way of taking part in a review, kept for good: nobody signs who
// took part.
type Act string

// The ways of taking part.
const (
	ActAnswered Act = "answered"
	ActUploaded Act = "uploaded"
	ActAttested Act = "attested"
	ActJudged   Act = "judged"
	ActReturned Act = "returned"
	ActAssessed Act = "assessed"
	ActFinding  Act = "finding"
)

// Participation says that a person took part in a review.
type Participation struct {
	store.Row
	ReviewID uuid.UUID
	UserID   uuid.UUID
	Act      Act
}

// Scope is that of the review.
func (Participation) Scope(by access.Actor) store.Condition {
	return store.Reviews(by, access.ReviewRead, "participations.review_id")
}

// Return is what a reviewer asked the supplier to answer again.
type Return struct {
	store.Row
	ReviewID       uuid.UUID
	Slots          []questionnaire.Slot `gorm:"serializer:json"`
	Message        lang.Text            `gorm:"embedded;embeddedPrefix:message_"`
	SourceLanguage lang.Tag
	ReturnedByID   uuid.UUID
	ReturnedBy     string
}

// Scope is that of the review.
func (Return) Scope(by access.Actor) store.Condition {
	return store.Reviews(by, access.ReviewRead, "returns.review_id")
}

// Finding is a weakness that a review found.
type Finding struct {
	store.Row
	store.Searched
	Reference       string
	ReviewID        uuid.UUID
	SystemID        uuid.UUID // nil where it concerns the supplier as a whole
	Severity        Severity
	Title           lang.Text `gorm:"embedded;embeddedPrefix:title_"`
	Detail          lang.Text `gorm:"embedded;embeddedPrefix:detail_"`
	SourceLanguage  lang.Tag
	Slots           []questionnaire.Slot `gorm:"serializer:json"`
	Requirements    []string             `gorm:"serializer:json"`
	Drafted         bool                 // by the assessment, and not touched since
	SupplierComment string
	CommentedBy     string
	CommentOutcome  string    // accepted, rejected, or empty
	CommentReply    lang.Text `gorm:"embedded;embeddedPrefix:comment_reply_"`
	Repeats         string    // reference of the finding of an earlier review about the same
}

// Severity says how grave a finding is.
type Severity string

// The severities of a finding, gravest first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists the severities of a finding, gravest first.
var Severities = []Severity{Critical, High, Medium, Low}

// Scope is that of the review's answers; the supplier's once shared with it.
func (Finding) Scope(by access.Actor) store.Condition {
	return store.Shared(by, access.AnswersRead, "findings.review_id")
}

// SearchText is what a finding is found by.
func (f *Finding) SearchText() []string { return []string{f.Reference, f.Title.En, f.Title.Cy} }

// AuditKind names the thing in the audit log.
func (*Finding) AuditKind() string { return "finding" }

// AuditAbout is the review.
func (f *Finding) AuditAbout() uuid.UUID { return f.ReviewID }

// Decision is what an approver decides for a host.
type Decision string

// The decisions.
const (
	Rely               Decision = "rely"
	RelyWithConditions Decision = "rely_with_conditions"
	DoNotRely          Decision = "do_not_rely"
)

// Condition is what a supplier must do for a host to rely on it, and by when.
// DueOn is empty only in sign-offs made before dates were set.
type Condition struct {
	lang.Text
	DueOn calendar.Date `json:"due_on,omitempty" doc:"90 days from the decision when left out"`
}

// SignOff is an approver's decision for the systems that a host hosts, on one
// assessment. A void one stays on record.
type SignOff struct {
	store.Row
	ReviewID           uuid.UUID
	HostOrganisationID uuid.UUID
	SignedAs           string // host, in_its_place, national
	Decision           Decision
	Conditions         []Condition `gorm:"serializer:json"`
	IntervalMonths     int
	AssessmentDigest   string
	SignedByID         uuid.UUID
	Name               string
	JobTitle           string
	Organisation       string
	VoidedAt           *time.Time
	VoidedBecause      string
	DeputyOf           string // name of the approver in whose place a deputy signed
}

// Scope is that of the review, on our side; the supplier's once all have signed.
func (SignOff) Scope(by access.Actor) store.Condition {
	c := store.Leads(by, access.ReviewRead, "sign_offs.review_id")
	if by.OnSupplierSide() {
		c = c.And("sign_offs.review_id IN (SELECT id FROM reviews WHERE signed_off_at IS NOT NULL)")
	}
	return c
}

// AuditKind names the thing in the audit log.
func (*SignOff) AuditKind() string { return "sign_off" }

// AuditAbout is the review.
func (s *SignOff) AuditAbout() uuid.UUID { return s.ReviewID }

// Side says whose an action or message is.
type Side string

// The sides.
const (
	SupplierSide Side = "supplier"
	OurSide      Side = "ours"
	Internal     Side = "internal" // messages only: our side to itself
)

// Action is what will be done about a finding or to meet a condition.
type Action struct {
	store.Row
	store.Searched
	Reference      string
	ReviewID       uuid.UUID
	FindingID      *uuid.UUID
	SignOffID      *uuid.UUID
	Side           Side
	Text           lang.Text `gorm:"embedded;embeddedPrefix:text_"`
	SourceLanguage lang.Tag
	OwnerName      string
	DueOn          calendar.Date
	State          ActionState
	Completion     string
	CompletedByID  *uuid.UUID
	CompletedBy    string
	CompletedAt    *time.Time
	VerifiedBy     string
	VerifiedAt     *time.Time
	RemindedAt     *time.Time
	SentBack       lang.Text `gorm:"embedded;embeddedPrefix:sent_back_"` // why it was not verified, until it is completed again
	SentBackBy     string
}

// ActionState says how far an action is.
type ActionState string

// The states of an action.
const (
	ActionOpen      ActionState = "open"
	ActionCompleted ActionState = "completed"
	ActionVerified  ActionState = "verified"
	ActionDropped   ActionState = "dropped" // its sign-off became void
)

// ActionStates lists the states of an action in the order of its life.
var ActionStates = []ActionState{ActionOpen, ActionCompleted, ActionVerified, ActionDropped}

// Scope is that of the review's answers; the supplier's once all have signed.
func (Action) Scope(by access.Actor) store.Condition {
	c := store.Shared(by, access.AnswersRead, "actions.review_id")
	if by.OnSupplierSide() {
		c = c.And("actions.review_id IN (SELECT id FROM reviews WHERE signed_off_at IS NOT NULL)")
	}
	return c
}

// SearchText is what an action is found by.
func (a *Action) SearchText() []string {
	return []string{a.Reference, a.Text.En, a.Text.Cy, a.OwnerName}
}

// AuditKind names the thing in the audit log.
func (*Action) AuditKind() string { return "action" }

// AuditAbout is the review.
func (a *Action) AuditAbout() uuid.UUID { return a.ReviewID }

// Receipt is what was submitted, hashed and signed, kept by both sides.
type Receipt struct {
	store.Row
	ReviewID      uuid.UUID
	Number        int
	Content       string // canonical JSON
	Digest        string // SHA-256 of Content, in hex
	Signature     string // Ed25519 over Content, base64
	KeyID         string
	Name          string
	JobTitle      string
	Organisation  string
	SubmittedByID uuid.UUID
	Attested      bool
}

// Scope is that of the review's answers.
func (Receipt) Scope(by access.Actor) store.Condition {
	return store.Leads(by, access.AnswersRead, "receipts.review_id")
}

// SigningKey is a public key that receipts were signed with. Old ones stay.
type SigningKey struct {
	store.Row
	KeyID     string
	PublicKey string
}

// Scope lets everybody see public keys.
func (SigningKey) Scope(access.Actor) store.Condition { return store.Everything }
