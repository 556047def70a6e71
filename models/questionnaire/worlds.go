package questionnaire

import (
	"math/big"
	"slices"
)

// A world is one way in which some questions could have been answered. The
// search here asks whether there is a world that shows given questions: for
// the rule on gates (could this question have been asked, had the gate been
// open?) and for the check of a version before it is published (can these two
// essentials be asked together?).

// variable is a question that decides, directly or through others, whether
// the questions searched for are shown.
type variable struct {
	question *Question
	leaves   []*Condition // the leaves that look at it
}

// variables gives what decides whether the questions are shown, in the order
// of the version, so that each hangs on earlier ones only.
func variables(byKey map[string]*Question, order map[string]int, targets ...*Question) []variable {
	found := map[string]*variable{}
	var visit func(c *Condition)
	visit = func(c *Condition) {
		for _, leaf := range c.leaves() {
			q := byKey[leaf.Question]
			if q == nil {
				continue
			}
			v, seen := found[q.Key]
			if !seen {
				v = &variable{question: q}
				found[q.Key] = v
			}
			if slices.Contains(v.leaves, leaf) {
				continue // reached by another way before
			}
			v.leaves = append(v.leaves, leaf)
			visit(q.ShownWhen)
		}
	}
	for _, target := range targets {
		visit(target.ShownWhen)
	}
	var all []variable
	for _, v := range found {
		all = append(all, *v)
	}
	slices.SortFunc(all, func(a, b variable) int { return order[a.question.Key] - order[b.question.Key] })
	return all
}

// worlds is one search.
type worlds struct {
	variables []variable
	targets   []*Question
	// fact gives what a question's conditions see of the inventory.
	fact func(q *Question, name string) []string
	// fixed gives the reply that a question keeps in every world that shows
	// it, and whether it has one; the others may take any.
	fixed func(q *Question) (reply, bool)

	world map[string]reply
}

// reachable reports whether some world shows all the targets at once.
func (w *worlds) reachable() bool {
	w.world = map[string]reply{}
	return w.from(0)
}

func (w *worlds) from(next int) bool {
	settled := true
	for _, target := range w.targets {
		switch w.shows(target) {
		case isFalse:
			return false // no later reply can make it true
		case isUnknown:
			settled = false
		}
	}
	if settled {
		return true
	}
	if next == len(w.variables) {
		return false
	}
	v := w.variables[next]
	defer delete(w.world, v.question.Key)
	for _, r := range w.replies(v) {
		w.world[v.question.Key] = r
		if w.from(next + 1) {
			return true
		}
	}
	return false
}

// shows reports whether the world so far shows a question.
func (w *worlds) shows(q *Question) truth {
	return q.ShownWhen.holds(view{
		answer: w.answer,
		fact:   func(name string) []string { return w.fact(q, name) },
	})
}

func (w *worlds) answer(key string) reply {
	if r, assigned := w.world[key]; assigned {
		return r
	}
	return reply{state: open}
}

// replies gives what a question can be answered in the world so far: nothing
// where it is hidden.
func (w *worlds) replies(v variable) []reply {
	if w.shows(v.question) != isTrue {
		return []reply{{}}
	}
	if r, ok := w.fixed(v.question); ok {
		return []reply{r}
	}
	return v.domain()
}

// domain gives one reply for each way in which the leaves can tell answers to
// the question apart.
func (v variable) domain() []reply {
	switch v.question.Type {
	case YesNo, SingleChoice:
		return oneEach(v.question.values())
	case MultipleChoice:
		return v.selections()
	case Number:
		return oneEach(v.numbers())
	case File:
		return []reply{{state: answered}}
	}
	mentioned := v.mentioned(func(leaf *Condition) string { return leaf.Is })
	return oneEach(append(mentioned, "\x00 any other"))
}

func (q *Question) values() []string {
	var values []string
	for _, option := range q.Choices() {
		values = append(values, option.Value)
	}
	return values
}

func (v variable) mentioned(by func(*Condition) string) []string {
	var values []string
	for _, leaf := range v.leaves {
		if value := by(leaf); value != "" && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return values
}

// selections gives every set of the options that leaves mention; the empty
// one stands for the options that none does.
func (v variable) selections() []reply {
	mentioned := v.mentioned(func(leaf *Condition) string { return leaf.Includes })
	var replies []reply
	for _, set := range subsets(mentioned) {
		if len(set) > 0 || len(mentioned) < len(v.question.Options) {
			replies = append(replies, reply{state: answered, values: set})
		}
	}
	return replies
}

// numbers gives each bound that a leaf mentions, and a number on either side
// of it that is nearer than any answer can come to another bound.
func (v variable) numbers() []string {
	nearest := big.NewRat(1, 1_000_000_000)
	values := []string{"0"}
	for _, leaf := range v.leaves {
		for _, bound := range []string{leaf.Is, string(leaf.AtMost), string(leaf.AtLeast)} {
			n, ok := decimal(bound)
			if !ok {
				continue
			}
			below, above := new(big.Rat).Sub(n, nearest), new(big.Rat).Add(n, nearest)
			values = append(values, bound, below.FloatString(9), above.FloatString(9))
		}
	}
	return values
}

func oneEach(values []string) []reply {
	replies := make([]reply, 0, len(values))
	for _, value := range values {
		replies = append(replies, reply{state: answered, values: []string{value}})
	}
	return replies
}

// subsets gives all sets of the values, the empty one first.
func subsets(values []string) [][]string {
	sets := [][]string{nil}
	for _, value := range values {
		for _, set := range sets[:len(sets):len(sets)] {
			sets = append(sets, append(slices.Clone(set), value))
		}
	}
	return sets
}
