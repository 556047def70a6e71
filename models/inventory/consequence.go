package inventory

import "slices"

// RuleVersion names the rules on consequence and tier in this file; what they
// gave carries it, so that it can be rebuilt when the rules have moved on.
const RuleVersion = "2026.1"

// DataCategory is a kind of data that a system holds about people.
type DataCategory string

// The categories of data.
const (
	DataIdentity                DataCategory = "identity"
	DataContact                 DataCategory = "contact"
	DataStaff                   DataCategory = "staff"
	DataNationalInsuranceNumber DataCategory = "national_insurance_number"
	DataNHSNumber               DataCategory = "nhs_number"
	DataFinancial               DataCategory = "financial"
	DataHealth                  DataCategory = "health"
	DataSpecialCategory         DataCategory = "special_category"
	DataRadiationDose           DataCategory = "radiation_dose"
	DataCredentials             DataCategory = "credentials"
)

// DataCategories lists the categories of data, from the least grave.
var DataCategories = []DataCategory{
	DataIdentity, DataContact, DataStaff, DataNationalInsuranceNumber, DataNHSNumber, DataFinancial,
	DataHealth, DataSpecialCategory, DataRadiationDose, DataCredentials,
}

// Exposure says from where a system can be reached. Empty is not known.
type Exposure string

// The exposures.
const (
	ExposureInternet Exposure = "internet"
	ExposurePartner  Exposure = "partner"
	ExposureNone     Exposure = "none"
)

// Exposures lists the exposures, from the greatest.
var Exposures = []Exposure{ExposureInternet, ExposurePartner, ExposureNone}

// HostingKind says where a system runs. Empty is not known.
type HostingKind string

// The kinds of hosting.
const (
	HostingCloud    HostingKind = "cloud"
	HostingSupplier HostingKind = "supplier"
	HostingOwn      HostingKind = "own"
)

// HostingKinds lists the kinds of hosting.
var HostingKinds = []HostingKind{HostingCloud, HostingSupplier, HostingOwn}

// How vital a service is.
const (
	CriticalityVital = 1
	CriticalityMinor = 4
)

// What counts where something is not known.
const (
	AssumedCriticality = 2
	AssumedPeople      = 10_000
	AssumedCategory    = DataNationalInsuranceNumber
)

// ConsequenceInput is what is known of a system. Nil is not known; for the
// categories CategoriesKnown says so, since none at all is known too.
type ConsequenceInput struct {
	Criticality     *int
	People          *int
	Categories      []DataCategory
	CategoriesKnown bool
	Retired         bool
}

// Consequence is how bad it would be if the system failed or its data were
// taken: the larger of what its service and what its data give.
type Consequence struct {
	// Value is 1 to 5, 0 for a retired system.
	Value     int `json:"value"`
	ByService int `json:"by_service"`
	ByData    int `json:"by_data"`
	// Tier is 1 to 4, 0 for a retired system.
	Tier int `json:"tier"`
	// Assumed names the fields that are not known, and were taken to be what
	// the rules assume.
	Assumed []string `json:"assumed"`
	// Provisional: another value of what is not known could change Value.
	Provisional bool   `json:"provisional"`
	RuleVersion string `json:"rule_version"`
}

// WorkOutConsequence gives the consequence and the tier of a system.
func WorkOutConsequence(in ConsequenceInput) Consequence {
	c := Consequence{Assumed: []string{}, RuleVersion: RuleVersion}
	if in.Retired {
		return c
	}
	criticality, people, gravest := AssumedCriticality, AssumedPeople, graveness(AssumedCategory)
	if in.CategoriesKnown {
		gravest = 0
		for _, category := range in.Categories {
			gravest = max(gravest, graveness(category))
		}
	} else {
		c.Assumed = append(c.Assumed, "data_categories")
	}
	if in.Criticality != nil {
		criticality = *in.Criticality
	} else {
		c.Assumed = append(c.Assumed, "criticality")
	}
	if in.People != nil {
		people = *in.People
	} else if gravest > 0 {
		c.Assumed = append(c.Assumed, "people_count") // with no data nobody is counted
	}
	slices.Sort(c.Assumed)
	c.ByService, c.ByData = byService(criticality), byData(gravest, people)
	c.Value = max(c.ByService, c.ByData)
	c.Tier = TierOf(c.Value)
	c.Provisional = couldDiffer(in, criticality, people, gravest, c.Value)
	return c
}

// couldDiffer tries every value of what is not known, in every combination.
func couldDiffer(in ConsequenceInput, criticality, people, gravest, value int) bool {
	criticalities, counts, categories := []int{criticality}, []int{people}, []int{gravest}
	if in.Criticality == nil {
		criticalities = []int{1, 2, 3, 4}
	}
	if in.People == nil {
		counts = []int{0, 1_000, 10_000, 100_000}
	}
	if !in.CategoriesKnown {
		categories = []int{0, 1, 2, 3}
	}
	for _, c := range criticalities {
		for _, n := range counts {
			for _, g := range categories {
				if max(byService(c), byData(g, n)) != value {
					return true
				}
			}
		}
	}
	return false
}

// byService: criticality 1, 2, 3, 4 gives 5, 4, 3, 2.
func byService(criticality int) int {
	return 6 - min(max(criticality, CriticalityVital), CriticalityMinor)
}

// byData reads the table of the rules: a row by the gravest category, a column
// by the number of people.
func byData(gravest, people int) int {
	table := [4][4]int{
		{1, 1, 1, 1}, // none
		{1, 2, 3, 4}, // identity, contact, staff
		{2, 3, 4, 5}, // National Insurance number, NHS number, financial
		{3, 4, 5, 5}, // health, special category, radiation dose, credentials
	}
	column := 0
	for _, from := range []int{1_000, 10_000, 100_000} {
		if people >= from {
			column++
		}
	}
	return table[gravest][column]
}

// graveness is a category's row in the table.
func graveness(category DataCategory) int {
	switch category {
	case DataHealth, DataSpecialCategory, DataRadiationDose, DataCredentials:
		return 3
	case DataIdentity, DataContact, DataStaff:
		return 1
	}
	return 2
}

// TierOf gives the tier that follows from a consequence: 5 is tier 1, 4 is 2,
// 3 is 3, less is 4. No consequence is no tier (0).
func TierOf(consequence int) int {
	if consequence < 1 {
		return 0
	}
	return min(6-consequence, 4)
}

// MostDemandingTier gives a supplier's tier: that of its most demanding
// system. 0 where none has one.
func MostDemandingTier(tiers ...int) int {
	most := 0
	for _, tier := range tiers {
		if tier > 0 && (most == 0 || tier < most) {
			most = tier
		}
	}
	return most
}
