package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/reports/sheet"
)

const most = 50

func keyOf(err error) string {
	if f := fault.As(err); f != nil && len(f.Fields) == 1 {
		return f.Fields[0].Key
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func wide(text string, bigEndian, mark bool) []byte {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var b []byte
	for _, u := range units {
		if bigEndian {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

func TestTextIsReadInTheEncodingItIsIn(t *testing.T) {
	const text = "Enw,Lle\nTŷ Gŵyl,Caerdydd\n"
	for name, c := range map[string]struct {
		content  []byte
		encoding string
		want     string
	}{
		"utf-8":             {[]byte(text), "utf-8", "Tŷ Gŵyl"},
		"utf-8 with a mark": {[]byte("\ufeff" + text), "utf-8", "Tŷ Gŵyl"},
		"utf-16 little":     {wide(text, false, true), "utf-16", "Tŷ Gŵyl"},
		"utf-16 big":        {wide(text, true, true), "utf-16", "Tŷ Gŵyl"},
		"utf-16 unmarked":   {wide("Enw,Lle\nTan y Bryn,Cymru\n", false, false), "utf-16", "Tan y Bryn"},
		"windows-1252":      {[]byte("Enw,Lle\nT\xfd D\xf4l \x96 un,Caerdydd\n"), "windows-1252", "Tý Dôl – un"},
	} {
		got, err := sheet.Read(c.content, most)
		if err != nil || got.Encoding != c.encoding || len(got.Rows) != 1 || got.Rows[0].Cells[0] != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestWhatIsNoTableIsRefusedWithWhatToDo(t *testing.T) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	part, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	for range 64 {
		_, _ = part.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"nothing":           {nil, "sheet.empty"},
		"blanks":            {[]byte(" \r\n\t\n"), "sheet.empty"},
		"commas only":       {[]byte(",,,\n,,\n"), "sheet.empty"},
		"an old workbook":   {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), "sheet.old-workbook"},
		"a PDF":             {[]byte("%PDF-1.7\n"), "sheet.no-table"},
		"a picture":         {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR and more that is not zero at all"), "sheet.no-table"},
		"odd bytes":         {[]byte("a,b\n\x81\xff,c\n"), "sheet.encoding"},
		"half a character":  {append(wide("a,b\n", false, true), 'x'), "sheet.encoding"},
		"a quote left open": {[]byte("a,b\n\"c,d\n"), "sheet.csv-broken"},
		"a zip bomb":        {bomb.Bytes(), "sheet.workbook-refused"},
		"half a workbook":   {[]byte("PK\x03\x04half"), "sheet.workbook-refused"},
		"too many rows":     {[]byte("a\n" + strings.Repeat("b\n", most+1)), "sheet.too-long"},
		"too many columns":  {[]byte("a\n" + strings.Repeat("b,", 501) + "b\n"), "sheet.too-wide"},
	} {
		if _, err := sheet.Read(c.content, most); keyOf(err) != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if got, err := sheet.Read([]byte("Name,Host\n"), most); err != nil || len(got.Rows) != 0 {
		t.Errorf("only headings: %+v, %v", got, err)
	}
}

func TestRowsKeepTheirNumbers(t *testing.T) {
	got, err := sheet.Read([]byte("\nA;B;\n\n\"two\nlines\";x;over\n;;\nlast\n"), most)
	if err != nil {
		t.Fatal(err)
	}
	want := &sheet.Table{Encoding: "utf-8", Headings: []string{"A", "B", "C"}, Rows: []sheet.Line{{Number: 4, Cells: []string{"two\nlines", "x", "over"}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff) // "last" stands below a gap, alone: a note
	}
	if got, err = sheet.Read([]byte("A\none\n\ntwo\n"), most); err != nil || len(got.Rows) != 2 || got.Rows[1].Number != 4 {
		t.Errorf("a list of one column: %+v, %v", got, err)
	}
}

// What is taken away comes back the same, from both kinds of file.
func TestWhatIsTakenAwayComesBack(t *testing.T) {
	n := 4700
	texts := []string{"=1+1", "'=1+1", "-5", "@x", "+44 29", "plain", "'quoted'", "two\nlines", "Llŷr, ŵ", "0123"}
	out := &sheet.Sheet{Title: "Systemau", Columns: []string{"Enw", "Pobl", "Dydd"}, Notes: []string{"Gwnaed heddiw"}}
	for _, text := range texts {
		out.Rows = append(out.Rows, []sheet.Cell{{Text: text}, {Number: &n}, {Day: calendar.Date("2026-03-03")}})
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"CSV": func(b *bytes.Buffer) error { return out.CSV(b) }, "XLSX": func(b *bytes.Buffer) error { return out.XLSX(b) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := sheet.Read(b.Bytes(), most)
		if err != nil || len(got.Rows) != len(texts) {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		for i, text := range texts {
			cells := got.Rows[i].Cells
			if cells[0] != text || cells[1] != "4700" || cells[2] != "2026-03-03" && cells[2] != "46084" {
				t.Errorf("%s: %q came back as %q", name, text, cells)
			}
		}
	}
}

func TestAFormulaIsNotWorkedOut(t *testing.T) {
	book := excelize.NewFile()
	_ = book.SetSheetRow("Sheet1", "A1", &[]any{"Name", "Sum"})
	_ = book.SetCellValue("Sheet1", "A2", "x")
	_ = book.SetCellFormula("Sheet1", "B2", "1+1")
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := sheet.Read(b.Bytes(), most)
	if err != nil || len(got.Rows) != 1 || len(got.Rows[0].Cells) > 1 && got.Rows[0].Cells[1] == "2" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Whatever the bytes, reading them ends, within the bounds, with a table or a
// fault that says what to do.
func FuzzRead(f *testing.F) {
	var book bytes.Buffer
	_ = (&sheet.Sheet{Title: "x", Columns: []string{"a"}, Rows: [][]sheet.Cell{{{Text: "b"}}}}).XLSX(&book)
	for _, seed := range [][]byte{nil, []byte("a,b\n1,2\n"), []byte("\ufeffa;b\n'=1;\"2\n3\"\n"), wide("a\tb\nŵ\tŷ\n", true, true), []byte("a\r1\r2"),
		[]byte("a,b\n\"open"), []byte("\xff\xfe\x00\xd8a\x00"), []byte("T\xfd,\x96\n"), []byte("\x00\x00\x00"), book.Bytes(), book.Bytes()[:book.Len()/2]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := sheet.Read(content, most)
		if err != nil {
			var refused *fault.Error
			if !errors.As(err, &refused) {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		if len(got.Rows) > most || len(got.Headings) == 0 {
			t.Fatalf("%d rows, %d columns", len(got.Rows), len(got.Headings))
		}
		last := 0
		for _, row := range got.Rows {
			if row.Number <= last || len(row.Cells) == 0 || len(row.Cells) > len(got.Headings) {
				t.Fatalf("row %+v after %d", row, last)
			}
			last = row.Number
		}
	})
}
