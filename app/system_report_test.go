package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestTheReportOfASystemTellsItAllToThoseWhoReportOnIt(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { systemReport(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { systemReport(t, start(t, storetest.PostgresURL(t), 1)) })
}

func systemReport(t *testing.T, h *house) {
	host, user, far := h.organisation("7A4"), h.organisation("7A1"), h.organisation("7A2")
	at := func(o uuid.UUID) identity.Place { return identity.Place{OrganisationID: &o} }
	h.person("official", access.Official, identity.Place{})
	h.member("auditor", identity.NewUser{Roles: []access.Role{access.Auditor}, UntilOn: calendar.On(time.Now()).AddMonths(6)})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	h.person("siro", access.Approver, at(host))
	h.person("secretary of a user", access.BoardSecretary, at(user))
	h.person("official of a user", access.Official, at(user))
	h.person("far", access.BoardSecretary, at(far))
	h.person("member", access.BoardMember, at(host))
	supplier, system, review := h.supplierWithReview("Adroddiad", host, "lead")
	h.must(200, "official", "PATCH", "/systems/"+system, map[string]any{"used_by": []any{user}, "data_categories": []any{"radiation_dose"}, "people_count": 4700}, "If-Match", "*")
	h.must(201, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "Contract Adrodd", "system_ids": []any{system}, "breach_notice_hours": 36})
	one := "/systems/" + system + "/report"
	page := func(who, tag string) string {
		t.Helper()
		return string(h.must(200, who, "GET", one+".html?lang="+tag, nil).raw)
	}
	says := func(text string, all ...string) {
		t.Helper()
		for _, words := range all {
			if !strings.Contains(text, words) {
				t.Errorf("the report does not say %q", words)
			}
		}
	}
	says(page("official", "en"), "Cardiff and Vale University Health Board", "Betsi Cadwaladr University Health Board", "Radiation dose", "4,700", "Adroddiad", "Contract Adrodd", ">36<",
		"Never reviewed", "What would lower it", "A review that gives substantial assurance", "Open findings: 0")
	says(page("secretary of a user", "cy"), "Adroddiad ar system", "Bwrdd Iechyd Prifysgol Caerdydd a&#39;r Fro", "Beth fyddai", "Canfyddiadau agored: 0")

	// What is judged and not signed off is nobody's to report.
	h.must(200, "official", "PATCH", "/reviews/"+review, map[string]any{"reviewer_ids": []any{reviewer}}, "If-Match", "*")
	h.answerAll("lead", review)
	h.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("reviewer", review)
	digest := h.must(200, "reviewer", "POST", "/reviews/"+review+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "agreed"}).body["assessment_digest"]
	finding := h.must(200, "reviewer", "GET", "/findings?review_id="+review, nil).body["items"].([]any)[0].(map[string]any)["reference"].(string)
	if strings.Contains(page("siro", "en"), finding) {
		t.Error("a finding is reported before anybody signed")
	}
	h.must(200, "siro", "POST", "/reviews/"+review+"/sign-off", map[string]any{"decision": "rely_with_conditions", "assessment_digest": digest, "conditions": []any{map[string]any{"en": "Test the back-ups", "cy": "Profi'r copïau"}}})
	says(page("reviewer", "en"), finding, "Open findings: 1", "Test the back-ups", "Rely, with conditions", "Current", "Actions not verified: 1")
	says(page("siro", "cy"), finding, "Profi&#39;r copïau")

	for _, tag := range []string{"en", "cy"} {
		path := filepath.Join(t.TempDir(), "system.pdf")
		if err := os.WriteFile(path, h.must(200, "auditor", "GET", one+".pdf?lang="+tag, nil).raw, 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := exec.Command("pdfinfo", path).Output()
		if err != nil || !bytes.Contains(info, []byte("Tagged:          yes")) {
			t.Errorf("%s is no tagged PDF: %v\n%s", tag, err, info)
		}
	}

	// Who may not report on it has no report; to whom it is absent, so is this.
	h.must(403, "official of a user", "GET", one+".pdf", nil)
	h.must(403, "lead", "GET", one+".pdf", nil)
	absent := h.must(404, "far", "GET", "/systems/"+uuid.NewString()+"/report.html", nil)
	if hidden := h.must(404, "far", "GET", one+".html", nil); !bytes.Equal(hidden.raw, absent.raw) {
		t.Error("another's system differs from one that is not there")
	}
	h.must(404, "member", "GET", one+".pdf", nil)
	h.must(401, "", "GET", one+".pdf", nil)
	if n := h.must(200, "auditor", "GET", "/audit/events?action=system.report-read&about_id="+system, nil).body["total"].(float64); n != 7 {
		t.Errorf("%v readings are recorded", n)
	}

	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/systems/" + system)
	desk.must(200, `href="/systems/`+system+`/report"`)
	desk.get("/systems/" + system + "/report")
	desk.must(200, "Report on a system", finding, `href="/systems/`+system+`/report.pdf?lang=cy"`)
}
