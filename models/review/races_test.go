package review

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// atOnce runs both, begun together, and gives what became of them.
func atOnce(one, other func() error) []error {
	got := make([]error, 2)
	var running sync.WaitGroup
	begin := make(chan struct{})
	for i, do := range []func() error{one, other} {
		running.Go(func() {
			<-begin
			got[i] = do()
		})
	}
	close(begin)
	running.Wait()
	return got
}

// oneWon holds that one of two was accepted and the other refused with the key.
func (h *house) oneWon(got []error, want string) {
	h.t.Helper()
	keys := []string{key(got[0]), key(got[1])}
	if slices.Sort(keys); !slices.Equal(keys, []string{"", want}) {
		h.t.Errorf("of two at once: %q, want one accepted and one %q", keys, want)
	}
}

func (h *house) bothWon(got []error) {
	h.t.Helper()
	if got[0] != nil || got[1] != nil {
		h.t.Errorf("of two at once: %q and %q, want both accepted", key(got[0]), key(got[1]))
	}
}

func TestOfTwoJudgementsAtOnceOneStandsAndBothAreTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.submitted("cardiff")
		judge := func(who string, outcome questionnaire.Outcome) func() error {
			return func() error {
				_, err := h.Judge(t.Context(), h.people[who], r.ID, "access.factors", uuid.Nil, JudgementInput{Outcome: outcome, Note: "Seen."})
				return err
			}
		}
		h.bothWon(atOnce(judge("reviewer", questionnaire.Met), judge("second reviewer", questionnaire.NotMet)))
		judgements := rowsOf[Judgement](h, r.ID)
		if len(judgements) != 1 || judgements[0].Version != 2 {
			t.Fatalf("%d judgements of one question, want one at its second version", len(judgements))
		}
		events := read(h, func(tx *store.Tx) (store.List[store.Event], error) {
			return tx.EventsAsked(store.EventFilter{AboutID: r.ID, Action: Judged}, "", 10)
		})
		if len(events.Items) != 2 || events.Items[0].Payload.By != judgements[0].JudgedBy || events.Items[1].Payload.By == judgements[0].JudgedBy {
			t.Errorf("%d judgements are told of, want both, the one that stands last", len(events.Items))
		}
		if took := len(rowsOf[Participation](h, r.ID)); took != 5 { // the lead answered, uploaded, attested
			t.Errorf("%d lines of who took part, want 5", took)
		}
	})
}

func TestOfTwoSubmissionsAtOnceOneIsTaken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.issued("cardiff")
		h.answerAll("lead", r.ID)
		submit := func() error {
			_, err := h.Submit(t.Context(), h.people["lead"], r.ID, attested())
			return err
		}
		h.oneWon(atOnce(submit, submit), "review.wrong-state")
		if receipts := rowsOf[Receipt](h, r.ID); len(receipts) != 1 || h.row(r.ID).State != Submitted {
			t.Errorf("%d receipts, and it is %s", len(receipts), h.row(r.ID).State)
		}
	})
}

func TestOfTwoSignaturesForOneHostAtOnceOneCounts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "cardiff", "velindre")
		h.oneWon(atOnce(func() error { return h.sign("siro", r.ID) }, func() error { return h.sign("reviewing siro", r.ID) }), "sign-off.already")
		if signed, ratings := rowsOf[SignOff](h, r.ID), rowsOf[PairRating](h, r.ID); len(signed) != 1 || len(ratings) != 1 {
			t.Errorf("%d signatures and %d ratings of one host", len(signed), len(ratings))
		}
	})
}

func TestTwoHostsThatSignAtOnceEndTheReview(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "cardiff", "velindre")
		h.bothWon(atOnce(func() error { return h.sign("siro", r.ID) }, func() error { return h.sign("deputy", r.ID) }))
		if reports := rowsOf[Report](h, r.ID); h.row(r.ID).State != SignedOff || len(reports) != 2 {
			t.Errorf("both hosts signed: it is %s, with %d reports", h.row(r.ID).State, len(reports))
		}
	})
}

// Who attaches two files at once, or has two answers saved at once, loses
// neither, though each is the first of that person.
func TestTheFirstTwoActsOfOnePersonAtOnceAreBothKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for range 12 {
			r := h.issued("cardiff")
			h.must("begin", h.answer("lead", r.ID, slot("access.factors"), `"yes"`))
			answer := func(key string) func() error {
				return func() error { return h.answer("respondent", r.ID, slot(key), `"no"`) }
			}
			h.bothWon(atOnce(answer("policy.kept"), answer("policy.reviewed")))
			upload := func(key string) func() error {
				return func() error { return h.upload("lead", r.ID, slot(key)) }
			}
			h.bothWon(atOnce(upload("policy.kept"), upload("access.factors")))
			if answers, files := rowsOf[Answer](h, r.ID), rowsOf[Evidence](h, r.ID); len(answers) != 3 || len(files) != 2 {
				t.Errorf("%d answers and %d files are kept", len(answers), len(files))
			}
		}
	})
}

// An answer and a submission at once: what is submitted is what stands.
func TestAnAnswerGivenWhileSubmittingIsInTheReceiptOrRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.issued("cardiff")
		h.answerAll("lead", r.ID)
		got := atOnce(func() error { return h.answer("respondent", r.ID, slot("policy.kept"), `"no"`) }, func() error {
			_, err := h.Submit(t.Context(), h.people["lead"], r.ID, attested())
			return err
		})
		h.must("submit", got[1])
		if got[0] != nil {
			h.refused("the answer", got[0], "review.wrong-state")
		}
		var kept string
		for _, a := range rowsOf[Answer](h, r.ID) {
			if a.QuestionKey == "policy.kept" {
				kept = string(a.Value)
			}
		}
		submitted := rowsOf[Receipt](h, r.ID)[0].Content
		if !strings.Contains(submitted, `{"question":"policy.kept","value":`+kept) || kept != map[bool]string{true: `"no"`, false: `"yes"`}[got[0] == nil] {
			t.Errorf("kept is %s, and submitted %s", kept, submitted)
		}
	})
}
