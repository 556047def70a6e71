package pages

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

// sectionRow is a section of a review with how far it is.
type sectionRow struct {
	review.SectionView
	State     string // not_started, in_progress, completed
	Minutes   int
	Questions []review.QuestionView // shown ones
}

// sectionsOf groups the shown questions, and adds up what is left.
func sectionsOf(questions []review.QuestionView) []sectionRow {
	var rows []sectionRow
	for _, q := range questions {
		if !q.Shown {
			continue
		}
		if len(rows) == 0 || rows[len(rows)-1].Key != q.Section.Key {
			rows = append(rows, sectionRow{SectionView: q.Section, State: "not_started"})
		}
		row := &rows[len(rows)-1]
		row.Questions = append(row.Questions, q)
		if !q.Complete {
			row.Minutes += q.Minutes
		}
	}
	for i := range rows {
		done := 0
		for _, q := range rows[i].Questions {
			if q.Complete {
				done++
			}
		}
		switch {
		case done == len(rows[i].Questions):
			rows[i].State = "completed"
		case done > 0:
			rows[i].State = "in_progress"
		}
	}
	return rows
}

type tasksData struct {
	Review   *review.Detail
	Sections []sectionRow
	Returned []review.QuestionView
	Lead     bool
	Answers  bool // takes answers now
}

// reviewTasks is a review as its supplier sees it: what is asked, how far it
// is, and the next step.
func (p *Pages) reviewTasks(v *View, d *review.Detail) error {
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	data := tasksData{Review: d, Sections: sectionsOf(questions), Lead: v.Actor().Has("supplier_lead"),
		Answers: slices.Contains([]review.State{review.Issued, review.InProgress, review.Returned}, d.State)}
	for _, q := range questions {
		if q.Returned {
			data.Returned = append(data.Returned, q)
		}
	}
	return v.Show(Page{Name: "tasks", Title: d.Reference, Data: data})
}

// Section shows the questions of one section with their state.
func (p *Pages) Section(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	for _, row := range sectionsOf(questions) {
		if row.Key == v.Params("section") {
			title, _ := row.Title.In(v.Lang())
			return v.Show(Page{Name: "section", Title: title, Data: tasksData{Review: d, Sections: []sectionRow{row}}})
		}
	}
	return fault.NotFound()
}

// questionData is one question with the answer as it stands or was typed.
type questionData struct {
	Review     *review.Detail
	Q          review.QuestionView
	System     *review.NamedSystem
	Typed      []string
	Comment    string
	Previous   string
	Next       string
	Number     int
	Of         int
	NewlyShown []review.QuestionView
}

func questionHref(review uuid.UUID, q review.QuestionView) string {
	href := "/reviews/" + review.String() + "/questions/" + q.Key
	if q.SystemID != nil {
		href += "?system=" + q.SystemID.String()
	}
	return href
}

// Href is the address of a question of the review.
func (t tasksData) Href(q review.QuestionView) string { return questionHref(t.Review.ID, q) }

// Href is the address of a question of the review.
func (d questionData) Href(q review.QuestionView) string { return questionHref(d.Review.ID, q) }

// Here is the address of this question.
func (d questionData) Here() string { return questionHref(d.Review.ID, d.Q) }

// EvidenceHere is where a file for this question is sent.
func (d questionData) EvidenceHere() string {
	path, query, found := strings.Cut(d.Here(), "?")
	if found {
		return path + "/evidence?" + query
	}
	return path + "/evidence"
}

// questionPage reads the question of the address, with the one before and the
// one after it.
func (p *Pages) questionPage(v *View) (questionData, error) {
	d, err := p.forReview(v)
	if err != nil {
		return questionData{}, err
	}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return questionData{}, err
	}
	shown := slices.DeleteFunc(slices.Clone(questions), func(q review.QuestionView) bool { return !q.Shown })
	at := slices.IndexFunc(shown, func(q review.QuestionView) bool { return q.Key == v.Params("key") && systemMatches(v, q) })
	if at < 0 { // hidden now: it may still be looked at
		hidden := slices.IndexFunc(questions, func(q review.QuestionView) bool { return q.Key == v.Params("key") && systemMatches(v, q) })
		if hidden < 0 {
			return questionData{}, fault.NotFound()
		}
		return questionData{Review: d, Q: questions[hidden]}, nil
	}
	data := questionData{Review: d, Q: shown[at], Number: at + 1, Of: len(shown)}
	if at > 0 {
		data.Previous = questionHref(d.ID, shown[at-1])
	}
	if at < len(shown)-1 {
		data.Next = questionHref(d.ID, shown[at+1])
	}
	for i := range d.Systems {
		if data.Q.SystemID != nil && d.Systems[i].ID == *data.Q.SystemID {
			data.System = &d.Systems[i]
		}
	}
	if a := data.Q.Answer; a != nil {
		data.Comment, data.Typed = a.Comment, typedOf(a.Value)
	}
	return data, nil
}

