package risk

import (
	"time"

	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
)

// Situation is all that the risk of a system follows from.
type Situation struct {
	Facts    inventory.ConsequenceInput
	Exposure inventory.Exposure
	ToldAt   *time.Time // the latest incident at a supplier; nil for none
	Shown    Shown
	Now      time.Time
}

// Inherent gives the risk before anything that a review shows.
func (s Situation) Inherent() Assessment {
	return Inherent(inventory.WorkOutConsequence(s.Facts).Value, s.Exposure, s.ToldAt, s.Now)
}

// Residual gives the risk that remains.
func (s Situation) Residual() Assessment { return Residual(s.Inherent(), s.Shown) }

// Remedy is something that would change the residual risk, by its message key,
// and what the risk would be then, all else left as it is. On is the day on
// which it comes by itself.
type Remedy struct {
	Key   string     `json:"key"`
	On    *time.Time `json:"on" nullable:"true"`
	After Assessment `json:"after"`
}

// Remedies lists what would lower the residual risk and, where there is more
// than one thing to do, what all of it together would give. One that alone
// changes nothing is listed too: the likelihood is then beyond its highest.
func (s Situation) Remedies() []Remedy {
	now := s.Residual()
	if now.Consequence < 1 {
		return nil
	}
	var all []Remedy
	if s.Shown.CriticalFinding {
		closed := s
		closed.Shown.CriticalFinding = false
		all = append(all, Remedy{Key: "risk.remedy.critical", After: closed.Residual()})
	}
	best := s
	best.Shown.CriticalFinding = false
	for _, rating := range better(s.Shown) {
		rated := s
		rated.Shown.Rating, rated.Shown.NoAnswer = rating, false
		best.Shown.Rating, best.Shown.NoAnswer = rating, false
		all = append(all, Remedy{Key: rateds[rating], After: rated.Residual()})
	}
	if len(all) > 1 && s.Shown.CriticalFinding {
		all = append(all, Remedy{Key: "risk.remedy.all", After: best.Residual()})
	}
	if s.ToldAt != nil {
		if on := s.ToldAt.AddDate(0, incidentCounts, 0); s.Now.Before(on) {
			later := s
			later.Now = on
			all = append(all, Remedy{Key: "risk.remedy.incident", On: &on, After: later.Residual()})
		}
	}
	return all
}

// rateds are the message keys of a review that gives a rating.
var rateds = map[questionnaire.Rating]string{questionnaire.Limited: "risk.remedy.rating-limited",
	questionnaire.Reasonable: "risk.remedy.rating-reasonable", questionnaire.Substantial: "risk.remedy.rating-substantial"}

// better lists the ratings that would count less than what is shown, the
// nearest first.
func better(shown Shown) []questionnaire.Rating {
	var all []questionnaire.Rating
	for _, rating := range []questionnaire.Rating{questionnaire.Limited, questionnaire.Reasonable, questionnaire.Substantial} {
		if byRating(Shown{Rating: rating}).Points < byRating(shown).Points {
			all = append(all, rating)
		}
	}
	return all
}

// Missing is a fact that is not known and could change the residual risk: to
// what at the least and at the most, all else left as it is.
type Missing struct {
	Field   string     `json:"field"`
	Lowest  Assessment `json:"lowest"`
	Highest Assessment `json:"highest"`
}

// Missing tries every value of each fact that is not known.
func (s Situation) Missing() []Missing {
	var all []Missing
	for _, fact := range []struct {
		field  string
		absent bool
		values []func(*Situation)
	}{
		{"criticality", s.Facts.Criticality == nil, numbers([]int{1, 2, 3, 4}, func(s *Situation, n *int) { s.Facts.Criticality = n })},
		{"data_categories", !s.Facts.CategoriesKnown, categories()},
		{"people_count", s.Facts.People == nil, numbers([]int{0, 1_000, 10_000, 100_000}, func(s *Situation, n *int) { s.Facts.People = n })},
		{"exposure", s.Exposure == "", exposures()},
	} {
		if !fact.absent || s.Facts.Retired {
			continue
		}
		one := Missing{Field: fact.field, Lowest: s.Residual(), Highest: s.Residual()}
		for _, set := range fact.values {
			tried := s
			set(&tried)
			after := tried.Residual()
			if after.Score < one.Lowest.Score {
				one.Lowest = after
			}
			if after.Score > one.Highest.Score {
				one.Highest = after
			}
		}
		if one.Lowest.Score != one.Highest.Score {
			all = append(all, one)
		}
	}
	return all
}

func numbers(values []int, set func(*Situation, *int)) []func(*Situation) {
	all := make([]func(*Situation), len(values))
	for i := range values {
		all[i] = func(s *Situation) { set(s, &values[i]) }
	}
	return all
}

func categories() []func(*Situation) {
	all := []func(*Situation){func(s *Situation) { s.Facts.Categories, s.Facts.CategoriesKnown = nil, true }}
	for _, category := range inventory.DataCategories {
		all = append(all, func(s *Situation) {
			s.Facts.Categories, s.Facts.CategoriesKnown = []inventory.DataCategory{category}, true
		})
	}
	return all
}

func exposures() []func(*Situation) {
	all := make([]func(*Situation), len(inventory.Exposures))
	for i, exposure := range inventory.Exposures {
		all[i] = func(s *Situation) { s.Exposure = exposure }
	}
	return all
}
