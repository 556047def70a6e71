package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"sicrwydd/models/fault"
	"sicrwydd/models/vault"
)

// Table is a table as people bring it back from a spreadsheet: texts only, as
// they stand in the file. Formulas are never worked out.
type Table struct {
	Encoding string // of the file: utf-8, utf-16, windows-1252 or xlsx
	Headings []string
	Rows     []Line
}

// Line is a row of a table, with its number in the file. The headings are
// number 1 where nothing stands above them.
type Line struct {
	Number int
	Cells  []string
}

// The bounds of what is read.
const (
	unpacked     = 200 << 20 // bytes of a workbook, all parts together
	inMemory     = 16 << 20  // bytes of one part that are not put aside on disk
	mostReadCols = 500
)

// Read reads a file as a table of at most so many rows below its headings: XLSX
// by its first bytes, all else as text with commas, semicolons or tabs.
func Read(content []byte, most int) (*Table, error) {
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		return nil, unreadable("sheet.empty")
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return readWorkbook(content, most)
	case bytes.HasPrefix(content, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, unreadable("sheet.old-workbook")
	case bytes.HasPrefix(content, []byte("%PDF")):
		return nil, unreadable("sheet.no-table")
	}
	text, encoding, err := decoded(content)
	if err != nil {
		return nil, err
	}
	return readText(text, encoding, most)
}

func unreadable(key string, args ...fault.Args) error {
	return fault.Invalid("invalid").On("file", key, args...)
}

// decoded gives a text file as UTF-8: what is valid UTF-8 is that, what has the
// mark or the zeros of UTF-16 is that, the rest is what spreadsheets on Windows
// write, unless it holds bytes that mean nothing there.
func decoded(content []byte) (text, encoding string, err error) {
	switch {
	case bytes.HasPrefix(content, []byte{0xef, 0xbb, 0xbf}):
		content = content[3:]
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}):
		return fromUTF16(content[2:], false)
	case bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return fromUTF16(content[2:], true)
	}
	if zeros := bytes.Count(content, []byte{0}); zeros > 0 {
		if zeros < len(content)/4 || len(content)%2 != 0 {
			return "", "", unreadable("sheet.no-table")
		}
		return fromUTF16(content, content[0] == 0)
	}
	if utf8.Valid(content) {
		return string(content), "utf-8", nil
	}
	for _, meaningless := range []byte{0x81, 0x8d, 0x8f, 0x90, 0x9d} {
		if bytes.IndexByte(content, meaningless) >= 0 {
			return "", "", unreadable("sheet.encoding")
		}
	}
	read, err := charmap.Windows1252.NewDecoder().Bytes(content)
	if err != nil {
		return "", "", unreadable("sheet.encoding")
	}
	return string(read), "windows-1252", nil
}

func fromUTF16(content []byte, bigEndian bool) (text, encoding string, err error) {
	if len(content)%2 != 0 {
		return "", "", unreadable("sheet.encoding")
	}
	units := make([]uint16, len(content)/2)
	for i := range units {
		low, high := content[2*i], content[2*i+1]
		if bigEndian {
			low, high = high, low
		}
		units[i] = uint16(high)<<8 | uint16(low)
	}
	read := string(utf16.Decode(units))
	if strings.ContainsRune(read, utf8.RuneError) || strings.ContainsRune(read, 0) {
		return "", "", unreadable("sheet.encoding")
	}
	return read, "utf-16", nil
}

