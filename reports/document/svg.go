package document

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
)

// onScreen is how many pixels a unit is: the text of a drawing is then about as
// large as that around it.
const onScreen = 1.5

// SVG inks a drawing for a page. It uses presentation attributes only, so that
// a content security policy without inline styles lets it be; alt is its text
// alternative.
func (d Drawing) SVG(w io.Writer, alt string) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" class="app-drawing" role="img" aria-label="%s" font-family="Arial, sans-serif">`,
		num(d.Width), num(d.Height), num(d.Width*onScreen), num(d.Height*onScreen), html.EscapeString(alt))
	for _, shape := range d.Shapes {
		switch s := shape.(type) {
		case Rect:
			fmt.Fprintf(&b, `<rect x="%s" y="%s" width="%s" height="%s"%s%s/>`,
				num(s.X), num(s.Y), num(s.W), num(s.H), fill(s.Fill), stroke(s.Stroke, 1))
		case Line:
			fmt.Fprintf(&b, `<line x1="%s" y1="%s" x2="%s" y2="%s"%s`,
				num(s.X1), num(s.Y1), num(s.X2), num(s.Y2), stroke(s.Stroke, s.Width))
			if s.Dashed {
				b.WriteString(` stroke-dasharray="4 3"`)
			}
			b.WriteString(`/>`)
		case Circle:
			fmt.Fprintf(&b, `<circle cx="%s" cy="%s" r="%s"%s%s/>`,
				num(s.X), num(s.Y), num(s.R), fill(s.Fill), stroke(s.Stroke, s.Width))
		case Label:
			s.svg(&b)
		}
	}
	b.WriteString(`</svg>`)
	_, err := io.WriteString(w, b.String())
	return err
}

func (l Label) svg(b *strings.Builder) {
	fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s"%s`, num(l.X), num(l.Y), num(l.Size), fill(l.Fill))
	if l.Bold {
		b.WriteString(` font-weight="bold"`)
	}
	switch l.Anchor {
	case Middle:
		b.WriteString(` text-anchor="middle"`)
	case End:
		b.WriteString(` text-anchor="end"`)
	case Start:
	}
	fmt.Fprintf(b, `>%s</text>`, html.EscapeString(l.Text))
}

func fill(c Colour) string {
	if c == "" {
		return ` fill="none"`
	}
	return ` fill="#` + string(c) + `"`
}

func stroke(c Colour, width float64) string {
	if c == "" {
		return ""
	}
	return ` stroke="#` + string(c) + `" stroke-width="` + num(width) + `"`
}

func num(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
