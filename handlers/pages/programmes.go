package pages

import (
	"html/template"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/reports/document"
	"sicrwydd/templates"
	"sicrwydd/templates/components"
)

type programmesData struct {
	Items  []review.ProgrammeRow
	Next   string
	MayAdd bool
}

// Programmes lists the programmes of reviews.
func (p *Pages) Programmes(v *View) error {
	rows, err := p.Services.Reviews.Programmes(v.UserContext(), v.Actor(), store.Paging{After: v.Query("after")})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "programmes", TitleKey: "nav.programmes", Data: programmesData{rows.Items, rows.Next, v.Actor().Holds(access.ReviewPlan)}, Wide: true})
}

// programmeChoices are the choices of a programme.
func (p *Pages) programmeChoices(v *View) ([]choice, error) {
	rows, err := p.Services.Reviews.ProgrammeNames(v.UserContext(), v.Actor())
	var all []choice
	for _, row := range rows {
		title, _ := row.Title.In(v.Lang())
		all = append(all, choice{row.ID.String(), title})
	}
	return all, err
}

// mostHolders is how many of those who hold something up a page shows.
const mostHolders = 30

type programmeData struct {
	*review.ProgrammeDetail
	Progress *review.ProgrammeProgress
	Figure   template.HTML
	Holders  []review.Holder
	More     int // holders that are not shown
	// MayReport: a pack may be drafted of it.
	MayReport bool
}

// AllStages lists the stages of a system, for the columns of the table.
func (programmeData) AllStages() []review.Stage { return review.Stages }

// Done counts the systems that are signed off.
func (d programmeData) Done() int { return d.Progress.Stages[review.DoneWith] }

// Behind reports whether less is done than should be by now.
func (d programmeData) Behind() bool { return d.Done() < d.Progress.Due }

// Plannable reports whether something is left to plan, by a reader who may.
func (d programmeData) Plannable() bool {
	return d.MayPlan && d.Progress.Stages[review.NotPlanned] > 0
}

// Programme shows how far a programme is, and who holds what up.
func (p *Pages) Programme(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	data := programmeData{}
	if data.ProgrammeDetail, err = p.Services.Reviews.Programme(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	if data.Progress, err = p.Services.Reviews.ProgrammeProgress(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	data.MayReport = mayMake(v.Actor(), access.ReportDraft)
	data.Holders = data.Progress.Holders[:min(len(data.Progress.Holders), mostHolders)]
	data.More = len(data.Progress.Holders) - len(data.Holders)
	if data.Figure, err = v.burnUp(data.Progress.BurnUp); err != nil {
		return err
	}
	title, _ := data.Title.In(v.Lang())
	return v.Show(Page{Name: "programme", Title: title, Data: data, Wide: true})
}

// burnUp draws what is done beside what should be, month by month.
func (v *View) burnUp(points []review.BurnPoint) (template.HTML, error) {
	words := templates.Words(v.Lang())
	done, err := words.T("programme.done")
	if err != nil {
		return "", err
	}
	due, err := words.T("programme.due")
	if err != nil {
		return "", err
	}
	curves := []document.Curve{{Name: done}, {Name: due}}
	var labels []string
	for _, point := range points {
		labels = append(labels, string(point.On[5:7])+"/"+string(point.On[2:4]))
		curves[1].Counts = append(curves[1].Counts, point.Due)
		if point.Done != nil {
			curves[0].Counts = append(curves[0].Counts, *point.Done)
		}
	}
	return v.figure(document.Trend(labels, curves), "programme.burn-alt")
}

type programmeForm struct {
	ID           string // empty for a new one
	Version      int
	In           review.ProgrammeInput
	Owner        string
	Owners       []components.Option
	Starts, Ends typedDay
	Systems      []*portfolio.SystemView // to choose of at the start, by an organisation
	Chosen       []string
	Standing     *review.Programme // the newer version, after a stale edit
}

func (p *Pages) programmePage(v *View, f programmeForm) (Page, error) {
	owners, err := p.Services.Reviews.ProgrammeOwners(v.UserContext(), v.Actor(), f.In.SystemIDs)
	if err != nil {
		return Page{}, err
	}
	known := f.Owner == ""
	for _, o := range owners {
		f.Owners = append(f.Owners, option(o.ID.String(), o.Name))
		known = known || o.ID.String() == f.Owner
	}
	if !known { // has left, and stays until another is named
		name, err := templates.Words(v.Lang()).T("programme.owner-as-is")
		if err != nil {
			return Page{}, err
		}
		f.Owners = append(f.Owners, option(f.Owner, name))
	}
	key := "programme.edit"
	if f.ID == "" {
		key = "programme.new"
		if !v.Actor().National() {
			f.Systems, err = p.plannable(v, portfolio.SystemFilter{}, "")
		}
	}
	return Page{Name: "programme-form", TitleKey: key, Data: f}, err
}

// plannable lists live systems whose reviews the reader may plan.
func (p *Pages) plannable(v *View, f portfolio.SystemFilter, after string) ([]*portfolio.SystemView, error) {
	f.Status = inventory.Live
	rows, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), f, store.Paging{Limit: 200, After: after})
	return v.ownOf(rows.Items), err
}

