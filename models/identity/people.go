package identity

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Place says where a membership is; all nil is national.
type Place struct {
	OrganisationID    *uuid.UUID `json:"organisation_id,omitempty"`
	SupplierID        *uuid.UUID `json:"supplier_id,omitempty"`
	GovernanceGroupID *uuid.UUID `json:"governance_group_id,omitempty"`
}

func (p Place) count() int {
	n := 0
	for _, id := range []*uuid.UUID{p.OrganisationID, p.SupplierID, p.GovernanceGroupID} {
		if id != nil {
			n++
		}
	}
	return n
}

func (p Place) is(other Place) bool {
	return orNil(p.OrganisationID) == orNil(other.OrganisationID) && orNil(p.SupplierID) == orNil(other.SupplierID) &&
		orNil(p.GovernanceGroupID) == orNil(other.GovernanceGroupID)
}

// NewUser is a user to be added, or to be given a further membership.
type NewUser struct {
	Email    string
	Name     string
	JobTitle string
	Phone    string
	Language lang.Tag
	Password string // may be empty: then its owner sets one by a mail, as who forgot theirs
	Roles    []access.Role
	Place    Place
	UntilOn  calendar.Date
}

func (n *NewUser) check() error {
	n.Email = strings.ToLower(strings.TrimSpace(n.Email))
	n.Name = strings.TrimSpace(n.Name)
	invalid := fault.Invalid("invalid")
	if address, err := mail.ParseAddress(n.Email); err != nil || address.Address != n.Email {
		invalid.On("email", "email.wrong")
	}
	if n.Name == "" {
		invalid.On("name", "user.name-missing")
	}
	if len(n.Roles) == 0 {
		invalid.On("roles", "user.role-missing")
	}
	for _, role := range n.Roles {
		switch {
		case !slices.Contains(access.Roles, role):
			invalid.On("roles", "user.role-unknown")
		case role.OfSupplier() != (n.Place.SupplierID != nil):
			invalid.On("roles", "user.role-elsewhere") // nobody is on both sides in one membership
		case role == access.Auditor && n.UntilOn == "":
			invalid.On("until", "user.auditor-until")
		}
	}
	if n.Place.count() > 1 {
		invalid.On("place", "user.one-place")
	}
	return invalid.OrNil()
}

// AddUser adds a user with a membership, or a membership to the user who has
// that address.
func (s *Service) AddUser(ctx context.Context, by access.Actor, n NewUser) (*User, *Membership, error) {
	var hash string
	if n.Password != "" {
		err := checkPassword(n.Password, n.Email)
		if err == nil {
			hash, err = hashPassword(n.Password)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	type added struct {
		user       *User
		membership *Membership
	}
	a, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (added, error) {
		user, membership, err := addUserIn(tx, n, hash)
		return added{user, membership}, err
	})
	return a.user, a.membership, err
}

func addUserIn(tx *store.Tx, n NewUser, hash string) (*User, *Membership, error) {
	if err := n.check(); err != nil {
		return nil, nil, err
	}
	if err := mayGrant(tx, n.Place, n.Roles); err != nil {
		return nil, nil, err
	}
	user, err := store.FindBy[User](tx.AsProgram("find user by address"), "email = ?", n.Email)
	switch {
	case fault.Is(err, fault.KindNotFound):
		user, err = createUserIn(tx, n, hash)
	case err == nil && hash != "":
		user.PasswordHash = hash
		err = tx.Save(user, PasswordSet)
	}
	if err != nil {
		return nil, nil, err
	}
	membership, err := addMembershipIn(tx, user, n)
	return user, membership, err
}

func createUserIn(tx *store.Tx, n NewUser, hash string) (*User, error) {
	if n.Language == "" {
		n.Language = lang.English
	}
	user := &User{Email: n.Email, Name: n.Name, JobTitle: n.JobTitle, Phone: n.Phone, Language: n.Language, PasswordHash: hash, Status: Active}
	return user, tx.AsProgram("add user").Create(user, UserAdded)
}

func addMembershipIn(tx *store.Tx, user *User, n NewUser) (*Membership, error) {
	if user.ID == tx.By().UserID {
		return nil, fault.Forbidden("user.own-role")
	}
	existing, err := currentMemberships(tx.AsProgram("add membership"), user.ID)
	if err != nil {
		return nil, err
	}
	m := &Membership{UserID: user.ID, Roles: n.Roles, OrganisationID: n.Place.OrganisationID,
		SupplierID: n.Place.SupplierID, GovernanceGroupID: n.Place.GovernanceGroupID,
		FromOn: calendar.On(tx.Now()), UntilOn: n.UntilOn}
	for _, other := range existing {
		if (other.SupplierID != nil) != (m.SupplierID != nil) {
			return nil, fault.Invalid("invalid").On("roles", "user.both-sides")
		}
	}
	return m, tx.AsProgram("add membership").Create(m, MembershipAdded)
}

// MakeToken makes an API token for one membership of a user, the only one when
// none is named by match. The token is given once; only its hash is kept.
func (s *Service) MakeToken(ctx context.Context, by access.Actor, email, name string, match func(*Membership) bool, scopes []access.Permission, lifetime time.Duration) (string, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (string, error) {
		user, err := store.FindBy[User](tx, "email = ?", strings.ToLower(email))
		if err != nil {
			return "", err
		}
		current, err := currentMemberships(tx, user.ID)
		if err != nil {
			return "", err
		}
		current = slices.DeleteFunc(current, func(m *Membership) bool { return !match(m) })
		if len(current) != 1 {
			return "", fault.Invalid("token.which-membership", fault.Args{"Count": len(current)})
		}
		secret, hash := newSecret()
		t := &Token{TokenHash: hash, Name: name, UserID: user.ID, MembershipID: current[0].ID, Scopes: scopes,
			ExpiresAt: tx.Now().Add(lifetime)}
		return secret, tx.Create(t, TokenMade)
	})
}

