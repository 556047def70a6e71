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
	"github.com/xuri/excelize/v2"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestAPackGoesFromADraftToItsReaders(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { packs(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { packs(t, start(t, storetest.PostgresURL(t), 2)) })
}

func packs(t *testing.T, h *house) {
	host, far := h.organisation("7A4"), h.organisation("7A1")
	at := func(o uuid.UUID) identity.Place { return identity.Place{OrganisationID: &o} }
	h.person("official", access.Official, identity.Place{})
	h.person("secretary", access.BoardSecretary, at(host))
	h.person("member", access.BoardMember, at(host))
	h.person("far", access.BoardSecretary, at(far))
	h.person("siro", access.Approver, at(host))
	h.supplierWithReview("Pecyn", host, "lead")

	for _, tag := range []string{"en", "cy"} {
		if draft := h.must(200, "secretary", "GET", "/reports/board.pdf?lang="+tag, nil).raw; !strings.HasPrefix(string(draft), "%PDF-") {
			t.Error("a draft is no PDF")
		}
	}
	page := string(h.must(200, "official", "GET", "/reports/board.html?lang=en&organisation="+host.String(), nil).raw)
	if !strings.Contains(page, "What is asked of you") {
		t.Error("the page lacks what is asked")
	}
	h.must(404, "far", "GET", "/reports/board.pdf?organisation="+host.String(), nil)
	h.must(403, "member", "GET", "/reports/board.pdf", nil)
	h.must(403, "member", "POST", "/reports", map[string]any{"meeting_on": "2030-01-01"})

	ask := map[string]any{"meeting_on": calendar.On(time.Now()).AddDays(9)}
	id := h.must(201, "secretary", "POST", "/reports", ask).body["id"].(string)
	one := "/reports/" + id
	for range 100 {
		if h.must(200, "secretary", "GET", one, nil).body["state"] == "made" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, who := range []string{"member", "far"} {
		h.must(404, who, "GET", one, nil)
		h.must(404, who, "GET", one+"/report.pdf", nil)
		h.must(404, who, "POST", one+"/publish", map[string]any{})
	}
	h.must(422, "secretary", "POST", one+"/publish", map[string]any{"note": map[string]any{"en": "One language"}})
	published := h.must(200, "secretary", "POST", one+"/publish", map[string]any{"note": map[string]any{"en": "A note", "cy": "Nodyn"}}).body
	if published["state"] != "published" || published["code"] == nil {
		t.Fatalf("published: %v", published)
	}
	h.must(409, "secretary", "POST", one+"/publish", map[string]any{})
	h.must(404, "far", "GET", one, nil)
	if n := h.must(200, "member", "GET", "/reports", nil).body["total"]; n != 1.0 {
		t.Errorf("a member lists %v packs", n)
	}
	file := h.must(200, "member", "GET", one+"/report.pdf?lang=cy", nil).raw
	if again := h.must(200, "secretary", "GET", one+"/report.pdf?lang=cy", nil).raw; string(again) != string(file) {
		t.Error("two readers have two files")
	}
	h.bookOf(t, one)
	path := filepath.Join(t.TempDir(), "pecyn.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if words, err := exec.Command("pdftotext", path, "-").Output(); err != nil || !strings.Contains(string(words), published["code"].(string)) {
		t.Errorf("the file carries no code, or cannot be read: %v", err)
	}
	for what, genuine := range map[string]bool{path: true, published["code"].(string): true, "2222-2222-2222": false} {
		if err := (reportVerifyCommand{File: what}).Run(t.Context()); (err == nil) != genuine {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// bookOf: the workbook of a published pack says what was published, whatever
// has changed since, in the reader's language; a public one names nobody.
func (h *house) bookOf(t *testing.T, one string) {
	t.Helper()
	words := func(raw []byte) string {
		book, err := excelize.OpenReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, name := range book.GetSheetList() {
			rows, err := book.GetRows(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				if line := strings.Join(row, "|"); !strings.Contains(line, "/verify?") { // each node of this house has an address of its own
					all = append(all, line)
				}
			}
		}
		return strings.Join(all, "\n")
	}
	before := words(h.must(200, "member", "GET", one+"/report.xlsx?lang=en", nil).raw)
	if !strings.Contains(before, "System of Pecyn") || !strings.Contains(before, "Live systems by tier") && !strings.Contains(before, "Tier 1") {
		t.Errorf("the workbook says %s", before)
	}
	system := h.must(200, "official", "GET", "/systems?q=pecyn", nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	h.must(200, "official", "PATCH", "/systems/"+system, map[string]any{"name": map[string]any{"en": "Renamed since"}, "criticality": 4}, "If-Match", "*")
	if after := words(h.must(200, "secretary", "GET", one+"/report.xlsx?lang=en", nil).raw); after != before {
		t.Errorf("what was published says something else now: %s", after)
	}
	if welsh := words(h.must(200, "member", "GET", one+"/report.xlsx?lang=cy", nil).raw); !strings.Contains(welsh, "Haen 1") {
		t.Errorf("in Welsh: %s", welsh)
	}
	h.must(404, "far", "GET", one+"/report.xlsx", nil)
	ask := map[string]any{"meeting_on": calendar.On(time.Now()).AddDays(19)}
	public := "/reports/" + h.must(201, "secretary", "POST", "/reports", ask).id()
	for range 100 {
		if h.must(200, "secretary", "GET", public, nil).body["state"] == "made" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	h.must(200, "secretary", "POST", public+"/publish", map[string]any{"access": "public"})
	if open := words(h.must(200, "member", "GET", public+"/report.xlsx", nil).raw); strings.Contains(open, "Renamed since") || strings.Contains(open, "Pecyn") || !strings.Contains(open, "Tier 1") {
		t.Errorf("the public workbook says %s", open)
	}
}
