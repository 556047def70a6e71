// Package pages is what people see in the browser: each page reads a form or
// an address, calls one function of the domain, and shows what it gave. A
// handler holds no rule, no query and no check of permission.
package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/templates"
)

// Pages holds the pages and what they open onto.
type Pages struct {
	request.Services
	Set    *templates.Set
	Keys   *keyring.Ring
	Mails  *outbox.Service
	Demo   bool
	Secure bool // served behind https
	// PublicURL is where people reach the product.
	PublicURL string
	// Examine looks at what the product rests on, for a bounded time; with an
	// address it sends a test message there.
	Examine func(ctx context.Context, mailTo string) []request.Health
	// DemoAccounts are shown on the sign-in page of a demonstration.
	DemoAccounts []templates.DemoAccount
}

// Handler shows one page.
type Handler func(*View) error

// View is one request for a page and the answer being written.
type View struct {
	*fiber.Ctx
	Visit *request.Visit
	pages *Pages
	// session is the token of one that began with this request, step that of a
	// way in that did.
	session, step string
	// kept is a sealed form that went by way of a provider, back what shows this
	// page again where its address does not.
	kept, back string
}

// Handle makes a route's handler of a page: what it refuses becomes a page
// that says what to do, in the reader's language.
func (p *Pages) Handle(h Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := &View{Ctx: c, Visit: request.From(c.UserContext()), pages: p}
		c.Set("Cache-Control", "no-store")
		if err := v.checkForm(); err != nil {
			return v.fail(err)
		}
		if err := h(v); err != nil {
			return v.fail(err)
		}
		return nil
	}
}

// MayFill refuses a form about the thing of the address to who may not do what
// it does.
func (p *Pages) MayFill(v *View, kind string, permission access.Permission) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return p.Portfolio.MayFill(v.UserContext(), v.Actor(), kind, permission, id)
}

// Actor is who acts.
func (v *View) Actor() access.Actor { return v.Visit.Actor() }

// Lang is the reader's language.
func (v *View) Lang() lang.Tag { return v.Visit.Lang }

// Page names a page to be drawn.
type Page struct {
	Name     string // of the template
	TitleKey string
	Title    string // the title itself, where it is the name of a thing
	Data     any
	Wide     bool
	// Switch is the form that shows this page in the other language, where no
	// address does.
	Switch string
}

// Show draws a page.
func (v *View) Show(p Page) error { return v.draw(fiber.StatusOK, p, nil) }

// Refuse draws the page of a form again with what was typed and what is wrong
// with it. An error that no form can mend (not found, internal) is given back.
func (v *View) Refuse(err error, p Page) error {
	f := fault.As(err)
	if f == nil || f.Kind == fault.KindNotFound || f.Kind == fault.KindUnauthenticated {
		return err
	}
	return v.draw(request.Status(f.Kind), p, f)
}

// Fragment draws a defined part of a page, for htmx to swap in.
func (v *View) Fragment(part string, p Page, refused error) error {
	var b bytes.Buffer
	if f := fault.As(refused); f != nil {
		v.Visit.Refuse(f)
	}
	page := v.page(p, fault.As(refused))
	if err := v.pages.Set.Fragment(&b, p.Name, part, page); err != nil {
		return err
	}
	return v.send(v.Response().StatusCode(), b.Bytes())
}

// FromHTMX reports whether a script asked for a part of the page.
func (v *View) FromHTMX() bool { return v.Get("HX-Request") == "true" }

// Go sends the reader to another page, which says what was done.
func (v *View) Go(path, flashKey string) error {
	if flashKey != "" {
		v.cookie("flash", flashKey, 60)
	}
	return v.Redirect(path, fiber.StatusSeeOther)
}

func (v *View) draw(status int, p Page, refused *fault.Error) error {
	var b bytes.Buffer
	if refused != nil {
		v.Visit.Refuse(refused)
	}
	if err := v.pages.Set.Page(&b, p.Name, v.page(p, refused)); err != nil {
		return err
	}
	if refused != nil && refused.Kind == fault.KindTooMany {
		v.Set(fiber.HeaderRetryAfter, request.RetryAfter(refused))
	}
	return v.send(status, b.Bytes())
}

func (v *View) send(status int, body []byte) error {
	v.Set("Content-Language", string(v.Lang()))
	v.Type("html", "utf-8")
	return v.Status(status).Send(body)
}

func (v *View) page(p Page, refused *fault.Error) templates.Page {
	page := templates.Page{Lang: v.Lang(), TitleKey: p.TitleKey, Title: p.Title, Path: v.formPath(), CSRF: v.token(),
		Errors: refused, RequestID: v.Visit.ID, Demo: v.pages.Demo, Data: p.Data, Wide: p.Wide, Switch: p.Switch, SignedIn: v.viewer()}
	if key := v.Cookies("flash"); strings.HasPrefix(key, "flash.") && refused == nil {
		page.Flash = &templates.Flash{Key: key}
		v.cookie("flash", "", -1)
	}
	return page
}

