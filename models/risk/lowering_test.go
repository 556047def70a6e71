package risk_test

import (
	"testing"
	"time"

	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/risk"
)

var today = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func known(n int) *int { return &n }

// situation is of a system whose facts are all known: consequence 4, reached
// from the internet.
func situation(shown risk.Shown) risk.Situation {
	return risk.Situation{Facts: inventory.ConsequenceInput{Criticality: known(2), People: known(500), CategoriesKnown: true},
		Exposure: inventory.ExposureInternet, Shown: shown, Now: today}
}

func TestWhatWouldLowerARisk(t *testing.T) {
	told := today.AddDate(-1, 0, 0)
	for _, c := range []struct {
		name  string
		shown risk.Shown
		told  *time.Time
		want  map[string]int // score after each
		none  []string
	}{
		{"never reviewed", risk.Shown{Rating: questionnaire.NotAssured}, nil,
			map[string]int{"risk.remedy.rating-reasonable": 12, "risk.remedy.rating-substantial": 8}, []string{"risk.remedy.rating-limited", "risk.remedy.all", "risk.remedy.critical"}},
		{"no answer", risk.Shown{NoAnswer: true}, nil,
			map[string]int{"risk.remedy.rating-limited": 16, "risk.remedy.rating-reasonable": 12, "risk.remedy.rating-substantial": 8}, nil},
		{"reasonable, with a critical finding", risk.Shown{Rating: questionnaire.Reasonable, CriticalFinding: true}, nil,
			map[string]int{"risk.remedy.critical": 12, "risk.remedy.rating-substantial": 12, "risk.remedy.all": 8}, nil},
		{"substantial", risk.Shown{Rating: questionnaire.Substantial}, nil, map[string]int{}, []string{"risk.remedy.rating-substantial"}},
		// Likelihood 4 + 1 + 1 + 1 counts as 5: closing the finding alone changes nothing.
		{"beyond the highest", risk.Shown{Rating: questionnaire.Unsatisfactory, CriticalFinding: true}, &told,
			map[string]int{"risk.remedy.critical": 20, "risk.remedy.rating-substantial": 16, "risk.remedy.all": 12, "risk.remedy.incident": 20}, nil},
	} {
		s := situation(c.shown)
		s.ToldAt = c.told
		got := map[string]int{}
		for _, remedy := range s.Remedies() {
			got[remedy.Key] = remedy.After.Score
		}
		for key, score := range c.want {
			if got[key] != score {
				t.Errorf("%s: %s gives %d, want %d", c.name, key, got[key], score)
			}
		}
		for _, key := range c.none {
			if _, listed := got[key]; listed {
				t.Errorf("%s: %s is listed", c.name, key)
			}
		}
	}
}

func TestAMissingFactIsNamedWhereItCouldChangeTheRisk(t *testing.T) {
	s := situation(risk.Shown{Rating: questionnaire.NotAssured})
	if missing := s.Missing(); len(missing) != 0 {
		t.Errorf("all is known, but %v is missing", missing)
	}
	s.Exposure, s.Facts.Criticality = "", nil
	missing := s.Missing()
	if len(missing) != 2 || missing[0].Field != "criticality" || missing[1].Field != "exposure" {
		t.Fatalf("got %v", missing)
	}
	// Criticality 1 to 4 gives 5 to 2; no exposure at all makes the likelihood 2.
	if m := missing[0]; m.Lowest.Score != 8 || m.Highest.Score != 20 {
		t.Errorf("criticality: %d to %d", m.Lowest.Score, m.Highest.Score)
	}
	if m := missing[1]; m.Lowest.Score != 8 || m.Highest.Score != 16 {
		t.Errorf("exposure: %d to %d", m.Lowest.Score, m.Highest.Score)
	}
	vital := situation(risk.Shown{Rating: questionnaire.NotAssured})
	vital.Facts.Criticality, vital.Facts.People = known(1), nil
	if missing := vital.Missing(); len(missing) != 0 {
		t.Errorf("nothing makes a vital system's consequence less, but %v is missing", missing)
	}
}
