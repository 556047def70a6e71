package reports

import (
	"fmt"
	"strconv"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/reports/document"
	"sicrwydd/templates/locales"
)

// systemWriter puts the report of a system into words.
type systemWriter struct {
	*writer
	r *portfolio.SystemReport
}

// SystemReport writes the report of one system in a language.
func SystemReport(r *portfolio.SystemReport, tag lang.Tag) (*document.Document, error) {
	w := &systemWriter{&writer{words: locales.For(tag)}, r}
	name, _ := r.Risk.Name.In(tag)
	w.doc = &document.Document{Lang: tag, Title: w.t("system-report.title"), Subtitle: name, Reference: r.Risk.Reference, Author: w.t("report.author"), Moment: r.At,
		Marking: w.t("hit.marking"), Footer: w.t("report.moment", "Moment", w.moment(r.At)),
		Details: []string{w.t("system-report.reference", "Reference", r.Risk.Reference), w.t("report.moment", "Moment", w.moment(r.At)), w.t("pack.made-by", "Name", r.MadeBy)}}
	w.position()
	w.about()
	w.users()
	w.suppliers()
	w.contracts()
	w.risk()
	w.reviews()
	w.found()
	w.explain("system-report.method")
	if w.err != nil {
		return nil, fmt.Errorf("report of system %s: %w", r.Risk.Reference, w.err)
	}
	return w.doc, nil
}

// position is the first thing that is read: how large the risk is that remains,
// and what it rests on.
func (w *systemWriter) position() {
	w.heading(1, "pack.position")
	stands, after := w.r.Risk.Standing, w.r.Risk.ResidualRisk
	lines := []document.Text{
		document.Plain(w.t("system-report.stands", "Rating", w.t("rating."+string(stands.Rating)), "Standing", w.t("standing."+string(stands.Kind)))),
		document.Plain(w.t("system-report.open", "Findings", len(w.r.Findings), "Actions", len(w.r.Actions), "Overdue", w.r.Overdue())),
	}
	if after.Level == "" {
		w.add(document.Callout{Tone: document.Grey, Label: w.t("pack.risk.after"), Word: w.t("system.status." + string(w.r.Risk.Status)), Lines: []document.Text{document.Plain(w.t("risk.none"))}})
		return
	}
	if accepted := w.accepted(); accepted != nil {
		lines = append(lines, document.Plain(w.t("system-report.accepted", "Date", w.day(accepted.UntilOn))))
	}
	w.add(document.Callout{Tone: levelTone(after.Level), Label: w.t("pack.risk.after"), Word: w.t("level."+string(after.Level)) + ": " + product(*after), Lines: lines})
}

// accepted is the acceptance of the risk that stands today; nil: none.
func (w *systemWriter) accepted() *portfolio.Acceptance {
	for _, a := range w.r.Risk.Acceptances {
		if a.On(w.r.Risk.Today) == portfolio.Accepted {
			return a
		}
	}
	return nil
}

// about says what the system is, who hosts it, and whose data it holds.
func (w *systemWriter) about() {
	s := w.r.Risk.System
	w.heading(1, "system-report.about")
	tier := document.Text(nil)
	if s.Tier > 0 {
		tier = document.Plain(strconv.Itoa(s.Tier))
	}
	if s.TierProvisional && s.Tier > 0 {
		tier = append(tier, document.Run{Text: " (" + w.t("report.provisional") + ")", Quiet: true})
	}
	categories := []string(nil)
	if s.DataCategories != nil {
		categories = []string{}
	}
	for _, c := range s.DataCategories {
		categories = append(categories, string(c))
	}
	w.add(document.Facts{Rows: []document.Fact{
		w.fact("report.system-reference", document.Plain(s.Reference)),
		w.fact("report.purpose", w.known(w.text(s.Purpose))),
		w.fact("common.status", document.Plain(w.t("system.status."+string(s.Status)))),
		w.fact("report.host", w.known(w.name(w.r.Host))),
		w.fact("system-report.siro", w.known(document.Plain(w.r.SIRO))),
		w.fact("hit.owner", w.known(document.Plain(s.InformationAssetOwner))),
		w.fact("report.tier", w.known(tier)),
		w.fact("report.criticality", w.known(w.criticality(s.Criticality))),
		w.fact("report.exposure", w.known(w.value("exposure", string(s.Exposure)))),
		w.fact("report.hosting", w.known(document.Join(", ", w.value("hosting.kind", string(s.Hosting.Kind)), document.Plain(s.Hosting.Location), document.Plain(s.Hosting.Country)))),
	}})
	w.heading(2, "system-report.data")
	w.add(document.Facts{Rows: []document.Fact{
		w.fact("report.data", w.known(w.data(categories))),
		w.fact("report.people", w.known(w.count(s.PeopleCount))),
		w.fact("system.years", w.known(w.count(s.YearsKept))),
	}})
}

