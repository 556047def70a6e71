package review

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

func itoa(i int) string { return strconv.Itoa(i) }

// slotOf names the slot of a question. The system may be left out where the
// review has one; a question of supplier scope has none.
func (d *dossier) slotOf(key string, system uuid.UUID) (questionnaire.Slot, *questionnaire.Section, error) {
	q := d.def.Question(key)
	if q == nil {
		return questionnaire.Slot{}, nil, fault.NotFound()
	}
	slot := questionnaire.Slot{Key: key}
	if q.Scope == questionnaire.ScopeSystem {
		slot.System = system
		if system == uuid.Nil && len(d.facts.Systems) == 1 {
			slot.System = d.facts.Systems[0].ID
		}
	}
	item := d.sheet().Item(slot)
	switch {
	case item != nil:
		return slot, item.Section, nil
	case system == uuid.Nil:
		return slot, nil, fault.Invalid("invalid").On("system_id", "answer.which-system")
	}
	return slot, nil, fault.NotFound()
}

// forAnswer finds a review that the actor may answer in, and holds its state
// until the change ends. Somebody's first act of the kind has the review to
// itself: it records who took part, and the very first one begins the review.
func (s *Service) forAnswer(tx *store.Tx, id uuid.UUID, act Act) (*dossier, error) {
	by := tx.By()
	before, err := tookPart(tx, id, by.UserID, act)
	if err != nil {
		return nil, err
	}
	find := store.Lock[Review]
	if before {
		find = store.Share[Review]
	}
	r, err := reviewFor(tx, id, access.AnswerWrite, find)
	if err != nil {
		return nil, err
	}
	if !by.OnSupplierSide() {
		if r.Kind != Desk {
			return nil, fault.Forbidden("answer.not-yours")
		}
		if judges, err := tookPart(tx, id, by.UserID, ActJudged, ActReturned, ActAssessed, ActFinding); err != nil || judges {
			return nil, orForbidden(err, "answer.judges-this")
		}
		reviewers, err := store.Count[Reviewer](tx, "review_id = ? AND user_id = ?", id, by.UserID)
		if err != nil || reviewers > 0 {
			return nil, orForbidden(err, "answer.judges-this")
		}
	}
	d, err := s.open(tx, r)
	if err == nil && before {
		d.took = act
	}
	return d, err
}

func orForbidden(err error, key string) error {
	if err != nil {
		return err
	}
	return fault.Forbidden(key)
}

// maySection refuses a respondent who was not given the section.
func maySection(tx *store.Tx, review uuid.UUID, section string) error {
	_, err := openSections(tx, review, section)
	return err
}

// openSections gives the sections that the actor sees of a review, nil for
// all, and refuses a section that is not one of them.
func openSections(tx *store.Tx, review uuid.UUID, section string) (map[string]bool, error) {
	by := tx.By()
	if by.IsProgram() || !by.OnSupplierSide() || by.Has(access.SupplierLead) {
		return nil, nil
	}
	sections, err := sectionsOf(tx, review, by.UserID)
	if err == nil && !sections[section] {
		err = fault.NotFound()
	}
	return sections, err
}

func sectionsOf(tx *store.Tx, review, user uuid.UUID) (map[string]bool, error) {
	given := map[string]bool{}
	respondent, err := store.FindBy[Respondent](tx, "review_id = ? AND user_id = ?", review, user)
	if fault.Is(err, fault.KindNotFound) {
		return given, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := store.Many[GivenSection](tx, "", "respondent_id = ?", respondent.ID)
	for _, row := range rows {
		given[row.Section] = true
	}
	return given, err
}

// AnswerInput is what is typed for a question. A null value clears it.
type AnswerInput struct {
	Value   json.RawMessage
	Comment string
	// Version is that of the answer which was read before it was typed, 0 where
	// there was none; nil writes over whatever stands.
	Version *int
}

// AnswerOutcome is what an answer changed.
type AnswerOutcome struct {
	Question QuestionView
	Changed  []QuestionView // whose shown, required or evidence_required changed with it
}

// Answer saves an answer as it is left, with what it was before kept. The same
// answer again changes nothing.
func (s *Service) Answer(ctx context.Context, by access.Actor, id uuid.UUID, key string, system uuid.UUID, in AnswerInput) (*AnswerOutcome, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*AnswerOutcome, error) {
		d, err := s.forAnswer(tx, id, ActAnswered)
		if err != nil {
			return nil, err
		}
		slot, section, err := d.slotOf(key, system)
		if err != nil {
			return nil, err
		}
		sections, err := openSections(tx, id, section.Key)
		if err != nil {
			return nil, err
		}
		before := d.sheet()
		if err := d.review.openToAnswer(slot, before.Item(slot).Shown); err != nil {
			return nil, err
		}
		value, err := questionnaire.CheckValue(d.def.Question(key), in.Value)
		if err != nil {
			return nil, err
		}
		if utf8.RuneCountInString(in.Comment) > questionnaire.MaxTextLength {
			return nil, fault.Invalid("invalid").On("comment", "text.too-long", fault.Args{"Max": questionnaire.MaxTextLength})
		}
		if a := d.answers[slot]; in.Version != nil && *in.Version != a.version() && !a.says(value, in.Comment) {
			return nil, fault.Stale(d.viewer(tx).question(before.Item(slot)))
		}
		if err := d.give(tx, slot, section.Key, value, in.Comment, Typed); err != nil {
			return nil, err
		}
		return d.outcome(tx, before, slot, sections), nil
	})
}

