package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
)

// RemoveRespondent takes a person off a review.
func (a *API) RemoveRespondent(ctx context.Context, in *struct {
	ByID
	Respondent uuid.UUID `path:"respondent"`
}) (*thing[reviewOut], error) {
	if err := a.Services.Reviews.RemoveRespondent(ctx, actor(ctx), in.ID, in.Respondent); err != nil {
		return nil, err
	}
	return a.detail(ctx, in.ID, http.StatusOK, nil)
}

type messageOut struct {
	ID          uuid.UUID   `json:"id"`
	Side        review.Side `json:"side"`
	QuestionKey string      `json:"question_key" doc:"Empty where it is about the whole review"`
	Text        string      `json:"text"`
	Language    lang.Tag    `json:"language"`
	WrittenBy   string      `json:"written_by"`
	WrittenAt   time.Time   `json:"written_at"`
}

func showMessage(m *review.Message) messageOut {
	return messageOut{m.ID, m.Side, m.QuestionKey, m.Text, m.Language, m.WrittenBy, m.CreatedAt}
}

// Messages lists the messages of a review, oldest first.
func (a *API) Messages(ctx context.Context, in *ByID) (*list[messageOut], error) {
	rows, err := a.Services.Reviews.Messages(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, showMessage), nil
}

// WriteMessage adds a message to a review.
func (a *API) WriteMessage(ctx context.Context, in *struct {
	ByID
	Body review.MessageInput
}) (*thing[messageOut], error) {
	m, err := a.Services.Reviews.Write(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, m.Version, showMessage(m)), nil
}

type extensionOut struct {
	ID        uuid.UUID                `json:"id"`
	AskedBy   string                   `json:"asked_by"`
	AskedAt   time.Time                `json:"asked_at"`
	UntilOn   calendar.Date            `json:"until_on"`
	Reason    string                   `json:"reason"`
	Decision  review.ExtensionDecision `json:"decision" doc:"Empty while undecided"`
	DecidedBy string                   `json:"decided_by"`
	DecidedAt *time.Time               `json:"decided_at" nullable:"true"`
}

func showExtension(e *review.Extension) extensionOut {
	return extensionOut{e.ID, e.AskedBy, e.CreatedAt, e.UntilOn, e.Reason, e.Decision, e.DecidedBy, e.DecidedAt}
}

// Extensions lists the requests for time of a review, newest first.
func (a *API) Extensions(ctx context.Context, in *ByID) (*list[extensionOut], error) {
	rows, err := a.Services.Reviews.Extensions(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, showExtension), nil
}

// AskForTime asks for a later due date.
func (a *API) AskForTime(ctx context.Context, in *struct {
	ByID
	Body review.ExtensionInput
}) (*thing[extensionOut], error) {
	e, err := a.Services.Reviews.AskForTime(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, e.Version, showExtension(e)), nil
}

// DecideTime grants or refuses a request for time.
func (a *API) DecideTime(ctx context.Context, in *struct {
	ByID
	Extension uuid.UUID `path:"extension"`
	Body      struct {
		Decision review.ExtensionDecision `json:"decision" enum:"granted,refused"`
		UntilOn  calendar.Date            `json:"until_on,omitempty" doc:"Another day than was asked for"`
	}
}) (*thing[extensionOut], error) {
	e, err := a.Services.Reviews.DecideTime(ctx, actor(ctx), in.ID, in.Extension, in.Body.Decision, in.Body.UntilOn)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, e.Version, showExtension(e)), nil
}

type countOut struct {
	Count int `json:"count"`
}

// CarryOver confirms earlier answers.
func (a *API) CarryOver(ctx context.Context, in *struct {
	ByID
	Body struct {
		Questions []any `json:"questions,omitempty" doc:"\"key\" or {\"key\", \"system_id\"}; all that were answered before when left out"`
	}
}) (*struct{ Body countOut }, error) {
	slots, err := readSlots(in.Body.Questions)
	if err != nil {
		return nil, err
	}
	n, err := a.Services.Reviews.CarryOver(ctx, actor(ctx), in.ID, slots)
	return &struct{ Body countOut }{countOut{n}}, err
}

// AcceptProposals judges a section as its answers propose.
func (a *API) AcceptProposals(ctx context.Context, in *struct {
	ByID
	Body struct {
		Section string `json:"section"`
		Read    string `json:"read,omitempty" doc:"What was read: 'read' of the section in the list of questions. Refused with 412 where an answer of it or its evidence has changed since; without it what stands is accepted"`
	}
}) (*struct{ Body countOut }, error) {
	n, err := a.Services.Reviews.AcceptProposals(ctx, actor(ctx), in.ID, in.Body.Section, in.Body.Read)
	return &struct{ Body countOut }{countOut{n}}, err
}
