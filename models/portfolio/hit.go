package portfolio

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// HitAsked is the act of asking who is hit, in the audit log.
const HitAsked audit.Action = "supplier.who-is-hit"

// Hit answers who is hit by a breach at a supplier: its systems, the
// organisations that host and use them, whose data they hold, the contracts,
// and the people to call. Retired systems are in it: their data may still be
// there.
type Hit struct {
	At            time.Time           `json:"at"`
	SupplierID    uuid.UUID           `json:"supplier_id"`
	Reference     string              `json:"reference"`
	Supplier      string              `json:"supplier"`
	Contacts      []inventory.Contact `json:"contacts"`
	Systems       []HitSystem         `json:"systems"`
	Organisations []HitOrganisation   `json:"organisations"`
	People        int                 `json:"people"`         // over all systems, where the number is known
	PeopleUnknown int                 `json:"people_unknown"` // systems whose number is not known
}

// HitSystem is a system of the supplier.
type HitSystem struct {
	ID             uuid.UUID                `json:"id"`
	Reference      string                   `json:"reference"`
	Name           lang.Text                `json:"name"`
	Status         inventory.SystemStatus   `json:"status"`
	Host           lang.Text                `json:"host"`
	HostID         uuid.UUID                `json:"host_organisation_id"`
	Owner          string                   `json:"information_asset_owner"`
	Parts          []inventory.Part         `json:"parts"`
	DataCategories []inventory.DataCategory `json:"data_categories" nullable:"true"` // null: not known
	PeopleCount    *int                     `json:"people_count" nullable:"true"`
	PeopleKinds    []string                 `json:"people_kinds"`
	YearsKept      *int                     `json:"years_kept" nullable:"true"`
	Uses           []HitUse                 `json:"uses"`
	Contracts      []HitContract            `json:"contracts"`
}

// HitUse is an organisation that uses a system.
type HitUse struct {
	OrganisationID uuid.UUID         `json:"organisation_id"`
	Organisation   lang.Text         `json:"organisation"`
	Role           inventory.UseRole `json:"role"`
	PeopleCount    *int              `json:"people_count" nullable:"true"`
	LocalOwner     string            `json:"local_owner"`
	SupplierCode   string            `json:"supplier_code"`
	Until          calendar.Date     `json:"until"`
	ConfirmedAt    *time.Time        `json:"confirmed_at" nullable:"true"`
}

// HitContract is a contract over a system.
type HitContract struct {
	Reference         string        `json:"reference"`
	Title             string        `json:"title"`
	EndsOn            calendar.Date `json:"ends_on"`
	BreachNoticeHours *int          `json:"breach_notice_hours" nullable:"true"`
}

// HitOrganisation is an organisation that hosts or uses one of the systems,
// with the people to call.
type HitOrganisation struct {
	ID     uuid.UUID `json:"id"`
	Name   lang.Text `json:"name"`
	People []HitCall `json:"people"`
}

// HitCall is a person to call.
type HitCall struct {
	Role   directory.AppointmentRole `json:"role"`
	Deputy bool                      `json:"deputy"`
	Name   string                    `json:"name"`
	Email  string                    `json:"email"`
	Phone  string                    `json:"phone"`
}

// called are the roles to be called when a supplier is breached, in order.
var called = []directory.AppointmentRole{directory.SIRO, directory.CaldicottGuardian, directory.InformationAssetOwner, directory.DataProtectionOfficer, directory.CyberLead}

// WhoIsHit tells who is hit by a breach at a supplier, as far as the actor sees
// its systems. That it was asked is recorded.
func (s *Service) WhoIsHit(ctx context.Context, by access.Actor, supplier uuid.UUID) (*Hit, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Hit, error) {
		found, err := store.Find[inventory.Supplier](tx, supplier)
		if err != nil {
			return nil, err
		}
		if by.OnSupplierSide() {
			return nil, fault.Forbidden("forbidden")
		}
		hit := &Hit{At: tx.Now(), SupplierID: found.ID, Reference: found.Reference, Supplier: found.Name, Contacts: found.Contacts, Systems: []HitSystem{}}
		if err := hit.addSystems(tx); err != nil {
			return nil, err
		}
		if err := hit.addContracts(tx); err != nil {
			return nil, err
		}
		if err := hit.addOrganisations(tx); err != nil {
			return nil, err
		}
		return hit, tx.Seen(found, HitAsked)
	})
}

