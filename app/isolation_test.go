package main

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// supplierWithReview enters a supplier, a system of a host and an issued review.
func (h *house) supplierWithReview(name string, host uuid.UUID, lead string) (supplier, system, review string) {
	h.t.Helper()
	supplier = h.must(201, "official", "POST", "/suppliers", map[string]any{"name": name}).id()
	system = h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "System of " + name},
		"host_organisation_id": host, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id()
	review = h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31"}).id()
	id := uuid.MustParse(supplier)
	h.person(lead, access.SupplierLead, identity.Place{SupplierID: &id})
	h.must(200, "official", "POST", "/reviews/"+review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": lead, "email": lead + "@example.org", "lead": true, "lead_confirmed": true},
		map[string]any{"name": "helper of " + lead, "email": "helper-" + lead + "@example.org", "sections": []any{"governance"}}}})
	return supplier, system, review
}

func TestWhatMayNotBeSeenIsAbsent(t *testing.T) {
	h := start(t, "", 1)
	host, elsewhere := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.person("far", access.Official, identity.Place{OrganisationID: &elsewhere})
	mine, system, review := h.supplierWithReview("Ours", host, "ours")
	theirs, _, foreign := h.supplierWithReview("Theirs", host, "theirs")

	for _, path := range []string{"/suppliers/%s", "/suppliers/%s/certificates", "/suppliers/%s/reviews"} {
		absent := h.must(404, "ours", "GET", fmt.Sprintf(path, uuid.NewString()), nil)
		hidden := h.must(404, "ours", "GET", fmt.Sprintf(path, theirs), nil)
		if !bytes.Equal(absent.raw, hidden.raw) {
			t.Errorf("%s: another supplier's differs from an absent one", path)
		}
	}
	for method, path := range map[string]string{http.MethodGet: "", http.MethodPost: "/submit", http.MethodPut: "/answers/governance.board-owner"} {
		var body any
		if method != http.MethodGet {
			body = map[string]any{}
		}
		h.must(404, "ours", method, "/reviews/"+foreign+path, body)
	}
	h.must(404, "far", "GET", "/systems/"+system, nil)
	h.must(404, "far", "GET", "/reviews/"+review, nil)
	h.must(403, "far", "POST", "/organisations", map[string]any{"name": map[string]any{"en": "X"}, "kind": "trust"})
	h.must(403, "ours", "POST", "/reviews/"+review+"/close", map[string]any{"because": "declined", "reason": "x"})
	h.must(403, "siro", "POST", "/reviews/"+review+"/close", map[string]any{"because": "declined", "reason": "x"})
	h.must(403, "official", "PUT", "/reviews/"+review+"/answers/governance.board-owner", map[string]any{"value": "yes"})

	seen := h.must(200, "ours", "GET", "/systems/"+system, nil)
	for _, field := range []string{"rating", "inherent_risk"} {
		if seen.body[field] != nil {
			t.Errorf("a supplier sees %s of a system: %v", field, seen.body[field])
		}
	}
	for _, field := range []string{"tier", "used_by", "people_count"} {
		if _, there := seen.body[field]; there {
			t.Errorf("a supplier sees %s of a system", field)
		}
	}
	changed := h.must(200, "ours", "PATCH", "/suppliers/"+mine, map[string]any{"name": "Better name", "status": "ended",
		"contacts": []any{map[string]any{"kind": "breach", "name": "Line"}}}, "If-Match", "*")
	if changed.body["name"] != "Ours" || changed.body["status"] != "active" || len(changed.body["contacts"].([]any)) != 1 {
		t.Errorf("a lead changed more than contacts: %s", changed.raw)
	}
	h.must(422, "official", "POST", "/suppliers", map[string]any{"name": "X", "reference": "SUP-9999"}) // no mass assignment
	h.must(422, "official", "POST", "/reviews", map[string]any{"supplier_id": theirs, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31"}) // a system of another supplier
}

func TestAListTakesAsManyQueriesForManyAsForFew(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	actor := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}}
	// A door of its own to the same database, so that jobs of the server are not counted.
	own, err := store.Open(t.Context(), store.Config{Path: h.first.config.SQLitePath()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = own.Close() }()
	shown := portfolio.New(own, inventory.New(own))
	reviews, places := review.New(own, h.first.keys, h.first.vault, h.first.outbox, ""), directory.New(own)
	lists := map[string]func() error{
		"reviews": func() error {
			_, err := reviews.Reviews(t.Context(), actor, review.Filter{}, store.Paging{})
			return err
		},
		"findings": func() error {
			_, err := reviews.Findings(t.Context(), actor, review.FindingFilter{}, store.Paging{})
			return err
		},
		"reports": func() error {
			_, err := reviews.Reports(t.Context(), actor, store.Paging{})
			return err
		},
		"organisations": func() error {
			_, err := places.Organisations(t.Context(), actor, directory.Filter{}, store.Paging{})
			return err
		},
		"suppliers": func() error {
			_, err := shown.Suppliers(t.Context(), actor, portfolio.SupplierFilter{}, store.Paging{})
			return err
		},
		"systems": func() error {
			_, err := shown.Systems(t.Context(), actor, portfolio.SystemFilter{}, store.Paging{})
			return err
		},
	}
	count := func(list func() error) int64 {
		before := own.Asked()
		if err := list(); err != nil {
			t.Fatal(err)
		}
		return own.Asked() - before
	}
	h.supplierWithReview("One", host, "one")
	few := map[string]int64{}
	for name, list := range lists {
		count(list) // what never changes is read once and kept
		few[name] = count(list)
	}
	for i := range 6 {
		h.supplierWithReview(fmt.Sprint("More ", i), host, fmt.Sprint("more", i))
	}
	for name, list := range lists {
		if many := count(list); many != few[name] || many == 0 {
			t.Errorf("%s: %d queries for 8, %d for 2", name, many, few[name])
		}
	}
}

// A receipt holds every answer, so a respondent who was given one section does
// not read it; its lead does.
func TestARespondentSeesTheSectionsGivenAndNoReceipt(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, _, _ := h.supplierWithReview("Before", host, "lead")
	place := uuid.MustParse(supplier)
	h.person("helper", access.Respondent, identity.Place{SupplierID: &place})
	systems := h.must(200, "official", "GET", "/suppliers/"+supplier+"/systems", nil).body["items"].([]any)
	review := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "questionnaire_code": "short",
		"system_ids": []any{systems[0].(map[string]any)["id"]}, "due_on": "2099-01-31"}).id()
	h.must(200, "official", "POST", "/reviews/"+review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true},
		map[string]any{"name": "helper", "email": "helper@example.org", "sections": []any{"governance"}}}})
	for _, q := range h.questions("helper", review) {
		if section := q["section"].(map[string]any)["key"]; section != "governance" {
			t.Errorf("the respondent sees a question of %v", section)
		}
	}
	h.must(404, "helper", "PUT", "/reviews/"+review+"/answers/identity.staff-mfa", map[string]any{"value": "yes"})
	h.answerAll("lead", review)
	h.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.must(200, "lead", "GET", "/reviews/"+review+"/receipt", nil)
	h.must(404, "helper", "GET", "/reviews/"+review+"/receipt", nil)
}
