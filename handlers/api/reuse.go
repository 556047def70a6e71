package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/identity"
	"sicrwydd/models/review"
)

// AnswerFromCertificates answers with the supplier's certificates.
func (a *API) AnswerFromCertificates(ctx context.Context, in *struct {
	ByID
	Body struct {
		Questions []any `json:"questions,omitempty" doc:"\"key\" or {\"key\", \"system_id\"}; all that a certificate answers when left out"`
	}
}) (*struct{ Body countOut }, error) {
	slots, err := readSlots(in.Body.Questions)
	if err != nil {
		return nil, err
	}
	n, err := a.Services.Reviews.AnswerFromCertificates(ctx, actor(ctx), in.ID, slots)
	return &struct{ Body countOut }{countOut{n}}, err
}

// AnswerFromFacts answers with what the inventory held at issue.
func (a *API) AnswerFromFacts(ctx context.Context, in *struct {
	ByID
	Body struct {
		Questions []any `json:"questions,omitempty" doc:"\"key\" or {\"key\", \"system_id\"}; all that our records answer when left out"`
	}
}) (*struct{ Body countOut }, error) {
	slots, err := readSlots(in.Body.Questions)
	if err != nil {
		return nil, err
	}
	n, err := a.Services.Reviews.AnswerFromFacts(ctx, actor(ctx), in.ID, slots)
	return &struct{ Body countOut }{countOut{n}}, err
}

// CarryJudgements lets earlier judgements of unchanged answers stand.
func (a *API) CarryJudgements(ctx context.Context, in *ByID) (*struct{ Body countOut }, error) {
	n, err := a.Services.Reviews.CarryJudgements(ctx, actor(ctx), in.ID)
	return &struct{ Body countOut }{countOut{n}}, err
}

// EvidenceLibrary lists the files that the own supplier has given.
func (a *API) EvidenceLibrary(ctx context.Context, _ *struct{}) (*list[review.LibraryFile], error) {
	files, err := a.Services.Reviews.Library(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return whole(files, func(f review.LibraryFile) review.LibraryFile { return f }), nil
}

// UseEvidenceAgain adds a file of the library to an answer.
func (a *API) UseEvidenceAgain(ctx context.Context, in *struct {
	ByID
	Key  string `path:"key"`
	Body struct {
		SystemID   uuid.UUID `json:"system_id,omitempty"`
		EvidenceID uuid.UUID `json:"evidence_id"`
	}
}) (*thing[review.EvidenceView], error) {
	e, err := a.Services.Reviews.UseAgain(ctx, actor(ctx), in.ID, in.Key, in.Body.SystemID, in.Body.EvidenceID)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, e.Version, e.View()), nil
}

// ReviewSections tells how far each section is.
func (a *API) ReviewSections(ctx context.Context, in *ByID) (*list[review.SectionProgress], error) {
	rows, err := a.Services.Reviews.Sections(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, func(p review.SectionProgress) review.SectionProgress { return p }), nil
}

type correctionOut struct {
	ID         uuid.UUID           `json:"id"`
	SystemID   uuid.UUID           `json:"system_id"`
	Fact       string              `json:"fact"`
	Stands     []string            `json:"stands" nullable:"true" doc:"In the inventory when it was proposed; null: not known"`
	Proposed   []string            `json:"proposed"`
	Reason     string              `json:"reason"`
	ProposedBy string              `json:"proposed_by"`
	Decision   review.FactDecision `json:"decision" doc:"Empty while undecided"`
	DecidedBy  string              `json:"decided_by"`
	DecidedAt  *time.Time          `json:"decided_at" nullable:"true"`
}

func showCorrection(c *review.FactCorrection) correctionOut {
	return correctionOut{c.ID, c.SystemID, c.Fact, c.Stands, c.Proposed, c.Reason, c.ProposedBy, c.Decision, c.DecidedBy, c.DecidedAt}
}

type factsOut struct {
	Body struct {
		Systems     []factOut       `json:"systems"`
		Corrections []correctionOut `json:"corrections"`
	}
}

type factOut struct {
	SystemID       uuid.UUID `json:"system_id"`
	Parts          []string  `json:"parts"`
	HostingKind    string    `json:"hosting_kind"`
	Exposure       string    `json:"exposure"`
	DataCategories []string  `json:"data_categories" nullable:"true"`
}

// ReviewFacts gives what the inventory said at issue, and what the supplier
// says is wrong in it.
func (a *API) ReviewFacts(ctx context.Context, in *ByID) (*factsOut, error) {
	systems, corrections, err := a.Services.Reviews.Facts(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := &factsOut{}
	out.Body.Systems, out.Body.Corrections = []factOut{}, []correctionOut{}
	for _, f := range systems {
		out.Body.Systems = append(out.Body.Systems, factOut{f.ID, f.Parts, f.HostingKind, f.Exposure, f.DataCategories})
	}
	for _, c := range corrections {
		out.Body.Corrections = append(out.Body.Corrections, showCorrection(c))
	}
	return out, nil
}

// CorrectFact proposes another fact.
func (a *API) CorrectFact(ctx context.Context, in *struct {
	ByID
	Body review.FactInput
}) (*thing[correctionOut], error) {
	c, err := a.Services.Reviews.CorrectFact(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, c.Version, showCorrection(c)), nil
}

// DecideFact accepts or refuses a correction.
func (a *API) DecideFact(ctx context.Context, in *struct {
	ByID
	Correction uuid.UUID `path:"correction"`
	Body       struct {
		Decision review.FactDecision `json:"decision"`
	}
}) (*thing[correctionOut], error) {
	c, err := a.Services.Reviews.DecideFact(ctx, actor(ctx), in.ID, in.Correction, in.Body.Decision)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, c.Version, showCorrection(c)), nil
}

// Deputies lists who signs in the own place.
func (a *API) Deputies(ctx context.Context, _ *struct{}) (*list[identity.Deputy], error) {
	rows, err := a.Identity.Deputies(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return whole(rows, func(d identity.Deputy) identity.Deputy { return d }), nil
}

// NameDeputy lets a colleague sign in the own place for a time.
func (a *API) NameDeputy(ctx context.Context, in *struct{ Body identity.DeputyInput }) (*thing[identity.Deputy], error) {
	d, err := a.Identity.NameDeputy(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, 1, *d), nil
}

// EndDeputy ends that a colleague signs in the own place.
func (a *API) EndDeputy(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, a.Identity.EndDeputy(ctx, actor(ctx), in.ID)
}
