package main

import (
	"net/http"
	"strconv"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

// Who asks too often is told when to ask again, by address and by person, and
// nobody else is.
func TestWhoAsksTooOftenWaits(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { asksTooOften(t, start(t, "", 1, limits...)) })
	t.Run("PostgreSQL", func(t *testing.T) { asksTooOften(t, start(t, storetest.PostgresURL(t), 1, limits...)) })
}

var limits = []string{"SICRWYDD_RATE_PERSON", "40", "SICRWYDD_RATE_ADDRESS", "400", "SICRWYDD_PROXIES", "127.0.0.0/8"}

func asksTooOften(t *testing.T, h *house) {
	h.person("busy", access.Official, identity.Place{})
	h.person("other", access.Official, identity.Place{})
	// flood asks until it is told to wait, and gives how often it was answered.
	flood := func(who, path, address string) int {
		t.Helper()
		for n := range 1000 { // a minute may end once or twice in between
			a := h.ask(who, "GET", path, nil, "X-Forwarded-For", address)
			if a.status != http.StatusTooManyRequests {
				continue
			}
			if wait, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
				t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
			}
			return n
		}
		t.Fatalf("%s at %s was never told to wait", who, address)
		return 0
	}
	if n := flood("busy", "/suppliers", "192.0.2.1"); n < 40 {
		t.Errorf("a person was answered %d times of 40", n)
	}
	h.must(http.StatusOK, "other", "GET", "/suppliers", nil, "X-Forwarded-For", "192.0.2.1")
	if n := flood("other", "/audit/export", "192.0.2.1"); n > 8 {
		t.Errorf("files were given %d times, at ten times the cost", n)
	}
	if n := flood("", "/suppliers", "2001:db8::1"); n < 40 {
		t.Errorf("a stranger was answered %d times of 40", n)
	}
	if a := h.ask("", "GET", "/suppliers", nil, "X-Forwarded-For", "2001:db8::2"); a.status != http.StatusTooManyRequests {
		t.Errorf("another address of the same network: %d", a.status)
	}
	if a := h.ask("", "GET", "/suppliers", nil, "X-Forwarded-For", "2001:db8:1::2"); a.status != http.StatusUnauthorized {
		t.Errorf("an address of another network: %d", a.status)
	}
}
