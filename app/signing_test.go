package main

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestTwoHostsSignOneAssessment(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { twoHosts(t, start(t, "", 1)) })
	t.Run("postgres", func(t *testing.T) { twoHosts(t, start(t, storetest.PostgresURL(t), 1)) })
}

// X signs, a finding changes, Y signs: X must sign again. A send-back takes
// back what had taken effect.
func twoHosts(t *testing.T, h *house) {
	first, second := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	h.person("x", access.Approver, identity.Place{OrganisationID: &first})
	h.person("y", access.Approver, identity.Place{OrganisationID: &second})
	h.person("z", access.Approver, identity.Place{})

	supplier := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Shared"}).id()
	var systems []any
	for _, host := range []uuid.UUID{first, second} {
		systems = append(systems, h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "One"},
			"host_organisation_id": host, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id())
	}
	id := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": systems,
		"questionnaire_code": "short", "due_on": "2099-01-31", "reviewer_ids": []any{reviewer}}).id()
	review := "/reviews/" + id
	place := uuid.MustParse(supplier)
	h.person("lead", access.SupplierLead, identity.Place{SupplierID: &place})
	h.must(200, "official", "POST", review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	h.answerAll("lead", id)
	h.must(200, "lead", "POST", review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("reviewer", id)
	assess := map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "agreed"}
	h.must(200, "reviewer", "POST", review+"/assess", assess)

	digest := func() any { return h.must(200, "official", "GET", review, nil).body["assessment_digest"] }
	sign := func(who string, status int) answer {
		t.Helper()
		return h.must(status, who, "POST", review+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": digest()})
	}
	standing := func(system any) any {
		return h.must(200, "official", "GET", "/systems/"+system.(string), nil).body["standing"]
	}
	sign("z", 403) // each host has an approver of its own
	if state := sign("x", 200).body["state"]; state != "assessed" {
		t.Fatalf("after one of two hosts: %v", state)
	}
	sign("x", 409)
	if standing(systems[0]) != "current" || standing(systems[1]) != "never_reviewed" {
		t.Errorf("one signature took effect as %v, %v", standing(systems[0]), standing(systems[1]))
	}
	finding := h.must(200, "reviewer", "GET", "/findings?review_id="+id, nil).body["items"].([]any)[0].(map[string]any)
	h.must(200, "reviewer", "PATCH", "/findings/"+finding["id"].(string), map[string]any{"severity": "low"}, "If-Match", "*")
	if standing(systems[0]) != "never_reviewed" {
		t.Errorf("a void signature still has its effect: %v", standing(systems[0]))
	}
	if state := sign("y", 200).body["state"]; state != "assessed" {
		t.Errorf("X's void signature counted: %v", state)
	}
	h.must(200, "x", "POST", review+"/send-back", map[string]any{"message": map[string]any{"en": "Look again."}})
	if standing(systems[1]) != "never_reviewed" {
		t.Errorf("sent back, and Y's signature still has its effect: %v", standing(systems[1]))
	}
	h.must(200, "reviewer", "POST", review+"/assess", assess)
	sign("y", 200)
	if state := sign("x", 200).body["state"]; state != "signed_off" {
		t.Errorf("after both hosts: %v", state)
	}
	h.must(409, "official", "POST", review+"/cancel", map[string]any{"reason": "x"})
	successor := h.must(200, "official", "POST", review+"/correct", map[string]any{"reason": "A system was left out."})
	if successor.body["corrects_id"] != id || successor.body["state"] != "planned" {
		t.Errorf("the successor: %s", successor.raw)
	}
}

func TestClosingAndCancelling(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, system, review := h.supplierWithReview("Silent", host, "silent")
	h.must(422, "official", "POST", "/reviews/"+review+"/close", map[string]any{"because": "bored", "reason": ""})
	h.must(200, "official", "POST", "/reviews/"+review+"/close", map[string]any{"because": "no_answer", "reason": "Three reminders."})
	if s := h.must(200, "official", "GET", "/systems/"+system, nil); s.body["standing"] != "no_answer" || s.body["rating"] != "unsatisfactory" {
		t.Errorf("silence stands as %v, %v", s.body["standing"], s.body["rating"])
	}
	_, _, other := h.supplierWithReview("Answers", host, "answers")
	h.answerAll("answers", other)
	h.must(200, "answers", "POST", "/reviews/"+other+"/submit", map[string]any{"statement_agreed": true, "name": "A", "job_title": "B"})
	asked := h.must(200, "official", "POST", "/reviews/"+other+"/cancel", map[string]any{"reason": "The system is retired."})
	if asked.body["state"] != "submitted" {
		t.Errorf("one official cancels after submission: %v", asked.body["state"])
	}
	h.must(403, "official", "POST", "/reviews/"+other+"/cancel/agree", nil)
	if done := h.must(200, "siro", "POST", "/reviews/"+other+"/cancel/agree", nil); done.body["state"] != "cancelled" {
		t.Errorf("after the only host agreed: %v", done.body["state"])
	}
}
