package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"sicrwydd/models/lang"
	"sicrwydd/reports/document"
)

// everything is a document with each kind of block, in which a paragraph, a
// list and tables go on over pages.
func everything(tag lang.Tag) *document.Document {
	words := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "gair%04d ", i)
		}
		return text.String()
	}
	bars := document.Bars([]document.Bar{{Label: "Hyfforddiant", Share: 40, Note: "40%"}}, []document.Threshold{{At: 65, Label: "65%"}})
	foreign := document.Text{{Text: "Teitl: "}, {Text: "in the other ", Lang: tag.Other()}, {Text: "language", Bold: true, Lang: tag.Other()}, {Text: " (yn unig)", Quiet: true}}
	var points []document.Text
	for i := range 60 {
		points = append(points, document.Plain(fmt.Sprint("pwynt ", i)))
	}
	doc := given(tag,
		document.Heading{Level: 1, Text: "Crynodeb"}, document.Paragraph{Text: document.Plain(words(3))}, document.Paragraph{Text: foreign, Quiet: true},
		document.Callout{Tone: document.Red, Label: "Gradd", Word: "Cyfyngedig", Lines: []document.Text{document.Plain("un"), foreign}},
		document.Heading{Level: 2, Text: "Ffeithiau"}, document.Facts{Rows: []document.Fact{{Label: "Enw", Value: foreign}, {Label: "Gwag"}}},
		document.Heading{Level: 3, Text: "Ffigur"}, document.Figure{Drawing: bars, Alt: "Bariau: Hyfforddiant 40%, ŵ", Numbers: rows(2)},
		document.List{Items: points}, document.Paragraph{Text: document.Plain(words(1500))}, document.Paragraph{Text: document.Plain("un\ndau\ntri")},
		document.Heading{Level: 1, Text: "Tabl", NewPage: true}, rows(60), document.Table{Caption: "Tal",
			Columns: []document.Column{{Title: "A", Weight: 1}, {Weight: 2}}, Rows: [][]document.Cell{{{Text: document.Plain("byr")}, {Text: document.Plain(words(2000))}}}})
	doc.Marking, doc.Details = "DRAFFT", []string{"Adolygiad 1", "Adolygiad 2"}
	return doc
}

// expected is what the structure of a document has to be: a line for each
// element with its depth, kind and words.
func expected(doc *document.Document) []string {
	lines := []string{"Document:"}
	add := func(depth int, kind, text string) {
		lines = append(lines, strings.TrimSpace(strings.Repeat("-", depth)+kind+": "+strings.Join(strings.Fields(text), " ")))
	}
	row := func(first, others string, cells []document.Cell) {
		add(2, "TR", "")
		for i, cell := range cells {
			add(3, map[bool]string{true: first, false: others}[i == 0], cell.Text.String())
		}
	}
	table := func(t document.Table) {
		add(1, "Table", "")
		if t.Caption != "" {
			add(2, "Caption", t.Caption)
		}
		var head []document.Cell
		for _, c := range t.Columns {
			head = append(head, document.Cell{Text: document.Plain(c.Title)})
		}
		row("TH Column", "TH Column", head)
		for _, cells := range t.Rows {
			row("TH Row", "TD", cells)
		}
	}
	add(1, "P", doc.Marking)
	add(1, "H1", doc.Title)
	for _, text := range append([]string{doc.Subtitle}, doc.Details...) {
		add(1, "P", text)
	}
	for _, block := range doc.Blocks {
		switch b := block.(type) {
		case document.Heading:
			add(1, fmt.Sprint("H", b.Level+1), b.Text)
		case document.Paragraph:
			add(1, "P", b.Text.String())
		case document.Facts:
			add(1, "Table", "")
			for _, fact := range b.Rows {
				row("TH Row", "TD", []document.Cell{{Text: document.Plain(fact.Label)}, {Text: fact.Value}})
			}
		case document.Callout:
			add(1, "Div", "")
			for _, text := range append([]document.Text{document.Plain(b.Label), document.Plain(b.Word)}, b.Lines...) {
				add(2, "P", text.String())
			}
		case document.Table:
			table(b)
		case document.List:
			add(1, "L Disc", "")
			for _, item := range b.Items {
				add(2, "LI", "")
				add(3, "Lbl", "")
				add(3, "LBody", item.String())
			}
		case document.Figure:
			add(1, "Figure Block", "")
			table(b.Numbers)
		}
	}
	add(1, "P", doc.Footer)
	return lines
}

