package main

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"sicrwydd/models/fault"
)

// The edge is where a connection meets the program: how many there may be, how
// slow and how large what comes in may be. docs/decisions/0029-the-edge.md.

// The largest bodies, in bytes: a form or a call, and a form with a file.
const (
	largestForm   = 1 << 20
	largestUpload = 26 << 20
)

// carriesFile lists what takes a form with a file in it, beyond the limit of
// others.
var carriesFile = []string{
	"/verify", "/imports", "/translations", "/actions/:id/evidence",
	"/reviews/:id/questions/:key", "/reviews/:id/questions/:key/evidence", "/reviews/:id/evidence/:evidence/remove",
	"/api/v1/reviews/:id/answers/:key/evidence", "/api/v1/actions/:id/evidence",
	"/api/v1/imports", "/api/v1/questionnaires/import", "/api/v1/frameworks/import",
}

// largestBody is how many bytes the body of a request may have. Only a form of
// parts may be large, which says its size; what comes in chunks has the size -1.
func largestBody(method, path, mediaType string, size int) int {
	if method != post || size < 0 || !strings.HasPrefix(strings.ToLower(mediaType), fiber.MIMEMultipartForm) {
		return largestForm
	}
	for _, pattern := range carriesFile {
		if leadsTo(pattern, path) {
			return largestUpload
		}
	}
	return largestForm
}

// leadsTo reports whether a path is one of a route's, as "/reviews/:id".
func leadsTo(pattern, path string) bool {
	return slices.EqualFunc(strings.Split(pattern, "/"), strings.Split(path, "/"), func(wanted, given string) bool {
		return wanted == given || strings.HasPrefix(wanted, ":") && given != ""
	})
}

// patience is how slow a client may be. The head of a request has a time of its
// own; a body, or an answer, has a while and a second for each so many bytes.
type patience struct {
	head, while time.Duration
	slowest     int // bytes a second
}

// patient lets 25 MB take 14 minutes, as on a line of 256 kbit/s.
var patient = patience{head: 15 * time.Second, while: 30 * time.Second, slowest: 32 << 10}

// idle is how long a connection may wait for its next request: longer than
// proxies keep theirs, so that none is closed while a request is on its way.
const idle = 130 * time.Second

func (p patience) within(size int) time.Duration {
	return p.while + time.Duration(size)*time.Second/time.Duration(p.slowest)
}

// expect says, once the head of a request is there, how large its body may be
// and until when it has to be.
func (p patience) expect(head *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := strings.Cut(string(head.RequestURI()), "?")
	size := head.ContentLength()
	limit := largestBody(string(head.Method()), path, string(head.ContentType()), size)
	if size == -1 { // in chunks, however many
		size = limit
	}
	if size > limit { // not a byte of it is waited for, and nothing follows it
		head.SetContentLength(0)
		head.SetConnectionClose()
		head.Set(tooLarge, "yes")
		size = 0
	}
	return fasthttp.RequestConfig{ReadTimeout: p.within(max(size, 0)), MaxRequestBodySize: limit}
}

// tooLarge is the header by which takeIn learns of a body that is not read.
const tooLarge = "X-Too-Large"

// answerInTime gives an answer the time that its size needs on a slow line.
func (p patience) answerInTime(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err // what refused writes is small
	}
	size := c.Response().Header.ContentLength()
	if !c.Response().IsBodyStream() {
		size = len(c.Response().Body())
	}
	_ = c.Context().SetWriteDeadline(time.Now().Add(p.within(max(size, 0)))) // one that is closed is written to in vain
	return nil
}

// refuseAmbiguous refuses a request of which two readers could see the end at
// different places, and all that follows on its connection: with a length and
// chunks, with a header over two lines, with lines that end otherwise. What has
// two lengths, or odd ones, fasthttp refuses (ASVS V4.2.1).
func refuseAmbiguous(c *fiber.Ctx) error {
	head := c.Request().Header.RawHeaders()
	length, chunks := false, false
	for line := range bytes.SplitAfterSeq(head, []byte("\n")) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		length = length || bytes.EqualFold(name, []byte(fiber.HeaderContentLength))
		chunks = chunks || bytes.EqualFold(name, []byte(fiber.HeaderTransferEncoding))
		ended := len(line) == 0 || bytes.HasSuffix(line, []byte("\r\n"))
		if !ended || bytes.HasPrefix(line, []byte(" ")) || bytes.HasPrefix(line, []byte("\t")) || length && chunks {
			c.Context().SetConnectionClose()
			return fault.Malformed("malformed")
		}
	}
	return c.Next()
}

