package pages

import (
	"bytes"
	"html/template"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/reports"
	"sicrwydd/reports/document"
	"sicrwydd/reports/pdf"
	"sicrwydd/reports/sheet"
	"sicrwydd/templates"
	"sicrwydd/templates/components"
)

type packNewData struct {
	Scopes     []components.Option
	Scope      string
	Programmes []components.Option // none: there is none to narrow to
	Programme  string
	Meeting    typedDay
}

// PackNew asks for whom a pack is to be made, and for which meeting.
func (p *Pages) PackNew(v *View) error {
	page, err := p.packNewPage(v, packNewData{Scope: v.Query("scope"), Programme: v.Query("programme")})
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) packNewPage(v *View, data packNewData) (Page, error) {
	choices, err := p.Packs.Choices(v.UserContext(), v.Actor())
	if err != nil {
		return Page{}, err
	}
	offer := func(value, text string) {
		data.Scopes = append(data.Scopes, components.Option{Value: &value, Text: text})
	}
	if v.Actor().National() {
		all, err := templates.Words(v.Lang()).T("packs.all")
		if err != nil {
			return Page{}, err
		}
		offer("", all)
	}
	for _, g := range choices.Groups {
		name, _ := g.Name.In(v.Lang())
		offer("group:"+g.ID.String(), name)
	}
	for _, o := range choices.Organisations {
		name, _ := o.Name.In(v.Lang())
		offer("organisation:"+o.ID.String(), name)
	}
	if len(choices.Programmes) > 0 {
		every, err := templates.Words(v.Lang()).T("packs.no-programme")
		if err != nil {
			return Page{}, err
		}
		data.Programmes = append(data.Programmes, option("", every))
	}
	for _, programme := range choices.Programmes {
		title, _ := programme.Title.In(v.Lang())
		data.Programmes = append(data.Programmes, option(programme.ID.String(), title))
	}
	return Page{Name: "pack-new", TitleKey: "packs.new", Data: data}, nil
}

// scopeOf reads whom a pack is for, as the form offers it.
func scopeOf(text string) (f portfolio.PositionFilter, err error) {
	kind, id, _ := strings.Cut(text, ":")
	switch kind {
	case "organisation":
		f.OrganisationID, err = uuid.Parse(id)
	case "group":
		f.GroupID, err = uuid.Parse(id)
	}
	if err != nil {
		err = fault.NotFound()
	}
	return f, err
}

