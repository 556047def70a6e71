package review

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// FactCorrection is what a supplier says is wrong in the inventory of one of
// its systems. The inventory changes when an official accepts it; the facts of
// the review stay those of its issue.
type FactCorrection struct {
	store.Row
	ReviewID     uuid.UUID
	SystemID     uuid.UUID
	Fact         string   // as conditions name it
	Stands       []string `gorm:"serializer:json"` // in the inventory when it was proposed; null: not known
	Proposed     []string `gorm:"serializer:json"`
	Reason       string
	ProposedByID uuid.UUID
	ProposedBy   string
	Decision     FactDecision
	DecidedBy    string
	DecidedAt    *time.Time
}

// FactDecision says what became of a correction.
type FactDecision string

// The decisions on a correction; an open one has none yet.
const (
	FactOpen     FactDecision = ""
	FactAccepted FactDecision = "accepted"
	FactRefused  FactDecision = "refused"
)

// CorrectableFacts lists the facts that a supplier may say are wrong.
var CorrectableFacts = []string{questionnaire.FactHostingKind, questionnaire.FactHostingCountry, questionnaire.FactExposure, questionnaire.FactDataCategories}

// Scope is that of the review's messages; of a supplier its leads see it.
func (FactCorrection) Scope(by access.Actor) store.Condition {
	return store.Leads(by, access.MessageRead, "fact_corrections.review_id")
}

// AuditKind names the thing in the audit log.
func (*FactCorrection) AuditKind() string { return "fact_correction" }

// AuditAbout is the review.
func (c *FactCorrection) AuditAbout() uuid.UUID { return c.ReviewID }

