package identity_test

import (
	"sync"
	"testing"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// atOnce runs acts together: all have begun, and wait for what is held, before
// any goes on.
func (s *town) atOnce(hold func(*store.Tx) error, acts ...func() error) []error {
	s.t.Helper()
	errs := make([]error, len(acts))
	var race sync.WaitGroup
	_, err := store.Change(s.t.Context(), s.db, program, func(tx *store.Tx) (bool, error) {
		if err := hold(tx); err != nil {
			return false, err
		}
		for i, act := range acts {
			race.Go(func() { errs[i] = act() })
		}
		time.Sleep(500 * time.Millisecond)
		return true, nil
	})
	race.Wait()
	if err != nil {
		s.t.Fatal(err)
	}
	return errs
}

// administrators are two, and there are no others.
func (s *town) administrators() (users [2]*identity.User, signed [2]*identity.Signed) {
	s.t.Helper()
	for i, email := range []string{"one@example.org", "two@example.org"} {
		users[i] = s.add(identity.NewUser{Email: email, Name: email, Password: password, Roles: []access.Role{access.Administrator}})
		session, err := s.signIn(email, password)
		if err != nil {
			s.t.Fatal(err)
		}
		signed[i] = s.signed(session)
	}
	return users, signed
}

func TestOfTwoAdministratorsWhoEndEachOtherOneStays(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		users, signed := s.administrators()
		end := func(by, of int) func() error {
			return func() error {
				return s.EndMembership(t.Context(), signed[by].Actor, users[of].ID, signed[of].Membership.ID)
			}
		}
		errs := s.atOnce(func(tx *store.Tx) error {
			for _, one := range signed {
				if _, err := store.Lock[identity.Membership](tx, one.Membership.ID); err != nil {
					return err
				}
			}
			return nil
		}, end(0, 1), end(1, 0))
		if (errs[0] == nil) == (errs[1] == nil) || key(errs[0])+key(errs[1]) != "user.last-administrator" {
			t.Errorf("%v and %v, want one who is the last", errs[0], errs[1])
		}
	})
}

func TestOfTwoAdministratorsWhoSuspendEachOtherOneStays(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		users, signed := s.administrators()
		suspend := func(by, of int) func() error {
			return func() error {
				_, err := s.ChangeUser(t.Context(), signed[by].Actor, users[of].ID, users[of].Version, func(in *identity.UserInput) error {
					in.Status = identity.Suspended
					return nil
				})
				return err
			}
		}
		errs := s.atOnce(func(tx *store.Tx) error {
			for _, one := range signed {
				if _, err := store.Lock[identity.Session](tx, one.Session.ID); err != nil {
					return err
				}
			}
			return nil
		}, suspend(0, 1), suspend(1, 0))
		left := 0
		for i, err := range errs {
			if err != nil {
				left++
				if key(err) != "user.last-administrator" {
					t.Errorf("%d: %v", i, err)
				}
			}
		}
		if left != 1 {
			t.Errorf("%v and %v, want one who is the last", errs[0], errs[1])
		}
	})
}

func TestOfTwoResetsThatAreAskedAtOnceOneWaits(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		users, signed := s.administrators()
		ann := s.add(identity.NewUser{})
		ask := func(by int) func() error {
			return func() error { return s.AskFactorReset(t.Context(), signed[by].Actor, ann.ID, "met her") }
		}
		errs := s.atOnce(func(tx *store.Tx) error {
			_, err := store.Lock[identity.User](tx, ann.ID)
			return err
		}, ask(0), ask(1))
		if (errs[0] == nil) == (errs[1] == nil) || key(errs[0])+key(errs[1]) != "factor.reset-waiting" {
			t.Errorf("%v and %v, want one that waits", errs[0], errs[1])
		}
		// One that stands beside it, from before there was but one, is over with it.
		other := &identity.FactorReset{UserID: ann.ID, AskedByID: users[0].ID, Reason: "met her", ExpiresAt: s.now.Add(24 * time.Hour)}
		_, err := store.Change(t.Context(), s.db, program, func(tx *store.Tx) (bool, error) {
			return true, tx.Create(other, identity.FactorResetAsked)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AgreeFactorReset(t.Context(), signed[1].Actor, other.ID); err != nil {
			t.Fatal(err)
		}
		if waiting, err := s.WaitingReset(t.Context(), signed[1].Actor, ann.ID); err != nil || waiting != nil {
			t.Errorf("%+v still waits, %v", waiting, err)
		}
	})
}
