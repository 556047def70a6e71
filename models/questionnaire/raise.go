package questionnaire

import (
	"math/big"
	"slices"
)

// Raise is the shortest list of what would lead to the next band.
type Raise struct {
	To    Rating `json:"to"`
	Steps []Step `json:"steps"`
	// Certain: with all the steps the rating is at least To. It is not where
	// a closed gate is among them, for what lies behind it is not known.
	Certain bool `json:"certain"`
	// Blocked names a cap that no step can lift (a desk review).
	Blocked CapReason `json:"blocked,omitempty"`
}

// StepAction is what a step asks for.
type StepAction string

// What a step can ask for.
const (
	// Improve: be met.
	Improve StepAction = "improve"
	// ShowEvidence: be judged on more than a claim.
	ShowEvidence StepAction = "show_evidence"
	// OpenGate: opens Opens questions, result unknown.
	OpenGate StepAction = "open_gate"
)

// Step is one thing that would help. Gain is what it adds to the score, nil
// for a gate.
type Step struct {
	Slot      Slot       `json:"slot"`
	Action    StepAction `json:"action"`
	Essential bool       `json:"essential"`
	Gain      *big.Rat   `json:"gain"`
	Opens     int        `json:"opens,omitempty"`
	// OnEvidence: for a tier 1 system, and a claim alone would not do.
	OnEvidence bool `json:"on_evidence,omitempty"`
}

// raise lists first the essentials that the next band does not allow, the
// largest gain first, then the largest gains until its threshold. Closed gates
// come where they hold an essential that must go, and at the end where the
// known gains do not suffice.
func (s *SystemScore) raise() *Raise {
	to, above := OneBandBetter(s.WorkedOut)
	if !above {
		return nil
	}
	list := &climb{score: s, raise: Raise{To: to, Steps: []Step{}, Certain: true}, reached: new(big.Rat).Set(s.Score)}
	for _, c := range s.caps {
		if c.Reason == DeskReview && Better(to, c.Limit) {
			list.raise.Blocked, list.raise.Certain = DeskReview, false
			return &list.raise
		}
	}
	list.essentials(to)
	list.evidence(to)
	list.gains(to.threshold())
	return &list.raise
}

// climb is a list of steps while it is made.
type climb struct {
	score   *SystemScore
	raise   Raise
	reached *big.Rat
}

// essentials takes the essentials that the band does not allow: for
// substantial all that are not met or partly met, for reasonable all that are
// not met, for limited all of those but one.
func (c *climb) essentials(to Rating) {
	var held []*Point
	allowed := 0
	if to == Limited {
		allowed = 1
	}
	for _, p := range c.byGain() {
		if p.Essential && (p.Outcome == NotMet || (p.Outcome == PartlyMet && to == Substantial)) {
			held = append(held, p)
		}
	}
	// Those with a known gain first; the gates that hold the others after.
	excess := len(held) - allowed
	for _, p := range held {
		if excess > 0 && !p.ByGate() && c.opens(p.Slot) == 0 {
			c.improve(p)
			excess--
		}
	}
	for _, p := range held {
		if excess <= 0 {
			return
		}
		if p.ByGate() || c.opens(p.Slot) > 0 {
			excess -= c.open(p, held)
		}
	}
}

// open lists the gates that hold p, or p itself where it is one, and gives how
// many of the essentials in question that newly covers.
func (c *climb) open(p *Point, held []*Point) int {
	gates := p.HeldBy
	if !p.ByGate() {
		gates = []Slot{p.Slot}
	}
	covered := func() int {
		n := 0
		for _, q := range held {
			if c.listed(q.Slot) || slices.ContainsFunc(q.HeldBy, c.listed) {
				n++
			}
		}
		return n
	}
	before := covered()
	for _, gate := range gates {
		c.openGate(gate)
	}
	return covered() - before
}

// evidence takes, where the next band needs it, the essentials of a tier 1
// system that were judged on a claim alone; those that must become met anyway
// must do so on evidence.
func (c *climb) evidence(to Rating) {
	for _, limit := range c.score.caps {
		if limit.Reason != EssentialOnClaim || !Better(to, limit.Limit) {
			continue
		}
		for _, slot := range limit.Slots {
			if !c.listed(slot) {
				c.raise.Steps = append(c.raise.Steps,
					Step{Slot: slot, Action: ShowEvidence, Essential: true, Gain: new(big.Rat)})
			}
		}
		for i := range c.raise.Steps {
			step := &c.raise.Steps[i]
			step.OnEvidence = step.OnEvidence || slices.Contains(limit.Slots, step.Slot)
		}
	}
}

// gains takes the largest known gains until the threshold is reached, and all
// closed gates where they do not suffice.
func (c *climb) gains(threshold *big.Rat) {
	points := c.byGain()
	for _, p := range points {
		if c.reached.Cmp(threshold) >= 0 {
			return
		}
		if p.gain().Sign() > 0 && !p.ByGate() && c.opens(p.Slot) == 0 && !c.listed(p.Slot) {
			c.improve(p)
		}
	}
	if c.reached.Cmp(threshold) >= 0 {
		return
	}
	for _, p := range points {
		for _, gate := range p.HeldBy {
			c.openGate(gate)
		}
	}
}

func (c *climb) improve(p *Point) {
	gain := p.gain()
	c.reached.Add(c.reached, gain)
	c.raise.Steps = append(c.raise.Steps, Step{Slot: p.Slot, Action: Improve, Essential: p.Essential, Gain: gain})
}

func (c *climb) openGate(gate Slot) {
	if c.listed(gate) {
		return
	}
	step := Step{Slot: gate, Action: OpenGate, Opens: c.opens(gate)}
	for i := range c.score.Points {
		if c.score.Points[i].Slot == gate {
			step.Essential = c.score.Points[i].Essential
		}
	}
	c.raise.Steps = append(c.raise.Steps, step)
	c.raise.Certain = false
}

// opens counts the questions that a gate holds; 0 for what is no closed gate.
func (c *climb) opens(gate Slot) int {
	n := 0
	for i := range c.score.Points {
		if slices.Contains(c.score.Points[i].HeldBy, gate) {
			n++
		}
	}
	return n
}

func (c *climb) listed(slot Slot) bool {
	return slices.ContainsFunc(c.raise.Steps, func(s Step) bool { return s.Slot == slot })
}

// byGain gives the points that count, largest gain first, in the order of the
// version where equal.
func (c *climb) byGain() []*Point {
	var points []*Point
	for i := range c.score.Points {
		if c.score.Points[i].Worth != nil {
			points = append(points, &c.score.Points[i])
		}
	}
	slices.SortStableFunc(points, func(a, b *Point) int { return b.gain().Cmp(a.gain()) })
	return points
}

// gain is what being met would add.
func (p *Point) gain() *big.Rat { return new(big.Rat).Sub(p.Share, p.Contribution) }
