package reports_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
)

// The suppliers, systems and people in these tests are made up. The hosts are
// real, and nothing is said about them.
var (
	dhcw      = lang.Text{En: "Digital Health and Care Wales", Cy: "Iechyd a Gofal Digidol Cymru"}
	velindre  = lang.Text{En: "Velindre University NHS Trust", Cy: "Ymddiriedolaeth GIG Prifysgol Felindre"}
	swansea   = lang.Text{En: "Swansea Bay University Health Board", Cy: "Bwrdd Iechyd Prifysgol Bae Abertawe"}
	atTheTime = time.Date(2026, 3, 3, 14, 5, 0, 0, time.UTC)
)

func system(n int, name lang.Text, host lang.Text, tier int) review.SystemSnap {
	criticality, people := min(tier, 4), 42_500
	return review.SystemSnap{
		ID:        uuid.MustParse(fmt.Sprintf("00000000-0000-7000-8000-%012d", n)),
		Reference: fmt.Sprintf("SYS-%04d", n), Name: name,
		Purpose: lang.Text{En: "Keeps the appointments and letters of patients.", Cy: "Cadw apwyntiadau a llythyrau cleifion."},
		Host:    host, UsedBy: []lang.Text{dhcw, swansea}, Tier: tier, Criticality: &criticality,
		DataCategories: []string{"identity", "nhs_number", "health"}, PeopleCount: &people,
		Exposure: "internet", HostingKind: "cloud",
	}
}

func clinic() review.SystemSnap {
	return system(1, lang.Text{En: "Clinic letters", Cy: "Llythyrau clinig"}, dhcw, 1)
}

func wards() review.SystemSnap {
	return system(2, lang.Text{En: "Ward boards", Cy: "Byrddau ward"}, velindre, 2)
}

// patrols has a name in English alone, and little is known of it.
func patrols() review.SystemSnap {
	s := system(3, lang.Text{En: "Night Rota"}, velindre, 3)
	s.PeopleCount, s.DataCategories, s.Exposure, s.HostingKind = nil, nil, "", ""
	s.Purpose, s.TierProvisional = lang.Text{En: "Plans who works at night."}, true
	return s
}

// given builds a signed-off review of the shipped questionnaire over systems,
// scored by the rules themselves.
func given(t *testing.T, systems ...review.SystemSnap) *review.Snapshot {
	t.Helper()
	def := shipped(t)
	days := []time.Time{atTheTime.AddDate(0, -2, 0), atTheTime.AddDate(0, -1, 0), atTheTime.AddDate(0, 0, -20)}
	s := &review.Snapshot{
		At: atTheTime, Rendition: review.ForBoard, Reference: "REV-2026-0042", Kind: review.OfSupplier, State: review.SignedOff,
		Supplier:      review.NamedThing{Reference: "SUP-0007", Name: lang.Text{En: "Cŵn Llŷn Software Ltd", Cy: "Cŵn Llŷn Software Ltd"}},
		AskedBy:       dhcw,
		Questionnaire: review.QuestionnaireSnap{Code: def.Code, Title: def.Title, Number: 3, Digest: def.Digest()},
		FirstDueOn:    "2026-01-31", DueOn: "2026-02-07", IssuedAt: &days[0], SubmittedAt: &days[1], AssessedAt: &days[2], SignedOffAt: &atTheTime,
		AttestedBy: "Siân Gŵyr, Managing Director, Cŵn Llŷn Software Ltd", Reviewers: []string{"Dewi Ŵyn-Prys"},
		RuleVersion: questionnaire.RuleVersion, Systems: systems,
	}
	score(s, def)
	s.Findings = []review.FindingSnap{
		{Reference: "FND-2026-0012", Severity: review.Medium, Title: lang.Text{En: "Old accounts are not removed in time", Cy: "Nid yw hen gyfrifon yn cael eu dileu mewn pryd"},
			Detail: lang.Text{En: "Three accounts of people who had left in 2025 could still sign in.", Cy: "Roedd tri chyfrif pobl a adawodd yn 2025 yn dal i allu mewngofnodi."}, Requirements: []string{"caf-4.0:B2.d"}},
		{Reference: "FND-2026-0011", Severity: review.High, Title: lang.Text{En: "Restoring from backups has not been tried"},
			Detail: lang.Text{En: "No restore of the letters has been tried since the service moved in 2024. The plan says that it is tried each half-year."},
			System: systems[0].Name, Requirements: []string{"caf-4.0:D1.c", "iso-27001-2022:8.13"},
			SupplierComment: "A trial restore is planned for April. We ask that this be noted.", CommentOutcome: "accepted",
			CommentReply: lang.Text{En: "Noted. The finding stays until the trial is done.", Cy: "Nodwyd. Mae'r canfyddiad yn aros nes bod y prawf wedi'i wneud."}},
	}
	s.Actions = []review.ActionSnap{
		{Reference: "ACT-2026-0031", Text: lang.Text{En: "Try a full restore and send the result", Cy: "Rhoi cynnig ar adferiad llawn ac anfon y canlyniad"}, Owner: "Siân Gŵyr", DueOn: "2026-06-01", State: review.ActionOpen, Condition: true},
		{Reference: "ACT-2026-0032", Text: lang.Text{En: "Remove accounts within a day of leaving", Cy: "Dileu cyfrifon o fewn diwrnod i adael"}, Owner: "Siân Gŵyr", DueOn: "2026-02-20", State: review.ActionOpen, Finding: "FND-2026-0012"},
	}
	var hosts []lang.Text
	for _, system := range systems {
		if len(hosts) == 0 || hosts[len(hosts)-1] != system.Host {
			hosts = append(hosts, system.Host)
		}
	}
	for i, host := range hosts {
		signed := review.SignOffSnap{Host: host, SignedAs: review.SignedAsHost, Decision: review.Rely, IntervalMonths: 12,
			CurrentUntil: "2027-03-03", Name: "Mair Tŷ-Coch", JobTitle: "Senior Information Risk Owner", Organisation: host.En, At: atTheTime}
		if i == 0 {
			signed.Decision = review.RelyWithConditions
			signed.Conditions = []review.Condition{{DueOn: "2026-06-01", Text: lang.Text{En: "A full restore is tried, and its result sent to us.", Cy: "Rhoddir cynnig ar adferiad llawn, ac anfonir y canlyniad atom."}}}
		}
		s.SignOffs = append(s.SignOffs, signed)
	}
	fifty := 55
	s.Previous = &review.PreviousSnap{Reference: "REV-2025-0007", SignedOffOn: "2025-03-01"}
	s.Systems[0].PreviousRating, s.Systems[0].PreviousScore = questionnaire.Limited, &fifty
	return s
}

