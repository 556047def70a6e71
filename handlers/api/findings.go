package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

type findingOut struct {
	ID              uuid.UUID            `json:"id"`
	Reference       string               `json:"reference"`
	Version         int                  `json:"version"`
	ReviewID        uuid.UUID            `json:"review_id"`
	SystemID        *uuid.UUID           `json:"system_id" nullable:"true"`
	Severity        review.Severity      `json:"severity"`
	Title           lang.Text            `json:"title"`
	Detail          lang.Text            `json:"detail"`
	SourceLanguage  lang.Tag             `json:"source_language"`
	Questions       []questionnaire.Slot `json:"questions"`
	Requirements    []string             `json:"requirements"`
	SupplierComment string               `json:"supplier_comment"`
	CommentOutcome  string               `json:"comment_outcome"`
	CommentReply    lang.Text            `json:"comment_reply"`
	Repeats         string               `json:"repeats" doc:"Reference of the finding of an earlier review about the same"`
}

func showFinding(f *review.Finding) findingOut {
	out := findingOut{ID: f.ID, Reference: f.Reference, Version: f.Version, ReviewID: f.ReviewID, Severity: f.Severity,
		Title: f.Title, Detail: f.Detail, SourceLanguage: f.SourceLanguage, Questions: f.Slots, Requirements: f.Requirements,
		SupplierComment: f.SupplierComment, CommentOutcome: f.CommentOutcome, CommentReply: f.CommentReply, Repeats: f.Repeats}
	if f.SystemID != uuid.Nil {
		out.SystemID = &f.SystemID
	}
	return out
}

func findingShown(status int, f *review.Finding, err error) (*thing[findingOut], error) {
	if err != nil {
		return nil, err
	}
	return shown(status, f.Version, showFinding(f)), nil
}

// Findings lists findings.
func (a *API) Findings(ctx context.Context, in *struct {
	Page
	ReviewID uuid.UUID       `query:"review_id"`
	Severity review.Severity `query:"severity"`
	Q        string          `query:"q"`
}) (*list[findingOut], error) {
	rows, err := a.Services.Reviews.Findings(ctx, actor(ctx), review.FindingFilter{ReviewID: in.ReviewID, Severity: in.Severity, Q: in.Q}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, func(f review.FindingRow) findingOut { return showFinding(f.Finding) }), nil
}

// Finding gives one finding.
func (a *API) Finding(ctx context.Context, in *ByID) (*thing[findingOut], error) {
	f, err := a.Services.Reviews.Finding(ctx, actor(ctx), in.ID)
	return findingShown(http.StatusOK, f, err)
}

// FindingBody is what is written of a finding.
type FindingBody struct {
	SystemID *uuid.UUID           `json:"system_id,omitempty" nullable:"true"`
	Severity review.Severity      `json:"severity,omitempty"`
	Title    lang.Text            `json:"title,omitempty"`
	Detail   lang.Text            `json:"detail,omitempty"`
	Slots    []questionnaire.Slot `json:"questions,omitempty"`
}

// AddFinding writes a finding.
func (a *API) AddFinding(ctx context.Context, in *struct {
	Body struct {
		ReviewID uuid.UUID `json:"review_id"`
		FindingBody
	}
}) (*thing[findingOut], error) {
	b := in.Body.FindingBody
	input := review.FindingInput{Severity: b.Severity, Title: b.Title, Detail: b.Detail, Slots: b.Slots}
	if b.SystemID != nil {
		input.SystemID = *b.SystemID
	}
	f, err := a.Services.Reviews.AddFinding(ctx, actor(ctx), in.Body.ReviewID, input)
	return findingShown(http.StatusCreated, f, err)
}

