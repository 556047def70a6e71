package reports

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"sicrwydd/models/lang"
	"sicrwydd/reports/document"
)

// HTML writes a document as the body of a page. The page itself gives the
// title, as its first heading; what is here begins with the headings below.
// Every text goes through esc, and nothing carries a style of its own.
func HTML(w io.Writer, doc *document.Document) error {
	p := &page{lang: doc.Lang}
	p.add(`<div class="app-report" lang="%s">`, string(doc.Lang))
	if doc.Marking != "" {
		p.add(`<p><strong class="nhsuk-tag nhsuk-tag--red">%s</strong></p>`, doc.Marking)
	}
	p.add(`<p class="nhsuk-body-l">%s</p>`, doc.Subtitle)
	p.add(`<p class="nhsuk-body-s nhsuk-u-secondary-text-colour">`)
	for i, detail := range doc.Details {
		if i > 0 {
			p.add(`<br>`)
		}
		p.add(`%s`, detail)
	}
	p.add(`</p>`)
	for _, block := range doc.Blocks {
		if err := p.block(block); err != nil {
			return err
		}
	}
	p.add(`<p class="nhsuk-body-s nhsuk-u-secondary-text-colour">%s</p></div>`, doc.Footer)
	_, err := io.WriteString(w, p.out.String())
	return err
}

// page is a document while it is written as HTML.
type page struct {
	out    strings.Builder
	lang   lang.Tag
	tables int
}

// add writes markup with texts in it, which are escaped here and nowhere else.
func (p *page) add(markup string, texts ...string) {
	escaped := make([]any, len(texts))
	for i, text := range texts {
		escaped[i] = html.EscapeString(strings.ToValidUTF8(text, "\u25a1"))
	}
	fmt.Fprintf(&p.out, markup, escaped...)
}

func (p *page) block(block document.Block) error {
	switch b := block.(type) {
	case document.Heading:
		p.heading(b)
	case document.Paragraph:
		if b.Quiet {
			p.add(`<p class="nhsuk-body-s nhsuk-u-secondary-text-colour">`)
		} else {
			p.add(`<p>`)
		}
		p.text(b.Text)
		p.add(`</p>`)
	case document.Facts:
		p.facts(b)
	case document.Callout:
		p.callout(b)
	case document.Table:
		p.table(b)
	case document.List:
		p.add(`<ul class="nhsuk-list nhsuk-list--bullet">`)
		for _, item := range b.Items {
			p.add(`<li>`)
			p.text(item)
			p.add(`</li>`)
		}
		p.add(`</ul>`)
	case document.Figure:
		p.add(scrollBegins+`aria-label="%s: %s">`, map[lang.Tag]string{lang.English: "Figure", lang.Welsh: "Ffigur"}[p.lang], b.Numbers.Caption)
		if err := b.Drawing.SVG(&p.out, b.Alt); err != nil {
			return err
		}
		p.add(scrollEnds)
		p.table(b.Numbers)
	default:
		return fmt.Errorf("reports: no markup for %T", b)
	}
	return nil
}

// heading begins at the second level: the first is the page's title.
func (p *page) heading(h document.Heading) {
	switch h.Level {
	case 1:
		p.add(`<h2 class="nhsuk-heading-l">%s</h2>`, h.Text)
	case 2:
		p.add(`<h3 class="nhsuk-heading-m">%s</h3>`, h.Text)
	default:
		p.add(`<h4 class="nhsuk-heading-s">%s</h4>`, h.Text)
	}
}

func (p *page) facts(f document.Facts) {
	p.add(`<dl class="nhsuk-summary-list">`)
	for _, row := range f.Rows {
		p.add(`<div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">%s</dt><dd class="nhsuk-summary-list__value">`, row.Label)
		p.text(row.Value)
		p.add(`</dd></div>`)
	}
	p.add(`</dl>`)
}

func (p *page) callout(c document.Callout) {
	p.add(`<div class="nhsuk-inset-text">`)
	if c.Label != "" {
		p.add(`<p class="nhsuk-body-s">%s</p>`, c.Label)
	}
	p.add(`<p class="nhsuk-heading-m"><strong class="nhsuk-tag nhsuk-tag--%s">%s</strong></p>`, string(c.Tone), c.Word)
	for _, line := range c.Lines {
		p.add(`<p>`)
		p.text(line)
		p.add(`</p>`)
	}
	p.add(`</div>`)
}

// What is wide stands in a region of its own that scrolls on a narrow screen.
// The padding is for the table, which the design system makes 4 px wider than
// what holds it.
const (
	scrollBegins = `<div class="app-scroll nhsuk-u-padding-1 nhsuk-u-margin-bottom-4" role="region" tabindex="0" `
	scrollEnds   = `</div>`
)

func (p *page) table(t document.Table) {
	p.tables++
	id := "report-table-" + strconv.Itoa(p.tables)
	p.add(scrollBegins+`aria-labelledby="%s"><table class="nhsuk-table app-table--dense">`, id)
	p.add(`<caption class="nhsuk-table__caption nhsuk-table__caption--s" id="%s">%s</caption><thead class="nhsuk-table__head"><tr class="nhsuk-table__row">`, id, t.Caption)
	for _, c := range t.Columns {
		p.add(`<th scope="col" class="nhsuk-table__header`+numeric(c, "header")+`">%s</th>`, c.Title)
	}
	p.add(`</tr></thead><tbody class="nhsuk-table__body">`)
	for _, row := range t.Rows {
		p.add(`<tr class="nhsuk-table__row">`)
		for i, cell := range row {
			if i == 0 {
				p.add(`<th scope="row" class="nhsuk-table__header">`)
			} else {
				p.add(`<td class="nhsuk-table__cell` + numeric(t.Columns[i], "cell") + `">`)
			}
			if cell.Tone != document.NoTone {
				p.add(`<strong class="nhsuk-tag nhsuk-tag--%s">%s</strong>`, string(cell.Tone), cell.Text.String())
			} else {
				p.text(cell.Text)
			}
			if i == 0 {
				p.add(`</th>`)
			} else {
				p.add(`</td>`)
			}
		}
		p.add(`</tr>`)
	}
	p.add(`</tbody></table>` + scrollEnds)
}

func numeric(c document.Column, part string) string {
	if !c.Right {
		return ""
	}
	return " nhsuk-table__" + part + "--numeric"
}

// text writes runs; those in another language say so to a screen reader.
func (p *page) text(t document.Text) {
	for _, run := range t {
		foreign := run.Lang != "" && run.Lang != p.lang
		if foreign {
			p.add(`<span lang="%s">`, string(run.Lang))
		}
		if run.Bold {
			p.add(`<strong>`)
		}
		if run.Quiet {
			p.add(`<span class="nhsuk-u-secondary-text-colour">`)
		}
		for i, line := range strings.Split(run.Text, "\n") {
			if i > 0 {
				p.add(`<br>`)
			}
			p.add(`%s`, line)
		}
		if run.Quiet {
			p.add(`</span>`)
		}
		if run.Bold {
			p.add(`</strong>`)
		}
		if foreign {
			p.add(`</span>`)
		}
	}
}
