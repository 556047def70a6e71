package pdf

import (
	"strings"

	"sicrwydd/reports/document"
	"sicrwydd/reports/tagged"
)

// The text of tables in points, and the room in a cell in millimetres.
const (
	cellSize, cellLine = 9.0, 4.4
	cellPadX, cellPadY = 1.8, 1.5
)

// grid is a table while it is drawn.
type grid struct {
	p      *paper
	table  document.Table
	widths []float64
	header [][]line
	tag    *tagged.Element
}

func (p *paper) grid(t document.Table) *grid {
	g := &grid{p: p, table: t}
	titled := false
	for _, c := range t.Columns {
		titled = titled || c.Title != ""
	}
	g.share()
	if titled {
		for i, c := range t.Columns {
			g.header = append(g.header, p.wrap(document.Bold(c.Title), cellSize, g.widths[i]-2*cellPadX))
		}
	}
	return g
}

// share gives the columns their widths by weight, but none less than the
// longest word of its title and of its tags: Welsh words are long, and one cut
// in two is hard to read.
func (g *grid) share() {
	least := make([]float64, len(g.table.Columns))
	for i, c := range g.table.Columns {
		least[i] = g.longest(c.Title) + 2*cellPadX
		for _, row := range g.table.Rows {
			if row[i].Tone != document.NoTone {
				least[i] = max(least[i], g.longest(row[i].Text.String())+2*cellPadX+2)
			}
		}
	}
	g.widths = make([]float64, len(least))
	fixed := make([]bool, len(least))
	for again := true; again; {
		again = false
		left, weights := bodyWidth, 0.0
		for i, c := range g.table.Columns {
			if fixed[i] {
				left -= least[i]
			} else {
				weights += c.Weight
			}
		}
		for i, c := range g.table.Columns {
			switch {
			case fixed[i]:
				g.widths[i] = least[i]
			case left*c.Weight/weights < least[i]:
				fixed[i], again = true, true
			default:
				g.widths[i] = left * c.Weight / weights
			}
		}
	}
	sum := 0.0
	for _, width := range g.widths {
		sum += width
	}
	for i := range g.widths {
		g.widths[i] *= bodyWidth / sum // too many long words for one page
	}
}

func (g *grid) longest(text string) float64 {
	g.p.pdf.SetFont(family, "B", cellSize)
	longest := 0.0
	for _, word := range strings.Fields(clean(text)) {
		longest = max(longest, g.p.pdf.GetStringWidth(word)+0.1)
	}
	return min(longest, bodyWidth/3)
}

// table draws rows that stay whole: one that does not fit goes to the next
// page, under the header again, and only one that is taller than a page is
// split, between its lines.
func (p *paper) table(t document.Table) error {
	g := p.grid(t)
	if err := p.room(min(p.tableStart(t), bodyBottom-bodyTop)); err != nil {
		return err
	}
	g.tag = p.tags.Root().Add(tagged.Table)
	if t.Caption != "" {
		p.at = g.tag.Add(tagged.Caption)
		for _, l := range p.wrap(document.Plain(t.Caption), smallSize, bodyWidth) {
			p.line(l, margin, smallSize, smallLine, document.Soft)
		}
		p.y++
	}
	if g.header != nil {
		g.head(g.tags(len(t.Columns), tagged.ColumnHead, tagged.ColumnHead))
	}
	for _, row := range t.Rows {
		if err := g.row(row); err != nil {
			return err
		}
	}
	p.y += 3
	return nil
}

// tableStart is the room for the caption, the header and the first two rows.
func (p *paper) tableStart(t document.Table) float64 {
	g := p.grid(t)
	height := rowHeight(g.header)
	if t.Caption != "" {
		height += bodyLine + 1
	}
	for _, row := range t.Rows[:min(2, len(t.Rows))] {
		height += rowHeight(g.lines(row))
	}
	return height
}

// tags adds a row with so many cells to the structure.
func (g *grid) tags(cells int, first, others tagged.Kind) []*tagged.Element {
	row, kind := g.tag.Add(tagged.Row), first
	tags := make([]*tagged.Element, cells)
	for i := range tags {
		tags[i], kind = row.Add(kind), others
	}
	return tags
}

