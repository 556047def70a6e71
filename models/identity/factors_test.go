package identity_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// begun gives the step to which Ann's password leads, once she has an app.
func (s *town) begun() string {
	s.t.Helper()
	arrival, err := s.SignIn(s.t.Context(), "ann@example.org", password, here)
	if err != nil || arrival.Session != "" || arrival.Step == "" {
		s.t.Fatalf("the password leads to %+v, %v", arrival, err)
	}
	return arrival.Step
}

func (s *town) settled() string {
	s.t.Helper()
	s.add(identity.NewUser{})
	token, err := s.signIn("ann@example.org", password)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func (s *town) signed(token string) *identity.Signed {
	s.t.Helper()
	signed, err := s.Session(s.t.Context(), token, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return signed
}

func field(err error) string {
	if f := fault.As(err); f != nil && len(f.Fields) > 0 {
		return f.Fields[0].Key
	}
	return ""
}

func TestOfFiftyWhoUseOneCodeOneComesIn(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.settled()
		steps := make([]string, 10)
		for i := range steps {
			steps[i] = s.begun()
		}
		code := s.code("ann@example.org")
		var in int
		var mu sync.Mutex
		var race sync.WaitGroup
		for i := range 50 {
			race.Go(func() {
				arrival, err := s.Prove(t.Context(), steps[i%len(steps)], code, identity.From{Origin: "192.0.2." + string(rune('0'+i%10))})
				mu.Lock()
				defer mu.Unlock()
				if err == nil && arrival.Session != "" {
					in++
				}
			})
		}
		race.Wait()
		if in != 1 {
			t.Errorf("%d came in by one code, want 1", in)
		}
	})
}

// Who has the password and as many addresses and ways in as they like tries no
// more codes than one account takes.
func TestGuessingCodesFromManyAddressesAtOnceIsBounded(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.settled()
		s.now = s.now.Add(16 * time.Minute) // what set the account up counts no more
		steps := make([]string, 12)
		for i := range steps {
			steps[i] = s.begun()
		}
		var looked, refused int
		var mu sync.Mutex
		var race sync.WaitGroup
		for i := range 60 {
			race.Go(func() {
				_, err := s.Prove(t.Context(), steps[i%len(steps)], "000000", identity.From{Origin: fmt.Sprint("198.51.100.", i)})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case field(err) == "code.wrong":
					looked++
				case fault.Is(err, fault.KindTooMany):
					refused++
				}
			})
		}
		race.Wait()
		if looked != 30 || refused != 30 {
			t.Errorf("%d codes were looked at and %d refused, want 30 and 30", looked, refused)
		}
		if _, err := s.Prove(t.Context(), s.begun(), s.code("ann@example.org"), here); !fault.Is(err, fault.KindTooMany) {
			t.Errorf("the right code meanwhile: %v", err)
		}
		s.now = s.now.Add(16 * time.Minute)
		if _, err := s.Prove(t.Context(), s.begun(), s.code("ann@example.org"), here); err != nil {
			t.Errorf("a quarter of an hour later: %v", err)
		}
	})
}

func TestACodeOfAnotherTimeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.settled()
		s.now = s.now.Add(10 * time.Minute)
		for _, c := range []struct {
			off  time.Duration
			want string // the refusal
		}{{-90 * time.Second, "code.wrong"}, {90 * time.Second, "code.wrong"}, {-30 * time.Second, ""}, {30 * time.Second, ""}, {0, "code.used"}} {
			code, err := totp.GenerateCode(s.apps["ann@example.org"], s.now.Add(c.off))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Prove(t.Context(), s.begun(), code, here); field(err) != c.want {
				t.Errorf("a clock that is %s off: %v, want %q", c.off, err, c.want)
			}
		}
	})
}

