package questionnaire

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
)

// factValues are the facts that a condition may name, with the values that
// they can have; nil where any name or number is allowed.
var factValues = map[string][]string{
	FactPart:        {"develops", "hosts", "supports", "processes"},
	FactHostingKind: {"cloud", "supplier", "own"},
	FactExposure:    {"internet", "partner", "none"},
	FactDataCategories: {"identity", "contact", "staff", "national_insurance_number", "nhs_number",
		"financial", "health", "special_category", "radiation_dose", "credentials"},
	FactTier:         nil,
	FactCertificates: nil,
}

// maxWorlds bounds how many ways to answer the questions that one question
// hangs on there may be, so that gates can always be worked out at once.
const maxWorlds = 1 << 20

// condition checks one condition of a question and what is inside it.
func (v *validation) condition(q *Question, c *Condition, place string) {
	if c == nil {
		return
	}
	if !c.wellFormed() {
		v.on(place, "questionnaire.condition-malformed")
		return
	}
	for i := range c.All {
		v.condition(q, &c.All[i], place+"/all/"+strconv.Itoa(i))
	}
	for i := range c.Any {
		v.condition(q, &c.Any[i], place+"/any/"+strconv.Itoa(i))
	}
	v.condition(q, c.Not, place+"/not")
	switch {
	case c.Question != "":
		v.leafOnAnswer(q, c, place)
	case c.Fact != "":
		v.leafOnFact(c, place)
	}
}

// wellFormed: a condition is one thing, and a leaf asks one thing.
func (c *Condition) wellFormed() bool {
	forms, asks := 0, 0
	for _, given := range []bool{len(c.All) > 0, len(c.Any) > 0, c.Not != nil, c.Question != "", c.Fact != ""} {
		if given {
			forms++
		}
	}
	bounded := c.AtMost != "" || c.AtLeast != ""
	for _, given := range []bool{c.Is != "", c.Includes != "", c.Answered != nil, bounded} {
		if given {
			asks++
		}
	}
	leaf := c.Question != "" || c.Fact != ""
	return forms == 1 && ((leaf && asks == 1) || (!leaf && asks == 0))
}

// leafOnAnswer: a condition looks at an earlier question, in a way that fits
// its type; a question that the supplier answers once cannot hang on one that
// has an answer for each system.
func (v *validation) leafOnAnswer(q *Question, c *Condition, place string) {
	other := v.byKey[c.Question]
	args := fault.Args{"key": c.Question}
	if other == nil {
		if v.def.Question(c.Question) != nil {
			v.on(place, "questionnaire.condition-not-earlier", args)
		} else {
			v.on(place, "questionnaire.condition-question-unknown", args)
		}
		return
	}
	if q.Scope == ScopeSupplier && other.Scope == ScopeSystem {
		v.on(place, "questionnaire.condition-across-scopes", args)
	}
	fits := false
	switch {
	case c.Answered != nil:
		fits = true
	case c.Is != "":
		switch other.Type {
		case YesNo, SingleChoice:
			fits = other.offers(c.Is)
		case Number:
			_, fits = decimal(c.Is)
		case Text, Day:
			fits = true
		}
	case c.Includes != "":
		fits = other.Type == MultipleChoice && other.offers(c.Includes)
	default:
		fits = other.Type == Number && c.boundsReadable()
	}
	if !fits {
		v.on(place, "questionnaire.condition-does-not-fit", args)
	}
}

func (v *validation) leafOnFact(c *Condition, place string) {
	values, known := factValues[c.Fact]
	args := fault.Args{"fact": c.Fact}
	if !known {
		v.on(place, "questionnaire.condition-fact-unknown", args)
		return
	}
	fits := false
	switch c.Fact {
	case FactTier:
		_, isNumber := decimal(c.Is)
		fits = isNumber || (c.Is == "" && c.Includes == "" && c.Answered == nil && c.boundsReadable())
	case FactHostingKind, FactExposure:
		fits = slices.Contains(values, c.Is)
	case FactCertificates:
		fits = c.Includes != ""
	default:
		fits = slices.Contains(values, c.Includes)
	}
	if !fits {
		v.on(place, "questionnaire.condition-does-not-fit", args)
	}
}

func (c *Condition) boundsReadable() bool {
	for _, bound := range []string{string(c.AtMost), string(c.AtLeast)} {
		if _, ok := decimal(bound); bound != "" && !ok {
			return false
		}
	}
	return c.AtMost != "" || c.AtLeast != ""
}