// Facts gives what the inventory said at issue of the systems of a review, and
// what the supplier says is wrong in it, newest first.
func (s *Service) Facts(ctx context.Context, by access.Actor, id uuid.UUID) ([]questionnaire.SystemFacts, []*FactCorrection, error) {
	var corrections []*FactCorrection
	facts, err := store.Read(ctx, s.db, by, func(tx *store.Tx) ([]questionnaire.SystemFacts, error) {
		r, err := reviewFor(tx, id, access.MessageRead, store.Find[Review])
		if err != nil {
			return nil, err
		}
		if by.OnSupplierSide() && !by.Has(access.SupplierLead) {
			return nil, fault.Forbidden("forbidden")
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		corrections, err = store.All[FactCorrection](tx, "created_at DESC, id DESC", "review_id = ?", id)
		return d.facts.Systems, err
	})
	return facts, corrections, err
}

// FactInput is what a lead says a fact should be.
type FactInput struct {
	SystemID uuid.UUID `json:"system_id"`
	Fact     string    `json:"fact"`
	Proposed []string  `json:"proposed"`
	Reason   string    `json:"reason" maxLength:"2000"`
}

func (in *FactInput) check() error {
	in.Reason = strings.TrimSpace(in.Reason)
	invalid := fault.Invalid("invalid")
	switch in.Fact {
	case questionnaire.FactHostingKind:
		if len(in.Proposed) != 1 || !slices.Contains(inventory.HostingKinds, inventory.HostingKind(in.Proposed[0])) {
			invalid.On("proposed", "system.hosting-unknown")
		}
	case questionnaire.FactHostingCountry:
		if len(in.Proposed) != 1 || !inventory.IsCountry(in.Proposed[0]) {
			invalid.On("proposed", "country.wrong")
		}
	case questionnaire.FactExposure:
		if len(in.Proposed) != 1 || !slices.Contains(inventory.Exposures, inventory.Exposure(in.Proposed[0])) {
			invalid.On("proposed", "system.exposure-unknown")
		}
	case questionnaire.FactDataCategories:
		for _, c := range in.Proposed {
			if !slices.Contains(inventory.DataCategories, inventory.DataCategory(c)) {
				invalid.On("proposed", "system.category-unknown")
			}
		}
		in.Proposed = append([]string{}, in.Proposed...) // empty is "none"
	default:
		invalid.On("fact", "fact.unknown")
	}
	if in.Reason == "" {
		invalid.On("reason", "reason.missing")
	}
	return invalid.OrNil()
}

// standing gives a fact as the inventory has it now.
func standing(system *inventory.System, fact string) []string {
	f := factsOf(system, uuid.Nil, nil)
	switch {
	case fact == questionnaire.FactDataCategories:
		return f.DataCategories
	case fact == questionnaire.FactHostingKind && f.HostingKind != "":
		return []string{f.HostingKind}
	case fact == questionnaire.FactHostingCountry && f.HostingCountry != "":
		return []string{f.HostingCountry}
	case fact == questionnaire.FactExposure && f.Exposure != "":
		return []string{f.Exposure}
	}
	return nil
}

// CorrectFact proposes another fact to the official. A lead does, once at a
// time for each fact of a system.
func (s *Service) CorrectFact(ctx context.Context, by access.Actor, id uuid.UUID, in FactInput) (*FactCorrection, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*FactCorrection, error) {
		r, err := reviewFor(tx, id, access.MessageWrite, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if !by.Has(access.SupplierLead) {
			return nil, fault.Forbidden("fact.lead-corrects")
		}
		if !r.Open() {
			return nil, r.wrongState()
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		systems, err := systemsOf(tx.AsProgram("correct a fact"), id)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(systems, func(one *inventory.System) bool { return one.ID == in.SystemID })
		if at < 0 {
			return nil, fault.Invalid("invalid").On("system_id", "system.unknown")
		}
		open, err := store.Count[FactCorrection](tx, "review_id = ? AND system_id = ? AND fact = ? AND decision = ?", id, in.SystemID, in.Fact, FactOpen)
		if err != nil {
			return nil, err
		}
		if open > 0 {
			return nil, fault.Conflict("fact.waiting")
		}
		c := &FactCorrection{ReviewID: id, SystemID: in.SystemID, Fact: in.Fact, Stands: standing(systems[at], in.Fact), Proposed: in.Proposed,
			Reason: in.Reason, ProposedByID: by.UserID, ProposedBy: by.Name}
		if err := tx.AsProgram("correct a fact").Create(c, FactProposed); err != nil {
			return nil, err
		}
		return c, s.mailOwner(tx, r, "message")
	})
}

// DecideFact accepts a correction, which changes the inventory, or refuses it.
func (s *Service) DecideFact(ctx context.Context, by access.Actor, id, correction uuid.UUID, decision FactDecision) (*FactCorrection, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*FactCorrection, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		c, err := store.FindBy[FactCorrection](tx, "id = ? AND review_id = ?", correction, id)
		if err != nil {
			return nil, err
		}
		if c.Decision != FactOpen {
			return nil, fault.Conflict("fact.decided")
		}
		now := tx.Now()
		c.Decision, c.DecidedBy, c.DecidedAt = decision, by.Name, &now
		act := FactTurnedDown
		switch decision {
		case FactAccepted:
			act = FactTaken
			if _, err := inventory.EditSystemIn(tx, c.SystemID, c.apply); err != nil {
				return nil, err
			}
		case FactRefused:
		default:
			return nil, fault.Invalid("invalid").On("decision", "fact.decision-unknown")
		}
		if err := tx.Save(c, act); err != nil {
			return nil, err
		}
		return c, s.mailLeads(tx, r, "message")
	})
}

func (c *FactCorrection) apply(in *inventory.SystemInput) error {
	switch c.Fact {
	case questionnaire.FactHostingKind:
		in.Hosting.Kind = inventory.HostingKind(c.Proposed[0])
	case questionnaire.FactHostingCountry:
		in.Hosting.Country = c.Proposed[0]
	case questionnaire.FactExposure:
		in.Exposure = inventory.Exposure(c.Proposed[0])
	case questionnaire.FactDataCategories:
		in.DataCategories = []inventory.DataCategory{}
		for _, one := range c.Proposed {
			in.DataCategories = append(in.DataCategories, inventory.DataCategory(one))
		}
	}
	return nil
}
