package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// One person who is official and approver at once does not end an assessed
// review alone.
func TestWhoAsksToCancelDoesNotAgreeToIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.person("both", "cardiff", []access.Role{access.Official, access.Approver})
		r := h.assessed(nil, "cardiff")
		_, err := h.Cancel(t.Context(), h.people["both"], r.ID, "A mistake.")
		h.must("ask", err)
		_, err = h.AgreeToCancel(t.Context(), h.people["both"], r.ID)
		h.refused("who asked agrees", err, "review.cancel-own")
		if row := h.row(r.ID); row.State != Assessed || len(row.CancelAgreedBy) > 0 {
			t.Errorf("it is %s, agreed by %v", row.State, row.CancelAgreedBy)
		}
		_, err = h.AgreeToCancel(t.Context(), h.people["siro"], r.ID)
		h.must("another approver of the host agrees", err)
		if row := h.row(r.ID); row.State != Cancelled {
			t.Errorf("an approver of each host agreed, and it is %s", row.State)
		}
	})
}

// An answer opens a question of another section: only who sees that section is
// told, with what was answered there.
func TestARespondentIsNotToldWhatChangesInSectionsOfOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		def := asked()
		def.Code = "across"
		across := def.Sections[0].Questions[2] // a text
		across.Key, across.ShownWhen = "access.across", &questionnaire.Condition{Question: "policy.kept", Is: questionnaire.Yes}
		def.Sections[1].Questions = append(def.Sections[1].Questions, across)
		_, err := questionnaire.New(h.db).PublishDefinition(t.Context(), program, def)
		h.must("publish", err)
		r, err := h.Plan(t.Context(), h.people["official"], PlanInput{SupplierID: h.supplier, QuestionnaireCode: def.Code,
			DueOn: calendar.On(h.now).AddDays(60), SystemIDs: []uuid.UUID{h.systems["cardiff"]}, ReviewerIDs: h.ids("reviewer")})
		h.must("plan", err)
		_, _, err = h.Issue(t.Context(), h.people["official"], r.ID, respondents())
		h.must("issue", err)
		h.must("open", h.answer("lead", r.ID, slot("policy.kept"), `"yes"`))
		h.must("answer", h.answer("lead", r.ID, slot("access.across"), `"Of access alone."`))
		for _, turn := range []struct{ who, value, want string }{
			{"respondent", `"no"`, "policy.kept policy.reviewed "}, // of the section given
			{"lead", `"yes"`, "policy.kept policy.reviewed access.across "},
		} {
			out, err := h.Answer(t.Context(), h.people[turn.who], r.ID, "policy.kept", uuid.Nil, AnswerInput{Value: json.RawMessage(turn.value)})
			h.must(turn.who, err)
			told := ""
			for _, q := range out.Changed {
				told += q.Key + " "
			}
			if told != turn.want {
				t.Errorf("the %s is told of %q, want %q", turn.who, told, turn.want)
			}
		}
	})
}

// translations translates all that waits for who does it.
func (h *house) translations(who string) []Translation {
	h.t.Helper()
	waiting, err := h.Untranslated(h.t.Context(), h.people[who])
	h.must("list", err)
	rows := make([]Translation, len(waiting))
	for i, u := range waiting {
		rows[i] = Translation{Row: i + 2, Key: u.Key, Text: u.Text, Words: "Popeth yn iawn"}
	}
	return rows
}

// found judges a review, with a finding and feedback that lack Welsh.
func (h *house) found(r *Review) {
	h.t.Helper()
	h.judgeAll("reviewer", r.ID)
	_, err := h.Judge(h.t.Context(), h.people["reviewer"], r.ID, "access.factors", uuid.Nil,
		JudgementInput{Outcome: questionnaire.NotMet, Basis: questionnaire.Tested, Note: "seen", Feedback: lang.Text{En: "Add them."}})
	h.must("judge", err)
	_, err = h.AddFinding(h.t.Context(), h.people["reviewer"], r.ID, FindingInput{Severity: High, Title: lang.Text{En: "Back-ups are missing"}})
	h.must("find", err)
}

