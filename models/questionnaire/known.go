package questionnaire

import (
	"encoding/json"
	"slices"

	"github.com/google/uuid"
)

// KnownFrom says how a fact of the inventory answers a question, so that nobody
// types what we know. The one who answers confirms it, or says what is wrong.
type KnownFrom struct {
	Fact string `json:"fact" yaml:"fact"`
	// Answers gives the option for a value of the fact: "any" for every other
	// value, "none" where it is known that there is none. Where several may be
	// chosen, a value without an entry is the option of that name.
	Answers map[string]string `json:"answers,omitempty" yaml:"answers,omitempty"`
}

// The entries of Answers that are no value of a fact.
const (
	anyOther  = "any"
	knownNone = "none"
)

// Known gives the answer to a question that the facts hold, as far as they are
// known: what the rules assume of the unknown answers nothing.
func (f Facts) Known(q *Question, system uuid.UUID) json.RawMessage {
	if q.KnownFrom == nil {
		return nil
	}
	values, known := f.told(system, q.KnownFrom.Fact)
	if !known {
		return nil
	}
	var options []string
	for _, value := range values {
		option, mapped := q.KnownFrom.Answers[value]
		if !mapped {
			option, mapped = q.KnownFrom.Answers[anyOther]
		}
		if !mapped {
			option = value
		}
		if q.offers(option) && !slices.Contains(options, option) {
			options = append(options, option)
		}
	}
	if none, mapped := q.KnownFrom.Answers[knownNone]; mapped && len(values) == 0 {
		options = []string{none}
	}
	switch {
	case len(options) == 0 || q.Type != MultipleChoice && len(options) > 1:
		return nil
	case q.Type == MultipleChoice:
		value, err := q.checkChoices(mustEncode(options))
		if err != nil {
			return nil
		}
		return value
	}
	return mustEncode(options[0])
}

func mustEncode(value any) json.RawMessage {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and lists of them: cannot fail
	}
	return body
}

// told gives the values of a fact over the systems asked about, and whether it
// is known of each of them.
func (f Facts) told(system uuid.UUID, fact string) ([]string, bool) {
	switch fact {
	case FactCertificates:
		return f.Certificates, len(f.Certificates) > 0
	case FactSubcontractors:
		return f.Subcontractors, len(f.Subcontractors) > 0
	}
	var values []string
	seen := false
	for _, s := range f.Systems {
		if system != uuid.Nil && s.ID != system {
			continue
		}
		known := map[string]bool{FactHostingKind: s.HostingKind != "", FactHostingCountry: s.HostingCountry != "", FactExposure: s.Exposure != "", FactDataCategories: s.DataCategories != nil, FactPart: len(s.Parts) > 0}
		if !known[fact] {
			return nil, false
		}
		seen = true
		values = append(values, s.fact(fact)...)
	}
	return values, seen
}

// knownFrom: a fact of the inventory, and options that the question has.
func (v *validation) knownFrom(q *Question, place string) {
	if q.KnownFrom == nil {
		return
	}
	if !slices.Contains([]string{FactPart, FactHostingKind, FactExposure, FactDataCategories, FactCertificates, FactHostingCountry, FactSubcontractors}, q.KnownFrom.Fact) {
		v.on(place+"/known_from", "questionnaire.known-fact-unknown")
	}
	if q.Type != YesNo && q.Type != SingleChoice && q.Type != MultipleChoice {
		v.on(place+"/known_from", "questionnaire.known-needs-options")
		return
	}
	for _, option := range q.KnownFrom.Answers {
		if !q.offers(option) {
			v.on(place+"/known_from", "questionnaire.known-needs-options")
		}
	}
}
