package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sicrwydd/templates"
)

// guarding are the headers that every answer has, and what each must hold.
var guarding = map[string]string{
	"Content-Security-Policy":    "frame-ancestors 'none'",
	"X-Content-Type-Options":     "nosniff",
	"Referrer-Policy":            "same-origin",
	"X-Frame-Options":            "DENY",
	"Strict-Transport-Security":  "max-age=63072000",
	"Permissions-Policy":         "camera=()",
	"Cross-Origin-Opener-Policy": "same-origin",
}

// Pages, the API, files, errors, and what is refused before any route.
func TestEveryAnswerHasTheHeadersThatGuardIt(t *testing.T) {
	h := start(t, "", 1, "SICRWYDD_PUBLIC_URL", "https://sicrwydd.example.org")
	h.member("ann", newOfficial())
	for _, path := range []string{"/", "/sign-in", "/no-such-page", "/suppliers", "/api/v1/openapi.json", "/api/v1/suppliers", "/api/v1/nothing", "/healthz", "/assets/app.css"} {
		got, err := http.Get(h.nodes[0] + path) //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		guarded(t, path, got)
		if strings.HasPrefix(path, "/api/") && got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %q", path, got.Header.Get("Cache-Control"))
		}
		for _, cookie := range got.Cookies() {
			if !strings.HasPrefix(cookie.Name, "__Host-") || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
				t.Errorf("%s sets the cookie %s", path, cookie)
			}
		}
	}
	host := strings.TrimPrefix(h.nodes[0], "http://")
	for what, sent := range map[string]string{
		"27 MB":      fmt.Sprintf("POST /verify HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", host, 27<<20),
		"unreadable": "GET / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: x\r\n\r\n",
	} {
		connection, err := net.Dial("tcp", host) //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		if _, err := connection.Write([]byte(sent)); err != nil {
			t.Fatal(err)
		}
		got, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		_ = got.Body.Close()
		_ = connection.Close()
		guarded(t, what, got)
	}
}

func guarded(t *testing.T, what string, got *http.Response) {
	t.Helper()
	for name, holds := range guarding {
		if !strings.Contains(got.Header.Get(name), holds) {
			t.Errorf("%s (%d): %s is %q", what, got.StatusCode, name, got.Header.Get(name))
		}
	}
}

// Styles, scripts and drawings say in which encoding they are; pictures have none.
func TestAssetsSayTheirEncoding(t *testing.T) {
	h := start(t, "", 1)
	kinds := map[string]bool{}
	err := fs.WalkDir(templates.Assets, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "placeholder.txt") {
			return err
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.nodes[0]+"/assets/"+path, nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
		kind := answer.Header.Get("Content-Type")
		kinds[filepath.Ext(path)] = true
		text := slices.Contains([]string{".css", ".js", ".svg", ".txt"}, filepath.Ext(path))
		if answer.StatusCode != 200 || text != strings.HasSuffix(kind, "; charset=utf-8") {
			t.Errorf("%s: %d as %q", path, answer.StatusCode, kind)
		}
		return nil
	})
	if err != nil || !kinds[".css"] || !kinds[".js"] {
		t.Errorf("seen %v, %v", kinds, err)
	}
}
