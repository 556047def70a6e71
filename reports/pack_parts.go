package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/reports/document"
	"sicrwydd/templates/locales"
)

// What a pack has room for, and from how many vital systems on a supplier is
// one that much rests on.
const (
	mostRisks    = 10
	mostActions  = 25
	mostEnded    = 15
	concentrates = 2
)

// risks lists the largest; a public pack counts them by level.
func (w *packWriter) risks() {
	w.heading(1, "pack.risks")
	if w.paper.Public {
		t := w.table(w.t("pack.risks.caption-levels"), document.Column{Title: "pack.risk.level", Weight: 70}, document.Column{Title: "nav.systems", Weight: 30, Right: true})
		for _, level := range []risk.RiskLevel{risk.Extreme, risk.High, risk.Moderate, risk.Low} {
			t.Rows = append(t.Rows, []document.Cell{{Text: document.Plain(w.t("level." + string(level))), Tone: levelTone(level)}, plain(w.words.Number(w.p.AtLevel(level)))})
		}
		w.add(t)
		return
	}
	if len(w.p.Systems) == 0 {
		w.say("pack.no-systems")
		return
	}
	w.explain("pack.risks.explained")
	t := w.table(w.t("pack.risks.caption"), document.Column{Title: "pack.risk.system", Weight: 32}, document.Column{Title: "pack.risk.before", Weight: 20},
		document.Column{Title: "pack.risk.after", Weight: 20}, document.Column{Title: "report.rating", Weight: 25}, document.Column{Title: "pack.risk.owner", Weight: 33})
	for i := range w.p.Systems[:min(mostRisks, len(w.p.Systems))] {
		s := &w.p.Systems[i]
		about := document.Join("\n", boldText(w.name(s.Name)), document.Quiet(s.Reference+" · "+w.t("pack.tier", "Number", s.Tier)), document.Plain(strings.Join(s.Suppliers, ", ")))
		t.Rows = append(t.Rows, []document.Cell{{Text: about}, w.scored(s.Inherent), w.scored(s.Residual), w.rating(s.Rating), {Text: w.ownerOf(s)}})
	}
	w.add(t)
}

func (w *packWriter) scored(a risk.Assessment) document.Cell {
	return document.Cell{Text: document.Plain(strconv.Itoa(a.Score) + " " + w.t("level."+string(a.Level))), Tone: levelTone(a.Level)}
}

// ownerOf is who does the next thing about a system and by when: the owner of
// the action that is due first, or else of its information, until its next
// review.
func (w *packWriter) ownerOf(s *portfolio.SystemPosition) document.Text {
	if a := s.NextAction; a != nil {
		return document.Join("\n", w.known(document.Plain(a.Owner)), document.Plain(w.t("pack.risk.action-by", "Date", w.day(a.DueOn))))
	}
	by := w.t("pack.risk.no-review")
	if s.NextOn != "" {
		by = w.t("pack.risk.review-on", "Date", w.day(s.NextOn))
	}
	return document.Join("\n", w.known(document.Plain(s.Owner)), document.Plain(by))
}

// actions lists those that are overdue; a public pack counts them.
func (w *packWriter) actions() {
	w.heading(1, "pack.actions")
	late := w.p.Overdue()
	w.say("pack.actions.counts", "Open", len(w.p.Actions), "Overdue", len(late), "Verified", w.p.Verified)
	if len(late) == 0 || w.paper.Public {
		return
	}
	w.add(w.actionTable(w.t("pack.actions.caption"), calendar.On(w.p.At), late[:min(mostActions, len(late))]))
	if len(late) > mostActions {
		w.explain("pack.more", "Number", len(late)-mostActions)
	}
}

func (w *writer) actionTable(caption string, today calendar.Date, actions []portfolio.ActionPosition) document.Table {
	t := w.table(caption, document.Column{Title: "common.reference", Weight: 27}, document.Column{Title: "pack.action", Weight: 42},
		document.Column{Title: "pack.action.owner", Weight: 29}, document.Column{Title: "pack.action.due", Weight: 23}, document.Column{Title: "report.state", Weight: 18})
	for _, a := range actions {
		due := document.Plain(w.day(a.DueOn))
		if a.Overdue {
			days := int(today.Time().Sub(a.DueOn.Time()).Hours() / 24)
			due = document.Join("\n", due, document.Bold(w.keep(w.words.N("pack.days-late", days))))
		}
		what := document.Join("\n", w.text(a.Text), document.Quiet(a.Supplier))
		t.Rows = append(t.Rows, []document.Cell{bold(a.Reference), {Text: what}, {Text: w.known(document.Plain(a.Owner))}, {Text: due}, plain(w.t("action.state." + string(a.State)))})
	}
	return t
}

