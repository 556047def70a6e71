// Package risk holds how likely it is that something happens to a system
// through its suppliers and how bad that would be, before and after what its
// reviews show, and who has accepted it for how long.
package risk

import (
	"time"

	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
)

// RuleVersion names the rules on likelihood and risk in this file.
const RuleVersion = "2026.1"

// incidentCounts is for how many months an incident at a supplier makes
// another one likelier, from when it was told.
const incidentCounts = 24

// RiskLevel is what a score means.
type RiskLevel string

// The levels of risk.
const (
	Low      RiskLevel = "low"
	Moderate RiskLevel = "moderate"
	High     RiskLevel = "high"
	Extreme  RiskLevel = "extreme"
)

// Reason is one thing that made the likelihood what it is, by its message key
// and by how much.
type Reason struct {
	Key    string `json:"key"`
	Points int    `json:"points"`
}

// Assessment is a risk: consequence times likelihood, each 1 to 5. It is empty
// for a retired system, which has none.
type Assessment struct {
	Consequence int       `json:"consequence"`
	Likelihood  int       `json:"likelihood"`
	Score       int       `json:"score"`
	Level       RiskLevel `json:"level"`
	RuleVersion string    `json:"rule_version"`
	Reasons     []Reason  `json:"reasons"`
}

// Inherent gives the risk before anything that a review shows. By exposure the
// likelihood is 4 from the internet, also when that is not known, 3 from a
// partner network, 2 from nowhere; one more for 24 months after an incident at
// a supplier was told. incidentToldAt is the latest one, nil for none.
func Inherent(consequence int, exposure inventory.Exposure, incidentToldAt *time.Time, now time.Time) Assessment {
	if consequence < 1 {
		return Assessment{RuleVersion: RuleVersion, Reasons: []Reason{}}
	}
	reasons := []Reason{byExposure(exposure)}
	if incidentToldAt != nil && now.Before(incidentToldAt.AddDate(0, incidentCounts, 0)) {
		reasons = append(reasons, Reason{Key: "risk.incident-told", Points: 1})
	}
	return assess(consequence, reasons)
}

func byExposure(exposure inventory.Exposure) Reason {
	switch exposure {
	case inventory.ExposureInternet:
		return Reason{Key: "risk.exposure-internet", Points: 4}
	case inventory.ExposurePartner:
		return Reason{Key: "risk.exposure-partner", Points: 3}
	case inventory.ExposureNone:
		return Reason{Key: "risk.exposure-none", Points: 2}
	}
	return Reason{Key: "risk.exposure-not-known", Points: 4}
}

// Shown is what a system shows of its suppliers.
type Shown struct {
	// Rating is the worst over its suppliers; not assured where it has none.
	Rating questionnaire.Rating
	// NoAnswer: a supplier did not answer, which counts as unsatisfactory.
	NoAnswer bool
	// CriticalFinding: one is open, from the sign-off until its action is
	// verified. Accepting the risk does not close it.
	CriticalFinding bool
}

// Residual gives the risk that remains by what the system shows: substantial
// makes it two less likely, reasonable one, unsatisfactory or no answer one
// more; an open critical finding one more again. The consequence stays.
func Residual(inherent Assessment, shown Shown) Assessment {
	if inherent.Consequence < 1 {
		return inherent
	}
	reasons := []Reason{{Key: "risk.inherent", Points: inherent.Likelihood}, byRating(shown)}
	if shown.CriticalFinding {
		reasons = append(reasons, Reason{Key: "risk.critical-finding-open", Points: 1})
	}
	return assess(inherent.Consequence, reasons)
}

func byRating(shown Shown) Reason {
	switch {
	case shown.NoAnswer:
		return Reason{Key: "risk.no-answer", Points: 1}
	case shown.Rating == questionnaire.Substantial:
		return Reason{Key: "risk.rating-substantial", Points: -2}
	case shown.Rating == questionnaire.Reasonable:
		return Reason{Key: "risk.rating-reasonable", Points: -1}
	case shown.Rating == questionnaire.Limited:
		return Reason{Key: "risk.rating-limited"}
	case shown.Rating == questionnaire.Unsatisfactory:
		return Reason{Key: "risk.rating-unsatisfactory", Points: 1}
	}
	return Reason{Key: "risk.not-assured"}
}

// assess adds the reasons up to a likelihood within 1 to 5.
func assess(consequence int, reasons []Reason) Assessment {
	likelihood := 0
	for _, reason := range reasons {
		likelihood += reason.Points
	}
	likelihood = min(max(likelihood, 1), 5)
	score := consequence * likelihood
	return Assessment{
		Consequence: consequence, Likelihood: likelihood, Score: score, Level: Level(score),
		RuleVersion: RuleVersion, Reasons: reasons,
	}
}

// Level gives the level of a score: 1 to 3 low, 4 to 6 moderate, 8 to 12 high,
// 15 to 25 extreme.
func Level(score int) RiskLevel {
	switch {
	case score < 1:
		return ""
	case score <= 3:
		return Low
	case score <= 6:
		return Moderate
	case score <= 12:
		return High
	}
	return Extreme
}
