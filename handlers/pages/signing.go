package pages

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

type signData struct {
	Review     *review.Detail
	Snapshot   *review.Snapshot
	Hosts      map[uuid.UUID]lang.Text
	In         review.SignInput
	Conditions []lang.Text // as many as can be typed
	Interval   string
}

// Signed reports whether a host has a decision that stands.
func (d signData) Signed(host uuid.UUID) bool {
	for _, s := range d.Review.SignOffs {
		if s.HostOrganisationID == host && s.VoidedAt == nil {
			return true
		}
	}
	return false
}

// Claims counts the judgements that rest on the supplier's word alone.
func (d signData) Claims() int {
	n := 0
	for _, q := range d.Snapshot.Questions {
		if q.Outcome != "" && (q.Basis == "claim" || q.Basis == "") {
			n++
		}
	}
	return n
}

// Digest names the assessment that is signed.
func (d signData) Digest() string {
	if d.Review.AssessmentDigest == nil {
		return ""
	}
	return *d.Review.AssessmentDigest
}

const typedConditions = 3

func (p *Pages) signPage(v *View, data signData) (Page, error) {
	var err error
	if data.Review, err = p.forReview(v); err != nil {
		return Page{}, err
	}
	if data.Snapshot, err = p.Services.Reviews.Report(v.UserContext(), v.Actor(), data.Review.ID); err != nil {
		return Page{}, err
	}
	for len(data.Conditions) < typedConditions {
		data.Conditions = append(data.Conditions, lang.Text{})
	}
	data.Hosts, err = p.hostNames(v)
	return Page{Name: "sign-off", TitleKey: "sign-off.title", Data: data}, err
}

// SignOffForm is the two-minute page: the rating, what it rests on, what was
// found, and the decision.
func (p *Pages) SignOffForm(v *View) error {
	page, err := p.signPage(v, signData{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// SignOff decides.
func (p *Pages) SignOff(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	data := signData{In: review.SignInput{Decision: review.Decision(v.Typed("decision")), AssessmentDigest: v.Typed("assessment_digest")}, Interval: v.Typed("interval_months")}
	for i := range typedConditions {
		data.Conditions = append(data.Conditions, v.TypedText(fmt.Sprintf("conditions.%d", i)))
	}
	data.In.Conditions = append(data.In.Conditions, data.Conditions...)
	if months, err := strconv.Atoi(data.Interval); err == nil {
		data.In.IntervalMonths = &months
	}
	if _, err := p.Services.Reviews.SignOff(v.UserContext(), v.Actor(), id, data.In); err != nil {
		page, pageErr := p.signPage(v, data)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String(), "flash.signed")
}

type sendBackData struct {
	Review  *review.Detail
	Message lang.Text
}

// SendBackForm asks why a review goes back to its reviewers.
func (p *Pages) SendBackForm(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "send-back", TitleKey: "send-back.title", Data: sendBackData{Review: d}})
}

// SendBack gives the review back to its reviewers.
func (p *Pages) SendBack(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	message := v.TypedText("message")
	if _, err := p.Services.Reviews.SendBack(v.UserContext(), v.Actor(), d.ID, message); err != nil {
		return v.Refuse(err, Page{Name: "send-back", TitleKey: "send-back.title", Data: sendBackData{d, message}})
	}
	return v.Go("/reviews/"+d.ID.String(), "flash.sent-back")
}

type actionsData struct {
	Items  []*review.Action
	Theirs bool // a supplier reads
	Verify bool
	Typed  string
	On     string
}

func (p *Pages) actionsPage(v *View, data actionsData) (Page, error) {
	rows, err := p.Services.Reviews.Actions(v.UserContext(), v.Actor(), uuid.Nil, store.Paging{Limit: 200})
	data.Items, data.Theirs = rows.Items, v.Actor().OnSupplierSide()
	data.Verify = v.Actor().Holds("actions.verify")
	return Page{Name: "actions", TitleKey: "nav.actions", Wide: true, Data: data}, err
}

// Actions lists what will be done, by whom and by when.
func (p *Pages) Actions(v *View) error {
	page, err := p.actionsPage(v, actionsData{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) onAction(v *View, do func(uuid.UUID) error) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		page, pageErr := p.actionsPage(v, actionsData{Typed: v.Typed("completion"), On: id.String()})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/actions", "flash.saved")
}

// ActionComplete says that an action is done.
func (p *Pages) ActionComplete(v *View) error {
	return p.onAction(v, func(id uuid.UUID) error {
		_, err := p.Services.Reviews.Complete(v.UserContext(), v.Actor(), id, v.Typed("completion"))
		return err
	})
}

// ActionVerify confirms that an action is done.
func (p *Pages) ActionVerify(v *View) error {
	return p.onAction(v, func(id uuid.UUID) error {
		_, err := p.Services.Reviews.VerifyAction(v.UserContext(), v.Actor(), id)
		return err
	})
}

// ActionAdd says what will be done about a finding.
func (p *Pages) ActionAdd(v *View) error {
	finding, _ := uuid.Parse(v.Typed("finding_id"))
	a, err := p.Services.Reviews.AddAction(v.UserContext(), v.Actor(), review.ActionInput{FindingID: finding, Text: v.TypedText("text"),
		OwnerName: v.Typed("owner_name"), DueOn: v.TypedDate("due_on")})
	if err != nil {
		f, findErr := p.Services.Reviews.Finding(v.UserContext(), v.Actor(), finding)
		if findErr != nil {
			return err
		}
		page, pageErr := p.findingsPage(v, f.ReviewID, findingsData{})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+a.ReviewID.String()+"/findings", "flash.saved")
}
