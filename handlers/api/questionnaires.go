package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

type questionnaireOut struct {
	ID    uuid.UUID `json:"id"`
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

func showQuestionnaire(q *questionnaire.Questionnaire) questionnaireOut {
	return questionnaireOut{q.ID, q.Code, q.Title}
}

// ListQuestionnaires lists the questionnaires.
func (a *API) ListQuestionnaires(ctx context.Context, in *struct{ Page }) (*list[questionnaireOut], error) {
	rows, err := a.Services.Questionnaires.Questionnaires(ctx, actor(ctx), in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showQuestionnaire), nil
}

// Questionnaire gives one questionnaire.
func (a *API) Questionnaire(ctx context.Context, in *ByID) (*thing[questionnaireOut], error) {
	q, err := a.Services.Questionnaires.Questionnaire(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, q.Version, showQuestionnaire(q)), nil
}

type versionOut struct {
	ID         uuid.UUID                  `json:"id"`
	Of         uuid.UUID                  `json:"questionnaire_id"`
	Number     int                        `json:"number"`
	State      questionnaire.VersionState `json:"state"`
	Digest     string                     `json:"digest"`
	Minutes    int                        `json:"minutes"`
	Definition any                        `json:"definition"`
}

// QuestionnaireVersions lists the versions of a questionnaire, newest first.
func (a *API) QuestionnaireVersions(ctx context.Context, in *ByID) (*list[versionOut], error) {
	rows, err := a.Services.Questionnaires.Versions(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, showVersion), nil
}

func showVersion(v *questionnaire.Version) versionOut {
	return versionOut{v.ID, v.QuestionnaireID, v.Number, v.State, v.Digest, v.Definition.Minutes(), v.Definition}
}

type byNumber struct {
	ByID
	Number int `path:"number" minimum:"1"`
}

// PublishVersion puts a draft into use.
func (a *API) PublishVersion(ctx context.Context, in *byNumber) (*thing[versionOut], error) {
	v, err := a.Services.Questionnaires.Publish(ctx, actor(ctx), in.ID, in.Number)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, v.Version, showVersion(v)), nil
}

type frameworkOut struct {
	ID        uuid.UUID `json:"id"`
	Code      string    `json:"code"`
	Title     lang.Text `json:"title"`
	Publisher string    `json:"publisher"`
	Edition   string    `json:"edition"`
}

func showFramework(f *questionnaire.Framework) frameworkOut {
	return frameworkOut{f.ID, f.Code, f.Title, f.Publisher, f.Edition}
}

// Frameworks lists the frameworks.
func (a *API) Frameworks(ctx context.Context, in *struct{ Page }) (*list[frameworkOut], error) {
	rows, err := a.Services.Questionnaires.Frameworks(ctx, actor(ctx), in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showFramework), nil
}

type requirementOut struct {
	Ref    string    `json:"ref"`
	Parent string    `json:"parent"`
	Title  lang.Text `json:"title"`
}

// Requirements lists the requirements of a framework.
func (a *API) Requirements(ctx context.Context, in *ByID) (*list[requirementOut], error) {
	rows, err := a.Services.Questionnaires.Requirements(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, func(r *questionnaire.Requirement) requirementOut { return requirementOut{r.Ref, r.ParentRef, r.Title} }), nil
}

type coveredOut struct {
	Ref       string                   `json:"ref"`
	Title     lang.Text                `json:"title"`
	Questions []questionnaire.Covering `json:"questions"`
}

// Coverage says which published questions ask after each requirement.
func (a *API) Coverage(ctx context.Context, in *ByID) (*list[coveredOut], error) {
	rows, err := a.Services.Questionnaires.Coverage(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, func(c *questionnaire.Covered) coveredOut {
		return coveredOut{c.Requirement.Ref, c.Requirement.Title, append([]questionnaire.Covering{}, c.Questions...)}
	}), nil
}

// current shows the version that stands when an edit was stale.
func current(ctx context.Context, standing any) any {
	switch v := standing.(type) {
	case *inventory.Supplier:
		return showSupplier(&portfolio.SupplierView{Supplier: v})
	case *inventory.System:
		return showSystem(&portfolio.SystemView{System: v})
	case *review.Finding:
		return showFinding(v)
	case []review.QuestionView: // what was to be judged
		return showQuestions(ctx, v)
	case *review.Review:
		if actor(ctx).OnSupplierSide() {
			return nil
		}
		return map[string]any{"id": v.ID, "reference": v.Reference, "version": v.Version, "state": v.State,
			"due_on": v.DueOn, "assessment_digest": v.AssessmentDigest}
	}
	if o, ok := standing.(interface{ AuditKind() string }); ok && o.AuditKind() == "organisation" {
		return standing
	}
	return nil
}
