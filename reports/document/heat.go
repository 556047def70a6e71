package document

import "strconv"

// HeatRow is a row of a heat map: a count for each column.
type HeatRow struct {
	Label  string
	Counts []int
}

// shades go from nothing to most; each carries its number, so that they read in
// grey too.
var shades = []struct{ fill, text Colour }{{White, Soft}, {"dbe8f4", Ink}, {"a9cbe8", Ink}, {"5e95c8", White}, {DarkBlue, White}}

// Heat draws counts by row and column: the more, the darker.
func Heat(columns []string, rows []HeatRow) Drawing {
	const (
		left, top    = 66.0, 40.0
		cellW, cellH = 98.0, 42.0
	)
	d := Drawing{Width: left + float64(len(columns))*cellW + 2, Height: top + float64(len(rows))*cellH + 4}
	most := 0
	for _, row := range rows {
		for _, n := range row.Counts {
			most = max(most, n)
		}
	}
	for i, column := range columns {
		lines := wrapLabel(column, 16)
		for n, line := range lines {
			d.Shapes = append(d.Shapes, Label{X: left + (float64(i)+0.5)*cellW, Y: top - 8 - 12*float64(len(lines)-1-n), Size: 10.5, Text: line, Bold: true, Anchor: Middle, Fill: Ink})
		}
	}
	for r, row := range rows {
		y := top + float64(r)*cellH
		d.Shapes = append(d.Shapes, Label{X: left - 10, Y: y + cellH/2 + 4, Size: 11, Text: row.Label, Bold: true, Anchor: End, Fill: Ink})
		for i, n := range row.Counts {
			shade := shades[shadeOf(n, most)]
			x := left + float64(i)*cellW
			d.Shapes = append(d.Shapes, Rect{X: x, Y: y, W: cellW, H: cellH, Fill: shade.fill, Stroke: Rule},
				Label{X: x + cellW/2, Y: y + cellH/2 + 6, Size: 16, Text: strconv.Itoa(n), Bold: n > 0, Anchor: Middle, Fill: shade.text})
		}
	}
	return d
}

// shadeOf is nothing for none, else a quarter of the most for each step.
func shadeOf(n, most int) int {
	if n == 0 {
		return 0
	}
	return min((4*n+most-1)/most, 4)
}
