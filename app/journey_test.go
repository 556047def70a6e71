package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/keyring"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func TestTheJourneyOverTheAPI(t *testing.T) {
	t.Run("one node on SQLite", func(t *testing.T) { journey(t, start(t, "", 1)) })
	t.Run("two nodes on PostgreSQL", func(t *testing.T) { journey(t, start(t, storetest.PostgresURL(t), 2)) })
}

func journey(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.person("member", access.BoardMember, identity.Place{OrganisationID: &host})
	h.person("stranger", access.BoardMember, identity.Place{OrganisationID: new(h.organisation("RT4"))})

	supplier := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Cwmni Profi (fictitious)", "website": nil,
		"contacts": []any{map[string]any{"kind": "security", "name": "Desk", "email": "desk@cwmni.example"}}}).id()
	system := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Test system", "cy": "System brawf"},
		"host_organisation_id": host, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}, "used_by": []any{host},
		"data_categories": []any{"health"}, "people_count": 500, "criticality": 3, "exposure": "internet", "hosting": nil})
	if system.body["tier"] != 3.0 {
		t.Errorf("tier: got %v, want 3", system.body["tier"])
	}
	planned := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system.id()},
		"questionnaire_code": "short", "due_on": "2099-01-31", "reviewer_ids": []any{reviewer}})
	review := "/reviews/" + planned.id()

	h.must(409, "official", "POST", review+"/close", map[string]any{"because": "declined", "reason": "x"})
	id := uuid.MustParse(supplier)
	h.person("lead", access.SupplierLead, identity.Place{SupplierID: &id})
	h.must(404, "lead", "GET", review, nil) // planned: not theirs to see yet
	issued := h.must(200, "official", "POST", review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	if issued.body["state"] != "issued" || issued.body["waiting_for"] != "supplier" {
		t.Errorf("issued: %s", issued.raw)
	}
	h.must(409, "official", "POST", review+"/issue", map[string]any{"respondents": []any{}})
	if a := h.ask("lead", "POST", review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"}); a.status != 409 && a.status != 422 {
		t.Errorf("submit with nothing answered: %d", a.status)
	}
	h.answerAll("lead", planned.id())
	h.must(422, "lead", "POST", review+"/submit", map[string]any{"statement_agreed": false})
	h.must(200, "lead", "POST", review+"/submit", map[string]any{"statement_agreed": true, "name": "Lead Person", "job_title": "CISO"})
	receipt := h.must(200, "lead", "GET", review+"/receipt", nil)
	if !keyring.Verify(receipt.body["public_key"].(string), []byte(receipt.body["content"].(string)), receipt.body["signature"].(string)) {
		t.Error("the receipt's signature does not hold")
	}
	h.receiptHolds(receipt.raw, h.must(200, "lead", "GET", review+"/receipt.pdf?lang=cy", nil).raw)

	keys := h.questions("reviewer", planned.id())
	first, second := keys[0]["key"], keys[1]["key"]
	h.must(403, "siro", "PUT", review+"/judgements/"+first.(string), map[string]any{"outcome": "met"})
	h.must(200, "reviewer", "PUT", review+"/judgements/"+first.(string), map[string]any{"outcome": "met"})
	h.must(200, "reviewer", "POST", review+"/return", map[string]any{"questions": []any{first, map[string]any{"key": second}},
		"message": map[string]any{"cy": "Atebwch eto, os gwelwch yn dda."}})
	h.must(409, "lead", "PUT", review+"/answers/"+keys[len(keys)-1]["key"].(string), map[string]any{"value": nil})
	h.must(200, "lead", "PUT", review+"/answers/"+first.(string), map[string]any{"value": valueFor(keys[0]), "comment": "Tested in May."})
	for _, q := range h.questions("reviewer", planned.id()) {
		if q["key"] == first && q["judgement"] != nil {
			t.Error("a judgement stands over a changed answer")
		}
	}
	h.must(200, "lead", "POST", review+"/submit", map[string]any{"statement_agreed": true, "name": "Lead Person", "job_title": "CISO"})
	h.must(409, "reviewer", "POST", review+"/assess", map[string]any{}) // not all judged
	h.judgeAll("reviewer", planned.id())
	if d := h.must(200, "lead", "GET", review, nil); d.body["rating"] != nil {
		t.Errorf("the supplier sees a rating before the accuracy check: %v", d.body["rating"])
	}
	h.must(422, "reviewer", "POST", review+"/assess", map[string]any{"accuracy_check_days": 0})
	assessed := h.must(200, "reviewer", "POST", review+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "agreed"})
	findings := h.must(200, "lead", "GET", "/findings?review_id="+planned.id(), nil).body["items"].([]any)
	if len(findings) != 1 {
		t.Fatalf("the supplier sees %d findings, want 1", len(findings))
	}
	finding := "/findings/" + findings[0].(map[string]any)["id"].(string)
	h.must(200, "lead", "POST", finding+"/comment", map[string]any{"comment": "It was mended since."})
	h.must(200, "reviewer", "POST", finding+"/resolve-comment", map[string]any{"outcome": "accepted"})

	h.must(403, "reviewer", "POST", review+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": "x"})
	h.must(412, "siro", "POST", review+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": assessed.body["assessment_digest"]})
	digest := h.must(200, "siro", "GET", review, nil).body["assessment_digest"]
	decide := func(due string) map[string]any {
		return map[string]any{"decision": "rely_with_conditions", "assessment_digest": digest, "conditions": []any{
			map[string]any{"en": "Test it again soon.", "due_on": due}, map[string]any{"en": "Write to us."}}}
	}
	today := calendar.On(time.Now())
	if past := h.must(422, "siro", "POST", review+"/sign-off", decide(string(today.AddDays(-1)))); !strings.Contains(string(past.raw), "conditions/0/due_on") {
		t.Errorf("a condition due in the past: %s", past.raw)
	}
	soon := today.AddDays(20)
	signed := h.must(200, "siro", "POST", review+"/sign-off", decide(string(soon)))
	if signed.body["state"] != "signed_off" {
		t.Fatalf("after the only host signed: %s", signed.raw)
	}
	if v := h.must(200, "official", "GET", "/systems/"+system.id(), nil); v.body["standing"] != "current" || v.body["rating"] != signed.body["rating"] {
		t.Errorf("the system stands as %v, %v", v.body["standing"], v.body["rating"])
	}
	actions := h.must(200, "lead", "GET", "/actions", nil).body["items"].([]any)
	var due []string
	for _, a := range actions {
		due = append(due, a.(map[string]any)["due_on"].(string))
	}
	slices.Sort(due)
	if want := []string{string(soon), string(today.AddDays(90))}; !slices.Equal(due, want) {
		t.Errorf("the conditions became actions due on %v, want %v", due, want)
	}
	for _, tag := range []string{"en", "cy"} {
		report := h.must(200, "member", "GET", review+"/report.pdf?lang="+tag, nil)
		if !bytes.HasPrefix(report.raw, []byte("%PDF-")) {
			t.Errorf("the %s report is no PDF", tag)
		}
	}
	before := h.must(200, "member", "GET", review+"/report.pdf?lang=en", nil).raw
	supplierNow := h.must(200, "official", "GET", "/suppliers/"+supplier, nil)
	h.must(200, "official", "PATCH", "/suppliers/"+supplier, map[string]any{"name": "Another name"}, "If-Match", supplierNow.header.Get("ETag"))
	if after := h.must(200, "member", "GET", review+"/report.pdf?lang=en", nil).raw; !bytes.Equal(before, after) {
		t.Error("later data changed a fixed report")
	}
	h.must(428, "official", "PATCH", "/suppliers/"+supplier, map[string]any{"name": "X"})
	h.must(412, "official", "PATCH", "/suppliers/"+supplier, map[string]any{"name": "X"}, "If-Match", supplierNow.header.Get("ETag"))
	absent := h.must(404, "stranger", "GET", "/reviews/"+uuid.NewString()+"/report.pdf", nil)
	foreign := h.must(404, "stranger", "GET", review+"/report.pdf", nil)
	if !bytes.Equal(absent.raw, foreign.raw) {
		t.Error("what may not be seen differs from what is absent")
	}
	h.must(403, "member", "GET", "/suppliers", nil)
	h.must(401, "", "GET", "/suppliers", nil)
	waitSealed(t, h.first.db)
}

func waitSealed(t *testing.T, db *store.DB) {
	t.Helper()
	for range 50 {
		state, err := db.VerifyChain(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if state.Pending == 0 && state.Links > 100 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("the events were not sealed within 5 s")
}

// receiptHolds checks a receipt as anybody can, and that a changed one is found out.
func (h *house) receiptHolds(body, pdf []byte) {
	h.t.Helper()
	file := filepath.Join(h.t.TempDir(), "receipt.json")
	check := func(body []byte, keys string) error {
		if err := os.WriteFile(file, body, 0o600); err != nil {
			h.t.Fatal(err)
		}
		return receiptVerifyCommand{File: file, Keys: keys}.Run()
	}
	answer, err := http.Get(h.nodes[0] + "/verify/keys") //nolint:noctx // a test's own server
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	published, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	keys := filepath.Join(h.t.TempDir(), "keys.json")
	if err := os.WriteFile(keys, published, 0o600); err != nil {
		h.t.Fatal(err)
	}
	if err := check(body, keys); err != nil {
		h.t.Errorf("the receipt is refused: %v", err)
	}
	if err := check(pdf, keys); err != nil {
		h.t.Errorf("the receipt's PDF is refused: %v", err)
	}
	if err := check([]byte("%PDF-1.3\n/EmbeddedFile >>\nstream\nnot packed"), keys); err == nil {
		h.t.Error("a PDF without a receipt is taken for genuine")
	}
	if err := check(bytes.Replace(body, []byte("Lead Person"), []byte("Else Person"), 1), keys); err == nil {
		h.t.Error("a changed receipt is taken for genuine")
	}
	strange := bytes.ReplaceAll(published, []byte(`"public_key":"`), []byte(`"public_key":"A`))
	if err := os.WriteFile(keys, strange, 0o600); err != nil {
		h.t.Fatal(err)
	}
	if err := check(body, keys); err == nil {
		h.t.Error("a receipt of an unknown key is taken for genuine")
	}
}
