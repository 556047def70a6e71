// Package parts runs the real servers that tests of the product speak to: a
// mail server and an S3 server, each of its own test, on ports of its own.
package parts

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// run starts a tool that the Makefile installed, and stops it after the test.
// It waits until the address accepts connections.
func run(t *testing.T, address, tool string, arguments ...string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	found, _ := filepath.Glob(filepath.Join(filepath.Dir(here), "../../.bin", tool+"-*"))
	if len(found) == 0 {
		t.Fatalf("%s is not installed: make test installs it", tool)
	}
	command := exec.Command(found[len(found)-1], arguments...) //nolint:gosec // ours, and stopped below
	log, err := os.CreateTemp(t.TempDir(), tool)
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = log.Close()
	})
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil { //nolint:noctx // this machine's own
			_ = c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name())
	t.Fatalf("%s does not answer at %s: %s", tool, address, said)
}

// FreeAddress gives an address of this machine with a port that is free now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// S3 runs an S3 server with one bucket and gives the bucket's address.
func S3(t *testing.T) string {
	t.Helper()
	folder, address := t.TempDir(), FreeAddress(t)
	for _, name := range []string{"data/evidence", "meta"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
	run(t, address, "versitygw", "--port", address, "--access", "test", "--secret", "test-secret",
		"posix", "--sidecar", filepath.Join(folder, "meta"), filepath.Join(folder, "data"))
	return "s3://evidence?region=us-east-1&use_path_style=true&endpoint=" + url.QueryEscape("http://"+address)
}

// MailServer is a mail server that keeps what it accepts.
type MailServer struct {
	t    *testing.T
	SMTP string // smtp:// address with the sender, as the product is set
	api  string
}

// Mail is one mail that was accepted.
type Mail struct {
	ID      string
	Subject string
	To      []struct{ Name, Address string }
	Text    string
	HTML    string
}

// Mails runs a mail server. It refuses for good whom the pattern does not allow.
func Mails(t *testing.T, allowed string) *MailServer {
	t.Helper()
	smtp, web := FreeAddress(t), FreeAddress(t)
	run(t, smtp, "mailpit", "--smtp", smtp, "--listen", web, "--disable-version-check", "--enable-chaos",
		"--smtp-allowed-recipients", allowed, "--database", filepath.Join(t.TempDir(), "mail.db"))
	return &MailServer{t: t, SMTP: "smtp://" + smtp + "?from=sicrwydd@example.org", api: "http://" + web + "/api/v1"}
}

// To waits for the mails that a person was sent, at least n of them, newest first.
func (s *MailServer) To(email string, n int) []Mail {
	s.t.Helper()
	var list struct{ Messages []Mail }
	for range 200 {
		s.ask(http.MethodGet, "/search?query="+url.QueryEscape("to:"+email), nil, &list)
		if len(list.Messages) >= n {
			for i := range list.Messages {
				s.ask(http.MethodGet, "/message/"+list.Messages[i].ID, nil, &list.Messages[i])
			}
			return list.Messages
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("%s was sent %d mails, want %d", email, len(list.Messages), n)
	return nil
}

// Headers gives all headers of a mail.
func (s *MailServer) Headers(id string) map[string][]string {
	s.t.Helper()
	var headers map[string][]string
	s.ask(http.MethodGet, "/message/"+id+"/headers", nil, &headers)
	return headers
}

// Busy makes the server answer every sender with a temporary failure, or no more.
func (s *MailServer) Busy(busy bool) {
	s.t.Helper()
	probability := 0
	if busy {
		probability = 100
	}
	s.ask(http.MethodPut, "/chaos", map[string]any{"Sender": map[string]any{"ErrorCode": 451, "Probability": probability}}, nil)
}

func (s *MailServer) ask(method, path string, body, into any) {
	s.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.api+path, bytes.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
	if into == nil {
		return
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		s.t.Fatal(err)
	}
}
