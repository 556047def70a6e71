package pages

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

type groupsData struct {
	Items     []*directory.Group
	MayChange bool
}

// mayKeep reports whether the reader keeps what all organisations share.
func (v *View) mayKeep() bool {
	return v.Actor().National() && v.Actor().Holds(access.InventoryChange)
}

// Groups lists the governance groups.
func (p *Pages) Groups(v *View) error {
	rows, err := p.Directory.Groups(v.UserContext(), v.Actor(), store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "groups", TitleKey: "nav.groups", Data: groupsData{rows.Items, v.mayKeep()}})
}

type groupData struct {
	*directory.Group
	MayChange bool
}

// Group shows one governance group.
func (p *Pages) Group(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	group, err := p.Directory.Group(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	name, _ := group.Name.In(v.Lang())
	return v.Show(Page{Name: "group", Title: name, Data: groupData{group, v.mayKeep()}})
}

type groupForm struct {
	ID                string // empty for a new one
	Version           int
	In                directory.GroupInput
	Members, Meetings string           // one a line
	Standing          *directory.Group // the newer version, after a stale edit
}

func groupPage(f groupForm) Page {
	key := "group.change"
	if f.ID == "" {
		key = "group.new"
	}
	return Page{Name: "group-form", TitleKey: key, Data: f}
}

// typedGroup reads the form; a meeting that is no date comes out as typed, so
// that it is refused.
func (v *View) typedGroup() groupForm {
	f := groupForm{Members: v.Typed("members"), Meetings: v.Typed("meeting_dates")}
	f.In = directory.GroupInput{Name: v.TypedText("name"), Purpose: v.TypedText("purpose"), Members: linesOf(f.Members)}
	for _, line := range linesOf(f.Meetings) {
		f.In.Meetings = append(f.In.Meetings, dayOf(line))
	}
	return f
}

func linesOf(text string) []string {
	all := []string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// dayOf reads a day in figures, as 27 3 2026 or 27/3/2026.
func dayOf(typed string) calendar.Date {
	parts := strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == '/' || r == '.' })
	if len(parts) != 3 {
		return calendar.Date(typed)
	}
	for i := range 2 {
		if len(parts[i]) == 1 {
			parts[i] = "0" + parts[i]
		}
	}
	return calendar.Date(parts[2] + "-" + parts[1] + "-" + parts[0])
}

// GroupNew is the form for a governance group.
func (p *Pages) GroupNew(v *View) error {
	if !v.mayKeep() {
		return fault.Forbidden("forbidden")
	}
	return v.Show(groupPage(groupForm{}))
}

// GroupAdd enters a governance group.
func (p *Pages) GroupAdd(v *View) error {
	f := v.typedGroup()
	group, err := p.Directory.AddGroup(v.UserContext(), v.Actor(), f.In)
	return p.groupSaved(v, f, group, err)
}

func (p *Pages) groupSaved(v *View, f groupForm, group *directory.Group, err error) error {
	if err == nil {
		return v.Go("/groups/"+group.ID.String(), "flash.saved")
	}
	if refused := fault.As(err); refused != nil && refused.Kind == fault.KindStale {
		if now, ok := refused.Current.(*directory.Group); ok {
			f.Standing, f.Version = now, now.Version
		}
	}
	return v.Refuse(err, groupPage(f))
}

// GroupEdit is the form to change a governance group.
func (p *Pages) GroupEdit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	group, err := p.Directory.Group(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	if !v.mayKeep() {
		return fault.Forbidden("forbidden")
	}
	f := groupForm{ID: id.String(), Version: group.Version, Members: strings.Join(group.Members, "\n"),
		In: directory.GroupInput{Name: group.Name, Purpose: group.Purpose}}
	for _, day := range group.Meetings {
		split := splitDay(day)
		f.Meetings += split.Day + " " + split.Month + " " + split.Year + "\n"
	}
	return v.Show(groupPage(f))
}

// GroupChange changes a governance group.
func (p *Pages) GroupChange(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	f := v.typedGroup()
	f.ID = id.String()
	f.Version, _ = strconv.Atoi(v.Typed("version"))
	group, err := p.Directory.ChangeGroup(v.UserContext(), v.Actor(), id, f.Version, func(in *directory.GroupInput) error {
		*in = f.In
		return nil
	})
	return p.groupSaved(v, f, group, err)
}

// AppointmentAdd records who holds which role at an organisation.
func (p *Pages) AppointmentAdd(v *View) error {
	in := directory.AppointmentInput{Role: directory.AppointmentRole(v.Typed("role")), Deputy: v.Typed("deputy") == "yes", PersonName: v.Typed("person_name"),
		Email: v.Typed("email"), Phone: v.Typed("phone"), FromOn: v.TypedDate("from_on"), UntilOn: v.TypedDate("until_on")}
	page, id, err := p.organisationPage(v, in)
	if err != nil {
		return err
	}
	if _, err := p.Directory.Appoint(v.UserContext(), v.Actor(), id, in); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/organisations/"+id.String(), "flash.saved")
}

// AppointmentEnd ends an appointment with today.
func (p *Pages) AppointmentEnd(v *View) error {
	page, id, err := p.organisationPage(v, directory.AppointmentInput{})
	if err != nil {
		return err
	}
	appointment, err := uuid.Parse(v.Params("appointment"))
	if err != nil {
		return fault.NotFound()
	}
	if _, err := p.Directory.EndAppointment(v.UserContext(), v.Actor(), id, appointment); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/organisations/"+id.String(), "flash.ended")
}
