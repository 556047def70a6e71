package identity_test

import (
	"strings"
	"sync"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
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

// What a supplier's lead is answered does not tell who is known elsewhere.
func TestALeadLearnsOfNobodyElsewhere(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		supplier, err := inventory.New(s.db).AddSupplier(t.Context(), program, inventory.SupplierInput{Name: "Cyflenwr"})
		if err != nil {
			t.Fatal(err)
		}
		place := identity.Place{SupplierID: &supplier.ID}
		lead := s.add(identity.NewUser{Email: "lead@example.org", Name: "Lead", Roles: []access.Role{access.SupplierLead}, Place: place})
		by := access.Actor{UserID: lead.ID, Roles: []access.Role{access.SupplierLead}, SupplierID: supplier.ID}
		if _, err := s.Invite(t.Context(), program, identity.NewUser{Email: "official@example.org", Name: "O", Roles: []access.Role{access.Official}}); err != nil {
			t.Fatal(err)
		}
		n := identity.NewUser{Email: "official@example.org", Name: "O", Roles: []access.Role{access.Respondent}, Place: place}
		if _, err := s.Invite(t.Context(), by, n); err != nil {
			t.Errorf("a lead learns of an invitation elsewhere: %v", err)
		}
		if _, err := s.Invite(t.Context(), by, n); key(err) != "invitation.waiting" {
			t.Errorf("a lead invites twice: %v", err)
		}

		s.add(identity.NewUser{})
		n.Email = "ann@example.org"
		already := func(by access.Actor) error {
			_, err := store.Change(t.Context(), s.db, by, func(tx *store.Tx) (bool, error) {
				user, joined, err := identity.AlreadyAt(tx, n)
				if user != nil || joined {
					t.Errorf("%v has joined", user)
				}
				return joined, err
			})
			return err
		}
		if err := already(by); err != nil {
			t.Errorf("a lead learns that Ann is an official: %v", err)
		}
		if err := already(access.Actor{UserID: lead.ID, Roles: []access.Role{access.Official}}); field(err) != "user.both-sides" {
			t.Errorf("an official does not: %v", err)
		}
		if _, err := s.Invite(t.Context(), by, n); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Accept(t.Context(), s.invited(), "", password, nobody, here); field(err) != "user.both-sides" || !fault.Is(err, fault.KindInvalid) {
			t.Errorf("Ann is on both sides: %v", err)
		}
	})
}
