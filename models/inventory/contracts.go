package inventory

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// ContractSystem says that a contract is over a system.
type ContractSystem struct {
	store.Row
	ContractID uuid.UUID
	SystemID   uuid.UUID
}

// Scope is that of the system.
func (ContractSystem) Scope(by access.Actor) store.Condition {
	c := store.Systems(by, access.InventoryRead, "contract_systems.system_id")
	if by.OnSupplierSide() {
		c = c.And("contract_systems.contract_id IN (SELECT id FROM contracts WHERE supplier_id = ?)", by.SupplierID)
	}
	return c
}

// ContractInput is what an official enters of a contract. What is not known
// stays empty.
type ContractInput struct {
	SupplierID          uuid.UUID     `json:"supplier_id"`
	Title               string        `json:"title" maxLength:"200"`
	SystemIDs           []uuid.UUID   `json:"system_ids,omitempty"`
	AwardProcedure      string        `json:"award_procedure,omitempty" nullable:"true" maxLength:"200"`
	AwardedOn           calendar.Date `json:"awarded_on,omitempty" nullable:"true"`
	StartsOn            calendar.Date `json:"starts_on,omitempty" nullable:"true"`
	EndsOn              calendar.Date `json:"ends_on,omitempty" nullable:"true"`
	Extensions          string        `json:"extensions,omitempty" nullable:"true" maxLength:"2000"`
	ValuePence          *int64        `json:"value_pence,omitempty" nullable:"true"`
	BreachNoticeHours   *int          `json:"breach_notice_hours,omitempty" nullable:"true"`
	RightToAudit        *bool         `json:"right_to_audit,omitempty" nullable:"true"`
	DataProcessingTerms *bool         `json:"data_processing_terms,omitempty" nullable:"true"`
	ExitTerms           string        `json:"exit_terms,omitempty" nullable:"true" maxLength:"2000"`
}

func (in *ContractInput) check() error {
	in.Title = strings.TrimSpace(in.Title)
	invalid := fault.Invalid("invalid")
	if in.Title == "" {
		invalid.On("title", "contract.title-missing")
	}
	for location, day := range map[string]calendar.Date{"awarded_on": in.AwardedOn, "starts_on": in.StartsOn, "ends_on": in.EndsOn} {
		if _, ok := calendar.Parse(string(day)); day != "" && !ok {
			invalid.On(location, "date.wrong")
		}
	}
	if in.StartsOn != "" && in.EndsOn != "" && in.EndsOn < in.StartsOn {
		invalid.On("ends_on", "period.ends-before")
	}
	if in.ValuePence != nil && *in.ValuePence < 0 {
		invalid.On("value_pence", "number.negative")
	}
	if in.BreachNoticeHours != nil && (*in.BreachNoticeHours < 0 || *in.BreachNoticeHours > 8760) {
		invalid.On("breach_notice_hours", "contract.hours")
	}
	for i, id := range in.SystemIDs {
		if slices.Contains(in.SystemIDs[:i], id) {
			invalid.On("system_ids", "review.system-twice")
		}
	}
	return invalid.OrNil()
}

func (c *Contract) apply(in ContractInput) {
	c.SupplierID, c.Title, c.AwardProcedure, c.AwardedOn = in.SupplierID, in.Title, in.AwardProcedure, in.AwardedOn
	c.StartsOn, c.EndsOn, c.Extensions, c.ValuePence = in.StartsOn, in.EndsOn, in.Extensions, in.ValuePence
	c.BreachNoticeHours, c.RightToAudit, c.DataProcessingTerms, c.ExitTerms = in.BreachNoticeHours, in.RightToAudit, in.DataProcessingTerms, in.ExitTerms
}

// Input gives what was entered, for a change that keeps the rest.
func (c *Contract) Input(systems []uuid.UUID) ContractInput {
	return ContractInput{SupplierID: c.SupplierID, Title: c.Title, SystemIDs: systems, AwardProcedure: c.AwardProcedure, AwardedOn: c.AwardedOn,
		StartsOn: c.StartsOn, EndsOn: c.EndsOn, Extensions: c.Extensions, ValuePence: c.ValuePence, BreachNoticeHours: c.BreachNoticeHours,
		RightToAudit: c.RightToAudit, DataProcessingTerms: c.DataProcessingTerms, ExitTerms: c.ExitTerms}
}

