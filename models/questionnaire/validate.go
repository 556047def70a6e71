package questionnaire

import (
	"regexp"
	"slices"
	"strings"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
)

var (
	keyForm    = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`)
	optionForm = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
	scoreForm  = regexp.MustCompile(`^(0(\.\d{1,4})?|1(\.0{1,4})?)$`)
)

const maxKeyLength = 100

// Validate holds a version against the rules that a published one keeps, and
// names every defect at once, each at its place
// ("questions/backups.tested/text.cy"). requirementExists says whether a
// framework that is there has the requirement ("caf-4.0:B2.a").
func (d *Definition) Validate(requirementExists func(ref string) bool) error {
	v := &validation{
		def:               d,
		found:             fault.Invalid("questionnaire.invalid"),
		requirementExists: requirementExists,
		byKey:             map[string]*Question{},
		order:             map[string]int{},
	}
	v.header()
	v.sections()
	if len(v.found.Fields) == 0 {
		v.branches() // only sound conditions can be searched
	}
	return v.found.OrNil()
}

// validation is one pass over a version.
type validation struct {
	def               *Definition
	found             *fault.Error
	requirementExists func(string) bool
	// byKey and order hold the questions passed so far: a condition may look
	// at those only, which also keeps conditions from going in a circle.
	byKey map[string]*Question
	order map[string]int
}

func (v *validation) on(place, key string, args ...fault.Args) { v.found.On(place, key, args...) }

func (v *validation) header() {
	if !keyForm.MatchString(v.def.Code) || len(v.def.Code) > maxKeyLength {
		v.on("code", "questionnaire.key-malformed")
	}
	v.bothLanguages("title", v.def.Title)
	v.bothLanguages("introduction", v.def.Introduction)
	if len(v.def.Sections) == 0 {
		v.on("sections", "questionnaire.sections-missing")
	}
}

func (v *validation) sections() {
	alwaysAsked := false
	known := map[string]bool{}
	for i := range v.def.Sections {
		section := &v.def.Sections[i]
		place := "sections/" + section.Key
		if !keyForm.MatchString(section.Key) || len(section.Key) > maxKeyLength {
			v.on(place+"/key", "questionnaire.key-malformed")
		}
		if known[section.Key] {
			v.on(place+"/key", "questionnaire.key-duplicate")
		}
		known[section.Key] = true
		v.bothLanguages(place+"/title", section.Title)
		if section.Weight < 1 {
			v.on(place+"/weight", "questionnaire.section-weight-not-positive")
		}
		if len(section.Questions) == 0 {
			v.on(place+"/questions", "questionnaire.section-empty")
		}
		for j := range section.Questions {
			q := &section.Questions[j]
			v.question(q)
			alwaysAsked = alwaysAsked || (q.ShownWhen == nil && q.IsRequired())
		}
	}
	if !alwaysAsked {
		v.on("sections", "questionnaire.no-unconditional-required-question")
	}
}

func (v *validation) question(q *Question) {
	place := "questions/" + q.Key
	if !keyForm.MatchString(q.Key) || len(q.Key) > maxKeyLength {
		v.on(place+"/key", "questionnaire.key-malformed")
	}
	if v.byKey[q.Key] != nil {
		v.on(place+"/key", "questionnaire.key-duplicate")
	}
	v.texts(q, place)
	if q.Scope != ScopeSupplier && q.Scope != ScopeSystem {
		v.on(place+"/scope", "questionnaire.scope-unknown")
	}
	if !slices.Contains(Types, q.Type) {
		v.on(place+"/type", "questionnaire.type-unknown")
	}
	if q.NotApplicable && q.Type != YesNo {
		v.on(place+"/not_applicable", "questionnaire.not-applicable-needs-yes-no")
	}
	if q.Weight < 0 {
		v.on(place+"/weight", "questionnaire.weight-negative")
	}
	if q.Essential && q.Weight < 1 {
		v.on(place+"/essential", "questionnaire.essential-without-weight")
	}
	if q.Minutes < 0 {
		v.on(place+"/minutes", "questionnaire.minutes-negative")
	}
	v.evidence(q, place)
	v.options(q, place)
	v.knownFrom(q, place)
	for _, ref := range q.Requirements {
		if !v.requirementExists(ref) {
			v.on(place+"/requirements", "questionnaire.requirement-unknown", fault.Args{"ref": ref})
		}
	}
	v.condition(q, q.ShownWhen, place+"/shown_when")
	v.byKey[q.Key], v.order[q.Key] = q, len(v.order)
}

// texts: the question always, how it is judged where it is judged; the rest
// may be absent, but not in one language only.
func (v *validation) texts(q *Question, place string) {
	v.bothLanguages(place+"/text", q.Text)
	v.bothOrNone(place+"/guidance", q.Guidance)
	v.bothOrNone(place+"/why", q.Why)
	v.bothOrNone(place+"/good_evidence", q.GoodEvidence)
	levels := []struct {
		name string
		text lang.Text
	}{{"met", q.Judging.Met}, {"partly_met", q.Judging.PartlyMet}, {"not_met", q.Judging.NotMet}}
	for _, level := range levels {
		if q.Weight > 0 {
			v.bothLanguages(place+"/judging."+level.name, level.text)
		} else {
			v.bothOrNone(place+"/judging."+level.name, level.text)
		}
	}
}

func (v *validation) bothLanguages(place string, text lang.Text) {
	for _, tag := range lang.All {
		if s, in := text.In(tag); in != tag || strings.TrimSpace(s) == "" {
			v.on(place+"."+string(tag), "questionnaire.text-missing")
		}
	}
}

func (v *validation) bothOrNone(place string, text lang.Text) {
	if !text.Empty() {
		v.bothLanguages(place, text)
	}
}

func (v *validation) evidence(q *Question, place string) {
	switch q.Evidence {
	case EvidenceNever, EvidenceAlways:
	case EvidenceWhenYes:
		if q.Type != YesNo {
			v.on(place+"/evidence", "questionnaire.when-yes-needs-yes-no")
		}
	default:
		v.on(place+"/evidence", "questionnaire.evidence-unknown")
	}
	if q.Type == File && q.Evidence != EvidenceAlways {
		v.on(place+"/evidence", "questionnaire.file-needs-evidence")
	}
}

func (v *validation) options(q *Question, place string) {
	place += "/options"
	known := map[string]bool{}
	for _, option := range q.Options {
		at := place + "/" + option.Value
		if !optionForm.MatchString(option.Value) || len(option.Value) > maxKeyLength {
			v.on(at+"/value", "questionnaire.option-malformed")
		}
		if known[option.Value] {
			v.on(at+"/value", "questionnaire.option-duplicate")
		}
		known[option.Value] = true
		v.bothLanguages(at+"/label", option.Label)
		if option.Score != "" && !scoreForm.MatchString(option.Score) {
			v.on(at+"/score", "questionnaire.score-out-of-range")
		}
		if option.Judgement != "" && !slices.Contains(Outcomes, option.Judgement) {
			v.on(at+"/judgement", "questionnaire.judgement-unknown")
		}
	}
	switch q.Type {
	case SingleChoice, MultipleChoice:
		if len(q.Options) < 2 {
			v.on(place, "questionnaire.options-too-few")
		}
	case YesNo:
		allowed := len(known) == 0 || (known[Yes] && known[No])
		if known[DoesNotApply] {
			allowed = allowed && q.NotApplicable && len(known) == 3
		} else {
			allowed = allowed && len(known) <= 2
		}
		if !allowed {
			v.on(place, "questionnaire.options-not-yes-no")
		}
	default:
		if len(q.Options) > 0 {
			v.on(place, "questionnaire.options-not-wanted")
		}
	}
}
