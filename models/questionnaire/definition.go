// Package questionnaire holds what suppliers are asked and what their answers
// are worth: the questions of a version, the conditions under which each is
// shown, what an answer may be, how judgements become a score and a rating,
// and what would raise it. The rules in these files are pure: they know no
// database, no clock and no request, so the same function serves the page,
// the API, the report and the test.
package questionnaire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"sicrwydd/models/lang"
)

// Scope says whether a question is answered once by the supplier, or for each
// system of the review.
type Scope string

// The scopes of a question.
const (
	ScopeSupplier Scope = "supplier"
	ScopeSystem   Scope = "system"
)

// Type says what kind of answer a question takes.
type Type string

// The types of a question.
const (
	YesNo          Type = "yes_no"
	SingleChoice   Type = "single_choice"
	MultipleChoice Type = "multiple_choice"
	Text           Type = "text"
	Number         Type = "number"
	Day            Type = "date"
	File           Type = "file"
)

// Types lists the types of a question.
var Types = []Type{YesNo, SingleChoice, MultipleChoice, Text, Number, Day, File}

// The answers to a yes/no question.
const (
	Yes          = "yes"
	No           = "no"
	DoesNotApply = "not_applicable"
)

// EvidencePolicy says when a question asks for evidence.
type EvidencePolicy string

// When evidence is asked.
const (
	EvidenceNever   EvidencePolicy = "never"
	EvidenceWhenYes EvidencePolicy = "when_yes"
	EvidenceAlways  EvidencePolicy = "always"
)

// Definition is one version of a questionnaire in full: the form in which it
// is written as YAML, and kept as one JSON document once published.
type Definition struct {
	Code         string    `json:"code" yaml:"code"`
	Title        lang.Text `json:"title" yaml:"title"`
	Introduction lang.Text `json:"introduction" yaml:"introduction"`
	Sections     []Section `json:"sections" yaml:"sections"`

	// From names the questionnaire whose questions the sections take; Parse
	// replaces both by the questions themselves.
	From string `json:"-" yaml:"from,omitempty"`
	// Stated is accepted in a file and ignored: the minutes are worked out
	// from the questions.
	Stated int `json:"-" yaml:"minutes,omitempty"`
}

// Section is a part of a questionnaire, with its weight in the rating.
type Section struct {
	Key       string     `json:"key" yaml:"key"`
	Title     lang.Text  `json:"title" yaml:"title"`
	Weight    int        `json:"weight" yaml:"weight"`
	Questions []Question `json:"questions" yaml:"questions,omitempty"`

	// Take lists the keys of questions taken from another questionnaire.
	Take []string `json:"-" yaml:"take,omitempty"`
}

// Question is one question with all that explains and judges it.
type Question struct {
	Key          string    `json:"key" yaml:"key"`
	Text         lang.Text `json:"text" yaml:"text"`
	Guidance     lang.Text `json:"guidance,omitzero" yaml:"guidance,omitempty"`
	Why          lang.Text `json:"why,omitzero" yaml:"why,omitempty"`
	GoodEvidence lang.Text `json:"good_evidence,omitzero" yaml:"good_evidence,omitempty"`
	Judging      Judging   `json:"judging,omitzero" yaml:"judging,omitempty"`
	Scope        Scope     `json:"scope" yaml:"scope"`
	Type         Type      `json:"type" yaml:"type"`
	Options      []Option  `json:"options,omitempty" yaml:"options,omitempty"`
	// NotApplicable allows the answer "not applicable" (yes/no only).
	NotApplicable bool `json:"not_applicable,omitempty" yaml:"not_applicable,omitempty"`
	// Weight is the question's share in its section; 0 is not judged for the
	// score.
	Weight    int  `json:"weight" yaml:"weight"`
	Essential bool `json:"essential,omitempty" yaml:"essential,omitempty"`
	// Required asks for an answer though the question has no weight; one with
	// a weight is always required.
	Required     bool           `json:"required,omitempty" yaml:"required,omitempty"`
	Evidence     EvidencePolicy `json:"evidence" yaml:"evidence,omitempty"`
	ShownWhen    *Condition     `json:"shown_when,omitempty" yaml:"shown_when,omitempty"`
	Certificates []string       `json:"certificates,omitempty" yaml:"certificates,omitempty"`
	KnownFrom    *KnownFrom     `json:"known_from,omitempty" yaml:"known_from,omitempty"`
	// Requirements are framework requirements, "caf-4.0:B2.a".
	Requirements []string `json:"requirements,omitempty" yaml:"requirements,omitempty"`
	Minutes      int      `json:"minutes,omitempty" yaml:"minutes,omitempty"`
}

