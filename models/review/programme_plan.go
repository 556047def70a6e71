package review

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// ProgrammePlan is how the reviews of a programme are planned.
type ProgrammePlan struct {
	DueOn   calendar.Date `json:"due_on,omitempty" nullable:"true" doc:"In six weeks, or by the end of the programme, when left out"`
	Issue   bool          `json:"issue,omitempty" doc:"Issue them too, after 15 minutes in which that can be stopped"`
	Reviews []BulkAsk     `json:"reviews,omitempty" doc:"All that is not planned yet, when left out"`
}

// PlanProgramme plans reviews of the systems of a programme that have none: all
// of them, or those named.
func (s *Service) PlanProgramme(ctx context.Context, by access.Actor, id uuid.UUID, in ProgrammePlan) (*Batch, error) {
	foresight, err := store.Read(ctx, s.db, by, func(tx *store.Tx) (*Foresight, error) {
		if _, err := store.Find[Programme](tx, id); err != nil {
			return nil, err
		}
		chosen, err := chosenFor(tx.AsProgram("plan a programme"), id)
		if err != nil {
			return nil, err
		}
		if err := mayPlanAll(tx, chosen); err != nil {
			return nil, err
		}
		return foreseeIn(tx, Choice{ProgrammeID: id})
	})
	if err != nil {
		return nil, err
	}
	if in.DueOn == "" {
		in.DueOn = foresight.DueOn
	}
	if len(in.Reviews) == 0 {
		for _, group := range foresight.Groups {
			ask := group.BulkAsk
			if !in.Issue {
				ask.Respondents = nil
			}
			in.Reviews = append(in.Reviews, ask)
		}
	}
	if len(in.Reviews) == 0 {
		return nil, fault.Conflict("programme.nothing-to-plan")
	}
	return s.PlanBulk(ctx, by, BulkInput{DueOn: in.DueOn, Issue: in.Issue, Reviews: in.Reviews, ProgrammeID: &id})
}

// unplannedIn gives the pairs of a programme of which no review counts for it.
func unplannedIn(tx *store.Tx, id uuid.UUID) (*Programme, []*LivePair, error) {
	p, err := store.Find[Programme](tx, id)
	if err != nil {
		return nil, nil, err
	}
	g, err := progressing(tx, []*Programme{p})
	if err != nil {
		return nil, nil, err
	}
	return p, g.of(p).unplanned, nil
}

// inProgramme refuses to plan a review in a programme over systems that were
// not chosen for it.
func inProgramme(tx *store.Tx, id uuid.UUID, systems []uuid.UUID, invalid *fault.Error) error {
	if _, err := store.Find[Programme](tx, id); fault.Is(err, fault.KindNotFound) {
		invalid.On("programme_id", "programme.unknown")
		return nil
	} else if err != nil {
		return err
	}
	chosen, err := store.Count[ProgrammeSystem](tx.AsProgram("plan in a programme"), "programme_id = ? AND system_id IN ?", id, systems)
	if err == nil && chosen < len(unique(slices.Clone(systems))) {
		invalid.On("system_ids", "programme.system-not-chosen")
	}
	return err
}
