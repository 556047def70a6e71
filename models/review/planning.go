package review

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
	"sicrwydd/models/vault"
)

// The acts of this room in the audit log.
const (
	ReviewPlanned      audit.Action = "review.planned"
	ReviewIssued       audit.Action = "review.issued"
	ReviewBegun        audit.Action = "review.begun"
	ReviewSubmitted    audit.Action = "review.submitted"
	ReviewReturned     audit.Action = "review.returned"
	AssessmentBegun    audit.Action = "review.assessment-begun"
	ReviewAssessed     audit.Action = "review.assessed"
	AssessmentChanged  audit.Action = "review.assessment-changed"
	ReviewSignedOff    audit.Action = "review.signed-off"
	ReviewSentBack     audit.Action = "review.sent-back"
	ReviewClosed       audit.Action = "review.closed"
	CancelAsked        audit.Action = "review.cancel-asked"
	CancelAgreed       audit.Action = "review.cancel-agreed"
	ReviewCancelled    audit.Action = "review.cancelled"
	ReviewReassigned   audit.Action = "review.reassigned"
	RemindersStopped   audit.Action = "review.reminders-stopped"
	RemindersResumed   audit.Action = "review.reminders-resumed"
	RespondentInvited  audit.Action = "respondent.invited"
	RespondentAccepted audit.Action = "respondent.accepted"
	RespondentBounced  audit.Action = "respondent.bounced"
	RespondentReminded audit.Action = "respondent.reminded"
	ActionReminded     audit.Action = "action.reminded"
	RespondentRemoved  audit.Action = "respondent.removed"
	RespondentPassedOn audit.Action = "respondent.passed-on"
	MessageWritten     audit.Action = "message.written"
	FactProposed       audit.Action = "fact.proposed"
	FactTaken          audit.Action = "fact.accepted"
	FactTurnedDown     audit.Action = "fact.refused"
	ExtensionAsked     audit.Action = "extension.asked"
	ExtensionGranted   audit.Action = "extension.granted"
	ExtensionRefused   audit.Action = "extension.refused"
	DueDateMoved       audit.Action = "review.due-date-moved"
	Answered           audit.Action = "answer.given"
	EvidenceAdded      audit.Action = "evidence.added"
	EvidenceRemoved    audit.Action = "evidence.removed"
	EvidenceRead       audit.Action = "evidence.read"
	AnswersRead        audit.Action = "answers.read"
	Judged             audit.Action = "judgement.made"
	JudgementCleared   audit.Action = "judgement.cleared"
	FindingDrafted     audit.Action = "finding.drafted"
	FindingDropped     audit.Action = "finding.dropped"
	FindingAdded       audit.Action = "finding.added"
	FindingChanged     audit.Action = "finding.changed"
	FindingCommented   audit.Action = "finding.commented"
	CommentResolved    audit.Action = "finding.comment-resolved"
	Signed             audit.Action = "sign_off.made"
	SignOffVoided      audit.Action = "sign_off.voided"
	ActionAdded        audit.Action = "action.added"
	ActionDone         audit.Action = "action.completed"
	ActionMoved        audit.Action = "action.moved"
	ActionChecked      audit.Action = "action.verified"
	ActionSentBack     audit.Action = "action.sent-back"
	ActionWithdrawn    audit.Action = "action.dropped"
	ReportFixed        audit.Action = "report.fixed"
	ReportSuperseded   audit.Action = "report.superseded"
	ReportRead         audit.Action = "report.read"
)

// Service does what officials, suppliers, reviewers and approvers do with
// reviews.
type Service struct {
	db          *store.DB
	keys        *keyring.Ring
	vault       *vault.Vault
	outbox      *outbox.Service
	publicURL   string
	definitions sync.Map // of versions, by id
}

// New gives the service over a database. PublicURL is where people reach the
// product; links in mails begin with it.
func New(db *store.DB, keys *keyring.Ring, v *vault.Vault, mails *outbox.Service, publicURL string) *Service {
	return &Service{db: db, keys: keys, vault: v, outbox: mails, publicURL: strings.TrimSuffix(publicURL, "/")}
}

