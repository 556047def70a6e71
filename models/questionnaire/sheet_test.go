package questionnaire

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/uuid"
)

func TestConditions(t *testing.T) {
	yes, no := true, false
	def := version(section("s",
		ask("gate"), ask("inner", when(is("gate", Yes))),
		ask("choice", choosing(SingleChoice, "a", "b")), ask("many", choosing(MultipleChoice, "x", "y", "z")),
		ask("count", ofType(Number)), ask("words", ofType(Text)), ask("paper", ofType(File), evidence(EvidenceAlways)),
		ask("target"),
	))
	given := answers{
		at("gate"): said(No), at("inner"): said(Yes), at("choice"): said("a"),
		at("many"): said([]string{"x", "z"}), at("count"): said(5), at("paper"): {Evidence: 1},
	}
	facts := Facts{Certificates: []string{"iso_27001"}, Systems: twoSystems().Systems}
	cases := []struct {
		name  string
		when  Condition
		shown bool
	}{
		{"an answer that is", is("choice", "a"), true},
		{"an answer that is not", is("choice", "b"), false},
		{"a tick that is there", includes("many", "z"), true},
		{"a tick that is not there", includes("many", "y"), false},
		{"a number within its bounds", Condition{Question: "count", AtLeast: "5", AtMost: "5.0"}, true},
		{"a number under its bound", Condition{Question: "count", AtLeast: "5.1"}, false},
		{"a number that is the same, written otherwise", is("count", "5.00"), true},
		{"answered", Condition{Question: "choice", Answered: &yes}, true},
		{"a file is answered by its evidence", Condition{Question: "paper", Answered: &yes}, true},
		{"not answered", Condition{Question: "words", Answered: &no}, true},
		{"a hidden answer counts as none", is("inner", Yes), false},
		{"a hidden answer is not answered", Condition{Question: "inner", Answered: &yes}, false},
		{"not, over an answer", not(is("choice", "b")), true},
		{"not, over no answer, is unknown and stays hidden", not(is("words", "hello")), false},
		{"not, over a hidden answer, stays hidden", not(is("inner", No)), false},
		{"all", all(is("choice", "a"), is("gate", No)), true},
		{"all but one", all(is("choice", "a"), is("gate", Yes)), false},
		{"any, one of them unknown", anyOf(is("words", "x"), is("gate", No)), true},
		{"any, none", anyOf(is("words", "x"), is("gate", Yes)), false},
		{"not all", not(all(is("choice", "a"), is("gate", Yes))), true},
		{"a fact of one of the systems", factIs(FactHostingKind, "cloud"), true},
		{"a part of one of the systems", factIncludes(FactPart, "develops"), true},
		{"a part of none", factIncludes(FactPart, "processes"), false},
		{"data of one of the systems", factIncludes(FactDataCategories, "health"), true},
		{"the most demanding tier", Condition{Fact: FactTier, AtMost: "1"}, true},
		{"not a lesser tier", Condition{Fact: FactTier, AtLeast: "2"}, false},
		{"a certificate held", factIncludes(FactCertificates, "iso_27001"), true},
		{"a certificate not held", factIncludes(FactCertificates, "dspt"), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			def.Question("target").ShownWhen = &c.when
			if got := Evaluate(def, facts, given).Item(at("target")).Shown; got != c.shown {
				t.Errorf("shown: %v, want %v", got, c.shown)
			}
		})
	}
}

func TestASystemSeesItsOwnFactsAndAnswers(t *testing.T) {
	def := version(section("s", ask("owner"),
		ask("hosting", perSystem), ask("detail", perSystem, when(is("hosting", Yes))),
		ask("cloud", perSystem, when(factIs(FactHostingKind, "cloud"))),
		ask("tier-1", perSystem, when(Condition{Fact: FactTier, AtMost: "1"})),
	))
	sheet := Evaluate(def, twoSystems(), answers{of("hosting", systemA): said(No), of("hosting", systemB): said(Yes)})
	want := map[Slot]bool{
		at("owner"): true, of("hosting", systemA): true, of("hosting", systemB): true,
		of("detail", systemA): false, of("detail", systemB): true,
		of("cloud", systemA): true, of("cloud", systemB): false,
		of("tier-1", systemA): false, of("tier-1", systemB): true,
	}
	if len(sheet.Items) != len(want) {
		t.Fatalf("%d items, want %d", len(sheet.Items), len(want))
	}
	for slot, shown := range want {
		if sheet.Item(slot).Shown != shown {
			t.Errorf("%s shown: %v, want %v", slot, !shown, shown)
		}
	}
}

func TestWhatIsNotKnownIsAssumed(t *testing.T) {
	def := version(section("s", ask("first"),
		ask("exposed", when(factIs(FactExposure, "internet"))),
		ask("numbers", when(factIncludes(FactDataCategories, "national_insurance_number"))),
		ask("hosted", when(not(factIs(FactHostingKind, "own")))),
	))
	unknown := Facts{Systems: []SystemFacts{{ID: systemA}}}
	if got := len(Evaluate(def, unknown, nil).Shown()); got != 4 {
		t.Errorf("%d shown with nothing known, want all 4", got)
	}
	none := Facts{Systems: []SystemFacts{{ID: systemA, Exposure: "none", HostingKind: "own", DataCategories: []string{}}}}
	if got := len(Evaluate(def, none, nil).Shown()); got != 1 {
		t.Errorf("%d shown with all known, want 1", got)
	}
}

