package store

import (
	"reflect"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
)

// The most characters that a text may have: one of a line, such as a name, and
// any other. What is narrower says so where it is checked.
const (
	LongestLine = 300
	LongestText = 10_000
)

// lines are the columns, without their language, that hold one line.
var lines = map[string]bool{
	"name": true, "title": true, "trading_name": true, "person_name": true, "owner_name": true, "local_owner": true,
	"information_asset_owner": true, "job_title": true, "phone": true, "email": true, "number": true, "company_number": true,
	"publisher": true, "contact_name": true, "contact_email": true, "contact_phone": true, "inspected_by": true, "inspected_where": true,
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
		if !is || !isText || field.FieldType.Kind() != reflect.String || documents[field.DBName] {
			continue
		}
		base, language := field.DBName, ""
		for _, ending := range []string{"en", "cy"} {
			if before, found := strings.CutSuffix(field.DBName, "_"+ending); found {
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
	return invalid.OrNil()
}
