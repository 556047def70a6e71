package pdf

import (
	"fmt"

	"sicrwydd/reports/document"
	"sicrwydd/reports/tagged"
)

// The sizes of text in points, and the height of their lines in millimetres.
const (
	bodySize, bodyLine   = 10.0, 5.0
	smallSize, smallLine = 8.5, 4.2
	wordSize, wordLine   = 17.0, 8.4
)

var headingSizes = map[int]float64{1: 16, 2: 12.5, 3: 10.5}

func (p *paper) block(i int) error {
	switch b := p.doc.Blocks[i].(type) {
	case document.Heading:
		return p.heading(i, b)
	case document.Paragraph:
		return p.paragraph(b)
	case document.Facts:
		return p.facts(b)
	case document.Callout:
		return p.callout(b)
	case document.Table:
		return p.table(b)
	case document.List:
		return p.list(b)
	case document.Figure:
		return p.figure(b)
	default:
		return fmt.Errorf("pdf: no way to draw %T", b)
	}
}

// heading keeps with what it heads, as far as the first table or figure. The
// title is the first heading, as on the page, so that all others are a level
// below what they say.
func (p *paper) heading(i int, h document.Heading) error {
	need := p.start(h)
	for _, next := range p.doc.Blocks[i+1:] {
		other, isHeading := next.(document.Heading)
		if isHeading && other.Level <= h.Level {
			break
		}
		need += p.start(next)
		if _, isParagraph := next.(document.Paragraph); !isHeading && !isParagraph {
			break
		}
	}
	need = min(need, bodyBottom-bodyTop)
	if h.NewPage && p.started {
		need = 2 * pageHeight
	}
	if err := p.room(need); err != nil {
		return err
	}
	size := headingSizes[h.Level]
	if p.started {
		p.y += size * 0.42
	}
	p.at = p.tags.Root().Add(tagged.Heading(h.Level + 1))
	p.pdf.SetFont(family, "B", size) // the bookmark takes its encoding from the font
	p.pdf.Bookmark(clean(h.Text), p.outline(h.Level), p.y)
	for _, l := range p.wrap(document.Bold(h.Text), size, bodyWidth) {
		p.line(l, margin, size, size*0.46, document.DarkBlue)
	}
	p.y += 1.5
	p.started = true
	return nil
}

// outline is the bookmark's level: one that skips a level has no parent.
func (p *paper) outline(level int) int {
	if level > 2 {
		level = 2
	}
	return level - 1
}

// start is how much room the beginning of a block takes that should not stand
// alone at the foot of a page.
func (p *paper) start(block document.Block) float64 {
	switch b := block.(type) {
	case document.Heading:
		size := headingSizes[b.Level]
		return size*0.88 + 1.5
	case document.Paragraph:
		return float64(len(p.wrap(b.Text, bodySize, bodyWidth)))*bodyLine + 2.5
	case document.Figure:
		return b.Drawing.Height*p.scale(b.Drawing) + 3
	case document.Callout:
		return p.calloutHeight(b)
	case document.Table:
		return p.tableStart(b)
	case document.Facts:
		return 2 * 7
	}
	return 2 * bodyLine
}

func (p *paper) paragraph(b document.Paragraph) error {
	size, height, colour := bodySize, bodyLine, document.Ink
	if b.Quiet {
		size, height, colour = smallSize, smallLine, document.Soft
	}
	p.at = p.tags.Root().Add(tagged.Paragraph)
	lines := p.wrap(b.Text, size, bodyWidth)
	for i, l := range lines {
		// Neither the first line alone at the foot nor the last alone at
		// the head of a page.
		need := height
		if i == 0 && len(lines) > 1 || i == len(lines)-2 {
			need = 2 * height
		}
		if err := p.room(need); err != nil {
			return err
		}
		p.line(l, margin, size, height, colour)
		p.started = true
	}
	p.y += 2.5
	return nil
}

func (p *paper) list(b document.List) error {
	list := p.tags.Root().Add(tagged.List)
	for _, text := range b.Items {
		item := list.Add(tagged.Item)
		bullet := item.AddBullet()
		p.at = item.Add(tagged.Body)
		for i, l := range p.wrap(text, bodySize, bodyWidth-6) {
			if err := p.room(bodyLine); err != nil {
				return err
			}
			if i == 0 {
				p.mark(p.tags.Content(bullet))
				p.ink("fill", document.Blue)
				p.pdf.Circle(margin+1.6, p.y+bodyLine/2, 0.7, "F")
			}
			p.line(l, margin+6, bodySize, bodyLine, document.Ink)
			p.started = true
		}
		p.y++
	}
	p.y += 1.5
	return nil
}

func (p *paper) facts(b document.Facts) error {
	t := document.Table{Columns: []document.Column{{Weight: 30}, {Weight: 70}}} // without a header: each label heads its row
	for _, fact := range b.Rows {
		t.Rows = append(t.Rows, []document.Cell{{Text: document.Bold(fact.Label)}, {Text: fact.Value}})
	}
	return p.table(t)
}

// The room inside a callout.
const (
	calloutBar   = 2.4
	calloutInset = 7.0
	calloutPad   = 4.0
)

func (p *paper) calloutHeight(b document.Callout) float64 {
	height := 2*calloutPad + float64(len(p.wrap(document.Bold(b.Word), wordSize, bodyWidth-2*calloutInset)))*wordLine
	if b.Label != "" {
		height += smallLine
	}
	for _, text := range b.Lines {
		height += float64(len(p.wrap(text, bodySize, bodyWidth-2*calloutInset)))*bodyLine + 0.8
	}
	return height
}

func (p *paper) callout(b document.Callout) error {
	height := p.calloutHeight(b)
	if err := p.room(min(height, bodyBottom-bodyTop)); err != nil {
		return err
	}
	p.backdrop(margin, p.y, bodyWidth, height, b.Tone.Wash())
	p.backdrop(margin, p.y, calloutBar, height, b.Tone.Strong())
	part := p.tags.Root().Add(tagged.Division)
	end := p.y + height + 4
	p.y += calloutPad
	if b.Label != "" {
		p.at = part.Add(tagged.Paragraph)
		p.line(p.wrap(document.Plain(b.Label), smallSize, bodyWidth)[0], margin+calloutInset, smallSize, smallLine, document.Ink)
	}
	p.at = part.Add(tagged.Paragraph)
	for _, l := range p.wrap(document.Bold(b.Word), wordSize, bodyWidth-2*calloutInset) {
		p.line(l, margin+calloutInset, wordSize, wordLine, document.Ink)
	}
	for _, text := range b.Lines {
		p.at = part.Add(tagged.Paragraph)
		for _, l := range p.wrap(text, bodySize, bodyWidth-2*calloutInset) {
			p.line(l, margin+calloutInset, bodySize, bodyLine, document.Ink)
		}
		p.y += 0.8
	}
	p.y, p.started = end, true
	return nil
}
