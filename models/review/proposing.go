package review

import (
	"context"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// proposal is the judgement that an answer proposes by itself: its option says
// which outcome, and there is evidence to rest it on. An essential question
// and a claim without evidence are looked at one by one.
func (d *dossier) proposal(item *questionnaire.Item) (JudgementInput, bool) {
	a, evidence := d.answers[item.Slot], d.evidence[item.Slot]
	if !item.Shown || item.Question.Weight == 0 || item.Question.Essential || a == nil || len(evidence) == 0 {
		return JudgementInput{}, false
	}
	in := JudgementInput{Outcome: item.Question.Proposes(a.Value), Basis: questionnaire.Document}
	for _, e := range evidence {
		in.EvidenceIDs = append(in.EvidenceIDs, e.ID)
	}
	return in, in.Outcome != "" && in.Outcome != questionnaire.NotApplicable
}

// AcceptProposals judges the questions of a section that have no judgement yet
// as their answers propose, and gives how many. read is what was read of all the
// section's questions; empty accepts what stands.
func (s *Service) AcceptProposals(ctx context.Context, by access.Actor, id uuid.UUID, section, read string) (int, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (int, error) {
		d, err := s.forJudging(tx, id, access.ReviewJudge)
		if err != nil {
			return 0, err
		}
		r := d.review
		if !r.is(Submitted, InAssessment) {
			return 0, r.wrongState()
		}
		sheet := d.sheet()
		var questions []QuestionView
		for _, item := range sheet.Items {
			if item.Section.Key == section {
				questions = append(questions, d.viewer(tx).question(&item))
			}
		}
		if err := checkRead(read, questions...); err != nil {
			return 0, err
		}
		accepted := 0
		for _, item := range sheet.Items {
			in, proposed := d.proposal(&item)
			if !proposed || item.Section.Key != section || d.judgements[item.Slot] != nil {
				continue
			}
			if err := d.judge(tx, item.Slot, in); err != nil {
				return 0, err
			}
			accepted++
		}
		if accepted == 0 {
			return 0, nil
		}
		return accepted, s.judged(tx, r)
	})
}

// judged records that the actor judged, which begins the assessment.
func (s *Service) judged(tx *store.Tx, r *Review) error {
	if err := took(tx, r.ID, ActJudged); err != nil {
		return err
	}
	if r.State != Submitted {
		return nil
	}
	if err := r.beginAssessment(tx.Now()); err != nil {
		return err
	}
	return tx.Save(r, AssessmentBegun)
}
