// Package document holds a report as its reader meets it (headings,
// paragraphs, tables, figures), before it is put on paper or on a screen. The
// renderers know nothing of reviews and ratings; what builds a document knows
// nothing of pages and tags.
package document

import (
	"strings"
	"time"

	"sicrwydd/models/lang"
)

// Document is a report in one language.
type Document struct {
	Lang      lang.Tag
	Title     string // what it is: Supplier assurance report
	Subtitle  string // of whom
	Reference string
	Author    string
	Moment    time.Time // of its data; the PDF's own dates too
	Details   []string  // short lines under the title
	Marking   string    // on every page, such as that it is a draft
	Footer    string    // on every page
	Seal      *Figure   // on the first page of paper, by which it is known again
	Blocks    []Block
	// Attachments go along inside a PDF.
	Attachments []Attachment
}

// Attachment is a file inside a PDF.
type Attachment struct {
	Name        string
	Description string
	Content     []byte
}

// Block is one part of a document.
type Block interface{ block() }

// Heading begins a part; level 1 to 3.
type Heading struct {
	Level   int
	Text    string
	NewPage bool // on paper, begins a page
}

// Paragraph is running text. Quiet is small print.
type Paragraph struct {
	Text  Text
	Quiet bool
}

// Facts is a list of labels and values.
type Facts struct{ Rows []Fact }

// Fact is a label and its value.
type Fact struct {
	Label string
	Value Text
}

// Callout is what nobody may miss: a word on a colour, and lines that belong
// to it. The word says all that the colour does.
type Callout struct {
	Tone  Tone
	Label string
	Word  string
	Lines []Text
}

// Table has rows under columns. The first cell of a row says what the row is
// about.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]Cell
}

// Column is a column of a table; weights share out the width.
type Column struct {
	Title  string
	Weight float64
	Right  bool
}

// Cell is a cell of a table. With a tone its text is a tag.
type Cell struct {
	Text Text
	Tone Tone
}

// List is a list of points.
type List struct{ Items []Text }

// Figure is a drawing, what it says in words, and its numbers.
type Figure struct {
	Drawing Drawing
	Alt     string
	Numbers Table
}

func (Heading) block()   {}
func (Paragraph) block() {}
func (Facts) block()     {}
func (Callout) block()   {}
func (Table) block()     {}
func (List) block()      {}
func (Figure) block()    {}

// Text is a run of words after another.
type Text []Run

// Run is words of one look. Lang is set where they are in another language
// than the document.
type Run struct {
	Text  string
	Bold  bool
	Quiet bool
	Lang  lang.Tag
}

// Plain is text of one ordinary run.
func Plain(s string) Text { return Text{{Text: s}} }

// Bold is text of one bold run.
func Bold(s string) Text { return Text{{Text: s, Bold: true}} }

// Quiet is text of one run in small print.
func Quiet(s string) Text { return Text{{Text: s, Quiet: true}} }

// Join puts texts one after another with a separator between those that say
// anything.
func Join(separator string, texts ...Text) Text {
	var joined Text
	for _, text := range texts {
		if text.String() == "" {
			continue
		}
		if len(joined) > 0 {
			joined = append(joined, Run{Text: separator})
		}
		joined = append(joined, text...)
	}
	return joined
}

// String gives the words alone.
func (t Text) String() string {
	var words strings.Builder
	for _, run := range t {
		words.WriteString(run.Text)
	}
	return words.String()
}
