package request

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/reports"
)

// PackScope reads of what a pack is to be: each part may be left out, and what
// is no id leads nowhere.
func PackScope(c *fiber.Ctx) (portfolio.PositionFilter, error) {
	var f portfolio.PositionFilter
	for name, to := range map[string]*uuid.UUID{"organisation": &f.OrganisationID, "group": &f.GroupID, "programme": &f.ProgrammeID} {
		if text := c.Query(name); text != "" {
			id, err := uuid.Parse(text)
			if err != nil {
				return f, fault.NotFound()
			}
			*to = id
		}
	}
	return f, nil
}

// sheetType is the media type of a workbook.
const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// AttachBook sends a kept pack as a workbook in the language asked for: from
// the figures that were kept with it, so that it says what the pack says.
func AttachBook(c *fiber.Ctx, packs *pack.Service, by access.Actor, id uuid.UUID) error {
	paper, err := packs.Paper(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	tag := ReportLanguage(c)
	content, err := reports.PackBook(paper, tag)
	if err != nil {
		return err
	}
	return Attach(c, paper.Reference+"-"+string(tag)+".xlsx", sheetType, content)
}

// AttachDraft sends a pack that is not kept as PDF in the language asked for.
func AttachDraft(c *fiber.Ctx, paper *pack.Paper) error {
	tag := ReportLanguage(c)
	content, err := reports.PrintPack(paper, tag)
	if err != nil {
		return err
	}
	return Attach(c, "draft-"+string(tag)+".pdf", "application/pdf", content)
}
