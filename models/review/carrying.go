package review

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// Previous is how the supplier answered a question in an earlier review, for
// the same system where it is asked of one. Evidence and outcome are there where
// the reader may read that review.
type Previous struct {
	ReviewID   uuid.UUID              `json:"review_id"`
	Reference  string                 `json:"reference"`
	AnsweredAt time.Time              `json:"answered_at"`
	Answer     AnswerView             `json:"answer"`
	Outcome    *questionnaire.Outcome `json:"outcome"` // for our side
	// Carries: for our side, the earlier judgement may stand for this answer.
	Carries   bool `json:"carries_judgement"`
	evidence  []*Evidence
	judgement *Judgement
	asked     *questionnaire.Question
}

// earlierAnswers finds the supplier's latest earlier answers to the questions of a
// dossier, from reviews that were submitted and whose answers the actor may
// see; that our side read them is recorded.
func (s *Service) earlierAnswers(tx *store.Tx, d *dossier) (map[questionnaire.Slot]*Previous, error) {
	program := tx.AsProgram("what was answered before")
	earlier, err := store.All[Review](program, "submitted_at DESC, id DESC", "supplier_id = ? AND id <> ? AND kind = ? AND submitted_at IS NOT NULL AND created_at < ? AND state <> ?",
		d.review.SupplierID, d.review.ID, OfSupplier, d.review.CreatedAt, Cancelled)
	if err != nil || len(earlier) == 0 {
		return nil, err
	}
	past, err := s.openAll(program, earlier)
	if err != nil {
		return nil, err
	}
	supplier := tx.By().OnSupplierSide()
	past, readable, err := d.earlierSeen(tx, past)
	if err != nil {
		return nil, err
	}
	found, read := map[questionnaire.Slot]*Previous{}, map[*dossier]bool{}
	for _, item := range d.sheet().Items {
		for _, before := range past {
			if a := before.answers[item.Slot]; a != nil && found[item.Slot] == nil && (a.Value != nil || len(before.evidence[item.Slot]) > 0) {
				earlier := before.earlier(item.Slot, readable[before.review.ID], supplier)
				_, earlier.Carries = d.carriedJudgement(&item, earlier, calendar.On(tx.Now()))
				found[item.Slot], read[before] = earlier, true
			}
		}
	}
	for _, before := range past {
		if supplier || !read[before] {
			continue
		}
		if err := tx.Seen(before.review, AnswersRead); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// earlierSeen gives those of the earlier reviews whose answers the actor sees
// beside this one's, and says which of them are its to read: a supplier's own;
// for our side those in scope, and without what else is in them those about a
// system of this review, where the actor is assigned to it.
func (d *dossier) earlierSeen(tx *store.Tx, past []*dossier) ([]*dossier, map[uuid.UUID]bool, error) {
	ids, readable := make([]uuid.UUID, len(past)), map[uuid.UUID]bool{}
	for i, before := range past {
		ids[i] = before.review.ID
	}
	assigned := 0
	if !tx.By().OnSupplierSide() {
		var err error
		if ids, err = tx.VisibleOf(store.Reviews, access.AnswersRead, ids); err != nil {
			return nil, nil, err
		}
		if assigned, err = store.Count[Reviewer](tx, "review_id = ? AND user_id = ?", d.review.ID, tx.By().UserID); err != nil {
			return nil, nil, err
		}
	}
	for _, id := range ids {
		readable[id] = true
	}
	return slices.DeleteFunc(past, func(before *dossier) bool {
		return !readable[before.review.ID] && (assigned == 0 || !before.sharesSystem(d))
	}), readable, nil
}

func (d *dossier) sharesSystem(other *dossier) bool {
	return slices.ContainsFunc(d.systems, func(one *inventory.System) bool {
		return slices.ContainsFunc(other.systems, func(system *inventory.System) bool { return system.ID == one.ID })
	})
}

// earlier is the answer to a question; what showed it and what was made of it,
// where the review may be read.
func (d *dossier) earlier(slot questionnaire.Slot, readable, supplier bool) *Previous {
	a := d.answers[slot]
	p := &Previous{ReviewID: d.review.ID, Reference: d.review.Reference, AnsweredAt: a.AnsweredAt, evidence: d.evidence[slot], asked: d.def.Question(slot.Key),
		Answer: *viewer{d: d, answers: true}.answer(slot)}
	if !readable {
		p.Answer.Evidence = []EvidenceView{}
		return p
	}
	if j := d.judgements[slot]; j != nil && !supplier {
		p.Outcome = &j.Outcome
		if d.review.State == SignedOff {
			p.judgement = j
		}
	}
	return p
}

// CarryOver confirms earlier answers: each of the questions named, or every
// one when none is, that is open, shown, not answered yet and was answered
// before, gets that answer with the evidence that is still valid. It gives how
// many were confirmed.
func (s *Service) CarryOver(ctx context.Context, by access.Actor, id uuid.UUID, slots []questionnaire.Slot) (int, error) {
	return s.confirmAll(ctx, by, id, slots, func(tx *store.Tx, d *dossier) (map[questionnaire.Slot]offer, error) {
		past, err := s.earlierAnswers(tx, d)
		offers := map[questionnaire.Slot]offer{}
		for slot, before := range past {
			offers[slot] = offer{value: before.Answer.Value, comment: before.Answer.Comment, evidence: before.evidence, origin: CarriedOver}
		}
		return offers, err
	})
}