func TestReturnedGateOpensWhatLiesBehindHoweverManyConditions(t *testing.T) {
	// A returned; B hangs on A, C on B: all can be answered.
	def := version(section("s", ask("a"), ask("b", when(is("a", Yes))), ask("c", when(is("b", Yes)))))
	before := Evaluate(def, oneSystem(2), answers{at("a"): said(No)})
	after := Evaluate(def, oneSystem(2), answers{at("a"): said(Yes), at("b"): said(Yes)})
	if got, want := Changed(before, after), []Slot{at("b"), at("c")}; !reflect.DeepEqual(got, want) {
		t.Errorf("changed %v, want %v", got, want)
	}
	if got, want := before.Item(at("c")).HiddenBy, []Slot{at("a")}; !reflect.DeepEqual(got, want) {
		t.Errorf("c is hidden by %v, want %v: b is hidden itself", got, want)
	}
}

func TestHiddenByNamesTheGatesThatHide(t *testing.T) {
	def := version(section("s", ask("g"), ask("h"),
		ask("both", when(all(is("g", Yes), is("h", Yes)))),
		ask("neither", when(not(anyOf(is("g", Yes), is("h", Yes))))),
		ask("never", when(all(is("g", Yes), factIs(FactHostingKind, "cloud")))),
	))
	sheet := Evaluate(def, oneSystem(2), answers{at("g"): said(No), at("h"): said(Yes)})
	for key, want := range map[string][]Slot{
		"both": {at("g")}, "neither": {at("g"), at("h")}, "never": nil,
	} {
		if got := sheet.Item(at(key)).HiddenBy; !reflect.DeepEqual(got, want) {
			t.Errorf("%s hidden by %v, want %v", key, got, want)
		}
	}
}

func TestEvidenceAsked(t *testing.T) {
	choice := choosing(SingleChoice, "often", "no")
	cases := []struct {
		name     string
		question Question
		value    any
		asked    bool
	}{
		{"never", ask("q"), Yes, false},
		{"when yes, yes", ask("q", evidence(EvidenceWhenYes)), Yes, true},
		{"when yes, no", ask("q", evidence(EvidenceWhenYes)), No, false},
		{"when yes, not answered", ask("q", evidence(EvidenceWhenYes)), nil, false},
		{"always, yes", ask("q", evidence(EvidenceAlways)), Yes, true},
		{"always, no", ask("q", evidence(EvidenceAlways)), No, false},
		{"always, not applicable", ask("q", evidence(EvidenceAlways), mayNotApply), DoesNotApply, false},
		{"always, a choice", ask("q", choice, evidence(EvidenceAlways)), "often", true},
		{"always, the choice no", ask("q", choice, evidence(EvidenceAlways)), "no", false},
		{"always, the text no", ask("q", ofType(Text), evidence(EvidenceAlways)), "no", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			def := version(section("s", c.question))
			item := Evaluate(def, oneSystem(2), answers{at("q"): said(c.value)}).Item(at("q"))
			if item.EvidenceRequired != c.asked {
				t.Errorf("evidence required: %v, want %v", item.EvidenceRequired, c.asked)
			}
			if want := c.value != nil && !c.asked; item.Complete != want {
				t.Errorf("complete without evidence: %v, want %v", item.Complete, want)
			}
			item = Evaluate(def, oneSystem(2), answers{at("q"): {Value: raw(c.value), Evidence: 1}}).Item(at("q"))
			if item.Complete != (c.value != nil) {
				t.Errorf("complete with evidence: %v", item.Complete)
			}
		})
	}
}

func TestMissingAndProgress(t *testing.T) {
	def := version(section("s",
		ask("weighed"), ask("optional", weighing(0)), ask("wanted", weighing(0), func(q *Question) { q.Required = true }),
		ask("shown-later", when(is("weighed", Yes))),
		ask("optional-with-evidence", weighing(0), evidence(EvidenceWhenYes)),
		ask("paper", ofType(File), evidence(EvidenceAlways)),
	))
	sheet := Evaluate(def, oneSystem(2), answers{at("optional-with-evidence"): said(Yes), at("shown-later"): said(Yes)})
	want := []Slot{at("weighed"), at("wanted"), at("optional-with-evidence"), at("paper")}
	if got := sheet.Missing(); !reflect.DeepEqual(got, want) {
		t.Errorf("missing %v, want %v", got, want)
	}
	if answered, shown, required := sheet.Progress(); answered != 1 || shown != 5 || required != 3 {
		t.Errorf("progress %d, %d, %d, want 1, 5, 3", answered, shown, required)
	}
	done := Evaluate(def, oneSystem(2), answers{at("weighed"): said(No), at("wanted"): said(No), at("paper"): {Evidence: 2}})
	if got := done.Missing(); got != nil {
		t.Errorf("missing %v, want nothing", got)
	}
}

func TestUnjudgedAreTheShownWithAWeight(t *testing.T) {
	def := version(section("s", ask("a"), ask("b"), ask("light", weighing(0)), ask("hidden", when(is("a", Yes)))))
	sheet := Evaluate(def, oneSystem(2), answers{at("a"): said(No)})
	got := Unjudged(sheet, judgements{at("a"): judged(NotApplicable)})
	if want := []Slot{at("b")}; !reflect.DeepEqual(got, want) {
		t.Errorf("unjudged %v, want %v", got, want)
	}
}

func TestSlotIsTheKeyOfAJSONObject(t *testing.T) {
	want := map[Slot]int{at("a.b"): 1, of("a.b", systemA): 2}
	body, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got map[Slot]int
	if err := json.Unmarshal(body, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s read back as %v, %v", body, got, err)
	}
	for _, text := range []string{"", "@" + systemA.String(), "a@b", "a@"} {
		if _, err := ParseSlot(text); err == nil {
			t.Errorf("%q was read as a slot", text)
		}
	}
	if slot, _ := ParseSlot("a.b@" + systemB.String()); slot.System == uuid.Nil || slot.Key != "a.b" {
		t.Errorf("read %v", slot)
	}
}
