package identity

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Purpose says what a step leads to.
type Purpose string

// The purposes of steps.
const (
	toEnter       Purpose = "enter"       // the password was right; the second factor is missing
	toSetPassword Purpose = "password"    // a link in a mail to who forgot theirs
	toChangeEmail Purpose = "email"       // a link in a mail to the new address
	toAddApp      Purpose = "add-app"     // a key was shown to one who is signed in
	toAddPasskey  Purpose = "add-passkey" // a challenge for a new passkey
	toUsePasskey  Purpose = "use-passkey" // a challenge for the passkeys of a person
	toProvider    Purpose = "provider"    // gone to a provider of identities
)

// lifetimes of steps: as long as a person needs, and no longer.
var lifetimes = map[Purpose]time.Duration{
	toEnter: 15 * time.Minute, toSetPassword: time.Hour, toChangeEmail: 24 * time.Hour,
	toAddApp: 15 * time.Minute, toAddPasskey: 15 * time.Minute, toUsePasskey: 15 * time.Minute, toProvider: 10 * time.Minute,
}

// mostTries is how many codes a step takes before it is spent.
const mostTries = 5

// Step is a way in, or a change of what lets one in, that was begun and waits
// for more. It is no session: nothing can be read with it. It works once.
type Step struct {
	store.Row
	TokenHash string
	Purpose   Purpose
	UserID    *uuid.UUID
	Language  lang.Tag
	Data      []byte // what the next request needs, sealed
	Tries     int
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// Scope hides steps from everybody.
func (Step) Scope(by access.Actor) store.Condition { return store.OnlyProgram(by) }

// beginIn begins a step and gives its token.
func (s *Service) beginIn(tx *store.Tx, purpose Purpose, user *uuid.UUID, language lang.Tag, data any) (string, error) {
	plain, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	token, hash := newSecret()
	step := &Step{Row: store.NewRow(), TokenHash: hash, Purpose: purpose, UserID: user, Language: language, ExpiresAt: tx.Now().Add(lifetimes[purpose])}
	step.Version, step.CreatedAt = 1, tx.Now()
	step.Data = s.keys.Seal(keyring.Factors, plain, step.ID.String())
	return token, tx.AsProgram("begin a step").Insert(step)
}

// findStepIn gives a step that still waits; one that is used, spent or too old
// is as one that never was.
func (s *Service) findStepIn(tx *store.Tx, purpose Purpose, token string, into any) (*Step, error) {
	step, err := store.LockBy[Step](tx, "token_hash = ? AND purpose = ?", hashSecret(token), purpose)
	if fault.Is(err, fault.KindNotFound) || err == nil && (step.UsedAt != nil || tx.Now().After(step.ExpiresAt) || step.Tries > mostTries) {
		return nil, fault.Unauthenticated("step.ended")
	}
	if err != nil {
		return nil, err
	}
	plain, err := s.keys.Open(keyring.Factors, step.Data, step.ID.String())
	if err != nil {
		return nil, err
	}
	return step, json.Unmarshal(plain, into)
}

// useIn spends a step.
func useIn(tx *store.Tx, step *Step) error {
	return store.Query[Step](tx).Where("id = ?", step.ID).Update("used_at", tx.Now()).Error
}

// tryStep counts a try before it is made, so that tries at once are counted too.
func (s *Service) tryStep(ctx context.Context, purpose Purpose, token string) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		var ignored json.RawMessage
		step, err := s.findStepIn(tx, purpose, token, &ignored)
		if err != nil {
			return false, err
		}
		return true, store.Query[Step](tx).Where("id = ?", step.ID).Update("tries", step.Tries+1).Error
	})
	return err
}

// mostProofs is how many proofs of a second factor a user's account takes in
// the window of throttling, right ones too, from all addresses together: who has
// a password and many addresses still guesses one code in ten thousand windows.
const mostProofs = 30

// tryProof counts a proof of a user's second factor before it is looked at,
// under a lock, so that many at once are counted one after the other.
func (s *Service) tryProof(ctx context.Context, user *User) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		if _, err := store.Lock[User](tx, user.ID); err != nil {
			return false, err
		}
		key := "proof " + user.ID.String()
		n, err := store.Count[attempt](tx, "key = ? AND created_at > ?", key, tx.Now().Add(-throttleWindow))
		if err != nil {
			return false, err
		}
		if n >= mostProofs {
			return false, fault.TooMany("sign-in.too-many", throttleWindow)
		}
		_, err = countIn(tx, key)
		return true, err
	})
	return err
}

// SweepSteps forgets the steps and failures that are over.
func (s *Service) SweepSteps(ctx context.Context) error {
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		if err := store.Query[Step](tx).Where("expires_at < ?", tx.Now().Add(-24*time.Hour)).Delete(&Step{}).Error; err != nil {
			return false, err
		}
		if err := store.Query[Session](tx).Where("expires_at < ?", tx.Now()).Delete(&Session{}).Error; err != nil {
			return false, err
		}
		return true, store.Query[attempt](tx).Where("created_at < ?", tx.Now().Add(-24*time.Hour)).Delete(&attempt{}).Error
	})
	return err
}
