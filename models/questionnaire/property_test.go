package questionnaire

import (
	"maps"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// A random review: any version, facts, answers and judgements.

type randomReview struct {
	def   *Definition
	facts Facts
	given answers
	made  judgements
	desk  bool
}

func (r randomReview) score() Scorecard {
	return Score(r.def, r.facts, r.given, r.made, Options{Desk: r.desk})
}

func drawReview(t *rapid.T) randomReview {
	r := randomReview{def: drawVersion(t), given: answers{}, made: judgements{}, desk: rapid.Bool().Draw(t, "desk")}
	for _, id := range []uuid.UUID{systemA, systemB}[:rapid.IntRange(1, 2).Draw(t, "systems")] {
		r.facts.Systems = append(r.facts.Systems, SystemFacts{
			ID: id, Tier: rapid.IntRange(1, 3).Draw(t, "tier"),
			HostingKind: rapid.SampledFrom([]string{"", "cloud", "own"}).Draw(t, "hosting"),
		})
	}
	for _, q := range r.def.Questions() {
		for _, slot := range r.facts.slots(q) {
			if rapid.IntRange(0, 9).Draw(t, "answered") > 0 {
				r.given[slot] = drawAnswer(t, q)
			}
			if rapid.IntRange(0, 9).Draw(t, "judged") > 0 {
				r.made[slot] = drawJudgement(t)
			}
		}
	}
	return r
}

func drawVersion(t *rapid.T) *Definition {
	var sections []Section
	var earlier []Question
	for s := range rapid.IntRange(1, 3).Draw(t, "sections") {
		next := Section{Key: string(rune('a' + s)), Weight: rapid.IntRange(1, 3).Draw(t, "section weight")}
		for i := range rapid.IntRange(1, 4).Draw(t, "questions") {
			q := ask(next.Key+string(rune('0'+i)), weighing(rapid.IntRange(0, 3).Draw(t, "weight")))
			q.Essential = q.Weight > 0 && rapid.IntRange(0, 3).Draw(t, "essential") == 0
			if rapid.Bool().Draw(t, "per system") {
				q.Scope = ScopeSystem
			}
			switch rapid.IntRange(0, 4).Draw(t, "type") {
			case 0:
				choosing(SingleChoice, "x", "y", "z")(&q)
			case 1:
				choosing(MultipleChoice, "x", "y", "z")(&q)
			}
			if rapid.IntRange(0, 2).Draw(t, "conditional") > 0 {
				q.ShownWhen = drawCondition(t, q.Scope, earlier, 2)
			}
			next.Questions = append(next.Questions, q)
			earlier = append(earlier, q)
		}
		sections = append(sections, next)
	}
	return version(sections...)
}

func drawCondition(t *rapid.T, scope Scope, earlier []Question, depth int) *Condition {
	form := rapid.IntRange(0, 7).Draw(t, "form")
	if depth == 0 {
		form = 7
	}
	switch form {
	case 0, 1, 2:
		parts := []Condition{*drawCondition(t, scope, earlier, depth-1), *drawCondition(t, scope, earlier, depth-1)}
		if form == 0 {
			return &Condition{Any: parts}
		}
		return &Condition{All: parts}
	case 3:
		return &Condition{Not: drawCondition(t, scope, earlier, depth-1)}
	}
	allowed := slices.DeleteFunc(slices.Clone(earlier), func(q Question) bool {
		return scope == ScopeSupplier && q.Scope == ScopeSystem
	})
	if len(allowed) == 0 || rapid.IntRange(0, 6).Draw(t, "fact") == 0 {
		return &Condition{Fact: FactHostingKind, Is: "cloud"}
	}
	q := rapid.SampledFrom(allowed).Draw(t, "question")
	value := rapid.SampledFrom(q.values()).Draw(t, "value")
	if q.Type == MultipleChoice {
		return &Condition{Question: q.Key, Includes: value}
	}
	return &Condition{Question: q.Key, Is: value}
}

func drawAnswer(t *rapid.T, q *Question) Answer {
	if q.Type == MultipleChoice {
		return said(rapid.SampledFrom(subsets(q.values())[1:]).Draw(t, "ticks"))
	}
	return said(rapid.SampledFrom(q.values()).Draw(t, "answer"))
}

func drawJudgement(t *rapid.T) Judgement {
	return Judgement{
		Outcome: rapid.SampledFrom([]Outcome{Met, Met, PartlyMet, NotMet, NotMet, NotApplicable}).Draw(t, "outcome"),
		Basis:   rapid.SampledFrom([]Basis{Claim, Document}).Draw(t, "basis"),
	}
}

func TestScoresStayWithinTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReview(t)
		for _, s := range r.score().Systems {
			if s.Score == nil {
				if s.WorkedOut != NotRated || len(s.CappedBy) > 0 {
					t.Fatalf("no score, and %s by %v", s.WorkedOut, s.CappedBy)
				}
				continue
			}
			if s.Score.Sign() < 0 || s.Score.Cmp(big.NewRat(1, 1)) > 0 {
				t.Fatalf("score %v", s.Score)
			}
			if Better(s.WorkedOut, s.Band) || Better(s.WorkedOut, s.Cap) {
				t.Fatalf("%s is better than its band %s or its cap %s", s.WorkedOut, s.Band, s.Cap)
			}
			sum := new(big.Rat)
			for _, p := range s.Points {
				sum.Add(sum, p.Contribution)
			}
			if sum.Cmp(s.Score) != 0 {
				t.Fatalf("the points add up to %v, the score is %v", sum, s.Score)
			}
		}
	})
}

