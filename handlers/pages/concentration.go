package pages

import (
	"bytes"
	"fmt"
	"html/template"

	"sicrwydd/models/portfolio"
	"sicrwydd/reports/document"
	"sicrwydd/templates"
)

// mostBars is how many suppliers a figure shows; the table shows more.
const mostBars = 12

type concentrationData struct {
	*portfolio.Concentration
	Figure template.HTML
	Drawn  int // suppliers in the figure, 0 where it shows them all
}

// Concentration shows the suppliers behind many vital systems.
func (p *Pages) Concentration(v *View) error {
	c, err := p.Portfolio.Concentration(v.UserContext(), v.Actor())
	if err != nil {
		return err
	}
	data := concentrationData{Concentration: c}
	if len(c.Suppliers) > mostBars {
		data.Drawn = mostBars
	}
	var bars []document.Bar
	for _, one := range c.Suppliers[:min(len(c.Suppliers), mostBars)] {
		share := (one.Vital*100 + c.Vital/2) / c.Vital // to the nearest per cent
		bars = append(bars, document.Bar{Label: one.Supplier, Share: share, Note: fmt.Sprintf("%d (%d%%)", one.Vital, share)})
	}
	if data.Figure, err = v.figure(document.Bars(bars, nil), "concentration.alt"); err != nil {
		return err
	}
	return v.Show(Page{Name: "concentration", TitleKey: "nav.concentration", Data: data, Wide: true})
}

// figure inks a drawing for a page, with its text alternative.
func (v *View) figure(d document.Drawing, altKey string) (template.HTML, error) {
	alt, err := templates.Words(v.Lang()).T(altKey)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = d.SVG(&b, alt)
	return template.HTML(b.String()), err //nolint:gosec // SVG escapes every text
}
