package main

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func TestListsAreFilteredKeptAsViewsAndTakenAway(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { listsTaken(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { listsTaken(t, start(t, storetest.PostgresURL(t), 1)) })
}

func listsTaken(t *testing.T, h *house) {
	host, far := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	h.member("far", identity.NewUser{Roles: []access.Role{access.Official}, Place: identity.Place{OrganisationID: &far}, Password: passphrase})
	h.supplierWithReview("=cmd() Llŷr", host, "lead")
	h.supplierWithReview("Arall", host, "other")

	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/suppliers?q=llyr&rating=not_assured&sort=-tier")
	desk.must(200, "Llŷr")
	if strings.Contains(desk.page, "Arall") {
		t.Error("the filter lets others through")
	}
	for _, wrong := range []string{"/suppliers?rating=splendid", "/suppliers?sort=password", "/suppliers?after=x"} {
		if desk.get(wrong); desk.status != 422 {
			t.Errorf("%s: got %d", wrong, desk.status)
		}
	}

	desk.get("/suppliers.csv?q=llyr")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(desk.page, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != "'=cmd() Llŷr" {
		t.Errorf("as CSV: %v, %v", rows, err)
	}
	desk.get("/reviews.xlsx?lang=cy")
	book, err := excelize.OpenReader(bytes.NewReader([]byte(desk.page)))
	if err != nil {
		t.Fatal(err)
	}
	if cells, err := book.GetRows(book.GetSheetName(0)); err != nil || cells[0][0] != "Cyfeirnod" || len(cells) < 3 {
		t.Errorf("as XLSX: %v, %v", cells, err)
	}
	taken, err := store.Read(t.Context(), h.first.db, operator, func(tx *store.Tx) (int, error) {
		list, err := tx.EventsAsked(store.EventFilter{Action: identity.ListTaken}, "", 10)
		return list.Total, err
	})
	if err != nil || taken != 2 {
		t.Errorf("%d files taken away are on record, %v", taken, err)
	}

	desk.get("/suppliers?q=llyr")
	form := desk.hidden("/views")
	form.Set("name", " ")
	desk.post("/views", form)
	desk.must(422, "Llŷr")
	form.Set("name", "Llŷr's")
	desk.post("/views", form)
	if desk.must(http.StatusSeeOther); desk.at != "/suppliers?q=llyr" {
		t.Errorf("led to %s", desk.at)
	}
	desk.get("/suppliers")
	desk.must(200, `href="/suppliers?q=llyr"`)

	stranger := h.reader(t)
	stranger.signIn("far@example.org")
	stranger.get("/suppliers?q=llyr") // the shared address shows the reader's own list
	stranger.must(200)
	if strings.Contains(stranger.page, "Llŷr") {
		t.Error("another organisation's official sees the supplier")
	}
	_, drop, _ := strings.Cut(desk.page, `action="/views/`)
	drop, _, _ = strings.Cut(drop, `"`)
	stranger.post("/views/"+drop, url.Values{"_csrf": {stranger.token}})
	stranger.must(404)
	desk.post("/views/"+drop, url.Values{"_csrf": {desk.token}})
	desk.must(http.StatusSeeOther)
	desk.get("/suppliers")
	if desk.must(200); strings.Contains(desk.page, "q=llyr") {
		t.Error("the view is still there")
	}
}
