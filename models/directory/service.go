package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// The acts of this room in the audit log.
const (
	OrganisationAdded   audit.Action = "organisation.added"
	OrganisationChanged audit.Action = "organisation.changed"
	GroupAdded          audit.Action = "governance_group.added"
	GroupChanged        audit.Action = "governance_group.changed"
	AppointmentMade     audit.Action = "appointment.made"
	AppointmentEnded    audit.Action = "appointment.ended"
)

// Service does what officials do with the directory.
type Service struct{ db *store.DB }

// New gives the service over a database.
func New(db *store.DB) *Service { return &Service{db: db} }

// Filter narrows the list of organisations; empty fields do not.
type Filter struct {
	Q    string
	Kind Kind
}

// Organisations lists the organisations.
func (s *Service) Organisations(ctx context.Context, by access.Actor, f Filter, p store.Paging) (store.List[*Organisation], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Organisation], error) {
		q := store.Query[Organisation](tx)
		if f.Kind != "" {
			q = q.Where("kind = ?", f.Kind)
		}
		if f.Q != "" {
			q = store.Holding(tx, q, f.Q, "name_en", "name_cy", "reference", "COALESCE(ods_code, '')")
		}
		return store.Paged[Organisation](tx, q, p, store.Columns{
			"name": "name_en", "name_cy": "name_cy", "reference": "reference", "kind": "kind",
		}, "name")
	})
}

// Organisation gives one organisation.
func (s *Service) Organisation(ctx context.Context, by access.Actor, id uuid.UUID) (*Organisation, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Organisation, error) {
		return store.Find[Organisation](tx, id)
	})
}

// Input is what an official enters of an organisation.
type Input struct {
	Name          lang.Text  `json:"name"`
	Kind          Kind       `json:"kind"`
	ODSCode       *string    `json:"ods_code,omitempty" nullable:"true"`
	ParentID      *uuid.UUID `json:"parent_id,omitempty" nullable:"true"`
	SignedForByID *uuid.UUID `json:"signed_for_by_id,omitempty" nullable:"true"`
}

func (in *Input) check() error {
	invalid := fault.Invalid("invalid")
	in.Name = lang.Text{En: strings.TrimSpace(in.Name.En), Cy: strings.TrimSpace(in.Name.Cy)}
	if in.Name.Empty() {
		invalid.On("name.en", "organisation.name-missing")
	}
	if !slices.Contains(Kinds, in.Kind) {
		invalid.On("kind", "organisation.kind-unknown")
	}
	if in.ODSCode != nil {
		code := strings.ToUpper(strings.TrimSpace(*in.ODSCode))
		in.ODSCode = &code
		if code == "" {
			in.ODSCode = nil
		}
	}
	return invalid.OrNil()
}

// input gives what was entered, for a change that keeps the rest.
func (o *Organisation) input() Input {
	return Input{Name: o.Name, Kind: o.Kind, ODSCode: o.ODSCode, ParentID: o.ParentID, SignedForByID: o.SignedForByID}
}

func (o *Organisation) apply(in Input) {
	o.Name, o.Kind, o.ODSCode, o.ParentID, o.SignedForByID = in.Name, in.Kind, in.ODSCode, in.ParentID, in.SignedForByID
}

// AddOrganisation enters an organisation. Only a national official may.
func (s *Service) AddOrganisation(ctx context.Context, by access.Actor, in Input) (*Organisation, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Organisation, error) {
		return AddOrganisationIn(tx, in)
	})
}

// AddOrganisationIn is AddOrganisation within a change.
func AddOrganisationIn(tx *store.Tx, in Input) (*Organisation, error) {
	if err := nationalOnly(tx.By()); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	reference, err := tx.NextReference("ORG", false)
	if err != nil {
		return nil, err
	}
	o := &Organisation{Reference: reference}
	o.apply(in)
	return o, tx.Create(o, OrganisationAdded)
}

