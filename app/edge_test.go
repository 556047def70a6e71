package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/api"
	"sicrwydd/handlers/pages"
	"sicrwydd/models/store/storetest"
	"sicrwydd/tests/parts"
)

// hurried is a patience with which tests need not wait long.
var hurried = patience{head: 400 * time.Millisecond, while: 700 * time.Millisecond, slowest: 1 << 20}

// hurry serves the house once more, with other patience, and gives the address.
func (h *house) hurry(with patience) (string, *fiber.App) {
	h.t.Helper()
	p := *h.first
	p.patience = with
	app, _, err := p.newServer()
	if err != nil {
		h.t.Fatal(err)
	}
	listener, err := net.Listen("tcp", parts.FreeAddress(h.t)) //nolint:noctx // closed below
	if err != nil {
		h.t.Fatal(err)
	}
	go func() { _ = app.Listener(p.door(listener)) }()
	h.t.Cleanup(func() { _ = app.ShutdownWithTimeout(time.Second) })
	waitFor(h.t, "http://"+listener.Addr().String()+"/healthz")
	return listener.Addr().String(), app
}

// connect opens a connection and sends what is given.
func connect(t *testing.T, address, sent string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address) //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Write([]byte(sent)); err != nil {
		t.Fatal(err)
	}
	return c
}

