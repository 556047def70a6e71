package review

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// What a hostile supplier tried, and one of our own who would be both sides.

// A review that is sent back is worked on anew, and its supplier sees none of it
// until it is shared anew; a respondent never sees what is written of answers.
func TestWhatIsSentBackIsNoLongerShared(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed([]string{"access.factors"}, "cardiff")
		seen := func(who string) (titles []string, feedback int) {
			list, err := h.Findings(t.Context(), h.people[who], FindingFilter{ReviewID: r.ID}, store.Paging{})
			h.must("findings", err)
			for _, f := range list.Items {
				titles = append(titles, f.Title.En)
			}
			questions, err := h.Questions(t.Context(), h.people[who], r.ID)
			h.must("questions", err)
			for _, q := range questions {
				if q.Feedback != nil {
					feedback++
				}
			}
			return titles, feedback
		}
		if titles, feedback := seen("lead"); len(titles) == 0 || feedback == 0 {
			t.Fatalf("the accuracy check shows %v and %d words of feedback", titles, feedback)
		}
		if titles, feedback := seen("respondent"); len(titles) > 0 || feedback > 0 {
			t.Errorf("a respondent sees %v and %d words of feedback", titles, feedback)
		}
		_, err := h.SendBack(t.Context(), h.people["siro"], r.ID, both("Too lenient."))
		h.must("send back", err)
		_, err = h.AddFinding(t.Context(), h.people["reviewer"], r.ID, FindingInput{Severity: Critical, Title: both("A draft")})
		h.must("add a finding", err)
		if titles, feedback := seen("lead"); len(titles) > 0 || feedback > 0 {
			t.Errorf("sent back, the lead sees %v and %d words of feedback", titles, feedback)
		}
		h.assess("reviewer", r.ID)
		if titles, feedback := seen("lead"); !slices.Contains(titles, "A draft") || feedback == 0 {
			t.Errorf("assessed anew, the lead sees %v and %d words of feedback", titles, feedback)
		}
	})
}

// What shows an action of ours to be done, and who asked for time for it, is not
// for the supplier; its own files go to other reviews without their action.
func TestWhatIsOfOurActionsIsNoSuppliers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		theirs, ours := h.agreed()
		plan, err := h.AddActionEvidence(t.Context(), h.people["official"], ours.ID, Upload{Name: "plan.txt", Content: []byte("Ours alone.")})
		h.must("add ours", err)
		proof, err := h.AddActionEvidence(t.Context(), h.people["lead"], theirs.ID, Upload{Name: "proof.txt", Content: []byte("Switched on.")})
		h.must("add theirs", err)
		_, err = h.AskForActionTime(t.Context(), h.people["official"], ours.ID, ExtensionInput{UntilOn: "2030-01-01", Reason: "No money."})
		h.must("ask", err)
		library, err := h.Library(t.Context(), h.people["lead"])
		h.must("library", err)
		if slices.ContainsFunc(library, func(f LibraryFile) bool { return f.Name == "plan.txt" }) || !slices.ContainsFunc(library, func(f LibraryFile) bool { return f.Name == "proof.txt" }) {
			t.Errorf("the library holds %+v", library)
		}
		_, _, err = h.EvidenceFile(t.Context(), h.people["lead"], ours.ReviewID, plan.ID)
		h.refused("ours read", err, "not-found")
		if d, err := h.ActionDetail(t.Context(), h.people["lead"], ours.ID); err == nil && (len(d.Evidence) > 0 || len(d.Asked) > 0) {
			t.Errorf("the lead sees %d files and %d requests of ours", len(d.Evidence), len(d.Asked))
		}
		d, err := h.ActionDetail(t.Context(), h.people["official"], ours.ID)
		if h.must("ours", err); len(d.Evidence) != 1 || len(d.Asked) != 1 {
			t.Errorf("we see %d files and %d requests", len(d.Evidence), len(d.Asked))
		}
		next := h.issued("velindre")
		_, err = h.UseAgain(t.Context(), h.people["lead"], next.ID, "policy.kept", uuid.Nil, plan.ID)
		h.refused("ours used", err, "invalid")
		again, err := h.UseAgain(t.Context(), h.people["lead"], next.ID, "policy.kept", uuid.Nil, proof.ID)
		if h.must("theirs used", err); again.ActionID != nil {
			t.Error("a file that is used again still shows the action done")
		}
		if d, err = h.ActionDetail(t.Context(), h.people["official"], theirs.ID); err != nil || len(d.Evidence) != 1 {
			t.Errorf("the action has %d files, %v", len(d.Evidence), err)
		}
	})
}

// Who asked for time for an action does not decide on it.
func TestWhoAsksForTimeDoesNotGrantIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, ours := h.agreed()
		asked, err := h.AskForActionTime(t.Context(), h.people["official"], ours.ID, ExtensionInput{UntilOn: "2030-01-01", Reason: "No money."})
		h.must("ask", err)
		_, err = h.DecideActionTime(t.Context(), h.people["official"], ours.ID, asked.ID, Granted, "")
		h.refused("by the one who asked", err, "extension.own")
		_, err = h.DecideActionTime(t.Context(), h.people["reviewer"], ours.ID, asked.ID, Granted, "")
		h.must("by another", err)
	})
}

// A receipt holds every answer: that it was read is recorded, and the supplier
// is told by whom.
func TestAReceiptIsNotReadUnseen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.submitted("cardiff")
		readers := func() int {
			list, err := h.EvidenceReaders(t.Context(), h.people["lead"], "")
			h.must("readers", err)
			return len(list.Items)
		}
		before := readers()
		_, err := h.ReceiptInWords(t.Context(), h.people["official"], r.ID)
		h.must("receipt", err)
		if after := readers(); after != before+1 {
			t.Errorf("%d readers before, %d after", before, after)
		}
	})
}

// A desk review is ours: the supplier is not told of it by what follows it.
func TestADeskReviewStaysOurs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		desk := h.deskSubmitted("cardiff")
		h.judgeAll("reviewer", desk.ID, "access.factors")
		h.assess("reviewer", desk.ID)
		h.must("sign", h.sign("siro", desk.ID))
		h.now = h.now.AddDate(0, 0, 1)
		r := h.assessed([]string{"access.factors"}, "cardiff")
		for _, f := range rowsOf[Finding](h, r.ID) {
			if f.Repeats != "" {
				t.Errorf("a finding repeats %s, which the supplier was never told of", f.Repeats)
			}
		}
		h.must("sign", h.sign("siro", r.ID))
		theirs, err := h.Report(t.Context(), h.people["lead"], r.ID)
		h.must("their report", err)
		if theirs.Previous != nil || theirs.Systems[0].PreviousRating != "" {
			t.Errorf("the supplier's rendition tells of %+v, %q", theirs.Previous, theirs.Systems[0].PreviousRating)
		}
		board, err := h.Report(t.Context(), h.people["siro"], r.ID)
		if h.must("our report", err); board.Previous == nil || board.Systems[0].PreviousRating != questionnaire.Limited {
			t.Errorf("the board's rendition leaves it out: %+v, %q", board.Previous, board.Systems[0].PreviousRating)
		}
	})
}
