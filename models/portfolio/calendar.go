package portfolio

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// EntryKind says what happens on a day.
type EntryKind string

// What a calendar holds.
const (
	EntryReviewDue          EntryKind = "review_due"     // answers
	EntryAccuracyCheck      EntryKind = "accuracy_check" // ends
	EntryActionDue          EntryKind = "action_due"
	EntryNextReview         EntryKind = "next_review" // of a pair that none is planned for
	EntryCertificateExpires EntryKind = "certificate_expires"
	EntryContractEnds       EntryKind = "contract_ends"
)

// Entry is something that happens on a day.
type Entry struct {
	Kind EntryKind
	ID   uuid.UUID // of the thing
	// Version is that of the thing: it grows when its day moves. 0 where the
	// thing has none.
	Version    int
	On         calendar.Date
	Reference  string
	SupplierID uuid.UUID
	Supplier   string
	System     lang.Text
	ReviewID   *uuid.UUID
}

// entriesMax is how many entries of one kind a calendar gives.
const entriesMax = 1000

// Calendar gives what happens from one day to another, both included, as far
// as the actor sees it.
func (s *Service) Calendar(ctx context.Context, by access.Actor, from, to calendar.Date) ([]Entry, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Entry, error) {
		if !by.Holds(access.ReviewRead) {
			return nil, fault.Forbidden("forbidden")
		}
		d := &diary{tx: tx, from: from, to: to}
		kinds := []func() error{d.reviews, d.actions}
		if by.Holds(access.InventoryRead) && !by.OnSupplierSide() {
			kinds = append(kinds, d.pairs, d.certificates, d.contracts)
		}
		for _, gather := range kinds {
			if err := gather(); err != nil {
				return nil, err
			}
		}
		slices.SortStableFunc(d.entries, func(a, b Entry) int {
			return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Reference, b.Reference))
		})
		return d.entries, d.name()
	})
}

type diary struct {
	tx       *store.Tx
	from, to calendar.Date
	entries  []Entry
}

func (d *diary) reviews() error {
	var rows []*review.Review
	err := store.Query[review.Review](d.tx).Select("id", "version", "reference", "state", "supplier_id", "due_on", "accuracy_check_until").
		Where("(state IN ? AND due_on BETWEEN ? AND ?) OR (state = ? AND accuracy_check_until BETWEEN ? AND ?)",
			[]review.State{review.Planned, review.Issued, review.InProgress, review.Returned}, d.from, d.to, review.Assessed, d.from, d.to).
		Limit(entriesMax).Find(&rows).Error
	for _, r := range rows {
		e := Entry{Kind: EntryReviewDue, ID: r.ID, Version: r.Version, On: r.DueOn, Reference: r.Reference, SupplierID: r.SupplierID, ReviewID: &r.ID}
		if r.State == review.Assessed {
			e.Kind, e.On = EntryAccuracyCheck, r.AccuracyCheckUntil
		}
		d.entries = append(d.entries, e)
	}
	return err
}

func (d *diary) actions() error {
	if !d.tx.By().Holds(access.AnswersRead) {
		return nil
	}
	var rows []*review.Action
	err := store.Query[review.Action](d.tx).Where("state = ? AND due_on BETWEEN ? AND ?", review.ActionOpen, d.from, d.to).Limit(entriesMax).Find(&rows).Error
	for _, a := range rows {
		d.entries = append(d.entries, Entry{Kind: EntryActionDue, ID: a.ID, Version: a.Version, On: a.DueOn, Reference: a.Reference, ReviewID: &a.ReviewID})
	}
	return err
}

func (d *diary) pairs() error {
	var rows []*review.LivePair
	err := store.Query[review.LivePair](d.tx).Where("open_review_id IS NULL AND last_rating <> '' AND next_due_on BETWEEN ? AND ?", d.from, d.to).
		Limit(entriesMax).Find(&rows).Error
	for _, p := range rows {
		d.entries = append(d.entries, Entry{Kind: EntryNextReview, ID: p.SystemID, On: p.NextDueOn, SupplierID: p.SupplierID})
	}
	return err
}

func (d *diary) certificates() error {
	var rows []*inventory.Certificate
	err := store.Query[inventory.Certificate](d.tx).Where("expires_on BETWEEN ? AND ?", d.from, d.to).Limit(entriesMax).Find(&rows).Error
	for _, c := range rows {
		d.entries = append(d.entries, Entry{Kind: EntryCertificateExpires, ID: c.ID, Version: c.Version, On: c.ExpiresOn, Reference: c.Number, SupplierID: c.SupplierID})
	}
	return err
}

func (d *diary) contracts() error {
	var rows []*inventory.Contract
	err := store.Query[inventory.Contract](d.tx).Where("ends_on BETWEEN ? AND ?", d.from, d.to).Limit(entriesMax).Find(&rows).Error
	for _, c := range rows {
		d.entries = append(d.entries, Entry{Kind: EntryContractEnds, ID: c.ID, Version: c.Version, On: c.EndsOn, Reference: c.Reference, SupplierID: c.SupplierID})
	}
	return err
}

// name says which supplier and system each entry is about.
func (d *diary) name() error {
	work := make([]Work, len(d.entries))
	for i, e := range d.entries {
		work[i] = Work{SupplierID: e.SupplierID, ReviewID: e.ReviewID}
		if e.Kind == EntryNextReview {
			work[i].SystemID = &d.entries[i].ID
		}
	}
	if err := nameAll(d.tx, []Pile{{Items: work}}); err != nil {
		return err
	}
	for i := range d.entries {
		e := &d.entries[i]
		e.SupplierID, e.Supplier, e.System = work[i].SupplierID, work[i].Supplier, work[i].System
		e.Reference = cmp.Or(e.Reference, work[i].Reference)
	}
	return nil
}
