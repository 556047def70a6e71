package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

type systemOut struct {
	ID                 uuid.UUID               `json:"id"`
	Reference          string                  `json:"reference"`
	Version            int                     `json:"version"`
	Name               lang.Text               `json:"name"`
	Purpose            lang.Text               `json:"purpose"`
	HostOrganisationID uuid.UUID               `json:"host_organisation_id"`
	Suppliers          []inventory.SupplyInput `json:"suppliers"`
	UsedBy             []uuid.UUID             `json:"used_by,omitempty"`
	Status             inventory.SystemStatus  `json:"status"`
	*SystemFacts
	Rating       *questionnaire.Rating   `json:"rating" nullable:"true"`
	LastRating   *questionnaire.Rating   `json:"last_rating" nullable:"true"`
	Standing     *review.StandingKind    `json:"standing" nullable:"true"`
	InherentRisk orNull[risk.Assessment] `json:"inherent_risk"`
	ResidualRisk orNull[risk.Assessment] `json:"residual_risk"`
}

// SystemFacts are what our side knows of a system; a supplier sees its name
// and the own part.
type SystemFacts struct {
	Identifiers           []inventory.Identifier         `json:"identifiers"`
	InformationAssetOwner string                         `json:"information_asset_owner"`
	Criticality           *int                           `json:"criticality" nullable:"true"`
	DataCategories        []inventory.DataCategory       `json:"data_categories" nullable:"true"`
	PeopleCount           *int                           `json:"people_count" nullable:"true"`
	PeopleKinds           []string                       `json:"people_kinds"`
	YearsKept             *int                           `json:"years_kept" nullable:"true"`
	Hosting               inventory.Hosting              `json:"hosting"`
	Exposure              inventory.Exposure             `json:"exposure"`
	Connections           []string                       `json:"connections"`
	LiveSince             calendar.Date                  `json:"live_since"`
	Tier                  int                            `json:"tier"`
	TierProvisional       bool                           `json:"tier_provisional"`
	Consequence           int                            `json:"consequence"`
	TierOverride          orNull[inventory.TierOverride] `json:"tier_override"`
}

func showSystem(v *portfolio.SystemView) systemOut {
	out := systemOut{ID: v.ID, Reference: v.Reference, Version: v.Version, Name: v.Name, Purpose: v.Purpose,
		HostOrganisationID: v.HostOrganisationID, Status: v.Status, Suppliers: []inventory.SupplyInput{}}
	for _, s := range v.Supplies {
		out.Suppliers = append(out.Suppliers, inventory.SupplyInput{SupplierID: s.SupplierID, Part: s.Part})
	}
	for _, u := range v.Uses {
		out.UsedBy = append(out.UsedBy, u.OrganisationID)
	}
	if v.Standing == nil {
		return out
	}
	out.SystemFacts = &SystemFacts{Identifiers: v.Identifiers, InformationAssetOwner: v.InformationAssetOwner,
		Criticality: v.Criticality, DataCategories: v.DataCategories, PeopleCount: v.PeopleCount, PeopleKinds: v.PeopleKinds,
		YearsKept: v.YearsKept, Hosting: v.Hosting, Exposure: v.Exposure, Connections: v.Connections, LiveSince: v.LiveSince,
		Tier: v.Tier, TierProvisional: v.TierProvisional, Consequence: v.Consequence}
	if v.TierOverride != nil {
		out.TierOverride = orNull[inventory.TierOverride]{&inventory.TierOverride{Tier: *v.TierOverride, Reason: v.TierOverrideReason}}
	}
	out.Rating, out.Standing = &v.Standing.Rating, &v.Standing.Kind
	if v.Standing.LastRating != "" {
		out.LastRating = &v.Standing.LastRating
	}
	out.InherentRisk, out.ResidualRisk = orNull[risk.Assessment]{v.InherentRisk}, orNull[risk.Assessment]{v.ResidualRisk}
	return out
}

// Systems lists the systems.
func (a *API) Systems(ctx context.Context, in *struct {
	Page
	Q                  string                 `query:"q"`
	Status             inventory.SystemStatus `query:"status" enum:"planned,live,retired"`
	Tier               int                    `query:"tier" minimum:"0" maximum:"4"`
	HostOrganisationID uuid.UUID              `query:"host_organisation_id"`
	SupplierID         uuid.UUID              `query:"supplier_id"`
	Rating             questionnaire.Rating   `query:"rating" enum:"substantial,reasonable,limited,unsatisfactory,not_assured"`
}) (*list[systemOut], error) {
	rows, err := a.Portfolio.Systems(ctx, actor(ctx), portfolio.SystemFilter{Rating: in.Rating, SystemFilter: inventory.SystemFilter{Q: in.Q,
		Status: in.Status, Tier: in.Tier, HostID: in.HostOrganisationID, SupplierID: in.SupplierID}}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showSystem), nil
}

