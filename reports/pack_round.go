package reports

import (
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
)

// round says how far the programme is that a pack is narrowed to.
func (w *packWriter) round() {
	r := w.p.Round
	if r == nil {
		return
	}
	w.heading(1, "pack.round")
	w.say("pack.round.done", "Done", r.Stages[review.DoneWith], "All", r.Systems, "Due", r.Due)
	w.say("pack.round.dates", "Starts", w.day(r.StartsOn), "Ends", w.day(r.EndsOn))
	stages := w.table(w.t("pack.round.stages"), document.Column{Title: "report.state", Weight: 70}, document.Column{Title: "programme.systems", Weight: 30, Right: true})
	for _, stage := range review.Stages {
		stages.Rows = append(stages.Rows, []document.Cell{bold(w.t("programme.stage." + string(stage))), plain(w.words.Number(r.Stages[stage]))})
	}
	w.add(stages)
	w.explain("programme.burn-explain")
	numbers := w.table(w.t("programme.burn-caption"), document.Column{Title: "common.date", Weight: 40}, document.Column{Title: "programme.due", Weight: 30, Right: true},
		document.Column{Title: "programme.done", Weight: 30, Right: true})
	curves := []document.Curve{{Name: w.t("programme.done")}, {Name: w.t("programme.due")}}
	var labels []string
	for _, point := range r.BurnUp {
		labels = append(labels, w.shortMonth(point.On))
		done := "–"
		if point.Done != nil {
			done = w.words.Number(*point.Done)
			curves[0].Counts = append(curves[0].Counts, *point.Done)
		}
		curves[1].Counts = append(curves[1].Counts, point.Due)
		numbers.Rows = append(numbers.Rows, []document.Cell{bold(w.day(point.On)), plain(w.words.Number(point.Due)), plain(done)})
	}
	w.add(document.Figure{Drawing: document.Trend(labels, curves), Alt: w.t("programme.burn-alt"), Numbers: numbers})
}
