package request

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// A field has one place: that in which its form is sent.
func TestAFieldIsReadFromWhereItsFormIsSent(t *testing.T) {
	app := fiber.New(fiber.Config{Immutable: true})
	app.All("/", func(c *fiber.Ctx) error { return c.SendString(Field(c, "reason")) })
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("reason", "typed"); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	plain, parts := "application/x-www-form-urlencoded", w.FormDataContentType()
	for _, c := range []struct{ method, query, mediaType, body, want string }{
		{"GET", "reason=asked", "", "", "asked"},
		{"POST", "reason=smuggled", plain, "reason=typed", "typed"},
		{"POST", "reason=smuggled", plain, "other=typed", ""},
		{"POST", "reason=smuggled", plain, "reason=", ""},
		{"POST", "reason=smuggled", parts, b.String(), "typed"},
		{"POST", "name=smuggled&reason=smuggled", parts, strings.ReplaceAll(b.String(), `name="reason"`, `name="other"`), ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://service.test/?"+c.query, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", c.mediaType)
		answer, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if string(got) != c.want {
			t.Errorf("%s ?%s with %q: %q, want %q", c.method, c.query, c.body, got, c.want)
		}
	}
}

// A text says in which encoding it is, and no other than it is in.
func TestATextSaysItsEncoding(t *testing.T) {
	for _, c := range []struct{ mediaType, content, want string }{
		{"text/plain", "Llŷr", "text/plain; charset=utf-8"},
		{"text/csv", "caf\xe9", "text/csv; charset=windows-1252"},
		{"text/calendar; charset=utf-8", "x", "text/calendar; charset=utf-8"},
		{"image/png", "\x89PNG", "image/png"},
		{"image/svg+xml", "<svg/>", "image/svg+xml; charset=utf-8"},
	} {
		app := fiber.New()
		app.Get("/", func(c *fiber.Ctx) error { return Attach(c, "a", c.Query("type"), []byte(c.Query("content"))) })
		query := url.Values{"type": {c.mediaType}, "content": {c.content}}
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://service.test/?"+query.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if got := answer.Header.Get("Content-Type"); got != c.want || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q, want %q", c.mediaType, got, c.want)
		}
	}
}
