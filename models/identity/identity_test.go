package identity_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

const password = "pum hwyaden felen fach"

var program = access.Program("test")

// town is a service whose clock the test turns.
type town struct {
	*identity.Service
	t     *testing.T
	db    *store.DB
	now   time.Time
	mails *outbox.Service
	apps  map[string]string // the keys in the apps, by address
}

func each(t *testing.T, run func(t *testing.T, s *town)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := &town{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		s.db = db.WithClock(func() time.Time { return s.now })
		s.furnish()
		run(t, s)
	})
}

func (s *town) add(n identity.NewUser) *identity.User {
	s.t.Helper()
	if n.Name == "" {
		n.Name, n.Password = "Ann", password
	}
	if n.Email == "" {
		n.Email = "ann@example.org"
	}
	if n.Roles == nil {
		n.Roles = []access.Role{access.Official}
	}
	user, _, err := s.AddUser(s.t.Context(), program, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return user
}

var here = identity.From{Origin: "192.0.2.1", Agent: "a browser", Language: lang.English}

// furnish puts the service into the town, with a post office.
func (s *town) furnish() {
	keys, err := keyring.New(keyring.Generate())
	if err != nil {
		s.t.Fatal(err)
	}
	s.mails, s.apps = outbox.New(s.db, keys), map[string]string{}
	s.Service = identity.New(s.db, keys).Posting(s.mails, "https://sicrwydd.example")
}

// signIn goes the whole way to a session: the first time, by setting up an app.
func (s *town) signIn(email, password string) (string, error) {
	arrival, err := s.SignIn(s.t.Context(), email, password, here)
	if err != nil {
		return "", err
	}
	return s.prove(strings.ToLower(strings.TrimSpace(email)), arrival)
}

// prove shows the second factor.
func (s *town) prove(email string, arrival identity.Arrival) (string, error) {
	s.t.Helper()
	if arrival.Session != "" {
		s.t.Fatalf("%s has a session without a second factor", email)
	}
	waiting, err := s.Await(s.t.Context(), arrival.Step)
	if err != nil {
		return "", err
	}
	if waiting.SetUp {
		s.apps[email] = waiting.Secret
	}
	arrival, err = s.Prove(s.t.Context(), arrival.Step, s.code(email), here)
	return arrival.Session, err
}

// code gives what the app of an account shows next.
func (s *town) code(email string) string {
	s.t.Helper()
	s.now = s.now.Add(30 * time.Second)
	code, err := totp.GenerateCode(s.apps[email], s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

func key(err error) string {
	if f := fault.As(err); f != nil {
		return f.Key
	}
	return ""
}

func TestAWrongPasswordAndAnUnknownAccountGetTheSameAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		_, wrong := s.signIn("ann@example.org", "not this one at all")
		_, unknown := s.signIn("nobody@example.org", "not this one at all")
		if key(wrong) != "sign-in.wrong" || key(unknown) != key(wrong) || !fault.Is(unknown, fault.KindUnauthenticated) {
			t.Errorf("wrong: %v, unknown: %v", wrong, unknown)
		}
		if _, err := s.signIn(" Ann@Example.org ", password); err != nil {
			t.Errorf("the right password: %v", err)
		}
	})
}

func TestGuessingIsSlowedDownForAWhile(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		for range 10 {
			if _, err := s.signIn("ann@example.org", "wrong wrong wrong"); key(err) != "sign-in.wrong" {
				t.Fatal(err)
			}
		}
		if _, err := s.signIn("ann@example.org", password); !fault.Is(err, fault.KindTooMany) {
			t.Errorf("after ten failures: %v", err)
		}
		if _, err := s.SignIn(t.Context(), "ann@example.org", password, identity.From{Origin: "198.51.100.7"}); err != nil {
			t.Errorf("from elsewhere Ann is locked out too: %v", err)
		}
		s.now = s.now.Add(16 * time.Minute)
		if _, err := s.signIn("ann@example.org", password); err != nil {
			t.Errorf("a quarter of an hour later: %v", err)
		}
	})
}

