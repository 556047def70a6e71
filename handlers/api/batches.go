package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/review"
)

type batchReviewOut struct {
	ReviewID  uuid.UUID    `json:"review_id"`
	Reference string       `json:"reference"`
	State     review.State `json:"state"`
	Failure   string       `json:"failure" doc:"Why it was not issued; empty: nothing stood in the way"`
}

type batchOut struct {
	ID        uuid.UUID        `json:"id"`
	Version   int              `json:"version"`
	CreatedAt time.Time        `json:"created_at"`
	MadeBy    string           `json:"made_by"`
	IssueAt   *time.Time       `json:"issue_at" nullable:"true"`
	StoppedAt *time.Time       `json:"stopped_at" nullable:"true"`
	EndedAt   *time.Time       `json:"ended_at" nullable:"true"`
	Reviews   []batchReviewOut `json:"reviews"`
}

func (a *API) batch(ctx context.Context, id uuid.UUID, status int) (*thing[batchOut], error) {
	b, err := a.Services.Reviews.Batch(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	out := batchOut{b.ID, b.Version, b.CreatedAt, b.MadeByName, b.IssueAt, b.StoppedAt, b.EndedAt, []batchReviewOut{}}
	for _, item := range b.Items {
		out.Reviews = append(out.Reviews, batchReviewOut{item.ID, item.Reference, item.State, item.Failure})
	}
	return shown(status, b.Version, out), nil
}

// PlanBatch plans reviews together, and issues them after 15 minutes where
// that is asked.
func (a *API) PlanBatch(ctx context.Context, in *struct{ Body review.BulkInput }) (*thing[batchOut], error) {
	b, err := a.Services.Reviews.PlanBulk(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return a.batch(ctx, b.ID, http.StatusCreated)
}

// Batch gives reviews that were planned together.
func (a *API) Batch(ctx context.Context, in *ByID) (*thing[batchOut], error) {
	return a.batch(ctx, in.ID, http.StatusOK)
}

// StopBatch keeps them from being issued: they stay planned.
func (a *API) StopBatch(ctx context.Context, in *ByID) (*thing[batchOut], error) {
	if _, err := a.Services.Reviews.StopBatch(ctx, actor(ctx), in.ID); err != nil {
		return nil, err
	}
	return a.batch(ctx, in.ID, http.StatusOK)
}
