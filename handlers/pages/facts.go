package pages

import (
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

type factsData struct {
	Review      *review.Detail
	Systems     []questionnaire.SystemFacts
	Corrections []*review.FactCorrection
	Names       map[uuid.UUID]lang.Text
	In          review.FactInput
	Proposes    bool
	Decides     bool
}

// KindOf names the values of a fact in the locale files.
func (factsData) KindOf(fact string) string {
	switch fact {
	case questionnaire.FactHostingKind:
		return "hosting.kind"
	case questionnaire.FactHostingCountry:
		return "country"
	case questionnaire.FactDataCategories:
		return "data_category"
	}
	return fact
}

// Choices are the values that a fact may have.
func (factsData) Choices(fact string) []string {
	var choices []string
	switch fact {
	case questionnaire.FactHostingKind:
		for _, kind := range inventory.HostingKinds {
			choices = append(choices, string(kind))
		}
	case questionnaire.FactExposure:
		for _, exposure := range inventory.Exposures {
			choices = append(choices, string(exposure))
		}
	case questionnaire.FactDataCategories:
		for _, category := range inventory.DataCategories {
			choices = append(choices, string(category))
		}
	}
	return choices
}

// Values gives a fact of a system as a list; nil is not known.
func (factsData) Values(system questionnaire.SystemFacts, fact string) []string {
	switch {
	case fact == questionnaire.FactDataCategories:
		return system.DataCategories
	case fact == questionnaire.FactHostingKind && system.HostingKind != "":
		return []string{system.HostingKind}
	case fact == questionnaire.FactHostingCountry && system.HostingCountry != "":
		return []string{system.HostingCountry}
	case fact == questionnaire.FactExposure && system.Exposure != "":
		return []string{system.Exposure}
	}
	return nil
}

// Facts lists what a supplier may say is wrong.
func (factsData) Facts() []string { return review.CorrectableFacts }

// Typed reports whether a form for a fact of a system was sent and refused.
func (d factsData) Typed(system uuid.UUID, fact string) bool {
	return d.In.SystemID == system && d.In.Fact == fact
}

func (p *Pages) factsPage(v *View, in review.FactInput) (Page, *review.Detail, error) {
	d, err := p.forReview(v)
	if err != nil {
		return Page{}, nil, err
	}
	systems, corrections, err := p.Services.Reviews.Facts(v.UserContext(), v.Actor(), d.ID)
	data := factsData{Review: d, Systems: systems, Corrections: corrections, Names: systemNames(d), In: in,
		Proposes: v.Actor().Has(access.SupplierLead), Decides: v.Actor().Holds(access.ReviewPlan)}
	return Page{Name: "facts", TitleKey: "facts.title", Data: data}, d, err
}

// FactsPage shows what the inventory says of the systems of a review, and what
// the supplier says is wrong in it.
func (p *Pages) FactsPage(v *View) error {
	page, _, err := p.factsPage(v, review.FactInput{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// FactCorrect proposes another fact.
func (p *Pages) FactCorrect(v *View) error {
	in := review.FactInput{Fact: v.Typed("fact"), Proposed: v.TypedAll("proposed"), Reason: v.Typed("reason")}
	if in.Fact == questionnaire.FactHostingCountry && len(in.Proposed) == 1 {
		in.Proposed[0] = strings.ToUpper(in.Proposed[0])
	}
	in.SystemID, _ = uuid.Parse(v.Typed("system_id"))
	page, d, err := p.factsPage(v, in)
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.CorrectFact(v.UserContext(), v.Actor(), d.ID, in); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+d.ID.String()+"/facts", "flash.fact-proposed")
}

// FactDecide accepts or refuses a correction.
func (p *Pages) FactDecide(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	id, err := v.ID("correction")
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.DecideFact(v.UserContext(), v.Actor(), d.ID, id, review.FactDecision(v.Typed("decision"))); err != nil {
		return err
	}
	return v.Go("/reviews/"+d.ID.String()+"/facts", "flash.saved")
}
