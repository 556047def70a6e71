package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sicrwydd/reports/document"
	"sicrwydd/reports/tagged"
)

// clean takes out what would upset the page: bytes that are no text, letters
// outside the plane that the PDF's fonts can name, and control characters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case r > 0xffff || r == utf8.RuneError:
			return '\u25a1' // a white square: something stood here
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\u25a1"))
}

// line is what stands in one line, and how wide it is.
type line struct {
	runs  []document.Run
	width float64
}

// wrap breaks text into lines of at most width millimetres: between words, and
// inside a word that is longer than a line. Nothing is left out.
func (p *paper) wrap(text document.Text, size, width float64) []line {
	b := breaker{p: p, size: size, width: width}
	for _, run := range text {
		for i, part := range strings.Split(clean(run.Text), "\n") {
			if i > 0 {
				b.pause()
				b.end()
			}
			for _, word := range strings.SplitAfter(part, " ") {
				b.add(run, word)
			}
		}
	}
	b.end()
	return b.lines
}

// breaker is a text while it is broken into lines.
type breaker struct {
	p       *paper
	size    float64
	width   float64
	current line
	lines   []line
}

// add puts a word, with the space after it, on this line or the next.
func (b *breaker) add(run document.Run, word string) {
	b.p.pdf.SetFont(family, style(run), b.size)
	if b.current.width+b.p.pdf.GetStringWidth(strings.TrimRight(word, " ")) > b.width && len(b.current.runs) > 0 {
		b.end()
	}
	for b.p.pdf.GetStringWidth(strings.TrimRight(word, " ")) > b.width {
		letters := []rune(word)
		n := len(letters) - 1
		for n > 1 && b.p.pdf.GetStringWidth(string(letters[:n])) > b.width {
			n--
		}
		b.put(run, string(letters[:n]))
		b.end()
		word = string(letters[n:])
	}
	if word != "" && (len(b.current.runs) > 0 || strings.TrimSpace(word) != "") {
		b.put(run, word)
	}
}

// put adds words to the line, to the last run where they look and sound the
// same.
func (b *breaker) put(run document.Run, words string) {
	b.current.width += b.p.pdf.GetStringWidth(words)
	if n := len(b.current.runs); n > 0 {
		last := &b.current.runs[n-1]
		if last.Bold == run.Bold && last.Quiet == run.Quiet && b.p.foreign(*last) == b.p.foreign(run) {
			last.Text += words
			return
		}
	}
	run.Text = words
	b.current.runs = append(b.current.runs, run)
}

// pause puts a blank, which takes no room, where the line is ended on purpose:
// who hears the text would hear two words in one.
func (b *breaker) pause() {
	if n := len(b.current.runs); n > 0 {
		b.current.runs[n-1].Text += " "
	}
}

func (b *breaker) end() {
	b.lines = append(b.lines, b.current)
	b.current = line{}
}

func style(run document.Run) string {
	switch {
	case run.Bold:
		return "B"
	case run.Quiet:
		return "I"
	}
	return ""
}

// line draws a line with its left end at x and goes down by its height.
func (p *paper) line(l line, x, size, height float64, colour document.Colour) {
	p.lineAt(l, x, p.y, size, height, colour)
	p.y += height
}

// lineAt draws a line in a strip that begins at y.
func (p *paper) lineAt(l line, x, y, size, height float64, colour document.Colour) {
	baseline := y + height/2 + size/pointsPerMM*0.35
	for _, run := range l.runs {
		ink := colour
		if run.Quiet {
			ink = document.Soft
		}
		if p.at == nil {
			p.mark(p.tags.Decoration(tagged.Repeated))
		} else {
			p.mark(p.tags.Content(p.at.In(p.foreign(run))))
		}
		p.font(style(run), size, ink)
		p.pdf.Text(x, baseline, run.Text)
		x += p.pdf.GetStringWidth(run.Text)
	}
}

// foreign is the language of a run that is not in that of the document.
func (p *paper) foreign(run document.Run) string {
	if run.Lang == "" || run.Lang == p.doc.Lang {
		return ""
	}
	return region(run.Lang)
}

// mark writes operators of the tags, if there are any.
func (p *paper) mark(operators string) {
	if operators != "" {
		p.pdf.RawWriteStr(operators)
	}
}

// put draws short text on a baseline in the font that is set.
func (p *paper) put(x, baseline float64, text string) { p.pdf.Text(x, baseline, clean(text)) }

func (p *paper) putRight(x, baseline float64, text string) {
	p.put(x-p.pdf.GetStringWidth(clean(text)), baseline, text)
}

// shorten cuts a running title, which stands in full on the first page, to
// its room.
func (p *paper) shorten(text string, width float64) string {
	letters := []rune(clean(text))
	if p.pdf.GetStringWidth(string(letters)) <= width {
		return string(letters)
	}
	for len(letters) > 0 && p.pdf.GetStringWidth(string(letters)+"…") > width {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimSpace(string(letters)) + "…"
}

func (p *paper) font(style string, size float64, colour document.Colour) {
	p.pdf.SetFont(family, style, size)
	p.ink("text", colour)
}

// ink sets the colour of text, fill or draw.
func (p *paper) ink(of string, colour document.Colour) {
	r, g, b := colour.RGB()
	switch of {
	case "text":
		p.pdf.SetTextColor(r, g, b)
	case "fill":
		p.pdf.SetFillColor(r, g, b)
	case "draw":
		p.pdf.SetDrawColor(r, g, b)
	}
}

func (p *paper) rule(y float64, colour document.Colour) {
	p.mark(p.tags.Decoration(tagged.Layout))
	p.ink("draw", colour)
	p.pdf.SetLineWidth(0.2)
	p.pdf.Line(margin, y, pageWidth-margin, y)
}

// backdrop draws a filled rectangle that says nothing.
func (p *paper) backdrop(x, y, width, height float64, colour document.Colour) {
	p.mark(p.tags.Decoration(tagged.Layout))
	p.ink("fill", colour)
	p.pdf.Rect(x, y, width, height, "F")
}
