package questionnaire

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/lang"
)

// Facts are what the inventory said of the supplier and of the systems of a
// review when it was issued; conditions read them, never the inventory of
// today.
type Facts struct {
	// Tier is the most demanding of the systems' tiers; worked out from them
	// where it is 0.
	Tier         int      `json:"tier"`
	Certificates []string `json:"certificates"`
	// Subcontractors are the names of those on whom the supplier relies; none
	// entered is not known.
	Subcontractors []string      `json:"subcontractors,omitempty"`
	Systems        []SystemFacts `json:"systems"`
}

// SystemFacts are the facts of one system of the review. Empty is not known.
type SystemFacts struct {
	ID        uuid.UUID `json:"id"`
	Reference string    `json:"reference,omitempty"`
	Name      lang.Text `json:"name,omitzero"`
	Tier      int       `json:"tier"`
	// Parts are the supplier's parts in the system: develops, hosts,
	// supports, processes.
	Parts       []string `json:"parts"`
	HostingKind string   `json:"hosting_kind"`
	// HostingCountry is two letters (ISO 3166-1).
	HostingCountry string `json:"hosting_country,omitempty"`
	Exposure       string `json:"exposure"`
	// DataCategories that are not known are null; an empty list is "none".
	DataCategories []string `json:"data_categories"`
}

// The facts that a condition may name.
const (
	FactPart           = "part"
	FactHostingKind    = "hosting_kind"
	FactExposure       = "exposure"
	FactDataCategories = "data_categories"
	FactTier           = "tier"
	FactCertificates   = "certificates"
)

// The facts that no condition names, only a question that they answer.
const (
	FactHostingCountry = "hosting_country"
	FactSubcontractors = "subcontractors"
)

// What counts when a fact is not known, as in the rules on consequence and
// likelihood. A hosting kind or a part that is not known equals nothing.
const (
	assumedExposure     = "internet"
	assumedDataCategory = "national_insurance_number"
)

// slots gives the places in which a question is answered, in order.
func (f Facts) slots(q *Question) []Slot {
	if q.Scope != ScopeSystem {
		return []Slot{{Key: q.Key}}
	}
	slots := make([]Slot, 0, len(f.Systems))
	for _, system := range f.Systems {
		slots = append(slots, Slot{Key: q.Key, System: system.ID})
	}
	return slots
}

// seenFrom gives the values of a fact for a slot of the system. For a slot of
// the supplier (uuid.Nil) it is the union over the systems, and the most
// demanding tier.
func (f Facts) seenFrom(system uuid.UUID, fact string) []string {
	switch fact {
	case FactCertificates:
		return f.Certificates
	case FactTier:
		return f.tierSeenFrom(system)
	}
	var values []string
	for _, s := range f.Systems {
		if system == uuid.Nil || s.ID == system {
			values = append(values, s.fact(fact)...)
		}
	}
	return values
}

func (f Facts) tierSeenFrom(system uuid.UUID) []string {
	tier := 0
	if system == uuid.Nil {
		tier = f.Tier
	}
	if tier == 0 {
		for _, s := range f.Systems {
			asked := system == uuid.Nil || s.ID == system
			if asked && s.Tier > 0 && (tier == 0 || s.Tier < tier) {
				tier = s.Tier
			}
		}
	}
	if tier == 0 {
		return nil
	}
	return []string{strconv.Itoa(tier)}
}

func (s SystemFacts) fact(name string) []string {
	switch name {
	case FactPart:
		return s.Parts
	case FactHostingKind:
		if s.HostingKind != "" {
			return []string{s.HostingKind}
		}
	case FactHostingCountry:
		if s.HostingCountry != "" {
			return []string{s.HostingCountry}
		}
	case FactExposure:
		if s.Exposure == "" {
			return []string{assumedExposure}
		}
		return []string{s.Exposure}
	case FactDataCategories:
		if s.DataCategories == nil {
			return []string{assumedDataCategory}
		}
		return s.DataCategories
	}
	return nil
}

// system gives the facts of one system.
func (f Facts) system(id uuid.UUID) SystemFacts {
	i := slices.IndexFunc(f.Systems, func(s SystemFacts) bool { return s.ID == id })
	if i < 0 {
		return SystemFacts{ID: id}
	}
	return f.Systems[i]
}
