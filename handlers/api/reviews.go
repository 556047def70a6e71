package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

// reviewOut is a review as the actor may see it, with what an official should
// know of what was just done.
type reviewOut struct {
	*review.Detail
	Warnings []review.Warning `json:"warnings,omitempty"`
}

// detail shows a review as it now is.
func (a *API) detail(ctx context.Context, id uuid.UUID, status int, warnings []review.Warning) (*thing[reviewOut], error) {
	d, err := a.Services.Reviews.Review(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	return shown(status, d.Version, reviewOut{d, warnings}), nil
}

// moved shows a review after a transition.
func (a *API) moved(ctx context.Context, r *review.Review, err error) (*thing[reviewOut], error) {
	if err != nil {
		return nil, err
	}
	return a.detail(ctx, r.ID, http.StatusOK, nil)
}

// ListReviews lists the reviews.
func (a *API) ListReviews(ctx context.Context, in *struct {
	Page
	Q          string       `query:"q"`
	State      review.State `query:"state"`
	SupplierID uuid.UUID    `query:"supplier_id"`
	SystemID   uuid.UUID    `query:"system_id"`
	Programme  uuid.UUID    `query:"programme_id"`
}) (*list[*review.Detail], error) {
	f := review.Filter{Q: in.Q, State: in.State, SupplierID: in.SupplierID, SystemID: in.SystemID, ProgrammeID: in.Programme}
	rows, err := a.Services.Reviews.Reviews(ctx, actor(ctx), f, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, same[*review.Detail]), nil
}

// Review gives one review.
func (a *API) Review(ctx context.Context, in *ByID) (*thing[reviewOut], error) {
	return a.detail(ctx, in.ID, http.StatusOK, nil)
}

// PlanReview plans a review.
func (a *API) PlanReview(ctx context.Context, in *struct{ Body review.PlanInput }) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.Plan(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return a.detail(ctx, r.ID, http.StatusCreated, nil)
}

// EditReview changes the due date or the reviewers.
func (a *API) EditReview(ctx context.Context, in *struct {
	ByID
	Match
	Body review.EditInput
}) (*thing[reviewOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	r, err := a.Services.Reviews.Edit(ctx, actor(ctx), in.ID, version, in.Body)
	return a.moved(ctx, r, err)
}

// IssueReview asks the supplier.
func (a *API) IssueReview(ctx context.Context, in *struct {
	ByID
	Body struct {
		Respondents []review.Invited `json:"respondents,omitempty"`
	}
}) (*thing[reviewOut], error) {
	r, warnings, err := a.Services.Reviews.Issue(ctx, actor(ctx), in.ID, in.Body.Respondents)
	if err != nil {
		return nil, err
	}
	return a.detail(ctx, r.ID, http.StatusOK, warnings)
}

// AddRespondent invites a further person.
func (a *API) AddRespondent(ctx context.Context, in *struct {
	ByID
	Body review.Invited
}) (*thing[reviewOut], error) {
	warnings, err := a.Services.Reviews.AddRespondent(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return a.detail(ctx, in.ID, http.StatusCreated, warnings)
}

type questionOut struct {
	review.QuestionView
	Read string `json:"read,omitempty" doc:"For our side: names the answer with its evidence as it stands, to be sent with a judgement of it"`
}

type questionsOut struct {
	Items []questionOut     `json:"items"`
	Read  map[string]string `json:"read,omitempty" doc:"For our side: by section, names all its answers with their evidence as they stand, to be sent when what they propose is accepted"`
}

func showQuestions(ctx context.Context, views []review.QuestionView) questionsOut {
	out := questionsOut{Items: make([]questionOut, len(views))}
	ours := !actor(ctx).OnSupplierSide()
	for i, view := range views {
		out.Items[i].QuestionView = view
		if ours {
			out.Items[i].Read = review.ReadMark(view)
		}
	}
	if ours {
		out.Read = review.ReadMarks(views)
	}
	return out
}

// ReviewQuestions lists the questions in order; the list is not paged.
func (a *API) ReviewQuestions(ctx context.Context, in *ByID) (*struct{ Body questionsOut }, error) {
	views, err := a.Services.Reviews.Questions(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body questionsOut }{showQuestions(ctx, views)}, nil
}

// BySlot names a question of a review, and the system where it needs one.
type BySlot struct {
	ByID
	Key      string    `path:"key"`
	SystemID uuid.UUID `query:"system_id"`
}

type answerBody struct {
	Value   any    `json:"value,omitempty" doc:"By the type of the question; null clears" nullable:"true"`
	Comment string `json:"comment,omitempty" maxLength:"10000"`
}

type answerOut struct {
	review.QuestionView
	Changed []review.QuestionView `json:"changed"`
}

// PutAnswer saves an answer.
func (a *API) PutAnswer(ctx context.Context, in *struct {
	BySlot
	Body    answerBody
	RawBody []byte
}) (*struct{ Body answerOut }, error) {
	var raw struct {
		Value   json.RawMessage `json:"value"`
		Comment string          `json:"comment"`
	}
	if err := json.Unmarshal(in.RawBody, &raw); err != nil {
		return nil, fault.Malformed("malformed")
	}
	got, err := a.Services.Reviews.Answer(ctx, actor(ctx), in.ID, in.Key, in.SystemID, review.AnswerInput{Value: raw.Value, Comment: raw.Comment})
	if err != nil {
		return nil, err
	}
	return &struct{ Body answerOut }{answerOut{got.Question, got.Changed}}, nil
}

// SubmitReview hands in the answers.
func (a *API) SubmitReview(ctx context.Context, in *struct {
	ByID
	Body struct {
		StatementAgreed bool   `json:"statement_agreed,omitempty"`
		Name            string `json:"name,omitempty"`
		JobTitle        string `json:"job_title,omitempty"`
	}
}) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.Submit(ctx, actor(ctx), in.ID, review.Attestation{
		StatementAgreed: in.Body.StatementAgreed, Name: in.Body.Name, JobTitle: in.Body.JobTitle})
	return a.moved(ctx, r, err)
}

// PutJudgement says whether an answer is good enough.
func (a *API) PutJudgement(ctx context.Context, in *struct {
	BySlot
	Body review.JudgementInput
}) (*struct{ Body *review.QuestionView }, error) {
	view, err := a.Services.Reviews.Judge(ctx, actor(ctx), in.ID, in.Key, in.SystemID, in.Body)
	if err != nil {
		return nil, err
	}
	return &struct{ Body *review.QuestionView }{view}, nil
}

// ReturnReview gives questions back. A question is named by its key, or by key
// and system.
func (a *API) ReturnReview(ctx context.Context, in *struct {
	ByID
	Body struct {
		Questions []any     `json:"questions" doc:"\"key\" or {\"key\", \"system_id\"}"`
		Message   lang.Text `json:"message"`
	}
}) (*thing[reviewOut], error) {
	slots, err := readSlots(in.Body.Questions)
	if err != nil {
		return nil, err
	}
	r, err := a.Services.Reviews.Return(ctx, actor(ctx), in.ID, review.ReturnInput{Slots: slots, Message: in.Body.Message})
	return a.moved(ctx, r, err)
}

// readSlots reads questions that are named by their key, or by key and system.
func readSlots(named []any) ([]questionnaire.Slot, error) {
	var slots []questionnaire.Slot
	for _, one := range named {
		slot, ok := readSlot(one)
		if !ok {
			return nil, fault.Invalid("invalid").On("questions", "return.question-unreadable")
		}
		slots = append(slots, slot)
	}
	return slots, nil
}

func readSlot(named any) (questionnaire.Slot, bool) {
	switch v := named.(type) {
	case string:
		slot, err := questionnaire.ParseSlot(v)
		return slot, err == nil
	case map[string]any:
		key, ok := v["key"].(string)
		slot := questionnaire.Slot{Key: key}
		if system, given := v["system_id"].(string); given {
			id, err := uuid.Parse(system)
			if err != nil {
				return slot, false
			}
			slot.System = id
		}
		return slot, ok
	}
	return questionnaire.Slot{}, false
}

// AssessReview fixes the rating and shares the draft.
func (a *API) AssessReview(ctx context.Context, in *struct {
	ByID
	Body review.AssessInput `required:"false"`
}) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.Assess(ctx, actor(ctx), in.ID, in.Body)
	return a.moved(ctx, r, err)
}

// SignOffReview decides for a host.
func (a *API) SignOffReview(ctx context.Context, in *struct {
	ByID
	Body review.SignInput
}) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.SignOff(ctx, actor(ctx), in.ID, in.Body)
	return a.moved(ctx, r, err)
}

