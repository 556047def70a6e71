package review

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// MailData is what the mails of a review may say: who asks whom for what by
// when, and where; never a finding, an answer or a rating.
type MailData struct {
	RecipientName string        `json:"recipient_name"`
	SupplierName  string        `json:"supplier_name"`
	Contract      string        `json:"contract"` // those over the systems; empty where none is known
	Reference     string        `json:"reference"`
	Systems       []lang.Text   `json:"systems"`
	AskedBy       lang.Text     `json:"asked_by"`
	ContactName   string        `json:"contact_name"`
	ContactEmail  string        `json:"contact_email"`
	ContactPhone  string        `json:"contact_phone"`
	DueOn         calendar.Date `json:"due_on"`
	Until         calendar.Date `json:"until"`
	Minutes       int           `json:"minutes"`
	Questions     int           `json:"questions"`
	Lead          bool          `json:"lead"`
	Sections      []lang.Text   `json:"sections"` // given to the reader, where not all are
	GivenBy       string        `json:"given_by"` // the colleague who did; empty for an official
	GivenByEmail  string        `json:"given_by_email"`
	Link          string        `json:"link"`
	Items         []MailItem    `json:"items"` // of a reminder
}

func (s *Service) mailData(tx *store.Tx, r *Review, recipient string) (MailData, error) {
	tx = tx.AsProgram("write a mail")
	m := MailData{RecipientName: recipient, Reference: r.Reference, DueOn: r.DueOn, Until: r.AccuracyCheckUntil,
		Questions: len(r.ReturnedSlots),
		Link:      s.publicURL + "/reviews/" + r.ID.String()}
	supplier, err := store.Find[inventory.Supplier](tx, r.SupplierID)
	if err != nil {
		return m, err
	}
	m.SupplierName = supplier.Name
	systems, err := systemsOf(tx, r.ID)
	if err != nil {
		return m, err
	}
	ids := make([]uuid.UUID, len(systems))
	for i, system := range systems {
		m.Systems, ids[i] = append(m.Systems, system.Name), system.ID
	}
	contracts, err := inventory.ContractsOver(tx, r.SupplierID, ids)
	if err != nil {
		return m, err
	}
	m.Contract = strings.Join(contracts, "; ")
	if m.AskedBy, err = organisationOf(tx, valueOrNil(r.AskedByID)); err != nil {
		return m, err
	}
	if r.OwnerID == nil {
		return m, nil
	}
	owner, err := store.Find[identity.User](tx, *r.OwnerID)
	if err == nil {
		m.ContactName, m.ContactEmail, m.ContactPhone = owner.Name, owner.Email, owner.Phone
	}
	return m, err
}

func valueOrNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// mailInvitation asks a person to answer some sections. One whom a colleague
// asks is told so, in words of their own.
func (s *Service) mailInvitation(tx *store.Tx, r *Review, def *questionnaire.Definition, to *Respondent, sections []string, kind, link string) error {
	m, err := s.mailData(tx, r, to.Name)
	if err != nil {
		return err
	}
	m.Lead, m.Link = to.Lead, link
	m.asks(def, sections)
	if by := tx.By(); by.OnSupplierSide() {
		colleague, err := store.Find[identity.User](tx.AsProgram("write a mail"), by.UserID)
		if err != nil {
			return err
		}
		kind, m.GivenBy, m.GivenByEmail = "delegation", colleague.Name, colleague.Email
	}
	return s.outbox.Queue(tx, outbox.To{Email: to.Email, Name: to.Name, Language: to.Language, AboutID: r.ID}, kind, m)
}

// asks says how long the sections given take, and which they are where they
// are not all.
func (m *MailData) asks(def *questionnaire.Definition, sections []string) {
	m.Minutes = def.MinutesOf(sections)
	for _, section := range def.Sections {
		if len(sections) < len(def.Sections) && slices.Contains(sections, section.Key) {
			m.Sections = append(m.Sections, section.Title)
		}
	}
}

// givenTo gives the keys of the sections that a respondent was given.
func givenTo(tx *store.Tx, respondent uuid.UUID) ([]string, error) {
	rows, err := store.Many[GivenSection](tx, "created_at, id", "respondent_id = ?", respondent)
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Section
	}
	return keys, err
}

// mailRespondents writes to everybody of the supplier who was asked.
func (s *Service) mailRespondents(tx *store.Tx, r *Review, kind string) error {
	return s.mailAsked(tx, r, kind, func(*Respondent) bool { return true })
}

// mailLeads writes to the leads of the supplier who were asked.
func (s *Service) mailLeads(tx *store.Tx, r *Review, kind string) error {
	return s.mailAsked(tx, r, kind, func(p *Respondent) bool { return p.Lead })
}

func (s *Service) mailAsked(tx *store.Tx, r *Review, kind string, wanted func(*Respondent) bool) error {
	if r.Kind == Desk {
		return nil
	}
	respondents, err := store.All[Respondent](tx.AsProgram("write a mail"), "created_at, id", "review_id = ? AND user_id IS NOT NULL", r.ID)
	if err != nil {
		return err
	}
	for _, p := range respondents {
		if !wanted(p) {
			continue
		}
		m, err := s.mailData(tx, r, p.Name)
		if err != nil {
			return err
		}
		to := outbox.To{Email: p.Email, Name: p.Name, Language: p.Language, AboutID: r.ID}
		if err := s.outbox.Queue(tx, to, kind, m); err != nil {
			return err
		}
	}
	return nil
}

// mailOurSide tells the reviewers, or the owner where there is none yet.
func (s *Service) mailOurSide(tx *store.Tx, r *Review, kind string) error {
	program := tx.AsProgram("write a mail")
	reviewers, err := store.Many[Reviewer](program, "name, user_id", "review_id = ?", r.ID)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, reviewer := range reviewers {
		ids = append(ids, reviewer.UserID)
	}
	if len(ids) == 0 {
		return s.mailOwner(tx, r, kind)
	}
	return s.mailUsers(tx, r, kind, ids)
}

// mailOwner tells the official who planned the review.
func (s *Service) mailOwner(tx *store.Tx, r *Review, kind string) error {
	if r.OwnerID == nil {
		return nil
	}
	return s.mailUsers(tx, r, kind, []uuid.UUID{*r.OwnerID})
}

func (s *Service) mailUsers(tx *store.Tx, r *Review, kind string, ids []uuid.UUID) error {
	program := tx.AsProgram("write a mail")
	users, err := store.All[identity.User](program, "name, id", "id IN ? AND status = ?", ids, identity.Active)
	if err != nil {
		return err
	}
	for _, user := range users {
		m, err := s.mailData(tx, r, user.Name)
		if err != nil {
			return err
		}
		to := outbox.To{Email: user.Email, Name: user.Name, Language: user.Language, AboutID: r.ID}
		if err := s.outbox.Queue(tx, to, kind, m); err != nil {
			return err
		}
	}
	return nil
}