func TestNoBetterJudgementLowersTheScoreOrTheRating(t *testing.T) {
	better := map[Outcome]Outcome{NotMet: PartlyMet, PartlyMet: Met}
	rapid.Check(t, func(t *rapid.T) {
		r := drawReview(t)
		before := r.score()
		for slot, judgement := range r.made {
			next, ok := better[judgement.Outcome]
			if !ok {
				continue
			}
			improved := r
			improved.made = maps.Clone(r.made)
			improved.made[slot] = Judgement{Outcome: next, Basis: judgement.Basis}
			after := improved.score()
			for i := range before.Systems {
				was, is := before.Systems[i], after.Systems[i]
				if (was.Score == nil) != (is.Score == nil) {
					t.Fatalf("%s %s: score from %v to %v", slot, next, was.Score, is.Score)
				}
				if was.Score != nil && (is.Score.Cmp(was.Score) < 0 || Better(was.WorkedOut, is.WorkedOut)) {
					t.Fatalf("%s %s: from %v %s to %v %s", slot, next, was.Score, was.WorkedOut, is.Score, is.WorkedOut)
				}
			}
		}
	})
}

// A gate gains nothing: compare the answers of a review with those in which
// one answer is another. What only one of the two shows is judged not met,
// what both show is judged alike, and the other answer itself not met. Then
// that scores and rates no better than the first answer, however it is judged.
func TestAnUntrueAnswerToAGateGainsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReview(t)
		sheet := Evaluate(r.def, r.facts, r.given)
		shown := sheet.Shown()
		if len(shown) == 0 {
			return
		}
		gate := rapid.SampledFrom(shown).Draw(t, "gate")
		untrue := r
		untrue.given = maps.Clone(r.given)
		untrue.given[gate] = drawAnswer(t, sheet.Item(gate).Question)
		other := Evaluate(r.def, r.facts, untrue.given)
		truthful := r
		truthful.made, untrue.made = judgements{}, judgements{}
		for _, item := range sheet.Items {
			also := other.Item(item.Slot).Shown
			alike := r.made[item.Slot]
			if alike.Outcome == "" || item.Shown != also {
				alike = judged(NotMet)
			}
			if item.Shown {
				truthful.made[item.Slot] = alike
			}
			if also {
				untrue.made[item.Slot] = alike
			}
		}
		truthful.made[gate] = Judgement{Outcome: rapid.SampledFrom([]Outcome{Met, PartlyMet, NotMet}).Draw(t, "truth"), Basis: Document}
		untrue.made[gate] = judged(NotMet)
		first, second := truthful.score(), untrue.score()
		for i := range first.Systems {
			a, b := first.Systems[i], second.Systems[i]
			if a.Score == nil || b.Score == nil {
				continue
			}
			if b.Score.Cmp(a.Score) > 0 || Better(b.WorkedOut, a.WorkedOut) {
				t.Fatalf("%s answered %s: %v %s; answered %s: %v %s", gate,
					r.given[gate].Value, a.Score, a.WorkedOut, untrue.given[gate].Value, b.Score, b.WorkedOut)
			}
		}
	})
}

