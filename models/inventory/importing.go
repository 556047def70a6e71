package inventory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// The acts on imports in the audit log.
const (
	ImportBrought   audit.Action = "inventory_import.brought"
	ImportMapped    audit.Action = "inventory_import.mapped"
	ImportBegun     audit.Action = "inventory_import.begun"
	ImportEnded     audit.Action = "inventory_import.ended"
	ImportCancelled audit.Action = "inventory_import.cancelled"
	ImportUndoing   audit.Action = "inventory_import.undoing"
	ImportUndone    audit.Action = "inventory_import.undone"
)

// ImportState says how far an import is.
type ImportState string

// The states of an import.
const (
	ImportRead      ImportState = "read"     // the file is here, nothing is in the inventory
	ImportApplying  ImportState = "applying" // rows are being entered
	ImportApplied   ImportState = "applied"
	ImportStopped   ImportState = "cancelled"
	ImportTakenBack ImportState = "undoing" // what it did is being taken back
	ImportGone      ImportState = "undone"
)

// Duplicates says what becomes of rows whose system is in the inventory already.
type Duplicates string

// What may become of them: they are never entered twice.
const (
	LeaveDuplicates  Duplicates = "leave"
	UpdateDuplicates Duplicates = "update"
)

// Outcome says what became of a row. Empty: nothing yet.
type Outcome string

// The outcomes of a row.
const (
	RowAdded   Outcome = "added"
	RowUpdated Outcome = "updated"
	RowLeft    Outcome = "left"  // its system was there already
	RowWrong   Outcome = "wrong" // it says something that cannot be taken
	RowUndone  Outcome = "undone"
	RowStays   Outcome = "stays" // could not be taken back
)

// Import is a file of systems that an official brought, and how far it is.
type Import struct {
	store.Row
	FileName string
	Encoding string   // of the file, as it was found
	Headings []string `gorm:"serializer:json"`
	// Mapping is the field that each column fills; empty: the column is kept
	// with the import.
	Mapping        []ImportField `gorm:"serializer:json"`
	RowsCount      int
	Duplicates     Duplicates
	State          ImportState
	MadeByID       *uuid.UUID
	MembershipID   *uuid.UUID
	MadeByName     string
	OrganisationID *uuid.UUID
	BeganAt        *time.Time
	EndedAt        *time.Time
}

// TableName names the table.
func (Import) TableName() string { return "inventory_imports" }

// importsOf limits what belongs to imports to those of the actor's own
// organisations; nationally all are seen.
func importsOf(by access.Actor) store.Condition {
	switch {
	case by.IsProgram(), by.National() && by.Holds(access.InventoryChange):
		return store.Everything
	case by.OnSupplierSide(), !by.Holds(access.InventoryChange), len(by.OrganisationIDs) == 0:
		return store.Nothing
	}
	args := make([]any, len(by.OrganisationIDs))
	for i, id := range by.OrganisationIDs {
		args[i] = id
	}
	return store.Condition{SQL: "inventory_imports.organisation_id IN (?" + strings.Repeat(", ?", len(args)-1) + ")", Args: args}
}

// Scope is that of the organisation whose official brought the file.
func (Import) Scope(by access.Actor) store.Condition { return importsOf(by) }

// AuditKind names the thing in the audit log.
func (*Import) AuditKind() string { return "inventory_import" }

// AuditAbout is the import itself.
func (i *Import) AuditAbout() uuid.UUID { return i.ID }

// Kept is a cell of a column that fills no field.
type Kept struct {
	Heading string `json:"heading"`
	Value   string `json:"value"`
}

// Problem is what is wrong with a row: at which column, and what to do.
type Problem struct {
	Column string     `json:"column"` // its heading in the file; empty: the whole row
	Key    string     `json:"key"`
	Args   fault.Args `json:"args,omitempty"`
}

// ImportRow is one row of the file, as it was, and what became of it.
type ImportRow struct {
	store.Row
	ImportID      uuid.UUID
	Number        int      // in the file, the headings being 1
	Cells         []string `gorm:"serializer:json"`
	Outcome       Outcome
	Problems      []Problem `gorm:"serializer:json"`
	Kept          []Kept    `gorm:"serializer:json"`
	SystemID      *uuid.UUID
	SystemVersion int         // as the import left it
	MadeSuppliers []uuid.UUID `gorm:"serializer:json"`
	Former        *Former     `gorm:"serializer:json"` // of a system that it changed
}

