package pages

import (
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

// fileChosen reports whether a file came with the form: a browser sends an
// empty one where none was chosen.
func (v *View) fileChosen() bool {
	header, err := v.FormFile("file")
	return err == nil && (header.Filename != "" || header.Size > 0)
}

// saveEvidence keeps the file of the form, one of the library, or what was typed of evidence that
// is not handed over, and reports whether there was any.
func (p *Pages) saveEvidence(v *View, q *asked) (bool, error) {
	again := ids([]string{v.Typed("library")})
	for _, id := range again {
		if _, err := p.Services.Reviews.UseAgain(v.UserContext(), v.Actor(), q.ReviewID, q.Key, q.Slot.System, id); err != nil {
			return true, err
		}
	}
	in := v.elsewhere()
	if in.Name+in.Link+in.InspectedBy+in.InspectedWhere != "" {
		if _, err := p.Services.Reviews.AddElsewhere(v.UserContext(), v.Actor(), q.ReviewID, q.Key, q.Slot.System, in); err != nil {
			return true, err
		}
	} else if !v.fileChosen() {
		return len(again) > 0, nil
	}
	if !v.fileChosen() {
		return true, nil
	}
	return true, p.saveFile(v, q)
}

// elsewhere is what was typed of evidence that is not handed over.
func (v *View) elsewhere() review.Elsewhere {
	return review.Elsewhere{Name: v.Typed("name"), Link: v.Typed("link"), InspectedBy: v.Typed("inspected_by"),
		InspectedWhere: v.Typed("inspected_where"), InspectedOn: v.TypedDate("inspected_on"), ValidTo: v.TypedDate("valid_to")}
}

// saveFile keeps the file of the form for a question; what is wrong with it is
// said at its field.
func (p *Pages) saveFile(v *View, q *asked) error {
	upload, err := request.ReadUpload(v.Ctx)
	if err != nil {
		return err
	}
	upload.ValidFrom, upload.ValidTo = v.TypedDate("valid_from"), v.TypedDate("valid_to")
	_, err = p.Services.Reviews.AddEvidence(v.UserContext(), v.Actor(), q.ReviewID, q.Key, q.Slot.System, upload)
	if f := fault.As(err); f != nil && len(f.Fields) == 0 && f.Kind != fault.KindNotFound {
		f.On("file", f.Key, f.Args)
	}
	return err
}

// EvidenceAdd keeps a file for an answer, and first the answer typed beside it.
func (p *Pages) EvidenceAdd(v *View) error {
	typed := v.typedAnswer()
	_, data, err := p.questionPage(v, &typed)
	if err != nil {
		return err
	}
	_, err = p.saveTyped(v, data.Question, &typed)
	if err == nil {
		var any bool
		if any, err = p.saveEvidence(v, data.Question); err == nil && !any {
			err = fault.Invalid("invalid").On("file", "evidence.file-missing")
		}
	}
	if v.FromHTMX() {
		return p.uploaded(v, typed, err)
	}
	if err != nil {
		return p.refuseQuestion(v, typed, err)
	}
	return v.Go(data.Question.Href(), "flash.evidence-added")
}

// uploaded answers the script that sends files one by one: the list of them
// as it now is, or why this one is not in it.
func (p *Pages) uploaded(v *View, typed typedAnswer, refused error) error {
	page, data, err := p.questionPage(v, &typed)
	if err != nil {
		return err
	}
	f := fault.As(refused)
	if refused == nil {
		return v.Fragment("evidence-list", page, nil)
	}
	if f == nil {
		return refused
	}
	data.Changed = f.Kind == fault.KindStale
	v.Status(request.Status(f.Kind))
	return v.Fragment("file-refused", page, refused)
}

// EvidenceRemove takes a file away from an answer, and first keeps what was
// typed on the page that it was on.
func (p *Pages) EvidenceRemove(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	evidence, err := v.ID("evidence")
	if err != nil {
		return err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return err
	}
	back := "/reviews/" + d.ID.String()
	if slot, err := questionnaire.ParseSlot(v.Typed("slot")); err == nil {
		if q := ofSlot(all, slot); q != nil {
			back = q.Href()
			typed := v.typedAnswer()
			if _, err := p.saveTyped(v, q, &typed); err != nil {
				return p.refuseQuestion(v, typed, err)
			}
		}
	}
	if err := p.Services.Reviews.RemoveEvidence(v.UserContext(), v.Actor(), d.ID, evidence); err != nil {
		return err
	}
	return v.Go(back, "flash.evidence-removed")
}

// EvidenceFile sends a piece of evidence, to be kept and never shown in place.
func (p *Pages) EvidenceFile(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	var evidence uuid.UUID
	if evidence, err = v.ID("evidence"); err != nil {
		return err
	}
	e, content, err := p.Services.Reviews.EvidenceFile(v.UserContext(), v.Actor(), id, evidence)
	if err != nil {
		return err
	}
	return request.Attach(v.Ctx, e.Name, e.MediaType, content)
}
