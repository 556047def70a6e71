package review

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
)

var (
	answering = []State{Issued, InProgress, Returned}
	judging   = []State{Submitted, InAssessment}
	onFinding = []State{InAssessment, Assessed}
	writers   = []string{"official", "reviewer", "jack of all trades"}
	judges    = []string{"a reviewer"}
	approvers = []string{"a signer"}
)

// acts are the things that may be done.
var acts = []act{
	{name: "issue", weight: 1, who: []string{"official"}, in: []State{Planned}, do: (*walk).issue},
	{name: "answer", weight: 6, who: []string{"lead", "lead", "respondent"}, in: answering, leaves: ActAnswered, quiet: true, do: (*walk).answerOne},
	{name: "upload", who: []string{"lead", "respondent"}, in: answering, leaves: ActUploaded, do: (*walk).uploadOne},
	{name: "remove evidence", who: []string{"lead"}, leaves: ActUploaded, do: (*walk).removeEvidence},
	{name: "carry over", who: []string{"lead"}, leaves: ActAnswered, quiet: true, do: (*walk).carryOver},
	{name: "submit", weight: 3, who: []string{"lead"}, in: []State{InProgress, Returned}, leaves: ActAttested, do: (*walk).submit},
	{name: "judge", weight: 8, who: judges, in: judging, leaves: ActJudged, do: (*walk).judgeOne},
	{name: "accept proposals", who: judges, in: judging, leaves: ActJudged, quiet: true, do: (*walk).acceptProposals},
	{name: "return", who: judges, in: judging, leaves: ActReturned, do: (*walk).giveBack},
	{name: "assess", weight: 4, who: judges, in: []State{InAssessment}, leaves: ActAssessed, do: (*walk).assessIt},
	{name: "add finding", who: writers, in: onFinding, leaves: ActFinding, do: (*walk).addFinding},
	{name: "change finding", who: writers, in: onFinding, leaves: ActFinding, do: (*walk).changeFinding},
	{name: "comment", weight: 3, who: []string{"lead"}, in: onFinding, do: (*walk).comment},
	{name: "resolve comment", weight: 3, who: judges, in: onFinding, leaves: ActFinding, do: (*walk).resolve},
	{name: "sign off", weight: 5, who: approvers, in: []State{Assessed}, do: (*walk).signIt},
	{name: "send back", who: approvers, in: []State{Assessed}, do: (*walk).sendIt},
	{name: "close", who: []string{"official"}, do: func(w *walk, by access.Actor) error {
		_, err := w.Close(w.t.Context(), by, w.id, unless(w, "bored", "declined"), "They said so.")
		return err
	}},
	{name: "cancel", who: []string{"official"}, do: func(w *walk, by access.Actor) error {
		_, err := w.Cancel(w.t.Context(), by, w.id, "The system is retired.")
		return err
	}},
	{name: "agree to cancel", who: approvers, do: func(w *walk, by access.Actor) error {
		_, err := w.AgreeToCancel(w.t.Context(), by, w.id)
		return err
	}},
	{name: "edit", who: []string{"official"}, do: (*walk).edit},
	{name: "ask for time", who: []string{"lead"}, do: func(w *walk, by access.Actor) error {
		_, err := w.AskForTime(w.t.Context(), by, w.id, ExtensionInput{UntilOn: w.rows.review.DueOn.AddDays(w.IntN(20) - 2), Reason: "More time."})
		return err
	}},
	{name: "decide time", who: []string{"official"}, do: (*walk).decideTime},
	{name: "write", who: []string{"lead", "official", "reviewer"}, do: func(w *walk, by access.Actor) error {
		_, err := w.Write(w.t.Context(), by, w.id, MessageInput{Text: unless(w, "", "A word."), QuestionKey: unless(w, "", w.some(nil).Key)})
		return err
	}},
	{name: "add action", who: judges, in: onFinding, do: (*walk).addAction},
	{name: "complete action", who: []string{"lead", "official"}, in: []State{SignedOff}, do: func(w *walk, by access.Actor) error {
		_, err := w.Complete(w.t.Context(), by, one(w, w.rows.actions), "Done.")
		return err
	}},
	{name: "verify action", who: judges, in: []State{SignedOff}, do: func(w *walk, by access.Actor) error {
		_, err := w.VerifyAction(w.t.Context(), by, one(w, w.rows.actions))
		return err
	}},
	{name: "send action back", who: judges, in: []State{SignedOff}, do: func(w *walk, by access.Actor) error {
		_, err := w.SendActionBack(w.t.Context(), by, one(w, w.rows.actions), unless(w, lang.Text{}, both("Where?")))
		return err
	}},
	{name: "correct", weight: 3, who: []string{"official"}, in: []State{SignedOff}, do: (*walk).correct},
	{name: "add respondent", who: []string{"official", "lead"}, do: func(w *walk, by access.Actor) error {
		name := pick(w, []string{"new one", "another one", "respondent", "reviewer"})
		_, err := w.AddRespondent(w.t.Context(), by, w.id, Invited{Name: name, Email: address(name), Lead: w.IntN(2) == 0, LeadConfirmed: w.IntN(2) == 0})
		return err
	}},
	{name: "remove respondent", who: []string{"official", "lead"}, do: func(w *walk, by access.Actor) error {
		return w.RemoveRespondent(w.t.Context(), by, w.id, one(w, w.rows.respondents))
	}},
	{name: "change a system", who: []string{"official"}, quiet: true, do: func(w *walk, by access.Actor) error {
		_, err := inventory.New(w.db).ChangeSystem(w.t.Context(), by, w.systems[pick(w, w.hosts)], 0, func(in *inventory.SystemInput) error {
			in.Exposure = pick(w, []inventory.Exposure{"internet", "partner", "none"})
			return nil
		})
		return err
	}},
}

