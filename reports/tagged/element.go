package tagged

// Element is a part of a document: what it is, and what belongs to it in the
// order in which it is read.
type Element struct {
	kind   Kind
	lang   string // where it differs from what is around
	alt    string // what a figure says
	actual string // the letters that a drawn sign stands for
	box    box
	kids   []kid
}

// kid is an element, or a mark on a page.
type kid struct {
	element    *Element
	page, mark int
}

// box is where a figure stands on its page, in points from the page's lower
// left corner.
type box struct{ left, bottom, right, top float64 }

// Add adds an element at the end.
func (e *Element) Add(kind Kind) *Element {
	if e == nil {
		return nil
	}
	added := &Element{kind: kind}
	e.kids = append(e.kids, kid{element: added})
	return added
}

// AddFigure adds a figure with what it says in words, and where on its page it
// stands, in points from the lower left corner.
func (e *Element) AddFigure(alt string, left, bottom, right, top float64) *Element {
	figure := e.Add(Figure)
	if figure != nil {
		figure.alt, figure.box = alt, box{left, bottom, right, top}
	}
	return figure
}

// AddBullet adds the sign before a point of a list, which is drawn and has no
// letter.
func (e *Element) AddBullet() *Element {
	bullet := e.Add(Bullet)
	if bullet != nil {
		bullet.actual = "•"
	}
	return bullet
}

// In gives where words in a language belong: a span within the element, the
// same as long as the language stays. Without a language it is the element
// itself.
func (e *Element) In(lang string) *Element {
	if e == nil || lang == "" {
		return e
	}
	if n := len(e.kids); n > 0 && e.kids[n-1].element != nil && e.kids[n-1].element.lang == lang {
		return e.kids[n-1].element
	}
	span := e.Add(Span)
	span.lang = lang
	return span
}

// stays reports whether an element says something. One without content does
// not, but a cell holds its place in its row.
func (e *Element) stays() bool {
	switch e.kind {
	case ColumnHead, RowHead, Cell, Document:
		return true
	}
	for _, k := range e.kids {
		if k.element == nil || k.element.stays() {
			return true
		}
	}
	return false
}
