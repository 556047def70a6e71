package components

import (
	"html/template"
	"slices"
	"strings"
)

// Table is a table of text. Rows are lists of cells; a cell is text, HTML or
// (item "text" "..." "href" "/..."). A head with "sort" and "href" is sorted
// by the server; "sort" alone sorts in the page.
type Table struct {
	Base
	Caption                                                 *TableCaption
	CaptionSize, CaptionClasses                             string
	Head                                                    []Cell
	Rows                                                    [][]Cell
	FirstCellIsHeader, Responsive, Compact, Striped, Scroll bool
	Variant, TableClasses                                   string
	Border, LastRowBorder                                   *bool
	Card                                                    *Card
	Panel                                                   bool
	Heading                                                 string
	HeadingLevel                                            int
	PanelClasses                                            string
	SortAnnouncementText, AscendingText, DescendingText     string
}

// TableCaption names the table.
type TableCaption struct {
	Base
	Content
	VisuallyHiddenText, Size string
	Caption                  *Caption
}

// Cell is one cell of the head or of a row.
type Cell struct {
	Base
	Content
	VisuallyHiddenText, Format, Href, Align, Width, Header string
	Colspan, Rowspan                                       string
	Sort                                                   any
	SortNext, SortValue                                    string
}

func (c Cell) sorted() string {
	switch v := c.Sort.(type) {
	case string:
		return v
	case bool:
		if v {
			return "none"
		}
	}
	return ""
}

// Sortable reports whether a column can be sorted.
func (t Table) Sortable() bool {
	return slices.ContainsFunc(t.Head, func(c Cell) bool { return c.sorted() != "" })
}

func (t Table) byServer() bool {
	sortable := false
	for _, c := range t.Head {
		sortable = sortable || c.sorted() != ""
		if sortable && c.Href != "" {
			return true
		}
	}
	return false
}

// Class gives the classes of the table.
func (t Table) Class() string {
	class := "nhsuk-table"
	class = modify(class, "nhsuk-table", "reverse", t.Classes, t.Variant == "reverse")
	class = modify(class, "nhsuk-table", "compact", t.Classes, t.Compact)
	class = modify(class, "nhsuk-table", "responsive", t.Classes, t.Responsive)
	if t.Border != nil && !*t.Border {
		class = modify(class, "nhsuk-table", "no-border", t.Classes, true)
	} else if t.LastRowBorder != nil && !*t.LastRowBorder {
		class = modify(class, "nhsuk-table", "no-last-row-border", t.Classes, true)
	}
	class = modify(class, "nhsuk-table", "sortable", t.Classes, t.Sortable())
	class = modify(class, "nhsuk-table", "striped", t.Classes, t.Striped)
	return join(class, or(t.Classes, t.TableClasses))
}

// InPage reports whether the page sorts the table itself.
func (t Table) InPage() bool {
	return strings.Contains(t.Class(), "nhsuk-table--sortable") && !t.byServer()
}

// CaptionID names the caption for the region that scrolls.
func (t Table) CaptionID() string {
	if t.Caption == nil {
		return ""
	}
	switch {
	case t.Caption.ID != "":
		return t.Caption.ID
	case t.Scroll && t.ID != "":
		return t.ID + "-caption"
	case t.Scroll && t.Caption.Text != "":
		text := strings.ToLower(strings.ReplaceAll(t.Caption.Text, " ", "-"))
		return "table-" + text[:min(len(text), 40)] + "-caption"
	}
	return ""
}

