package pages

import (
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"sicrwydd/models/audit"
	"sicrwydd/models/directory"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

// bookkeeping changes with every version, and is in no event.
var bookkeeping = map[string]bool{"id": true, "version": true, "created_at": true, "folded": true}

func TestEveryFieldOfAHistoryHasAName(t *testing.T) {
	for _, thing := range []store.Thing{&inventory.Supplier{}, &inventory.Certificate{}, &inventory.Subcontractor{}, &inventory.Contract{},
		&inventory.System{}, &inventory.Use{}, &directory.Organisation{}, &directory.Appointment{}, &incident.Incident{}, &portfolio.Acceptance{}} {
		model, err := schema.Parse(thing, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range model.DBNames {
			name := thing.AuditKind() + "." + column
			for _, tag := range []lang.Tag{lang.English, lang.Welsh} {
				if !bookkeeping[column] && !untold[name] && !templates.Words(tag).Has("field."+name) {
					t.Errorf("%s: field.%s is missing", tag, name)
				}
			}
		}
	}
}

func TestAChangeIsSaidInWords(t *testing.T) {
	for _, c := range []struct {
		kind, column  string
		before, after any
		en, cy        string
	}{
		{"system", "tier", 3.0, 2.0, "Tier changed from 3 to 2", "Haen. Cynt: 3. Nawr: 2"},
		{"system", "people_count", 12000.0, 140000.0, "People count changed from 12,000 to 140,000", "Nifer y bobl. Cynt: 12,000. Nawr: 140,000"},
		{"system", "people_count", nil, 5.0, "People count: 5", "Nifer y bobl: 5"},
		{"system", "exposure", "", "internet", "Exposure: Reached from the internet", "Amlygiad: Ar gael o'r rhyngrwyd"},
		{"system", "data_categories", "null", `["staff","health"]`, "Data about people: Staff records; Health", "Data am bobl: Cofnodion staff; Iechyd"},
		{"system", "data_categories", `["staff"]`, "[]", "Data about people changed from Staff records to None", "Data am bobl. Cynt: Cofnodion staff. Nawr: Dim"},
		{"contract", "ends_on", "2026-03-03", "", "Ends on removed; it was 3 March 2026", "Yn dod i ben ar. Tynnwyd. Cynt: 3 Mawrth 2026"},
		{"contract", "right_to_audit", nil, false, "Right to audit: No", "Hawl i archwilio: Na"},
		{"contract", "value_pence", nil, 120000000.0, "Value: £1,200,000", "Gwerth: £1,200,000"},
		{"supplier", "contacts", "[]", `[{"kind":"breach","name":"Desk","phone":"029"}]`,
			"Contacts changed from None to Breaches, at any hour, Desk, 029", "Cysylltiadau. Cynt: Dim. Nawr: Tor diogelwch data, ar unrhyw awr, Desk, 029"},
		{"supplier", "note_en", nil, "***", "Note in English changed", "Nodyn yn Saesneg: newidiwyd"},
	} {
		for tag, want := range map[lang.Tag]string{lang.English: c.en, lang.Welsh: c.cy} {
			said, err := historyTeller{Words: templates.Words(tag)}.change(c.kind, c.column, audit.Change{Before: c.before, After: c.after})
			if err != nil || said != want {
				t.Errorf("%s.%s: %q, %v; want %q", c.kind, c.column, said, err, want)
			}
		}
	}
}
