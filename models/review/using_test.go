package review

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// usedBy lets an organisation use a system that another hosts, and gives an
// official of it, who sees reviews of the system and plans none.
func (h *house) usedBy(user, host string) access.Actor {
	h.t.Helper()
	inventories := inventory.New(h.db)
	_, err := inventories.ChangeSystem(h.t.Context(), program, h.systems[host], 1, func(in *inventory.SystemInput) error {
		in.UsedBy = append(in.UsedBy, h.places[user])
		return nil
	})
	h.must("use", err)
	h.person("user", user, []access.Role{access.Official})
	return h.people["user"]
}

// Who uses a system sees that it is reviewed; to plan for it is its host's.
func TestWhoUsesASystemPlansNothingForIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		user, theirs := h.usedBy("cardiff", "powys"), h.systems["powys"]
		programme := func(by access.Actor, places ...string) (*ProgrammeDetail, error) {
			in := ProgrammeInput{Title: both("Programme"), StartsOn: "2026-03-01", EndsOn: "2026-12-31", OwnerID: new(h.people["official"].UserID)}
			for _, place := range places {
				in.SystemIDs = append(in.SystemIDs, h.systems[place])
			}
			return h.CreateProgramme(t.Context(), by, in)
		}
		_, err := h.Plan(t.Context(), user, PlanInput{SupplierID: h.supplier, QuestionnaireCode: "small", Kind: OfSupplier, DueOn: calendar.On(h.now).AddDays(60), SystemIDs: h.idsOf("powys")})
		h.refused("a review", err, "review.system-of-another-host")
		_, err = programme(user, "powys")
		h.refused("a programme", err, "review.system-of-another-host")
		foreseen, err := h.Foresee(t.Context(), user, Choice{Systems: h.idsOf("cardiff", "powys")})
		h.must("foresee", err)
		if len(foreseen.Groups) != 1 || len(foreseen.LeftOut) != 1 || foreseen.LeftOut[0].System.ID != theirs || foreseen.LeftOut[0].Key != "bulk.not-yours" {
			t.Errorf("foreseen: %+v, left out %+v", foreseen.Groups, foreseen.LeftOut)
		}
		p, err := programme(h.people["official"], "cardiff", "powys")
		h.must("a national programme", err)
		seen, err := h.Programme(t.Context(), user, p.ID)
		if h.must("read it", err); seen.MayPlan {
			t.Error("the user is told that they may plan it")
		}
		_, err = h.ChangeProgramme(t.Context(), user, p.ID, p.Version, func(in *ProgrammeInput) error { in.Title = both("Ours now"); return nil })
		h.refused("the programme of others", err, "programme.not-yours")

		empty, err := programme(h.people["official"])
		h.must("a programme without systems", err)
		seen, err = h.Programme(t.Context(), h.people["national"], empty.ID)
		if h.must("read that", err); seen.MayPlan {
			t.Error("an approver is told that they may plan it")
		}
		// Who may not is told so before anything of what stands, such as its version.
		_, err = h.ChangeProgramme(t.Context(), h.people["national"], empty.ID, empty.Version+1, func(in *ProgrammeInput) error { in.Title = both("Mine now"); return nil })
		h.refused("a programme without systems, by an approver", err, "forbidden")

		r := h.issued("powys")
		_, err = h.PlanBulk(t.Context(), user, BulkInput{DueOn: calendar.On(h.now).AddDays(60), Reviews: []BulkAsk{
			{SupplierID: h.supplier, SystemIDs: h.idsOf("powys"), QuestionnaireCode: "small"}}})
		h.refused("a bulk, which says nothing of the review under way", err, "review.system-of-another-host")
		h.answerAll("lead", r.ID)
		for who, told := range map[string]bool{"user": false, "official": true} {
			d, err := h.Review(t.Context(), h.people[who], r.ID)
			if h.must("read the review", err); (d.ClaimedScore != nil) != told {
				t.Errorf("%s is told what the answers claim: %v", who, d.ClaimedScore)
			}
		}
	})
}

// What a role may not, it may not of what it sees either.
func TestWhoSeesDoesNotTherebyDo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		theirs, ours := h.agreed()
		for _, who := range []string{"lead", "siro", "national"} {
			_, err := h.AddAction(t.Context(), h.people[who], ActionInput{FindingID: *theirs.FindingID, Side: OurSide, Text: both("Do it."), DueOn: calendar.On(h.now).AddDays(30)})
			h.refused("an action by "+who, err, "forbidden")
		}
		for _, who := range []string{"reviewer", "siro"} {
			_, err := h.Complete(t.Context(), h.people[who], ours.ID, "Done.")
			h.refused("done by "+who, err, "forbidden")
		}
		for _, who := range []string{"reviewer", "siro", "lead"} {
			_, err := h.Eligible(t.Context(), h.people[who], h.idsOf("cardiff"))
			h.refused("who is eligible, asked by "+who, err, "forbidden")
		}
		for _, who := range []string{"official", "reviewer", "lead"} {
			_, err := questionnaire.New(h.db).PublishDefinition(t.Context(), h.people[who], asked())
			h.refused("a questionnaire published by "+who, err, "forbidden")
			_, err = questionnaire.New(h.db).ImportFramework(t.Context(), h.people[who], &questionnaire.FrameworkFile{Code: "x"}, "test")
			h.refused("a framework imported by "+who, err, "forbidden")
		}
	})
}

// A signed report is read where its systems are hosted or used, and by who
// reviewed them.
func TestAReportIsListedForItsOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		user := h.usedBy("gwent", "cardiff")
		h.person("official elsewhere", "powys", []access.Role{access.Official})
		r := h.assessed(nil, "cardiff")
		h.must("sign", h.sign("siro", r.ID))
		for who, want := range map[string]int{"siro": 1, user.Name: 1, "reviewer": 1, "official": 1, "official elsewhere": 0, "former lead": 0} {
			list, err := h.Reports(t.Context(), h.people[who], store.Paging{})
			if h.must("reports", err); len(list.Items) != want {
				t.Errorf("%s is given %d reports, want %d", who, len(list.Items), want)
			}
		}
	})
}

// idsOf names systems by their hosts.
func (h *house) idsOf(hosts ...string) (ids []uuid.UUID) {
	for _, host := range hosts {
		ids = append(ids, h.systems[host])
	}
	return slices.Clip(ids)
}