func TestAStepIsSpentAfterFiveTriesAndWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.settled()
		step := s.begun()
		for range 5 {
			if _, err := s.Prove(t.Context(), step, "000000", here); field(err) != "code.wrong" {
				t.Fatal(err)
			}
		}
		if _, err := s.Prove(t.Context(), step, s.code("ann@example.org"), here); key(err) != "step.ended" {
			t.Errorf("after five wrong codes: %v", err)
		}
		step = s.begun()
		if _, err := s.Prove(t.Context(), step, s.code("ann@example.org"), here); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Prove(t.Context(), step, s.code("ann@example.org"), here); key(err) != "step.ended" {
			t.Errorf("used again: %v", err)
		}
		step = s.begun()
		s.now = s.now.Add(16 * time.Minute)
		if _, err := s.Prove(t.Context(), step, s.code("ann@example.org"), here); key(err) != "step.ended" {
			t.Errorf("a quarter of an hour later: %v", err)
		}
		if _, err := s.Session(t.Context(), step, ""); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("a step is taken for a session: %v", err)
		}
	})
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		arrival, err := s.SignIn(t.Context(), "ann@example.org", password, here)
		if err != nil {
			t.Fatal(err)
		}
		waiting, err := s.Await(t.Context(), arrival.Step)
		if err != nil || !waiting.SetUp {
			t.Fatalf("%+v, %v", waiting, err)
		}
		s.apps["ann@example.org"] = waiting.Secret
		arrival, err = s.Prove(t.Context(), arrival.Step, s.code("ann@example.org"), here)
		if err != nil || len(arrival.Codes) != 10 {
			t.Fatalf("%+v, %v", arrival, err)
		}
		typed := strings.ToUpper(strings.ReplaceAll(arrival.Codes[3], "-", " "))
		if _, err := s.Prove(t.Context(), s.begun(), typed, here); err != nil {
			t.Errorf("typed in capitals and with blanks: %v", err)
		}
		if _, err := s.Prove(t.Context(), s.begun(), arrival.Codes[3], here); field(err) != "code.used" {
			t.Errorf("used again: %v", err)
		}
		signed := s.signed(arrival.Session)
		fresh, err := s.NewRecoveryCodes(t.Context(), signed)
		if err != nil || len(fresh) != 10 {
			t.Fatalf("%v, %v", fresh, err)
		}
		if _, err := s.Prove(t.Context(), s.begun(), arrival.Codes[4], here); err == nil {
			t.Error("a code that was replaced works")
		}
	})
}

func TestWhatLetsOneInEndsSessionsAndTokensWhenItChanges(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		any := func(*identity.Membership) bool { return true }
		for name, change := range map[string]func(own *identity.Signed) error{
			"password": func(own *identity.Signed) error {
				err := s.ChangePassword(t.Context(), own, password, "arall a hir iawn hefyd", here)
				if err == nil { // and back
					signed := s.signed(s.again("arall a hir iawn hefyd"))
					err = s.ChangePassword(t.Context(), signed, "arall a hir iawn hefyd", password, here)
				}
				return err
			},
			"factor": func(own *identity.Signed) error {
				token, k, err := s.AppToAdd(t.Context(), own)
				if err != nil {
					return err
				}
				code, err := totp.GenerateCode(k.Secret(), s.now)
				if err != nil {
					return err
				}
				_, err = s.AddApp(t.Context(), own, token, "tablet", code)
				return err
			},
		} {
			own := s.signed(s.again(password))
			other := s.again(password)
			token, err := s.MakeToken(t.Context(), program, "ann@example.org", "feed", any, nil, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			feed, err := s.MakeFeed(t.Context(), own.Actor)
			if err != nil {
				t.Fatal(err)
			}
			if err := change(own); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := s.ReadFeed(t.Context(), feed, ""); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s changed, and a calendar is read: %v", name, err)
			}
			if _, err := s.Session(t.Context(), other, ""); !fault.Is(err, fault.KindUnauthenticated) {
				t.Errorf("%s changed, and another session stands: %v", name, err)
			}
			if _, err := s.Bearer(t.Context(), token, ""); !fault.Is(err, fault.KindUnauthenticated) {
				t.Errorf("%s changed, and a token works: %v", name, err)
			}
		}
	})
}

