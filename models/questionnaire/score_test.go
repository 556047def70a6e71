package questionnaire

import (
	"encoding/json"
	"math/big"
	"reflect"
	"testing"

	"sicrwydd/models/fault"
)

// scoreOf is the result of a review of one system.
func scoreOf(def *Definition, facts Facts, given answers, made judgements, options ...Options) *SystemScore {
	var o Options
	if len(options) > 0 {
		o = options[0]
	}
	card := Score(def, facts, given, made, o)
	return card.Of(facts.Systems[0].ID)
}

func wantScore(t *testing.T, s *SystemScore, num, denom int64, rating Rating) {
	t.Helper()
	if want := big.NewRat(num, denom); s.Score == nil || s.Score.Cmp(want) != 0 {
		t.Errorf("score %v, want %v", s.Score, want)
	}
	if s.WorkedOut != rating {
		t.Errorf("rating %s, want %s", s.WorkedOut, rating)
	}
}

func TestASectionIsTheWeightedMeanAndAPairThatOfItsSections(t *testing.T) {
	heavy := section("heavy", ask("a", weighing(3)), ask("b"), ask("light", weighing(0)))
	heavy.Weight = 2
	def := version(heavy, section("other", ask("c"), ask("d", mayNotApply)), section("empty", ask("e", weighing(0))))
	facts := oneSystem(2)
	got := scoreOf(def, facts, answeringYes(def, facts), judgements{
		at("a"): judged(Met), at("b"): judged(NotMet), at("light"): judged(NotMet),
		at("c"): judged(PartlyMet), at("d"): judged(NotApplicable), at("e"): judged(NotMet),
	})
	// heavy: 3/4, twice; other: 1/2, once; empty leaves the sum: (3/2 + 1/2) / 3
	wantScore(t, got, 2, 3, Reasonable)
	if got.Sections[0].Score.Cmp(big.NewRat(3, 4)) != 0 || got.Sections[2].Score != nil {
		t.Errorf("sections %+v", got.Sections)
	}
	if s := got.Sections[1]; s.PartlyMet != 1 || s.NotApplicable != 1 || s.Met+s.NotMet+s.Unjudged != 0 {
		t.Errorf("counts of a section %+v", s)
	}
	sum := new(big.Rat)
	for _, p := range got.Points {
		sum.Add(sum, p.Contribution)
	}
	if sum.Cmp(got.Score) != 0 {
		t.Errorf("the points add up to %v, the score is %v", sum, got.Score)
	}
}

func TestAPairHasTheSuppliersQuestionsAndItsOwn(t *testing.T) {
	def := version(section("s", ask("shared"), ask("own", perSystem)))
	facts := twoSystems()
	given := answeringYes(def, facts)
	card := Score(def, facts, given, judgements{
		at("shared"): judged(Met), of("own", systemA): judged(Met), of("own", systemB): judged(NotMet),
	}, Options{})
	wantScore(t, card.Of(systemA), 1, 1, Substantial)
	wantScore(t, card.Of(systemB), 1, 2, Limited)
	if card.Worst() != Limited {
		t.Errorf("the worst is %s", card.Worst())
	}
	if card.RuleVersion != RuleVersion {
		t.Errorf("rule version %q", card.RuleVersion)
	}
}

func TestLessThanHalfApplicableIsNotRated(t *testing.T) {
	def := version(section("s", ask("a", weighing(2)), ask("b", weighing(2)), ask("c")))
	facts := oneSystem(2)
	made := judgements{at("a"): judged(Met), at("b"): judged(NotApplicable), at("c"): judged(Met)}
	wantScore(t, scoreOf(def, facts, nil, made), 1, 1, Substantial) // 3 of 5
	made[at("c")] = judged(NotApplicable)
	got := scoreOf(def, facts, nil, made) // 2 of 5
	if got.Score != nil || got.WorkedOut != NotRated || got.Raise != nil {
		t.Errorf("score %v, %s, want not rated", got.Score, got.WorkedOut)
	}
	even := version(section("s", ask("a"), ask("b")))
	wantScore(t, scoreOf(even, facts, nil, judgements{at("a"): judged(Met), at("b"): judged(NotApplicable)}), 1, 1, Substantial)
}

func TestBands(t *testing.T) {
	for _, c := range []struct {
		num, denom int64
		want       Rating
	}{
		{1, 1, Substantial}, {85, 100, Substantial}, {8499, 10000, Reasonable}, {65, 100, Reasonable},
		{6499, 10000, Limited}, {40, 100, Limited}, {3999, 10000, Unsatisfactory}, {0, 1, Unsatisfactory},
	} {
		if got := Band(big.NewRat(c.num, c.denom)); got != c.want {
			t.Errorf("%d/%d is %s, want %s", c.num, c.denom, got, c.want)
		}
	}
	if Band(nil) != NotRated {
		t.Error("no score is a band")
	}
}

