package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

const passphrase = "tri chynnig i Gymro"

// reader is somebody at a browser, of which the page last shown is kept.
type reader struct {
	t      *testing.T
	node   string
	client *http.Client
	status int
	at     string // the address, or where a redirect leads
	page   string
	token  string // of the last form shown
}

func (h *house) reader(t *testing.T) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, node: h.nodes[0], client: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var tokenField = regexp.MustCompile(`name="_csrf" value="([^"]*)"`)

func (r *reader) get(path string) { r.t.Helper(); r.do(http.MethodGet, path, "", nil) }

// post sends a form as a page of the service does.
func (r *reader) post(path string, fields url.Values, headers ...string) {
	r.t.Helper()
	headers = append([]string{"Origin", r.node, "Sec-Fetch-Site", "same-origin"}, headers...)
	r.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()), headers...)
}

func (r *reader) do(method, path, mediaType string, body io.Reader, headers ...string) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.node+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if mediaType != "" {
		q.Header.Set("Content-Type", mediaType)
	}
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	got, err := r.client.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	content, err := io.ReadAll(got.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if form := tokenField.FindStringSubmatch(string(content)); form != nil {
		r.token = form[1]
	}
	r.status, r.page, r.at = got.StatusCode, string(content), path
	if to := got.Header.Get("Location"); to != "" {
		r.at = to
	}
}

func (r *reader) must(status int, holds ...string) {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: got %d, want %d: %.600s", r.at, r.status, status, r.page)
	}
	for _, text := range holds {
		if !strings.Contains(r.page, text) {
			r.t.Fatalf("%s: without %q", r.at, text)
		}
	}
}

func (r *reader) signIn(email string) {
	r.t.Helper()
	r.get("/sign-in")
	r.post("/sign-in", url.Values{"_csrf": {r.token}, "email": {email}, "password": {passphrase}})
	r.must(http.StatusSeeOther)
}

// answering is a lead with an issued review, at a browser.
func answering(t *testing.T, h *house) (r *reader, review, question string) {
	t.Helper()
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, _, review := h.supplierWithReview("Teipio", host, "lead")
	place := uuid.MustParse(supplier)
	for _, name := range []string{"second", "other"} {
		h.member(name, identity.NewUser{Roles: []access.Role{access.SupplierLead}, Place: identity.Place{SupplierID: &place}, Password: passphrase})
	}
	r = h.reader(t)
	r.signIn("second@example.org")
	return r, review, "/reviews/" + review + "/questions/governance.board-owner"
}

func TestAnAnswerChangedMeanwhileIsNotOverwrittenUnseen(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { changedMeanwhile(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { changedMeanwhile(t, start(t, storetest.PostgresURL(t), 1)) })
}

func changedMeanwhile(t *testing.T, h *house) {
	r, review, question := answering(t, h)
	r.get(question)
	r.must(200, `name="version" value="0"`)
	form := func(value, version string) url.Values {
		return url.Values{"_csrf": {r.token}, "slot": {"governance.board-owner"}, "version": {version}, "value": {value}, "comment": {"Typed " + value}}
	}
	first, late := form("yes", "0"), form("no", "0")
	r.post(question, first)
	r.must(303)
	r.post(question, first) // the same again changes nothing and is no fault
	r.must(303)

	r.post(question, late)
	r.must(412, "This answer was changed since you opened the page", "Typed yes", "Typed no", `name="over" value="1"`, "Error:")
	if says := h.questions("second", review)[0]["answer"].(map[string]any)["value"]; says != "yes" {
		t.Errorf("the answer says %v", says)
	}
	r.post(question, late, "HX-Request", "true")
	r.must(412, "This answer was changed since you opened the page", `form="answer-form"`)
	r.post(question+"/evidence", late)
	r.must(412, "Typed no")

	late.Set("over", "1")
	r.post(question, late)
	r.must(303)
	if r.at != question {
		t.Errorf("after writing over: %s", r.at)
	}
	if a := h.questions("second", review)[0]["answer"].(map[string]any); a["value"] != "no" || a["version"] != 2.0 {
		t.Errorf("the answer: %v", a)
	}
	r.post(question, form("yes", "2"), "HX-Request", "true")
	r.must(200, `id="version" name="version" value="3"`)
}
