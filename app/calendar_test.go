package main

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestACalendarIsReadElsewhereUntilItsAddressIsRevoked(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { calendarFed(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { calendarFed(t, start(t, storetest.PostgresURL(t), 1)) })
}

var feedAddress = regexp.MustCompile(`/calendar/feeds/[\w-]+\.ics`)

func calendarFed(t *testing.T, h *house) {
	host, far := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	h.member("far", identity.NewUser{Roles: []access.Role{access.Official}, Place: identity.Place{OrganisationID: &far}, Password: passphrase})
	_, _, review := h.supplierWithReview("Cyfrinach Cyf", host, "lead")
	move := func(due calendar.Date) {
		t.Helper()
		stands := h.must(200, "official", "GET", "/reviews/"+review, nil)
		h.must(200, "official", "PATCH", "/reviews/"+review, map[string]any{"due_on": due, "reason": "A test."}, "If-Match", stands.header.Get("ETag"))
	}
	due := calendar.On(time.Now()).AddDays(20)
	move(due)

	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/calendar?month=" + string(due[:7]))
	desk.must(200, "Cyfrinach Cyf")
	desk.post("/calendar/feeds", url.Values{"_csrf": {desk.token}})
	desk.must(200)
	address := feedAddress.FindString(desk.page)

	stranger := h.reader(t) // a calendar program signs in nowhere
	read := func() map[string]*ical.Component {
		t.Helper()
		stranger.get(address)
		stranger.must(200)
		parsed, err := ical.NewDecoder(strings.NewReader(stranger.page)).Decode()
		if err != nil {
			t.Fatalf("no iCalendar: %v\n%s", err, stranger.page)
		}
		events := map[string]*ical.Component{}
		for _, event := range parsed.Events() {
			events[event.Props.Get(ical.PropUID).Value] = event.Component
		}
		return events
	}
	uid := "review_due-" + review + "@sicrwydd"
	sequence := func(on calendar.Date) int {
		t.Helper()
		event := read()[uid]
		if event == nil {
			t.Fatalf("the review is not in the feed: %s", stranger.page)
		}
		if start := event.Props.Get(ical.PropDateTimeStart).Value; start != strings.ReplaceAll(string(on), "-", "") {
			t.Errorf("it stands on %s, and not on %s", start, on)
		}
		n, err := strconv.Atoi(event.Props.Get(ical.PropSequence).Value)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	first := sequence(due)
	if !strings.Contains(stranger.page, "SUMMARY:Sicrwydd: REV-") || strings.Contains(stranger.page, "Cyfrinach") {
		t.Errorf("a title is not neutral: %s", stranger.page)
	}
	move(due.AddDays(10))
	if second := sequence(due.AddDays(10)); second <= first {
		t.Errorf("it was moved, and SEQUENCE %d follows %d", second, first)
	}

	other := h.reader(t)
	other.signIn("far@example.org")
	other.get("/calendar")
	other.post("/calendar/feeds", url.Values{"_csrf": {other.token}})
	if feedAddress.FindString(other.page) == address || strings.Contains(other.page, "Cyfrinach") {
		t.Error("another organisation's calendar holds the supplier")
	}
	desk.get("/calendar")
	_, id, _ := strings.Cut(desk.page, `action="/calendar/feeds/`)
	id, _, _ = strings.Cut(id, "/")
	other.post("/calendar/feeds/"+id+"/revoke", url.Values{"_csrf": {other.token}})
	other.must(404)
	read()
	desk.post("/calendar/feeds/"+id+"/revoke", url.Values{"_csrf": {desk.token}})
	desk.must(303)
	for _, gone := range []string{address, "/calendar/feeds/x.ics"} {
		stranger.get(gone)
		stranger.must(404)
	}
}