// SendBackReview gives the review back to its reviewers.
func (a *API) SendBackReview(ctx context.Context, in *struct {
	ByID
	Body struct {
		Message lang.Text `json:"message"`
	}
}) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.SendBack(ctx, actor(ctx), in.ID, in.Body.Message)
	return a.moved(ctx, r, err)
}

type reasonBody struct {
	ByID
	Body struct {
		Reason string `json:"reason"`
	}
}

// CloseReview ends a review that was declined or not answered.
func (a *API) CloseReview(ctx context.Context, in *struct {
	ByID
	Body struct {
		Because string `json:"because"`
		Reason  string `json:"reason"`
	}
}) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.Close(ctx, actor(ctx), in.ID, in.Body.Because, in.Body.Reason)
	return a.moved(ctx, r, err)
}

// RemindAboutReview stops the reminders about a review, or lets them go on.
func (a *API) RemindAboutReview(ctx context.Context, in *struct {
	ByID
	Body struct {
		Stopped bool `json:"stopped"`
	}
}) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.StopReminders(ctx, actor(ctx), in.ID, in.Body.Stopped)
	return a.moved(ctx, r, err)
}

// CancelReview ends a review that should not be.
func (a *API) CancelReview(ctx context.Context, in *reasonBody) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.Cancel(ctx, actor(ctx), in.ID, in.Body.Reason)
	return a.moved(ctx, r, err)
}