// ChangeOrganisation changes an organisation that stands at the version; edit
// is given what stands.
func (s *Service) ChangeOrganisation(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*Input) error) (*Organisation, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Organisation, error) {
		o, err := store.Find[Organisation](tx, id)
		if err == nil {
			err = nationalOnly(by) // before the lock, which the database refuses to a supplier's request
		}
		if err == nil {
			o, err = store.Lock[Organisation](tx, id)
		}
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(o, version); err != nil {
			return nil, err
		}
		in := o.input()
		if err := edit(&in); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		o.apply(in)
		return o, tx.Save(o, OrganisationChanged)
	})
}

// nationalOnly refuses who may not change what all organisations share.
func nationalOnly(by access.Actor) error {
	if by.IsProgram() || by.National() && by.Holds(access.InventoryChange) {
		return nil
	}
	return fault.Forbidden("forbidden")
}

// Groups lists the governance groups.
func (s *Service) Groups(ctx context.Context, by access.Actor, p store.Paging) (store.List[*Group], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Group], error) {
		return store.Paged[Group](tx, store.Query[Group](tx), p, store.Columns{"name": "name_en", "reference": "reference"}, "reference")
	})
}

// Group gives one governance group.
func (s *Service) Group(ctx context.Context, by access.Actor, id uuid.UUID) (*Group, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Group, error) { return store.Find[Group](tx, id) })
}

// GroupInput is what an official enters of a governance group.
type GroupInput struct {
	Name     lang.Text       `json:"name"`
	Purpose  lang.Text       `json:"purpose,omitempty"`
	Members  []string        `json:"members,omitempty"`
	Meetings []calendar.Date `json:"meeting_dates,omitempty"`
}

func (in *GroupInput) check() error {
	invalid := fault.Invalid("invalid")
	if in.Name.Empty() {
		invalid.On("name.en", "organisation.name-missing")
	}
	for _, day := range in.Meetings {
		if _, ok := calendar.Parse(string(day)); !ok {
			invalid.On("meeting_dates", "date.wrong")
		}
	}
	return invalid.OrNil()
}

func (g *Group) apply(in GroupInput) {
	g.Name, g.Purpose = in.Name, in.Purpose
	g.Members, g.Meetings = append([]string{}, in.Members...), append([]calendar.Date{}, in.Meetings...)
	slices.Sort(g.Meetings)
}

// AddGroup enters a governance group. Only a national official may.
func (s *Service) AddGroup(ctx context.Context, by access.Actor, in GroupInput) (*Group, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Group, error) {
		if err := nationalOnly(by); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		reference, err := tx.NextReference("GRP", false)
		if err != nil {
			return nil, err
		}
		g := &Group{Reference: reference}
		g.apply(in)
		return g, tx.Create(g, GroupAdded)
	})
}

// ChangeGroup changes a governance group that stands at the version; edit is
// given what stands.
func (s *Service) ChangeGroup(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*GroupInput) error) (*Group, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Group, error) {
		g, err := store.Find[Group](tx, id)
		if err == nil {
			err = nationalOnly(by) // before the lock, which the database refuses to a supplier's request
		}
		if err == nil {
			g, err = store.Lock[Group](tx, id)
		}
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(g, version); err != nil {
			return nil, err
		}
		in := GroupInput{g.Name, g.Purpose, g.Members, g.Meetings}
		if err := edit(&in); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		g.apply(in)
		return g, tx.Save(g, GroupChanged)
	})
}

// AddGroupIn enters a governance group within a change.
func AddGroupIn(tx *store.Tx, reference string, name, purpose lang.Text) (*Group, error) {
	g := &Group{Reference: reference, Name: name, Purpose: purpose, Members: []string{}, Meetings: []calendar.Date{}}
	return g, tx.Create(g, GroupAdded)
}

