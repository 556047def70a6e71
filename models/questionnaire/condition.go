package questionnaire

import (
	"encoding/json"
	"math/big"
	"slices"
)

// Condition says when a question is shown: all, any or not of other
// conditions, or a leaf that looks at one earlier answer or at one fact of
// the inventory.
type Condition struct {
	All []Condition `json:"all,omitempty" yaml:"all,omitempty"`
	Any []Condition `json:"any,omitempty" yaml:"any,omitempty"`
	Not *Condition  `json:"not,omitempty" yaml:"not,omitempty"`

	Question string `json:"question,omitempty" yaml:"question,omitempty"`
	Fact     string `json:"fact,omitempty" yaml:"fact,omitempty"`

	// Is asks whether the answer, or the fact, is this value.
	Is string `json:"is,omitempty" yaml:"is,omitempty"`
	// Includes asks whether a list contains this value.
	Includes string `json:"includes,omitempty" yaml:"includes,omitempty"`
	// Answered asks whether there is an answer at all.
	Answered *bool `json:"answered,omitempty" yaml:"answered,omitempty"`
	// AtMost and AtLeast bound a number, both ends included.
	AtMost  json.Number `json:"at_most,omitempty" yaml:"at_most,omitempty"`
	AtLeast json.Number `json:"at_least,omitempty" yaml:"at_least,omitempty"`
}

// truth has three values. A condition over a question without an answer is
// neither true nor false but unknown, and stays unknown under "not": only a
// condition that is true shows its question. (With two values "not yes" would
// show a question before the one it hangs on is answered, and again when that
// one is hidden.)
type truth int

const (
	isFalse truth = iota - 1
	isUnknown
	isTrue
)

func (t truth) negated() truth { return -t }

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// reply is an answer as conditions see it.
type reply struct {
	state  replyState
	values []string // one for most types, several for multiple choice, none for a file
}

type replyState int

const (
	// unanswered: no answer, or a hidden one, which counts as none.
	unanswered replyState = iota
	answered
	// open: may still take any answer; only the search in worlds.go uses it.
	open
)

// view is what a condition can see.
type view struct {
	answer func(key string) reply
	fact   func(name string) []string
}

// holds works the condition out. No condition at all is true.
func (c *Condition) holds(v view) truth {
	if c == nil {
		return isTrue
	}
	switch {
	case len(c.All) > 0:
		least := isTrue
		for i := range c.All {
			least = min(least, c.All[i].holds(v))
		}
		return least
	case len(c.Any) > 0:
		most := isFalse
		for i := range c.Any {
			most = max(most, c.Any[i].holds(v))
		}
		return most
	case c.Not != nil:
		return c.Not.holds(v).negated()
	case c.Question != "":
		return c.holdsForAnswer(v.answer(c.Question))
	case c.Fact != "":
		return truthOf(c.matches(v.fact(c.Fact)))
	}
	return isUnknown
}

func (c *Condition) holdsForAnswer(r reply) truth {
	switch {
	case r.state == open:
		return isUnknown
	case c.Answered != nil:
		return truthOf((r.state == answered) == *c.Answered)
	case r.state == unanswered:
		return isUnknown
	}
	return truthOf(c.matches(r.values))
}

// matches compares a leaf with values. A fact of several systems is a list
// even where each system has one value.
func (c *Condition) matches(values []string) bool {
	return slices.ContainsFunc(values, func(value string) bool {
		switch {
		case c.Is != "":
			return sameValue(value, c.Is)
		case c.Includes != "":
			return value == c.Includes
		}
		return c.bounds(value)
	})
}

func (c *Condition) bounds(value string) bool {
	n, ok := decimal(value)
	if !ok || (c.AtMost == "" && c.AtLeast == "") {
		return false
	}
	if most, given := decimal(string(c.AtMost)); given && n.Cmp(most) > 0 {
		return false
	}
	if least, given := decimal(string(c.AtLeast)); given && n.Cmp(least) < 0 {
		return false
	}
	return true
}

// sameValue compares texts, and numbers by what they are worth: 5.0 is 5.
func sameValue(a, b string) bool {
	if a == b {
		return true
	}
	x, okX := decimal(a)
	y, okY := decimal(b)
	return okX && okY && x.Cmp(y) == 0
}

// decimal reads a plain decimal number exactly. No exponents: "1e999999999"
// would fill the memory.
func decimal(s string) (*big.Rat, bool) {
	if !plainDecimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// leaves gives every leaf of the condition.
func (c *Condition) leaves() []*Condition {
	if c == nil {
		return nil
	}
	var found []*Condition
	for i := range c.All {
		found = append(found, c.All[i].leaves()...)
	}
	for i := range c.Any {
		found = append(found, c.Any[i].leaves()...)
	}
	found = append(found, c.Not.leaves()...)
	if c.Question != "" || c.Fact != "" {
		found = append(found, c)
	}
	return found
}

// obstacles gives the questions whose answers keep the condition from being
// true.
func (c *Condition) obstacles(v view) []string {
	if c == nil || c.holds(v) == isTrue {
		return nil
	}
	var keys []string
	switch {
	case len(c.All) > 0:
		for i := range c.All {
			keys = append(keys, c.All[i].obstacles(v)...)
		}
	case len(c.Any) > 0:
		for i := range c.Any {
			keys = append(keys, c.Any[i].obstacles(v)...)
		}
	case c.Not != nil:
		for _, leaf := range c.Not.leaves() {
			if leaf.Question != "" {
				keys = append(keys, leaf.Question)
			}
		}
	case c.Question != "":
		keys = append(keys, c.Question)
	}
	return keys
}
