package review

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// ActionInput is what will be done, by whom, by when.
type ActionInput struct {
	FindingID uuid.UUID     `json:"finding_id"`
	Side      Side          `json:"side,omitempty" nullable:"true"`
	Text      lang.Text     `json:"text"`
	OwnerName string        `json:"owner_name,omitempty" nullable:"true"`
	DueOn     calendar.Date `json:"due_on"`
}

// AddAction says what will be done about a finding.
func (s *Service) AddAction(ctx context.Context, by access.Actor, in ActionInput) (*Action, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Action, error) {
		f, err := store.Find[Finding](tx, in.FindingID)
		if fault.Is(err, fault.KindNotFound) {
			return nil, fault.Invalid("invalid").On("finding_id", "finding.unknown")
		}
		if err != nil {
			return nil, err
		}
		if err := tx.May(store.Reviews, access.FindingWrite, f.ReviewID); err != nil {
			return nil, err
		}
		if in.Side == "" {
			in.Side = SupplierSide
		}
		invalid := fault.Invalid("invalid")
		if in.Text.Empty() {
			invalid.On("text.en", "action.text-missing")
		}
		if in.Side != SupplierSide && in.Side != OurSide {
			invalid.On("side", "action.side-unknown")
		}
		if _, ok := calendar.Parse(string(in.DueOn)); !ok {
			invalid.On("due_on", "date.wrong")
		}
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		a := &Action{ReviewID: f.ReviewID, FindingID: &f.ID, Side: in.Side, Text: in.Text, SourceLanguage: sourceOf(in.Text),
			OwnerName: strings.TrimSpace(in.OwnerName), DueOn: in.DueOn, State: ActionOpen}
		return a, createAction(tx, a)
	})
}

func createAction(tx *store.Tx, a *Action) error {
	var err error
	if a.Reference, err = tx.NextReference("ACT", true); err != nil {
		return err
	}
	return tx.Create(a, ActionAdded)
}

// Complete says that an action is done, and what shows it.
func (s *Service) Complete(ctx context.Context, by access.Actor, id uuid.UUID, completion string) (*Action, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Action, error) {
		a, err := forDoing(tx, id)
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(completion) == "" {
			return nil, fault.Invalid("invalid").On("completion", "action.completion-missing")
		}
		now := tx.Now()
		a.State, a.Completion, a.CompletedAt = ActionCompleted, strings.TrimSpace(completion), &now
		a.CompletedBy, a.CompletedByID = by.Name, &by.UserID
		a.SentBack, a.SentBackBy = lang.Text{}, ""
		return a, tx.Save(a, ActionDone)
	})
}

// CompletedByHand reports whether the actor said that the action is done:
// nobody verifies their own.
func (a *Action) CompletedByHand(by access.Actor) bool {
	return a.CompletedByID != nil && *a.CompletedByID == by.UserID
}

// forVerifying gives an action that is said to be done to one who may say
// whether it is.
func forVerifying(tx *store.Tx, id uuid.UUID) (*Action, error) {
	a, err := store.Lock[Action](tx, id)
	if err != nil {
		return nil, err
	}
	if err := tx.May(store.Reviews, access.ActionVerify, a.ReviewID); err != nil {
		return nil, err
	}
	if a.State != ActionCompleted {
		return nil, fault.Conflict("action.wrong-state", fault.Args{"State": string(a.State)})
	}
	if a.CompletedByHand(tx.By()) {
		return nil, fault.Forbidden("action.verify-own")
	}
	return a, nil
}

// VerifyAction confirms that an action is done; nobody verifies their own.
func (s *Service) VerifyAction(ctx context.Context, by access.Actor, id uuid.UUID) (*Action, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Action, error) {
		a, err := forVerifying(tx, id)
		if err != nil {
			return nil, err
		}
		now := tx.Now()
		a.State, a.VerifiedAt, a.VerifiedBy = ActionVerified, &now, by.Name
		return a, tx.Save(a, ActionChecked)
	})
}

// SendActionBack opens an action again that is not done as it was said to be,
// and says what is still missing. What was said of it stays until it is
// completed anew; whoever carries it out is told.
func (s *Service) SendActionBack(ctx context.Context, by access.Actor, id uuid.UUID, message lang.Text) (*Action, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Action, error) {
		a, err := forVerifying(tx, id)
		if err != nil {
			return nil, err
		}
		if message.Empty() {
			return nil, fault.Invalid("invalid").On("message.en", "message.missing")
		}
		a.State, a.CompletedAt, a.CompletedBy, a.CompletedByID = ActionOpen, nil, "", nil
		a.SentBack, a.SentBackBy, a.RemindedAt = message, by.Name, nil
		if err := tx.Save(a, ActionSentBack); err != nil {
			return nil, err
		}
		r, err := store.Find[Review](tx, a.ReviewID)
		if err != nil {
			return nil, err
		}
		return a, s.mailDoers(tx, r, a, "action_sent_back")
	})
}

// mailDoers writes to those who carry an action out: the leads of the supplier
// who were asked, or the official who planned the review.
func (s *Service) mailDoers(tx *store.Tx, r *Review, a *Action, kind string) error {
	if a.Side == SupplierSide {
		return s.mailLeads(tx, r, kind)
	}
	return s.mailOwner(tx, r, kind)
}

// Action gives one action.
func (s *Service) Action(ctx context.Context, by access.Actor, id uuid.UUID) (*Action, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Action, error) { return store.Find[Action](tx, id) })
}