// The other language of a finding can say the contrary.
func TestWhoTranslatesAFindingHasWrittenIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.person("both", "cardiff", []access.Role{access.Official, access.Approver})
		for i := range 2 { // the finding alone, and the feedback alone
			r := h.submitted("cardiff")
			h.found(r)
			rows := h.translations("both")
			if len(rows) != 2 {
				t.Fatalf("%d texts wait, want 2", len(rows))
			}
			n, err := h.TakeTranslations(t.Context(), h.people["both"], rows[i:i+1])
			if h.must("take", err); n != 1 {
				t.Errorf("%d texts were taken", n)
			}
			_, err = h.TakeTranslations(t.Context(), h.people["official"], rows[1-i:2-i])
			h.must("take the other", err)
			h.assess("reviewer", r.ID)
			h.refused("who translated signs", h.sign("both", r.ID), "sign-off.took-part")
		}
	})
}

func TestWhoAnsweredDoesNotTranslateFindings(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.deskSubmitted("cardiff")
		h.found(r)
		rows := h.translations("official")
		n, err := h.TakeTranslations(t.Context(), h.people["official"], rows)
		f := fault.As(err)
		if f == nil || len(rows) != 2 || len(f.Fields) != 2 || f.Fields[0].Key != "translation.not-independent" || f.Fields[0].Args["Row"] != 2 {
			t.Errorf("who answered worded %d of %d: %v", n, len(rows), err)
		}
	})
}

// A translation waits for an assessment under way, and is refused then.
func TestATranslationDoesNotSlipInWhileAssessing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.submitted("cardiff")
		h.found(r)
		rows, done := h.translations("official"), make(chan error, 1)
		_, err := store.Change(t.Context(), h.db, h.people["reviewer"], func(tx *store.Tx) (bool, error) {
			r, err := store.Lock[Review](tx, r.ID)
			if err != nil {
				return false, err
			}
			go func() {
				_, err := h.TakeTranslations(t.Context(), h.people["official"], rows)
				done <- err
			}()
			time.Sleep(300 * time.Millisecond)
			r.State = Assessed
			return true, tx.Save(r, ReviewAssessed)
		})
		h.must("assess", err)
		if f := fault.As(<-done); f == nil || len(f.Fields) != 2 || f.Fields[0].Key != "translation.being-signed" {
			t.Errorf("taken while it was assessed: %v", f)
		}
	})
}

// earlierSaid tells what a reader of a review is shown of the earlier answer to
// a question: of which review, with how much evidence, and its outcome.
func (h *house) earlierSaid(who string, id uuid.UUID, key string) string {
	h.t.Helper()
	views, err := h.Questions(h.t.Context(), h.people[who], id)
	h.must("questions", err)
	for _, q := range views {
		if q.Key != key || q.Previous == nil {
			continue
		}
		said := fmt.Sprintf("%s %s %d", q.Previous.Reference, q.Previous.Answer.Value, len(q.Previous.Answer.Evidence))
		if q.Previous.Outcome != nil {
			said += " " + string(*q.Previous.Outcome)
		}
		return said
	}
	return ""
}

// An earlier review for one host is no business of another; a reviewer sees
// last year's answers about the systems of this year's review, and what was
// made of them where last year's was theirs too.
func TestEarlierAnswersAreSeenAsFarAsTheirReviewIs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.person("cardiff official", "cardiff", []access.Role{access.Official})
		h.person("powys official", "powys", []access.Role{access.Official})
		h.person("powys reviewer", "powys", []access.Role{access.Reviewer})
		h.person("new reviewer", "", []access.Role{access.Reviewer})
		first := h.assessed(nil, "cardiff")
		h.must("sign", h.sign("siro", first.ID))
		next := func(host string, reviewers ...string) *Review {
			h.now = h.now.AddDate(0, 0, 1)
			r := h.planned(OfSupplier, h.ids(reviewers...), host)
			_, _, err := h.Issue(t.Context(), h.people["official"], r.ID, respondents())
			h.must("issue", err)
			_, err = h.CarryOver(t.Context(), h.people["lead"], r.ID, nil)
			h.must("carry over", err)
			h.answerAll("lead", r.ID)
			_, err = h.Submit(t.Context(), h.people["lead"], r.ID, attested())
			h.must("submit", err)
			return r
		}
		elsewhere, again := next("powys", "powys reviewer"), next("cardiff", "reviewer", "new reviewer")
		whole := first.Reference + ` "yes" 1 met`
		for _, look := range []struct {
			who  string
			at   *Review
			want string
		}{
			{"powys official", elsewhere, ""}, {"powys reviewer", elsewhere, ""}, {"official", elsewhere, whole},
			{"lead", elsewhere, first.Reference + ` "yes" 1`}, {"lead", again, elsewhere.Reference + ` "yes" 1`},
			{"cardiff official", again, whole}, {"reviewer", again, whole}, {"new reviewer", again, first.Reference + ` "yes" 0`},
		} {
			if got := h.earlierSaid(look.who, look.at.ID, "policy.kept"); got != look.want {
				t.Errorf("the %s sees %q beside %s, want %q", look.who, got, look.at.Reference, look.want)
			}
		}
		told, err := h.EvidenceReaders(t.Context(), h.people["lead"], "")
		h.must("readers", err)
		readers := ""
		for _, reading := range told.Items {
			if reading.ReviewID == first.ID {
				readers = reading.By + ", " + readers
			}
		}
		if readers != "official, cardiff official, reviewer, new reviewer, " {
			t.Errorf("the lead is told that the first answers were read by %s", readers)
		}
		for _, carry := range []struct {
			who  string
			at   *Review
			want int
		}{{"powys reviewer", elsewhere, 0}, {"new reviewer", again, 0}, {"reviewer", again, 4}} {
			if n, err := h.CarryJudgements(t.Context(), h.people[carry.who], carry.at.ID); n != carry.want || err != nil {
				t.Errorf("the %s carried %d judgements over, want %d: %v", carry.who, n, carry.want, err)
			}
		}
	})
}

