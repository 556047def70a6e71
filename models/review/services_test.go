package review

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

func key(err error) string {
	if f := fault.As(err); f != nil {
		return f.Key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// refused reports an act that was not refused in the way it should be.
func (h *house) refused(what string, err error, want string) {
	h.t.Helper()
	if key(err) != want {
		h.t.Errorf("%s: got %q, want %q", what, key(err), want)
	}
}

func signedAs(h *house, id uuid.UUID) string {
	var as string
	for _, s := range rowsOf[SignOff](h, id) {
		if s.VoidedAt == nil {
			as += s.SignedAs + " by " + s.Name + " of " + s.Organisation + "; "
		}
	}
	return as
}

func TestTheOrganisationThatSignsForAHostSignsInItsPlace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "velindre")
		h.refused("a national approver signs before it", h.sign("national", r.ID), "sign-off.not-for-you")
		h.refused("another host's approver sees it", h.sign("siro", r.ID), "not-found")
		h.must("sign", h.sign("deputy", r.ID))
		if got, want := signedAs(h, r.ID), "in_its_place by deputy of powys; "; got != want || h.row(r.ID).State != SignedOff {
			t.Errorf("signed %q and is %s, want %q", got, h.row(r.ID).State, want)
		}
	})
}

func TestANationalApproverSignsWhereTheHostHasNoneWhoMay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "swansea")
		h.must("sign where there is none", h.sign("national", r.ID))
		if got, want := signedAs(h, r.ID), "national by national of NHS Wales; "; got != want {
			t.Errorf("signed %q, want %q", got, want)
		}

		planned := h.planned(Desk, h.ids("solo"), "gwent")
		_, _, err := h.Issue(t.Context(), h.people["official"], planned.ID, nil)
		h.must("issue", err)
		h.answerAll("official", planned.ID)
		_, err = h.Submit(t.Context(), h.people["official"], planned.ID, Attestation{})
		h.must("submit", err)
		h.judgeAll("solo", planned.ID)
		h.assess("solo", planned.ID)
		h.refused("the only approver signs what she judged", h.sign("solo", planned.ID), "sign-off.took-part")
		h.must("a national approver signs instead", h.sign("national", planned.ID))
	})
}

func TestAReviewIsNotIssuedWhileNobodyCouldSign(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.planned(OfSupplier, nil, "cardiff", "swansea")
		_, err := store.Change(t.Context(), h.db, program, func(tx *store.Tx) (bool, error) {
			for _, id := range h.ids("national", "jack of all trades") {
				if err := tx.Insert(&Participation{Row: store.NewRow(), ReviewID: r.ID, UserID: id, Act: ActFinding}); err != nil {
					return false, err
				}
			}
			return true, nil
		})
		h.must("take part", err)
		_, _, err = h.Issue(t.Context(), h.people["official"], r.ID, respondents())
		h.refused("issue", err, "review.nobody-to-sign")
	})
}

func TestADeskReviewIsAnsweredByAnOfficialWhoDoesNotJudgeIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.planned(Desk, h.ids("reviewer"), "cardiff")
		_, _, err := h.Issue(t.Context(), h.people["official"], r.ID, respondents())
		h.refused("asking a supplier", err, "invalid")
		_, _, err = h.Issue(t.Context(), h.people["official"], r.ID, nil)
		h.must("issue", err)
		if w := h.row(r.ID).WaitingFor(calendar.On(h.now)); w != WaitsForReviewer {
			t.Errorf("a desk review waits for %q, want our side", w)
		}
		h.refused("the supplier sees it", h.answer("lead", r.ID, slot("policy.kept"), `"yes"`), "not-found")
		h.answerAll("official", r.ID)
		_, err = h.Submit(t.Context(), h.people["jack of all trades"], r.ID, Attestation{})
		h.refused("submitting what another wrote", err, "review.desk-not-written-by-you")
		_, err = h.Submit(t.Context(), h.people["official"], r.ID, Attestation{})
		h.must("submit", err)
		if receipts := rowsOf[Receipt](h, r.ID); len(receipts) != 1 || receipts[0].Attested || receipts[0].Organisation != "NHS Wales" {
			t.Errorf("receipts: %+v", receipts)
		}

		finding := FindingInput{Severity: Low, Title: both("Found")}
		_, err = h.AddFinding(t.Context(), h.people["official"], r.ID, finding)
		h.refused("who answered writes a finding", err, "judgement.answered-this")
		_, err = h.AddFinding(t.Context(), h.people["jack of all trades"], r.ID, finding)
		h.must("another official writes one", err)
		_, err = h.Return(t.Context(), h.people["reviewer"], r.ID, ReturnInput{Slots: []questionnaire.Slot{slot("access.factors")}, Message: both("Again.")})
		h.must("return", err)
		h.refused("who wrote a finding answers", h.answer("jack of all trades", r.ID, slot("access.factors"), `"no"`), "answer.judges-this")
		_, err = h.Submit(t.Context(), h.people["official"], r.ID, Attestation{})
		h.must("submit again", err)

		h.judgeAll("reviewer", r.ID)
		assessed, err := h.Assess(t.Context(), h.people["reviewer"], r.ID, AssessInput{})
		h.must("assess", err)
		if assessed.AccuracyCheckUntil != calendar.On(h.now) || assessed.Assessment.Worst() != questionnaire.Reasonable {
			t.Errorf("all met in a desk review: %s, to be checked until %s", assessed.Assessment.Worst(), assessed.AccuracyCheckUntil)
		}
		h.must("sign", h.sign("siro", r.ID))
		if reports := rowsOf[Report](h, r.ID); len(reports) != 1 || reports[0].Rendition != ForBoard || reports[0].Snapshot.AttestedBy != "" {
			t.Errorf("%d reports, want the board's alone, unattested", len(reports))
		}
	})
}

