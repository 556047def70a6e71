package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const chosenPackage = "sicrwydd/tests/mutants/chosen"

// copier writes copies of files of the program that ask chosen at every check.
type copier struct {
	folder  string
	sites   []string
	replace map[string]string // what the build reads in the place of which file
}

// edit is a piece of text put into a file at an offset.
type edit struct {
	at   int
	text string
}

// copied is one file being copied.
type copied struct {
	*copier
	path, pkg string
	content   []byte
	set       *token.FileSet
	edits     []edit
	names     map[string]int
}

// all copies the rooms of the domain, and the route tables.
func (c *copier) all() error {
	err := filepath.WalkDir("models", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		return c.file(path, (*copied).room)
	})
	for _, path := range []string{"app/routes.go", "app/routes_pages.go", "app/server.go"} {
		if err == nil {
			err = c.file(path, (*copied).routes)
		}
	}
	if err != nil {
		return err
	}
	if err := c.add("app/mutated.go", mutatedRoute); err != nil {
		return err
	}
	slices.Sort(c.sites)
	return c.add("tests/mutants/chosen/sites.go", fmt.Sprintf("package chosen\n\nfunc init() { Sites = %#v }\n", c.sites))
}

// mutatedRoute leaves out what a route asks: that its permission is held, or
// that anybody has signed in.
const mutatedRoute = `package main

import (
	"sicrwydd/models/access"
	"sicrwydd/tests/mutants/chosen"
)

func mutated(table, method, path string, p access.Permission) access.Permission {
	switch route := table + " " + method + " " + path; {
	case p == access.Open:
	case chosen.On("sign-in of " + route):
		return access.Open
	case chosen.On("permission of " + route):
		return access.Self
	}
	return p
}
`

func (c *copier) add(path, content string) error {
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	to := filepath.Join(c.folder, strings.ReplaceAll(path, "/", "_"))
	c.replace[full] = to
	return os.WriteFile(to, []byte(content), 0o600)
}

// overlay writes what the build reads in the place of which file.
func (c *copier) overlay() (string, error) {
	content, err := json.Marshal(map[string]any{"Replace": c.replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(c.folder, "overlay.json")
	return path, os.WriteFile(path, content, 0o600)
}

func (c *copier) file(path string, mark func(*copied, *ast.File)) error {
	content, err := os.ReadFile(path) //nolint:gosec // of the project
	if err != nil {
		return err
	}
	f := &copied{copier: c, path: path, content: content, set: token.NewFileSet(), names: map[string]int{}}
	tree, err := parser.ParseFile(f.set, path, content, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	f.pkg = tree.Name.Name
	mark(f, tree)
	if len(f.edits) == 0 {
		return nil
	}
	if slices.ContainsFunc(f.edits, func(e edit) bool { return strings.Contains(e.text, "leftOut.") }) {
		f.put(tree.Name.End(), "\n\nimport leftOut "+fmt.Sprintf("%q", chosenPackage))
	}
	slices.SortStableFunc(f.edits, func(a, b edit) int { return a.at - b.at })
	var b bytes.Buffer
	done := 0
	for _, e := range f.edits {
		b.Write(content[done:e.at])
		b.WriteString(e.text)
		done = e.at
	}
	b.Write(content[done:])
	return c.add(path, b.String())
}

func (f *copied) put(at token.Pos, text string) {
	f.edits = append(f.edits, edit{f.set.Position(at).Offset, text})
}

// around puts a node between two texts.
func (f *copied) around(n ast.Node, before, after string) {
	f.put(n.Pos(), before)
	f.put(n.End(), after)
}

func (f *copied) text(n ast.Node) string {
	return string(f.content[f.set.Position(n.Pos()).Offset:f.set.Position(n.End()).Offset])
}

// site names a check: what it is, in which function it stands and, where there
// are several of one name, the how manieth.
func (f *copied) site(kind, where string) string {
	name := kind + " " + f.pkg + "." + where
	f.names[name]++
	if n := f.names[name]; n > 1 {
		name += fmt.Sprintf(" (%d)", n)
	}
	f.sites = append(f.sites, name)
	return fmt.Sprintf("%q", name)
}

// room marks the checks of a file of the domain.
func (f *copied) room(tree *ast.File) {
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) == 1 {
					f.reaches(v.Values[0], v.Names[0].Name)
					f.checks(v.Values[0], v.Names[0].Name)
				}
			}
		case *ast.FuncDecl:
			if d.Body != nil {
				f.function(d)
			}
		}
	}
}

