package reports_test

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/reports"
)

// givenSystem is a report with something of everything.
func givenSystem() *portfolio.SystemReport {
	supplier, people, hours, yes := uuid.New(), 4700, 24, true
	stands := review.Standing{SupplierID: supplier, Kind: review.Current, Rating: questionnaire.Limited, RatedOn: "2026-01-05", Until: "2027-01-05", NextReviewOn: "2026-12-01"}
	before := risk.Inherent(4, inventory.ExposureInternet, nil, atTheTime)
	after := risk.Residual(before, risk.Shown{Rating: questionnaire.Limited, CriticalFinding: true})
	view := &portfolio.SystemView{System: &inventory.System{Reference: "SYS-0001", Name: lang.Text{En: "Clinic letters", Cy: "Llythyrau clinig"}, Purpose: lang.Text{En: "Letters"},
		Status: inventory.Live, Tier: 2, TierProvisional: true, PeopleCount: &people, DataCategories: []inventory.DataCategory{inventory.DataHealth}},
		Supplies: []*inventory.Supply{{SupplierID: supplier, Part: "hosts"}, {SupplierID: supplier, Part: "supports"}}, SupplierNames: map[uuid.UUID]string{supplier: "Cŵn Llŷn"},
		Standing: &stands, Pairs: []review.Standing{stands}, InherentRisk: &before, ResidualRisk: &after}
	situation := risk.Situation{Facts: view.Facts(), Exposure: "", Shown: risk.Shown{Rating: questionnaire.Limited, CriticalFinding: true}, Now: atTheTime}
	return &portfolio.SystemReport{At: atTheTime, MadeBy: "Siân", Host: velindre, Risk: &portfolio.RiskView{SystemView: view, Remedies: situation.Remedies(), Missing: situation.Missing(), Today: "2026-03-03"},
		Uses:      []portfolio.ReportedUse{{Use: &inventory.Use{Role: "controller", PeopleCount: &people, ConfirmedAt: &atTheTime}, Organisation: swansea}},
		Contracts: []portfolio.ReportedContract{{Contract: &inventory.Contract{Reference: "CON-0001", Title: "Letters", EndsOn: "2026-01-31", BreachNoticeHours: &hours, RightToAudit: &yes}, Supplier: "Cŵn Llŷn"}},
		Reviews: []portfolio.ReportedReview{{Reference: "REV-2026-0002", Supplier: "Cŵn Llŷn", State: review.Planned, DueOn: "2026-12-01"},
			{Reference: "REV-2026-0001", Supplier: "Cŵn Llŷn", State: review.SignedOff, DueOn: "2025-12-01", SignedOffOn: "2026-01-05", Rating: questionnaire.Limited, Decision: review.RelyWithConditions}},
		Findings: []portfolio.ReportedFinding{{Reference: "FND-2026-0001", Severity: review.Critical, Title: lang.Text{En: "No second factor"}, Supplier: "Cŵn Llŷn", Review: "REV-2026-0001"}},
		Actions:  []portfolio.ActionPosition{{Reference: "ACT-2026-0001", Text: lang.Text{Cy: "Ychwanegu ffactor"}, Owner: "Gwen", DueOn: "2026-02-01", State: review.ActionOpen, Supplier: "Cŵn Llŷn", Overdue: true}}}
}

func TestTheReportOfASystemReadsOnPaperAsOnThePage(t *testing.T) {
	for _, tag := range lang.All {
		doc, err := reports.SystemReport(givenSystem(), tag)
		hear(t, doc, err)
	}
	bare := &portfolio.SystemReport{At: atTheTime, Risk: &portfolio.RiskView{SystemView: &portfolio.SystemView{System: &inventory.System{Reference: "SYS-0002", Name: lang.Text{Cy: "Hen system"}, Status: inventory.Retired},
		Standing: &review.Standing{Kind: review.NeverReviewed, Rating: questionnaire.NotAssured}, InherentRisk: &risk.Assessment{}, ResidualRisk: &risk.Assessment{}}}}
	doc, err := reports.SystemReport(bare, lang.English)
	hear(t, doc, err)
}
