package questionnaire

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
)

// MaxTextLength is how many characters a text answer may have.
const MaxTextLength = 10_000

// plainDecimal is a number as a person writes it, short enough to be one.
var plainDecimal = regexp.MustCompile(`^-?\d{1,18}(\.\d{1,9})?$`)

// thousands is a number with commas between its thousands, as people type it
// in both languages.
var thousands = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d+)?$`)

// CheckValue reads an answer's value by the type of its question, and gives
// it in the one form in which it is kept. Null, an empty list and a text of
// blanks clear the answer: the result is nil.
func CheckValue(q *Question, raw json.RawMessage) (json.RawMessage, error) {
	if q.Type == File {
		if cleared(raw) {
			return nil, nil
		}
		return nil, refuse("answer.file-takes-no-value")
	}
	if cleared(raw) {
		return nil, nil
	}
	switch q.Type {
	case YesNo, SingleChoice:
		return q.checkChoice(raw)
	case MultipleChoice:
		return q.checkChoices(raw)
	case Number:
		return checkNumber(raw)
	case Day:
		return checkDate(raw)
	default:
		return checkText(raw)
	}
}

// ValueFromForm makes the JSON value of what a form sent for a question: one
// text for most types, one for each ticked box of a multiple choice. Whether
// it is an answer is for CheckValue to say.
func ValueFromForm(q *Question, sent []string) json.RawMessage {
	if q.Type == MultipleChoice {
		return encode(slices.DeleteFunc(slices.Clone(sent), func(s string) bool { return s == "" }))
	}
	text := ""
	if len(sent) > 0 {
		text = sent[0]
	}
	if q.Type != Text {
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return nil
	}
	if q.Type == Number {
		if thousands.MatchString(text) {
			text = strings.ReplaceAll(text, ",", "")
		}
		if jsonNumber(text) {
			return json.RawMessage(text)
		}
	}
	return encode(text)
}

func (q *Question) checkChoice(raw json.RawMessage) (json.RawMessage, error) {
	var value string
	notAChoice := "answer.not-an-option"
	if q.Type == YesNo {
		notAChoice = "answer.not-yes-no"
	}
	if json.Unmarshal(raw, &value) != nil {
		return nil, refuse(notAChoice)
	}
	if value == "" {
		return nil, nil
	}
	if !q.offers(value) {
		if q.Type == YesNo && value == DoesNotApply {
			return nil, refuse("answer.not-applicable-not-allowed")
		}
		return nil, refuse(notAChoice)
	}
	return encode(value), nil
}

// checkChoices keeps the ticked options in the order of the question, so that
// the same ticks are the same answer.
func (q *Question) checkChoices(raw json.RawMessage) (json.RawMessage, error) {
	var values []string
	if json.Unmarshal(raw, &values) != nil {
		return nil, refuse("answer.not-a-list")
	}
	for _, value := range values {
		if !q.offers(value) {
			return nil, refuse("answer.not-an-option")
		}
	}
	var ticked []string
	for _, option := range q.Choices() {
		if slices.Contains(values, option.Value) {
			ticked = append(ticked, option.Value)
		}
	}
	if len(ticked) == 0 {
		return nil, nil
	}
	return encode(ticked), nil
}

func (q *Question) offers(value string) bool {
	return slices.ContainsFunc(q.Choices(), func(o Option) bool { return o.Value == value })
}

func checkNumber(raw json.RawMessage) (json.RawMessage, error) {
	text := strings.TrimSpace(string(raw))
	if !jsonNumber(text) {
		return nil, refuse("answer.not-a-number")
	}
	return json.RawMessage(text), nil
}

func checkDate(raw json.RawMessage) (json.RawMessage, error) {
	var value string
	if json.Unmarshal(raw, &value) != nil {
		return nil, refuse("answer.not-a-date")
	}
	if value == "" {
		return nil, nil
	}
	day, ok := calendar.Parse(value)
	if !ok {
		return nil, refuse("answer.not-a-date")
	}
	return encode(day), nil
}

func checkText(raw json.RawMessage) (json.RawMessage, error) {
	var value string
	if json.Unmarshal(raw, &value) != nil || strings.ContainsRune(value, 0) {
		return nil, refuse("answer.not-text") // a NUL cannot be kept in Postgres
	}
	if strings.TrimSpace(value) == "" {
		return nil, nil
	}
	if utf8.RuneCountInString(value) > MaxTextLength {
		return nil, refuse("answer.too-long", fault.Args{"max": MaxTextLength})
	}
	return encode(value), nil
}

// reply reads a kept answer for conditions and claims. What does not fit the
// question (kept before its type was corrected, say) counts as no answer.
func (q *Question) reply(a Answer) reply {
	if q.Type == File {
		if a.Evidence > 0 {
			return reply{state: answered}
		}
		return reply{}
	}
	value, err := CheckValue(q, a.Value)
	if err != nil || value == nil {
		return reply{}
	}
	var many []string
	if json.Unmarshal(value, &many) == nil {
		return reply{state: answered, values: many}
	}
	var one string
	if json.Unmarshal(value, &one) == nil {
		return reply{state: answered, values: []string{one}}
	}
	return reply{state: answered, values: []string{string(value)}}
}

func cleared(raw json.RawMessage) bool {
	text := strings.TrimSpace(string(raw))
	return text == "" || text == "null"
}

func encode(value any) json.RawMessage {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // texts and lists of texts: cannot fail
	}
	return body
}

func refuse(key string, args ...fault.Args) error {
	return fault.Invalid(key, args...).On("value", key, args...)
}

// InWords gives an answer as its reader meets it: the labels of what was
// chosen, or what was typed.
func (q *Question) InWords(value json.RawMessage) (chosen []lang.Text, said string) {
	var one string
	var many []string
	switch {
	case len(value) == 0 || string(value) == "null":
		return nil, ""
	case json.Unmarshal(value, &many) == nil:
	case json.Unmarshal(value, &one) == nil:
		many = []string{one}
	default:
		return nil, string(value) // a number
	}
	choices := q.Choices()
	if len(choices) == 0 {
		return nil, one
	}
	for _, o := range choices {
		if slices.Contains(many, o.Value) {
			chosen = append(chosen, o.Label)
		}
	}
	return chosen, ""
}
