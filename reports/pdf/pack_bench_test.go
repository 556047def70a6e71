package pdf_test

import (
	"fmt"
	"testing"
	"time"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/reports"
	"sicrwydd/reports/pdf"
)

// largePack is what a board reads of an organisation with 400 systems.
func largePack() *pack.Paper {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	p := &portfolio.Position{At: at, RiskRules: risk.RuleVersion, ScoringRules: questionnaire.RuleVersion, Organisation: lang.Text{En: "Host"},
		Findings: map[review.Severity]int{review.Critical: 20, review.High: 50}, Verified: 70}
	for i := range 400 {
		s := portfolio.SystemPosition{Reference: fmt.Sprintf("SYS-%04d", i), Name: lang.Text{En: fmt.Sprintf("System %d", i)}, Suppliers: []string{"Cŵn Llŷn Cyf"},
			Tier: 1 + i%4, Rating: review.Ratings[i%5], Kind: review.Current, NextOn: "2026-06-30", Owner: "Somebody"}
		s.Inherent = risk.Inherent(5-i%4, inventory.ExposureInternet, nil, at)
		s.Residual = risk.Residual(s.Inherent, risk.Shown{Rating: s.Rating})
		p.Systems = append(p.Systems, s)
		p.Suppliers = append(p.Suppliers, portfolio.SupplierPosition{Name: fmt.Sprintf("Supplier %d", i), Vital: i % 5, Systems: 5, Hosts: 1, Rating: s.Rating})
		p.Actions = append(p.Actions, portfolio.ActionPosition{Reference: fmt.Sprintf("ACT-2026-%04d", i), Text: lang.Text{En: "Make back-ups that cannot be changed"}, Owner: "Somebody",
			DueOn: "2026-01-10", State: review.ActionOpen, Supplier: "Cŵn Llŷn Cyf", Overdue: i%3 == 0})
		p.Reviews.Ended = append(p.Reviews.Ended, portfolio.EndedReview{Reference: fmt.Sprintf("REV-2026-%04d", i), Supplier: "Cŵn Llŷn Cyf", State: review.Closed, Reason: "They declined.", On: "2026-02-01"})
	}
	day := calendar.Date("2025-04-01")
	for i := range 12 {
		p.Trend = append(p.Trend, portfolio.TrendPoint{On: day.AddMonths(i).AddDays(-1), Counts: map[questionnaire.Rating]int{questionnaire.Substantial: 10 * i, questionnaire.NotAssured: 400 - 10*i}})
		p.Reviews.Months = append(p.Reviews.Months, portfolio.MonthOfReviews{Month: day.AddMonths(i), Due: 30, DueDone: 2 * i, Signed: i})
	}
	return &pack.Paper{Snapshot: &pack.Snapshot{Position: p}, Reference: "PCK-2026-0007", MeetingOn: "2026-03-18", MadeBy: "Somebody",
		Code: "K7QM-4XJ2-9WTB", VerifyAt: "https://example.org/verify?code=K7QM-4XJ2-9WTB"}
}

// What the tags cost on a board's pack.
func BenchmarkPackTags(b *testing.B) {
	doc, err := reports.Pack(largePack(), lang.English)
	if err != nil {
		b.Fatal(err)
	}
	pdf.TagCost(b, doc)
}
