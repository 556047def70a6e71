package review

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// Extension is a supplier's request for more time, and what became of it.
type Extension struct {
	store.Row
	ReviewID  uuid.UUID
	ActionID  *uuid.UUID // for an action, not for the answers
	AskedBy   string     // empty where an official moved the date without being asked
	AskedByID *uuid.UUID
	UntilOn   calendar.Date // as asked; once granted, as granted
	Reason    string
	Decision  ExtensionDecision
	DecidedBy string
	DecidedAt *time.Time
}

// ExtensionDecision says what became of a request for time.
type ExtensionDecision string

// The decisions on a request for time; an open one has none yet.
const (
	Undecided ExtensionDecision = ""
	Granted   ExtensionDecision = "granted"
	Refused   ExtensionDecision = "refused"
)

// Scope is that of the review's messages; of a supplier its leads see it.
func (Extension) Scope(by access.Actor) store.Condition {
	c := store.Leads(by, access.MessageRead, "extensions.review_id")
	if by.OnSupplierSide() {
		c = c.And(notOfOurActions("extensions"))
	}
	return c
}

// AuditKind names the thing in the audit log.
func (*Extension) AuditKind() string { return "extension" }

// AuditAbout is the review.
func (e *Extension) AuditAbout() uuid.UUID { return e.ReviewID }

// ExtensionInput is a request for time.
type ExtensionInput struct {
	UntilOn calendar.Date `json:"until_on"`
	Reason  string        `json:"reason" maxLength:"2000"`
}

// Extensions lists the requests for time of a review, newest first.
func (s *Service) Extensions(ctx context.Context, by access.Actor, review uuid.UUID) ([]*Extension, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Extension, error) {
		if _, err := reviewFor(tx, review, access.MessageRead, store.Find[Review]); err != nil {
			return nil, err
		}
		return store.All[Extension](tx, "created_at DESC, id DESC", "review_id = ? AND action_id IS NULL", review)
	})
}

// AskForTime asks for a later due date. A lead asks while answers are taken,
// and once at a time.
func (s *Service) AskForTime(ctx context.Context, by access.Actor, id uuid.UUID, in ExtensionInput) (*Extension, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Extension, error) {
		r, err := reviewFor(tx, id, access.MessageWrite, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if !by.Has(access.SupplierLead) {
			return nil, fault.Forbidden("extension.lead-asks")
		}
		if !r.is(Issued, InProgress, Returned) {
			return nil, r.wrongState()
		}
		open, err := store.Many[Extension](tx, "id", "review_id = ? AND action_id IS NULL AND decision = ?", id, Undecided)
		if err != nil {
			return nil, err
		}
		if len(open) > 0 {
			return nil, fault.Conflict("extension.waiting")
		}
		e := &Extension{ReviewID: id, AskedBy: by.Name, AskedByID: &by.UserID, UntilOn: in.UntilOn, Reason: strings.TrimSpace(in.Reason)}
		invalid := fault.Invalid("invalid")
		r.checkLater(invalid, in.UntilOn, calendar.On(tx.Now()))
		if e.Reason == "" {
			invalid.On("reason", "reason.missing")
		}
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		if err := tx.AsProgram("ask for time").Create(e, ExtensionAsked); err != nil {
			return nil, err
		}
		return e, s.mailOurSide(tx, r, "message")
	})
}

// checkLater notes when a day is none, or not after the due date and today.
func (r *Review) checkLater(invalid *fault.Error, day, today calendar.Date) {
	if _, ok := calendar.Parse(string(day)); !ok {
		invalid.On("until_on", "date.wrong")
	} else if day <= r.DueOn || day <= today {
		invalid.On("until_on", "extension.not-later")
	}
}

// DecideTime grants a request for time, until the day asked for or another, or
// refuses it. A granted one moves the due date.
func (s *Service) DecideTime(ctx context.Context, by access.Actor, id, extension uuid.UUID, decision ExtensionDecision, until calendar.Date) (*Extension, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Extension, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		e, err := store.FindBy[Extension](tx, "id = ? AND review_id = ? AND action_id IS NULL", extension, id)
		if err != nil {
			return nil, err
		}
		if e.Decision != Undecided {
			return nil, fault.Conflict("extension.decided")
		}
		now := tx.Now()
		e.Decision, e.DecidedBy, e.DecidedAt = decision, by.Name, &now
		if decision == Refused {
			if err := tx.Save(e, ExtensionRefused); err != nil {
				return nil, err
			}
			return e, s.mailLeads(tx, r, "message")
		}
		if !r.is(Issued, InProgress, Returned) {
			return nil, r.wrongState()
		}
		if until != "" {
			e.UntilOn = until
		}
		invalid := fault.Invalid("invalid")
		if decision != Granted {
			invalid.On("decision", "extension.decision-unknown")
		}
		r.checkLater(invalid, e.UntilOn, calendar.On(now))
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		r.DueOn = e.UntilOn
		if err := keepStanding(tx, r, DueDateMoved); err != nil {
			return nil, err
		}
		if err := tx.Save(e, ExtensionGranted); err != nil {
			return nil, err
		}
		return e, s.mailRespondents(tx, r, "message")
	})
}

// moveDue changes the due date. Once the supplier was asked it is told, with
// the reason, and the first date stays on record.
func (s *Service) moveDue(tx *store.Tx, r *Review, due calendar.Date, reason string) error {
	if _, ok := calendar.Parse(string(due)); !ok {
		return fault.Invalid("invalid").On("due_on", "date.wrong")
	}
	if due == r.DueOn {
		return nil
	}
	r.DueOn = due
	if r.State == Planned {
		r.FirstDueOn = due
		return nil
	}
	if !r.is(Issued, InProgress, Returned) {
		return nil
	}
	now := tx.Now()
	e := &Extension{ReviewID: r.ID, UntilOn: due, Reason: strings.TrimSpace(reason), Decision: Granted, DecidedBy: tx.By().Name, DecidedAt: &now}
	if err := tx.AsProgram("move the due date").Create(e, DueDateMoved); err != nil {
		return err
	}
	return s.mailRespondents(tx, r, "message")
}
