package main

import (
	"os"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
)

// Lists, questionnaires and frameworks come in files whose name says what they
// are, and whose content is that.
func TestAFileThatIsImportedIsWhatItsNameSays(t *testing.T) {
	h := start(t, "", 1)
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	h.person("admin", access.Administrator, identity.Place{})
	file, err := os.ReadFile("../templates/questionnaires/short.yaml")
	if err != nil {
		t.Fatal(err)
	}
	workbook := "PK\x03\x04 and so on"
	for _, c := range []struct{ path, name, content, want string }{
		{"/questionnaires/import", "q.csv", string(file), "file.extension"},
		{"/questionnaires/import", "q", string(file), "file.extension"},
		{"/questionnaires/import", "q.json", string(file), "evidence.type-mismatch"},
		{"/questionnaires/import", "q.yaml", workbook, "evidence.type-mismatch"},
		{"/frameworks/import", "f.yaml.exe", "code: own", "file.extension"},
		{"/imports", "list.txt", "Name,Host\nArall,7A4\n", "file.extension"},
		{"/imports", "list.xlsx", "Name,Host\nArall,7A4\n", "evidence.type-mismatch"},
		{"/imports", "list.csv", workbook, "evidence.type-mismatch"},
		{"/imports", "list.xlsx", "\xd0\xcf\x11\xe0 has a password", "sheet.old-workbook"},
	} {
		who := "admin"
		if c.path == "/imports" {
			who = "desk"
		}
		if a := h.upload(who, c.path, c.name, c.content); a.status != 415 && c.want[:5] != "sheet" || !strings.Contains(string(a.raw), c.want) {
			t.Errorf("%s as %s: %d, want %s: %s", c.path, c.name, a.status, c.want, a.raw)
		}
	}
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	for lang, says := range map[string]string{"en": "must end in one of these: .csv, .xlsx", "cy": "ag un o&#39;r rhain: .csv, .xlsx"} {
		desk.get("/imports?lang=" + lang)
		desk.sendList("list.numbers", "Name,Host\n")
		desk.must(415, says)
	}
}
