package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// The acts of taking an import back, in the audit log.
const (
	SystemRemoved   audit.Action = "system.removed"
	SupplierRemoved audit.Action = "supplier.removed"
)

// Obstacle is a system that an import created and that cannot be taken away
// with it.
type Obstacle struct {
	Number    int
	SystemID  uuid.UUID
	Reference string
	Key       string // what stands in the way
}

// UndoImport takes back what an import created, if nobody changed it since and
// nothing hangs on it, and puts back what it changed of systems that were there
// before. Of these, one that somebody changed since is listed and left.
func (s *Service) UndoImport(ctx context.Context, by access.Actor, id uuid.UUID) (*Import, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Import, error) {
		i, err := importIn(tx, id, ImportApplied, ImportStopped)
		if err != nil {
			return nil, err
		}
		rows, err := store.Many[ImportRow](tx, "number", "import_id = ? AND system_id IS NOT NULL", id)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(rows, func(r *ImportRow) bool { return r.Outcome == RowAdded || r.Former != nil }) {
			return nil, fault.Conflict("import.nothing-to-undo")
		}
		in, err := obstacles(tx.AsProgram("look what an import's systems carry"), rows)
		if err != nil {
			return nil, err
		}
		if len(in) > 0 {
			return nil, fault.Conflict("import.undo-stands", fault.Args{"Count": len(in), "First": in[0].Reference})
		}
		i.State, i.EndedAt = ImportTakenBack, nil
		if !by.IsProgram() { // who undoes it answers for that
			i.MadeByID, i.MembershipID = &by.UserID, &by.MembershipID
		}
		return i, tx.Save(i, ImportUndoing, WorkImport{ImportID: id})
	})
}

// Obstacles lists what stands in the way of undoing an import.
func (s *Service) Obstacles(ctx context.Context, by access.Actor, id uuid.UUID) ([]Obstacle, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Obstacle, error) {
		rows, err := store.Many[ImportRow](tx, "number", "import_id = ? AND system_id IS NOT NULL", id)
		if err != nil {
			return nil, err
		}
		return obstacles(tx.AsProgram("look what an import's systems carry"), rows)
	})
}

// obstacles asks, in batches, what the systems of the rows carry.
func obstacles(tx *store.Tx, rows []*ImportRow) ([]Obstacle, error) {
	left := map[uuid.UUID]int{} // the version at which the import left each system
	for _, row := range rows {
		left[*row.SystemID] = max(left[*row.SystemID], row.SystemVersion)
	}
	var all []Obstacle
	made := slices.DeleteFunc(slices.Clone(rows), func(r *ImportRow) bool { return r.Outcome != RowAdded && r.Outcome != RowStays })
	for batch := range slices.Chunk(made, importBatch) {
		ids := make([]uuid.UUID, len(batch))
		for n, row := range batch {
			ids[n] = *row.SystemID
		}
		inWay, systems, err := waysOf(tx, ids)
		if err != nil {
			return nil, err
		}
		for _, row := range batch {
			system := systems[*row.SystemID]
			key := inWay[*row.SystemID]
			if system != nil && key == "" && system.Version != left[*row.SystemID] {
				key = "import.undo-changed"
			}
			if system != nil && key != "" {
				all = append(all, Obstacle{row.Number, system.ID, system.Reference, key})
			}
		}
	}
	return all, nil
}

// waysOf says which of the systems carry something that would be lost.
func waysOf(tx *store.Tx, ids []uuid.UUID) (map[uuid.UUID]string, map[uuid.UUID]*System, error) {
	inWay, systems := map[uuid.UUID]string{}, map[uuid.UUID]*System{}
	var rows []*System
	if err := store.Query[System](tx).Select("id", "reference", "version").Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	for _, system := range rows {
		systems[system.ID] = system
	}
	confirmed, err := store.Many[Use](tx, "", "system_id IN ? AND version > 1", ids)
	if err != nil {
		return nil, nil, err
	}
	for _, use := range confirmed {
		inWay[use.SystemID] = "import.undo-confirmed"
	}
	contracts, err := store.Many[ContractSystem](tx, "", "system_id IN ?", ids)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range contracts {
		inWay[c.SystemID] = "import.undo-contract"
	}
	held, err := tx.HeldSystems(ids)
	for _, id := range held {
		inWay[id] = "import.undo-review"
	}
	return inWay, systems, err
}

// takeBack takes away what the rows created, a batch at a time, puts back what
// they changed, then takes away the suppliers that were made for them.
func (a *applier) takeBack(ctx context.Context, i *Import, until time.Time) (more bool, err error) {
	rows, err := store.Read(ctx, a.s.db, a.by, func(tx *store.Tx) ([]*ImportRow, error) {
		return store.Many[ImportRow](tx, "number", "import_id = ?", i.ID)
	})
	if err != nil {
		return false, err
	}
	todo := slices.DeleteFunc(slices.Clone(rows), func(r *ImportRow) bool { return r.Outcome != RowAdded || r.SystemID == nil })
	for batch := range slices.Chunk(todo, importBatch) {
		if a.s.db.Now().After(until) {
			return true, nil
		}
		if goOn, err := a.takeBackBatch(ctx, batch); err != nil || !goOn {
			return false, err
		}
	}
	if more, goOn, err := a.restore(ctx, rows, until); err != nil || more || !goOn {
		return more, err
	}
	for _, row := range rows {
		for _, supplier := range row.MadeSuppliers {
			if err := a.takeBackSupplier(ctx, supplier); err != nil {
				return false, err
			}
		}
	}
	return false, a.s.settleImport(ctx, a.by, i, ImportGone, ImportUndone)
}