// drip sends a byte every 20 ms until the other end closes, and gives how long
// that took.
func drip(c net.Conn) time.Duration {
	begun, closed := time.Now(), make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = io.Copy(io.Discard, c)
	}()
	for time.Since(begun) < 10*time.Second {
		if _, err := c.Write([]byte("x")); err != nil {
			break
		}
		select {
		case <-closed:
			return time.Since(begun)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return time.Since(begun)
}

// Heads and bodies that come byte by byte are given up in their time, and
// answers that nobody reads; others are served meanwhile.
func TestASlowClientStopsNobody(t *testing.T) {
	h := start(t, "", 1)
	address, app := h.hurry(hurried)
	host := "Host: " + address + "\r\n"
	took := make(chan string, 200)
	slow := func(what, sent string, atLeast, atMost time.Duration) {
		c := connect(t, address, sent)
		go func() {
			if d := drip(c); d < atLeast || d > atMost {
				took <- fmt.Sprintf("%s was closed after %s, want %s to %s", what, d, atLeast, atMost)
				return
			}
			took <- ""
		}()
	}
	const each = 60
	for range each {
		slow("a slow head", "GET /sign-in HTTP/1.1\r\n"+host+"X-Slow: ", 300*time.Millisecond, 4*time.Second)
		slow("a slow body", "POST /sign-in HTTP/1.1\r\n"+host+"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\nemail=", 600*time.Millisecond, 4*time.Second)
	}
	// One that asks for more than the buffers of both ends hold, and reads nothing.
	deaf := connect(t, address, strings.Repeat("GET /assets/app.css HTTP/1.1\r\n"+host+"\r\n", 200))
	for range 10 {
		begun := time.Now()
		answer, err := http.Get("http://" + address + "/sign-in") //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if d := time.Since(begun); answer.StatusCode != 200 || d > 2*time.Second {
			t.Errorf("others are answered %d after %s", answer.StatusCode, d)
		}
	}
	for range 2 * each {
		if wrong := <-took; wrong != "" {
			t.Error(wrong)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	var open int32
	for range 100 {
		if open = app.Server().GetOpenConnectionsCount(); open <= 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if open > 0 {
		t.Errorf("%d connections are still held", open)
	}
	_ = deaf.SetReadDeadline(time.Now().Add(5 * time.Second))
	got, err := io.Copy(io.Discard, deaf)
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("who reads nothing is still connected, with %d bytes to read", got)
	}
}

// A large file over a slow line is taken: it has the time that its size needs.
func TestALargeFileMayComeSlowly(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	address, _ := h.hurry(hurried)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "systems.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(bytes.Repeat([]byte("name,supplier\n"), 200_000))
	_ = form.Close()
	size := body.Len()
	c := connect(t, address, fmt.Sprintf("POST /api/v1/imports HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		address, h.tokens["ann"], form.FormDataContentType(), size))
	begun := time.Now()
	for body.Len() > 0 { // a half more than the slowest that is allowed
		if _, err := c.Write(body.Next(hurried.slowest * 3 / 2 / 20)); err != nil {
			t.Fatalf("closed after %s, with %d of %d bytes to come: %v", time.Since(begun), body.Len(), size, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if d := time.Since(begun); d < hurried.while {
		t.Fatalf("it took %s only, which tries nothing", d)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 422 || !strings.Contains(string(said), "sheet.too-long") {
		t.Errorf("the file was not read as a table: %d %s", answer.StatusCode, said)
	}
}

// given is a route of the program as the server knows it.
type given struct{ method, path string }

// everyRoute is the whole table, with ids in the addresses.
func everyRoute() []given {
	var all []given
	for _, r := range apiRoutes(&api.API{}) {
		all = append(all, given{r.method, api.Prefix + strings.NewReplacer("{", ":", "}", "").Replace(r.path)})
	}
	for _, r := range fileRoutes(&api.API{}) {
		all = append(all, given{r.method, r.path})
	}
	for _, r := range pageRoutes(&pages.Pages{}) {
		all = append(all, given{r.method, r.path})
	}
	return all
}

func (g given) address() string {
	segments := strings.Split(g.path, "/")
	for i, one := range segments {
		if strings.HasPrefix(one, ":") {
			segments[i] = uuid.Nil.String()
		}
	}
	return strings.Join(segments, "/")
}

// On each route a body that is too large is refused from its head alone, before
// it is sent: 26 MB where a form has a file, 1 MB elsewhere.
func TestNoRouteTakesMoreThanItsLimit(t *testing.T) {
	h := start(t, "", 1)
	address := strings.TrimPrefix(h.nodes[0], "http://")
	const form, mixed = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
	refused := func(r given, mediaType string, size int) {
		t.Helper()
		c := connect(t, address, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", r.method, r.address(), address, mediaType, size))
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s %s with %d bytes: %v", r.method, r.path, size, err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != 413 || !answer.Close {
			t.Errorf("%s %s with %d bytes of %s: %d, closed %t", r.method, r.path, size, mediaType, answer.StatusCode, answer.Close)
		}
		_ = c.Close()
	}
	routes := everyRoute()
	for _, r := range routes {
		refused(r, form, largestForm+1)
		if slices.Contains(carriesFile, r.path) && r.method == post {
			refused(r, mixed, largestUpload+1)
			if got := largestBody(r.method, r.address(), mixed, largestUpload); got != largestUpload {
				t.Errorf("%s takes %d bytes", r.path, got)
			}
		} else {
			refused(r, mixed, largestForm+1)
		}
	}
	for _, path := range carriesFile {
		if !slices.Contains(routes, given{post, path}) {
			t.Errorf("there is no route %s", path)
		}
	}
	// What comes in chunks has no size in its head: it is counted.
	c := connect(t, address, "POST /sign-in HTTP/1.1\r\nHost: "+address+"\r\nContent-Type: "+form+"\r\nTransfer-Encoding: chunked\r\n\r\n")
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat("a", 64<<10))
	sent := 0
	go func() {
		for range 400 {
			if _, err := c.Write([]byte(chunk)); err != nil {
				return
			}
			sent += 64 << 10
		}
	}()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != 413 {
		t.Errorf("25 MB in chunks: %v %v", answer, err)
	}
}

// A body that unfolds is not unfolded.
func TestNoPackedBodyIsTaken(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n"))
	_, _ = w.Write(bytes.Repeat([]byte("a"), 64<<20))
	_, _ = w.Write([]byte("\r\n--x--\r\n"))
	_ = w.Close()
	for path, mediaType := range map[string]string{"/sign-in": "multipart/form-data; boundary=x", "/verify": "multipart/form-data; boundary=x", "/api/v1/suppliers": "application/json"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.nodes[0]+path, bytes.NewReader(packed.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", mediaType)
		request.Header.Set("Content-Encoding", "gzip")
		request.Header.Set("Authorization", "Bearer "+h.tokens["ann"])
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
}

// What is no text gives no fault of ours: it is refused, wherever it stands.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	for _, database := range []string{"", storetest.PostgresURL(t)} {
		h := start(t, database, 1)
		h.member("ann", newOfficial())
		status := func(method, path, mediaType, body string) int {
			r, err := http.NewRequestWithContext(t.Context(), method, h.nodes[0]+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", mediaType)
			r.Header.Set("Authorization", "Bearer "+h.tokens["ann"])
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			return answer.StatusCode
		}
		const form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
		group := func(name string) string {
			return `{"name":{"en":"` + name + `","cy":"Grŵp"},"kind":"other","purpose":{"en":"-","cy":"-"},"meeting_dates":[]}`
		}
		for _, c := range []struct {
			method, path, mediaType, body string
		}{
			{"GET", "/verify?code=a%00b", "", ""}, {"GET", "/verify?code=a%ffb", "", ""}, {"GET", "/verify?a%00b=c", "", ""},
			{"GET", "/work/a%00b", "", ""}, {"GET", "/api/v1/suppliers?q=a%00b", "", ""}, {"GET", "/api/v1/suppliers?q=%c3%28", "", ""},
			{"POST", "/sign-in", form, "email=a%00b"}, {"POST", "/sign-in", form, "email=%ff"},
			{"POST", "/verify", parts, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\x00c\r\n--x--\r\n"},
			{"POST", "/verify", parts, "no parts at all"},
			{"POST", "/api/v1/governance-groups", "application/json", group(`a\u0000b`)},
			{"POST", "/api/v1/governance-groups", "application/json", group(`a\\\u0000b`)},
		} {
			if got := status(c.method, c.path, c.mediaType, c.body); got != 400 {
				t.Errorf("%s %s %.90q: %d", c.method, c.path, c.body, got)
			}
		}
		if got := status("POST", "/api/v1/governance-groups", "application/json", group(`a\\u0000b`)); got == 400 {
			t.Errorf("a backslash and digits: %d", got)
		}
	}
}

// A message that two readers could end at different places is refused, and
// nothing after it is read as a request of its own.
func TestNoRequestHidesInAnother(t *testing.T) {
	h := start(t, "", 1)
	address := strings.TrimPrefix(h.nodes[0], "http://")
	host := "Host: " + address + "\r\n"
	const hidden = "GET /healthz HTTP/1.1\r\nHost: hidden\r\n\r\n"
	head := "POST /verify HTTP/1.1\r\n" + host
	for what, sent := range map[string]string{
		"two lengths":                     head + fmt.Sprintf("Content-Length: 0\r\nContent-Length: %d\r\n\r\n", len(hidden)) + hidden,
		"the same length twice":           head + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n" + hidden,
		"a list of lengths":               head + fmt.Sprintf("Content-Length: 0, %d\r\n\r\n", len(hidden)) + hidden,
		"a length and chunks":             head + fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", len(hidden)+5) + hidden,
		"chunks and a length":             head + fmt.Sprintf("Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n", len(hidden)+5) + hidden,
		"chunks twice":                    head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
		"chunks under another name":       head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunks in a list":                head + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + hidden,
		"a blank before the colon":        head + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
		"a length with a sign":            head + "Content-Length: +0\r\n\r\n" + hidden,
		"a negative length":               head + "Content-Length: -1\r\n\r\n" + hidden,
		"a length with letters":           head + "Content-Length: 0x0\r\n\r\n" + hidden,
		"a folded header":                 head + "Content-Length:\r\n 0\r\n\r\n" + hidden,
		"a bare line feed":                head + "X: y\nContent-Length: 0\r\n\r\n" + hidden,
		"chunks in HTTP/1.0":              "POST /verify HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"a size of a chunk with a sign":   head + "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + hidden,
		"a size of a chunk too large":     head + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n" + hidden,
		"a chunk longer than it says":     head + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + hidden,
		"a chunk that ends in a bare one": head + "Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n" + hidden,
	} {
		c := connect(t, address, sent)
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		all, err := io.ReadAll(c)
		if err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: the connection stays open: %v", what, err)
		}
		if n := strings.Count(string(all), "HTTP/1.1 "); n != 1 || strings.Contains(string(all), "\r\n\r\nok\n") {
			t.Errorf("%s: %d answers, the last %.60q", what, n, all[max(strings.LastIndex(string(all), "HTTP/1.1 "), 0):])
		}
		if !strings.HasPrefix(string(all), "HTTP/1.1 400 ") {
			t.Errorf("%s: %.40q", what, all)
		}
		_ = c.Close()
	}
	// Two that follow each other well are two.
	c := connect(t, address, hidden+strings.Replace(hidden, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
	all, _ := io.ReadAll(c)
	if n := strings.Count(string(all), "HTTP/1.1 200 "); n != 2 {
		t.Errorf("two requests have %d answers", n)
	}
}

func TestAnAddressHasOnlySoManyConnections(t *testing.T) {
	h := start(t, "", 1, "SICRWYDD_CONNECTIONS", "20")
	address, _ := h.hurry(patient)
	http.DefaultClient.CloseIdleConnections()
	status := func(from string) int {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		client := http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
		answer, err := client.Get("http://" + address + "/healthz") //nolint:noctx // a test's own server
		if err != nil {
			return 0
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	becomes := func(what, from string, want int) {
		t.Helper()
		got := 0
		for range 40 { // a connection that was closed is counted off a moment later
			if got = status(from); got == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s: %d, want %d", what, got, want)
	}
	becomes("nobody else is there", "127.0.0.1", 200)
	var held []net.Conn
	for range 20 {
		held = append(held, connect(t, address, "GET /"))
	}
	for status("127.0.0.1") != 429 && len(held) < 25 { // should the machine have dropped one
		held = append(held, connect(t, address, "GET /"))
		time.Sleep(50 * time.Millisecond)
	}
	becomes("all are taken", "127.0.0.1", 429)
	becomes("another address", "127.0.0.2", 200)
	_ = held[0].Close()
	becomes("one has gone", "127.0.0.1", 200)
	for _, c := range held {
		_ = c.Close()
	}

	h = start(t, "", 1, "SICRWYDD_CONNECTIONS", "20", "SICRWYDD_PROXIES", "127.0.0.1/32")
	address, _ = h.hurry(patient)
	for range 40 {
		connect(t, address, "GET /")
	}
	becomes("a proxy of ours", "127.0.0.1", 200)
}

// empty is a listener on a machine that has no file left, for a moment.
type empty struct {
	net.Listener
	times int
}

func (e *empty) Accept() (net.Conn, error) {
	if e.times--; e.times >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return e.Listener.Accept()
}

func TestTheDoorKeepsTheMachineFree(t *testing.T) {
	l := listen(t)
	d := &door{Listener: &empty{l, 3}, most: 1, ours: func(netip.Addr) bool { return false }, inside: map[netip.Addr]int{}}
	client := connect(t, l.Addr().String(), "")
	c, err := d.Accept()
	if err != nil || c.RemoteAddr().String() != client.LocalAddr().String() {
		t.Errorf("accepted %v, %v", c, err)
	}
	// The machine keeps little for who does not read; it counts what it keeps twice.
	raw, err := c.(*guest).Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	_ = raw.Control(func(fd uintptr) { kept, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF) })
	if err != nil || kept != 2*unread {
		t.Errorf("%d bytes are kept, %v", kept, err)
	}
	_ = l.Close()
	if _, err := d.Accept(); err == nil {
		t.Error("a listener that was closed goes on")
	}
}
