package tagged

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Write adds the structure to the finished file whose content streams carry
// its marks, and the language and that a window shows the title. The same file
// and tree give the same bytes.
func (t *Tree) Write(file []byte) ([]byte, error) {
	// A configuration of our own: the default one makes a folder in the home
	// of whoever runs the program.
	ctx, err := api.ReadContext(bytes.NewReader(file), &model.Configuration{
		Reader15: true, ValidationMode: model.ValidationRelaxed, Eol: types.EolLF, Offline: true, Limits: model.DefaultResourceLimits(),
	})
	if err != nil {
		return nil, fmt.Errorf("tagged: %w", err)
	}
	g := &grafting{ctx: ctx, tree: t, changed: map[int]bool{}, owners: make([]types.Array, len(t.pages))}
	if err := g.findPages(); err != nil {
		return nil, err
	}
	if err := g.graft(); err != nil {
		return nil, err
	}
	return pack(file, ctx.XRefTable, g.changed)
}

// grafting is a tree while it is made part of a file.
type grafting struct {
	ctx     *model.Context
	tree    *Tree
	changed map[int]bool // the numbers of the objects that are new or changed
	pages   []types.IndirectRef
	owners  []types.Array // of each page: the element that each mark belongs to
}

// findPages finds the pages in their order.
func (g *grafting) findPages() error {
	ref, err := g.ctx.Pages()
	if err != nil {
		return err
	}
	node, err := g.ctx.DereferenceDict(*ref)
	if err != nil {
		return err
	}
	for _, page := range node.ArrayEntry("Kids") {
		ref, ok := page.(types.IndirectRef)
		if !ok {
			return errors.New("tagged: a page that is no object of its own")
		}
		g.pages = append(g.pages, ref)
	}
	if len(g.pages) != len(g.tree.pages) {
		return fmt.Errorf("tagged: the file has %d pages, the tree %d", len(g.pages), len(g.tree.pages))
	}
	for i, marks := range g.tree.pages {
		g.owners[i] = make(types.Array, len(marks))
	}
	return nil
}

// graft adds the elements, tells each page where its marks are found, and the
// catalogue where the tree is.
func (g *grafting) graft() error {
	root := types.Dict{"Type": types.Name("StructTreeRoot")}
	rootRef := g.add(root)
	root["K"] = g.element(g.tree.root, rootRef)
	var numbers types.Array
	for i, ref := range g.pages {
		page, err := g.ctx.DereferenceDict(ref)
		if err != nil {
			return err
		}
		page["StructParents"] = types.Integer(i)
		page["Tabs"] = types.Name("S") // as the structure goes
		g.changed[ref.ObjectNumber.Value()] = true
		numbers = append(numbers, types.Integer(i), g.add(g.owners[i]))
	}
	root["ParentTree"] = g.add(types.Dict{"Nums": numbers})
	root["ParentTreeNextKey"] = types.Integer(len(g.pages))

	catalogue, err := g.ctx.Catalog()
	if err != nil {
		return err
	}
	catalogue["StructTreeRoot"] = rootRef
	catalogue["MarkInfo"] = types.Dict{"Marked": types.Boolean(true)}
	catalogue["Lang"] = types.StringLiteral(g.tree.lang)
	catalogue["ViewerPreferences"] = types.Dict{"DisplayDocTitle": types.Boolean(true)}
	g.changed[g.ctx.Root.ObjectNumber.Value()] = true
	return g.mend(catalogue)
}

// add adds an object.
func (g *grafting) add(o types.Object) types.IndirectRef {
	number := g.ctx.InsertNew(*model.NewXRefTableEntryGen0(o))
	g.changed[number] = true
	return *types.NewIndirectRef(number, 0)
}

// element adds an element with all that belongs to it.
func (g *grafting) element(e *Element, parent types.IndirectRef) types.IndirectRef {
	name, _ := e.kind.split()
	d := types.Dict{"S": types.Name(name), "P": parent}
	ref := g.add(d)
	home := -1 // the page that marks are on where nothing else is said
	var kids types.Array
	for _, k := range e.kids {
		if k.element != nil {
			if k.element.stays() {
				kids = append(kids, g.element(k.element, ref))
			}
			continue
		}
		if home < 0 {
			home = k.page
			d["Pg"] = g.pages[home]
		}
		g.owners[k.page][k.mark] = ref
		if k.page == home {
			kids = append(kids, types.Integer(k.mark))
		} else {
			kids = append(kids, types.Dict{"Type": types.Name("MCR"), "Pg": g.pages[k.page], "MCID": types.Integer(k.mark)})
		}
	}
	switch len(kids) {
	case 0:
	case 1:
		d["K"] = kids[0]
	default:
		d["K"] = kids
	}
	e.describe(d)
	return ref
}

// describe says of an element what its kind and its content do not.
func (e *Element) describe(d types.Dict) {
	if e.lang != "" {
		d["Lang"] = types.StringLiteral(e.lang)
	}
	if e.alt != "" {
		d["Alt"] = words(e.alt)
	}
	if e.actual != "" {
		d["ActualText"] = words(e.actual)
	}
	if _, scope := e.kind.split(); scope != "" {
		d["A"] = types.Dict{"O": types.Name("Table"), "Scope": types.Name(scope)}
	}
	switch e.kind {
	case List:
		d["A"] = types.Dict{"O": types.Name("List"), "ListNumbering": types.Name("Disc")}
	case Figure:
		d["A"] = types.Dict{"O": types.Name("Layout"), "Placement": types.Name("Block"), "BBox": types.Array{
			types.Integer(math.Floor(e.box.left)), types.Integer(math.Floor(e.box.bottom)),
			types.Integer(math.Ceil(e.box.right)), types.Integer(math.Ceil(e.box.top))}}
	}
}

func words(s string) types.HexLiteral { return types.NewHexLiteral([]byte(types.EncodeUTF16String(s))) }
