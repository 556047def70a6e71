package pages

import (
	"net/url"

	"github.com/google/uuid"

	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

// judgingTaken reports whether a review takes judgements in its state.
func judgingTaken(d *review.Detail) bool {
	return d.State == review.Submitted || d.State == review.InAssessment
}

type judgeData struct {
	Review   *review.Detail
	Sections []askedSection
	Show     string
	Shown    int
	Judged   int
	Unjudged int // of those that must be judged
	Claims   int
	Carries  int // judgements of earlier reviews that may stand
	Judging  bool
	Read     map[string]string // names what there is to read, by section
	Next     string            // where the first question is that must be judged yet
	SentBack *review.Message   // why an approver gave it back, while that stands
}

// Judge lists the questions to be judged.
func (p *Pages) Judge(v *View) error {
	page, err := p.judgePage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) judgePage(v *View) (Page, error) {
	d, err := p.forReview(v)
	if err != nil {
		return Page{}, err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return Page{}, err
	}
	data := judgeData{Review: d, Show: v.Query("show"), Judging: judgingTaken(d), Read: readMarks(all)}
	for _, q := range all {
		switch {
		case !q.Shown:
			continue
		case q.Judgement != nil:
			data.Judged++
		case q.Weight > 0:
			data.Unjudged++
			if data.Next == "" {
				data.Next = q.JudgeHref()
			}
		}
		data.Shown++
		if q.Previous != nil && q.Previous.Carries && q.Judgement == nil {
			data.Carries++
		}
		if q.OnClaim() {
			data.Claims++
		}
	}
	data.Sections = bySection(all, func(q asked) bool {
		switch data.Show {
		case "unjudged":
			return q.Judgement == nil
		case "essential":
			return q.Essential
		case "claims":
			return q.OnClaim()
		case "changed":
			return q.Previous == nil || q.ChangedSince()
		}
		return true
	})
	if data.Judging {
		messages, err := p.Services.Reviews.SentBack(v.UserContext(), v.Actor(), d.ID)
		if err != nil {
			return Page{}, err
		}
		if len(messages) > 0 {
			data.SentBack = messages[0]
		}
	}
	return Page{Name: "judge", TitleKey: "judge.title", Wide: true, Data: data}, nil
}

// readMarks names what there is to read in each section, shown or not.
func readMarks(all []asked) map[string]string {
	views := make([]review.QuestionView, len(all))
	for i, q := range all {
		views[i] = q.QuestionView
	}
	return review.ReadMarks(views)
}

// JudgeAccept judges a section as its answers propose, if they are those that
// were read.
func (p *Pages) JudgeAccept(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.AcceptProposals(v.UserContext(), v.Actor(), d.ID, v.Typed("section"), v.Typed("read")); err != nil {
		page, pageErr := p.judgePage(v)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+d.ID.String()+"/judge", "flash.judged")
}

// JudgeCarry lets the judgements of unchanged answers stand.
func (p *Pages) JudgeCarry(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.CarryJudgements(v.UserContext(), v.Actor(), d.ID); err != nil {
		return err
	}
	return v.Go("/reviews/"+d.ID.String()+"/judge", "flash.judged")
}

// OnClaim reports whether the answer rests on the supplier's word alone: so
// judged, or without any evidence where it is not judged yet.
func (a asked) OnClaim() bool {
	if a.Judgement != nil {
		return a.Judgement.Basis == questionnaire.Claim || a.Judgement.Basis == ""
	}
	return len(a.Files()) == 0
}

type judgementData struct {
	Review *review.Detail
	Q      *asked
	In     review.JudgementInput
	Chosen []string // evidence relied on
	Next   string
	Left   int // still to be judged beside this one
	Card   *questionnaire.Scorecard
	Names  map[uuid.UUID]lang.Text
	Takes  bool // judgements now
	// Read names what there is to read of this question, and ReadAll of its
	// section.
	Read, ReadAll string
	// Previous and Following are the questions beside this one in order.
	Previous, Following string
}

// FindingHref is where a finding is written from the question.
func (data judgementData) FindingHref() string {
	return "/reviews/" + data.Review.ID.String() + "/findings/new?question=" + url.QueryEscape(data.Q.Slot.String())
}

func (p *Pages) judgementPage(v *View) (judgementData, error) {
	d, err := p.forReview(v)
	if err != nil {
		return judgementData{}, err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return judgementData{}, err
	}
	q, err := v.askedHere(all)
	if err != nil {
		return judgementData{}, err
	}
	data := judgementData{Review: d, Q: q, Next: "/reviews/" + d.ID.String() + "/judge", Names: systemNames(d), Takes: judgingTaken(d) && q.Shown,
		Read: review.ReadMark(q.QuestionView), ReadAll: readMarks(all)[q.Section.Key]}
	if j := q.Judgement; j != nil {
		data.In = review.JudgementInput{Outcome: j.Outcome, Basis: j.Basis, EvidenceIDs: j.EvidenceIDs, Note: j.Note, Feedback: j.Feedback}
		for _, id := range j.EvidenceIDs {
			data.Chosen = append(data.Chosen, id.String())
		}
	}
	data.findNext(all)
	data.Card, err = p.Services.Reviews.Rating(v.UserContext(), v.Actor(), d.ID)
	return data, err
}

// findNext finds the next question to be judged: after this one, or else from
// the beginning.
func (data *judgementData) findNext(all []asked) {
	var before, after *asked
	passed := false
	for i := range all {
		other := &all[i]
		if other.Slot == data.Q.Slot {
			passed = true
			continue
		}
		switch {
		case other.Shown && !passed:
			data.Previous = other.JudgeHref()
		case other.Shown && data.Following == "":
			data.Following = other.JudgeHref()
		}
		if !other.Shown || other.Weight == 0 || other.Judgement != nil {
			continue
		}
		data.Left++
		switch {
		case passed && after == nil:
			after = other
		case !passed && before == nil:
			before = other
		}
	}
	switch {
	case after != nil:
		data.Next = after.JudgeHref()
	case before != nil:
		data.Next = before.JudgeHref()
	}
}

func (data judgementData) page(v *View) Page {
	title, _ := data.Q.Text.In(v.Lang())
	return Page{Name: "judgement", Title: title, Data: data, Wide: true}
}

// JudgeQuestion shows an answer beside its yardstick.
func (p *Pages) JudgeQuestion(v *View) error {
	data, err := p.judgementPage(v)
	if err != nil {
		return err
	}
	return v.Show(data.page(v))
}

// JudgeSave says whether an answer is good enough.
func (p *Pages) JudgeSave(v *View) error {
	data, err := p.judgementPage(v)
	if err != nil {
		return err
	}
	data.Chosen = v.TypedAll("evidence_ids")
	data.In = review.JudgementInput{Outcome: questionnaire.Outcome(v.Typed("outcome")), Basis: questionnaire.Basis(v.Typed("basis")),
		EvidenceIDs: ids(data.Chosen), Note: v.Typed("note"), Feedback: v.TypedText("feedback"), Read: v.Typed("read")}
	_, err = p.Services.Reviews.Judge(v.UserContext(), v.Actor(), data.Review.ID, data.Q.Key, data.Q.Slot.System, data.In)
	if err != nil {
		return v.Refuse(err, data.page(v))
	}
	switch v.Typed("then") {
	case "list":
		return v.Go("/reviews/"+data.Review.ID.String()+"/judge", "flash.judged")
	case "finding":
		return v.Go(data.FindingHref(), "flash.judged")
	}
	return v.Go(data.Next, "flash.judged")
}