// one gives the id of one of the rows, or of nothing where there is none.
func one[T any](w *walk, from []*T) uuid.UUID {
	row := pick(w, from)
	if row == nil {
		return uuid.New()
	}
	return reflect.ValueOf(row).Elem().FieldByName("ID").Interface().(uuid.UUID)
}

func (w *walk) issue(by access.Actor) error {
	asked := respondents()
	if w.kind == Desk {
		asked = nil
	}
	_, _, err := w.Issue(w.t.Context(), by, w.id, unless(w, []Invited{{Name: "x", Email: "no address"}}, asked))
	return err
}

func (w *walk) answerOne(by access.Actor) error {
	at := w.some(w.rows.missing)
	value := pick(w, []string{`"yes"`, `"yes"`, `"yes"`, `"no"`, `"not_applicable"`, `null`})
	switch at.Key {
	case "policy.changes":
		value = pick(w, []string{`"As it says."`, `"As it said."`, `null`})
	case "access.many":
		value = pick(w, []string{`"all"`, `"some"`})
	}
	_, err := w.Answer(w.t.Context(), by, w.id, at.Key, at.System, AnswerInput{Value: json.RawMessage(unless(w, `"maybe"`, value)), Comment: unless(w, "A comment.", "")})
	return err
}

func (w *walk) uploadOne(by access.Actor) error {
	at := w.some(append([]questionnaire.Slot{slot("policy.kept")}, w.rows.missing...))
	if w.IntN(4) == 0 {
		_, err := w.AddElsewhere(w.t.Context(), by, w.id, at.Key, at.System, Elsewhere{Name: "Policy", Link: unless(w, "http://test.example", "https://test.example")})
		return err
	}
	_, err := w.AddEvidence(w.t.Context(), by, w.id, at.Key, at.System, Upload{Name: unless(w, "proof.exe", "proof.txt"), Content: []byte("What shows it.")})
	return err
}

func (w *walk) removeEvidence(by access.Actor) error {
	id := one(w, w.rows.evidence)
	for _, e := range w.rows.evidence {
		if e.ID == id {
			w.slot = e.Slot()
		}
	}
	return w.RemoveEvidence(w.t.Context(), by, w.id, id)
}

func (w *walk) carryOver(by access.Actor) error {
	_, err := w.CarryOver(w.t.Context(), by, w.id, nil)
	return err
}

func (w *walk) submit(by access.Actor) error {
	_, err := w.Submit(w.t.Context(), by, w.id, unless(w, Attestation{}, attested()))
	return err
}

func (w *walk) judgeOne(by access.Actor) error {
	at := w.some(w.rows.unjudged)
	in := JudgementInput{Outcome: pick(w, []questionnaire.Outcome{questionnaire.Met, questionnaire.Met, questionnaire.PartlyMet, questionnaire.NotMet, questionnaire.NotApplicable}),
		Note: unless(w, "", "Seen."), Basis: unless(w, "hearsay", questionnaire.Tested)}
	for _, e := range w.rows.evidence {
		if e.Slot() == at && w.IntN(2) == 0 {
			in.EvidenceIDs = append(in.EvidenceIDs, e.ID)
		}
	}
	_, err := w.Judge(w.t.Context(), by, w.id, at.Key, at.System, in)
	return err
}

