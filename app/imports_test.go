package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store/storetest"
	"sicrwydd/templates"
)

// What the pages call a value may stand in a list that is imported, in either
// language.
func TestImportsKnowTheWordsOfThePages(t *testing.T) {
	kinds := map[inventory.ImportField]string{inventory.FieldPart: "part", inventory.FieldHosting: "hosting.kind", inventory.FieldExposure: "exposure",
		inventory.FieldStatus: "system.status", inventory.FieldCriticality: "criticality", inventory.FieldData: "data_category"}
	values := map[inventory.ImportField][]string{inventory.FieldCriticality: {"1", "2", "3", "4"}}
	for _, v := range inventory.Parts {
		values[inventory.FieldPart] = append(values[inventory.FieldPart], string(v))
	}
	for _, v := range inventory.HostingKinds {
		values[inventory.FieldHosting] = append(values[inventory.FieldHosting], string(v))
	}
	for _, v := range inventory.Exposures {
		values[inventory.FieldExposure] = append(values[inventory.FieldExposure], string(v))
	}
	for _, v := range inventory.SystemStatuses {
		values[inventory.FieldStatus] = append(values[inventory.FieldStatus], string(v))
	}
	for _, v := range inventory.DataCategories {
		values[inventory.FieldData] = append(values[inventory.FieldData], string(v))
	}
	for field, kind := range kinds {
		for _, value := range values[field] {
			for _, tag := range lang.All {
				words, err := templates.ValueText(tag, kind, value)
				if err != nil || !field.AcceptsWord(words) || !field.AcceptsWord(value) {
					t.Errorf("%s: %q is not understood, %v", field, words, err)
				}
			}
		}
	}
}

