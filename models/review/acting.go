package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
	"sicrwydd/models/vault"
)

// ActionDetail is an action with all that belongs to it.
type ActionDetail struct {
	ActionRow
	Finding  *Finding // nil: a condition of a sign-off
	Evidence []*Evidence
	Asked    []*Extension // for more time, newest first
}

// ActionDetail gives one action with what shows that it is done and the
// requests for more time.
func (s *Service) ActionDetail(ctx context.Context, by access.Actor, id uuid.UUID) (*ActionDetail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*ActionDetail, error) {
		a, err := store.Find[Action](tx, id)
		if err != nil {
			return nil, err
		}
		of, err := ofReviews(tx, []uuid.UUID{a.ReviewID})
		if err != nil {
			return nil, err
		}
		d := &ActionDetail{ActionRow: ActionRow{Action: a, Of: of[a.ReviewID], Late: a.late(calendar.On(tx.Now()))}}
		if a.FindingID != nil {
			if d.Finding, err = store.Find[Finding](tx, *a.FindingID); err != nil {
				return nil, err
			}
		}
		if d.Evidence, err = store.All[Evidence](tx, "created_at, id", "action_id = ? AND removed_at IS NULL", id); err != nil {
			return nil, err
		}
		d.Asked, err = store.All[Extension](tx, "created_at DESC, id DESC", "action_id = ?", id)
		return d, err
	})
}

// forDoing finds an open action that the actor carries out.
func forDoing(tx *store.Tx, id uuid.UUID) (*Action, error) {
	a, err := store.Lock[Action](tx, id)
	if err != nil {
		return nil, err
	}
	if err := tx.May(store.Reviews, access.ActionDo, a.ReviewID); err != nil {
		return nil, err
	}
	if (a.Side == SupplierSide) != tx.By().OnSupplierSide() {
		return nil, fault.Forbidden("action.of-the-other-side")
	}
	if a.State != ActionOpen {
		return nil, fault.Conflict("action.wrong-state", fault.Args{"State": string(a.State)})
	}
	return a, nil
}

// notOfOurActions leaves out what hangs on an action that is our side's to do.
func notOfOurActions(table string) string {
	return table + ".action_id IS NULL OR " + table + ".action_id IN (SELECT id FROM actions WHERE side = '" + string(SupplierSide) + "')"
}

// AddActionEvidence keeps a file that shows what was done. It is checked by its
// content and kept first; if its record is refused, it goes again.
func (s *Service) AddActionEvidence(ctx context.Context, by access.Actor, id uuid.UUID, up Upload) (*Evidence, error) {
	may := func(tx *store.Tx) (*Action, error) {
		a, err := forDoing(tx, id)
		if err != nil {
			return nil, err
		}
		n, err := store.Count[Evidence](tx, "action_id = ? AND removed_at IS NULL", id)
		if err == nil && n >= evidencePerAnswer {
			err = fault.Conflict("evidence.too-many", fault.Args{"Max": evidencePerAnswer})
		}
		return a, err
	}
	if _, err := store.Change(ctx, s.db, by, may); err != nil {
		return nil, err // before the file is looked at, and again in the change
	}
	name, mediaType, err := vault.Inspect(up.Name, up.Content)
	if err != nil {
		return nil, err
	}
	blob, err := s.vault.Put(ctx, up.Content)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(up.Content)
	e, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (*Evidence, error) {
		a, err := may(tx)
		if err != nil {
			return nil, err
		}
		r, err := store.Find[Review](tx.AsProgram("keep evidence"), a.ReviewID)
		if err != nil {
			return nil, err
		}
		e := &Evidence{ReviewID: a.ReviewID, SupplierID: r.SupplierID, ActionID: &id, Kind: FileEvidence, Name: name, Size: int64(len(up.Content)),
			SHA256: hex.EncodeToString(sum[:]), MediaType: mediaType, BlobKey: blob, Scan: "not_scanned", UploadedByID: by.UserID, UploadedBy: by.Name}
		return e, tx.Create(e, EvidenceAdded)
	})
	if err != nil {
		_ = s.vault.Drop(context.WithoutCancel(ctx), blob)
	}
	return e, err
}

