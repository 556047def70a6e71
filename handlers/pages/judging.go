package pages

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

type judgeData struct {
	Review   *review.Detail
	Sections []sectionRow
	Show     string
	Unjudged int
}

func judgeHref(review uuid.UUID, q review.QuestionView) string {
	href := "/reviews/" + review.String() + "/judge/" + q.Key
	if q.SystemID != nil {
		href += "?system=" + q.SystemID.String()
	}
	return href
}

// Href is the address at which a question is judged.
func (d judgeData) Href(q review.QuestionView) string { return judgeHref(d.Review.ID, q) }

// Judge lists the questions to be judged.
func (p *Pages) Judge(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	data := judgeData{Review: d, Show: v.Query("show")}
	var kept []review.QuestionView
	for _, q := range questions {
		if q.Shown && q.Weight > 0 && q.Judgement == nil {
			data.Unjudged++
		}
		onClaim := q.Judgement != nil && q.Judgement.Basis == questionnaire.Claim
		if data.Show == "unjudged" && q.Judgement != nil || data.Show == "essential" && !q.Essential || data.Show == "claims" && !onClaim {
			continue
		}
		kept = append(kept, q)
	}
	data.Sections = sectionsOf(kept)
	return v.Show(Page{Name: "judge", TitleKey: "judge.title", Wide: true, Data: data})
}

type judgementData struct {
	Review *review.Detail
	Q      review.QuestionView
	In     review.JudgementInput
	Chosen []string // evidence relied on
	Next   string
	Card   *questionnaire.Scorecard
}

// Here is the address of this page.
func (d judgementData) Here() string { return judgeHref(d.Review.ID, d.Q) }

func (p *Pages) judgementPage(v *View) (judgementData, error) {
	d, err := p.forReview(v)
	if err != nil {
		return judgementData{}, err
	}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return judgementData{}, err
	}
	at := slices.IndexFunc(questions, func(q review.QuestionView) bool { return q.Key == v.Params("key") && systemMatches(v, q) })
	if at < 0 {
		return judgementData{}, fault.NotFound()
	}
	data := judgementData{Review: d, Q: questions[at], Next: "/reviews/" + d.ID.String() + "/judge"}
	if j := data.Q.Judgement; j != nil {
		data.In = review.JudgementInput{Outcome: j.Outcome, Basis: j.Basis, EvidenceIDs: j.EvidenceIDs, Note: j.Note, Feedback: j.Feedback}
		for _, id := range j.EvidenceIDs {
			data.Chosen = append(data.Chosen, id.String())
		}
	}
	for _, q := range append(slices.Clone(questions[at+1:]), questions[:at]...) {
		if q.Shown && q.Weight > 0 && q.Judgement == nil {
			data.Next = judgeHref(d.ID, q)
			break
		}
	}
	data.Card, err = p.Services.Reviews.Rating(v.UserContext(), v.Actor(), d.ID)
	return data, err
}

func (d judgementData) page() Page {
	return Page{Name: "judgement", TitleKey: "judge.one", Data: d, Wide: true}
}

// JudgeQuestion shows an answer beside its yardstick.
func (p *Pages) JudgeQuestion(v *View) error {
	data, err := p.judgementPage(v)
	if err != nil {
		return err
	}
	return v.Show(data.page())
}

// JudgeSave says whether an answer is good enough.
func (p *Pages) JudgeSave(v *View) error {
	data, err := p.judgementPage(v)
	if err != nil {
		return err
	}
	data.Chosen = v.TypedAll("evidence_ids")
	data.In = review.JudgementInput{Outcome: questionnaire.Outcome(v.Typed("outcome")), Basis: questionnaire.Basis(v.Typed("basis")),
		EvidenceIDs: ids(data.Chosen), Note: v.Typed("note"), Feedback: v.TypedText("feedback")}
	_, err = p.Services.Reviews.Judge(v.UserContext(), v.Actor(), data.Review.ID, data.Q.Key, systemOf(data.Q), data.In)
	if err != nil {
		return v.Refuse(err, data.page())
	}
	return v.Go(data.Next, "flash.judged")
}

type returnData struct {
	Review   *review.Detail
	Sections []sectionRow
	Chosen   []string
	Message  lang.Text
}

// Slot names a question as the form sends it.
func (returnData) Slot(q review.QuestionView) string {
	return questionnaire.Slot{Key: q.Key, System: systemOf(q)}.String()
}

func (p *Pages) returnPage(v *View, data returnData) (Page, error) {
	var err error
	if data.Review, err = p.forReview(v); err != nil {
		return Page{}, err
	}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), data.Review.ID)
	data.Sections = sectionsOf(questions)
	return Page{Name: "return", TitleKey: "return.title", Data: data}, err
}

