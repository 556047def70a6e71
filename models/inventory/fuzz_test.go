package inventory_test

import (
	"testing"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
)

// Whatever stands in a cell is a day that exists, or none.
func FuzzReadDay(f *testing.F) {
	for _, seed := range []string{"2026-03-03", "03/03/2026", "3 March 2026", "3 Mawrth 2026", "29 February 2027", "46000", "1e5", "31/02/2026", "９/9/2026"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		day, ok := inventory.ReadDay(cell)
		if _, exists := calendar.Parse(string(day)); ok && !exists {
			t.Errorf("%q is read as %q, which is no day", cell, day)
		}
	})
}
