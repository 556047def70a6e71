package reports

import (
	"strconv"

	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
)

// feedback repeats what the reviewer wrote for the supplier.
func (w *writer) feedback() {
	t := w.table(w.t("report.feedback.caption"),
		document.Column{Title: "report.question", Weight: 40}, document.Column{Title: "report.outcome", Weight: 18},
		document.Column{Title: "report.feedback.words", Weight: 42})
	for _, q := range w.s.Questions {
		if !q.Feedback.Empty() {
			t.Rows = append(t.Rows, []document.Cell{{Text: w.question(q.Slot)}, w.outcome(q.Outcome), {Text: w.text(q.Feedback)}})
		}
	}
	w.heading(1, "report.feedback")
	if len(t.Rows) == 0 {
		w.say("report.feedback.none")
		return
	}
	w.add(t)
}

// method says by what rules the report came about, for who was not there.
func (w *writer) method() {
	w.heading(1, "report.method")
	w.say("report.method.judging")
	t := w.table(w.t("report.method.bands"),
		document.Column{Title: "report.rating", Weight: 40}, document.Column{Title: "report.method.from", Weight: 60})
	for _, band := range []questionnaire.Rating{questionnaire.Substantial, questionnaire.Reasonable, questionnaire.Limited} {
		t.Rows = append(t.Rows, []document.Cell{w.rating(band), plain(w.t("report.method.at-least", "Percent", bandFrom(band)))})
	}
	t.Rows = append(t.Rows,
		[]document.Cell{w.rating(questionnaire.Unsatisfactory), plain(w.t("report.method.below", "Percent", bandFrom(questionnaire.Limited)))},
		[]document.Cell{w.rating(questionnaire.NotRated), plain(w.t("report.method.not-rated"))})
	w.add(t)
	w.say("report.method.caps")
	w.add(document.List{Items: []document.Text{
		document.Plain(w.t("report.method.cap.partly")), document.Plain(w.t("report.method.cap.one")),
		document.Plain(w.t("report.method.cap.two")), document.Plain(w.t("report.method.cap.claim")),
		document.Plain(w.t("report.method.cap.desk")),
	}})
	w.say("report.method.gates")
	w.say("report.method.standing")
	if w.forBoard() {
		w.say("report.method.tiers")
		w.say("report.method.risk")
	}
}

// signOff names who decided, as they were when they signed.
func (w *writer) signOff() {
	w.heading(1, "report.sign-off")
	if len(w.s.SignOffs) == 0 {
		w.say("report.sign-off.none")
		return
	}
	for _, s := range w.s.SignOffs {
		w.add(document.Heading{Level: 2, Text: w.name(s.Host).String()})
		facts := []document.Fact{
			w.fact("report.decision", document.Plain(w.t("decision."+string(s.Decision)))),
			w.fact("report.current-until", document.Plain(w.day(s.CurrentUntil))),
			w.fact("report.sign-off.interval", document.Plain(strconv.Itoa(s.IntervalMonths))),
			w.fact("report.sign-off.name", document.Plain(s.Name)),
			w.fact("report.sign-off.job", w.known(document.Plain(s.JobTitle))),
			w.fact("report.sign-off.organisation", w.known(document.Plain(s.Organisation))),
			w.fact("report.sign-off.at", document.Plain(w.moment(s.At))),
			w.fact("report.sign-off.as", document.Plain(w.t("report.signed-as."+s.SignedAs))),
		}
		for _, condition := range s.Conditions {
			facts = append(facts, w.fact("report.sign-off.condition", w.condition(condition)))
		}
		w.add(document.Facts{Rows: facts})
	}
}

// condition is what a decision asks for, and by when.
func (w *writer) condition(c review.Condition) document.Text {
	text := w.text(c.Text)
	if c.DueOn == "" {
		return text
	}
	return append(text, document.Run{Text: " (" + w.t("report.condition.by", "Date", w.day(c.DueOn)) + ")"})
}

// about tells where the numbers come from, so that they can be worked out
// again.
func (w *writer) about() {
	w.heading(1, "report.about")
	facts := []document.Fact{
		w.fact("report.about.moment", document.Plain(w.moment(w.s.At))),
		w.fact("report.about.reference", document.Plain(w.s.Reference)),
		w.fact("report.about.rules", document.Plain(w.s.RuleVersion)),
		w.fact("report.about.questionnaire", append(w.name(w.s.Questionnaire.Title),
			document.Run{Text: ", " + w.t("report.version", "Number", w.s.Questionnaire.Number)})),
		w.fact("report.about.digest", document.Plain(w.s.Questionnaire.Digest)),
	}
	if w.forBoard() && len(w.s.Systems) > 0 && w.s.Systems[0].After.RuleVersion != "" {
		facts = append(facts, w.fact("report.about.risk-rules", document.Plain(w.s.Systems[0].After.RuleVersion)))
	}
	w.add(document.Facts{Rows: facts})
	w.explain("report.about.languages")
}
