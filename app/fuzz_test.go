package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Whatever comes in over a connection, nothing that goes out says that the
// program failed. TOKEN stands for one of somebody who may do much.
func FuzzRequest(f *testing.F) {
	h := start(f, "", 1)
	h.member("ann", newOfficial())
	address := strings.TrimPrefix(h.nodes[0], "http://")
	asAnn := "Host: here\r\nAuthorization: Bearer TOKEN\r\n"
	call := func(line, mediaType, body string) {
		f.Add([]byte(line + " HTTP/1.1\r\n" + asAnn + "Content-Type: " + mediaType + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body))
	}
	for _, path := range []string{"/sign-in?next=%2f%2fx&lang=cy", "/assets/app.css?v=1", "/verify", "/%ff%00", "/metrics", "/api/v1/suppliers?q=%22a%25_&sort=-name&limit=2&after=eyJzIjoibmFtZSIsInYiOiJhIiwiaSI6IngifQ",
		"/api/v1/systems?data_categories=a,b&page=-1", "/api/v1/events?from=2026-13-01&until=x&kind=%27", "/api/v1/portfolio?at=now", "/api/v1/actions?due_before=0000-00-00"} {
		f.Add([]byte("GET " + path + " HTTP/1.1\r\n" + asAnn + "X-Forwarded-For: 1, ::1, x\r\nIf-None-Match: \"1\"\r\nAccept-Language: cy;q=x\r\nCookie: a=b; session=\x7f\r\n\r\n"))
	}
	call("POST /api/v1/suppliers", "application/json", `{"name":"A","identifiers":[{"scheme":"x","value":null}],"contacts":[]}`)
	call("POST /api/v1/systems", "application/json; charset=x", `{"name":{"en":"A","cy":1e999},"host_organisation_id":"x"}`)
	call("PATCH /api/v1/suppliers/0192b5a0-0000-7000-8000-000000000001", "application/merge-patch+json", `{"name":null,"version":1}`)
	call("POST /sign-in", "application/x-www-form-urlencoded", "email=a%40b&password=%00&next=/%09/x&csrf=x")
	call("POST /verify", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n{\"a\":1}\r\n--x--\r\n")
	call("POST /api/v1/imports", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nName\r\nA\r\n--x--\r\n")
	f.Add([]byte("POST /sign-in HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na=b&\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		c := connect(t, address, string(bytes.ReplaceAll(sent, []byte("TOKEN"), []byte(h.tokens["ann"]))))
		defer func() { _ = c.Close() }()
		_ = c.(*net.TCPConn).CloseWrite()
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		for answers := bufio.NewReader(c); ; {
			a, err := http.ReadResponse(answers, nil)
			if err != nil {
				return
			}
			body, err := io.ReadAll(a.Body)
			_ = a.Body.Close()
			if a.StatusCode >= 500 {
				t.Errorf("%d: %s", a.StatusCode, body)
			}
			if err != nil {
				return
			}
		}
	})
}
