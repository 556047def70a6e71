package identity

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// longestDeputy is for how many days at most somebody acts in another's place.
const longestDeputy = 60

// Deputy is a colleague who signs in an approver's place for a time.
type Deputy struct {
	MembershipID uuid.UUID     `json:"membership_id"`
	Name         string        `json:"name"`
	FromOn       calendar.Date `json:"from"`
	UntilOn      calendar.Date `json:"until"`
}

// DeputyInput names a colleague to act in the actor's place.
type DeputyInput struct {
	UserID  uuid.UUID     `json:"user_id"`
	FromOn  calendar.Date `json:"from"`
	UntilOn calendar.Date `json:"until"`
}

// mayNameDeputies refuses whoever is no approver, or is a deputy: what is lent
// is not lent on. A governance group has no colleagues, and who is named there
// would act for the whole of NHS Wales.
func mayNameDeputies(tx *store.Tx) error {
	by := tx.By()
	if !by.Has(access.Approver) {
		return fault.Forbidden("forbidden")
	}
	if by.GroupID != uuid.Nil {
		return fault.Forbidden("deputy.not-at-group")
	}
	own, err := store.Find[Membership](tx.AsProgram("name a deputy"), by.MembershipID)
	if err != nil {
		return err
	}
	if own.DeputyOfID != nil {
		return fault.Forbidden("deputy.not-by-deputy")
	}
	return nil
}

// Colleagues lists who may be named the actor's deputy: people with a current
// membership of our side at the same place who are no approvers there.
func (s *Service) Colleagues(ctx context.Context, by access.Actor) ([]Colleague, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Colleague, error) {
		if err := mayNameDeputies(tx); err != nil {
			return nil, err
		}
		return colleaguesOf(tx)
	})
}

func colleaguesOf(tx *store.Tx) ([]Colleague, error) {
	place := placeOf(tx.By())
	approvers, err := HoldersIn(tx, access.Approver, place)
	if err != nil {
		return nil, err
	}
	found := map[uuid.UUID]Colleague{}
	for _, role := range access.Roles {
		if role.OfSupplier() {
			continue
		}
		holders, err := HoldersIn(tx, role, place)
		if err != nil {
			return nil, err
		}
		for _, one := range holders {
			if !slices.ContainsFunc(approvers, func(a Colleague) bool { return a.ID == one.ID }) {
				found[one.ID] = one
			}
		}
	}
	colleagues := make([]Colleague, 0, len(found))
	for _, one := range found {
		colleagues = append(colleagues, one)
	}
	slices.SortFunc(colleagues, func(a, b Colleague) int {
		return slices.Compare([]string{a.Name, a.ID.String()}, []string{b.Name, b.ID.String()})
	})
	return colleagues, nil
}

func placeOf(by access.Actor) *uuid.UUID {
	if by.OrganisationID == uuid.Nil {
		return nil
	}
	return &by.OrganisationID
}

// NameDeputy lets a colleague of the same place sign in the actor's place for a
// time, at most 60 days. It ends by itself.
func (s *Service) NameDeputy(ctx context.Context, by access.Actor, in DeputyInput) (*Deputy, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Deputy, error) {
		if err := mayNameDeputies(tx); err != nil {
			return nil, err
		}
		today := calendar.On(tx.Now())
		invalid := fault.Invalid("invalid")
		from, fromOK := calendar.Parse(string(in.FromOn))
		until, untilOK := calendar.Parse(string(in.UntilOn))
		switch {
		case !fromOK || from < today:
			invalid.On("from", "deputy.from")
		case !untilOK || until < from || until > from.AddDays(longestDeputy):
			invalid.On("until", "deputy.until", fault.Args{"Max": longestDeputy})
		}
		colleagues, err := colleaguesOf(tx)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(colleagues, func(c Colleague) bool { return c.ID == in.UserID })
		if at < 0 {
			invalid.On("user_id", "deputy.unknown")
		}
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		m := &Membership{UserID: in.UserID, Roles: []access.Role{access.Approver}, OrganisationID: placeOf(by), FromOn: from, UntilOn: until,
			DeputyOfID: &by.UserID}
		if err := tx.AsProgram("name a deputy").Create(m, DeputyNamed); err != nil {
			return nil, err
		}
		return &Deputy{m.ID, colleagues[at].Name, m.FromOn, m.UntilOn}, nil
	})
}

// Deputies lists who acts in the actor's place, now or later.
func (s *Service) Deputies(ctx context.Context, by access.Actor) ([]Deputy, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Deputy, error) {
		program := tx.AsProgram("list deputies")
		rows, err := store.All[Membership](program, "from_on, id", "deputy_of_id = ? AND ended_at IS NULL AND until_on >= ?", by.UserID, calendar.On(tx.Now()))
		if err != nil {
			return nil, err
		}
		deputies := []Deputy{}
		for _, m := range rows {
			user, err := store.Find[User](program, m.UserID)
			if err != nil {
				return nil, err
			}
			deputies = append(deputies, Deputy{m.ID, user.Name, m.FromOn, m.UntilOn})
		}
		return deputies, nil
	})
}

// EndDeputy ends that a colleague acts in the actor's place.
func (s *Service) EndDeputy(ctx context.Context, by access.Actor, membership uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		program := tx.AsProgram("end a deputy")
		m, err := store.Lock[Membership](program, membership)
		if err != nil {
			return false, err
		}
		if m.DeputyOfID == nil || *m.DeputyOfID != by.UserID || m.EndedAt != nil {
			return false, fault.NotFound()
		}
		now := tx.Now()
		m.EndedAt = &now
		return true, program.Save(m, DeputyEnded)
	})
	return err
}

// DeputyOf gives the user in whose place the actor acts in this membership, nil
// where in none's.
func DeputyOf(tx *store.Tx) (*User, error) {
	program := tx.AsProgram("name whom a deputy acts for")
	m, err := store.Find[Membership](program, tx.By().MembershipID)
	if err != nil || m.DeputyOfID == nil {
		return nil, err
	}
	return store.Find[User](program, *m.DeputyOfID)
}
