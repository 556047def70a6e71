package identity

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// mayGrant refuses whoever may not give, or take away, these roles at a place:
// an administrator may anywhere; a supplier's lead makes respondents of its own
// supplier; an official appoints and ends the leads of suppliers in reach.
func mayGrant(tx *store.Tx, place Place, roles []access.Role) error {
	by := tx.By()
	if by.IsProgram() || by.National() && by.Holds(access.UserManage) {
		return nil
	}
	only := func(role access.Role) bool {
		return !slices.ContainsFunc(roles, func(r access.Role) bool { return r != role })
	}
	switch {
	case by.OnSupplierSide():
		if by.Holds(access.UserManage) && place.count() == 1 && orNil(place.SupplierID) == by.SupplierID && only(access.Respondent) {
			return nil
		}
	case place.count() == 1 && place.SupplierID != nil && only(access.SupplierLead):
		reached, err := tx.Visible(store.Suppliers, access.RespondentInvite, *place.SupplierID)
		if err != nil || reached {
			return err
		}
	}
	return fault.Forbidden("user.may-not-grant")
}

// UserFilter narrows the list of users; empty fields do not.
type UserFilter struct {
	Q      string
	Status Status
}

// UserDetail is a user with the memberships that the actor may know of.
type UserDetail struct {
	*User
	Memberships []*Membership
}

// FindUsers lists users: administrators find everybody, a lead those of its
// supplier.
func (s *Service) FindUsers(ctx context.Context, by access.Actor, f UserFilter, p store.Paging) (store.List[*User], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*User], error) {
		q := store.Query[User](tx)
		if f.Status != "" {
			q = q.Where("status = ?", f.Status)
		}
		if f.Q != "" {
			q = store.Holding(tx, q, f.Q, "name", "email")
		}
		return store.Paged[User](tx, q, p, store.Columns{"name": "name", "email": "email", "created_at": "created_at"}, "name")
	})
}

// User gives one user with memberships, ended ones too.
func (s *Service) User(ctx context.Context, by access.Actor, id uuid.UUID) (*UserDetail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*UserDetail, error) {
		user, err := store.Find[User](tx, id)
		if err != nil {
			return nil, err
		}
		memberships, err := store.All[Membership](tx, "created_at DESC, id DESC", "user_id = ?", id)
		return &UserDetail{user, memberships}, err
	})
}

// UserInput is what an administrator may change of a user.
type UserInput struct {
	Name     string   `json:"name"`
	JobTitle string   `json:"job_title"`
	Phone    string   `json:"phone"`
	Language lang.Tag `json:"language"`
	Status   Status   `json:"status"`
}

func (in *UserInput) check() error {
	in.Name = strings.TrimSpace(in.Name)
	invalid := fault.Invalid("invalid")
	if in.Name == "" {
		invalid.On("name", "user.name-missing")
	}
	if !slices.Contains(lang.All, in.Language) {
		invalid.On("language", "language.unknown")
	}
	if in.Status != Active && in.Status != Suspended {
		invalid.On("status", "user.status-unknown")
	}
	return invalid.OrNil()
}

// OwnInput is what people may say of themselves: how to reach them, which an
// invitation tells the supplier, and the job title that stands beside what they
// sign.
type OwnInput struct {
	JobTitle string
	Phone    string
	Language lang.Tag
}

// longestDetail is how many characters a job title or telephone number may have.
const longestDetail = 200

func (in *OwnInput) check() error {
	in.JobTitle, in.Phone = strings.TrimSpace(in.JobTitle), strings.TrimSpace(in.Phone)
	invalid := fault.Invalid("invalid")
	for field, value := range map[string]string{"job_title": in.JobTitle, "phone": in.Phone} {
		if utf8.RuneCountInString(value) > longestDetail {
			invalid.On(field, "text.too-long", fault.Args{"Max": longestDetail})
		}
	}
	if !slices.Contains(lang.All, in.Language) {
		invalid.On("language", "language.unknown")
	}
	return invalid.OrNil()
}

// ChangeOwn keeps what the one who is signed in says of themselves.
func (s *Service) ChangeOwn(ctx context.Context, signed *Signed, in OwnInput) error {
	if err := in.check(); err != nil {
		return err
	}
	_, err := store.Change(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		user, err := store.Lock[User](tx, signed.User.ID)
		if err != nil || in == (OwnInput{user.JobTitle, user.Phone, user.Language}) {
			return false, err
		}
		user.JobTitle, user.Phone, user.Language = in.JobTitle, in.Phone, in.Language
		return true, tx.Save(user, UserChanged)
	})
	return err
}

