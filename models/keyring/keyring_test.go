package keyring_test

import (
	"bytes"
	"testing"

	"sicrwydd/models/keyring"
)

// What was sealed for one thing opens for that thing alone, and nothing else opens.
func FuzzOpen(f *testing.F) {
	ring, err := keyring.New(keyring.Generate())
	if err != nil {
		f.Fatal(err)
	}
	sealed := ring.Seal(keyring.Evidence, []byte("what is kept"), "one")
	if plain, err := ring.Open(keyring.Evidence, sealed, "one"); err != nil || string(plain) != "what is kept" {
		f.Fatalf("%q, %v", plain, err)
	}
	for _, other := range []string{"two", ""} {
		if _, err := ring.Open(keyring.Evidence, sealed, other); err == nil {
			f.Errorf("it opens for %q", other)
		}
	}
	if _, err := ring.Open(keyring.Mail, sealed, "one"); err == nil {
		f.Error("it opens for another purpose")
	}
	f.Add(sealed)
	f.Add(sealed[:12])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		if plain, err := ring.Open(keyring.Evidence, content, "one"); err == nil && !bytes.Equal(content, sealed) {
			t.Errorf("%q opens as %q", content, plain)
		}
	})
}
