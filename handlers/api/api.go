// Package api is the REST contract, version 1: each operation reads a typed
// input, calls one function of the domain, and shows what it gave.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

// API holds the operations.
type API struct{ request.Services }

// Prefix is where every path of the contract begins.
const Prefix = "/api/v1"

// New mounts the contract on a router. Its error type is ours for every
// refusal, also those of validation, which must not echo what was sent.
func New(app *fiber.App) huma.API {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return fromValidation(ctx, status, errs)
	}
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return fromValidation(nil, status, errs)
	}
	config := huma.DefaultConfig("Sicrwydd", "1.0.0")
	config.Info.Description = "Assurance of the suppliers behind the nationally hosted systems of NHS Wales."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no links built from the Host header
	config.RejectUnknownQueryParameters = true
	config.Servers = []*huma.Server{{URL: Prefix}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	return humafiber.NewWithGroup(app, app.Group(Prefix, streamed), config)
}

// streamed gives the body, which has been read within its limit, as the stream
// that humafiber reads where a server streams.
func streamed(c *fiber.Ctx) error {
	body := c.Request().Body()
	c.Request().SetBodyStream(bytes.NewReader(body), len(body))
	return c.Next()
}

// Endpoint is an operation ready to be put on a route.
type Endpoint func(api huma.API, op huma.Operation)

// Do makes an endpoint of a function; its faults become problem+json.
func Do[I, O any](f func(context.Context, *I) (*O, error)) Endpoint {
	return func(api huma.API, op huma.Operation) {
		huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
			out, err := f(ctx, in)
			if err != nil {
				return nil, Problem(ctx, err)
			}
			return out, nil
		})
	}
}

// problem is an error as RFC 9457 shapes it.
type problem struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail,omitempty"`
	State   string         `json:"state,omitempty" doc:"The state that stands in the way, with 409"`
	Errors  []problemField `json:"errors,omitempty"`
	Current any            `json:"current,omitempty" doc:"The version that stands, with 412"`
	header  http.Header
}

type problemField struct {
	Location string `json:"location"`
	Code     string `json:"code"`
	Message  string `json:"message"`
}

func (p *problem) Error() string             { return p.Title }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) GetHeaders() http.Header   { return p.header }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// Problem makes an error what a client reads, in the language of the request.
// What is no fault is logged with its cause and shown without it.
func Problem(ctx context.Context, err error) huma.StatusError {
	visit := request.From(ctx)
	f := fault.As(err)
	if f == nil {
		slog.Error("request failed", "request", visit.ID, "error", err)
		f = &fault.Error{Key: "internal"}
	}
	visit.Refuse(f)
	p := &problem{Type: "about:blank", Status: request.Status(f.Kind), Title: say(visit, f.Key, f.Args), header: http.Header{}}
	if f.Key != "" {
		p.Type = "urn:sicrwydd:error:" + f.Key
	}
	if state, ok := f.Args["State"].(string); ok {
		p.State = state
		p.Detail = p.Title
	}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, problemField{field.Location, field.Key, say(visit, field.Key, field.Args)})
	}
	if f.Kind == fault.KindTooMany {
		p.header.Set(fiber.HeaderRetryAfter, request.RetryAfter(f))
	}
	if f.Kind == fault.KindStale {
		p.Current = current(ctx, f.Current)
	}
	return p
}

func say(visit *request.Visit, key string, args fault.Args) string {
	text, err := templates.FaultText(visit.Lang, key, args)
	if err != nil {
		slog.Error("a message is missing", "key", key, "error", err)
		return key
	}
	return text
}

