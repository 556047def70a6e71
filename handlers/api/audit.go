package api

import (
	"bytes"
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
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
	// The rest narrows by what people know.
	Reference string    `query:"reference" doc:"Of the thing that it is about: REV-2026-0001"`
	Who       string    `query:"who" doc:"Part of a name or an address"`
	From      time.Time `query:"from"`
	Until     time.Time `query:"until" doc:"Not included"`
}) (*list[eventOut], error) {
	rows, err := store.Read(ctx, a.DB, actor(ctx), func(tx *store.Tx) (store.List[store.Event], error) {
		return tx.EventsAsked(store.EventFilter{AboutID: in.AboutID, UserID: in.UserID, Action: audit.Action(in.Action),
			Reference: in.Reference, Who: in.Who, From: in.From, Until: in.Until}, in.After, in.Limit)
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

// ExportAudit sends what the reader may read of the audit log as lines of JSON
// that are verified elsewhere.
func (a *API) ExportAudit(c *fiber.Ctx) error {
	b, err := store.Read(c.UserContext(), a.DB, actor(c.UserContext()), func(tx *store.Tx) (*bytes.Buffer, error) {
		var b bytes.Buffer
		return &b, tx.ExportEvents(store.EventFilter{Reference: c.Query("reference"), Who: c.Query("who"), Action: audit.Action(c.Query("action"))}, &b)
	})
	if err != nil {
		return err
	}
	return request.Attach(c, "audit.jsonl", "application/jsonl", b.Bytes())
}
