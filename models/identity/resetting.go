package identity

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// The acts on resets of factors in the audit log.
const (
	FactorResetAsked  audit.Action = "factor-reset.asked"
	FactorResetAgreed audit.Action = "factor-reset.agreed"
	FactorsReset      audit.Action = "user.factors-reset"
)

// resetOpenFor is how long the second administrator has to agree.
const resetOpenFor = 7 * 24 * time.Hour

// FactorReset is one administrator's request to take away the factors of a
// person who lost them; another administrator agrees.
type FactorReset struct {
	store.Row
	UserID     uuid.UUID
	AskedByID  uuid.UUID
	Reason     string
	AgreedByID *uuid.UUID
	AgreedAt   *time.Time
	ExpiresAt  time.Time
}

// Scope lets administrators see them.
func (FactorReset) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Holders(by, access.UserManage, "")
}

// AuditKind names the thing in the audit log.
func (*FactorReset) AuditKind() string { return "factor_reset" }

// AuditAbout is the person.
func (r *FactorReset) AuditAbout() uuid.UUID { return r.UserID }

// WaitingReset gives the reset of a user's factors that waits for its second
// administrator; nil where none does.
func (s *Service) WaitingReset(ctx context.Context, by access.Actor, user uuid.UUID) (*FactorReset, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*FactorReset, error) { return waitingResetIn(tx, user) })
}

func waitingResetIn(tx *store.Tx, user uuid.UUID) (*FactorReset, error) {
	open, err := store.All[FactorReset](tx, "created_at DESC", "user_id = ? AND agreed_at IS NULL AND expires_at > ?", user, tx.Now())
	if err != nil || len(open) == 0 {
		return nil, err
	}
	return open[0], nil
}

// AskFactorReset asks for the factors of a user to be taken away, with a reason.
func (s *Service) AskFactorReset(ctx context.Context, by access.Actor, user uuid.UUID, reason string) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		u, err := store.Lock[User](tx, user)
		if err != nil {
			return false, err
		}
		if err := mayReset(by, user); err != nil {
			return false, err
		}
		if waiting, err := waitingResetIn(tx, user); err != nil || waiting != nil {
			return false, orWaiting(err)
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return false, fault.Invalid("invalid").On("reason", "reason.missing")
		}
		r := &FactorReset{UserID: u.ID, AskedByID: by.UserID, Reason: reason, ExpiresAt: tx.Now().Add(resetOpenFor)}
		return true, tx.Create(r, FactorResetAsked)
	})
	return err
}

func orWaiting(err error) error {
	if err == nil {
		return fault.Conflict("factor.reset-waiting")
	}
	return err
}

func mayReset(by access.Actor, user uuid.UUID) error {
	if !by.National() || !by.Holds(access.UserManage) || user == by.UserID {
		return fault.Forbidden("forbidden")
	}
	return nil
}

// AgreeFactorReset is the second administrator's word: the factors, the
// recovery codes and all sessions of the user are gone, and the next sign-in
// sets up a new one.
func (s *Service) AgreeFactorReset(ctx context.Context, by access.Actor, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		r, err := store.Find[FactorReset](tx, id)
		if err != nil {
			return false, err
		}
		if err := mayReset(by, r.UserID); err != nil {
			return false, err
		}
		if _, err := store.Lock[User](tx, r.UserID); err != nil { // as who asks, and other ways to reset, do
			return false, err
		}
		if r, err = store.Lock[FactorReset](tx, id); err != nil {
			return false, err
		}
		switch {
		case r.AgreedAt != nil || !tx.Now().Before(r.ExpiresAt):
			return false, fault.Conflict("factor.reset-over")
		case r.AskedByID == by.UserID:
			return false, fault.Forbidden("factor.reset-own")
		}
		now := tx.Now()
		r.AgreedByID, r.AgreedAt = &by.UserID, &now
		if err := tx.Save(r, FactorResetAgreed); err != nil {
			return false, err
		}
		return true, s.resetIn(tx.AsProgram("reset factors"), r.UserID)
	})
	return err
}

// ResetFactors is the operator's way, where there are no two administrators.
func (s *Service) ResetFactors(ctx context.Context, by access.Actor, email string) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		user, err := store.FindBy[User](tx, "email = ?", strings.ToLower(strings.TrimSpace(email)))
		if err != nil {
			return false, err
		}
		return true, s.resetIn(tx, user.ID)
	})
	return err
}

// resetIn takes a user's factors away; what else was asked for is over with it.
func (s *Service) resetIn(tx *store.Tx, id uuid.UUID) error {
	user, err := store.Lock[User](tx, id)
	if err != nil {
		return err
	}
	factors, err := factorsOf(tx, id)
	if err != nil {
		return err
	}
	now := tx.Now()
	for _, f := range factors {
		f.RemovedAt = &now
		if err := tx.Save(f, FactorRemoved); err != nil {
			return err
		}
	}
	if err := dropCodesIn(tx, id); err != nil {
		return err
	}
	if err := store.Query[FactorReset](tx).Where("user_id = ? AND agreed_at IS NULL AND expires_at > ?", id, now).Update("expires_at", now).Error; err != nil {
		return err
	}
	if err := s.endAccessIn(tx, id, uuid.Nil); err != nil {
		return err
	}
	if err := tx.Note(user, FactorsReset, ""); err != nil {
		return err
	}
	return s.write(tx, user, user.Email, "factors_reset", s.publicURL+"/sign-in")
}