func TestACorrectionReplacesTheReportOnceItIsSignedItself(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.assessed([]string{"access.factors"}, "cardiff")
		_, err := h.Correct(t.Context(), h.people["official"], first.ID, "Too early.")
		h.refused("correcting before the sign-off", err, "review.wrong-state")
		h.must("sign", h.sign("siro", first.ID))
		_, err = h.Correct(t.Context(), h.people["official"], first.ID, " ")
		h.refused("without a reason", err, "invalid")
		before, row := rowsOf[Report](h, first.ID), text(h.row(first.ID))
		h.now = h.now.AddDate(0, 1, 0)

		second, err := h.Correct(t.Context(), h.people["official"], first.ID, "The second factor was overlooked.")
		h.must("correct", err)
		_, err = h.Edit(t.Context(), h.people["official"], second.ID, 0, EditInput{ReviewerIDs: new(h.ids("reviewer"))})
		h.must("assign", err)
		_, _, err = h.Issue(t.Context(), h.people["official"], second.ID, respondents())
		h.must("issue", err)
		confirmed, err := h.CarryOver(t.Context(), h.people["lead"], second.ID, nil)
		if err != nil || confirmed != 5 {
			t.Errorf("carried over: %d, %v; want every answer", confirmed, err)
		}
		_, err = h.Submit(t.Context(), h.people["lead"], second.ID, attested())
		h.must("submit", err)
		h.judgeAll("reviewer", second.ID)
		h.assess("reviewer", second.ID)
		if s := h.standing("cardiff"); s.Rating != questionnaire.Limited || s.ReviewID != first.ID {
			t.Errorf("until the correction is signed the pair stands as %s", s.Rating)
		}
		h.must("sign the correction", h.sign("siro", second.ID))

		if s := h.standing("cardiff"); s.Rating == questionnaire.Limited || s.ReviewID != second.ID {
			t.Errorf("corrected, and the pair stands as %s", s.Rating)
		}
		after, new := rowsOf[Report](h, first.ID), rowsOf[Report](h, second.ID)
		if !kept(before, after, withoutSuccessor) || text(h.row(first.ID)) != row {
			t.Error("the review that was corrected changed")
		}
		for i, report := range after {
			if report.SupersededByID == nil || *report.SupersededByID != new[i].ID || report.Rendition != new[i].Rendition {
				t.Errorf("the report for the %s is superseded by %v", report.Rendition, report.SupersededByID)
			}
		}
		if s := new[0].Snapshot; s.CorrectionReason != "The second factor was overlooked." || s.Supersedes != first.Reference {
			t.Errorf("the new report corrects %q because of %q", s.Supersedes, s.CorrectionReason)
		}
		shown, err := h.Report(t.Context(), h.people["siro"], first.ID)
		if err != nil || shown.State != "superseded" {
			t.Errorf("the old report is shown as %v, %v", shown, err)
		}
	})
}