// AgreeToCancel adds an approver's agreement.
func (a *API) AgreeToCancel(ctx context.Context, in *ByID) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.AgreeToCancel(ctx, actor(ctx), in.ID)
	return a.moved(ctx, r, err)
}

// CorrectReview plans the successor of a signed-off review.
func (a *API) CorrectReview(ctx context.Context, in *reasonBody) (*thing[reviewOut], error) {
	r, err := a.Services.Reviews.Correct(ctx, actor(ctx), in.ID, in.Body.Reason)
	return a.moved(ctx, r, err)
}

type ratingOut struct {
	Systems []systemRating `json:"systems"`
}

type systemRating struct {
	questionnaire.SystemScore
	Percent int `json:"percent"`
}

// ReviewRating explains the rating point by point.
func (a *API) ReviewRating(ctx context.Context, in *ByID) (*struct{ Body ratingOut }, error) {
	card, err := a.Services.Reviews.Rating(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body ratingOut }{}
	for _, s := range card.Systems {
		out.Body.Systems = append(out.Body.Systems, systemRating{s, questionnaire.Percent(s.Score)})
	}
	return out, nil
}

type receiptOut struct {
	Number    int    `json:"number"`
	Content   string `json:"content" doc:"What was submitted: the exact bytes that were hashed and signed"`
	Digest    string `json:"digest" doc:"SHA-256 of content, hexadecimal"`
	Signature string `json:"signature" doc:"Ed25519 over content, base64"`
	KeyID     string `json:"key_id"`
	PublicKey string `json:"public_key"`
	Attested  bool   `json:"attested"`
}

// ReviewReceipt gives the latest receipt.
func (a *API) ReviewReceipt(ctx context.Context, in *ByID) (*struct{ Body receiptOut }, error) {
	r, key, err := a.Services.Reviews.ReceiptOf(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body receiptOut }{receiptOut{r.Number, r.Content, r.Digest, r.Signature, r.KeyID, key.PublicKey, r.Attested}}, nil
}

// ReviewHistory tells what was done.
func (a *API) ReviewHistory(ctx context.Context, in *ByID) (*list[review.HistoryEntry], error) {
	rows, err := a.Services.Reviews.History(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, same[review.HistoryEntry]), nil
}
