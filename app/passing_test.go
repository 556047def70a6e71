package main

import (
	"path"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestAnInvitationIsPassedOn(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { passedOn(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { passedOn(t, start(t, storetest.PostgresURL(t), 1)) })
}

// passedOn: whoever gets an invitation by mistake names the right person; an
// official, and nobody else, lets that person in, and the first link is void.
func passedOn(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, _, id := h.supplierWithReview("Ymlaen", host, "lead")
	reviews, people := h.first.services.Reviews, h.first.services.Identity
	h.must(201, "official", "POST", "/reviews/"+id+"/respondents", map[string]any{"name": "Wrong Person", "email": "wrong@example.org",
		"lead": true, "lead_confirmed": true, "sections": []any{"governance"}})
	reference := h.must(200, "official", "GET", "/reviews/"+id, nil).body["reference"].(string)
	link, err := reviews.InviteLink(t.Context(), operator, reference, "wrong@example.org")
	if err != nil {
		t.Fatal(err)
	}
	token := path.Base(link)
	invitation, _, err := people.Look(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "nobody", "wrong@example.org"} {
		if err := reviews.PassOn(t.Context(), invitation, "Right Person", address, ""); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("passed on to %q: %v", address, err)
		}
	}
	if err := reviews.PassOn(t.Context(), invitation, "Right Person", "right@example.org", ""); err != nil {
		t.Fatal(err)
	}
	named := h.respondent(id, "wrong@example.org")
	if named["suggested_email"] != "right@example.org" {
		t.Fatalf("the official reads %v", named)
	}
	official := h.actor(t, "official")
	review, respondent := uuid.MustParse(id), uuid.MustParse(named["id"].(string))
	if _, err := reviews.InviteInstead(t.Context(), h.actor(t, "lead"), review, respondent, true); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a lead invited in the place of another: %v", err)
	}
	if _, err := reviews.InviteInstead(t.Context(), official, review, respondent, false); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a lead was made without confirmation: %v", err)
	}
	if _, err := reviews.InviteInstead(t.Context(), official, review, respondent, true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := people.Look(t.Context(), token); !fault.Is(err, fault.KindConflict) {
		t.Errorf("the first link still opens: %v", err)
	}
	instead := h.respondent(id, "right@example.org")
	if sections := instead["sections"].([]any); len(sections) != 1 || instead["lead"] != true {
		t.Errorf("invited instead: %v", instead)
	}
}

// actor gives somebody as the services see them.
func (h *house) actor(t *testing.T, name string) access.Actor {
	t.Helper()
	signed, err := h.first.services.Identity.Bearer(t.Context(), h.tokens[name], "")
	if err != nil {
		t.Fatal(err)
	}
	return signed.Actor
}
