package main

import (
	"testing"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestAnActionIsShownToBeDoneAndGetsMoreTime(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { actionsCarriedOut(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { actionsCarriedOut(t, start(t, storetest.PostgresURL(t), 1)) })
}

func actionsCarriedOut(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	supplier, system := h.signedReview("Gweithredu", host, "lead", reviewer)
	h.supplierWithReview("Other", host, "other")
	reviews := func() []any {
		return h.must(200, "official", "GET", "/suppliers/"+supplier+"/reviews", nil).body["items"].([]any)
	}
	var first string
	for _, r := range reviews() {
		if one := r.(map[string]any); one["state"] == "signed_off" {
			first = one["id"].(string)
		}
	}
	findings := h.must(200, "official", "GET", "/findings?review_id="+first, nil).body["items"].([]any)
	if len(findings) == 0 {
		t.Fatal("the review has no finding")
	}
	finding := findings[0].(map[string]any)
	today := calendar.On(time.Now())
	act := h.must(201, "official", "POST", "/actions", map[string]any{"finding_id": finding["id"], "text": map[string]any{"en": "Do it."}, "due_on": today.AddDays(10)}).id()
	at := "/actions/" + act

	h.must(404, "other", "POST", at+"/extensions", map[string]any{"until_on": today.AddDays(20), "reason": "x"})
	h.must(403, "official", "POST", at+"/extensions", map[string]any{"until_on": today.AddDays(20), "reason": "x"})
	h.must(422, "lead", "POST", at+"/extensions", map[string]any{"until_on": today.AddDays(10), "reason": "x"})
	h.must(422, "lead", "POST", at+"/extensions", map[string]any{"until_on": today.AddDays(20), "reason": " "})
	asked := h.must(201, "lead", "POST", at+"/extensions", map[string]any{"until_on": today.AddDays(20), "reason": "The part is late."}).id()
	h.must(409, "lead", "POST", at+"/extensions", map[string]any{"until_on": today.AddDays(30), "reason": "more"})
	h.must(403, "lead", "POST", at+"/extensions/"+asked, map[string]any{"decision": "granted"})
	if got := h.must(200, "official", "POST", at+"/extensions/"+asked, map[string]any{"decision": "granted"}).body["due_on"]; got != string(today.AddDays(20)) {
		t.Errorf("granted until %v", got)
	}
	h.must(409, "official", "POST", at+"/extensions/"+asked, map[string]any{"decision": "refused"})
	if left := h.must(200, "lead", "GET", "/reviews/"+first+"/extensions", nil).body["items"].([]any); len(left) != 0 {
		t.Errorf("the review shows the action's requests as its own: %v", left)
	}

	file := h.upload("lead", at+"/evidence", "shown.txt", "It is done.")
	if file.status != 201 {
		t.Fatalf("the file: %d %s", file.status, file.raw)
	}
	if got := h.upload("official", at+"/evidence", "ours.txt", "Not ours to do."); got.status != 403 {
		t.Errorf("our side adds to the supplier's action: %d", got.status)
	}
	if got := h.upload("other", at+"/evidence", "x.txt", "x"); got.status != 404 {
		t.Errorf("another supplier finds the action: %d", got.status)
	}
	if read := h.must(200, "reviewer", "GET", "/reviews/"+first+"/evidence/"+file.id(), nil); string(read.raw) != "It is done." {
		t.Errorf("read %q", read.raw)
	}
	h.must(200, "lead", "POST", at+"/complete", map[string]any{"completion": "Done."})
	if got := h.upload("lead", at+"/evidence", "late.txt", "late"); got.status != 409 {
		t.Errorf("a file for what is completed: %d", got.status)
	}
	h.must(200, "official", "POST", at+"/verify", nil)

	// The same weakness a year later is recognised.
	h.must(200, "official", "GET", "/systems/"+system, nil)
	second := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31", "reviewer_ids": []any{reviewer}}).id()
	again := "/reviews/" + second
	h.must(200, "official", "POST", again+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	h.answerAll("lead", second)
	h.must(200, "lead", "POST", again+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("reviewer", second)
	h.must(200, "reviewer", "POST", again+"/assess", map[string]any{})
	repeated := 0
	for _, f := range h.must(200, "reviewer", "GET", "/findings?review_id="+second, nil).body["items"].([]any) {
		if f.(map[string]any)["repeats"] != "" {
			repeated++
		}
	}
	if repeated == 0 {
		t.Error("no finding is recognised as a repeat")
	}
}