// PlanInput is what an official enters to plan a review.
type PlanInput struct {
	SupplierID        uuid.UUID     `json:"supplier_id"`
	SystemIDs         []uuid.UUID   `json:"system_ids"`
	QuestionnaireCode string        `json:"questionnaire_code"`
	DueOn             calendar.Date `json:"due_on"`
	Kind              Kind          `json:"kind,omitempty" nullable:"true"`
	ReviewerIDs       []uuid.UUID   `json:"reviewer_ids,omitempty"`
	ProgrammeID       *uuid.UUID    `json:"programme_id,omitempty" nullable:"true"`
	// AskedByID is the organisation that asks, where the program plans; else it
	// is that of who plans.
	AskedByID *uuid.UUID `json:"-"`
}

// Plan plans a review of a supplier over systems that it has a part in.
func (s *Service) Plan(ctx context.Context, by access.Actor, in PlanInput) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) { return planIn(tx, in, nil, "") })
}

func planIn(tx *store.Tx, in PlanInput, corrects *uuid.UUID, reason string) (*Review, error) {
	if !tx.By().Holds(access.ReviewPlan) {
		return nil, fault.Forbidden("forbidden")
	}
	if in.Kind == "" {
		in.Kind = OfSupplier
	}
	if err := checkPlan(tx, in); err != nil {
		return nil, err
	}
	version, err := questionnaire.PublishedIn(tx, in.QuestionnaireCode)
	if fault.Is(err, fault.KindNotFound) {
		return nil, fault.Invalid("invalid").On("questionnaire_code", "questionnaire.unknown")
	}
	if err != nil {
		return nil, err
	}
	reference, err := tx.NextReference("REV", true)
	if err != nil {
		return nil, err
	}
	by := tx.By()
	r := &Review{Reference: reference, Kind: in.Kind, SupplierID: in.SupplierID, QuestionnaireVersionID: version.ID,
		QuestionnaireCode: in.QuestionnaireCode, ProgrammeID: in.ProgrammeID, CorrectsID: corrects, CorrectionReason: reason,
		FirstDueOn: in.DueOn, DueOn: in.DueOn, State: Planned, WaitingSince: tx.Now(), CancelAgreedBy: []uuid.UUID{}}
	if by.IsProgram() {
		r.AskedByID = in.AskedByID
	} else {
		r.OwnerID = &by.UserID
	}
	if by.OrganisationID != uuid.Nil {
		r.AskedByID = &by.OrganisationID
	}
	// What the scope of a review rests on goes in first, and both as one.
	if err := tx.AsProgram("plan a review").Create(r, ReviewPlanned); err != nil {
		return nil, err
	}
	for _, id := range in.SystemIDs {
		row := &Coverage{Row: store.NewRow(), ReviewID: r.ID, SystemID: id}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.AsProgram("plan a review").Insert(row); err != nil {
			return nil, err
		}
	}
	if err := assign(tx, r, in.SystemIDs, in.ReviewerIDs); err != nil {
		return nil, err
	}
	return r, Restand(tx, r.SupplierID, in.SystemIDs)
}

func checkPlan(tx *store.Tx, in PlanInput) error {
	invalid := fault.Invalid("invalid")
	if in.Kind != OfSupplier && in.Kind != Desk {
		invalid.On("kind", "review.kind-unknown")
	}
	if _, err := store.Find[inventory.Supplier](tx, in.SupplierID); fault.Is(err, fault.KindNotFound) {
		invalid.On("supplier_id", "supplier.unknown")
	}
	if len(in.SystemIDs) == 0 {
		invalid.On("system_ids", "review.systems-missing")
	}
	supplies, err := inventory.SuppliesOf(tx, in.SystemIDs)
	if err != nil {
		return err
	}
	for i, id := range in.SystemIDs {
		if slices.Contains(in.SystemIDs[:i], id) {
			invalid.On("system_ids", "review.system-twice")
			continue
		}
		system, err := store.Find[inventory.System](tx, id)
		switch {
		case fault.Is(err, fault.KindNotFound):
			invalid.On("system_ids", "system.unknown")
			continue
		case err != nil:
			return err
		case system.Status == inventory.Retired:
			invalid.On("system_ids", "review.system-retired", fault.Args{"System": system.Reference})
		case !slices.ContainsFunc(supplies[id], func(l *inventory.Supply) bool { return l.SupplierID == in.SupplierID }):
			invalid.On("system_ids", "review.system-not-supplied", fault.Args{"System": system.Reference})
		}
		ours, err := tx.Visible(store.Systems, access.ReviewPlan, id)
		if err != nil {
			return err
		}
		if !ours {
			return fault.Forbidden("review.system-of-another-host")
		}
	}
	if in.ProgrammeID != nil {
		if err := inProgramme(tx, *in.ProgrammeID, in.SystemIDs, invalid); err != nil {
			return err
		}
	}
	due, ok := calendar.Parse(string(in.DueOn))
	switch {
	case !ok:
		invalid.On("due_on", "date.wrong")
	case due < calendar.On(tx.Now()):
		invalid.On("due_on", "review.due-past")
	}
	return invalid.OrNil()
}

