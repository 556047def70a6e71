package review

import (
	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// Pair names a supplier and a system.
type Pair struct{ SupplierID, SystemID uuid.UUID }

// Past is what is known of how pairs stood on days that are over.
type Past struct {
	ratings map[Pair][]*PairRating
	reviews map[Pair][]*Review
}

// PastOf loads the past of every pair of the systems, in three queries however
// many there are. Who asks has seen to it that the systems may be read.
func PastOf(tx *store.Tx, systems []uuid.UUID) (*Past, error) {
	tx = tx.AsProgram("rebuild where pairs stood")
	past := &Past{ratings: map[Pair][]*PairRating{}, reviews: map[Pair][]*Review{}}
	ratings, err := store.Many[PairRating](tx, "created_at", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	for _, r := range ratings {
		at := Pair{r.SupplierID, r.SystemID}
		past.ratings[at] = append(past.ratings[at], r)
	}
	covers, err := store.Many[Coverage](tx, "", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	var reviews []*Review
	err = store.Query[Review](tx).Select("id", "supplier_id", "kind", "state", "due_on", "issued_at", "first_submitted_at", "ended_at").
		Where("state <> ? AND issued_at IS NOT NULL AND id IN (?)", Cancelled,
			store.Query[Coverage](tx).Select("review_id").Where("system_id IN ?", systems)).Find(&reviews).Error
	if err != nil {
		return nil, err
	}
	byID := map[uuid.UUID]*Review{}
	for _, r := range reviews {
		byID[r.ID] = r
	}
	for _, c := range covers {
		if r := byID[c.ReviewID]; r != nil {
			at := Pair{r.SupplierID, c.SystemID}
			past.reviews[at] = append(past.reviews[at], r)
		}
	}
	return past, nil
}

// On says where a pair stood at the end of a day: by what had taken effect by
// then and was taken back later, if ever. A due date counts as last extended.
func (p *Past) On(pair Pair, day calendar.Date) Standing {
	var then []*PairRating
	for _, r := range p.ratings[pair] {
		if r.EffectiveOn <= day && (r.TakenBackAt == nil || calendar.On(*r.TakenBackAt) > day) {
			stood := *r
			stood.TakenBackAt = nil
			then = append(then, &stood)
		}
	}
	latest := latestRating(then)
	stands := PairStanding{SupplierID: pair.SupplierID, SystemID: pair.SystemID}
	if latest != nil {
		stands.LastRating, stands.RatedOn, stands.CurrentUntil = latest.Rating, latest.EffectiveOn, latest.CurrentUntil
		stands.RatingReviewID = &latest.ReviewID
	}
	for _, r := range p.reviews[pair] {
		if r.silentOn(latest, day) {
			stands.NoAnswerFrom = day
		}
	}
	return stands.On(day)
}

// silentOn is silentFrom as it was on a day that is over.
func (r *Review) silentOn(latest *PairRating, day calendar.Date) bool {
	ended := r.EndedAt != nil && calendar.On(*r.EndedAt) <= day
	switch {
	case r.Kind == Desk:
		return false
	case r.State == Closed && ended:
		return latest == nil || latest.CreatedAt.Before(*r.EndedAt)
	case ended:
		return false
	case r.FirstSubmittedAt != nil && calendar.On(*r.FirstSubmittedAt) <= day:
		return false
	}
	return calendar.On(valueOf(r.IssuedAt)) <= day && r.DueOn.AddDays(silence) <= day
}

// Ratings lists the ratings that a system or supplier may show, gravest first.
var Ratings = []questionnaire.Rating{questionnaire.Unsatisfactory, questionnaire.NotAssured, questionnaire.Limited, questionnaire.Reasonable, questionnaire.Substantial}