func TestAllEssentialsPartlyMetIsNotSubstantial(t *testing.T) {
	// All 12 essentials partly met, the rest met, 0.90: not substantial.
	def := version(section("s", append(many("e", 12, essential), many("q", 48)...)...))
	facts := oneSystem(2)
	given := answeringYes(def, facts)
	made := judging(def, facts, given, Met)
	for _, q := range many("e", 12) {
		made[at(q.Key)] = judged(PartlyMet)
	}
	got := scoreOf(def, facts, given, made)
	wantScore(t, got, 9, 10, Reasonable)
	if got.Band != Substantial || len(got.CappedBy) != 1 || got.CappedBy[0].Reason != EssentialPartlyMet || len(got.CappedBy[0].Slots) != 12 {
		t.Errorf("band %s, capped by %+v", got.Band, got.CappedBy)
	}
}

func TestCaps(t *testing.T) {
	def := version(section("s", append(many("e", 3, essential), many("q", 57)...)...))
	cases := []struct {
		name     string
		tier     int
		changed  judgements
		desk     bool
		want     Rating
		cappedBy []CapReason
	}{
		{"nothing", 2, nil, false, Substantial, nil},
		{"one partly met", 2, judgements{at("e1"): judged(PartlyMet)}, false, Reasonable, []CapReason{EssentialPartlyMet}},
		{"one not met", 2, judgements{at("e1"): judged(NotMet)}, false, Limited, []CapReason{EssentialNotMet}},
		{"one not met, one partly", 2, judgements{at("e1"): judged(NotMet), at("e2"): judged(PartlyMet)}, false, Limited,
			[]CapReason{EssentialNotMet, EssentialPartlyMet}},
		{"two not met", 2, judgements{at("e1"): judged(NotMet), at("e2"): judged(NotMet)}, false, Unsatisfactory, []CapReason{EssentialsNotMet}},
		{"one not applicable", 1, judgements{at("e1"): {Outcome: NotApplicable}}, false, Substantial, nil},
		{"one that is no essential not met", 2, judgements{at("q1"): judged(NotMet)}, false, Substantial, nil},
		{"tier 1, one on a claim", 1, judgements{at("e1"): {Outcome: Met, Basis: Claim}}, false, Reasonable, []CapReason{EssentialOnClaim}},
		{"tier 1, one without a basis", 1, judgements{at("e1"): {Outcome: Met}}, false, Reasonable, []CapReason{EssentialOnClaim}},
		{"tier 1, another on a claim", 1, judgements{at("q1"): {Outcome: Met, Basis: Claim}}, false, Substantial, nil},
		{"tier 2, one on a claim", 2, judgements{at("e1"): {Outcome: Met, Basis: Claim}}, false, Substantial, nil},
		{"a desk review", 2, nil, true, Reasonable, []CapReason{DeskReview}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			facts := oneSystem(c.tier)
			given := answeringYes(def, facts)
			made := judging(def, facts, given, Met)
			for slot, judgement := range c.changed {
				made[slot] = judgement
			}
			got := scoreOf(def, facts, given, made, Options{Desk: c.desk})
			var reasons []CapReason
			for _, limit := range got.CappedBy {
				reasons = append(reasons, limit.Reason)
			}
			if got.WorkedOut != c.want || got.Band != Substantial || !reflect.DeepEqual(reasons, c.cappedBy) {
				t.Errorf("%s (band %s) capped by %v, want %s by %v", got.WorkedOut, got.Band, reasons, c.want, c.cappedBy)
			}
		})
	}
}

func TestCapsArePerTierOfTheSystem(t *testing.T) {
	def := version(section("s", ask("e", essential), ask("q", perSystem)))
	facts := twoSystems() // A is tier 2, B tier 1
	given := answeringYes(def, facts)
	made := judging(def, facts, given, Met)
	made[at("e")] = Judgement{Outcome: Met, Basis: Claim}
	card := Score(def, facts, given, made, Options{})
	if a, b := card.Of(systemA).WorkedOut, card.Of(systemB).WorkedOut; a != Substantial || b != Reasonable {
		t.Errorf("tier 2 %s, tier 1 %s", a, b)
	}
	if a := card.Of(systemA); a.Judged != 2 || a.ClaimsOnly != 1 {
		t.Errorf("%d judgements, %d on the supplier's word alone, want 2 and 1", a.Judged, a.ClaimsOnly)
	}
}

