package main

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store/storetest"
)

func TestARoleIsGrantedOnlyByOneWhoMay(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { granting(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { granting(t, start(t, storetest.PostgresURL(t), 1)) })
}

func granting(t *testing.T, h *house) {
	host := h.organisation("7A4")
	admin := h.person("admin", access.Administrator, identity.Place{})
	official := h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, _, _ := h.supplierWithReview("Rhoi", host, "lead")
	other, _, _ := h.supplierWithReview("Arall", host, "other")
	mine, theirs := uuid.MustParse(supplier), uuid.MustParse(other)
	helper := h.person("helper", access.Respondent, identity.Place{SupplierID: &mine})
	stranger := h.person("stranger", access.Respondent, identity.Place{SupplierID: &theirs})

	for who, want := range map[string]int{"admin": 7, "lead": 2} {
		if got := h.must(200, who, "GET", "/users", nil).body["total"]; int(got.(float64)) != want {
			t.Errorf("%s sees %v users, want %d", who, got, want)
		}
	}
	h.must(403, "official", "GET", "/users", nil)
	h.must(404, "lead", "GET", "/users/"+stranger.String(), nil)

	member := func(who, user string, status int, roles []any, place map[string]any) answer {
		body := map[string]any{"roles": roles}
		for key, value := range place {
			body[key] = value
		}
		return h.must(status, who, "POST", "/users/"+user+"/memberships", body)
	}
	member("lead", helper.String(), 403, []any{"supplier_lead"}, map[string]any{"supplier_id": supplier}) // an official makes leads
	member("lead", helper.String(), 403, []any{"respondent"}, map[string]any{"supplier_id": other})
	member("lead", helper.String(), 403, []any{"administrator"}, nil)
	member("lead", helper.String(), 409, []any{"respondent"}, map[string]any{"supplier_id": supplier}) // has it
	member("admin", helper.String(), 201, []any{"supplier_lead"}, map[string]any{"supplier_id": supplier})
	for _, m := range h.must(200, "admin", "GET", "/users/"+helper.String()+"/memberships", nil).body["items"].([]any) {
		if m := m.(map[string]any); slices.Contains(m["roles"].([]any), any("respondent")) {
			h.must(204, "lead", "DELETE", "/users/"+helper.String()+"/memberships/"+m["id"].(string), nil)
		}
	}
	member("lead", helper.String(), 201, []any{"respondent"}, map[string]any{"supplier_id": supplier})
	member("admin", helper.String(), 422, []any{"official"}, nil)  // never on both sides
	member("admin", official.String(), 422, []any{"auditor"}, nil) // needs an end
	member("admin", admin.String(), 403, []any{"official"}, nil)   // nobody grants to himself
	granted := member("admin", official.String(), 201, []any{"reviewer"}, map[string]any{"organisation_id": host}).id()

	invite := func(who string, status int, email string, roles []any, place map[string]any) answer {
		body := map[string]any{"email": email, "name": "New Person", "language": "cy", "roles": roles}
		for key, value := range place {
			body[key] = value
		}
		return h.must(status, who, "POST", "/invitations", body)
	}
	invite("lead", 403, "a@example.org", []any{"supplier_lead"}, map[string]any{"supplier_id": supplier})
	invite("lead", 403, "a@example.org", []any{"respondent"}, map[string]any{"supplier_id": other})
	invite("official", 403, "a@example.org", []any{"official"}, nil)
	invite("siro", 403, "a@example.org", []any{"approver"}, map[string]any{"organisation_id": host})
	invite("official", 201, "new-lead@example.org", []any{"supplier_lead"}, map[string]any{"supplier_id": supplier})
	asked := invite("admin", 201, "new@example.org", []any{"board_member"}, map[string]any{"organisation_id": host}).id()
	invite("admin", 409, "new@example.org", []any{"board_member"}, map[string]any{"organisation_id": host})
	if m := h.mailUntil(t, "new@example.org", func(m *outbox.Mail) bool { return m.Kind == "account_invitation" }); m.Language != "cy" {
		t.Errorf("invited in %s", m.Language)
	}
	if got := h.must(200, "lead", "GET", "/invitations", nil).body["items"].([]any); len(got) != 2 { // a helper of the review, the new lead
		t.Errorf("the lead sees %d invitations", len(got))
	}
	h.must(404, "other", "DELETE", "/invitations/"+asked, nil)
	h.must(204, "admin", "DELETE", "/invitations/"+asked, nil)
	h.must(409, "admin", "DELETE", "/invitations/"+asked, nil)

	h.must(204, "admin", "DELETE", "/users/"+official.String()+"/memberships/"+granted, nil)
	h.must(409, "admin", "DELETE", "/users/"+official.String()+"/memberships/"+granted, nil)
	own := h.must(200, "admin", "GET", "/users/"+admin.String()+"/memberships", nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	h.must(403, "admin", "DELETE", "/users/"+admin.String()+"/memberships/"+own, nil)
	h.must(428, "admin", "PATCH", "/users/"+stranger.String(), map[string]any{"status": "suspended"})
	h.must(403, "lead", "PATCH", "/users/"+helper.String(), map[string]any{"name": "Else"}, "If-Match", "*")
	h.must(200, "admin", "PATCH", "/users/"+stranger.String(), map[string]any{"status": "suspended"}, "If-Match", `"1"`)
	h.must(401, "stranger", "GET", "/me", nil)
	second := h.person("second", access.Administrator, identity.Place{})
	h.must(200, "second", "PATCH", "/users/"+admin.String(), map[string]any{"status": "suspended"}, "If-Match", "*")
	h.must(403, "second", "PATCH", "/users/"+second.String(), map[string]any{"status": "suspended"}, "If-Match", "*")
}

func TestATokenMayNoMoreThanItsMaker(t *testing.T) {
	h := start(t, "", 1)
	h.person("official", access.Official, identity.Place{})
	h.person("other", access.Official, identity.Place{})
	h.must(422, "official", "POST", "/tokens", map[string]any{"name": "x", "scopes": []any{"settings"}, "days": 30})
	h.must(422, "official", "POST", "/tokens", map[string]any{"name": "x", "scopes": []any{}, "days": 30})
	h.must(422, "official", "POST", "/tokens", map[string]any{"name": "x", "scopes": []any{"inventory.read"}, "days": 366})
	made := h.must(201, "official", "POST", "/tokens", map[string]any{"name": "Reader", "scopes": []any{"inventory.read"}, "days": 30})
	h.tokens["reader"] = made.body["token"].(string)
	h.must(200, "reader", "GET", "/suppliers", nil)
	h.must(403, "reader", "POST", "/suppliers", map[string]any{"name": "x"})
	h.must(403, "reader", "POST", "/tokens", map[string]any{"name": "x", "scopes": []any{"inventory.read"}, "days": 1})
	for _, one := range h.must(200, "official", "GET", "/tokens", nil).body["items"].([]any) {
		if one.(map[string]any)["token"] != nil {
			t.Error("a token is given again")
		}
	}
	h.must(404, "other", "DELETE", "/tokens/"+made.id(), nil)
	h.must(204, "official", "DELETE", "/tokens/"+made.id(), nil)
	h.must(401, "reader", "GET", "/suppliers", nil)
}

func TestAnInvitationNamesTheTelephoneThatTheOfficialGave(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.member("official", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	r := h.reader(t)
	r.signIn("official@example.org")
	r.get("/account")
	r.post("/account", url.Values{"_csrf": {r.token}, "language": {"cy"}, "phone": {strings.Repeat("1", 201)}})
	r.must(http.StatusUnprocessableEntity, "200")
	r.post("/account", url.Values{"_csrf": {r.token}, "language": {"cy"}, "phone": {" 029 2018 0142 "}, "job_title": {"Swyddog"}})
	r.must(http.StatusSeeOther)
	_, _, id := h.supplierWithReview("Ffon", host, "lead")
	h.must(201, "official", "POST", "/reviews/"+id+"/respondents", map[string]any{"name": "N", "email": "n@example.org"})
	reference := h.must(200, "official", "GET", "/reviews/"+id, nil).body["reference"].(string)
	link, err := h.first.services.Reviews.InviteLink(t.Context(), operator, reference, "n@example.org")
	if err != nil {
		t.Fatal(err)
	}
	stranger := h.reader(t)
	stranger.get("/invitations/" + path.Base(link))
	stranger.must(http.StatusOK, "029 2018 0142")
}
