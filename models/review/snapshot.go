package review

import (
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/risk"
)

// Snapshot is all that a report of a review says, as it was at one moment. It
// is fixed at sign-off; for a draft it is taken when asked for. The supplier's
// rendition carries no risk and no users of the systems.
type Snapshot struct {
	At            time.Time         `json:"at"`
	Draft         bool              `json:"draft"`
	Rendition     Rendition         `json:"rendition"`
	Reference     string            `json:"reference"`
	Kind          Kind              `json:"kind"`
	State         State             `json:"state"`
	Supplier      NamedThing        `json:"supplier"`
	AskedBy       lang.Text         `json:"asked_by"`
	Questionnaire QuestionnaireSnap `json:"questionnaire"`
	FirstDueOn    calendar.Date     `json:"first_due_on"`
	DueOn         calendar.Date     `json:"due_on"`
	IssuedAt      *time.Time        `json:"issued_at"`
	SubmittedAt   *time.Time        `json:"submitted_at"`
	AssessedAt    *time.Time        `json:"assessed_at"`
	SignedOffAt   *time.Time        `json:"signed_off_at"`
	AttestedBy    string            `json:"attested_by"` // name, job title, organisation; empty for a desk review
	Reviewers     []string          `json:"reviewers"`
	// Rating is the worst of the systems'.
	Rating      questionnaire.Rating `json:"rating"`
	RuleVersion string               `json:"rule_version"`
	Systems     []SystemSnap         `json:"systems"`
	Questions   []QuestionSnap       `json:"questions"` // shown ones, in order
	Findings    []FindingSnap        `json:"findings"`
	Actions     []ActionSnap         `json:"actions"`
	SignOffs    []SignOffSnap        `json:"sign_offs"`
	// Previous is the last signed review of the same supplier over one of these
	// systems, if there was one.
	Previous *PreviousSnap `json:"previous"`
	// Supersedes is the reference of the review that this one corrects.
	Supersedes       string `json:"supersedes,omitempty"`
	CorrectionReason string `json:"correction_reason,omitempty"`
	EndReason        string `json:"end_reason,omitempty"`
}

// NamedThing is a thing by its reference and name.
type NamedThing struct {
	Reference string    `json:"reference"`
	Name      lang.Text `json:"name"`
}

// QuestionnaireSnap says what was asked.
type QuestionnaireSnap struct {
	Code   string    `json:"code"`
	Title  lang.Text `json:"title"`
	Number int       `json:"number"`
	Digest string    `json:"digest"`
}

// SystemSnap is one system and how the supplier did for it.
type SystemSnap struct {
	ID              uuid.UUID                 `json:"id"`
	Reference       string                    `json:"reference"`
	Name            lang.Text                 `json:"name"`
	Purpose         lang.Text                 `json:"purpose"`
	Host            lang.Text                 `json:"host"`
	UsedBy          []lang.Text               `json:"used_by"`
	Tier            int                       `json:"tier"`
	TierProvisional bool                      `json:"tier_provisional"`
	Criticality     *int                      `json:"criticality"`
	DataCategories  []string                  `json:"data_categories"` // nil: not known
	PeopleCount     *int                      `json:"people_count"`
	Exposure        string                    `json:"exposure"`
	HostingKind     string                    `json:"hosting_kind"`
	Score           questionnaire.SystemScore `json:"score"`
	// Rating is the worked-out one, or the reviewer's proposal.
	Rating         questionnaire.Rating `json:"rating"`
	ProposalReason string               `json:"proposal_reason,omitempty"`
	Before         risk.Assessment      `json:"risk_before"` // inherent
	After          risk.Assessment      `json:"risk_after"`  // residual, with this rating
	PreviousRating questionnaire.Rating `json:"previous_rating,omitempty"`
	PreviousScore  *int                 `json:"previous_score,omitempty"` // per cent
}

// QuestionSnap is a question that was asked and how its answer was judged.
type QuestionSnap struct {
	Slot         questionnaire.Slot    `json:"slot"`
	Section      string                `json:"section"`
	SectionTitle lang.Text             `json:"section_title"`
	Text         lang.Text             `json:"text"`
	Essential    bool                  `json:"essential"`
	Outcome      questionnaire.Outcome `json:"outcome"`
	Basis        questionnaire.Basis   `json:"basis"`
	Feedback     lang.Text             `json:"feedback"`
	Changed      bool                  `json:"changed"` // since the previous review
	// PreviousOutcome is how the previous review judged it; CarriedFrom is the
	// review that this judgement comes from, where it was carried over.
	PreviousOutcome questionnaire.Outcome `json:"previous_outcome,omitempty"`
	CarriedFrom     string                `json:"carried_from,omitempty"`
}

// FindingSnap is a finding as it stood.
type FindingSnap struct {
	Reference       string    `json:"reference"`
	Severity        Severity  `json:"severity"`
	Title           lang.Text `json:"title"`
	Detail          lang.Text `json:"detail"`
	System          lang.Text `json:"system"` // empty where it concerns the supplier as a whole
	Requirements    []string  `json:"requirements"`
	SupplierComment string    `json:"supplier_comment"`
	CommentOutcome  string    `json:"comment_outcome"`
	CommentReply    lang.Text `json:"comment_reply"`
}

// ActionSnap is an action as it stood.
type ActionSnap struct {
	Reference string        `json:"reference"`
	Text      lang.Text     `json:"text"`
	Owner     string        `json:"owner"`
	DueOn     calendar.Date `json:"due_on"`
	State     ActionState   `json:"state"`
	Finding   string        `json:"finding"` // reference, if it came from one
	Condition bool          `json:"condition"`
}

// SignOffSnap is a host's decision.
type SignOffSnap struct {
	Host           lang.Text     `json:"host"`
	SignedAs       string        `json:"signed_as"` // host, in_its_place, national
	DeputyOf       string        `json:"deputy_of,omitempty"`
	Decision       Decision      `json:"decision"`
	Conditions     []Condition   `json:"conditions"`
	IntervalMonths int           `json:"interval_months"`
	CurrentUntil   calendar.Date `json:"current_until"`
	Name           string        `json:"name"`
	JobTitle       string        `json:"job_title"`
	Organisation   string        `json:"organisation"`
	At             time.Time     `json:"at"`
}

// PreviousSnap is the review before this one.
type PreviousSnap struct {
	Reference   string        `json:"reference"`
	SignedOffOn calendar.Date `json:"signed_off_on"`
	// Open are the actions of that review that nobody has verified yet.
	Open []ActionSnap `json:"open,omitempty"`
}
