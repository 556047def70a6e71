package portfolio

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// The acts of accepting a risk in the audit log.
const (
	AcceptanceProposed audit.Action = "risk_acceptance.proposed"
	AcceptanceAgreed   audit.Action = "risk_acceptance.agreed"
	AcceptanceEnded    audit.Action = "risk_acceptance.ended"
)

// Acceptance is the residual risk of a system, accepted by two people for a
// time. The score stays what it is, and a critical finding stays open.
type Acceptance struct {
	store.Row
	SystemID uuid.UUID
	// What was accepted, as it was when it was proposed.
	Consequence int
	Likelihood  int
	RuleVersion string
	Reason      lang.Text `gorm:"embedded;embeddedPrefix:reason_"`
	UntilOn     calendar.Date
	// A signature carries name, job title and organisation as text.
	ProposedByID  uuid.UUID
	ProposedBy    string
	ProposedTitle string
	ProposedFor   string
	AgreedByID    *uuid.UUID
	AgreedBy      string
	AgreedTitle   string
	AgreedFor     string
	AgreedAt      *time.Time
	EndedBy       string
	EndedAt       *time.Time
}

// TableName names the table.
func (Acceptance) TableName() string { return "risk_acceptances" }

// Scope is that of the system; a supplier sees no risk.
func (Acceptance) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Systems(by, access.InventoryRead, "risk_acceptances.system_id")
}

// AuditKind names the thing in the audit log.
func (*Acceptance) AuditKind() string { return "risk_acceptance" }

// AuditAbout is the system.
func (a *Acceptance) AuditAbout() uuid.UUID { return a.SystemID }

// Score is the risk that was accepted.
func (a *Acceptance) Score() int { return a.Consequence * a.Likelihood }

// Level is the level of the risk that was accepted.
func (a *Acceptance) Level() risk.RiskLevel { return risk.Level(a.Score()) }

// AcceptanceState says where an acceptance stands.
type AcceptanceState string

// The states of an acceptance.
const (
	Proposed   AcceptanceState = "proposed" // by one person, and nobody agreed yet
	Accepted   AcceptanceState = "accepted"
	LapsedRisk AcceptanceState = "lapsed" // its date has passed
	EndedRisk  AcceptanceState = "ended"  // before its date
)

// AcceptanceStates lists the states of an acceptance.
var AcceptanceStates = []AcceptanceState{Proposed, Accepted, LapsedRisk, EndedRisk}

// On gives the state on a day: the last day of an acceptance belongs to it.
func (a *Acceptance) On(today calendar.Date) AcceptanceState {
	switch {
	case a.EndedAt != nil:
		return EndedRisk
	case a.UntilOn < today:
		return LapsedRisk
	case a.AgreedAt == nil:
		return Proposed
	}
	return Accepted
}

// agree adds the second person, who is never the first.
func (a *Acceptance) agree(by access.Actor, at time.Time) error {
	switch state := a.On(calendar.On(at)); {
	case state == LapsedRisk:
		return fault.Conflict("risk.acceptance-lapsed")
	case state != Proposed:
		return fault.Conflict("risk.acceptance-not-proposed")
	case a.ProposedByID == by.UserID:
		return fault.Forbidden("risk.acceptance-same-person")
	}
	a.AgreedByID, a.AgreedAt = &by.UserID, &at
	return nil
}

// AcceptanceInput is what an approver proposes.
type AcceptanceInput struct {
	SystemID uuid.UUID     `json:"system_id"`
	Reason   lang.Text     `json:"reason"`
	UntilOn  calendar.Date `json:"until_on"`
}

func (in *AcceptanceInput) check(today calendar.Date) error {
	in.Reason = lang.Text{En: strings.TrimSpace(in.Reason.En), Cy: strings.TrimSpace(in.Reason.Cy)}
	invalid := fault.Invalid("invalid")
	if in.Reason.Empty() {
		invalid.On("reason.en", "reason.missing")
	}
	if _, ok := calendar.Parse(string(in.UntilOn)); !ok {
		invalid.On("until_on", "date.wrong")
	} else if in.UntilOn < today {
		invalid.On("until_on", "risk.acceptance-past")
	}
	return invalid.OrNil()
}

