package questionnaire

import (
	"cmp"
	"math/big"

	"github.com/google/uuid"
)

// Options are what the score of a review depends on beside its judgements.
type Options struct {
	// Desk: an official answered for the supplier, from papers.
	Desk bool
}

// Scorecard is the result of a review: one score for each pair of its
// supplier and a system. It is part of the assessment that is signed.
type Scorecard struct {
	RuleVersion string        `json:"rule_version"`
	Systems     []SystemScore `json:"systems"`
}

// SystemScore is the result for one pair.
type SystemScore struct {
	System uuid.UUID `json:"system_id"`
	// Score is exact, from 0 to 1; nil when not rated.
	Score *big.Rat `json:"score"`
	// Band is the rating by the score alone, WorkedOut the one after the
	// caps. Cap is the best that the caps allow: also a proposal stays
	// within it.
	Band      Rating `json:"band"`
	WorkedOut Rating `json:"worked_out"`
	Cap       Rating `json:"cap"`
	// CappedBy are the caps that made the rating worse than its band; the
	// rating says so before its score.
	CappedBy []Cap          `json:"capped_by"`
	Sections []SectionScore `json:"sections"`
	Points   []Point        `json:"points"`
	// ShownWeight is of the shown questions, ApplicableWeight of those of them
	// that are judged and do apply: less than half is not rated.
	ShownWeight      int `json:"shown_weight"`
	ApplicableWeight int `json:"applicable_weight"`
	// Judged counts the judgements, ClaimsOnly those of them that rest on
	// the supplier's word alone.
	Judged     int `json:"judged"`
	ClaimsOnly int `json:"claims_only"`
	// Raise says what would lead to the next band; nil where there is none.
	Raise *Raise `json:"raise,omitempty"`

	caps []Cap // all that apply, whether or not they bind
}

// SectionScore is the result of one section of a pair. Score is nil for a
// section in which nothing counts: it leaves the sum.
type SectionScore struct {
	Key           string   `json:"key"`
	Weight        int      `json:"weight"`
	Score         *big.Rat `json:"score"`
	Met           int      `json:"met"`
	PartlyMet     int      `json:"partly_met"`
	NotMet        int      `json:"not_met"`
	NotApplicable int      `json:"not_applicable"`
	Unjudged      int      `json:"unjudged"`
	// ByGate counts the hidden questions among the not met.
	ByGate int `json:"by_gate"`
}

// Point is what one slot adds to the score of a pair.
type Point struct {
	Slot      Slot   `json:"slot"`
	Section   string `json:"section"`
	Weight    int    `json:"weight"`
	Essential bool   `json:"essential"`
	// Outcome is what it counts as: the judgement, or not met for a question
	// that a gate hides. Basis is empty for the latter.
	Outcome Outcome `json:"outcome"`
	Basis   Basis   `json:"basis,omitempty"`
	// HeldBy are the gates for which a hidden question counts as not met.
	HeldBy []Slot `json:"held_by,omitempty"`
	// Worth is 1, 1/2 or 0; nil for not applicable.
	Worth *big.Rat `json:"worth"`
	// Share is what the slot adds when met; Contribution what it adds now.
	Share        *big.Rat `json:"share"`
	Contribution *big.Rat `json:"contribution"`
}

// ByGate reports whether the slot is hidden and counts because of a gate.
func (p *Point) ByGate() bool { return len(p.HeldBy) > 0 }

// Score works out the result of a review from its judgements.
func Score(def *Definition, facts Facts, answers map[Slot]Answer, judgements map[Slot]Judgement, options Options) Scorecard {
	sheet := Evaluate(def, facts, answers)
	gates := findGates(def, sheet, func(item *Item) bool {
		outcome := judgements[item.Slot].Outcome
		return outcome == NotMet || outcome == PartlyMet
	})
	card := Scorecard{RuleVersion: RuleVersion, Systems: []SystemScore{}}
	points := map[Slot]Point{}
	for i := range sheet.Items {
		item := &sheet.Items[i]
		if point, counts := pointOf(item, judgements, gates); counts {
			points[item.Slot] = point
		}
	}
	for _, system := range facts.Systems {
		score := SystemScore{System: system.ID, CappedBy: []Cap{}, Points: []Point{}}
		score.collect(sheet, points, judgements)
		score.rate(def, facts.system(system.ID).Tier, options)
		score.Raise = score.raise()
		card.Systems = append(card.Systems, score)
	}
	return card
}

// Of gives the result of a system, or nil.
func (c *Scorecard) Of(system uuid.UUID) *SystemScore {
	for i := range c.Systems {
		if c.Systems[i].System == system {
			return &c.Systems[i]
		}
	}
	return nil
}

// Worst gives the worst of the ratings that were worked out.
func (c *Scorecard) Worst() Rating {
	var ratings []Rating
	for _, s := range c.Systems {
		ratings = append(ratings, s.WorkedOut)
	}
	return WorstRating(ratings...)
}

