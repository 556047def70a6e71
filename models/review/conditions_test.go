package review

import (
	"testing"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
)

func TestAConditionHasADayThatTheSignerSets(t *testing.T) {
	const today calendar.Date = "2026-03-02"
	for name, c := range map[string]struct {
		asked Condition
		due   calendar.Date // of the action, where it is taken
		wrong string
	}{
		"no day":           {Condition{Text: both("Mend it.")}, "2026-05-31", ""},
		"a day":            {Condition{both("Mend it."), "2026-03-20"}, "2026-03-20", ""},
		"today":            {Condition{both("Mend it."), today}, today, ""},
		"yesterday":        {Condition{both("Mend it."), "2026-03-01"}, "", "decision.condition-past"},
		"no such day":      {Condition{both("Mend it."), "2026-02-30"}, "", "date.wrong"},
		"a day, no words":  {Condition{lang.Text{}, "2026-03-20"}, "", "decision.condition-without-words"},
		"an empty line":    {Condition{}, "", ""},
		"a day in letters": {Condition{both("Mend it."), "soon"}, "", "date.wrong"},
	} {
		in := SignInput{Decision: RelyWithConditions, Conditions: []Condition{{both("Another."), "2026-04-01"}, c.asked}}
		err := in.check(12, today)
		if c.wrong != "" {
			if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Location != "conditions/1/due_on" || f.Fields[0].Key != c.wrong {
				t.Errorf("%s: got %v, want %s", name, err, c.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.due == "" {
			if len(in.Conditions) != 1 {
				t.Errorf("%s: became a condition", name)
			}
		} else if got := in.Conditions[1].DueOn; got != c.due {
			t.Errorf("%s: due on %s, want %s", name, got, c.due)
		}
	}
}

func TestAConditionBecomesAnActionDueOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "velindre")
		due := calendar.On(h.now).AddDays(14)
		_, err := h.SignOff(t.Context(), h.people["deputy"], r.ID, SignInput{Decision: RelyWithConditions, AssessmentDigest: h.row(r.ID).AssessmentDigest,
			Conditions: []Condition{{both("Mend it."), due}}})
		h.must("sign", err)
		actions := rowsOf[Action](h, r.ID)
		if len(actions) != 1 || actions[0].DueOn != due || actions[0].Text != both("Mend it.") {
			t.Errorf("the condition became %+v, want one action due on %s", actions, due)
		}
		if kept := rowsOf[SignOff](h, r.ID); len(kept) != 1 || kept[0].Conditions[0].DueOn != due {
			t.Errorf("the sign-off keeps %+v, want its day %s", kept[0].Conditions, due)
		}
	})
}