// structure is what another reader finds in a file, in the same form. The
// words of spans belong to the element that they stand in, and the words in a
// drawing are not read.
func structure(t *testing.T, path string) []string {
	t.Helper()
	var lines []string
	spans := -1 // the indent of the span that words stand in
	for _, line := range strings.Split(run(t, "pdfinfo", "-struct-text", path), "\n") {
		said := strings.TrimLeft(line, " ")
		indent := (len(line) - len(said)) / 2
		last := len(lines) - 1
		switch {
		case said == "":
		case strings.HasPrefix(said, `"`):
			if !strings.Contains(lines[last], "Figure") {
				lines[last] += strings.Trim(said, `"`)
			}
		case strings.HasPrefix(said, "/"):
			name, value, _ := strings.Cut(said, " ")
			if slices.Contains([]string{"/Scope", "/ListNumbering", "/Placement"}, name) {
				lines[last] = strings.TrimSuffix(lines[last], ": ") + " " + strings.TrimPrefix(value, "/") + ": "
			}
		case strings.HasPrefix(said, "Span"):
			spans = indent
		default:
			kind, _, _ := strings.Cut(strings.TrimSuffix(said, ":"), " ")
			lines = append(lines, strings.Repeat("-", indent)+kind+": ")
		}
	}
	if spans < 0 {
		t.Error("no word is in another language")
	}
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return lines
}

func TestStructureIsThatOfTheDocument(t *testing.T) {
	for _, tag := range lang.All {
		doc := everything(tag)
		file, path, pages := printed(t, doc)
		if len(pages) < 10 {
			t.Fatalf("%d pages: nothing goes on over pages", len(pages))
		}
		if diff := cmp.Diff(expected(doc), structure(t, path)); diff != "" {
			t.Errorf("%s: the structure is not that of the document (-want +got):\n%s", tag, diff)
		}
		run(t, "qpdf", "--check", path)
		strict := model.NewDefaultConfiguration()
		strict.ValidationMode = model.ValidationStrict
		if err := api.Validate(bytes.NewReader(file), strict); err != nil {
			t.Errorf("%s: not valid: %v", tag, err)
		}
		if info := run(t, "pdfinfo", path); !strings.Contains(info, "Tagged:          yes") {
			t.Errorf("not tagged:\n%s", info)
		}
	}
}

// opened is a file as the library reads it, and what it says of it.
func opened(t *testing.T, file []byte) (*model.Context, string) {
	t.Helper()
	ctx, err := api.ReadValidateAndOptimize(bytes.NewReader(file), model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return ctx, run(t, "qpdf", "--qdf", "--object-streams=disable", "--no-original-object-ids", path, "-")
}

func TestEveryMarkIsClosedAndNothingIsDrawnOutside(t *testing.T) {
	file, _, pages := printed(t, everything(lang.Welsh))
	ctx, _ := opened(t, file)
	for number := 1; number <= len(pages); number++ {
		page, _, _, err := ctx.PageDict(number, false)
		if err != nil {
			t.Fatal(err)
		}
		content, err := ctx.PageContent(page, number)
		if err != nil {
			t.Fatal(err)
		}
		marks, drawn := 0, 0
		open := false
		for _, operator := range operators(content) {
			switch operator {
			case "BDC", "BMC":
				if open {
					t.Fatalf("page %d: a mark within a mark", number)
				}
				open = true
				marks++
			case "EMC":
				if !open {
					t.Fatalf("page %d: closed what was not open", number)
				}
				open = false
			case "Tj", "TJ", "'", `"`, "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "Do", "sh", "BI":
				if !open {
					t.Fatalf("page %d: %s outside of all marks", number, operator)
				}
				drawn++
			}
		}
		if open || marks < 4 || drawn < marks {
			t.Errorf("page %d: open %v at its end, %d marks, %d drawn", number, open, marks, drawn)
		}
		if parents := page.IntEntry("StructParents"); parents == nil || *parents != number-1 {
			t.Errorf("page %d does not say where its marks are found", number)
		}
		if tabs := page.NameEntry("Tabs"); tabs == nil || *tabs != "S" {
			t.Errorf("page %d: the tab key does not follow the structure", number)
		}
	}
}

// operators gives the operators of a content stream, without the letters in
// strings, which may look like some.
func operators(content []byte) []string {
	var bare bytes.Buffer
	depth := 0
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case depth > 0 && c == '\\':
			i++
		case c == '(':
			depth++
		case c == ')':
			depth--
			bare.WriteByte(' ')
		case depth == 0:
			bare.WriteByte(c)
		}
	}
	return strings.Fields(bare.String())
}

