package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
)

type importColumnOut struct {
	Column string                `json:"column"`
	Field  inventory.ImportField `json:"field" doc:"Empty: the column is kept with the import"`
}

type importProblemOut struct {
	Row     int    `json:"row"`
	Column  string `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type importCounts struct {
	Added   int `json:"added"`
	Updated int `json:"updated"`
	Left    int `json:"left"`
	Wrong   int `json:"wrong"`
	Undone  int `json:"undone"`
	Stays   int `json:"stays"`
}

type importOut struct {
	ID            uuid.UUID             `json:"id"`
	Version       int                   `json:"version"`
	CreatedAt     time.Time             `json:"created_at"`
	FileName      string                `json:"file_name"`
	Encoding      string                `json:"encoding"`
	State         inventory.ImportState `json:"state"`
	MadeBy        string                `json:"made_by"`
	Rows          int                   `json:"rows"`
	Done          int                   `json:"done"`
	Columns       []importColumnOut     `json:"columns"`
	Duplicates    inventory.Duplicates  `json:"duplicates"`
	Counts        importCounts          `json:"counts" doc:"What would become of rows, while the state is read; then what became of them"`
	NewSuppliers  []string              `json:"new_suppliers"`
	Problems      []importProblemOut    `json:"problems"`
	ProblemsTotal int                   `json:"problems_total"`
}

func showImport(ctx context.Context, v *inventory.ImportView) importOut {
	out := importOut{ID: v.ID, Version: v.Version, CreatedAt: v.CreatedAt, FileName: v.FileName, Encoding: v.Encoding, State: v.State, MadeBy: v.MadeByName,
		Rows: v.RowsCount, Done: v.Done, Columns: []importColumnOut{}, Duplicates: v.Duplicates, NewSuppliers: append([]string{}, v.NewSuppliers...),
		Counts: importCounts{v.Added, v.Updated, v.Left, v.Wrong, v.Undone, v.Stays}, Problems: []importProblemOut{}, ProblemsTotal: v.ProblemsTotal}
	for n, heading := range v.Headings {
		out.Columns = append(out.Columns, importColumnOut{heading, v.Mapping[n]})
	}
	for _, p := range v.Problems {
		out.Problems = append(out.Problems, importProblemOut{p.Number, p.Column, p.Key, say(request.From(ctx), p.Key, p.Args)})
	}
	return out
}

func (a *API) imported(ctx context.Context, id uuid.UUID, err error) (*thing[importOut], error) {
	if err != nil {
		return nil, err
	}
	v, err := a.Inventory.Import(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, v.Version, showImport(ctx, v)), nil
}

// BringImport keeps a list of systems and says what it would do. With
// dry_run=false it is applied at once, if nothing is wrong with any row.
func (a *API) BringImport(c *fiber.Ctx) error {
	dry := cmp.Or(request.Field(c, "dry_run"), "true")
	if dry != "true" && dry != "false" {
		return fault.Invalid("invalid").On("dry_run", "import.dry-run")
	}
	ctx := c.UserContext()
	file, err := request.ReadTable(c)
	if err != nil {
		return err
	}
	i, err := a.Inventory.BeginImport(ctx, actor(ctx), file)
	if err != nil {
		return err
	}
	v, err := a.Inventory.Import(ctx, actor(ctx), i.ID)
	if err == nil && dry == "false" && v.ProblemsTotal == 0 {
		if _, err = a.Inventory.ApplyImport(ctx, actor(ctx), i.ID); err == nil {
			v, err = a.Inventory.Import(ctx, actor(ctx), i.ID)
		}
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, etag(v.Version))
	return c.Status(fiber.StatusCreated).JSON(showImport(ctx, v))
}

// Import gives one import: what it would do, how far it is, what became of it.
func (a *API) Import(ctx context.Context, in *ByID) (*thing[importOut], error) {
	return a.imported(ctx, in.ID, nil)
}

// ApplyImport enters the rows that nothing is wrong with.
func (a *API) ApplyImport(ctx context.Context, in *struct {
	ByID
	Body struct {
		Columns    []inventory.ImportField `json:"columns,omitempty" doc:"What each column fills, in their order; left out: as it stands"`
		Duplicates inventory.Duplicates    `json:"duplicates,omitempty" enum:"leave,update"`
	}
}) (*thing[importOut], error) {
	if in.Body.Columns != nil || in.Body.Duplicates != "" {
		if _, err := a.Inventory.MapImport(ctx, actor(ctx), in.ID, in.Body.Columns, in.Body.Duplicates); err != nil {
			return nil, err
		}
	}
	_, err := a.Inventory.ApplyImport(ctx, actor(ctx), in.ID)
	return a.imported(ctx, in.ID, err)
}

// CancelImport stops an import.
func (a *API) CancelImport(ctx context.Context, in *ByID) (*thing[importOut], error) {
	_, err := a.Inventory.CancelImport(ctx, actor(ctx), in.ID)
	return a.imported(ctx, in.ID, err)
}

// UndoImport takes back what an import created and changed.
func (a *API) UndoImport(ctx context.Context, in *ByID) (*thing[importOut], error) {
	_, err := a.Inventory.UndoImport(ctx, actor(ctx), in.ID)
	return a.imported(ctx, in.ID, err)
}
