package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/store/storetest"
	"sicrwydd/templates"
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
			states[f.What] = f.State
			if (f.State == request.Well) == (f.Cure.Key != "") {
				t.Errorf("%s is %s, and its cure %q", f.What, f.State, f.Cure.Key)
			}
			for _, tag := range lang.All {
				if text, err := reported(templates.Words(tag), f); err != nil {
					t.Errorf("%s in %s: %v: %s", f.What, tag, err, text)
				}
			}
		}
		return states
	}
	healthy := state()
	for _, what := range []string{"address", "database", "roles", "evidence", "mail", "clock", "queue", "chain"} {
		if healthy[what] != request.Well {
			t.Errorf("%s is %s", what, healthy[what])
		}
	}
	if len(server.To("tester@example.org", 1)) != 1 {
		t.Error("no test message arrived")
	}
	if healthy["backup"] != request.Amiss {
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
	for what, want := range map[string]string{"backup": request.Well, "mail": request.Amiss, "address": request.Ill, "evidence": request.Ill} {
		if sick[what] != want {
			t.Errorf("%s is %s, want %s", what, sick[what], want)
		}
	}
	var out bytes.Buffer
	if err := report(&out, p.examine(t.Context(), "")); err == nil || !strings.Contains(out.String(), "or run sicrwydd mail release") {
		t.Errorf("%v:\n%s", err, out.String())
	}
}

func TestALookThatHangsIsLeft(t *testing.T) {
	hangs := make(chan struct{})
	defer close(hangs)
	ctx, done := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer done()
	for name, at := range map[string]func(context.Context) request.Health{
		"one that pays no heed": func(context.Context) request.Health { <-hangs; return well("settings", nil) },
		"one that gives up": func(ctx context.Context) request.Health {
			<-ctx.Done()
			return broken(ctx.Err(), "chain.broken", "chain.broken")
		},
	} {
		if h := (look{"chain", at}).within(ctx); h.State != request.Amiss || h.Text.Key != "health.slow" {
			t.Errorf("%s: %+v, want it said to be slow", name, h)
		}
	}
}

func TestHealthIsAPageForAdministrators(t *testing.T) {
	server := parts.Mails(t, `@example\.org$`)
	h := start(t, storetest.PostgresURL(t), 1, "SICRWYDD_SMTP_URL", server.SMTP)
	h.member("admin", identity.NewUser{Roles: []access.Role{access.Administrator}, Password: passphrase})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/health")
	desk.must(403)
	admin := h.reader(t)
	admin.signIn("admin@example.org")
	admin.get("/more")
	admin.must(200, `href="/health"`)
	admin.get("/health?lang=cy")
	admin.must(200, "Log archwilio", "rôl yr un", "Rhedwch sicrwydd backup", "ni ofynnwyd am neges brawf")
	admin.get("/health?lang=en")
	admin.must(200, "none may do more than its part", "Run sicrwydd backup", "no test message was asked for")
	if len(server.To("admin@example.org", 0)) != 0 {
		t.Error("looking sent a message")
	}
	admin.post("/health/mail", url.Values{"_csrf": {admin.token}})
	admin.must(200, "The server took a test message to admin@example.org")
	if len(server.To("admin@example.org", 1)) != 1 {
		t.Error("no test message arrived")
	}
}

// A browser holds connections in reserve; that one of them falls silent is no
// failure of ours.
func TestASilentConnectionIsNoFailure(t *testing.T) {
	server := fiber.New(fiber.Config{ErrorHandler: (&program{config: &Config{}}).refused})
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
