package review

import (
	"context"
	"net/mail"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

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
	return warnings, keepStanding(tx, r, ReviewIssued)
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
	respondent := &Respondent{ReviewID: r.ID, Name: p.Name, Email: p.Email, Language: p.Language,
		Lead: p.Lead && p.LeadConfirmed, InvitedAt: tx.Now()}
	user, joined, err := identity.AlreadyAt(tx, respondent.newUser(r))
	if err != nil {
		return nil, err
	}
	link := s.publicURL + "/reviews/" + r.ID.String()
	if joined {
		now := tx.Now()
		respondent.UserID, respondent.AcceptedAt = &user.ID, &now
	} else {
		if link, err = s.newLink(tx, r, respondent); err != nil {
			return nil, err
		}
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
	return warnings, s.mailInvitation(tx, r, def, respondent, sections, "invitation", link)
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
