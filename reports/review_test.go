package reports_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports"
	"sicrwydd/reports/document"
	"sicrwydd/reports/pdf"
)

// written gives the report as PDF, and its text by pages.
func written(t *testing.T, s *review.Snapshot, tag lang.Tag) ([]byte, []string) {
	t.Helper()
	file := asPDF(t, s, tag)
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	text := run(t, "pdftotext", "-layout", path, "-")
	return file, strings.Split(strings.TrimSuffix(text, "\f"), "\f")
}

func asPDF(t *testing.T, s *review.Snapshot, tag lang.Tag) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := pdf.Write(&out, report(t, s, tag)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func report(t *testing.T, s *review.Snapshot, tag lang.Tag) *document.Document {
	t.Helper()
	doc, err := reports.ReviewReport(s, tag)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (of poppler-utils or qpdf): %v\n%s", program, err, out)
	}
	return string(out)
}

func TestFirstPageSaysTheRatingTheCapTheClaimsAndWhatIsAsked(t *testing.T) {
	for tag, inOrder := range map[lang.Tag][]string{
		lang.English: {"Supplier assurance report", "Cŵn Llŷn Software Ltd", "REV-2026-0042", "Limited assurance", "Capped at: Limited assurance",
			"Score: 77%", "the supplier's word alone: 15 of 58", "Rely, with conditions", "3 March 2027", "Previous review: REV-2025-0007",
			"What is asked of you", "Condition: A full restore", "(to be done by 1 June", "Finding (High): Restoring from backups", "Open actions: 2 (overdue: 1)", "Page 1 of "},
		lang.Welsh: {"Adroddiad sicrwydd cyflenwr", "Cŵn Llŷn Software Ltd", "REV-2026-0042", "Sicrwydd cyfyngedig", "Terfyn uchaf: Sicrwydd cyfyngedig",
			"Sgôr: 77%", "air y cyflenwr yn unig: 15 o 58", "Dibynnu ag amodau", "3 Mawrth 2027", "REV-2025-0007", "Beth a ofynnir gennych chi",
			"Amod: Rhoddir cynnig", "(i'w gwblhau erbyn 1 Mehefin", "(Saesneg yn unig)", "Camau gweithredu agored: 2 (yn hwyr: 1)", "Tudalen 1 o "},
	} {
		_, pages := written(t, given(t, clinic()), tag)
		at := 0
		for _, words := range inOrder {
			found := strings.Index(pages[0][at:], words)
			if found < 0 {
				t.Fatalf("%s: page 1 does not say %q after %q:\n%s", tag, words, pages[0][:at], pages[0])
			}
			at += found
		}
	}
}

func TestEachHostAndSystemIsOnTheFirstPage(t *testing.T) {
	s := given(t, clinic(), wards(), patrols())
	s.SignOffs = s.SignOffs[:1]
	_, pages := written(t, s, lang.English)
	for _, words := range []string{"Clinic letters", "Ward boards", "Night Rota", "Digital Health and Care Wales",
		"Velindre University NHS Trust", "No decision yet", "To decide whether to rely on this supplier: Velindre"} {
		if !strings.Contains(pages[0], words) {
			t.Errorf("page 1 does not say %q:\n%s", words, pages[0])
		}
	}
	if scope := strings.Join(pages[1:4], ""); strings.Count(scope, "not known") != 4 {
		t.Errorf("want four facts of the night rota not known, in:\n%s", scope)
	}
}

func TestDraftsAndEndedReviewsSayItOnEveryPage(t *testing.T) {
	for words, change := range map[string]func(*review.Snapshot){
		"DRAFT – NOT SIGNED OFF":    func(s *review.Snapshot) { draftOf(s) },
		"SUPERSEDED":                func(s *review.Snapshot) { s.State = reports.Superseded },
		"CLOSED WITHOUT A SIGN-OFF": func(s *review.Snapshot) { s.State, s.EndReason = review.Closed, "No answer came." },
		"CANCELLED":                 func(s *review.Snapshot) { s.State = review.Cancelled },
	} {
		s := given(t, clinic())
		change(s)
		_, pages := written(t, s, lang.English)
		for i, page := range pages {
			if !strings.Contains(page, words) {
				t.Errorf("page %d does not say %q", i+1, words)
			}
		}
	}
	_, pages := written(t, given(t, clinic()), lang.English)
	if strings.Contains(strings.Join(pages, ""), "DRAFT") {
		t.Error("a signed report says that it is a draft")
	}
}

func TestSuppliersRenditionHoldsNothingOfOurSide(t *testing.T) {
	_, pages := written(t, forSupplier(given(t, clinic(), wards())), lang.English)
	text := strings.Join(pages, "\n")
	for _, ours := range []string{"Swansea Bay", "Extreme", "Likelihood", "42,500", "Keeps the appointments", "Tier"} {
		if strings.Contains(text, ours) {
			t.Errorf("the supplier reads %q", ours)
		}
	}
	for _, theirs := range []string{"Limited assurance", "What would raise it", "Say who checks this, and how often.", "FND-2026-0011", "Not met"} {
		if !strings.Contains(text, theirs) {
			t.Errorf("the supplier does not read %q", theirs)
		}
	}
}

func TestReportSaysWhyPointByPoint(t *testing.T) {
	s := given(t, clinic())
	_, pages := written(t, s, lang.English)
	text := strings.Join(strings.Fields(strings.Join(pages, " ")), " ")
	held := 0
	for _, p := range s.Systems[0].Score.Points {
		if p.ByGate() {
			held++
		}
	}
	if held == 0 {
		t.Fatal("the review was to have a closed gate")
	}
	for _, words := range []string{"Questions not asked because of this answer: 3", "What would raise it to: Reasonable assurance",
		"Opens more questions, result", "Digest of the questionnaire", "Mair Tŷ-Coch", "5 × 4 = 20"} {
		if !strings.Contains(text, words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	if !strings.Contains(text, s.Questionnaire.Digest) {
		t.Error("the digest is not whole")
	}
}

func TestTheSameSnapshotGivesTheSameBytes(t *testing.T) {
	s := given(t, clinic(), wards())
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var kept review.Snapshot
	if err := json.Unmarshal(body, &kept); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(asPDF(t, s, lang.Welsh), asPDF(t, &kept, lang.Welsh)) {
		t.Error("a report that was kept is not the one that was made")
	}
}

func TestReportOfAReviewThatHasHardlyBegun(t *testing.T) {
	for _, tag := range lang.All {
		s := &review.Snapshot{At: atTheTime, Draft: true, Rendition: review.ForBoard, Reference: "REV-2026-0001", Kind: review.Desk,
			State: review.Planned, Rating: questionnaire.NotRated, Systems: []review.SystemSnap{{Name: lang.Text{En: "Ward boards"}, Rating: questionnaire.NotRated, Score: questionnaire.SystemScore{WorkedOut: questionnaire.NotRated}}}}
		_, pages := written(t, s, tag)
		want := map[lang.Tag]string{lang.English: "has not been assessed", lang.Welsh: "wedi'i asesu"}[tag]
		if !strings.Contains(pages[0], want) {
			t.Errorf("page 1 does not say %q:\n%s", want, pages[0])
		}
	}
}