// System gives one system.
func (a *API) System(ctx context.Context, in *ByID) (*thing[systemOut], error) {
	return a.system(ctx, in.ID, http.StatusOK)
}

func (a *API) system(ctx context.Context, id uuid.UUID, status int) (*thing[systemOut], error) {
	v, err := a.Portfolio.System(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	return shown(status, v.Version, showSystem(v)), nil
}

// systemBody is what creation takes; every field but two may be left out.
type systemBody struct {
	Name               lang.Text `json:"name"`
	HostOrganisationID uuid.UUID `json:"host_organisation_id"`
	SystemOptional
}

// SystemOptional are the fields that may be left out.
type SystemOptional struct {
	Purpose               lang.Text                      `json:"purpose,omitempty"`
	Identifiers           []inventory.Identifier         `json:"identifiers,omitempty"`
	InformationAssetOwner *string                        `json:"information_asset_owner,omitempty" nullable:"true"`
	Suppliers             []inventory.SupplyInput        `json:"suppliers,omitempty"`
	UsedBy                []uuid.UUID                    `json:"used_by,omitempty"`
	Criticality           *int                           `json:"criticality,omitempty" nullable:"true"`
	DataCategories        []inventory.DataCategory       `json:"data_categories,omitempty" nullable:"true" doc:"null is not known, an empty list is none"`
	PeopleCount           *int                           `json:"people_count,omitempty" nullable:"true"`
	PeopleKinds           []string                       `json:"people_kinds,omitempty" nullable:"true"`
	YearsKept             *int                           `json:"years_kept,omitempty" nullable:"true"`
	Hosting               orNull[inventory.Hosting]      `json:"hosting,omitempty"`
	Exposure              *inventory.Exposure            `json:"exposure,omitempty" nullable:"true"`
	Connections           []string                       `json:"connections,omitempty" nullable:"true"`
	LiveSince             *calendar.Date                 `json:"live_since,omitempty" nullable:"true"`
	Status                *inventory.SystemStatus        `json:"status,omitempty" nullable:"true"`
	TierOverride          orNull[inventory.TierOverride] `json:"tier_override,omitempty"`
}

// AddSystem enters a system.
func (a *API) AddSystem(ctx context.Context, in *struct {
	Body    systemBody
	RawBody []byte
}) (*thing[systemOut], error) {
	var input inventory.SystemInput
	if err := merge[inventory.SystemInput](in.RawBody)(&input); err != nil {
		return nil, err
	}
	s, err := a.Inventory.AddSystem(ctx, actor(ctx), input)
	if err != nil {
		return nil, err
	}
	return a.system(ctx, s.ID, http.StatusCreated)
}

type systemChange struct {
	Name               *lang.Text `json:"name,omitempty"`
	HostOrganisationID *uuid.UUID `json:"host_organisation_id,omitempty"`
	SystemOptional
}

// ChangeSystem changes the fields that were sent.
func (a *API) ChangeSystem(ctx context.Context, in *struct {
	ByID
	Match
	Body    systemChange
	RawBody []byte
}) (*thing[systemOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	if _, err := a.Inventory.ChangeSystem(ctx, actor(ctx), in.ID, version, merge[inventory.SystemInput](in.RawBody)); err != nil {
		return nil, err
	}
	return a.system(ctx, in.ID, http.StatusOK)
}

// SystemReviews lists the reviews of a system.
func (a *API) SystemReviews(ctx context.Context, in *struct {
	ByID
	Page
}) (*list[*review.Detail], error) {
	if _, err := a.Inventory.System(ctx, actor(ctx), in.ID); err != nil {
		return nil, err
	}
	rows, err := a.Reviews.ReviewsOf(ctx, actor(ctx), review.Filter{SystemID: in.ID}, store.Systems, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, same[*review.Detail]), nil
}

type useOut struct {
	ID             uuid.UUID         `json:"id"`
	OrganisationID uuid.UUID         `json:"organisation_id"`
	Role           inventory.UseRole `json:"role"`
	PeopleCount    *int              `json:"people_count" nullable:"true"`
	LocalOwner     string            `json:"local_owner"`
	SupplierCode   string            `json:"supplier_code"`
	FromOn         calendar.Date     `json:"from_on"`
	UntilOn        calendar.Date     `json:"until_on"`
	ConfirmedBy    string            `json:"confirmed_by"`
	ConfirmedAt    *time.Time        `json:"confirmed_at" nullable:"true"`
	Version        int               `json:"version"`
}

func showUse(u *inventory.Use) useOut {
	return useOut{u.ID, u.OrganisationID, u.Role, u.PeopleCount, u.LocalOwner, u.SupplierCode, u.FromOn, u.UntilOn, u.ConfirmedBy, u.ConfirmedAt, u.Version}
}

// SystemUses lists who uses a system.
func (a *API) SystemUses(ctx context.Context, in *ByID) (*list[useOut], error) {
	d, err := a.Inventory.System(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(d.Uses, showUse), nil
}
