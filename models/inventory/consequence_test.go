package inventory

import (
	"slices"
	"testing"
)

func number(n int) *int { return &n }

func TestConsequence(t *testing.T) {
	dose := []DataCategory{DataIdentity, DataRadiationDose, DataNationalInsuranceNumber}
	cases := []struct {
		name        string
		in          ConsequenceInput
		value, tier int
		assumed     []string
		provisional bool
	}{
		{"the 2017 case: 4,700 people, radiation dose, criticality not known",
			ConsequenceInput{People: number(4700), Categories: dose, CategoriesKnown: true},
			4, 2, []string{"criticality"}, true},
		{"a vital system, the rest not known: nothing can raise it",
			ConsequenceInput{Criticality: number(1)},
			5, 1, []string{"data_categories", "people_count"}, false},
		{"nothing known", ConsequenceInput{},
			4, 2, []string{"criticality", "data_categories", "people_count"}, true},
		{"a minor system without data about people",
			ConsequenceInput{Criticality: number(4), CategoriesKnown: true}, 2, 4, nil, false},
		{"a minor system that holds something not known",
			ConsequenceInput{Criticality: number(4), People: number(500)}, 2, 4, []string{"data_categories"}, true},
		{"health data of a number of people not known: 5, but fewer would be less",
			ConsequenceInput{Criticality: number(3), Categories: []DataCategory{DataHealth}, CategoriesKnown: true},
			5, 1, []string{"people_count"}, true},
		{"contact data in a service that outweighs it, people not known",
			ConsequenceInput{Criticality: number(2), Categories: []DataCategory{DataContact}, CategoriesKnown: true},
			4, 2, []string{"people_count"}, false},
		{"the larger of the two is by data",
			ConsequenceInput{Criticality: number(4), People: number(100_000), Categories: []DataCategory{DataStaff}, CategoriesKnown: true},
			4, 2, nil, false},
		{"a retired system gives none", ConsequenceInput{Criticality: number(1), Retired: true}, 0, 0, nil, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := WorkOutConsequence(c.in)
			if got.Value != c.value || got.Tier != c.tier || got.Provisional != c.provisional {
				t.Errorf("consequence %d, tier %d, provisional %v; want %d, %d, %v",
					got.Value, got.Tier, got.Provisional, c.value, c.tier, c.provisional)
			}
			if !slices.Equal(got.Assumed, c.assumed) {
				t.Errorf("assumed %v, want %v", got.Assumed, c.assumed)
			}
			if got.RuleVersion != RuleVersion {
				t.Errorf("rule version %q", got.RuleVersion)
			}
		})
	}
}

func TestConsequenceByData(t *testing.T) {
	counts := []int{999, 1_000, 9_999, 10_000, 99_999, 100_000}
	rows := map[DataCategory][]int{
		DataHealth: {3, 4, 4, 5, 5, 5}, DataSpecialCategory: {3, 4, 4, 5, 5, 5},
		DataRadiationDose: {3, 4, 4, 5, 5, 5}, DataCredentials: {3, 4, 4, 5, 5, 5},
		DataNationalInsuranceNumber: {2, 3, 3, 4, 4, 5}, DataNHSNumber: {2, 3, 3, 4, 4, 5}, DataFinancial: {2, 3, 3, 4, 4, 5},
		DataIdentity: {1, 2, 2, 3, 3, 4}, DataContact: {1, 2, 2, 3, 3, 4}, DataStaff: {1, 2, 2, 3, 3, 4},
	}
	if len(rows) != len(DataCategories) {
		t.Fatalf("%d rows for %d categories", len(rows), len(DataCategories))
	}
	for category, row := range rows {
		for i, people := range counts {
			got := WorkOutConsequence(ConsequenceInput{Criticality: number(4), People: number(people),
				Categories: []DataCategory{category}, CategoriesKnown: true})
			if got.ByData != row[i] {
				t.Errorf("%s of %d people: %d, want %d", category, people, got.ByData, row[i])
			}
		}
	}
}

func TestConsequenceByServiceAndTier(t *testing.T) {
	for criticality, want := range map[int][2]int{1: {5, 1}, 2: {4, 2}, 3: {3, 3}, 4: {2, 4}} {
		got := WorkOutConsequence(ConsequenceInput{Criticality: number(criticality), CategoriesKnown: true})
		if got.ByService != want[0] || got.Tier != want[1] {
			t.Errorf("criticality %d: %d, tier %d; want %v", criticality, got.ByService, got.Tier, want)
		}
	}
	if got := TierOf(1); got != 4 {
		t.Errorf("consequence 1 gives tier %d, want 4", got)
	}
	if got := MostDemandingTier(0, 3, 2, 4); got != 2 {
		t.Errorf("the most demanding tier is %d, want 2", got)
	}
}
