package questionnaire

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"sicrwydd/models/lang"
)

// Builders: a version in a few words.

var (
	systemA = uuid.MustParse("0190a000-0000-7000-8000-00000000000a")
	systemB = uuid.MustParse("0190a000-0000-7000-8000-00000000000b")
)

func both(s string) lang.Text { return lang.Text{En: s, Cy: "cy: " + s} }

// version makes a definition of sections, each with weight 1.
func version(sections ...Section) *Definition {
	return &Definition{Code: "test", Title: both("Test"), Introduction: both("Introduction"), Sections: sections}
}

func section(key string, questions ...Question) Section {
	return Section{Key: key, Title: both(key), Weight: 1, Questions: questions}
}

type with func(*Question)

// ask makes a yes/no question of weight 1 for the supplier.
func ask(key string, changes ...with) Question {
	q := Question{
		Key: key, Text: both(key), Scope: ScopeSupplier, Type: YesNo, Weight: 1, Evidence: EvidenceNever,
		Judging: Judging{Met: both("met"), PartlyMet: both("partly met"), NotMet: both("not met")},
	}
	for _, change := range changes {
		change(&q)
	}
	return q
}

func essential(q *Question)          { q.Essential = true }
func perSystem(q *Question)          { q.Scope = ScopeSystem }
func mayNotApply(q *Question)        { q.NotApplicable = true }
func weighing(weight int) with       { return func(q *Question) { q.Weight = weight } }
func ofType(kind Type) with          { return func(q *Question) { q.Type = kind } }
func when(c Condition) with          { return func(q *Question) { q.ShownWhen = &c } }
func evidence(e EvidencePolicy) with { return func(q *Question) { q.Evidence = e } }

func choosing(kind Type, values ...string) with {
	return func(q *Question) {
		q.Type = kind
		for _, value := range values {
			q.Options = append(q.Options, Option{Value: value, Label: both(value)})
		}
	}
}

// many makes n questions named prefix1, prefix2, ...
func many(prefix string, n int, changes ...with) []Question {
	var questions []Question
	for i := range n {
		questions = append(questions, ask(fmt.Sprintf("%s%d", prefix, i+1), changes...))
	}
	return questions
}

func is(key, value string) Condition       { return Condition{Question: key, Is: value} }
func includes(key, value string) Condition { return Condition{Question: key, Includes: value} }
func not(c Condition) Condition            { return Condition{Not: &c} }
func all(c ...Condition) Condition         { return Condition{All: c} }
func anyOf(c ...Condition) Condition       { return Condition{Any: c} }
func factIs(fact, value string) Condition  { return Condition{Fact: fact, Is: value} }
func factIncludes(fact, value string) Condition {
	return Condition{Fact: fact, Includes: value}
}

// oneSystem is a review of one system.
func oneSystem(tier int) Facts {
	return Facts{Tier: tier, Systems: []SystemFacts{{ID: systemA, Tier: tier, DataCategories: []string{}}}}
}

func twoSystems() Facts {
	return Facts{Systems: []SystemFacts{
		{ID: systemA, Tier: 2, HostingKind: "cloud", Exposure: "internet", Parts: []string{"hosts"}, DataCategories: []string{}},
		{ID: systemB, Tier: 1, HostingKind: "own", Exposure: "none", Parts: []string{"develops"}, DataCategories: []string{"health"}},
	}}
}

func at(key string) Slot                   { return Slot{Key: key} }
func of(key string, system uuid.UUID) Slot { return Slot{Key: key, System: system} }
func said(value any) Answer                { return Answer{Value: raw(value)} }
func raw(value any) json.RawMessage        { body, _ := json.Marshal(value); return body }
func judged(o Outcome) Judgement           { return Judgement{Outcome: o, Basis: Document} }

type answers = map[Slot]Answer
type judgements = map[Slot]Judgement

// answeringYes answers every slot with yes.
func answeringYes(def *Definition, facts Facts) answers {
	given := answers{}
	for _, q := range def.Questions() {
		for _, slot := range facts.slots(q) {
			given[slot] = said(Yes)
		}
	}
	return given
}

// judging judges every shown slot alike.
func judging(def *Definition, facts Facts, given answers, o Outcome) judgements {
	made := judgements{}
	for _, slot := range Evaluate(def, facts, given).Shown() {
		made[slot] = judged(o)
	}
	return made
}
