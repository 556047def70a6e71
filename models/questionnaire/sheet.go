package questionnaire

import (
	"encoding/json"
	"slices"

	"github.com/google/uuid"
)

// Answer is what was given for a slot: the value as CheckValue gave it, and
// how many pieces of evidence there are.
type Answer struct {
	Value    json.RawMessage
	Evidence int
}

// Item is one slot of a review and where it stands.
type Item struct {
	Slot     Slot
	Section  *Section
	Question *Question
	// Shown: its condition is true. What is not shown is neither required
	// nor scored, and its answer counts as none.
	Shown bool
	// Required: shown, and must be answered before the review is submitted.
	Required bool
	// EvidenceRequired: shown, and asks for evidence with the answer as it
	// stands.
	EvidenceRequired bool
	// Answered: shown, and has an answer; a file question by its evidence.
	Answered bool
	// Complete: answered, with evidence where it is asked.
	Complete bool
	// HiddenBy are the shown questions whose answers keep this one hidden
	// (its gates); none where facts of the inventory alone do.
	HiddenBy []Slot

	reply reply
}

// Sheet is every slot of a review in order: a question of scope system once
// for each system.
type Sheet struct {
	Items []Item

	at    map[Slot]int
	facts Facts
}

// Evaluate works out what is shown, required and answered. It is the only
// evaluator of conditions: pages and API ask it and obey. Conditions look back
// only, so one pass settles all.
func Evaluate(def *Definition, facts Facts, answers map[Slot]Answer) *Sheet {
	sheet := &Sheet{at: map[Slot]int{}, facts: facts}
	for s := range def.Sections {
		section := &def.Sections[s]
		for q := range section.Questions {
			question := &section.Questions[q]
			for _, slot := range facts.slots(question) {
				item := Item{Slot: slot, Section: section, Question: question}
				sheet.settle(&item, answers[slot])
				sheet.at[slot] = len(sheet.Items)
				sheet.Items = append(sheet.Items, item)
			}
		}
	}
	return sheet
}

func (s *Sheet) settle(item *Item, answer Answer) {
	seen := s.seenFrom(item.Slot.System)
	if item.Question.ShownWhen.holds(seen) != isTrue {
		item.HiddenBy = s.gatesOf(item, seen)
		return
	}
	item.Shown = true
	item.Required = item.Question.IsRequired()
	item.reply = item.Question.reply(answer)
	item.Answered = item.reply.state == answered
	item.EvidenceRequired = item.Question.asksEvidence(item.reply)
	item.Complete = item.Answered && (!item.EvidenceRequired || answer.Evidence > 0)
}

// seenFrom is what a condition of a slot of the system sees: that system's
// answers and facts, and the supplier's.
func (s *Sheet) seenFrom(system uuid.UUID) view {
	return view{
		answer: func(key string) reply {
			if item := s.nearest(key, system); item != nil {
				return item.reply
			}
			return reply{}
		},
		fact: func(name string) []string { return s.facts.seenFrom(system, name) },
	}
}

// nearest gives the slot of a question that a slot of the system refers to.
func (s *Sheet) nearest(key string, system uuid.UUID) *Item {
	if i, ok := s.at[Slot{Key: key, System: system}]; ok {
		return &s.Items[i]
	}
	if i, ok := s.at[Slot{Key: key}]; ok {
		return &s.Items[i]
	}
	return nil
}

// gatesOf gives the shown questions that hide an item, through any number of
// hidden ones between.
func (s *Sheet) gatesOf(item *Item, seen view) []Slot {
	whateverIsAnswered := view{answer: func(string) reply { return reply{state: open} }, fact: seen.fact}
	if item.Question.ShownWhen.holds(whateverIsAnswered) == isFalse {
		return nil // the facts exclude it
	}
	var gates []Slot
	for _, key := range item.Question.ShownWhen.obstacles(seen) {
		obstacle := s.nearest(key, item.Slot.System)
		switch {
		case obstacle == nil:
		case obstacle.Shown:
			gates = append(gates, obstacle.Slot)
		default:
			gates = append(gates, obstacle.HiddenBy...)
		}
	}
	return distinct(gates)
}

func distinct(slots []Slot) []Slot {
	var kept []Slot
	for _, slot := range slots {
		if !slices.Contains(kept, slot) {
			kept = append(kept, slot)
		}
	}
	return kept
}

// asksEvidence applies the question's evidence rule to an answer: "when yes"
// asks with a yes; "always" asks unless the answer is no or not applicable,
// because nobody can show what is not done.
func (q *Question) asksEvidence(r reply) bool {
	chosen := ""
	if (q.Type == YesNo || q.Type == SingleChoice) && len(r.values) == 1 {
		chosen = r.values[0]
	}
	switch q.Evidence {
	case EvidenceWhenYes:
		return chosen == Yes
	case EvidenceAlways:
		return chosen != No && chosen != DoesNotApply
	}
	return false
}

// Item gives the item of a slot, or nil.
func (s *Sheet) Item(slot Slot) *Item {
	if i, ok := s.at[slot]; ok {
		return &s.Items[i]
	}
	return nil
}

// Shown gives the slots that are shown.
func (s *Sheet) Shown() []Slot {
	return s.pick(func(item *Item) bool { return item.Shown })
}

// Missing gives the slots that stand in the way of submitting: required and
// not answered, or answered without the evidence that the answer asks for.
func (s *Sheet) Missing() []Slot {
	return s.pick(func(item *Item) bool {
		return !item.Complete && (item.Required || item.Answered)
	})
}

func (s *Sheet) pick(wanted func(*Item) bool) []Slot {
	var slots []Slot
	for i := range s.Items {
		if wanted(&s.Items[i]) {
			slots = append(slots, s.Items[i].Slot)
		}
	}
	return slots
}

// Progress counts the shown slots that are answered, all that are shown, and
// those of them that are required.
func (s *Sheet) Progress() (answered, shown, required int) {
	for _, item := range s.Items {
		if item.Shown {
			shown++
		}
		if item.Answered {
			answered++
		}
		if item.Required {
			required++
		}
	}
	return answered, shown, required
}

// Changed gives the slots that a page must draw again: those whose being
// shown, required or in need of evidence differs between two sheets of the
// same review.
func Changed(before, after *Sheet) []Slot {
	return after.pick(func(now *Item) bool {
		then := before.Item(now.Slot)
		return then == nil || then.Shown != now.Shown || then.Required != now.Required ||
			then.EvidenceRequired != now.EvidenceRequired
	})
}

// Unjudged gives the slots that must be judged before the review can be
// assessed: every shown question with a weight.
func Unjudged(sheet *Sheet, judgements map[Slot]Judgement) []Slot {
	return sheet.pick(func(item *Item) bool {
		_, judged := judgements[item.Slot]
		return item.Shown && item.Question.Weight > 0 && !judged
	})
}
