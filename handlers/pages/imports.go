package pages

import (
	"bytes"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
	"sicrwydd/reports/sheet"
	"sicrwydd/templates"
	"sicrwydd/templates/components"
)

type importsData struct {
	Imports []*inventory.Import
	Next    string
	Fields  []inventory.ImportField
}

func (p *Pages) importsPage(v *View) (Page, error) {
	rows, err := p.Inventory.Imports(v.UserContext(), v.Actor(), store.Paging{After: v.Query("after")})
	return Page{Name: "imports", TitleKey: "import.title", Data: importsData{rows.Items, rows.Next, inventory.ImportFields}}, err
}

// Imports is where a list of systems is brought, with those brought before.
func (p *Pages) Imports(v *View) error {
	page, err := p.importsPage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// ImportBring keeps a file, and leads to what it would do.
func (p *Pages) ImportBring(v *View) error {
	file, err := request.ReadTable(v.Ctx)
	var i *inventory.Import
	if err == nil {
		i, err = p.Inventory.BeginImport(v.UserContext(), v.Actor(), file)
	}
	if err != nil {
		page, pageErr := p.importsPage(v)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/imports/"+i.ID.String(), "flash.import-read")
}

// ImportTemplate sends an empty list with the headings that are known.
func (p *Pages) ImportTemplate(format string) Handler {
	return func(v *View) error {
		out := &sheet.Sheet{}
		var err error
		if out.Title, err = templates.Words(v.Lang()).T("nav.systems"); err != nil {
			return err
		}
		for _, field := range inventory.ImportFields {
			heading, _ := field.Heading().In(v.Lang())
			out.Columns = append(out.Columns, heading)
		}
		var b bytes.Buffer
		write, kind := out.CSV, "text/csv; charset=utf-8"
		if format == "xlsx" {
			write, kind = out.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		}
		if err := write(&b); err != nil {
			return err
		}
		v.Attachment("systems-" + string(v.Lang()) + "." + format)
		v.Set(fiber.HeaderContentType, kind)
		return v.Send(b.Bytes())
	}
}

type importData struct {
	Import    *inventory.ImportView
	Columns   []importColumn
	Fields    []components.Option
	Problems  []importProblem
	Obstacles []importObstacle
}

// importColumn is a column of the file with what it is taken for.
type importColumn struct{ At, Heading, Value, Example string }

type importProblem struct {
	Number       int
	Column, Text string
}

type importObstacle struct{ Href, Reference, Text string }

func (p *Pages) importPage(v *View, id uuid.UUID) (Page, error) {
	i, err := p.Inventory.Import(v.UserContext(), v.Actor(), id)
	if err != nil {
		return Page{}, err
	}
	data := importData{Import: i, Fields: []components.Option{}}
	kept, err := templates.Words(v.Lang()).T("import.column-kept")
	if err != nil {
		return Page{}, err
	}
	data.Fields = append(data.Fields, option("", kept))
	for _, field := range inventory.ImportFields {
		heading, _ := field.Heading().In(v.Lang())
		data.Fields = append(data.Fields, option(string(field), heading))
	}
	for n, heading := range i.Headings {
		column := importColumn{At: "mapping/" + strconv.Itoa(n), Heading: heading, Value: string(i.Mapping[n])}
		if typed := v.Typed(column.At + "/typed"); typed != "" {
			column.Value = v.Typed(column.At)
		}
		for _, row := range i.First {
			if column.Example == "" && n < len(row.Cells) {
				column.Example = row.Cells[n]
			}
		}
		data.Columns = append(data.Columns, column)
	}
	for _, problem := range i.Problems {
		text, err := templates.FaultText(v.Lang(), problem.Key, problem.Args)
		if err != nil {
			return Page{}, err
		}
		data.Problems = append(data.Problems, importProblem{problem.Number, problem.Column, text})
	}
	return Page{Name: "import", TitleKey: "import.one", Data: data, Wide: true}, nil
}

// Import shows what a file would do, how far it is, or what became of it. While
// a job works on it the page asks again by itself.
func (p *Pages) Import(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	page, err := p.importPage(v, id)
	if err != nil {
		return err
	}
	if v.FromHTMX() {
		return v.Fragment("import-state", page, nil)
	}
	return v.Show(page)
}

// ImportMap says anew what the columns mean.
func (p *Pages) ImportMap(v *View) error {
	return p.importDone(v, "flash.import-tried", func(id uuid.UUID) error {
		now, err := p.Inventory.Import(v.UserContext(), v.Actor(), id)
		if err != nil {
			return err
		}
		mapping := make([]inventory.ImportField, len(now.Headings))
		for n := range mapping {
			mapping[n] = inventory.ImportField(v.Typed("mapping/" + strconv.Itoa(n)))
		}
		_, err = p.Inventory.MapImport(v.UserContext(), v.Actor(), id, mapping, inventory.Duplicates(v.Typed("duplicates")))
		return err
	})
}

// ImportApply begins to enter the rows.
func (p *Pages) ImportApply(v *View) error {
	return p.importDone(v, "", func(id uuid.UUID) error {
		_, err := p.Inventory.ApplyImport(v.UserContext(), v.Actor(), id)
		return err
	})
}

// ImportCancel stops an import.
func (p *Pages) ImportCancel(v *View) error {
	return p.importDone(v, "flash.import-cancelled", func(id uuid.UUID) error {
		_, err := p.Inventory.CancelImport(v.UserContext(), v.Actor(), id)
		return err
	})
}

// ImportUndo takes back what an import created and changed, or shows what stands in the way.
func (p *Pages) ImportUndo(v *View) error {
	return p.importDone(v, "", func(id uuid.UUID) error {
		_, err := p.Inventory.UndoImport(v.UserContext(), v.Actor(), id)
		return err
	})
}

// importDone does something with an import and shows it, with what stands in
// the way where something does.
func (p *Pages) importDone(v *View, flash string, do func(uuid.UUID) error) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err = do(id); err == nil {
		return v.Go("/imports/"+id.String(), flash)
	}
	page, pageErr := p.importPage(v, id)
	if pageErr != nil {
		return pageErr
	}
	data := page.Data.(importData)
	obstacles, obstaclesErr := p.Inventory.Obstacles(v.UserContext(), v.Actor(), id)
	if obstaclesErr != nil {
		return obstaclesErr
	}
	for _, o := range obstacles {
		text, wordsErr := templates.FaultText(v.Lang(), o.Key, nil)
		if wordsErr != nil {
			return wordsErr
		}
		data.Obstacles = append(data.Obstacles, importObstacle{"/systems/" + o.SystemID.String(), o.Reference, text})
	}
	page.Data = data
	return v.Refuse(err, page)
}