func readText(text, encoding string, most int) (*Table, error) {
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // as old Macs end lines
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord = separator(text), -1
	in.ReuseRecord = true
	t := &reading{table: &Table{Encoding: encoding}, most: most}
	next := 1 // the line at which the next record begins, if none is empty
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return t.whole()
		}
		var at *csv.ParseError
		if errors.As(err, &at) {
			return nil, unreadable("sheet.csv-broken", fault.Args{"Line": at.Line})
		}
		if err != nil {
			return nil, unreadable("sheet.csv-broken", fault.Args{"Line": t.number + 1})
		}
		cells := make([]string, len(record))
		for i, cell := range record {
			cells[i] = Whole(strings.Clone(cell))
		}
		// The reader skips empty lines, and a cell may hold several: rows are
		// numbered as a spreadsheet shows them.
		line, _ := in.FieldPos(0)
		t.number, t.empty = t.number+line-next, t.empty+line-next
		next = line + 1 + strings.Count(strings.Join(record, ""), "\n")
		if err := t.line(cells); err != nil {
			return nil, err
		}
	}
}

// separator is the mark that the first line with words has most of.
func separator(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	best, most := ',', strings.Count(first, ",")
	for _, mark := range []rune{';', '\t'} {
		if n := strings.Count(first, string(mark)); n > most {
			best, most = mark, n
		}
	}
	return best
}

// readWorkbook reads the first sheet of a workbook, row by row. The workbook is
// inspected as evidence is: bounded, whole, and nothing in it that runs.
func readWorkbook(content []byte, most int) (*Table, error) {
	if _, _, err := vault.Inspect("import.xlsx", content); err != nil {
		return nil, unreadable("sheet.workbook-refused")
	}
	book, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true, UnzipSizeLimit: unpacked, UnzipXMLSizeLimit: inMemory})
	if err != nil {
		return nil, unreadable("sheet.workbook-refused")
	}
	defer func() { _ = book.Close() }()
	name := book.GetSheetName(0)
	rows, err := book.Rows(name)
	if err != nil {
		return nil, unreadable("sheet.workbook-refused")
	}
	defer func() { _ = rows.Close() }()
	t := &reading{table: &Table{Encoding: "xlsx"}, most: most}
	for rows.Next() {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, unreadable("sheet.workbook-refused")
		}
		if err := t.line(cells); err != nil {
			return nil, err
		}
	}
	if rows.Error() != nil {
		return nil, unreadable("sheet.workbook-refused")
	}
	return t.whole()
}

// reading gathers the lines of a table.
type reading struct {
	table  *Table
	most   int
	number int
	empty  int // lines without a cell since the last that had one
	after  int // how many rows stood before the last gap
}

func (t *reading) line(cells []string) error {
	t.number++
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		t.empty++
		return nil
	}
	if t.empty > 0 {
		t.after, t.empty = len(t.table.Rows), 0
	}
	if len(cells) > mostReadCols {
		return unreadable("sheet.too-wide", fault.Args{"Max": mostReadCols})
	}
	if t.table.Headings == nil {
		t.table.Headings = cells
		return nil
	}
	if len(t.table.Rows) == t.most {
		return unreadable("sheet.too-long", fault.Args{"Max": t.most})
	}
	t.table.Rows = append(t.table.Rows, Line{t.number, cells})
	return nil
}

// whole gives the table, without the notes that stand below it after a gap, as
// those of our own files do: lines of one cell.
func (t *reading) whole() (*Table, error) {
	if t.table.Headings == nil {
		return nil, unreadable("sheet.empty")
	}
	if tail := t.table.Rows[t.after:]; t.after > 0 && len(t.table.Headings) > 1 &&
		!slices.ContainsFunc(tail, func(l Line) bool { return len(l.Cells) > 1 }) {
		t.table.Rows = t.table.Rows[:t.after]
	}
	for n, heading := range t.table.Headings {
		t.table.Headings[n] = strings.TrimSpace(heading)
	}
	wide := len(t.table.Headings)
	for _, row := range t.table.Rows {
		wide = max(wide, len(row.Cells))
	}
	t.table.Headings = append(t.table.Headings, make([]string, wide-len(t.table.Headings))...)
	for n, heading := range t.table.Headings {
		if heading == "" { // a column without a name goes by its letter
			letter, err := excelize.ColumnNumberToName(n + 1)
			if err != nil {
				return nil, err
			}
			t.table.Headings[n] = letter
		}
	}
	return t.table, nil
}
