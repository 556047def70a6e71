package pages

import (
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

type returnData struct {
	Review   *review.Detail
	Sections []askedSection
	Chosen   []string
	Message  lang.Text
}

func (p *Pages) returnPage(v *View, data returnData) (Page, error) {
	var err error
	if data.Review, err = p.forReview(v); err != nil {
		return Page{}, err
	}
	all, err := p.asked(v, data.Review)
	data.Sections = bySection(all, everyQuestion)
	return Page{Name: "return", TitleKey: "return.title", Data: data}, err
}

// ReturnForm asks which questions are to be answered again, and why.
func (p *Pages) ReturnForm(v *View) error {
	page, err := p.returnPage(v, returnData{Chosen: []string{v.Query("question")}})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// Return gives questions back to the supplier.
func (p *Pages) Return(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	data := returnData{Chosen: v.TypedAll("questions"), Message: v.TypedText("message")}
	in := review.ReturnInput{Message: data.Message}
	for _, typed := range data.Chosen {
		if slot, err := questionnaire.ParseSlot(typed); err == nil {
			in.Slots = append(in.Slots, slot)
		}
	}
	if _, err := p.Services.Reviews.Return(v.UserContext(), v.Actor(), id, in); err != nil {
		page, pageErr := p.returnPage(v, data)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String(), "flash.returned")
}
