package request

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
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