func (w *systemWriter) users() {
	w.heading(2, "report.used-by")
	if len(w.r.Uses) == 0 {
		w.say("hit.no-uses")
		return
	}
	t := w.table(w.t("system-report.uses"), document.Column{Title: "common.organisation", Weight: 4}, document.Column{Title: "hit.as", Weight: 2.2},
		document.Column{Title: "hit.people-short", Weight: 1.6, Right: true}, document.Column{Title: "hit.local-owner", Weight: 2.4}, document.Column{Title: "use.confirmed", Weight: 2.4})
	for _, u := range w.r.Uses {
		t.Rows = append(t.Rows, []document.Cell{{Text: boldText(w.name(u.Organisation))}, plain(w.t("use.role." + string(u.Role))), {Text: w.known(w.count(u.PeopleCount))},
			{Text: w.known(document.Plain(u.LocalOwner))}, plain(w.or(w.date(u.ConfirmedAt), "use.unconfirmed"))})
	}
	w.add(t)
}

// or is the text, or the words of a key where there is none.
func (w *systemWriter) or(text, key string) string {
	if text == "" {
		return w.t(key)
	}
	return text
}

// suppliers says who stands behind the system, with which part, and how each
// stands with it.
func (w *systemWriter) suppliers() {
	w.add(document.Heading{Level: 1, Text: w.t("nav.suppliers")})
	parts := w.r.Risk.BySupplier()
	if len(parts) == 0 {
		w.say("system-report.no-suppliers")
		return
	}
	t := w.table(w.t("system-report.suppliers"), document.Column{Title: "common.supplier", Weight: 3}, document.Column{Title: "facts.part", Weight: 2.4},
		document.Column{Title: "report.rating", Weight: 2.4}, document.Column{Title: "system-report.standing", Weight: 2.6}, document.Column{Title: "schedule.next", Weight: 2})
	for _, one := range parts {
		var does document.Text
		for _, part := range one.Parts {
			does = document.Join(", ", does, document.Plain(w.t("part."+string(part))))
		}
		row := []document.Cell{bold(one.Name), {Text: does}, plain(""), plain(""), plain("")}
		for _, pair := range w.r.Risk.Pairs {
			if pair.SupplierID == one.SupplierID {
				row[2], row[3], row[4] = w.rating(pair.Rating), document.Cell{Text: w.standing(&pair)}, plain(w.or(w.day(pair.NextReviewOn), "schedule.now"))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	w.add(t)
}

// standing says how a pair stands, since when and until when.
func (w *systemWriter) standing(s *review.Standing) document.Text {
	lines := []document.Text{document.Plain(w.t("standing." + string(s.Kind)))}
	if s.RatedOn != "" {
		lines = append(lines, document.Quiet(w.t("system-report.rated", "From", w.day(s.RatedOn), "Until", w.day(s.Until))))
	}
	return document.Join("\n", lines...)
}

func (w *systemWriter) contracts() {
	w.heading(2, "contract.list")
	if len(w.r.Contracts) == 0 {
		w.say("contract.none")
		return
	}
	t := w.table(w.t("system-report.contracts"), document.Column{Title: "hit.contract", Weight: 3.4}, document.Column{Title: "common.supplier", Weight: 2.6},
		document.Column{Title: "contract.ends-on", Weight: 2}, document.Column{Title: "system-report.hours", Weight: 1.8, Right: true},
		document.Column{Title: "system-report.audit", Weight: 1.4}, document.Column{Title: "system-report.terms", Weight: 1.8})
	for _, c := range w.r.Contracts {
		ends := document.Cell{Text: w.known(document.Plain(w.day(c.EndsOn)))}
		if c.EndsOn != "" && c.EndsOn < calendar.On(w.r.At) {
			ends.Text = document.Join("\n", ends.Text, document.Bold(w.t("system-report.has-ended")))
		}
		t.Rows = append(t.Rows, []document.Cell{{Text: document.Join("\n", document.Bold(c.Title), document.Quiet(c.Reference))}, plain(c.Supplier), ends,
			{Text: w.known(w.count(c.BreachNoticeHours))}, {Text: w.known(w.yesNo(c.RightToAudit))}, {Text: w.known(w.yesNo(c.DataProcessingTerms))}})
	}
	w.add(t)
}

func (w *systemWriter) yesNo(b *bool) document.Text {
	switch {
	case b == nil:
		return nil
	case *b:
		return document.Plain(w.t("common.yes"))
	}
	return document.Plain(w.t("common.no"))
}

// reviews lists the reviews of the system, the newest first.
func (w *systemWriter) reviews() {
	w.heading(1, "nav.reviews")
	if len(w.r.Reviews) == 0 {
		w.say("supplier.no-reviews")
		return
	}
	t := w.table(w.t("system-report.reviews"), document.Column{Title: "common.reference", Weight: 2.4}, document.Column{Title: "common.supplier", Weight: 2.8},
		document.Column{Title: "report.state", Weight: 2.2}, document.Column{Title: "report.due", Weight: 2.2}, document.Column{Title: "report.rating", Weight: 2.4}, document.Column{Title: "report.decision", Weight: 2})
	for _, r := range w.r.Reviews {
		state := document.Join("\n", document.Plain(w.t("review.state."+string(r.State))), document.Quiet(w.day(r.SignedOffOn)))
		rating, decision := plain(w.t("pack.ended.no-rating")), ""
		if r.Rating != "" {
			rating, decision = w.rating(r.Rating), w.t("decision."+string(r.Decision))
		}
		t.Rows = append(t.Rows, []document.Cell{bold(r.Reference), plain(r.Supplier), {Text: state}, plain(w.day(r.DueOn)), rating, plain(decision)})
	}
	w.add(t)
}

// found lists what is open of what signed reviews found, and what is done about
// it.
func (w *systemWriter) found() {
	w.heading(1, "report.findings")
	w.say("system-report.closed", "Count", w.r.Closed)
	if len(w.r.Findings) > 0 {
		t := w.table(w.t("system-report.findings"), document.Column{Title: "report.reference-short", Weight: 2}, document.Column{Title: "report.severity", Weight: 1.4},
			document.Column{Title: "report.finding", Weight: 4.4}, document.Column{Title: "common.supplier", Weight: 2.6})
		for _, f := range w.r.Findings {
			t.Rows = append(t.Rows, []document.Cell{bold(f.Reference), {Text: document.Plain(w.t("severity." + string(f.Severity))), Tone: severityTone(f.Severity)},
				{Text: w.text(f.Title)}, {Text: document.Join("\n", document.Plain(f.Supplier), document.Quiet(f.Review))}})
		}
		w.add(t)
	}
	w.heading(2, "report.actions")
	if len(w.r.Actions) == 0 {
		w.say("report.actions.none")
		return
	}
	w.add(w.actionTable(w.t("pack.tracker.caption"), calendar.On(w.r.At), w.r.Actions))
}

// risk shows where the system stands on the matrix, why, and what would lower
// what remains.
func (w *systemWriter) risk() {
	before, after := w.r.Risk.InherentRisk, w.r.Risk.ResidualRisk
	if before.Level == "" {
		return
	}
	w.heading(1, "risk.title")
	w.say("system-report.risk")
	numbers := w.table(w.t("system.risk-caption"), document.Column{Title: "report.risk.when", Weight: 3}, document.Column{Title: "system.score", Weight: 3}, document.Column{Title: "system-report.level", Weight: 3})
	numbers.Rows = [][]document.Cell{{bold(w.t("report.risk.before")), plain(product(*before)), w.level(*before)}, {bold(w.t("report.risk.after")), plain(product(*after)), w.level(*after)}}
	w.add(document.Figure{Drawing: document.Matrix(w.matrixWords(), []document.Marker{{Name: "A", Consequence: before.Consequence, Likelihood: before.Likelihood},
		{Name: "A", Consequence: after.Consequence, Likelihood: after.Likelihood, Filled: true}}), Alt: w.t("system-report.risk-alt"), Numbers: numbers})
	why := w.table(w.t("report.risk.why.caption"), document.Column{Title: "report.risk.when", Weight: 2.4}, document.Column{Title: "report.risk.reason", Weight: 6}, document.Column{Title: "report.risk.points", Weight: 1.2, Right: true})
	for _, of := range []struct {
		when string
		a    *risk.Assessment
	}{{"report.risk.before", before}, {"report.risk.after", after}} {
		for _, reason := range of.a.Reasons {
			why.Rows = append(why.Rows, []document.Cell{bold(w.t(of.when)), plain(w.t(reason.Key)), plain(signed(reason.Points))})
		}
	}
	w.add(why)
	w.explain("report.risk.bounds")
	w.remedies()
	w.missing()
}

func (w *systemWriter) remedies() {
	w.heading(2, "risk.lower")
	if len(w.r.Risk.Remedies) == 0 {
		w.say("risk.lower-none")
		return
	}
	t := w.table(w.t("risk.lower-caption"), document.Column{Title: "risk.remedy", Weight: 6}, document.Column{Title: "system.score", Weight: 2}, document.Column{Title: "risk.then", Weight: 2})
	for _, remedy := range w.r.Risk.Remedies {
		what := ""
		if remedy.On != nil {
			what = w.t(remedy.Key, "Date", w.date(remedy.On))
		} else {
			what = w.t(remedy.Key)
		}
		text := document.Plain(what)
		if remedy.After.Score >= w.r.Risk.ResidualRisk.Score {
			text = append(text, document.Run{Text: " " + w.t("risk.not-alone"), Quiet: true})
		}
		t.Rows = append(t.Rows, []document.Cell{{Text: text}, plain(product(remedy.After)), w.level(remedy.After)})
	}
	w.add(t)
}

// missing lists the facts that are not known and could change the risk.
func (w *systemWriter) missing() {
	if len(w.r.Risk.Missing) == 0 {
		return
	}
	w.heading(2, "risk.not-known")
	w.say("risk.not-known-explain")
	t := w.table(w.t("risk.not-known-caption"), document.Column{Title: "risk.fact", Weight: 5}, document.Column{Title: "risk.at-least", Weight: 2.5}, document.Column{Title: "risk.at-most", Weight: 2.5})
	for _, m := range w.r.Risk.Missing {
		t.Rows = append(t.Rows, []document.Cell{bold(w.t("field.system." + m.Field)), w.level(m.Lowest), w.level(m.Highest)})
	}
	w.add(t)
}
