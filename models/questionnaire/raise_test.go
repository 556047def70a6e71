package questionnaire

import (
	"math/big"
	"reflect"
	"testing"
)

func actions(r *Raise) []string {
	var list []string
	for _, step := range r.Steps {
		list = append(list, string(step.Action)+" "+step.Slot.String())
	}
	return list
}

func wantRaise(t *testing.T, r *Raise, to Rating, certain bool, steps ...string) {
	t.Helper()
	if r == nil {
		t.Fatal("nothing would raise it")
	}
	if r.To != to || r.Certain != certain || !reflect.DeepEqual(actions(r), steps) {
		t.Errorf("to %s (certain: %v) by %v, want %s (%v) by %v", r.To, r.Certain, actions(r), to, certain, steps)
	}
}

func TestLargestGainsFirstUntilTheThreshold(t *testing.T) {
	def := version(section("s", ask("small"), ask("large", weighing(4)), ask("middle", weighing(3)), ask("met", weighing(2))))
	facts := oneSystem(2)
	given := answeringYes(def, facts)
	made := judging(def, facts, given, NotMet)
	made[at("met")] = judged(Met)
	got := scoreOf(def, facts, given, made) // 0.2; limited from 0.4
	wantRaise(t, got.Raise, Limited, true, "improve large")
	if gain := got.Raise.Steps[0].Gain; gain.Cmp(big.NewRat(2, 5)) != 0 {
		t.Errorf("gain %v, want 2/5", gain)
	}
	made[at("large")] = judged(PartlyMet) // 0.4; reasonable from 0.65: the middle one gains most now
	wantRaise(t, scoreOf(def, facts, given, made).Raise, Reasonable, true, "improve middle")
}

func TestTheListEndsExactlyAtTheThreshold(t *testing.T) {
	def, facts := version(section("s", many("q", 20)...)), oneSystem(2)
	made := judging(def, facts, answeringYes(def, facts), NotMet)
	for _, q := range many("q", 12) {
		made[at(q.Key)] = judged(Met)
	}
	got := scoreOf(def, facts, answeringYes(def, facts), made) // 0.60: one more is 0.65
	wantRaise(t, got.Raise, Reasonable, true, "improve q13")
}

func TestEssentialsComeFirst(t *testing.T) {
	def := version(section("s", ask("e1", essential), ask("e2", essential, weighing(2)), ask("e3", essential), ask("q", weighing(96))))
	facts := oneSystem(2)
	given := answeringYes(def, facts)
	made := judging(def, facts, given, Met)
	for _, key := range []string{"e1", "e2", "e3"} {
		made[at(key)] = judged(NotMet)
	}
	// limited allows one of them
	wantRaise(t, scoreOf(def, facts, given, made).Raise, Limited, true, "improve e2", "improve e1")
	made[at("e2")], made[at("e1")] = judged(PartlyMet), judged(PartlyMet)
	// reasonable allows those that are partly met
	wantRaise(t, scoreOf(def, facts, given, made).Raise, Reasonable, true, "improve e3")
	made[at("e3")] = judged(Met)
	wantRaise(t, scoreOf(def, facts, given, made).Raise, Substantial, true, "improve e2", "improve e1")
}

func TestAClosedGateIsListedWithWhatItOpens(t *testing.T) {
	def, facts := gated(essential), oneSystem(2)
	shut := answeringYes(def, facts)
	shut[at("gate")] = said(No)
	made := judging(def, facts, shut, Met)
	made[at("gate")] = judged(NotMet)
	got := scoreOf(def, facts, shut, made)
	wantRaise(t, got.Raise, Limited, false, "open_gate gate")
	if step := got.Raise.Steps[0]; step.Opens != 4 || step.Gain != nil {
		t.Errorf("step %+v, want one that opens 4, result unknown", step)
	}
}

func TestAClosedGateComesLastWhereKnownGainsDoNotSuffice(t *testing.T) {
	questions := append([]Question{ask("gate"), ask("plain")}, many("behind", 4, when(is("gate", Yes)))...)
	def, facts := version(section("s", questions...)), oneSystem(2)
	given := answers{at("gate"): said(No), at("plain"): said(Yes)}
	got := scoreOf(def, facts, given, judgements{at("gate"): judged(NotMet), at("plain"): judged(NotMet)})
	wantRaise(t, got.Raise, Limited, false, "improve plain", "open_gate gate")
}

func TestATier1EssentialOnAClaimNeedsEvidence(t *testing.T) {
	def := version(section("s", ask("claimed", essential), ask("partly", essential), ask("q", weighing(18))))
	facts := oneSystem(1)
	given := answeringYes(def, facts)
	made := judging(def, facts, given, Met)
	made[at("claimed")], made[at("partly")] = Judgement{Outcome: Met}, Judgement{Outcome: PartlyMet}
	got := scoreOf(def, facts, given, made)
	wantRaise(t, got.Raise, Substantial, true, "improve partly", "show_evidence claimed")
	for _, step := range got.Raise.Steps {
		if !step.OnEvidence {
			t.Errorf("%s does not say that it needs evidence", step.Slot)
		}
	}
}

func TestADeskReviewCannotBeRaisedToSubstantial(t *testing.T) {
	def := version(section("s", many("q", 4)...))
	facts := oneSystem(2)
	given := answeringYes(def, facts)
	made := judging(def, facts, given, Met)
	got := scoreOf(def, facts, given, made, Options{Desk: true})
	if got.Raise == nil || got.Raise.Blocked != DeskReview || len(got.Raise.Steps) != 0 {
		t.Errorf("raise %+v, want blocked", got.Raise)
	}
	made[at("q1")] = judged(NotMet) // reasonable by its score too
	if got := scoreOf(def, facts, given, made, Options{Desk: true}); got.Raise.Blocked != DeskReview {
		t.Errorf("raise %+v, want blocked", got.Raise)
	}
	if got := scoreOf(def, facts, given, judging(def, facts, given, Met)); got.Raise != nil {
		t.Errorf("substantial can be raised: %+v", got.Raise)
	}
}
