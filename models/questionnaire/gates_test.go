package questionnaire

import (
	"math/big"
	"reflect"
	"testing"
)

// gated is a gate with four questions behind it and six others.
func gated(changes ...with) *Definition {
	questions := append([]Question{ask("gate")}, many("behind", 4, append(changes, when(is("gate", Yes)))...)...)
	return version(section("s", append(questions, many("other", 6)...)...))
}

func TestNoToAGateGivesNoMoreThanNothingBehindIt(t *testing.T) {
	// Gate partly met, its 4 questions not met, 6 others met: 0.59. "No" to
	// the gate, judged not met, must not give more.
	def, facts := gated(), oneSystem(2)
	open := answeringYes(def, facts)
	made := judging(def, facts, open, Met)
	made[at("gate")] = judged(PartlyMet)
	for _, q := range many("behind", 4) {
		made[at(q.Key)] = judged(NotMet)
	}
	truthful := scoreOf(def, facts, open, made)
	wantScore(t, truthful, 13, 22, Limited)
	if got := Percent(truthful.Score); got != 59 {
		t.Errorf("shown as %d, want 59", got)
	}
	shut := answeringYes(def, facts)
	shut[at("gate")] = said(No)
	made[at("gate")] = judged(NotMet)
	closed := scoreOf(def, facts, shut, made)
	wantScore(t, closed, 6, 11, Limited)
	if closed.Sections[0].ByGate != 4 || closed.Sections[0].NotMet != 5 {
		t.Errorf("section %+v, want 4 of 5 not met by the gate", closed.Sections[0])
	}
	made[at("gate")] = judged(PartlyMet)
	wantScore(t, scoreOf(def, facts, shut, made), 13, 22, Limited)
}

func TestAGateThatIsMetOrDoesNotApplyTakesWhatItHidesOut(t *testing.T) {
	def, facts := gated(), oneSystem(2)
	shut := answeringYes(def, facts)
	shut[at("gate")] = said(No)
	for _, outcome := range []Outcome{Met, NotApplicable} {
		made := judging(def, facts, shut, Met)
		made[at("gate")] = judged(outcome)
		got := scoreOf(def, facts, shut, made)
		wantScore(t, got, 1, 1, Substantial)
		if got.Sections[0].ByGate != 0 {
			t.Errorf("%s: %d count by the gate", outcome, got.Sections[0].ByGate)
		}
	}
}

func TestEssentialsBehindAGateCountAsNotMet(t *testing.T) {
	def, facts := gated(essential), oneSystem(2)
	shut := answeringYes(def, facts)
	shut[at("gate")] = said(No)
	made := judging(def, facts, shut, Met)
	made[at("gate")] = judged(PartlyMet)
	got := scoreOf(def, facts, shut, made)
	if got.WorkedOut != Unsatisfactory || got.CappedBy[0].Reason != EssentialsNotMet || len(got.CappedBy[0].Slots) != 4 {
		t.Errorf("%s by %+v, want unsatisfactory by four essentials", got.WorkedOut, got.CappedBy)
	}
}

func TestGatesBehindAGate(t *testing.T) {
	def := version(section("s",
		ask("a"), ask("b", when(is("a", Yes))), ask("c", when(is("b", Yes))), ask("d", when(is("b", No))), ask("plain")))
	facts := oneSystem(2)
	given := answers{at("a"): said(No), at("plain"): said(Yes)}
	got := scoreOf(def, facts, given, judgements{at("a"): judged(NotMet), at("plain"): judged(Met)})
	// b behind a, and whatever either answer to b would have shown
	wantScore(t, got, 1, 5, Unsatisfactory)
	for _, p := range got.Points {
		if p.ByGate() && !reflect.DeepEqual(p.HeldBy, []Slot{at("a")}) {
			t.Errorf("%s is held by %v, want the gate that is shown", p.Slot, p.HeldBy)
		}
	}
}

