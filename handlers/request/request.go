// Package request holds what every request carries: who asks, in which
// language, and the id by which its log lines are found.
package request

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
)

// Visit is what is known of a request before its handler runs.
type Visit struct {
	Signed *identity.Signed // nil when nobody has signed in
	Lang   lang.Tag
	ID     string
	Origin string // the address it came from
	Agent  string // what the browser calls itself
	// Refused are the keys of why it was refused, for the log; empty otherwise.
	Refused string
}

// Refuse takes down for the log why the request was refused: by what the product
// calls it, never by what was sent.
func (v *Visit) Refuse(f *fault.Error) {
	keys := []string{f.Key}
	for _, field := range f.Fields {
		if !slices.Contains(keys, field.Key) {
			keys = append(keys, field.Key)
		}
	}
	v.Refused = strings.Join(keys, " ")
}

type key struct{}

// With gives a context that carries the visit.
func With(ctx context.Context, v *Visit) context.Context { return context.WithValue(ctx, key{}, v) }

// From gives the visit of a context; an empty English one where there is none.
func From(ctx context.Context) *Visit {
	if v, ok := ctx.Value(key{}).(*Visit); ok {
		return v
	}
	return &Visit{Lang: lang.English}
}

// Field gives a field of a form, from where the form is sent: that of a POST
// stands in the body alone, whatever the address says.
func Field(c *fiber.Ctx, name string) string {
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return strings.Clone(c.Query(name))
	}
	if form, err := c.MultipartForm(); err == nil {
		if values := form.Value[name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	return string(c.Request().PostArgs().Peek(name))
}

// Actor gives who acts; nobody where nobody has signed in, who may do nothing.
func (v *Visit) Actor() access.Actor {
	if v.Signed == nil {
		return access.Actor{Origin: v.Origin}
	}
	return v.Signed.Actor
}
