package store

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"gorm.io/gorm"

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
	Sort  string `json:"s"`
	Value any    `json:"v"`
	ID    string `json:"i"`
}

// Paged runs a query as one page. Sortable maps the fields that a caller may
// sort by to columns that are never null; the first named by fallback is used
// when none is asked for. Pages follow the sort value and the id, so that rows
// added meanwhile neither repeat nor hide others.
func Paged[T any, P pointer[T]](tx *Tx, q *gorm.DB, p Paging, sortable map[string]string, fallback string) (List[P], error) {
	var list List[P]
	limit := p.Limit
	switch {
	case limit == 0:
		limit = 50
	case limit < 1 || limit > 200:
		return list, fault.Invalid("invalid").On("limit", "limit-range")
	}
	sort := p.Sort
	if sort == "" {
		sort = fallback
	}
	column, ok := sortable[strings.TrimPrefix(sort, "-")]
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
	page := q.Session(&gorm.Session{}).Order(column + direction).Order("id" + direction).Limit(limit + 1)
	if p.After != "" {
		after, ok := readCursor(p.After)
		if !ok || after.Sort != sort {
			return list, fault.Invalid("invalid").On("after", "cursor-unknown")
		}
		page = page.Where("("+column+beyond+"?) OR ("+column+" = ? AND id"+beyond+"?)", after.Value, after.Value, after.ID)
	}
	if err := page.Find(&list.Items).Error; err != nil {
		return list, faulty(err)
	}
	if len(list.Items) <= limit {
		return list, nil
	}
	list.Items = list.Items[:limit]
	last := list.Items[limit-1]
	values, err := tx.columnsOf(last)
	list.Next = cursor{Sort: sort, Value: values[column], ID: last.row().ID.String()}.String()
	return list, err
}

func (c cursor) String() string {
	body, _ := json.Marshal(c) // text and numbers only
	return base64.RawURLEncoding.EncodeToString(body)
}

func readCursor(s string) (cursor, bool) {
	var c cursor
	body, err := base64.RawURLEncoding.DecodeString(s)
	return c, err == nil && json.Unmarshal(body, &c) == nil
}
