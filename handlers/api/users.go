package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
)

type userOut struct {
	ID       uuid.UUID       `json:"id"`
	Version  int             `json:"version"`
	Email    string          `json:"email"`
	Name     string          `json:"name"`
	JobTitle string          `json:"job_title"`
	Phone    string          `json:"phone"`
	Language lang.Tag        `json:"language"`
	Status   identity.Status `json:"status"`
}

func showUser(u *identity.User) userOut {
	return userOut{u.ID, u.Version, u.Email, u.Name, u.JobTitle, u.Phone, u.Language, u.Status}
}

type userDetailOut struct {
	userOut
	Memberships []heldOut `json:"memberships"`
}

// heldOut is a membership as those who manage users see it.
type heldOut struct {
	ID    uuid.UUID     `json:"id"`
	Roles []access.Role `json:"roles"`
	identity.Place
	From       calendar.Date `json:"from"`
	Until      calendar.Date `json:"until"`
	EndedAt    *time.Time    `json:"ended_at" nullable:"true"`
	DeputyOfID *uuid.UUID    `json:"deputy_of_id" nullable:"true"`
}

func showHeld(m *identity.Membership) heldOut {
	return heldOut{m.ID, m.Roles, identity.Place{OrganisationID: m.OrganisationID, SupplierID: m.SupplierID, GovernanceGroupID: m.GovernanceGroupID},
		m.FromOn, m.UntilOn, m.EndedAt, m.DeputyOfID}
}

func showUserDetail(u *identity.UserDetail) userDetailOut {
	return userDetailOut{showUser(u.User), whole(u.Memberships, showHeld).Body.Items}
}

// Users lists users.
func (a *API) Users(ctx context.Context, in *struct {
	Page
	Q      string          `query:"q"`
	Status identity.Status `query:"status" enum:"active,suspended"`
}) (*list[userOut], error) {
	rows, err := a.Identity.FindUsers(ctx, actor(ctx), identity.UserFilter{Q: in.Q, Status: in.Status}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showUser), nil
}

// User gives one user with memberships.
func (a *API) User(ctx context.Context, in *ByID) (*thing[userDetailOut], error) {
	u, err := a.Identity.User(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, u.Version, showUserDetail(u)), nil
}

type userChange struct {
	Name     *string          `json:"name,omitempty"`
	JobTitle *string          `json:"job_title,omitempty"`
	Phone    *string          `json:"phone,omitempty"`
	Language *lang.Tag        `json:"language,omitempty"`
	Status   *identity.Status `json:"status,omitempty"`
}

// ChangeUser changes the fields that were sent.
func (a *API) ChangeUser(ctx context.Context, in *struct {
	ByID
	Match
	Body    userChange
	RawBody []byte
}) (*thing[userDetailOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	u, err := a.Identity.ChangeUser(ctx, actor(ctx), in.ID, version, merge[identity.UserInput](in.RawBody))
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, u.Version, showUserDetail(u)), nil
}

// Memberships lists the memberships of a user.
func (a *API) Memberships(ctx context.Context, in *ByID) (*list[heldOut], error) {
	u, err := a.Identity.User(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(u.Memberships, showHeld), nil
}

// AddMembership gives a user a further membership.
func (a *API) AddMembership(ctx context.Context, in *struct {
	ByID
	Body identity.MembershipInput
}) (*thing[heldOut], error) {
	m, err := a.Identity.Grant(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, m.Version, showHeld(m)), nil
}

// EndMembership ends a membership at once.
func (a *API) EndMembership(ctx context.Context, in *struct {
	ByID
	Membership uuid.UUID `path:"membership"`
}) (*struct{}, error) {
	return nil, a.Identity.EndMembership(ctx, actor(ctx), in.ID, in.Membership)
}

// EndSessions signs a user out everywhere.
func (a *API) EndSessions(ctx context.Context, in *ByID) (*struct{}, error) {
	_, err := a.Identity.EndSessions(ctx, actor(ctx), in.ID)
	return nil, err
}

type invitationIn struct {
	Email    string        `json:"email"`
	Name     string        `json:"name"`
	Language lang.Tag      `json:"language,omitempty"`
	Roles    []access.Role `json:"roles"`
	identity.Place
}

type invitationOut struct {
	ID    uuid.UUID     `json:"id"`
	Email string        `json:"email"`
	Name  string        `json:"name"`
	Roles []access.Role `json:"roles"`
	identity.Place
	ReviewID   *uuid.UUID `json:"review_id" nullable:"true"`
	InvitedAt  time.Time  `json:"invited_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
	AcceptedAt *time.Time `json:"accepted_at" nullable:"true"`
	RevokedAt  *time.Time `json:"revoked_at" nullable:"true"`
}

func showInvitation(i *identity.Invitation) invitationOut {
	return invitationOut{i.ID, i.Email, i.Name, i.Roles, identity.Place{OrganisationID: i.OrganisationID, SupplierID: i.SupplierID, GovernanceGroupID: i.GovernanceGroupID},
		i.ReviewID, i.CreatedAt, i.ExpiresAt, i.AcceptedAt, i.RevokedAt}
}

// Invitations lists invitations, newest first.
func (a *API) Invitations(ctx context.Context, in *struct{ Page }) (*list[invitationOut], error) {
	rows, err := a.Identity.Invitations(ctx, actor(ctx), in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showInvitation), nil
}

// Invite asks a person by mail to sign up.
func (a *API) Invite(ctx context.Context, in *struct{ Body invitationIn }) (*thing[invitationOut], error) {
	i, err := a.Identity.Invite(ctx, actor(ctx), identity.NewUser{Email: in.Body.Email, Name: in.Body.Name, Language: in.Body.Language,
		Roles: in.Body.Roles, Place: in.Body.Place})
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, i.Version, showInvitation(i)), nil
}

// RevokeInvitation makes an invitation void.
func (a *API) RevokeInvitation(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, a.Identity.RevokeInvitation(ctx, actor(ctx), in.ID)
}

type tokenOut struct {
	ID           uuid.UUID           `json:"id"`
	Name         string              `json:"name"`
	MembershipID uuid.UUID           `json:"membership_id"`
	Scopes       []access.Permission `json:"scopes" nullable:"true" doc:"null: all its owner's rights"`
	ExpiresAt    time.Time           `json:"expires_at"`
	LastUsedAt   *time.Time          `json:"last_used_at" nullable:"true"`
	RevokedAt    *time.Time          `json:"revoked_at" nullable:"true"`
	Token        string              `json:"token,omitempty" doc:"Given once, when it is made"`
}

func showToken(t *identity.Token) tokenOut {
	return tokenOut{ID: t.ID, Name: t.Name, MembershipID: t.MembershipID, Scopes: t.Scopes, ExpiresAt: t.ExpiresAt, LastUsedAt: t.LastUsedAt, RevokedAt: t.RevokedAt}
}

// Tokens lists the own tokens.
func (a *API) Tokens(ctx context.Context, _ *struct{}) (*list[tokenOut], error) {
	rows, err := a.Identity.Tokens(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	return whole(rows, showToken), nil
}

// AddToken makes a token of the membership acted in.
func (a *API) AddToken(ctx context.Context, in *struct{ Body identity.TokenInput }) (*thing[tokenOut], error) {
	t, secret, err := a.Identity.AddToken(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	out := showToken(t)
	out.Token = secret
	return shown(http.StatusCreated, t.Version, out), nil
}

// RevokeToken ends a token.
func (a *API) RevokeToken(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, a.Identity.RevokeToken(ctx, actor(ctx), in.ID)
}