func TestProposals(t *testing.T) {
	score := func(workedOut, limit Rating) *SystemScore { return &SystemScore{WorkedOut: workedOut, Cap: limit} }
	cases := []struct {
		name     string
		score    *SystemScore
		proposed Rating
		refused  string
	}{
		{"one band better", score(Limited, Substantial), Reasonable, ""},
		{"two bands better", score(Limited, Substantial), Substantial, "rating.more-than-one-band-better"},
		{"the same", score(Limited, Limited), Limited, ""},
		{"any worse", score(Substantial, Substantial), Unsatisfactory, ""},
		{"above a cap", score(Reasonable, Reasonable), Substantial, "rating.above-cap"},
		{"for what is not rated", score(NotRated, Substantial), Limited, "rating.not-rated-stands"},
		{"not rated", score(Limited, Substantial), NotRated, "rating.unknown"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if f := fault.As(c.score.CheckProposal(c.proposed)); f != nil {
				got = f.Key
			}
			if got != c.refused {
				t.Errorf("refused with %q, want %q", got, c.refused)
			}
		})
	}
}

func TestOrderOfRatings(t *testing.T) {
	order := []Rating{Unsatisfactory, NotAssured, Limited, Reasonable, Substantial}
	for i := range order {
		for j := range order {
			if Better(order[i], order[j]) != (i > j) {
				t.Errorf("%s better than %s: %v", order[i], order[j], i <= j)
			}
		}
	}
	if got := WorstRating(Reasonable, NotAssured, Substantial); got != NotAssured {
		t.Errorf("worst %s", got)
	}
	if got := WorstRating(); got != NotRated {
		t.Errorf("worst of none %s", got)
	}
	if better, ok := OneBandBetter(Limited); better != Reasonable || !ok {
		t.Errorf("above limited %s", better)
	}
	if _, ok := OneBandBetter(Substantial); ok {
		t.Error("there is a band above substantial")
	}
}

func TestPercentIsRoundedDown(t *testing.T) {
	for want, score := range map[int]*big.Rat{84: big.NewRat(8499, 10000), 85: big.NewRat(85, 100), 100: big.NewRat(1, 1), 0: nil, 66: big.NewRat(2, 3), 59: big.NewRat(13, 22)} {
		if got := Percent(score); got != want {
			t.Errorf("%v shows as %d, want %d", score, got, want)
		}
	}
}

func TestScorecardIsKeptAsJSON(t *testing.T) {
	def := version(section("s", ask("a", essential), ask("b"), ask("c")))
	facts := oneSystem(1)
	given := answeringYes(def, facts)
	card := Score(def, facts, given, judgements{at("a"): {Outcome: PartlyMet}, at("b"): judged(Met), at("c"): judged(Met)}, Options{})
	body, err := json.Marshal(card)
	if err != nil {
		t.Fatal(err)
	}
	var back Scorecard
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(back)
	if string(again) != string(body) || back.Systems[0].Score.Cmp(big.NewRat(5, 6)) != 0 {
		t.Errorf("kept as %s, read back as %s", body, again)
	}
}

func TestClaimedScore(t *testing.T) {
	scored := func(q *Question) { // one option is worth half, one nothing is said of
		q.Options[0].Score, q.Options[1].Score = "1", "0.5"
	}
	def := version(section("s",
		ask("yes"), ask("no"), ask("na", mayNotApply), ask("choice", choosing(SingleChoice, "a", "b", "c"), scored),
		ask("silent", choosing(SingleChoice, "a", "b", "c"), scored), ask("ticks", choosing(MultipleChoice, "a", "b", "c"), scored),
		ask("text", ofType(Text)), ask("light", weighing(0)), ask("later"),
	))
	given := answers{
		at("yes"): said(Yes), at("no"): said(No), at("na"): said(DoesNotApply), at("choice"): said("b"),
		at("silent"): said("c"), at("ticks"): said([]string{"a", "c"}), at("text"): said("words"), at("light"): said(No),
	}
	// 1 + 0 + 1/2 + (1 of 1.5), of four questions
	if got, want := Claimed(def, oneSystem(2), given)[systemA], big.NewRat(13, 24); got == nil || got.Cmp(want) != 0 {
		t.Errorf("claimed %v, want %v", got, want)
	}
	if got := Claimed(def, oneSystem(2), nil); len(got) != 0 {
		t.Errorf("claimed %v of nothing", got)
	}
}

func TestClaimedScoreCountsWhatAGateHides(t *testing.T) {
	def := version(section("s", append([]Question{ask("gate"), ask("plain")}, many("q", 2, when(is("gate", Yes)))...)...))
	got := Claimed(def, oneSystem(2), answers{at("gate"): said(No), at("plain"): said(Yes)})[systemA]
	if got.Cmp(big.NewRat(1, 4)) != 0 {
		t.Errorf("claimed %v, want 1/4", got)
	}
	// A gate without a weight asks for a fact: either answer is good.
	def.Question("gate").Weight = 0
	got = Claimed(def, oneSystem(2), answers{at("gate"): said(No), at("plain"): said(Yes)})[systemA]
	if got.Cmp(big.NewRat(1, 1)) != 0 {
		t.Errorf("claimed %v, want 1", got)
	}
}
