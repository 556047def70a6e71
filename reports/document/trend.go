package document

import "strconv"

// Curve is one line of a trend: a count for each point. Curves differ by mark
// and stroke, and carry their name at the end: none is told by colour alone.
type Curve struct {
	Name   string
	Counts []int
}

// Trend draws counts over time; labels stand under the points.
func Trend(labels []string, curves []Curve) Drawing {
	const (
		left, right, top = 34.0, 150.0, 14.0
		width, height    = 560.0, 170.0
	)
	d := Drawing{Width: width, Height: top + height + 26}
	most := 1
	for _, c := range curves {
		for _, n := range c.Counts {
			most = max(most, n)
		}
	}
	step := (most + 3) / 4
	scale := height / float64(4*step)
	for n := 0; n <= 4*step; n += step {
		y := top + height - float64(n)*scale
		d.Shapes = append(d.Shapes, Line{X1: left, Y1: y, X2: width - right, Y2: y, Stroke: Rule, Width: 0.8},
			Label{X: left - 8, Y: y + 3.5, Size: 10, Text: strconv.Itoa(n), Anchor: End, Fill: Soft})
	}
	across := (width - right - left) / float64(max(len(labels)-1, 1))
	for i, label := range labels {
		d.Shapes = append(d.Shapes, Label{X: left + float64(i)*across, Y: top + height + 18, Size: 9.5, Text: label, Anchor: Middle, Fill: Ink})
	}
	ends := make([]float64, len(curves))
	for i, c := range curves {
		for n, count := range c.Counts {
			x, y := left+float64(n)*across, top+height-float64(count)*scale
			if n > 0 {
				d.Shapes = append(d.Shapes, Line{X1: x - across, Y1: top + height - float64(c.Counts[n-1])*scale, X2: x, Y2: y,
					Stroke: strokes[i%3], Width: 2.2, Dashed: i%3 == 1})
			}
			d.mark3(i%3, x, y)
			ends[i] = y
		}
	}
	d.name(curves, ends, width-right+12, top+height)
	return d
}

var strokes = []Colour{DarkBlue, "b8281c", Soft}

// mark3 sets a point: a full circle, a hollow one, a square.
func (d *Drawing) mark3(kind int, x, y float64) {
	switch kind {
	case 0:
		d.Shapes = append(d.Shapes, Circle{X: x, Y: y, R: 3.2, Fill: strokes[0]})
	case 1:
		d.Shapes = append(d.Shapes, Circle{X: x, Y: y, R: 3.6, Fill: White, Stroke: strokes[1], Width: 1.6})
	default:
		d.Shapes = append(d.Shapes, Rect{X: x - 3, Y: y - 3, W: 6, H: 6, Fill: strokes[2]})
	}
}

// name writes the curves' names beside their ends, far enough apart to be read.
func (d *Drawing) name(curves []Curve, ends []float64, x, bottom float64) {
	const leading, letters = 12.0, 21
	order := make([]int, len(curves))
	for i := range order {
		order[i] = i
	}
	for i := range order { // few: the simplest sort
		for n := i + 1; n < len(order); n++ {
			if ends[order[n]] < ends[order[i]] {
				order[i], order[n] = order[n], order[i]
			}
		}
	}
	rows := 0
	for _, i := range order {
		rows += len(wrapLabel(curves[i].Name, letters))
	}
	free := 0.0
	for _, i := range order {
		lines := wrapLabel(curves[i].Name, letters)
		y := max(ends[i]+3.5, free)
		y = max(min(y, bottom-leading*float64(rows-1)), 10)
		d.mark3(i%3, x, y-3.5)
		for _, line := range lines {
			d.Shapes = append(d.Shapes, Label{X: x + 9, Y: y, Size: 10.5, Text: line, Bold: true, Fill: Ink})
			y += leading
			rows--
		}
		free = y + 4
	}
}
