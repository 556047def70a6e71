package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/filesystem"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/google/uuid"

	"sicrwydd/handlers/api"
	"sicrwydd/handlers/pages"
	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/templates"
)

// newServer puts every route in its place. The order of what runs before a
// handler matters: the id first, so that every log line has it.
func (p *program) newServer() (*fiber.App, huma.API, error) {
	web := &pages.Pages{Services: p.services, Set: p.templates, Keys: p.keys, Mails: p.outbox, Demo: p.demo,
		Secure: strings.HasPrefix(p.config.PublicURL, "https://"), DemoAccounts: p.accounts, PublicURL: p.config.PublicURL, Examine: p.health}
	app := fiber.New(fiber.Config{
		AppName: "Sicrwydd", DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true,
		BodyLimit: largestUpload, ReadTimeout: p.patience.head, WriteTimeout: p.patience.while, IdleTimeout: idle, Concurrency: mostConnections(),
		ReadBufferSize: 16 << 10, ErrorHandler: p.refused, StreamRequestBody: true, DisablePreParseMultipartForm: true,
	})
	app.Server().HeaderReceived = p.patience.expect
	app.Use(recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: func(c *fiber.Ctx, cause any) {
		slog.Error("handler panicked", "request", request.From(c.UserContext()).ID, "cause", cause)
	}}))
	measured := newMeter(p.db)
	app.Use(p.patience.answerInTime, p.identify, measured.observe, p.headers, refuseAmbiguous, refusePacked, p.paceAddress, p.authenticate(web.Secure), p.pacePerson, p.takeIn, refuseNoText)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", p.ready)
	app.Get("/metrics", measured.serve())
	app.Get("/.well-known/security.txt", p.securityText)
	app.Get("/verify/keys", api.Files(func(c *fiber.Ctx) error { return p.publicKeys(c) }))
	mountAssets(app)

	a := &api.API{Services: p.services}
	for _, r := range fileRoutes(a) {
		if !known(r.permission) {
			return nil, nil, errors.New("route " + r.path + " has no permission")
		}
		app.Add(r.method, r.path, api.Files(func(c *fiber.Ctx) error {
			if err := permitted(request.From(c.UserContext()), r.permission, r.path); err != nil {
				return err
			}
			return r.handler(c)
		}))
	}
	contract, err := mountAPI(app, a)
	if err != nil {
		return nil, nil, err
	}
	document, err := json.MarshalIndent(contract.OpenAPI(), "", "  ")
	if err != nil {
		return nil, nil, err
	}
	app.Get(api.Prefix+"/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/openapi+json")
		return c.Send(document)
	})
	app.Get("/api/docs", web.Handle(func(v *pages.View) error { return v.APIDocs(contract.OpenAPI()) }))
	app.Use(api.Prefix, func(c *fiber.Ctx) error { return api.WriteProblem(c, fault.NotFound()) })
	if err := mountPages(app, web); err != nil {
		return nil, nil, err
	}
	app.Use(web.NotFound())
	return app, contract, nil
}

// identify gives the request its id and language.
func (p *program) identify(c *fiber.Ctx) error {
	visit := &request.Visit{ID: uuid.NewString(), Origin: p.origin(c), Agent: c.Get(fiber.HeaderUserAgent), Lang: lang.English}
	for part := range strings.SplitSeq(c.Get(fiber.HeaderAcceptLanguage), ",") {
		if tag, ok := lang.Parse(strings.SplitN(part, ";", 2)[0]); ok {
			visit.Lang = tag
			break
		}
	}
	c.Set("X-Request-ID", visit.ID)
	c.SetUserContext(request.With(c.UserContext(), visit))
	return c.Next()
}

// origin is the address that a request comes from: the peer's or, where that
// is a proxy of ours, the nearest before it that is not.
func (p *program) origin(c *fiber.Ctx) string {
	at, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) // a proxy may add a line of its own
	hops := strings.Split(string(bytes.Join(lines, []byte(","))), ",")
	for at = at.Unmap(); ok && p.config.ours(at) && len(hops) > 0; hops = hops[:len(hops)-1] {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1]))
		if err != nil {
			break
		}
		at = before.Unmap()
	}
	return at.String()
}