// formPath is the address that shows this page again, for the switch of language.
func (v *View) formPath() string {
	if v.back != "" {
		return v.back
	}
	if v.Method() == fiber.MethodGet {
		return v.OriginalURL()
	}
	if back, err := url.Parse(v.Get("Referer")); err == nil && back.Path != "" {
		return back.RequestURI()
	}
	return v.Path()
}

// fail draws the page of an error; who has not signed in is sent to do so and
// comes back here.
func (v *View) fail(err error) error {
	f := fault.As(err)
	if f == nil {
		slog.Error("page failed", "request", v.Visit.ID, "path", v.Route().Path, "error", err)
		f = &fault.Error{Key: "internal"}
	}
	v.Visit.Refuse(f)
	if f.Kind == fault.KindUnauthenticated && v.Visit.Signed == nil && !v.FromHTMX() && v.Route().Path != "/sign-in" {
		if t := v.typedHere(); t != nil {
			return v.askAgain(t, f)
		}
		next := v.OriginalURL()
		if v.Method() != fiber.MethodGet {
			next = v.formPath()
		}
		return v.Redirect("/sign-in?next="+url.QueryEscape(next), fiber.StatusSeeOther)
	}
	if f.Key == "form.stale" && v.Visit.Signed != nil { // signed in again, in another window
		if t := v.typedHere(); t != nil && t.By == v.Visit.Signed.User.ID && t.size() <= largestTyped {
			return v.showTyped(t)
		}
	}
	status := request.Status(f.Kind)
	page := Page{Name: "error", TitleKey: templates.ErrorTitleKey(status), Data: templates.ErrorData{Status: status}}
	if err := v.draw(status, page, f); err != nil {
		slog.Error("the error page failed", "request", v.Visit.ID, "error", err)
		return v.SendStatus(fiber.StatusInternalServerError)
	}
	return nil
}

// Refused is the page for what failed before a handler ran.
func (p *Pages) Refused(c *fiber.Ctx, err error) error {
	return (&View{Ctx: c, Visit: request.From(c.UserContext()), pages: p}).fail(err)
}

// NotFound is the page for an address that leads nowhere: the same as for a
// thing that may not be seen.
func (p *Pages) NotFound() fiber.Handler {
	return p.Handle(func(*View) error { return fault.NotFound() })
}

// ID reads an id from the address; what is no id leads nowhere.
func (v *View) ID(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(v.Params(name))
	if err != nil {
		return uuid.Nil, fault.NotFound()
	}
	return id, nil
}

// FormValue gives a field of the form as it was typed.
func (v *View) FormValue(name string) string { return request.Field(v.Ctx, name) }

// Typed gives a field of the form, without the blanks around it.
func (v *View) Typed(name string) string { return strings.TrimSpace(v.FormValue(name)) }

// TypedAll gives every value of a field: ticked boxes.
func (v *View) TypedAll(name string) []string {
	var all []string
	if form, err := v.MultipartForm(); err == nil {
		return append(all, form.Value[name]...)
	}
	for _, value := range v.Request().PostArgs().PeekMulti(name) {
		all = append(all, string(value))
	}
	return all
}

// TypedText gives a text typed in two languages: NAME.en and NAME.cy.
func (v *View) TypedText(name string) lang.Text {
	return lang.Text{En: v.Typed(name + ".en"), Cy: v.Typed(name + ".cy")}
}

// The names of the cookies. Behind https they are bound to this host.
const (
	sessionCookie  = "session"
	stepCookie     = "step"
	providerCookie = "provider"
	visitCookie    = "visit"
)

// CookieName gives the name under which a cookie is set.
func CookieName(secure bool, name string) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// SessionCookie gives the name of the cookie of sessions.
func SessionCookie(secure bool) string { return CookieName(secure, sessionCookie) }

// Cookies reads a cookie by its plain name.
func (v *View) Cookies(name string) string {
	return strings.Clone(v.Ctx.Cookies(CookieName(v.pages.Secure, name)))
}

// cookie sets one for so many seconds: 0 until the browser closes, below 0 removes it.
func (v *View) cookie(name, value string, seconds int) {
	cookie := &fiber.Cookie{Name: CookieName(v.pages.Secure, name), Value: value, Path: "/", HTTPOnly: true,
		Secure: v.pages.Secure, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: seconds == 0}
	if seconds != 0 {
		cookie.MaxAge = seconds
	}
	v.Cookie(cookie)
}

// token gives the token of the page's forms: bound to the session, or before
// sign-in to a random cookie of this browser.
func (v *View) token() string {
	session := v.session
	if session == "" {
		session = v.Cookies(sessionCookie)
	}
	if session != "" && v.Visit.Signed != nil {
		return v.pages.Keys.MAC(keyring.Forms, "session "+session) + "." + v.by(v.Visit.Signed.User.ID)
	}
	visit := v.Cookies(visitCookie)
	if visit == "" {
		if kept, ok := v.Locals(visitCookie).(string); ok {
			visit = kept
		} else {
			b := make([]byte, 24)
			_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
			visit = base64.RawURLEncoding.EncodeToString(b)
			v.Locals(visitCookie, visit)
			v.cookie(visitCookie, visit, 0)
		}
	}
	return v.pages.Keys.MAC(keyring.Forms, "visit "+visit)
}

