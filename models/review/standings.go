package review

import (
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
)

// StandingsOf works out where every pair of the systems and their suppliers
// stands today.
func StandingsOf(tx *store.Tx, systems []uuid.UUID) ([]Standing, error) {
	supplies, err := store.Many[inventory.Supply](tx.AsProgram("work out standings"), "system_id, created_at, id", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	return StandingsOfPairs(tx, supplies)
}

// StandingsOfPairs works out where pairs of supplier and system stand today, in
// a number of queries that does not grow with them.
func StandingsOfPairs(tx *store.Tx, supplies []*inventory.Supply) ([]Standing, error) {
	tx = tx.AsProgram("work out standings")
	systems := make([]uuid.UUID, 0, len(supplies))
	for _, supply := range supplies {
		systems = append(systems, supply.SystemID)
	}
	ratings, err := store.Many[PairRating](tx, "created_at", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	reviews, err := standingReviews(tx, systems)
	if err != nil {
		return nil, err
	}
	today := calendar.On(tx.Now())
	type pair struct{ supplier, system uuid.UUID }
	seen := map[pair]bool{}
	var standings []Standing
	for _, supply := range supplies {
		if at := (pair{supply.SupplierID, supply.SystemID}); !seen[at] {
			seen[at] = true
			standings = append(standings, standingOfPair(supply.SupplierID, supply.SystemID, ratings, reviews, today))
		}
	}
	return standings, nil
}

// coveringReview is a review with one of the systems that it covers.
type coveringReview struct {
	*Review
	SystemID uuid.UUID
}

// standingReviews loads what standing asks of the reviews of systems, and no
// more of them.
func standingReviews(tx *store.Tx, systems []uuid.UUID) ([]coveringReview, error) {
	ended := []State{SignedOff, Cancelled}
	coverage, err := store.Many[Coverage](tx, "", "system_id IN ? AND review_id IN (?)", systems,
		store.Query[Review](tx).Select("id").Where("state NOT IN ?", ended))
	if err != nil || len(coverage) == 0 {
		return nil, err
	}
	ids := make([]uuid.UUID, len(coverage))
	for i, c := range coverage {
		ids[i] = c.ReviewID
	}
	var rows []*Review
	err = store.Query[Review](tx).Select("id", "supplier_id", "kind", "state", "due_on", "first_submitted_at", "ended_at").Where("id IN ?", ids).Find(&rows).Error
	byID := map[uuid.UUID]*Review{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	covering := make([]coveringReview, len(coverage))
	for i, c := range coverage {
		covering[i] = coveringReview{byID[c.ReviewID], c.SystemID}
	}
	return covering, err
}

func standingOfPair(supplier, system uuid.UUID, ratings []*PairRating, reviews []coveringReview, today calendar.Date) Standing {
	var ofPair []*PairRating
	for _, r := range ratings {
		if r.SupplierID == supplier && r.SystemID == system {
			ofPair = append(ofPair, r)
		}
	}
	var reviewsOf []*Review
	for _, r := range reviews {
		if r.SystemID == system && r.SupplierID == supplier {
			reviewsOf = append(reviewsOf, r.Review)
		}
	}
	s := StandingOf(ofPair, reviewsOf, today)
	s.SupplierID, s.SystemID, s.NextReviewOn = supplier, system, s.Until
	for _, r := range reviewsOf {
		if r.Open() {
			s.NextReviewOn, s.UnderReview = r.DueOn, true
		}
	}
	return s
}

// OpenCriticals reports which systems have an open critical finding: from the
// sign-off until an action about it is verified.
func OpenCriticals(tx *store.Tx, systems []uuid.UUID) (map[uuid.UUID]bool, error) {
	tx = tx.AsProgram("find open critical findings")
	coverage, err := store.Many[Coverage](tx, "", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(coverage))
	for i, c := range coverage {
		ids[i] = c.ReviewID
	}
	findings, err := store.All[Finding](tx, "", "severity = ? AND review_id IN (?)", Critical,
		store.Query[Review](tx).Select("id").Where("id IN ? AND state = ?", ids, SignedOff))
	if err != nil {
		return nil, err
	}
	found := make([]uuid.UUID, len(findings))
	for i, f := range findings {
		found[i] = f.ID
	}
	verified, err := store.Many[Action](tx, "id", "finding_id IN ? AND state = ?", found, ActionVerified)
	if err != nil {
		return nil, err
	}
	open := map[uuid.UUID]bool{}
	for _, f := range findings {
		done := slices.ContainsFunc(verified, func(a *Action) bool { return *a.FindingID == f.ID })
		for _, c := range coverage {
			if !done && c.ReviewID == f.ReviewID && (f.SystemID == uuid.Nil || f.SystemID == c.SystemID) {
				open[c.SystemID] = true
			}
		}
	}
	return open, nil
}
