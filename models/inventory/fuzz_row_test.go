package inventory

import "testing"

// Whatever stands in a row of a list is read, or named as a problem of its column.
func FuzzReadImported(f *testing.F) {
	fields := ImportFields
	for n := range fields {
		for _, seed := range []string{"SYS-0001", "Name; Another", "Name (hosts, supports)", "12,000", "yes", "31/02/2026", "a@b", "\x00", "((((", ";;;"} {
			f.Add(n, seed)
		}
	}
	f.Fuzz(func(t *testing.T, n int, cell string) {
		if n < 0 || n >= len(fields) {
			return
		}
		r := readImported([]string{"Heading", "Other"}, []ImportField{fields[n], ""}, ImportedCells{Number: 1, Cells: []string{cell, cell}})
		for _, p := range r.problems {
			if p.Key == "" || p.Column != "Heading" && p.Column != "Other" {
				t.Errorf("%q in %s: a problem without a name or a column: %+v", cell, fields[n], p)
			}
		}
	})
}
