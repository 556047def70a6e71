package review

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// ReceiptRecord is a receipt in words: what was submitted, with the questions
// that the answers are to.
type ReceiptRecord struct {
	File         ReceiptFile
	Reference    string
	Supplier     string
	Systems      []lang.Text
	SubmittedAt  time.Time
	Name         string
	JobTitle     string
	Organisation string
	Answers      []ReceiptAnswer
}

// ReceiptAnswer is one answer of a receipt. Chosen are labels of what was
// chosen; Said is what was typed, SaidOn a day.
type ReceiptAnswer struct {
	Section  lang.Text
	Question lang.Text
	System   lang.Text // empty for a question that the supplier answers once
	Chosen   []lang.Text
	Said     string
	SaidOn   calendar.Date
	Comment  string
	Evidence []string // names, each with its digest or where it is
}

// ReceiptInWords gives the latest receipt of a review in words.
func (s *Service) ReceiptInWords(ctx context.Context, by access.Actor, id uuid.UUID) (*ReceiptRecord, error) {
	receipt, key, err := s.ReceiptOf(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var what submission
	if err := json.Unmarshal([]byte(receipt.Content), &what); err != nil {
		return nil, err
	}
	return store.Read(ctx, s.db, access.Program("put a receipt in words"), func(tx *store.Tx) (*ReceiptRecord, error) {
		r, err := store.Find[Review](tx, id)
		if err != nil {
			return nil, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		record := &ReceiptRecord{File: receipt.File(key), Reference: what.Review, Supplier: what.Supplier, SubmittedAt: what.SubmittedAt,
			Name: what.Name, JobTitle: what.JobTitle, Organisation: what.Organisation}
		names := map[uuid.UUID]lang.Text{}
		for _, system := range d.systems {
			record.Systems = append(record.Systems, system.Name)
			names[system.ID] = system.Name
		}
		for _, a := range what.Answers {
			slot, err := questionnaire.ParseSlot(a.Question)
			if err != nil {
				return nil, err
			}
			item := d.sheet().Item(slot)
			if item == nil {
				continue // its system is no longer there; the record itself holds the answer
			}
			record.Answers = append(record.Answers, a.inWords(item, names[slot.System]))
		}
		return record, nil
	})
}

func (a submittedAnswer) inWords(item *questionnaire.Item, system lang.Text) ReceiptAnswer {
	words := ReceiptAnswer{Section: item.Section.Title, Question: item.Question.Text, System: system, Comment: a.Comment}
	words.Chosen, words.Said = item.Question.InWords(a.Value)
	if item.Question.Type == questionnaire.Day {
		words.SaidOn, words.Said = calendar.Date(words.Said), ""
	}
	for _, e := range a.Evidence {
		switch {
		case e.SHA256 != "":
			words.Evidence = append(words.Evidence, e.Name+" (SHA-256 "+e.SHA256+")")
		case e.Link != "":
			words.Evidence = append(words.Evidence, e.Name+" ("+e.Link+")")
		default:
			words.Evidence = append(words.Evidence, e.Name+" ("+e.InspectedBy+", "+string(e.InspectedOn)+")")
		}
	}
	return words
}
