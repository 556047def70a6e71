package pdf

import (
	"math"

	"sicrwydd/reports/document"
)

// tallest is how much of a page a drawing may take.
const tallest = 150.0

// scale is how many millimetres a unit of a drawing is.
func (p *paper) scale(d document.Drawing) float64 {
	return math.Min(math.Min(bodyWidth/d.Width, tallest/d.Height), 0.3)
}

// figure inks a drawing, and puts its numbers below.
func (p *paper) figure(f document.Figure) error {
	scale := p.scale(f.Drawing)
	height := f.Drawing.Height * scale
	if err := p.room(height); err != nil {
		return err
	}
	p.mark(p.tags.Content(p.tags.Root().AddFigure(f.Alt, margin*pointsPerMM, (pageHeight-p.y-height)*pointsPerMM,
		(margin+f.Drawing.Width*scale)*pointsPerMM, (pageHeight-p.y)*pointsPerMM)))
	pen := pen{p: p, scale: scale, x: margin, y: p.y}
	for _, shape := range f.Drawing.Shapes {
		pen.ink(shape)
	}
	p.y += height + 3
	p.started = true
	return p.table(f.Numbers)
}

// pen inks shapes with their origin at x and y on the page.
type pen struct {
	p           *paper
	scale, x, y float64
}

func (n pen) ink(shape document.Shape) {
	switch s := shape.(type) {
	case document.Rect:
		if look := n.look(s.Fill, s.Stroke, 1); look != "" {
			n.p.pdf.Rect(n.x+s.X*n.scale, n.y+s.Y*n.scale, s.W*n.scale, s.H*n.scale, look)
		}
	case document.Line:
		n.look("", s.Stroke, s.Width)
		if s.Dashed {
			n.p.pdf.SetDashPattern([]float64{4 * n.scale, 3 * n.scale}, 0)
		}
		n.p.pdf.Line(n.x+s.X1*n.scale, n.y+s.Y1*n.scale, n.x+s.X2*n.scale, n.y+s.Y2*n.scale)
		n.p.pdf.SetDashPattern([]float64{}, 0)
	case document.Circle:
		if look := n.look(s.Fill, s.Stroke, s.Width); look != "" {
			n.p.pdf.Circle(n.x+s.X*n.scale, n.y+s.Y*n.scale, s.R*n.scale, look)
		}
	case document.Label:
		n.label(s)
	}
}

// look sets colours and line, and gives the library's word for what to draw.
func (n pen) look(fill, stroke document.Colour, width float64) string {
	look := ""
	if fill != "" {
		n.p.ink("fill", fill)
		look = "F"
	}
	if stroke != "" {
		n.p.ink("draw", stroke)
		n.p.pdf.SetLineWidth(width * n.scale)
		look += "D"
	}
	return look
}

func (n pen) label(l document.Label) {
	weight := ""
	if l.Bold {
		weight = "B"
	}
	n.p.font(weight, l.Size*n.scale*pointsPerMM, l.Fill)
	x := n.x + l.X*n.scale
	switch l.Anchor {
	case document.Middle:
		x -= n.p.pdf.GetStringWidth(clean(l.Text)) / 2
	case document.End:
		x -= n.p.pdf.GetStringWidth(clean(l.Text))
	case document.Start:
	}
	n.p.put(x, n.y+l.Y*n.scale, l.Text)
}
