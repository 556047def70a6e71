package review

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// HistoryEntry is one thing that was done in a review. About is the question,
// the person or the reference that it was done to, where there is one.
type HistoryEntry struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Action  string    `json:"action"`
	Subject string    `json:"subject"`
	About   lang.Text `json:"about"`
}

// History tells what was done in a review, newest first: who, when and what,
// without the values.
func (s *Service) History(ctx context.Context, by access.Actor, id uuid.UUID) ([]HistoryEntry, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]HistoryEntry, error) {
		r, err := reviewFor(tx, id, access.AnswersRead, store.Find[Review])
		if err != nil {
			return nil, err
		}
		if by.OnSupplierSide() {
			return nil, orForbidden(nil, "forbidden")
		}
		about, err := s.named(tx, r)
		if err != nil {
			return nil, err
		}
		entries := []HistoryEntry{}
		events, err := tx.EventsAbout(id, 500)
		for _, e := range events {
			entries = append(entries, HistoryEntry{At: e.At, By: e.By, Action: string(e.Action), Subject: e.SubjectKind, About: about[e.SubjectID]})
		}
		return entries, err
	})
}

// named gives, for the things of a review, what people know them by: an answer
// by its question, a file by its name, a finding by its reference.
func (s *Service) named(tx *store.Tx, r *Review) (map[uuid.UUID]lang.Text, error) {
	d, err := s.open(tx, r)
	if err != nil {
		return nil, err
	}
	about := map[uuid.UUID]lang.Text{}
	question := func(id uuid.UUID, key string) {
		if q := d.def.Question(key); q != nil {
			about[id] = q.Text
		}
	}
	for _, a := range d.answers {
		question(a.ID, a.QuestionKey)
	}
	for _, j := range d.judgements {
		question(j.ID, j.QuestionKey)
	}
	same := func(text string) lang.Text { return lang.Text{En: text, Cy: text} }
	evidence, err := store.All[Evidence](tx, "id", "review_id = ?", r.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range evidence {
		about[e.ID] = same(e.Name)
	}
	people, err := store.Many[Respondent](tx, "id", "review_id = ?", r.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		about[p.ID] = same(p.Name)
	}
	findings, err := store.All[Finding](tx, "id", "review_id = ?", r.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		about[f.ID] = same(f.Reference)
	}
	actions, err := store.All[Action](tx, "id", "review_id = ?", r.ID)
	for _, a := range actions {
		about[a.ID] = same(a.Reference)
	}
	return about, err
}