// Appointments lists who holds which role at an organisation.
func (s *Service) Appointments(ctx context.Context, by access.Actor, organisation uuid.UUID) ([]*Appointment, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Appointment, error) {
		if _, err := store.Find[Organisation](tx, organisation); err != nil {
			return nil, err
		}
		return store.All[Appointment](tx, "role, deputy, from_on", "organisation_id = ?", organisation)
	})
}

// AppointmentInput is what an official enters of an appointment.
type AppointmentInput struct {
	Role       AppointmentRole `json:"role"`
	Deputy     bool            `json:"deputy,omitempty"`
	PersonName string          `json:"person_name"`
	Email      string          `json:"email,omitempty" nullable:"true"`
	Phone      string          `json:"phone,omitempty" nullable:"true"`
	FromOn     calendar.Date   `json:"from_on,omitempty" nullable:"true"`
	UntilOn    calendar.Date   `json:"until_on,omitempty" nullable:"true"`
}

// Appoint records that a person holds a role at an organisation: by a national
// official, or one of that organisation.
func (s *Service) Appoint(ctx context.Context, by access.Actor, organisation uuid.UUID, in AppointmentInput) (*Appointment, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Appointment, error) {
		if _, err := store.Find[Organisation](tx, organisation); err != nil {
			return nil, err
		}
		if err := mayAppoint(by, organisation); err != nil {
			return nil, err
		}
		invalid := fault.Invalid("invalid")
		if !slices.Contains(AppointmentRoles, in.Role) {
			invalid.On("role", "appointment.role-unknown")
		}
		if strings.TrimSpace(in.PersonName) == "" {
			invalid.On("person_name", "appointment.person-missing")
		}
		for location, day := range map[string]calendar.Date{"from_on": in.FromOn, "until_on": in.UntilOn} {
			if _, ok := calendar.Parse(string(day)); day != "" && !ok {
				invalid.On(location, "date.wrong")
			}
		}
		if in.UntilOn != "" && in.UntilOn < in.FromOn {
			invalid.On("until_on", "period.ends-before")
		}
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		a := &Appointment{OrganisationID: organisation, Role: in.Role, Deputy: in.Deputy, PersonName: in.PersonName,
			Email: in.Email, Phone: in.Phone, FromOn: in.FromOn, UntilOn: in.UntilOn}
		return a, tx.Create(a, AppointmentMade)
	})
}

// mayAppoint refuses who is neither a national official nor one of the
// organisation.
func mayAppoint(by access.Actor, organisation uuid.UUID) error {
	if by.Holds(access.InventoryChange) && slices.Contains(by.OrganisationIDs, organisation) {
		return nil
	}
	return nationalOnly(by)
}

// MayAppoint reports whether the actor says who holds which role there.
func MayAppoint(by access.Actor, organisation uuid.UUID) bool {
	return mayAppoint(by, organisation) == nil
}

// EndAppointment ends an appointment with today, its last day.
func (s *Service) EndAppointment(ctx context.Context, by access.Actor, organisation, id uuid.UUID) (*Appointment, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Appointment, error) {
		a, err := store.FindBy[Appointment](tx, "id = ? AND organisation_id = ?", id, organisation)
		if err != nil {
			return nil, err
		}
		if err := mayAppoint(by, organisation); err != nil {
			return nil, err
		}
		today := calendar.On(tx.Now())
		if a.UntilOn != "" && a.UntilOn <= today {
			return nil, fault.Conflict("appointment.over")
		}
		a.UntilOn = today
		return a, tx.Save(a, AppointmentEnded)
	})
}

// WithHosted gives an organisation and the hosted bodies under it.
func WithHosted(tx *store.Tx, id uuid.UUID) ([]uuid.UUID, error) {
	hosted, err := store.All[Organisation](tx, "", "parent_id = ? AND kind = ?", id, HostedBody)
	if err != nil {
		return nil, err
	}
	ids := []uuid.UUID{id}
	for _, o := range hosted {
		ids = append(ids, o.ID)
	}
	return ids, nil
}