// ProposeAcceptance proposes to accept the residual risk of a system as it is
// today. An approver for the systems that their organisation hosts may.
func (s *Service) ProposeAcceptance(ctx context.Context, by access.Actor, in AcceptanceInput) (*Acceptance, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Acceptance, error) {
		system, err := store.Lock[inventory.System](tx, in.SystemID) // one proposal after another
		if err != nil {
			return nil, err
		}
		if err := tx.May(store.Systems, access.RiskPropose, system.ID); err != nil {
			return nil, err
		}
		today := calendar.On(tx.Now())
		if err := in.check(today); err != nil {
			return nil, err
		}
		views, err := viewSystems(tx, []*inventory.System{system})
		if err != nil {
			return nil, err
		}
		now := views[0].ResidualRisk
		if now == nil || now.Consequence == 0 {
			return nil, fault.Conflict("risk.none")
		}
		waiting, err := store.Count[Acceptance](tx, "system_id = ? AND agreed_at IS NULL AND ended_at IS NULL AND until_on >= ?", system.ID, today)
		if err != nil {
			return nil, err
		}
		if waiting > 0 {
			return nil, fault.Conflict("risk.acceptance-waits")
		}
		a := &Acceptance{SystemID: system.ID, Consequence: now.Consequence, Likelihood: now.Likelihood, RuleVersion: now.RuleVersion,
			Reason: in.Reason, UntilOn: in.UntilOn, ProposedByID: by.UserID}
		if a.ProposedBy, a.ProposedTitle, a.ProposedFor, err = signature(tx); err != nil {
			return nil, err
		}
		return a, tx.Create(a, AcceptanceProposed)
	})
}

// signature gives the actor's name, job title and organisation as text.
func signature(tx *store.Tx) (name, title, place string, err error) {
	program := tx.AsProgram("name who accepts a risk")
	user, err := store.Find[identity.User](program, tx.By().UserID)
	if err != nil {
		return "", "", "", err
	}
	place = "NHS Wales"
	if id := tx.By().OrganisationID; id != uuid.Nil {
		organisation, err := store.Find[directory.Organisation](program, id)
		if err != nil {
			return "", "", "", err
		}
		place = organisation.Name.String()
	}
	return user.Name, user.JobTitle, place, nil
}

// AgreeToAcceptance is the second person's part: an official, or an approver of
// the host.
func (s *Service) AgreeToAcceptance(ctx context.Context, by access.Actor, id uuid.UUID) (*Acceptance, error) {
	return s.changeAcceptance(ctx, by, id, access.RiskAgree, AcceptanceAgreed, func(tx *store.Tx, a *Acceptance) error {
		if err := a.agree(by, tx.Now()); err != nil {
			return err
		}
		var err error
		a.AgreedBy, a.AgreedTitle, a.AgreedFor, err = signature(tx)
		return err
	})
}

// EndAcceptance ends an acceptance before its date, or drops a proposal.
func (s *Service) EndAcceptance(ctx context.Context, by access.Actor, id uuid.UUID) (*Acceptance, error) {
	return s.changeAcceptance(ctx, by, id, access.RiskPropose, AcceptanceEnded, func(tx *store.Tx, a *Acceptance) error {
		if state := a.On(calendar.On(tx.Now())); state != Proposed && state != Accepted {
			return fault.Conflict("risk.acceptance-over")
		}
		now := tx.Now()
		a.EndedBy, a.EndedAt = by.Name, &now
		return nil
	})
}

func (s *Service) changeAcceptance(ctx context.Context, by access.Actor, id uuid.UUID, p access.Permission, action audit.Action, change func(*store.Tx, *Acceptance) error) (*Acceptance, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Acceptance, error) {
		a, err := store.Lock[Acceptance](tx, id)
		if err != nil {
			return nil, err
		}
		if err := tx.May(store.Systems, p, a.SystemID); err != nil {
			return nil, err
		}
		if err := change(tx, a); err != nil {
			return nil, err
		}
		return a, tx.Save(a, action)
	})
}

// AcceptanceFilter narrows the list of acceptances; empty fields do not.
type AcceptanceFilter struct {
	SystemID uuid.UUID
	State    AcceptanceState
}

// Acceptances lists acceptances, the newest first.
func (s *Service) Acceptances(ctx context.Context, by access.Actor, f AcceptanceFilter, p store.Paging) (store.List[*Acceptance], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Acceptance], error) {
		q := store.Query[Acceptance](tx)
		if f.SystemID != uuid.Nil {
			q = q.Where("system_id = ?", f.SystemID)
		}
		if f.State != "" {
			stands := standing(f.State, calendar.On(tx.Now()))
			q = q.Where(stands.SQL, stands.Args...)
		}
		return store.Paged[Acceptance](tx, q, p, store.Columns{"created_at": "created_at", "until_on": "until_on"}, "-created_at")
	})
}

// standing is On in words of the database.
func standing(state AcceptanceState, today calendar.Date) store.Condition {
	switch state {
	case EndedRisk:
		return store.Condition{SQL: "ended_at IS NOT NULL"}
	case LapsedRisk:
		return store.Condition{SQL: "ended_at IS NULL AND until_on < ?", Args: []any{today}}
	case Proposed:
		return store.Condition{SQL: "ended_at IS NULL AND until_on >= ? AND agreed_at IS NULL", Args: []any{today}}
	}
	return store.Condition{SQL: "ended_at IS NULL AND until_on >= ? AND agreed_at IS NOT NULL", Args: []any{today}}
}

// Acceptance gives one acceptance.
func (s *Service) Acceptance(ctx context.Context, by access.Actor, id uuid.UUID) (*Acceptance, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Acceptance, error) { return store.Find[Acceptance](tx, id) })
}
