package identity_test

import (
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
)

const another = "arall a hir iawn hefyd"

// A way in that an old password began ends with the password.
func TestAWayInThatIsHalfGoneEndsWithThePassword(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		s.add(identity.NewUser{})
		step := s.begun()
		w, err := s.Await(t.Context(), step)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.WriteToForgetful(t.Context(), identity.Forgotten{Email: "ann@example.org"}); err != nil {
			t.Fatal(err)
		}
		link := s.linkIn("password_reset")
		own, err := s.SetPassword(t.Context(), link[strings.LastIndex(link, "/")+1:], another, here)
		if err != nil {
			t.Fatal(err)
		}
		code, err := totp.GenerateCode(w.Secret, s.now)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := s.Prove(t.Context(), step, code, here); !fault.Is(err, fault.KindUnauthenticated) || a.Session != "" {
			t.Errorf("who knew the old password set up a factor: %v", err)
		}
		session, err := s.prove("ann@example.org", own)
		if err != nil {
			t.Fatalf("the way that the new password began: %v", err)
		}
		begun, err := s.SignIn(t.Context(), "ann@example.org", another, here)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ChangePassword(t.Context(), s.signed(session), another, password, here); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Prove(t.Context(), begun.Step, s.code("ann@example.org"), here); !fault.Is(err, fault.KindUnauthenticated) || a.Session != "" {
			t.Errorf("who knew the changed password came in: %v", err)
		}
		s.signed(session)
	})
}

// What was looked at before a change is no proof after it.
func TestAPasswordThatIsChangedWhileItIsLookedAtLetsNobodyIn(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		ann := s.add(identity.NewUser{})
		session, err := s.signIn("ann@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		before := *s.signed(session).User
		if a, err := s.Enter(t.Context(), &before, here); err != nil || a.Step == "" {
			t.Fatalf("unchanged: %+v, %v", a, err)
		}
		if err := s.ChangePassword(t.Context(), s.signed(session), password, another, here); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Enter(t.Context(), &before, here); key(err) != "sign-in.wrong" || a.Step != "" {
			t.Errorf("after the password was changed: %+v, %v", a, err)
		}
		now := *s.signed(session).User
		s.suspend(ann)
		if a, err := s.Enter(t.Context(), &now, here); key(err) != "sign-in.wrong" || a.Step != "" {
			t.Errorf("after Ann was suspended: %+v, %v", a, err)
		}
	})
}
