package main

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// A body takes the fields of its contract and no other: neither those that the
// product works out itself (who, when, state, rating, version) nor made-up
// ones, at the top or within. Every operation with a body is tried.
func TestNoBodyTakesAFieldThatIsNotInItsContract(t *testing.T) {
	h := start(t, "", 1)
	w := theWorld(t, h)
	tried := 0
	for operation, body := range w.bodies() {
		method, path, _ := strings.Cut(operation, " ")
		kind, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		id := w.ids[kind]
		if id == "" {
			id = uuid.NewString()
		}
		path = strings.NewReplacer("{id}", id, "{key}", "governance.board-owner", "{number}", "1").Replace(path)
		for strings.Contains(path, "{") {
			before, after, _ := strings.Cut(path, "{")
			_, after, _ = strings.Cut(after, "}")
			path = before + uuid.NewString() + after
		}
		whole, ok := body.(map[string]any)
		if !ok {
			t.Errorf("%s takes no object", operation)
			continue
		}
		for _, field := range []string{"id", "version", "created_at", "state", "score", "worked_out", "signed_off_at", "organisation", "is_admin", "made_up"} {
			if _, known := whole[field]; known {
				continue
			}
			forced := map[string]any{field: "forced"}
			for name, value := range whole {
				forced[name] = value
			}
			got := h.ask("official", method, path, forced, "If-Match", `"999"`)
			tried++
			named := strings.Contains(string(got.raw), field)
			if got.status != 403 && (got.status != 422 || !named) { // refused for who asks, or for the field
				t.Errorf("%s with %s: %d %.200s", operation, field, got.status, got.raw)
			}
		}
	}
	t.Logf("%d bodies with a field too many, none taken", tried)
	if tried < 400 {
		t.Error("too few were tried to mean anything")
	}
}
