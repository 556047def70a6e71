package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

// What a principal may not see and what is not there get the same answer:
// status, headers and body, byte for byte, at every route on one thing.
func TestHiddenAndAbsentAreTheSameBytes(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { sameBytes(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { sameBytes(t, start(t, storetest.PostgresURL(t), 1)) })
}

func sameBytes(t *testing.T, h *house) {
	w := theWorld(t, h)
	table, bodies := rules(t), w.bodies()
	compared := 0
	for _, r := range allRoutes() {
		kind := r.kind()
		if _, known := kinds[kind]; !known || r.page || !strings.Contains(r.path, "{id}") {
			continue
		}
		for _, p := range w.principals {
			if p.over || p.name == "" || asWritten(w.expected(table, p, r), r, p) != "absent" {
				continue
			}
			ask := func(id string) answer {
				path := strings.NewReplacer("{id}", id, "{key}", "governance.board-owner", "{number}", "1").Replace(r.path)
				for strings.Contains(path, "{") { // what belongs to the thing
					before, after, _ := strings.Cut(path, "{")
					_, after, _ = strings.Cut(after, "}")
					path = before + uuid.Nil.String() + after
				}
				var body any
				if r.method != http.MethodGet {
					body = bodies[r.name()]
				}
				return h.ask(p.name, r.method, path, body, "If-Match", `"999"`)
			}
			hidden, absent := ask(w.ids[kind]), ask(uuid.NewString())
			compared++
			if hidden.status != absent.status || !bytes.Equal(hidden.raw, absent.raw) || headersOf(hidden) != headersOf(absent) {
				t.Errorf("%s %s as %q: hidden %d %s, absent %d %s", r.method, r.path, p.name, hidden.status, hidden.raw, absent.status, absent.raw)
			}
		}
	}
	t.Logf("%d pairs compared", compared)
	if compared < 500 {
		t.Errorf("only %d pairs were compared", compared)
	}
}

// headersOf gives the headers but those that differ from one request to the
// next: its id and the time.
func headersOf(a answer) string {
	h := a.header.Clone()
	h.Del("X-Request-ID")
	h.Del("Date")
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}

// BenchmarkHiddenAndAbsent asks 2,000 times for a supplier that may not be seen
// and, in turn, for one that is not there: in which share of the pairs the
// hidden one took longer. 50 % tells nothing apart; chance alone gives 47 to 53.
func BenchmarkHiddenAndAbsent(b *testing.B) {
	h := start(b, "", 1)
	h.person("official", access.Official, identity.Place{})
	mine := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Mine"}).id()
	theirs := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Theirs"}).id()
	own := uuid.MustParse(mine)
	h.person("lead", access.SupplierLead, identity.Place{SupplierID: &own})
	took := func(id string) time.Duration {
		began := time.Now()
		h.must(404, "lead", "GET", "/suppliers/"+id, nil)
		return time.Since(began)
	}
	for b.Loop() {
		const pairs = 2000
		longer := 0
		for i := range pairs {
			var hidden, absent time.Duration
			if i%2 == 0 {
				hidden, absent = took(theirs), took(uuid.NewString())
			} else {
				absent, hidden = took(uuid.NewString()), took(theirs)
			}
			if hidden > absent {
				longer++
			}
		}
		b.ReportMetric(100*float64(longer)/pairs, "%-hidden-longer")
	}
}
