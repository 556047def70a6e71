package sheet_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sicrwydd/reports/sheet"
)

var hostile = []string{`=cmd|' /C calc'!A0`, "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'quoted", "plain", "Llŷr", "a\nb", ""}

func hostileSheet() *sheet.Sheet {
	seven := 7
	s := &sheet.Sheet{Title: "What/is: [here]?", Columns: []string{"Text", "Number", "Day"}, Notes: []string{"A note"}}
	for _, text := range hostile {
		s.Rows = append(s.Rows, []sheet.Cell{{Text: text}, {Number: &seven}, {Day: "2028-02-29"}})
	}
	return s
}

func TestNoCellOfACSVIsAFormulaAndEachComesBackAsItWas(t *testing.T) {
	var b bytes.Buffer
	if err := hostileSheet().CSV(&b); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked {
		t.Error("no mark of UTF-8")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(hostile)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows[1:] {
		if row[0] != "" && strings.ContainsRune("=+-@\t\r", rune(row[0][0])) {
			t.Errorf("%q begins as a formula does", row[0])
		}
		// A reader of CSV gives a line's end as \n, whatever it was.
		if want := strings.ReplaceAll(hostile[i], "\r\n", "\n"); sheet.Whole(row[0]) != want {
			t.Errorf("%q came back as %q", want, sheet.Whole(row[0]))
		}
		if row[1] != "7" || row[2] != "2028-02-29" {
			t.Errorf("got %v", row[1:])
		}
	}
}

func TestAWorkbookHoldsTextsNumbersAndDaysAndNoFormula(t *testing.T) {
	var b bytes.Buffer
	if err := hostileSheet().XLSX(&b); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	name := book.GetSheetName(0)
	rows, err := book.GetRows(name)
	if err != nil || !slices.Equal(rows[0], []string{"Text", "Number", "Day"}) {
		t.Fatalf("%v, %v", rows, err)
	}
	for i, want := range hostile {
		at, _ := excelize.CoordinatesToCellName(1, i+2)
		if got, _ := book.GetCellValue(name, at); got != want && strings.TrimSpace(want) != "" && !strings.ContainsAny(want, "\t\r") {
			t.Errorf("%s holds %q, want %q", at, got, want)
		}
		if formula, _ := book.GetCellFormula(name, at); formula != "" {
			t.Errorf("%s is a formula: %s", at, formula)
		}
		kind, _ := book.GetCellType(name, strings.Replace(at, "A", "B", 1))
		day, _ := book.GetCellValue(name, strings.Replace(at, "A", "C", 1))
		if kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber || day != "29 Feb 2028" {
			t.Errorf("row %d: a number of type %v, a day %q", i+2, kind, day)
		}
	}
}

func TestTheSheetsOfABookHaveNamesOfTheirOwn(t *testing.T) {
	long := "Today's systems as they stood at each month end"
	var b bytes.Buffer
	if err := sheet.Book(&b, &sheet.Sheet{Title: long, Columns: []string{"A"}}, &sheet.Sheet{Title: strings.ToUpper(long), Columns: []string{"B"}}, hostileSheet()); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	names := book.GetSheetList()
	if len(names) != 3 || strings.EqualFold(names[0], names[1]) || !strings.HasSuffix(names[1], " 2") || len([]rune(names[1])) > 31 {
		t.Errorf("the sheets are called %q", names)
	}
	if head, _ := book.GetCellValue(names[1], "A1"); head != "B" {
		t.Errorf("the second holds %q", head)
	}
}