// Colleague is a user as others see them where they choose a person: no more
// than a name and where they work.
type Colleague struct {
	ID             uuid.UUID  `json:"id"`
	Name           string     `json:"name"`
	OrganisationID *uuid.UUID `json:"organisation_id"`
}

// HoldersIn lists the users who hold a role now at one of the places, nil
// standing for a national membership, each once, by name.
func HoldersIn(tx *store.Tx, role access.Role, places ...*uuid.UUID) ([]Colleague, error) {
	tx = tx.AsProgram("list holders of a role")
	memberships, err := store.All[Membership](tx, "created_at, id", "supplier_id IS NULL AND ended_at IS NULL")
	if err != nil {
		return nil, err
	}
	today := calendar.On(tx.Now())
	at := map[uuid.UUID]*uuid.UUID{}
	for _, m := range memberships {
		if m.currentOn(today) && slices.Contains(m.Roles, role) && m.GovernanceGroupID == nil && among(m.OrganisationID, places) {
			at[m.UserID] = m.OrganisationID
		}
	}
	users, err := store.All[User](tx, "name, id", "status = ?", Active)
	if err != nil {
		return nil, err
	}
	var holders []Colleague
	for _, u := range users {
		if place, ok := at[u.ID]; ok {
			holders = append(holders, Colleague{ID: u.ID, Name: u.Name, OrganisationID: place})
		}
	}
	return holders, nil
}

func among(id *uuid.UUID, places []*uuid.UUID) bool {
	for _, place := range places {
		if orNil(id) == orNil(place) {
			return true
		}
	}
	return false
}

// OfSupplierSince reports whether a user belonged to a supplier at any time
// since a day.
func OfSupplierSince(tx *store.Tx, user, supplier uuid.UUID, since calendar.Date) (bool, error) {
	memberships, err := store.All[Membership](tx.AsProgram("check independence"), "", "user_id = ? AND supplier_id = ?", user, supplier)
	for _, m := range memberships {
		untilEnded := m.EndedAt == nil || calendar.On(*m.EndedAt) >= since
		if untilEnded && (m.UntilOn == "" || m.UntilOn >= since) {
			return true, nil
		}
	}
	return false, err
}

// AlreadyAt finds the user with an address and reports whether a current
// membership at the place gives the roles already. A supplier's member who is
// to lead gets that role added to the membership. That somebody is on the other
// side is not told to a supplier: accepting is refused to them instead.
func AlreadyAt(tx *store.Tx, n NewUser) (*User, bool, error) {
	program := tx.AsProgram("find user by address")
	user, err := store.FindBy[User](program, "email = ?", strings.ToLower(n.Email))
	if fault.Is(err, fault.KindNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	current, err := currentMemberships(program, user.ID)
	if err != nil {
		return nil, false, err
	}
	for _, m := range current {
		if (m.SupplierID != nil) != (n.Place.SupplierID != nil) {
			if tx.By().OnSupplierSide() {
				return nil, false, nil
			}
			return nil, false, fault.Invalid("invalid").On("email", "user.both-sides")
		}
		if orNil(m.SupplierID) != orNil(n.Place.SupplierID) || orNil(m.OrganisationID) != orNil(n.Place.OrganisationID) {
			continue
		}
		added := false
		for _, role := range n.Roles {
			if !slices.Contains(m.Roles, role) {
				m.Roles, added = append(slices.Clone(m.Roles), role), true
			}
		}
		if added {
			err = program.Save(m, MembershipChanged)
		}
		return user, true, err
	}
	return user, false, nil
}
