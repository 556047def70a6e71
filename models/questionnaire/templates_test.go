package questionnaire

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sicrwydd/models/fault"
)

// shipped reads a questionnaire that the product brings.
func shipped(t *testing.T, code string) *Definition {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../templates/questionnaires", code+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	def, err := Parse(data, func(from string) (*Definition, error) { return shipped(t, from), nil })
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return def
}

// shippedRequirements reads every framework that the product brings.
func shippedRequirements(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../../templates/frameworks/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("want the eight frameworks, got %v, %v", files, err)
	}
	known := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		framework, err := ReadFramework(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		refs := map[string]bool{}
		for _, requirement := range framework.Requirements {
			if !requirement.Title.Complete() {
				t.Errorf("%s: %s lacks a title in a language", file, requirement.Ref)
			}
			if refs[requirement.Ref] {
				t.Errorf("%s: %s is there twice", file, requirement.Ref)
			}
			refs[requirement.Ref] = true
			known[framework.Code+":"+requirement.Ref] = true
		}
		for _, requirement := range framework.Requirements {
			if requirement.Parent != "" && !refs[requirement.Parent] {
				t.Errorf("%s: %s stands under %s, which is not there", file, requirement.Ref, requirement.Parent)
			}
		}
	}
	return known
}

func TestShippedQuestionnairesCanBePublished(t *testing.T) {
	known := shippedRequirements(t)
	for _, code := range []string{"core", "short"} {
		def := shipped(t, code)
		if def.Code != code {
			t.Errorf("%s says that its code is %q", code, def.Code)
		}
		if err := def.Validate(func(ref string) bool { return known[ref] }); err != nil {
			for _, field := range fault.As(err).Fields {
				t.Errorf("%s: %s: %s %v", code, field.Location, field.Key, field.Args)
			}
		}
		for _, q := range def.Questions() {
			if !q.Guidance.Complete() || !q.Why.Complete() || !q.GoodEvidence.Complete() {
				t.Errorf("%s: %s lacks guidance, why or good evidence in a language", code, q.Key)
			}
			if len(q.Requirements) == 0 {
				t.Errorf("%s: %s refers to no requirement", code, q.Key)
			}
			if q.Minutes == 0 {
				t.Errorf("%s: %s has no expected minutes", code, q.Key)
			}
		}
	}
}

func TestShippedQuestionnairesHaveTheirSizeAndShareTheirQuestions(t *testing.T) {
	core, short := shipped(t, "core"), shipped(t, "short")
	if n := len(core.Questions()); n < 55 || n > 65 {
		t.Errorf("core has %d questions, want about 60", n)
	}
	if n := len(short.Questions()); n < 18 || n > 22 {
		t.Errorf("short has %d questions, want about 20", n)
	}
	if n := len(core.Sections); n != 13 {
		t.Errorf("core has %d sections, want 13", n)
	}
	for _, q := range short.Questions() {
		if !reflect.DeepEqual(q, core.Question(q.Key)) {
			t.Errorf("%s is not the same in short and core", q.Key)
		}
	}
}

func TestShippedQuestionsAskOneThingEach(t *testing.T) {
	for _, q := range shipped(t, "core").Questions() {
		if strings.Count(q.Text.En, "?") > 1 || strings.Count(q.Text.Cy, "?") > 1 {
			t.Errorf("%s asks more than one question: %q / %q", q.Key, q.Text.En, q.Text.Cy)
		}
	}
}

// Answered with the first option of everything and judged met on documents,
// a shipped questionnaire gives the best rating; with every answer "no" or the
// last option, judged not met, the worst.
func TestShippedQuestionnairesReachBothEnds(t *testing.T) {
	for _, code := range []string{"core", "short"} {
		def, facts := shipped(t, code), twoSystems()
		for _, end := range []struct {
			pick    func(values []string) string
			outcome Outcome
			want    Rating
		}{
			{func(values []string) string { return values[0] }, Met, Substantial},
			{func(values []string) string { return values[len(values)-1] }, NotMet, Unsatisfactory},
		} {
			given := answers{}
			for _, q := range def.Questions() {
				answer := Answer{Evidence: 1}
				switch q.Type {
				case YesNo, SingleChoice:
					answer.Value = raw(end.pick(q.values()))
				case MultipleChoice:
					answer.Value = raw([]string{end.pick(q.values())})
				case Number:
					answer.Value = raw(5)
				case Day:
					answer.Value = raw("2026-01-31")
				case Text:
					answer.Value = raw("An answer")
				}
				for _, slot := range facts.slots(q) {
					given[slot] = answer
				}
			}
			sheet := Evaluate(def, facts, given)
			if missing := sheet.Missing(); len(missing) > 0 {
				t.Errorf("%s: missing %v", code, missing)
			}
			card := Score(def, facts, given, judging(def, facts, given, end.outcome), Options{})
			for _, s := range card.Systems {
				if s.WorkedOut != end.want {
					t.Errorf("%s judged %s: %s, capped by %v", code, end.outcome, s.WorkedOut, s.CappedBy)
				}
			}
			if claimed := Claimed(def, facts, given); len(claimed) != 2 {
				t.Errorf("%s: claimed %v", code, claimed)
			}
		}
	}
}
