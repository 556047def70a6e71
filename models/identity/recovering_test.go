package identity_test

import (
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
)

func TestAForgottenPasswordIsSetByALinkAndTheSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		before := s.settled()
		for _, email := range []string{"nobody@example.org", "ann@example.org"} {
			if err := s.Forgot(t.Context(), email, here); err != nil {
				t.Errorf("%s: %v", email, err)
			}
			if err := s.WriteToForgetful(t.Context(), identity.Forgotten{Email: email}); err != nil {
				t.Fatal(err)
			}
			if got := s.linkIn("password_reset"); (got == "") != (email == "nobody@example.org") {
				t.Errorf("%s: the link is %q", email, got)
			}
		}
		link := s.linkIn("password_reset")
		token := link[strings.LastIndex(link, "/")+1:]
		if _, err := s.SetPassword(t.Context(), token, "short", here); field(err) != "password.too-short" {
			t.Errorf("a short one: %v", err)
		}
		arrival, err := s.SetPassword(t.Context(), token, "un arall sydd yn hir", here)
		if err != nil || arrival.Session != "" || arrival.Step == "" {
			t.Fatalf("a mail leads to %+v, %v", arrival, err)
		}
		if _, err := s.Session(t.Context(), before, ""); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the session from before: %v", err)
		}
		if _, err := s.prove("ann@example.org", arrival); err != nil {
			t.Errorf("with the second factor: %v", err)
		}
		for _, wrong := range []string{token, token[1:], "", "x" + token} {
			if _, err := s.SetPassword(t.Context(), wrong, "un arall sydd yn hir", here); key(err) != "link.ended" {
				t.Errorf("used or garbled: %v", err)
			}
		}
		if _, err := s.signIn("ann@example.org", password); err == nil {
			t.Error("the old password works")
		}
	})
}

func TestANewAddressIsTakenByTheLinkThatWasSentThere(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		own := s.signed(s.settled())
		s.add(identity.NewUser{Email: "bob@example.org", Name: "Bob"})
		if err := s.ChangeEmail(t.Context(), own, "bob@example.org", here); err != nil {
			t.Errorf("an address that is taken is told apart: %v", err)
		}
		if link := s.linkIn("email_change"); link != "" {
			t.Errorf("Bob got a link: %s", link)
		}
		if err := s.ChangeEmail(t.Context(), own, "Ann.Two@Example.org", here); err != nil {
			t.Fatal(err)
		}
		if s.linkIn("email_changing") == "" {
			t.Error("the old address was not told")
		}
		link := s.linkIn("email_change")
		token := link[strings.LastIndex(link, "/")+1:]
		bob := *own
		bob.User = &identity.User{}
		if err := s.ConfirmEmail(t.Context(), &bob, token, here); err == nil {
			t.Error("another takes the address")
		}
		if err := s.ConfirmEmail(t.Context(), own, token, here); err != nil {
			t.Fatal(err)
		}
		s.apps["ann.two@example.org"] = s.apps["ann@example.org"]
		if _, err := s.signIn("ann.two@example.org", password); err != nil {
			t.Errorf("with the new address: %v", err)
		}
		if err := s.ConfirmEmail(t.Context(), own, token, here); key(err) != "link.ended" {
			t.Errorf("used again: %v", err)
		}
	})
}

func TestTwoAdministratorsResetTheFactorsOfAThird(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		session := s.settled()
		ann := s.signed(session).User
		admin := func(email string) access.Actor {
			u := s.add(identity.NewUser{Email: email, Name: email, Roles: []access.Role{access.Administrator}})
			return access.Actor{UserID: u.ID, Roles: []access.Role{access.Administrator}}
		}
		first, second := admin("one@example.org"), admin("two@example.org")
		if err := s.AskFactorReset(t.Context(), first, ann.ID, " "); field(err) != "reason.missing" {
			t.Errorf("without a reason: %v", err)
		}
		if err := s.AskFactorReset(t.Context(), first, first.UserID, "mine"); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("one's own: %v", err)
		}
		if err := s.AskFactorReset(t.Context(), first, ann.ID, "met her"); err != nil {
			t.Fatal(err)
		}
		if err := s.AskFactorReset(t.Context(), second, ann.ID, "met her"); key(err) != "factor.reset-waiting" {
			t.Errorf("asked twice: %v", err)
		}
		waiting, err := s.WaitingReset(t.Context(), second, ann.ID)
		if err != nil || waiting == nil {
			t.Fatal(waiting, err)
		}
		if err := s.AgreeFactorReset(t.Context(), first, waiting.ID); key(err) != "factor.reset-own" {
			t.Errorf("by the one who asked: %v", err)
		}
		theirs := access.Actor{UserID: ann.ID, Roles: []access.Role{access.Administrator}}
		if err := s.AgreeFactorReset(t.Context(), theirs, waiting.ID); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("by the one whose factors they are: %v", err)
		}
		if err := s.AgreeFactorReset(t.Context(), second, waiting.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(t.Context(), session, ""); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the session from before: %v", err)
		}
		arrival, err := s.SignIn(t.Context(), "ann@example.org", password, here)
		if err != nil {
			t.Fatal(err)
		}
		if w, err := s.Await(t.Context(), arrival.Step); err != nil || !w.SetUp {
			t.Errorf("%+v, %v; want to set up anew", w, err)
		}
		if err := s.AgreeFactorReset(t.Context(), second, waiting.ID); key(err) != "factor.reset-over" {
			t.Errorf("again: %v", err)
		}
	})
}
