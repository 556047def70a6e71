package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/keyring"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/seed"
	"sicrwydd/tests/parts"
)

// house is one database behind one or two running nodes.
type house struct {
	t      testing.TB
	first  *program
	nodes  []string // addresses; requests alternate
	asked  int
	tokens map[string]string
}

// start runs nodes over one database, with the facts loaded. Settings beyond
// the address and the database are given as pairs of name and value.
func start(t testing.TB, databaseURL string, nodes int, more ...string) *house {
	t.Helper()
	folder := t.TempDir()
	if databaseURL == "" {
		if err := os.CopyFS(folder, furnished(t)); err != nil {
			t.Fatal(err)
		}
	}
	h := &house{t: t, tokens: map[string]string{}}
	for n := range nodes {
		address := parts.FreeAddress(t)
		settings := map[string]string{"SICRWYDD_ADDR": address, "SICRWYDD_DATA": folder, "DATABASE_URL": databaseURL,
			"SICRWYDD_SECRET_KEY": key(), "SICRWYDD_EVIDENCE_URL": "", "SICRWYDD_PUBLIC_URL": "", "SICRWYDD_SMTP_URL": ""}
		for i := 0; i < len(more); i += 2 {
			settings[more[i]] = more[i+1]
		}
		for name, value := range settings {
			t.Setenv(name, value)
		}
		p, err := open(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			h.first = p
			if err := seed.Facts(t.Context(), p.db); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- p.serve(ctx) }()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Errorf("the server ended with %v", err)
			}
			p.close()
		})
		h.nodes = append(h.nodes, "http://"+address)
		waitFor(t, "http://"+address+"/readyz")
	}
	return h
}

// key is the secret of every house of this run.
var key = sync.OnceValue(keyring.Generate)

var furnish struct {
	once  sync.Once
	files fstest.MapFS
}

// furnished is the data folder of a house with the facts loaded, made once and
// copied for each: loading them takes longer than most tests.
func furnished(t testing.TB) fs.FS {
	t.Helper()
	furnish.once.Do(func() {
		folder := t.TempDir()
		for name, value := range map[string]string{"SICRWYDD_DATA": folder, "DATABASE_URL": "", "SICRWYDD_SECRET_KEY": key(), "SICRWYDD_EVIDENCE_URL": "",
			"SICRWYDD_PUBLIC_URL": "", "SICRWYDD_SMTP_URL": ""} {
			t.Setenv(name, value)
		}
		p, err := open(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		if err := seed.Facts(t.Context(), p.db); err != nil {
			t.Fatal(err)
		}
		p.close()
		files := fstest.MapFS{}
		err = fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(filepath.Join(folder, path))
			files[path] = &fstest.MapFile{Data: content, Mode: 0o600}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		furnish.files = files
	})
	if furnish.files == nil {
		t.Fatal("the house of all tests was not furnished")
	}
	return furnish.files
}

func waitFor(t testing.TB, address string) {
	t.Helper()
	for range 100 {
		answer, err := http.Get(address) //nolint:noctx // a test's own server
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not answer", address)
}

// person adds a user and gives them a token under a name.
func (h *house) person(name string, role access.Role, place identity.Place) uuid.UUID {
	h.t.Helper()
	return h.member(name, identity.NewUser{Roles: []access.Role{role}, Place: place})
}

func (h *house) member(name string, n identity.NewUser) uuid.UUID {
	h.t.Helper()
	email := strings.ReplaceAll(name, " ", ".") + "@example.org"
	n.Email, n.Name, n.JobTitle, n.Language = email, name, "Tester", "en"
	user, _, err := h.first.services.Identity.AddUser(h.t.Context(), operator, n)
	if err != nil {
		h.t.Fatal(err)
	}
	token, err := h.first.services.Identity.MakeToken(h.t.Context(), operator, email, "test", func(*identity.Membership) bool { return true }, nil, time.Hour)
	if err != nil {
		h.t.Fatal(err)
	}
	h.tokens[name] = token
	return user.ID
}

type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

// ask sends a request as somebody, to the nodes in turn.
func (h *house) ask(who, method, path string, body any, headers ...string) answer {
	h.t.Helper()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		content = bytes.NewReader(b)
	}
	return h.send(who, method, path, "application/json", content, headers...)
}

func (h *house) send(who, method, path, mediaType string, content io.Reader, headers ...string) answer {
	h.t.Helper()
	node := h.nodes[h.asked%len(h.nodes)]
	h.asked++
	r, err := http.NewRequestWithContext(h.t.Context(), method, node+"/api/v1"+path, content)
	if err != nil {
		h.t.Fatal(err)
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+h.tokens[who])
	}
	r.Header.Set("Content-Type", mediaType)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	a := answer{status: got.StatusCode, header: got.Header}
	if a.raw, err = io.ReadAll(got.Body); err != nil {
		h.t.Fatal(err)
	}
	_ = json.Unmarshal(a.raw, &a.body)
	return a
}