func (a *applier) takeBackBatch(ctx context.Context, rows []*ImportRow) (goOn bool, err error) {
	goOn, err = store.Change(ctx, a.s.db, a.by, func(tx *store.Tx) (bool, error) {
		if going, err := a.going(tx); err != nil || !going {
			return false, err
		}
		inWay, err := obstacles(tx.AsProgram("look what an import's systems carry"), a.withUpdates(tx, rows))
		if err != nil {
			return false, err
		}
		for _, row := range rows {
			at := slices.IndexFunc(inWay, func(o Obstacle) bool { return o.SystemID == *row.SystemID })
			if at >= 0 {
				if err := settleRow(tx, row, RowStays, []Problem{{Key: inWay[at].Key}}); err != nil {
					return false, err
				}
				continue
			}
			if err := removeSystem(tx, row); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	return inHalves(goOn, err, rows, func(some []*ImportRow) (bool, error) { return a.takeBackBatch(ctx, some) }, func(row *ImportRow, _ *fault.Error) (bool, error) {
		return store.Change(ctx, a.s.db, a.by, func(tx *store.Tx) (bool, error) {
			return true, settleRow(tx, row, RowStays, []Problem{{"", "import.undo-referred-to", nil}})
		})
	})
}

// inHalves goes on after a batch: one that was refused is done again by halves,
// until what is refused stands alone.
func inHalves[T any](goOn bool, err error, batch []T, again func([]T) (bool, error), alone func(T, *fault.Error) (bool, error)) (bool, error) {
	f := fault.As(err)
	switch {
	case f == nil:
		return goOn, err
	case len(batch) == 1:
		return alone(batch[0], f)
	}
	half := len(batch) / 2
	if goOn, err = again(batch[:half]); err != nil || !goOn {
		return goOn, err
	}
	return again(batch[half:])
}

// withUpdates adds the rows of the same import that changed the systems again.
func (a *applier) withUpdates(tx *store.Tx, rows []*ImportRow) []*ImportRow {
	ids := make([]uuid.UUID, len(rows))
	for n, row := range rows {
		ids[n] = *row.SystemID
	}
	again, err := store.Many[ImportRow](tx, "number", "import_id = ? AND outcome = ? AND system_id IN ?", a.id, RowUpdated, ids)
	if err != nil {
		return rows // a system that was changed again then counts as changed
	}
	return slices.Concat(rows, again)
}

func settleRow(tx *store.Tx, row *ImportRow, outcome Outcome, problems []Problem) error {
	return store.Query[ImportRow](tx.AsProgram("undo an import")).Where("id = ?", row.ID).
		Updates(map[string]any{"outcome": outcome, "problems": asJSON(problems)}).Error
}

// removeSystem takes away a system with its links, as the actor may.
func removeSystem(tx *store.Tx, row *ImportRow) error {
	system, err := changeableSystem(tx, *row.SystemID)
	if fault.Is(err, fault.KindNotFound) {
		return settleRow(tx, row, RowUndone, []Problem{})
	}
	if err != nil {
		return err
	}
	uses, err := store.All[Use](tx, "", "system_id = ?", system.ID)
	if err != nil {
		return err
	}
	for _, use := range uses {
		if err := tx.Delete(use, UseRemoved); err != nil {
			return err
		}
	}
	if err := store.Query[Supply](tx).Where("system_id = ?", system.ID).Delete(&Supply{}).Error; err != nil {
		return err
	}
	if err := tx.ForgetPairs(system.ID); err != nil {
		return err
	}
	if err := store.Query[ImportRow](tx.AsProgram("undo an import")).Where("system_id = ?", system.ID).
		Updates(map[string]any{"outcome": RowUndone, "system_id": nil}).Error; err != nil {
		return err
	}
	return tx.Delete(system, SystemRemoved)
}

// takeBackSupplier takes away a supplier that an import made, if it has nothing
// else by now.
func (a *applier) takeBackSupplier(ctx context.Context, id uuid.UUID) error {
	_, err := store.Change(ctx, a.s.db, a.by, func(tx *store.Tx) (bool, error) {
		supplier, err := store.Lock[Supplier](tx, id)
		if err != nil || supplier.Version > 1 {
			return false, err
		}
		carried, err := carriedBy(tx.AsProgram("look what an import's suppliers carry"), id)
		if err != nil || carried > 0 {
			return false, err
		}
		if err := tx.ForgetPairs(id); err != nil {
			return false, err
		}
		return true, tx.Delete(supplier, SupplierRemoved)
	})
	if fault.As(err) != nil { // gone already, or something refers to it: it stays
		return nil //nolint:nilerr // what stays does no harm
	}
	return err
}

func carriedBy(tx *store.Tx, supplier uuid.UUID) (int, error) {
	counts := []func() (int, error){
		func() (int, error) { return store.Count[Supply](tx, "supplier_id = ?", supplier) },
		func() (int, error) { return store.Count[Contract](tx, "supplier_id = ?", supplier) },
		func() (int, error) { return store.Count[Certificate](tx, "supplier_id = ?", supplier) },
		func() (int, error) { return store.Count[Subcontractor](tx, "supplier_id = ?", supplier) },
		func() (int, error) { return store.Count[identity.Membership](tx, "supplier_id = ?", supplier) },
		func() (int, error) { return store.Count[identity.Invitation](tx, "supplier_id = ?", supplier) },
	}
	for _, count := range counts {
		if n, err := count(); err != nil || n > 0 {
			return n, err
		}
	}
	return 0, nil
}