// Judging says what is met, partly met and not met, for the reviewer and, as
// what is expected, for the supplier.
type Judging struct {
	Met       lang.Text `json:"met" yaml:"met"`
	PartlyMet lang.Text `json:"partly_met" yaml:"partly_met"`
	NotMet    lang.Text `json:"not_met" yaml:"not_met"`
}

// Option is one answer to choose. Score is a decimal from "0" to "1", empty
// where the option claims nothing; Judgement is the outcome it proposes to
// the reviewer.
type Option struct {
	Value     string    `json:"value" yaml:"value"`
	Label     lang.Text `json:"label" yaml:"label"`
	Score     string    `json:"score,omitempty" yaml:"score,omitempty"`
	Judgement Outcome   `json:"judgement,omitempty" yaml:"judgement,omitempty"`
}

// Question gives the question with the key, or nil.
func (d *Definition) Question(key string) *Question {
	for s := range d.Sections {
		for q := range d.Sections[s].Questions {
			if d.Sections[s].Questions[q].Key == key {
				return &d.Sections[s].Questions[q]
			}
		}
	}
	return nil
}

// Questions gives every question in order.
func (d *Definition) Questions() []*Question {
	var all []*Question
	for s := range d.Sections {
		for q := range d.Sections[s].Questions {
			all = append(all, &d.Sections[s].Questions[q])
		}
	}
	return all
}

// Minutes gives the time that answering every question once is expected to
// take.
func (d *Definition) Minutes() int {
	total := 0
	for _, q := range d.Questions() {
		total += q.Minutes
	}
	return total
}

// MinutesOf gives the time that answering every question of some sections once
// is expected to take.
func (d *Definition) MinutesOf(sections []string) int {
	total := 0
	for _, section := range d.Sections {
		for _, q := range section.Questions {
			if slices.Contains(sections, section.Key) {
				total += q.Minutes
			}
		}
	}
	return total
}

// Digest names the content of the version: SHA-256 in hexadecimal over its
// JSON, whose fields always come in the same order.
func (d *Definition) Digest() string {
	body, err := json.Marshal(d)
	if err != nil {
		panic(err) // plain text, numbers and lists: cannot fail
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// IsRequired reports whether the question, when shown, must be answered: every
// question with a weight is.
func (q *Question) IsRequired() bool { return q.Required || q.Weight > 0 }

// Proposes gives the outcome that a chosen answer proposes to the reviewer,
// empty where it proposes none.
func (q *Question) Proposes(value json.RawMessage) Outcome {
	var chosen string
	if json.Unmarshal(value, &chosen) != nil {
		return ""
	}
	for _, o := range q.Choices() {
		if o.Value == chosen {
			return o.Judgement
		}
	}
	return ""
}

// Choices gives what may be chosen, with labels. A yes/no question without
// options of its own has "Yes" and "No"; one that may not apply has that too.
func (q *Question) Choices() []Option {
	choices := q.Options
	if q.Type != YesNo {
		return choices
	}
	if len(choices) == 0 {
		choices = []Option{
			{Value: Yes, Label: lang.Text{En: "Yes", Cy: "Ie"}, Score: "1", Judgement: Met},
			{Value: No, Label: lang.Text{En: "No", Cy: "Na"}, Score: "0", Judgement: NotMet},
		}
	}
	if q.NotApplicable && !slices.ContainsFunc(choices, func(o Option) bool { return o.Value == DoesNotApply }) {
		choices = append(slices.Clone(choices), Option{
			Value:     DoesNotApply,
			Label:     lang.Text{En: "Not applicable", Cy: "Amherthnasol"},
			Judgement: NotApplicable,
		})
	}
	return choices
}

// BestAnswer gives the one choice that claims the requirement is met, for a
// certificate to answer with; nil where the question has none.
func (q *Question) BestAnswer() json.RawMessage {
	if q.Type != YesNo && q.Type != SingleChoice {
		return nil
	}
	for _, o := range q.Choices() {
		if o.Judgement == Met {
			value, _ := json.Marshal(o.Value)
			return value
		}
	}
	return nil
}
