package pages

import (
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

type earlierData struct {
	Review   *review.Detail
	Sections []askedSection
}

// Earlier lists the questions that were answered in an earlier review and are
// not answered in this one, to be confirmed at once.
func (p *Pages) Earlier(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "earlier", TitleKey: "earlier.title", Data: earlierData{d, bySection(all, asked.Confirmable)}})
}

// CertificatesAnswer answers with the supplier's certificates: the questions
// named, or all that they answer.
func (p *Pages) CertificatesAnswer(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.AnswerFromCertificates(v.UserContext(), v.Actor(), d.ID, v.typedSlots()); err != nil {
		return err
	}
	return v.Go("/reviews/"+d.ID.String(), "flash.certificates-answered")
}

// KnownConfirm answers with what our records held at issue: the questions named.
func (p *Pages) KnownConfirm(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	if slots := v.typedSlots(); len(slots) > 0 {
		if _, err := p.Services.Reviews.AnswerFromFacts(v.UserContext(), v.Actor(), d.ID, slots); err != nil {
			return err
		}
	}
	return v.Go("/reviews/"+d.ID.String(), "flash.earlier-confirmed")
}

func (v *View) typedSlots() []questionnaire.Slot {
	var slots []questionnaire.Slot
	for _, typed := range v.TypedAll("slots") {
		if slot, err := questionnaire.ParseSlot(typed); err == nil {
			slots = append(slots, slot)
		}
	}
	return slots
}

// EarlierConfirm takes over the earlier answers that are ticked.
func (p *Pages) EarlierConfirm(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	if slots := v.typedSlots(); len(slots) > 0 { // none ticked confirms none
		if _, err := p.Services.Reviews.CarryOver(v.UserContext(), v.Actor(), d.ID, slots); err != nil {
			return err
		}
	}
	return v.Go("/reviews/"+d.ID.String(), "flash.earlier-confirmed")
}
