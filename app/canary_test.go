package main

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

// canary is a word that stands in every text of one tenant's things and nowhere
// else.
const canary = "Caneri7x"

// sought is a part of it, which a page that repeats what was sought does not
// turn into the word.
const sought = "caneri7"

// A supplier, and the organisation that hosts its system, have a word of their
// own in everything they wrote or were called. Everybody else follows every
// link from their first page, opens every list as page, CSV and XLSX, searches
// for the word, and asks the API for every list and for the things by their
// ids: the word never comes back.
func TestNoWordOfOneTenantReachesAnother(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { wordsStay(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { wordsStay(t, start(t, storetest.PostgresURL(t), 1)) })
}

func wordsStay(t *testing.T, h *house) {
	host, elsewhere := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.person("far siro", access.Approver, identity.Place{OrganisationID: &elsewhere})
	reviewer := h.person("assigned", access.Reviewer, identity.Place{})
	things := h.sing(host, reviewer)

	mine, system, _ := h.supplierWithReview("Quiet", elsewhere, "quietlead")
	own := uuid.MustParse(mine)
	strangers := []identity.NewUser{
		{Name: "lead of another", Roles: []access.Role{access.SupplierLead}, Place: identity.Place{SupplierID: &own}},
		{Name: "respondent of another", Roles: []access.Role{access.Respondent}, Place: identity.Place{SupplierID: &own}},
	}
	for _, role := range []access.Role{access.Official, access.Reviewer, access.Approver, access.BoardSecretary, access.BoardMember, access.Auditor} {
		n := identity.NewUser{Name: string(role) + " elsewhere", Roles: []access.Role{role}, Place: identity.Place{OrganisationID: &elsewhere}}
		if role == access.Auditor {
			n.UntilOn = "2099-12-31"
		}
		strangers = append(strangers, n)
	}
	pages, calls := 0, 0
	for _, n := range strangers {
		n.Password = passphrase
		h.member(n.Name, n)
		email := strings.ReplaceAll(n.Name, " ", ".") + "@example.org"
		h.first.services.Identity.Demonstrating(email) // the second factor is not what is tried
		r := h.reader(t)
		r.get("/sign-in")
		fields := r.hidden("/sign-in")
		fields.Set("email", email)
		fields.Set("password", passphrase)
		r.post("/sign-in", fields)
		r.must(303)
		pages += r.crawl(n.Name)
		calls += h.callAbout(t, n.Name, append(slices.Clone(things), system))
	}
	t.Logf("%d pages and files, %d answers of the API, read by %d strangers", pages, calls, len(strangers))
	if pages < 200 || calls < 300 {
		t.Error("too little was read to mean anything")
	}
	r := h.reader(t)
	h.member("knows", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	h.first.services.Identity.Demonstrating("knows@example.org")
	r.get("/sign-in")
	fields := r.hidden("/sign-in")
	fields.Set("email", "knows@example.org")
	fields.Set("password", passphrase)
	r.post("/sign-in", fields)
	r.get("/suppliers?q=" + sought)
	r.must(200, canary) // the word is there for who may see it
}

// sing makes a supplier, its system and a review with the word in every text,
// and gives the ids of all that came of it.
func (h *house) sing(host, reviewer uuid.UUID) []string {
	h.t.Helper()
	supplier := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": canary + " Cyf", "trading_name": canary,
		"contacts": []any{map[string]any{"kind": "security", "name": canary, "email": "a@" + strings.ToLower(canary) + ".example"}}}).id()
	system := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": canary + " system", "cy": canary}, "purpose": map[string]any{"en": canary},
		"host_organisation_id": host, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id()
	contract := h.must(201, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": canary, "system_ids": []any{system}, "starts_on": "2020-01-01"}).id()
	review := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system}, "questionnaire_code": "short",
		"due_on": "2099-01-31", "reviewer_ids": []any{reviewer}}).id()
	own := uuid.MustParse(supplier)
	h.person("singer", access.SupplierLead, identity.Place{SupplierID: &own})
	h.must(200, "official", "POST", "/reviews/"+review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "singer", "email": "singer@example.org", "lead": true, "lead_confirmed": true}}})
	h.upload("singer", "/reviews/"+review+"/answers/governance.board-owner/evidence", canary+".txt", canary)
	h.answerAll("singer", review)
	first := h.questions("singer", review)[0]
	h.must(200, "singer", "PUT", "/reviews/"+review+"/answers/"+first["key"].(string), map[string]any{"value": valueFor(first), "comment": canary})
	h.must(201, "singer", "POST", "/reviews/"+review+"/messages", map[string]any{"text": canary})
	h.must(200, "singer", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": canary, "job_title": canary})
	h.judgeAll("assigned", review)
	h.must(200, "assigned", "POST", "/reviews/"+review+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": canary})
	finding := h.must(201, "official", "POST", "/findings", map[string]any{"review_id": review, "severity": "low", "title": map[string]any{"en": canary}, "detail": map[string]any{"en": canary}}).id()
	action := h.must(201, "official", "POST", "/actions", map[string]any{"finding_id": finding, "text": map[string]any{"en": canary}, "due_on": "2099-01-31"}).id()
	return []string{supplier, system, contract, review, finding, action}
}

var linkOf = regexp.MustCompile(`href="(/[^"#]*)"`)

// crawl follows every link of ours from the first page, opens every list in
// each of its forms, and searches; it gives how many answers were read.
func (r *reader) crawl(who string) int {
	r.t.Helper()
	queue := []string{"/", "/search?q=" + sought, "/calendar", "/concentration", "/dashboard", "/risk", "/reports", "/reports/draft", "/audit", "/evidence", "/programmes", "/inventory-returns"}
	for _, list := range []string{"suppliers", "systems", "contracts", "reviews", "findings", "actions", "risk"} {
		queue = append(queue, "/"+list, "/"+list+".csv", "/"+list+".xlsx", "/"+list+"?q="+sought)
	}
	seen, read := map[string]bool{}, 0
	for len(queue) > 0 && read < 250 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] || strings.HasPrefix(path, "/assets/") || strings.HasPrefix(path, "/sign-out") || strings.Contains(path, "lang=") {
			continue
		}
		seen[path] = true
		r.get(path)
		read++
		if r.status >= 500 {
			r.t.Errorf("%s as %s: %d", path, who, r.status)
		}
		if strings.Contains(plain(r.page), canary) {
			r.t.Errorf("%s reads the word at %s (%d)", who, path, r.status)
		}
		for _, link := range linkOf.FindAllStringSubmatch(r.page, -1) {
			queue = append(queue, strings.ReplaceAll(link[1], "&amp;", "&"))
		}
	}
	return read
}