// Whoever comes from a mark on a page finds the element that names the mark.
func TestMarksAndElementsKnowEachOther(t *testing.T) {
	file, _, _ := printed(t, everything(lang.English))
	ctx, _ := opened(t, file)
	catalogue, err := ctx.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	get := func(o types.Object) types.Dict {
		d, err := ctx.DereferenceDict(o)
		if err != nil || d == nil {
			t.Fatalf("no dictionary: %v", err)
		}
		return d
	}
	root := get(catalogue["StructTreeRoot"])
	numbers := get(root["ParentTree"]).ArrayEntry("Nums")
	marks := 0
	for i := 0; i < len(numbers); i += 2 {
		owners, err := ctx.DereferenceArray(numbers[i+1])
		if err != nil {
			t.Fatal(err)
		}
		_, pageRef, _, err := ctx.PageDict(i/2+1, false)
		if err != nil {
			t.Fatal(err)
		}
		for mark, owner := range owners {
			marks++
			if element := get(owner); !holds(element, *pageRef, mark) {
				t.Errorf("page %d, mark %d: not among those of %v", i/2+1, mark, element)
			}
			up := get(owner)
			for up["S"] != nil && up["S"] != types.Name("Document") {
				up = get(up["P"])
			}
		}
	}
	if marks < 300 {
		t.Errorf("%d marks only", marks)
	}
}

func holds(element types.Dict, page types.IndirectRef, mark int) bool {
	kids, several := element["K"].(types.Array)
	if !several {
		kids = types.Array{element["K"]}
	}
	for _, kid := range kids {
		switch k := kid.(type) {
		case types.Integer:
			if home, ok := element["Pg"].(types.IndirectRef); ok && home == page && k.Value() == mark {
				return true
			}
		case types.Dict:
			if there, ok := k["Pg"].(types.IndirectRef); ok && there == page && k["MCID"] == types.Integer(mark) {
				return true
			}
		}
	}
	return false
}

func TestFileSaysLanguagesTitleAndWhatFiguresShow(t *testing.T) {
	doc := everything(lang.Welsh)
	doc.Attachments = []document.Attachment{{Name: "cofnod.json", Description: "Cofnod ŵ", Content: []byte(`{"a": 1}`)}}
	file, path, _ := printed(t, doc)
	ctx, plain := opened(t, file)
	for _, want := range []string{"/Lang (cy-GB)", "/Lang (en-GB)", "/DisplayDocTitle true", "/Marked true", "/BBox [", "/ActualText <feff2022>"} {
		if !strings.Contains(plain, want) {
			t.Errorf("the file lacks %s", want)
		}
	}
	if n := strings.Count(plain, "/Lang (en-GB)"); n != 3 {
		t.Errorf("%d spans in English, want one where its words stand together: 3", n)
	}
	alts := 0
	for _, entry := range ctx.Table {
		if d, ok := entry.Object.(types.Dict); ok && d["Alt"] != nil {
			alt, err := types.HexLiteralToString(d["Alt"].(types.HexLiteral))
			if alts++; err != nil || alt != "Bariau: Hyfforddiant 40%, ŵ" {
				t.Errorf("the figure says %q (%v)", alt, err)
			}
		}
	}
	if alts != 1 {
		t.Errorf("%d figures with a text alternative", alts)
	}
	bookmarks, err := api.Bookmarks(bytes.NewReader(file), model.NewDefaultConfiguration())
	if err != nil || len(bookmarks) != 2 || len(bookmarks[0].Kids) != 2 || bookmarks[1].Title != "Tabl" {
		t.Errorf("bookmarks %v (%v)", bookmarks, err)
	}
	out := filepath.Join(t.TempDir(), "inside")
	run(t, "pdfdetach", "-save", "1", "-o", out, path)
	if inside, err := os.ReadFile(out); err != nil || !bytes.Equal(inside, doc.Attachments[0].Content) {
		t.Errorf("the file inside is %q (%v)", inside, err)
	}
	if again, _, _ := printed(t, doc); !bytes.Equal(file, again) {
		t.Error("the same document gives other bytes")
	}
}
