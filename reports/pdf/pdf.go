// Package pdf puts a document on A4 paper: its headings with bookmarks, tables
// that go on over pages, figures, and on each page what it is, how far it goes
// and whether it may be relied on. All that is read is tagged with what it is.
// The same document gives the same bytes.
package pdf

import (
	"bytes"
	"io"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansitalic"
	"github.com/go-fonts/liberation/liberationsansregular"
	"github.com/jung-kurt/gofpdf"

	"sicrwydd/models/lang"
	"sicrwydd/reports/document"
	"sicrwydd/reports/tagged"
	"sicrwydd/templates/locales"
)

// The page, in millimetres.
const (
	pageWidth    = 210.0
	pageHeight   = 297.0
	margin       = 20.0
	bodyTop      = 25.0
	bodyBottom   = pageHeight - 22.0
	bodyWidth    = pageWidth - 2*margin
	pointsPerMM  = 72 / 25.4
	family       = "sans"
	programsName = "Sicrwydd"
)

// Write writes a document as PDF.
func Write(w io.Writer, doc *document.Document) error {
	tree := tagged.New(region(doc.Lang))
	drawn, err := inked(doc, tree)
	if err != nil {
		return err
	}
	finished, err := tree.Write(drawn)
	if err != nil {
		return err
	}
	_, err = w.Write(finished)
	return err
}

// inked is a document as drawn, marked as the tree tells; a nil tree leaves it
// unmarked.
func inked(doc *document.Document, tree *tagged.Tree) ([]byte, error) {
	// How many pages there are is known when all are drawn: once to count,
	// once to keep.
	draft, err := draw(doc, 0, nil)
	if err != nil {
		return nil, err
	}
	final, err := draw(doc, draft.pdf.PageNo(), tree)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = final.pdf.Output(&out)
	return out.Bytes(), err
}

// region is a language as a reader's voice wants it.
func region(tag lang.Tag) string { return string(tag) + "-GB" }

// paper is a document while it is drawn. y is how far down the page it is.
type paper struct {
	pdf     *gofpdf.Fpdf
	doc     *document.Document
	words   *locales.Words
	total   int
	y       float64
	started bool // something stands on the page below its header
	tags    *tagged.Tree
	at      *tagged.Element // that lines of text belong to; nil for what is repeated and not read again
}

func draw(doc *document.Document, total int, tags *tagged.Tree) (*paper, error) {
	p := &paper{pdf: gofpdf.New("P", "mm", "A4", ""), doc: doc, words: locales.For(doc.Lang), total: total, tags: tags}
	p.pdf.SetAutoPageBreak(false, 0)
	p.pdf.SetMargins(margin, bodyTop, margin)
	p.pdf.SetDisplayMode("default", "continuous") // no action on opening
	p.pdf.SetCompression(tags == nil)             // tagged packs better
	p.pdf.SetCatalogSort(true)
	p.pdf.SetCreationDate(doc.Moment.UTC())
	p.pdf.SetModificationDate(doc.Moment.UTC())
	title := doc.Title
	if doc.Subtitle != "" {
		title += ": " + doc.Subtitle
	}
	p.pdf.SetTitle(clean(title), true)
	p.pdf.SetSubject(clean(doc.Reference), true)
	p.pdf.SetAuthor(clean(doc.Author), true)
	p.pdf.SetCreator(programsName, true)
	p.pdf.AddUTF8FontFromBytes(family, "", liberationsansregular.TTF)
	p.pdf.AddUTF8FontFromBytes(family, "B", liberationsansbold.TTF)
	p.pdf.AddUTF8FontFromBytes(family, "I", liberationsansitalic.TTF)
	var files []gofpdf.Attachment
	for _, a := range doc.Attachments {
		files = append(files, gofpdf.Attachment{Filename: a.Name, Description: clean(a.Description), Content: a.Content})
	}
	p.pdf.SetAttachments(files)
	if err := p.newPage(); err != nil {
		return nil, err
	}
	p.titleBlock()
	for i := range doc.Blocks {
		if err := p.block(i); err != nil {
			return nil, err
		}
	}
	// The footer is read once, after all else: on the last page.
	p.mark(p.tags.Content(p.tags.Root().Add(tagged.Paragraph)))
	p.footer()
	p.mark(p.tags.EndPage())
	return p, p.pdf.Error()
}

