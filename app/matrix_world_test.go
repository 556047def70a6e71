package main

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// world is what is asked about.
type world struct {
	*house
	principals []principal
	ids        map[string]string // of the things, by kind
	parts      map[string]string // of what belongs to them, by the name it has in addresses
	sessions   map[string]session
	supplier   uuid.UUID
}

// theWorld is one system of a host, used by another organisation, run by one
// supplier, with a review that is answered, judged and assessed.
func theWorld(t *testing.T, h *house) *world {
	t.Helper()
	host, user, elsewhere := h.organisation("7A4"), h.organisation("7A1"), h.organisation("7A2")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	assigned := h.person("assigned", access.Reviewer, identity.Place{})
	supplier := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Subject"}).id()
	other := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Another"}).id()
	system := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "The system"}, "host_organisation_id": host,
		"used_by": []any{user}, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id()
	contract := h.must(201, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "The contract", "system_ids": []any{system},
		"starts_on": "2020-01-01"}).id()
	review := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31", "reviewer_ids": []any{assigned}}).id()
	own := uuid.MustParse(supplier)
	h.person("lead", access.SupplierLead, identity.Place{SupplierID: &own})
	h.person("given", access.Respondent, identity.Place{SupplierID: &own})
	h.must(200, "official", "POST", "/reviews/"+review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true},
		map[string]any{"name": "given", "email": "given@example.org", "sections": []any{"governance"}}}})
	parts := map[string]string{
		"extension":  h.must(201, "lead", "POST", "/reviews/"+review+"/extensions", map[string]any{"until_on": "2099-02-28", "reason": "Ill."}).id(),
		"correction": h.must(201, "lead", "POST", "/reviews/"+review+"/facts", map[string]any{"system_id": system, "fact": "exposure", "proposed": []any{"none"}, "reason": "It is."}).id()}
	h.answerAll("lead", review)
	h.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("assigned", review)
	h.must(200, "assigned", "POST", "/reviews/"+review+"/assess", map[string]any{})
	finding := h.must(200, "official", "GET", "/findings?review_id="+review, nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	action := h.must(201, "official", "POST", "/actions", map[string]any{"finding_id": finding, "text": map[string]any{"en": "Do."}, "due_on": "2099-01-31"}).id()
	w := &world{house: h, parts: parts, supplier: own, sessions: map[string]session{}, ids: map[string]string{"suppliers": supplier, "systems": system, "contracts": contract, "reviews": review,
		"findings": finding, "actions": action, "organisations": host.String()}}
	for _, kind := range []string{"questionnaires", "frameworks", "governance-groups"} {
		w.ids[kind] = h.must(200, "official", "GET", "/"+kind, nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	}
	w.people(map[string]identity.Place{"national": {}, "host": {OrganisationID: &host}, "user": {OrganisationID: &user}, "elsewhere": {OrganisationID: &elsewhere}},
		own, uuid.MustParse(other))
	w.tokens[""] = ""
	w.principals = append(w.principals, principal{})
	w.furnish(host)
	w.end()
	return w
}

// people are every role at every place that it can be held at.
func (w *world) people(places map[string]identity.Place, own, other uuid.UUID) {
	w.t.Helper()
	for name, place := range places {
		for _, role := range access.Roles {
			if !role.OfSupplier() {
				w.join(principal{name: string(role) + " " + name, role: role, place: name}, place)
			}
		}
	}
	for name, id := range map[string]uuid.UUID{"supplier": own, "other": other} {
		for _, role := range []access.Role{access.SupplierLead, access.Respondent} {
			w.join(principal{name: string(role) + " " + name, role: role, place: name}, identity.Place{SupplierID: &id})
		}
	}
	w.principals = append(w.principals,
		principal{name: "assigned", role: access.Reviewer, place: "national", assigned: true},
		principal{name: "given", role: access.Respondent, place: "supplier", given: true})
	several := w.join(principal{name: "several", role: access.Official, place: "elsewhere"}, places["elsewhere"])
	if _, err := w.first.services.Identity.Grant(w.t.Context(), operator, several, identity.MembershipInput{Roles: []access.Role{access.Approver}, Place: places["host"]}); err != nil {
		w.t.Fatal(err)
	}
	w.join(principal{name: "ended", role: access.Official, place: "host", over: true}, places["host"])
	w.join(principal{name: "suspended", role: access.Official, place: "national", over: true}, identity.Place{})
}

// end lets what is over be over: for those who have a session and a token.
func (w *world) end() {
	w.t.Helper()
	for _, p := range w.principals {
		w.enter(p.name)
	}
	_, err := store.Change(w.t.Context(), w.first.db, operator, func(tx *store.Tx) (bool, error) {
		if err := store.Query[identity.Membership](tx).Where("user_id IN (SELECT id FROM users WHERE email = ?)", "ended@example.org").Update("ended_at", tx.Now()).Error; err != nil {
			return false, err
		}
		return true, store.Query[identity.User](tx).Where("email = ?", "suspended@example.org").Update("status", identity.Suspended).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) join(p principal, place identity.Place) uuid.UUID {
	w.t.Helper()
	n := identity.NewUser{Roles: []access.Role{p.role}, Place: place}
	if p.role == access.Auditor {
		n.UntilOn = "2099-12-31"
	}
	w.principals = append(w.principals, p)
	return w.member(p.name, n)
}
