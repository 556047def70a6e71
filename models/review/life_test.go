package review

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

func slot(key string) questionnaire.Slot { return questionnaire.Slot{Key: key} }

func TestWhileReturnedOnlyWhatWasReturnedOrIsNewIsOpen(t *testing.T) {
	// A returned; B hangs on A, C on B: all can be answered.
	r := &Review{State: Returned, ReturnedSlots: []questionnaire.Slot{slot("a")}, SubmittedSlots: []questionnaire.Slot{slot("a"), slot("d")}}
	for key, want := range map[string]bool{"a": true, "b": true, "c": true, "d": false} {
		if got := r.openToAnswer(slot(key), true) == nil; got != want {
			t.Errorf("%s open: got %v, want %v", key, got, want)
		}
	}
	if r.openToAnswer(slot("b"), false) == nil {
		t.Error("a hidden question that was not returned takes an answer")
	}
}

func TestEachTransitionNamesTheStateThatStandsInItsWay(t *testing.T) {
	steps := map[string]struct {
		from []State
		do   func(*Review) error
	}{
		"issue":         {[]State{Planned}, func(r *Review) error { return r.issue(&questionnaire.Facts{}, uuid.New(), noon) }},
		"begin judging": {[]State{Submitted, InAssessment}, func(r *Review) error { return r.beginAssessment(noon) }},
		"assess":        {[]State{Submitted, InAssessment}, func(r *Review) error { return r.assess(&Assessment{}, nil, nil, "", noon) }},
		"send back":     {[]State{Assessed}, func(r *Review) error { return r.sendBack(lang.Text{En: "why"}, noon) }},
		"close":         {[]State{Issued, InProgress, Returned}, func(r *Review) error { return r.close("declined", "why", noon) }},
		"cancel": {[]State{Planned, Issued, InProgress, Submitted, Returned, InAssessment, Assessed}, func(r *Review) error {
			_, err := r.askToCancel(uuid.New(), "why", noon)
			return err
		}},
	}
	for name, step := range steps {
		for _, state := range States {
			allowed := false
			for _, from := range step.from {
				allowed = allowed || from == state
			}
			err := step.do(&Review{State: state})
			switch {
			case allowed && err != nil:
				t.Errorf("%s from %s: got %v, want none", name, state, err)
			case !allowed && !fault.Is(err, fault.KindConflict):
				t.Errorf("%s from %s: got %v, want a conflict", name, state, err)
			case !allowed && fault.As(err).Args["State"] != string(state):
				t.Errorf("%s from %s names %v", name, state, fault.As(err).Args["State"])
			}
		}
	}
}

func TestFewerDaysForTheAccuracyCheckNeedAReason(t *testing.T) {
	days := 3
	r := &Review{State: InAssessment}
	if err := r.assess(&Assessment{}, nil, &days, "", noon); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("3 days without a reason: got %v", err)
	}
	if err := r.assess(&Assessment{}, nil, &days, "agreed", noon); err != nil || r.AccuracyCheckUntil != "2026-03-06" {
		t.Errorf("3 days with a reason: got %v until %s", err, r.AccuracyCheckUntil)
	}
	if err := r.checkSignable("", noon); !fault.Is(err, fault.KindConflict) {
		t.Errorf("signing while the accuracy check is open: got %v", err)
	}
	later := noon.AddDate(0, 0, 3)
	r.AssessmentDigest = "one"
	if err := r.checkSignable("other", later); !fault.Is(err, fault.KindStale) {
		t.Errorf("signing another assessment: got %v, want stale", err)
	}
	if err := r.checkSignable("one", later); err != nil {
		t.Errorf("signing the assessment that stands: got %v", err)
	}
}

func TestCancellingAfterSubmissionNeedsEveryHost(t *testing.T) {
	a, b := uuid.New(), uuid.New()
	r := &Review{State: Submitted, FirstSubmittedAt: &noon}
	if done, err := r.askToCancel(uuid.New(), "retired", noon); done || err != nil {
		t.Fatalf("asking: got %v, %v", done, err)
	}
	if done, _ := r.agreeToCancel([]uuid.UUID{a}, []uuid.UUID{a, b}, noon); done {
		t.Error("one of two hosts is enough")
	}
	if done, _ := r.agreeToCancel([]uuid.UUID{b}, []uuid.UUID{a, b}, noon); !done || r.State != Cancelled {
		t.Error("both hosts are not enough")
	}
}

