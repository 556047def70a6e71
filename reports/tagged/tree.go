// Package tagged gives a PDF its structure, so that it can be heard, searched
// and shown in another shape: which text is a heading, a paragraph, a point of
// a list or the header of a column, in which order all is read, in which
// language, what a figure says, and what is mere decoration (ISO 32000-1, 14.6
// to 14.9).
//
// A Tree is grown while the pages are drawn: before something is drawn it says
// with which operators the content stream has to be marked. When the file is
// finished, Write adds the tree to it.
package tagged

import (
	"strconv"
	"strings"
)

// Kind is what an element is: a standard structure type, and of a table's
// header its scope.
type Kind string

// The kinds.
const (
	Document  Kind = "Document"
	Division  Kind = "Div"
	Paragraph Kind = "P"
	Span      Kind = "Span"
	List      Kind = "L"
	Item      Kind = "LI"
	Bullet    Kind = "Lbl"
	Body      Kind = "LBody"
	Table     Kind = "Table"
	Caption   Kind = "Caption"
	Row       Kind = "TR"
	Cell      Kind = "TD"
	Figure    Kind = "Figure"

	// Cells that say what a column or a row is about.
	ColumnHead Kind = "TH/Column"
	RowHead    Kind = "TH/Row"
)

// Heading is the kind of a heading of a level, 1 to 6.
func Heading(level int) Kind { return Kind("H" + strconv.Itoa(min(max(level, 1), 6))) }

// split gives the type and the scope.
func (k Kind) split() (name, scope string) {
	name, scope, _ = strings.Cut(string(k), "/")
	return name, scope
}

// Decoration is what is drawn and not read.
type Decoration string

// The decorations: what stands on each page, and backgrounds and rules. A
// table's header that is repeated on a further page is Repeated.
const (
	Header   Decoration = "/Artifact <</Type/Pagination/Subtype/Header>> BDC"
	Footer   Decoration = "/Artifact <</Type/Pagination/Subtype/Footer>> BDC"
	Repeated Decoration = "/Artifact <</Type/Pagination>> BDC"
	Layout   Decoration = "/Artifact <</Type/Layout>> BDC"
)

// Tree is the structure of a document while it is drawn. Without one, a nil
// Tree and its nil elements, nothing is marked.
type Tree struct {
	root  *Element
	lang  string
	pages [][]*Element // whose each mark of a page is, by the mark's number

	// What is open in the content stream: an element, a decoration or nothing.
	element    *Element
	decoration Decoration
}

// New begins a document in a language (BCP 47).
func New(lang string) *Tree {
	return &Tree{root: &Element{kind: Document}, lang: lang}
}

// Root is the element of the document as a whole.
func (t *Tree) Root() *Element {
	if t == nil {
		return nil
	}
	return t.root
}

// BeginPage says that a page has begun. The one before was ended.
func (t *Tree) BeginPage() {
	if t != nil {
		t.pages = append(t.pages, nil)
	}
}

// EndPage gives the operator that closes what is open. It has to be written
// before the page ends: no mark goes over pages. On the next page Content
// goes on with the same element.
func (t *Tree) EndPage() string {
	if t == nil || t.element == nil && t.decoration == "" {
		return ""
	}
	t.element, t.decoration = nil, ""
	return "EMC"
}

// Content gives the operators after which what is drawn belongs to an element;
// none where that is so already.
func (t *Tree) Content(e *Element) string {
	if t == nil || t.element == e {
		return ""
	}
	closing := t.EndPage()
	name, _ := e.kind.split()
	page := len(t.pages) - 1
	mark := len(t.pages[page])
	t.pages[page] = append(t.pages[page], e)
	e.kids = append(e.kids, kid{page: page, mark: mark})
	t.element = e
	return after(closing, "/"+name+" <</MCID "+strconv.Itoa(mark)+">> BDC")
}

// Decoration gives the operators after which what is drawn is not read.
func (t *Tree) Decoration(d Decoration) string {
	if t == nil || t.decoration == d {
		return ""
	}
	closing := t.EndPage()
	t.decoration = d
	return after(closing, string(d))
}

func after(closing, opening string) string {
	if closing == "" {
		return opening
	}
	return closing + "\n" + opening
}