// asRead gives what a reader has before it of a question, and of its section.
func (h *house) asRead(who string, id uuid.UUID, key string) (one, section string) {
	h.t.Helper()
	views, err := h.Questions(h.t.Context(), h.people[who], id)
	h.must("questions", err)
	i := slices.IndexFunc(views, func(q QuestionView) bool { return q.Key == key })
	return ReadMark(views[i]), ReadMarks(views)[views[i].Section.Key]
}

// A question that another reviewer returned may have another answer, or other
// evidence, by the time that it is judged.
func TestWhatChangedAfterItWasReadIsNotJudged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		changes := []func(id uuid.UUID) error{
			func(id uuid.UUID) error { return h.answer("lead", id, slot("policy.kept"), `"no"`) },
			func(id uuid.UUID) error { return h.upload("lead", id, slot("policy.kept")) },
			func(id uuid.UUID) error {
				return h.RemoveEvidence(t.Context(), h.people["lead"], id, rowsOf[Evidence](h, id)[0].ID)
			},
		}
		for i, change := range changes {
			r := h.submitted("cardiff")
			h.must("another file", h.atReturn(r.ID, func(id uuid.UUID) error { return h.upload("lead", id, slot("policy.kept")) }))
			one, section := h.asRead("reviewer", r.ID, "policy.kept")
			h.must("change", h.atReturn(r.ID, change))
			judge := func(read string) error {
				_, err := h.Judge(t.Context(), h.people["reviewer"], r.ID, "policy.kept", uuid.Nil,
					JudgementInput{Outcome: questionnaire.Met, Basis: questionnaire.Tested, Note: "As read.", Read: read})
				return err
			}
			h.refused(fmt.Sprintf("judged after change %d", i), judge(one), "judgement.not-as-read")
			_, err := h.AcceptProposals(t.Context(), h.people["reviewer"], r.ID, "policy", section)
			h.refused(fmt.Sprintf("accepted after change %d", i), err, "judgement.not-as-read")
			if judged := rowsOf[Judgement](h, r.ID); len(judged) > 0 || h.row(r.ID).State != Submitted {
				t.Errorf("%d judgements stand", len(judged))
			}
			one, section = h.asRead("reviewer", r.ID, "policy.kept")
			h.must("judge what was read", judge(one))
			h.must("without saying what was read", judge(""))
			_, err = h.AcceptProposals(t.Context(), h.people["reviewer"], r.ID, "policy", section)
			h.must("accept what was read", err)
		}
	})
}

// atReturn has a question returned, changed and handed in again.
func (h *house) atReturn(id uuid.UUID, change func(id uuid.UUID) error) error {
	h.t.Helper()
	_, err := h.Return(h.t.Context(), h.people["second reviewer"], id, ReturnInput{Slots: []questionnaire.Slot{slot("policy.kept")}, Message: both("Again.")})
	h.must("return", err)
	if err := change(id); err != nil {
		return err
	}
	_, err = h.Submit(h.t.Context(), h.people["lead"], id, attested())
	return err
}