// branches looks for a gate with essentials in branches that exclude each
// other: were it judged not met, both would count as not met though no truth
// could have shown both. Two essentials are such if there are facts with which
// either can be asked, but never both.
func (v *validation) branches() {
	var essentials []*Question
	for _, q := range v.def.Questions() {
		size := 1
		for _, decides := range variables(v.byKey, v.order, q) {
			size *= decides.size()
			if size > maxWorlds {
				v.on("questions/"+q.Key+"/shown_when", "questionnaire.condition-too-tangled")
				return
			}
		}
		if q.Essential && q.ShownWhen != nil {
			essentials = append(essentials, q)
		}
	}
	for i, a := range essentials {
		for _, b := range essentials[i+1:] {
			gate := v.commonGate(a, b)
			if gate != "" && v.exclude(a, b) {
				v.on("questions/"+b.Key+"/shown_when", "questionnaire.essentials-exclude-each-other",
					fault.Args{"gate": gate, "with": a.Key})
			}
		}
	}
}

// size counts the domain without building it: a multiple choice has two to
// the power of the options that conditions mention.
func (v variable) size() int {
	if v.question.Type == MultipleChoice {
		mentioned := v.mentioned(func(leaf *Condition) string { return leaf.Includes })
		return 1 << min(len(mentioned), 30)
	}
	return len(v.domain())
}

func (v *validation) commonGate(a, b *Question) string {
	ofB := variables(v.byKey, v.order, b)
	for _, gate := range variables(v.byKey, v.order, a) {
		if slices.ContainsFunc(ofB, func(other variable) bool { return other.question == gate.question }) {
			return gate.question.Key
		}
	}
	return ""
}

func (v *validation) exclude(a, b *Question) bool {
	deciding := variables(v.byKey, v.order, a, b)
	for _, facts := range inventories(a, b, deciding) {
		canBeAsked := func(questions ...*Question) bool {
			search := worlds{
				variables: deciding,
				targets:   questions,
				fact:      func(_ *Question, name string) []string { return facts.seenFrom(uuid.Nil, name) },
				fixed:     func(*Question) (reply, bool) { return reply{}, false },
			}
			return search.reachable()
		}
		if canBeAsked(a) && canBeAsked(b) && !canBeAsked(a, b) {
			return true
		}
	}
	return false
}

// inventories gives one system for each way in which the facts that the
// questions look at can differ.
func inventories(a, b *Question, deciding []variable) []Facts {
	mentioned := map[string][]string{}
	note := func(q *Question) {
		for _, leaf := range q.ShownWhen.leaves() {
			value := leaf.Is + leaf.Includes
			if leaf.Fact != "" && !slices.Contains(mentioned[leaf.Fact], value) {
				mentioned[leaf.Fact] = append(mentioned[leaf.Fact], value)
			}
		}
	}
	note(a)
	note(b)
	for _, v := range deciding {
		note(v.question)
	}
	all := []Facts{{Systems: []SystemFacts{{Tier: 1, DataCategories: []string{}}}}}
	vary := func(fact string, values int, set func(f *Facts, i int)) {
		if mentioned[fact] == nil {
			return
		}
		var varied []Facts
		for _, facts := range all {
			for i := range values {
				next := facts
				next.Systems = slices.Clone(facts.Systems)
				set(&next, i)
				varied = append(varied, next)
			}
		}
		all = varied
	}
	kinds, exposures := factValues[FactHostingKind], factValues[FactExposure]
	parts, data := subsets(mentioned[FactPart]), subsets(mentioned[FactDataCategories])
	certificates := subsets(mentioned[FactCertificates])
	vary(FactPart, len(parts), func(f *Facts, i int) { f.Systems[0].Parts = parts[i] })
	vary(FactDataCategories, len(data), func(f *Facts, i int) {
		f.Systems[0].DataCategories = append([]string{}, data[i]...)
	})
	vary(FactCertificates, len(certificates), func(f *Facts, i int) { f.Certificates = certificates[i] })
	vary(FactHostingKind, len(kinds), func(f *Facts, i int) { f.Systems[0].HostingKind = kinds[i] })
	vary(FactExposure, len(exposures), func(f *Facts, i int) { f.Systems[0].Exposure = exposures[i] })
	vary(FactTier, 4, func(f *Facts, i int) { f.Systems[0].Tier = i + 1 })
	return all
}
