package review

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/store"
)

// SectionProgress is how far a section of a review is: who was given it, who
// answered in it last, and what is left. It holds no answers.
type SectionProgress struct {
	SectionView
	Answered    int        `json:"answered"`
	Shown       int        `json:"shown"`
	MinutesLeft int        `json:"minutes_left"`
	Given       []string   `json:"given"` // names of respondents
	LastBy      string     `json:"last_by"`
	LastAt      *time.Time `json:"last_at"`
}

// Sections tells how far each section of a review is; one with nothing to be
// answered is left away.
func (s *Service) Sections(ctx context.Context, by access.Actor, id uuid.UUID) ([]SectionProgress, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]SectionProgress, error) {
		r, err := reviewFor(tx, id, access.AnswersRead, store.Find[Review])
		if err != nil {
			return nil, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		given, err := givenNames(tx, id)
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(d.sectionProgress(given), func(p SectionProgress) bool { return p.Shown == 0 }), nil
	})
}

func (d *dossier) sectionProgress(given map[string][]string) []SectionProgress {
	progress := make([]SectionProgress, len(d.def.Sections))
	at := map[string]*SectionProgress{}
	for i, section := range d.def.Sections {
		progress[i] = SectionProgress{SectionView: SectionView{section.Key, section.Title}, Given: given[section.Key]}
		at[section.Key] = &progress[i]
	}
	for _, item := range d.sheet().Items {
		if !item.Shown {
			continue
		}
		p := at[item.Section.Key]
		p.Shown++
		if item.Complete {
			p.Answered++
		} else {
			p.MinutesLeft += item.Question.Minutes
		}
		if a := d.answers[item.Slot]; a != nil && (p.LastAt == nil || a.AnsweredAt.After(*p.LastAt)) {
			p.LastBy, p.LastAt = a.AnsweredBy, &a.AnsweredAt
		}
	}
	return progress
}

// givenNames names the respondents of each section.
func givenNames(tx *store.Tx, review uuid.UUID) (map[string][]string, error) {
	respondents, err := store.Many[Respondent](tx, "created_at, id", "review_id = ?", review)
	if err != nil {
		return nil, err
	}
	rows, err := store.Many[GivenSection](tx, "created_at, id", "review_id = ?", review)
	names := map[string][]string{}
	for _, person := range respondents {
		for _, row := range rows {
			if row.RespondentID == person.ID {
				names[row.Section] = append(names[row.Section], person.Name)
			}
		}
	}
	return names, err
}
