package review

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// correctionDays is how long a corrected review is due in.
const correctionDays = 28

// Close ends a review that the supplier declined or did not answer.
func (s *Service) Close(ctx context.Context, by access.Actor, id uuid.UUID, because, reason string) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if err := r.close(because, reason, tx.Now()); err != nil {
			return nil, err
		}
		return r, keepStanding(tx, r, ReviewClosed)
	})
}

// Cancel ends a review that should not be: at once before submission, from
// then on once an approver of each host agrees too.
func (s *Service) Cancel(ctx context.Context, by access.Actor, id uuid.UUID, reason string) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		done, err := r.askToCancel(by.UserID, reason, tx.Now())
		if err != nil {
			return nil, err
		}
		if !done {
			return r, tx.Save(r, CancelAsked)
		}
		return r, cancelIn(tx, r)
	})
}

// AgreeToCancel adds an approver's agreement for the hosts that they sign for.
// Who asked agrees "too" only as somebody else does: one person in two roles
// does not end a review alone.
func (s *Service) AgreeToCancel(ctx context.Context, by access.Actor, id uuid.UUID) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewCancelAgree, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if r.CancelAskedByID != nil && *r.CancelAskedByID == by.UserID {
			return nil, fault.Forbidden("review.cancel-own")
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		var agreeing []uuid.UUID
		for _, host := range d.hosts() {
			who, err := signersFor(tx, r, host)
			if err != nil {
				return nil, err
			}
			if who.includes(by) || slices.Contains(by.OrganisationIDs, host) {
				agreeing = append(agreeing, host)
			}
		}
		if len(agreeing) == 0 {
			return nil, fault.Forbidden("sign-off.not-for-you")
		}
		done, err := r.agreeToCancel(agreeing, d.hosts(), tx.Now())
		if err != nil {
			return nil, err
		}
		if !done {
			return r, tx.Save(r, CancelAgreed)
		}
		return r, cancelIn(tx, r)
	})
}

func cancelIn(tx *store.Tx, r *Review) error {
	if err := voidSignOffs(tx, r, "cancelled"); err != nil {
		return err
	}
	return keepStanding(tx, r, ReviewCancelled)
}

// Correct plans the successor of a signed-off review, which itself never
// changes.
func (s *Service) Correct(ctx context.Context, by access.Actor, id uuid.UUID, reason string) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if !r.is(SignedOff) {
			return nil, r.wrongState()
		}
		if strings.TrimSpace(reason) == "" {
			return nil, fault.Invalid("invalid").On("reason", "reason.missing")
		}
		systems, err := systemsOf(tx.AsProgram("correct a review"), id)
		if err != nil {
			return nil, err
		}
		in := PlanInput{SupplierID: r.SupplierID, QuestionnaireCode: r.QuestionnaireCode, Kind: r.Kind,
			DueOn: calendar.On(tx.Now()).AddDays(correctionDays), ProgrammeID: r.ProgrammeID}
		for _, system := range systems {
			in.SystemIDs = append(in.SystemIDs, system.ID)
		}
		return planIn(tx, in, &id, strings.TrimSpace(reason))
	})
}
