package review

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// The acts on programmes, in the audit log.
const (
	ProgrammeBegun   audit.Action = "programme.created"
	ProgrammeChanged audit.Action = "programme.changed"
)

// Programme is a named round of reviews over chosen systems, to be done by a day.
type Programme struct {
	store.Row
	Reference string
	Title     lang.Text `gorm:"embedded;embeddedPrefix:title_"`
	Purpose   lang.Text `gorm:"embedded;embeddedPrefix:purpose_"`
	OwnerID   *uuid.UUID
	StartsOn  calendar.Date
	EndsOn    calendar.Date
}

// Scope lets our side see the programmes over systems whose reviews it sees;
// nationally all.
func (Programme) Scope(by access.Actor) store.Condition {
	return programmesOver(by, "programmes.id")
}

// AuditKind names the thing in the audit log.
func (*Programme) AuditKind() string { return "programme" }

// AuditAbout is the programme itself.
func (p *Programme) AuditAbout() uuid.UUID { return p.ID }

func programmesOver(by access.Actor, column string) store.Condition {
	c := ProgrammeSystem{}.Scope(by)
	if c.SQL == store.Everything.SQL || c.SQL == store.Nothing.SQL {
		return c
	}
	return store.Condition{SQL: column + " IN (SELECT programme_systems.programme_id FROM programme_systems WHERE " + c.SQL + ")", Args: c.Args}
}

// ProgrammeSystem says that a system was chosen for a programme.
type ProgrammeSystem struct {
	store.Row
	ProgrammeID uuid.UUID
	SystemID    uuid.UUID
}

// TableName names the table.
func (ProgrammeSystem) TableName() string { return "programme_systems" }

// Scope is that of the reviews of the system, on our side.
func (ProgrammeSystem) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Systems(by, access.ReviewRead, "programme_systems.system_id")
}

// ProgrammeInput is what an official enters of a programme.
type ProgrammeInput struct {
	Title     lang.Text     `json:"title"`
	Purpose   lang.Text     `json:"purpose,omitempty"`
	OwnerID   *uuid.UUID    `json:"owner_id,omitempty" nullable:"true" doc:"An official; who creates it, when left out"`
	StartsOn  calendar.Date `json:"starts_on"`
	EndsOn    calendar.Date `json:"ends_on"`
	SystemIDs []uuid.UUID   `json:"system_ids,omitempty"`
}

func (in *ProgrammeInput) check() error {
	invalid := fault.Invalid("invalid")
	in.Title = lang.Text{En: strings.TrimSpace(in.Title.En), Cy: strings.TrimSpace(in.Title.Cy)}
	in.Purpose = lang.Text{En: strings.TrimSpace(in.Purpose.En), Cy: strings.TrimSpace(in.Purpose.Cy)}
	if in.Title.Empty() {
		invalid.On("title.en", "programme.title-missing")
	}
	for location, text := range map[string]string{"title.en": in.Title.En, "title.cy": in.Title.Cy} {
		if len([]rune(text)) > 200 {
			invalid.On(location, "programme.title-long")
		}
	}
	for location, text := range map[string]string{"purpose.en": in.Purpose.En, "purpose.cy": in.Purpose.Cy} {
		if len([]rune(text)) > 4000 {
			invalid.On(location, "programme.purpose-long")
		}
	}
	starts, known := calendar.Parse(string(in.StartsOn))
	if !known {
		invalid.On("starts_on", "date.wrong")
	}
	switch ends, ok := calendar.Parse(string(in.EndsOn)); {
	case !ok:
		invalid.On("ends_on", "date.wrong")
	case known && ends < starts:
		invalid.On("ends_on", "programme.ends-before")
	}
	if len(unique(slices.Clone(in.SystemIDs))) < len(in.SystemIDs) {
		invalid.On("system_ids", "review.system-twice")
	}
	return invalid.OrNil()
}

func (p *Programme) apply(in ProgrammeInput) {
	p.Title, p.Purpose, p.OwnerID, p.StartsOn, p.EndsOn = in.Title, in.Purpose, in.OwnerID, in.StartsOn, in.EndsOn
}

// Input gives what was entered, for a change that keeps the rest.
func (d *ProgrammeDetail) Input() ProgrammeInput {
	return ProgrammeInput{Title: d.Title, Purpose: d.Purpose, OwnerID: d.OwnerID, StartsOn: d.StartsOn, EndsOn: d.EndsOn, SystemIDs: slices.Clone(d.SystemIDs)}
}

// ProgrammeDetail is a programme with the systems that were chosen for it, as
// far as the actor sees them.
type ProgrammeDetail struct {
	*Programme
	SystemIDs []uuid.UUID
	OwnerName string
	MayPlan   bool // and change it: all its systems are in the actor's hands
}

