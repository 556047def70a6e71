package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/store/storetest"
	"sicrwydd/tests/parts"
)

// Every setting that the program reads is explained, and no other.
func TestEverySettingIsExplained(t *testing.T) {
	var read []string
	_, _ = LoadConfig(func(name string) string {
		if !slices.Contains(read, name) {
			read = append(read, name)
		}
		return ""
	})
	manual, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(string(manual), -1) {
		explained = append(explained, row[1])
	}
	slices.Sort(read)
	slices.Sort(explained)
	if !slices.Equal(read, explained) {
		t.Errorf("read:      %v\nexplained: %v", read, explained)
	}
}

func TestFiguresAreForThisMachineAlone(t *testing.T) {
	h := start(t, storetest.PostgresURL(t), 1)
	h.ask("", "GET", "/suppliers", nil)
	get := func(headers ...string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.nodes[0]+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	status, body := get()
	for _, line := range []string{`sicrwydd_http_request_seconds_count{method="GET",route="/api/v1/suppliers",status="401"} 1`,
		"sicrwydd_audit_unsealed ", "sicrwydd_oldest_job_seconds ", `sicrwydd_build_info{version=`} {
		if status != 200 || !strings.Contains(body, line) {
			t.Errorf("%d, without %s", status, line)
		}
	}
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "Via"} {
		if status, _ := get(header, "198.51.100.1"); status != 404 {
			t.Errorf("with %s: %d", header, status)
		}
	}
}

func TestBehindOurProxyTheClientCounts(t *testing.T) {
	h := start(t, "", 1, "SICRWYDD_PROXIES", "127.0.0.0/8, 10.0.0.0/8")
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString(h.first.origin(c)) })
	listener := listen(t)
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	for forwarded, want := range map[string]string{"": "127.0.0.1", "203.0.113.9": "203.0.113.9", "nonsense": "127.0.0.1",
		"198.51.100.1, 203.0.113.9": "203.0.113.9", "203.0.113.9, 10.1.2.3": "203.0.113.9"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Forwarded-For", forwarded)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if string(body) != want {
			t.Errorf("%q: %s, want %s", forwarded, body, want)
		}
	}
}

func TestTheDoctorNamesEachFaultWithItsCure(t *testing.T) {
	server := parts.Mails(t, `@example\.org$`)
	h := start(t, storetest.PostgresURL(t), 1, "SICRWYDD_SMTP_URL", server.SMTP)
	p := h.first
	state := func() map[string]string {
		states := map[string]string{}
		for _, f := range p.examine(t.Context(), "tester@example.org") {
			states[f.what] = f.state
			if (f.state == well) == (f.cure != "") {
				t.Errorf("%s is %s, and its cure %q", f.what, f.state, f.cure)
			}
		}
		return states
	}
	healthy := state()
	for _, what := range []string{"address", "evidence", "mail", "clock", "queue", "audit log"} {
		if healthy[what] != well {
			t.Errorf("%s is %s", what, healthy[what])
		}
	}
	if len(server.To("tester@example.org", 1)) != 1 {
		t.Error("no test message arrived")
	}
	if healthy["database"] != amiss { // the tests sign in as a superuser
		t.Errorf("the database is %s", healthy["database"])
	}
	if healthy["backup"] != amiss {
		t.Errorf("without a backup it is %s", healthy["backup"])
	}
	if _, err := p.backup(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if err := p.db.HoldMail(t.Context(), "a test"); err != nil {
		t.Fatal(err)
	}
	p.config.PublicURL = "http://sicrwydd.example.org"
	if err := p.vault.Close(); err != nil {
		t.Fatal(err)
	}
	sick := state()
	for what, want := range map[string]string{"backup": well, "mail": amiss, "address": ill, "evidence": ill} {
		if sick[what] != want {
			t.Errorf("%s is %s, want %s", what, sick[what], want)
		}
	}
	var out bytes.Buffer
	if err := report(&out, p.examine(t.Context(), "")); err == nil || !strings.Contains(out.String(), "-> sicrwydd mail release") {
		t.Errorf("%v:\n%s", err, out.String())
	}
}

// A browser holds connections in reserve; that one of them falls silent is no
// failure of ours.
func TestASilentConnectionIsNoFailure(t *testing.T) {
	server := fiber.New(fiber.Config{ErrorHandler: (&program{}).refused})
	server.Get("/", func(*fiber.Ctx) error { return fiber.ErrRequestTimeout })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://service.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusRequestTimeout {
		t.Errorf("answered %d", answer.StatusCode)
	}
}
