package pages

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/reports/sheet"
	"sicrwydd/templates"
)

// listing is a list that people filter, sort, keep as a view and take away as a
// file. What a row says is said once, for the page and for the files.
type listing[T any] struct {
	name    string // of its address and of its words: list.NAME.*
	filters []filter
	columns []column[T]
	load    func(store.Paging) (store.List[T], error)
	add     addLink // nothing where the reader may add none
	bring   addLink // where many are brought at once
	// choose names a row where several can be reviewed together; nil: they cannot.
	choose func(T) string
	// matrix stands above the list, where it has one.
	matrix func(v *View, asked url.Values) (*matrixView, error)
}

// filter is a field above the list. Without choices it is text; with one it
// is a box to tick.
type filter struct {
	name    string
	choices []choice
	box     bool
}

type choice struct{ Value, Words string }

// addLink is where something new is entered.
type addLink struct{ Href, Words string }

// column is a column of the list; its title is the word column.NAME.
type column[T any] struct {
	name string
	sort string // the field that it is sorted by; empty: it is not
	cell func(T) listCell
}

// listCell is a cell for the page and the files. Kind says how it is shown: as
// a tag with the words of that kind, else plainly.
type listCell struct {
	Text   string
	Lang   lang.Tag // of the text, where it is not the reader's
	Href   string
	Kind   string
	Plain  bool // no tag
	Whole  bool // not broken over lines
	Value  any
	Lines  []string
	Number *int
	Day    calendar.Date
	Late   bool
}

func words(s string) listCell            { return listCell{Text: s} }
func link(href, s string) listCell       { return listCell{Text: s, Href: href} }
func reference(href, s string) listCell  { return listCell{Text: s, Href: href, Whole: true} }
func tagged(kind string, v any) listCell { return listCell{Kind: kind, Value: v} }
func valued(kind string, v any) listCell { return listCell{Kind: kind, Value: v, Plain: true} }
func counted(n int) listCell             { return listCell{Number: &n} }
func onDay(d calendar.Date) listCell     { return listCell{Day: d} }

// named is a name in the reader's language, or in the one that there is.
func (v *View) named(t lang.Text) listCell {
	text, in := t.In(v.Lang())
	cell := words(text)
	if in != v.Lang() {
		cell.Lang = in
	}
	return cell
}

type listData struct {
	Name    string
	Total   int
	Filters []filterView
	Columns []columnView
	Rows    [][]listCell
	Choices []string // a name for each row, where several can be chosen
	Add     addLink
	Bring   addLink
	Asked   bool   // narrowed or sorted other than at first
	Query   string // what was asked, for the view to keep
	// Addresses: a template would take what is put together of them for one value.
	XLSX, CSV   string
	First, Next string // pages
	Views       []keptView
	Matrix      *matrixView
}

type keptView struct{ ID, Name, Href string }

type filterView struct {
	Name, Value string
	Box         bool
	Choices     []choice
}

type columnView struct {
	Name, Href, Sorted string
}

