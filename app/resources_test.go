package main

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"os"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestAnAdministratorBringsQuestionnairesAndFrameworks(t *testing.T) {
	h := start(t, "", 1)
	h.person("admin", access.Administrator, identity.Place{})
	h.person("official", access.Official, identity.Place{})
	file, err := os.ReadFile("../templates/questionnaires/short.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if a := h.upload("official", "/questionnaires/import", "q.yaml", string(file)); a.status != 403 {
		t.Errorf("an official imports: %d", a.status)
	}
	if a := h.upload("admin", "/questionnaires/import", "q.yaml", "code: [broken"); a.status != 400 {
		t.Errorf("a broken file: %d %s", a.status, a.raw)
	}
	changed := strings.Replace(string(file), "code: short", "code: shorter", 1)
	draft := h.upload("admin", "/questionnaires/import", "q.yaml", changed)
	if draft.status != 201 || draft.body["state"] != "draft" {
		t.Fatalf("import: %d %s", draft.status, draft.raw)
	}
	at := "/questionnaires/" + draft.body["questionnaire_id"].(string)
	h.must(403, "official", "POST", at+"/versions/1/publish", nil)
	h.must(200, "admin", "POST", at+"/versions/1/publish", nil)
	h.must(409, "admin", "POST", at+"/versions/1/publish", nil)
	h.must(404, "admin", "POST", at+"/versions/9/publish", nil)
	for _, format := range []string{"yaml", "json"} {
		out := h.must(200, "official", "GET", at+"/versions/1/export?format="+format, nil)
		if back := h.upload("admin", "/questionnaires/import", "back."+format, string(out.raw)); back.status != 201 || back.body["digest"] != draft.body["digest"] {
			t.Errorf("the %s export comes back as another: %d %s", format, back.status, back.raw)
		}
	}
	h.must(422, "official", "GET", at+"/versions/1/export?format=docx", nil)

	framework := "code: own-1\ntitle: {en: Our own, cy: Ein hun}\npublisher: Test\nversion: '1'\nrequirements:\n  - {ref: A1, title: {en: First}}\n"
	made := h.upload("admin", "/frameworks/import", "f.yaml", framework)
	if made.status != 201 {
		t.Fatalf("framework: %d %s", made.status, made.raw)
	}
	if n := len(h.must(200, "official", "GET", "/frameworks/"+made.id()+"/coverage", nil).body["items"].([]any)); n != 1 {
		t.Errorf("coverage of %d requirements, want 1", n)
	}
}

func TestOfficialsKeepGovernanceGroups(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("local", access.Official, identity.Place{OrganisationID: &host})
	in := map[string]any{"name": map[string]any{"en": "Cyber group"}, "members": []any{"Chair"}, "meeting_dates": []any{"2099-03-01", "2099-01-01"}}
	h.must(403, "local", "POST", "/governance-groups", in)
	group := h.must(201, "official", "POST", "/governance-groups", in)
	at := "/governance-groups/" + group.id()
	h.must(428, "official", "PATCH", at, map[string]any{"members": []any{}})
	h.must(422, "official", "PATCH", at, map[string]any{"meeting_dates": []any{"soon"}}, "If-Match", "*")
	changed := h.must(200, "official", "PATCH", at, map[string]any{"purpose": map[string]any{"cy": "Diben"}}, "If-Match", group.header.Get("ETag"))
	if days := changed.body["meeting_dates"].([]any); len(days) != 2 || days[0] != "2099-01-01" {
		t.Errorf("meetings: %v", days)
	}
	h.must(412, "official", "PATCH", at, map[string]any{"members": []any{}}, "If-Match", group.header.Get("ETag"))
}

