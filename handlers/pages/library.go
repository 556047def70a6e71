package pages

import (
	"slices"

	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/templates/components"
)

type libraryData struct{ Files []review.LibraryFile }

// Library lists the files that the reader's supplier has given as evidence.
func (p *Pages) Library(v *View) error {
	files, err := p.Services.Reviews.Library(v.UserContext(), v.Actor())
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "library", TitleKey: "library.title", Wide: true, Data: libraryData{files}})
}

// libraryFor gives the files that may be used again for a question.
func (p *Pages) libraryFor(v *View, q *asked) ([]components.Option, error) {
	if !q.MayAnswer || !v.Actor().OnSupplierSide() || q.Evidence == questionnaire.EvidenceNever && q.Type != questionnaire.File {
		return nil, nil
	}
	files, err := p.Services.Reviews.Library(v.UserContext(), v.Actor())
	if err != nil {
		return nil, err
	}
	var options []components.Option
	for _, file := range files {
		here := slices.ContainsFunc(q.Files(), func(e review.EvidenceView) bool { return e.SHA256 == file.SHA256 })
		if !here && !file.Expired {
			options = append(options, option(file.ID.String(), file.Name+" ("+file.Reference+")"))
		}
	}
	if len(options) == 0 {
		return nil, nil
	}
	return append([]components.Option{option("", "")}, options...), nil
}