// PackRequest asks for a pack, or shows a draft of it at once.
func (p *Pages) PackRequest(v *View) error {
	f, err := scopeOf(v.Typed("scope"))
	if programme := v.Typed("programme"); err == nil && programme != "" {
		if f.ProgrammeID, err = uuid.Parse(programme); err != nil {
			err = fault.NotFound()
		}
	}
	if err != nil {
		return err
	}
	if v.Typed("then") == "draft" {
		return v.Go("/reports/draft"+scopeQuery(f), "")
	}
	made, err := p.Packs.Request(v.UserContext(), v.Actor(), pack.PackInput{OrganisationID: f.OrganisationID, GroupID: f.GroupID, ProgrammeID: f.ProgrammeID, MeetingOn: v.TypedDate("meeting_on")})
	if err != nil {
		page, pageErr := p.packNewPage(v, packNewData{Scope: v.Typed("scope"), Programme: v.Typed("programme"), Meeting: v.typedDay("meeting_on")})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reports/"+made.ID.String(), "")
}

// scopeQuery is a scope as addresses carry it.
func scopeQuery(f portfolio.PositionFilter) string {
	q := url.Values{}
	for name, id := range map[string]uuid.UUID{"organisation": f.OrganisationID, "group": f.GroupID, "programme": f.ProgrammeID} {
		if id != uuid.Nil {
			q.Set(name, id.String())
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

type packDraftData struct {
	Body                         template.HTML
	English, Welsh, Sheet, Other string
	OtherKey                     string
}

// PackDraft shows a pack as it would be now.
func (p *Pages) PackDraft(v *View) error { return p.showDraft(v, "draft", "actions", reports.Pack) }

// Tracker shows every action that is not verified.
func (p *Pages) Tracker(v *View) error {
	return p.showDraft(v, "actions", "draft", reports.ActionTracker)
}

type writes func(*pack.Paper, lang.Tag) (*document.Document, error)

func (p *Pages) draft(v *View) (*pack.Paper, portfolio.PositionFilter, error) {
	f, err := request.PackScope(v.Ctx)
	if err != nil {
		return nil, f, err
	}
	paper, err := p.Packs.Draft(v.UserContext(), v.Actor(), f)
	return paper, f, err
}

func (p *Pages) showDraft(v *View, name, other string, write writes) error {
	paper, f, err := p.draft(v)
	if err != nil {
		return err
	}
	doc, err := write(paper, v.Lang())
	if err != nil {
		return err
	}
	body, err := bodyOf(doc)
	if err != nil {
		return err
	}
	query := scopeQuery(f)
	join := "?"
	if query != "" {
		join = query + "&"
	}
	keys := map[string]string{"draft": "packs.draft-title", "actions": "packs.tracker"}
	return v.Show(Page{Name: "pack-draft", Title: doc.Title, Data: packDraftData{Body: body, English: "/reports/" + name + ".pdf" + join + "lang=en",
		Welsh: "/reports/" + name + ".pdf" + join + "lang=cy", Sheet: "/reports/" + name + ".xlsx" + query, Other: "/reports/" + other + query, OtherKey: keys[other]}})
}

func bodyOf(doc *document.Document) (template.HTML, error) {
	var b bytes.Buffer
	err := reports.HTML(&b, doc)
	return template.HTML(b.String()), err //nolint:gosec // HTML escapes every text
}

// PackDraftPDF sends the draft of a pack.
func (p *Pages) PackDraftPDF(v *View) error {
	paper, _, err := p.draft(v)
	if err != nil {
		return err
	}
	return request.AttachDraft(v.Ctx, paper)
}

// TrackerPDF sends the actions that are not verified.
func (p *Pages) TrackerPDF(v *View) error {
	paper, _, err := p.draft(v)
	if err != nil {
		return err
	}
	tag := request.ReportLanguage(v.Ctx)
	doc, err := reports.ActionTracker(paper, tag)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, doc); err != nil {
		return err
	}
	return request.Attach(v.Ctx, "actions-"+string(tag)+".pdf", "application/pdf", b.Bytes())
}

// PackDraftSheet sends the systems of a draft as a workbook.
func (p *Pages) PackDraftSheet(v *View) error { return p.sendSheet(v, "systems", reports.SystemsSheet) }

// TrackerSheet sends the actions that are not verified as a workbook.
func (p *Pages) TrackerSheet(v *View) error { return p.sendSheet(v, "actions", reports.ActionsSheet) }

func (p *Pages) sendSheet(v *View, name string, write func(*pack.Paper, lang.Tag) (*sheet.Sheet, error)) error {
	paper, _, err := p.draft(v)
	if err != nil {
		return err
	}
	out, err := write(paper, v.Lang())
	if err != nil {
		return err
	}
	if err := p.Identity.Took(v.UserContext(), v.Actor(), "reports/"+name+".xlsx"); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := out.XLSX(&b); err != nil {
		return err
	}
	return request.Attach(v.Ctx, name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b.Bytes())
}

type packData struct {
	Pack    pack.View
	Body    template.HTML
	Publish bool
	Note    lang.Text
	Access  string
}

// Pack shows a pack: how far its making is, and then what it says.
func (p *Pages) Pack(v *View) error {
	page, err := p.packPage(v, packData{Access: string(pack.Private)})
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) packPage(v *View, data packData) (Page, error) {
	id, err := v.ID("id")
	if err != nil {
		return Page{}, err
	}
	if data.Pack, err = p.Packs.Pack(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, err
	}
	page := Page{Name: "pack", TitleKey: "packs.title"}
	data.Publish = data.Pack.State == pack.Made && data.Pack.MayPublish && v.Actor().Holds(access.ReportPublish)
	if data.Pack.Snapshot != nil {
		paper, err := p.Packs.Paper(v.UserContext(), v.Actor(), id)
		if err != nil {
			return Page{}, err
		}
		doc, err := reports.Pack(paper, v.Lang())
		if err != nil {
			return Page{}, err
		}
		page.Title = doc.Title
		if data.Body, err = bodyOf(doc); err != nil {
			return Page{}, err
		}
	}
	page.Data = data
	return page, nil
}

// PackPDF sends a kept pack: the very file that went out, once it has.
func (p *Pages) PackPDF(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	name, content, err := p.Packs.Print(v.UserContext(), v.Actor(), id, request.ReportLanguage(v.Ctx))
	if err != nil {
		return err
	}
	return request.Attach(v.Ctx, name, "application/pdf", content)
}

// PackSheet sends a kept pack as a workbook.
func (p *Pages) PackSheet(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return request.AttachBook(v.Ctx, p.Packs, v.Actor(), id)
}

// PackPublish sends a pack to its readers.
func (p *Pages) PackPublish(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	in := pack.Publication{Access: pack.Access(v.Typed("access")), Note: v.TypedText("note")}
	if _, err := p.Packs.Publish(v.UserContext(), v.Actor(), id, in); err != nil {
		page, pageErr := p.packPage(v, packData{Note: in.Note, Access: string(in.Access)})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reports/"+id.String(), "flash.pack-published")
}