func TestAnAuditorReadsTheLogAsFarAsTheirPlace(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { auditLog(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { auditLog(t, start(t, storetest.PostgresURL(t), 1)) })
}

func auditLog(t *testing.T, h *house) {
	host, elsewhere := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.auditor("national", identity.Place{})
	h.auditor("near", identity.Place{OrganisationID: &host})
	h.auditor("far", identity.Place{OrganisationID: &elsewhere})
	_, system, review := h.supplierWithReview("Logged", host, "lead")
	h.must(403, "official", "GET", "/audit/events", nil)
	count := func(who, query string) int {
		return int(h.must(200, who, "GET", "/audit/events"+query, nil).body["total"].(float64))
	}
	about := "?about_id=" + review
	if near, national := count("near", about), count("national", about); near == 0 || near != national {
		t.Errorf("the host's auditor sees %d events of the review, a national one %d", near, national)
	}
	if n := count("far", about); n != 0 {
		t.Errorf("another organisation's auditor sees %d events", n)
	}
	if n := count("near", "?about_id="+system+"&action=system.added"); n != 1 {
		t.Errorf("%d events enter the system, want 1", n)
	}
	all, after, seen := count("national", ""), "", 0
	for range 100 {
		page := h.must(200, "national", "GET", "/audit/events?limit=20"+after, nil).body
		seen += len(page["items"].([]any))
		if page["next"] == nil {
			break
		}
		after = "&after=" + page["next"].(string)
	}
	if seen < all {
		t.Errorf("the pages hold %d events of %d", seen, all)
	}
}

// auditor adds an auditor, whose membership must end.
func (h *house) auditor(name string, place identity.Place) {
	h.t.Helper()
	h.member(name, identity.NewUser{Roles: []access.Role{access.Auditor}, Place: place, UntilOn: "2099-12-31"})
}

func TestSearchFoldsCaseAndAccents(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { search(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { search(t, start(t, storetest.PostgresURL(t), 1)) })
}

func search(t *testing.T, h *house) {
	h.person("official", access.Official, identity.Place{})
	for _, name := range []string{"Cwmni Tŷ Gŵyl", "Société Générée", "100% Safe", "Under_score"} {
		h.must(201, "official", "POST", "/suppliers", map[string]any{"name": name})
	}
	for q, want := range map[string]string{"ty gwyl": "Cwmni Tŷ Gŵyl", "TŶ": "Cwmni Tŷ Gŵyl", "SOCIETE G": "Société Générée",
		"0%": "100% Safe", "r_s": "Under_score"} {
		items := h.must(200, "official", "GET", "/suppliers?q="+url.QueryEscape(q), nil).body["items"].([]any)
		if len(items) != 1 || items[0].(map[string]any)["name"] != want {
			t.Errorf("%q finds %v, want %s", q, items, want)
		}
	}
}

// Two days of one thing are checked against each other, wherever there are two.
func TestWhatEndsDoesNotEndBeforeItBegins(t *testing.T) {
	h := start(t, "", 1)
	h.person("official", access.Official, identity.Place{})
	host := h.organisation("7A4")
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, system, review := h.supplierWithReview("Fictitious Ends Ltd", host, "lead")
	const first, last = "2026-03-02", "2026-03-01"
	refused := func(a answer, field string) {
		t.Helper()
		if a.status != 422 || !strings.Contains(string(a.raw), field) {
			t.Errorf("%s: %d %s", field, a.status, a.raw)
		}
	}
	refused(h.ask("official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "T", "system_ids": []any{system}, "starts_on": first, "ends_on": last}), "ends_on")
	refused(h.ask("official", "POST", "/programmes", map[string]any{"title": map[string]any{"en": "T"}, "starts_on": first, "ends_on": last}), "ends_on")
	refused(h.ask("official", "POST", "/organisations/"+host.String()+"/appointments", map[string]any{"role": "siro", "person_name": "P", "from_on": first, "until_on": last}), "until_on")
	dated := func(from, to string) answer {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		_ = form.WriteField("valid_from", from)
		_ = form.WriteField("valid_to", to)
		file, err := form.CreateFormFile("file", "policy.txt")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = file.Write([]byte("what shows it"))
		_ = form.Close()
		return h.send("lead", "POST", "/reviews/"+review+"/answers/governance.board-owner/evidence", form.FormDataContentType(), &b)
	}
	refused(dated(first, last), "valid_to")
	if a := dated(last, first); a.status != 201 {
		t.Errorf("evidence of a day is refused: %d %s", a.status, a.raw)
	}
}
