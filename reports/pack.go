package reports

import (
	"fmt"

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

// packWriter puts a pack into words.
type packWriter struct {
	*writer
	paper *pack.Paper
	p     *portfolio.Position
}

// Pack writes the pack of a board or the paper of a group, in a language. A
// public one names no finding and no person, and no supplier or system.
func Pack(paper *pack.Paper, tag lang.Tag) (*document.Document, error) {
	w := &packWriter{writer: &writer{words: locales.For(tag)}, paper: paper, p: paper.Snapshot.Position}
	w.doc = &document.Document{Lang: tag, Title: w.t("pack.title.board"), Reference: paper.Reference, Author: w.t("report.author"), Moment: w.p.At}
	if err := w.cover(); err != nil {
		return nil, err
	}
	w.position()
	w.changed()
	w.asksFor()
	w.note()
	w.tiers()
	w.trend()
	w.risks()
	w.actions()
	w.reviewsDone()
	w.round()
	w.concentration()
	w.definitions()
	if w.err != nil {
		return nil, fmt.Errorf("pack %s: %w", paper.Reference, w.err)
	}
	return w.doc, nil
}

// cover says what it is, of what, of when, and how it is known again.
func (w *packWriter) cover() error {
	w.doc.Subtitle = w.t("pack.all-wales")
	if !w.p.Group.Empty() {
		w.doc.Title, w.doc.Subtitle = w.t("pack.title.group"), w.name(w.p.Group).String()
	}
	if !w.p.Organisation.Empty() {
		w.doc.Subtitle = w.name(w.p.Organisation).String()
	}
	if !w.p.Programme.Empty() {
		w.doc.Details = append(w.doc.Details, w.t("pack.programme", "Name", w.name(w.p.Programme).String()))
	}
	w.doc.Details = append(w.doc.Details, w.scopeLine(), w.t("report.moment", "Moment", w.moment(w.p.At)))
	if w.paper.MeetingOn != "" {
		w.doc.Details = append(w.doc.Details, w.t("pack.meeting", "Date", w.day(w.paper.MeetingOn)))
	}
	access := "pack.access-line.private"
	if w.paper.Public {
		access = "pack.access-line.public"
	}
	if w.paper.Reference != "" {
		w.doc.Details = append(w.doc.Details, w.t("pack.reference-line", "Reference", w.paper.Reference)+" · "+w.t(access))
	}
	if !w.paper.Public {
		w.doc.Details = append(w.doc.Details, w.t("pack.made-by", "Name", w.paper.MadeBy))
	}
	w.doc.Footer = w.t("report.moment", "Moment", w.moment(w.p.At))
	switch {
	case w.paper.Draft:
		w.doc.Marking = w.t("pack.marking.draft")
	case w.paper.Old:
		w.doc.Marking = w.t("report.marking.superseded")
	}
	if w.paper.Code == "" {
		return nil
	}
	w.doc.Footer = w.t("pack.code-line", "Code", w.paper.Code) + " · " + w.doc.Footer
	w.doc.Details = append(w.doc.Details, w.t("pack.code-help", "Address", w.paper.VerifyAt))
	drawing, err := document.Code(w.paper.VerifyAt)
	w.doc.Seal = &document.Figure{Drawing: drawing, Alt: w.t("pack.seal-alt", "Address", w.paper.VerifyAt)}
	return err
}

func (w *packWriter) scopeLine() string {
	switch {
	case !w.p.Group.Empty():
		return w.t("pack.scope.group")
	case !w.p.Organisation.Empty():
		return w.t("pack.scope.organisation")
	}
	return w.t("pack.scope.all")
}

// assured counts the systems that can be relied on as they stand.
func assured(of func(questionnaire.Rating) int) int {
	return of(questionnaire.Substantial) + of(questionnaire.Reasonable)
}

// poor counts those that cannot.
func poor(of func(questionnaire.Rating) int) int {
	return of(questionnaire.Unsatisfactory) + of(questionnaire.NotAssured)
}

// position is the first thing that is read: how many systems can be relied on.
func (w *packWriter) position() {
	w.heading(1, "pack.position")
	all, good := len(w.p.Systems), assured(w.p.Count)
	if all == 0 {
		w.say("pack.no-systems")
		return
	}
	tone := document.Orange
	switch {
	case w.p.AtLevel(risk.Extreme) > 0:
		tone = document.Red
	case good == all:
		tone = document.Green
	}
	w.add(document.Callout{Tone: tone, Label: w.t("pack.position.label"), Word: w.t("pack.position.word", "Assured", good, "All", all), Lines: []document.Text{
		document.Plain(w.t("pack.position.ratings", "Limited", w.p.Count(questionnaire.Limited), "Unsatisfactory", w.p.Count(questionnaire.Unsatisfactory),
			"NotAssured", w.p.Count(questionnaire.NotAssured))),
		document.Plain(w.t("pack.position.risk", "Extreme", w.p.AtLevel(risk.Extreme), "High", w.p.AtLevel(risk.High))),
		document.Plain(w.t("pack.position.work", "Overdue", len(w.p.Overdue()), "Them", w.p.Reviews.LateByThem, "Us", w.p.Reviews.LateByUs)),
	}})
}

// changed says what is different from the pack before.
func (w *packWriter) changed() {
	w.heading(2, "pack.changed")
	b := w.paper.Snapshot.Before
	if b == nil {
		w.say("pack.changed.first")
		return
	}
	before := assured(func(r questionnaire.Rating) int { return b.Counts[r] })
	items := []document.Text{
		document.Plain(w.t("pack.changed.since", "Reference", b.Reference, "Date", w.day(b.MeetingOn))),
		document.Plain(w.t("pack.changed.assured", "Before", before, "Now", assured(w.p.Count))),
		document.Plain(w.t("pack.changed.moved", "Better", len(b.Better), "Worse", len(b.Worse), "New", b.New, "Gone", b.Gone)),
		document.Plain(w.t("pack.changed.overdue", "Before", b.Overdue, "Now", len(w.p.Overdue()))),
	}
	if !w.paper.Public {
		for i, m := range b.Worse {
			if i == mostAsked {
				break
			}
			items = append(items, document.Join(" ", boldText(w.name(m.Name)), document.Plain("("+w.t("rating."+string(m.From))+" → "+w.t("rating."+string(m.To))+")")))
		}
	}
	w.add(document.List{Items: items})
}

// asksFor tells what is wanted of the board, or that nothing is.
func (w *packWriter) asksFor() {
	w.heading(2, "pack.asked")
	silent, unplanned, concentrated := 0, w.p.Reviews.NeverPlanned, len(w.p.Concentrated(concentrates))
	for i := range w.p.Systems {
		if w.p.Systems[i].Kind == review.NoAnswer {
			silent++
		}
	}
	var items []document.Text
	for _, ask := range []struct {
		key string
		n   int
	}{
		{"pack.asked.extreme", w.p.AtLevel(risk.Extreme)}, {"pack.asked.critical", w.p.Findings[review.Critical]}, {"pack.asked.overdue", len(w.p.Overdue())},
		{"pack.asked.silent", silent}, {"pack.asked.unplanned", unplanned}, {"pack.asked.us", w.p.Reviews.LateByUs}, {"pack.asked.concentrated", concentrated},
	} {
		if ask.n > 0 {
			items = append(items, document.Plain(w.t(ask.key, "Number", ask.n)))
		}
	}
	if len(items) == 0 {
		w.say("report.asked.nothing")
		return
	}
	w.add(document.List{Items: items})
}

// note is what the one who published it says to its readers.
func (w *packWriter) note() {
	if w.paper.Note.Empty() {
		return
	}
	w.heading(2, "pack.note")
	w.add(document.Paragraph{Text: w.text(w.paper.Note)})
}

// tiers is the heat map.
func (w *packWriter) tiers() {
	w.add(document.Heading{Level: 1, Text: w.t("pack.tiers"), NewPage: true})
	w.say("pack.tiers.explained")
	columns := []document.Column{{Title: "common.tier", Weight: 16}}
	var words []string
	for _, rating := range review.Ratings {
		columns = append(columns, document.Column{Title: "rating." + string(rating), Weight: 17, Right: true})
		words = append(words, w.t("rating."+string(rating)))
	}
	numbers := w.table(w.t("pack.tiers.caption"), append(columns, document.Column{Title: "pack.total", Weight: 12, Right: true})...)
	var rows []document.HeatRow
	for tier := 1; tier <= 4; tier++ {
		row, total := document.HeatRow{Label: w.t("pack.tier", "Number", tier)}, 0
		cells := []document.Cell{bold(row.Label)}
		for _, rating := range review.Ratings {
			n := w.p.OfTier(tier, rating)
			row.Counts, total = append(row.Counts, n), total+n
			cells = append(cells, plain(w.words.Number(n)))
		}
		rows, numbers.Rows = append(rows, row), append(numbers.Rows, append(cells, bold(w.words.Number(total))))
	}
	w.add(document.Figure{Drawing: document.Heat(words, rows), Alt: w.t("pack.tiers.alt"), Numbers: numbers})
}

// trend shows how today's systems stood at each month end.
func (w *packWriter) trend() {
	w.heading(1, "pack.trend")
	w.say("pack.trend.explained")
	numbers := w.table(w.t("pack.trend.caption"), document.Column{Title: "common.date", Weight: 34}, document.Column{Title: "pack.trend.assured", Weight: 30, Right: true},
		document.Column{Title: "pack.trend.poor", Weight: 36, Right: true}, document.Column{Title: "rating.limited", Weight: 28, Right: true})
	curves := []document.Curve{{Name: w.t("pack.trend.assured")}, {Name: w.t("pack.trend.poor")}, {Name: w.t("rating.limited")}}
	var labels []string
	for _, point := range w.p.Trend {
		of := func(r questionnaire.Rating) int { return point.Counts[r] }
		labels = append(labels, w.shortMonth(point.On))
		cells := []document.Cell{bold(w.day(point.On))}
		for i, n := range []int{assured(of), poor(of), of(questionnaire.Limited)} {
			curves[i].Counts = append(curves[i].Counts, n)
			cells = append(cells, plain(w.words.Number(n)))
		}
		numbers.Rows = append(numbers.Rows, cells)
	}
	w.add(document.Figure{Drawing: document.Trend(labels, curves), Alt: w.t("pack.trend.alt"), Numbers: numbers})
}

// shortMonth is the month of a day as figures: they are the same in both
// languages, and short.
func (w *packWriter) shortMonth(d calendar.Date) string { return string(d[5:7]) + "/" + string(d[2:4]) }
