package review

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// carriedJudgement is the judgement of an earlier, signed-off review that may
// stand for an answer: to a question of supplier scope that asks what it asked
// then, with the same answer, resting on the same evidence, none of it run out.
func (d *dossier) carriedJudgement(item *questionnaire.Item, before *Previous, today calendar.Date) (JudgementInput, bool) {
	j, a := before.judgement, d.answers[item.Slot]
	if j == nil || a == nil || !item.Shown || item.Slot.System != uuid.Nil || !asksTheSame(item.Question, before.asked) ||
		!bytes.Equal(a.Value, before.Answer.Value) || a.Comment != before.Answer.Comment || len(d.evidence[item.Slot]) != len(before.evidence) {
		return JudgementInput{}, false
	}
	in := JudgementInput{Outcome: j.Outcome, Basis: j.Basis, EvidenceIDs: []uuid.UUID{}, Note: j.Note, Feedback: j.Feedback}
	now := map[uuid.UUID]uuid.UUID{}
	for _, old := range before.evidence {
		for _, e := range d.evidence[item.Slot] {
			if e.sameAs(old) && (e.ValidTo == "" || e.ValidTo >= today) {
				now[old.ID] = e.ID
			}
		}
	}
	for _, id := range j.EvidenceIDs {
		in.EvidenceIDs = append(in.EvidenceIDs, now[id])
	}
	return in, len(now) == len(before.evidence)
}

func (e *Evidence) sameAs(other *Evidence) bool {
	return e.Kind == other.Kind && e.Name == other.Name && e.SHA256 == other.SHA256 && e.Link == other.Link &&
		e.InspectedBy == other.InspectedBy && e.InspectedOn == other.InspectedOn
}

// asksTheSame compares what an answer means and how it is judged.
func asksTheSame(a, b *questionnaire.Question) bool {
	said := func(q *questionnaire.Question) string {
		body, _ := json.Marshal([]any{q.Text, q.Guidance, q.Judging, q.Type, q.Options, q.Evidence})
		return string(body)
	}
	return a != nil && b != nil && said(a) == said(b)
}

// CarryJudgements lets the judgements of earlier reviews stand for the answers
// that have not changed and are not judged yet, marked with the review that
// they come from. It gives how many.
func (s *Service) CarryJudgements(ctx context.Context, by access.Actor, id uuid.UUID) (int, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (int, error) {
		d, err := s.forJudging(tx, id, access.ReviewJudge)
		if err != nil {
			return 0, err
		}
		r := d.review
		if !r.is(Submitted, InAssessment) {
			return 0, r.wrongState()
		}
		past, err := s.earlierAnswers(tx, d)
		if err != nil {
			return 0, err
		}
		carried := 0
		for _, item := range d.sheet().Items {
			before := past[item.Slot]
			if before == nil || !before.Carries || d.judgements[item.Slot] != nil {
				continue
			}
			in, _ := d.carriedJudgement(&item, before, calendar.On(tx.Now()))
			in.carriedFrom = before.Reference
			if err := d.judge(tx, item.Slot, in); err != nil {
				return 0, err
			}
			carried++
		}
		if carried == 0 {
			return 0, nil
		}
		return carried, s.judged(tx, r)
	})
}
