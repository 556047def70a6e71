package document

import "strings"

// Drawing is the geometry of a figure, in units of its own. It is made once
// and inked twice, as SVG and in the PDF, so that both show the same. The
// origin is at the top left; a label stands on its baseline.
type Drawing struct {
	Width, Height float64
	Shapes        []Shape
}

// Shape is a mark in a drawing.
type Shape interface{ shape() }

// Rect is a rectangle.
type Rect struct {
	X, Y, W, H   float64
	Fill, Stroke Colour // empty for none
}

// Line is a straight line.
type Line struct {
	X1, Y1, X2, Y2 float64
	Stroke         Colour
	Width          float64
	Dashed         bool
}

// Circle is a circle.
type Circle struct {
	X, Y, R      float64
	Fill, Stroke Colour
	Width        float64
}

// Label is text in one line.
type Label struct {
	X, Y, Size float64
	Text       string
	Bold       bool
	Anchor     Anchor
	Fill       Colour
}

func (Rect) shape()   {}
func (Line) shape()   {}
func (Circle) shape() {}
func (Label) shape()  {}

// Anchor says which end of a label is at its X.
type Anchor int

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// wrapLabel breaks a label's words into lines of at most so many letters. No
// font is at hand to measure with, so who calls it leaves room to spare.
func wrapLabel(text string, letters int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= letters:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
