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
	source     *Answer
	evidence   []*Evidence
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
				found[item.Slot] = before.earlier(item.Slot, tx.By().OnSupplierSide())
			}
		}
	}
	return found, nil
}

func (d *dossier) earlier(slot questionnaire.Slot, supplier bool) *Previous {
	a := d.answers[slot]
	p := &Previous{ReviewID: d.review.ID, Reference: d.review.Reference, AnsweredAt: a.AnsweredAt, source: a, evidence: d.evidence[slot],
		Answer: *viewer{d: d, answers: true}.answer(slot)}
	if j := d.judgements[slot]; j != nil && !supplier {
		p.Outcome = &j.Outcome
	}
	return p
}

// CarryOver confirms earlier answers: each of the questions named, or every
// one when none is, that is open, shown, not answered yet and was answered
// before, gets that answer with the evidence that is still valid. It gives how
// many were confirmed.
func (s *Service) CarryOver(ctx context.Context, by access.Actor, id uuid.UUID, slots []questionnaire.Slot) (int, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (int, error) {
		d, err := s.forAnswer(tx, id, ActAnswered)
		if err != nil {
			return 0, err
		}
		if !d.review.is(Issued, InProgress, Returned) {
			return 0, d.review.wrongState()
		}
		past, err := s.earlierAnswers(tx, d)
		if err != nil {
			return 0, err
		}
		wanted := map[questionnaire.Slot]bool{}
		for _, slot := range slots {
			wanted[slot] = true
		}
		confirmed := 0
		for { // an answer may show a question that was answered before too
			n, err := d.confirm(tx, past, wanted)
			if confirmed += n; err != nil || n == 0 {
				return confirmed, err
			}
		}
	})
}

func (d *dossier) confirm(tx *store.Tx, past map[questionnaire.Slot]*Previous, wanted map[questionnaire.Slot]bool) (int, error) {
	confirmed := 0
	for _, item := range d.sheet().Items {
		before := past[item.Slot]
		if before == nil || d.answers[item.Slot] != nil || len(wanted) > 0 && !wanted[item.Slot] ||
			d.review.openToAnswer(item.Slot, item.Shown) != nil || maySection(tx, d.review.ID, item.Section.Key) != nil {
			continue
		}
		value, err := questionnaire.CheckValue(item.Question, before.Answer.Value)
		if err != nil {
			continue // the question takes other answers now
		}
		if err := d.give(tx, item.Slot, item.Section.Key, value, before.Answer.Comment, CarriedOver); err != nil {
			return confirmed, err
		}
		if err := d.attachAgain(tx, &item, before.evidence); err != nil {
			return confirmed, err
		}
		confirmed++
	}
	return confirmed, nil
}

// attachAgain adds evidence that was given before and has not run out. The
// file itself is kept once.
func (d *dossier) attachAgain(tx *store.Tx, item *questionnaire.Item, evidence []*Evidence) error {
	today := calendar.On(tx.Now())
	for _, old := range evidence {
		if old.ValidTo != "" && old.ValidTo < today {
			continue
		}
		e := *old
		e.Row, e.ReviewID, e.Section = store.Row{}, d.review.ID, item.Section.Key
		e.UploadedByID, e.UploadedBy = tx.By().UserID, tx.By().Name
		if err := tx.Create(&e, EvidenceAdded); err != nil {
			return err
		}
		d.evidence[item.Slot] = append(d.evidence[item.Slot], &e)
	}
	return nil
}
