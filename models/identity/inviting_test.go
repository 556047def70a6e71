package identity_test

import (
	"strings"
	"sync"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// with changes a user as nobody can by the service alone.
func (s *town) with(u *identity.User, change func(*identity.User)) {
	s.t.Helper()
	_, err := store.Change(s.t.Context(), s.db, program, func(tx *store.Tx) (bool, error) {
		user, err := store.Lock[identity.User](tx, u.ID)
		if err != nil {
			return false, err
		}
		change(user)
		return true, tx.Save(user, identity.UserChanged)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// invited gives the token of the newest invitation.
func (s *town) invited() string {
	s.t.Helper()
	link := s.linkIn("account_invitation")
	return link[strings.LastIndex(link, "/")+1:]
}

func TestNobodyInvitesThemselves(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		admin := s.add(identity.NewUser{Roles: []access.Role{access.Administrator}})
		by := access.Actor{UserID: admin.ID, Roles: []access.Role{access.Administrator}}
		n := identity.NewUser{Email: " Ann@Example.org", Name: "Ann", Roles: []access.Role{access.Approver}}
		if _, err := s.Invite(t.Context(), by, n); key(err) != "user.own-role" {
			t.Errorf("an administrator invited herself: %v", err)
		}
		n.Email = "alias@example.org"
		if _, err := s.Invite(t.Context(), by, n); err != nil {
			t.Fatal(err)
		}
		s.with(admin, func(u *identity.User) { u.Email = n.Email })
		if _, err := s.Accept(t.Context(), s.invited(), "", password, nobody, here); key(err) != "user.own-role" {
			t.Errorf("an administrator took the address that she had invited: %v", err)
		}
		if n := len(s.memberships(admin)); n != 1 {
			t.Errorf("she has %d memberships, want the one from before", n)
		}
	})
}

// Whoever reads the mailbox of one who comes by a provider sets no password.
func TestAnInvitationSetsNoPasswordOfAnAccountThatIsThere(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		session := s.settled()
		ann := s.signed(session).User
		bob := s.add(identity.NewUser{Email: "bob@example.org", Name: "Bob", Password: password})
		theirs, err := s.signIn("bob@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		s.with(ann, func(u *identity.User) { u.PasswordHash = "" })
		token := s.invite("ann@example.org")
		if _, by, err := s.Look(t.Context(), token); err != nil || by != identity.BySession {
			t.Errorf("accepted by %q, %v", by, err)
		}
		if _, err := s.Accept(t.Context(), token, "", another, nobody, here); key(err) != "invitation.account-first" {
			t.Errorf("with a password that was not set: %v", err)
		}
		if err := s.AcceptSigned(t.Context(), s.signed(theirs), token, nobody, here); key(err) != "invitation.account-first" {
			t.Errorf("by Bob: %v", err)
		}
		if err := s.AcceptSigned(t.Context(), s.signed(session), token, nobody, here); err != nil {
			t.Errorf("by Ann: %v", err)
		}
		if n, m := len(s.memberships(ann)), len(s.memberships(bob)); n != 2 || m != 1 || s.signed(session).User.PasswordHash != "" {
			t.Errorf("Ann has %d memberships, Bob %d", n, m)
		}
		suspended := s.invite("bob@example.org")
		s.suspend(bob)
		if _, err := s.Accept(t.Context(), suspended, "", password, nobody, here); key(err) != "invitation.account-first" {
			t.Errorf("by Bob, who is suspended: %v", err)
		}
	})
}

// Of two new passwords for one address, the first stays.
func TestTwoInvitationsAtOnceSetOnePassword(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		first, second := s.invite("guest@example.org"), s.invite("guest@example.org")
		errs := map[string]error{}
		var mu sync.Mutex
		var race sync.WaitGroup
		for given, token := range map[string]string{password: first, another: second} {
			race.Go(func() {
				_, err := s.Accept(t.Context(), token, "", given, nobody, here)
				mu.Lock()
				defer mu.Unlock()
				errs[given] = err
			})
		}
		race.Wait()
		for given, err := range errs {
			if _, in := s.SignIn(t.Context(), "guest@example.org", given, here); (in == nil) != (err == nil) {
				t.Errorf("accepted: %v; signed in: %v", err, in)
			}
		}
		if (errs[password] == nil) == (errs[another] == nil) {
			t.Errorf("%v and %v, want one to win", errs[password], errs[another])
		}
	})
}
