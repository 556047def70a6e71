package portfolio

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// vitalTier is the least demanding tier whose systems are vital.
const vitalTier = 2

// mostBehind is how many suppliers a concentration tells of.
const mostBehind = 50

// Concentration says on which suppliers vital systems hang together: live ones
// of tier 1 and 2, as far as the actor sees them.
type Concentration struct {
	Vital     int      // systems
	Total     int      // suppliers behind at least one of them
	Suppliers []Behind // the 50 behind most of them, those behind most first
}

// Behind is a supplier behind vital systems.
type Behind struct {
	SupplierID    uuid.UUID            `json:"supplier_id"`
	Supplier      string               `json:"supplier"`
	Reference     string               `json:"reference"`
	Vital         int                  `json:"vital_systems"`
	Tier1         int                  `json:"tier_1"`
	Tier2         int                  `json:"tier_2"`
	Critical      int                  `json:"criticality_1"`
	Organisations []Hits               `json:"organisations"` // that host or use one of the systems
	Worst         questionnaire.Rating `json:"worst_rating"`  // over those systems
}

// Hits is an organisation that would be hit.
type Hits struct {
	ID   uuid.UUID `json:"id"`
	Name lang.Text `json:"name"`
}

// Concentration counts the vital systems behind which each supplier stands.
func (s *Service) Concentration(ctx context.Context, by access.Actor) (*Concentration, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Concentration, error) {
		if by.OnSupplierSide() {
			return nil, fault.Forbidden("forbidden")
		}
		c := &Concentration{Suppliers: []Behind{}}
		most, err := c.count(tx)
		if err != nil {
			return nil, err
		}
		pairs, err := store.Many[review.LivePair](tx, "", "tier BETWEEN 1 AND ? AND supplier_id IN ?", vitalTier, most)
		if err != nil {
			return nil, err
		}
		hit, err := hitBy(tx, pairs, most)
		if err != nil {
			return nil, err
		}
		bySupplier := map[uuid.UUID][]*review.LivePair{}
		for _, pair := range pairs {
			bySupplier[pair.SupplierID] = append(bySupplier[pair.SupplierID], pair)
		}
		today := calendar.On(tx.Now())
		for supplier, pairs := range bySupplier {
			c.Suppliers = append(c.Suppliers, behind(supplier, pairs, hit, today))
		}
		if err := c.name(tx); err != nil {
			return nil, err
		}
		slices.SortFunc(c.Suppliers, func(a, b Behind) int {
			return cmp.Or(b.Vital-a.Vital, b.Tier1-a.Tier1, len(b.Organisations)-len(a.Organisations), cmp.Compare(a.Supplier, b.Supplier))
		})
		return c, nil
	})
}

// count counts vital systems and the suppliers behind them, and gives those
// behind most.
func (c *Concentration) count(tx *store.Tx) (most []uuid.UUID, err error) {
	var all struct{ Systems, Suppliers int }
	err = store.Query[review.LivePair](tx).Select("count(DISTINCT system_id) AS systems, count(DISTINCT supplier_id) AS suppliers").
		Where("tier BETWEEN 1 AND ?", vitalTier).Scan(&all).Error
	if err != nil {
		return nil, err
	}
	c.Vital, c.Total = all.Systems, all.Suppliers
	return most, store.Query[review.LivePair](tx).Where("tier BETWEEN 1 AND ?", vitalTier).Group("supplier_id").
		Order("count(*) DESC, sum(CASE WHEN tier = 1 THEN 1 ELSE 0 END) DESC, supplier_id").Limit(mostBehind).Pluck("supplier_id", &most).Error
}

// hitBy gives the organisations that host or use each system of the suppliers.
func hitBy(tx *store.Tx, pairs []*review.LivePair, suppliers []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	hit := map[uuid.UUID][]uuid.UUID{}
	for _, pair := range pairs {
		hit[pair.SystemID] = []uuid.UUID{pair.HostOrganisationID}
	}
	uses, err := store.Many[inventory.Use](tx, "", "system_id IN (?)",
		store.Query[review.LivePair](tx).Select("system_id").Where("tier BETWEEN 1 AND ? AND supplier_id IN ?", vitalTier, suppliers))
	today := calendar.On(tx.Now())
	for _, use := range uses {
		if use.UntilOn == "" || use.UntilOn >= today {
			hit[use.SystemID] = append(hit[use.SystemID], use.OrganisationID)
		}
	}
	return hit, err
}

// behind counts the vital systems of one supplier.
func behind(supplier uuid.UUID, pairs []*review.LivePair, hit map[uuid.UUID][]uuid.UUID, today calendar.Date) Behind {
	b := Behind{SupplierID: supplier, Vital: len(pairs), Organisations: []Hits{}}
	standings, seen := make([]review.Standing, len(pairs)), map[uuid.UUID]bool{}
	for i, pair := range pairs {
		standings[i] = pair.On(today)
		if pair.Tier == 1 {
			b.Tier1++
		} else {
			b.Tier2++
		}
		if pair.Criticality != nil && *pair.Criticality == inventory.CriticalityVital {
			b.Critical++
		}
		for _, organisation := range hit[pair.SystemID] {
			if !seen[organisation] {
				seen[organisation] = true
				b.Organisations = append(b.Organisations, Hits{ID: organisation})
			}
		}
	}
	b.Worst = review.WorstStanding(standings).Rating
	return b
}

// name names suppliers and organisations, though the actor may not open each
// supplier's own page.
func (c *Concentration) name(tx *store.Tx) error {
	program := tx.AsProgram("name suppliers and organisations")
	organisations, err := store.All[directory.Organisation](program, "", "")
	if err != nil {
		return err
	}
	names := map[uuid.UUID]lang.Text{}
	for _, o := range organisations {
		names[o.ID] = o.Name
	}
	ids := make([]uuid.UUID, len(c.Suppliers))
	for i, one := range c.Suppliers {
		ids[i] = one.SupplierID
		for n := range one.Organisations {
			one.Organisations[n].Name = names[one.Organisations[n].ID]
		}
		slices.SortFunc(one.Organisations, func(a, b Hits) int { return cmp.Compare(a.Name.En, b.Name.En) })
	}
	suppliers, err := store.All[inventory.Supplier](program, "", "id IN ?", ids)
	byID := map[uuid.UUID]*inventory.Supplier{}
	for _, supplier := range suppliers {
		byID[supplier.ID] = supplier
	}
	for i := range c.Suppliers {
		if supplier := byID[c.Suppliers[i].SupplierID]; supplier != nil {
			c.Suppliers[i].Supplier, c.Suppliers[i].Reference = supplier.Name, supplier.Reference
		}
	}
	return err
}
