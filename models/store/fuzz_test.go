package store

import (
	"testing"

	"github.com/google/uuid"
)

// Whatever is sent as the place in a list is one that a list gives, or none.
func FuzzReadCursor(f *testing.F) {
	f.Add(cursorAt("name", "Ann", uuid.New()).String())
	f.Add(cursorAt("-count", 3.0, uuid.New()).String())
	f.Add("eyJzIjoibmFtZSIsInYiOnsiYSI6MX0sImkiOiJ4In0")
	f.Add("====")
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := readCursor(text)
		if !ok {
			return
		}
		if _, err := uuid.Parse(c.ID); err != nil {
			t.Errorf("%q names no row", text)
		}
		switch c.Value.(type) {
		case nil, string, float64, bool:
		default:
			t.Errorf("%q holds a %T", text, c.Value)
		}
		if again, ok := readCursor(c.String()); !ok || again.String() != c.String() {
			t.Errorf("%q is read as %v, and that as %v", text, c, again)
		}
	})
}
