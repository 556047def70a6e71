package identity

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the list of common passwords
	"sort"
	"strings"
	"unicode/utf8"

	"sicrwydd/models/fault"
)

// The lengths of a password, in characters.
const (
	shortestPassword = 15
	longestPassword  = 128
)

// checkPassword refuses what is too short, too long, or easily guessed.
func checkPassword(password, email string) error {
	length := utf8.RuneCountInString(password)
	switch {
	case length < shortestPassword:
		return fault.Invalid("invalid").On("password", "password.too-short")
	case length > longestPassword:
		return fault.Invalid("invalid").On("password", "password.too-long")
	case breached(strings.ToLower(password)), guessable(strings.ToLower(password), strings.ToLower(email)):
		return fault.Invalid("invalid").On("password", "password.common")
	}
	return nil
}

// commonPasswords are the first eight bytes of the SHA-256 of the passwords
// that were found most often in breaches and are long enough for us, in order.
// makecommon.go says where they come from.
//
//go:embed common.bin
var commonPasswords []byte

// breached reports whether a password, in small letters, is among them.
func breached(password string) bool {
	sum := sha256.Sum256([]byte(password))
	n := len(commonPasswords) / 8
	at := func(i int) []byte { return commonPasswords[8*i : 8*i+8] }
	i := sort.Search(n, func(i int) bool { return bytes.Compare(at(i), sum[:8]) >= 0 })
	return i < n && bytes.Equal(at(i), sum[:8])
}

// stretched holds words that a password may not consist of, whatever digits and
// signs surround them: what people do to whom 15 characters are too many.
var stretched = []string{
	"password", "passphrase", "cyfrinair", "qwertyuiop", "letmein", "welcome", "croeso", "sicrwydd", "administrator",
	"nhswales", "gigcymru", "abcdefghijklmno", "iloveyou", "changeme", "football", "caerdydd", "cardiff",
}

// walks are the ways of fingers and of the alphabet, there and back.
var walks = func() []string {
	all := []string{
		"abcdefghijklmnopqrstuvwxyz", "12345678901234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
		"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p",
	}
	for _, walk := range all {
		back := []byte(walk)
		for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
			back[i], back[j] = back[j], back[i]
		}
		all = append(all, string(back))
	}
	return all
}()

// guessable reports whether little is left of a password, in small letters,
// when what others would think of is gone: the person's address, words that
// people stretch, one thing repeated, walks over the keyboard. Beside such a
// word digits count for nothing; a password of digits alone may be as good as
// another.
func guessable(password, email string) bool {
	local, _, _ := strings.Cut(email, "@")
	left := password
	for _, word := range append([]string{email, local}, stretched...) {
		if len(word) > 3 {
			left = strings.ReplaceAll(left, word, "")
		}
	}
	digits := left == password
	if utf8.RuneCountInString(repeated(left)) < utf8.RuneCountInString(left) && utf8.RuneCountInString(repeated(left)) < shortestPassword {
		return true
	}
	different := map[rune]bool{}
	for _, r := range withoutWalks(left) {
		if digits || r < '0' || r > '9' {
			different[r] = true
		}
	}
	return len(different) < 5
}

// repeated gives the shortest text of which a text consists, twice or more.
func repeated(text string) string {
	for n := 1; n <= len(text)/2; n++ {
		if text[n:] == text[:len(text)-n] {
			return text[:n]
		}
	}
	return text
}

// withoutWalks leaves of each walk of four or more only where it begins.
func withoutWalks(text string) string {
	var left strings.Builder
	for i := 0; i < len(text); {
		n := 1
		for _, walk := range walks {
			for longer := max(n, 3) + 1; i+longer <= len(text) && strings.Contains(walk, text[i:i+longer]); longer++ {
				n = longer
			}
		}
		if n == 1 {
			_, n = utf8.DecodeRuneInString(text[i:])
			left.WriteString(text[i : i+n])
		} else {
			left.WriteByte(text[i])
		}
		i += n
	}
	return left.String()
}