// plain unpacks a workbook, so that its words can be read.
func plain(content string) string {
	archive, err := zip.NewReader(bytes.NewReader([]byte(content)), int64(len(content)))
	if err != nil {
		return content
	}
	var all strings.Builder
	for _, file := range archive.File {
		part, err := file.Open()
		if err != nil {
			continue
		}
		_, _ = io.Copy(&all, io.LimitReader(part, 8<<20))
		_ = part.Close()
	}
	return all.String()
}

// callAbout asks the API for every list and for each of the things at each
// route on one thing, and gives how many answers were read.
func (h *house) callAbout(t *testing.T, who string, ids []string) int {
	t.Helper()
	read := 0
	for _, r := range apiRoutes(nil) {
		if r.method != "GET" || strings.Count(r.path, "{") > 1 {
			continue
		}
		asked := []string{r.path}
		if strings.Contains(r.path, "{") {
			asked = nil
			for _, id := range ids {
				asked = append(asked, strings.NewReplacer("{id}", id, "{key}", id, "{number}", "1").Replace(r.path))
			}
		}
		for _, path := range asked {
			got := h.ask(who, r.method, path, nil)
			read++
			if bytes.Contains(got.raw, []byte(canary)) {
				t.Errorf("%s reads the word at %s (%d): %.300s", who, path, got.status, got.raw)
			}
		}
	}
	return read
}