// ChangeUser changes a user who stands at the version; edit is given what
// stands. A suspended user is refused at the next request.
func (s *Service) ChangeUser(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*UserInput) error) (*UserDetail, error) {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (*User, error) {
		user, err := store.Lock[User](tx, id)
		if err != nil {
			return nil, err
		}
		if !by.National() || !by.Holds(access.UserManage) {
			return nil, fault.Forbidden("forbidden")
		}
		if err := store.CheckVersion(user, version); err != nil {
			return nil, err
		}
		in := UserInput{user.Name, user.JobTitle, user.Phone, user.Language, user.Status}
		if err := edit(&in); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		if in.Status == Suspended && user.Status == Active {
			if id == by.UserID {
				return nil, fault.Forbidden("user.own-role")
			}
			if err := keepsAnAdministrator(tx, func(m *Membership) bool { return m.UserID == id }); err != nil {
				return nil, err
			}
			if err := s.endAccessIn(tx, id, uuid.Nil); err != nil {
				return nil, err
			}
		}
		user.Name, user.JobTitle, user.Phone, user.Language, user.Status = in.Name, in.JobTitle, in.Phone, in.Language, in.Status
		return user, tx.Save(user, UserChanged)
	})
	if err != nil {
		return nil, err
	}
	return s.User(ctx, by, id)
}

// keepsAnAdministrator refuses to take away the last administrator: somebody
// must be left when the memberships that match are gone. Two who take away at
// once follow each other, since each locks the administrators in one order; who
// takes none away locks none.
func keepsAnAdministrator(tx *store.Tx, gone func(*Membership) bool) error {
	program := tx.AsProgram("count administrators")
	beside := func(m *Membership) bool {
		return !m.currentOn(calendar.On(tx.Now())) || !slices.Contains(m.Roles, access.Administrator)
	}
	memberships, err := store.All[Membership](program, "id", "ended_at IS NULL AND organisation_id IS NULL AND supplier_id IS NULL AND governance_group_id IS NULL")
	if err != nil {
		return err
	}
	memberships = slices.DeleteFunc(memberships, beside)
	if !slices.ContainsFunc(memberships, gone) {
		return nil
	}
	left := false
	for _, m := range memberships {
		if m, err = store.Lock[Membership](program, m.ID); err != nil {
			return err
		}
		if beside(m) || gone(m) {
			continue
		}
		active, err := store.Count[User](program, "id = ? AND status = ?", m.UserID, Active)
		if err != nil {
			return err
		}
		left = left || active > 0
	}
	if !left {
		return fault.Conflict("user.last-administrator")
	}
	return nil
}

// MembershipInput is what a new membership gives.
type MembershipInput struct {
	Roles []access.Role `json:"roles"`
	Place
	UntilOn calendar.Date `json:"until,omitempty"`
}

// Grant gives a user a further membership.
func (s *Service) Grant(ctx context.Context, by access.Actor, user uuid.UUID, in MembershipInput) (*Membership, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Membership, error) {
		u, err := store.Find[User](tx, user)
		if err != nil {
			return nil, err
		}
		n := NewUser{Email: u.Email, Name: u.Name, Roles: in.Roles, Place: in.Place, UntilOn: in.UntilOn}
		if err := n.check(); err != nil {
			return nil, err
		}
		if err := mayGrant(tx, in.Place, in.Roles); err != nil {
			return nil, err
		}
		current, err := currentMemberships(tx, u.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range current {
			if m.At(in.Place) && !slices.ContainsFunc(in.Roles, func(role access.Role) bool { return !slices.Contains(m.Roles, role) }) {
				return nil, fault.Conflict("user.has-role")
			}
		}
		return addMembershipIn(tx, u, n)
	})
}

// EndMembership ends a membership at once. Nobody ends their own; the last
// administrator stays.
func (s *Service) EndMembership(ctx context.Context, by access.Actor, user, membership uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		m, err := store.FindBy[Membership](tx, "id = ? AND user_id = ?", membership, user)
		if err != nil {
			return false, err
		}
		place := Place{m.OrganisationID, m.SupplierID, m.GovernanceGroupID}
		if err := mayGrant(tx, place, m.Roles); err != nil {
			return false, err
		}
		switch {
		case user == by.UserID:
			return false, fault.Forbidden("user.own-role")
		case m.EndedAt != nil:
			return false, fault.Conflict("user.membership-ended")
		}
		if err := keepsAnAdministrator(tx, func(other *Membership) bool { return other.ID == m.ID }); err != nil {
			return false, err
		}
		now := tx.Now()
		m.EndedAt = &now
		return true, tx.AsProgram("end a membership").Save(m, MembershipEnded)
	})
	return err
}
