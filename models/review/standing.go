package review

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
)

// StandingKind says what a rating is worth today.
type StandingKind string

// The standings of a pair of supplier and system.
const (
	Current       StandingKind = "current"
	Lapsed        StandingKind = "lapsed"
	NeverReviewed StandingKind = "never_reviewed"
	NoAnswer      StandingKind = "no_answer"
)

// silence is how long after the due date a supplier stands as no answer.
const silence = 28

// Standing is where a pair of supplier and system, or the worst of several
// pairs, stands.
type Standing struct {
	SupplierID uuid.UUID            `json:"-"`
	SystemID   uuid.UUID            `json:"-"`
	Kind       StandingKind         `json:"standing"`
	Rating     questionnaire.Rating `json:"rating"`      // as it counts today
	LastRating questionnaire.Rating `json:"last_rating"` // as last signed, if ever
	RatedOn    calendar.Date        `json:"rated_on"`
	Until      calendar.Date        `json:"until"`
	ReviewID   uuid.UUID            `json:"review_id"`
	// NextReviewOn is when the open review is due, or else when the next one is.
	NextReviewOn calendar.Date `json:"next_review_on"`
	// UnderReview: a review of the pair is planned or under way.
	UnderReview bool `json:"under_review"`
	// NextDueOn is when the next review should be done, whatever is planned.
	NextDueOn  calendar.Date `json:"next_due_on"`
	DueBecause DueBecause    `json:"due_because"`
}

func latestRating(ratings []*PairRating) *PairRating {
	var latest *PairRating
	for _, r := range ratings {
		if r.TakenBackAt == nil && r.Rating != questionnaire.NotRated && (latest == nil || r.CreatedAt.After(latest.CreatedAt)) {
			latest = r
		}
	}
	return latest
}

func valueOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// gravity orders ratings for the worst of several pairs.
var gravity = map[questionnaire.Rating]int{
	questionnaire.Unsatisfactory: 4, questionnaire.NotAssured: 3, questionnaire.Limited: 2, questionnaire.Reasonable: 1, questionnaire.Substantial: 0,
}

// Gravity orders ratings from 0, substantial, to 4, unsatisfactory.
func Gravity(r questionnaire.Rating) int { return gravity[r] }

// WorstStanding gives the worst of several pairs; of none, never reviewed.
func WorstStanding(all []Standing) Standing {
	if len(all) == 0 {
		return Standing{Kind: NeverReviewed, Rating: questionnaire.NotAssured}
	}
	return slices.MaxFunc(all, func(a, b Standing) int { return gravity[a.Rating] - gravity[b.Rating] })
}