// must is ask that expects a status.
func (h *house) must(status int, who, method, path string, body any, headers ...string) answer {
	h.t.Helper()
	a := h.ask(who, method, path, body, headers...)
	if a.status != status {
		h.t.Fatalf("%s %s as %q: got %d, want %d: %s", method, path, who, a.status, status, a.raw)
	}
	return a
}

func (a answer) id() string { return fmt.Sprint(a.body["id"]) }

func (h *house) upload(who, path, name, content string) answer {
	h.t.Helper()
	body, mediaType := form(h.t, name, content)
	return h.send(who, http.MethodPost, path, mediaType, body)
}

// form is a form with one file.
func form(t testing.TB, name, content string) (body io.Reader, mediaType string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	_ = form.Close()
	return &b, form.FormDataContentType()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed by the server
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (h *house) organisation(ods string) uuid.UUID {
	h.t.Helper()
	id, err := store.Read(h.t.Context(), h.first.db, operator, func(tx *store.Tx) (uuid.UUID, error) {
		o, err := store.FindBy[directory.Organisation](tx, "ods_code = ?", ods)
		if err != nil {
			return uuid.Nil, err
		}
		return o.ID, nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// answerAll answers every shown question with its first option, and adds
// evidence where it is asked, until nothing more is missing.
func (h *house) answerAll(who, review string) {
	h.t.Helper()
	for range 8 {
		open := 0
		for _, q := range h.questions(who, review) {
			if q["shown"] != true || q["complete"] == true {
				continue
			}
			open++
			path := "/reviews/" + review + "/answers/" + q["key"].(string)
			if q["system_id"] != nil {
				path += "?system_id=" + q["system_id"].(string)
			}
			if q["type"] != "file" {
				q = h.must(200, who, http.MethodPut, path, map[string]any{"value": valueFor(q)}).body
			}
			if q["evidence_required"] == true {
				evidence := strings.Replace(path, "?", "/evidence?", 1)
				if !strings.Contains(evidence, "?") {
					evidence += "/evidence"
				}
				if a := h.upload(who, evidence, "evidence.txt", "what shows it"); a.status != 201 {
					h.t.Fatalf("evidence for %s: %d %s", path, a.status, a.raw)
				}
			}
		}
		if open == 0 {
			return
		}
	}
	h.t.Fatal("questions stay open")
}

func valueFor(q map[string]any) any {
	switch q["type"] {
	case "yes_no", "single_choice":
		return q["options"].([]any)[0].(map[string]any)["value"]
	case "multiple_choice":
		return []any{q["options"].([]any)[0].(map[string]any)["value"]}
	case "number":
		return 24
	case "date":
		return "2026-01-15"
	}
	return "As our policy says."
}

func (h *house) questions(who, review string) []map[string]any {
	h.t.Helper()
	var list []map[string]any
	for _, item := range h.must(200, who, http.MethodGet, "/reviews/"+review+"/questions", nil).body["items"].([]any) {
		list = append(list, item.(map[string]any))
	}
	return list
}

// judgeAll judges every shown question met, but one not met.
func (h *house) judgeAll(who, review string) {
	h.t.Helper()
	first := true
	for _, q := range h.questions(who, review) {
		if q["shown"] != true || q["judgement"] != nil {
			continue
		}
		path := "/reviews/" + review + "/judgements/" + q["key"].(string)
		if q["system_id"] != nil {
			path += "?system_id=" + q["system_id"].(string)
		}
		outcome := "met"
		if first && q["essential"] != true {
			outcome, first = "not_met", false
		}
		h.must(200, who, http.MethodPut, path, map[string]any{"outcome": outcome, "basis": "tested", "note": "seen"})
	}
}

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
	signed := h.must(200, "siro", "POST", review+"/sign-off", map[string]any{"decision": "rely_with_conditions", "assessment_digest": digest,
		"conditions": []any{map[string]any{"en": "Test it again in June."}}})
	if signed.body["state"] != "signed_off" {
		t.Fatalf("after the only host signed: %s", signed.raw)
	}
	if v := h.must(200, "official", "GET", "/systems/"+system.id(), nil); v.body["standing"] != "current" || v.body["rating"] != signed.body["rating"] {
		t.Errorf("the system stands as %v, %v", v.body["standing"], v.body["rating"])
	}
	actions := h.must(200, "lead", "GET", "/actions", nil).body["items"].([]any)
	if len(actions) != 1 {
		t.Errorf("the condition became %d actions, want 1", len(actions))
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