// Title draws the caption; sortable says, to those who do not see it, that the
// columns can be sorted.
func (t Table) Title(sortable string) (template.HTML, error) {
	if t.Caption == nil {
		return "", nil
	}
	c := *t.Caption
	c.Size, c.Classes = or(c.Size, t.CaptionSize), or(c.Classes, t.CaptionClasses)
	h := Heading{Base: c.Base, Content: c.Content, Caption: c.Caption, Size: c.Size, Element: "caption"}
	h.ID = t.CaptionID()
	hidden := c.VisuallyHiddenText
	if hidden == "" && strings.Contains(t.Class(), "nhsuk-table--sortable") {
		hidden = sortable
	}
	if hidden != "" {
		h.VisuallyHiddenText = "(" + hidden + ")"
	}
	return h.as("nhsuk-table__caption", "nhsuk-table__caption--", 0, "s", "m", "l", "xl").Render()
}

// PlacedCell is a cell with its element and classes worked out.
type PlacedCell struct {
	Cell
	IsHeader      bool
	Class         string
	Scope, Role   string
	SortAttribute string
	SortNow       string
	SortNextNow   string
	Column        *Cell
}

// PlacedHead gives the head.
func (t Table) PlacedHead() []PlacedCell {
	placed := make([]PlacedCell, 0, len(t.Head))
	for _, c := range t.Head {
		p := PlacedCell{Cell: c, IsHeader: true, Scope: "col"}
		if sort := c.sorted(); sort != "" {
			p.SortAttribute = "yes"
			if sort != "none" {
				p.SortNow = sort
			}
		}
		if t.Sortable() && !t.byServer() {
			p.SortNextNow = c.SortNext
		}
		if t.Responsive {
			p.Role, p.Colspan = "columnheader", ""
		}
		p.Class = p.class()
		placed = append(placed, p)
	}
	return placed
}

// PlacedRows gives the rows.
func (t Table) PlacedRows() [][]PlacedCell {
	rows := make([][]PlacedCell, 0, len(t.Rows))
	for _, row := range t.Rows {
		placed := make([]PlacedCell, 0, len(row))
		for i, c := range row {
			placed = append(placed, t.place(c, i))
		}
		rows = append(rows, placed)
	}
	return rows
}

func (t Table) place(c Cell, column int) PlacedCell {
	p := PlacedCell{Cell: c, IsHeader: column == 0 && t.FirstCellIsHeader}
	if p.IsHeader {
		p.Scope = "row"
	}
	var head Cell
	if column < len(t.Head) {
		head = t.Head[column]
	}
	if c.Align == "" {
		p.Align = head.Align
		if c.Format == "string" && head.Format == "numeric" {
			p.Align = "right"
		}
	}
	p.Format = or(c.Format, head.Format)
	if t.Responsive {
		p.Role, p.Colspan = "cell", ""
		if p.IsHeader {
			p.Role = "rowheader"
		}
		if column < len(t.Head) {
			p.Column = &head
		} else if c.Header != "" {
			p.Column = &Cell{Content: Content{Text: c.Header}}
		}
	}
	p.Class = p.class()
	return p
}

func (p PlacedCell) class() string {
	base := "nhsuk-table__cell"
	if p.IsHeader {
		base = "nhsuk-table__header"
	}
	class := modify(base, base, "numeric", p.Classes, p.Format == "numeric")
	if slices.Contains([]string{"left", "centre", "right"}, p.Align) && !strings.Contains(p.Classes, "nhsuk-u-text-align-") {
		class = join(class, "nhsuk-u-text-align-"+p.Align)
	}
	return join(class, width(p.Width, p.Classes), p.Classes)
}

// Boxed gives the card around the table, if it has one.
func (t Table) Boxed(inside template.HTML) *Card {
	if t.Card == nil && !t.Panel {
		return nil
	}
	card := Card{Base: Base{Classes: t.PanelClasses}}
	if t.Card != nil {
		card = *t.Card
		card.Classes = or(t.PanelClasses, card.Classes)
	}
	if card.Heading == nil && t.Heading != "" {
		card.Heading = &Heading{Content: Content{Text: t.Heading}, Level: t.HeadingLevel}
	}
	if card.Variant == "" && t.Panel {
		card.Variant = "feature"
	}
	card.Inside = inside
	return &card
}
