package review

import (
	"context"
	"net/mail"
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
	RespondentInvited  audit.Action = "respondent.invited"
	RespondentAccepted audit.Action = "respondent.accepted"
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
	ActionChecked      audit.Action = "action.verified"
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
	if !by.IsProgram() {
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
	return r, assign(tx, r, in.SystemIDs, in.ReviewerIDs)
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
			if _, ok := calendar.Parse(string(*in.DueOn)); !ok {
				return nil, fault.Invalid("invalid").On("due_on", "date.wrong")
			}
			r.DueOn = *in.DueOn
			if r.State == Planned {
				r.FirstDueOn = r.DueOn
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
		return r, tx.Save(r, ReviewReassigned)
	})
}

// Invited is a person of the supplier to be asked.
type Invited struct {
	Name          string   `json:"name"`
	Email         string   `json:"email"`
	Language      lang.Tag `json:"language,omitempty" nullable:"true"`
	Lead          bool     `json:"lead,omitempty" nullable:"true"`
	LeadConfirmed bool     `json:"lead_confirmed,omitempty" nullable:"true"`
	Sections      []string `json:"sections,omitempty"` // none means all
}

// Warning is what an official should know of what was done all the same.
type Warning struct {
	Location string `json:"location"`
	Key      string `json:"code"`
}

// Issue asks the supplier: it fixes the version and the facts, and invites the
// respondents. It is refused while a host has nobody who could sign.
func (s *Service) Issue(ctx context.Context, by access.Actor, id uuid.UUID, respondents []Invited) (*Review, []Warning, error) {
	var warnings []Warning
	r, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		warnings, err = s.issueIn(tx, r, respondents)
		return r, err
	})
	return r, warnings, err
}

func (s *Service) issueIn(tx *store.Tx, r *Review, respondents []Invited) ([]Warning, error) {
	program := tx.AsProgram("issue a review")
	systems, err := systemsOf(program, r.ID)
	if err != nil {
		return nil, err
	}
	facts, err := gatherFacts(program, r.SupplierID, systems)
	if err != nil {
		return nil, err
	}
	version, err := questionnaire.PublishedIn(tx, r.QuestionnaireCode)
	if err != nil {
		return nil, err
	}
	if err := r.issue(&facts, version.ID, tx.Now()); err != nil {
		return nil, err
	}
	d := &dossier{review: r, systems: systems}
	for _, host := range d.hosts() {
		signers, err := signersFor(tx, r, host)
		if err != nil {
			return nil, err
		}
		if len(signers.people) == 0 {
			return nil, fault.Conflict("review.nobody-to-sign", fault.Args{"State": string(Planned)})
		}
	}
	warnings, err := s.invite(tx, r, version.Definition, respondents)
	if err != nil {
		return nil, err
	}
	return warnings, tx.Save(r, ReviewIssued)
}

func (s *Service) invite(tx *store.Tx, r *Review, def *questionnaire.Definition, respondents []Invited) ([]Warning, error) {
	if r.Kind == Desk {
		if len(respondents) > 0 {
			return nil, fault.Invalid("invalid").On("respondents", "issue.desk-has-no-respondents")
		}
		return nil, nil
	}
	if len(respondents) == 0 {
		return nil, fault.Invalid("invalid").On("respondents", "issue.respondents-missing")
	}
	supplier, err := store.Find[inventory.Supplier](tx.AsProgram("issue a review"), r.SupplierID)
	if err != nil {
		return nil, err
	}
	var warnings []Warning
	for i, person := range respondents {
		w, err := s.inviteOne(tx, r, supplier, def, person)
		if f := fault.As(err); f != nil && f.Kind == fault.KindInvalid {
			for n := range f.Fields {
				f.Fields[n].Location = "respondents/" + itoa(i) + "/" + f.Fields[n].Location
			}
		}
		if err != nil {
			return nil, err
		}
		for _, warning := range w {
			warnings = append(warnings, Warning{"respondents/" + itoa(i) + "/" + warning.Location, warning.Key})
		}
	}
	return warnings, nil
}

