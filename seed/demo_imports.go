package seed

import (
	"context"

	"sicrwydd/models/inventory"
	"sicrwydd/models/review"
)

// planTogether plans reviews of what is due and minor, as an official does at once.
func (b *builder) planTogether(ctx context.Context) error {
	f, err := b.reviews.Foresee(ctx, b.people["official"], review.Choice{AllDue: true, Tier: 4})
	if err != nil || len(f.Groups) == 0 {
		return err
	}
	_, err = b.reviews.PlanBulk(ctx, b.people["official"], review.BulkInput{DueOn: f.DueOn, Reviews: []review.BulkAsk{f.Groups[0].BulkAsk}})
	return err
}

// bringList brings a list of systems that nobody has entered yet: some rows are
// right, some wrong, one is of a system that is there.
func (b *builder) bringList(ctx context.Context) error {
	_, err := b.inventory.BeginImport(ctx, b.people["official"], inventory.ImportFile{Name: "systems (fictitious).csv", Encoding: "utf-8",
		Headings: []string{"System", "Enw (Cymraeg)", "Health board", "Supplier", "Part", "Live since", "Number of people", "Help desk", "Reference"},
		Rows: []inventory.ImportedCells{
			{Number: 2, Cells: []string{"Clinic letters (fictitious)", "Llythyrau clinig (ffug)", "7A4", "Newydd Cyf (fictitious)", "Hosts; supports", "3 Mawrth 2024", "12,000", "029 2018 0100"}},
			{Number: 3, Cells: []string{"Theatre lists (fictitious)", "Rhestrau theatr (ffug)", "Cardiff and Vale University Health Board", "Newydd Cyf (fictitious)", "Lletya", "31/04/2024", "many", ""}},
			{Number: 4, Cells: []string{"Ward boards (fictitious)", "Byrddau ward (ffug)", "Bwrdd Iechyd Prifysgol Bae Abertawe", "Newydd Cyf (fictitious)", "Cefnogi", "2025-01-06", "800", "029 2018 0101"}},
			{Number: 5, Cells: []string{demoSystems[0].en, "", "", "", "", "", "", "029 2018 0102", b.systems[0].Reference}},
		}})
	return err
}