// draftOf takes back what the assessment's end brings.
func draftOf(s *review.Snapshot) *review.Snapshot {
	s.Draft, s.State, s.SignOffs, s.SignedOffAt = true, review.Assessed, nil, nil
	s.Actions = nil
	return s
}

// forSupplier is the supplier's rendition, which the domain makes without risk
// and users. Both stay in here, to see that the report does not print them.
func forSupplier(s *review.Snapshot) *review.Snapshot {
	s.Rendition = review.ForSupplier
	return s
}

// score judges every question, some badly, and works the rest out.
func score(s *review.Snapshot, def *questionnaire.Definition) {
	var facts questionnaire.Facts
	for _, system := range s.Systems {
		facts.Systems = append(facts.Systems, questionnaire.SystemFacts{ID: system.ID, Name: system.Name, Tier: system.Tier,
			Parts: []string{"develops", "hosts"}, HostingKind: system.HostingKind, Exposure: system.Exposure, DataCategories: system.DataCategories})
	}
	answers := map[questionnaire.Slot]questionnaire.Answer{}
	for _, item := range questionnaire.Evaluate(def, facts, nil).Items {
		answers[item.Slot] = questionnaire.Answer{Value: answerTo(item.Question), Evidence: 1}
	}
	judgements := map[questionnaire.Slot]questionnaire.Judgement{}
	for i, item := range questionnaire.Evaluate(def, facts, answers).Items {
		if !item.Shown {
			continue
		}
		j := questionnaire.Judgement{Outcome: questionnaire.Met, Basis: questionnaire.Bases[i%4]}
		q := review.QuestionSnap{Slot: item.Slot, Section: item.Section.Key, SectionTitle: item.Section.Title, Text: item.Question.Text,
			Essential: item.Question.Essential, Changed: i%6 == 0}
		switch {
		case item.Question.Key == "subcontractors.used" || i%9 == 4 && !item.Question.Essential:
			j.Outcome = questionnaire.NotMet
		case i%5 == 3:
			j.Outcome = questionnaire.PartlyMet
			q.Feedback = lang.Text{En: "Say who checks this, and how often.", Cy: "Dywedwch pwy sy'n gwirio hyn, a pha mor aml."}
		case i == 20:
			q.Feedback = lang.Text{En: "Well described."}
		}
		judgements[item.Slot] = j
		q.Outcome, q.Basis = j.Outcome, j.Basis
		s.Questions = append(s.Questions, q)
	}
	card := questionnaire.Score(def, facts, answers, judgements, questionnaire.Options{})
	var ratings []questionnaire.Rating
	for i := range s.Systems {
		system := &s.Systems[i]
		system.Score = *card.Of(system.ID)
		system.Rating = system.Score.WorkedOut
		ratings = append(ratings, system.Rating)
		system.Before = risk.Inherent(6-system.Tier, inventory.Exposure(system.Exposure), nil, atTheTime)
		system.After = risk.Residual(system.Before, risk.Shown{Rating: system.Rating})
	}
	s.Rating = questionnaire.WorstRating(ratings...)
}

// answerTo gives an answer of the question's type. To a question that opens
// others the poorest is given now and then, so that gates are closed.
func answerTo(q *questionnaire.Question) json.RawMessage {
	pick := func(i int) string { return q.Choices()[min(i, len(q.Choices())-1)].Value }
	switch q.Type {
	case questionnaire.YesNo:
		if q.Key == "subcontractors.used" {
			return json.RawMessage(`"no"`)
		}
		return json.RawMessage(`"yes"`)
	case questionnaire.SingleChoice:
		return json.RawMessage(`"` + pick(0) + `"`)
	case questionnaire.MultipleChoice:
		return json.RawMessage(`["` + pick(0) + `"]`)
	case questionnaire.Number:
		return json.RawMessage(`24`)
	case questionnaire.Day:
		return json.RawMessage(`"2026-01-15"`)
	case questionnaire.Text, questionnaire.File:
	}
	return json.RawMessage(`"As described."`)
}

func shipped(t *testing.T) *questionnaire.Definition {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "templates", "questionnaires", "core.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	def, err := questionnaire.Parse(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return def
}
