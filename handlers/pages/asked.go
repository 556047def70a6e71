package pages

import (
	"bytes"
	"encoding/json"
	"net/url"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

// asked is a question of a review as its pages show it: with its answer in
// words, and whether the reader may answer it now.
type asked struct {
	review.QuestionView
	ReviewID   uuid.UUID
	Slot       questionnaire.Slot
	SystemName lang.Text // empty for a question that the supplier answers once
	Chosen     []lang.Text
	Said       string
	SaidOn     calendar.Date
	MayAnswer  bool
}

// State says how far the answer is.
func (a asked) State() string {
	switch {
	case a.Complete:
		return "completed"
	case a.Chosen != nil, a.Said != "", a.SaidOn != "", len(a.Files()) > 0:
		return "in_progress"
	}
	return "not_started"
}

// Files are the evidence of the answer.
func (a asked) Files() []review.EvidenceView {
	if a.Answer == nil {
		return nil
	}
	return a.Answer.Evidence
}

// Comment is what was written beside the answer.
func (a asked) Comment() string {
	if a.Answer == nil {
		return ""
	}
	return a.Answer.Comment
}

// Version is that of the answer; 0 where there is none.
func (a asked) Version() int {
	if a.Answer == nil {
		return 0
	}
	return a.Answer.Version
}

// Before is the question as it was answered in an earlier review, nil where it
// was not.
func (a asked) Before() *asked {
	if a.Previous == nil {
		return nil
	}
	before := asked{QuestionView: a.QuestionView, ReviewID: a.Previous.ReviewID, Slot: a.Slot}
	before.Answer, before.QuestionView.Previous = &a.Previous.Answer, nil
	before.say()
	return &before
}

// Confirmable reports whether the earlier answer may stand for this one.
func (a asked) Confirmable() bool {
	return a.MayAnswer && a.Shown && a.Previous != nil && a.State() == "not_started"
}

// ChangedSince reports whether the answer differs from the earlier one.
func (a asked) ChangedSince() bool {
	return a.Previous != nil && a.Answer != nil && (!bytes.Equal(a.Previous.Answer.Value, a.Answer.Value) || a.Previous.Answer.Comment != a.Answer.Comment)
}

// Href is the question's own page.
func (a asked) Href() string { return a.address("/questions/") }

// EvidenceHref takes files for the question.
func (a asked) EvidenceHref() string {
	return "/reviews/" + a.ReviewID.String() + "/questions/" + url.PathEscape(a.Key) + "/evidence" + a.query()
}

// JudgeHref is the page on which the answer is judged.
func (a asked) JudgeHref() string { return a.address("/judge/") }

func (a asked) address(room string) string {
	return "/reviews/" + a.ReviewID.String() + room + url.PathEscape(a.Key) + a.query()
}

func (a asked) query() string {
	if a.Slot.System == uuid.Nil {
		return ""
	}
	return "?system=" + a.Slot.System.String()
}

// asked lists the questions of a review that the reader may read.
func (p *Pages) asked(v *View, d *review.Detail) ([]asked, error) {
	views, err := p.Services.Reviews.Questions(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return nil, err
	}
	names := systemNames(d)
	answers := v.Actor().Holds(access.AnswerWrite) && (v.Actor().OnSupplierSide() || d.Kind == review.Desk)
	all := make([]asked, len(views))
	for i, view := range views {
		q := asked{QuestionView: view, ReviewID: d.ID, Slot: questionnaire.Slot{Key: view.Key}, MayAnswer: answers && view.Open}
		if view.SystemID != nil {
			q.Slot.System, q.SystemName = *view.SystemID, names[*view.SystemID]
		}
		q.say()
		all[i] = q
	}
	return all, nil
}

func systemNames(d *review.Detail) map[uuid.UUID]lang.Text {
	names := map[uuid.UUID]lang.Text{}
	for _, system := range d.Systems {
		names[system.ID] = system.Name
	}
	return names
}

// say puts the answer in words: the labels of what was chosen, or what was typed.
func (a *asked) say() {
	if a.Answer == nil {
		return
	}
	var one string
	var many []string
	switch {
	case json.Unmarshal(a.Answer.Value, &many) == nil:
	case json.Unmarshal(a.Answer.Value, &one) == nil:
		many = []string{one}
	default:
		one = string(a.Answer.Value) // a number
	}
	switch a.Type {
	case questionnaire.YesNo, questionnaire.SingleChoice, questionnaire.MultipleChoice:
		for _, o := range a.Options {
			for _, value := range many {
				if o.Value == value && value != "" {
					a.Chosen = append(a.Chosen, o.Label)
				}
			}
		}
	case questionnaire.Day:
		a.SaidOn = calendar.Date(one)
	default:
		a.Said = one
	}
}

// ofSlot finds the question of a slot; the system may be left out where there
// is one.
func ofSlot(all []asked, slot questionnaire.Slot) *asked {
	var found *asked
	for i := range all {
		switch {
		case all[i].Slot == slot:
			return &all[i]
		case all[i].Key == slot.Key && slot.System == uuid.Nil && found == nil:
			found = &all[i]
		}
	}
	return found
}

// askedHere finds the question that the address names, or else the form.
func (v *View) askedHere(all []asked) (*asked, error) {
	slot := questionnaire.Slot{Key: v.Params("key")}
	if slot.Key == "" {
		slot, _ = questionnaire.ParseSlot(v.Typed("slot"))
	}
	if system := v.Query("system"); system != "" {
		id, err := uuid.Parse(system)
		if err != nil {
			return nil, fault.NotFound()
		}
		slot.System = id
	}
	if q := ofSlot(all, slot); q != nil {
		return q, nil
	}
	return nil, fault.NotFound()
}

// askedSection is one section with its questions.
type askedSection struct {
	review.SectionView
	Questions []asked
}

// bySection groups questions that are shown and wanted; a section with none is
// left away.
func bySection(all []asked, wanted func(asked) bool) []askedSection {
	var sections []askedSection
	for _, q := range all {
		if !q.Shown || !wanted(q) {
			continue
		}
		if n := len(sections); n == 0 || sections[n-1].Key != q.Section.Key {
			sections = append(sections, askedSection{SectionView: q.Section})
		}
		last := &sections[len(sections)-1]
		last.Questions = append(last.Questions, q)
	}
	return sections
}

func everyQuestion(asked) bool { return true }

// Proposals counts the judgements that may be accepted at once.
func (s askedSection) Proposals() int {
	n := 0
	for _, q := range s.Questions {
		if q.Proposed != nil && q.Judgement == nil {
			n++
		}
	}
	return n
}

// Done counts the answered questions of the section.
func (s askedSection) Done() int {
	n := 0
	for _, q := range s.Questions {
		if q.Complete {
			n++
		}
	}
	return n
}

// Minutes is how long the rest of the section takes.
func (s askedSection) Minutes() int {
	minutes := 0
	for _, q := range s.Questions {
		if !q.Complete {
			minutes += q.QuestionView.Minutes
		}
	}
	return minutes
}

// State says how far the section is.
func (s askedSection) State() string {
	begun := 0
	for _, q := range s.Questions {
		if q.State() != "not_started" {
			begun++
		}
	}
	switch {
	case s.Done() == len(s.Questions):
		return "completed"
	case begun > 0:
		return "in_progress"
	}
	return "not_started"
}

// FeedbackText is what the reviewer wrote for the supplier; empty until shared.
func (a asked) FeedbackText() lang.Text {
	if a.Feedback == nil {
		return lang.Text{}
	}
	return *a.Feedback
}

// Stands reports whether the question stands in the way of submitting.
func (a asked) Stands() bool {
	return a.Shown && !a.Complete && (a.Required || a.State() != "not_started")
}

// Certifiable reports whether a certificate may answer the question now.
func (a asked) Certifiable() bool {
	return a.MayAnswer && a.Shown && a.Certificate != nil && a.State() == "not_started"
}

// Told is the question as our records answer it, nil where they do not or
// somebody has.
func (a asked) Told() *asked {
	if !a.MayAnswer || !a.Shown || a.Known == nil || a.State() != "not_started" {
		return nil
	}
	told := asked{QuestionView: a.QuestionView, ReviewID: a.ReviewID, Slot: a.Slot, SystemName: a.SystemName}
	told.Answer = &review.AnswerView{Value: a.Known}
	told.say()
	return &told
}
