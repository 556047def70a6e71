package main

import (
	"net/url"
	"regexp"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

var sessionForm = regexp.MustCompile(`action="(/account/sessions/[0-9a-f-]{36}/end)"`)

// told counts the events of an act about a person.
func (h *house) told(person uuid.UUID, act audit.Action) int {
	h.t.Helper()
	events, err := store.Read(h.t.Context(), h.first.db, operator, func(tx *store.Tx) (store.List[store.Told], error) {
		return tx.EventsOf(store.Past{About: person, Acts: []audit.Action{act}}, "", 50)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return len(events.Items)
}

// An administrator ends the sessions of a person, in the browser and over the
// API; the operator those of one, or of everybody.
func TestAnAdministratorEndsTheSessionsOfAPerson(t *testing.T) {
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		h := start(t, databaseURL, 1)
		host := h.organisation("7A4")
		h.member("admin", identity.NewUser{Roles: []access.Role{access.Administrator}, Password: passphrase})
		ann := h.member("ann", newOfficial())
		h.person("official", access.Official, identity.Place{})
		h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
		h.supplierWithReview("Allan", host, "lead")
		admin, signed := h.reader(t), h.reader(t)
		admin.signIn("admin@example.org")
		ends := func(how string, act func()) {
			t.Helper()
			signed.signIn("ann@example.org")
			before := h.told(ann, identity.SessionsEnded)
			act()
			if signed.signedIn() {
				t.Errorf("%s: the session stands", how)
			}
			if n := h.told(ann, identity.SessionsEnded); n != before+1 {
				t.Errorf("%s: %d events more, want one", how, n-before)
			}
		}
		of := "/users/" + ann.String()
		ends("in the browser", func() {
			h.ageProofs()
			admin.get(of)
			admin.must(200, "Sign them out everywhere")
			admin.post(of+"/sessions/end", admin.hidden(of+"/sessions/end"))
			admin.must(200, "Confirm that it is you")
			if !signed.signedIn() {
				t.Fatal("the sessions of another ended without the second factor")
			}
			confirm := admin.hidden("/confirm")
			confirm.Set("code", h.codes["admin@example.org"][0])
			admin.post("/confirm", confirm)
			admin.must(200)
			admin.post(of+"/sessions/end", admin.hidden(of+"/sessions/end"))
			admin.must(303)
			admin.get(of)
			admin.must(200, "They are signed out everywhere")
		})
		ends("over the API", func() { h.must(204, "admin", "DELETE", of+"/sessions", nil) })
		h.must(200, "ann", "GET", "/me", nil) // tokens stay
		h.must(404, "lead", "DELETE", of+"/sessions", nil)
		h.must(404, "siro", "DELETE", of+"/sessions", nil)
		h.must(404, "admin", "DELETE", "/users/"+uuid.NewString()+"/sessions", nil)
		ends("by the operator", func() {
			if n, err := h.first.services.Identity.SignOutAll(t.Context(), operator, "ANN@example.org"); err != nil || n != 1 {
				t.Errorf("%d, %v", n, err)
			}
		})
		if !admin.signedIn() {
			t.Error("the session of another ended too")
		}
		ends("of everybody", func() {
			if n, err := h.first.services.Identity.SignOutAll(t.Context(), operator, ""); err != nil || n != 2 {
				t.Errorf("%d, %v", n, err)
			}
		})
		if admin.signedIn() {
			t.Error("the administrator is still in")
		}
		if _, err := h.first.services.Identity.SignOutAll(t.Context(), operator, "nobody@example.org"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestWhomToSignOutIsSaidOneWay(t *testing.T) {
	for _, c := range []signOutCommand{{}, {Email: "ann@example.org", Everybody: true}} {
		if err := c.Run(t.Context()); err == nil || err.Error() != "give either an address or --everybody" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Who ends own sessions shows the second factor again, for one as for all.
func TestOwnSessionsEndAfterAProof(t *testing.T) {
	h := start(t, "", 1)
	h.member("ann", newOfficial())
	here, there := h.reader(t), h.reader(t)
	here.signIn("ann@example.org")
	there.signIn("ann@example.org")
	h.ageProofs()
	here.get("/account/security")
	ends := []string{"/account/sessions/end"}
	for _, action := range sessionForm.FindAllStringSubmatch(here.page, -1) {
		ends = append(ends, action[1])
	}
	if len(ends) != 2 {
		t.Fatalf("sessions to end: %v", ends)
	}
	for _, path := range ends {
		here.post(path, url.Values{"_csrf": {here.token}}, "Referer", here.node+"/account/security")
		if here.at != "/confirm?next=%2Faccount%2Fsecurity" {
			t.Errorf("%s: %d to %s", path, here.status, here.at)
		}
	}
	there.get("/account")
	there.must(200)
	here.get("/confirm?next=/account/security")
	confirm := here.hidden("/confirm")
	confirm.Set("code", h.codes["ann@example.org"][0])
	here.post("/confirm", confirm)
	here.get(here.at)
	here.post(ends[1], here.hidden(ends[1]))
	here.must(303)
	there.get("/account")
	there.must(303)
	here.get("/account/security")
	here.post(ends[0], here.hidden(ends[0]))
	here.get("/account")
	here.must(303)
}
