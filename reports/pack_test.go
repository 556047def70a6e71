package reports_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// givenPack is a pack with something of everything; each name in it is told
// apart from all other words.
func givenPack() *pack.Paper {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	p := &portfolio.Position{At: at, RiskRules: "2026.1", ScoringRules: "2026.1", Organisation: lang.Text{En: "Cardiff and Vale University Health Board", Cy: "Bwrdd Iechyd Prifysgol Caerdydd a'r Fro"},
		Findings: map[review.Severity]int{review.Critical: 2, review.High: 5}, Verified: 7}
	ratings := []questionnaire.Rating{questionnaire.Unsatisfactory, questionnaire.NotAssured, questionnaire.Limited, questionnaire.Reasonable, questionnaire.Substantial, questionnaire.Reasonable}
	for i := range 24 {
		s := portfolio.SystemPosition{Reference: "SYS-00" + string(rune('A'+i)), Name: lang.Text{En: "Xsystem ward record " + string(rune('A'+i)), Cy: "Xsystem cofnod ward " + string(rune('A'+i))},
			Suppliers: []string{"Xsupplier Ffug Cyf"}, Tier: 1 + i%4, Rating: ratings[i%6], Kind: review.Current, NextOn: "2026-06-30", Owner: "Xperson Owner"}
		s.Inherent = risk.Inherent(5-i%4, inventory.ExposureInternet, nil, at)
		s.Residual = risk.Residual(s.Inherent, risk.Shown{Rating: s.Rating})
		p.Systems = append(p.Systems, s)
	}
	for i := range 6 {
		a := portfolio.ActionPosition{Reference: "ACT-2026-000" + string(rune('1'+i)), Text: lang.Text{En: "Xfinding: make back-ups that cannot be changed and test that they can be restored", Cy: "Xfinding: gwneud copïau wrth gefn na ellir eu newid"},
			Owner: "Xperson Doer", DueOn: calendar.Date("2026-01-1" + string(rune('0'+i))), State: review.ActionOpen, Supplier: "Xsupplier Ffug Cyf", Overdue: i < 5}
		p.Actions = append(p.Actions, a)
	}
	p.Systems[0].NextAction = &p.Actions[0]
	day := calendar.Date("2025-04-01")
	for i := range 12 {
		p.Trend = append(p.Trend, portfolio.TrendPoint{On: day.AddMonths(i).AddDays(-1), Counts: map[questionnaire.Rating]int{questionnaire.Substantial: i / 3, questionnaire.Reasonable: i,
			questionnaire.Limited: 4, questionnaire.NotAssured: 20 - i - i/3}})
		p.Reviews.Months = append(p.Reviews.Months, portfolio.MonthOfReviews{Month: day.AddMonths(i), Due: i % 4, DueDone: i % 4 / 2, Signed: i % 2})
	}
	p.Reviews.LateByThem, p.Reviews.LateByUs, p.Reviews.NeverPlanned = 3, 1, 4
	p.Reviews.Ended = []portfolio.EndedReview{{Reference: "REV-2026-0009", Supplier: "Xsupplier Ffug Cyf", State: review.Closed, Reason: "Xfinding: they declined", On: "2026-02-01", Rating: questionnaire.Limited}}
	p.Suppliers = []portfolio.SupplierPosition{{Name: "Xsupplier Ffug Cyf", Vital: 6, Systems: 24, Hosts: 3, Rating: questionnaire.Unsatisfactory}}
	return &pack.Paper{Snapshot: &pack.Snapshot{Position: p, Before: &pack.Before{Reference: "PCK-2025-0004", MeetingOn: "2025-12-03", At: at.AddDate(0, -3, 0),
		Counts: map[questionnaire.Rating]int{questionnaire.Reasonable: 5}, Overdue: 2, New: 1,
		Worse: []pack.Moved{{Reference: "SYS-00A", Name: p.Systems[0].Name, From: questionnaire.Limited, To: questionnaire.Unsatisfactory}}}},
		Reference: "PCK-2026-0007", Note: lang.Text{En: "The board asked in December for the trend.", Cy: "Gofynnodd y bwrdd ym mis Rhagfyr am y duedd."},
		MeetingOn: "2026-03-18", MadeBy: "Xperson Maker", Code: "K7QM-4XJ2-9WTB", VerifyAt: "https://sicrwydd.example.org/verify?code=K7QM-4XJ2-9WTB"}
}

func printed(t *testing.T, paper *pack.Paper, tag lang.Tag) []byte {
	t.Helper()
	doc, err := reports.Pack(paper, tag)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func wordsOf(t *testing.T, file []byte) (string, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pack.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("KEEP_PACKS"); keep != "" {
		_ = os.WriteFile(filepath.Join(keep, strings.ReplaceAll(t.Name(), "/", "-")+".pdf"), file, 0o600)
	}
	all, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	first, _, _ := strings.Cut(string(all), "\f")
	return string(all), first
}

func TestAPackSaysOnItsFirstPageWhatItsReaderMustKnow(t *testing.T) {
	for tag, want := range map[lang.Tag][]string{
		lang.English: {"12 of 24", "What has changed", "What is asked of you", "18 March 2026", "Cardiff and Vale", "PCK-2026-0007", "2 March 2026, 09:00", "Xperson Maker"},
		lang.Welsh:   {"12 o 24", "Beth sydd wedi newid", "Beth y gofynnir i chi ei wneud", "18 Mawrth 2026", "Caerdydd a'r Fro", "PCK-2026-0007", "2 Mawrth 2026, 09:00"},
	} {
		t.Run(string(tag), func(t *testing.T) {
			file := printed(t, givenPack(), tag)
			if !bytes.Equal(file, printed(t, givenPack(), tag)) {
				t.Error("the same pack gives other bytes")
			}
			all, first := wordsOf(t, file)
			for _, words := range want {
				if !strings.Contains(first, words) {
					t.Errorf("page 1 does not say %q", words)
				}
			}
			pages := strings.Split(strings.TrimRight(all, "\f\n"), "\f")
			for i, page := range pages {
				if !strings.Contains(page, "K7QM-4XJ2-9WTB") {
					t.Errorf("page %d of %d carries no code", i+1, len(pages))
				}
			}
		})
	}
}

func TestAPublicPackNamesNoFindingAndNoPerson(t *testing.T) {
	for _, tag := range lang.All {
		t.Run(string(tag), func(t *testing.T) {
			paper := givenPack()
			if all, _ := wordsOf(t, printed(t, paper, tag)); !strings.Contains(all, "Xfinding") || !strings.Contains(all, "Xperson") {
				t.Error("the private one names none either: this test shows nothing")
			}
			paper.Public = true
			file := printed(t, paper, tag)
			all, _ := wordsOf(t, file)
			doc, err := reports.Pack(paper, tag)
			if err != nil {
				t.Fatal(err)
			}
			var page bytes.Buffer
			if err := reports.HTML(&page, doc); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"Xfinding", "Xperson", "Xsupplier", "Xsystem", "SYS-00", "ACT-", "REV-"} {
				if strings.Contains(all, name) || strings.Contains(page.String(), name) {
					t.Errorf("the public rendition says %s", name)
				}
			}
		})
	}
}