// show draws the list as the address asks for it.
func (l listing[T]) show(v *View) error {
	page, err := l.page(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// refuse draws the list again with what is wrong with a form on it.
func (l listing[T]) refuse(v *View, refused error) error {
	page, err := l.page(v)
	if err != nil {
		return err
	}
	return v.Refuse(refused, page)
}

func (l listing[T]) page(v *View) (Page, error) {
	if err := l.check(v); err != nil {
		return Page{}, err
	}
	rows, err := l.load(store.Paging{After: v.Query("after"), Sort: v.Query("sort")})
	if err != nil {
		return Page{}, err
	}
	views, err := v.pages.Identity.Views(v.UserContext(), v.Actor(), l.name)
	if err != nil {
		return Page{}, err
	}
	asked := l.asked(v)
	data := listData{Name: l.name, Total: rows.Total, Add: l.add, Bring: l.bring, Asked: len(asked) > 0, Query: asked.Encode(),
		XLSX: "/" + l.name + ".xlsx?" + asked.Encode(), CSV: "/" + l.name + ".csv?" + asked.Encode()}
	if l.matrix != nil {
		if data.Matrix, err = l.matrix(v, asked); err != nil {
			return Page{}, err
		}
	}
	for _, view := range views {
		data.Views = append(data.Views, keptView{view.ID.String(), view.Name, "/" + l.name + "?" + view.Query})
	}
	for _, f := range l.filters {
		data.Filters = append(data.Filters, f.view(v))
	}
	for _, c := range l.columns {
		data.Columns = append(data.Columns, columnView{c.name, c.sorting(asked), c.sorted(asked)})
	}
	for _, row := range rows.Items {
		cells := make([]listCell, len(l.columns))
		for i, c := range l.columns {
			cells[i] = c.cell(row)
		}
		data.Rows = append(data.Rows, cells)
		if l.choose != nil {
			data.Choices = append(data.Choices, l.choose(row))
		}
	}
	if v.Query("after") != "" {
		data.First = "?" + asked.Encode()
	}
	if rows.Next != "" {
		next := url.Values{"after": {rows.Next}}
		for name, values := range asked {
			next[name] = values
		}
		data.Next = "?" + next.Encode()
	}
	return Page{Name: "listing", TitleKey: "nav." + l.name, Data: data, Wide: true}, nil
}

// check refuses a filter with a value that it does not have.
func (l listing[T]) check(v *View) error {
	for _, f := range l.filters {
		value := v.Query(f.name)
		if value != "" && len(f.choices) > 0 && !slices.ContainsFunc(f.choices, func(c choice) bool { return c.Value == value }) {
			return fault.Invalid("list.filter-unknown")
		}
	}
	return nil
}

// asked is what the address asks of the list, but for the page of it.
func (l listing[T]) asked(v *View) url.Values {
	asked := url.Values{}
	for _, name := range append(l.filterNames(), "sort") {
		if value := v.Query(name); value != "" {
			asked.Set(name, value)
		}
	}
	return asked
}

func (l listing[T]) filterNames() []string {
	names := make([]string, len(l.filters))
	for i, f := range l.filters {
		names[i] = f.name
	}
	return names
}

func (f filter) view(v *View) filterView {
	return filterView{f.name, v.Query(f.name), f.box, f.choices}
}

// sorting is the address that sorts by the column: upwards first, then down.
func (c column[T]) sorting(asked url.Values) string {
	if c.sort == "" {
		return ""
	}
	to := url.Values{}
	for name, values := range asked {
		to[name] = slices.Clone(values)
	}
	to.Set("sort", c.sort)
	if asked.Get("sort") == c.sort {
		to.Set("sort", "-"+c.sort)
	}
	return "?" + to.Encode()
}

func (c column[T]) sorted(asked url.Values) string {
	switch {
	case c.sort == "":
		return ""
	case asked.Get("sort") == c.sort:
		return "ascending"
	case asked.Get("sort") == "-"+c.sort:
		return "descending"
	}
	return "none"
}

// most is how many rows a file holds; a list that has more is narrowed first.
const most = 20000

// file sends exactly what the list shows, all its pages, as CSV or XLSX. That
// it was taken away is recorded first.
func (l listing[T]) file(v *View, format string) error {
	if err := l.check(v); err != nil {
		return err
	}
	words := templates.Words(v.Lang())
	out := &sheet.Sheet{}
	for _, c := range l.columns {
		title, err := words.T("column." + c.name)
		if err != nil {
			return err
		}
		out.Columns = append(out.Columns, title)
	}
	page := store.Paging{Limit: 200, Sort: v.Query("sort")}
	for {
		rows, err := l.load(page)
		if err != nil {
			return err
		}
		if rows.Total > most {
			return fault.Invalid("list.too-long", fault.Args{"Max": most, "Count": rows.Total})
		}
		for _, row := range rows.Items {
			cells := make([]sheet.Cell, len(l.columns))
			for i, c := range l.columns {
				if cells[i], err = c.cell(row).plain(v); err != nil {
					return err
				}
			}
			out.Rows = append(out.Rows, cells)
		}
		if page.After = rows.Next; rows.Next == "" {
			break
		}
	}
	return l.send(v, out, format)
}

func (l listing[T]) send(v *View, out *sheet.Sheet, format string) error {
	w := templates.Words(v.Lang())
	var err error
	if out.Title, err = w.T("nav." + l.name); err != nil {
		return err
	}
	now := time.Now()
	at, err := w.DateTime(now)
	if err != nil {
		return err
	}
	note, err := w.T("list.made", "Moment", at, "Count", len(out.Rows), "Name", v.Visit.Signed.User.Name)
	if err != nil {
		return err
	}
	out.Notes = []string{note}
	asked := l.asked(v).Encode()
	if err := v.pages.Identity.Took(v.UserContext(), v.Actor(), fmt.Sprintf("%s.%s?%s: %d", l.name, format, asked, len(out.Rows))); err != nil {
		return err
	}
	var b bytes.Buffer
	write, kind := out.CSV, "text/csv; charset=utf-8"
	if format == "xlsx" {
		write, kind = out.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	if err := write(&b); err != nil {
		return err
	}
	v.Attachment(l.name + "-" + string(calendar.On(now)) + "." + format)
	v.Set(fiber.HeaderContentType, kind)
	return v.Send(b.Bytes())
}

// plain gives the cell as a file holds it.
func (c listCell) plain(v *View) (sheet.Cell, error) {
	switch {
	case c.Number != nil:
		return sheet.Cell{Number: c.Number}, nil
	case c.Day != "":
		return sheet.Cell{Day: c.Day}, nil
	case c.Kind != "":
		text, err := templates.ValueText(v.Lang(), c.Kind, c.Value)
		return sheet.Cell{Text: text}, err
	}
	text := c.Text
	for i, line := range c.Lines {
		if i > 0 {
			text += "\n"
		}
		text += line
	}
	return sheet.Cell{Text: text}, nil
}

// choices gives values of the contract with their words, for a filter.
func choices[V ~string](v *View, kind string, values ...V) ([]choice, error) {
	var all []choice
	for _, value := range values {
		text, err := templates.ValueText(v.Lang(), kind, value)
		if err != nil {
			return nil, err
		}
		all = append(all, choice{string(value), text})
	}
	return all, nil
}

// QueryNumber reads a whole number from the address; what is none is 0.
func (v *View) QueryNumber(name string) int {
	n, _ := strconv.Atoi(v.Query(name))
	return n
}