func systemMatches(v *View, q review.QuestionView) bool {
	asked := v.Query("system")
	return q.SystemID == nil || asked == "" || q.SystemID.String() == asked
}

// typedOf gives a kept value as a form would send it.
func typedOf(value json.RawMessage) []string {
	var many []string
	if json.Unmarshal(value, &many) == nil && many != nil {
		return many
	}
	var one string
	if json.Unmarshal(value, &one) == nil && one != "" {
		return []string{one}
	}
	if text := string(value); text != "null" && text != "" && text[0] != '"' && text[0] != '[' {
		return []string{text}
	}
	return nil
}

// First gives the only value of an answer that has one.
func (d questionData) First() string {
	if len(d.Typed) == 0 {
		return ""
	}
	return d.Typed[0]
}

// Date gives a part of an answer that is a day.
func (d questionData) Date(part int) string {
	parts := strings.Split(d.First(), "-")
	if len(parts) != 3 {
		return ""
	}
	return strings.TrimLeft(parts[part], "0")
}

func (d questionData) page() Page {
	return Page{Name: "question", TitleKey: "question.title", Data: d}
}

// Question asks one question.
func (p *Pages) Question(v *View) error {
	data, err := p.questionPage(v)
	if err != nil {
		return err
	}
	return v.Show(data.page())
}

// typedValue makes the JSON value of what the form sent.
func (v *View) typedValue(q review.QuestionView) ([]string, json.RawMessage) {
	sent := v.TypedAll("value")
	if q.Type == questionnaire.Day {
		sent = nil
		if day := v.TypedDate("value"); day != "" {
			sent = []string{string(day)}
		}
	}
	options := make([]questionnaire.Option, len(q.Options))
	for i, o := range q.Options {
		options[i] = questionnaire.Option{Value: o.Value}
	}
	return sent, questionnaire.ValueFromForm(&questionnaire.Question{Type: q.Type, Options: options}, sent)
}

func (p *Pages) saveTyped(v *View, data *questionData) (*review.AnswerOutcome, error) {
	var raw json.RawMessage
	data.Typed, raw = v.typedValue(data.Q)
	data.Comment = v.Typed("comment")
	return p.Services.Reviews.Answer(v.UserContext(), v.Actor(), data.Review.ID, data.Q.Key, systemOf(data.Q), review.AnswerInput{Value: raw, Comment: data.Comment})
}

func systemOf(q review.QuestionView) uuid.UUID {
	if q.SystemID == nil {
		return uuid.Nil
	}
	return *q.SystemID
}

// AnswerQuestion saves an answer as it is left: by a script while it is typed,
// or when the form is sent.
func (p *Pages) AnswerQuestion(v *View) error {
	data, err := p.questionPage(v)
	if err != nil {
		return err
	}
	out, err := p.saveTyped(v, &data)
	if v.FromHTMX() {
		if out != nil {
			for _, q := range out.Changed {
				if q.Shown && q.Key != data.Q.Key {
					data.NewlyShown = append(data.NewlyShown, q)
				}
			}
		}
		return v.Fragment("saved", data.page(), err)
	}
	if err != nil {
		return v.Refuse(err, data.page())
	}
	if v.Typed("then") == "tasks" {
		return v.Go("/reviews/"+data.Review.ID.String(), "flash.saved")
	}
	if after, err := p.questionPage(v); err == nil && after.Next != "" { // the answer may have opened another
		return v.Go(after.Next, "")
	}
	return v.Go("/reviews/"+data.Review.ID.String()+"/check", "flash.saved")
}

// EvidenceAdd keeps a file for an answer, and what was typed beside it.
func (p *Pages) EvidenceAdd(v *View) error {
	data, err := p.questionPage(v)
	if err != nil {
		return err
	}
	if data.Q.Type != questionnaire.File {
		if _, err := p.saveTyped(v, &data); err != nil {
			return v.Refuse(err, data.page())
		}
	}
	upload, err := request.ReadUpload(v.Ctx)
	if err == nil {
		upload.ValidFrom, upload.ValidTo = calendar.Date(v.Typed("valid_from")), calendar.Date(v.Typed("valid_to"))
		_, err = p.Services.Reviews.AddEvidence(v.UserContext(), v.Actor(), data.Review.ID, data.Q.Key, systemOf(data.Q), upload)
	}
	if err != nil {
		if f := fault.As(err); f != nil && len(f.Fields) == 0 {
			f.On("file", f.Key, f.Args)
		}
		return v.Refuse(err, data.page())
	}
	return v.Go(data.Here(), "flash.evidence-added")
}