func TestHiddenAnswersAndJudgementsNeverCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReview(t)
		sheet := Evaluate(r.def, r.facts, r.given)
		other := r
		other.given, other.made = maps.Clone(r.given), maps.Clone(r.made)
		for _, item := range sheet.Items {
			if !item.Shown {
				other.given[item.Slot] = drawAnswer(t, item.Question)
				other.made[item.Slot] = drawJudgement(t)
			}
		}
		if again := Evaluate(other.def, other.facts, other.given); !reflect.DeepEqual(sheet.Items, again.Items) {
			t.Fatal("a hidden answer changed what is shown")
		}
		if !reflect.DeepEqual(r.score(), other.score()) {
			t.Fatal("a hidden answer or judgement changed the score")
		}
		if !reflect.DeepEqual(Claimed(r.def, r.facts, r.given), Claimed(r.def, r.facts, other.given)) {
			t.Fatal("a hidden answer changed the claimed score")
		}
	})
}

func TestEvaluationIsSettled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReview(t)
		sheet := Evaluate(r.def, r.facts, r.given)
		shownOnly := answers{}
		for _, slot := range sheet.Shown() {
			shownOnly[slot] = r.given[slot]
		}
		again := Evaluate(r.def, r.facts, shownOnly)
		if !reflect.DeepEqual(sheet.Items, again.Items) || Changed(sheet, again) != nil {
			t.Fatal("evaluating what is shown shows something else")
		}
		for _, item := range sheet.Items {
			if item.Shown && len(item.HiddenBy) > 0 {
				t.Fatalf("%s is shown and hidden", item.Slot)
			}
			for _, gate := range item.HiddenBy {
				if !sheet.Item(gate).Shown {
					t.Fatalf("%s is hidden by %s, which is hidden", item.Slot, gate)
				}
			}
		}
	})
}

func TestTheListOfWhatWouldRaiseItDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReview(t)
		for _, s := range r.score().Systems {
			if s.Raise == nil {
				if s.WorkedOut != Substantial && s.WorkedOut != NotRated {
					t.Fatalf("nothing would raise %s", s.WorkedOut)
				}
				continue
			}
			if len(s.Raise.Steps) == 0 && s.Raise.Blocked == "" {
				t.Fatalf("%s is raised to %s by nothing", s.WorkedOut, s.Raise.To)
			}
			if !s.Raise.Certain {
				continue
			}
			done := r
			done.made = maps.Clone(r.made)
			for _, step := range s.Raise.Steps {
				judgement := done.made[step.Slot]
				if step.Action == Improve {
					judgement.Outcome = Met
				}
				if step.OnEvidence {
					judgement.Basis = Document
				}
				done.made[step.Slot] = judgement
			}
			card := done.score()
			if after := card.Of(s.System); Better(s.Raise.To, after.WorkedOut) {
				t.Fatalf("%v leads from %s to %s, not to %s", actions(s.Raise), s.WorkedOut, after.WorkedOut, s.Raise.To)
			}
		}
	})
}

// The search for what a gate holds agrees with trying every answer.
func TestHeldByAGateAgreesWithTryingEveryAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReview(t)
		sheet := Evaluate(r.def, r.facts, r.given)
		doubted := func(item *Item) bool {
			o := r.made[item.Slot].Outcome
			return o == NotMet || o == PartlyMet
		}
		var free []*Item
		tries := 1
		for i := range sheet.Items {
			item := &sheet.Items[i]
			if !item.Shown || doubted(item) {
				free = append(free, item)
				tries *= len(subsets(item.Question.values()))
			}
		}
		if tries > 20_000 {
			return
		}
		askable := map[Slot]bool{}
		given := maps.Clone(r.given)
		var try func(int)
		try = func(i int) {
			if i == len(free) {
				for _, slot := range Evaluate(r.def, r.facts, given).Shown() {
					askable[slot] = true
				}
				return
			}
			q := free[i].Question
			choices := subsets(q.values())[1:]
			if q.Type != MultipleChoice {
				choices = nil
				for _, value := range q.values() {
					choices = append(choices, []string{value})
				}
			}
			for _, choice := range choices {
				if q.Type == MultipleChoice {
					given[free[i].Slot] = said(choice)
				} else {
					given[free[i].Slot] = said(choice[0])
				}
				try(i + 1)
			}
		}
		try(0)
		gates := findGates(r.def, sheet, doubted)
		for i := range sheet.Items {
			item := &sheet.Items[i]
			if held := len(gates.holding(item)) > 0; held != (!item.Shown && askable[item.Slot]) {
				t.Fatalf("%s held: %v, could be asked: %v", item.Slot, held, askable[item.Slot])
			}
		}
	})
}