// authenticate finds who asks: by a token for the API, by a session for pages.
func (p *program) authenticate(secure bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		visit := request.From(c.UserContext())
		signed, err := p.whoAsks(c, visit, secure)
		if err != nil && !fault.Is(err, fault.KindUnauthenticated) {
			return err
		}
		visit.Signed = signed
		isAPI := strings.HasPrefix(c.Path(), api.Prefix)
		if signed == nil || isAPI {
			if !isAPI {
				chooseLanguage(c, visit, secure)
			}
			return c.Next()
		}
		visit.Lang = signed.User.Language
		if tag, ok := lang.Parse(c.Query("lang")); ok && tag != visit.Lang {
			if c.Method() == fiber.MethodGet && !strings.Contains(c.Path(), "/report") {
				if err := p.services.Identity.SetLanguage(c.UserContext(), signed, tag); err != nil {
					return err
				}
			}
			visit.Lang = tag
		}
		return c.Next()
	}
}

func (p *program) whoAsks(c *fiber.Ctx, visit *request.Visit, secure bool) (*identity.Signed, error) {
	if strings.HasPrefix(c.Path(), api.Prefix) {
		bearer, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
		if !ok {
			return nil, nil
		}
		return p.services.Identity.Bearer(c.UserContext(), bearer, visit.Origin)
	}
	token := c.Cookies(pages.SessionCookie(secure))
	if token == "" || strings.HasPrefix(c.Path(), "/assets/") {
		return nil, nil
	}
	return p.services.Identity.Session(c.UserContext(), token, visit.Origin)
}

// chooseLanguage keeps the language of one who has not signed in in a cookie.
func chooseLanguage(c *fiber.Ctx, visit *request.Visit, secure bool) {
	name := pages.CookieName(secure, "language")
	if tag, ok := lang.Parse(c.Cookies(name)); ok {
		visit.Lang = tag
	}
	if tag, ok := lang.Parse(c.Query("lang")); ok {
		visit.Lang = tag
		c.Cookie(&fiber.Cookie{Name: name, Value: string(tag), Path: "/", HTTPOnly: true, Secure: secure,
			SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 365 * 24 * 3600})
	}
}

// headers are those of every answer.
func (p *program) headers(c *fiber.Ctx) error {
	p.setHeaders(c)
	return c.Next()
}

func (p *program) setHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
		"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=()")
	if strings.HasPrefix(p.config.PublicURL, "https://") {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=63072000; includeSubDomains")
	}
	if strings.HasPrefix(c.Path(), api.Prefix) {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
}

// refused answers what failed before or beside a handler: a body that is too
// large, a method that there is not.
func (p *program) refused(c *fiber.Ctx, err error) error {
	p.setHeaders(c)
	var status *fiber.Error
	if errors.As(err, &status) {
		switch status.Code {
		case fiber.StatusRequestEntityTooLarge:
			err = fault.TooLarge("too-large")
		case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
			err = fault.NotFound()
		case fiber.StatusBadRequest, fiber.StatusRequestHeaderFieldsTooLarge:
			err = fault.Malformed("malformed")
		case fiber.StatusRequestTimeout, fiber.StatusBadGateway: // a connection that a browser held in reserve, or that broke
			return c.SendStatus(status.Code)
		}
	}
	if strings.HasPrefix(c.Path(), api.Prefix) {
		return api.WriteProblem(c, err)
	}
	web := &pages.Pages{Set: p.templates, Keys: p.keys, Demo: p.demo}
	return web.Refused(c, err)
}

func mountAssets(app *fiber.App) {
	app.Use("/assets", func(c *fiber.Ctx) error {
		if c.Query("v") != "" {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		}
		err := c.Next()
		kind := string(c.Response().Header.ContentType())
		c.Set(fiber.HeaderContentType, request.Charset(kind, nil))
		return err
	}, filesystem.New(filesystem.Config{Root: http.FS(templates.Assets)}))
}

func (p *program) ready(c *fiber.Ctx) error {
	migrated, err := p.db.Migrated(c.UserContext())
	if err != nil || !migrated || p.db.Ping(c.UserContext()) != nil {
		return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
	}
	return c.SendString("ready\n")
}

func (p *program) securityText(c *fiber.Ctx) error {
	c.Type("txt", "utf-8")
	return c.SendString("Contact: " + p.config.PublicURL + "/help\nPreferred-Languages: en, cy\nExpires: " +
		time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339) + "\n")
}

func (p *program) publicKeys(c *fiber.Ctx) error {
	keys, err := p.services.Reviews.PublicKeys(c.UserContext(), access.Program("publish keys"))
	if err != nil {
		return err
	}
	list := []fiber.Map{}
	for _, key := range keys {
		list = append(list, fiber.Map{"key_id": key.KeyID, "public_key": key.PublicKey, "algorithm": "Ed25519"})
	}
	return c.JSON(fiber.Map{"keys": list})
}
