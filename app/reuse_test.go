package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestNothingIsAskedTwice(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { notAskedTwice(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { notAskedTwice(t, start(t, storetest.PostgresURL(t), 1)) })
}

// notAskedTwice: a certificate answers what it can, a file is used again without
// another upload, and a judgement of an unchanged answer stands, marked.
func notAskedTwice(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, system, first := h.supplierWithReview("Unwaith", host, "lead")
	_, _, foreign := h.supplierWithReview("Arall", host, "other")
	h.must(201, "official", "POST", "/suppliers/"+supplier+"/certificates", map[string]any{"kind": "iso_27001", "number": "IS 1", "expires_on": "2099-01-01"})
	h.must(201, "official", "POST", "/suppliers/"+supplier+"/certificates", map[string]any{"kind": "cyber_essentials_plus", "expires_on": "2020-01-01"})

	answered := int(h.must(200, "lead", "POST", "/reviews/"+first+"/certificate-answers", map[string]any{}).body["count"].(float64))
	if answered == 0 {
		t.Fatal("the certificate answers nothing")
	}
	for _, q := range h.questions("lead", first) {
		if a, ok := q["answer"].(map[string]any); ok && (a["origin"] != "certificate" || a["value"] != "yes" || a["comment"] != "ISO/IEC 27001, IS 1, 2099-01-01") {
			t.Errorf("%v: %v", q["key"], a)
		}
	}
	if n := h.must(200, "lead", "POST", "/reviews/"+first+"/certificate-answers", map[string]any{}).body["count"]; n != 0.0 {
		t.Errorf("%v questions answered twice", n)
	}
	h.answerAll("lead", first)
	h.must(200, "lead", "POST", "/reviews/"+first+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.must(200, "official", "PATCH", "/reviews/"+first, map[string]any{"reviewer_ids": []any{reviewer}}, "If-Match", "*")
	h.judgeAll("reviewer", first)
	h.must(200, "reviewer", "POST", "/reviews/"+first+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "A test."})
	digest := h.must(200, "siro", "GET", "/reviews/"+first, nil).body["assessment_digest"]
	h.must(200, "siro", "POST", "/reviews/"+first+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": digest})

	second := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-06-30", "reviewer_ids": []any{reviewer}}).id()
	at := "/reviews/" + second
	h.must(200, "official", "POST", at+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	h.must(200, "lead", "POST", at+"/carry-over", map[string]any{})

	files := h.must(200, "lead", "GET", "/evidence", nil).body["items"].([]any)
	if len(files) == 0 {
		t.Fatal("the library is empty")
	}
	file := files[0].(map[string]any)["id"]
	h.must(422, "other", "POST", "/reviews/"+foreign+"/answers/governance.board-owner/evidence/again", map[string]any{"evidence_id": file})
	if got := h.must(200, "other", "GET", "/evidence", nil).body["items"].([]any); len(got) != 0 {
		t.Errorf("another supplier's library holds %v", got)
	}
	changed := h.questions("lead", second)[0]
	h.must(201, "lead", "POST", at+"/answers/"+changed["key"].(string)+"/evidence/again", map[string]any{"evidence_id": file})
	h.must(200, "lead", "POST", at+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})

	carried := int(h.must(200, "reviewer", "POST", at+"/judgements/carry-over", nil).body["count"].(float64))
	for _, q := range h.questions("reviewer", second) {
		stands := q["scope"] == "supplier" && q["shown"] == true && q["weight"].(float64) > 0 && q["key"] != changed["key"]
		j, judged := q["judgement"].(map[string]any)
		if judged != stands {
			t.Errorf("%v: carried over %t, want %t", q["key"], judged, stands)
		}
		if !judged {
			continue
		}
		if carried--; j["carried_from"] == "" || j["judged_by"] != "reviewer" {
			t.Errorf("%v: %v", q["key"], j)
		}
	}
	if carried != 0 {
		t.Errorf("%d more were counted than are there", carried)
	}
	h.must(404, "other", "POST", at+"/judgements/carry-over", nil)
}

func TestASupplierCorrectsAFact(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, system, review := h.supplierWithReview("Ffaith", host, "lead")
	at := "/reviews/" + review + "/facts"
	say := map[string]any{"system_id": system, "fact": "exposure", "proposed": []any{"none"}, "reason": "It is reached from our own network alone."}
	h.must(422, "lead", "POST", at, map[string]any{"system_id": system, "fact": "tier", "proposed": []any{"4"}, "reason": "x"})
	h.must(422, "lead", "POST", at, map[string]any{"system_id": system, "fact": "exposure", "proposed": []any{"moon"}, "reason": "x"})
	h.must(422, "lead", "POST", at, map[string]any{"system_id": uuid.NewString(), "fact": "exposure", "proposed": []any{"none"}, "reason": "x"})
	h.must(403, "official", "POST", at, say)
	id := h.must(201, "lead", "POST", at, say).id()
	h.must(409, "lead", "POST", at, say)
	h.must(403, "lead", "POST", at+"/"+id+"/decide", map[string]any{"decision": "accepted"})
	if e := h.must(200, "official", "GET", "/systems/"+system, nil).body["exposure"]; e != "" && e != nil {
		t.Errorf("a proposal changed the inventory to %v", e)
	}
	h.must(200, "official", "POST", at+"/"+id+"/decide", map[string]any{"decision": "accepted"})
	h.must(409, "official", "POST", at+"/"+id+"/decide", map[string]any{"decision": "refused"})
	if e := h.must(200, "official", "GET", "/systems/"+system, nil).body["exposure"]; e != "none" {
		t.Errorf("exposure is %v after the correction was accepted", e)
	}
	facts := h.must(200, "lead", "GET", at, nil).body
	if was := facts["systems"].([]any)[0].(map[string]any)["exposure"]; was != "" {
		t.Errorf("the facts of the review changed to %v", was)
	}
}

func TestADeputySignsForATime(t *testing.T) {
	h := start(t, "", 1)
	host, elsewhere := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	siro := h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	deputy := h.person("deputy", access.BoardSecretary, identity.Place{OrganisationID: &host})
	stranger := h.person("stranger", access.BoardSecretary, identity.Place{OrganisationID: &elsewhere})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	_, _, review := h.supplierWithReview("Dirprwy", host, "lead")
	h.must(200, "official", "PATCH", "/reviews/"+review, map[string]any{"reviewer_ids": []any{reviewer}}, "If-Match", "*")
	h.answerAll("lead", review)
	h.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("reviewer", review)
	h.must(200, "reviewer", "POST", "/reviews/"+review+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "A test."})

	today := calendar.On(time.Now())
	name := func(who uuid.UUID, from, until calendar.Date) map[string]any {
		return map[string]any{"user_id": who, "from": from, "until": until}
	}
	h.must(403, "official", "POST", "/deputies", name(deputy, today, today.AddDays(7)))
	for _, wrong := range []map[string]any{name(stranger, today, today.AddDays(7)), name(siro, today, today.AddDays(7)),
		name(deputy, today, today.AddDays(61)), name(deputy, today.AddDays(-1), today), name(deputy, today.AddDays(3), today)} {
		h.must(422, "siro", "POST", "/deputies", wrong)
	}
	named := h.must(201, "siro", "POST", "/deputies", name(deputy, today, today.AddDays(7))).body
	acting := uuid.MustParse(named["membership_id"].(string))
	token, err := h.first.services.Identity.MakeToken(t.Context(), operator, "deputy@example.org", "acting",
		func(m *identity.Membership) bool { return m.ID == acting }, nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	h.tokens["acting"] = token
	h.must(403, "acting", "POST", "/deputies", name(stranger, today, today.AddDays(7)))
	digest := h.must(200, "acting", "GET", "/reviews/"+review, nil).body["assessment_digest"]
	decision := map[string]any{"decision": "rely", "assessment_digest": digest}
	h.must(403, "deputy", "POST", "/reviews/"+review+"/sign-off", decision) // not in that membership
	signed := h.must(200, "acting", "POST", "/reviews/"+review+"/sign-off", decision).body["sign_offs"].([]any)[0].(map[string]any)
	if signed["name"] != "deputy" || signed["deputy_of"] != "siro" {
		t.Errorf("signed by %v in the place of %v", signed["name"], signed["deputy_of"])
	}
	h.must(404, "acting", "DELETE", "/deputies/"+acting.String(), nil)
	h.must(204, "siro", "DELETE", "/deputies/"+acting.String(), nil)
	h.must(401, "acting", "GET", "/reviews/"+review, nil)
}

func TestWhatTheInventoryKnowsIsConfirmedAndNotTyped(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { confirmsKnown(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { confirmsKnown(t, start(t, storetest.PostgresURL(t), 1)) })
}

func confirmsKnown(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Hysbys (fictitious)"}).id()
	h.must(201, "official", "POST", "/suppliers/"+supplier+"/certificates", map[string]any{"kind": "iso_27001", "expires_on": "2099-01-01"})
	h.must(201, "official", "POST", "/suppliers/"+supplier+"/subcontractors", map[string]any{"name": "Cymorth (fictitious)"})
	system := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Known"}, "host_organisation_id": host,
		"suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}, "data_categories": []any{"health", "contact"}, "hosting": map[string]any{"kind": "cloud", "country": "IE"}}).id()
	review := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "core", "due_on": "2099-01-31"}).id()
	place := uuid.MustParse(supplier)
	h.member("lead", identity.NewUser{Roles: []access.Role{access.SupplierLead}, Place: identity.Place{SupplierID: &place}, Password: passphrase})
	h.must(200, "official", "POST", "/reviews/"+review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})

	r := h.reader(t)
	r.signIn("lead@example.org")
	r.get("/reviews/" + review + "?lang=cy")
	r.must(200, "Rydym wedi cofnodi", "/reviews/"+review+"/known")
	h.must(403, "official", "POST", "/reviews/"+review+"/known-answers", map[string]any{})
	if n := h.must(200, "lead", "POST", "/reviews/"+review+"/known-answers", map[string]any{"questions": []any{"information.personal"}}).body["count"]; n != 1.0 {
		t.Errorf("%v answers confirmed, want the one named", n)
	}
	h.must(200, "lead", "POST", "/reviews/"+review+"/known-answers", map[string]any{})
	want := map[string]string{"governance.certificates": "[iso_27001]", "information.personal": "yes", "information.held": "[contact health]", "hosting.cloud": "yes",
		"hosting.location": "adequate", "subcontractors.used": "yes"}
	for _, q := range h.questions("lead", review) {
		a, answered := q["answer"].(map[string]any)
		if value, known := want[q["key"].(string)]; known != answered || known && (fmt.Sprint(a["value"]) != value || a["origin"] != "inventory") {
			t.Errorf("%v: %v, want %q", q["key"], a, value)
		}
	}
	moved := map[string]any{"system_id": system, "fact": "hosting_country", "proposed": []any{"GB"}, "reason": "It moved to Newport."}
	h.must(422, "lead", "POST", "/reviews/"+review+"/facts", map[string]any{"system_id": system, "fact": "hosting_country", "proposed": []any{"Wales"}, "reason": "x"})
	proposed := h.must(201, "lead", "POST", "/reviews/"+review+"/facts", moved).id()
	h.must(200, "official", "POST", "/reviews/"+review+"/facts/"+proposed+"/decide", map[string]any{"decision": "accepted"})
	if now := h.must(200, "official", "GET", "/systems/"+system, nil).body["hosting"].(map[string]any); now["country"] != "GB" || now["kind"] != "cloud" {
		t.Errorf("after the official accepted: %v, want the cloud in GB", now)
	}
	if n := h.must(200, "lead", "POST", "/reviews/"+review+"/known-answers", map[string]any{}).body["count"]; n != 0.0 {
		t.Errorf("%v answers confirmed twice", n)
	}
}
