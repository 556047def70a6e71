package identity_test

import (
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
)

// A deputy never reaches further than who named them.
func TestAnApproverAtAGovernanceGroupNamesNoDeputy(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		group, err := directory.New(s.db).AddGroup(t.Context(), program, directory.GroupInput{Name: lang.Text{En: "Group", Cy: "Grŵp"}})
		if err != nil {
			t.Fatal(err)
		}
		colleague := s.add(identity.NewUser{Roles: []access.Role{access.Reviewer}})
		s.add(identity.NewUser{Email: "approver@example.org", Name: "A", Password: password, Roles: []access.Role{access.Approver},
			Place: identity.Place{GovernanceGroupID: &group.ID}})
		session, err := s.signIn("approver@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		today := calendar.On(s.now)
		by := s.signed(session).Actor
		if _, err := s.NameDeputy(t.Context(), by, identity.DeputyInput{UserID: colleague.ID, FromOn: today, UntilOn: today.AddDays(7)}); key(err) != "deputy.not-at-group" {
			t.Errorf("named: %v", err)
		}
		if _, err := s.Colleagues(t.Context(), by); key(err) != "deputy.not-at-group" {
			t.Errorf("colleagues: %v", err)
		}
		for _, m := range s.memberships(colleague) {
			if m.DeputyOfID != nil {
				t.Errorf("acts at %v", m.OrganisationID)
			}
		}
	})
}
