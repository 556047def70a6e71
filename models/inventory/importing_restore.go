package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// Former is what a row of an import found of a system that it changed, and the
// links that it added.
type Former struct {
	Version   int           `json:"version"`
	Was       SystemInput   `json:"was"` // without its links
	Suppliers []SupplyInput `json:"suppliers"`
	UsedBy    []uuid.UUID   `json:"used_by"`
}

// changedSystem is a system that rows of an import changed, in their order.
type changedSystem struct {
	id   uuid.UUID
	rows []*ImportRow
}

// changedBy gives the systems that the rows changed, without those that the
// same import entered: these go as a whole, or stay as a whole.
func changedBy(rows []*ImportRow) []*changedSystem {
	entered, at := map[uuid.UUID]bool{}, map[uuid.UUID]*changedSystem{}
	for _, row := range rows {
		if row.SystemID != nil && (row.Outcome == RowAdded || row.Outcome == RowStays && row.Former == nil) {
			entered[*row.SystemID] = true
		}
	}
	var all []*changedSystem
	for _, row := range rows {
		if row.Outcome != RowUpdated || row.SystemID == nil || entered[*row.SystemID] {
			continue
		}
		c := at[*row.SystemID]
		if c == nil {
			c = &changedSystem{id: *row.SystemID}
			at[c.id], all = c, append(all, c)
		}
		c.rows = append(c.rows, row)
	}
	return all
}

// restore puts back what the rows changed, a batch at a time. What somebody
// changed since is marked, and left.
func (a *applier) restore(ctx context.Context, rows []*ImportRow, until time.Time) (more, goOn bool, err error) {
	for batch := range slices.Chunk(changedBy(rows), importBatch) {
		if a.s.db.Now().After(until) {
			return true, true, nil
		}
		if goOn, err := a.restoreBatch(ctx, batch); err != nil || !goOn {
			return false, goOn, err
		}
	}
	return false, true, nil
}

func (a *applier) restoreBatch(ctx context.Context, systems []*changedSystem) (goOn bool, err error) {
	goOn, err = store.Change(ctx, a.s.db, a.by, func(tx *store.Tx) (bool, error) {
		if going, err := a.going(tx); err != nil || !going {
			return false, err
		}
		for _, c := range systems {
			if err := c.restore(tx); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	return inHalves(goOn, err, systems, func(some []*changedSystem) (bool, error) { return a.restoreBatch(ctx, some) }, func(c *changedSystem, f *fault.Error) (bool, error) {
		return store.Change(ctx, a.s.db, a.by, func(tx *store.Tx) (bool, error) {
			return true, c.settle(tx, RowStays, []Problem{refusedBy(&plannedRow{readRow: &readRow{}}, f)})
		})
	})
}

func (c *changedSystem) settle(tx *store.Tx, outcome Outcome, problems []Problem) error {
	for _, row := range c.rows {
		if err := settleRow(tx, row, outcome, problems); err != nil {
			return err
		}
	}
	return nil
}

// restore gives the system its former values and takes the links off that the
// import added; links that others added since stay.
func (c *changedSystem) restore(tx *store.Tx) error {
	system, err := changeableSystem(tx, c.id)
	if err != nil {
		return err
	}
	key, err := c.inTheWay(tx, system)
	if err != nil {
		return err
	}
	if key != "" {
		return c.settle(tx, RowStays, []Problem{{Key: key}})
	}
	supplies, err := store.Many[Supply](tx, "part, supplier_id", "system_id = ?", c.id)
	if err != nil {
		return err
	}
	uses, err := store.Many[Use](tx, "", "system_id = ?", c.id)
	if err != nil {
		return err
	}
	suppliers, users := c.added()
	err = system.edit(tx, func(in *SystemInput) error {
		*in = c.rows[0].Former.Was
		in.Suppliers, in.UsedBy = []SupplyInput{}, []uuid.UUID{}
		for _, s := range supplies {
			if link := (SupplyInput{s.SupplierID, s.Part}); !slices.Contains(suppliers, link) {
				in.Suppliers = append(in.Suppliers, link)
			}
		}
		for _, use := range uses {
			if !slices.Contains(users, use.OrganisationID) {
				in.UsedBy = append(in.UsedBy, use.OrganisationID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.settle(tx, RowUndone, []Problem{})
}

// added gives the links that the rows added.
func (c *changedSystem) added() (suppliers []SupplyInput, users []uuid.UUID) {
	for _, row := range c.rows {
		suppliers, users = append(suppliers, row.Former.Suppliers...), append(users, row.Former.UsedBy...)
	}
	return suppliers, users
}

// inTheWay says why the former values of a system are not put back; empty: they
// are.
func (c *changedSystem) inTheWay(tx *store.Tx, system *System) (string, error) {
	at := 0 // the version at which the import left the system, each row taking up the one before
	for _, row := range c.rows {
		switch {
		case row.Former == nil:
			return "import.undo-not-kept", nil
		case at != 0 && row.Former.Version != at:
			return "import.undo-changed", nil
		}
		at = row.SystemVersion
	}
	if system.Version != at {
		return "import.undo-changed", nil
	}
	tx = tx.AsProgram("look what an import's systems carry")
	suppliers, users := c.added()
	if len(users) > 0 {
		confirmed, err := store.Count[Use](tx, "system_id = ? AND organisation_id IN ? AND version > 1", c.id, users)
		if err != nil || confirmed > 0 {
			return "import.undo-confirmed", err
		}
	}
	if len(suppliers) > 0 { // a review may rest on what one of them supplies
		held, err := tx.HeldSystems([]uuid.UUID{c.id})
		if err != nil || len(held) > 0 {
			return "import.undo-review", err
		}
	}
	return "", nil
}