// TableName names the table.
func (ImportRow) TableName() string { return "inventory_import_rows" }

// Scope is that of the import. Who reads the system alone sees what was kept of
// it by ImportedOf.
func (ImportRow) Scope(by access.Actor) store.Condition {
	of := importsOf(by)
	if of.SQL == store.Everything.SQL || of.SQL == store.Nothing.SQL {
		return of
	}
	return store.Condition{SQL: "inventory_import_rows.import_id IN (SELECT id FROM inventory_imports WHERE " + of.SQL + ")", Args: of.Args}
}

// The bounds of a file: more is better brought in parts, which can be undone
// one by one.
const (
	MaxImportRows    = 20_000
	MaxImportColumns = 200
	MaxImportCell    = 5_000 // characters
)

// ImportFile is a table as it was read from a file.
type ImportFile struct {
	Name     string
	Encoding string
	Headings []string
	Rows     []ImportedCells
}

// ImportedCells is a row of a file with its number there.
type ImportedCells struct {
	Number int
	Cells  []string
}

func mayImport(by access.Actor) error {
	if by.OnSupplierSide() || !by.Holds(access.InventoryChange) {
		return fault.Forbidden("forbidden")
	}
	return nil
}

// rowsAtOnce is how many rows one statement inserts.
const rowsAtOnce = 200

// BeginImport keeps a file with a guess of what its columns mean. Nothing of
// it is in the inventory yet.
func (s *Service) BeginImport(ctx context.Context, by access.Actor, f ImportFile) (*Import, error) {
	if err := mayImport(by); err != nil {
		return nil, err
	}
	switch {
	case len(f.Headings) == 0:
		return nil, fault.Invalid("invalid").On("file", "import.empty")
	case len(f.Headings) > MaxImportColumns:
		return nil, fault.Invalid("invalid").On("file", "import.too-many-columns", fault.Args{"Max": MaxImportColumns})
	case len(f.Rows) == 0:
		return nil, fault.Invalid("invalid").On("file", "import.only-headings")
	case len(f.Rows) > MaxImportRows:
		return nil, fault.Invalid("invalid").On("file", "import.too-many-rows", fault.Args{"Max": MaxImportRows})
	}
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Import, error) {
		i := &Import{FileName: f.Name, Encoding: f.Encoding, Headings: f.Headings, Mapping: GuessMapping(f.Headings), RowsCount: len(f.Rows),
			Duplicates: LeaveDuplicates, State: ImportRead, MadeByName: by.Name}
		if !by.IsProgram() {
			i.MadeByID, i.MembershipID = &by.UserID, &by.MembershipID
		}
		if by.OrganisationID != uuid.Nil {
			i.OrganisationID = &by.OrganisationID
		}
		if err := tx.Create(i, ImportBrought); err != nil {
			return nil, err
		}
		rows := make([]*ImportRow, len(f.Rows))
		for n, row := range f.Rows {
			rows[n] = &ImportRow{Row: store.NewRow(), ImportID: i.ID, Number: row.Number, Cells: row.Cells,
				Problems: []Problem{}, Kept: []Kept{}, MadeSuppliers: []uuid.UUID{}}
			rows[n].Version, rows[n].CreatedAt = 1, tx.Now()
		}
		return i, store.Query[ImportRow](tx).CreateInBatches(rows, rowsAtOnce).Error
	})
}

// MapImport says anew what the columns mean, and what becomes of rows whose
// system is there already.
func (s *Service) MapImport(ctx context.Context, by access.Actor, id uuid.UUID, mapping []ImportField, duplicates Duplicates) (*Import, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Import, error) {
		i, err := importIn(tx, id, ImportRead)
		if err != nil {
			return nil, err
		}
		if mapping != nil {
			if err := checkMapping(mapping, i.Headings); err != nil {
				return nil, err
			}
			i.Mapping = mapping
		}
		if duplicates != "" {
			if duplicates != LeaveDuplicates && duplicates != UpdateDuplicates {
				return nil, fault.Invalid("invalid").On("duplicates", "import.duplicates-unknown")
			}
			i.Duplicates = duplicates
		}
		return i, tx.Save(i, ImportMapped)
	})
}

