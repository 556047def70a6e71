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

func TestARiskIsExplainedAndAcceptedByTwo(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { accepting(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { accepting(t, start(t, storetest.PostgresURL(t), 1)) })
}

func accepting(t *testing.T, h *house) {
	host, far := h.organisation("7A4"), h.organisation("7A3")
	h.person("official", access.Official, identity.Place{})
	h.person("far", access.Official, identity.Place{OrganisationID: &far})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.member("approver", identity.NewUser{Roles: []access.Role{access.Approver}, Place: identity.Place{OrganisationID: &host}, Password: passphrase})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Place: identity.Place{OrganisationID: &host}, Password: passphrase})
	_, system, _ := h.supplierWithReview("Risgl", host, "lead")

	risk := h.must(200, "official", "GET", "/systems/"+system+"/risk", nil)
	for _, want := range []string{`"risk.remedy.rating-substantial"`, `"field":"exposure"`} {
		if !strings.Contains(string(risk.raw), want) {
			t.Errorf("%s is not in %s", want, risk.raw)
		}
	}
	if body := h.must(200, "lead", "GET", "/systems/"+system+"/risk", nil).body; body["residual"] != nil || len(body["would_lower"].([]any)) != 0 {
		t.Errorf("a supplier reads the risk: %v", body)
	}
	h.must(404, "far", "GET", "/systems/"+system+"/risk", nil)

	in := map[string]any{"system_id": system, "reason": map[string]any{"en": "It is being replaced."}, "until_on": "2099-01-31"}
	h.must(403, "official", "POST", "/risk-acceptances", in)
	h.must(404, "far", "GET", "/risk-acceptances/"+system, nil)
	made := h.must(201, "siro", "POST", "/risk-acceptances", in)
	h.must(404, "far", "POST", "/risk-acceptances/"+made.id()+"/agree", nil)
	h.must(403, "siro", "POST", "/risk-acceptances/"+made.id()+"/agree", nil)
	h.must(200, "siro", "POST", "/risk-acceptances/"+made.id()+"/end", nil)
	if n := h.must(200, "far", "GET", "/risk-acceptances", nil).body["total"]; n != 0.0 {
		t.Errorf("another organisation reads %v acceptances", n)
	}
	if n := h.must(200, "lead", "GET", "/risk-acceptances", nil).body["total"]; n != 0.0 {
		t.Errorf("a supplier reads %v acceptances", n)
	}

	page := "/systems/" + system + "/risk"
	approver := h.reader(t)
	approver.signIn("approver@example.org")
	approver.get(page)
	approver.must(200, "Propose to accept this risk", "A review that gives substantial assurance", "Inherent risk")
	approver.post(page, url.Values{"_csrf": {approver.token}, "reason.cy": {"Mae'n cael ei disodli."}, "until_on[day]": {"1"}, "until_on[month]": {"2"}, "until_on[year]": {"2020"}})
	approver.must(http.StatusUnprocessableEntity, "has not passed", "disodli", `value="2020"`)
	approver.post(page, url.Values{"_csrf": {approver.token}, "reason.cy": {"Mae'n cael ei disodli."}, "until_on[day]": {"1"}, "until_on[month]": {"2"}, "until_on[year]": {"2099"}})
	approver.must(http.StatusSeeOther)
	approver.get(page)
	approver.must(200, "Another person has to agree")

	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/risk?accepted=proposed")
	desk.must(200, page, "&amp;consequence=")
	desk.get(page)
	desk.must(200, "Agree to accept this risk")
	_, agree, _ := strings.Cut(desk.page, `action="/risk-acceptances/`)
	agree, _, _ = strings.Cut(agree, `"`)
	desk.post("/risk-acceptances/"+agree, url.Values{"_csrf": {desk.token}})
	desk.must(http.StatusSeeOther)
	desk.get("/risk.csv?accepted=accepted")
	desk.must(200, "2099-02-01")
	if body := h.must(200, "official", "GET", "/systems/"+system+"/risk", nil).body; body["acceptance"].(map[string]any)["state"] != "accepted" {
		t.Errorf("the API says %v", body["acceptance"])
	}
	desk.get("/more")
	desk.must(200, "/organisations", "/contracts")
}
