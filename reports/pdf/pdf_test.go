package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"sicrwydd/models/lang"
	"sicrwydd/reports/document"
	"sicrwydd/reports/pdf"
)

func given(tag lang.Tag, blocks ...document.Block) *document.Document {
	return &document.Document{
		Lang: tag, Title: "Adroddiad Llŷn", Subtitle: "Cwmni'r Ŵyl ẃ ẁ ẅ ỳ ŷ", Reference: "REV-2026-0001", Author: "Sicrwydd",
		Moment: time.Date(2026, 3, 3, 14, 5, 0, 0, time.UTC), Footer: "3 Mawrth 2026", Blocks: blocks,
	}
}

// printed gives the file, where it is, and its text by pages.
func printed(t *testing.T, doc *document.Document) (file []byte, path string, pages []string) {
	t.Helper()
	var out bytes.Buffer
	if err := pdf.Write(&out, doc); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	text := run(t, "pdftotext", "-layout", path, "-")
	return out.Bytes(), path, strings.Split(strings.TrimSuffix(text, "\f"), "\f")
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (of poppler-utils or qpdf): %v\n%s", program, err, out)
	}
	return string(out)
}

func rows(n int) document.Table {
	t := document.Table{Caption: "Rows", Columns: []document.Column{{Title: "Rhif", Weight: 20}, {Title: "Testun", Weight: 70}, {Title: "Sgôr", Weight: 10, Right: true}}}
	for i := range n {
		text := fmt.Sprintf("begin-%03d %s end-%03d", i, strings.Repeat("geiriau ", i%40), i)
		t.Rows = append(t.Rows, []document.Cell{{Text: document.Bold(fmt.Sprintf("row-%03d", i))}, {Text: document.Plain(text)}, {Text: document.Plain("1"), Tone: document.Green}})
	}
	return t
}

func TestFileIsSoundAndSaysWhatItIs(t *testing.T) {
	file, path, pages := printed(t, given(lang.Welsh,
		document.Heading{Level: 1, Text: "Crynodeb"}, document.Heading{Level: 2, Text: "Systemau"},
		document.Callout{Tone: document.Red, Label: "Gradd", Word: "Sicrwydd anfoddhaol", Lines: []document.Text{document.Plain("Sgôr")}},
		document.List{Items: []document.Text{document.Plain("un"), document.Plain("dau")}},
		document.Facts{Rows: []document.Fact{{Label: "Enw", Value: document.Quiet("ddim yn hysbys")}}}, rows(3)))
	if !strings.Contains(pages[0], "Cwmni'r Ŵyl ẃ ẁ ẅ ỳ ŷ") || !strings.Contains(pages[0], "Tudalen 1 o 1") {
		t.Errorf("the letters of Welsh do not come back:\n%s", pages[0])
	}
	run(t, "qpdf", "--check", path)
	if err := api.Validate(bytes.NewReader(file), model.NewDefaultConfiguration()); err != nil {
		t.Errorf("not valid: %v", err)
	}
	fonts := strings.Split(strings.TrimSpace(run(t, "pdffonts", path)), "\n")[2:]
	for _, font := range fonts {
		if !regexp.MustCompile(`yes (yes|no) +yes`).MatchString(font) {
			t.Errorf("font that is not embedded or has no letters to read back: %s", font)
		}
	}
	if len(fonts) == 0 {
		t.Error("no fonts")
	}
	plain := run(t, "qpdf", "--qdf", "--object-streams=disable", path, "-")
	for _, wanted := range []string{"/Lang (cy-GB)", "/DisplayDocTitle true", "/Outlines", "/Title"} {
		if !strings.Contains(plain, wanted) {
			t.Errorf("the file lacks %s", wanted)
		}
	}
	for _, unwanted := range []string{"/JavaScript", "/JS", "/OpenAction", "/AA", "/URI", "/Launch", "/GoToR", "/SubmitForm", "/Filespec"} {
		if regexp.MustCompile(regexp.QuoteMeta(unwanted) + `\b`).MatchString(plain) {
			t.Errorf("the file holds %s", unwanted)
		}
	}
	if info := run(t, "pdfinfo", path); !strings.Contains(info, "Adroddiad Llŷn: Cwmni'r Ŵyl") || strings.Count(info, "Mar  3 14:05:00 2026") != 2 {
		t.Errorf("the file does not say what it is:\n%s", info)
	}
}

