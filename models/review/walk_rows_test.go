package review

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/outbox"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// rows is what the database holds of a review, past every scope.
type rows struct {
	review      *Review
	respondents []*Respondent
	sections    []*GivenSection
	reviewers   []*Reviewer
	answers     []*Answer
	changes     []*AnswerChange
	evidence    []*Evidence
	judgements  []*Judgement
	took        []*Participation
	returns     []*Return
	findings    []*Finding
	signed      []*SignOff
	actions     []*Action
	ratings     []*PairRating
	standings   []*PairStanding
	reports     []*Report
	receipts    []*Receipt
	messages    []*Message
	extensions  []*Extension
	mails       int

	events            int
	digest            string // of the assessment, worked out anew
	missing, unjudged []questionnaire.Slot
	text              string // all rows, to compare
}

// look reads the rows as they stand.
func (w *walk) look() *rows {
	w.t.Helper()
	return read(w.house, func(tx *store.Tx) (*rows, error) {
		r := &rows{}
		var err error
		if r.review, err = store.Find[Review](tx, w.id); err != nil {
			return nil, err
		}
		for _, load := range []func() error{
			into(tx, w.id, &r.respondents), into(tx, w.id, &r.sections), into(tx, w.id, &r.reviewers), into(tx, w.id, &r.answers),
			into(tx, w.id, &r.changes), into(tx, w.id, &r.evidence), into(tx, w.id, &r.judgements), into(tx, w.id, &r.took),
			into(tx, w.id, &r.returns), into(tx, w.id, &r.findings), into(tx, w.id, &r.signed), into(tx, w.id, &r.actions),
			into(tx, w.id, &r.ratings), into(tx, w.id, &r.reports), into(tx, w.id, &r.receipts), into(tx, w.id, &r.messages),
			into(tx, w.id, &r.extensions),
		} {
			if err := load(); err != nil {
				return nil, err
			}
		}
		r.standings, err = store.Many[PairStanding](tx, "system_id", "supplier_id = ? AND system_id IN (?)", r.review.SupplierID,
			store.Query[Coverage](tx).Select("system_id").Where("review_id = ?", w.id))
		if err != nil {
			return nil, err
		}
		events, err := tx.EventsAsked(store.EventFilter{AboutID: w.id}, "", 1)
		if err != nil {
			return nil, err
		}
		if r.mails, err = store.Count[outbox.Mail](tx, "about_id = ?", w.id); err != nil {
			return nil, err
		}
		d, err := w.open(tx, r.review)
		if err != nil {
			return nil, err
		}
		r.events, r.missing, r.unjudged = events.Total, d.sheet().Missing(), questionnaire.Unjudged(d.sheet(), d.judged())
		r.text = text(r.review, r.respondents, r.sections, r.reviewers, r.answers, r.changes, r.evidence, r.judgements, r.took, r.returns,
			r.findings, r.signed, r.actions, r.ratings, r.reports, r.receipts, r.messages, r.extensions, r.mails)
		r.digest, err = d.digest(tx)
		return r, err
	})
}

func into[T store.Scoped](tx *store.Tx, review uuid.UUID, list *[]*T) func() error {
	return func() (err error) {
		*list, err = store.Many[T](tx, "created_at, id", "review_id = ?", review)
		return err
	}
}

func text(things ...any) string {
	body, err := json.Marshal(things)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// frozen is what never changes once a review has ended.
func (r *rows) frozen() string {
	return text(r.review, r.respondents, r.sections, r.reviewers, r.answers, r.changes, r.evidence, r.judgements, r.took, r.returns, r.findings, r.signed,
		r.ratings, r.receipts, masked(r.reports, withoutSuccessor))
}

// masked gives each row as text, without what may change of it.
func masked[T any](list []*T, mask func(*T)) []string {
	texts := []string{}
	for _, row := range list {
		masked := *row
		if mask != nil {
			mask(&masked)
		}
		texts = append(texts, text(masked))
	}
	return texts
}

// kept reports whether every row from before is still there and the same, but
// for what may change of it.
func kept[T any](before, after []*T, mask func(*T)) bool {
	have := masked(after, mask)
	return !slices.ContainsFunc(masked(before, mask), func(row string) bool { return !slices.Contains(have, row) })
}

func withoutSuccessor(r *Report)  { r.SupersededByID, r.Version = nil, 0 }
func withoutVoiding(s *SignOff)   { s.VoidedAt, s.VoidedBecause, s.Version = nil, "", 0 }
func withoutRemoval(e *Evidence)  { e.RemovedAt, e.Version = nil, 0 }
func withoutReturn(p *PairRating) { p.TakenBackAt, p.Version = nil, 0 }

func (r *rows) answer(at questionnaire.Slot) *Answer {
	for _, a := range r.answers {
		if a.Slot() == at {
			return a
		}
	}
	return nil
}

// shown works out anew which questions are shown: each of the policy hangs on
// a yes to the one before.
func (w *walk) shown(r *rows) []questionnaire.Slot {
	var shown []questionnaire.Slot
	open := true
	for _, at := range w.slots() {
		if at.Key == "policy.kept" || at.Key[:6] != "policy" || open {
			shown = append(shown, at)
		}
		if at.Key[:6] == "policy" {
			a := r.answer(at)
			open = open && a != nil && string(a.Value) == `"yes"`
		}
	}
	return shown
}

// remember keeps what later steps are held against.
func (w *walk) remember(s turn) {
	for _, a := range s.after.answers {
		if w.values[a.ID] == nil {
			w.values[a.ID] = map[int]string{}
		}
		if _, known := w.values[a.ID][a.Version]; !known {
			w.values[a.ID][a.Version] = text(a.Value, a.Comment, a.Origin)
		}
	}
	for _, j := range s.after.judgements {
		if name := fmt.Sprint(j.ID, j.Version); w.rested[name] == "" {
			w.rested[name] = s.after.under(j)
		}
	}
	if !s.accepted {
		return
	}
	if s.act.name == "submit" {
		w.submitted, w.returned = w.shown(s.after), nil
	}
	if s.act.leaves != "" && s.changed() && !slices.Contains(w.took[s.who], s.act.leaves) {
		w.took[s.who] = append(w.took[s.who], s.act.leaves)
	}
}

// under is what a judgement stands over: the revision of the answer, and the
// evidence.
func (r *rows) under(j *Judgement) string {
	revision := 0
	if a := r.answer(j.Slot()); a != nil {
		revision = a.Version
	}
	var evidence []uuid.UUID
	for _, e := range r.evidence {
		if e.Slot() == j.Slot() && e.RemovedAt == nil {
			evidence = append(evidence, e.ID)
		}
	}
	return fmt.Sprint(revision, evidence)
}
