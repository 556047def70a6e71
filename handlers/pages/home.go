package pages

import (
	"slices"

	"sicrwydd/models/access"
	"sicrwydd/models/pack"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

// task is one thing that needs the reader, with the next step.
type task struct {
	Review *review.Detail
	Step   string // names the next step in the locale files, under "step."
	Href   string
}

type homeData struct {
	Tasks   []task
	Desk    *deskData // an official's
	Packs   []pack.View
	Reports []review.ReportSummary
}

// onDesk are the next steps that an official finds on the desk.
var onDesk = map[string]bool{"issue": true, "assign": true, "chase": true}

// Home says what needs the reader today.
func (p *Pages) Home(v *View) error {
	if v.Visit.Signed == nil {
		return v.Show(Page{Name: "home", TitleKey: "home.title", Data: templates.HomeData{}})
	}
	var data homeData
	if by := v.Actor(); by.OnSupplierSide() || by.Holds(access.ReviewJudge) || by.Holds(access.ReviewSign) {
		rows, err := p.Services.Reviews.Reviews(v.UserContext(), v.Actor(), review.Filter{OpenOnly: true}, store.Paging{Limit: 200})
		if err != nil {
			return err
		}
		for _, d := range rows.Items {
			if step, href := nextStep(v.Actor(), d); step != "" && !onDesk[step] {
				data.Tasks = append(data.Tasks, task{d, step, href})
			}
		}
	}
	if v.Actor().Holds(access.ReviewPlan) && !v.Actor().OnSupplierSide() {
		var err error
		if data.Desk, err = p.desk(v); err != nil {
			return err
		}
	}
	if v.Actor().Holds(access.ReportRead) {
		rows, err := p.Services.Reviews.Reports(v.UserContext(), v.Actor(), store.Paging{Limit: 5})
		if err != nil {
			return err
		}
		data.Reports = rows.Items
	}
	if v.Actor().Holds(access.ReportRead) && !v.Actor().OnSupplierSide() && data.Desk == nil {
		rows, err := p.Packs.Packs(v.UserContext(), v.Actor(), store.Paging{Limit: 3})
		if err != nil {
			return err
		}
		data.Packs = rows.Items
	}
	return v.Show(Page{Name: "work", TitleKey: "nav.work", Data: data, Wide: true})
}

// nextStep says what the reader may do next in a review; nothing where it
// waits for somebody else.
func nextStep(by access.Actor, d *review.Detail) (step, href string) {
	base := "/reviews/" + d.ID.String()
	assigned := slices.Contains(d.ReviewerIDs, by.UserID)
	switch {
	case by.OnSupplierSide() && (d.State == review.Issued || d.State == review.InProgress):
		return "answer", base
	case by.OnSupplierSide() && d.State == review.Returned:
		return "answer-again", base
	case by.OnSupplierSide() && d.State == review.Assessed:
		return "check-draft", base + "/findings"
	case by.OnSupplierSide():
		return "", ""
	case d.Kind == review.Desk && answersTaken(d) && by.Holds(access.AnswerWrite):
		return "answer", base + "/check"
	case d.State == review.Planned && by.Holds(access.ReviewPlan):
		return "issue", base + "/issue"
	case (d.State == review.Submitted || d.State == review.InAssessment) && assigned:
		return "judge", base + "/judge"
	case d.State == review.Submitted && len(d.ReviewerIDs) == 0 && by.Holds(access.ReviewPlan):
		return "assign", base + "/edit"
	case d.State == review.Assessed && by.Holds(access.ReviewSign):
		return "sign", base + "/sign-off"
	case d.Overdue && by.Holds(access.ReviewPlan):
		return "chase", base
	}
	return "", ""
}
