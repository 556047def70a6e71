package pages

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/audit"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/templates"
	"sicrwydd/templates/locales"
)

type thingHistoryData struct {
	Name    lang.Text
	Back    string
	Entries []historyEntry
	First   string
	Next    string
}

type historyEntry struct {
	At      time.Time
	By      string
	Key     string // of what was done
	About   lang.Text
	Changes []string
}

// ThingHistory tells in words what was done to a thing.
func (p *Pages) ThingHistory(of portfolio.Teller, back string) Handler {
	return func(v *View) error {
		id, err := v.ID("id")
		if err != nil {
			return err
		}
		h, err := p.Portfolio.History(v.UserContext(), v.Actor(), of, id, v.Query("after"))
		if err != nil {
			return err
		}
		data := thingHistoryData{Name: h.Name, Back: strings.Replace(back, ":id", id.String(), 1)}
		teller := historyTeller{templates.Words(v.Lang()), h.Names}
		for _, told := range h.Items {
			entry := historyEntry{At: told.At, By: told.By, Key: "history." + string(told.Action), About: h.Names[told.SubjectID]}
			if entry.Changes, err = teller.changes(told.SubjectKind, told.Fields); err != nil {
				return err
			}
			data.Entries = append(data.Entries, entry)
		}
		if v.Query("after") != "" {
			data.First = v.Path()
		}
		if h.Next != "" {
			data.Next = "?after=" + h.Next
		}
		return v.Show(Page{Name: "thing-history", TitleKey: "common.history", Data: data, Wide: true})
	}
}

// untold are columns that say nothing to a reader: to what a thing belongs,
// which the page shows, and what the program keeps for its rules.
var untold = map[string]bool{
	"system.tier_rule_version": true, "system.tier_override_of": true, "system.worked_out_tier": true, "system.hosting_changed_on": true,
	"supplier.entered_by_id": true, "supplier.owner_changed_on": true, "certificate.supplier_id": true, "certificate.evidence_id": true,
	"subcontractor.supplier_id": true, "contract.supplier_id": true, "system_use.system_id": true, "appointment.organisation_id": true,
	"appointment.user_id": true, "incident.supplier_id": true, "incident.system_id": true, "risk_acceptance.system_id": true,
	"risk_acceptance.proposed_by_id": true, "risk_acceptance.agreed_by_id": true, "risk_acceptance.rule_version": true,
}

// enumerations are the columns whose values have words, by the kind of these.
var enumerations = map[string]string{
	"supplier.status": "supplier.status", "system.status": "system.status", "system.exposure": "exposure", "system.hosting_kind": "hosting.kind",
	"system.criticality": "criticality", "system.data_categories": "data_category", "system_use.role": "use.role",
	"certificate.kind": "certificate.kind", "appointment.role": "appointment.role", "organisation.kind": "organisation.kind",
}

// historyTeller says changes in words of a language.
type historyTeller struct {
	*locales.Words
	names map[uuid.UUID]lang.Text
}

// changes says each field that changed, in the order of their names.
func (h historyTeller) changes(kind string, fields map[string]audit.Change) ([]string, error) {
	var all []string
	for _, column := range slices.Sorted(maps.Keys(fields)) {
		if untold[kind+"."+column] {
			continue
		}
		said, err := h.change(kind, column, fields[column])
		if err != nil {
			return nil, err
		}
		all = append(all, said)
	}
	return all, nil
}

func (h historyTeller) change(kind, column string, change audit.Change) (string, error) {
	field, err := h.T("field." + kind + "." + column)
	if err != nil {
		return "", err
	}
	if change.After == "***" { // a secret is named, never told
		return h.T("history.field-secret", "Field", field)
	}
	before, err := h.value(kind, column, change.Before)
	if err != nil {
		return "", err
	}
	after, err := h.value(kind, column, change.After)
	switch {
	case err != nil:
		return "", err
	case before == "":
		return h.T("history.field-set", "Field", field, "After", after)
	case after == "":
		return h.T("history.field-removed", "Field", field, "Before", before)
	}
	return h.T("history.field-changed", "Field", field, "Before", before, "After", after)
}

// value says what a column held, empty for nothing.
func (h historyTeller) value(kind, column string, value any) (string, error) {
	switch v := value.(type) {
	case bool:
		if v {
			return h.T("common.yes")
		}
		return h.T("common.no")
	case float64:
		if enumerated := enumerations[kind+"."+column]; enumerated != "" {
			return templates.ValueText(h.Tag(), enumerated, int(v))
		}
		if column == "value_pence" {
			return "£" + h.Number(int(v)/100), nil
		}
		return h.Number(int(v)), nil
	case string:
		return h.text(kind, column, v)
	}
	return "", nil
}

func (h historyTeller) text(kind, column, value string) (string, error) {
	enumerated := enumerations[kind+"."+column]
	switch {
	case value == "" || value == "null" || value == uuid.Nil.String():
		return "", nil
	case strings.HasPrefix(value, "[") && json.Valid([]byte(value)):
		return h.list(enumerated, value)
	case enumerated != "":
		return templates.ValueText(h.Tag(), enumerated, value)
	case strings.HasSuffix(column, "_on"):
		if day, err := time.Parse(time.DateOnly, value); err == nil {
			return h.Day(day)
		}
	case strings.HasSuffix(column, "_at"):
		if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
			return h.DateTime(at)
		}
	case strings.HasSuffix(column, "_id"):
		if id, err := uuid.Parse(value); err == nil {
			if name, _ := h.names[id].In(h.Tag()); name != "" {
				return name, nil
			}
			return h.T("history.no-longer-named")
		}
	case strings.HasSuffix(column, "country"):
		if key := "country." + strings.ToLower(value); h.Has(key) {
			return h.T(key)
		}
	}
	return value, nil
}

// list says a column that holds several: values, identifiers, contacts.
func (h historyTeller) list(enumerated, value string) (string, error) {
	var items []any
	if err := json.Unmarshal([]byte(value), &items); err != nil {
		return "", err
	}
	if len(items) == 0 {
		return h.T("common.none")
	}
	var said []string
	for _, item := range items {
		switch one := item.(type) {
		case string:
			if enumerated != "" {
				text, err := templates.ValueText(h.Tag(), enumerated, one)
				if err != nil {
					return "", err
				}
				one = text
			}
			said = append(said, one)
		case map[string]any:
			text, err := h.item(one)
			if err != nil {
				return "", err
			}
			said = append(said, text)
		}
	}
	return strings.Join(said, "; "), nil
}

// item says a contact, or a number that a register gives.
func (h historyTeller) item(of map[string]any) (string, error) {
	var parts []string
	if kind, ok := of["kind"].(string); ok {
		text, err := templates.ValueText(h.Tag(), "supplier.contact", inventory.ContactKind(kind))
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	for _, name := range []string{"scheme", "value", "name", "email", "phone"} {
		if text, ok := of[name].(string); ok && text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", "), nil
}