// fromValidation words what the schema refused, without echoing it.
func fromValidation(ctx huma.Context, status int, errs []error) huma.StatusError {
	background := context.Background()
	if ctx != nil {
		background = ctx.Context()
	}
	for _, err := range errs {
		if f := fault.As(err); f != nil {
			return Problem(background, f)
		}
	}
	kinds := map[int]fault.Kind{
		400: fault.KindMalformed, 401: fault.KindUnauthenticated, 403: fault.KindForbidden, 404: fault.KindNotFound,
		413: fault.KindTooLarge, 415: fault.KindUnsupported, 422: fault.KindInvalid,
	}
	keys := map[int]string{400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 413: "too-large",
		415: "unsupported", 422: "invalid"}
	f := &fault.Error{Kind: kinds[status], Key: keys[status]}
	if f.Key == "" {
		f.Key = "internal"
	}
	for _, err := range errs {
		var detail huma.ErrorDetailer
		if errors.As(err, &detail) {
			f.On(location(detail.ErrorDetail().Location), "schema", fault.Args{"Problem": detail.ErrorDetail().Message})
		}
	}
	return Problem(background, f)
}

// location gives a path into what was sent, as our own faults name it.
func location(l string) string {
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		l = strings.TrimPrefix(l, prefix)
	}
	return l
}

// Page is the query of every list.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After string `query:"after" doc:"The cursor that the page before gave"`
	Sort  string `query:"sort" doc:"A field, or -field for descending"`
}

func (p Page) paging() store.Paging {
	return store.Paging{Limit: p.Limit, After: p.After, Sort: p.Sort}
}

// list is the answer of every list.
type list[T any] struct {
	Body struct {
		Items []T     `json:"items"`
		Next  *string `json:"next" nullable:"true"`
		Total int     `json:"total"`
	}
}

func listOf[R, T any](rows store.List[R], show func(R) T) *list[T] {
	out := &list[T]{}
	out.Body.Items = make([]T, 0, len(rows.Items))
	for _, row := range rows.Items {
		out.Body.Items = append(out.Body.Items, show(row))
	}
	if rows.Next != "" {
		out.Body.Next = &rows.Next
	}
	out.Body.Total = rows.Total
	return out
}

// whole is a list that is not paged.
func whole[R, T any](rows []R, show func(R) T) *list[T] {
	return listOf(store.List[R]{Items: rows, Total: len(rows)}, show)
}

// thing is one thing with the version that a change of it must name.
type thing[T any] struct {
	Status int
	ETag   string `header:"ETag"`
	Body   T
}

func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

func shown[T any](status, version int, body T) *thing[T] {
	return &thing[T]{Status: status, ETag: etag(version), Body: body}
}

// Match is the header of every change.
type Match struct {
	IfMatch string `header:"If-Match" doc:"The version changed, as the ETag gave it"`
}

// version reads the header: missing is 428, "*" asks for no check.
func (m Match) version() (int, error) {
	value := strings.TrimPrefix(strings.TrimSpace(m.IfMatch), "W/")
	switch value {
	case "":
		return 0, fault.PreconditionRequired()
	case "*":
		return 0, nil
	}
	n, err := strconv.Atoi(strings.Trim(value, `"`))
	if err != nil || n < 1 {
		return 0, fault.Malformed("if-match-wrong")
	}
	return n, nil
}

// merge reads the fields that were sent over those that stand; null empties one.
func merge[T any](raw []byte) func(*T) error {
	return func(in *T) error {
		var sent map[string]json.RawMessage
		if err := json.Unmarshal(raw, &sent); err != nil {
			return fault.Malformed("malformed")
		}
		v := reflect.ValueOf(in).Elem()
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if string(sent[name]) == "null" {
				v.Field(i).SetZero()
			}
		}
		if err := json.Unmarshal(raw, in); err != nil {
			return fault.Malformed("malformed")
		}
		return nil
	}
}

// orNull is an object that may be null, which huma's own tag does not say of
// objects.
type orNull[T any] struct{ v *T }

// Schema says that it may be null.
func (orNull[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

// MarshalJSON writes the object, or null.
func (o orNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.v) }

// UnmarshalJSON reads the object, or null.
func (o *orNull[T]) UnmarshalJSON(body []byte) error { return json.Unmarshal(body, &o.v) }

func actor(ctx context.Context) access.Actor { return request.From(ctx).Actor() }