func TestAListIsImportedAtABrowserAndByTheAPI(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { listImported(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { listImported(t, start(t, storetest.PostgresURL(t), 1)) })
}

// sendList sends a list as the form of the page does.
func (r *reader) sendList(name, content string) {
	r.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("_csrf", r.token)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = form.Close()
	r.do(http.MethodPost, "/imports", form.FormDataContentType(), &b, "Origin", r.node, "Sec-Fetch-Site", "same-origin")
}

func (h *house) importUntil(who, id, state string) map[string]any {
	h.t.Helper()
	var got map[string]any
	for range 200 {
		if got = h.must(200, who, "GET", "/imports/"+id, nil).body; got["state"] == state {
			return got
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.t.Fatalf("the import is %v, not %s", got["state"], state)
	return nil
}

func listImported(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("reviewer", access.Reviewer, identity.Place{})
	h.person("theirs", access.Official, identity.Place{OrganisationID: &host})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/imports")
	desk.must(200, "/imports/template.xlsx")
	desk.sendList("empty.csv", "")
	desk.must(422, "The file is empty")
	desk.get("/imports/template.csv?lang=cy")
	desk.must(200, "Sefydliad sy'n lletya")
	desk.get("/imports?lang=en")

	list := "Enw (Saesneg);Sefydliad sy'n lletya;Cyflenwyr;Rhan y cyflenwyr;Lliw\n" +
		"Cofnod;7A4;'=Cwmni;lletya;coch\nGwall;Neb;;;\n"
	desk.sendList("rhestr.csv", list)
	desk.must(http.StatusSeeOther)
	at := desk.at
	desk.get(at)
	desk.must(200, "No organisation goes by this name", "=Cwmni", "Lliw")
	id := strings.TrimPrefix(at, "/imports/")
	wrong := url.Values{"_csrf": {desk.token}, "duplicates": {"leave"}}
	for n := range 5 {
		wrong.Set(fmt.Sprint("mapping/", n), "name_en")
	}
	desk.post(at+"/mapping", wrong)
	desk.must(422, "Another column has this meaning already")
	desk.post(at+"/apply", url.Values{"_csrf": {desk.token}})
	desk.must(http.StatusSeeOther)
	h.importUntil("official", id, "applied")
	desk.get("/systems?q=cofnod")
	_, system, _ := strings.Cut(desk.page, `href="/systems/`)
	for strings.HasPrefix(system, "new") || strings.HasPrefix(system, "?") {
		_, system, _ = strings.Cut(system, `href="/systems/`)
	}
	system, _, _ = strings.Cut(system, `"`)
	desk.get("/systems/" + system)
	desk.must(200, "From the import", "coch", "=Cwmni")

	// The API: tried first, then applied; an organisation sees its own.
	body, kind := form(t, "list.csv", "Name,Host\nArall,7A4\n")
	tried := h.send("theirs", "POST", "/imports", kind, body)
	if tried.status != 201 || tried.body["state"] != "read" || tried.body["counts"].(map[string]any)["added"] != 1.0 {
		t.Fatalf("got %d %s", tried.status, tried.raw)
	}
	h.must(404, "theirs", "GET", "/imports/"+id, nil)
	h.must(200, "official", "GET", "/imports/"+tried.id(), nil)
	h.must(403, "reviewer", "POST", "/imports", map[string]any{})
	h.must(200, "theirs", "POST", "/imports/"+tried.id()+"/apply", map[string]any{"columns": []string{"name_en", "host"}, "duplicates": "update"})
	h.importUntil("theirs", tried.id(), "applied")
	h.must(409, "theirs", "POST", "/imports/"+tried.id()+"/cancel", nil)
	h.must(200, "theirs", "POST", "/imports/"+tried.id()+"/undo", nil)
	if got := h.importUntil("theirs", tried.id(), "undone"); got["counts"].(map[string]any)["undone"] != 1.0 {
		t.Errorf("undone: %v", got)
	}

	h.must(200, "official", "PATCH", "/systems/"+system, map[string]any{"information_asset_owner": "Somebody"}, "If-Match", "*")
	desk.get(at)
	desk.post(at+"/undo", url.Values{"_csrf": {desk.token}})
	desk.must(409, "it was changed since", "SYS-")
}

func TestOrganisationsSayWhatIsCompleteAndConfirmTheirUse(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { returnsAndUses(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { returnsAndUses(t, start(t, storetest.PostgresURL(t), 1)) })
}

func returnsAndUses(t *testing.T, h *house) {
	one, two := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("theirs", access.Official, identity.Place{OrganisationID: &two})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Place: identity.Place{OrganisationID: &one}, Password: passphrase})
	system := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Shared system"}, "host_organisation_id": two,
		"used_by": []any{one}}).id()
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	at := "/organisations/" + one.String()
	desk.get(at)
	desk.must(200, "Nobody has said yet", "Shared system", "Not confirmed")
	desk.post(at+"/returns", url.Values{"_csrf": {desk.token}, "as_of[day]": {"1"}, "as_of[month]": {"3"}, "as_of[year]": {"2026"}})
	desk.must(422, "Choose complete or nil", `value="2026"`)
	desk.post(at+"/returns", url.Values{"_csrf": {desk.token}, "says": {"nil"}, "as_of[day]": {"1"}, "as_of[month]": {"3"}, "as_of[year]": {"2026"}})
	desk.must(http.StatusSeeOther)
	desk.get("/inventory-returns?since%5Bday%5D=1&since%5Bmonth%5D=3&since%5Byear%5D=2026")
	desk.must(200, "Returned: 1", "Nil: it hosts no system")
	desk.get("/inventory-returns?since%5Bday%5D=31&since%5Bmonth%5D=2&since%5Byear%5D=2026")
	desk.must(422)
	h.must(403, "theirs", "POST", at+"/inventory-returns", map[string]any{"as_of": "2026-03-01", "nil_return": true})
	h.must(422, "theirs", "POST", "/organisations/"+two.String()+"/inventory-returns", map[string]any{"as_of": "2026-03-01", "nil_return": true})
	h.must(201, "theirs", "POST", "/organisations/"+two.String()+"/inventory-returns", map[string]any{"as_of": "2026-03-01"})
	given := 0
	for _, line := range h.must(200, "theirs", "GET", "/inventory-returns?since=2026-03-01", nil).body["items"].([]any) {
		if line.(map[string]any)["given"] == true {
			given++
		}
	}
	if given != 2 {
		t.Errorf("%d have returned", given)
	}

	use := h.must(200, "official", "GET", "/systems/"+system+"/uses", nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	at = "/systems/" + system + "/uses/" + use
	desk.get(at)
	desk.must(200, "Shared system")
	desk.post(at, url.Values{"_csrf": {desk.token}, "role": {"controller"}, "people_count": {"many"}, "local_owner": {"Perchennog"}})
	desk.must(422, "Perchennog")
	desk.post(at, url.Values{"_csrf": {desk.token}, "role": {"controller"}, "people_count": {"120"}, "local_owner": {"Perchennog"}, "version": {"1"}})
	desk.must(http.StatusSeeOther)
	desk.post(at, url.Values{"_csrf": {desk.token}, "role": {"user"}, "version": {"1"}})
	desk.must(412)
	h.must(403, "theirs", "POST", at+"/confirm", map[string]any{"role": "user"})
	got := h.must(200, "official", "POST", at+"/confirm", map[string]any{"role": "user", "people_count": 7}).body
	if got["people_count"] != 7.0 || got["confirmed_by"] != "official" {
		t.Errorf("got %v", got)
	}
}
