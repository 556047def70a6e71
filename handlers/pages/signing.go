package pages

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

type typedCondition struct {
	lang.Text
	Due typedDay
}

type signData struct {
	Review     *review.Detail
	Snapshot   *review.Snapshot
	Hosts      map[uuid.UUID]lang.Text
	In         review.SignInput
	Conditions []typedCondition // as many as can be typed
	Interval   string
	Open       bool // may be decided: assessed, and the accuracy check is over
	Stale      bool // the assessment has changed since the page was opened
}

// Signed gives the decision of a host that stands.
func (d signData) Signed(host uuid.UUID) *review.SignOffView {
	for i, s := range d.Review.SignOffs {
		if s.HostOrganisationID == host && s.VoidedAt == nil {
			return &d.Review.SignOffs[i]
		}
	}
	return nil
}

// Judged counts the judgements.
func (d signData) Judged() int {
	n := 0
	for _, q := range d.Snapshot.Questions {
		if q.Outcome != "" {
			n++
		}
	}
	return n
}

// Claims counts the judgements that rest on the supplier's word alone.
func (d signData) Claims() int {
	n := 0
	for _, q := range d.Snapshot.Questions {
		if q.Outcome != "" && (q.Basis == questionnaire.Claim || q.Basis == "") {
			n++
		}
	}
	return n
}

// Changed counts the answers that differ from those of the review before.
func (d signData) Changed() int {
	n := 0
	for _, q := range d.Snapshot.Questions {
		if q.Changed {
			n++
		}
	}
	return n
}

// Findings are the findings, gravest first.
func (d signData) Findings() []review.FindingSnap {
	return slices.SortedStableFunc(slices.Values(d.Snapshot.Findings), func(a, b review.FindingSnap) int {
		return slices.Index(review.Severities, a.Severity) - slices.Index(review.Severities, b.Severity)
	})
}

// Better are the questions judged better than in the review before.
func (d signData) Better() []review.QuestionSnap { return d.moved(1) }

// Worse are the questions judged worse than in the review before.
func (d signData) Worse() []review.QuestionSnap { return d.moved(-1) }

func (d signData) moved(direction int) []review.QuestionSnap {
	var moved []review.QuestionSnap
	for _, q := range d.Snapshot.Questions {
		if q.PreviousOutcome.Compare(q.Outcome) == direction {
			moved = append(moved, q)
		}
	}
	return moved
}

// Carried counts the judgements taken over from an earlier review.
func (d signData) Carried() int {
	n := 0
	for _, q := range d.Snapshot.Questions {
		if q.CarriedFrom != "" {
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
		data.Conditions = append(data.Conditions, typedCondition{})
	}
	waits := data.Review.WaitingFor
	data.Open = data.Review.State == review.Assessed && waits != nil && *waits == review.WaitsForSigner
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
		text, due := v.TypedText(fmt.Sprintf("conditions.%d", i)), fmt.Sprintf("conditions/%d/due_on", i)
		data.Conditions = append(data.Conditions, typedCondition{text, v.typedDay(due)})
		data.In.Conditions = append(data.In.Conditions, review.Condition{Text: text, DueOn: v.TypedDate(due)})
	}
	in := data.In
	invalid := fault.Invalid("invalid")
	in.IntervalMonths = number(data.Interval, "interval_months", invalid)
	if err = invalid.OrNil(); err == nil {
		_, err = p.Services.Reviews.SignOff(v.UserContext(), v.Actor(), id, in)
	}
	if err != nil {
		data.Stale = fault.Is(err, fault.KindStale)
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
