package review

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
)

// mailed gives to whom mails of a kind went, sorted.
func (h *house) mailed(kind string) []string {
	h.t.Helper()
	mails, err := h.outbox.Latest(h.t.Context(), access.Actor{Roles: []access.Role{access.Administrator}}, 100)
	h.must("mails", err)
	to := []string{}
	for _, m := range mails {
		if m.Kind == kind {
			to = append(to, m.Recipient)
		}
	}
	slices.Sort(to)
	return to
}

// agreed gives the actions of both sides on the one finding of a review that
// is signed off.
func (h *house) agreed() (theirs, ours *Action) {
	h.t.Helper()
	r := h.assessed([]string{"access.factors"}, "cardiff")
	finding := rowsOf[Finding](h, r.ID)[0]
	h.must("sign", h.sign("siro", r.ID))
	add := func(side Side) *Action {
		a, err := h.AddAction(h.t.Context(), h.people["official"], ActionInput{FindingID: finding.ID, Side: side, Text: both("Do it."),
			DueOn: calendar.On(h.now).AddDays(30)})
		h.must("add an action", err)
		return a
	}
	return add(SupplierSide), add(OurSide)
}

func TestAnActionThatIsNotDoneIsSentBackUntilItIs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, _ := h.agreed()
		complete := func(who, said string) error {
			_, err := h.Complete(t.Context(), h.people[who], a.ID, said)
			return err
		}
		back := func(who string, message lang.Text) error {
			_, err := h.SendActionBack(t.Context(), h.people[who], a.ID, message)
			return err
		}
		verify := func(who string) error {
			_, err := h.VerifyAction(t.Context(), h.people[who], a.ID)
			return err
		}
		h.refused("before it is said to be done", back("reviewer", both("Where?")), "action.wrong-state")
		h.refused("by the other side", complete("official", "Done."), "action.of-the-other-side")
		h.must("complete", complete("lead", "Switched on."))
		h.refused("without a word", back("reviewer", lang.Text{}), "invalid")
		h.refused("by the supplier", back("lead", both("Where?")), "forbidden")
		h.must("send back", back("reviewer", both("For the administrators too, please.")))
		stands, err := h.Action(t.Context(), h.people["lead"], a.ID)
		h.must("read", err)
		if stands.State != ActionOpen || stands.SentBack.En != "For the administrators too, please." || stands.Completion != "Switched on." || stands.CompletedAt != nil {
			t.Errorf("sent back: %+v", stands)
		}
		if got := h.mailed("action_sent_back"); !slices.Equal(got, []string{address("lead")}) {
			t.Errorf("told: %v, want the lead", got)
		}
		h.refused("verified while open", verify("reviewer"), "action.wrong-state")
		h.must("complete again", complete("lead", "For administrators too."))
		h.must("verify", verify("reviewer"))
		if stands, err = h.Action(t.Context(), h.people["lead"], a.ID); err != nil || stands.State != ActionVerified || !stands.SentBack.Empty() {
			t.Errorf("verified: %+v, %v", stands, err)
		}
	})
}

func TestBothSidesAreRemindedOfAnActionOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, ours := h.agreed()
		remind := func(after time.Duration) int {
			h.now = h.now.Add(after)
			n, err := h.RemindAll(t.Context())
			h.must("remind", err)
			return n
		}
		if a, b, c := remind(0), remind(24*24*time.Hour), remind(time.Hour); a != 0 || b != 2 || c != 0 {
			t.Errorf("reminded %d at once, %d a week before, %d later; want 0, 2, 0", a, b, c)
		}
		if got := h.mailed("digest"); !slices.Equal(got, []string{address("lead"), address("official")}) {
			t.Errorf("reminded: %v, want the lead of theirs and the official of ours", got)
		}
		_, err := h.Complete(t.Context(), h.people["official"], ours.ID, "Done.")
		h.must("complete ours", err)
		_, err = h.VerifyAction(t.Context(), h.people["official"], ours.ID)
		h.refused("one's own", err, "action.verify-own")
		_, err = h.VerifyAction(t.Context(), access.Actor{UserID: uuid.New()}, ours.ID)
		h.refused("a stranger", err, "not-found")
	})
}
