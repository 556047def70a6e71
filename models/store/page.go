package store

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sicrwydd/models/fault"
)

// Paging says which part of a list is asked for.
type Paging struct {
	Limit int    // 1 to 200; 0 means 50
	After string // the cursor that the page before gave
	Sort  string // a field by its name, or -field for descending
}

// List is one page of a list. Next is empty on the last one; Total counts the
// whole list.
type List[T any] struct {
	Items []T
	Next  string
	Total int
}

type cursor struct {
	Sort  string     `json:"s"`
	Value any        `json:"v,omitempty"`
	Time  *time.Time `json:"t,omitempty"` // instead of Value: as text it would not compare as the database does
	ID    string     `json:"i"`
}

func cursorAt(sort string, value any, id uuid.UUID) cursor {
	c := cursor{Sort: sort, Value: value, ID: id.String()}
	if at, ok := value.(time.Time); ok {
		c.Value, c.Time = nil, &at
	}
	return c
}

func (c cursor) value() any {
	if c.Time != nil {
		return *c.Time
	}
	return c.Value
}

// Sortable says by what a list may be sorted: a field's name to an expression
// over the row that is never null.
type Sortable interface {
	by(field string) (Condition, bool)
}

// Columns are fields of a list and the columns that it is sorted by for them.
type Columns map[string]string

func (c Columns) by(field string) (Condition, bool) {
	column, ok := c[field]
	return Condition{SQL: column}, ok
}

// Measured are Columns, and figures of a row that its table does not hold.
type Measured struct {
	Columns
	Measures map[string]Condition
}

func (m Measured) by(field string) (Condition, bool) {
	if measure, ok := m.Measures[field]; ok {
		return measure, true
	}
	return m.Columns.by(field)
}

// Asked is a query that is not run yet.
type Asked = *gorm.DB

// Part counts the rows of a query and loads some of them, in the order given.
func Part[T any](q Asked, order string, limit, from int) (rows []*T, total int, err error) {
	if err := q.Session(&gorm.Session{}).Order(order).Limit(limit).Offset(from).Find(&rows).Error; err != nil {
		return nil, 0, err
	}
	if len(rows) > 0 && len(rows) < limit || len(rows) == 0 && from == 0 {
		return rows, from + len(rows), nil // that is all
	}
	var n int64
	err = q.Session(&gorm.Session{}).Count(&n).Error
	return rows, int(n), err
}

// Refinement narrows and sorts a list by what a room above its own knows of
// its rows.
type Refinement struct {
	Where    []Condition
	Measures map[string]Condition
}

// Narrow applies the conditions to a query.
func (r Refinement) Narrow(q *gorm.DB) *gorm.DB {
	for _, c := range r.Where {
		q = q.Where(c.SQL, c.Args...)
	}
	return q
}

// Paged runs a query as one page, sorted as asked or by the fallback. Pages
// follow the sort value and the id, so that rows added meanwhile neither repeat
// nor hide others.
func Paged[T any, P pointer[T]](tx *Tx, q *gorm.DB, p Paging, sortable Sortable, fallback string) (List[P], error) {
	var list List[P]
	limit := p.Limit
	switch {
	case limit == 0:
		limit = 50
	case limit < 1 || limit > 200:
		return list, fault.Invalid("invalid").On("limit", "limit-range")
	}
	sort := cmp.Or(p.Sort, fallback)
	by, ok := sortable.by(strings.TrimPrefix(sort, "-"))
	if !ok {
		return list, fault.Invalid("invalid").On("sort", "sort-unknown")
	}
	var total int64
	if err := q.Session(&gorm.Session{}).Count(&total).Error; err != nil {
		return list, faulty(err)
	}
	list.Total = int(total)
	direction, beyond := " ASC", " > "
	if strings.HasPrefix(sort, "-") {
		direction, beyond = " DESC", " < "
	}
	page := q.Session(&gorm.Session{}).Limit(limit + 1).Order(clause.OrderBy{Expression: clause.Expr{
		SQL: by.SQL + direction + ", id" + direction, Vars: by.Args, WithoutParentheses: true}})
	if p.After != "" {
		after, ok := readCursor(p.After)
		if !ok || after.Sort != sort {
			return list, fault.Invalid("invalid").On("after", "cursor-unknown")
		}
		args := slices.Concat(by.Args, []any{after.value()}, by.Args, []any{after.value(), after.ID})
		page = page.Where("("+by.SQL+beyond+"?) OR ("+by.SQL+" = ? AND id"+beyond+"?)", args...)
	}
	if err := page.Find(&list.Items).Error; err != nil {
		return list, faulty(err)
	}
	if len(list.Items) <= limit {
		return list, nil
	}
	list.Items = list.Items[:limit]
	last := list.Items[limit-1].row().ID
	var value any
	if err := Query[T](tx).Select(by.SQL, by.Args...).Where("id = ?", last).Row().Scan(&value); err != nil {
		return list, err
	}
	list.Next = cursorAt(sort, value, last).String()
	return list, nil
}

func (c cursor) String() string {
	body, _ := json.Marshal(c) // text and numbers only
	return base64.RawURLEncoding.EncodeToString(body)
}

func readCursor(s string) (cursor, bool) {
	var c cursor
	body, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(body, &c) != nil || uuid.Validate(c.ID) != nil {
		return c, false
	}
	switch c.Value.(type) {
	case nil, string, float64, bool:
		return c, true
	}
	return c, false
}
