// Package sheet holds a table of typed cells as people take it away to a
// spreadsheet: as CSV or as XLSX, in one language.
package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"sicrwydd/models/calendar"
)

// Sheet is one table. Notes stand below it: of when and for whom it was made.
type Sheet struct {
	Title   string
	Columns []string
	Rows    [][]Cell
	Notes   []string
}

// Cell is a text, a whole number or a day; the others are left empty.
type Cell struct {
	Text   string
	Number *int
	Day    calendar.Date
}

// Text gives the cell as it is written where cells have no types.
func (c Cell) text() string {
	switch {
	case c.Number != nil:
		return strconv.Itoa(*c.Number)
	case c.Day != "":
		return string(c.Day)
	}
	return neutral(c.Text)
}

// neutral lets no text be read as a formula: an apostrophe stands before one
// that begins as formulas do, and before one that has such an apostrophe of its
// own. Whole takes it away again.
func neutral(text string) string {
	if begins := strings.TrimLeft(text, "'"); begins != "" && strings.ContainsRune("=+-@\t\r", rune(begins[0])) {
		return "'" + text
	}
	return text
}

// Whole gives a text that CSV made neutral as it was.
func Whole(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && neutral(rest) != rest {
		return rest
	}
	return text
}

// CSV writes the table, not its notes. A mark at its head tells spreadsheet
// programs that it is UTF-8, else ŵ and ŷ come out wrong.
func (s *Sheet) CSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(s.Columns); err != nil {
		return err
	}
	for _, row := range s.Rows {
		record := make([]string, len(row))
		for i, cell := range row {
			record[i] = cell.text()
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// The look of a workbook.
const (
	narrowest, widest = 10.0, 60.0
	dayFormat         = "d mmm yyyy"
)

// XLSX writes the table as a workbook: its head stays in sight and can be
// filtered, texts are texts, numbers numbers and days days.
func (s *Sheet) XLSX(w io.Writer) error { return Book(w, s) }

// Book writes tables as the sheets of one workbook, each as XLSX does.
func Book(w io.Writer, sheets ...*Sheet) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	look, err := looks(book)
	if err != nil {
		return err
	}
	var names []string
	for i, s := range sheets {
		name := unlike(sheetName(s.Title), names)
		names = append(names, name)
		if i == 0 {
			err = book.SetSheetName("Sheet1", name)
		} else {
			_, err = book.NewSheet(name)
		}
		if err != nil {
			return err
		}
		if err := s.fill(book, name, look); err != nil {
			return fmt.Errorf("workbook: %w", err)
		}
	}
	_, err = book.WriteTo(w)
	return err
}

// unlike numbers a name that is taken: programs compare them without case.
func unlike(name string, taken []string) string {
	numbered := name
	for n := 2; slices.ContainsFunc(taken, func(t string) bool { return strings.EqualFold(t, numbered) }); n++ {
		end := " " + strconv.Itoa(n)
		letters := []rune(name)
		numbered = string(letters[:min(len(letters), longestName-len(end))]) + end
	}
	return numbered
}

func looks(book *excelize.File) (look styles, err error) {
	look.head, err = book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D8DDE0"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return look, err
	}
	format := dayFormat
	look.day, err = book.NewStyle(&excelize.Style{CustomNumFmt: &format, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left"}})
	if err != nil {
		return look, err
	}
	look.words, err = book.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	return look, err
}

type styles struct{ head, day, words int }

func (s *Sheet) fill(book *excelize.File, name string, look styles) error {
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range s.widths() {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(s.Columns))
	for i, title := range s.Columns {
		header[i] = excelize.Cell{StyleID: look.head, Value: title}
	}
	if err := out.SetRow("A1", header); err != nil {
		return err
	}
	for i, row := range s.Rows {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, typed(row, look)); err != nil {
			return err
		}
	}
	for i, note := range s.Notes {
		at, err := excelize.CoordinatesToCellName(1, len(s.Rows)+4+i)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, []any{excelize.Cell{Value: note}}); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(s.Columns), len(s.Rows)+1)
	if err != nil {
		return err
	}
	return book.AutoFilter(name, "A1:"+last, nil)
}

func typed(row []Cell, look styles) []any {
	cells := make([]any, len(row))
	for i, cell := range row {
		switch {
		case cell.Number != nil:
			cells[i] = excelize.Cell{Value: *cell.Number}
		case cell.Day != "":
			cells[i] = excelize.Cell{StyleID: look.day, Value: cell.Day.Time()}
		default:
			cells[i] = excelize.Cell{StyleID: look.words, Value: cell.Text}
		}
	}
	return cells
}

// widths fits each column to its longest line, within limits.
func (s *Sheet) widths() []float64 {
	widths := make([]float64, len(s.Columns))
	for i, title := range s.Columns {
		widths[i] = max(narrowest, float64(len([]rune(title)))+3)
	}
	for _, row := range s.Rows {
		for i, cell := range row {
			for line := range strings.SplitSeq(cell.text(), "\n") {
				widths[i] = min(widest, max(widths[i], float64(len([]rune(line)))+2))
			}
		}
	}
	return widths
}

// longestName is how many letters the name of a sheet has at most.
const longestName = 31

// sheetName keeps to what a workbook lets a sheet be called.
func sheetName(title string) string {
	name := strings.NewReplacer(":", " ", `\`, " ", "/", " ", "?", " ", "*", " ", "[", "(", "]", ")").Replace(title)
	if letters := []rune(name); len(letters) > longestName {
		name = string(letters[:longestName])
	}
	return strings.Trim(name, "' ")
}
