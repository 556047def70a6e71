package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/riverqueue/river"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func TestAJobIsCancelledAndRunAgain(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { working(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { working(t, start(t, storetest.PostgresURL(t), 1)) })
}

func working(t *testing.T, h *house) {
	h.member("administrator", identity.NewUser{Roles: []access.Role{access.Administrator}, Password: passphrase})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	_, err := store.Change(context.Background(), h.first.db, operator, func(tx *store.Tx) (bool, error) {
		return true, tx.Enqueue(inventory.Reconsider{}, &river.InsertOpts{ScheduledAt: tx.Now().AddDate(1, 0, 0)})
	})
	if err != nil {
		t.Fatal(err)
	}
	r := h.reader(t)
	r.signIn("administrator@example.org")
	r.get("/jobs?state=scheduled")
	r.must(200, "Work out due dates anew", "Scheduled: 1")
	_, id, _ := strings.Cut(r.page, `action="/jobs/`)
	id, _, _ = strings.Cut(id, "/")
	if _, err := strconv.Atoi(id); err != nil {
		t.Fatalf("no job in the page: %q", id)
	}
	r.post("/jobs/"+id+"/cancel", url.Values{"_csrf": {r.token}})
	r.must(http.StatusSeeOther)
	r.get("/jobs?state=cancelled")
	r.must(200, "Run again")
	r.post("/jobs/"+id+"/retry", url.Values{"_csrf": {r.token}})
	r.must(http.StatusSeeOther)
	r.post("/jobs/99999999/retry", url.Values{"_csrf": {r.token}})
	r.must(404)
	if r.get("/jobs?state=lost"); r.status != 422 {
		t.Errorf("an unknown state: %d", r.status)
	}
	noted, err := store.Read(context.Background(), h.first.db, operator, func(tx *store.Tx) (int, error) {
		list, err := tx.EventsAsked(store.EventFilter{Action: store.JobRetried}, "", 10)
		return list.Total, err
	})
	if err != nil || noted != 1 {
		t.Errorf("run again is on record %d times, %v", noted, err)
	}
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	if desk.get("/jobs"); desk.status != 403 {
		t.Errorf("an official reads the jobs: %d", desk.status)
	}
	desk.post("/jobs/"+id+"/cancel", url.Values{"_csrf": {desk.token}})
	desk.must(403)
	desk.get("/questionnaires")
	desk.must(200, "core")
	_, at, _ := strings.Cut(desk.page, `href="/questionnaires/`)
	at, _, _ = strings.Cut(at, `"`)
	desk.get("/questionnaires/" + at + "/versions/1")
	desk.must(200, `lang="cy"`)
	desk.get("/questionnaires/" + at + "/versions/99")
	desk.must(404)
	desk.get("/frameworks")
	_, at, _ = strings.Cut(desk.page, `href="/frameworks/`)
	at, _, _ = strings.Cut(at, `"`)
	desk.get("/frameworks/" + at)
	desk.must(200, "Requirements, and the questions that ask after them")
}
