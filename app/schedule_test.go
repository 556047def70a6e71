package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/outbox"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// at gives the reviews as they are so many days from now.
func (h *house) at(days int) *review.Service {
	later := h.first.db.WithClock(func() time.Time { return time.Now().AddDate(0, 0, days) })
	return review.New(later, h.first.keys, h.first.vault, h.first.outbox, "https://sicrwydd.example")
}

func TestWhatFallsDueIsPlannedOnceByAnyNumberOfNodes(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { plannedOnce(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { plannedOnce(t, start(t, storetest.PostgresURL(t), 2)) })
}

func plannedOnce(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	supplier, _ := h.signedReview("Dyledus", host, "lead", reviewer)
	open := func() []map[string]any {
		t.Helper()
		var found []map[string]any
		for _, item := range h.must(200, "official", "GET", "/suppliers/"+supplier+"/reviews", nil).body["items"].([]any) {
			if one := item.(map[string]any); one["state"] == "planned" {
				found = append(found, one)
			}
		}
		return found
	}
	plan := func(days int) {
		t.Helper()
		var nodes sync.WaitGroup
		for range 4 {
			nodes.Go(func() {
				if err := h.at(days).RestandAll(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := h.at(days).PlanDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
	}
	if plan(300); len(open()) != 0 {
		t.Fatal("planned 65 days before it is due")
	}
	plan(310)
	planned := open()
	if len(planned) != 1 {
		t.Fatalf("four nodes planned %d reviews", len(planned))
	}
	if due := calendar.Date(planned[0]["due_on"].(string)); due < calendar.On(time.Now()).AddDays(310+42) {
		t.Errorf("due on %s: the supplier has not 42 days", due)
	}
	if plan(320); len(open()) != 1 {
		t.Errorf("planned again: %d", len(open()))
	}
}

// signedReview is a supplier with a rating that took effect just now.
func (h *house) signedReview(name string, host uuid.UUID, lead string, reviewer uuid.UUID) (supplier, system string) {
	h.t.Helper()
	supplier, system, first := h.supplierWithReview(name, host, lead)
	h.must(200, "official", "POST", "/reviews/"+first+"/cancel", map[string]any{"reason": "another one follows"})
	id := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31", "reviewer_ids": []any{reviewer}}).id()
	at := "/reviews/" + id
	h.must(200, "official", "POST", at+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": lead, "email": lead + "@example.org", "lead": true, "lead_confirmed": true}}})
	h.answerAll(lead, id)
	h.must(200, lead, "POST", at+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("reviewer", id)
	h.must(200, "reviewer", "POST", at+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "agreed"})
	digest := h.must(200, "siro", "GET", at, nil).body["assessment_digest"]
	h.must(200, "siro", "POST", at+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": digest, "interval_months": 12})
	return supplier, system
}

func TestRemindersComeInOneMailADayAndStop(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { reminded(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { reminded(t, start(t, storetest.PostgresURL(t), 1)) })
}

func reminded(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, system, first := h.supplierWithReview("Atgoffa", host, "lead")
	stands := h.must(200, "official", "GET", "/suppliers/"+supplier, nil)
	h.must(200, "official", "PATCH", "/suppliers/"+supplier, map[string]any{"contacts": []any{
		map[string]any{"kind": "account", "name": "Account", "email": "account@example.org"}}}, "If-Match", stands.header.Get("ETag"))
	second := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31"}).id()
	h.must(200, "official", "POST", "/reviews/"+second+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	due := calendar.On(time.Now()).AddDays(20)
	for _, id := range []string{first, second} {
		r := h.must(200, "official", "GET", "/reviews/"+id, nil)
		h.must(200, "official", "PATCH", "/reviews/"+id, map[string]any{"due_on": due, "reason": "A test."}, "If-Match", r.header.Get("ETag"))
	}
	written := func(days int) []string {
		t.Helper()
		before := h.digests(t)
		for range 3 { // the job runs each hour, on each node
			if _, err := h.at(days).RemindAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		after := h.digests(t)[len(before):]
		slices.Sort(after)
		return after
	}
	for _, c := range []struct {
		days int
		want string
	}{
		{5, ""}, {6, "lead@example.org"}, {7, ""}, {17, "lead@example.org"}, {21, "lead@example.org"}, {27, "lead@example.org"},
		{34, "lead@example.org"}, {41, "account@example.org official@example.org"}, {60, ""},
	} {
		if got := strings.Join(written(c.days), " "); got != c.want {
			t.Errorf("day %d, of %d: reminded %q, want %q", c.days, 20, got, c.want)
		}
	}
	for _, id := range []string{first, second} {
		h.must(200, "official", "POST", "/reviews/"+id+"/reminders", map[string]any{"stopped": true})
		r := h.must(200, "official", "GET", "/reviews/"+id, nil)
		if r.body["reminders_stopped"] != true {
			t.Error("the review does not say that its reminders are stopped")
		}
		h.must(200, "official", "PATCH", "/reviews/"+id, map[string]any{"due_on": due.AddDays(60), "reason": "A test."}, "If-Match", r.header.Get("ETag"))
	}
	if got := written(70); len(got) != 0 {
		t.Errorf("stopped, and reminded %v", got)
	}
	h.must(200, "official", "POST", "/reviews/"+first+"/reminders", map[string]any{"stopped": false})
	if got := written(71); len(got) != 1 {
		t.Errorf("resumed, and reminded %v", got)
	}
	h.must(404, "lead", "POST", "/reviews/"+uuid.NewString()+"/reminders", map[string]any{"stopped": true})
	h.must(403, "lead", "POST", "/reviews/"+first+"/reminders", map[string]any{"stopped": true})
}

// digests gives to whom reminders were written, the earliest first.
func (h *house) digests(t *testing.T) []string {
	t.Helper()
	to, err := store.Read(t.Context(), h.first.db, operator, func(tx *store.Tx) ([]string, error) {
		rows, err := store.Many[outbox.Mail](tx, "created_at, id", "kind = ?", "digest")
		to := make([]string, len(rows))
		for i, row := range rows {
			to[i] = row.Recipient
		}
		return to, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