// checkForm refuses a form that did not come from a page of ours.
func (v *View) checkForm() error {
	switch v.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return nil
	}
	if site := v.Get("Sec-Fetch-Site"); site == "cross-site" {
		return fault.Forbidden("form.foreign")
	}
	if origin := v.Get("Origin"); origin != "" && origin != "null" {
		from, err := url.Parse(origin)
		if err != nil || from.Host != string(v.Request().Host()) {
			return fault.Forbidden("form.foreign")
		}
	}
	given := v.FormValue("_csrf")
	if given == "" {
		given = v.Get("X-CSRF-Token")
	}
	if subtle.ConstantTimeCompare([]byte(given), []byte(v.token())) != 1 {
		if v.Visit.Signed == nil && v.Route().Path != "/sign-in" {
			return fault.Unauthenticated("session.ended")
		}
		return fault.Forbidden("form.stale")
	}
	return nil
}

// viewer is the person signed in, as the header shows them.
func (v *View) viewer() *templates.Viewer {
	signed := v.Visit.Signed
	if signed == nil {
		return nil
	}
	viewer := &templates.Viewer{Key: v.pages.Keys.MAC(keyring.Forms, "reader "+signed.User.ID.String())[:16], Name: signed.User.Name, CanSwitch: len(signed.Memberships) > 1,
		CanSearch: signed.Actor.Holds(access.ReviewRead)}
	for _, role := range signed.Membership.Roles {
		viewer.Roles = append(viewer.Roles, string(role))
	}
	viewer.Nav = v.parts()
	if len(viewer.Nav) > inHeader {
		viewer.Nav = append(viewer.Nav[:inHeader-1:inHeader-1], templates.NavItem{Key: "nav.more", Href: "/more", Active: v.Path() == "/more"})
	}
	return viewer
}

// inHeader is how many parts of the service the header has room for.
const inHeader = 8

// parts are the parts of the service that the reader may read.
func (v *View) parts() []templates.NavItem {
	var all []templates.NavItem
	by := v.Actor()
	for _, item := range navigation {
		if by.Holds(item.permission) && (item.side == "" || (item.side == "ours") == !by.OnSupplierSide()) {
			all = append(all, templates.NavItem{Key: item.key, Href: item.href, Active: strings.HasPrefix(v.Path(), item.href)})
		}
	}
	if by.OnSupplierSide() && by.Holds(access.InventoryRead) {
		own := "/suppliers/" + by.SupplierID.String()
		all = append(all, templates.NavItem{Key: "nav.own-supplier", Href: own, Active: strings.HasPrefix(v.Path(), own)})
	}
	return all
}

// More lists the parts that the header has no room for.
func (p *Pages) More(v *View) error {
	all := v.parts()
	if len(all) > inHeader {
		all = all[inHeader-1:]
	}
	return v.Show(Page{Name: "more", TitleKey: "nav.more", Data: all})
}

// navigation is the parts of the service, for those who may read them: what is
// used most stands first, and in the header.
var navigation = []struct {
	key, href  string
	permission access.Permission
	side       string
}{
	{"nav.dashboard", "/dashboard", access.ReviewRead, ""},
	{"nav.reviews", "/reviews", access.ReviewRead, ""},
	{"nav.calendar", "/calendar", access.ReviewRead, ""},
	{"nav.suppliers", "/suppliers", access.InventoryRead, "ours"},
	{"nav.systems", "/systems", access.InventoryRead, "ours"},
	{"nav.risk", "/risk", access.InventoryRead, "ours"},
	{"nav.actions", "/actions", access.AnswersRead, ""},
	{"nav.reports", "/reports", access.ReportRead, ""},
	{"nav.users", "/users", access.UserManage, ""},
	{"nav.audit", "/audit", access.AuditRead, "ours"},
	{"nav.outbox", "/outbox", access.Settings, ""},
	{"nav.jobs", "/jobs", access.Settings, ""},
	{"nav.health", "/health", access.Settings, ""},
	{"nav.programmes", "/programmes", access.ReviewRead, "ours"},
	{"nav.organisations", "/organisations", access.DirectoryRead, "ours"},
	{"nav.groups", "/groups", access.DirectoryRead, "ours"},
	{"nav.concentration", "/concentration", access.InventoryRead, "ours"},
	{"nav.findings", "/findings", access.AnswersRead, ""},
	{"nav.contracts", "/contracts", access.InventoryRead, "ours"},
	{"nav.questionnaires", "/questionnaires", access.QuestionnaireRead, "ours"},
	{"nav.frameworks", "/frameworks", access.QuestionnaireRead, "ours"},
}