func rated(rating questionnaire.Rating, at time.Time, until calendar.Date) *PairRating {
	p := &PairRating{Rating: rating, EffectiveOn: calendar.On(at), CurrentUntil: until}
	p.CreatedAt = at
	return p
}

func TestStanding(t *testing.T) {
	today := calendar.Date("2026-06-01")
	ended := noon
	cases := []struct {
		name    string
		ratings []*PairRating
		reviews []*Review
		kind    StandingKind
		rating  questionnaire.Rating
	}{
		{"never reviewed is not assured", nil, nil, NeverReviewed, questionnaire.NotAssured},
		{"current", []*PairRating{rated("reasonable", noon, "2027-03-03")}, nil, Current, "reasonable"},
		{"the latest replaces earlier ones", []*PairRating{rated("limited", noon, "2027-03-03"), rated("substantial", noon.AddDate(0, 1, 0), "2027-04-03")}, nil, Current, "substantial"},
		{"not rated replaces nothing", []*PairRating{rated("limited", noon, "2027-03-03"), rated("not_rated", noon.AddDate(0, 1, 0), "2027-04-03")}, nil, Current, "limited"},
		{"lapsed is not assured", []*PairRating{rated("substantial", noon, "2026-05-31")}, nil, Lapsed, questionnaire.NotAssured},
		{"but unsatisfactory stays", []*PairRating{rated("unsatisfactory", noon, "2026-05-31")}, nil, Lapsed, "unsatisfactory"},
		{"silence after 28 days does not pay", []*PairRating{rated("substantial", noon, "2027-03-03")}, []*Review{{Kind: OfSupplier, State: Issued, DueOn: "2026-05-04"}}, NoAnswer, "unsatisfactory"},
		{"27 days late is not yet silence", []*PairRating{rated("substantial", noon, "2027-03-03")}, []*Review{{Kind: OfSupplier, State: Issued, DueOn: "2026-05-05"}}, Current, "substantial"},
		{"returned and late is no silence", nil, []*Review{{Kind: OfSupplier, State: Returned, DueOn: "2026-01-01", FirstSubmittedAt: &noon}}, NeverReviewed, questionnaire.NotAssured},
		{"a closing counts until a later rating", []*PairRating{rated("substantial", noon.AddDate(0, -1, 0), "2027-03-03")}, []*Review{{Kind: OfSupplier, State: Closed, EndedAt: &ended}}, NoAnswer, "unsatisfactory"},
		{"and no longer", []*PairRating{rated("limited", noon.AddDate(0, 1, 0), "2027-03-03")}, []*Review{{Kind: OfSupplier, State: Closed, EndedAt: &ended}}, Current, "limited"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pair := pairOf(c.ratings, c.reviews)
			got := pair.On(today)
			if got.Kind != c.kind || got.Rating != c.rating {
				t.Errorf("got %s, %s; want %s, %s", got.Kind, got.Rating, c.kind, c.rating)
			}
		})
	}
}

// Every random walk through the life of a review can be brought to an end, and
// none leaves its end again.
func TestEveryWalkCanBeBroughtToAnEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &Review{State: Planned}
		hosts := []uuid.UUID{uuid.New()}
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			before := r.State
			step(r, rapid.IntRange(0, 9).Draw(t, "step"))
			if !(&Review{State: before}).Open() && r.State != before {
				t.Fatalf("%s was left for %s", before, r.State)
			}
		}
		if !r.Open() {
			return
		}
		done, err := r.askToCancel(uuid.New(), "to an end", noon)
		if err == nil && !done {
			done, err = r.agreeToCancel(hosts, hosts, noon)
		}
		if err != nil || !done || r.Open() {
			t.Fatalf("stuck in %s: %v", r.State, err)
		}
	})
}

func step(r *Review, n int) {
	sheet := &questionnaire.Sheet{}
	switch n {
	case 0:
		_ = r.issue(&questionnaire.Facts{}, uuid.New(), noon)
	case 1:
		r.begin(noon)
	case 2:
		_ = r.submit(sheet, noon)
	case 3:
		_ = r.beginAssessment(noon)
	case 4:
		_ = r.returnTo(sheet, nil, lang.Text{En: "again"}, noon)
	case 5:
		_ = r.assess(&Assessment{}, nil, nil, "", noon)
	case 6:
		_ = r.sendBack(lang.Text{En: "why"}, noon)
	case 7:
		_ = r.close("no_answer", "why", noon)
	case 8:
		if r.State == Assessed {
			r.signedByAll(&questionnaire.Facts{}, noon)
		}
	case 9:
		_, _ = r.askToCancel(uuid.New(), "why", noon)
	}
}