// ContractDetail is a contract with the systems that it is over, as far as the
// actor sees them.
type ContractDetail struct {
	*Contract
	SystemIDs    []uuid.UUID `json:"system_ids"`
	SupplierName string      `json:"supplier_name"`
}

// ContractDays is how many days ahead the end of a contract is looked out for.
const ContractDays = 180

// ContractFilter narrows the list of contracts; empty fields do not.
type ContractFilter struct {
	SupplierID   uuid.UUID
	EndingBefore calendar.Date
	Ending       bool // within ContractDays
	Q            string
}

// In gives the contracts that the filter leaves, as a query.
func (f ContractFilter) In(tx *store.Tx) store.Asked {
	q, today := store.Query[Contract](tx), calendar.On(tx.Now())
	if f.SupplierID != uuid.Nil {
		q = q.Where("supplier_id = ?", f.SupplierID)
	}
	if f.EndingBefore != "" {
		q = q.Where("ends_on <> '' AND ends_on < ?", f.EndingBefore)
	}
	if f.Ending {
		q = q.Where("ends_on >= ? AND ends_on <= ?", today, today.AddDays(ContractDays))
	}
	if f.Q != "" {
		q = store.Holding(tx, q, f.Q, "title", "reference")
	}
	return q
}

// Contracts lists contracts.
func (s *Service) Contracts(ctx context.Context, by access.Actor, f ContractFilter, p store.Paging) (store.List[ContractDetail], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[ContractDetail], error) {
		rows, err := store.Paged[Contract](tx, f.In(tx), p, store.Columns{"reference": "reference", "title": "title", "ends_on": "ends_on"}, "reference")
		list := store.List[ContractDetail]{Next: rows.Next, Total: rows.Total, Items: []ContractDetail{}}
		if err != nil {
			return list, err
		}
		list.Items, err = withSystems(tx, rows.Items)
		return list, err
	})
}

func suppliersOf(tx *store.Tx, contracts []*Contract) (map[uuid.UUID]string, error) {
	ids := make([]uuid.UUID, len(contracts))
	for i, c := range contracts {
		ids[i] = c.SupplierID
	}
	var suppliers []*Supplier
	err := store.Query[Supplier](tx).Select("id", "name").Where("id IN ?", ids).Find(&suppliers).Error
	names := map[uuid.UUID]string{}
	for _, supplier := range suppliers {
		names[supplier.ID] = supplier.Name
	}
	return names, err
}

func withSystems(tx *store.Tx, contracts []*Contract) ([]ContractDetail, error) {
	ids := make([]uuid.UUID, len(contracts))
	for i, c := range contracts {
		ids[i] = c.ID
	}
	rows, err := store.Many[ContractSystem](tx, "created_at, id", "contract_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	suppliers, err := suppliersOf(tx, contracts)
	details := make([]ContractDetail, len(contracts))
	for i, c := range contracts {
		details[i] = ContractDetail{Contract: c, SystemIDs: []uuid.UUID{}, SupplierName: suppliers[c.SupplierID]}
		for _, row := range rows {
			if row.ContractID == c.ID {
				details[i].SystemIDs = append(details[i].SystemIDs, row.SystemID)
			}
		}
	}
	return details, err
}

// Contract gives one contract.
func (s *Service) Contract(ctx context.Context, by access.Actor, id uuid.UUID) (*ContractDetail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*ContractDetail, error) { return contractIn(tx, id) })
}

func contractIn(tx *store.Tx, id uuid.UUID) (*ContractDetail, error) {
	c, err := store.Find[Contract](tx, id)
	if err != nil {
		return nil, err
	}
	details, err := withSystems(tx, []*Contract{c})
	if err != nil {
		return nil, err
	}
	return &details[0], nil
}