// assign makes the reviewers of a review those named: national, or of a host.
func assign(tx *store.Tx, r *Review, systemIDs, reviewers []uuid.UUID) error {
	tx = tx.AsProgram("assign reviewers")
	systems, err := store.All[inventory.System](tx, "", "id IN ?", systemIDs)
	if err != nil {
		return err
	}
	places := []*uuid.UUID{nil}
	for _, system := range systems {
		places = append(places, &system.HostOrganisationID)
	}
	eligible, err := identity.HoldersIn(tx, access.Reviewer, places...)
	if err != nil {
		return err
	}
	if err := store.Query[Reviewer](tx).Where("review_id = ?", r.ID).Delete(&Reviewer{}).Error; err != nil {
		return err
	}
	for i, id := range reviewers {
		at := slices.IndexFunc(eligible, func(c identity.Colleague) bool { return c.ID == id })
		if at < 0 || slices.Contains(reviewers[:i], id) {
			return fault.Invalid("invalid").On("reviewer_ids", "review.reviewer-not-eligible")
		}
		row := &Reviewer{Row: store.NewRow(), ReviewID: r.ID, UserID: id, Name: eligible[at].Name}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.Insert(row); err != nil {
			return err
		}
	}
	return nil
}

// EditInput is what an official may change of a review under way. Nil keeps
// what stands; a later due date leaves the first one on record.
type EditInput struct {
	DueOn       *calendar.Date `json:"due_on,omitempty" nullable:"true"`
	ReviewerIDs *[]uuid.UUID   `json:"reviewer_ids,omitempty"`
	// Reason says to the supplier why the due date of an issued review moves.
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

// Edit changes the due date or the reviewers of a review under way.
func (s *Service) Edit(ctx context.Context, by access.Actor, id uuid.UUID, version int, in EditInput) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(r, version); err != nil {
			return nil, err
		}
		if !r.Open() {
			return nil, r.wrongState()
		}
		if in.DueOn != nil {
			if err := s.moveDue(tx, r, *in.DueOn, in.Reason); err != nil {
				return nil, err
			}
		}
		if in.ReviewerIDs != nil {
			systems, err := systemsOf(tx.AsProgram("assign reviewers"), r.ID)
			if err != nil {
				return nil, err
			}
			var ids []uuid.UUID
			for _, system := range systems {
				ids = append(ids, system.ID)
			}
			if err := assign(tx, r, ids, *in.ReviewerIDs); err != nil {
				return nil, err
			}
		}
		return r, keepStanding(tx, r, ReviewReassigned)
	})
}

// Eligible lists who may be assigned to judge reviews of the systems.
func (s *Service) Eligible(ctx context.Context, by access.Actor, systems []uuid.UUID) ([]identity.Colleague, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]identity.Colleague, error) {
		if !by.Holds(access.ReviewPlan) {
			return nil, fault.Forbidden("forbidden")
		}
		rows, err := store.All[inventory.System](tx, "", "id IN ?", systems)
		if err != nil {
			return nil, err
		}
		places := []*uuid.UUID{nil}
		for _, system := range rows {
			places = append(places, &system.HostOrganisationID)
		}
		return identity.HoldersIn(tx, access.Reviewer, places...)
	})
}

// organisationOf gives the name of an organisation for a record.
func organisationOf(tx *store.Tx, id uuid.UUID) (lang.Text, error) {
	names, err := organisationNames(tx)
	return names[id], err
}

// organisationNames gives the names of all organisations; the nil id is NHS
// Wales as a whole.
func organisationNames(tx *store.Tx) (map[uuid.UUID]lang.Text, error) {
	organisations, err := store.Many[directory.Organisation](tx.AsProgram("name organisations"), "", "")
	names := map[uuid.UUID]lang.Text{uuid.Nil: {En: "NHS Wales", Cy: "GIG Cymru"}}
	for _, o := range organisations {
		names[o.ID] = o.Name
	}
	return names, err
}
