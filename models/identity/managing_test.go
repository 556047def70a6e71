package identity_test

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
)

// Everybody sees their own account. To manage it as an administrator does, to
// make a token of what they may not, and to bring others in is another matter.
func TestWhoSeesThemselvesDoesNotManageThemselves(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		ann, membership, err := s.AddUser(t.Context(), program, identity.NewUser{Email: "ann@example.org", Name: "Ann", Roles: []access.Role{access.Official}})
		if err != nil {
			t.Fatal(err)
		}
		official := access.Actor{UserID: ann.ID, MembershipID: membership.ID, Name: ann.Name, Roles: []access.Role{access.Official}}
		_, err = s.ChangeUser(t.Context(), official, ann.ID, ann.Version, func(in *identity.UserInput) error { in.Name = "Another"; return nil })
		if key(err) != "forbidden" {
			t.Errorf("changes the account: %v", err)
		}
		if _, err := s.EndSessions(t.Context(), official, ann.ID); key(err) != "forbidden" {
			t.Errorf("ends sessions: %v", err)
		}
		for scope, want := range map[access.Permission]string{access.UserManage: "invalid", access.ReviewRead: ""} {
			if _, _, err := s.AddToken(t.Context(), official, identity.TokenInput{Name: "Token", Scopes: []access.Permission{scope}, Days: 30}); key(err) != want {
				t.Errorf("a token for %s: %v", scope, err)
			}
		}
		_, err = s.Invite(t.Context(), official, identity.NewUser{Email: "new@example.org", Name: "New", Roles: []access.Role{access.Reviewer}})
		if key(err) != "user.may-not-grant" {
			t.Errorf("a national official invites a reviewer: %v", err)
		}
		supplier, place := uuid.New(), uuid.New()
		for name, by := range map[string]access.Actor{
			"a respondent":                      {UserID: ann.ID, Roles: []access.Role{access.Respondent}, SupplierID: supplier},
			"an official without that supplier": {UserID: ann.ID, Roles: []access.Role{access.Official}, OrganisationID: place, OrganisationIDs: []uuid.UUID{place}},
		} {
			role := access.Respondent
			if !by.OnSupplierSide() {
				role = access.SupplierLead
			}
			_, err := s.Invite(t.Context(), by, identity.NewUser{Email: "new@example.org", Name: "New", Roles: []access.Role{role}, Place: identity.Place{SupplierID: &supplier}})
			if key(err) != "user.may-not-grant" {
				t.Errorf("%s invites: %v", name, err)
			}
		}
	})
}
