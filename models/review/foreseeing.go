package review

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Choice is what an official chose to have reviewed: pairs, systems with all
// their suppliers, all pairs that are due as the desk narrows them, or what a
// programme has not planned yet.
type Choice struct {
	Pairs       [][2]uuid.UUID // supplier and system
	Systems     []uuid.UUID
	AllDue      bool
	HostID      uuid.UUID
	Tier        int
	ProgrammeID uuid.UUID
}

// BulkGroup is a review that a bulk would plan: a supplier, systems of one host
// that are asked the same, and whom it would ask.
type BulkGroup struct {
	BulkAsk
	Supplier string
	Host     lang.Text
	Systems  []*inventory.System
	Missing  []string // keys of what is missing before it can be issued
}

// LeftOut is a pair that was chosen and will not be reviewed, and why.
type LeftOut struct {
	Supplier string
	System   *inventory.System
	Key      string
}

// Foresight is what a bulk would do.
type Foresight struct {
	Groups  []*BulkGroup
	LeftOut []LeftOut
	DueOn   calendar.Date // suggested
}

// Foresee says what a bulk over a choice would plan. It changes nothing.
func (s *Service) Foresee(ctx context.Context, by access.Actor, c Choice) (*Foresight, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Foresight, error) {
		if by.OnSupplierSide() || !by.Holds(access.ReviewPlan) {
			return nil, fault.Forbidden("forbidden")
		}
		return foreseeIn(tx, c)
	})
}

func foreseeIn(tx *store.Tx, c Choice) (*Foresight, error) {
	today := calendar.On(tx.Now())
	f := &Foresight{DueOn: today.AddDays(answeringDays)}
	if c.ProgrammeID != uuid.Nil {
		p, pairs, err := unplannedIn(tx, c.ProgrammeID)
		if err != nil {
			return nil, err
		}
		if p.EndsOn >= today {
			f.DueOn = min(f.DueOn, p.EndsOn)
		}
		err = f.group(tx, pairs[:min(len(pairs), 4*batchMost)])
		f.Groups = f.Groups[:min(len(f.Groups), batchMost)] // the rest is left to plan
		return f, err
	}
	pairs, err := c.pairs(tx)
	if err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		return nil, fault.Invalid("invalid").On("pairs", "bulk.none-chosen")
	}
	return f, f.group(tx, pairs)
}

// pairs are those of the choice, in the order in which they are grouped.
func (c Choice) pairs(tx *store.Tx) ([]*LivePair, error) {
	const order = "supplier_id, host_organisation_id, tier, system_id"
	if c.AllDue {
		// The desk's pile: never reviewed, lapsed or soon to lapse, and none under way.
		q := store.Query[LivePair](tx).Where("open_review_id IS NULL AND (last_rating = '' OR next_due_on <= ?)", calendar.On(tx.Now()).AddDays(PlannedAhead)).
			Where("supplier_id IN (?)", store.Query[inventory.Supplier](tx).Select("id").Where("status <> ?", inventory.Ended))
		if c.HostID != uuid.Nil {
			q = q.Where("host_organisation_id = ?", c.HostID)
		}
		if c.Tier != 0 {
			q = q.Where("tier = ?", c.Tier)
		}
		var pairs []*LivePair
		return pairs, q.Order(order).Limit(4 * batchMost).Find(&pairs).Error
	}
	systems := slices.Clone(c.Systems)
	for _, pair := range c.Pairs {
		systems = append(systems, pair[1])
	}
	var pairs []*LivePair
	for batch := range slices.Chunk(unique(systems), restandBatch) {
		rows, err := store.Many[LivePair](tx, order, "system_id IN ?", batch)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, rows...)
	}
	return slices.DeleteFunc(pairs, func(p *LivePair) bool {
		return !slices.Contains(c.Systems, p.SystemID) && !slices.Contains(c.Pairs, [2]uuid.UUID{p.SupplierID, p.SystemID})
	}), nil
}

func (f *Foresight) group(tx *store.Tx, pairs []*LivePair) error {
	supplierIDs, systemIDs := make([]uuid.UUID, len(pairs)), make([]uuid.UUID, len(pairs))
	for n, p := range pairs {
		supplierIDs[n], systemIDs[n] = p.SupplierID, p.SystemID
	}
	suppliers, err := store.All[inventory.Supplier](tx, "", "id IN ?", unique(supplierIDs))
	if err != nil {
		return err
	}
	systems, err := store.All[inventory.System](tx, "", "id IN ?", unique(systemIDs))
	if err != nil {
		return err
	}
	ours, err := tx.VisibleOf(store.Systems, access.ReviewPlan, unique(systemIDs))
	if err != nil {
		return err
	}
	hosts, err := organisationNames(tx)
	if err != nil {
		return err
	}
	groups := map[[3]any]*BulkGroup{}
	for _, p := range pairs {
		supplier := &inventory.Supplier{}
		if at := slices.IndexFunc(suppliers, func(s *inventory.Supplier) bool { return s.ID == p.SupplierID }); at >= 0 {
			supplier = suppliers[at]
		}
		system := systems[slices.IndexFunc(systems, func(s *inventory.System) bool { return s.ID == p.SystemID })]
		key := ""
		switch {
		case supplier.ID != p.SupplierID, !slices.Contains(ours, p.SystemID):
			key = "bulk.not-yours"
		case p.OpenReviewID != nil:
			key = "bulk.under-review"
		case supplier.Status == inventory.Ended:
			key = "bulk.supplier-ended"
		}
		if key != "" {
			f.LeftOut = append(f.LeftOut, LeftOut{supplier.Name, system, key})
			continue
		}
		g := groups[p.asked()]
		if g == nil {
			g = &BulkGroup{BulkAsk: BulkAsk{SupplierID: p.SupplierID, QuestionnaireCode: SuggestedQuestionnaire(p.Tier)}, Supplier: supplier.Name, Host: hosts[p.HostOrganisationID]}
			if err := g.foresee(tx, supplier, p.HostOrganisationID); err != nil {
				return err
			}
			groups[p.asked()] = g
			f.Groups = append(f.Groups, g)
		}
		g.SystemIDs, g.Systems = append(g.SystemIDs, system.ID), append(g.Systems, system)
	}
	return nil
}

// foresee suggests whom to ask, and says what is missing.
func (g *BulkGroup) foresee(tx *store.Tx, supplier *inventory.Supplier, host uuid.UUID) error {
	for _, kind := range []inventory.ContactKind{inventory.SecurityContact, inventory.AccountContact} {
		if c := supplier.ContactOf(kind); c != nil && c.Email != "" && c.Name != "" {
			g.Respondents = []Invited{{Name: c.Name, Email: c.Email, Language: lang.English, Lead: true}}
			break
		}
	}
	if len(g.Respondents) == 0 {
		leads, err := store.Many[Respondent](tx.AsProgram("suggest whom to ask"), "created_at DESC, id DESC", "lead AND review_id IN (?)",
			store.Query[Review](tx).Select("id").Where("supplier_id = ?", supplier.ID))
		if err != nil {
			return err
		}
		if len(leads) > 0 {
			g.Respondents = []Invited{{Name: leads[0].Name, Email: leads[0].Email, Language: leads[0].Language, Lead: true}}
		}
	}
	if len(g.Respondents) == 0 {
		g.Missing = append(g.Missing, "bulk.no-contact")
	}
	signers, err := signersFor(tx, &Review{}, host)
	if err == nil && len(signers.people) == 0 {
		g.Missing = append(g.Missing, "review.nobody-to-sign")
	}
	return err
}