func (h *Hit) addSystems(tx *store.Tx) error {
	supplies, err := store.Many[inventory.Supply](tx, "part", "supplier_id = ?", h.SupplierID)
	if err != nil {
		return err
	}
	parts := map[uuid.UUID][]inventory.Part{}
	var ids []uuid.UUID
	for _, supply := range supplies {
		parts[supply.SystemID] = append(parts[supply.SystemID], supply.Part)
		ids = append(ids, supply.SystemID)
	}
	systems, err := store.All[inventory.System](tx, "reference", "id IN ?", ids)
	if err != nil {
		return err
	}
	uses, err := store.All[inventory.Use](tx, "created_at, id", "system_id IN ?", ids)
	if err != nil {
		return err
	}
	for _, system := range systems {
		one := HitSystem{ID: system.ID, Reference: system.Reference, Name: system.Name, Status: system.Status, HostID: system.HostOrganisationID,
			Owner: system.InformationAssetOwner, Parts: parts[system.ID], DataCategories: system.DataCategories, PeopleCount: system.PeopleCount,
			PeopleKinds: system.PeopleKinds, YearsKept: system.YearsKept, Uses: []HitUse{}, Contracts: []HitContract{}}
		for _, use := range uses {
			if use.SystemID == system.ID {
				one.Uses = append(one.Uses, HitUse{OrganisationID: use.OrganisationID, Role: use.Role, PeopleCount: use.PeopleCount,
					LocalOwner: use.LocalOwner, SupplierCode: use.SupplierCode, Until: use.UntilOn, ConfirmedAt: use.ConfirmedAt})
			}
		}
		if system.PeopleCount == nil {
			h.PeopleUnknown++
		} else {
			h.People += *system.PeopleCount
		}
		h.Systems = append(h.Systems, one)
	}
	return nil
}

func (h *Hit) addContracts(tx *store.Tx) error {
	contracts, err := store.All[inventory.Contract](tx, "reference", "supplier_id = ?", h.SupplierID)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(contracts))
	for i, c := range contracts {
		ids[i] = c.ID
	}
	over, err := store.Many[inventory.ContractSystem](tx, "", "contract_id IN ?", ids)
	for i := range h.Systems {
		for _, c := range contracts {
			if slices.ContainsFunc(over, func(row *inventory.ContractSystem) bool {
				return row.ContractID == c.ID && row.SystemID == h.Systems[i].ID
			}) {
				h.Systems[i].Contracts = append(h.Systems[i].Contracts, HitContract{c.Reference, c.Title, c.EndsOn, c.BreachNoticeHours})
			}
		}
	}
	return err
}

// addOrganisations names the organisations, and whom to call at each today.
func (h *Hit) addOrganisations(tx *store.Tx) error {
	program := tx.AsProgram("name the organisations that are hit")
	var ids []uuid.UUID
	for _, system := range h.Systems {
		ids = append(ids, system.HostID)
		for _, use := range system.Uses {
			ids = append(ids, use.OrganisationID)
		}
	}
	organisations, err := store.All[directory.Organisation](program, "name_en", "id IN ?", ids)
	if err != nil {
		return err
	}
	today := calendar.On(tx.Now())
	appointments, err := store.All[directory.Appointment](program, "role, deputy, from_on, id",
		"organisation_id IN ? AND (from_on = '' OR from_on <= ?) AND (until_on = '' OR until_on >= ?)", ids, today, today)
	if err != nil {
		return err
	}
	slices.SortStableFunc(appointments, func(a, b *directory.Appointment) int {
		return cmp.Compare(slices.Index(called, a.Role), slices.Index(called, b.Role))
	})
	names := map[uuid.UUID]lang.Text{}
	for _, o := range organisations {
		names[o.ID] = o.Name
		one := HitOrganisation{ID: o.ID, Name: o.Name, People: []HitCall{}}
		for _, a := range appointments {
			if a.OrganisationID == o.ID && slices.Contains(called, a.Role) {
				one.People = append(one.People, HitCall{a.Role, a.Deputy, a.PersonName, a.Email, a.Phone})
			}
		}
		h.Organisations = append(h.Organisations, one)
	}
	for i := range h.Systems {
		h.Systems[i].Host = names[h.Systems[i].HostID]
		for n := range h.Systems[i].Uses {
			h.Systems[i].Uses[n].Organisation = names[h.Systems[i].Uses[n].OrganisationID]
		}
	}
	return nil
}
