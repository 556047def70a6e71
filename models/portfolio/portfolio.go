// Package portfolio shows systems and suppliers with all that is known of
// their assurance: where they stand, how great the risk is before and after,
// and when they are next reviewed.
package portfolio

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// Service shows the portfolio.
type Service struct {
	db        *store.DB
	inventory *inventory.Service
	figures   *store.Kept[*Dashboard]
}

// New gives the service over a database.
func New(db *store.DB, inv *inventory.Service) *Service {
	return &Service{db: db, inventory: inv, figures: store.NewKept[*Dashboard](db)}
}

// SystemView is a system with its assurance. To a supplier it shows neither
// rating nor risk.
type SystemView struct {
	*inventory.System
	Supplies      []*inventory.Supply
	Uses          []*inventory.Use
	Standing      *review.Standing // the worst over its suppliers
	Pairs         []review.Standing
	InherentRisk  *risk.Assessment
	ResidualRisk  *risk.Assessment
	SupplierNames map[uuid.UUID]string
	situation     risk.Situation // that the risks follow from
}

// SupplierParts is a supplier of a system with all its parts in it.
type SupplierParts struct {
	SupplierID uuid.UUID
	Name       string
	Parts      []inventory.Part
}

// BySupplier names each supplier of the system once, with its parts.
func (v *SystemView) BySupplier() []SupplierParts {
	var all []SupplierParts
	for _, s := range v.Supplies {
		at := slices.IndexFunc(all, func(p SupplierParts) bool { return p.SupplierID == s.SupplierID })
		if at < 0 {
			at = len(all)
			all = append(all, SupplierParts{SupplierID: s.SupplierID, Name: v.SupplierNames[s.SupplierID]})
		}
		all[at].Parts = append(all[at].Parts, s.Part)
	}
	return all
}

// SupplierView is a supplier with its assurance over its live systems.
type SupplierView struct {
	*inventory.Supplier
	Standing     *review.Standing // the worst over its live systems
	Tier         int              // of its most demanding system; 0 for none
	SystemsCount int
	NextReviewOn calendar.Date
}

// SystemFilter narrows the list of systems; empty fields do not.
type SystemFilter struct {
	inventory.SystemFilter
	Rating questionnaire.Rating // as it counts today, the worst over its suppliers
}

// Systems lists systems with their assurance.
func (s *Service) Systems(ctx context.Context, by access.Actor, f SystemFilter, p store.Paging) (store.List[*SystemView], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*SystemView], error) {
		rows, err := inventory.SystemsIn(tx, f.SystemFilter, p, refine(tx, "system_id", "systems.id", f.Rating, 0))
		if err != nil {
			return store.List[*SystemView]{}, err
		}
		views, err := viewSystems(tx, rows.Items)
		return store.List[*SystemView]{Items: views, Next: rows.Next, Total: rows.Total}, err
	})
}

// System gives one system with its assurance.
func (s *Service) System(ctx context.Context, by access.Actor, id uuid.UUID) (*SystemView, error) {
	detail, err := s.inventory.System(ctx, by, id)
	if err != nil {
		return nil, err
	}
	views, err := store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*SystemView, error) {
		return viewSystems(tx, []*inventory.System{detail.System})
	})
	if err != nil {
		return nil, err
	}
	views[0].Uses = detail.Uses
	return views[0], nil
}

func viewSystems(tx *store.Tx, systems []*inventory.System) ([]*SystemView, error) {
	ids := make([]uuid.UUID, len(systems))
	for i, system := range systems {
		ids[i] = system.ID
	}
	supplies, err := inventory.SuppliesOf(tx, ids)
	if err != nil {
		return nil, err
	}
	names, err := supplierNames(tx, supplies)
	if err != nil {
		return nil, err
	}
	views := make([]*SystemView, len(systems))
	for i, system := range systems {
		views[i] = &SystemView{System: system, Supplies: supplies[system.ID], SupplierNames: names}
	}
	if tx.By().OnSupplierSide() {
		return views, nil
	}
	return views, assess(tx, views, ids)
}

// supplierNames names the suppliers of systems that the actor sees, though the
// actor may not open each supplier's own page.
func supplierNames(tx *store.Tx, supplies map[uuid.UUID][]*inventory.Supply) (map[uuid.UUID]string, error) {
	var ids []uuid.UUID
	for _, list := range supplies {
		for _, supply := range list {
			ids = append(ids, supply.SupplierID)
		}
	}
	suppliers, err := store.All[inventory.Supplier](tx.AsProgram("name suppliers"), "", "id IN ?", ids)
	names := map[uuid.UUID]string{}
	for _, supplier := range suppliers {
		names[supplier.ID] = supplier.Name
	}
	return names, err
}