// reviewsDone sets the reviews done beside those planned, by the month in which
// they were first due.
func (w *packWriter) reviewsDone() {
	w.heading(1, "pack.reviews")
	w.say("pack.reviews.explained")
	numbers := w.table(w.t("pack.reviews.caption"), document.Column{Title: "pack.month", Weight: 40}, document.Column{Title: "pack.reviews.due", Weight: 20, Right: true},
		document.Column{Title: "pack.reviews.done", Weight: 20, Right: true}, document.Column{Title: "pack.reviews.signed", Weight: 20, Right: true})
	var bars []document.Bar
	for _, m := range w.p.Reviews.Months {
		name := w.month(m.Month)
		bar := document.Bar{Label: name, None: m.Due == 0, Note: w.t("pack.none-due")}
		if m.Due > 0 {
			bar.Share, bar.Note = 100*m.DueDone/m.Due, fmt.Sprintf("%d / %d", m.DueDone, m.Due)
		}
		bars = append(bars, bar)
		numbers.Rows = append(numbers.Rows, []document.Cell{bold(name), plain(w.words.Number(m.Due)), plain(w.words.Number(m.DueDone)), plain(w.words.Number(m.Signed))})
	}
	w.add(document.Figure{Drawing: document.Bars(bars, nil), Alt: w.t("pack.reviews.alt"), Numbers: numbers})
	w.say("pack.reviews.late", "Them", w.p.Reviews.LateByThem, "Us", w.p.Reviews.LateByUs)
	w.endedReviews()
}

func (w *packWriter) month(d calendar.Date) string {
	at := d.Time()
	return w.keep(w.words.Month(at.Month())) + " " + strconv.Itoa(at.Year())
}

// endedReviews were closed or cancelled: a board is told of each, with the
// reason and what had been worked out.
func (w *packWriter) endedReviews() {
	ended := w.p.Reviews.Ended
	if len(ended) == 0 {
		return
	}
	w.heading(2, "pack.ended")
	if w.paper.Public {
		w.say("pack.ended.count", "Number", len(ended))
		return
	}
	t := w.table(w.t("pack.ended.caption"), document.Column{Title: "common.reference", Weight: 24}, document.Column{Title: "common.supplier", Weight: 30},
		document.Column{Title: "report.state", Weight: 22}, document.Column{Title: "pack.ended.reason", Weight: 36}, document.Column{Title: "report.rating", Weight: 26})
	for _, e := range ended[:min(mostEnded, len(ended))] {
		rating := plain(w.t("pack.ended.no-rating"))
		if e.Rating != "" && e.Rating != questionnaire.NotRated {
			rating = w.rating(e.Rating)
		}
		t.Rows = append(t.Rows, []document.Cell{bold(e.Reference), plain(e.Supplier), plain(w.t("review.state."+string(e.State)) + "\n" + w.day(e.On)), plain(e.Reason), rating})
	}
	w.add(t)
	if len(ended) > mostEnded {
		w.explain("pack.more", "Number", len(ended)-mostEnded)
	}
}

// concentration names the suppliers behind many vital systems.
func (w *packWriter) concentration() {
	w.heading(1, "pack.concentration")
	w.say("pack.concentration.explained", "Number", concentrates)
	some := w.p.Concentrated(concentrates)
	if len(some) == 0 {
		w.say("pack.concentration.none")
		return
	}
	if w.paper.Public {
		w.say("pack.concentration.count", "Number", len(some))
		return
	}
	t := w.table(w.t("pack.concentration.caption"), document.Column{Title: "common.supplier", Weight: 44}, document.Column{Title: "pack.concentration.vital", Weight: 22, Right: true},
		document.Column{Title: "pack.concentration.systems", Weight: 22, Right: true}, document.Column{Title: "pack.concentration.hosts", Weight: 26, Right: true},
		document.Column{Title: "report.rating", Weight: 28})
	for _, s := range some[:min(mostRisks, len(some))] {
		t.Rows = append(t.Rows, []document.Cell{bold(s.Name), plain(w.words.Number(s.Vital)), plain(w.words.Number(s.Systems)), plain(w.words.Number(s.Hosts)), w.rating(s.Rating)})
	}
	w.add(t)
}

// definitions tells what the words and figures mean, and by which rules.
func (w *packWriter) definitions() {
	w.heading(1, "pack.method")
	var rows []document.Fact
	for _, rating := range slices.Backward(review.Ratings) {
		rows = append(rows, document.Fact{Label: w.t("rating." + string(rating)), Value: document.Plain(w.t("pack.means." + string(rating)))})
	}
	for _, key := range []string{"tier", "risk", "trend", "systems", "concentration"} {
		rows = append(rows, document.Fact{Label: w.t("pack.define." + key), Value: document.Plain(w.t("pack.means." + key))})
	}
	w.add(document.Facts{Rows: rows})
	w.explain("pack.rules", "Scoring", w.p.ScoringRules, "Risk", w.p.RiskRules)
}

// ActionTracker writes every action that is not verified, in a language.
func ActionTracker(paper *pack.Paper, tag lang.Tag) (*document.Document, error) {
	w := &packWriter{writer: &writer{words: locales.For(tag)}, paper: paper, p: paper.Snapshot.Position}
	w.doc = &document.Document{Lang: tag, Author: w.t("report.author"), Moment: w.p.At}
	if err := w.cover(); err != nil {
		return nil, err
	}
	w.doc.Title, w.doc.Marking = w.t("pack.title.actions"), ""
	w.heading(1, "pack.actions.all")
	w.say("pack.actions.counts", "Open", len(w.p.Actions), "Overdue", len(w.p.Overdue()), "Verified", w.p.Verified)
	if len(w.p.Actions) > 0 {
		w.add(w.actionTable(w.t("pack.tracker.caption"), calendar.On(w.p.At), w.p.Actions))
	}
	if w.err != nil {
		return nil, fmt.Errorf("action tracker: %w", w.err)
	}
	return w.doc, nil
}
