package reports

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/reports/document"
	"sicrwydd/reports/sheet"
)

// PackBook writes a kept pack as a workbook: every table of its document and
// the numbers of every figure, as they stand there. A private one begins with
// the systems and the actions that the figures were counted from; a public one
// names none.
func PackBook(paper *pack.Paper, tag lang.Tag) ([]byte, error) {
	doc, err := Pack(paper, tag)
	if err != nil {
		return nil, err
	}
	var sheets []*sheet.Sheet
	if !paper.Public {
		for _, write := range []func(*pack.Paper, lang.Tag) (*sheet.Sheet, error){SystemsSheet, ActionsSheet} {
			one, err := write(paper, tag)
			if err != nil {
				return nil, err
			}
			sheets = append(sheets, one)
		}
	}
	sheets = append(sheets, tablesOf(doc)...)
	notes := []string{doc.Title + ": " + doc.Subtitle, doc.Footer}
	if doc.Marking != "" {
		notes = append([]string{doc.Marking}, notes...)
	}
	for _, one := range sheets {
		one.Notes = slices.Concat(notes, doc.Details)
	}
	var b bytes.Buffer
	err = sheet.Book(&b, sheets...)
	return b.Bytes(), err
}

// tablesOf gives the tables of a document as sheets.
func tablesOf(doc *document.Document) []*sheet.Sheet {
	var all []*sheet.Sheet
	for _, block := range doc.Blocks {
		switch b := block.(type) {
		case document.Table:
			all = append(all, sheetOf(b))
		case document.Figure:
			all = append(all, sheetOf(b.Numbers))
		}
	}
	return all
}

func sheetOf(t document.Table) *sheet.Sheet {
	out := &sheet.Sheet{Title: t.Caption}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, c.Title)
	}
	for _, row := range t.Rows {
		cells := make([]sheet.Cell, len(row))
		for i, cell := range row {
			cells[i] = sheet.Cell{Text: cell.Text.String()}
			if n, err := strconv.Atoi(strings.ReplaceAll(cells[i].Text, ",", "")); err == nil && t.Columns[i].Right {
				cells[i] = sheet.Cell{Number: &n}
			}
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}
