package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
)

// Who sends large files slowly keeps places of their own only: what one supplier,
// one of us or all who have not signed in send at once is bounded, others are
// served, and what is given up makes room.
func TestWhoSendsSlowlyTakesNoPlaceOfOthers(t *testing.T) {
	h := start(t, "", 1)
	h.first.intake.wait = 300 * time.Millisecond
	h.member("ann", newOfficial())
	h.member("bob", newOfficial())
	supplier := uuid.MustParse(h.must(201, "ann", "POST", "/suppliers", map[string]any{"name": "Fictitious Slow Ltd"}).id())
	for _, name := range []string{"lead", "helper"} {
		h.person(name, access.SupplierLead, identity.Place{SupplierID: &supplier})
	}
	address := strings.TrimPrefix(h.nodes[0], "http://")
	begin := func(who, path string) net.Conn {
		return connect(t, address, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n%s",
			path, address, h.tokens[who], 2<<20, strings.Repeat("-", 16<<10)))
	}
	large := strings.Repeat("name,supplier\n", 200_000)
	until := func(who, path string, status int) answer {
		t.Helper()
		for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			a := h.upload(who, path, "systems.csv", large)
			if a.status == status {
				return a
			}
			if time.Since(begun) > 10*time.Second {
				t.Fatalf("%s is answered %d: %s", who, a.status, a.raw)
			}
		}
	}
	evidence := "/actions/" + uuid.NewString() + "/evidence"
	var held []net.Conn
	for range largeOfOne {
		held = append(held, begin("ann", "/api/v1/imports"), begin("lead", "/api/v1"+evidence), begin("", "/verify"))
	}
	if a := until("ann", "/imports", 429); a.header.Get("Retry-After") == "" {
		t.Error("nothing says when to try again")
	}
	until("lead", evidence, 429)
	until("helper", evidence, 429) // of the same supplier
	h.must(200, "ann", "GET", "/me", nil)
	until("bob", "/imports", 422)
	for _, c := range held {
		_ = c.Close()
	}
	until("ann", "/imports", 422)
	until("helper", evidence, 404)
	if n := len(h.first.intake.of); n > 1 {
		t.Errorf("%d shares are kept of who asks for none", n)
	}
}

// Who sends 40 MB without listening is told so once all is sent, as a browser
// needs it: the connection is not cut under it.
func TestWhatIsTooLargeIsHeardOut(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	address := strings.TrimPrefix(h.nodes[0], "http://")
	const size = 40 << 20
	c := connect(t, address, fmt.Sprintf("POST /api/v1/imports HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n", address, h.tokens["ann"], size))
	part := []byte(strings.Repeat("-", size/40))
	for range 40 {
		if _, err := c.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%v, %v", a, err)
	}
	_ = a.Body.Close()
}

// What comes in is never written to the disk as it came, however large it is.
func TestAFileIsNotWrittenDownAsItCame(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	t.Setenv("TMPDIR", "/nowhere")
	a := h.upload("ann", "/imports", "systems.csv", strings.Repeat("name,supplier\n", 1_500_000))
	if a.status != 422 || !strings.Contains(string(a.raw), "sheet.too-long") {
		t.Errorf("21 MB were not read: %d %s", a.status, a.raw)
	}
}

// Who has not signed in sends less, and a body that ends early is no request.
func TestWhoHasNotSignedInSendsLess(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	address := strings.TrimPrefix(h.nodes[0], "http://")
	for size, want := range map[int]string{largestOfGuest + 1: " 413 ", largestUpload + 1: " 413 "} {
		c := connect(t, address, fmt.Sprintf("POST /verify HTTP/1.1\r\nHost: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n%s",
			address, size, strings.Repeat("-", 16<<10)))
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		got := make([]byte, 20)
		if _, err := c.Read(got); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%d bytes: %q, %v", size, got, err)
		}
	}
	c := connect(t, address, fmt.Sprintf("POST /api/v1/suppliers HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{%s",
		address, h.tokens["ann"], strings.Repeat(" ", 16<<10)))
	_ = c.(*net.TCPConn).CloseWrite()
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	got := make([]byte, 20)
	if _, err := c.Read(got); err != nil || !strings.Contains(string(got), " 400 ") {
		t.Errorf("half a body: %q, %v", got, err)
	}
}
