package main

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
)

// Where an organisation wants its own sign-in alone, its people have no password
// once they are linked, and their mailbox lets nobody in.
func TestWhomTheirOrganisationAloneLetsIn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		h, one, _ := withProviders(t, databaseURL)
		service := h.first.services.Identity
		h.member("ann", newOfficial())
		bob := h.member("bob", newOfficial())
		link := func(name string) *reader {
			t.Helper()
			r := h.reader(t)
			r.signIn(name + "@example.org")
			r.get("/account/security")
			one.comes(r, "/account/providers/one", one.person(name, "officials"))
			r.must(303)
			return r
		}
		signsIn := func(name string) bool {
			t.Helper()
			arrival, err := service.SignIn(t.Context(), name+"@example.org", passphrase, identity.From{Origin: "192.0.2." + name})
			if err != nil && !fault.Is(err, fault.KindUnauthenticated) {
				t.Fatal(err)
			}
			return arrival.Step != ""
		}
		forgets := func(name string) int {
			t.Helper()
			if err := service.WriteToForgetful(t.Context(), identity.Forgotten{Email: name + "@example.org"}); err != nil {
				t.Fatal(err)
			}
			mails, err := h.first.outbox.Latest(t.Context(), operator, 20)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, m := range mails {
				if m.Recipient == name+"@example.org" && m.Kind == "password_reset" {
					n++
				}
			}
			return n
		}
		ann := link("ann")
		if !signsIn("ann") || forgets("ann") != 1 {
			t.Fatal("without a rule, the password lets in and is forgotten")
		}
		h.first.config.Providers[0].Only = []string{"example.org"}

		// Linked before the rule stood: the password is of no use.
		if signsIn("ann") {
			t.Error("the password of one who comes by a provider alone lets in")
		}
		if n := forgets("ann"); n != 1 {
			t.Errorf("%d mails to set a password, want the one from before", n)
		}
		ann.get("/account/security")
		if ann.must(200); strings.Contains(ann.page, `action="/account/password"`) {
			t.Error("a password is to be changed that is of no use")
		}
		ann.post("/account/password", url.Values{"_csrf": {ann.token}, "current": {passphrase}, "password": {"another good passphrase"}})
		ann.must(409, "no password here")
		_, id, _ := strings.Cut(ann.page, "/account/provider-links/")
		remove := "/account/provider-links/" + id[:36] + "/remove"
		ann.post(remove, ann.hidden(remove))
		ann.must(409, "your only way in")

		// Not linked yet: the password lets in, to link; then it is gone.
		if !signsIn("bob") {
			t.Error("who is not linked cannot come in to link")
		}
		if n := forgets("bob"); n != 0 {
			t.Errorf("%d mails to set a password", n)
		}
		link("bob")
		if n := h.told(bob, identity.PasswordRemoved); n != 1 {
			t.Errorf("%d events of a password that is gone, want one", n)
		}
		h.first.config.Providers[0].Only = nil
		if signsIn("bob") {
			t.Error("the password outlived the link")
		}
		h.first.config.Providers[0].Only = []string{"example.org"}

		// No invitation brings one, and the way by the provider is open.
		h.person("admin", access.Administrator, identity.Place{})
		h.must(201, "admin", "POST", "/invitations", map[string]any{"email": "bob@example.org", "name": "Bob", "roles": []any{"reviewer"}})
		mail, err := h.first.outbox.Latest(t.Context(), operator, 1)
		if err != nil || len(mail) != 1 || mail[0].Kind != "account_invitation" {
			t.Fatal(mail, err)
		}
		_, data, err := h.first.outbox.Open(t.Context(), mail[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		token := regexp.MustCompile(`/invitations/([\w-]+)`).FindSubmatch(data)
		if token == nil {
			t.Fatalf("no invitation in %s", data)
		}
		_, err = service.Accept(t.Context(), string(token[1]), "Bob", "another good passphrase", h.first.services.Reviews.Joined, identity.From{})
		if f := fault.As(err); f == nil || f.Key != "invitation.account-first" {
			t.Errorf("an invitation sets a password: %v", err)
		}
		invitation := "/invitations/" + string(token[1])
		w := h.reader(t)
		w.get(invitation)
		if w.must(200, "/sign-in?next="+invitation); strings.Contains(w.page, `action="`+invitation+`"`) {
			t.Error("who has not signed in may accept")
		}
		w.get("/sign-in")
		one.comes(w, "/sign-in/providers/one", one.person("bob", "officials"))
		if !w.signedIn() {
			t.Error("the way by the provider is closed")
		}
		w.get(invitation)
		w.must(200, "You are signed in at this address")
		w.post(invitation, w.hidden(invitation))
		w.must(303)
		w.get("/memberships")
		w.must(200, "Reviewer")
	})
}
