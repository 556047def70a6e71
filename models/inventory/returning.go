package inventory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// InventoryReturned is the act of saying that a part of the inventory is complete.
const InventoryReturned audit.Action = "inventory_return.made"

// Return is what an organisation says of the systems that it hosts: that they
// are all entered, or that it has none, as of a day. What is not said is not
// known: an empty list alone tells nobody whether anybody looked.
type Return struct {
	store.Row
	OrganisationID uuid.UUID     `json:"organisation_id"`
	AsOf           calendar.Date `json:"as_of"`
	NilReturn      bool          `json:"nil_return"`
	SystemsCount   int           `json:"systems_count"` // entered when it was said
	SaidByID       *uuid.UUID    `json:"said_by_id"`
	SaidByName     string        `json:"said_by_name"`
	SaidByTitle    string        `json:"said_by_title"`
}

// TableName names the table.
func (Return) TableName() string { return "inventory_returns" }

// Scope lets everybody on our side who reads the inventory see who has returned
// theirs; a supplier does not.
func (Return) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Holders(by, access.InventoryRead, "")
}

// AuditKind names the thing in the audit log.
func (*Return) AuditKind() string { return "inventory_return" }

// AuditAbout is the organisation.
func (r *Return) AuditAbout() uuid.UUID { return r.OrganisationID }

// ReturnInput is what is said.
type ReturnInput struct {
	AsOf      calendar.Date `json:"as_of"`
	NilReturn bool          `json:"nil_return,omitempty"`
}

func (in ReturnInput) check(systems int, today calendar.Date) error {
	invalid := fault.Invalid("invalid")
	switch _, ok := calendar.Parse(string(in.AsOf)); {
	case !ok:
		invalid.On("as_of", "date.wrong")
	case in.AsOf > today:
		invalid.On("as_of", "return.in-future")
	}
	switch {
	case in.NilReturn && systems > 0:
		invalid.On("says", "return.not-nil", fault.Args{"Count": systems})
	case !in.NilReturn && systems == 0:
		invalid.On("says", "return.nothing-entered")
	}
	return invalid.OrNil()
}

// MayReturn reports whether an actor may say so for an organisation: one of its
// officials, or a national one.
func MayReturn(by access.Actor, organisation uuid.UUID) bool {
	if by.OnSupplierSide() || !by.Holds(access.InventoryChange) {
		return by.IsProgram()
	}
	return by.National() || slices.Contains(by.OrganisationIDs, organisation)
}

// ReturnInventory records what an organisation says of its part of the inventory.
func (s *Service) ReturnInventory(ctx context.Context, by access.Actor, organisation uuid.UUID, in ReturnInput) (*Return, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Return, error) {
		if _, err := store.Find[directory.Organisation](tx, organisation); err != nil {
			return nil, err
		}
		if !MayReturn(by, organisation) {
			return nil, fault.Forbidden("forbidden")
		}
		systems, err := store.Count[System](tx, "host_organisation_id = ? AND status <> ?", organisation, Retired)
		if err != nil {
			return nil, err
		}
		if err := in.check(systems, calendar.On(tx.Now())); err != nil {
			return nil, err
		}
		r := &Return{OrganisationID: organisation, AsOf: in.AsOf, NilReturn: in.NilReturn, SystemsCount: systems, SaidByName: by.Name}
		if !by.IsProgram() {
			user, err := store.Find[identity.User](tx.AsProgram("name who says so"), by.UserID)
			if err != nil {
				return nil, err
			}
			r.SaidByID, r.SaidByTitle = &user.ID, user.JobTitle
		}
		return r, tx.Create(r, InventoryReturned)
	})
}

// ReturnLine is an organisation with its latest return.
type ReturnLine struct {
	OrganisationID uuid.UUID
	Name           lang.Text
	Latest         *Return
	Given          bool // as of the day asked for, or later
}

// Returns lists the organisations with their latest return, those first that
// have none as of the day or later. A programme asks about its own hosts; none
// named are all of the NHS.
func (s *Service) Returns(ctx context.Context, by access.Actor, since calendar.Date, of ...uuid.UUID) ([]ReturnLine, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]ReturnLine, error) {
		if by.OnSupplierSide() || !by.Holds(access.InventoryRead) {
			return nil, fault.Forbidden("forbidden")
		}
		return ReturnsIn(tx, since, of...)
	})
}

// ReturnsIn is Returns within a read.
func ReturnsIn(tx *store.Tx, since calendar.Date, of ...uuid.UUID) ([]ReturnLine, error) {
	organisations, err := store.Many[directory.Organisation](tx, "name_en, id", "kind NOT IN ?",
		[]directory.Kind{directory.Government, directory.OutsideNHS})
	if err != nil {
		return nil, err
	}
	rows, err := store.Many[Return](tx, "as_of, created_at, id", "")
	latest := map[uuid.UUID]*Return{}
	for _, row := range rows {
		latest[row.OrganisationID] = row
	}
	var missing, given []ReturnLine
	for _, o := range organisations {
		if len(of) > 0 && !slices.Contains(of, o.ID) {
			continue
		}
		line := ReturnLine{OrganisationID: o.ID, Name: o.Name, Latest: latest[o.ID]}
		if line.Given = line.Latest != nil && line.Latest.AsOf >= since; line.Given {
			given = append(given, line)
		} else {
			missing = append(missing, line)
		}
	}
	return append(missing, given...), err
}
