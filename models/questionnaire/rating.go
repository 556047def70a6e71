package questionnaire

import (
	"math/big"

	"sicrwydd/models/fault"
)

// RuleVersion names the rules of scoring in these files; a rating carries it,
// so that it can be rebuilt when the rules have moved on.
const RuleVersion = "2026.1"

// Outcome is what a reviewer judged.
type Outcome string

// The outcomes of a judgement.
const (
	Met           Outcome = "met"
	PartlyMet     Outcome = "partly_met"
	NotMet        Outcome = "not_met"
	NotApplicable Outcome = "not_applicable"
)

// Outcomes lists the outcomes of a judgement, best first.
var Outcomes = []Outcome{Met, PartlyMet, NotMet, NotApplicable}

// Basis is what a judgement rests on.
type Basis string

// What a judgement can rest on. Empty counts as a claim.
const (
	Claim             Basis = "claim"
	Document          Basis = "document"
	IndependentReport Basis = "independent_report"
	Tested            Basis = "tested"
)

// Bases lists what a judgement can rest on, weakest first.
var Bases = []Basis{Claim, Document, IndependentReport, Tested}

// Judgement is a reviewer's outcome for a slot and its basis.
type Judgement struct {
	Outcome Outcome `json:"outcome"`
	Basis   Basis   `json:"basis"`
}

// onClaim reports whether the judgement rests on the supplier's word alone.
func (j Judgement) onClaim() bool { return j.Basis == Claim || j.Basis == "" }

// worth is what an outcome adds to the score: 1, a half or nothing. Nil for
// not applicable, which leaves the sum.
func (o Outcome) worth() *big.Rat {
	switch o {
	case Met:
		return big.NewRat(1, 1)
	case PartlyMet:
		return big.NewRat(1, 2)
	case NotMet:
		return new(big.Rat)
	}
	return nil
}

// Rating is the assurance rating of a pair of supplier and system.
type Rating string

// The ratings. A review that cannot be rated is not rated; a supplier or a
// system without a current rating is not assured.
const (
	Substantial    Rating = "substantial"
	Reasonable     Rating = "reasonable"
	Limited        Rating = "limited"
	Unsatisfactory Rating = "unsatisfactory"
	NotRated       Rating = "not_rated"
	NotAssured     Rating = "not_assured"
)

// The scores from which a rating is given.
var (
	SubstantialFrom = big.NewRat(85, 100)
	ReasonableFrom  = big.NewRat(65, 100)
	LimitedFrom     = big.NewRat(40, 100)
)

// bands are the ratings that a review can give, best first.
var bands = []Rating{Substantial, Reasonable, Limited, Unsatisfactory}

// Band gives the rating of a score, before any cap.
func Band(score *big.Rat) Rating {
	switch {
	case score == nil:
		return NotRated
	case score.Cmp(SubstantialFrom) >= 0:
		return Substantial
	case score.Cmp(ReasonableFrom) >= 0:
		return Reasonable
	case score.Cmp(LimitedFrom) >= 0:
		return Limited
	}
	return Unsatisfactory
}

// threshold is the score that a rating needs.
func (r Rating) threshold() *big.Rat {
	switch r {
	case Substantial:
		return SubstantialFrom
	case Reasonable:
		return ReasonableFrom
	case Limited:
		return LimitedFrom
	}
	return new(big.Rat)
}

// rank orders ratings from the worst: unsatisfactory, not assured, limited,
// reasonable, substantial. What is not rated stands where not assured does:
// nothing is known to be wrong, and nothing to be right.
func (r Rating) rank() int {
	switch r {
	case Substantial:
		return 4
	case Reasonable:
		return 3
	case Limited:
		return 2
	case Unsatisfactory:
		return 0
	}
	return 1
}

// Better reports whether a is a better rating than b.
func Better(a, b Rating) bool { return a.rank() > b.rank() }

// WorstRating gives the worst of ratings: what a supplier shows over its
// systems and a review over its pairs. Not rated where there are none.
func WorstRating(ratings ...Rating) Rating {
	if len(ratings) == 0 {
		return NotRated
	}
	worst := ratings[0]
	for _, r := range ratings[1:] {
		if Better(worst, r) {
			worst = r
		}
	}
	return worst
}

// OneBandBetter gives the next better rating. There is none above substantial,
// and none next to "not rated".
func OneBandBetter(r Rating) (Rating, bool) {
	for i := 1; i < len(bands); i++ {
		if bands[i] == r {
			return bands[i-1], true
		}
	}
	return r, false
}

// CheckProposal applies the rule on a reviewer's own rating: at most one band
// better than the one worked out, never above a cap, and none where the
// result is not rated. Any worse rating may be proposed.
func (s *SystemScore) CheckProposal(proposed Rating) error {
	known := false
	for _, band := range bands {
		known = known || band == proposed
	}
	switch {
	case !known:
		return fault.Invalid("rating.unknown").On("rating", "rating.unknown")
	case s.WorkedOut == NotRated:
		return fault.Invalid("rating.not-rated-stands").On("rating", "rating.not-rated-stands")
	case Better(proposed, s.Cap):
		return fault.Invalid("rating.above-cap").On("rating", "rating.above-cap")
	}
	if next, _ := OneBandBetter(s.WorkedOut); Better(proposed, next) {
		return fault.Invalid("rating.more-than-one-band-better").On("rating", "rating.more-than-one-band-better")
	}
	return nil
}

// Percent gives a score for display, rounded down, so that nothing looks like
// a band that it has not reached: 0.8499 is 84. No score is 0.
func Percent(score *big.Rat) int {
	if score == nil {
		return 0
	}
	hundredfold := new(big.Int).Mul(score.Num(), big.NewInt(100))
	return int(hundredfold.Quo(hundredfold, score.Denom()).Int64())
}
