package tagged

import "github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

// mend puts right what gofpdf writes against the standard, now that the file
// is open: a list of files inside where there are none, which makes a careful
// reader take it for one that carries something, and bookmarks that have
// others below them and say that they have none.
func (g *grafting) mend(catalogue types.Dict) error {
	if names := catalogue.DictEntry("Names"); names != nil {
		if files := names.DictEntry("EmbeddedFiles"); files != nil && len(files.ArrayEntry("Names")) == 0 {
			delete(names, "EmbeddedFiles")
		}
		if len(names) == 0 {
			delete(catalogue, "Names")
		}
	}
	if outlines := catalogue.IndirectRefEntry("Outlines"); outlines != nil {
		_, err := g.bookmarks(*outlines)
		return err
	}
	return nil
}

// bookmarks counts those that stand right below one. They are shown when a
// reader unfolds it, which a number below zero says.
func (g *grafting) bookmarks(parent types.IndirectRef) (int, error) {
	above, err := g.ctx.DereferenceDict(parent)
	if err != nil {
		return 0, err
	}
	count := 0
	for ref := above.IndirectRefEntry("First"); ref != nil; count++ {
		below, err := g.bookmarks(*ref)
		if err != nil {
			return 0, err
		}
		bookmark, err := g.ctx.DereferenceDict(*ref)
		if err != nil {
			return 0, err
		}
		delete(bookmark, "Count")
		if below > 0 {
			bookmark["Count"] = types.Integer(-below)
		}
		g.changed[ref.ObjectNumber.Value()] = true
		ref = bookmark.IndirectRefEntry("Next")
	}
	return count, nil
}