// CreateProgramme begins a programme.
func (s *Service) CreateProgramme(ctx context.Context, by access.Actor, in ProgrammeInput) (*ProgrammeDetail, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*ProgrammeDetail, error) {
		if err := mayPlanOver(tx, in.SystemIDs); err != nil {
			return nil, err
		}
		if in.OwnerID == nil && !by.IsProgram() {
			in.OwnerID = &by.UserID
		}
		if err := checkProgramme(tx, &in, nil); err != nil {
			return nil, err
		}
		reference, err := tx.NextReference("PRG", false)
		if err != nil {
			return nil, err
		}
		p := &Programme{Reference: reference}
		p.Row = store.NewRow()
		p.apply(in)
		// What its scope rests on is inserted with it, and both as one.
		if err := tx.AsProgram("begin a programme").Create(p, ProgrammeBegun); err != nil {
			return nil, err
		}
		return p.over(tx, nil, in.SystemIDs)
	})
}

// ChangeProgramme changes a programme that stands at the version; edit is given
// what stands.
func (s *Service) ChangeProgramme(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*ProgrammeInput) error) (*ProgrammeDetail, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*ProgrammeDetail, error) {
		p, err := store.Lock[Programme](tx, id)
		if err != nil {
			return nil, err
		}
		chosen, err := chosenFor(tx.AsProgram("change a programme"), id)
		if err != nil {
			return nil, err
		}
		if err := mayPlanAll(tx, chosen); err != nil {
			return nil, err
		}
		if err := store.CheckVersion(p, version); err != nil {
			return nil, err
		}
		before := p.OwnerID
		d := &ProgrammeDetail{Programme: p, SystemIDs: chosen}
		in := d.Input()
		if err := edit(&in); err != nil {
			return nil, err
		}
		if err := mayPlanOver(tx, in.SystemIDs); err != nil {
			return nil, err
		}
		if err := checkProgramme(tx, &in, before); err != nil {
			return nil, err
		}
		p.apply(in)
		if err := tx.Save(p, ProgrammeChanged); err != nil {
			return nil, err
		}
		return p.over(tx, chosen, in.SystemIDs)
	})
}

// mayPlanAll refuses who may not plan reviews of each system of a programme,
// seen or not.
func mayPlanAll(tx *store.Tx, chosen []uuid.UUID) error {
	if tx.By().OnSupplierSide() || !tx.By().Holds(access.ReviewPlan) {
		return fault.Forbidden("forbidden")
	}
	ours, err := tx.VisibleOf(store.Systems, access.ReviewPlan, chosen)
	if err == nil && (len(ours) < len(chosen) || len(chosen) == 0 && !tx.By().National() && !tx.By().IsProgram()) {
		return fault.Forbidden("programme.not-yours")
	}
	return err
}

// mayPlanOver refuses systems to choose that are not there, or whose reviews
// another plans. Only a national official has a programme without any.
func mayPlanOver(tx *store.Tx, systems []uuid.UUID) error {
	by := tx.By()
	if by.OnSupplierSide() || !by.Holds(access.ReviewPlan) {
		return fault.Forbidden("forbidden")
	}
	if len(systems) == 0 && !by.National() && !by.IsProgram() {
		return fault.Invalid("invalid").On("system_ids", "programme.systems-missing")
	}
	seen, err := store.Many[inventory.System](tx, "", "id IN ?", systems)
	if err != nil {
		return err
	}
	if len(seen) < len(unique(slices.Clone(systems))) {
		return fault.Invalid("invalid").On("system_ids", "system.unknown")
	}
	ours, err := tx.VisibleOf(store.Systems, access.ReviewPlan, systems)
	if err != nil {
		return err
	}
	for _, system := range seen {
		if !slices.Contains(ours, system.ID) {
			return fault.Forbidden("review.system-of-another-host")
		}
	}
	return nil
}

// checkProgramme checks what was entered; an owner who stands may stay.
func checkProgramme(tx *store.Tx, in *ProgrammeInput, owner *uuid.UUID) error {
	if err := in.check(); err != nil {
		return err
	}
	if in.OwnerID == nil || owner != nil && *in.OwnerID == *owner {
		return nil
	}
	eligible, err := ownersOver(tx, in.SystemIDs)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(eligible, func(c identity.Colleague) bool { return c.ID == *in.OwnerID }) {
		return fault.Invalid("invalid").On("owner_id", "programme.owner-not-eligible")
	}
	return nil
}

// ownersOver lists the officials who may own a programme over systems: national
// ones, those of a host, and those of the actor's own organisation.
func ownersOver(tx *store.Tx, systems []uuid.UUID) ([]identity.Colleague, error) {
	rows, err := store.Many[inventory.System](tx.AsProgram("find the hosts of a programme"), "", "id IN ?", systems)
	if err != nil {
		return nil, err
	}
	places := []*uuid.UUID{nil}
	for _, row := range rows {
		places = append(places, &row.HostOrganisationID)
	}
	for _, id := range tx.By().OrganisationIDs {
		places = append(places, &id)
	}
	return identity.HoldersIn(tx, access.Official, places...)
}

