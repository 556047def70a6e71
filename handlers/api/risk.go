package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/risk"
)

type acceptanceOut struct {
	ID          uuid.UUID                 `json:"id"`
	Version     int                       `json:"version"`
	SystemID    uuid.UUID                 `json:"system_id"`
	State       portfolio.AcceptanceState `json:"state"`
	Consequence int                       `json:"consequence"`
	Likelihood  int                       `json:"likelihood"`
	Score       int                       `json:"score"`
	Level       risk.RiskLevel            `json:"level"`
	RuleVersion string                    `json:"rule_version"`
	Reason      lang.Text                 `json:"reason"`
	UntilOn     calendar.Date             `json:"until_on"`
	ProposedAt  time.Time                 `json:"proposed_at"`
	ProposedBy  string                    `json:"proposed_by"`
	ProposedFor string                    `json:"proposed_for"`
	AgreedAt    *time.Time                `json:"agreed_at" nullable:"true"`
	AgreedBy    string                    `json:"agreed_by"`
	AgreedFor   string                    `json:"agreed_for"`
	EndedAt     *time.Time                `json:"ended_at" nullable:"true"`
	EndedBy     string                    `json:"ended_by"`
}

func (a *API) showAcceptance(row *portfolio.Acceptance) acceptanceOut {
	return acceptanceOut{row.ID, row.Version, row.SystemID, row.On(calendar.On(a.DB.Now())), row.Consequence, row.Likelihood, row.Score(), row.Level(),
		row.RuleVersion, row.Reason, row.UntilOn, row.CreatedAt, row.ProposedBy, row.ProposedFor, row.AgreedAt, row.AgreedBy, row.AgreedFor, row.EndedAt, row.EndedBy}
}

// Acceptances lists accepted risks, the newest first.
func (a *API) Acceptances(ctx context.Context, in *struct {
	Page
	SystemID uuid.UUID                 `query:"system_id"`
	State    portfolio.AcceptanceState `query:"state" enum:"proposed,accepted,lapsed,ended"`
}) (*list[acceptanceOut], error) {
	rows, err := a.Portfolio.Acceptances(ctx, actor(ctx), portfolio.AcceptanceFilter{SystemID: in.SystemID, State: in.State}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, a.showAcceptance), nil
}

func (a *API) acceptance(status int, row *portfolio.Acceptance, err error) (*thing[acceptanceOut], error) {
	if err != nil {
		return nil, err
	}
	return shown(status, row.Version, a.showAcceptance(row)), nil
}

// Acceptance gives one accepted risk.
func (a *API) Acceptance(ctx context.Context, in *ByID) (*thing[acceptanceOut], error) {
	row, err := a.Portfolio.Acceptance(ctx, actor(ctx), in.ID)
	return a.acceptance(http.StatusOK, row, err)
}

// ProposeAcceptance proposes to accept the residual risk of a system.
func (a *API) ProposeAcceptance(ctx context.Context, in *struct{ Body portfolio.AcceptanceInput }) (*thing[acceptanceOut], error) {
	row, err := a.Portfolio.ProposeAcceptance(ctx, actor(ctx), in.Body)
	return a.acceptance(http.StatusCreated, row, err)
}

// AgreeToAcceptance is the second person's part.
func (a *API) AgreeToAcceptance(ctx context.Context, in *ByID) (*thing[acceptanceOut], error) {
	row, err := a.Portfolio.AgreeToAcceptance(ctx, actor(ctx), in.ID)
	return a.acceptance(http.StatusOK, row, err)
}

// EndAcceptance ends an acceptance before its date, or drops a proposal.
func (a *API) EndAcceptance(ctx context.Context, in *ByID) (*thing[acceptanceOut], error) {
	row, err := a.Portfolio.EndAcceptance(ctx, actor(ctx), in.ID)
	return a.acceptance(http.StatusOK, row, err)
}

// Concentration lists the 50 suppliers behind most vital systems, those behind
// most of them first; the total counts all that are behind one.
func (a *API) Concentration(ctx context.Context, _ *struct{}) (*list[portfolio.Behind], error) {
	c, err := a.Portfolio.Concentration(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	listed := whole(c.Suppliers, same[portfolio.Behind])
	listed.Body.Total = c.Total
	return listed, nil
}

type riskOut struct {
	SystemID   uuid.UUID               `json:"system_id"`
	Inherent   orNull[risk.Assessment] `json:"inherent"`
	Residual   orNull[risk.Assessment] `json:"residual"`
	WouldLower []risk.Remedy           `json:"would_lower"`
	NotKnown   []risk.Missing          `json:"not_known"`
	Acceptance orNull[acceptanceOut]   `json:"acceptance"`
}

// SystemRisk gives the risk of a system with its reasons, what would lower it
// and what is not known; a supplier sees none.
func (a *API) SystemRisk(ctx context.Context, in *ByID) (*struct{ Body riskOut }, error) {
	if actor(ctx).OnSupplierSide() { // null, as on the system itself
		v, err := a.Portfolio.System(ctx, actor(ctx), in.ID)
		if err != nil {
			return nil, err
		}
		return &struct{ Body riskOut }{riskOut{SystemID: v.ID, WouldLower: []risk.Remedy{}, NotKnown: []risk.Missing{}}}, nil
	}
	v, err := a.Portfolio.Risk(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := riskOut{SystemID: v.ID, Inherent: orNull[risk.Assessment]{v.InherentRisk}, Residual: orNull[risk.Assessment]{v.ResidualRisk},
		WouldLower: append([]risk.Remedy{}, v.Remedies...), NotKnown: append([]risk.Missing{}, v.Missing...)}
	for _, row := range v.Acceptances {
		if row.On(v.Today) == portfolio.Accepted {
			accepted := a.showAcceptance(row)
			out.Acceptance.v = &accepted
			break
		}
	}
	return &struct{ Body riskOut }{out}, nil
}
