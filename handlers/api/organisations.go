package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/lang"
)

type organisationOut struct {
	ID            uuid.UUID      `json:"id"`
	Reference     string         `json:"reference"`
	Version       int            `json:"version"`
	Name          lang.Text      `json:"name"`
	Kind          directory.Kind `json:"kind"`
	ODSCode       *string        `json:"ods_code" nullable:"true"`
	ParentID      *uuid.UUID     `json:"parent_id" nullable:"true"`
	SignedForByID *uuid.UUID     `json:"signed_for_by_id" nullable:"true"`
}

// showOrganisation shows a supplier the name and no more.
func showOrganisation(theirs bool) func(*directory.Organisation) organisationOut {
	return func(o *directory.Organisation) organisationOut {
		out := organisationOut{ID: o.ID, Reference: o.Reference, Version: o.Version, Name: o.Name, Kind: o.Kind}
		if !theirs {
			out.ODSCode, out.ParentID, out.SignedForByID = o.ODSCode, o.ParentID, o.SignedForByID
		}
		return out
	}
}

// Organisations lists the organisations.
func (a *API) Organisations(ctx context.Context, in *struct {
	Page
	Q    string         `query:"q"`
	Kind directory.Kind `query:"kind"`
}) (*list[organisationOut], error) {
	rows, err := a.Directory.Organisations(ctx, actor(ctx), directory.Filter{Q: in.Q, Kind: in.Kind}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showOrganisation(actor(ctx).OnSupplierSide())), nil
}

// ByID names one thing by its id.
type ByID struct {
	ID uuid.UUID `path:"id"`
}

// Organisation gives one organisation.
func (a *API) Organisation(ctx context.Context, in *ByID) (*thing[organisationOut], error) {
	o, err := a.Directory.Organisation(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, o.Version, showOrganisation(actor(ctx).OnSupplierSide())(o)), nil
}

// AddOrganisation enters an organisation.
func (a *API) AddOrganisation(ctx context.Context, in *struct{ Body directory.Input }) (*thing[organisationOut], error) {
	o, err := a.Directory.AddOrganisation(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, o.Version, showOrganisation(false)(o)), nil
}

type organisationChange struct {
	Name          *lang.Text      `json:"name,omitempty"`
	Kind          *directory.Kind `json:"kind,omitempty"`
	ODSCode       *string         `json:"ods_code,omitempty" nullable:"true"`
	ParentID      *uuid.UUID      `json:"parent_id,omitempty" nullable:"true"`
	SignedForByID *uuid.UUID      `json:"signed_for_by_id,omitempty" nullable:"true"`
}

// ChangeOrganisation changes the fields that were sent.
func (a *API) ChangeOrganisation(ctx context.Context, in *struct {
	ByID
	Match
	Body    organisationChange
	RawBody []byte
}) (*thing[organisationOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	o, err := a.Directory.ChangeOrganisation(ctx, actor(ctx), in.ID, version, merge[directory.Input](in.RawBody))
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, o.Version, showOrganisation(false)(o)), nil
}

type appointmentOut struct {
	ID uuid.UUID `json:"id"`
	directory.AppointmentInput
}

// Appointments lists who holds which role at an organisation.
func (a *API) Appointments(ctx context.Context, in *ByID) (*list[appointmentOut], error) {
	rows, err := a.Directory.Appointments(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, showAppointment), nil
}

func showAppointment(row *directory.Appointment) appointmentOut {
	return appointmentOut{row.ID, directory.AppointmentInput{Role: row.Role, Deputy: row.Deputy, PersonName: row.PersonName,
		Email: row.Email, Phone: row.Phone, FromOn: row.FromOn, UntilOn: row.UntilOn}}
}

// Appoint records that a person holds a role at an organisation.
func (a *API) Appoint(ctx context.Context, in *struct {
	ByID
	Body directory.AppointmentInput
}) (*thing[appointmentOut], error) {
	row, err := a.Directory.Appoint(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, row.Version, showAppointment(row)), nil
}

type groupOut struct {
	ID        uuid.UUID       `json:"id"`
	Reference string          `json:"reference"`
	Name      lang.Text       `json:"name"`
	Purpose   lang.Text       `json:"purpose"`
	Members   []string        `json:"members"`
	Meetings  []calendar.Date `json:"meeting_dates"`
}

func showGroup(g *directory.Group) groupOut {
	return groupOut{g.ID, g.Reference, g.Name, g.Purpose, g.Members, g.Meetings}
}

// Groups lists the governance groups.
func (a *API) Groups(ctx context.Context, in *struct{ Page }) (*list[groupOut], error) {
	rows, err := a.Directory.Groups(ctx, actor(ctx), in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showGroup), nil
}

// Group gives one governance group.
func (a *API) Group(ctx context.Context, in *ByID) (*thing[groupOut], error) {
	g, err := a.Directory.Group(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, g.Version, showGroup(g)), nil
}

// AddGroup enters a governance group.
func (a *API) AddGroup(ctx context.Context, in *struct{ Body directory.GroupInput }) (*thing[groupOut], error) {
	g, err := a.Directory.AddGroup(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, g.Version, showGroup(g)), nil
}

type groupChange struct {
	Name     *lang.Text       `json:"name,omitempty"`
	Purpose  *lang.Text       `json:"purpose,omitempty"`
	Members  *[]string        `json:"members,omitempty"`
	Meetings *[]calendar.Date `json:"meeting_dates,omitempty"`
}

// ChangeGroup changes the fields that were sent.
func (a *API) ChangeGroup(ctx context.Context, in *struct {
	ByID
	Match
	Body    groupChange
	RawBody []byte
}) (*thing[groupOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	g, err := a.Directory.ChangeGroup(ctx, actor(ctx), in.ID, version, merge[directory.GroupInput](in.RawBody))
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, g.Version, showGroup(g)), nil
}

type membershipOut struct {
	ID                uuid.UUID     `json:"id"`
	Roles             []string      `json:"roles"`
	OrganisationID    *uuid.UUID    `json:"organisation_id" nullable:"true"`
	SupplierID        *uuid.UUID    `json:"supplier_id" nullable:"true"`
	GovernanceGroupID *uuid.UUID    `json:"governance_group_id" nullable:"true"`
	Until             calendar.Date `json:"until"`
}

type meOut struct {
	ID          uuid.UUID       `json:"id"`
	Email       string          `json:"email"`
	Name        string          `json:"name"`
	Language    lang.Tag        `json:"language"`
	Membership  membershipOut   `json:"membership"`
	Memberships []membershipOut `json:"memberships"`
}

// Me says who asks, and as what.
func (a *API) Me(ctx context.Context, _ *struct{}) (*struct{ Body meOut }, error) {
	signed := request.From(ctx).Signed
	out := &struct{ Body meOut }{}
	out.Body = meOut{ID: signed.User.ID, Email: signed.User.Email, Name: signed.User.Name, Language: signed.User.Language}
	for _, m := range signed.Memberships {
		shown := membershipOut{ID: m.ID, OrganisationID: m.OrganisationID, SupplierID: m.SupplierID,
			GovernanceGroupID: m.GovernanceGroupID, Until: m.UntilOn, Roles: []string{}}
		for _, role := range m.Roles {
			shown.Roles = append(shown.Roles, string(role))
		}
		out.Body.Memberships = append(out.Body.Memberships, shown)
		if m.ID == signed.Membership.ID {
			out.Body.Membership = shown
		}
	}
	return out, nil
}