// ChangeFinding changes the fields that were sent.
func (a *API) ChangeFinding(ctx context.Context, in *struct {
	ByID
	Match
	Body    FindingBody
	RawBody []byte
}) (*thing[findingOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	f, err := a.Services.Reviews.ChangeFinding(ctx, actor(ctx), in.ID, version, merge[review.FindingInput](in.RawBody))
	return findingShown(http.StatusOK, f, err)
}

// CommentOnFinding is the supplier's part in the accuracy check.
func (a *API) CommentOnFinding(ctx context.Context, in *struct {
	ByID
	Body struct {
		Comment string `json:"comment"`
	}
}) (*thing[findingOut], error) {
	f, err := a.Services.Reviews.Comment(ctx, actor(ctx), in.ID, in.Body.Comment)
	return findingShown(http.StatusOK, f, err)
}

// ResolveComment accepts or rejects the supplier's comment.
func (a *API) ResolveComment(ctx context.Context, in *struct {
	ByID
	Body struct {
		Outcome string    `json:"outcome"`
		Reply   lang.Text `json:"reply,omitempty"`
	}
}) (*thing[findingOut], error) {
	f, err := a.Services.Reviews.ResolveComment(ctx, actor(ctx), in.ID, in.Body.Outcome, in.Body.Reply)
	return findingShown(http.StatusOK, f, err)
}

type actionOut struct {
	ID         uuid.UUID          `json:"id"`
	Reference  string             `json:"reference"`
	Version    int                `json:"version"`
	ReviewID   uuid.UUID          `json:"review_id"`
	FindingID  *uuid.UUID         `json:"finding_id" nullable:"true"`
	SignOffID  *uuid.UUID         `json:"sign_off_id" nullable:"true"`
	Side       review.Side        `json:"side"`
	Text       lang.Text          `json:"text"`
	OwnerName  string             `json:"owner_name"`
	DueOn      calendar.Date      `json:"due_on"`
	State      review.ActionState `json:"state"`
	Completion string             `json:"completion"`
	SentBack   lang.Text          `json:"sent_back"` // why it was not verified
}

func showAction(x *review.Action) actionOut {
	return actionOut{x.ID, x.Reference, x.Version, x.ReviewID, x.FindingID, x.SignOffID, x.Side, x.Text, x.OwnerName, x.DueOn, x.State, x.Completion, x.SentBack}
}

func actionShown(status int, x *review.Action, err error) (*thing[actionOut], error) {
	if err != nil {
		return nil, err
	}
	return shown(status, x.Version, showAction(x)), nil
}

// Actions lists actions.
func (a *API) Actions(ctx context.Context, in *struct {
	Page
	ReviewID uuid.UUID          `query:"review_id"`
	State    review.ActionState `query:"state" enum:"open,completed,verified,dropped"`
	Side     review.Side        `query:"side" enum:"supplier,ours"`
	Late     bool               `query:"late"`
	Q        string             `query:"q"`
}) (*list[actionOut], error) {
	rows, err := a.Services.Reviews.Actions(ctx, actor(ctx), review.ActionFilter{ReviewID: in.ReviewID, State: in.State, Side: in.Side, Late: in.Late, Q: in.Q}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, func(x review.ActionRow) actionOut { return showAction(x.Action) }), nil
}

// Action gives one action.
func (a *API) Action(ctx context.Context, in *ByID) (*thing[actionOut], error) {
	x, err := a.Services.Reviews.Action(ctx, actor(ctx), in.ID)
	return actionShown(http.StatusOK, x, err)
}

// AddAction says what will be done about a finding.
func (a *API) AddAction(ctx context.Context, in *struct{ Body review.ActionInput }) (*thing[actionOut], error) {
	x, err := a.Services.Reviews.AddAction(ctx, actor(ctx), in.Body)
	return actionShown(http.StatusCreated, x, err)
}

// CompleteAction says that an action is done.
func (a *API) CompleteAction(ctx context.Context, in *struct {
	ByID
	Body struct {
		Completion string `json:"completion"`
	}
}) (*thing[actionOut], error) {
	x, err := a.Services.Reviews.Complete(ctx, actor(ctx), in.ID, in.Body.Completion)
	return actionShown(http.StatusOK, x, err)
}

// VerifyAction confirms that an action is done.
func (a *API) VerifyAction(ctx context.Context, in *ByID) (*thing[actionOut], error) {
	x, err := a.Services.Reviews.VerifyAction(ctx, actor(ctx), in.ID)
	return actionShown(http.StatusOK, x, err)
}

// SendActionBack opens an action again that is not done.
func (a *API) SendActionBack(ctx context.Context, in *struct {
	ByID
	Body struct {
		Message lang.Text `json:"message"`
	}
}) (*thing[actionOut], error) {
	x, err := a.Services.Reviews.SendActionBack(ctx, actor(ctx), in.ID, in.Body.Message)
	return actionShown(http.StatusOK, x, err)
}

// AskForActionTime asks for a later date for an action.
func (a *API) AskForActionTime(ctx context.Context, in *struct {
	ByID
	Body review.ExtensionInput
}) (*thing[extensionOut], error) {
	e, err := a.Services.Reviews.AskForActionTime(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, e.Version, showExtension(e)), nil
}

// DecideActionTime grants or refuses a later date for an action.
func (a *API) DecideActionTime(ctx context.Context, in *struct {
	ByID
	Extension uuid.UUID `path:"extension"`
	Body      struct {
		Decision review.ExtensionDecision `json:"decision" enum:"granted,refused"`
		UntilOn  calendar.Date            `json:"until_on,omitempty" doc:"Another day than was asked for"`
	}
}) (*thing[actionOut], error) {
	x, err := a.Services.Reviews.DecideActionTime(ctx, actor(ctx), in.ID, in.Extension, in.Body.Decision, in.Body.UntilOn)
	return actionShown(http.StatusOK, x, err)
}
