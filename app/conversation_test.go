package main

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestTheSidesOfAReviewWriteToEachOther(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { conversation(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { conversation(t, start(t, storetest.PostgresURL(t), 1)) })
}

func conversation(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, _, id := h.supplierWithReview("Sgwrs", host, "lead")
	place := uuid.MustParse(supplier)
	h.person("helper", access.Respondent, identity.Place{SupplierID: &place})
	review := "/reviews/" + id
	h.must(201, "lead", "POST", review+"/respondents", map[string]any{"name": "helper", "email": "helper@example.org", "sections": []any{"governance"}})

	h.must(201, "lead", "POST", review+"/messages", map[string]any{"text": "About the whole.", "language": "en"})
	h.must(201, "helper", "POST", review+"/messages", map[string]any{"text": "Am y bwrdd.", "language": "cy", "question_key": "governance.board-owner"})
	h.must(422, "helper", "POST", review+"/messages", map[string]any{"text": "About the whole."})
	h.must(422, "helper", "POST", review+"/messages", map[string]any{"text": "Not mine.", "question_key": "identity.staff-mfa"})
	h.must(422, "lead", "POST", review+"/messages", map[string]any{"text": " "})
	h.must(201, "official", "POST", review+"/messages", map[string]any{"text": "Thank you.", "question_key": "identity.staff-mfa"})
	for who, want := range map[string]int{"lead": 3, "official": 3, "helper": 1} {
		if got := len(h.must(200, who, "GET", review+"/messages", nil).body["items"].([]any)); got != want {
			t.Errorf("%s reads %d messages, want %d", who, got, want)
		}
	}

	ask := map[string]any{"until_on": "2099-03-31", "reason": "Our tester is ill."}
	h.must(403, "helper", "POST", review+"/extensions", ask)
	h.must(422, "lead", "POST", review+"/extensions", map[string]any{"until_on": "2099-01-31", "reason": "x"})
	asked := h.must(201, "lead", "POST", review+"/extensions", ask).id()
	h.must(409, "lead", "POST", review+"/extensions", ask)
	h.must(403, "lead", "POST", review+"/extensions/"+asked+"/decide", map[string]any{"decision": "granted"})
	h.must(200, "official", "POST", review+"/extensions/"+asked+"/decide", map[string]any{"decision": "granted"})
	h.must(409, "official", "POST", review+"/extensions/"+asked+"/decide", map[string]any{"decision": "refused"})
	d := h.must(200, "lead", "GET", review, nil).body
	if d["due_on"] != "2099-03-31" || d["first_due_on"] != "2099-01-31" {
		t.Errorf("due %v, first %v", d["due_on"], d["first_due_on"])
	}

	people := map[string]string{}
	for _, p := range d["respondents"].([]any) {
		person := p.(map[string]any)
		people[person["email"].(string)] = person["id"].(string)
	}
	h.must(403, "lead", "DELETE", review+"/respondents/"+people["lead@example.org"], nil)
	h.must(409, "official", "DELETE", review+"/respondents/"+people["lead@example.org"], nil)
	h.must(200, "lead", "DELETE", review+"/respondents/"+people["helper@example.org"], nil)
	h.must(404, "helper", "GET", review, nil)
	h.must(404, "lead", "DELETE", review+"/respondents/"+people["helper@example.org"], nil)
	if left := h.must(200, "official", "DELETE", review+"/respondents/"+people["helper-lead@example.org"], nil).body["respondents"].([]any); len(left) != 1 {
		t.Errorf("%d respondents are left, want the lead", len(left))
	}
}