// again signs Ann in, who is added the first time.
func (s *town) again(password string) string {
	s.t.Helper()
	if s.apps["ann@example.org"] == "" {
		s.add(identity.NewUser{})
	}
	token, err := s.signIn("ann@example.org", password)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func TestTheLastFactorStays(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		own := s.signed(s.settled())
		factors, left, err := s.Factors(t.Context(), own.Actor)
		if err != nil || len(factors) != 1 || left != 10 {
			t.Fatalf("%v, %d, %v", factors, left, err)
		}
		if err := s.RemoveFactor(t.Context(), own, factors[0].ID); key(err) != "factor.last" {
			t.Errorf("the last factor: %v", err)
		}
		bob := s.add(identity.NewUser{Email: "bob@example.org", Name: "Bob", Password: password})
		if _, err := s.signIn("bob@example.org", password); err != nil {
			t.Fatal(err)
		}
		theirs, err := store.Read(t.Context(), s.db, program, func(tx *store.Tx) ([]*identity.Factor, error) {
			return store.All[identity.Factor](tx, "", "user_id = ?", bob.ID)
		})
		if err != nil || len(theirs) != 1 {
			t.Fatal(err)
		}
		if err := s.RemoveFactor(t.Context(), own, theirs[0].ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another's factor: %v", err)
		}
	})
}

func TestAProofIsFreshForTenMinutesAndRenewsTheSession(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		token := s.settled()
		own := s.signed(token)
		if !s.Fresh(own) {
			t.Error("just signed in, and not fresh")
		}
		s.now = s.now.Add(11 * time.Minute)
		if s.Fresh(own) {
			t.Error("fresh after eleven minutes")
		}
		if _, err := s.Confirm(t.Context(), own, "000000", here); field(err) != "code.wrong" {
			t.Errorf("a wrong code: %v", err)
		}
		renewed, err := s.Confirm(t.Context(), own, s.code("ann@example.org"), here)
		if err != nil || renewed == token {
			t.Fatalf("%q, %v", renewed, err)
		}
		if !s.Fresh(s.signed(renewed)) {
			t.Error("confirmed, and not fresh")
		}
		if _, err := s.Session(t.Context(), token, ""); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the token from before: %v", err)
		}
	})
}

// linkIn gives the link of the newest mail of a kind; empty where there is none.
func (s *town) linkIn(kind string) string {
	s.t.Helper()
	mails, err := s.mails.Latest(s.t.Context(), program, 50)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range mails {
		if m.Kind != kind {
			continue
		}
		_, data, err := s.mails.Open(s.t.Context(), m.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		var mail struct {
			Link string `json:"link"`
		}
		if err := json.Unmarshal(data, &mail); err != nil {
			s.t.Fatal(err)
		}
		return mail.Link
	}
	return ""
}

func TestThePersonSeesWhereTheyAreSignedInAndEndsIt(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		here, elsewhere := s.signed(s.settled()), s.again(password)
		sessions, err := s.Sessions(t.Context(), here)
		if err != nil || len(sessions) != 2 || sessions[0].Origin != "192.0.2.1" || sessions[0].Agent != "a browser" {
			t.Fatalf("%+v, %v", sessions, err)
		}
		other := s.signed(elsewhere).Session.ID
		if err := s.EndSession(t.Context(), here, other); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(t.Context(), elsewhere, ""); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("an ended session: %v", err)
		}
		if _, err := s.signIn("ann@example.org", "not this one at all"); err == nil {
			t.Fatal("a wrong password")
		}
		past, err := s.SignInHistory(t.Context(), here.Actor)
		if err != nil || len(past) != 3 || !past[0].Refused || past[1].How != identity.AuthenticatorApp {
			t.Errorf("%+v, %v", past, err)
		}
		if err := s.SignOutEverywhere(t.Context(), here); err != nil {
			t.Fatal(err)
		}
		if sessions, _ := s.Sessions(t.Context(), here); len(sessions) != 0 {
			t.Errorf("%d sessions stand", len(sessions))
		}
	})
}

func TestADemonstrationAsksItsAccountsForNoSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		s.add(identity.NewUser{Email: "bob@example.org", Name: "Bob", Password: password})
		s.Demonstrating("ann@example.org")
		for _, email := range []string{"ann@example.org", "bob@example.org"} {
			arrival, err := s.SignIn(t.Context(), email, password, here)
			if in := arrival.Session != ""; err != nil || in != slices.Contains([]string{"ann@example.org"}, email) {
				t.Errorf("%s: in %t, %v", email, in, err)
			}
		}
	})
}
