package questionnaire

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
)

func exists(ref string) bool { return ref == "caf-4.0:B2.a" }

func TestASoundVersionHasNoDefects(t *testing.T) {
	def := version(section("s",
		ask("gate", essential, func(q *Question) { q.Requirements = []string{"caf-4.0:B2.a"} }),
		ask("behind", essential, perSystem, when(all(is("gate", Yes), factIncludes(FactPart, "hosts")))),
		ask("paper", ofType(File), evidence(EvidenceAlways), when(Condition{Fact: FactTier, AtMost: "2"})),
	))
	if err := def.Validate(exists); err != nil {
		t.Error(err)
	}
}

func TestDefects(t *testing.T) {
	yes := true
	twoChoices := choosing(SingleChoice, "a", "b")
	cases := []struct {
		name  string
		spoil func(d *Definition)
		place string
		key   string
	}{
		{"text missing in Welsh", func(d *Definition) { d.Question("first").Text.Cy = " " }, "questions/first/text.cy", "text-missing"},
		{"guidance in one language", func(d *Definition) { d.Question("first").Guidance.En = "Hint" }, "questions/first/guidance.cy", "text-missing"},
		{"not judged in Welsh", func(d *Definition) { d.Question("first").Judging.PartlyMet.Cy = "" }, "questions/first/judging.partly_met.cy", "text-missing"},
		{"title missing", func(d *Definition) { d.Title = lang.Text{Cy: "Prawf"} }, "title.en", "text-missing"},
		{"option label missing", func(d *Definition) { d.Question("choice").Options[0].Label.Cy = "" }, "questions/choice/options/a/label.cy", "text-missing"},
		{"key twice", func(d *Definition) { d.Question("second").Key = "first" }, "questions/first/key", "key-duplicate"},
		{"key with an at sign", func(d *Definition) { d.Question("second").Key = "a@b" }, "questions/a@b/key", "key-malformed"},
		{"section twice", func(d *Definition) { d.Sections = append(d.Sections, section("s", ask("x"))) }, "sections/s/key", "key-duplicate"},
		{"section without weight", func(d *Definition) { d.Sections[0].Weight = 0 }, "sections/s/weight", "section-weight-not-positive"},
		{"section without questions", func(d *Definition) { d.Sections = append(d.Sections, section("t")) }, "sections/t/questions", "section-empty"},
		{"no sections", func(d *Definition) { d.Sections = nil }, "sections", "sections-missing"},
		{"essential without weight", func(d *Definition) { d.Question("first").Essential, d.Question("first").Weight = true, 0 }, "questions/first/essential", "essential-without-weight"},
		{"negative weight", func(d *Definition) { d.Question("first").Weight = -1 }, "questions/first/weight", "weight-negative"},
		{"unknown type", func(d *Definition) { d.Question("first").Type = "table" }, "questions/first/type", "type-unknown"},
		{"unknown scope", func(d *Definition) { d.Question("first").Scope = "" }, "questions/first/scope", "scope-unknown"},
		{"when yes on a choice", func(d *Definition) { d.Question("choice").Evidence = EvidenceWhenYes }, "questions/choice/evidence", "when-yes-needs-yes-no"},
		{"unknown evidence", func(d *Definition) { d.Question("choice").Evidence = "often" }, "questions/choice/evidence", "evidence-unknown"},
		{"a file without evidence", func(d *Definition) { d.Question("second").Type = File }, "questions/second/evidence", "file-needs-evidence"},
		{"not applicable on a choice", func(d *Definition) { d.Question("choice").NotApplicable = true }, "questions/choice/not_applicable", "not-applicable-needs-yes-no"},
		{"score over 1", func(d *Definition) { d.Question("choice").Options[0].Score = "1.01" }, "questions/choice/options/a/score", "score-out-of-range"},
		{"score under 0", func(d *Definition) { d.Question("choice").Options[0].Score = "-0.5" }, "questions/choice/options/a/score", "score-out-of-range"},
		{"unknown proposal", func(d *Definition) { d.Question("choice").Options[0].Judgement = "good" }, "questions/choice/options/a/judgement", "judgement-unknown"},
		{"option twice", func(d *Definition) { d.Question("choice").Options[1].Value = "a" }, "questions/choice/options/a/value", "option-duplicate"},
		{"one option", func(d *Definition) { d.Question("choice").Options = d.Question("choice").Options[:1] }, "questions/choice/options", "options-too-few"},
		{"options on a text", func(d *Definition) { d.Question("choice").Type = Text }, "questions/choice/options", "options-not-wanted"},
		{"yes without no", func(d *Definition) { d.Question("first").Options = []Option{{Value: Yes, Label: both("Yes")}} }, "questions/first/options", "options-not-yes-no"},
		{"unknown requirement", func(d *Definition) { d.Question("first").Requirements = []string{"caf-4.0:Z9"} }, "questions/first/requirements", "requirement-unknown"},
		{"nothing asked of everybody", func(d *Definition) {
			for _, q := range d.Questions() {
				q.ShownWhen = &Condition{Fact: FactTier, AtMost: "2"}
			}
		}, "sections", "no-unconditional-required-question"},
		{"condition on an unknown question", spoilCondition(is("third", Yes)), "questions/last/shown_when", "condition-question-unknown"},
		{"condition on itself", spoilCondition(is("last", Yes)), "questions/last/shown_when", "condition-not-earlier"},
		{"condition on a later question: a circle starts so", func(d *Definition) {
			first := is("second", Yes)
			d.Question("first").ShownWhen = &first
		}, "questions/first/shown_when", "condition-not-earlier"},
		{"condition on an option that is not there", spoilCondition(is("choice", "c")), "questions/last/shown_when", "condition-does-not-fit"},
		{"includes on a single choice", spoilCondition(includes("choice", "a")), "questions/last/shown_when", "condition-does-not-fit"},
		{"a bound on a yes/no", spoilCondition(Condition{Question: "first", AtMost: "1"}), "questions/last/shown_when", "condition-does-not-fit"},
		{"an unknown fact", spoilCondition(factIs("colour", "red")), "questions/last/shown_when", "condition-fact-unknown"},
		{"an unknown value of a fact", spoilCondition(factIs(FactHostingKind, "clouds")), "questions/last/shown_when", "condition-does-not-fit"},
		{"a leaf that asks nothing", spoilCondition(Condition{Question: "first"}), "questions/last/shown_when", "condition-malformed"},
		{"a leaf that asks two things", spoilCondition(Condition{Question: "first", Is: Yes, Answered: &yes}), "questions/last/shown_when", "condition-malformed"},
		{"a leaf and a group", spoilCondition(Condition{Question: "first", Is: Yes, Any: []Condition{is("second", Yes)}}), "questions/last/shown_when", "condition-malformed"},
		{"deep inside", spoilCondition(all(is("first", Yes), anyOf(is("second", Yes), not(is("nothing", Yes))))),
			"questions/last/shown_when/all/1/any/1/not", "condition-question-unknown"},
		{"the supplier's on a system's", func(d *Definition) {
			d.Question("second").Scope = ScopeSystem
			spoilCondition(is("second", Yes))(d)
		}, "questions/last/shown_when", "condition-across-scopes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			def := version(section("s", ask("first"), ask("second"), ask("choice", twoChoices), ask("last")))
			if err := def.Validate(exists); err != nil {
				t.Fatalf("defects before: %v", err)
			}
			c.spoil(def)
			f := fault.As(def.Validate(exists))
			if f == nil || f.Kind != fault.KindInvalid {
				t.Fatal("published with the defect")
			}
			for _, field := range f.Fields {
				if field.Location == c.place && field.Key == "questionnaire."+c.key {
					return
				}
			}
			t.Errorf("want %s at %s, got %v", c.key, c.place, f.Fields)
		})
	}
}