func TestWhatAnotherTruthfulAnswerExcludesIsNotCounted(t *testing.T) {
	def := version(section("s",
		ask("gate"), ask("where", choosing(SingleChoice, "cloud", "own")),
		ask("in-cloud", when(all(is("gate", Yes), is("where", "cloud")))),
		ask("own-rooms", when(all(is("gate", Yes), is("where", "own")))),
		ask("by-facts", when(all(is("gate", Yes), factIs(FactHostingKind, "cloud")))),
	))
	facts := oneSystem(2)
	given := answers{at("gate"): said(No), at("where"): said("cloud")}
	counted := func(made judgements) []Slot {
		var slots []Slot
		for _, p := range scoreOf(def, facts, given, made).Points {
			if p.ByGate() {
				slots = append(slots, p.Slot)
			}
		}
		return slots
	}
	got := counted(judgements{at("gate"): judged(NotMet), at("where"): judged(Met)})
	if want := []Slot{at("in-cloud")}; !reflect.DeepEqual(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
	// Doubted as well, the other answer excludes nothing any more.
	got = counted(judgements{at("gate"): judged(NotMet), at("where"): judged(PartlyMet)})
	if want := []Slot{at("in-cloud"), at("own-rooms")}; !reflect.DeepEqual(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestTwoClosedGatesHideTogether(t *testing.T) {
	def := version(section("s", ask("a"), ask("b"), ask("both", when(all(is("a", Yes), is("b", Yes))))))
	facts := oneSystem(2)
	given := answers{at("a"): said(No), at("b"): said(No)}
	got := scoreOf(def, facts, given, judgements{at("a"): judged(PartlyMet), at("b"): judged(PartlyMet)})
	wantScore(t, got, 1, 3, Unsatisfactory) // two halves of three
	got = scoreOf(def, facts, given, judgements{at("a"): judged(PartlyMet), at("b"): judged(Met)})
	wantScore(t, got, 3, 4, Reasonable) // b is truthful, and excludes it
}

func TestAGateOfOneSystemHoldsNothingOfAnother(t *testing.T) {
	def := version(section("s", ask("gate", perSystem), ask("behind", perSystem, when(is("gate", Yes))), ask("plain")))
	facts := twoSystems()
	given := answeringYes(def, facts)
	given[of("gate", systemA)] = said(No)
	made := judging(def, facts, given, Met)
	made[of("gate", systemA)] = judged(NotMet)
	card := Score(def, facts, given, made, Options{})
	wantScore(t, card.Of(systemA), 1, 3, Unsatisfactory)
	wantScore(t, card.Of(systemB), 1, 1, Substantial)
}

func TestAGateBehindAGateSeesTheFactsOfItsOwnScope(t *testing.T) {
	// The middle question is the supplier's: one system in the cloud is enough
	// for it to be asked, also for what hangs on it in the other system.
	def := version(section("s", ask("gate"),
		ask("middle", when(all(is("gate", Yes), factIs(FactHostingKind, "cloud")))),
		ask("behind", perSystem, when(is("middle", Yes))), ask("plain")))
	facts := twoSystems()
	given := answers{at("gate"): said(No), at("plain"): said(Yes)}
	card := Score(def, facts, given, judgements{at("gate"): judged(NotMet), at("plain"): judged(Met)}, Options{})
	wantScore(t, card.Of(systemA), 1, 4, Unsatisfactory)
	wantScore(t, card.Of(systemB), 1, 4, Unsatisfactory)
}

func TestGatesOfEveryType(t *testing.T) {
	yes := true
	cases := []struct {
		name string
		gate Question
		said any
		when Condition
	}{
		{"single choice", ask("gate", choosing(SingleChoice, "a", "b")), "a", is("gate", "b")},
		{"multiple choice", ask("gate", choosing(MultipleChoice, "a", "b")), []string{"a"}, includes("gate", "b")},
		{"multiple choice, two ticks", ask("gate", choosing(MultipleChoice, "a", "b", "c")), []string{"a"}, all(includes("gate", "b"), includes("gate", "c"))},
		{"multiple choice, none of the named", ask("gate", choosing(MultipleChoice, "a", "b")), []string{"a"}, not(includes("gate", "a"))},
		{"number, at least", ask("gate", ofType(Number)), 5, Condition{Question: "gate", AtLeast: "10"}},
		{"number, between", ask("gate", ofType(Number)), 5, all(Condition{Question: "gate", AtLeast: "10"}, not(Condition{Question: "gate", AtLeast: "10.5"}))},
		{"text", ask("gate", ofType(Text)), "none", not(is("gate", "none"))},
		{"date", ask("gate", ofType(Day)), "2026-01-01", is("gate", "2026-01-02")},
		{"answered, and with a yes", ask("gate"), No, all(is("gate", Yes), Condition{Question: "gate", Answered: &yes})},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			def := version(section("s", c.gate, ask("behind", when(c.when))))
			got := scoreOf(def, oneSystem(2), answers{at("gate"): said(c.said)}, judgements{at("gate"): judged(PartlyMet)})
			wantScore(t, got, 1, 4, Unsatisfactory)
		})
	}
}

func TestImpossibleQuestionsAreNeverCounted(t *testing.T) {
	def := version(section("s", ask("gate"), ask("never", when(all(is("gate", Yes), is("gate", No))))))
	got := scoreOf(def, oneSystem(2), answers{at("gate"): said(No)}, judgements{at("gate"): judged(PartlyMet)})
	if got.Score.Cmp(big.NewRat(1, 2)) != 0 {
		t.Errorf("score %v, want 1/2", got.Score)
	}
}
