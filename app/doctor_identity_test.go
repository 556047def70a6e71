package main

import (
	"strings"
	"testing"

	"sicrwydd/handlers/request"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

func TestTheDoctorAsksProvidersAndLooksAtPasskeys(t *testing.T) {
	h, one, _ := withProviders(t, "")
	p := h.first
	says := func(what, state, because string) {
		t.Helper()
		for _, f := range p.examine(t.Context(), "") {
			if f.What != what {
				continue
			}
			if f.State != state || !strings.Contains(f.Because, because) {
				t.Errorf("%s is %s because %q, want %s because %q", what, f.State, f.Because, state, because)
			}
			for _, tag := range lang.All {
				if text, err := reported(templates.Words(tag), f); err != nil {
					t.Errorf("%s in %s: %v: %s", what, tag, err, text)
				}
			}
			return
		}
		t.Errorf("nothing is said of %s", what)
	}
	says("providers", request.Well, "")
	says("passkeys", request.Amiss, "") // a number has none
	p.config.Providers[1].Issuer += "/"
	says("providers", request.Ill, "two: oidc: issuer")
	one.at.Close()
	says("providers", request.Ill, "one: Get")
	p.config.Providers = nil
	says("providers", request.Well, "")

	ann := h.member("ann", newOfficial())
	_, err := store.Change(t.Context(), p.db, operator, func(tx *store.Tx) (bool, error) {
		return true, tx.Create(&identity.Factor{UserID: ann, Kind: identity.Passkey, Name: "key", Secret: []byte{1}}, identity.FactorAdded)
	})
	if err != nil {
		t.Fatal(err)
	}
	says("passkeys", request.Ill, "")
	p.services.Identity.Posting(p.outbox, "https://sicrwydd.example.org")
	says("passkeys", request.Well, "")
}
