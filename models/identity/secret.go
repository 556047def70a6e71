package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sync"

	"github.com/alexedwards/argon2id"
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
