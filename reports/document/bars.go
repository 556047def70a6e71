package document

// Bar is one bar of a bar chart: a share of 100, or none (an empty track with
// its note alone).
type Bar struct {
	Label string
	Share int
	None  bool
	Note  string // after the bar: 72%, or why there is none
}

// Threshold is a line across all bars, with its name above.
type Threshold struct {
	At    int
	Label string
}

// Bars draws horizontal bars from 0 to 100. Each carries its number, so that
// nothing is told by length or colour alone.
func Bars(bars []Bar, thresholds []Threshold) Drawing {
	const (
		width   = 560.0
		left    = 190.0 // of the tracks
		track   = 300.0
		size    = 10.5
		leading = 13.0
		thick   = 12.0
		gap     = 9.0
		top     = 24.0
	)
	d := Drawing{Width: width}
	y := top
	var marks []Shape
	for _, bar := range bars {
		lines := wrapLabel(bar.Label, 34)
		height := max(leading*float64(len(lines)), thick)
		for i, line := range lines {
			first := y + (height-leading*float64(len(lines)))/2 + size - 0.5
			marks = append(marks, Label{X: left - 10, Y: first + leading*float64(i), Size: size, Text: line, Anchor: End, Fill: Ink})
		}
		at := y + (height-thick)/2
		marks = append(marks, Rect{X: left, Y: at, W: track, H: thick, Fill: Rule})
		if !bar.None {
			marks = append(marks, Rect{X: left, Y: at, W: track * float64(bar.Share) / 100, H: thick, Fill: Blue})
		}
		marks = append(marks, Label{X: left + track + 8, Y: at + size - 0.5, Size: size, Text: bar.Note, Bold: !bar.None, Fill: Ink})
		y += height + gap
	}
	for _, t := range thresholds {
		x := left + track*float64(t.At)/100
		d.Shapes = append(d.Shapes, Label{X: x, Y: top - 10, Size: 9, Text: t.Label, Anchor: Middle, Fill: Soft})
		marks = append(marks, Line{X1: x, Y1: top - 5, X2: x, Y2: y - gap + 4, Stroke: Ink, Width: 0.8, Dashed: true})
	}
	d.Shapes = append(d.Shapes, marks...)
	d.Height = y
	return d
}
