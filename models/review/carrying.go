package review

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// Previous is how the supplier answered a question in an earlier review, for
// the same system where it is asked of one.
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
// dossier, from reviews that were submitted.
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
	found := map[questionnaire.Slot]*Previous{}
	for _, item := range d.sheet().Items {
		for _, before := range past {
			if a := before.answers[item.Slot]; a != nil && found[item.Slot] == nil && (a.Value != nil || len(before.evidence[item.Slot]) > 0) {
				earlier := before.earlier(item.Slot, tx.By().OnSupplierSide())
				_, earlier.Carries = d.carriedJudgement(&item, earlier, calendar.On(tx.Now()))
				found[item.Slot] = earlier
			}
		}
	}
	return found, nil
}

func (d *dossier) earlier(slot questionnaire.Slot, supplier bool) *Previous {
	a := d.answers[slot]
	p := &Previous{ReviewID: d.review.ID, Reference: d.review.Reference, AnsweredAt: a.AnsweredAt, evidence: d.evidence[slot], asked: d.def.Question(slot.Key),
		Answer: *viewer{d: d, answers: true}.answer(slot)}
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
