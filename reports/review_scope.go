package reports

import (
	"strconv"
	"strings"

	"sicrwydd/models/review"
	"sicrwydd/reports/document"
)

// scope says what was reviewed: the supplier, the systems, and what is known
// of them.
func (w *writer) scope() {
	w.add(document.Heading{Level: 1, Text: w.t("report.scope"), NewPage: true})
	facts := []document.Fact{
		w.fact("report.supplier", append(w.name(w.s.Supplier.Name), document.Run{Text: " (" + w.s.Supplier.Reference + ")"})),
		w.fact("report.kind", document.Plain(w.t("review.kind."+string(w.s.Kind)))),
		w.fact("report.questionnaire", append(w.name(w.s.Questionnaire.Title),
			document.Run{Text: ", " + w.t("report.version", "Number", w.s.Questionnaire.Number)})),
		w.fact("report.state", document.Plain(w.state())),
		w.fact("report.due", document.Plain(w.day(w.s.DueOn))),
	}
	if w.s.FirstDueOn != "" && w.s.FirstDueOn != w.s.DueOn {
		facts = append(facts, w.fact("report.first-due", document.Plain(w.day(w.s.FirstDueOn))))
	}
	for _, step := range []document.Fact{
		w.fact("report.issued", document.Plain(w.date(w.s.IssuedAt))),
		w.fact("report.submitted", document.Plain(w.date(w.s.SubmittedAt))),
		w.fact("report.attested", document.Plain(w.s.AttestedBy)),
		w.fact("report.assessed", document.Plain(w.date(w.s.AssessedAt))),
		w.fact("report.reviewers", document.Plain(strings.Join(w.s.Reviewers, "; "))),
	} {
		if step.Value.String() != "" {
			facts = append(facts, step)
		}
	}
	w.add(document.Facts{Rows: facts})
	for i := range w.s.Systems {
		w.system(&w.s.Systems[i])
	}
}

func (w *writer) state() string {
	if w.s.State == Superseded {
		return w.t("tag.superseded")
	}
	return w.t("review.state." + string(w.s.State))
}

// system tells of one system. To the supplier it shows its name alone: who
// hosts and uses it, and what we think of its weight, is our side's.
func (w *writer) system(s *review.SystemSnap) {
	w.add(document.Heading{Level: 2, Text: w.name(s.Name).String()})
	facts := []document.Fact{w.fact("report.system-reference", document.Plain(s.Reference))}
	if _, in := s.Name.In(w.doc.Lang); in != w.doc.Lang {
		facts = append(facts, w.fact("report.name", w.text(s.Name)))
	}
	if w.forBoard() {
		facts = append(facts,
			w.fact("report.purpose", w.known(w.text(s.Purpose))),
			w.fact("report.host", w.known(w.name(s.Host))),
			w.fact("report.used-by", w.known(w.users(s))),
			w.fact("report.tier", w.known(w.tier(s))),
			w.fact("report.criticality", w.known(w.criticality(s.Criticality))),
			w.fact("report.data", w.known(w.data(s.DataCategories))),
			w.fact("report.people", w.known(w.count(s.PeopleCount))),
			w.fact("report.exposure", w.known(w.value("exposure", s.Exposure))),
			w.fact("report.hosting", w.known(w.value("hosting.kind", s.HostingKind))),
		)
	}
	w.add(document.Facts{Rows: facts})
}

func (w *writer) users(s *review.SystemSnap) document.Text {
	var users []document.Text
	for _, user := range s.UsedBy {
		users = append(users, w.name(user))
	}
	return document.Join("; ", users...)
}

func (w *writer) tier(s *review.SystemSnap) document.Text {
	if s.Tier == 0 {
		return nil
	}
	tier := document.Plain(strconv.Itoa(s.Tier))
	if s.TierProvisional {
		tier = append(tier, document.Run{Text: " (" + w.t("report.provisional") + ")", Quiet: true})
	}
	return tier
}

func (w *writer) criticality(n *int) document.Text {
	if n == nil {
		return nil
	}
	return document.Plain(w.t("criticality." + strconv.Itoa(*n)))
}

// data lists the categories; none at all is known too.
func (w *writer) data(categories []string) document.Text {
	if categories == nil {
		return nil
	}
	if len(categories) == 0 {
		return document.Plain(w.t("report.data.none"))
	}
	words := make([]string, len(categories))
	for i, category := range categories {
		words[i] = w.t("data_category." + category)
	}
	return document.Plain(strings.Join(words, "; "))
}

func (w *writer) count(n *int) document.Text {
	if n == nil {
		return nil
	}
	return document.Plain(w.words.Number(*n))
}

func (w *writer) value(of, value string) document.Text {
	if value == "" {
		return nil
	}
	return document.Plain(w.t(of + "." + value))
}
