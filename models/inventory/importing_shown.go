package inventory

import (
	"context"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/store"
)

// ImportView is an import as people look at it: what it would do before it is
// applied, how far it is, what became of it.
type ImportView struct {
	*Import
	// Counts by what becomes, or became, of rows.
	Added, Updated, Left, Wrong, Undone, Stays int
	Done                                       int      // rows that are settled
	NewSuppliers                               []string // that it would create
	Problems                                   []RowProblem
	ProblemsTotal                              int
	First                                      []FirstRow
	KeptHeadings                               []string // of columns that fill no field
	MissingFields                              []ImportField
}

// RowProblem is a problem with the number of its row.
type RowProblem struct {
	Number int
	Problem
}

// FirstRow is one of the first rows as it will be taken.
type FirstRow struct {
	Number  int
	Cells   []string
	Outcome Outcome
}

// The most of it that is shown at once.
const (
	problemsShown = 200
	firstShown    = 5
)

// Import shows one import.
func (s *Service) Import(ctx context.Context, by access.Actor, id uuid.UUID) (*ImportView, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*ImportView, error) {
		i, err := store.Find[Import](tx, id)
		if err != nil {
			return nil, err
		}
		v := &ImportView{Import: i}
		v.columns()
		if i.State == ImportRead {
			plan, err := planImport(tx, i)
			if err != nil {
				return nil, err
			}
			v.foresee(plan)
			rows, err := store.Many[ImportRow](tx, "number", "import_id = ? AND number <= ?", id, plan.rows[min(firstShown, len(plan.rows))-1].number)
			for n, row := range rows {
				v.First = append(v.First, FirstRow{row.Number, row.Cells, plan.rows[n].outcome})
			}
			return v, err
		}
		return v, v.tell(tx)
	})
}

// columns says which columns are kept, and which fields that matter no column fills.
func (v *ImportView) columns() {
	filled := map[ImportField]bool{}
	for n, heading := range v.Headings {
		filled[v.Mapping[n]] = true
		if v.Mapping[n] == "" {
			v.KeptHeadings = append(v.KeptHeadings, heading)
		}
	}
	for _, field := range []ImportField{FieldNameEn, FieldHost, FieldSuppliers, FieldPart} {
		if !filled[field] && !(field == FieldNameEn && filled[FieldNameCy]) {
			v.MissingFields = append(v.MissingFields, field)
		}
	}
}

func (v *ImportView) count(outcome Outcome, n int) {
	switch outcome {
	case RowAdded:
		v.Added += n
	case RowUpdated:
		v.Updated += n
	case RowLeft:
		v.Left += n
	case RowWrong:
		v.Wrong += n
	case RowUndone:
		v.Undone += n
	case RowStays:
		v.Stays += n
	}
}

func (v *ImportView) problem(number int, problems []Problem) {
	for _, p := range problems {
		if v.ProblemsTotal++; len(v.Problems) < problemsShown {
			v.Problems = append(v.Problems, RowProblem{number, p})
		}
	}
}

func (v *ImportView) foresee(plan *importPlan) {
	v.NewSuppliers = plan.newSuppliers
	for _, p := range plan.rows {
		v.count(p.outcome, 1)
		v.problem(p.number, p.problems)
	}
}

// tell reads what became of the rows so far.
func (v *ImportView) tell(tx *store.Tx) error {
	var counts []struct {
		Outcome Outcome
		N       int
	}
	err := store.Query[ImportRow](tx).Select("outcome", "count(*) AS n").Where("import_id = ?", v.ID).Group("outcome").Find(&counts).Error
	if err != nil {
		return err
	}
	for _, c := range counts {
		v.count(c.Outcome, c.N)
		if c.Outcome != "" {
			v.Done += c.N
		}
	}
	rows, err := store.Many[ImportRow](tx, "number", "import_id = ? AND outcome IN ?", v.ID, []Outcome{RowWrong, RowStays})
	for _, row := range rows {
		v.problem(row.Number, row.Problems)
	}
	return err
}

// Percent is how much of the work is done, rounded down. While an import is
// undone it counts what is taken back.
func (v *ImportView) Percent() int {
	if v.State == ImportTakenBack {
		return 100 * (v.Undone + v.Stays) / max(v.Undone+v.Stays+v.Added+v.Updated, 1)
	}
	return 100 * v.Done / max(v.RowsCount, 1)
}

// Working reports whether a job is at work on it.
func (v *ImportView) Working() bool { return v.State == ImportApplying || v.State == ImportTakenBack }
