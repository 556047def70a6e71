package review

import (
	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
)

// StandingsOf works out where every pair of the systems and their suppliers
// stands today, in a number of queries that does not grow with them.
func StandingsOf(tx *store.Tx, systems []uuid.UUID) ([]Standing, error) {
	tx = tx.AsProgram("work out standings")
	supplies, err := inventory.SuppliesOf(tx, systems)
	if err != nil {
		return nil, err
	}
	ratings, err := store.Many[PairRating](tx, "created_at", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	coverage, err := store.Many[Coverage](tx, "", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(coverage))
	for i, c := range coverage {
		ids[i] = c.ReviewID
	}
	reviews, err := standingReviews(tx, ids)
	if err != nil {
		return nil, err
	}
	today := calendar.On(tx.Now())
	var standings []Standing
	for _, system := range systems {
		for _, supplier := range suppliersIn(supplies[system]) {
			s := standingOfPair(supplier, system, ratings, coverage, reviews, today)
			s.SupplierID, s.SystemID = supplier, system
			standings = append(standings, s)
		}
	}
	return standings, nil
}

// standingReviews loads what standing asks of reviews, and no more of them.
func standingReviews(tx *store.Tx, ids []uuid.UUID) (map[uuid.UUID]*Review, error) {
	var rows []*Review
	err := store.Query[Review](tx).Select("id", "supplier_id", "kind", "state", "due_on", "first_submitted_at", "ended_at").
		Where("id IN ? AND state NOT IN ?", ids, []State{Planned, SignedOff, Cancelled}).Find(&rows).Error
	byID := map[uuid.UUID]*Review{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID, err
}

func standingOfPair(supplier, system uuid.UUID, ratings []*PairRating, coverage []*Coverage, reviews map[uuid.UUID]*Review, today calendar.Date) Standing {
	var ofPair []*PairRating
	for _, r := range ratings {
		if r.SupplierID == supplier && r.SystemID == system {
			ofPair = append(ofPair, r)
		}
	}
	var reviewsOf []*Review
	for _, c := range coverage {
		if r := reviews[c.ReviewID]; c.SystemID == system && r != nil && r.SupplierID == supplier {
			reviewsOf = append(reviewsOf, r)
		}
	}
	s := StandingOf(ofPair, reviewsOf, today)
	s.NextReviewOn = s.Until
	for _, r := range reviewsOf {
		if r.Open() {
			s.NextReviewOn = r.DueOn
		}
	}
	return s
}

func suppliersIn(supplies []*inventory.Supply) []uuid.UUID {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, supply := range supplies {
		if !seen[supply.SupplierID] {
			seen[supply.SupplierID] = true
			ids = append(ids, supply.SupplierID)
		}
	}
	return ids
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
	open := map[uuid.UUID]bool{}
	for _, f := range findings {
		verified, err := store.Count[Action](tx, "finding_id = ? AND state = ?", f.ID, ActionVerified)
		if err != nil {
			return nil, err
		}
		for _, c := range coverage {
			if verified == 0 && c.ReviewID == f.ReviewID && (f.SystemID == uuid.Nil || f.SystemID == c.SystemID) {
				open[c.SystemID] = true
			}
		}
	}
	return open, nil
}