// AskForActionTime asks for a later date for an action, once at a time.
func (s *Service) AskForActionTime(ctx context.Context, by access.Actor, id uuid.UUID, in ExtensionInput) (*Extension, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Extension, error) {
		a, err := forDoing(tx, id)
		if err != nil {
			return nil, err
		}
		waiting, err := store.Count[Extension](tx, "action_id = ? AND decision = ?", id, Undecided)
		if err != nil {
			return nil, err
		}
		if waiting > 0 {
			return nil, fault.Conflict("extension.waiting")
		}
		e := &Extension{ReviewID: a.ReviewID, ActionID: &id, AskedBy: by.Name, AskedByID: &by.UserID, UntilOn: in.UntilOn, Reason: strings.TrimSpace(in.Reason)}
		invalid := fault.Invalid("invalid")
		a.checkLater(invalid, in.UntilOn, calendar.On(tx.Now()))
		if e.Reason == "" {
			invalid.On("reason", "reason.missing")
		}
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		if err := tx.AsProgram("ask for time").Create(e, ExtensionAsked); err != nil {
			return nil, err
		}
		r, err := store.Find[Review](tx.AsProgram("ask for time"), a.ReviewID)
		if err != nil {
			return nil, err
		}
		return e, s.mailOurSide(tx, r, "message")
	})
}

// checkLater notes when a day is none, or not after the action's day and today.
func (a *Action) checkLater(invalid *fault.Error, day, today calendar.Date) {
	if _, ok := calendar.Parse(string(day)); !ok {
		invalid.On("until_on", "date.wrong")
	} else if day <= a.DueOn || day <= today {
		invalid.On("until_on", "action.not-later")
	}
}

// DecideActionTime grants a request for time for an action, until the day asked
// for or another, or refuses it. Who asked does not decide.
func (s *Service) DecideActionTime(ctx context.Context, by access.Actor, id, extension uuid.UUID, decision ExtensionDecision, until calendar.Date) (*Action, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Action, error) {
		a, err := store.Lock[Action](tx, id)
		if err != nil {
			return nil, err
		}
		if err := tx.May(store.Reviews, access.ActionVerify, a.ReviewID); err != nil {
			return nil, err
		}
		e, err := store.FindBy[Extension](tx, "id = ? AND action_id = ?", extension, id)
		if err != nil {
			return nil, err
		}
		switch {
		case e.Decision != Undecided:
			return nil, fault.Conflict("extension.decided")
		case valueOrNil(e.AskedByID) == by.UserID:
			return nil, fault.Forbidden("extension.own")
		case a.State != ActionOpen:
			return nil, fault.Conflict("action.wrong-state", fault.Args{"State": string(a.State)})
		case decision != Granted && decision != Refused:
			return nil, fault.Invalid("invalid").On("decision", "extension.decision-unknown")
		}
		now := tx.Now()
		e.Decision, e.DecidedBy, e.DecidedAt = decision, by.Name, &now
		act := ExtensionRefused
		if decision == Granted {
			act = ExtensionGranted
			if until != "" {
				e.UntilOn = until
			}
			invalid := fault.Invalid("invalid")
			a.checkLater(invalid, e.UntilOn, calendar.On(now))
			if err := invalid.OrNil(); err != nil {
				return nil, err
			}
			a.DueOn, a.RemindedAt = e.UntilOn, nil
			if err := tx.Save(a, ActionMoved); err != nil {
				return nil, err
			}
		}
		if err := tx.AsProgram("decide on time").Save(e, act); err != nil {
			return nil, err
		}
		r, err := store.Find[Review](tx, a.ReviewID)
		if err != nil {
			return nil, err
		}
		return a, s.mailDoers(tx, r, a, "message")
	})
}
