package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
)

type programmeOut struct {
	ID           uuid.UUID     `json:"id"`
	Reference    string        `json:"reference"`
	Version      int           `json:"version"`
	Title        lang.Text     `json:"title"`
	Purpose      lang.Text     `json:"purpose"`
	OwnerID      *uuid.UUID    `json:"owner_id" nullable:"true"`
	OwnerName    string        `json:"owner_name"`
	StartsOn     calendar.Date `json:"starts_on"`
	EndsOn       calendar.Date `json:"ends_on"`
	SystemIDs    []uuid.UUID   `json:"system_ids" doc:"Those that the reader sees"`
	SystemsCount *int          `json:"systems_count,omitempty" doc:"In a list: the live ones"`
	SystemsDone  *int          `json:"systems_done,omitempty" doc:"In a list: those signed off"`
}

func showProgramme(d *review.ProgrammeDetail) programmeOut {
	return programmeOut{ID: d.ID, Reference: d.Reference, Version: d.Version, Title: d.Title, Purpose: d.Purpose, OwnerID: d.OwnerID,
		OwnerName: d.OwnerName, StartsOn: d.StartsOn, EndsOn: d.EndsOn, SystemIDs: d.SystemIDs}
}

func programmeShown(status int, d *review.ProgrammeDetail, err error) (*thing[programmeOut], error) {
	if err != nil {
		return nil, err
	}
	return shown(status, d.Version, showProgramme(d)), nil
}

// Programmes lists the programmes, the last to end first.
func (a *API) Programmes(ctx context.Context, in *struct{ Page }) (*list[programmeOut], error) {
	rows, err := a.Services.Reviews.Programmes(ctx, actor(ctx), in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, func(row review.ProgrammeRow) programmeOut {
		out := showProgramme(row.ProgrammeDetail)
		out.SystemsCount, out.SystemsDone = &row.Systems, &row.Done
		return out
	}), nil
}

// Programme gives one programme.
func (a *API) Programme(ctx context.Context, in *ByID) (*thing[programmeOut], error) {
	d, err := a.Services.Reviews.Programme(ctx, actor(ctx), in.ID)
	return programmeShown(http.StatusOK, d, err)
}

// AddProgramme begins a programme.
func (a *API) AddProgramme(ctx context.Context, in *struct{ Body review.ProgrammeInput }) (*thing[programmeOut], error) {
	d, err := a.Services.Reviews.CreateProgramme(ctx, actor(ctx), in.Body)
	return programmeShown(http.StatusCreated, d, err)
}

type programmeChange struct {
	Title     *lang.Text     `json:"title,omitempty"`
	Purpose   *lang.Text     `json:"purpose,omitempty"`
	OwnerID   *uuid.UUID     `json:"owner_id,omitempty" nullable:"true"`
	StartsOn  *calendar.Date `json:"starts_on,omitempty"`
	EndsOn    *calendar.Date `json:"ends_on,omitempty"`
	SystemIDs *[]uuid.UUID   `json:"system_ids,omitempty"`
}

// ChangeProgramme changes the fields that were sent.
func (a *API) ChangeProgramme(ctx context.Context, in *struct {
	ByID
	Match
	Body    programmeChange
	RawBody []byte
}) (*thing[programmeOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	d, err := a.Services.Reviews.ChangeProgramme(ctx, actor(ctx), in.ID, version, merge[review.ProgrammeInput](in.RawBody))
	return programmeShown(http.StatusOK, d, err)
}

// PlanProgramme plans reviews of what has none: all of it, or what is named.
func (a *API) PlanProgramme(ctx context.Context, in *struct {
	ByID
	Body review.ProgrammePlan
}) (*thing[batchOut], error) {
	b, err := a.Services.Reviews.PlanProgramme(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return a.batch(ctx, b.ID, http.StatusCreated)
}

// ProgrammeProgress says how far a programme is, and who holds what up.
func (a *API) ProgrammeProgress(ctx context.Context, in *ByID) (*struct{ Body *review.ProgrammeProgress }, error) {
	p, err := a.Services.Reviews.ProgrammeProgress(ctx, actor(ctx), in.ID)
	return &struct{ Body *review.ProgrammeProgress }{p}, err
}
