// Package calendar holds the days that officials work with: a due date, the
// end of a contract. A day has no time of day and no zone.
package calendar

import (
	"time"
	_ "time/tzdata" // the reader's clock is that of Wales on any machine
)

// Date is a day as YYYY-MM-DD, so that dates sort as text. Empty means not
// known.
type Date string

// Wales is the time zone in which people read times.
var Wales = mustLoad("Europe/London")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zone is embedded: only a broken build lacks it
	}
	return zone
}

// On gives the day in Wales at a moment.
func On(at time.Time) Date { return Date(at.In(Wales).Format(time.DateOnly)) }

// Parse reads YYYY-MM-DD and reports whether it names a day that exists.
func Parse(s string) (Date, bool) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", false
	}
	return Date(s), true
}

// Time gives the start of the day in UTC, the zero time for an empty date.
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// EndOfDay gives the first moment after the day in Wales.
func (d Date) EndOfDay() time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, Wales).UTC()
}

// AddDays gives the day n days later.
func (d Date) AddDays(n int) Date {
	return Date(d.Time().AddDate(0, 0, n).Format(time.DateOnly))
}

// AddMonths gives the same day n months later, or the last day of that month
// where it has no such day (29 February plus 12 months is 28 February).
func (d Date) AddMonths(n int) Date {
	t := d.Time()
	moved := t.AddDate(0, n, 0)
	if moved.Day() != t.Day() {
		moved = moved.AddDate(0, 0, -moved.Day())
	}
	return Date(moved.Format(time.DateOnly))
}
