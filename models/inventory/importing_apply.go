package inventory

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

const (
	// importBatch is how many rows one change enters: few enough that others
	// are not kept waiting, and that a cancel is heard soon.
	importBatch = 200
	// importTurn is how long one run of the job works, so that a run that was
	// cut off is taken up again within minutes.
	importTurn = 30 * time.Second
)

// applier enters the rows of an import, or takes them back.
type applier struct {
	s      *Service
	by     access.Actor
	id     uuid.UUID
	state  ImportState          // in which the import must be for the work to go on
	made   map[string]uuid.UUID // suppliers of this run by their folded names
	byRow  map[int]uuid.UUID    // the system of each row that was entered
	inRows map[int]*ImportRow
}

// GoOnWithImport works on an import for a while, and reports whether there is
// more to do. Rows that an earlier run entered are not entered again.
func (s *Service) GoOnWithImport(ctx context.Context, id uuid.UUID) (more bool, err error) {
	until := s.db.Now().Add(importTurn)
	i, err := store.Read(ctx, s.db, access.Program("import the inventory"), func(tx *store.Tx) (*Import, error) { return store.Find[Import](tx, id) })
	if err != nil {
		return false, err
	}
	if i.State != ImportApplying && i.State != ImportTakenBack {
		return false, nil
	}
	by, err := store.Read(ctx, s.db, access.Program("import the inventory"), func(tx *store.Tx) (access.Actor, error) { return actingFor(tx, i) })
	if fault.Is(err, fault.KindUnauthenticated) { // the person has left: nobody answers for the rest
		return false, s.settleImport(ctx, access.Program("import the inventory"), i, ImportStopped, ImportCancelled)
	}
	if err != nil {
		return false, err
	}
	a := &applier{s: s, by: by, id: id, state: i.State, made: map[string]uuid.UUID{}, byRow: map[int]uuid.UUID{}}
	if i.State == ImportTakenBack {
		return a.takeBack(ctx, i, until)
	}
	return a.enter(ctx, i, until)
}

func (s *Service) settleImport(ctx context.Context, by access.Actor, i *Import, state ImportState, action audit.Action) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		now, err := store.Lock[Import](tx, i.ID)
		if err != nil || now.State != i.State {
			return false, err
		}
		at := tx.Now()
		now.State, now.EndedAt = state, &at
		return true, tx.Save(now, action)
	})
	return err
}

func (a *applier) enter(ctx context.Context, i *Import, until time.Time) (more bool, err error) {
	plan, err := store.Read(ctx, a.s.db, a.by, func(tx *store.Tx) (*importPlan, error) {
		rows, err := store.Many[ImportRow](tx, "number", "import_id = ?", i.ID)
		if err != nil {
			return nil, err
		}
		a.inRows = map[int]*ImportRow{}
		for _, row := range rows {
			a.inRows[row.Number] = row
			if row.SystemID != nil {
				a.byRow[row.Number] = *row.SystemID
			}
		}
		return planImport(tx, i)
	})
	if err != nil {
		return false, err
	}
	todo := slices.DeleteFunc(plan.rows, func(p *plannedRow) bool { return p.done != "" })
	for batch := range slices.Chunk(todo, importBatch) {
		if a.s.db.Now().After(until) {
			return true, nil
		}
		goOn, err := a.batch(ctx, batch)
		if err != nil || !goOn {
			return false, err
		}
	}
	return false, a.s.settleImport(ctx, a.by, i, ImportApplied, ImportEnded)
}

