package locales

import (
	"fmt"
	"time"
	_ "time/tzdata" // times are those of Wales on any machine
)

var wales = func() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // the zone is embedded: only a broken build lacks it
	}
	return zone
}()

// Date writes a day in full: 3 March 2026, 3 Mawrth 2026.
func (w *Words) Date(at time.Time) (string, error) {
	at = at.In(wales)
	return w.day(at)
}

// Day writes a day that has no time or zone, given as its start in UTC.
func (w *Words) Day(day time.Time) (string, error) { return w.day(day.UTC()) }

func (w *Words) day(at time.Time) (string, error) {
	month, err := w.Month(at.Month())
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %s %d", at.Day(), month, at.Year()), nil
}

// Month names a month.
func (w *Words) Month(m time.Month) (string, error) { return w.T(fmt.Sprintf("month.%d", int(m))) }

// DateTime writes a moment in Wales with the time in 24 hours: 3 March 2026,
// 14:05.
func (w *Words) DateTime(at time.Time) (string, error) {
	at = at.In(wales)
	day, err := w.day(at)
	if err != nil {
		return "", err
	}
	return day + ", " + at.Format("15:04"), nil
}