// head draws the header. Where it is repeated it has no tags.
func (g *grid) head(tags []*tagged.Element) {
	height := rowHeight(g.header)
	g.p.backdrop(margin, g.p.y, bodyWidth, height, document.Pale)
	g.cells(g.header, nil, tags)
	g.p.y += height
	g.p.mark(g.p.tags.Decoration(tagged.Layout))
	g.p.ink("draw", document.Blue)
	g.p.pdf.SetLineWidth(0.5)
	g.p.pdf.Line(margin, g.p.y, pageWidth-margin, g.p.y)
	g.p.started = true
}

func (g *grid) lines(row []document.Cell) [][]line {
	lines := make([][]line, len(row))
	for i, cell := range row {
		text, width := cell.Text, g.widths[i]-2*cellPadX
		if cell.Tone != document.NoTone {
			text, width = document.Bold(cell.Text.String()), width-2
		}
		lines[i] = g.p.wrap(text, cellSize, width)
	}
	return lines
}

func (g *grid) row(row []document.Cell) error {
	lines, tags := g.lines(row), g.tags(len(row), tagged.RowHead, tagged.Cell)
	for {
		left := bodyBottom - g.p.y
		if rowHeight(lines) <= left {
			break
		}
		whole := bodyBottom - bodyTop - rowHeight(g.header)
		if rowHeight(lines) <= whole || left < rowHeight(nil)+3*cellLine {
			if err := g.next(); err != nil {
				return err
			}
			if rowHeight(lines) <= whole {
				break
			}
			continue
		}
		fit := int((left - 2*cellPadY) / cellLine)
		above, below := split(lines, fit)
		g.draw(above, row, tags)
		if err := g.next(); err != nil {
			return err
		}
		lines = below
	}
	g.draw(lines, row, tags)
	g.p.rule(g.p.y, document.Rule)
	return nil
}

// next goes on at the top of a new page, under the header again.
func (g *grid) next() error {
	if err := g.p.newPage(); err != nil {
		return err
	}
	if g.header != nil {
		g.head(nil)
	}
	return nil
}

func (g *grid) draw(lines [][]line, row []document.Cell, tags []*tagged.Element) {
	g.cells(lines, row, tags)
	g.p.y += rowHeight(lines)
	g.p.started = true
}

// cells draws the lines of a row side by side. The row is nil for the header,
// and so are the tags where it is repeated.
func (g *grid) cells(lines [][]line, row []document.Cell, tags []*tagged.Element) {
	x := margin
	for i, cell := range lines {
		tone := document.NoTone
		if row != nil {
			tone = row[i].Tone
		}
		g.p.at = nil
		if tags != nil {
			g.p.at = tags[i]
		}
		g.cell(cell, x, i, tone)
		x += g.widths[i]
	}
}

// cell draws the lines of a cell: first what lies under them, so that the text
// of a cell is one piece.
func (g *grid) cell(lines []line, x float64, column int, tone document.Tone) {
	if tone != document.NoTone {
		for i, l := range lines {
			if l.width > 0 {
				g.p.backdrop(x+cellPadX, g.p.y+cellPadY+float64(i)*cellLine, l.width+2, cellLine, tone.Fill())
			}
		}
	}
	for i, l := range lines {
		at := x + cellPadX
		switch {
		case tone != document.NoTone && l.width > 0:
			at++
		case tone == document.NoTone && g.table.Columns[column].Right:
			at = x + g.widths[column] - cellPadX - l.width
		}
		g.p.lineAt(l, at, g.p.y+cellPadY+float64(i)*cellLine, cellSize, cellLine, document.Ink)
	}
}

// rowHeight is the height of a row, 0 for no header at all.
func rowHeight(cells [][]line) float64 {
	if cells == nil {
		return 0
	}
	most := 0
	for _, cell := range cells {
		most = max(most, len(cell))
	}
	return float64(most)*cellLine + 2*cellPadY
}

// split parts a row after n lines.
func split(cells [][]line, n int) (above, below [][]line) {
	for _, cell := range cells {
		cut := min(n, len(cell))
		above, below = append(above, cell[:cut]), append(below, cell[cut:])
	}
	return above, below
}
