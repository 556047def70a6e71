package pages

import (
	"bytes"
	"encoding/json"
	"strconv"

	"sicrwydd/handlers/request"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/templates/components"
)

// typedDay is a day as its three fields hold it.
type typedDay struct{ Day, Month, Year string }

func (v *View) typedDay(name string) typedDay {
	return typedDay{v.Typed(name + "[day]"), v.Typed(name + "[month]"), v.Typed(name + "[year]")}
}

func splitDay(d calendar.Date) typedDay {
	if d == "" {
		return typedDay{}
	}
	t := d.Time()
	return typedDay{strconv.Itoa(t.Day()), strconv.Itoa(int(t.Month())), strconv.Itoa(t.Year())}
}

// typedAnswer is what the form of a question holds.
type typedAnswer struct {
	Values    []string
	Day       typedDay
	Comment   string
	ValidFrom typedDay
	ValidTo   typedDay
	on        calendar.Date

	Confidential bool
	Reason       string
	Elsewhere    review.Elsewhere
	InspectedOn  typedDay

	// Version is that of the answer which the form was opened over; Over is the
	// one that the reader has seen since and writes over all the same.
	Version, Over string
}

// Value is the one value, where there is one.
func (t typedAnswer) Value() string {
	if len(t.Values) == 0 {
		return ""
	}
	return t.Values[0]
}

func (v *View) typedAnswer() typedAnswer {
	return typedAnswer{Values: v.TypedAll("value"), Day: v.typedDay("value"), on: v.TypedDate("value"), Comment: v.Typed("comment"),
		ValidFrom: v.typedDay("valid_from"), ValidTo: v.typedDay("valid_to"), Confidential: v.Typed("confidential") == "yes",
		Reason: v.Typed("confidential_reason"), Elsewhere: v.elsewhere(), InspectedOn: v.typedDay("inspected_on"),
		Version: v.Typed("version"), Over: v.Typed("over")}
}

// keptAnswer is the answer that stands, as the form shows it.
func keptAnswer(q *asked) typedAnswer {
	t := typedAnswer{Comment: q.Comment(), Day: splitDay(q.SaidOn), Version: strconv.Itoa(q.Version())}
	if q.Answer == nil {
		return t
	}
	var one string
	switch {
	case json.Unmarshal(q.Answer.Value, &t.Values) == nil:
	case json.Unmarshal(q.Answer.Value, &one) == nil:
		t.Values = []string{one}
	default:
		t.Values = []string{string(q.Answer.Value)}
	}
	return t
}

func (t typedAnswer) input(q *asked) review.AnswerInput {
	sent := t.Values
	if q.Type == questionnaire.Day {
		sent = []string{string(t.on)}
	}
	in := review.AnswerInput{Value: questionnaire.ValueFromForm(&questionnaire.Question{Type: q.Type}, sent), Comment: t.Comment}
	for _, version := range []string{t.Version, t.Over} {
		if n, err := strconv.Atoi(version); err == nil {
			in.Version = &n
		}
	}
	return in
}

type questionData struct {
	Review    *review.Detail
	Question  *asked
	Choices   []components.Choice
	Typed     typedAnswer
	Previous  *asked
	Next      *asked
	Number    int
	Of        int
	Return    *review.ReturnView
	StillOpen []asked             // in this section, beside this one
	Library   []components.Option // files of the supplier that are not beside this answer
	Changed   bool                // by somebody else, or in another tab, since the form was opened
}

// questionPage is the page of the question that the address names, with what
// was typed or else what stands.
func (p *Pages) questionPage(v *View, typed *typedAnswer) (Page, *questionData, error) {
	d, err := p.forReview(v)
	if err != nil {
		return Page{}, nil, err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return Page{}, nil, err
	}
	q, err := v.askedHere(all)
	if err != nil {
		return Page{}, nil, err
	}
	data := &questionData{Review: d, Question: q, Typed: keptAnswer(q)}
	if typed != nil {
		data.Typed = *typed
	}
	for _, o := range q.Options {
		label, _ := o.Label.In(v.Lang())
		data.Choices = append(data.Choices, components.Choice{Value: o.Value, Content: components.Content{Text: label}})
	}
	if q.Returned && len(d.Returns) > 0 {
		data.Return = &d.Returns[0]
	}
	data.place(all)
	if data.Library, err = p.libraryFor(v, q); err != nil {
		return Page{}, nil, err
	}
	title, _ := q.Text.In(v.Lang())
	return Page{Name: "question", Title: title, Data: data}, data, nil
}

