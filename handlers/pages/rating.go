package pages

import (
	"fmt"
	"math/big"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
)

// ratedSystem is the result of one system with all that explains it.
type ratedSystem struct {
	questionnaire.SystemScore
	Name     lang.Text
	Rating   questionnaire.Rating // the reviewer's, where there is an assessment
	Reason   string               // of a rating other than the worked-out one
	Caps     []ratedCap
	Sections []ratedSection
	Points   []ratedPoint
	Steps    []ratedStep
	Proposal review.Proposal // as typed
}

type ratedCap struct {
	questionnaire.Cap
	Questions []asked
}

type ratedSection struct {
	questionnaire.SectionScore
	Title lang.Text
}

type ratedPoint struct {
	questionnaire.Point
	Question *asked
	Adds, Of string
}

type ratedStep struct {
	questionnaire.Step
	Question *asked
	Adds     string
}

// share writes what part of the score something is, in per cent to one place.
func share(r *big.Rat) string {
	if r == nil {
		return ""
	}
	return new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(1) + "%"
}

// rated names what a scorecard speaks of.
func rated(card *questionnaire.Scorecard, d *review.Detail, all []asked) []ratedSystem {
	names, titles := systemNames(d), map[string]lang.Text{}
	for _, q := range all {
		titles[q.Section.Key] = q.Section.Title
	}
	var systems []ratedSystem
	for _, score := range card.Systems {
		s := ratedSystem{SystemScore: score, Name: names[score.System], Rating: score.WorkedOut}
		for _, view := range d.Ratings {
			if view.SystemID == score.System {
				s.Rating, s.Reason = view.Rating, view.Reason
			}
		}
		for _, c := range score.CappedBy {
			row := ratedCap{Cap: c}
			for _, slot := range c.Slots {
				if q := ofSlot(all, slot); q != nil {
					row.Questions = append(row.Questions, *q)
				}
			}
			s.Caps = append(s.Caps, row)
		}
		for _, section := range score.Sections {
			s.Sections = append(s.Sections, ratedSection{section, titles[section.Key]})
		}
		for _, point := range score.Points {
			s.Points = append(s.Points, ratedPoint{point, ofSlot(all, point.Slot), share(point.Contribution), share(point.Share)})
		}
		if score.Raise != nil {
			for _, step := range score.Raise.Steps {
				s.Steps = append(s.Steps, ratedStep{step, ofSlot(all, step.Slot), share(step.Gain)})
			}
		}
		systems = append(systems, s)
	}
	return systems
}

type ratingData struct {
	Review   *review.Detail
	Systems  []ratedSystem
	Unjudged []asked
	Final    bool // as assessed; else as it builds up
	Judging  bool
	Days     string
	Reason   string
}

func (p *Pages) ratingData(v *View) (ratingData, error) {
	d, err := p.forReview(v)
	if err != nil {
		return ratingData{}, err
	}
	card, err := p.Services.Reviews.Rating(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return ratingData{}, err
	}
	all, err := p.asked(v, d)
	data := ratingData{Review: d, Systems: rated(card, d, all), Final: d.State == review.Assessed || d.State == review.SignedOff,
		Judging: judgingTaken(d), Days: "14"}
	for _, q := range all {
		if q.Shown && q.Weight > 0 && q.Judgement == nil {
			data.Unjudged = append(data.Unjudged, q)
		}
	}
	return data, err
}

// Rating explains the rating point by point.
func (p *Pages) Rating(v *View) error {
	data, err := p.ratingData(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "rating", TitleKey: "rating.title", Data: data, Wide: true})
}

// AssessForm shows the worked-out rating, to be fixed or proposed otherwise.
func (p *Pages) AssessForm(v *View) error {
	data, err := p.ratingData(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "assess", TitleKey: "assess.title", Data: data})
}

// Assess fixes the rating and shares the draft. A system without a proposal is
// given as worked out, so that the place of a wrong one among those given is
// its place in the form.
func (p *Pages) Assess(v *View) error {
	data, err := p.ratingData(v)
	if err != nil {
		return err
	}
	data.Days, data.Reason = v.Typed("accuracy_check_days"), v.Typed("accuracy_check_reason")
	invalid := fault.Invalid("invalid")
	in := review.AssessInput{AccuracyCheckReason: data.Reason, AccuracyCheckDays: number(data.Days, "accuracy_check_days", invalid)}
	for i := range data.Systems {
		s := &data.Systems[i]
		at := fmt.Sprintf("proposals/%d/", i)
		s.Proposal = review.Proposal{SystemID: s.System, Rating: questionnaire.Rating(v.Typed(at + "rating")), Reason: v.Typed(at + "reason")}
		given := s.Proposal
		if given.Rating == "" {
			given.Rating, given.Reason = s.WorkedOut, ""
		}
		if given.Rating != questionnaire.NotRated {
			in.Proposals = append(in.Proposals, given)
		}
	}
	if err = invalid.OrNil(); err == nil {
		_, err = p.Services.Reviews.Assess(v.UserContext(), v.Actor(), data.Review.ID, in)
	}
	if err != nil {
		return v.Refuse(err, Page{Name: "assess", TitleKey: "assess.title", Data: data})
	}
	return v.Go("/reviews/"+data.Review.ID.String(), "flash.assessed")
}
