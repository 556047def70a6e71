package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/store"
)

type contractOut struct {
	ID        uuid.UUID `json:"id"`
	Reference string    `json:"reference"`
	Version   int       `json:"version"`
	inventory.ContractInput
}

func showContract(c inventory.ContractDetail) contractOut {
	return contractOut{c.ID, c.Reference, c.Version, c.Input(c.SystemIDs)}
}

// Contracts lists contracts.
func (a *API) Contracts(ctx context.Context, in *struct {
	Page
	SupplierID   uuid.UUID     `query:"supplier_id"`
	EndingBefore calendar.Date `query:"ending_before"`
	Q            string        `query:"q"`
}) (*list[contractOut], error) {
	rows, err := a.Inventory.Contracts(ctx, actor(ctx), inventory.ContractFilter{SupplierID: in.SupplierID, EndingBefore: in.EndingBefore, Q: in.Q}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showContract), nil
}

// Contract gives one contract.
func (a *API) Contract(ctx context.Context, in *ByID) (*thing[contractOut], error) {
	c, err := a.Inventory.Contract(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, c.Version, showContract(*c)), nil
}

// AddContract enters a contract.
func (a *API) AddContract(ctx context.Context, in *struct{ Body inventory.ContractInput }) (*thing[contractOut], error) {
	c, err := a.Inventory.AddContract(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, c.Version, showContract(*c)), nil
}

type contractChange struct {
	Title               *string        `json:"title,omitempty"`
	SystemIDs           *[]uuid.UUID   `json:"system_ids,omitempty"`
	AwardProcedure      *string        `json:"award_procedure,omitempty" nullable:"true"`
	AwardedOn           *calendar.Date `json:"awarded_on,omitempty" nullable:"true"`
	StartsOn            *calendar.Date `json:"starts_on,omitempty" nullable:"true"`
	EndsOn              *calendar.Date `json:"ends_on,omitempty" nullable:"true"`
	Extensions          *string        `json:"extensions,omitempty" nullable:"true"`
	ValuePence          *int64         `json:"value_pence,omitempty" nullable:"true"`
	BreachNoticeHours   *int           `json:"breach_notice_hours,omitempty" nullable:"true"`
	RightToAudit        *bool          `json:"right_to_audit,omitempty" nullable:"true"`
	DataProcessingTerms *bool          `json:"data_processing_terms,omitempty" nullable:"true"`
	ExitTerms           *string        `json:"exit_terms,omitempty" nullable:"true"`
}

// ChangeContract changes the fields that were sent.
func (a *API) ChangeContract(ctx context.Context, in *struct {
	ByID
	Match
	Body    contractChange
	RawBody []byte
}) (*thing[contractOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	c, err := a.Inventory.ChangeContract(ctx, actor(ctx), in.ID, version, merge[inventory.ContractInput](in.RawBody))
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, c.Version, showContract(*c)), nil
}

// WhoIsHit tells who is hit by a breach at a supplier.
func (a *API) WhoIsHit(ctx context.Context, in *ByID) (*struct{ Body *portfolio.Hit }, error) {
	hit, err := a.Portfolio.WhoIsHit(ctx, actor(ctx), in.ID)
	return &struct{ Body *portfolio.Hit }{hit}, err
}

// deskFirst is how many of each kind the whole work list gives.
const deskFirst = 50

// Work lists what needs an official: the first of each kind, or one kind from
// so many on.
func (a *API) Work(ctx context.Context, in *struct {
	Kind               portfolio.WorkKind `query:"kind" enum:"invitation_refused,returned_silent,review_overdue,review_unassigned,review_to_issue,review_to_sign,invitation_unopened,action_late,finding_unanswered,review_due,certificate_lapsing,contract_ending"`
	HostOrganisationID uuid.UUID          `query:"host_organisation_id"`
	Tier               int                `query:"tier" minimum:"0" maximum:"4"`
	From               int                `query:"from" minimum:"0"`
}) (*list[portfolio.Work], error) {
	f := portfolio.DeskFilter{HostID: in.HostOrganisationID, Tier: in.Tier}
	if in.Kind != "" {
		pile, err := a.Portfolio.Pile(ctx, actor(ctx), in.Kind, f, in.From)
		return listOf(store.List[portfolio.Work]{Items: pile.Items, Total: pile.Total}, same[portfolio.Work]), err
	}
	piles, err := a.Portfolio.Desk(ctx, actor(ctx), f, deskFirst)
	if err != nil {
		return nil, err
	}
	var items []portfolio.Work
	total := 0
	for _, pile := range piles {
		items, total = append(items, pile.Items...), total+pile.Total
	}
	return listOf(store.List[portfolio.Work]{Items: items, Total: total}, same[portfolio.Work]), nil
}
