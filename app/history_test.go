package main

import (
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestAHistoryTellsWhatChangedAndWhoChangedIt(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { told(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { told(t, start(t, storetest.PostgresURL(t), 1)) })
}

func told(t *testing.T, h *house) {
	host, far := h.organisation("7A4"), h.organisation("7A3")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Place: identity.Place{OrganisationID: &host}, Password: passphrase})
	h.member("far", identity.NewUser{Roles: []access.Role{access.Official}, Place: identity.Place{OrganisationID: &far}, Password: passphrase})
	supplier, system, _ := h.supplierWithReview("Hanes", host, "lead")
	h.must(200, "official", "PATCH", "/systems/"+system, map[string]any{"people_count": 12000, "data_categories": []any{"health"}}, "If-Match", "*")
	h.must(200, "official", "PATCH", "/systems/"+system, map[string]any{"people_count": 140000, "criticality": 4}, "If-Match", "*")
	contract := h.must(201, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "Cytundeb", "ends_on": "2099-03-31"}).id()
	h.must(200, "official", "PATCH", "/contracts/"+contract, map[string]any{"ends_on": "2099-06-30"}, "If-Match", "*")
	h.must(201, "official", "POST", "/organisations/"+host.String()+"/appointments", map[string]any{"role": "siro", "person_name": "Siro Person"})

	desk, stranger := h.reader(t), h.reader(t)
	desk.signIn("desk@example.org")
	stranger.signIn("far@example.org")
	for path, want := range map[string][]string{
		"/systems/" + system + "/history":              {"People count changed from 12,000 to 140,000", "System changed", "official"},
		"/suppliers/" + supplier + "/history":          {"Supplier entered", "Contract changed", "31 March 2099", "30 June 2099"},
		"/contracts/" + contract + "/history":          {"Ends on changed from 31 March 2099 to 30 June 2099"},
		"/organisations/" + host.String() + "/history": {"Appointment made", "Siro Person", "Senior Information Risk Owner"},
	} {
		desk.get(path)
		desk.must(200, want...)
	}
	desk.get("/systems/" + system + "/history?after=x")
	desk.must(422)
	desk.get("/systems/" + system + "/history?lang=cy")
	desk.must(200, "Nifer y bobl. Cynt: 12,000. Nawr: 140,000")
	for _, path := range []string{"/systems/" + system, "/suppliers/" + supplier, "/contracts/" + contract} {
		stranger.get(path + "/history")
		stranger.must(404)
	}
}
