package review

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
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