func (w *walk) acceptProposals(by access.Actor) error {
	_, err := w.AcceptProposals(w.t.Context(), by, w.id, pick(w, []string{"policy", "access"}), "")
	return err
}

func (w *walk) giveBack(by access.Actor) error {
	named := []questionnaire.Slot{w.some(nil), w.some(nil)}[:1+w.IntN(2)]
	_, err := w.Return(w.t.Context(), by, w.id, ReturnInput{Slots: slices.Clone(named), Message: unless(w, lang.Text{}, both("Again, please."))})
	if err == nil {
		w.returned = named
	}
	return err
}

func (w *walk) assessIt(by access.Actor) error {
	in := pick(w, []AssessInput{{}, {AccuracyCheckDays: new(0), AccuracyCheckReason: "agreed"}, {AccuracyCheckDays: new(3), AccuracyCheckReason: "agreed"}, {AccuracyCheckDays: new(3)}})
	if w.IntN(3) == 0 {
		in.Proposals = []Proposal{{SystemID: w.systems[pick(w, w.hosts)], Rating: pick(w, []questionnaire.Rating{questionnaire.Limited, questionnaire.Reasonable, questionnaire.Substantial}),
			Reason: unless(w, "", "As I see it.")}}
	}
	_, err := w.Assess(w.t.Context(), by, w.id, in)
	return err
}

func (w *walk) addFinding(by access.Actor) error {
	_, err := w.AddFinding(w.t.Context(), by, w.id, FindingInput{Severity: unless(w, "dire", pick(w, Severities)), Title: both("Found"), Slots: []questionnaire.Slot{w.some(nil)}})
	return err
}

func (w *walk) changeFinding(by access.Actor) error {
	_, err := w.ChangeFinding(w.t.Context(), by, one(w, w.rows.findings), unless(w, 99, 0), func(in *FindingInput) error {
		in.Severity = pick(w, append([]Severity{in.Severity}, Severities...))
		return nil
	})
	return err
}

func (w *walk) comment(by access.Actor) error {
	_, err := w.Comment(w.t.Context(), by, one(w, w.rows.findings), unless(w, " ", pick(w, []string{"It was mended.", "It was never so."})))
	return err
}

func (w *walk) resolve(by access.Actor) error {
	_, err := w.ResolveComment(w.t.Context(), by, one(w, w.rows.findings), pick(w, []string{"accepted", "rejected"}), unless(w, lang.Text{}, both("Because.")))
	return err
}

func (w *walk) signIt(by access.Actor) error {
	in := SignInput{Decision: pick(w, []Decision{Rely, RelyWithConditions, DoNotRely}), AssessmentDigest: unless(w, "another", w.rows.review.AssessmentDigest)}
	if in.Decision == RelyWithConditions {
		in.Conditions = unless(w, nil, []Condition{{Text: both("Mend it.")}})
	}
	_, err := w.SignOff(w.t.Context(), by, w.id, in)
	return err
}

func (w *walk) sendIt(by access.Actor) error {
	_, err := w.SendBack(w.t.Context(), by, w.id, unless(w, lang.Text{}, both("Look again.")))
	return err
}

func (w *walk) edit(by access.Actor) error {
	in := EditInput{DueOn: new(calendar.On(w.now).AddDays(w.IntN(60)))}
	if w.IntN(3) == 0 {
		in.ReviewerIDs = new(w.reviewers())
	}
	_, err := w.Edit(w.t.Context(), by, w.id, unless(w, 99, w.rows.review.Version), in)
	return err
}

func (w *walk) decideTime(by access.Actor) error {
	_, err := w.DecideTime(w.t.Context(), by, w.id, one(w, w.rows.extensions), pick(w, []ExtensionDecision{Granted, Refused}), "")
	return err
}

func (w *walk) addAction(by access.Actor) error {
	_, err := w.AddAction(w.t.Context(), by, ActionInput{FindingID: one(w, w.rows.findings), Side: pick(w, []Side{SupplierSide, OurSide}),
		Text: both("Mend it."), DueOn: calendar.On(w.now).AddDays(30)})
	return err
}

// correct goes on with the successor.
func (w *walk) correct(by access.Actor) error {
	successor, err := w.Correct(w.t.Context(), by, w.id, unless(w, "", "Something was left out."))
	if err != nil {
		return err
	}
	w.id = successor.ID
	_, err = w.Edit(w.t.Context(), w.people["official"], w.id, 0, EditInput{ReviewerIDs: new(w.reviewers())})
	w.must("reviewers", err)
	return nil
}
