package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

// assessing is a review that was submitted and is the reviewer's to judge, with
// people who sign in at a browser.
func assessing(t *testing.T, h *house) (review string) {
	t.Helper()
	host := h.organisation("7A4")
	h.member("official", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	reviewer := h.member("reviewer", identity.NewUser{Roles: []access.Role{access.Reviewer}, Password: passphrase})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, _, review = h.supplierWithReview("Gweithredu", host, "lead")
	h.must(200, "official", "PATCH", "/reviews/"+review, map[string]any{"reviewer_ids": []any{reviewer}}, "If-Match", "*")
	h.answerAll("lead", review)
	h.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	return review
}

func (h *house) signedOff(review string) {
	h.t.Helper()
	h.judgeAll("reviewer", review)
	h.must(200, "reviewer", "POST", "/reviews/"+review+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "A test."})
	digest := h.must(200, "siro", "GET", "/reviews/"+review, nil).body["assessment_digest"]
	h.must(200, "siro", "POST", "/reviews/"+review+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": digest})
}

func TestAnActionGoesFromFindingToVerified(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { acting(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { acting(t, start(t, storetest.PostgresURL(t), 1)) })
}

func acting(t *testing.T, h *house) {
	review := assessing(t, h)
	h.signedOff(review)
	finding := h.must(200, "official", "GET", "/findings?review_id="+review, nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	action := h.must(201, "official", "POST", "/actions", map[string]any{"finding_id": finding, "text": map[string]any{"en": "Train them.", "cy": "Eu hyfforddi."}, "due_on": "2099-01-31"}).id()
	at := "/actions/" + action

	// A link outlives signing in, both steps of it; it leads to the finding, and to the action alone.
	h.reader(t).signIn("reviewer@example.org") // who has two-step verification from then on
	for link, leads := range map[string]string{"/findings/" + finding: "/reviews/" + review + "/findings#finding-" + finding, at: at} {
		r := h.reader(t)
		r.get(link)
		r.must(http.StatusSeeOther)
		r.get(r.at)
		r.again("reviewer@example.org")
		r.must(http.StatusSeeOther)
		r.get(r.at)
		if r.at != leads {
			t.Errorf("%s leads to %s, want %s", link, r.at, leads)
		}
	}
	h.must(404, "siro", "GET", "/findings/"+review, nil)

	h.must(200, "lead", "POST", at+"/complete", map[string]any{"completion": "All were trained."})
	r := h.reader(t)
	r.signIn("reviewer@example.org")
	r.get(at)
	r.must(200, "All were trained.", at+"/verify", at+"/send-back")
	r.post(at+"/send-back", url.Values{"_csrf": {r.token}})
	r.must(http.StatusUnprocessableEntity, "Enter a message")
	r.post(at+"/send-back", url.Values{"_csrf": {r.token}, "message.cy": {"Ble mae'r cofnod?"}})
	r.must(http.StatusSeeOther)
	if a := h.must(200, "lead", "GET", at, nil).body; a["state"] != "open" || a["sent_back"].(map[string]any)["cy"] != "Ble mae'r cofnod?" {
		t.Errorf("sent back: %v", a)
	}
	h.must(200, "lead", "POST", at+"/complete", map[string]any{"completion": "The record is added."})
	r.get(at)
	r.must(200)
	r.post(at+"/verify", url.Values{"_csrf": {r.token}})
	r.must(http.StatusSeeOther)
	r.get(at)
	r.must(200, "The record is added.")
	if strings.Contains(r.page, at+"/verify") {
		t.Error("a verified action may be verified again")
	}
	h.must(404, "lead", "POST", "/actions/"+finding+"/send-back", map[string]any{"message": map[string]any{"en": "x"}})
}

func TestAFindingIsWordedFromItsQuestion(t *testing.T) {
	h := start(t, "", 1)
	review := assessing(t, h)
	r := h.reader(t)
	r.signIn("reviewer@example.org")
	at := "/reviews/" + review + "/judge/people.training"
	r.get(at)
	r.must(200, `value="finding"`)
	r.post(at, url.Values{"_csrf": {r.token}, "outcome": {"partly_met"}, "basis": {"claim"}, "feedback.cy": {"Dim ond hanner y staff."}, "then": {"finding"}})
	r.must(http.StatusSeeOther)
	r.get(r.at)
	r.must(200, "Partly met: What percentage", "Bodlonwyd yn rhannol: Pa ganran", "Dim ond hanner y staff.", `name="questions" value="people.training" checked`)
	form := url.Values{"_csrf": {r.token}, "severity": {"low"}, "title.cy": {"Hyfforddiant"}, "questions": {"people.training"}}
	r.post("/reviews/"+review+"/findings", form)
	r.must(http.StatusSeeOther)
	h.judgeAll("reviewer", review)
	h.must(200, "reviewer", "POST", "/reviews/"+review+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "A test."})
	for _, f := range h.must(200, "reviewer", "GET", "/findings?review_id="+review, nil).body["items"].([]any) {
		if f := f.(map[string]any); f["title"].(map[string]any)["cy"] != "Hyfforddiant" && f["questions"].([]any)[0] == "people.training" {
			t.Errorf("a second finding on the same question: %v", f)
		}
	}
	r.get("/reviews/" + review + "/findings/new?question=no.such")
	r.must(http.StatusNotFound)
}
