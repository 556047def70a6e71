package main

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func TestTheWorkListSaysWhatNeedsAnOfficial(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { workList(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { workList(t, start(t, storetest.PostgresURL(t), 1)) })
}

func workList(t *testing.T, h *house) {
	host, far := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.person("far", access.Official, identity.Place{OrganisationID: &far})
	supplier, system, id := h.supplierWithReview("Gwaith", host, "lead")
	today := calendar.On(time.Now())
	kinds := func(who string) map[string]int {
		found := map[string]int{}
		for _, item := range h.must(200, who, "GET", "/work", nil).body["items"].([]any) {
			if one := item.(map[string]any); one["supplier_id"] == supplier {
				found[one["kind"].(string)]++
			}
		}
		return found
	}
	if got := kinds("official"); len(got) != 0 {
		t.Errorf("a review under way alone needs nobody: %v", got)
	}
	h.must(201, "official", "POST", "/suppliers/"+supplier+"/certificates", map[string]any{"kind": "iso_27001", "expires_on": today.AddDays(59)})
	h.must(201, "official", "POST", "/suppliers/"+supplier+"/certificates", map[string]any{"kind": "dspt", "expires_on": today.AddDays(61)})
	h.must(201, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "Soon", "ends_on": today.AddDays(180)})
	h.must(201, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "Later", "ends_on": today.AddDays(181)})
	h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Never reviewed"}, "host_organisation_id": host,
		"suppliers": []any{map[string]any{"supplier_id": supplier, "part": "supports"}}})
	h.must(201, "official", "POST", "/reviews/"+id+"/respondents", map[string]any{"name": "Gone", "email": "gone@example.org", "sections": []any{"governance"}})
	past := time.Now().AddDate(0, 0, -8)
	_, err := store.Change(t.Context(), h.first.db, operator, func(tx *store.Tx) (bool, error) {
		if err := store.Query[review.Respondent](tx).Where("email = ?", "gone@example.org").Update("bounced_at", past).Error; err != nil {
			return false, err
		}
		return true, store.Query[review.Respondent](tx).Where("review_id = ? AND email = ?", uuid.MustParse(id), "helper-lead@example.org").Update("invited_at", past).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"certificate_lapsing": 1, "contract_ending": 1, "review_due": 1, "invitation_refused": 1, "invitation_unopened": 1}
	got := kinds("official")
	for kind, n := range want {
		if got[kind] != n {
			t.Errorf("%s: %d, want %d", kind, got[kind], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the list holds %v", got)
	}
	h.must(200, "official", "POST", "/reviews/"+id+"/close", map[string]any{"because": "declined", "reason": "A test."})
	if got := kinds("official"); got["review_due"] != 2 || got["invitation_unopened"] != 0 {
		t.Errorf("once the review is closed the list holds %v", got)
	}
	if got := kinds("far"); len(got) != 0 {
		t.Errorf("an official of another organisation reads %v of %s", got, system)
	}
	h.must(403, "lead", "GET", "/work", nil)
}
