package main

import (
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestEarlierAnswersAreConfirmedAtOnce(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { carryOver(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { carryOver(t, start(t, storetest.PostgresURL(t), 1)) })
}

func carryOver(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, system, first := h.supplierWithReview("Eto", host, "lead")
	h.answerAll("lead", first)
	h.must(200, "lead", "POST", "/reviews/"+first+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})

	second := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-06-30", "reviewer_ids": []any{reviewer}}).id()
	h.must(200, "official", "POST", "/reviews/"+second+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	at := "/reviews/" + second
	one := h.questions("lead", second)[0]
	if before := one["previous"].(map[string]any); before["review_id"] != first || before["outcome"] != nil {
		t.Errorf("the earlier answer: %v", before)
	}
	h.must(403, "reviewer", "POST", at+"/carry-over", map[string]any{})
	if n := h.must(200, "lead", "POST", at+"/carry-over", map[string]any{"questions": []any{one["key"]}}).body["count"]; n != 1.0 {
		t.Errorf("%v answers confirmed, want the one named", n)
	}
	h.must(200, "lead", "POST", at+"/carry-over", map[string]any{})
	for _, q := range h.questions("lead", second) {
		if q["shown"] == true && q["complete"] != true {
			t.Errorf("%v is not complete after all was confirmed", q["key"])
		}
		if a, ok := q["answer"].(map[string]any); ok && q["type"] != "file" && a["origin"] != "carried_over" {
			t.Errorf("%v: origin %v", q["key"], a["origin"])
		}
	}
	if n := h.must(200, "lead", "POST", at+"/carry-over", map[string]any{}).body["count"]; n != 0.0 {
		t.Errorf("%v answers confirmed twice", n)
	}
	h.must(200, "lead", "POST", at+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})

	for _, section := range sections(h.questions("reviewer", second)) {
		h.must(200, "reviewer", "POST", at+"/judgements/accept", map[string]any{"section": section})
	}
	accepted := 0
	for _, q := range h.questions("reviewer", second) {
		judged := q["judgement"] != nil
		if judged != (q["proposed"] != nil) {
			t.Errorf("%v: judged %t, proposed %v", q["key"], judged, q["proposed"])
		}
		if !judged {
			continue
		}
		accepted++
		j := q["judgement"].(map[string]any)
		if q["essential"] == true || j["basis"] != "document" || len(j["evidence_ids"].([]any)) == 0 {
			t.Errorf("%v was accepted: %v", q["key"], j)
		}
	}
	if accepted == 0 {
		t.Error("nothing was accepted")
	}
}

func sections(questions []map[string]any) []string {
	var keys []string
	for _, q := range questions {
		key := q["section"].(map[string]any)["key"].(string)
		if len(keys) == 0 || keys[len(keys)-1] != key {
			keys = append(keys, key)
		}
	}
	return keys
}

func TestEvidenceNeedNotBeHandedOver(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, _, review := h.supplierWithReview("Elsewhere", host, "lead")
	at := "/reviews/" + review + "/answers/governance.board-owner/evidence"
	link := h.must(201, "lead", "POST", at, map[string]any{"name": "Policy", "link": "https://policy.example/isms"})
	if link.body["kind"] != "link" {
		t.Errorf("a link: %s", link.raw)
	}
	seen := map[string]any{"name": "Penetration test", "inspected_by": "Rhian Demo", "inspected_where": "At their office", "inspected_on": "2026-03-02"}
	h.must(201, "lead", "POST", at, seen)
	for field, wrong := range map[string]map[string]any{
		"link":         {"name": "x", "link": "javascript:alert(1)"},
		"inspected_by": {"name": "x"},
		"inspected_on": {"name": "x", "inspected_by": "y", "inspected_on": "2099-01-01"},
		"name":         {"link": "https://policy.example"},
	} {
		a := h.must(422, "lead", "POST", at, wrong)
		if errors := a.body["errors"].([]any); errors[0].(map[string]any)["location"] != field {
			t.Errorf("%v: %s", wrong, a.raw)
		}
	}
	h.must(400, "lead", "POST", at, map[string]any{"name": "x", "unknown": 1})
	h.must(404, "official", "GET", "/reviews/"+review+"/evidence/"+link.id(), nil) // no file to get
	q := h.questions("official", review)[0]
	if n := len(q["answer"].(map[string]any)["evidence"].([]any)); n != 2 {
		t.Errorf("the official sees %d pieces of evidence, want 2", n)
	}
}
