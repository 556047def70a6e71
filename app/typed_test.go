package main

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/models/vault"
	"sicrwydd/templates"
)

const passphrase = "tri chynnig i Gymro"

// reader is somebody at a browser, of which the page last shown is kept.
type reader struct {
	t      *testing.T
	house  *house
	node   string
	client *http.Client
	status int
	at     string // the address, or where a redirect leads
	page   string
	token  string // of the last form shown
	// version is that of an answer saved by a script.
	version string
}

func (h *house) reader(t *testing.T) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, house: h, node: h.nodes[0], client: &http.Client{Jar: jar,
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
	r.version = got.Header.Get("Answer-Version")
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
	h.reader(t).signIn("other@example.org")
	r = h.reader(t)
	r.signIn("second@example.org")
	return r, review, "/reviews/" + review + "/questions/governance.board-owner"
}

// endSessions lets every session go idle for too long.
func (h *house) endSessions() {
	h.t.Helper()
	_, err := store.Change(h.t.Context(), h.first.db, operator, func(tx *store.Tx) (bool, error) {
		return true, store.Query[identity.Session](tx).Where("user_id IS NOT NULL").Update("last_seen_at", time.Now().Add(-2*time.Hour)).Error
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

var field = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// hidden gives the fields that the form to a path carries.
func (r *reader) hidden(action string) url.Values {
	r.t.Helper()
	_, form, found := strings.Cut(r.page, `action="`+html.EscapeString(action)+`"`)
	if !found {
		r.t.Fatalf("no form to %s on %s", action, r.at)
	}
	form, _, _ = strings.Cut(form, "</form>")
	values := url.Values{}
	for _, f := range field.FindAllStringSubmatch(form, -1) {
		values.Add(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	return values
}

// again signs in on the page that the reader is on.
func (r *reader) again(email string) {
	r.t.Helper()
	fields := r.hidden("/sign-in")
	fields.Set("email", email)
	fields.Set("password", passphrase)
	r.post("/sign-in", fields)
	if r.status == http.StatusSeeOther { // nothing was typed that the page would carry
		r.get(r.at)
	}
	r.prove(email)
}

// ageProofs lets every proof of a second factor lie too far back.
func (h *house) ageProofs() {
	h.t.Helper()
	_, err := store.Change(h.t.Context(), h.first.db, operator, func(tx *store.Tx) (bool, error) {
		return true, store.Query[identity.Session](tx).Where("user_id IS NOT NULL").Update("proved_at", time.Now().Add(-time.Hour)).Error
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func newOfficial() identity.NewUser {
	return identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase}
}

func TestAnEndedSessionLosesNothing(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { endedSession(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { endedSession(t, start(t, storetest.PostgresURL(t), 1)) })
}

func endedSession(t *testing.T, h *house) {
	r, review, question := answering(t, h)
	answered := func() any { return h.questions("second", review)[0]["answer"] }
	text := "What <b>we</b> typed & \"meant\""
	r.get(question)
	typed := url.Values{"_csrf": {r.token}, "slot": {"governance.board-owner"}, "version": {"0"}, "value": {"yes"}, "comment": {text}, "then": {"tasks"}}
	h.endSessions()
	send := func() { r.post(question, typed, "Referer", r.node+question) }

	// The page to sign in carries it, over a wrong password and into Welsh.
	send()
	r.must(401, "Your session has expired", "What you typed is not lost", `name="next" value="`+question+`"`)
	fields := r.hidden("/sign-in")
	fields.Set("email", "second@example.org")
	fields.Set("password", "wrong wrong wrong")
	r.post("/sign-in", fields)
	r.must(422, "What you typed is not lost")
	r.post("/typed?lang=cy", r.hidden("/typed"))
	r.must(401, "Mewngofnodwch, a gallwch ei anfon")
	r.post("/typed?lang=en", r.hidden("/typed"))

	// Its own person sends it, once asked.
	r.again("second@example.org")
	r.must(200, "You typed this before your session ended", html.EscapeString(text))
	if answered() != nil {
		t.Fatalf("it was sent by itself: %v", answered())
	}
	r.post("/typed?lang=cy", r.hidden("/typed"))
	r.must(200, "Anfon nawr", html.EscapeString(text))
	fields = r.hidden(question)
	if fields.Get("comment") != text || fields.Get("then") != "tasks" {
		t.Errorf("the form carries %v", fields)
	}
	r.post(question, fields)
	r.must(303)
	if a, ok := answered().(map[string]any); !ok || a["value"] != "yes" || a["comment"] != text {
		t.Errorf("the answer: %v", answered())
	}

	// So is a message, once; what is no form of the work, or has a secret in it, is not.
	messages := "/reviews/" + review + "/messages"
	r.get(messages)
	written := url.Values{"_csrf": {r.token}, "question_key": {""}, "text": {"Written too late"}}
	h.endSessions()
	r.post(messages, written, "Referer", r.node+messages)
	r.must(401, "What you typed is not lost")
	r.again("second@example.org")
	r.must(200, "Written too late")
	r.post(messages, r.hidden(messages))
	r.must(303)
	r.get(messages)
	if n := strings.Count(r.page, "Written too late"); n != 1 {
		t.Errorf("the message is there %d times", n)
	}
	h.endSessions()
	for path, fields := range map[string]url.Values{"/account": {"language": {"cy"}}, "/sign-out": {}, messages: {"text": {"x"}, "password": {"y"}}} {
		fields.Set("_csrf", r.token)
		r.post(path, fields)
		r.must(303)
		if !strings.HasPrefix(r.at, "/sign-in") {
			t.Errorf("%s leads to %s", path, r.at)
		}
	}
	r.signIn("second@example.org")
	r.get(question)
	typed.Set("_csrf", r.token)

	// Another person neither sees nor sends it; what was changed or made up opens nothing.
	typed.Set("comment", "A secret of second")
	h.endSessions()
	send()
	carried := r.hidden("/sign-in").Get("carried")
	r.again("other@example.org")
	r.must(303)
	r.get(question)
	r.must(200, "somebody else had typed it")
	r.post("/typed", url.Values{"_csrf": {r.token}, "carried": {carried}})
	r.must(404)
	broken := []byte(carried)
	broken[40] ^= 1
	for _, sealed := range []string{string(broken), carried[:60], "x", strings.Repeat("A", 200)} {
		visitor := h.reader(t)
		visitor.get("/sign-in")
		visitor.post("/sign-in", url.Values{"_csrf": {visitor.token}, "carried": {sealed}, "email": {"second@example.org"}, "password": {passphrase}})
		visitor.must(303)
		visitor.get(visitor.at)
		visitor.must(200, "could not be kept")
		visitor.prove("second@example.org")
		visitor.post("/typed", url.Values{"_csrf": {visitor.token}, "carried": {sealed}})
		if visitor.status == 200 {
			t.Errorf("%.10s opened", sealed)
		}
	}

	// Not carried: what no page of ours showed, or came from elsewhere.
	r = h.reader(t)
	r.signIn("second@example.org")
	r.get(question)
	h.endSessions()
	mine := r.token
	forged := mine[:len(mine)-3]
	for token, headers := range map[string][]string{mine: {"Origin", "null", "Sec-Fetch-Site", "same-site"}, forged: nil, "": nil} {
		typed.Set("_csrf", token)
		r.post(question, typed, headers...)
		r.must(303)
		if !strings.HasPrefix(r.at, "/sign-in?next=") {
			t.Errorf("with %q: to %s", headers, r.at)
		}
	}
	typed.Set("_csrf", mine)
	r.post(question, typed, "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site")
	r.must(403)

	// Too much is said; files are asked for again.
	typed.Set("comment", strings.Repeat("x", 65<<10))
	send()
	r.must(401, "too much to keep")
	if strings.Contains(r.page, `name="carried"`) {
		t.Error("too much is carried")
	}
	typed.Set("comment", "With a file")
	body, mediaType := formWith(t, typed)
	r.do("POST", question+"/evidence", mediaType, body, "Origin", r.node)
	r.must(401, "choose them again")
	r.again("second@example.org")
	r.must(200, "choose them again", "With a file")

	// A file that is too large is refused in words, whatever came with it.
	host := strings.TrimPrefix(r.node, "http://")
	connection, err := net.Dial("tcp", host) //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, _ = fmt.Fprintf(connection, "POST %s/evidence HTTP/1.1\r\nHost: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n", question, host, 40<<20)
	refusal, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(refusal.Body)
	_ = refusal.Body.Close()
	if refusal.StatusCode != 413 || !strings.Contains(string(said), "A file must be smaller than 25 MB") {
		t.Errorf("40 MB: %d %.300s", refusal.StatusCode, said)
	}

	// Signed in again in another window: the old page's form is shown, to be sent.
	typed.Set("comment", "From the old page")
	send()
	r.must(200, "From the old page", "Send it now")
	r.post("/account", url.Values{"_csrf": {mine}, "language": {"cy"}})
	r.must(403)
}

func TestTheScriptAndTheVaultRefuseTheSameFiles(t *testing.T) {
	if templates.LargestUpload != vault.MaxSize {
		t.Errorf("the script takes %d bytes, the vault %d", templates.LargestUpload, vault.MaxSize)
	}
}

// formWith is a form with a file beside its fields.
func formWith(t *testing.T, fields url.Values) (body io.Reader, mediaType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range fields {
		_ = w.WriteField(name, values[0])
	}
	part, err := w.CreateFormFile("file", "evidence.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(part, "what shows it")
	_ = w.Close()
	return &b, w.FormDataContentType()
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
	r.must(200)
	if r.version != "3" {
		t.Errorf("the next answer is over version %q", r.version)
	}
}
