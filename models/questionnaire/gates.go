package questionnaire

import (
	"slices"

	"github.com/google/uuid"
)

// gates finds the hidden questions that count as not met because a gate that
// is not met, or only partly, keeps them from being asked.
//
// Every question whose answer hides others is a gate. While one is judged not
// met or partly met, each question that would be shown if it, and the gates
// hidden behind it, were answered otherwise counts. The answers of all other
// shown questions stand: what a truthful answer elsewhere excludes does not
// count. A gate that is met, or does not apply, takes what it hides out of
// the sum. So a "no" that is not true never gains anything.
type gates struct {
	sheet   *Sheet
	byKey   map[string]*Question
	order   map[string]int
	doubted func(*Item) bool
}

// findGates prepares the search; doubted says which shown items are judged
// not met or partly met.
func findGates(def *Definition, sheet *Sheet, doubted func(*Item) bool) *gates {
	g := &gates{sheet: sheet, byKey: map[string]*Question{}, order: map[string]int{}, doubted: doubted}
	for i, q := range def.Questions() {
		g.byKey[q.Key], g.order[q.Key] = q, i
	}
	return g
}

// holding gives the doubted gates that keep a hidden item from being asked,
// none where it would be hidden anyway.
func (g *gates) holding(item *Item) []Slot {
	if item.Shown {
		return nil
	}
	deciding := variables(g.byKey, g.order, item.Question)
	var doubted []Slot
	for _, v := range deciding {
		gate := g.sheet.nearest(v.question.Key, item.Slot.System)
		if gate != nil && gate.Shown && g.doubted(gate) {
			doubted = append(doubted, gate.Slot)
		}
	}
	if len(doubted) == 0 || !g.couldBeAsked(item, deciding) {
		return nil
	}
	var hiding []Slot
	for _, slot := range doubted {
		if slices.Contains(item.HiddenBy, slot) {
			hiding = append(hiding, slot)
		}
	}
	if len(hiding) == 0 {
		return doubted // hidden by a third answer that the gate would hide
	}
	return hiding
}

func (g *gates) couldBeAsked(item *Item, deciding []variable) bool {
	search := worlds{
		variables: deciding,
		targets:   []*Question{item.Question},
		fact: func(q *Question, name string) []string {
			if q.Scope != ScopeSystem {
				return g.sheet.facts.seenFrom(uuid.Nil, name)
			}
			return g.sheet.facts.seenFrom(item.Slot.System, name)
		},
		fixed: func(q *Question) (reply, bool) {
			other := g.sheet.nearest(q.Key, item.Slot.System)
			if other == nil || !other.Shown || g.doubted(other) {
				return reply{}, false
			}
			return other.reply, true
		},
	}
	return search.reachable()
}
