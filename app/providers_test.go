package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// withProviders runs a house that lets people in by two providers.
func withProviders(t *testing.T, databaseURL string) (*house, *lyingProvider, *lyingProvider) {
	t.Helper()
	one, two := newLyingProvider(t), newLyingProvider(t)
	settings := fmt.Sprintf(`
- key: one
  name: {en: Cardiff, cy: Caerdydd}
  issuer: %s
  client_id: sicrwydd
  client_secret: hidden
  second_factor: {amr: [mfa]}
  roles:
    - {claim: groups, values: [admins], role: administrator}
    - {claim: groups, values: [officials], role: official}
    - {claim: groups, values: [siro], role: approver, organisation: 7A4}
- key: two
  name: {en: Swansea, cy: Abertawe}
  issuer: %s
  client_id: sicrwydd
  client_secret: hidden
  roles:
    - {claim: groups, values: [officials], role: official}
`, one.at.URL, two.at.URL)
	path := filepath.Join(t.TempDir(), "providers.yaml")
	if err := os.WriteFile(path, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, databaseURL, 1, "SICRWYDD_PROVIDERS", path), one, two
}

func eachDatabase(t *testing.T, run func(t *testing.T, databaseURL string)) {
	t.Run("SQLite", func(t *testing.T) { run(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { run(t, storetest.PostgresURL(t)) })
}

// events counts the audit log.
func (h *house) events() int {
	h.t.Helper()
	n, err := store.Read(h.t.Context(), h.first.db, operator, func(tx *store.Tx) (int64, error) {
		list, err := tx.EventsAsked(store.EventFilter{}, "", 1)
		return int64(list.Total), err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return int(n)
}

// held lists what a user holds now: roles, and H at a place.
func (h *house) held(email string) string {
	h.t.Helper()
	held, err := store.Read(h.t.Context(), h.first.db, operator, func(tx *store.Tx) ([]string, error) {
		user, err := store.FindBy[identity.User](tx, "email = ?", email)
		if err != nil {
			return nil, err
		}
		all, err := store.All[identity.Membership](tx, "created_at, id", "user_id = ? AND ended_at IS NULL", user.ID)
		var held []string
		for _, m := range all {
			for _, role := range m.Roles {
				if m.OrganisationID != nil {
					role += "@"
				}
				held = append(held, string(role))
			}
		}
		slices.Sort(held)
		return held, err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.Join(held, " ")
}

func (r *reader) signedIn() bool {
	r.t.Helper()
	r.get("/account")
	return r.status == http.StatusOK
}

// Each answer that cannot be trusted: a page that says so, no session, one event.
func TestAnswersOfProvidersThatCannotBeTrusted(t *testing.T) {
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		h, one, two := withProviders(t, databaseURL)
		claims := one.person("ann", "officials")
		known := h.reader(t)
		known.get("/sign-in")
		one.comes(known, "/sign-in/providers/one", claims)
		if !known.signedIn() {
			t.Fatalf("an honest answer lets nobody in: %d %.800s", known.status, known.page)
		}
		stranger, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		lies := map[string]func(g *going){
			"state":              func(g *going) { g.answer.Set("state", "another") },
			"no state":           func(g *going) { g.answer.Del("state") },
			"nonce":              func(g *going) { g.claims["nonce"] = "another" },
			"no nonce":           func(g *going) { delete(g.claims, "nonce") },
			"audience":           func(g *going) { g.claims["aud"] = "another" },
			"audience of two":    func(g *going) { g.claims["aud"], g.claims["azp"] = []string{"sicrwydd", "another"}, "another" },
			"issuer":             func(g *going) { g.claims["iss"] = two.at.URL },
			"issuer of answer":   func(g *going) { g.answer.Set("iss", two.at.URL) },
			"signature":          func(g *going) { g.key = stranger },
			"old":                func(g *going) { g.claims["exp"] = time.Now().Add(-time.Minute).Unix() },
			"PKCE":               func(g *going) { g.asked.Set("code_challenge", "another") },
			"unknown code":       func(g *going) { g.answer.Set("code", "another") },
			"another provider's": func(g *going) { g.answer.Set("code", two.grants(g)) },
			"to another":         func(g *going) { g.path = "/sign-in/providers/two/callback" },
			"turned down":        func(g *going) { g.answer.Set("error", "access_denied") },
			"unsigned": func(g *going) {
				body, _ := json.Marshal(g.claims)
				g.token = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
			},
		}
		for _, name := range sortedKeys(lies) {
			r := h.reader(t)
			r.get("/sign-in?next=/suppliers")
			r.post("/sign-in/providers/one", r.hidden("/sign-in/providers/one"))
			g := one.away(r, claims)
			lies[name](g)
			if !g.answer.Has("code") {
				g.answer.Set("code", one.grants(g))
			}
			before := h.events()
			r.get(g.path + "?" + g.answer.Encode())
			if r.status != 403 || !strings.Contains(r.page, "You were not signed in") {
				t.Errorf("%s: %d %.300s", name, r.status, r.page)
			}
			if n := h.events() - before; n != 1 {
				t.Errorf("%s: %d events, want 1", name, n)
			}
			if r.signedIn() {
				t.Errorf("%s: let in", name)
			}
			g.answer.Set("state", g.asked.Get("state")) // put right, it is too late
			r.get("/sign-in/providers/one/callback?" + g.answer.Encode())
			if r.status != 403 || r.signedIn() {
				t.Errorf("%s, put right afterwards: %d", name, r.status)
			}
		}

		// An answer in another browser, and one that is brought again in the same.
		r, other := h.reader(t), h.reader(t)
		r.get("/sign-in")
		r.post("/sign-in/providers/one", r.hidden("/sign-in/providers/one"))
		g := one.away(r, claims)
		g.answer.Set("code", one.grants(g))
		callback := g.path + "?" + g.answer.Encode()
		other.get(callback)
		if other.status != 403 || other.signedIn() {
			t.Errorf("in another browser: %d", other.status)
		}
		node, err := url.Parse(r.node)
		if err != nil {
			t.Fatal(err)
		}
		cookies := r.client.Jar.Cookies(node)
		r.get(callback)
		r.must(303)
		again := h.reader(t)
		again.client.Jar.SetCookies(node, cookies)
		g.answer.Set("code", one.grants(g)) // even with a code that works
		before := h.events()
		again.get(g.path + "?" + g.answer.Encode())
		if again.status != 403 || again.signedIn() || h.events()-before != 1 {
			t.Errorf("brought again: %d, %d events", again.status, h.events()-before)
		}
	})
}

func TestRolesFollowTheClaims(t *testing.T) {
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		h, one, _ := withProviders(t, databaseURL)
		for _, c := range []struct {
			groups []string
			want   string
		}{
			{[]string{"officials", "else"}, "official"},
			{[]string{"officials", "siro"}, "approver@ official"},
			{[]string{"siro", "admins"}, "administrator approver@"},
			{[]string{"siro"}, "administrator approver@"}, // the last administrator stays
			{[]string{"admins"}, "administrator"},
		} {
			r := h.reader(t)
			r.get("/sign-in")
			one.comes(r, "/sign-in/providers/one", one.person("ann", c.groups...))
			if got := h.held("ann@example.org"); got != c.want || !r.signedIn() {
				t.Errorf("%v give %q, want %q: %d", c.groups, got, c.want, r.status)
			}
		}
		h.person("bob", access.Administrator, identity.Place{})
		r := h.reader(t)
		r.get("/sign-in")
		one.comes(r, "/sign-in/providers/one", one.person("ann"))
		if got := h.held("ann@example.org"); got != "" || r.signedIn() {
			t.Errorf("without claims %q is left, %d", got, r.status)
		}

		// Who is a supplier's links nothing, and gets nothing by claims.
		h.person("official", access.Official, identity.Place{})
		supplier := uuid.MustParse(h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Ours"}).id())
		h.member("lee", identity.NewUser{Roles: []access.Role{access.SupplierLead}, Password: passphrase, Place: identity.Place{SupplierID: &supplier}})
		l := h.reader(t)
		l.signIn("lee@example.org")
		l.get("/account/security")
		if l.must(200); strings.Contains(l.page, "/account/providers/") {
			t.Error("a supplier's lead is offered a link")
		}
		l.post("/account/providers/one", url.Values{"_csrf": {l.token}})
		l.must(403, "for officials of NHS Wales")
	})
}

func TestWhoIsUnknownAtAProvider(t *testing.T) {
	h, one, two := withProviders(t, "")
	h.member("ann", newOfficial())
	come := func(p *lyingProvider, key string, claims map[string]any) *reader {
		r := h.reader(t)
		r.get("/sign-in")
		before := h.events()
		p.comes(r, "/sign-in/providers/"+key, claims)
		if n := h.events() - before; r.status != 303 && n != 1 {
			t.Errorf("%s: %d events, want 1", claims["name"], n)
		}
		return r
	}
	come(one, "one", one.person("ann", "officials")).must(403, "There is an account here with your e-mail address already")
	come(one, "one", one.person("eve")).must(403, "gives you no role here")
	come(one, "one", but(one.person("eve", "officials"), "email_verified", false)).must(403, "no confirmed e-mail address")
	come(one, "one", but(one.person("eve", "officials"), "email", "")).must(403, "no confirmed e-mail address")

	// Where the provider asked for no second factor, or may not say so, ours follows.
	for _, r := range []*reader{
		come(one, "one", but(one.person("fay", "officials"), "amr", []string{"pwd"})),
		come(two, "two", one.person("guy", "officials")),
	} {
		if r.status != 303 || r.at != "/sign-in/code?next=%2F" || r.signedIn() {
			t.Fatalf("without a second factor: %d to %s", r.status, r.at)
		}
		r.get("/sign-in/code")
		r.must(200, "Set up two-step verification")
	}
	suspend := come(one, "one", one.person("hal", "officials"))
	suspend.must(303)
	if _, err := store.Change(t.Context(), h.first.db, operator, func(tx *store.Tx) (bool, error) {
		return true, store.Query[identity.User](tx).Where("email = ?", "hal@example.org").Update("status", identity.Suspended).Error
	}); err != nil {
		t.Fatal(err)
	}
	come(one, "one", one.person("hal", "officials")).must(403, "is suspended")
	if suspend.signedIn() {
		t.Error("who is suspended is in")
	}
}

func TestAnAccountIsLinkedByItsOwnerAlone(t *testing.T) {
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		h, one, two := withProviders(t, databaseURL)
		h.member("ann", newOfficial())
		r := h.reader(t)
		r.signIn("ann@example.org")
		r.get("/account/security")
		r.must(200, "Link: Cardiff", "Link: Swansea")
		theirs := but(one.person("ann at work", "siro"), "email", "elsewhere@example.org")
		one.comes(r, "/account/providers/one", theirs)
		if r.must(303); r.at != "/account/security" {
			t.Fatalf("linked, on to %s", r.at)
		}
		r.get(r.at)
		r.must(200, "is linked")

		// From another browser, with the link; and what people granted stays.
		w := h.reader(t)
		w.get("/sign-in?next=/suppliers")
		one.comes(w, "/sign-in/providers/one", theirs)
		if w.status != 303 || w.at != "/suppliers" || !w.signedIn() {
			t.Fatalf("by the link: %d to %s", w.status, w.at)
		}
		if got := h.held("ann@example.org"); got != "approver@ official" {
			t.Errorf("linked, and holds %q", got)
		}

		// The second factor is shown again at the provider, and is new.
		h.ageProofs()
		confirm := func(claims map[string]any) {
			w.get("/confirm?next=/suppliers.csv")
			w.must(200, "Sign in once more at your organisation")
			w.post("/confirm/providers/one", w.hidden("/confirm/providers/one"))
			g := one.away(w, claims)
			if g.asked.Get("prompt") != "login" || g.asked.Get("max_age") != "0" {
				t.Errorf("asked %v", g.asked)
			}
			g.answer.Set("code", one.grants(g))
			w.get(g.path + "?" + g.answer.Encode())
		}
		now := float64(time.Now().Unix())
		for name, claims := range map[string]map[string]any{"when it was is not said": theirs, "old": but(theirs, "auth_time", now-3600),
			"somebody else": but(but(theirs, "auth_time", now), "sub", "another"), "one factor": but(but(theirs, "auth_time", now), "amr", []string{"pwd"})} {
			confirm(claims)
			if !strings.Contains(w.page, "did not confirm") || w.status != 403 {
				t.Errorf("%s: %d %.300s", name, w.status, w.page)
			}
		}
		confirm(but(theirs, "auth_time", now))
		if w.must(303); w.at != "/suppliers.csv" {
			t.Errorf("confirmed, on to %s", w.at)
		}
		w.get(w.at)
		w.must(200)

		// Nobody else can link the same account, nor finish another's link.
		h.member("bob", newOfficial())
		b := h.reader(t)
		b.signIn("bob@example.org")
		b.get("/account/security")
		one.comes(b, "/account/providers/one", theirs)
		b.must(409, "is linked already")
		b.post("/account/providers/two", b.hidden("/account/providers/two"))
		g := two.away(b, two.person("bob"))
		g.answer.Set("code", two.grants(g))
		b.post("/sign-out", b.hidden("/sign-out"))
		b.get(g.path + "?" + g.answer.Encode())
		b.must(403, "You were not signed in")

		w.get("/account/security")
		_, id, _ := strings.Cut(w.page, "/account/provider-links/")
		remove := "/account/provider-links/" + id[:36] + "/remove"
		w.post(remove, w.hidden(remove))
		w.must(303)
		if got := h.held("ann@example.org"); got != "official" {
			t.Errorf("the link is gone, and holds %q", got)
		}
	})
}

func TestWhoOnlyComesByAProvider(t *testing.T) {
	h, one, _ := withProviders(t, "")
	r := h.reader(t)
	r.get("/sign-in")
	one.comes(r, "/sign-in/providers/one", one.person("ann", "officials"))
	r.must(303)
	r.get("/account/security")
	if strings.Contains(r.page, `action="/account/password"`) {
		t.Error("a password is to be changed that there is not")
	}
	_, id, _ := strings.Cut(r.page, "/account/provider-links/")
	remove := "/account/provider-links/" + id[:36] + "/remove"
	r.post(remove, r.hidden(remove))
	r.must(409, "your only way in")

	// A mail alone lets nobody in.
	if err := h.first.services.Identity.WriteToForgetful(t.Context(), identity.Forgotten{Email: "ann@example.org"}); err != nil {
		t.Fatal(err)
	}
	mails, err := h.first.outbox.Latest(t.Context(), operator, 10)
	if err != nil || len(mails) != 0 {
		t.Errorf("%d mails, %v", len(mails), err)
	}

	// The first factor of ours comes with recovery codes.
	r.get("/account/apps/new")
	fields := r.hidden("/account/apps")
	fields.Set("name", "phone")
	fields.Set("code", codeOf(t, r.page))
	r.post("/account/apps", fields)
	r.must(200, "Recovery codes")
}

func TestAProviderThatIsDown(t *testing.T) {
	h, one, _ := withProviders(t, "")
	one.at.Close()
	r := h.reader(t)
	r.get("/sign-in")
	r.post("/sign-in/providers/one", r.hidden("/sign-in/providers/one"))
	r.must(503, "does not answer", `action="/sign-in"`)
	r.get("/sign-in")
	r.post("/sign-in/providers/none", r.hidden("/sign-in/providers/one"))
	r.must(404)
}

func TestWrongProvidersAreToldAtOnce(t *testing.T) {
	_, err := identity.ReadProviders([]byte(`
- {key: One, name: {en: A}, issuer: "http://idp.example", client_id: x}
- {key: two, name: {en: A, cy: B}, issuer: "https://idp.example", client_id: x, client_secret: y, scopes: [email],
   roles: [{claim: groups, values: [a], role: respondent}, {role: auditor, organisation: X, group: Y}, {claim: a, values: [b], role: king}]}
- {key: two, name: {en: A, cy: B}, issuer: "https://other.example", client_id: x, client_secret: y, only: [Example.org, x.example, x.example]}
`))
	for _, want := range []string{"provider 1 (One): key must", "name must be given in en and cy", "issuer must be", "client_secret must", "scopes must hold openid",
		"rule 1: a supplier's role", "rule 2: claim and values", "rule 2: an auditor needs", "rule 2: organisation or group", `there is no role "king"`, "provider 3 (two): key and issuer must differ", `only: "Example.org" must be`, "only: x.example stands twice"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %q: %v", want, err)
		}
	}
	if _, err := identity.ReadProviders([]byte("- {key: a, secret: b}")); err == nil {
		t.Error("an unknown setting is taken")
	}
	h := start(t, "", 1)
	rules, err := identity.ReadProviders([]byte(`[{key: a, name: {en: A, cy: B}, issuer: "https://idp.example", client_id: x, client_secret: y,
  roles: [{claim: g, values: [a], role: official, organisation: NOWHERE}, {claim: g, values: [a], role: board_member, group: GRP-9}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	err = h.first.services.Identity.Providing(t.Context(), rules)
	for _, want := range []string{`provider a: there is no organisation "NOWHERE"`, `no governance group "GRP-9"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %q: %v", want, err)
		}
	}
}
