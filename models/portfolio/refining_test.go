package portfolio_test

import (
	"fmt"
	"slices"
	"testing"

	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// Lists are narrowed and sorted by the database; it must come to the ratings
// that each row shows, on every day.
func TestListsAreNarrowedAndSortedByTheRatingsThatTheyShow(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host := w.organisation("Host")
		vital, minor := inventory.CriticalityVital, 4
		idle := w.supplier(program, "Without a system")
		for i, rating := range []questionnaire.Rating{questionnaire.Substantial, questionnaire.Reasonable, questionnaire.Limited, questionnaire.Unsatisfactory, ""} {
			criticality := &vital
			if i%2 == 1 {
				criticality = &minor
			}
			supplier := w.supplier(program, fmt.Sprint("Supplier ", i))
			system := w.system(inventory.SystemInput{HostOrganisationID: host, Criticality: criticality, DataCategories: []inventory.DataCategory{}}, supplier)
			if rating != "" {
				w.rate(rating, host, supplier, system)
			}
		}
		silent := w.supplier(program, "Silent")
		w.issue(w.plan(5, silent, w.system(inventory.SystemInput{HostOrganisationID: host}, silent)), host)
		for _, days := range []int{0, 32, 1, 400} {
			w.now = w.now.AddDate(0, 0, days)
			all := w.suppliersBy(portfolio.SupplierFilter{}, "-rating")
			if !slices.IsSortedFunc(all, func(a, b *portfolio.SupplierView) int { return review.Gravity(b.Rating()) - review.Gravity(a.Rating()) }) {
				t.Errorf("after %d days, not the gravest first", days)
			}
			for _, rating := range []questionnaire.Rating{questionnaire.Substantial, questionnaire.Reasonable, questionnaire.Limited, questionnaire.Unsatisfactory, questionnaire.NotAssured} {
				want := shownWith(all, func(v *portfolio.SupplierView) bool { return v.Rating() == rating })
				if got := shownWith(w.suppliersBy(portfolio.SupplierFilter{Rating: rating}, "name"), nil); !slices.Equal(got, want) {
					t.Errorf("after %d days, %s: got %v, want %v", days, rating, got, want)
				}
			}
			want := shownWith(all, func(v *portfolio.SupplierView) bool { return v.Tier == 1 })
			if got := shownWith(w.suppliersBy(portfolio.SupplierFilter{Tier: 1}, "tier"), nil); len(got) == 0 || !slices.Equal(got, want) {
				t.Errorf("tier 1: got %v, want %v", got, want)
			}
		}
		if all := w.suppliersBy(portfolio.SupplierFilter{}, "-systems_count"); all[len(all)-1].ID != idle {
			t.Error("who has no system does not come last by their number")
		}
	})
}

// suppliersBy reads a list page by page.
func (w *wales) suppliersBy(f portfolio.SupplierFilter, sort string) []*portfolio.SupplierView {
	w.t.Helper()
	var all []*portfolio.SupplierView
	page := store.Paging{Limit: 2, Sort: sort}
	for {
		list := must[store.List[*portfolio.SupplierView]](w.t)(w.Suppliers(w.t.Context(), official, f, page))
		all = append(all, list.Items...)
		if page.After = list.Next; list.Next == "" {
			if len(all) != list.Total {
				w.t.Errorf("by %s: %d shown of %d", sort, len(all), list.Total)
			}
			return all
		}
	}
}

func shownWith(all []*portfolio.SupplierView, keep func(*portfolio.SupplierView) bool) []string {
	names := []string{}
	for _, v := range all {
		if keep == nil || keep(v) {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return names
}