// EvidenceRemove takes evidence away.
func (p *Pages) EvidenceRemove(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	evidence, err := v.ID("evidence")
	if err != nil {
		return err
	}
	if err := p.Services.Reviews.RemoveEvidence(v.UserContext(), v.Actor(), id, evidence); err != nil {
		return err
	}
	return v.Go(localPath(v.Typed("back")), "flash.saved")
}

// EvidenceFile sends a piece of evidence as a download.
func (p *Pages) EvidenceFile(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	evidence, err := v.ID("evidence")
	if err != nil {
		return err
	}
	e, content, err := p.Services.Reviews.EvidenceFile(v.UserContext(), v.Actor(), id, evidence)
	if err != nil {
		return err
	}
	return request.Attach(v.Ctx, e.Name, e.MediaType, content)
}

// CheckAnswers shows every answer before it is submitted.
func (p *Pages) CheckAnswers(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "check", TitleKey: "check.title", Data: tasksData{Review: d, Sections: sectionsOf(questions),
		Lead: v.Actor().Has("supplier_lead"), Answers: d.State == review.InProgress || d.State == review.Returned || d.State == review.Issued}})
}

type submitData struct {
	Review   *review.Detail
	Missing  []review.QuestionView
	Name     string
	JobTitle string
	Agreed   bool
}

// Href is the address of a question of the review.
func (d submitData) Href(q review.QuestionView) string { return questionHref(d.Review.ID, q) }

func (p *Pages) submitPage(v *View, data submitData) (Page, error) {
	var err error
	if data.Review, err = p.forReview(v); err != nil {
		return Page{}, err
	}
	questions, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), data.Review.ID)
	for _, q := range questions {
		if q.Shown && q.Required && !q.Complete {
			data.Missing = append(data.Missing, q)
		}
	}
	return Page{Name: "submit", TitleKey: "submit.title", Data: data}, err
}

// SubmitForm asks a lead to attest.
func (p *Pages) SubmitForm(v *View) error {
	page, err := p.submitPage(v, submitData{Name: v.Visit.Signed.User.Name, JobTitle: v.Visit.Signed.User.JobTitle})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// Submit hands in the answers.
func (p *Pages) Submit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	a := review.Attestation{StatementAgreed: v.Typed("statement_agreed") == "yes", Name: v.Typed("name"), JobTitle: v.Typed("job_title")}
	if _, err := p.Services.Reviews.Submit(v.UserContext(), v.Actor(), id, a); err != nil {
		page, pageErr := p.submitPage(v, submitData{Name: a.Name, JobTitle: a.JobTitle, Agreed: a.StatementAgreed})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String()+"/receipt", "flash.submitted")
}

type receiptData struct {
	Review  *review.Detail
	Receipt *review.Receipt
	Key     *review.SigningKey
}

// Receipt shows what was submitted, by whom, and its signature.
func (p *Pages) Receipt(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	r, key, err := p.Services.Reviews.ReceiptOf(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "receipt", TitleKey: "receipt.title", Data: receiptData{d, r, key}})
}

// ReceiptFile sends the receipt as a file to keep.
func (p *Pages) ReceiptFile(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	r, key, err := p.Services.Reviews.ReceiptOf(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(fiber.Map{"content": r.Content, "digest": r.Digest, "signature": r.Signature, "key_id": r.KeyID, "public_key": key.PublicKey}, "", "  ")
	if err != nil {
		return err
	}
	return request.Attach(v.Ctx, d.Reference+"-receipt.json", "application/json", body)
}

// answerText words an answer for reading: the labels of what was chosen, or
// what was typed.
func answerText(q review.QuestionView, tag string) string {
	if q.Answer == nil {
		return ""
	}
	typed := typedOf(q.Answer.Value)
	language, _ := lang.Parse(tag)
	for i, value := range typed {
		for _, o := range q.Options {
			if o.Value == value {
				typed[i], _ = o.Label.In(language)
			}
		}
	}
	return strings.Join(typed, "; ")
}

// Shown words an answer.
func (tasksData) Shown(q review.QuestionView, tag string) string { return answerText(q, tag) }

// Shown words an answer.
func (judgeData) Shown(q review.QuestionView, tag string) string { return answerText(q, tag) }

// Shown words an answer.
func (judgementData) Shown(q review.QuestionView, tag string) string { return answerText(q, tag) }