func spoilCondition(c Condition) func(*Definition) {
	return func(d *Definition) { d.Question("last").ShownWhen = &c }
}

func TestEssentialsInBranchesThatExcludeEachOther(t *testing.T) {
	where := ask("where", choosing(SingleChoice, "cloud", "own", "other"))
	cases := []struct {
		name      string
		questions []Question
		refused   bool
	}{
		{"yes and no of one gate", []Question{ask("gate"), ask("e1", essential, when(is("gate", Yes))), ask("e2", essential, when(is("gate", No)))}, true},
		{"only one is essential", []Question{ask("gate"), ask("e1", essential, when(is("gate", Yes))), ask("e2", when(is("gate", No)))}, false},
		{"two in the same branch", []Question{ask("gate"), ask("e1", essential, when(is("gate", Yes))), ask("e2", essential, when(is("gate", Yes)))}, false},
		{"two choices of one gate", []Question{where, ask("e1", essential, when(is("where", "cloud"))), ask("e2", essential, when(is("where", "own")))}, true},
		{"choices that overlap", []Question{where, ask("e1", essential, when(is("where", "cloud"))), ask("e2", essential, when(not(is("where", "own"))))}, false},
		{"ticks do not exclude", []Question{ask("many", choosing(MultipleChoice, "a", "b")), ask("e1", essential, when(includes("many", "a"))), ask("e2", essential, when(includes("many", "b")))}, false},
		{"a tick and its absence do", []Question{ask("many", choosing(MultipleChoice, "a", "b")), ask("e1", essential, when(includes("many", "a"))), ask("e2", essential, when(not(includes("many", "a"))))}, true},
		{"numbers apart", []Question{ask("n", ofType(Number)), ask("e1", essential, when(Condition{Question: "n", AtMost: "5"})), ask("e2", essential, when(Condition{Question: "n", AtLeast: "5.1"}))}, true},
		{"numbers that meet", []Question{ask("n", ofType(Number)), ask("e1", essential, when(Condition{Question: "n", AtMost: "5"})), ask("e2", essential, when(Condition{Question: "n", AtLeast: "5"}))}, false},
		{"through gates behind gates", []Question{ask("a"), ask("b", when(is("a", Yes))), ask("e1", essential, when(is("b", Yes))), ask("e2", essential, when(is("a", No)))}, true},
		{"different gates", []Question{ask("a"), ask("b"), ask("e1", essential, when(is("a", Yes))), ask("e2", essential, when(is("b", No)))}, false},
		{"facts exclude, not answers", []Question{ask("gate", perSystem),
			ask("e1", essential, perSystem, when(all(is("gate", Yes), factIs(FactHostingKind, "cloud")))),
			ask("e2", essential, perSystem, when(all(is("gate", Yes), factIs(FactHostingKind, "own"))))}, false},
		{"answers exclude, with certain facts", []Question{ask("gate", perSystem),
			ask("e1", essential, perSystem, when(is("gate", Yes))),
			ask("e2", essential, perSystem, when(all(is("gate", No), factIs(FactHostingKind, "own"))))}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := fault.As(version(section("s", append(c.questions, ask("always"))...)).Validate(exists))
			if (f != nil) != c.refused {
				t.Fatalf("refused: %v, want %v", f, c.refused)
			}
			if f != nil && (f.Fields[0].Key != "questionnaire.essentials-exclude-each-other" || f.Fields[0].Args["with"] != "e1") {
				t.Errorf("refused with %v", f.Fields)
			}
		})
	}
}

