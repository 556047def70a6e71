package pages

import (
	"strconv"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// QuestionnaireList lists the questionnaires.
func (p *Pages) QuestionnaireList(v *View) error {
	rows, err := p.Services.Questionnaires.Questionnaires(v.UserContext(), v.Actor(), store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "questionnaires", TitleKey: "nav.questionnaires", Data: rows.Items})
}

type questionnaireData struct {
	*questionnaire.Questionnaire
	Versions []*questionnaire.Version
}

// Questionnaire lists the versions of one.
func (p *Pages) Questionnaire(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	data := questionnaireData{}
	if data.Questionnaire, err = p.Services.Questionnaires.Questionnaire(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	if data.Versions, err = p.Services.Questionnaires.Versions(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	title, _ := data.Title.In(v.Lang())
	return v.Show(Page{Name: "questionnaire", Title: title, Data: data})
}

type previewData struct {
	ID string
	*questionnaire.Version
	Other lang.Tag // the language that stands beside the reader's
}

// Beside gives a text in the other language, empty where there is none.
func (d previewData) Beside(text lang.Text) string {
	if other, in := text.In(d.Other); in == d.Other {
		return other
	}
	return ""
}

// QuestionnairePreview shows a version as a supplier would see it, every
// question of it, in both languages.
func (p *Pages) QuestionnairePreview(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(v.Params("number"))
	versions, err := p.Services.Questionnaires.Versions(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	for _, version := range versions {
		if version.Number == number {
			title, _ := version.Definition.Title.In(v.Lang())
			return v.Show(Page{Name: "questionnaire-preview", Title: title, Data: previewData{id.String(), version, v.Lang().Other()}})
		}
	}
	return fault.NotFound()
}

type frameworksData struct{ Items []*questionnaire.Framework }

// FrameworkList lists the frameworks.
func (p *Pages) FrameworkList(v *View) error {
	rows, err := p.Services.Questionnaires.Frameworks(v.UserContext(), v.Actor(), store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "frameworks", TitleKey: "nav.frameworks", Data: frameworksData{rows.Items}})
}

type frameworkData struct {
	*questionnaire.Framework
	Covered []*questionnaire.Covered
	Asked   int // requirements that a question asks after
}

// Framework says which requirements of a framework which questions ask after.
func (p *Pages) Framework(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	rows, err := p.Services.Questionnaires.Frameworks(v.UserContext(), v.Actor(), store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	data := frameworkData{}
	for _, f := range rows.Items {
		if f.ID == id {
			data.Framework = f
		}
	}
	if data.Framework == nil {
		return fault.NotFound()
	}
	if data.Covered, err = p.Services.Questionnaires.Coverage(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	for _, c := range data.Covered {
		if len(c.Questions) > 0 {
			data.Asked++
		}
	}
	title, _ := data.Title.In(v.Lang())
	return v.Show(Page{Name: "framework", Title: title, Data: data, Wide: true})
}
