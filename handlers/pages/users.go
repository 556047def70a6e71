package pages

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/templates"
	"sicrwydd/templates/components"
)

type usersData struct {
	Items       []*identity.User
	Next, Q     string
	Total       int
	Invitations []*identity.Invitation // not accepted yet
}

// Users lists the users, and the invitations that wait.
func (p *Pages) Users(v *View) error {
	rows, err := p.Identity.FindUsers(v.UserContext(), v.Actor(), identity.UserFilter{Q: v.Query("q")}, store.Paging{After: v.Query("after")})
	if err != nil {
		return err
	}
	data := usersData{Items: rows.Items, Next: rows.Next, Q: v.Query("q"), Total: rows.Total}
	invitations, err := p.Identity.Invitations(v.UserContext(), v.Actor(), store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	now := p.DB.Now()
	for _, i := range invitations.Items {
		if i.AcceptedAt == nil && i.RevokedAt == nil && i.ExpiresAt.After(now) {
			data.Invitations = append(data.Invitations, i)
		}
	}
	return v.Show(Page{Name: "users", TitleKey: "nav.users", Wide: true, Data: data})
}

// grantForm is what a membership is given by: roles at a place.
type grantForm struct {
	Roles  []access.Role // that the reader may give
	Places []components.Option
	Given  []string
	Place  string
	Until  typedDay
}

// grantable fills the choices: an administrator gives any role anywhere, a lead
// makes respondents of its own supplier.
func (p *Pages) grantable(v *View, f grantForm) (grantForm, error) {
	by := v.Actor()
	if by.OnSupplierSide() {
		supplier, err := p.Inventory.Supplier(v.UserContext(), by, by.SupplierID)
		if err != nil {
			return f, err
		}
		f.Roles, f.Places = []access.Role{access.Respondent}, []components.Option{option("supplier:"+by.SupplierID.String(), supplier.Name)}
		return f, nil
	}
	f.Roles = access.Roles
	national, err := templates.Words(v.Lang()).T("users.national")
	if err != nil {
		return f, err
	}
	f.Places = append(f.Places, option("", national))
	organisations, err := p.Directory.Organisations(v.UserContext(), by, directory.Filter{}, store.Paging{Limit: 200})
	if err != nil {
		return f, err
	}
	for _, o := range organisations.Items {
		name, _ := o.Name.In(v.Lang())
		f.Places = append(f.Places, option("organisation:"+o.ID.String(), name))
	}
	groups, err := p.Directory.Groups(v.UserContext(), by, store.Paging{Limit: 200})
	if err != nil {
		return f, err
	}
	for _, g := range groups.Items {
		name, _ := g.Name.In(v.Lang())
		f.Places = append(f.Places, option("group:"+g.ID.String(), name))
	}
	suppliers, err := p.Inventory.Suppliers(v.UserContext(), by, inventory.SupplierFilter{}, store.Paging{Limit: 200})
	for _, s := range suppliers.Items {
		f.Places = append(f.Places, option("supplier:"+s.ID.String(), s.Name))
	}
	return f, err
}

// typedGrant reads roles, place and end from the form.
func (v *View) typedGrant() (grantForm, identity.MembershipInput) {
	f := grantForm{Given: v.TypedAll("roles"), Place: v.Typed("place"), Until: v.typedDay("until")}
	in := identity.MembershipInput{UntilOn: v.TypedDate("until")}
	for _, role := range f.Given {
		in.Roles = append(in.Roles, access.Role(role))
	}
	kind, text, _ := strings.Cut(f.Place, ":")
	id, err := uuid.Parse(text)
	switch {
	case err != nil:
	case kind == "organisation":
		in.OrganisationID = &id
	case kind == "supplier":
		in.SupplierID = &id
	case kind == "group":
		in.GovernanceGroupID = &id
	}
	return f, in
}

type userData struct {
	User    *identity.UserDetail
	Places  map[string]lang.Text
	Grant   grantForm
	Manages bool // may change the user, not only memberships
	Own     bool
	Reset   *identity.FactorReset // that waits for its second administrator
	Asked   bool                  // by the reader
}

// PlaceOf names the place of a membership.
func (d userData) PlaceOf(m *identity.Membership) lang.Text {
	for _, id := range []*uuid.UUID{m.OrganisationID, m.SupplierID, m.GovernanceGroupID} {
		if id != nil {
			return d.Places[id.String()]
		}
	}
	return lang.Text{}
}

func (p *Pages) userPage(v *View, f grantForm) (Page, uuid.UUID, error) {
	id, err := v.ID("id")
	if err != nil {
		return Page{}, id, err
	}
	data := userData{Places: map[string]lang.Text{}, Own: id == v.Actor().UserID, Manages: v.Actor().National()}
	if data.User, err = p.Identity.User(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, id, err
	}
	if data.Manages {
		if data.Reset, err = p.Identity.WaitingReset(v.UserContext(), v.Actor(), id); err != nil {
			return Page{}, id, err
		}
		data.Asked = data.Reset != nil && data.Reset.AskedByID == v.Actor().UserID
	}
	if data.Grant, err = p.grantable(v, f); err != nil {
		return Page{}, id, err
	}
	for _, place := range data.Grant.Places {
		if _, id, found := strings.Cut(valueOf(place), ":"); found {
			data.Places[id] = lang.Text{En: place.Text, Cy: place.Text}
		}
	}
	return Page{Name: "user", Title: data.User.Name, Data: data}, id, nil
}

// User shows one user with memberships.
func (p *Pages) User(v *View) error {
	page, _, err := p.userPage(v, grantForm{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// UserGrant gives a user a further membership.
func (p *Pages) UserGrant(v *View) error {
	f, in := v.typedGrant()
	page, id, err := p.userPage(v, f)
	if err != nil {
		return err
	}
	if _, err := p.Identity.Grant(v.UserContext(), v.Actor(), id, in); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/users/"+id.String(), "flash.saved")
}

// UserStatus suspends a user, or lets them in again.
func (p *Pages) UserStatus(v *View) error {
	page, id, err := p.userPage(v, grantForm{})
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	_, err = p.Identity.ChangeUser(v.UserContext(), v.Actor(), id, version, func(in *identity.UserInput) error {
		in.Status = identity.Status(v.Typed("status"))
		return nil
	})
	if err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/users/"+id.String(), "flash.saved")
}

// UserSignOut ends every session of a user.
func (p *Pages) UserSignOut(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := p.Identity.EndSessions(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	return v.Go("/users/"+id.String(), "flash.sessions-ended")
}

// UserEnd ends a membership at once.
func (p *Pages) UserEnd(v *View) error {
	page, id, err := p.userPage(v, grantForm{})
	if err != nil {
		return err
	}
	membership, err := v.ID("membership")
	if err != nil {
		return err
	}
	if err := p.Identity.EndMembership(v.UserContext(), v.Actor(), id, membership); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/users/"+id.String(), "flash.saved")
}

type inviteData struct {
	Name, Email string
	Language    string
	Grant       grantForm
}

func (p *Pages) invitePage(v *View, d inviteData) (Page, error) {
	var err error
	d.Grant, err = p.grantable(v, d.Grant)
	return Page{Name: "user-invite", TitleKey: "users.invite", Data: d}, err
}

// UserInviteForm asks whom to invite, and as what.
func (p *Pages) UserInviteForm(v *View) error {
	page, err := p.invitePage(v, inviteData{Language: "en"})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// UserInvite asks a person by mail to sign up.
func (p *Pages) UserInvite(v *View) error {
	f, in := v.typedGrant()
	d := inviteData{Name: v.Typed("name"), Email: v.Typed("email"), Language: v.Typed("language"), Grant: f}
	_, err := p.Identity.Invite(v.UserContext(), v.Actor(), identity.NewUser{Name: d.Name, Email: d.Email, Language: lang.Tag(d.Language),
		Roles: in.Roles, Place: in.Place})
	if err != nil {
		page, pageErr := p.invitePage(v, d)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/users", "flash.invited")
}

// InvitationRevoke withdraws an invitation.
func (p *Pages) InvitationRevoke(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := p.Identity.RevokeInvitation(v.UserContext(), v.Actor(), id); err != nil && !fault.Is(err, fault.KindConflict) {
		return err
	}
	return v.Go("/users", "flash.saved")
}

func valueOf(o components.Option) string {
	if o.Value == nil {
		return ""
	}
	return *o.Value
}

// FactorResetAsk asks for a user's second factors to be taken away.
func (p *Pages) FactorResetAsk(v *View) error {
	page, id, err := p.userPage(v, grantForm{})
	if err != nil {
		return err
	}
	if err := p.Identity.AskFactorReset(v.UserContext(), v.Actor(), id, v.Typed("reason")); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/users/"+id.String(), "flash.factors-asked")
}

// FactorResetAgree is the second administrator's word on that.
func (p *Pages) FactorResetAgree(v *View) error {
	page, id, err := p.userPage(v, grantForm{})
	if err != nil {
		return err
	}
	reset, err := v.ID("reset")
	if err != nil {
		return err
	}
	if err := p.Identity.AgreeFactorReset(v.UserContext(), v.Actor(), reset); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/users/"+id.String(), "flash.factors-reset")
}