// AddContract enters a contract with a supplier over systems.
func (s *Service) AddContract(ctx context.Context, by access.Actor, in ContractInput) (*ContractDetail, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*ContractDetail, error) {
		if err := mayContract(tx, in); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		reference, err := tx.NextReference("CON", false)
		if err != nil {
			return nil, err
		}
		c := &Contract{Reference: reference}
		c.apply(in)
		if err := tx.Create(c, ContractAdded); err != nil {
			return nil, err
		}
		return c.over(tx, in.SystemIDs)
	})
}

// ChangeContract changes a contract that stands at the version; edit is given
// what stands. Its supplier stays.
func (s *Service) ChangeContract(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*ContractInput) error) (*ContractDetail, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*ContractDetail, error) {
		c, err := store.Lock[Contract](tx, id)
		if err != nil {
			return nil, err
		}
		before, err := contractIn(tx, id)
		if err != nil {
			return nil, err
		}
		in := c.Input(before.SystemIDs)
		if err := mayContract(tx, in); err != nil {
			return nil, err
		}
		if err := store.CheckVersion(c, version); err != nil {
			return nil, err
		}
		if err := edit(&in); err != nil {
			return nil, err
		}
		in.SupplierID = c.SupplierID
		if err := mayContract(tx, in); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		c.apply(in)
		if err := tx.Save(c, ContractChanged); err != nil {
			return nil, err
		}
		return c.over(tx, in.SystemIDs)
	})
}

// mayContract refuses whoever may not change the supplier and each system: a
// supplier never.
func mayContract(tx *store.Tx, in ContractInput) error {
	if tx.By().OnSupplierSide() {
		return fault.Forbidden("forbidden")
	}
	if _, err := store.Find[Supplier](tx, in.SupplierID); err != nil {
		if fault.Is(err, fault.KindNotFound) {
			return fault.Invalid("invalid").On("supplier_id", "supplier.unknown")
		}
		return err
	}
	if err := tx.May(store.Suppliers, access.InventoryChange, in.SupplierID); err != nil {
		return err
	}
	for _, id := range in.SystemIDs {
		if _, err := store.Find[System](tx, id); err != nil {
			if fault.Is(err, fault.KindNotFound) {
				return fault.Invalid("invalid").On("system_ids", "system.unknown")
			}
			return err
		}
		if err := tx.May(store.Systems, access.InventoryChange, id); err != nil {
			return err
		}
	}
	return nil
}

// over makes the systems of a contract those named.
func (c *Contract) over(tx *store.Tx, systems []uuid.UUID) (*ContractDetail, error) {
	if err := store.Query[ContractSystem](tx).Where("contract_id = ?", c.ID).Delete(&ContractSystem{}).Error; err != nil {
		return nil, err
	}
	for _, id := range systems {
		row := &ContractSystem{Row: store.NewRow(), ContractID: c.ID, SystemID: id}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.Insert(row); err != nil {
			return nil, err
		}
	}
	if err := reconsider(tx, c.SupplierID, uuid.Nil); err != nil {
		return nil, err
	}
	details, err := withSystems(tx, []*Contract{c})
	if err != nil {
		return nil, err
	}
	return &details[0], nil
}

// ContractEnds gives when the contracts end that suppliers have over systems,
// by supplier and system.
func ContractEnds(tx *store.Tx, suppliers []uuid.UUID) (map[[2]uuid.UUID][]calendar.Date, error) {
	contracts, err := store.Many[Contract](tx, "", "supplier_id IN ? AND ends_on <> ''", suppliers)
	if err != nil || len(contracts) == 0 {
		return nil, err
	}
	byID := map[uuid.UUID]*Contract{}
	ids := make([]uuid.UUID, len(contracts))
	for i, c := range contracts {
		byID[c.ID], ids[i] = c, c.ID
	}
	over, err := store.Many[ContractSystem](tx, "", "contract_id IN ?", ids)
	ends := map[[2]uuid.UUID][]calendar.Date{}
	for _, row := range over {
		c := byID[row.ContractID]
		pair := [2]uuid.UUID{c.SupplierID, row.SystemID}
		ends[pair] = append(ends[pair], c.EndsOn)
	}
	return ends, err
}
