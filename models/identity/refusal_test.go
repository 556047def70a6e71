package identity_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func (s *town) suspend(u *identity.User) {
	s.t.Helper()
	_, err := store.Change(s.t.Context(), s.db, program, func(tx *store.Tx) (bool, error) {
		user, err := store.Lock[identity.User](tx, u.ID)
		if err != nil {
			return false, err
		}
		user.Status = identity.Suspended
		return true, tx.Save(user, identity.UserChanged)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestASuspendedAccountIsAnsweredLikeOneThatIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		ann := s.add(identity.NewUser{})
		session, err := s.signIn("ann@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		all := func(*identity.Membership) bool { return true }
		token, err := s.MakeToken(t.Context(), program, "ann@example.org", "feed", all, nil, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		s.suspend(ann)
		_, suspended := s.signIn("ann@example.org", password)
		_, unknown := s.signIn("nobody@example.org", password)
		if !fault.Is(suspended, fault.KindUnauthenticated) || key(suspended) != key(unknown) {
			t.Errorf("suspended: %v, unknown: %v", suspended, unknown)
		}
		if _, err := s.Session(t.Context(), session, ""); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the session from before: %v", err)
		}
		if _, err := s.Bearer(t.Context(), token, ""); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the token from before: %v", err)
		}
	})
}

// Of the hundred failures the first and the last are real: a hundred passwords
// take long to compare.
func TestAnAddressThatTriesManyAccountsIsSlowedDown(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, shared *storetest.Shared) {
		s := &town{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		s.db = shared.Open().WithClock(func() time.Time { return s.now })
		s.furnish()
		s.add(identity.NewUser{})
		fails := func(email string) {
			t.Helper()
			if _, err := s.signIn(email, password); key(err) != "sign-in.wrong" {
				t.Fatal(err)
			}
		}
		fails("first@example.org")
		for range 98 {
			shared.Do(fmt.Sprintf("INSERT INTO attempts (id, version, created_at, key) SELECT '%s', version, created_at, key FROM attempts WHERE key = '192.0.2.1' LIMIT 1", uuid.New()))
		}
		fails("last@example.org")
		if _, err := s.signIn("ann@example.org", password); !fault.Is(err, fault.KindTooMany) {
			t.Errorf("after a hundred failures: %v", err)
		}
		if _, err := s.SignIn(t.Context(), "ann@example.org", password, identity.From{Origin: "198.51.100.7"}); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		s.now = s.now.Add(16 * time.Minute)
		if _, err := s.signIn("ann@example.org", password); err != nil {
			t.Errorf("a quarter of an hour later: %v", err)
		}
	})
}

func TestGuessingAtAnInvitationIsSlowedDown(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		token := s.invite("ann@example.org")
		for range 10 {
			if _, err := s.Accept(t.Context(), token, "", "wrong wrong wrong", nobody, here); !fault.Is(err, fault.KindInvalid) {
				t.Fatal(err)
			}
		}
		if _, err := s.Accept(t.Context(), token, "", password, nobody, here); !fault.Is(err, fault.KindTooMany) {
			t.Errorf("after ten failures: %v", err)
		}
	})
}

func TestAnInvitationIsForTheOneInvited(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		ann := s.add(identity.NewUser{})
		arrival, err := s.Accept(t.Context(), s.invite("guest@example.org"), "Ann", password, nobody, here)
		if err != nil {
			t.Fatal(err)
		}
		session, err := s.prove("guest@example.org", arrival)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := s.Session(t.Context(), session, "")
		if err != nil || signed.User.ID == ann.ID || signed.User.Email != "guest@example.org" || signed.User.Language != lang.Welsh {
			t.Errorf("%+v has come in, %v", signed.User, err)
		}
		if n := len(s.memberships(ann)); n != 1 {
			t.Errorf("Ann has %d memberships after she took what was for another, want 1", n)
		}
	})
}

func TestATokenOfSomebodyWithSeveralMembershipsNamesOne(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		s.add(identity.NewUser{Roles: []access.Role{access.Approver}, Place: s.organisation()})
		signing := func(m *identity.Membership) bool { return m.OrganisationID != nil }
		for name, c := range map[string]struct {
			match func(*identity.Membership) bool
			key   string
		}{
			"either":  {func(*identity.Membership) bool { return true }, "token.which-membership"},
			"neither": {func(*identity.Membership) bool { return false }, "token.which-membership"},
			"one":     {signing, ""},
		} {
			token, err := s.MakeToken(t.Context(), program, "ann@example.org", "feed", c.match, nil, time.Hour)
			if key(err) != c.key {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil {
				continue
			}
			if signed, err := s.Bearer(t.Context(), token, ""); err != nil || !signed.Actor.Has(access.Approver) || signed.Actor.Has(access.Official) {
				t.Errorf("%s: %+v, %v", name, signed, err)
			}
		}
	})
}

// tokenRefusals lists why tokens were refused, the newest first: of a person, or of
// nobody that is known.
func (s *town) tokenRefusals(about uuid.UUID) (why []string) {
	s.t.Helper()
	events, err := store.Read(s.t.Context(), s.db, program, func(tx *store.Tx) (store.List[store.Told], error) {
		return tx.EventsOf(store.Past{About: about, Acts: []audit.Action{identity.TokenRefused}}, "", 50)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range events.Items {
		why = append(why, e.Note+" from "+e.From)
	}
	return why
}

func TestARefusedTokenIsAnEventAndAFloodOfThemIsTen(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		ann := s.add(identity.NewUser{})
		made := func() string {
			token, err := s.MakeToken(t.Context(), program, "ann@example.org", "feed", func(*identity.Membership) bool { return true }, nil, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		refused := func(token string) {
			t.Helper()
			if _, err := s.Bearer(t.Context(), token, "192.0.2.1"); !fault.Is(err, fault.KindUnauthenticated) {
				t.Fatal(err)
			}
		}
		revoked, expired := made(), made()
		tokens, err := s.Tokens(t.Context(), access.Actor{UserID: ann.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeToken(t.Context(), access.Actor{UserID: ann.ID}, tokens[1].ID); err != nil {
			t.Fatal(err)
		}
		refused(revoked)
		s.now = s.now.Add(2 * time.Hour)
		refused(expired)
		s.suspend(ann)
		s.now = s.now.Add(-2 * time.Hour)
		refused(expired)
		want := []string{"session.ended from 192.0.2.1", "token.expired from 192.0.2.1", "token.revoked from 192.0.2.1"}
		got := s.tokenRefusals(ann.ID)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("of Ann: %q, want %q", got, want)
		}
		for range 15 {
			refused("guessed")
		}
		if got := s.tokenRefusals(uuid.Nil); len(got) != 10 || got[0] != "token.unknown from 192.0.2.1" {
			t.Errorf("of nobody known: %q, want ten", got)
		}
		s.now = s.now.Add(16 * time.Minute)
		refused("guessed")
		if got := s.tokenRefusals(uuid.Nil); len(got) != 11 {
			t.Errorf("a quarter of an hour later: %d, want eleven", len(got))
		}
	})
}
