package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/audit"
	"sicrwydd/models/store"
)

type eventOut struct {
	ID          uuid.UUID               `json:"id"`
	At          time.Time               `json:"at"`
	UserID      *uuid.UUID              `json:"user_id" nullable:"true"`
	By          string                  `json:"by"`
	Action      audit.Action            `json:"action"`
	SubjectKind string                  `json:"subject_kind"`
	SubjectID   uuid.UUID               `json:"subject_id"`
	AboutID     uuid.UUID               `json:"about_id"`
	Position    *int64                  `json:"position" nullable:"true" doc:"Place in the chain; null while it waits for the seal"`
	Note        string                  `json:"note,omitempty"`
	Fields      map[string]audit.Change `json:"fields,omitempty"`
}

func showEvent(e store.Event) eventOut {
	out := eventOut{ID: e.ID, At: e.At, By: e.Payload.By, Action: e.Action, SubjectKind: e.SubjectKind, SubjectID: e.SubjectID,
		AboutID: e.AboutID, Position: e.Position, Note: e.Payload.Note, Fields: e.Payload.Fields}
	if e.UserID != uuid.Nil {
		out.UserID = &e.UserID
	}
	return out
}

// Events lists the audit log, newest first.
func (a *API) Events(ctx context.Context, in *struct {
	Limit   int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After   string    `query:"after" doc:"The cursor that the page before gave"`
	AboutID uuid.UUID `query:"about_id"`
	UserID  uuid.UUID `query:"user_id"`
	Action  string    `query:"action"`
}) (*list[eventOut], error) {
	rows, err := store.Read(ctx, a.DB, actor(ctx), func(tx *store.Tx) (store.List[store.Event], error) {
		return tx.EventsAsked(store.EventFilter{AboutID: in.AboutID, UserID: in.UserID, Action: audit.Action(in.Action)}, in.After, in.Limit)
	})
	if err != nil {
		return nil, err
	}
	return listOf(rows, showEvent), nil
}

type chainOut struct {
	Valid   bool   `json:"valid"`
	Links   int    `json:"links"`
	Pending int    `json:"pending" doc:"Events that wait for the seal, which is no fault"`
	Head    string `json:"head"`
	Broken  string `json:"broken,omitempty"`
}

// VerifyAudit walks the whole audit chain.
func (a *API) VerifyAudit(ctx context.Context, _ *struct{}) (*struct{ Body chainOut }, error) {
	state, err := a.DB.VerifyChain(ctx)
	out := &struct{ Body chainOut }{chainOut{Valid: err == nil, Links: state.Links, Pending: state.Pending, Head: state.HeadAt}}
	if err != nil {
		out.Body.Broken = err.Error()
	}
	return out, nil
}