// ProgrammeOwners lists the officials who may own a programme over systems.
func (s *Service) ProgrammeOwners(ctx context.Context, by access.Actor, systems []uuid.UUID) ([]identity.Colleague, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]identity.Colleague, error) {
		if by.OnSupplierSide() || !by.Holds(access.ReviewPlan) {
			return nil, fault.Forbidden("forbidden")
		}
		return ownersOver(tx, systems)
	})
}

func chosenFor(tx *store.Tx, programme uuid.UUID) ([]uuid.UUID, error) {
	rows, err := store.Many[ProgrammeSystem](tx, "created_at, id", "programme_id = ?", programme)
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.SystemID
	}
	return ids, err
}

// over makes the systems of a programme those named. One that a review of the
// programme covers stays.
func (p *Programme) over(tx *store.Tx, before, now []uuid.UUID) (*ProgrammeDetail, error) {
	program := tx.AsProgram("choose the systems of a programme")
	gone := slices.DeleteFunc(slices.Clone(before), func(id uuid.UUID) bool { return slices.Contains(now, id) })
	held, err := store.Count[Coverage](program, "system_id IN ? AND review_id IN (?)", gone,
		store.Query[Review](program).Select("id").Where("programme_id = ? AND state <> ?", p.ID, Cancelled))
	if err != nil {
		return nil, err
	}
	if held > 0 {
		return nil, fault.Invalid("invalid").On("system_ids", "programme.system-held")
	}
	if err := store.Query[ProgrammeSystem](program).Where("programme_id = ? AND system_id IN ?", p.ID, gone).Delete(&ProgrammeSystem{}).Error; err != nil {
		return nil, err
	}
	for _, id := range now {
		if slices.Contains(before, id) {
			continue
		}
		row := &ProgrammeSystem{Row: store.NewRow(), ProgrammeID: p.ID, SystemID: id}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := program.Insert(row); err != nil {
			return nil, err
		}
	}
	details, err := programmeDetails(tx, []*Programme{p})
	if err != nil {
		return nil, err
	}
	return details[0], nil
}

// programmeDetails adds to programmes what belongs to them, in a fixed number
// of queries.
func programmeDetails(tx *store.Tx, programmes []*Programme) ([]*ProgrammeDetail, error) {
	ids, owners := make([]uuid.UUID, len(programmes)), make([]uuid.UUID, len(programmes))
	for i, p := range programmes {
		ids[i], owners[i] = p.ID, valueOrNil(p.OwnerID)
	}
	program := tx.AsProgram("show programmes")
	all, err := store.Many[ProgrammeSystem](program, "created_at, id", "programme_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	chosen := make([]uuid.UUID, len(all))
	for i, row := range all {
		chosen[i] = row.SystemID
	}
	seen, err := tx.VisibleOf(store.Systems, access.ReviewRead, unique(slices.Clone(chosen)))
	if err != nil {
		return nil, err
	}
	ours, err := tx.VisibleOf(store.Systems, access.ReviewPlan, unique(chosen))
	if err != nil {
		return nil, err
	}
	people, err := store.All[identity.User](program, "", "id IN ?", owners)
	if err != nil {
		return nil, err
	}
	by := tx.By()
	details := make([]*ProgrammeDetail, len(programmes))
	for i, p := range programmes {
		d := &ProgrammeDetail{Programme: p, SystemIDs: []uuid.UUID{}, MayPlan: by.Holds(access.ReviewPlan) && !by.OnSupplierSide()}
		for _, person := range people {
			if person.ID == owners[i] {
				d.OwnerName = person.Name
			}
		}
		for _, row := range all {
			if row.ProgrammeID != p.ID {
				continue
			}
			d.MayPlan = d.MayPlan && slices.Contains(ours, row.SystemID)
			if slices.Contains(seen, row.SystemID) {
				d.SystemIDs = append(d.SystemIDs, row.SystemID)
			}
		}
		details[i] = d
	}
	return details, nil
}

// Programme gives one programme.
func (s *Service) Programme(ctx context.Context, by access.Actor, id uuid.UUID) (*ProgrammeDetail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*ProgrammeDetail, error) {
		p, err := store.Find[Programme](tx, id)
		if err != nil {
			return nil, err
		}
		details, err := programmeDetails(tx, []*Programme{p})
		if err != nil {
			return nil, err
		}
		return details[0], nil
	})
}

// ProgrammeNames lists the programmes that the actor sees, the last to end
// first, to choose of.
func (s *Service) ProgrammeNames(ctx context.Context, by access.Actor) ([]*Programme, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Programme, error) {
		return store.All[Programme](tx, "ends_on DESC, id", "")
	})
}
