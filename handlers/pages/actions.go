package pages

import (
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// actionRow is an action with what its reader may do about it.
type actionRow struct {
	*review.Action
	Review  *review.Detail // that it comes from; nil where it is not on the list
	Late    bool
	Does    bool   // carries it out
	Checks  bool   // verifies it, or sends it back
	Form    string // complete or send-back, where what was typed was refused
	Written string
	Message lang.Text
}

type actionsData struct {
	Items []actionRow
	Next  string
	Only  bool // one action, at an address of its own
}

// actionTyped is what was typed at one action and refused.
type actionTyped struct {
	On      uuid.UUID
	Form    string
	Written string
	Message lang.Text
}

func (p *Pages) allActions(v *View, typed actionTyped) (Page, error) {
	rows, err := p.Services.Reviews.Actions(v.UserContext(), v.Actor(), uuid.Nil, store.Paging{Limit: 100, After: v.Query("after")})
	if err != nil {
		return Page{}, err
	}
	data := actionsData{Next: rows.Next}
	for _, a := range rows.Items {
		data.Items = append(data.Items, v.actionRow(a, typed))
	}
	return actionsPage(data), nil
}

func actionsPage(data actionsData) Page {
	return Page{Name: "actions", TitleKey: "nav.actions", Wide: true, Data: data}
}

func (v *View) actionRow(a *review.Action, typed actionTyped) actionRow {
	by := v.Actor()
	row := actionRow{Action: a, Late: a.State == review.ActionOpen && a.DueOn < calendar.On(time.Now()),
		Does:   a.State == review.ActionOpen && by.Holds(access.ActionDo) && (a.Side == review.SupplierSide) == by.OnSupplierSide(),
		Checks: a.State == review.ActionCompleted && by.Holds(access.ActionVerify) && !a.CompletedByHand(by)}
	if a.ID == typed.On {
		row.Form, row.Written, row.Message = typed.Form, typed.Written, typed.Message
	}
	return row
}

// Action shows one action, at the address that others are sent.
func (p *Pages) Action(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	a, err := p.Services.Reviews.Action(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	return v.Show(actionsPage(actionsData{Items: []actionRow{v.actionRow(a, actionTyped{})}, Only: true}))
}

// Actions lists what will be done, by whom and by when.
func (p *Pages) Actions(v *View) error {
	page, err := p.allActions(v, actionTyped{})
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
		page, pageErr := p.allActions(v, actionTyped{id, form, v.Typed("completion"), v.TypedText("message")})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/actions", flash)
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
