package components

import (
	"html/template"
	"strings"
)

// DateInput asks for a date that people know: day, month, year. Values takes
// "day", "month" and "year"; with NamePrefix the names are "prefix[day]".
type DateInput struct {
	Control
	NamePrefix       string
	Fieldset         *Fieldset
	Values           Attributes
	Items            []DateItem
	Day, Month, Year *DateItem
}

// DateItem is one of the inputs of a date.
type DateItem struct {
	Input
	Error *bool
}

func (d DateInput) items() []DateItem {
	if len(d.Items) > 0 {
		return d.Items
	}
	items := []DateItem{{}, {}, {}}
	for i, given := range []*DateItem{d.Day, d.Month, d.Year} {
		if given != nil {
			items[i] = *given
		}
		items[i].Name = or(items[i].Name, []string{"day", "month", "year"}[i])
	}
	return items
}

func (i DateItem) wrong() bool {
	return i.Error != nil && *i.Error || strings.Contains(i.Classes, "nhsuk-input--error")
}

// Class gives the classes of the date.
func (d DateInput) Class() string { return join("nhsuk-date-input", d.Classes) }

// AnyWrong reports whether one of the inputs is marked as wrong.
func (d DateInput) AnyWrong() bool {
	for _, item := range d.items() {
		if item.wrong() {
			return true
		}
	}
	return false
}

// GroupClass gives the classes of the date's group.
func (d DateInput) GroupClass() string {
	if d.AnyWrong() && !d.Failed() {
		return join("nhsuk-form-group", "nhsuk-form-group--error", d.FormGroup.Classes)
	}
	return d.Control.GroupClass()
}

// Placed gives the three inputs. The error belongs to all of them, unless one
// is marked.
func (d DateInput) Placed(labels func(name string) (string, error)) ([]Input, error) {
	var placed []Input
	anyWrong := d.AnyWrong()
	for _, item := range d.items() {
		in := item.Input
		name := in.Name
		if !in.Label.Given() {
			text, err := labels(name)
			if err != nil {
				return nil, err
			}
			in.Label.Text = text
		}
		in.Label.Classes = join("nhsuk-date-input__label", in.Label.Classes)
		in.Label.For = ""
		in.ID = or(in.ID, d.ID+"-"+name)
		if d.NamePrefix != "" {
			in.Name = d.NamePrefix + "[" + name + "]"
		}
		in.Value = or(in.Value, d.Values[name])
		if in.Width == "" {
			in.Width = "2"
			if name == "year" || d.Year != nil && name == d.Year.Name {
				in.Width = "4"
			}
		}
		in.Inputmode = or(in.Inputmode, "numeric")
		in.Disabled = in.Disabled || d.Disabled
		in.marked = !strings.Contains(in.Classes, "nhsuk-input--error") &&
			(item.wrong() || chosen(item.Error, true) && d.Failed() && !anyWrong)
		in.Classes = join("nhsuk-date-input__input", in.Classes)
		placed = append(placed, in)
	}
	return placed, nil
}

// Described gives the fieldset around the inputs. Its role is a group: some
// screen readers do not announce the description of a fieldset of text inputs.
func (d DateInput) Described(inner template.HTML) *Fieldset {
	f := *d.Fieldset
	c := d.Control
	c.DescribedBy = f.DescribedBy
	f.DescribedBy, f.HTML, f.Role = c.Description(), inner, or(f.Role, "group")
	return &f
}