// ReturnForm asks which questions are to be answered again, and why.
func (p *Pages) ReturnForm(v *View) error {
	page, err := p.returnPage(v, returnData{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// Return gives questions back to the supplier.
func (p *Pages) Return(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	data := returnData{Chosen: v.TypedAll("questions"), Message: v.TypedText("message")}
	in := review.ReturnInput{Message: data.Message}
	for _, typed := range data.Chosen {
		if slot, err := questionnaire.ParseSlot(typed); err == nil {
			in.Slots = append(in.Slots, slot)
		}
	}
	if _, err := p.Services.Reviews.Return(v.UserContext(), v.Actor(), id, in); err != nil {
		page, pageErr := p.returnPage(v, data)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String(), "flash.returned")
}

type ratingData struct {
	Review    *review.Detail
	Card      *questionnaire.Scorecard
	Texts     map[string]lang.Text // of questions, by key
	Days      string
	Reason    string
	Proposals map[string]review.Proposal
}

// System names the system of a score.
func (d ratingData) System(id uuid.UUID) lang.Text {
	for _, s := range d.Review.Systems {
		if s.ID == id {
			return s.Name
		}
	}
	return lang.Text{}
}

// Percent is a score for display, rounded down.
func (ratingData) Percent(s questionnaire.SystemScore) int { return questionnaire.Percent(s.Score) }

// Proposed is what was typed as proposal for a system.
func (d ratingData) Proposed(id uuid.UUID) review.Proposal { return d.Proposals[id.String()] }

func (p *Pages) ratingData(v *View) (ratingData, error) {
	d, err := p.forReview(v)
	if err != nil {
		return ratingData{}, err
	}
	data := ratingData{Review: d, Texts: map[string]lang.Text{}, Proposals: map[string]review.Proposal{}, Days: "14"}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return data, err
	}
	for _, q := range questions {
		data.Texts[q.Key] = q.Text
	}
	data.Card, err = p.Services.Reviews.Rating(v.UserContext(), v.Actor(), d.ID)
	return data, err
}

// Rating explains the rating point by point.
func (p *Pages) Rating(v *View) error {
	data, err := p.ratingData(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "rating", TitleKey: "rating.title", Data: data, Wide: true})
}

// AssessForm shows the worked-out rating, to be fixed or proposed otherwise.
func (p *Pages) AssessForm(v *View) error {
	data, err := p.ratingData(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "assess", TitleKey: "assess.title", Data: data})
}

// Assess fixes the rating and shares the draft.
func (p *Pages) Assess(v *View) error {
	data, err := p.ratingData(v)
	if err != nil {
		return err
	}
	data.Days, data.Reason = v.Typed("accuracy_check_days"), v.Typed("accuracy_check_reason")
	in := review.AssessInput{AccuracyCheckReason: data.Reason}
	if days, err := strconv.Atoi(data.Days); err == nil {
		in.AccuracyCheckDays = &days
	}
	for i, system := range data.Card.Systems {
		at := fmt.Sprintf("proposals/%d/", i)
		proposal := review.Proposal{SystemID: system.System, Rating: questionnaire.Rating(v.Typed(at + "rating")), Reason: v.Typed(at + "reason")}
		data.Proposals[system.System.String()] = proposal
		if proposal.Rating != "" && proposal.Rating != system.WorkedOut {
			in.Proposals = append(in.Proposals, proposal)
		}
	}
	if _, err := p.Services.Reviews.Assess(v.UserContext(), v.Actor(), data.Review.ID, in); err != nil {
		return v.Refuse(err, Page{Name: "assess", TitleKey: "assess.title", Data: data})
	}
	return v.Go("/reviews/"+data.Review.ID.String(), "flash.assessed")
}

type findingsData struct {
	Review   *review.Detail
	Findings []*review.Finding
	Actions  []*review.Action
	Comment  bool // the accuracy check is open for this reader
	Writes   bool
	Today    calendar.Date
	TypedID  string
	Typed    string
}