// refusePacked refuses a body that is compressed: nobody sends one, and a small
// one can unfold to more than there is memory.
func refusePacked(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return fault.Unsupported("unsupported")
	}
	return c.Next()
}

// aNUL is an escaped NUL in JSON, not the backslash and the digits themselves.
var aNUL = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\\u0000`)

// refuseNoText refuses addresses, forms and calls with what is no text: bytes
// that are not UTF-8, and NUL, which PostgreSQL keeps nowhere. Files may have
// either.
func refuseNoText(c *fiber.Ctx) error {
	asked, mediaType := c.Request(), strings.ToLower(c.Get(fiber.HeaderContentType))
	fine := isText(c.Context().URI().Path())
	args := func(all iter.Seq2[[]byte, []byte]) {
		for name, value := range all {
			fine = fine && isText(name) && isText(value)
		}
	}
	args(c.Context().QueryArgs().All())
	switch {
	case strings.HasPrefix(mediaType, fiber.MIMEApplicationForm):
		args(asked.PostArgs().All())
	case strings.HasPrefix(mediaType, fiber.MIMEMultipartForm):
		form, err := asked.MultipartForm()
		if err != nil {
			return fault.Malformed("malformed")
		}
		for name, values := range form.Value {
			fine = fine && isText([]byte(name+strings.Join(values, "")))
		}
	default:
		fine = fine && !(bytes.Contains(asked.Body(), []byte(`\u0000`)) && aNUL.Match(asked.Body()))
	}
	if !fine {
		return fault.Malformed("malformed")
	}
	return c.Next()
}

func isText(b []byte) bool { return utf8.Valid(b) && !bytes.Contains(b, []byte{0}) }

// mostConnections is how many connections one node holds: each takes a file of
// the process, of which the database and the evidence need some too.
func mostConnections() int {
	const most = 10_000
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return most
	}
	return int(min(most, files.Cur/2))
}

// unread is how many bytes of an answer the machine keeps for who does not read
// it. Left to itself it keeps 4 MB, and 2,000 who read slowly took all the
// memory that it has for connections.
const unread = 64 << 10

// door lets connections in: no more of one address than it may have, but for
// the proxies that we know, by which everybody comes.
type door struct {
	net.Listener
	most   int // of one address
	ours   func(netip.Addr) bool
	mu     sync.Mutex
	inside map[netip.Addr]int
	told   time.Time // when the log last told of one that was refused
}

func (p *program) door(l net.Listener) *door {
	return &door{Listener: l, most: p.config.Connections, ours: p.config.ours, inside: map[netip.Addr]int{}}
}

// Accept waits for the next connection that may come in. Where the machine has
// no more files it waits for one: an error would end the server.
func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED) {
			d.tell("a connection could not be taken", "cause", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if err != nil {
			return nil, err
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(unread)
		}
		peer, _ := c.RemoteAddr().(*net.TCPAddr)
		if peer == nil {
			return c, nil
		}
		at := peer.AddrPort().Addr().Unmap()
		if d.ours(at) {
			return &guest{Conn: c, leave: func() {}}, nil
		}
		if at.Is6() { // a network, as in identity.Network
			at = netip.PrefixFrom(at, 64).Masked().Addr()
		}
		if d.enter(at) {
			return &guest{Conn: c, leave: sync.OnceFunc(func() { d.leave(at) })}, nil
		}
		d.tell("an address has too many connections", "most", d.most)
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = c.Write([]byte("HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"))
		_ = c.Close()
	}
}

func (d *door) enter(at netip.Addr) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside[at] >= d.most {
		return false
	}
	d.inside[at]++
	return true
}

func (d *door) leave(at netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside[at]--; d.inside[at] == 0 {
		delete(d.inside, at)
	}
}

// tell writes a line to the log, at most one a minute, without addresses.
func (d *door) tell(what string, more ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Since(d.told) > time.Minute {
		d.told = time.Now()
		slog.Warn(what, more...)
	}
}

// guest is a connection that is counted until it is closed.
type guest struct {
	net.Conn
	leave func()
	heeds atomic.Int64 // how many bytes are still taken, and forgotten, before it is closed
}

// Close ends the connection, and lets the next in.
func (g *guest) Close() error {
	rest := g.heeds.Swap(0)
	if tcp, ok := g.Conn.(*net.TCPConn); ok && rest > 0 && tcp.CloseWrite() == nil {
		go func() {
			_ = tcp.SetReadDeadline(time.Now().Add(patient.within(int(rest))))
			_, _ = io.CopyN(io.Discard, tcp, rest)
			_ = tcp.Close()
			g.leave()
		}()
		return nil
	}
	g.leave()
	return g.Conn.Close()
}
