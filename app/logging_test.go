package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
)

// lines keeps what is logged.
type lines struct {
	sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

// last gives the last line of a request to a route.
func (l *lines) last(t *testing.T, route string) map[string]any {
	t.Helper()
	l.Lock()
	defer l.Unlock()
	var found map[string]any
	for text := range strings.Lines(l.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		if line["msg"] == "request" && line["route"] == route {
			found = line
		}
	}
	if found == nil {
		t.Fatalf("no line for %s", route)
	}
	return found
}

// A line of the log says by an id who was refused, and why, and nothing that
// tells more of the person, or what was sent.
func TestTheLogSaysWhoWasRefusedAndWhy(t *testing.T) {
	kept, before := &lines{}, slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(kept, nil)))
	defer slog.SetDefault(before)
	h := start(t, "", 1)
	h.person("official", access.Official, identity.Place{})
	host := h.organisation("7A4")
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	ann := h.member("ann", newOfficial())
	_, _, review := h.supplierWithReview("Log", host, "lead")

	lead, _ := h.must(200, "lead", "GET", "/me", nil).body["id"].(string)
	says := func(route, who, why string) {
		t.Helper()
		line := kept.last(t, route)
		user, _ := line["user"].(string)
		refused, _ := line["refused"].(string)
		if user != who || refused != why {
			t.Errorf("%s: user %q refused %q, want %q and %q", route, user, refused, who, why)
		}
	}
	h.must(403, "ann", "GET", "/users", nil)
	says("/api/v1/users", ann.String(), "forbidden")
	h.must(404, "ann", "GET", "/suppliers/"+uuid.NewString(), nil)
	says("/api/v1/suppliers/:id", ann.String(), "not-found")
	h.tokens["thief"] = "guessed"
	h.must(401, "thief", "GET", "/users", nil)
	says("/api/v1/users", "", "unauthenticated")
	h.upload("lead", "/reviews/"+review+"/answers/governance.board-owner/evidence", "tool.exe", "MZ")
	says("/api/v1/reviews/:id/answers/:key/evidence", lead, "evidence.type-refused")

	r := h.reader(t)
	r.signIn("ann@example.org")
	r.get("/users")
	r.must(403)
	says("/users", ann.String(), "forbidden")
	r.get("/account")
	says("/account", ann.String(), "")
	r.post("/account", url.Values{"_csrf": {r.token}, "language": {"en"}}, "Sec-Fetch-Site", "cross-site")
	r.must(403)
	says("/account", ann.String(), "form.foreign")
	r.post("/account", url.Values{"_csrf": {"forged"}, "language": {"en"}})
	r.must(403)
	says("/account", ann.String(), "form.stale")
	r.post("/account", url.Values{"_csrf": {r.token}, "language": {"en"}, "phone": {strings.Repeat("9", 201)}})
	r.must(422)
	says("/account", ann.String(), "invalid text.too-long")
	kept.Lock()
	defer kept.Unlock()
	for _, private := range []string{"ann@example.org", "Tester", "9999", "guessed", "tool.exe"} {
		if strings.Contains(kept.String(), private) {
			t.Errorf("the log holds %q", private)
		}
	}
}