// newPage begins a page with its header and footer.
func (p *paper) newPage() error {
	p.mark(p.tags.EndPage())
	p.pdf.AddPage()
	p.tags.BeginPage()
	p.y, p.started = bodyTop, false
	number := p.pdf.PageNo()
	if number > 1 {
		p.mark(p.tags.Decoration(tagged.Header))
		p.font("", 8, document.Soft)
		running := p.doc.Title + " · " + p.doc.Subtitle
		p.put(margin, 13.5, p.shorten(running, bodyWidth-70))
		p.putRight(pageWidth-margin, 13.5, p.doc.Reference)
		p.rule(16.5, document.Rule)
	}
	if p.doc.Marking != "" {
		p.mark(p.tags.Decoration(tagged.Header))
		if number == 1 { // read once, before all else
			p.mark(p.tags.Content(p.tags.Root().Add(tagged.Paragraph)))
		}
		p.font("B", 8.5, "b8281c")
		width := p.pdf.GetStringWidth(clean(p.doc.Marking))
		p.put((pageWidth-width)/2, 9, p.doc.Marking)
	}
	p.rule(pageHeight-16, document.Rule)
	of, err := p.words.T("report.page-of", "Page", number, "Total", max(p.total, number))
	if err != nil {
		return err
	}
	p.mark(p.tags.Decoration(tagged.Footer))
	if number < p.total {
		p.footer()
	}
	p.font("", 8, document.Soft)
	p.putRight(pageWidth-margin, pageHeight-11.5, of)
	return nil
}

func (p *paper) footer() {
	p.font("", 8, document.Soft)
	p.put(margin, pageHeight-11.5, p.shorten(p.doc.Footer, bodyWidth-40))
}

// titleBlock says on the first page what the document is.
func (p *paper) titleBlock() {
	p.backdrop(margin, 13, bodyWidth, 1.6, document.Blue)
	p.y = 18
	width := bodyWidth
	if p.doc.Seal != nil {
		width -= sealSize + 6
	}
	p.at = p.tags.Root().Add(tagged.Heading(1))
	for _, line := range p.wrap(document.Bold(p.doc.Title), 21, width) {
		p.line(line, margin, 21, 9, document.DarkBlue)
	}
	p.at = p.tags.Root().Add(tagged.Paragraph)
	for _, line := range p.wrap(document.Plain(p.doc.Subtitle), 14, width) {
		p.line(line, margin, 14, 6.6, document.Ink)
	}
	p.y++
	for _, detail := range p.doc.Details {
		p.at = p.tags.Root().Add(tagged.Paragraph)
		for _, line := range p.wrap(document.Plain(detail), 9, width) {
			p.line(line, margin, 9, 4.3, document.Soft)
		}
	}
	p.seal()
	p.y += 3
	p.started = true
}

// sealSize is how wide and high a seal is: a camera reads it from a print.
const sealSize = 27.0

// seal stands beside the title.
func (p *paper) seal() {
	if p.doc.Seal == nil {
		return
	}
	const top = 17.0
	left := pageWidth - margin - sealSize
	p.mark(p.tags.Content(p.tags.Root().AddFigure(p.doc.Seal.Alt, left*pointsPerMM, (pageHeight-top-sealSize)*pointsPerMM,
		(left+sealSize)*pointsPerMM, (pageHeight-top)*pointsPerMM)))
	pen := pen{p: p, scale: sealSize / p.doc.Seal.Drawing.Width, x: left, y: top}
	for _, shape := range p.doc.Seal.Drawing.Shapes {
		pen.ink(shape)
	}
	p.y = max(p.y, top+sealSize)
}

// room makes sure that so much fits below, on a new page if need be.
func (p *paper) room(height float64) error {
	if p.y+height <= bodyBottom || !p.started {
		return nil
	}
	return p.newPage()
}