// standing is where the supplier stands for the system that a place hosts.
func (h *house) standing(host string) Standing {
	h.t.Helper()
	return read(h, func(tx *store.Tx) (Standing, error) {
		all, err := StandingsOf(tx, []uuid.UUID{h.systems[host]})
		return all[0], err
	})
}

func TestAnEditBegunOnAnOlderVersionIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.planned(OfSupplier, nil, "cardiff")
		edit := func(version, days int) error {
			_, err := h.Edit(t.Context(), h.people["official"], r.ID, version, EditInput{DueOn: new(calendar.On(h.now).AddDays(days))})
			return err
		}
		h.must("the first", edit(1, 70))
		err := edit(1, 80)
		h.refused("the second, begun on the same version", err, "stale")
		if current, ok := fault.As(err).Current.(*Review); !ok || current.Version != 2 {
			t.Errorf("the refusal carries %v, want what stands", fault.As(err).Current)
		}
		h.oneWon(atOnce(func() error { return edit(2, 90) }, func() error { return edit(2, 100) }), "stale")
		if row := h.row(r.ID); row.Version != 3 || row.FirstDueOn != row.DueOn {
			t.Errorf("version %d, due on %s, first on %s", row.Version, row.DueOn, row.FirstDueOn)
		}
	})
}

func TestMoreTimeIsAskedForByALeadAndGrantedByAnOfficial(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.issued("cardiff")
		ask := func(who string, days int) (*Extension, error) {
			return h.AskForTime(t.Context(), h.people[who], r.ID, ExtensionInput{UntilOn: r.DueOn.AddDays(days), Reason: "An audit."})
		}
		_, err := ask("respondent", 14)
		h.refused("a respondent asks", err, "extension.lead-asks")
		_, err = ask("lead", 0)
		h.refused("no later", err, "invalid")
		asked, err := ask("lead", 14)
		h.must("ask", err)
		_, err = ask("lead", 20)
		h.refused("again before it is decided", err, "extension.waiting")
		decide := func(decision ExtensionDecision, until calendar.Date) error {
			_, err := h.DecideTime(t.Context(), h.people["official"], r.ID, asked.ID, decision, until)
			return err
		}
		h.refused("granted for the past", decide(Granted, "2020-01-01"), "invalid")
		h.oneWon(atOnce(func() error { return decide(Granted, r.DueOn.AddDays(7)) }, func() error { return decide(Granted, r.DueOn.AddDays(7)) }), "extension.decided")
		if row := h.row(r.ID); row.DueOn != r.DueOn.AddDays(7) || row.FirstDueOn != r.DueOn {
			t.Errorf("due on %s, first on %s", row.DueOn, row.FirstDueOn)
		}
		asked, err = h.AskForTime(t.Context(), h.people["lead"], r.ID, ExtensionInput{UntilOn: r.DueOn.AddDays(30), Reason: "Another audit."})
		h.must("ask again", err)
		h.must("refuse", decide(Refused, ""))
		if row := h.row(r.ID); row.DueOn != r.DueOn.AddDays(7) {
			t.Errorf("refused, and due on %s", row.DueOn)
		}
	})
}

func TestRespondentsComeAndGoAndTheirAnswersStay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.issued("cardiff")
		h.must("answer", h.answer("respondent", r.ID, slot("policy.kept"), `"no"`))
		h.refused("another section", h.answer("respondent", r.ID, slot("access.factors"), `"no"`), "not-found")
		by := func(name string) uuid.UUID {
			for _, p := range rowsOf[Respondent](h, r.ID) {
				if p.Name == name {
					return p.ID
				}
			}
			return uuid.New()
		}
		remove := func(who, name string) error { return h.RemoveRespondent(t.Context(), h.people[who], r.ID, by(name)) }
		h.refused("a supplier removes a lead", remove("lead", "lead"), "respondent.lead-is-officials")
		h.refused("the only lead goes", remove("official", "lead"), "respondent.last")
		h.must("a respondent goes", remove("lead", "respondent"))
		h.refused("and answers", h.answer("respondent", r.ID, slot("policy.kept"), `"yes"`), "not-found")
		if answers := rowsOf[Answer](h, r.ID); len(answers) != 1 || answers[0].AnsweredBy != "respondent" {
			t.Errorf("the answers that stay: %v", answers)
		}
		newcomer := Invited{Name: "newcomer", Email: address("newcomer"), Lead: true, LeadConfirmed: true}
		_, err := h.AddRespondent(t.Context(), h.people["lead"], r.ID, newcomer)
		h.must("a lead asks a colleague", err)
		_, err = h.AddRespondent(t.Context(), h.people["official"], r.ID, newcomer)
		h.refused("asked twice", err, "invalid")
		for _, p := range rowsOf[Respondent](h, r.ID) {
			if p.Name == "newcomer" && p.Lead {
				t.Error("a supplier made a lead")
			}
		}
		h.must("before the invitation is accepted", remove("official", "newcomer"))
		_, err = h.AddRespondent(t.Context(), h.people["official"], r.ID, newcomer)
		h.must("asked again", err)
		h.must("the former lead goes", remove("official", "lead"))
	})
}

func TestOnlyWhoMaySignSendsBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "cardiff", "velindre")
		send := func(who string) error {
			_, err := h.SendBack(t.Context(), h.people[who], r.ID, both("Look again."))
			return err
		}
		h.refused("a national approver, and each host has its own", send("national"), "sign-off.not-for-you")
		h.refused("an approver of neither host", send("solo"), "not-found")
		h.must("sign", h.sign("siro", r.ID))
		h.must("the other host's signer", send("deputy"))
		if row := h.row(r.ID); row.State != InAssessment || signedAs(h, r.ID) != "" {
			t.Errorf("sent back: it is %s, signed %q", row.State, signedAs(h, r.ID))
		}
	})
}

func TestAssessingAnewKeepsWhatWasSaidOfAFinding(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed([]string{"policy.kept", "access.factors", "policy.reviewed"}, "cardiff")
		drafts := map[string]uuid.UUID{}
		for _, f := range rowsOf[Finding](h, r.ID) {
			drafts[f.Slots[0].Key] = f.ID
		}
		_, err := h.Comment(t.Context(), h.people["lead"], drafts["policy.kept"], "It is kept since May.")
		h.must("comment", err)
		_, err = h.AddAction(t.Context(), h.people["reviewer"], ActionInput{FindingID: drafts["access.factors"], Text: both("Bring it in."), DueOn: "2027-01-01"})
		h.must("plan an action", err)
		_, err = h.SendBack(t.Context(), h.people["siro"], r.ID, both("Look again."))
		h.must("send back", err)
		h.assess("reviewer", r.ID)
		for _, f := range rowsOf[Finding](h, r.ID) {
			at := f.Slots[0].Key
			if touched := at != "policy.reviewed"; (drafts[at] == f.ID) != touched {
				t.Errorf("the draft about %s stayed: %v, want %v", at, !touched, touched)
			}
			delete(drafts, at)
		}
		if len(drafts) != 0 {
			t.Errorf("no finding speaks of %v any more", drafts)
		}
	})
}

func TestACommentThatTakesBackAnOutcomeMakesSignaturesVoid(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed([]string{"access.factors"}, "cardiff", "velindre")
		finding := rowsOf[Finding](h, r.ID)[0].ID
		comment := func() {
			_, err := h.Comment(t.Context(), h.people["lead"], finding, "It was mended.")
			h.must("comment", err)
		}
		comment()
		_, err := h.ResolveComment(t.Context(), h.people["reviewer"], finding, "accepted", both("So it was."))
		h.must("resolve", err)
		h.must("sign", h.sign("siro", r.ID))
		comment()
		if signedAs(h, r.ID) != "" || h.standing("cardiff").Kind != NeverReviewed {
			t.Errorf("the finding changed, and the signature stands: %s", signedAs(h, r.ID))
		}
		h.must("sign again", h.sign("siro", r.ID))
	})
}

func TestARequestToCancelLapsesWithTheSignOff(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "cardiff", "velindre")
		_, err := h.Cancel(t.Context(), h.people["official"], r.ID, "A mistake.")
		h.must("ask", err)
		_, err = h.AgreeToCancel(t.Context(), h.people["siro"], r.ID)
		h.must("one host agrees", err)
		h.must("sign", h.sign("siro", r.ID))
		h.must("sign", h.sign("deputy", r.ID))
		row, report := h.row(r.ID), rowsOf[Report](h, r.ID)[0].Snapshot
		if row.EndReason != "" || row.CancelAskedByID != nil || len(row.CancelAgreedBy) > 0 || report.EndReason != "" {
			t.Errorf("signed off, and the reason to cancel is still there: %q, %q", row.EndReason, report.EndReason)
		}
	})
}
