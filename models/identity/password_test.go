package identity

import (
	"testing"

	"sicrwydd/models/fault"
)

// What others would think of is refused, however it is stretched; what they
// would not is taken, of whatever it is made.
func TestPasswordsThatAreEasyToGuessAreRefused(t *testing.T) {
	for _, weak := range []string{
		"short", "fourteen chars",
		"passwordpassword", "Cyfrinair20262026", "ann.example@example.org", "ann.example2026!", // a word, and what is put around it
		"aaaaaaaaaaaaaaaa", "liverpoolliverpool", "gorau glas gorau glas ", "928371928371928", // one thing, repeated
		"123456789012345", "098765432109876", "qwertyuiopasdfghjkl", "1qaz2wsx3edc4rfv!", "abcdefghijklmnopqr", // walks
		"111222333444555", "Sicrwydd-94827163",
	} {
		f := fault.As(checkPassword(weak, "ann.example@example.org"))
		if f == nil || len(f.Fields) == 0 || f.Fields[0].Location != "password" {
			t.Errorf("%q is taken", weak)
		}
	}
	for _, good := range []string{"928374650192837", "tri chynnig i Gymro", "ŵyr y mynydd ŷd", "correct horse battery staple", "Xk4!pQz-nhswales"} {
		if err := checkPassword(good, "ann.example@example.org"); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
}

// Passwords that were found often in breaches are refused, whatever the case of
// their letters, though nothing in them tells.
func TestPasswordsOfBreachesAreRefused(t *testing.T) {
	if n := len(commonPasswords) / 8; n < 3000 || len(commonPasswords)%8 != 0 {
		t.Fatalf("%d passwords are known, of 3,000 at least", n)
	}
	for _, known := range []string{"mailcreated5240", "Lhbjkjubz2957704"} {
		if guessable(known, "ann@example.org") {
			t.Errorf("%q is refused for another reason", known)
		}
		if f := fault.As(checkPassword(known, "ann@example.org")); f == nil || f.Fields[0].Key != "password.common" {
			t.Errorf("%q is taken", known)
		}
	}
	if breached("tri chynnig i gymro") {
		t.Error("what nobody lost is known")
	}
}