func TestAQuestionThatHangsOnTooMuchIsRefused(t *testing.T) {
	var values []string
	var named []Condition
	for _, letter := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		values = append(values, letter)
		named = append(named, includes("many", letter))
	}
	def := version(section("s", ask("many", choosing(MultipleChoice, values...)), ask("q", when(anyOf(named...)))))
	f := fault.As(def.Validate(exists))
	if f == nil || f.Fields[0].Key != "questionnaire.condition-too-tangled" {
		t.Errorf("got %v", f)
	}
}

const small = `
code: small
title: {en: Small, cy: Bach}
introduction: {en: Introduction, cy: Cyflwyniad}
minutes: 0
sections:
  - key: people
    title: {en: People, cy: Pobl}
    weight: 2
    questions:
      - key: people.count
        text: {en: "How many?", cy: "Faint?"}
        judging:
          met: {en: a, cy: a}
          partly_met: {en: b, cy: b}
          not_met: {en: c, cy: c}
        scope: system
        type: number
        weight: 1
        minutes: 4
      - key: people.list
        text: {en: Upload the list, cy: Uwchlwythwch y rhestr}
        scope: system
        type: file
        weight: 0
        shown_when: {all: [{question: people.count, at_least: 5}, {fact: tier, at_most: 2}]}
        minutes: 3
`

