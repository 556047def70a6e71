package api

import (
	"bytes"
	"context"
	"html"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/reports"
	"sicrwydd/reports/document"
)

type packOut struct {
	ID             uuid.UUID     `json:"id"`
	Reference      string        `json:"reference"`
	Version        int           `json:"version"`
	OrganisationID *uuid.UUID    `json:"organisation_id" nullable:"true"`
	GroupID        *uuid.UUID    `json:"governance_group_id" nullable:"true"`
	ProgrammeID    *uuid.UUID    `json:"programme_id" nullable:"true"`
	MeetingOn      calendar.Date `json:"meeting_on"`
	State          pack.State    `json:"state" enum:"requested,made,published,failed"`
	Progress       int           `json:"progress" doc:"Per cent of its making"`
	Access         pack.Access   `json:"access" enum:"private,public"`
	Note           lang.Text     `json:"note"`
	MadeAt         *time.Time    `json:"made_at" nullable:"true"`
	PublishedAt    *time.Time    `json:"published_at" nullable:"true"`
	Code           *string       `json:"code" nullable:"true"`
	Superseded     bool          `json:"superseded"`
}

func showPack(v pack.View) packOut {
	return packOut{v.ID, v.Reference, v.Version, v.OrganisationID, v.GovernanceGroupID, v.ProgrammeID, v.MeetingOn, v.State, v.Progress, v.Access, v.Note,
		v.MadeAt, v.PublishedAt, v.Code, v.Superseded()}
}

func packShown(status int, p *pack.Pack, err error) (*thing[packOut], error) {
	if err != nil {
		return nil, err
	}
	return shown(status, p.Version, showPack(pack.View{Pack: p})), nil
}

// Packs lists the packs of boards and groups, the latest meeting first.
func (a *API) Packs(ctx context.Context, in *struct{ Page }) (*list[packOut], error) {
	rows, err := a.Services.Packs.Packs(ctx, actor(ctx), in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showPack), nil
}

// Pack gives one pack.
func (a *API) Pack(ctx context.Context, in *ByID) (*thing[packOut], error) {
	v, err := a.Services.Packs.Pack(ctx, actor(ctx), in.ID)
	return packShown(http.StatusOK, v.Pack, err)
}

// RequestPack asks for a pack, which a job makes.
func (a *API) RequestPack(ctx context.Context, in *struct{ Body pack.PackInput }) (*thing[packOut], error) {
	p, err := a.Services.Packs.Request(ctx, actor(ctx), in.Body)
	return packShown(http.StatusCreated, p, err)
}

// PublishPack sends a pack to its readers.
func (a *API) PublishPack(ctx context.Context, in *struct {
	ByID
	Body pack.Publication
}) (*thing[packOut], error) {
	p, err := a.Services.Packs.Publish(ctx, actor(ctx), in.ID, in.Body)
	return packShown(http.StatusOK, p, err)
}

// BoardPDF drafts a pack at once.
func (a *API) BoardPDF(c *fiber.Ctx) error {
	paper, err := a.draft(c)
	if err != nil {
		return err
	}
	return request.AttachDraft(c, paper)
}

// BoardHTML drafts a pack at once, as a page of its own.
func (a *API) BoardHTML(c *fiber.Ctx) error {
	paper, err := a.draft(c)
	if err != nil {
		return err
	}
	doc, err := reports.Pack(paper, request.ReportLanguage(c))
	if err != nil {
		return err
	}
	return sendHTML(c, doc)
}

func (a *API) draft(c *fiber.Ctx) (*pack.Paper, error) {
	f, err := request.PackScope(c)
	if err != nil {
		return nil, err
	}
	return a.Services.Packs.Draft(c.UserContext(), actor(c.UserContext()), f)
}

// PackPDF sends a kept pack: the very file that went out, once it has.
func (a *API) PackPDF(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	name, content, err := a.Services.Packs.Print(c.UserContext(), actor(c.UserContext()), id, request.ReportLanguage(c))
	if err != nil {
		return err
	}
	return request.Attach(c, name, "application/pdf", content)
}

// PackXLSX sends a kept pack as a workbook.
func (a *API) PackXLSX(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	return request.AttachBook(c, a.Services.Packs, actor(c.UserContext()), id)
}

// sendHTML sends a document as a page of its own.
func sendHTML(c *fiber.Ctx, doc *document.Document) error {
	var b bytes.Buffer
	if err := reports.HTML(&b, doc); err != nil {
		return err
	}
	title := html.EscapeString(doc.Title)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Type("html", "utf-8")
	return c.SendString(`<!DOCTYPE html><html lang="` + string(doc.Lang) + `"><head><meta charset="utf-8"><title>` + title +
		`</title><link rel="stylesheet" href="/assets/app.css"></head><body><main class="nhsuk-width-container nhsuk-main-wrapper"><h1 class="nhsuk-heading-xl">` +
		title + `</h1>` + b.String() + `</main></body></html>`)
}