func TestLongTableGoesOnOverPagesAndLosesNothing(t *testing.T) {
	_, _, pages := printed(t, given(lang.English, rows(600)))
	if len(pages) < 20 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, page := range pages {
		if n := strings.Count(page, "Testun"); n != 1 {
			t.Errorf("page %d has the header %d times", i+1, n)
		}
		if !strings.Contains(page, fmt.Sprintf("Page %d of %d", i+1, len(pages))) {
			t.Errorf("page %d does not say which it is", i+1)
		}
		for _, found := range regexp.MustCompile(`begin-(\d+)`).FindAllStringSubmatch(page, -1) {
			if !strings.Contains(page, "end-"+found[1]) || !strings.Contains(page, "row-"+found[1]) {
				t.Errorf("row %s is not whole on page %d", found[1], i+1)
			}
		}
	}
	if n := strings.Count(strings.Join(pages, ""), "begin-"); n != 600 {
		t.Errorf("%d rows, want 600", n)
	}
}

func TestRowTallerThanAPageIsSplitBetweenItsLines(t *testing.T) {
	var words []string
	for i := range 3000 {
		words = append(words, fmt.Sprintf("w%04d", i))
	}
	table := document.Table{Caption: "Tall", Columns: []document.Column{{Title: "A", Weight: 1}, {Title: "B", Weight: 2}},
		Rows: [][]document.Cell{{{Text: document.Plain("short")}, {Text: document.Plain(strings.Join(words, " "))}}}}
	_, _, pages := printed(t, given(lang.English, document.Paragraph{Text: document.Plain("before")}, table))
	found := regexp.MustCompile(`w\d{4}`).FindAllString(strings.Join(pages, " "), -1)
	if strings.Join(found, " ") != strings.Join(words, " ") {
		t.Errorf("%d words came back of %d, or in another order", len(found), len(words))
	}
}

func TestWordLongerThanALineIsBroken(t *testing.T) {
	word := strings.Repeat("0123456789abcdef", 40)
	_, _, pages := printed(t, given(lang.English, document.Paragraph{Text: document.Plain(word)},
		document.Facts{Rows: []document.Fact{{Label: "Digest", Value: document.Plain(word)}}}))
	if letters := strings.Join(strings.Fields(pages[0]), ""); strings.Count(letters, "0123456789abcdef") != 80 {
		t.Errorf("letters were lost:\n%s", pages[0])
	}
}

func TestHeadingDoesNotStandAloneAtTheFoot(t *testing.T) {
	for filler := 36; filler < 52; filler++ {
		blocks := []document.Block{document.Paragraph{Text: document.Plain(strings.Repeat("line\n", filler))},
			document.Heading{Level: 1, Text: "Lonely"}, document.Paragraph{Text: document.Plain("company")}, rows(4)}
		_, _, pages := printed(t, given(lang.English, blocks...))
		for i, page := range pages {
			if strings.Contains(page, "Lonely") && !strings.Contains(page, "row-000") {
				t.Errorf("after %d lines the heading stands on page %d without its table", filler, i+1)
			}
		}
	}
}

func TestTextThatIsNoTextDoesNotStopTheReport(t *testing.T) {
	_, path, pages := printed(t, given(lang.English, document.Paragraph{Text: document.Plain("before \xff\xe2\x82 \x00 😀 \u202e中 after")}))
	if !strings.Contains(pages[0], "before") || !strings.Contains(pages[0], "after") {
		t.Errorf("text was lost:\n%s", pages[0])
	}
	run(t, "qpdf", "--check", path)
}
