// Package keyring holds the keys that the one secret gives: to keep evidence
// and mails unreadable at rest, and to sign receipts.
package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
)

// Purpose separates the keys that one secret gives.
type Purpose string

// What keys are for.
const (
	Evidence Purpose = "evidence"
	Mail     Purpose = "mail"
	Forms    Purpose = "forms"
	Factors  Purpose = "factors"
	Typed    Purpose = "typed"
	receipts Purpose = "receipts"

	fingerprint Purpose = "fingerprint"
)

// Ring is the keys of one installation.
type Ring struct{ secret []byte }

// New reads a secret of 64 hexadecimal digits (256 bits).
func New(hexSecret string) (*Ring, error) {
	secret, err := hex.DecodeString(hexSecret)
	if err != nil || len(secret) != 32 {
		return nil, errors.New("must be 64 hexadecimal digits")
	}
	return &Ring{secret: secret}, nil
}

// Generate makes a new secret, as text.
func Generate() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b)
}

func (r *Ring) key(p Purpose) []byte {
	key, err := hkdf.Key(sha256.New, r.secret, nil, "sicrwydd "+string(p), 32)
	if err != nil {
		panic(err) // 32 bytes are always to be had
	}
	return key
}

func (r *Ring) aead(p Purpose) cipher.AEAD {
	block, err := aes.NewCipher(r.key(p))
	if err != nil {
		panic(err) // the key has the right length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// Seal encrypts, bound to a context (the id of what it belongs to).
func (r *Ring) Seal(p Purpose, plain []byte, context string) []byte {
	aead := r.aead(p)
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, []byte(context))
}

// Open decrypts what Seal gave for the same purpose and context.
func (r *Ring) Open(p Purpose, sealed []byte, context string) ([]byte, error) {
	aead := r.aead(p)
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("sealed data is too short")
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(context))
	if err != nil {
		return nil, fmt.Errorf("open %s: the key is another one, or the data was changed", p)
	}
	return plain, nil
}

// MAC gives a keyed hash of a text, for tokens of forms.
func (r *Ring) MAC(p Purpose, text string) string {
	h := hmac.New(sha256.New, r.key(p))
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// Fingerprint names the secret without telling it.
func (r *Ring) Fingerprint() string { return r.MAC(fingerprint, "sicrwydd") }

func (r *Ring) signing() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(r.key(receipts)) }

// PublicKey gives the key that verifies signatures, and its id.
func (r *Ring) PublicKey() (id, public string) {
	key, _ := r.signing().Public().(ed25519.PublicKey)
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8]), base64.StdEncoding.EncodeToString(key)
}

// Sign signs with Ed25519.
func (r *Ring) Sign(message []byte) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(r.signing(), message))
}

// Verify checks a signature against a public key as PublicKey gives it.
func Verify(public string, message []byte, signature string) bool {
	key, err := base64.StdEncoding.DecodeString(public)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return false
	}
	sig, err := base64.StdEncoding.DecodeString(signature)
	return err == nil && ed25519.Verify(key, message, sig)
}