// pointOf says what a slot counts as: its judgement where it is shown, not met
// where a gate keeps it from being asked. A question without a weight is not
// judged for the score.
func pointOf(item *Item, judgements map[Slot]Judgement, gates *gates) (Point, bool) {
	q := item.Question
	if q.Weight == 0 {
		return Point{}, false
	}
	point := Point{Slot: item.Slot, Section: item.Section.Key, Weight: q.Weight, Essential: q.Essential}
	if item.Shown {
		judgement, judged := judgements[item.Slot]
		point.Outcome, point.Basis = judgement.Outcome, judgement.Basis
		if judgement.onClaim() {
			point.Basis = Claim
		}
		point.Worth = judgement.Outcome.worth()
		return point, judged
	}
	point.HeldBy = gates.holding(item)
	point.Outcome, point.Worth = NotMet, NotMet.worth()
	return point, point.ByGate()
}

// collect takes together what belongs to the pair: the questions that the
// supplier answers once, and those of the system.
func (s *SystemScore) collect(sheet *Sheet, points map[Slot]Point, judgements map[Slot]Judgement) {
	for _, item := range sheet.Items {
		if item.Slot.System != uuid.Nil && item.Slot.System != s.System {
			continue
		}
		section := s.section(item.Section)
		point, counts := points[item.Slot]
		if counts {
			s.Points = append(s.Points, point)
			section.count(point)
		}
		judgement, judged := judgements[item.Slot]
		if !item.Shown {
			continue
		}
		if judged {
			s.Judged++
			if judgement.onClaim() {
				s.ClaimsOnly++
			}
		}
		s.ShownWeight += item.Question.Weight
		if judged && judgement.Outcome != NotApplicable {
			s.ApplicableWeight += item.Question.Weight
		}
		if item.Question.Weight > 0 && !judged {
			section.Unjudged++
		}
	}
}

// section gives the section's score, begun when its first question comes.
func (s *SystemScore) section(section *Section) *SectionScore {
	if n := len(s.Sections); n == 0 || s.Sections[n-1].Key != section.Key {
		s.Sections = append(s.Sections, SectionScore{Key: section.Key, Weight: section.Weight})
	}
	return &s.Sections[len(s.Sections)-1]
}

func (s *SectionScore) count(p Point) {
	switch p.Outcome {
	case Met:
		s.Met++
	case PartlyMet:
		s.PartlyMet++
	case NotMet:
		s.NotMet++
	case NotApplicable:
		s.NotApplicable++
	}
	if p.ByGate() {
		s.ByGate++
	}
}

// rate turns points into the score and the rating.
func (s *SystemScore) rate(def *Definition, tier int, options Options) {
	score, sections := weigh(def, s.Points)
	for i := range s.Sections {
		s.Sections[i].Score = sections[s.Sections[i].Key]
	}
	// Less than half of the shown weight applicable: not rated. Only shown
	// questions are asked about, so whether there is a rating never depends
	// on how well anything is met.
	if s.ApplicableWeight == 0 || 2*s.ApplicableWeight < s.ShownWeight {
		score = nil
	}
	s.Score, s.Band = score, Band(score)
	s.caps = s.everyCap(tier, options)
	s.Cap = Substantial
	for _, c := range s.caps {
		s.Cap = WorstRating(s.Cap, c.Limit)
	}
	s.WorkedOut = s.Band
	if s.Band == NotRated {
		return
	}
	s.WorkedOut = WorstRating(s.Band, s.Cap)
	for _, c := range s.caps {
		if Better(s.Band, c.Limit) {
			s.CappedBy = append(s.CappedBy, c)
		}
	}
}

// weigh works out the score of points: in each section the weighted mean of
// what counts, over the sections their weighted mean. Sections in which
// nothing counts leave the sum. It notes in each point its share and its
// contribution. Exact throughout; nil where nothing counts at all.
func weigh(def *Definition, points []Point) (*big.Rat, map[string]*big.Rat) {
	weights := map[string]int64{}
	for _, p := range points {
		if p.Worth != nil {
			weights[p.Section] += int64(p.Weight)
		}
	}
	total := int64(0)
	sectionWeight := map[string]int64{}
	for _, section := range def.Sections {
		if weights[section.Key] > 0 {
			sectionWeight[section.Key] = int64(section.Weight)
			total += int64(section.Weight)
		}
	}
	if total == 0 {
		return nil, nil
	}
	score, sections := new(big.Rat), map[string]*big.Rat{}
	for i := range points {
		p := &points[i]
		p.Share, p.Contribution = new(big.Rat), new(big.Rat)
		if p.Worth == nil {
			continue
		}
		inSection := big.NewRat(int64(p.Weight), weights[p.Section])
		p.Share.Mul(inSection, big.NewRat(sectionWeight[p.Section], total))
		p.Contribution.Mul(p.Share, p.Worth)
		score.Add(score, p.Contribution)
		if sections[p.Section] == nil {
			sections[p.Section] = new(big.Rat)
		}
		sections[p.Section].Add(sections[p.Section], inSection.Mul(inSection, p.Worth))
	}
	return score, sections
}

// Compare gives 1 where b is a better outcome than o, -1 where a worse one, and
// 0 where they are alike or either is none of met, partly met and not met.
func (o Outcome) Compare(b Outcome) int {
	worth := map[Outcome]int{Met: 3, PartlyMet: 2, NotMet: 1}
	if worth[o] == 0 || worth[b] == 0 {
		return 0
	}
	return cmp.Compare(worth[b], worth[o])
}
