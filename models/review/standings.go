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

// StandingsOfPairs gives where pairs of supplier and system stand today.
func StandingsOfPairs(tx *store.Tx, supplies []*inventory.Supply) ([]Standing, error) {
	systems := make([]uuid.UUID, len(supplies))
	for i, supply := range supplies {
		systems[i] = supply.SystemID
	}
	rows, err := store.Many[PairStanding](tx.AsProgram("work out standings"), "", "system_id IN ?", systems)
	if err != nil {
		return nil, err
	}
	type pair struct{ supplier, system uuid.UUID }
	kept := map[pair]*PairStanding{}
	for _, row := range rows {
		kept[pair{row.SupplierID, row.SystemID}] = row
	}
	today := calendar.On(tx.Now())
	seen := map[pair]bool{}
	var standings []Standing
	for _, supply := range supplies {
		at := pair{supply.SupplierID, supply.SystemID}
		if seen[at] {
			continue
		}
		seen[at] = true
		if kept[at] == nil {
			kept[at] = &PairStanding{SupplierID: at.supplier, SystemID: at.system}
		}
		standings = append(standings, kept[at].On(today))
	}
	return standings, nil
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
