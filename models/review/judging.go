package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// independenceMonths is how long after leaving a supplier nobody judges it.
const independenceMonths = 24

// forJudging finds a review that the actor may judge: assigned to it, and
// independent of those who answered.
func (s *Service) forJudging(tx *store.Tx, id uuid.UUID, p access.Permission) (*dossier, error) {
	r, err := reviewFor(tx, id, p, store.Lock[Review])
	if err != nil {
		return nil, err
	}
	if err := independent(tx, r); err != nil {
		return nil, err
	}
	return s.open(tx, r)
}

func independent(tx *store.Tx, r *Review) error {
	by := tx.By()
	if by.IsProgram() {
		return nil
	}
	answered, err := tookPart(tx, r.ID, by.UserID, ActAnswered, ActUploaded, ActAttested)
	if err != nil || answered {
		return orForbidden(err, "judgement.answered-this")
	}
	since := calendar.On(tx.Now()).AddMonths(-independenceMonths)
	belonged, err := identity.OfSupplierSince(tx, by.UserID, r.SupplierID, since)
	if err != nil || belonged {
		return orForbidden(err, "judgement.of-the-supplier")
	}
	return nil
}

// JudgementInput is what a reviewer says of an answer.
type JudgementInput struct {
	Outcome     questionnaire.Outcome `json:"outcome"`
	Basis       questionnaire.Basis   `json:"basis,omitempty" nullable:"true"`
	EvidenceIDs []uuid.UUID           `json:"evidence_ids,omitempty"`
	Note        string                `json:"note,omitempty" nullable:"true"`
	Feedback    lang.Text             `json:"feedback,omitempty"`
	Read        string                `json:"read,omitempty" doc:"What was read: the question's 'read' in the list of questions. Refused with 412 where the answer or its evidence has changed since; without it what stands is judged"`
	carriedFrom string                // the review that the judgement was made in first
}

func (in *JudgementInput) check(d *dossier, slot questionnaire.Slot) error {
	if in.Basis == "" {
		in.Basis = questionnaire.Claim
	}
	if in.EvidenceIDs == nil {
		in.EvidenceIDs = []uuid.UUID{}
	}
	in.Note = strings.TrimSpace(in.Note)
	invalid := fault.Invalid("invalid")
	switch {
	case !slices.Contains(questionnaire.Outcomes, in.Outcome):
		invalid.On("outcome", "judgement.outcome-unknown")
	case in.Outcome == questionnaire.NotApplicable && in.Note == "":
		invalid.On("note", "judgement.note-for-not-applicable")
	}
	switch {
	case !slices.Contains(questionnaire.Bases, in.Basis):
		invalid.On("basis", "judgement.basis-unknown")
	case in.Basis != questionnaire.Claim && in.Note == "" && len(in.EvidenceIDs) == 0:
		invalid.On("note", "judgement.basis-needs-reason")
	}
	for _, id := range in.EvidenceIDs {
		if !slices.ContainsFunc(d.evidence[slot], func(e *Evidence) bool { return e.ID == id }) {
			invalid.On("evidence_ids", "judgement.evidence-unknown")
		}
	}
	return invalid.OrNil()
}

// ReadMark names what there is to read of questions: the version of each answer
// and its evidence. Who judges sends back what was read, so that no answer is
// judged that changed meanwhile.
func ReadMark(questions ...QuestionView) string {
	var read []byte
	for _, q := range questions {
		if q.Answer == nil {
			continue
		}
		read = fmt.Appendln(read, q.Key, valueOrNil(q.SystemID), q.Answer.Version)
		for _, e := range q.Answer.Evidence {
			read = fmt.Appendln(read, e.ID)
		}
	}
	sum := sha256.Sum256(read)
	return hex.EncodeToString(sum[:16])
}

// ReadMarks names what there is to read of questions by section.
func ReadMarks(questions []QuestionView) map[string]string {
	marks, sections := map[string]string{}, map[string][]QuestionView{}
	for _, q := range questions {
		sections[q.Section.Key] = append(sections[q.Section.Key], q)
	}
	for key, of := range sections {
		marks[key] = ReadMark(of...)
	}
	return marks
}