// give writes an answer, its history and what follows: the review begins, a
// judgement of what was there before goes.
func (d *dossier) give(tx *store.Tx, slot questionnaire.Slot, section string, value json.RawMessage, comment string, origin Origin) error {
	a := d.answers[slot]
	if a.says(value, comment) {
		return nil
	}
	if err := d.begin(tx); err != nil {
		return err
	}
	if d.took != ActAnswered {
		if err := took(tx, d.review.ID, ActAnswered); err != nil {
			return err
		}
	}
	by := tx.By()
	if a == nil {
		a = &Answer{ReviewID: d.review.ID, Section: section, QuestionKey: slot.Key, SystemID: slot.System}
		a.set(by, value, comment, origin, tx)
		if err := tx.Create(a, Answered); err != nil {
			return err
		}
		d.answers[slot] = a
		return d.clearJudgement(tx, slot)
	}
	was := &AnswerChange{Row: store.NewRow(), ReviewID: a.ReviewID, Section: a.Section, AnswerID: a.ID, Value: a.Value,
		Comment: a.Comment, Origin: a.Origin, ChangedByID: by.UserID, ChangedBy: by.Name}
	was.Version, was.CreatedAt = a.Version, tx.Now()
	if err := tx.Insert(was); err != nil {
		return err
	}
	a.set(by, value, comment, origin, tx)
	if err := tx.Save(a, Answered); err != nil {
		return err
	}
	return d.clearJudgement(tx, slot)
}

// says reports whether this is what the answer says already.
func (a *Answer) says(value json.RawMessage, comment string) bool {
	return a != nil && bytes.Equal(a.Value, value) && a.Comment == comment
}

// version is 0 before there is an answer.
func (a *Answer) version() int {
	if a == nil {
		return 0
	}
	return a.Version
}

func (a *Answer) set(by access.Actor, value json.RawMessage, comment string, origin Origin, tx *store.Tx) {
	a.Value, a.Comment, a.Origin = value, comment, origin
	a.AnsweredByID, a.AnsweredBy, a.AnsweredAt = by.UserID, by.Name, tx.Now()
}

func (d *dossier) begin(tx *store.Tx) error {
	if d.review.State != Issued {
		return nil
	}
	d.review.begin(tx.Now())
	return tx.AsProgram("begin a review").Save(d.review, ReviewBegun)
}

// clearJudgement takes back a judgement that stood over an answer or evidence
// that has changed.
func (d *dossier) clearJudgement(tx *store.Tx, slot questionnaire.Slot) error {
	j := d.judgements[slot]
	if j == nil {
		return nil
	}
	delete(d.judgements, slot)
	return tx.AsProgram("clear a judgement").Delete(j, JudgementCleared)
}

// outcome tells what an answer changed in the sections that the actor sees, nil
// for all: a condition may hang on an answer of another section.
func (d *dossier) outcome(tx *store.Tx, before *questionnaire.Sheet, slot questionnaire.Slot, sections map[string]bool) *AnswerOutcome {
	after := d.sheet()
	v := d.viewer(tx)
	out := &AnswerOutcome{Question: v.question(after.Item(slot)), Changed: []QuestionView{}}
	for _, changed := range questionnaire.Changed(before, after) {
		if item := after.Item(changed); item != nil && (sections == nil || sections[item.Section.Key]) {
			out.Changed = append(out.Changed, v.question(item))
		}
	}
	return out
}
