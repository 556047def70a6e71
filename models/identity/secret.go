package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"sicrwydd/models/fault"
)

// newSecret gives 256 random bits as text, and the hash that is kept of them.
func newSecret() (secret, hash string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, hashSecret(secret)
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// common holds words that a password may not consist of, whatever digits and
// signs surround them. Passwords have at least 15 characters, so lists of the
// short ones that people choose do not apply; what people do is to stretch one.
var common = []string{
	"password", "passphrase", "cyfrinair", "qwertyuiop", "letmein", "welcome", "croeso", "sicrwydd", "administrator",
	"nhswales", "gigcymru", "abcdefghijklmno", "iloveyou", "changeme", "football", "caerdydd", "cardiff",
}

// checkPassword refuses what is too short, too long, or easily guessed.
func checkPassword(password, email string) error {
	length := utf8.RuneCountInString(password)
	switch {
	case length < 15:
		return fault.Invalid("invalid").On("password", "password.too-short")
	case length > 128:
		return fault.Invalid("invalid").On("password", "password.too-long")
	case guessable(strings.ToLower(password), strings.ToLower(email)):
		return fault.Invalid("invalid").On("password", "password.common")
	}
	return nil
}

func guessable(password, email string) bool {
	local, _, _ := strings.Cut(email, "@")
	for _, word := range append([]string{email, local}, common...) {
		if len(word) > 3 {
			password = strings.ReplaceAll(password, word, "")
		}
	}
	different := map[rune]bool{}
	for _, r := range password {
		if r < '0' || r > '9' {
			different[r] = true
		}
	}
	return len(different) < 5
}

// hashing bounds how many passwords are hashed at once: each takes 64 MiB.
var hashing = make(chan struct{}, 2)

func hashPassword(password string) (string, error) {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2id.CreateHash(password, argon2id.DefaultParams)
}

// absent is compared with when there is no such account, so that the answer
// takes as long as for one that exists.
var absent = sync.OnceValue(func() string {
	secret, _ := newSecret()
	hash, err := argon2id.CreateHash(secret, argon2id.DefaultParams)
	if err != nil {
		panic(err)
	}
	return hash
})

func matchPassword(password, hash string) bool {
	if hash == "" {
		hash = absent()
	}
	hashing <- struct{}{}
	defer func() { <-hashing }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && err == nil
}
