package review

import (
	"encoding/json"
	"slices"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// said gives what the latest mail to an address says, and its kind.
func (h *house) said(email string) (kind string, m MailData) {
	h.t.Helper()
	mails, err := h.outbox.Latest(h.t.Context(), access.Actor{Roles: []access.Role{access.Administrator}}, 100)
	h.must("mails", err)
	for _, mail := range mails {
		if mail.Recipient == email {
			_, data, err := h.outbox.Open(h.t.Context(), mail.ID)
			h.must("open a mail", err)
			h.must("read a mail", json.Unmarshal(data, &m))
			return mail.Kind, m
		}
	}
	h.t.Fatalf("nobody wrote to %s", email)
	return "", m
}

func TestWhoIsGivenAPartIsToldByWhomAndWhich(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.issued("cardiff")
		part := Invited{Name: "Cari", Email: "cari@example.org", Sections: []string{"access"}}
		_, err := h.AddRespondent(t.Context(), h.people["lead"], r.ID, part)
		h.must("give a section", err)
		kind, m := h.said(part.Email)
		if kind != "delegation" || m.GivenBy != "lead" || m.GivenByEmail != address("lead") || len(m.Sections) != 1 || m.Sections[0] != both("access") {
			t.Errorf("%s: %+v", kind, m)
		}
		invitation, err := store.Read(t.Context(), h.db, program, func(tx *store.Tx) (*identity.Invitation, error) {
			return store.FindBy[identity.Invitation](tx, "email = ?", part.Email)
		})
		h.must("the invitation", err)
		asking, err := h.Asking(t.Context(), invitation)
		if err != nil || len(asking.Sections) != 1 || asking.Minutes != m.Minutes {
			t.Errorf("before any sign-up: %+v, %v", asking, err)
		}
		sections, err := h.Sections(t.Context(), h.people["lead"], r.ID)
		if err != nil || len(sections) != 2 || slices.Contains(sections[0].Given, "Cari") || !slices.Contains(sections[1].Given, "Cari") {
			t.Errorf("the lead reads %+v, %v", sections, err)
		}

		_, err = h.AddRespondent(t.Context(), h.people["official"], r.ID, Invited{Name: "Dewi", Email: "dewi@example.org"})
		h.must("invite", err)
		if kind, m := h.said("dewi@example.org"); kind != "invitation" || m.GivenBy != "" || len(m.Sections) != 0 {
			t.Errorf("%s: %+v", kind, m)
		}
	})
}
