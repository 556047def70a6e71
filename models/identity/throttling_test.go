package identity_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
)

func TestOfManyGuessesAtOnceTenAreLookedAt(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		ann := s.add(identity.NewUser{})
		var looked, slowed int
		var mu sync.Mutex
		var race sync.WaitGroup
		for range 24 {
			race.Go(func() {
				_, err := s.SignIn(t.Context(), "ann@example.org", "wrong wrong wrong", here)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case key(err) == "sign-in.wrong":
					looked++
				case fault.Is(err, fault.KindTooMany):
					slowed++
				default:
					t.Error(err)
				}
			})
		}
		race.Wait()
		if looked > 10 || looked+slowed != 24 {
			t.Errorf("%d guesses were looked at and %d not", looked, slowed)
		}
		if n := s.refusals(ann.ID); n != looked {
			t.Errorf("%d events of %d guesses", n, looked)
		}
		if _, err := s.SignIn(t.Context(), "ann@example.org", password, identity.From{Origin: "198.51.100.7"}); err != nil {
			t.Errorf("Ann from elsewhere: %v", err)
		}
	})
}

func TestARightPasswordIsNoFailure(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		for range 11 {
			if _, err := s.SignIn(t.Context(), "ann@example.org", password, here); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestANetworkOfIPv6IsSlowedDownAsOneAddress(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		for i := range 10 {
			if _, err := s.SignIn(t.Context(), "ann@example.org", "wrong wrong wrong", identity.From{Origin: fmt.Sprintf("2001:db8::%x", i+1)}); key(err) != "sign-in.wrong" {
				t.Fatal(err)
			}
		}
		if _, err := s.SignIn(t.Context(), "ann@example.org", password, identity.From{Origin: "2001:db8::ffff:1"}); !fault.Is(err, fault.KindTooMany) {
			t.Errorf("after ten failures from one network: %v", err)
		}
		if _, err := s.SignIn(t.Context(), "ann@example.org", password, identity.From{Origin: "2001:db8:0:1::1"}); err != nil {
			t.Errorf("from another network: %v", err)
		}
	})
}

func TestANetworkCountsAsOneAddress(t *testing.T) {
	for origin, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64", "2001:db8::2": "2001:db8::/64",
		"2001:db8:0:1::1": "2001:db8:0:1::/64", "": "", "nowhere": "nowhere",
	} {
		if got := identity.Network(origin); got != want {
			t.Errorf("%q counts as %q, want %q", origin, got, want)
		}
	}
}

// Of an address that is longer than any may be nothing is kept.
func TestAnAddressThatIsNoneIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		long := strings.Repeat("ŵ", 500_000) + "@example.org"
		if _, err := s.SignIn(t.Context(), long, "wrong wrong wrong", here); key(err) != "sign-in.wrong" {
			t.Errorf("signing in: %v", err)
		}
		if err := s.Forgot(t.Context(), long, here); key(err) != "invalid" {
			t.Errorf("forgotten: %v", err)
		}
		if n, err := s.LongestAttempt(t.Context()); err != nil || n == 0 || n > 400 {
			t.Errorf("%d bytes are kept, %v", n, err)
		}
	})
}