func TestASessionEndsWhenIdleWhenOldAndWhenSignedOut(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		begin := func() string {
			token, err := s.signIn("ann@example.org", password)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		ended := func(token string) bool {
			_, err := s.Session(t.Context(), token, "")
			return fault.Is(err, fault.KindUnauthenticated)
		}
		idle := begin()
		s.now = s.now.Add(59 * time.Minute)
		if ended(idle) {
			t.Error("ended before an hour")
		}
		s.now = s.now.Add(61 * time.Minute)
		if !ended(idle) {
			t.Error("an idle session stands")
		}
		old := begin()
		for range 13 {
			s.now = s.now.Add(55 * time.Minute)
			_ = ended(old) // used, so never idle
		}
		s.now = s.now.Add(10 * time.Minute)
		if !ended(old) {
			t.Error("a session of 12 hours stands")
		}
		out := begin()
		signed, err := s.Session(t.Context(), out, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SignOut(t.Context(), signed); err != nil || !ended(out) {
			t.Errorf("signed out, and the session stands (%v)", err)
		}
		if !ended("no such token") {
			t.Error("an unknown token is let in")
		}
	})
}

func TestAPersonActsInOneMembershipAtATime(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		place := s.organisation()
		s.add(identity.NewUser{})
		s.add(identity.NewUser{Roles: []access.Role{access.Approver}, Place: place})
		other := s.add(identity.NewUser{Email: "bob@example.org"})
		token, err := s.signIn("ann@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := s.Session(t.Context(), token, "")
		if err != nil || len(signed.Memberships) != 2 {
			t.Fatalf("%v, %v", signed, err)
		}
		next := signed.Memberships[1]
		if signed.Actor.Has(next.Roles[0]) {
			t.Error("both memberships act at once")
		}
		if err := s.Switch(t.Context(), signed, next.ID); err != nil {
			t.Fatal(err)
		}
		if signed, err = s.Session(t.Context(), token, ""); err != nil || !signed.Actor.Has(next.Roles[0]) {
			t.Errorf("after the switch: %+v, %v", signed.Actor, err)
		}
		theirs := s.memberships(other)[0]
		if err := s.Switch(t.Context(), signed, theirs.ID); err == nil {
			t.Error("Ann acts as Bob")
		}
	})
}

func (s *town) organisation() identity.Place {
	s.t.Helper()
	o, err := directory.New(s.db).AddOrganisation(s.t.Context(), program, directory.Input{Name: lang.Text{En: "Board"}, Kind: directory.Kinds[0]})
	if err != nil {
		s.t.Fatal(err)
	}
	return identity.Place{OrganisationID: &o.ID}
}

func (s *town) memberships(u *identity.User) []*identity.Membership {
	s.t.Helper()
	rows, err := store.Read(s.t.Context(), s.db, program, func(tx *store.Tx) ([]*identity.Membership, error) {
		return store.All[identity.Membership](tx, "created_at", "user_id = ?", u.ID)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return rows
}

func TestAMembershipEndsAfterItsLastDay(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		_, _, err := s.AddUser(t.Context(), program, identity.NewUser{Email: "a@example.org", Name: "A", Roles: []access.Role{access.Auditor}})
		if !fault.Is(err, fault.KindInvalid) {
			t.Errorf("an auditor without an end: %v", err)
		}
		s.add(identity.NewUser{Roles: []access.Role{access.Auditor}, UntilOn: calendar.On(s.now)})
		if _, err := s.signIn("ann@example.org", password); err != nil {
			t.Errorf("on the last day: %v", err)
		}
		s.now = s.now.Add(25 * time.Hour)
		if _, err := s.signIn("ann@example.org", password); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the day after: %v", err)
		}
	})
}

