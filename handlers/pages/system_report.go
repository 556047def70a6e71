package pages

import (
	"html/template"

	"sicrwydd/handlers/request"
	"sicrwydd/models/lang"
	"sicrwydd/reports"
)

type systemReportData struct {
	ID   string
	Name lang.Text
	Body template.HTML
}

// SystemReport shows the report of a system as a page.
func (p *Pages) SystemReport(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	report, err := p.Portfolio.SystemReport(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	doc, err := reports.SystemReport(report, v.Lang())
	if err != nil {
		return err
	}
	body, err := bodyOf(doc)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "system-report", Title: doc.Title, Data: systemReportData{id.String(), report.Risk.Name, body}})
}

// SystemReportPDF sends the report of a system as a file.
func (p *Pages) SystemReportPDF(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	report, err := p.Portfolio.SystemReport(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	return request.AttachSystemReport(v.Ctx, report)
}
