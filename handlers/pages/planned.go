package pages

import (
	"slices"
	"time"

	"sicrwydd/models/calendar"
	"sicrwydd/templates"
)

// plannedFor is the month that a list of reviews is narrowed to, as its first
// day.
func (v *View) plannedFor() calendar.Date {
	day, known := calendar.Parse(v.Query("planned") + "-01")
	if !known || v.Actor().OnSupplierSide() {
		return ""
	}
	return day
}

// plannedMonths are the last 12 months, the newest first, and any other that is
// asked for: a view that was kept leads there for ever.
func (v *View) plannedMonths(now time.Time) ([]choice, error) {
	first := calendar.Date(string(calendar.On(now)[:8]) + "01")
	months := []calendar.Date{}
	for back := range 12 {
		months = append(months, first.AddMonths(-back))
	}
	if asked := v.plannedFor(); asked != "" && !slices.Contains(months, asked) {
		months = append(months, asked)
	}
	var all []choice
	for _, month := range months {
		name, err := templates.Words(v.Lang()).Month(month.Time().Month())
		if err != nil {
			return nil, err
		}
		all = append(all, choice{string(month[:7]), name + " " + string(month[:4])})
	}
	return all, nil
}
