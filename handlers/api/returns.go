package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
)

type returnOut struct {
	OrganisationID uuid.UUID                `json:"organisation_id"`
	Name           lang.Text                `json:"name"`
	Given          bool                     `json:"given" doc:"As of the day asked for, or later"`
	Latest         orNull[inventory.Return] `json:"latest"`
}

// InventoryReturns lists which organisations have returned their part of the
// inventory, those first that have not.
func (a *API) InventoryReturns(ctx context.Context, in *struct {
	Since calendar.Date `query:"since"`
}) (*list[returnOut], error) {
	lines, err := a.Inventory.Returns(ctx, actor(ctx), in.Since)
	if err != nil {
		return nil, err
	}
	return whole(lines, func(l inventory.ReturnLine) returnOut {
		return returnOut{l.OrganisationID, l.Name, l.Given, orNull[inventory.Return]{l.Latest}}
	}), nil
}

// ReturnInventory records what an organisation says of its part.
func (a *API) ReturnInventory(ctx context.Context, in *struct {
	ByID
	Body inventory.ReturnInput
}) (*thing[*inventory.Return], error) {
	r, err := a.Inventory.ReturnInventory(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, r.Version, r), nil
}

// ConfirmUse records what an organisation says of its own use of a system.
func (a *API) ConfirmUse(ctx context.Context, in *struct {
	ByID
	Use  uuid.UUID `path:"use"`
	Body inventory.UseInput
}) (*thing[useOut], error) {
	u, err := a.Inventory.ConfirmUse(ctx, actor(ctx), in.ID, in.Use, 0, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, u.Version, showUse(u)), nil
}