func (s *Service) inviteOne(tx *store.Tx, r *Review, supplier *inventory.Supplier, def *questionnaire.Definition, p Invited) ([]Warning, error) {
	warnings, sections, err := checkInvited(&p, supplier, def)
	if err != nil {
		return nil, err
	}
	roles := []access.Role{access.Respondent}
	if p.Lead && p.LeadConfirmed {
		roles = []access.Role{access.SupplierLead}
	}
	respondent := &Respondent{ReviewID: r.ID, Name: p.Name, Email: p.Email, Language: p.Language,
		Lead: p.Lead && p.LeadConfirmed, InvitedAt: tx.Now()}
	n := identity.NewUser{Email: p.Email, Name: p.Name, Language: p.Language, Roles: roles,
		Place: identity.Place{SupplierID: &supplier.ID}}
	user, joined, err := identity.AlreadyAt(tx, n)
	if err != nil {
		return nil, err
	}
	link := s.publicURL + "/reviews/" + r.ID.String()
	if joined {
		now := tx.Now()
		respondent.UserID, respondent.AcceptedAt = &user.ID, &now
	} else {
		invitation, token, err := identity.InviteIn(tx, n, &r.ID)
		if err != nil {
			return nil, err
		}
		respondent.InvitationID = &invitation.ID
		link = s.publicURL + "/invitations/" + token
	}
	program := tx.AsProgram("invite")
	if err := program.Create(respondent, RespondentInvited); err != nil {
		if fault.Is(err, fault.KindConflict) {
			return nil, fault.Invalid("invalid").On("email", "issue.invited-twice")
		}
		return nil, err
	}
	for _, section := range sections {
		row := &GivenSection{Row: store.NewRow(), RespondentID: respondent.ID, ReviewID: r.ID, Section: section}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := program.Insert(row); err != nil {
			return nil, err
		}
	}
	return warnings, s.mailInvitation(tx, r, supplier, def, respondent, link)
}

// checkInvited normalises a person to be asked and gives the sections meant.
func checkInvited(p *Invited, supplier *inventory.Supplier, def *questionnaire.Definition) ([]Warning, []string, error) {
	p.Email, p.Name = strings.ToLower(strings.TrimSpace(p.Email)), strings.TrimSpace(p.Name)
	invalid := fault.Invalid("invalid")
	if address, err := mail.ParseAddress(p.Email); err != nil || address.Address != p.Email {
		invalid.On("email", "email.wrong")
	}
	if p.Name == "" {
		invalid.On("name", "user.name-missing")
	}
	if p.Language == "" {
		p.Language = lang.English
	}
	if !slices.Contains(lang.All, p.Language) {
		invalid.On("language", "language.unknown")
	}
	var all []string
	for _, section := range def.Sections {
		all = append(all, section.Key)
	}
	for _, section := range p.Sections {
		if !slices.Contains(all, section) {
			invalid.On("sections", "issue.section-unknown")
		}
	}
	sections := p.Sections
	if len(sections) == 0 {
		sections = all
	}
	var warnings []Warning
	if p.Lead && !p.LeadConfirmed {
		warnings = append(warnings, Warning{"lead", "issue.lead-not-confirmed"})
	}
	if p.Lead && !knownDomain(p.Email, supplier.Contacts) {
		warnings = append(warnings, Warning{"email", "issue.domain-unknown"})
	}
	return warnings, sections, invalid.OrNil()
}

func knownDomain(email string, contacts []inventory.Contact) bool {
	_, domain, _ := strings.Cut(email, "@")
	return slices.ContainsFunc(contacts, func(c inventory.Contact) bool {
		_, theirs, _ := strings.Cut(strings.ToLower(c.Email), "@")
		return theirs == domain
	})
}

// AddRespondent invites a further person to a review under way.
func (s *Service) AddRespondent(ctx context.Context, by access.Actor, id uuid.UUID, p Invited) ([]Warning, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) ([]Warning, error) {
		r, err := reviewFor(tx, id, access.RespondentInvite, store.Share[Review])
		if err != nil {
			return nil, err
		}
		if !r.is(Issued, InProgress, Returned) || r.Kind == Desk {
			return nil, r.wrongState()
		}
		if by.OnSupplierSide() {
			p.Lead, p.LeadConfirmed = false, false // a lead is made by an official
		}
		supplier, err := store.Find[inventory.Supplier](tx.AsProgram("invite"), r.SupplierID)
		if err != nil {
			return nil, err
		}
		def, err := s.definition(tx, r.QuestionnaireVersionID)
		if err != nil {
			return nil, err
		}
		return s.inviteOne(tx, r, supplier, def, p)
	})
}

// Joined puts a respondent in place who accepted the invitation to a review.
func (s *Service) Joined(tx *store.Tx, i *identity.Invitation, u *identity.User) error {
	if i.ReviewID == nil {
		return nil
	}
	respondent, err := store.FindBy[Respondent](tx.AsProgram("join a review"), "invitation_id = ?", i.ID)
	if err != nil {
		return err
	}
	now := tx.Now()
	respondent.UserID, respondent.AcceptedAt, respondent.LastSeenAt = &u.ID, &now, &now
	return tx.Save(respondent, RespondentAccepted)
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