// batch enters rows in one change. One that is refused is found by halving:
// the others are entered, and it is marked with what stands in the way.
func (a *applier) batch(ctx context.Context, rows []*plannedRow) (goOn bool, err error) {
	var made map[string]uuid.UUID
	var systems map[int]uuid.UUID
	goOn, err = store.Change(ctx, a.s.db, a.by, func(tx *store.Tx) (bool, error) {
		made, systems = map[string]uuid.UUID{}, map[int]uuid.UUID{}
		if going, err := a.going(tx); err != nil || !going {
			return false, err
		}
		for _, p := range rows {
			if err := a.row(tx, p, made, systems); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	if f := fault.As(err); f != nil {
		if len(rows) > 1 {
			half := len(rows) / 2
			if goOn, err = a.batch(ctx, rows[:half]); err != nil || !goOn {
				return goOn, err
			}
			return a.batch(ctx, rows[half:])
		}
		rows[0].outcome = RowWrong
		rows[0].problems = []Problem{refusedBy(rows[0], f)}
		return a.batch(ctx, rows)
	}
	for name, id := range made {
		a.made[name] = id
	}
	for n, id := range systems {
		a.byRow[n] = id
	}
	return goOn, err
}

func refusedBy(p *plannedRow, f *fault.Error) Problem {
	if len(f.Fields) > 0 {
		return Problem{p.columns[fieldOf[f.Fields[0].Location]], f.Fields[0].Key, f.Fields[0].Args}
	}
	return Problem{Key: f.Key, Args: f.Args}
}

// going holds the import, so that a cancel waits for this change or this change
// for the cancel.
func (a *applier) going(tx *store.Tx) (bool, error) {
	i, err := store.Lock[Import](tx.AsProgram("import the inventory"), a.id)
	return err == nil && i.State == a.state, err
}

func (a *applier) row(tx *store.Tx, p *plannedRow, made map[string]uuid.UUID, systems map[int]uuid.UUID) error {
	kept := map[string]any{"outcome": p.outcome, "problems": asJSON(known(p.problems)), "kept": asJSON([]Kept{})}
	if p.outcome == RowAdded || p.outcome == RowUpdated {
		supplies, suppliers, err := a.suppliersOf(tx, p, made)
		if err != nil {
			return err
		}
		system, former, err := a.entered(tx, p, supplies, systems)
		if err != nil {
			return err
		}
		if former != nil {
			kept["former"] = asJSON(former)
		}
		systems[p.number] = system.ID
		kept["system_id"], kept["system_version"] = system.ID, system.Version
		kept["kept"], kept["made_suppliers"] = asJSON(known(p.kept)), asJSON(known(suppliers))
	}
	return store.Query[ImportRow](tx.AsProgram("import the inventory")).Where("id = ? AND outcome = ''", a.inRows[p.number].ID).Updates(kept).Error
}

func asJSON(v any) string {
	body, _ := json.Marshal(v) // texts, numbers and identities only
	return string(body)
}

// suppliersOf gives the suppliers of a row, made where they are new.
func (a *applier) suppliersOf(tx *store.Tx, p *plannedRow, made map[string]uuid.UUID) (supplies []SupplyInput, added []uuid.UUID, err error) {
	for _, s := range p.supplies {
		id := s.supplier
		name := folded(s.name)
		if id == uuid.Nil {
			id = a.made[name]
		}
		if id == uuid.Nil {
			id = made[name]
		}
		if id == uuid.Nil {
			supplier, err := AddSupplierIn(tx, SupplierInput{Name: s.name})
			if err != nil {
				return nil, nil, err
			}
			id = supplier.ID
			made[name], added = id, append(added, id)
		}
		for _, part := range s.parts {
			supplies = append(supplies, SupplyInput{id, part})
		}
	}
	return supplies, added, nil
}

// entered makes the system of a row, or changes the one that stands: what the
// row leaves out stays, and nobody is taken off. Of one that stood it gives what
// undoing the import will put back.
func (a *applier) entered(tx *store.Tx, p *plannedRow, supplies []SupplyInput, systems map[int]uuid.UUID) (*System, *Former, error) {
	id := p.system
	if id == uuid.Nil && p.repeats != 0 {
		id = systems[p.repeats]
	}
	if id == uuid.Nil && p.repeats != 0 {
		id = a.byRow[p.repeats]
	}
	if id == uuid.Nil {
		in := SystemInput{HostOrganisationID: p.host, Suppliers: supplies, UsedBy: p.users}
		for _, set := range p.sets {
			set(&in)
		}
		system, err := AddSystemIn(tx, in)
		return system, nil, err
	}
	standing, err := store.Many[Supply](tx, "part, supplier_id", "system_id = ?", id)
	if err != nil {
		return nil, nil, err
	}
	uses, err := store.Many[Use](tx, "", "system_id = ?", id)
	if err != nil {
		return nil, nil, err
	}
	system, err := changeableSystem(tx, id)
	if err != nil {
		return nil, nil, err
	}
	former := &Former{Version: system.Version, Suppliers: []SupplyInput{}, UsedBy: []uuid.UUID{}}
	return system, former, system.edit(tx, func(in *SystemInput) error {
		former.Was = *in
		if p.host != uuid.Nil {
			in.HostOrganisationID = p.host
		}
		for _, set := range p.sets {
			set(in)
		}
		for _, s := range standing {
			in.Suppliers = append(in.Suppliers, SupplyInput{s.SupplierID, s.Part})
		}
		for _, s := range supplies {
			if !slices.Contains(in.Suppliers, s) {
				in.Suppliers, former.Suppliers = append(in.Suppliers, s), append(former.Suppliers, s)
			}
		}
		in.UsedBy = []uuid.UUID{}
		for _, use := range uses {
			in.UsedBy = append(in.UsedBy, use.OrganisationID)
		}
		for _, user := range p.users {
			if !slices.Contains(in.UsedBy, user) {
				in.UsedBy, former.UsedBy = append(in.UsedBy, user), append(former.UsedBy, user)
			}
		}
		return nil
	})
}
