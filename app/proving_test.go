package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
)

var (
	shownKey  = regexp.MustCompile(`<p class="app-code">([A-Z2-7 ]+)</p>`)
	shownCode = regexp.MustCompile(`<li>([a-z2-7-]{30})</li>`)
)

// codeOf gives what an app shows now whose key is on the page.
func codeOf(t *testing.T, page string) string {
	t.Helper()
	key := shownKey.FindStringSubmatch(page)
	if key == nil {
		t.Fatalf("no key on the page: %.400s", page)
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(html.UnescapeString(key[1]), " ", ""), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// prove shows the second factor on the page that asks for it: it sets up an app
// the first time, and uses a recovery code after that.
func (r *reader) prove(email string) {
	r.t.Helper()
	fields := r.hidden("/sign-in/code")
	codes := r.house.codes[email]
	if shownKey.MatchString(r.page) {
		fields.Set("code", codeOf(r.t, r.page))
		r.post("/sign-in/code", fields)
		r.must(http.StatusOK, "Recovery codes")
		for _, shown := range shownCode.FindAllStringSubmatch(r.page, -1) {
			r.house.codes[email] = append(r.house.codes[email], shown[1])
		}
		return
	}
	if len(codes) == 0 {
		r.t.Fatalf("%s has no recovery codes left: %.400s", email, r.page)
	}
	r.house.codes[email] = codes[1:]
	fields.Set("code", codes[0])
	r.post("/sign-in/code", fields)
}

// signIn goes from the password through the second factor into a session.
func (r *reader) signIn(email string) {
	r.t.Helper()
	r.get("/sign-in")
	fields := r.hidden("/sign-in")
	fields.Set("email", email)
	fields.Set("password", passphrase)
	fields.Set("_csrf", r.token)
	r.post("/sign-in", fields)
	r.must(http.StatusSeeOther)
	r.get(r.at)
	r.prove(email)
	r.get("/account")
	r.must(http.StatusOK)
}

func TestASessionBeginsWithTheSecondFactor(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	r := h.reader(t)
	for range 2 { // to set up, and then to use
		r.get("/sign-in?next=/suppliers")
		fields := r.hidden("/sign-in")
		fields.Set("email", "ann@example.org")
		fields.Set("password", passphrase)
		r.post("/sign-in", fields)
		r.must(303)
		if r.at != "/sign-in/code?next=%2Fsuppliers" {
			t.Fatalf("the password leads to %s", r.at)
		}
		half := r.at
		for _, path := range []string{"/suppliers", "/account", "/account/security", "/reviews.csv", "/users", "/confirm"} {
			r.get(path)
			if r.status != 303 || !strings.HasPrefix(r.at, "/sign-in?next=") {
				t.Errorf("with half a sign-in, %s: %d to %s", path, r.status, r.at)
			}
		}
		r.get(half)
		wrong := r.hidden("/sign-in/code")
		wrong.Set("code", "123")
		r.post("/sign-in/code", wrong)
		r.must(422, "Enter the code that the app shows now")
		r.prove("ann@example.org")
		r.get("/suppliers")
		r.must(200)
		r.get("/account/security")
		r.must(200, "Authenticator app", "Where you are signed in")
		r.post("/sign-out", r.hidden("/sign-out"))
	}
}

// Who signs in where a session stands, as themselves or as another, ends it.
func TestSigningInAnewEndsTheSessionThatStood(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	h.member("bob", newOfficial())
	r := h.reader(t)
	r.signIn("ann@example.org")
	for _, email := range []string{"ann@example.org", "bob@example.org"} {
		at, err := url.Parse(r.node)
		if err != nil {
			t.Fatal(err)
		}
		old := h.reader(t)
		old.client.Jar.SetCookies(at, r.client.Jar.Cookies(at)) // as a thief of the old token
		old.get("/account")
		old.must(200, "ann@example.org")
		r.get("/account")
		r.post("/sign-in", url.Values{"_csrf": {r.token}, "email": {email}, "password": {passphrase}})
		r.must(303)
		r.get(r.at)
		r.prove(email)
		r.get("/account")
		r.must(200, email)
		old.get("/account")
		if old.status != 303 {
			t.Errorf("after %s signed in, the session that stood answers %d", email, old.status)
		}
	}
}

func TestAnActThatMattersAsksForTheSecondFactorAgain(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	r := h.reader(t)
	r.signIn("ann@example.org")
	r.get("/suppliers.csv")
	r.must(200)
	h.ageProofs()
	some := uuid.NewString()
	for _, path := range []string{"/suppliers.csv", "/systems.xlsx", "/reports/actions.xlsx", "/reports/actions.pdf", "/reports/draft.xlsx", "/reports/draft.pdf",
		"/reports/" + some + "/pack.xlsx", "/suppliers/" + some + "/who-is-hit.pdf", "/translations.xlsx", "/account/apps/new"} {
		r.get(path)
		if r.status != 303 || !strings.HasPrefix(r.at, "/confirm?next=") {
			t.Errorf("%s: %d to %s", path, r.status, r.at)
		}
	}
	r.get("/calendar")
	r.post("/calendar/feeds", r.hidden("/calendar/feeds"), "Referer", r.node+"/calendar")
	if r.status != 303 || r.at != "/confirm?next=%2Fcalendar" {
		t.Errorf("an address of a calendar: %d to %s", r.status, r.at)
	}
	r.get("/account/tokens")
	fields := r.hidden("/account/tokens")
	fields.Set("name", "")
	fields.Set("days", "90")
	r.post("/account/tokens", fields, "Referer", r.node+"/account/tokens")
	r.must(200, "Confirm that it is you")
	confirm := r.hidden("/confirm")
	confirm.Set("code", "999999")
	r.post("/confirm", confirm)
	r.must(422, "Enter the code that the app shows now")
	confirm = r.hidden("/confirm")
	confirm.Set("code", h.codes["ann@example.org"][0])
	r.post("/confirm", confirm)
	r.must(200, "Send it now") // what was typed, to be sent
	r.post("/account/tokens", r.hidden("/account/tokens"))
	r.must(422, "Enter the person")
	r.get("/suppliers.csv")
	r.must(200)
}

func TestNamingADeputyAsksForTheSecondFactorAgain(t *testing.T) {
	h := start(t, "", 1)
	approver := h.member("siro", identity.NewUser{Password: passphrase, Roles: []access.Role{access.Approver}})
	colleague := h.member("ann", newOfficial())
	r := h.reader(t)
	r.signIn("siro@example.org")
	h.ageProofs()
	today := calendar.On(h.first.db.Now())
	r.get("/deputies")
	fields := r.hidden("/deputies")
	fields.Set("user_id", colleague.String())
	fields.Set("from", string(today))
	fields.Set("until", string(today.AddDays(7)))
	r.post("/deputies", fields, "Referer", r.node+"/deputies")
	r.must(200, "Confirm that it is you")
	if n := h.told(approver, identity.DeputyNamed) + h.told(colleague, identity.DeputyNamed); n != 0 {
		t.Fatalf("%d deputies before the second factor", n)
	}
	confirm := r.hidden("/confirm")
	confirm.Set("code", h.codes["siro@example.org"][0])
	r.post("/confirm", confirm)
	r.must(200, "Send it now")
	r.post("/deputies", r.hidden("/deputies"))
	r.must(303)
	if n := h.told(colleague, identity.DeputyNamed); n != 1 {
		t.Errorf("%d deputies, want one", n)
	}
}
