package sheet

import (
	"bytes"

	"github.com/xuri/excelize/v2"

	"sicrwydd/models/fault"
)

// What a workbook that comes back may hold: more is refused before it is read.
const (
	mostUnpacked = 32 << 20
	mostRows     = 5000
)

// Read gives the rows of the first sheet of a workbook, its head first.
func Read(content []byte) ([][]string, error) {
	unreadable := fault.Invalid("invalid").On("file", "sheet.unreadable")
	book, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostUnpacked})
	if err != nil {
		return nil, unreadable
	}
	defer func() { _ = book.Close() }()
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, unreadable
	}
	rows, err := book.Rows(sheets[0])
	if err != nil {
		return nil, unreadable
	}
	defer func() { _ = rows.Close() }()
	var all [][]string
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil || len(all) > mostRows {
			return nil, unreadable
		}
		all = append(all, cells)
	}
	return all, nil
}
