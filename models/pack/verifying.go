package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/keyring"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// Verdict is what anybody is told of a file or a code, and all that they are.
type Verdict string

// The verdicts.
const (
	Genuine    Verdict = "genuine"
	Outdated   Verdict = "superseded" // genuine, and a later one replaces it
	NotKnown   Verdict = "unknown"    // never published, or changed since
	CodeKnown  Verdict = "code_genuine"
	CodeOutOld Verdict = "code_superseded"
)

var anybody = access.Program("verify a report")

// VerifyFile says what a file is, by its digest and the signature over it.
func (s *Service) VerifyFile(ctx context.Context, content []byte) (Verdict, error) {
	sum := sha256.Sum256(content)
	return store.Read(ctx, s.db, anybody, func(tx *store.Tx) (Verdict, error) {
		files, err := store.Many[File](tx, "", "sha256 = ?", hex.EncodeToString(sum[:]))
		if err != nil || len(files) == 0 {
			return NotKnown, err
		}
		return verdict(tx, files[0])
	})
}

// VerifyCode says what a code on a page is: it is genuine only as the files are
// that went out with it.
func (s *Service) VerifyCode(ctx context.Context, code string) (Verdict, error) {
	return store.Read(ctx, s.db, anybody, func(tx *store.Tx) (Verdict, error) {
		packs, err := store.All[Pack](tx, "", "code = ? AND state = ?", tidy(code), Published)
		if err != nil || len(packs) == 0 {
			return NotKnown, err
		}
		files, err := store.Many[File](tx, "", "pack_id = ?", packs[0].ID)
		if err != nil || len(files) == 0 {
			return NotKnown, err
		}
		found, err := verdict(tx, files[0])
		switch found {
		case Genuine:
			return CodeKnown, err
		case Outdated:
			return CodeOutOld, err
		}
		return NotKnown, err
	})
}

// verdict holds a registered file against the signature and the keys that were
// ever published: one whose row was written around the product is not known.
func verdict(tx *store.Tx, f *File) (Verdict, error) {
	p, err := store.Find[Pack](tx, f.PackID)
	if err != nil {
		return NotKnown, err
	}
	keys, err := store.Many[review.SigningKey](tx, "", "key_id = ?", f.KeyID)
	if err != nil || len(keys) == 0 || p.State != Published || p.Code == nil {
		return NotKnown, err
	}
	sum := sha256.Sum256(f.Content)
	switch {
	case hex.EncodeToString(sum[:]) != f.SHA256, !keyring.Verify(keys[0].PublicKey, signed(f.SHA256, *p.Code), f.Signature):
		return NotKnown, nil
	case orNil(p.SupersededByID) != uuid.Nil:
		return Outdated, nil
	}
	return Genuine, nil
}

// tidy reads a code as people type it: in any case, with or without dashes.
func tidy(code string) string {
	kept := strings.Map(func(r rune) rune {
		if strings.ContainsRune(letters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(code))
	if len(kept) != 12 {
		return "-"
	}
	return kept[:4] + "-" + kept[4:8] + "-" + kept[8:]
}
