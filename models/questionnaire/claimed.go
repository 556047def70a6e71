package questionnaire

import (
	"math/big"

	"github.com/google/uuid"
)

// Claimed works out what each system's score would be if every answer were
// taken at its word: for our side only, before judgement. It takes the
// questions whose options have scores; a multiple choice is worth what is
// ticked over what could be. Gates count as in Score: one with a weight whose
// answer claims less than everything counts what it hides, where that has
// scores too. A system is absent where nothing can be claimed.
func Claimed(def *Definition, facts Facts, answers map[Slot]Answer) map[uuid.UUID]*big.Rat {
	sheet := Evaluate(def, facts, answers)
	everything := big.NewRat(1, 1)
	gates := findGates(def, sheet, func(item *Item) bool {
		worth := item.Question.claims(item.reply)
		return item.Question.Weight > 0 && worth != nil && worth.Cmp(everything) < 0
	})
	claimed := map[uuid.UUID]*big.Rat{}
	for _, system := range facts.Systems {
		var points []Point
		for i := range sheet.Items {
			item := &sheet.Items[i]
			ofPair := item.Slot.System == uuid.Nil || item.Slot.System == system.ID
			if !ofPair || item.Question.Weight == 0 || !item.Question.hasScores() {
				continue
			}
			point := Point{Slot: item.Slot, Section: item.Section.Key, Weight: item.Question.Weight}
			if item.Shown {
				point.Worth = item.Question.claims(item.reply)
			} else if len(gates.holding(item)) > 0 {
				point.Worth = new(big.Rat)
			}
			points = append(points, point)
		}
		if score, _ := weigh(def, points); score != nil {
			claimed[system.ID] = score
		}
	}
	return claimed
}

func (q *Question) hasScores() bool {
	for _, option := range q.Choices() {
		if option.Score != "" {
			return true
		}
	}
	return false
}

// claims is what an answer is worth by the scores of its options; nil where it
// claims nothing: no answer, not applicable, or options without scores.
func (q *Question) claims(r reply) *big.Rat {
	if r.state != answered {
		return nil
	}
	ticked, possible, scored := new(big.Rat), new(big.Rat), false
	for _, option := range q.Choices() {
		score, ok := decimal(option.Score)
		if !ok {
			continue
		}
		possible.Add(possible, score)
		for _, value := range r.values {
			if value == option.Value {
				ticked.Add(ticked, score)
				scored = true
			}
		}
	}
	if q.Type != MultipleChoice {
		if !scored {
			return nil
		}
		return ticked
	}
	if possible.Sign() == 0 {
		return nil
	}
	return ticked.Quo(ticked, possible)
}
