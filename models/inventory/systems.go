package inventory

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// SupplyInput names a supplier and its part in a system.
type SupplyInput struct {
	SupplierID uuid.UUID `json:"supplier_id"`
	Part       Part      `json:"part"`
}

// TierOverride replaces the worked-out tier until that changes.
type TierOverride struct {
	Tier   int    `json:"tier"`
	Reason string `json:"reason"`
}

// SystemInput is what an official enters of a system. Suppliers and UsedBy
// left nil keep what stands.
type SystemInput struct {
	Name                  lang.Text      `json:"name"`
	Purpose               lang.Text      `json:"purpose,omitempty"`
	Identifiers           []Identifier   `json:"identifiers,omitempty"`
	HostOrganisationID    uuid.UUID      `json:"host_organisation_id"`
	InformationAssetOwner string         `json:"information_asset_owner,omitempty"`
	Suppliers             []SupplyInput  `json:"suppliers,omitempty"`
	UsedBy                []uuid.UUID    `json:"used_by,omitempty"`
	Criticality           *int           `json:"criticality,omitempty"`
	DataCategories        []DataCategory `json:"data_categories"`
	PeopleCount           *int           `json:"people_count,omitempty"`
	PeopleKinds           []string       `json:"people_kinds,omitempty"`
	YearsKept             *int           `json:"years_kept,omitempty"`
	Hosting               Hosting        `json:"hosting,omitempty"`
	Exposure              Exposure       `json:"exposure,omitempty"`
	Connections           []string       `json:"connections,omitempty"`
	LiveSince             calendar.Date  `json:"live_since,omitempty"`
	Status                SystemStatus   `json:"status,omitempty"`
	TierOverride          *TierOverride  `json:"tier_override,omitempty"`
}

func (in *SystemInput) check() error {
	in.Name = lang.Text{En: strings.TrimSpace(in.Name.En), Cy: strings.TrimSpace(in.Name.Cy)}
	in.Hosting.Country = strings.ToUpper(in.Hosting.Country)
	if in.Status == "" {
		in.Status = Live
	}
	in.Identifiers, in.PeopleKinds, in.Connections = known(in.Identifiers), known(in.PeopleKinds), known(in.Connections)
	invalid := fault.Invalid("invalid")
	if in.Name.Empty() {
		invalid.On("name.en", "system.name-missing")
	}
	if in.HostOrganisationID == uuid.Nil {
		invalid.On("host_organisation_id", "system.host-missing")
	}
	if !slices.Contains(SystemStatuses, in.Status) {
		invalid.On("status", "system.status-unknown")
	}
	if in.Criticality != nil && (*in.Criticality < 1 || *in.Criticality > 4) {
		invalid.On("criticality", "system.criticality-range")
	}
	if in.PeopleCount != nil && *in.PeopleCount < 0 {
		invalid.On("people_count", "number.negative")
	}
	if in.YearsKept != nil && *in.YearsKept < 0 {
		invalid.On("years_kept", "number.negative")
	}
	for _, c := range in.DataCategories {
		if !slices.Contains(DataCategories, c) {
			invalid.On("data_categories", "system.category-unknown")
		}
	}
	if in.Exposure != "" && !slices.Contains(Exposures, in.Exposure) {
		invalid.On("exposure", "system.exposure-unknown")
	}
	if in.Hosting.Kind != "" && !slices.Contains(HostingKinds, in.Hosting.Kind) {
		invalid.On("hosting.kind", "system.hosting-unknown")
	}
	if in.Hosting.Country != "" && !countryCode.MatchString(in.Hosting.Country) {
		invalid.On("hosting.country", "country.wrong")
	}
	if _, ok := calendar.Parse(string(in.LiveSince)); in.LiveSince != "" && !ok {
		invalid.On("live_since", "date.wrong")
	}
	for _, s := range in.Suppliers {
		if !slices.Contains(Parts, s.Part) {
			invalid.On("suppliers", "system.part-unknown")
		}
	}
	if in.TierOverride != nil && (in.TierOverride.Tier < 1 || in.TierOverride.Tier > 4) {
		invalid.On("tier_override.tier", "system.tier-range")
	}
	if in.TierOverride != nil && strings.TrimSpace(in.TierOverride.Reason) == "" {
		invalid.On("tier_override.reason", "reason.missing")
	}
	return invalid.OrNil()
}

