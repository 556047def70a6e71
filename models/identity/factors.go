package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
	"sicrwydd/models/store"
)

// The acts on factors in the audit log.
const (
	FactorAdded       audit.Action = "factor.added"
	FactorUsed        audit.Action = "factor.used"
	FactorRemoved     audit.Action = "factor.removed"
	RecoveryCodesMade audit.Action = "recovery-codes.made"
	RecoveryCodeUsed  audit.Action = "recovery-code.used"
)

// FactorKind says what a person proves beside the password.
type FactorKind string

// The kinds of factors.
const (
	AuthenticatorApp FactorKind = "totp" // RFC 6238: six digits, every 30 seconds
	Passkey          FactorKind = "passkey"
)

// How a session began, where that was by no factor of ours.
const (
	byRecoveryCode FactorKind = "recovery"
	byProvider     FactorKind = "provider" // which had asked for a second factor itself
	asDemo         FactorKind = "demonstration"
)

// Factor is one thing by which a person proves who they are. Its secret is
// sealed; a code of it works once.
type Factor struct {
	store.Row
	UserID     uuid.UUID
	Kind       FactorKind
	Name       string
	Secret     []byte
	Credential *string
	LastStep   int64
	LastUsedAt *time.Time
	RemovedAt  *time.Time
}

// Scope lets people see their own.
func (Factor) Scope(by access.Actor) store.Condition { return own(by, "factors.user_id") }

// AuditKind names the thing in the audit log.
func (*Factor) AuditKind() string { return "factor" }

// AuditAbout is the person.
func (f *Factor) AuditAbout() uuid.UUID { return f.UserID }

// RecoveryCode lets a person in once who has no factor at hand. Only its hash
// is kept.
type RecoveryCode struct {
	store.Row
	UserID   uuid.UUID
	CodeHash string
	UsedAt   *time.Time
}

// Scope lets people see their own.
func (RecoveryCode) Scope(by access.Actor) store.Condition { return own(by, "recovery_codes.user_id") }

func own(by access.Actor, column string) store.Condition {
	if by.IsProgram() {
		return store.Everything
	}
	return store.Condition{SQL: column + " = ?", Args: []any{by.UserID}}
}

// Factors lists the own factors, oldest first, and how many recovery codes are left.
func (s *Service) Factors(ctx context.Context, by access.Actor) ([]*Factor, int, error) {
	type found struct {
		factors []*Factor
		codes   int
	}
	f, err := store.Read(ctx, s.db, by, func(tx *store.Tx) (found, error) {
		factors, err := factorsOf(tx, by.UserID)
		if err != nil {
			return found{}, err
		}
		codes, err := store.Count[RecoveryCode](tx, "user_id = ? AND used_at IS NULL", by.UserID)
		return found{factors, codes}, err
	})
	return f.factors, f.codes, err
}

func factorsOf(tx *store.Tx, user uuid.UUID) ([]*Factor, error) {
	return store.All[Factor](tx, "created_at, id", "user_id = ? AND removed_at IS NULL", user)
}

// The shape of the codes of an authenticator app; a clock may be one period off.
const (
	codePeriod = 30
	codeSkew   = 1
)

// appKey is a new secret for an authenticator app, as the app reads it.
func appKey(email string) (*otp.Key, error) {
	return totp.Generate(totp.GenerateOpts{Issuer: "Sicrwydd", AccountName: email, SecretSize: 20, Period: codePeriod})
}

// stepOfCode gives the period that a code belongs to, and whether it is right
// at the moment.
func stepOfCode(secret, code string, at time.Time) (int64, bool) {
	right, found := int64(0), false
	for step := at.Unix()/codePeriod - codeSkew; step <= at.Unix()/codePeriod+codeSkew; step++ {
		want, err := totp.GenerateCode(secret, time.Unix(step*codePeriod, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			right, found = step, true
		}
	}
	return right, found
}

func (s *Service) addAppIn(tx *store.Tx, user uuid.UUID, name, secret string, step int64) (*Factor, error) {
	f := &Factor{Row: store.NewRow(), UserID: user, Kind: AuthenticatorApp, Name: name, LastStep: step}
	f.Secret = s.keys.Seal(keyring.Factors, []byte(secret), f.ID.String())
	now := tx.Now()
	f.LastUsedAt = &now
	return f, tx.Create(f, FactorAdded)
}

// mostRecoveryCodes is how many a person has at once.
const mostRecoveryCodes = 10

// makeCodesIn replaces a person's recovery codes, and gives the new ones this once.
func makeCodesIn(tx *store.Tx, user *User) ([]string, error) {
	if err := dropCodesIn(tx, user.ID); err != nil {
		return nil, err
	}
	var codes []string
	for range mostRecoveryCodes {
		b := make([]byte, 16)
		_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
		plain := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
		row := &RecoveryCode{Row: store.NewRow(), UserID: user.ID, CodeHash: hashSecret(plain)}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.Insert(row); err != nil {
			return nil, err
		}
		codes = append(codes, plain[:5]+"-"+plain[5:10]+"-"+plain[10:15]+"-"+plain[15:20]+"-"+plain[20:])
	}
	return codes, tx.Note(user, RecoveryCodesMade, "")
}

func dropCodesIn(tx *store.Tx, user uuid.UUID) error {
	return store.Query[RecoveryCode](tx).Where("user_id = ? AND used_at IS NULL", user).Update("used_at", tx.Now()).Error
}

// plainCode reads what a person typed: spaces and hyphens do not count.
func plainCode(typed string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(strings.TrimSpace(typed)))
}

// takeCodeIn takes a code of an app or a recovery code of a person, once.
func (s *Service) takeCodeIn(tx *store.Tx, user *User, typed string) (FactorKind, error) {
	code := plainCode(typed)
	if len(code) != 6 {
		return byRecoveryCode, takeRecoveryIn(tx, user, code)
	}
	factors, err := factorsOf(tx, user.ID)
	if err != nil {
		return "", err
	}
	for _, f := range factors {
		if f.Kind != AuthenticatorApp {
			continue
		}
		if f, err = store.Lock[Factor](tx, f.ID); err != nil {
			return "", err
		}
		secret, err := s.keys.Open(keyring.Factors, f.Secret, f.ID.String())
		if err != nil {
			return "", err
		}
		step, right := stepOfCode(string(secret), code, tx.Now())
		if !right {
			continue
		}
		if step <= f.LastStep {
			return "", codeRefused("code.used")
		}
		now := tx.Now()
		f.LastStep, f.LastUsedAt = step, &now
		return AuthenticatorApp, tx.Save(f, FactorUsed)
	}
	return "", codeRefused("code.wrong")
}

func takeRecoveryIn(tx *store.Tx, user *User, code string) error {
	row, err := store.LockBy[RecoveryCode](tx, "user_id = ? AND code_hash = ?", user.ID, hashSecret(code))
	switch {
	case fault.Is(err, fault.KindNotFound):
		return codeRefused("code.wrong")
	case err != nil:
		return err
	case row.UsedAt != nil:
		return codeRefused("code.used")
	}
	if err := store.Query[RecoveryCode](tx).Where("id = ?", row.ID).Update("used_at", tx.Now()).Error; err != nil {
		return err
	}
	return tx.Note(user, RecoveryCodeUsed, "")
}

func codeRefused(key string) error { return fault.Invalid("invalid").On("code", key) }
