package pages

import (
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
)

type actionData struct {
	*review.ActionDetail
	Does    bool      // carries it out
	Checks  bool      // verifies it, or sends it back
	decides uuid.UUID // who may decide on time, unless they asked for it
	// What was typed and refused, and in which form.
	Form    string
	Written string
	Message lang.Text
	Until   typedDay
	Reason  string
}

// Decides reports whether the reader may decide on a request for time.
func (d actionData) Decides(e *review.Extension) bool {
	return d.decides != uuid.Nil && (e.AskedByID == nil || *e.AskedByID != d.decides)
}

// Waiting is the request for time that nobody has decided on yet.
func (d actionData) Waiting() *review.Extension {
	for _, e := range d.Asked {
		if e.Decision == review.Undecided {
			return e
		}
	}
	return nil
}

func (p *Pages) actionPage(v *View, id uuid.UUID, form string) (Page, error) {
	detail, err := p.Services.Reviews.ActionDetail(v.UserContext(), v.Actor(), id)
	if err != nil {
		return Page{}, err
	}
	by := v.Actor()
	data := actionData{ActionDetail: detail, Form: form, Written: detail.Completion,
		Does:   detail.State == review.ActionOpen && by.Holds(access.ActionDo) && (detail.Side == review.SupplierSide) == by.OnSupplierSide(),
		Checks: detail.State == review.ActionCompleted && by.Holds(access.ActionVerify) && !detail.CompletedByHand(by)}
	if by.Holds(access.ActionVerify) {
		data.decides = by.UserID
	}
	if form != "" {
		data.Written, data.Message, data.Until, data.Reason = v.Typed("completion"), v.TypedText("message"), v.typedDay("until_on"), v.Typed("reason")
	}
	return Page{Name: "action", Title: detail.Reference, Data: data}, nil
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

// ActionFile keeps a file that shows what was done.
func (p *Pages) ActionFile(v *View) error {
	return p.onAction(v, "file", "flash.evidence-added", func(id uuid.UUID) error {
		up, err := request.ReadUpload(v.Ctx)
		if err != nil {
			return err
		}
		_, err = p.Services.Reviews.AddActionEvidence(v.UserContext(), v.Actor(), id, up)
		return err
	})
}

// ActionTime asks for a later date.
func (p *Pages) ActionTime(v *View) error {
	return p.onAction(v, "time", "flash.time-asked", func(id uuid.UUID) error {
		_, err := p.Services.Reviews.AskForActionTime(v.UserContext(), v.Actor(), id, review.ExtensionInput{UntilOn: v.TypedDate("until_on"), Reason: v.Typed("reason")})
		return err
	})
}

// ActionTimeDecide grants or refuses a later date.
func (p *Pages) ActionTimeDecide(v *View) error {
	extension, err := v.ID("extension")
	if err != nil {
		return err
	}
	return p.onAction(v, "decide", "flash.time-decided", func(id uuid.UUID) error {
		_, err := p.Services.Reviews.DecideActionTime(v.UserContext(), v.Actor(), id, extension, review.ExtensionDecision(v.Typed("decision")), "")
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
