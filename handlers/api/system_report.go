package api

import (
	"github.com/gofiber/fiber/v2"

	"sicrwydd/handlers/request"
	"sicrwydd/models/portfolio"
	"sicrwydd/reports"
)

func (a *API) systemReport(c *fiber.Ctx) (*portfolio.SystemReport, error) {
	id, err := pathID(c, "id")
	if err != nil {
		return nil, err
	}
	return a.Portfolio.SystemReport(c.UserContext(), actor(c.UserContext()), id)
}

// SystemReportPDF sends the report of a system.
func (a *API) SystemReportPDF(c *fiber.Ctx) error {
	report, err := a.systemReport(c)
	if err != nil {
		return err
	}
	return request.AttachSystemReport(c, report)
}

// SystemReportHTML sends the report of a system as a page of its own.
func (a *API) SystemReportHTML(c *fiber.Ctx) error {
	report, err := a.systemReport(c)
	if err != nil {
		return err
	}
	doc, err := reports.SystemReport(report, request.ReportLanguage(c))
	if err != nil {
		return err
	}
	return sendHTML(c, doc)
}
