package request

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/portfolio"
	"sicrwydd/reports"
	"sicrwydd/reports/pdf"
)

// AttachSystemReport sends the report of a system as PDF in the language asked
// for.
func AttachSystemReport(c *fiber.Ctx, report *portfolio.SystemReport) error {
	tag := ReportLanguage(c)
	doc, err := reports.SystemReport(report, tag)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, doc); err != nil {
		return err
	}
	return Attach(c, report.Risk.Reference+"-"+string(tag)+".pdf", "application/pdf", b.Bytes())
}
