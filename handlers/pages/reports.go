package pages

import (
	"bytes"
	"html/template"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/reports"
	"sicrwydd/reports/pdf"
)

type reportsData struct {
	Packs        []pack.View
	NextPacks    string
	MayMake      bool
	MayDraft     bool
	MayTranslate bool
	Items        []review.ReportSummary
	Next         string
}

// Reports lists the packs and the reports of reviews that the reader may read.
func (p *Pages) Reports(v *View) error {
	packs, err := p.Packs.Packs(v.UserContext(), v.Actor(), store.Paging{After: v.Query("packs")})
	if err != nil {
		return err
	}
	rows, err := p.Services.Reviews.Reports(v.UserContext(), v.Actor(), store.Paging{After: v.Query("after")})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "reports", TitleKey: "nav.reports", Data: reportsData{packs.Items, packs.Next, mayMake(v.Actor(), access.ReportPublish), mayMake(v.Actor(), access.ReportDraft), mayMake(v.Actor(), access.FindingWrite), rows.Items, rows.Next}, Wide: true})
}

// mayMake reports whether to offer what makes packs: the domain decides.
func mayMake(by access.Actor, p access.Permission) bool { return by.Holds(p) && !by.OnSupplierSide() }

type reportData struct {
	ID, Reference string
	Body          template.HTML
	Tags          []lang.Tag
}

// Report shows the report of a review as a page.
func (p *Pages) Report(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	snapshot, err := p.Services.Reviews.Report(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	document, err := reports.ReviewReport(snapshot, v.Lang())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := reports.HTML(&b, document); err != nil {
		return err
	}
	return v.Show(Page{Name: "report", Title: document.Title, Data: reportData{id.String(), snapshot.Reference, template.HTML(b.String()), lang.All}}) //nolint:gosec // HTML escapes every text
}

// ReportPDF sends the report of a review as a file.
func (p *Pages) ReportPDF(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	snapshot, err := p.Services.Reviews.Report(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	tag := request.ReportLanguage(v.Ctx)
	document, err := reports.ReviewReport(snapshot, tag)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, document); err != nil {
		return err
	}
	return request.Attach(v.Ctx, snapshot.Reference+"-"+string(tag)+".pdf", "application/pdf", b.Bytes())
}
