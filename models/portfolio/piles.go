package portfolio

import (
	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// part gives the part of a query that the gatherer is after.
func part[T any](g *gatherer, q store.Asked, order string) ([]*T, int, error) {
	return store.Part[T](q, order, g.limit, g.from)
}

// reviews gathers reviews; on says which day they are shown with.
func (g *gatherer) reviews(f review.Filter, order string, on func(*review.Review) calendar.Date, more ...func(store.Asked) store.Asked) (Pile, error) {
	f.HostID, f.Tier = g.filter.HostID, g.filter.Tier
	q := f.In(g.tx)
	for _, narrow := range more {
		q = narrow(q)
	}
	rows, total, err := part[review.Review](g, q.Select("id", "reference", "supplier_id", "due_on", "waiting_since"), order)
	pile := Pile{Total: total}
	for _, r := range rows {
		pile.Items = append(pile.Items, Work{ID: r.ID, SupplierID: r.SupplierID, ReviewID: &r.ID, Reference: r.Reference, On: on(r)})
	}
	return pile, err
}

func dueOn(r *review.Review) calendar.Date { return r.DueOn }

func since(r *review.Review) calendar.Date { return calendar.On(r.WaitingSince) }

func (g *gatherer) overdue() (Pile, error) {
	return g.reviews(review.Filter{Overdue: true}, "due_on, id", dueOn)
}

func (g *gatherer) unassigned() (Pile, error) {
	return g.reviews(review.Filter{State: review.Submitted, Unassigned: true}, "waiting_since, id", since)
}

func (g *gatherer) toIssue() (Pile, error) {
	return g.reviews(review.Filter{State: review.Planned}, "due_on, id", dueOn)
}

func (g *gatherer) toSign() (Pile, error) {
	return g.reviews(review.Filter{WaitingFor: review.WaitsForSigner}, "waiting_since, id", since)
}

func (g *gatherer) silent() (Pile, error) {
	return g.reviews(review.Filter{State: review.Returned}, "waiting_since, id", since, func(q store.Asked) store.Asked {
		return q.Where("waiting_since <= ?", g.ago(silentDays))
	})
}

// underway is the ids of reviews that wait for answers, as the filter narrows them.
func (g *gatherer) ofReviews(f review.Filter) store.Asked {
	f.HostID, f.Tier = g.filter.HostID, g.filter.Tier
	return f.In(g.tx).Select("id")
}

func (g *gatherer) refused() (Pile, error) {
	return g.invitations(store.Query[review.Respondent](g.tx).Where("bounced_at IS NOT NULL"))
}

func (g *gatherer) unopened() (Pile, error) {
	return g.invitations(store.Query[review.Respondent](g.tx).Where("bounced_at IS NULL AND invited_at <= ?", g.ago(silentDays)))
}

func (g *gatherer) invitations(q store.Asked) (Pile, error) {
	open := g.ofReviews(review.Filter{}).Where("state IN ?", []review.State{review.Issued, review.InProgress, review.Returned})
	rows, total, err := part[review.Respondent](g, q.Where("accepted_at IS NULL AND review_id IN (?)", open), "invited_at, id")
	pile := Pile{Total: total}
	for _, p := range rows {
		pile.Items = append(pile.Items, Work{ID: p.ID, ReviewID: &p.ReviewID, Title: p.Name, On: calendar.On(p.InvitedAt)})
	}
	return pile, err
}

func (g *gatherer) late() (Pile, error) {
	q := review.ActionFilter{Late: true}.In(g.tx)
	if g.filter != (DeskFilter{}) {
		q = q.Where("review_id IN (?)", g.ofReviews(review.Filter{}))
	}
	rows, total, err := part[review.Action](g, q, "due_on, id")
	pile := Pile{Total: total}
	for _, a := range rows {
		pile.Items = append(pile.Items, Work{ID: a.ID, ReviewID: &a.ReviewID, Reference: a.Reference, Title: a.OwnerName, On: a.DueOn})
	}
	return pile, err
}

func (g *gatherer) unanswered() (Pile, error) {
	q := review.FindingFilter{Unanswered: true}.In(g.tx)
	if g.filter != (DeskFilter{}) {
		q = q.Where("review_id IN (?)", g.ofReviews(review.Filter{State: review.SignedOff}))
	}
	rows, total, err := part[review.Finding](g, q, "created_at, id")
	pile := Pile{Total: total}
	for _, f := range rows {
		pile.Items = append(pile.Items, Work{ID: f.ID, ReviewID: &f.ReviewID, Reference: f.Reference, On: calendar.On(f.CreatedAt)})
	}
	return pile, err
}

// pairs are the live pairs that the filter leaves.
func (g *gatherer) pairs() store.Asked {
	q := store.Query[review.LivePair](g.tx)
	if g.filter.HostID != uuid.Nil {
		q = q.Where("host_organisation_id = ?", g.filter.HostID)
	}
	if g.filter.Tier != 0 {
		q = q.Where("tier = ?", g.filter.Tier)
	}
	return q
}

// suppliers are the ids of suppliers that are not ended, and that the filter
// leaves with a live system.
func (g *gatherer) suppliers() store.Asked {
	q := store.Query[inventory.Supplier](g.tx).Select("id").Where("status <> ?", inventory.Ended)
	if g.filter != (DeskFilter{}) {
		q = q.Where("id IN (?)", g.pairs().Select("supplier_id"))
	}
	return q
}

// due gathers the pairs whose rating has lapsed, will soon, or never was, and
// that no review under way covers: by tier.
func (g *gatherer) due() (Pile, error) {
	rows, total, err := part[review.LivePair](g, g.dueIn(), "tier, next_due_on, system_id, supplier_id")
	pile := Pile{Total: total}
	for _, p := range rows {
		pile.Items = append(pile.Items, Work{ID: p.SystemID, SupplierID: p.SupplierID, SystemID: &p.SystemID, Tier: p.Tier, On: p.NextDueOn, Because: p.DueBecause})
	}
	return pile, err
}

// dueIn and lapsingIn are the piles as queries, to be counted alone.
func (g *gatherer) dueIn() store.Asked {
	return g.pairs().Where("open_review_id IS NULL AND (last_rating = '' OR next_due_on <= ?)", g.today.AddDays(reviewAhead)).
		Where("supplier_id IN (?)", store.Query[inventory.Supplier](g.tx).Select("id").Where("status <> ?", inventory.Ended))
}

func (g *gatherer) lapsingIn() store.Asked {
	return store.Query[inventory.Certificate](g.tx).Where("expires_on <> '' AND expires_on <= ? AND supplier_id IN (?)", g.today.AddDays(certificateDays), g.suppliers())
}

func (g *gatherer) lapsing() (Pile, error) {
	rows, total, err := part[inventory.Certificate](g, g.lapsingIn(), "expires_on, id")
	pile := Pile{Total: total}
	for _, c := range rows {
		pile.Items = append(pile.Items, Work{ID: c.ID, SupplierID: c.SupplierID, Reference: c.Number, Title: c.Title(), On: c.ExpiresOn})
	}
	return pile, err
}

func (g *gatherer) ending() (Pile, error) {
	q := inventory.ContractFilter{Ending: true}.In(g.tx).Where("supplier_id IN (?)", g.suppliers())
	rows, total, err := part[inventory.Contract](g, q, "ends_on, id")
	pile := Pile{Total: total}
	for _, c := range rows {
		pile.Items = append(pile.Items, Work{ID: c.ID, SupplierID: c.SupplierID, Reference: c.Reference, Title: c.Title, On: c.EndsOn})
	}
	return pile, err
}

// nameAll says which review, supplier and system each thing is about, in a query
// for each of the three however many piles there are.
func nameAll(tx *store.Tx, piles []Pile) error {
	var items []*Work
	for _, pile := range piles {
		for i := range pile.Items {
			items = append(items, &pile.Items[i])
		}
	}
	reviews, err := named(tx, items, []string{"id", "reference", "supplier_id"}, func(w *Work) *uuid.UUID { return w.ReviewID }, func(r *review.Review) uuid.UUID { return r.ID })
	if err != nil {
		return err
	}
	systems, err := named(tx, items, []string{"id", "reference", "name_en", "name_cy"}, func(w *Work) *uuid.UUID { return w.SystemID }, func(s *inventory.System) uuid.UUID { return s.ID })
	if err != nil {
		return err
	}
	for _, w := range items {
		if w.ReviewID != nil && reviews[*w.ReviewID] != nil {
			of := reviews[*w.ReviewID]
			w.SupplierID = of.SupplierID
			if w.Reference == "" {
				w.Reference = of.Reference
			}
		}
		if w.SystemID != nil && systems[*w.SystemID] != nil {
			w.System, w.Reference = systems[*w.SystemID].Name, systems[*w.SystemID].Reference
		}
	}
	suppliers, err := named(tx, items, []string{"id", "name"}, func(w *Work) *uuid.UUID { return &w.SupplierID }, func(s *inventory.Supplier) uuid.UUID { return s.ID })
	if err != nil {
		return err
	}
	for _, w := range items {
		if of := suppliers[w.SupplierID]; of != nil {
			w.Supplier = of.Name
		}
	}
	return nil
}

// named loads some columns of the things that items are about, by id.
func named[T any](tx *store.Tx, items []*Work, columns []string, about func(*Work) *uuid.UUID, id func(*T) uuid.UUID) (map[uuid.UUID]*T, error) {
	var ids []uuid.UUID
	for _, w := range items {
		if id := about(w); id != nil {
			ids = append(ids, *id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []*T
	err := store.Query[T](tx).Select(columns).Where("id IN ?", ids).Find(&rows).Error
	byID := make(map[uuid.UUID]*T, len(rows))
	for _, row := range rows {
		byID[id(row)] = row
	}
	return byID, err
}