// place finds what comes before and after, of those that the reader may
// answer where this one is.
func (data *questionData) place(all []asked) {
	passed := false
	for i := range all {
		other := &all[i]
		here := other.Slot == data.Question.Slot
		if here {
			passed = true
		}
		if !other.Shown || data.Question.MayAnswer && !other.MayAnswer {
			continue
		}
		if other.Section.Key == data.Question.Section.Key {
			data.Of++
			if !passed || here {
				data.Number = data.Of
			}
			if !here && !other.Complete && other.MayAnswer {
				data.StillOpen = append(data.StillOpen, *other)
			}
		}
		switch {
		case here:
		case !passed:
			data.Previous = other
		case data.Next == nil:
			data.Next = other
		}
	}
}

// Question shows one question with its answer.
func (p *Pages) Question(v *View) error {
	page, data, err := p.questionPage(v, nil)
	if err != nil {
		return err
	}
	if !data.Question.Shown && !data.Question.MayAnswer {
		return fault.NotFound()
	}
	return v.Show(page)
}

// saveTyped saves what was typed for a question, unless nothing was and there
// is nothing to clear. What was typed is from then on over what was saved.
func (p *Pages) saveTyped(v *View, q *asked, typed *typedAnswer) (*review.AnswerOutcome, error) {
	in := typed.input(q)
	if q.Answer == nil && in.Value == nil && in.Comment == "" {
		return nil, nil
	}
	out, err := p.Services.Reviews.Answer(v.UserContext(), v.Actor(), q.ReviewID, q.Key, q.Slot.System, in)
	if err == nil {
		typed.Version = strconv.Itoa(asked{QuestionView: out.Question}.Version())
	}
	return out, err
}

// AnswerQuestion saves an answer, and the file chosen beside it.
func (p *Pages) AnswerQuestion(v *View) error {
	typed := v.typedAnswer()
	page, data, err := p.questionPage(v, &typed)
	if err != nil {
		return err
	}
	out, err := p.saveTyped(v, data.Question, &typed)
	if v.FromHTMX() {
		return p.autosaved(v, page, typed, out, err)
	}
	if err == nil {
		_, err = p.saveEvidence(v, data.Question)
	}
	if err != nil {
		return p.refuseQuestion(v, typed, err)
	}
	switch {
	case typed.Over != "":
		return v.Go(data.Question.Href(), "flash.saved")
	case v.Typed("then") == "tasks":
		return v.Go("/reviews/"+data.Review.ID.String(), "flash.saved")
	}
	if _, data, err = p.questionPage(v, nil); err != nil { // the answer may have opened others
		return err
	}
	if data.Next == nil {
		return v.Go("/reviews/"+data.Review.ID.String()+"/check", "flash.saved")
	}
	return v.Go(data.Next.Href(), "")
}

// refuseQuestion draws the question again as it now stands, with what was
// typed and what is wrong with it.
func (p *Pages) refuseQuestion(v *View, typed typedAnswer, refused error) error {
	page, data, err := p.questionPage(v, &typed)
	if err != nil {
		return err
	}
	data.Changed = fault.Is(refused, fault.KindStale)
	return v.Refuse(refused, page)
}

// autosaved answers the script: what is still wanted of this answer, and the
// list of open questions where it changed. The field being typed into is
// never sent back.
func (p *Pages) autosaved(v *View, page Page, typed typedAnswer, out *review.AnswerOutcome, refused error) error {
	part, status := "saved", 200
	if refused == nil {
		v.Set("Answer-Version", typed.Version) // for the form's next one
	}
	if refused == nil && out != nil {
		fresh, data, err := p.questionPage(v, &typed)
		if err != nil {
			return err
		}
		page = fresh
		if len(out.Changed) > 0 || data.Question.Complete {
			part = "saved-and-list"
		}
	}
	f := fault.As(refused)
	if refused != nil {
		if f == nil || f.Kind != fault.KindInvalid && f.Kind != fault.KindStale {
			return refused
		}
		part, status = "not-saved", request.Status(f.Kind)
		if f.Kind == fault.KindStale { // as it stands now, not as it was when this request began
			fresh, data, err := p.questionPage(v, &typed)
			if err != nil {
				return err
			}
			page, data.Changed = fresh, true
		}
	}
	var b bytes.Buffer
	if err := p.Set.Fragment(&b, page.Name, part, v.page(page, f)); err != nil {
		return err
	}
	return v.send(status, b.Bytes())
}