// known gives an empty list for none: the column is never null.
func known[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Input gives what was entered, for a form that changes some of it.
func (s *System) Input() SystemInput {
	in := SystemInput{Name: s.Name, Purpose: s.Purpose, Identifiers: s.Identifiers, HostOrganisationID: s.HostOrganisationID,
		InformationAssetOwner: s.InformationAssetOwner, Criticality: s.Criticality, DataCategories: s.DataCategories,
		PeopleCount: s.PeopleCount, PeopleKinds: s.PeopleKinds, YearsKept: s.YearsKept, Hosting: s.Hosting,
		Exposure: s.Exposure, Connections: s.Connections, LiveSince: s.LiveSince, Status: s.Status}
	if s.TierOverride != nil {
		in.TierOverride = &TierOverride{Tier: *s.TierOverride, Reason: s.TierOverrideReason}
	}
	return in
}

func (s *System) apply(in SystemInput) {
	s.Name, s.Purpose, s.Identifiers, s.HostOrganisationID = in.Name, in.Purpose, in.Identifiers, in.HostOrganisationID
	s.InformationAssetOwner, s.Criticality, s.DataCategories = in.InformationAssetOwner, in.Criticality, in.DataCategories
	s.PeopleCount, s.PeopleKinds, s.YearsKept, s.Hosting = in.PeopleCount, in.PeopleKinds, in.YearsKept, in.Hosting
	s.Exposure, s.Connections, s.LiveSince, s.Status = in.Exposure, in.Connections, in.LiveSince, in.Status
	s.TierOverride, s.TierOverrideReason = nil, ""
	if in.TierOverride != nil {
		s.TierOverride, s.TierOverrideReason = &in.TierOverride.Tier, in.TierOverride.Reason
	}
	s.workOutTier()
}

// AddSystem enters a system: by an official nationally, or of the organisation
// that hosts it.
func (s *Service) AddSystem(ctx context.Context, by access.Actor, in SystemInput) (*System, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*System, error) { return AddSystemIn(tx, in) })
}

// AddSystemIn is AddSystem within a change.
func AddSystemIn(tx *store.Tx, in SystemInput) (*System, error) {
	if tx.By().OnSupplierSide() || !tx.By().Holds(access.InventoryChange) {
		return nil, fault.Forbidden("forbidden")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := checkLinks(tx, in); err != nil {
		return nil, err
	}
	reference, err := tx.NextReference("SYS", false)
	if err != nil {
		return nil, err
	}
	system := &System{Reference: reference}
	system.apply(in)
	if err := tx.Create(system, SystemAdded); err != nil {
		return nil, err
	}
	return system, setLinks(tx, system, in)
}

// checkLinks refuses suppliers and organisations that do not exist for the actor.
func checkLinks(tx *store.Tx, in SystemInput) error {
	invalid := fault.Invalid("invalid")
	if _, err := store.Find[directory.Organisation](tx, in.HostOrganisationID); fault.Is(err, fault.KindNotFound) {
		invalid.On("host_organisation_id", "organisation.unknown")
	}
	for _, link := range in.Suppliers {
		if _, err := store.Find[Supplier](tx, link.SupplierID); fault.Is(err, fault.KindNotFound) {
			invalid.On("suppliers", "supplier.unknown")
		}
	}
	for _, id := range in.UsedBy {
		if _, err := store.Find[directory.Organisation](tx, id); fault.Is(err, fault.KindNotFound) {
			invalid.On("used_by", "organisation.unknown")
		}
	}
	return invalid.OrNil()
}

// setLinks makes the suppliers and users of a system those of the input; nil
// keeps what stands.
func setLinks(tx *store.Tx, system *System, in SystemInput) error {
	if in.Suppliers != nil {
		if err := store.Query[Supply](tx).Where("system_id = ?", system.ID).Delete(&Supply{}).Error; err != nil {
			return err
		}
		for _, link := range in.Suppliers {
			row := &Supply{Row: store.NewRow(), SystemID: system.ID, SupplierID: link.SupplierID, Part: link.Part}
			row.Version, row.CreatedAt = 1, tx.Now()
			if err := tx.Insert(row); err != nil {
				return err
			}
		}
	}
	if in.UsedBy == nil {
		return nil
	}
	uses, err := store.All[Use](tx, "", "system_id = ?", system.ID)
	if err != nil {
		return err
	}
	standing := map[uuid.UUID]bool{}
	for _, use := range uses {
		standing[use.OrganisationID] = true
		if !slices.Contains(in.UsedBy, use.OrganisationID) {
			if err := tx.Delete(use, UseRemoved); err != nil {
				return err
			}
		}
	}
	for _, id := range in.UsedBy {
		if standing[id] {
			continue
		}
		standing[id] = true
		if err := tx.Create(&Use{SystemID: system.ID, OrganisationID: id, Role: "user"}, UseAdded); err != nil {
			return err
		}
	}
	return nil
}

// ChangeSystem changes a system that stands at the version; edit is given what
// stands. Its host changes only by a national official, and not while a review
// of it is open.
func (s *Service) ChangeSystem(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*SystemInput) error) (*System, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*System, error) {
		system, err := changeableSystem(tx, id)
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(system, version); err != nil {
			return nil, err
		}
		return system, system.edit(tx, edit)
	})
}

// EditSystemIn changes a system as it stands, within a change.
func EditSystemIn(tx *store.Tx, id uuid.UUID, edit func(*SystemInput) error) (*System, error) {
	system, err := changeableSystem(tx, id)
	if err != nil {
		return nil, err
	}
	return system, system.edit(tx, edit)
}

