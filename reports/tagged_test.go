package reports_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/vault"
	"sicrwydd/reports"
	"sicrwydd/reports/document"
	"sicrwydd/reports/pdf"
)

// heardOnPaper gives the words of a PDF in the order of its structure, without
// those of figures.
func heardOnPaper(t *testing.T, doc *document.Document) []string {
	t.Helper()
	var out bytes.Buffer
	if err := pdf.Write(&out, doc); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "qpdf", "--check", path)
	if _, _, err := vault.Inspect("report.pdf", out.Bytes()); err != nil && len(doc.Attachments) == 0 {
		t.Errorf("a supplier could not hand in %s as evidence: %v", doc.Title, err)
	}
	var text strings.Builder
	figure := false
	for _, line := range strings.Split(run(t, "pdfinfo", "-struct-text", path), "\n") {
		said := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(said, `"`):
			if !figure {
				text.WriteString(strings.TrimSuffix(said[1:], `"`))
			}
		case strings.HasPrefix(said, "/"):
		case strings.HasPrefix(said, "Span"): // in the midst of a sentence
		default:
			figure = strings.HasPrefix(said, "Figure")
			text.WriteByte(' ')
		}
	}
	return strings.Fields(text.String())
}

// heardOnPage gives the words of the page under its title.
func heardOnPage(t *testing.T, doc *document.Document) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(asHTML(t, doc)))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Builder{}
	text.WriteString(doc.Title)
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "svg" {
			return
		}
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
		for child := range n.ChildNodes() {
			walk(child)
		}
		if n.Type == html.ElementNode && n.Data != "span" && n.Data != "strong" {
			text.WriteByte(' ')
		}
	}
	walk(root)
	return strings.Fields(text.String())
}

func TestPaperReadsAsThePageDoes(t *testing.T) {
	whole := given(t, patrols())
	number := 1200
	hit := &portfolio.Hit{At: atTheTime, Reference: "SUP-0007", Supplier: "Cŵn Llŷn", People: number,
		Contacts: []inventory.Contact{{Kind: "security", Name: "Siân", Phone: "029"}},
		Systems: []portfolio.HitSystem{{Reference: "SYS-0001", Name: lang.Text{En: "Clinic letters"}, Status: "live", Host: velindre,
			Uses: []portfolio.HitUse{{Organisation: swansea, Role: "controller", PeopleCount: &number}}}}}
	receipt := &review.ReceiptRecord{File: review.ReceiptFile{Number: 1, Digest: strings.Repeat("0123456789abcdef", 4), Attested: true}, Reference: "REV-1",
		Supplier: "Cŵn Llŷn", Systems: []lang.Text{{En: "Clinic letters"}}, SubmittedAt: atTheTime, Name: "Siân", Organisation: "Cŵn Llŷn",
		Answers: []review.ReceiptAnswer{{Section: lang.Text{En: "Access", Cy: "Mynediad"}, Question: lang.Text{En: "Who?"}, System: lang.Text{En: "Clinic letters"},
			Said: "Everybody", Comment: "No\ncomment", Evidence: []string{"policy.pdf"}}}}
	// The other reader takes seconds for each long report, so not all are heard
	// in both languages.
	board, err := reports.ReviewReport(whole, lang.Welsh)
	hear(t, board, err)
	supplier, err := reports.ReviewReport(forSupplier(whole), lang.English)
	hear(t, supplier, err)
	for _, tag := range lang.All {
		calls, err := reports.WhoIsHit(hit, tag)
		hear(t, calls, err)
		handed, err := reports.Receipt(receipt, tag)
		hear(t, handed, err)
	}
}

func hear(t *testing.T, doc *document.Document, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	page := heardOnPage(t, doc)
	if doc.Marking != "" { // on paper it is above the title
		title, marking := len(strings.Fields(doc.Title)), len(strings.Fields(doc.Marking))
		page = slices.Concat(page[title:title+marking], page[:title], page[title+marking:])
	}
	if diff := cmp.Diff(page, heardOnPaper(t, doc)); diff != "" {
		t.Errorf("the page (-) and the paper (+) of %s in %s read otherwise:\n%s", doc.Title, doc.Lang, diff)
	}
}

// Whoever has a receipt's PDF alone can have it checked: the record is found
// in it.
func TestReceiptIsFoundInItsTaggedPDF(t *testing.T) {
	record := &review.ReceiptRecord{File: review.ReceiptFile{Number: 1, Content: "{}", Digest: "d", Signature: "s"}, Reference: "REV-1", SubmittedAt: atTheTime}
	doc, err := reports.Receipt(record, lang.Welsh)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := pdf.Write(&out, doc); err != nil {
		t.Fatal(err)
	}
	if found, err := review.ReadReceipt(out.Bytes()); err != nil || *found != record.File {
		t.Errorf("found %v (%v)", found, err)
	}
}