func (s *town) invite(email string) string {
	s.t.Helper()
	token, err := store.Change(s.t.Context(), s.db, program, func(tx *store.Tx) (string, error) {
		_, token, err := identity.InviteIn(tx, identity.NewUser{Email: email, Name: "Guest", Language: lang.Welsh, Roles: []access.Role{access.Official}}, nil)
		return token, err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func nobody(*store.Tx, *identity.Invitation, *identity.User) error { return nil }

func TestAnInvitationIsTakenOnce(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		token := s.invite("guest@example.org")
		if _, err := s.Accept(t.Context(), token, "", "short", nobody, here); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a short password: %v", err)
		}
		var wins, losses int
		var mu sync.Mutex
		var race sync.WaitGroup
		for range 4 {
			race.Go(func() {
				_, err := s.Accept(t.Context(), token, "", password, nobody, here)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					wins++
				} else if fault.As(err) != nil {
					losses++
				}
			})
		}
		race.Wait()
		if wins != 1 || losses != 3 {
			t.Errorf("%d won and %d lost, want 1 and 3", wins, losses)
		}
		if _, err := s.Accept(t.Context(), token, "", password, nobody, here); key(err) != "invitation.used" {
			t.Errorf("used again: %v", err)
		}
		late := s.invite("late@example.org")
		s.now = s.now.AddDate(0, 2, 0)
		if _, err := s.Accept(t.Context(), late, "", password, nobody, here); key(err) != "invitation.expired" {
			t.Errorf("two months later: %v", err)
		}
		if _, _, err := s.Look(t.Context(), "no such token"); err == nil {
			t.Error("an unknown token opens an invitation")
		}
	})
}

func TestAnInvitationToAnAccountAsksForItsPassword(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		token := s.invite("ann@example.org")
		if _, err := s.Accept(t.Context(), token, "", "another good password", nobody, here); err == nil {
			t.Fatal("whoever holds the link takes Ann's account")
		}
		if _, err := s.Accept(t.Context(), token, "", password, nobody, here); err != nil {
			t.Errorf("with Ann's password: %v", err)
		}
	})
}

func TestARevokedInvitationAdmitsNobody(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		token := s.invite("guest@example.org")
		i, _, err := s.Look(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.Change(t.Context(), s.db, program, func(tx *store.Tx) (bool, error) { return true, identity.RevokeIn(tx, i.ID) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Accept(t.Context(), token, "", password, nobody, here); key(err) != "invitation.expired" {
			t.Errorf("after it was revoked: %v", err)
		}
	})
}

func TestAFailedJoiningTakesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		token, refused := s.invite("guest@example.org"), errors.New("no")
		_, err := s.Accept(t.Context(), token, "", password, func(*store.Tx, *identity.Invitation, *identity.User) error { return refused }, here)
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if _, err := s.Accept(t.Context(), token, "", password, nobody, here); err != nil {
			t.Errorf("the invitation is gone: %v", err)
		}
	})
}

func TestATokenHasItsScopesAndItsEnd(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		any := func(*identity.Membership) bool { return true }
		token, err := s.MakeToken(t.Context(), program, "ann@example.org", "feed", any, []access.Permission{access.InventoryRead}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := s.Bearer(t.Context(), token, "")
		if err != nil || !signed.Actor.Holds(access.InventoryRead) || signed.Actor.Holds(access.ReviewPlan) {
			t.Errorf("the token acts as %+v, %v", signed, err)
		}
		s.now = s.now.Add(61 * time.Minute)
		for _, wrong := range []string{token, token + "x", ""} {
			if _, err := s.Bearer(t.Context(), wrong, ""); !fault.Is(err, fault.KindUnauthenticated) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	})
}

func TestNobodyGivesThemselvesARole(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		admin := s.add(identity.NewUser{Roles: []access.Role{access.Administrator}})
		by := access.Actor{UserID: admin.ID, Roles: []access.Role{access.Administrator}}
		_, _, err := s.AddUser(t.Context(), by, identity.NewUser{Email: "ann@example.org", Name: "Ann", Roles: []access.Role{access.Approver}})
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an administrator made themselves an approver: %v", err)
		}
		official := access.Actor{Roles: []access.Role{access.Official}}
		_, _, err = s.AddUser(t.Context(), official, identity.NewUser{Email: "c@example.org", Name: "C", Roles: []access.Role{access.Reviewer}})
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an official added a user: %v", err)
		}
	})
}

func TestNobodyIsAddedWithAPasswordThatIsEasyToGuess(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		for _, weak := range []string{"short", "passwordpassword", "ann@example.org"} {
			_, _, err := s.AddUser(t.Context(), program, identity.NewUser{Email: "ann@example.org", Name: "Ann", Password: weak, Roles: []access.Role{access.Official}})
			if f := fault.As(err); f == nil || len(f.Fields) == 0 || f.Fields[0].Location != "password" {
				t.Errorf("%q: %v", weak, err)
			}
		}
	})
}
