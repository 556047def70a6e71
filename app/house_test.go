package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
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
	codes  map[string][]string // recovery codes, by address
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
	h := &house{t: t, tokens: map[string]string{}, codes: map[string][]string{}}
	for n := range nodes {
		address := parts.FreeAddress(t)
		settings := map[string]string{"SICRWYDD_ADDR": address, "SICRWYDD_DATA": folder,
			"SICRWYDD_SECRET_KEY": key(), "SICRWYDD_EVIDENCE_URL": "", "SICRWYDD_PUBLIC_URL": "", "SICRWYDD_SMTP_URL": "",
			"SICRWYDD_RATE_PERSON": "0", "SICRWYDD_RATE_ADDRESS": "0"} // tests ask faster than people
		maps.Copy(settings, storetest.Settings(t, databaseURL))
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
		settings := storetest.Settings(t, "")
		maps.Copy(settings, map[string]string{"SICRWYDD_DATA": folder, "SICRWYDD_SECRET_KEY": key(), "SICRWYDD_EVIDENCE_URL": "",
			"SICRWYDD_PUBLIC_URL": "", "SICRWYDD_SMTP_URL": ""})
		for name, value := range settings {
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
