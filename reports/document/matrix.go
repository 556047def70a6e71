package document

import "strconv"

// Marker is a place on the matrix. A hollow one is before, a filled one after.
type Marker struct {
	Name                    string // a letter or two
	Consequence, Likelihood int
	Filled                  bool
}

// MatrixWords are what the matrix says.
type MatrixWords struct {
	Consequence, Likelihood string
	Before, After           string
	Level                   func(score int) string // the level of a score, in words
	LevelTone               func(score int) Tone
}

// perCell is how many markers a cell has room for.
const perCell = 6

// Matrix draws the matrix of consequence (upwards) and likelihood (to the
// right), each 1 to 5. Each cell says its score and level in words, and a
// marker that there is no room for is counted.
func Matrix(words MatrixWords, markers []Marker) Drawing {
	const (
		cellW, cellH = 96.0, 58.0
		left, top    = 40.0, 22.0
	)
	d := Drawing{Width: left + 5*cellW + 2, Height: top + 5*cellH + 66}
	d.Shapes = append(d.Shapes, Label{X: 2, Y: 12, Size: 11, Text: words.Consequence, Bold: true, Fill: Ink})
	for consequence := 5; consequence >= 1; consequence-- {
		y := top + float64(5-consequence)*cellH
		d.Shapes = append(d.Shapes, Label{X: left - 14, Y: y + cellH/2 + 4, Size: 12, Text: strconv.Itoa(consequence), Bold: true, Anchor: Middle, Fill: Ink})
		for likelihood := 1; likelihood <= 5; likelihood++ {
			x, score := left+float64(likelihood-1)*cellW, consequence*likelihood
			d.Shapes = append(d.Shapes,
				Rect{X: x, Y: y, W: cellW, H: cellH, Fill: words.LevelTone(score).Fill(), Stroke: White},
				Label{X: x + 6, Y: y + 13, Size: 9.5, Text: strconv.Itoa(score) + " " + words.Level(score), Fill: Ink})
			d.place(markers, consequence, likelihood, x, y)
		}
	}
	bottom := top + 5*cellH
	for likelihood := 1; likelihood <= 5; likelihood++ {
		x := left + (float64(likelihood)-0.5)*cellW
		d.Shapes = append(d.Shapes, Label{X: x, Y: bottom + 16, Size: 12, Text: strconv.Itoa(likelihood), Bold: true, Anchor: Middle, Fill: Ink})
	}
	d.Shapes = append(d.Shapes, Label{X: left + 5*cellW, Y: bottom + 32, Size: 11, Text: words.Likelihood, Bold: true, Anchor: End, Fill: Ink})
	d.mark(left+10, bottom+52, Marker{Name: "A"})
	d.Shapes = append(d.Shapes, Label{X: left + 25, Y: bottom + 56, Size: 10.5, Text: words.Before, Fill: Ink})
	d.mark(left+10+2.5*cellW, bottom+52, Marker{Name: "A", Filled: true})
	d.Shapes = append(d.Shapes, Label{X: left + 25 + 2.5*cellW, Y: bottom + 56, Size: 10.5, Text: words.After, Fill: Ink})
	return d
}

// place puts the markers of a cell into it, three in a row.
func (d *Drawing) place(markers []Marker, consequence, likelihood int, x, y float64) {
	var here []Marker
	for _, m := range markers {
		if m.Consequence == consequence && m.Likelihood == likelihood {
			here = append(here, m)
		}
	}
	for i, m := range here {
		column, row := float64(i%3), float64(i/3)
		at, down := x+17+column*30, y+27+row*20
		if i == perCell-1 && len(here) > perCell {
			d.Shapes = append(d.Shapes, Label{X: at, Y: down + 4, Size: 10, Text: "+" + strconv.Itoa(len(here)-i), Bold: true, Anchor: Middle, Fill: Ink})
			return
		}
		d.mark(at, down, m)
	}
}

func (d *Drawing) mark(x, y float64, m Marker) {
	ring, letter := Circle{X: x, Y: y, R: 9, Fill: White, Stroke: Ink, Width: 1.6}, Ink
	if m.Filled {
		ring.Fill, letter = Ink, White
	}
	d.Shapes = append(d.Shapes, ring, Label{X: x, Y: y + 3.5, Size: 10, Text: m.Name, Bold: true, Anchor: Middle, Fill: letter})
}
