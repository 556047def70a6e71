package pages

import (
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
)

type actionData struct {
	*review.Action
	Of      review.Of
	Finding *review.Finding // nil: a condition of a sign-off
	Late    bool
	Does    bool // carries it out
	Checks  bool // verifies it, or sends it back
	// What was typed and refused, and in which form.
	Form    string
	Written string
	Message lang.Text
}

func (p *Pages) actionPage(v *View, id uuid.UUID, form string) (Page, error) {
	row, err := p.Services.Reviews.ActionRow(v.UserContext(), v.Actor(), id)
	if err != nil {
		return Page{}, err
	}
	by := v.Actor()
	data := actionData{Action: row.Action, Of: row.Of, Late: row.Late, Form: form, Written: row.Completion,
		Does:   row.State == review.ActionOpen && by.Holds(access.ActionDo) && (row.Side == review.SupplierSide) == by.OnSupplierSide(),
		Checks: row.State == review.ActionCompleted && by.Holds(access.ActionVerify) && !row.CompletedByHand(by)}
	if form != "" {
		data.Written, data.Message = v.Typed("completion"), v.TypedText("message")
	}
	if row.FindingID != nil {
		if data.Finding, err = p.Services.Reviews.Finding(v.UserContext(), by, *row.FindingID); err != nil {
			return Page{}, err
		}
	}
	return Page{Name: "action", Title: row.Reference, Data: data}, nil
}

// Action shows what will be done, by whom and by when, and what came of it.
func (p *Pages) Action(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	page, err := p.actionPage(v, id, "")
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) onAction(v *View, form, flash string, do func(uuid.UUID) error) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		page, pageErr := p.actionPage(v, id, form)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/actions/"+id.String(), flash)
}

// ActionComplete says that an action is done.
func (p *Pages) ActionComplete(v *View) error {
	return p.onAction(v, "complete", "flash.action-completed", func(id uuid.UUID) error {
		_, err := p.Services.Reviews.Complete(v.UserContext(), v.Actor(), id, v.Typed("completion"))
		return err
	})
}

// ActionVerify confirms that an action is done.
func (p *Pages) ActionVerify(v *View) error {
	return p.onAction(v, "verify", "flash.action-verified", func(id uuid.UUID) error {
		_, err := p.Services.Reviews.VerifyAction(v.UserContext(), v.Actor(), id)
		return err
	})
}

// ActionSendBack opens an action again that is not done.
func (p *Pages) ActionSendBack(v *View) error {
	return p.onAction(v, "send-back", "flash.action-sent-back", func(id uuid.UUID) error {
		_, err := p.Services.Reviews.SendActionBack(v.UserContext(), v.Actor(), id, v.TypedText("message"))
		return err
	})
}

// ActionAdd says what will be done about a finding.
func (p *Pages) ActionAdd(v *View) error {
	finding, _ := uuid.Parse(v.Typed("finding_id"))
	a, err := p.Services.Reviews.AddAction(v.UserContext(), v.Actor(), review.ActionInput{FindingID: finding, Side: review.Side(v.Typed("side")),
		Text: v.TypedText("text"), OwnerName: v.Typed("owner_name"), DueOn: v.TypedDate("due_on")})
	if err != nil {
		return p.refuseFinding(v, err, findingTyped{On: finding, Form: "action", Text: v.TypedText("text"), Owner: v.Typed("owner_name"),
			Side: v.Typed("side"), DueOn: v.typedDay("due_on")})
	}
	return v.Go("/reviews/"+a.ReviewID.String()+"/findings", "flash.action-added")
}