// changeableSystem finds a system that the actor may change.
func changeableSystem(tx *store.Tx, id uuid.UUID) (*System, error) {
	system, err := store.Lock[System](tx, id)
	if err != nil {
		return nil, err
	}
	if tx.By().OnSupplierSide() {
		return nil, fault.Forbidden("forbidden")
	}
	return system, tx.May(store.Systems, access.InventoryChange, id)
}

func (s *System) edit(tx *store.Tx, edit func(*SystemInput) error) error {
	in := s.Input()
	if err := edit(&in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	if err := checkLinks(tx, in); err != nil {
		return err
	}
	if in.HostOrganisationID != s.HostOrganisationID {
		if err := checkHostChange(tx, s); err != nil {
			return err
		}
	}
	if in.Hosting != s.Hosting {
		s.HostingChangedOn = calendar.On(tx.Now())
		if err := reconsider(tx, uuid.Nil, s.ID); err != nil {
			return err
		}
	}
	s.apply(in)
	if err := tx.Save(s, SystemChanged); err != nil {
		return err
	}
	return setLinks(tx, s, in)
}

func checkHostChange(tx *store.Tx, system *System) error {
	if by := tx.By(); !by.IsProgram() && !by.National() {
		return fault.Forbidden("system.host-national")
	}
	open, err := tx.OpenReviewsOf(system.ID)
	if err != nil {
		return err
	}
	if open > 0 {
		return fault.Conflict("system.host-under-review")
	}
	return nil
}

// SystemFilter narrows the list of systems; empty fields do not.
type SystemFilter struct {
	Q          string
	Status     SystemStatus
	Tier       int
	HostID     uuid.UUID
	SupplierID uuid.UUID
}

// Systems lists the systems.
func (s *Service) Systems(ctx context.Context, by access.Actor, f SystemFilter, p store.Paging) (store.List[*System], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*System], error) {
		return SystemsIn(tx, f, p, store.Refinement{})
	})
}

// SystemsIn is Systems within a read.
func SystemsIn(tx *store.Tx, f SystemFilter, p store.Paging, more store.Refinement) (store.List[*System], error) {
	by := tx.By()
	sortable := store.Columns{"name": "name_en", "name_cy": "name_cy", "reference": "reference", "status": "status", "created_at": "created_at"}
	if !by.OnSupplierSide() {
		sortable["tier"] = "tier"
	}
	list, err := store.Paged[System](tx, f.narrow(tx, more.Narrow(store.Query[System](tx))), p,
		store.Measured{Columns: sortable, Measures: more.Measures}, "name")
	for i, system := range list.Items {
		list.Items[i] = system.shownTo(by)
	}
	return list, err
}

// In gives the systems that the filter leaves, as a query.
func (f SystemFilter) In(tx *store.Tx) store.Asked { return f.narrow(tx, store.Query[System](tx)) }

func (f SystemFilter) narrow(tx *store.Tx, q store.Asked) store.Asked {
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.Tier != 0 {
		q = q.Where("tier = ?", f.Tier)
		if tx.By().OnSupplierSide() {
			q = q.Where("1 = 0") // to a supplier no system has a tier
		}
	}
	if f.HostID != uuid.Nil {
		q = q.Where("host_organisation_id = ?", f.HostID)
	}
	if f.SupplierID != uuid.Nil {
		q = q.Where("id IN (?)", store.Query[Supply](tx).Select("system_id").Where("supplier_id = ?", f.SupplierID))
	}
	if f.Q != "" {
		q = store.Holding(tx, q, f.Q, "folded")
	}
	return q
}

// shownTo gives what the actor may see of a system: a supplier sees which one
// it is and who hosts it, and nothing of what our side knows of it.
func (s *System) shownTo(by access.Actor) *System {
	if !by.OnSupplierSide() {
		return s
	}
	return &System{Row: s.Row, Reference: s.Reference, Name: s.Name, Purpose: s.Purpose,
		HostOrganisationID: s.HostOrganisationID, Status: s.Status}
}

// SystemDetail is a system with what hangs on it.
type SystemDetail struct {
	*System
	Supplies []*Supply
	Uses     []*Use
}

// System gives one system.
func (s *Service) System(ctx context.Context, by access.Actor, id uuid.UUID) (*SystemDetail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*SystemDetail, error) {
		system, err := store.Find[System](tx, id)
		if err != nil {
			return nil, err
		}
		d := &SystemDetail{System: system.shownTo(by)}
		if d.Supplies, err = store.Many[Supply](tx, "part, supplier_id", "system_id = ?", id); err != nil {
			return nil, err
		}
		d.Uses, err = store.All[Use](tx, "created_at, id", "system_id = ?", id)
		return d, err
	})
}

// SuppliesOf gives the parts that suppliers have in systems, in one query.
func SuppliesOf(tx *store.Tx, systems []uuid.UUID) (map[uuid.UUID][]*Supply, error) {
	rows, err := store.Many[Supply](tx, "part, supplier_id", "system_id IN ?", systems)
	bySystem := map[uuid.UUID][]*Supply{}
	for _, row := range rows {
		bySystem[row.SystemID] = append(bySystem[row.SystemID], row)
	}
	return bySystem, err
}
