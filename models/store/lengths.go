package store

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
)

// The most characters that a text may have: one of a line, such as a name, and
// any other; and the most entries of a list within a thing. What is narrower says
// so where it is checked.
const (
	LongestLine = 300
	LongestText = 10_000
	LongestList = 100
)

// lines are the columns, without their language, that hold one line.
var lines = map[string]bool{
	"name": true, "title": true, "trading_name": true, "person_name": true, "owner_name": true, "local_owner": true,
	"information_asset_owner": true, "job_title": true, "phone": true, "email": true, "number": true, "company_number": true,
	"publisher": true, "contact_name": true, "contact_email": true, "contact_phone": true, "inspected_by": true, "inspected_where": true,
}

// lists are the columns of lists that people write, with the most characters of
// a text in them.
var lists = map[string]int{
	"members": LongestLine, "meetings": LongestLine, "identifiers": LongestLine, "contacts": LongestLine, "data_categories": LongestLine,
	"people_kinds": LongestLine, "connections": LongestLine, "requirements": LongestLine, "conditions": LongestText,
}

// documents are the columns whose texts are whole documents, bounded where they
// are read.
var documents = map[string]bool{"content": true, "value": true}

// checkLengths refuses texts of a thing that are longer than they may be, of
// those that change.
func (tx *Tx) checkLengths(thing Thing, changed map[string]audit.Change) error {
	st := &gorm.Statement{DB: tx.gorm}
	if err := st.Parse(thing); err != nil {
		return err
	}
	invalid := fault.Invalid("invalid")
	for _, field := range st.Schema.Fields {
		change, is := changed[field.DBName]
		text, isText := change.After.(string)
		switch most := lists[field.DBName]; {
		case !is || !isText || documents[field.DBName]:
		case most > 0:
			checkList(invalid, field.DBName, text, most)
		case field.FieldType.Kind() == reflect.String:
			checkText(invalid, field.DBName, text)
		}
	}
	return invalid.OrNil()
}

func checkText(invalid *fault.Error, column, text string) {
	base, language := column, ""
	for _, ending := range []string{"en", "cy"} {
		if before, found := strings.CutSuffix(column, "_"+ending); found {
			base, language = before, "."+ending
		}
	}
	most := LongestText
	if lines[base] {
		most = LongestLine
	}
	if utf8.RuneCountInString(text) > most {
		invalid.On(base+language, "text.too-long", fault.Args{"Max": most})
	}
}

// checkList refuses a list, as it is kept, that is too long or has a text that is.
func checkList(invalid *fault.Error, column, kept string, most int) {
	var entries []any
	if json.Unmarshal([]byte(kept), &entries) != nil {
		return // an object, or nothing
	}
	if len(entries) > LongestList {
		invalid.On(column, "entries.too-many", fault.Args{"Max": LongestList})
	}
	if slices.ContainsFunc(entries, func(entry any) bool { return longest(entry) > most }) {
		invalid.On(column, "text.too-long", fault.Args{"Max": most})
	}
}

// longest counts the characters of the longest text within.
func longest(within any) (most int) {
	switch w := within.(type) {
	case string:
		return utf8.RuneCountInString(w)
	case []any:
		for _, one := range w {
			most = max(most, longest(one))
		}
	case map[string]any:
		for _, one := range w {
			most = max(most, longest(one))
		}
	}
	return most
}