// ownOf leaves those that the reader's organisation hosts; nationally all.
func (v *View) ownOf(systems []*portfolio.SystemView) []*portfolio.SystemView {
	if v.Actor().National() {
		return systems
	}
	return slices.DeleteFunc(systems, func(s *portfolio.SystemView) bool {
		return !slices.Contains(v.Actor().OrganisationIDs, s.HostOrganisationID)
	})
}

// ProgrammeNew is the form for a new programme.
func (p *Pages) ProgrammeNew(v *View) error {
	f := programmeForm{Owner: v.Actor().UserID.String()}
	page, err := p.programmePage(v, f)
	if err != nil {
		return err
	}
	data := page.Data.(programmeForm)
	for _, s := range data.Systems {
		data.Chosen = append(data.Chosen, s.ID.String())
	}
	page.Data = data
	return v.Show(page)
}

// typedProgramme reads the form into what stands.
func (v *View) typedProgramme(in *review.ProgrammeInput) error {
	in.Title, in.Purpose = v.TypedText("title"), v.TypedText("purpose")
	in.StartsOn, in.EndsOn = v.TypedDate("starts_on"), v.TypedDate("ends_on")
	in.OwnerID = nil
	if owner, err := uuid.Parse(v.Typed("owner_id")); err == nil {
		in.OwnerID = &owner
	}
	return nil
}

// ProgrammeAdd begins a programme; its systems are chosen next.
func (p *Pages) ProgrammeAdd(v *View) error {
	in := review.ProgrammeInput{SystemIDs: ids(v.TypedAll("system_ids"))}
	_ = v.typedProgramme(&in)
	d, err := p.Services.Reviews.CreateProgramme(v.UserContext(), v.Actor(), in)
	if err != nil {
		return p.refuseProgramme(v, err, programmeForm{In: in, Chosen: v.TypedAll("system_ids")})
	}
	if len(in.SystemIDs) > 0 {
		return v.Go("/programmes/"+d.ID.String(), "flash.saved")
	}
	return v.Go("/programmes/"+d.ID.String()+"/systems", "flash.saved")
}

func (p *Pages) refuseProgramme(v *View, err error, f programmeForm) error {
	if fault.Is(err, fault.KindNotFound) {
		return err
	}
	if stale := fault.As(err); stale != nil && stale.Kind == fault.KindStale {
		if now, ok := stale.Current.(*review.Programme); ok {
			f.Standing, f.Version = now, now.Version
		}
	}
	f.Owner, f.Starts, f.Ends = v.Typed("owner_id"), v.typedDay("starts_on"), v.typedDay("ends_on")
	page, pageErr := p.programmePage(v, f)
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

// ProgrammeEdit is the form to change a programme.
func (p *Pages) ProgrammeEdit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	d, err := p.Services.Reviews.Programme(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	if !d.MayPlan {
		return fault.Forbidden("forbidden")
	}
	f := programmeForm{ID: d.ID.String(), Version: d.Version, In: d.Input(), Starts: splitDay(d.StartsOn), Ends: splitDay(d.EndsOn)}
	if d.OwnerID != nil {
		f.Owner = d.OwnerID.String()
	}
	page, err := p.programmePage(v, f)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// ProgrammeChange changes a programme.
func (p *Pages) ProgrammeChange(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	if _, err := p.Services.Reviews.ChangeProgramme(v.UserContext(), v.Actor(), id, version, v.typedProgramme); err != nil {
		f := programmeForm{ID: id.String(), Version: version}
		_ = v.typedProgramme(&f.In)
		return p.refuseProgramme(v, err, f)
	}
	return v.Go("/programmes/"+id.String(), "flash.saved")
}