// checkRead refuses what was read where it is not what stands; empty asks for
// no check.
func checkRead(read string, questions ...QuestionView) error {
	if read == "" || read == ReadMark(questions...) {
		return nil
	}
	stale := fault.Stale(questions)
	stale.Key = "judgement.not-as-read"
	return stale
}

// Judge says whether an answer is good enough, and on what that rests. Only
// what is shown can be judged; nobody edits an answer.
func (s *Service) Judge(ctx context.Context, by access.Actor, id uuid.UUID, key string, system uuid.UUID, in JudgementInput) (*QuestionView, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*QuestionView, error) {
		d, err := s.forJudging(tx, id, access.ReviewJudge)
		if err != nil {
			return nil, err
		}
		slot, _, err := d.slotOf(key, system)
		if err != nil {
			return nil, err
		}
		r := d.review
		if !r.is(Submitted, InAssessment) {
			return nil, r.wrongState()
		}
		sheet := d.sheet()
		if !sheet.Item(slot).Shown {
			return nil, fault.Conflict("judgement.question-hidden", fault.Args{"State": string(r.State)})
		}
		if err := checkRead(in.Read, d.viewer(tx).question(sheet.Item(slot))); err != nil {
			return nil, err
		}
		if err := in.check(d, slot); err != nil {
			return nil, err
		}
		if err := d.judge(tx, slot, in); err != nil {
			return nil, err
		}
		if err := s.judged(tx, r); err != nil {
			return nil, err
		}
		view := d.viewer(tx).question(sheet.Item(slot))
		return &view, nil
	})
}

func (d *dossier) judge(tx *store.Tx, slot questionnaire.Slot, in JudgementInput) error {
	j := d.judgements[slot]
	isNew := j == nil
	if isNew {
		j = &Judgement{ReviewID: d.review.ID, QuestionKey: slot.Key, SystemID: slot.System}
		d.judgements[slot] = j
	}
	j.Outcome, j.Basis, j.EvidenceIDs, j.Note, j.Feedback = in.Outcome, in.Basis, in.EvidenceIDs, in.Note, in.Feedback
	j.CarriedFrom = in.carriedFrom
	j.JudgedByID, j.JudgedBy, j.JudgedAt = tx.By().UserID, tx.By().Name, tx.Now()
	if isNew {
		return tx.Create(j, Judged)
	}
	return tx.Save(j, Judged)
}

// ReturnInput names the questions to be answered again, and says why.
type ReturnInput struct {
	Slots   []questionnaire.Slot
	Message lang.Text
}

// Return gives questions back to the supplier with a message.
func (s *Service) Return(ctx context.Context, by access.Actor, id uuid.UUID, in ReturnInput) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		d, err := s.forJudging(tx, id, access.ReviewJudge)
		if err != nil {
			return nil, err
		}
		for i, slot := range in.Slots {
			if known, _, err := d.slotOf(slot.Key, slot.System); err == nil {
				in.Slots[i] = known
			}
		}
		r := d.review
		if err := r.returnTo(d.sheet(), in.Slots, in.Message, tx.Now()); err != nil {
			return nil, err
		}
		row := &Return{Row: store.NewRow(), ReviewID: id, Slots: in.Slots, Message: in.Message,
			SourceLanguage: sourceOf(in.Message), ReturnedByID: by.UserID, ReturnedBy: by.Name}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.Insert(row); err != nil {
			return nil, err
		}
		if err := took(tx, id, ActReturned); err != nil {
			return nil, err
		}
		if err := s.mailRespondents(tx, r, "returned"); err != nil {
			return nil, err
		}
		return r, tx.Save(r, ReviewReturned)
	})
}

// sourceOf says in which language a text was written first.
func sourceOf(t lang.Text) lang.Tag {
	_, source := t.In(lang.English)
	return source
}