func (p *Pages) findingsPage(v *View, id uuid.UUID, data findingsData) (Page, error) {
	d, err := p.Services.Reviews.Review(v.UserContext(), v.Actor(), id)
	if err != nil {
		return Page{}, err
	}
	findings, err := p.Services.Reviews.Findings(v.UserContext(), v.Actor(), review.FindingFilter{ReviewID: id}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	actions, err := p.Services.Reviews.Actions(v.UserContext(), v.Actor(), id, store.Paging{Limit: 200})
	data.Review, data.Findings, data.Actions = d, findings.Items, actions.Items
	data.Today = calendar.On(p.DB.Now())
	data.Comment = v.Actor().Has("supplier_lead") && d.State == review.Assessed && d.AccuracyCheck != nil && data.Today <= *d.AccuracyCheck
	data.Writes = !v.Actor().OnSupplierSide() && v.Actor().Holds("findings.write")
	return Page{Name: "findings", TitleKey: "findings.title", Data: data, Wide: true}, err
}

// Findings lists the findings of a review: for the supplier to check, for our
// side to edit.
func (p *Pages) Findings(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	page, err := p.findingsPage(v, id, findingsData{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// onFinding does something to a finding and shows the findings again.
func (p *Pages) onFinding(v *View, typed string, do func(uuid.UUID) (*review.Finding, error)) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	f, err := do(id)
	if err != nil {
		standing, findErr := p.Services.Reviews.Finding(v.UserContext(), v.Actor(), id)
		if findErr != nil {
			return err
		}
		page, pageErr := p.findingsPage(v, standing.ReviewID, findingsData{TypedID: id.String(), Typed: typed})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+f.ReviewID.String()+"/findings", "flash.saved")
}

// FindingComment is the supplier's comment in the accuracy check.
func (p *Pages) FindingComment(v *View) error {
	return p.onFinding(v, v.Typed("comment"), func(id uuid.UUID) (*review.Finding, error) {
		return p.Services.Reviews.Comment(v.UserContext(), v.Actor(), id, v.Typed("comment"))
	})
}

// FindingResolve accepts or rejects the supplier's comment.
func (p *Pages) FindingResolve(v *View) error {
	return p.onFinding(v, v.Typed("reply.en"), func(id uuid.UUID) (*review.Finding, error) {
		return p.Services.Reviews.ResolveComment(v.UserContext(), v.Actor(), id, v.Typed("outcome"), v.TypedText("reply"))
	})
}

type findingForm struct {
	Review   *review.Detail
	ID       string
	Version  int
	In       review.FindingInput
	Standing *review.Finding
}

func (f findingForm) page() Page {
	key := "finding.edit"
	if f.ID == "" {
		key = "finding.new"
	}
	return Page{Name: "finding-form", TitleKey: key, Data: f}
}

func (v *View) typedFinding(in *review.FindingInput) error {
	in.Severity, in.Title, in.Detail = review.Severity(v.Typed("severity")), v.TypedText("title"), v.TypedText("detail")
	return nil
}

// FindingNew is the form for a finding of one's own.
func (p *Pages) FindingNew(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	return v.Show(findingForm{Review: d, In: review.FindingInput{Severity: review.Medium}}.page())
}

// FindingAdd writes a finding.
func (p *Pages) FindingAdd(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	form := findingForm{Review: d}
	_ = v.typedFinding(&form.In)
	if _, err := p.Services.Reviews.AddFinding(v.UserContext(), v.Actor(), d.ID, form.In); err != nil {
		return v.Refuse(err, form.page())
	}
	return v.Go("/reviews/"+d.ID.String()+"/findings", "flash.saved")
}

// FindingEdit is the form to change a finding.
func (p *Pages) FindingEdit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	f, err := p.Services.Reviews.Finding(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	d, err := p.Services.Reviews.Review(v.UserContext(), v.Actor(), f.ReviewID)
	if err != nil {
		return err
	}
	return v.Show(findingForm{Review: d, ID: id.String(), Version: f.Version,
		In: review.FindingInput{Severity: f.Severity, Title: f.Title, Detail: f.Detail}}.page())
}

// FindingChange changes a finding.
func (p *Pages) FindingChange(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	f, err := p.Services.Reviews.ChangeFinding(v.UserContext(), v.Actor(), id, version, v.typedFinding)
	if err == nil {
		return v.Go("/reviews/"+f.ReviewID.String()+"/findings", "flash.saved")
	}
	standing, findErr := p.Services.Reviews.Finding(v.UserContext(), v.Actor(), id)
	if findErr != nil {
		return err
	}
	d, reviewErr := p.Services.Reviews.Review(v.UserContext(), v.Actor(), standing.ReviewID)
	if reviewErr != nil {
		return reviewErr
	}
	form := findingForm{Review: d, ID: id.String(), Version: version}
	_ = v.typedFinding(&form.In)
	if fault.Is(err, fault.KindStale) {
		form.Standing, form.Version = standing, standing.Version
	}
	return v.Refuse(err, form.page())
}
