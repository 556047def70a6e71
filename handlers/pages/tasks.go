package pages

import (
	"slices"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/review"
)

type tasksData struct {
	Review        *review.Detail
	Sections      []askedSection
	Returned      []asked
	Return        *review.ReturnView // the latest, while returned
	Answering     bool
	Lead          bool
	Missing       int
	AccuracyCheck bool // the draft may be commented on today
	Findings      bool
	Confirmable   int      // questions whose earlier answer may be confirmed
	Certified     int      // questions that a certificate answers
	Told          []*asked // questions as our records answer them
	// Progress says who was given each section and who answered last, for a
	// lead whose colleagues answer too.
	Progress map[string]review.SectionProgress
}

// answersTaken reports whether a review takes answers in its state.
func answersTaken(d *review.Detail) bool {
	return d.State == review.Issued || d.State == review.InProgress || d.State == review.Returned
}

// accuracyCheckOpen reports whether the supplier may still comment on the draft.
func accuracyCheckOpen(d *review.Detail) bool {
	return d.State == review.Assessed && d.AccuracyCheck != nil && calendar.On(time.Now()) <= *d.AccuracyCheck
}

// missing gives the questions that stand in the way of submitting.
func missing(all []asked) []asked {
	var left []asked
	for _, q := range all {
		if q.Stands() {
			left = append(left, q)
		}
	}
	return left
}

// reviewTasks is the supplier's page of a review: what is asked, how far each
// section is, and what comes next.
func (p *Pages) reviewTasks(v *View, d *review.Detail) error {
	all, err := p.asked(v, d)
	if err != nil {
		return err
	}
	data := tasksData{Review: d, Sections: bySection(all, everyQuestion), Answering: answersTaken(d),
		Lead: v.Actor().Has(access.SupplierLead), Missing: len(missing(all)), AccuracyCheck: accuracyCheckOpen(d)}
	data.Findings = data.Lead && (d.State == review.Assessed || d.State == review.SignedOff)
	if d.State == review.Returned && len(d.Returns) > 0 {
		data.Return = &d.Returns[0]
	}
	for _, q := range all {
		if q.Confirmable() {
			data.Confirmable++
		}
		if q.Certifiable() {
			data.Certified++
		}
		if told := q.Told(); told != nil {
			data.Told = append(data.Told, told)
		}
		if q.Returned {
			data.Returned = append(data.Returned, q)
		}
	}
	if data.Lead && len(d.Respondents) > 1 {
		progress, err := p.Services.Reviews.Sections(v.UserContext(), v.Actor(), d.ID)
		if err != nil {
			return err
		}
		data.Progress = map[string]review.SectionProgress{}
		for _, section := range progress {
			data.Progress[section.Key] = section
		}
	}
	return v.Show(Page{Name: "tasks", Title: d.Reference, Data: data})
}

type sectionData struct {
	Review  *review.Detail
	Section askedSection
	Next    *askedSection
	Answers bool // one of the questions may be answered now
}

// Section lists the questions of one section with their state.
func (p *Pages) Section(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return err
	}
	sections := bySection(all, everyQuestion)
	for i, section := range sections {
		if section.Key != v.Params("section") {
			continue
		}
		data := sectionData{Review: d, Section: section,
			Answers: slices.ContainsFunc(section.Questions, func(q asked) bool { return q.MayAnswer })}
		if i+1 < len(sections) {
			data.Next = &sections[i+1]
		}
		title, _ := section.Title.In(v.Lang())
		return v.Show(Page{Name: "section", Title: title, Data: data})
	}
	return fault.NotFound()
}
