package risk

import (
	"testing"
	"time"

	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
)

var told = time.Date(2017, time.January, 17, 0, 0, 0, 0, time.UTC)

func TestThe2017Case(t *testing.T) {
	people := 4700
	consequence := inventory.WorkOutConsequence(inventory.ConsequenceInput{
		People: &people, Categories: []inventory.DataCategory{inventory.DataRadiationDose}, CategoriesKnown: true,
	})
	got := Inherent(consequence.Value, "", nil, told)
	if got.Consequence != 4 || got.Likelihood != 4 || got.Score != 16 || got.Level != Extreme {
		t.Errorf("before the incident %+v, want 4 x 4 = 16 extreme", got)
	}
	got = Residual(Inherent(consequence.Value, "", &told, told), Shown{Rating: questionnaire.NotAssured})
	if got.Score != 20 || got.Level != Extreme {
		t.Errorf("with the incident %+v, want 20 extreme", got)
	}
}

func TestAVitalSystemNeverReviewedTheRestNotKnown(t *testing.T) {
	vital := inventory.CriticalityVital
	consequence := inventory.WorkOutConsequence(inventory.ConsequenceInput{Criticality: &vital})
	got := Residual(Inherent(consequence.Value, "", nil, told), Shown{Rating: questionnaire.NotAssured})
	if consequence.Value != 5 || consequence.Tier != 1 || got.Score != 20 || got.Level != Extreme {
		t.Errorf("%+v, %+v, want 5, tier 1, 20 extreme", consequence, got)
	}
}

func TestInherentLikelihood(t *testing.T) {
	longAgo := told.AddDate(0, -24, 0)
	almost := longAgo.Add(time.Nanosecond)
	cases := []struct {
		name     string
		exposure inventory.Exposure
		told     *time.Time
		want     int
	}{
		{"internet", inventory.ExposureInternet, nil, 4},
		{"not known", "", nil, 4},
		{"partner network", inventory.ExposurePartner, nil, 3},
		{"none", inventory.ExposureNone, nil, 2},
		{"internet, with an incident", inventory.ExposureInternet, &told, 5},
		{"none, with an incident almost 24 months ago", inventory.ExposureNone, &almost, 3},
		{"none, with an incident 24 months ago", inventory.ExposureNone, &longAgo, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Inherent(3, c.exposure, c.told, told); got.Likelihood != c.want || got.Score != 3*c.want {
				t.Errorf("likelihood %d, score %d; want %d", got.Likelihood, got.Score, c.want)
			}
		})
	}
}

func TestResidualLikelihood(t *testing.T) {
	cases := []struct {
		name     string
		exposure inventory.Exposure
		shown    Shown
		want     int
	}{
		{"substantial", inventory.ExposureInternet, Shown{Rating: questionnaire.Substantial}, 2},
		{"reasonable", inventory.ExposureInternet, Shown{Rating: questionnaire.Reasonable}, 3},
		{"limited", inventory.ExposureInternet, Shown{Rating: questionnaire.Limited}, 4},
		{"not assured", inventory.ExposureInternet, Shown{Rating: questionnaire.NotAssured}, 4},
		{"not rated replaces nothing", inventory.ExposureInternet, Shown{Rating: questionnaire.NotRated}, 4},
		{"unsatisfactory", inventory.ExposureInternet, Shown{Rating: questionnaire.Unsatisfactory}, 5},
		{"no answer, whatever went before", inventory.ExposurePartner, Shown{Rating: questionnaire.Substantial, NoAnswer: true}, 4},
		{"substantial, a critical finding open", inventory.ExposureInternet, Shown{Rating: questionnaire.Substantial, CriticalFinding: true}, 3},
		{"never over 5", inventory.ExposureInternet, Shown{Rating: questionnaire.Unsatisfactory, CriticalFinding: true}, 5},
		{"never under 1", inventory.ExposureNone, Shown{Rating: questionnaire.Substantial}, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Residual(Inherent(2, c.exposure, nil, told), c.shown)
			if got.Likelihood != c.want || got.Consequence != 2 || got.Score != 2*c.want {
				t.Errorf("%+v, want likelihood %d", got, c.want)
			}
		})
	}
}

func TestRetiredSystemsHaveNoRisk(t *testing.T) {
	got := Residual(Inherent(0, inventory.ExposureInternet, &told, told), Shown{NoAnswer: true, CriticalFinding: true})
	if got.Score != 0 || got.Level != "" || got.Likelihood != 0 {
		t.Errorf("%+v, want nothing", got)
	}
}

func TestLevelOfEveryScore(t *testing.T) {
	want := map[int]RiskLevel{1: Low, 2: Low, 3: Low, 4: Moderate, 5: Moderate, 6: Moderate, 8: High, 9: High, 10: High,
		12: High, 15: Extreme, 16: Extreme, 20: Extreme, 25: Extreme}
	for consequence := 1; consequence <= 5; consequence++ {
		for likelihood := 1; likelihood <= 5; likelihood++ {
			score := consequence * likelihood
			if got := Level(score); got != want[score] {
				t.Errorf("%d is %s, want %s", score, got, want[score])
			}
		}
	}
}
