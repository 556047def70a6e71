package reports

import (
	"slices"
	"strconv"

	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
)

// scores shows the sections of each system as bars, with their numbers.
func (w *writer) scores() {
	if !slices.ContainsFunc(w.s.Systems, func(s review.SystemSnap) bool { return len(s.Score.Sections) > 0 }) {
		return
	}
	w.heading(1, "report.scores")
	w.explain("report.scores.explained")
	for i := range w.s.Systems {
		system := &w.s.Systems[i]
		w.add(document.Heading{Level: 2, Text: w.name(system.Name).String()})
		for _, line := range w.caps(system) {
			w.add(document.Paragraph{Text: document.Bold(line)})
		}
		w.add(document.Paragraph{Text: document.Plain(w.score(system.Score))})
		w.add(w.sections(system))
	}
}

func (w *writer) sections(system *review.SystemSnap) document.Figure {
	name := w.name(system.Name).String()
	numbers := w.table(w.t("report.scores.caption", "System", name),
		document.Column{Title: "report.section", Weight: 34}, document.Column{Title: "report.section.score", Weight: 12, Right: true},
		document.Column{Title: "report.weight", Weight: 12, Right: true}, document.Column{Title: "outcome.met", Weight: 14, Right: true},
		document.Column{Title: "outcome.partly_met", Weight: 14, Right: true}, document.Column{Title: "outcome.not_met", Weight: 14, Right: true},
		document.Column{Title: "outcome.not_applicable", Weight: 17, Right: true})
	var bars []document.Bar
	for _, section := range system.Score.Sections {
		bar := document.Bar{Label: w.sectionTitle(section.Key), None: section.Score == nil, Note: w.t("report.section.none")}
		if section.Score != nil {
			bar.Share = questionnaire.Percent(section.Score)
			bar.Note = strconv.Itoa(bar.Share) + "%"
		}
		bars = append(bars, bar)
		numbers.Rows = append(numbers.Rows, []document.Cell{
			bold(bar.Label), plain(bar.Note), w.number(section.Weight), w.number(section.Met),
			w.number(section.PartlyMet), w.number(section.NotMet), w.number(section.NotApplicable),
		})
	}
	var thresholds []document.Threshold
	for _, band := range []questionnaire.Rating{questionnaire.Limited, questionnaire.Reasonable, questionnaire.Substantial} {
		at := bandFrom(band)
		thresholds = append(thresholds, document.Threshold{At: at, Label: strconv.Itoa(at) + "%"})
	}
	return document.Figure{
		Drawing: document.Bars(bars, thresholds), Alt: w.t("report.scores.alt", "System", name), Numbers: numbers,
	}
}

// bandFrom is the per cent from which a band is given.
func bandFrom(band questionnaire.Rating) int {
	switch band {
	case questionnaire.Substantial:
		return questionnaire.Percent(questionnaire.SubstantialFrom)
	case questionnaire.Reasonable:
		return questionnaire.Percent(questionnaire.ReasonableFrom)
	case questionnaire.Limited:
		return questionnaire.Percent(questionnaire.LimitedFrom)
	}
	return 0
}

// sectionTitle is the title that goes with the section's questions. A section
// none of whose questions was asked has only its key here.
func (w *writer) sectionTitle(key string) string {
	for _, q := range w.s.Questions {
		if q.Section == key {
			return w.name(q.SectionTitle).String()
		}
	}
	return key
}

func (w *writer) number(n int) document.Cell { return plain(w.words.Number(n)) }
