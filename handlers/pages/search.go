package pages

import (
	"strings"

	"sicrwydd/models/access"
	"sicrwydd/models/inventory"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

type searchData struct {
	Q         string
	Suppliers store.List[*inventory.Supplier]
	Systems   store.List[*inventory.System]
	Reviews   store.List[review.Found]
	Findings  store.List[review.FindingRow]
}

// Found counts what was found of every kind.
func (d searchData) Found() int {
	return d.Suppliers.Total + d.Systems.Total + d.Reviews.Total + d.Findings.Total
}

// Search finds suppliers, systems, reviews and findings by name or reference,
// the first of each kind that the reader may see.
func (p *Pages) Search(v *View) error {
	ctx, by, first := v.UserContext(), v.Actor(), store.Paging{Limit: 20}
	d := searchData{Q: strings.TrimSpace(v.Query("q"))}
	if len([]rune(d.Q)) > 200 {
		d.Q = string([]rune(d.Q)[:200])
	}
	if d.Q == "" {
		return v.Show(Page{Name: "search", TitleKey: "common.search", Data: d})
	}
	for _, kind := range []struct {
		permission access.Permission
		find       func() error
	}{
		{access.InventoryRead, func() (err error) {
			d.Suppliers, err = p.Inventory.Suppliers(ctx, by, inventory.SupplierFilter{Q: d.Q}, first)
			return err
		}},
		{access.InventoryRead, func() (err error) {
			d.Systems, err = p.Inventory.Systems(ctx, by, inventory.SystemFilter{Q: d.Q}, first)
			return err
		}},
		{access.ReviewRead, func() (err error) {
			d.Reviews, err = p.Services.Reviews.Find(ctx, by, review.Filter{Q: d.Q}, first)
			return err
		}},
		{access.AnswersRead, func() (err error) {
			d.Findings, err = p.Services.Reviews.Findings(ctx, by, review.FindingFilter{Q: d.Q}, first)
			return err
		}},
	} {
		if !by.Holds(kind.permission) {
			continue
		}
		if err := kind.find(); err != nil {
			return err
		}
	}
	return v.Show(Page{Name: "search", TitleKey: "common.search", Data: d})
}