func (f *copied) function(d *ast.FuncDecl) {
	where := d.Name.Name
	if d.Recv != nil {
		where = strings.TrimPrefix(f.text(d.Recv.List[0].Type), "*") + "." + where
	}
	everything := "store.Everything"
	if f.pkg == "store" {
		everything = "Everything"
	}
	scope := d.Recv != nil && d.Name.Name == "Scope"
	switch {
	case f.pkg == "access" && where == "Actor.Scopes":
		f.put(d.Body.Lbrace+1, "\n\tif !a.IsProgram() && leftOut.On(\"permission \"+string(p)) {\n\t\treturn []Scope{National}\n\t}")
		return
	case f.pkg == "access":
		return
	case scope && len(d.Type.Params.List[0].Names) > 0 && d.Type.Params.List[0].Names[0].Name == "by":
		f.put(d.Body.Lbrace+1, fmt.Sprintf("\n\tif !by.IsProgram() && leftOut.On(%s) {\n\t\treturn %s\n\t}\n", f.site("scope", where), everything))
	}
	if scope || f.path == "models/store/scope.go" {
		ast.Inspect(d.Body, func(n ast.Node) bool {
			if guard, ok := n.(*ast.IfStmt); ok && strings.Contains(f.text(guard.Cond), "OnSupplierSide()") {
				f.around(guard.Cond, "!leftOut.On("+f.site("guard", where)+") && (", ")")
				return false
			}
			return true
		})
	}
	f.reaches(d.Body, where)
	f.checks(d.Body, where)
}

// reaches marks how far each scope reaches.
func (f *copied) reaches(within ast.Node, where string) {
	if f.path != "models/store/scope.go" {
		return
	}
	ast.Inspect(within, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if named, ok := n.Type.(*ast.Ident); ok && named.Name == "reach" {
				for _, element := range n.Elts {
					pair := element.(*ast.KeyValueExpr)
					f.widen(pair.Value, where+"."+pair.Key.(*ast.SelectorExpr).Sel.Name)
				}
			}
		case *ast.AssignStmt:
			if of, ok := n.Lhs[0].(*ast.IndexExpr); ok && strings.HasPrefix(f.text(of), "narrowed[access.") {
				f.widen(n.Rhs[0], where+"."+of.Index.(*ast.SelectorExpr).Sel.Name)
			}
		}
		return true
	})
}

func (f *copied) widen(to ast.Expr, where string) {
	f.put(to.Pos(), fmt.Sprintf("func(by access.Actor, column string) Condition {\n\t\tif leftOut.On(%s) {\n\t\t\treturn Everything\n\t\t}\n\t\treturn (", f.site("reach", where)))
	f.put(to.End(), ")(by, column)\n\t}")
}

// checks marks where the domain asks whether something may be done.
func (f *copied) checks(within ast.Node, where string) {
	ast.Inspect(within, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of := f.text(method.X)
		switch {
		case method.Sel.Name == "Holds" && len(call.Args) == 1:
			f.around(call, "(leftOut.On("+f.site("check", where+" "+f.text(call.Args[0]))+") || ", ")")
		case of == "tx" && method.Sel.Name == "May" && len(call.Args) == 3:
			f.around(call, "leftOut.Pick[error]("+f.site("check", where+" "+f.text(call.Args[1]))+", nil, ", ")")
		case of == "tx" && method.Sel.Name == "Visible" && len(call.Args) == 3 && f.pkg != "store":
			f.around(call, "leftOut.Yes("+f.site("check", where+" "+f.text(call.Args[1]))+")(", ")")
		case of == "tx" && method.Sel.Name == "VisibleOf" && len(call.Args) == 3 && f.pkg != "store":
			f.around(call, "leftOut.All("+f.site("check", where+" "+f.text(call.Args[1]))+", "+f.text(call.Args[2])+")(", ")")
		case method.Sel.Name == "And" && f.pkg != "access":
			f.around(call, "leftOut.Pick("+f.site("narrowing", where)+", "+of+", ", ")")
		}
		return true
	})
}

// routes marks what the route tables ask.
func (f *copied) routes(tree *ast.File) {
	table := map[string]string{"app/routes.go": "contract", "app/server.go": "file", "app/routes_pages.go": "page"}[f.path]
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if named, ok := n.Fun.(*ast.Ident); ok && named.Name == "permitted" {
				f.around(n.Args[1], fmt.Sprintf("mutated(%q, r.method, r.path, ", table), ")")
			}
		case *ast.IfStmt:
			if n.Init != nil && strings.HasPrefix(f.text(n.Init), "kind := r.form()") {
				f.around(n.Cond, `!leftOut.On("form of page "+r.method+" "+r.path) && `, "")
			}
		}
		return true
	})
}