func checkMapping(mapping []ImportField, headings []string) error {
	if len(mapping) != len(headings) {
		return fault.Invalid("invalid").On("mapping", "import.mapping-length")
	}
	invalid := fault.Invalid("invalid")
	for n, field := range mapping {
		at := "mapping/" + asText(n)
		switch {
		case field == "":
		case !slices.Contains(ImportFields, field):
			invalid.On(at, "import.field-unknown")
		case slices.Contains(mapping[:n], field):
			invalid.On(at, "import.field-twice")
		}
	}
	return invalid.OrNil()
}

// importIn loads an import that is in one of the states.
func importIn(tx *store.Tx, id uuid.UUID, states ...ImportState) (*Import, error) {
	i, err := store.Lock[Import](tx, id)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(states, i.State) {
		return nil, fault.Conflict("import.wrong-state", fault.Args{"State": string(i.State)})
	}
	return i, nil
}

// ApplyImport begins to enter the rows that nothing is wrong with. A job goes
// on with it.
func (s *Service) ApplyImport(ctx context.Context, by access.Actor, id uuid.UUID) (*Import, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Import, error) {
		i, err := importIn(tx, id, ImportRead)
		if err != nil {
			return nil, err
		}
		plan, err := planImport(tx, i)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(plan.rows, func(p *plannedRow) bool { return p.outcome == RowAdded || p.outcome == RowUpdated }) {
			return nil, fault.Conflict("import.nothing-to-do")
		}
		now := tx.Now()
		i.State, i.BeganAt = ImportApplying, &now
		if !by.IsProgram() { // who begins it answers for it
			i.MadeByID, i.MembershipID, i.MadeByName = &by.UserID, &by.MembershipID, by.Name
		}
		return i, tx.Save(i, ImportBegun, WorkImport{ImportID: id})
	})
}

// CancelImport stops an import: what was entered so far stays, and can be undone.
func (s *Service) CancelImport(ctx context.Context, by access.Actor, id uuid.UUID) (*Import, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Import, error) {
		i, err := importIn(tx, id, ImportRead, ImportApplying)
		if err != nil {
			return nil, err
		}
		now := tx.Now()
		i.State, i.EndedAt = ImportStopped, &now
		return i, tx.Save(i, ImportCancelled)
	})
}

// WorkImport is the job that goes on with an import or its undoing.
type WorkImport struct {
	ImportID uuid.UUID `json:"import_id"`
}

// Kind names the job.
func (WorkImport) Kind() string { return "inventory.import" }

// actingFor gives the actor for whom an import works.
func actingFor(tx *store.Tx, i *Import) (access.Actor, error) {
	if i.MadeByID == nil || i.MembershipID == nil {
		return access.Program("import the inventory"), nil
	}
	return identity.ActingIn(tx, *i.MadeByID, *i.MembershipID)
}

// Imports lists the imports, the latest first.
func (s *Service) Imports(ctx context.Context, by access.Actor, p store.Paging) (store.List[*Import], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Import], error) {
		if err := mayImport(by); err != nil {
			return store.List[*Import]{}, err
		}
		return store.Paged[Import](tx, store.Query[Import](tx), p, store.Columns{"created_at": "created_at"}, "-created_at")
	})
}

// ImportedOf gives what imports kept of a system's row, the latest import first.
func (s *Service) ImportedOf(ctx context.Context, by access.Actor, system uuid.UUID) ([]Kept, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Kept, error) {
		if _, err := store.Find[System](tx, system); err != nil || by.OnSupplierSide() {
			return nil, err
		}
		rows, err := store.Many[ImportRow](tx.AsProgram("show what an import kept"), "created_at DESC, number DESC", "system_id = ?", system)
		var kept []Kept
		for _, row := range rows {
			for _, cell := range row.Kept {
				if !slices.ContainsFunc(kept, func(k Kept) bool { return k.Heading == cell.Heading }) {
					kept = append(kept, cell)
				}
			}
		}
		return kept, err
	})
}