// assess adds standing and risk to systems.
func assess(tx *store.Tx, views []*SystemView, ids []uuid.UUID) error {
	standings, err := review.StandingsOf(tx, ids)
	if err != nil {
		return err
	}
	criticals, err := review.OpenCriticals(tx, ids)
	if err != nil {
		return err
	}
	var suppliers []uuid.UUID
	for _, standing := range standings {
		suppliers = append(suppliers, standing.SupplierID)
	}
	told, err := incident.LastTold(tx.AsProgram("work out risk"), suppliers)
	if err != nil {
		return err
	}
	for _, view := range views {
		var last calendar.Date
		for _, standing := range standings {
			if standing.SystemID == view.ID {
				view.Pairs = append(view.Pairs, standing)
				last = max(last, told[standing.SupplierID])
			}
		}
		worst := review.WorstStanding(view.Pairs)
		view.Standing = &worst
		view.situation = risk.Situation{Facts: view.Facts(), Exposure: view.Exposure, ToldAt: moment(last), Now: tx.Now(),
			Shown: risk.Shown{Rating: worst.Rating, NoAnswer: worst.Kind == review.NoAnswer, CriticalFinding: criticals[view.ID]}}
		before, after := view.situation.Inherent(), view.situation.Residual()
		view.InherentRisk, view.ResidualRisk = &before, &after
	}
	return nil
}

func moment(day calendar.Date) *time.Time {
	if day == "" {
		return nil
	}
	at := day.Time()
	return &at
}

// SupplierFilter narrows the list of suppliers; empty fields do not.
type SupplierFilter struct {
	inventory.SupplierFilter
	Rating questionnaire.Rating // as it counts today, the worst over live systems
	Tier   int                  // of the most demanding live system
}

// Suppliers lists suppliers with their assurance.
func (s *Service) Suppliers(ctx context.Context, by access.Actor, f SupplierFilter, p store.Paging) (store.List[*SupplierView], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*SupplierView], error) {
		rows, err := inventory.SuppliersIn(tx, f.SupplierFilter, p, refine(tx, "supplier_id", "suppliers.id", f.Rating, f.Tier))
		if err != nil {
			return store.List[*SupplierView]{}, err
		}
		views, err := viewSuppliers(tx, rows.Items)
		return store.List[*SupplierView]{Items: views, Next: rows.Next, Total: rows.Total}, err
	})
}

// Supplier gives one supplier with its assurance.
func (s *Service) Supplier(ctx context.Context, by access.Actor, id uuid.UUID) (*SupplierView, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*SupplierView, error) {
		supplier, err := store.Find[inventory.Supplier](tx, id)
		if err != nil {
			return nil, err
		}
		views, err := viewSuppliers(tx, []*inventory.Supplier{supplier})
		if err != nil {
			return nil, err
		}
		return views[0], nil
	})
}

// viewSuppliers shows suppliers over the live systems that the actor sees.
func viewSuppliers(tx *store.Tx, suppliers []*inventory.Supplier) ([]*SupplierView, error) {
	views := make([]*SupplierView, len(suppliers))
	ids := make([]uuid.UUID, len(suppliers))
	for i, supplier := range suppliers {
		views[i], ids[i] = &SupplierView{Supplier: supplier}, supplier.ID
	}
	if tx.By().OnSupplierSide() {
		return views, countSystems(tx, views)
	}
	pairs, err := store.Many[review.LivePair](tx, "", "supplier_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	bySupplier := map[uuid.UUID][]*review.LivePair{}
	for _, pair := range pairs {
		bySupplier[pair.SupplierID] = append(bySupplier[pair.SupplierID], pair)
	}
	today := calendar.On(tx.Now())
	for _, view := range views {
		view.over(bySupplier[view.ID], today)
	}
	return views, nil
}

// over works out what a supplier shows over its live systems.
func (v *SupplierView) over(pairs []*review.LivePair, today calendar.Date) {
	v.SystemsCount = len(pairs)
	standings := make([]review.Standing, len(pairs))
	for i, pair := range pairs {
		if pair.Tier != 0 && (v.Tier == 0 || pair.Tier < v.Tier) {
			v.Tier = pair.Tier
		}
		standings[i] = pair.On(today)
		if next := standings[i].NextReviewOn; next != "" && (v.NextReviewOn == "" || next < v.NextReviewOn) {
			v.NextReviewOn = next
		}
	}
	worst := review.WorstStanding(standings)
	v.Standing = &worst
}

// countSystems counts a supplier's live systems for its own side, which sees no
// more of them here.
func countSystems(tx *store.Tx, views []*SupplierView) error {
	for _, view := range views { // its own, and so one at most
		n, err := store.Count[inventory.System](tx, "status = ? AND id IN (?)", inventory.Live,
			store.Query[inventory.Supply](tx).Select("system_id").Where("supplier_id = ?", view.ID))
		if err != nil {
			return err
		}
		view.SystemsCount = n
	}
	return nil
}

// Rating gives the rating that counts today, not assured where there is none.
func (v *SupplierView) Rating() questionnaire.Rating {
	if v.Standing == nil {
		return ""
	}
	return v.Standing.Rating
}