func TestParse(t *testing.T) {
	def, err := Parse([]byte(small), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := def.Validate(exists); err != nil {
		t.Fatal(err)
	}
	if def.Minutes() != 7 || def.Question("people.count").Evidence != EvidenceNever || def.Question("people.list").Evidence != EvidenceAlways {
		t.Errorf("read %+v", def)
	}
	asJSON, err := json.Marshal(def)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(def)
	if err != nil {
		t.Fatal(err)
	}
	for form, written := range map[string][]byte{"JSON": asJSON, "YAML": asYAML} {
		back, err := Parse(written, nil)
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		if !reflect.DeepEqual(back, def) || back.Digest() != def.Digest() {
			t.Errorf("%s reads back otherwise: %s", form, written)
		}
	}
	var plain Definition
	if err := json.Unmarshal(asJSON, &plain); err != nil || plain.Digest() != def.Digest() {
		t.Errorf("the kept document has another digest, %v", err)
	}
	plain.Question("people.count").Text.Cy += "!"
	if plain.Digest() == def.Digest() {
		t.Error("a changed text has the same digest")
	}
}

func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, text := range map[string]string{
		"a field": strings.Replace(small, "minutes: 4", "minuets: 4", 1),
		"a bound": strings.Replace(small, "at_least: 5", "at_least: 1e99", 1),
		"two":     small + "\n---\n" + small,
		"nothing": "",
		"a list":  "[1, 2]",
	} {
		if _, err := Parse([]byte(text), nil); !fault.Is(err, fault.KindMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTakingQuestionsFromAnother(t *testing.T) {
	shorter := `
code: shorter
from: small
title: {en: Shorter, cy: Byrrach}
introduction: {en: I, cy: C}
sections:
  - {key: people, title: {en: People, cy: Pobl}, weight: 1, take: [people.count]}
`
	resolve := func(code string) (*Definition, error) {
		if code != "small" {
			return nil, fault.NotFound()
		}
		return Parse([]byte(small), nil)
	}
	def, err := Parse([]byte(shorter), resolve)
	if err != nil {
		t.Fatal(err)
	}
	source, _ := resolve("small")
	if !reflect.DeepEqual(def.Question("people.count"), source.Question("people.count")) || len(def.Questions()) != 1 {
		t.Errorf("took %+v", def.Questions())
	}
	if def.From != "" || def.Sections[0].Take != nil {
		t.Error("the version still refers to its source")
	}
	_, err = Parse([]byte(strings.Replace(shorter, "people.count", "people.none", 1)), resolve)
	if f := fault.As(err); f == nil || f.Fields[0].Key != "questionnaire.taken-question-unknown" {
		t.Errorf("took what is not there: %v", err)
	}
	if _, err = Parse([]byte(shorter), nil); fault.As(err) == nil {
		t.Error("took from nowhere")
	}
}

func TestChoicesOfYesNo(t *testing.T) {
	plain, either := ask("q"), ask("q", mayNotApply)
	if got := plain.Choices(); len(got) != 2 || got[0].Label.Cy != "Ie" || got[1].Label.Cy != "Na" || got[0].Score != "1" || got[1].Judgement != NotMet {
		t.Errorf("choices %+v", got)
	}
	if got := either.Choices(); len(got) != 3 || got[2].Value != DoesNotApply || got[2].Score != "" {
		t.Errorf("choices %+v", got)
	}
}
