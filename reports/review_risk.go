package reports

import (
	"fmt"
	"slices"
	"strconv"

	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/reports/document"
)

// risk shows each system on the matrix before and after what the review
// shows, and why it stands there.
func (w *writer) risk() {
	if !slices.ContainsFunc(w.s.Systems, func(s review.SystemSnap) bool { return s.Before.Score > 0 }) {
		return
	}
	w.heading(1, "report.risk")
	w.say("report.risk.explained")
	numbers := w.table(w.t("report.risk.caption"),
		document.Column{Title: "report.risk.letter", Weight: 13}, document.Column{Title: "report.system", Weight: 39},
		document.Column{Title: "report.risk.before", Weight: 22}, document.Column{Title: "report.risk.level-before", Weight: 26},
		document.Column{Title: "report.risk.after", Weight: 22}, document.Column{Title: "report.risk.level-after", Weight: 26})
	var markers []document.Marker
	for i := range w.s.Systems {
		system := &w.s.Systems[i]
		if system.Before.Score == 0 {
			continue // retired: none
		}
		letter := letterOf(i)
		markers = append(markers,
			document.Marker{Name: letter, Consequence: system.Before.Consequence, Likelihood: system.Before.Likelihood},
			document.Marker{Name: letter, Consequence: system.After.Consequence, Likelihood: system.After.Likelihood, Filled: true})
		numbers.Rows = append(numbers.Rows, []document.Cell{
			bold(letter), plain(w.name(system.Name).String()), plain(product(system.Before)), w.level(system.Before),
			plain(product(system.After)), w.level(system.After),
		})
	}
	w.add(document.Figure{
		Drawing: document.Matrix(w.matrixWords(), markers),
		Alt:     w.t("report.risk.alt"), Numbers: numbers,
	})
	w.reasons()
}

func (w *writer) matrixWords() document.MatrixWords {
	return document.MatrixWords{
		Consequence: w.t("report.risk.consequence"), Likelihood: w.t("report.risk.likelihood"),
		Before: w.t("report.risk.before"), After: w.t("report.risk.after"),
		Level:     func(score int) string { return w.t("level." + string(risk.Level(score))) },
		LevelTone: func(score int) document.Tone { return levelTone(risk.Level(score)) },
	}
}

// reasons tells what made the likelihood what it is.
func (w *writer) reasons() {
	w.heading(2, "report.risk.why")
	t := w.table(w.t("report.risk.why.caption"),
		document.Column{Title: "report.system", Weight: 30}, document.Column{Title: "report.risk.when", Weight: 24},
		document.Column{Title: "report.risk.reason", Weight: 36}, document.Column{Title: "report.risk.points", Weight: 10, Right: true})
	for i := range w.s.Systems {
		system := &w.s.Systems[i]
		if system.Before.Score == 0 {
			continue
		}
		name := letterOf(i) + " · " + w.name(system.Name).String()
		for _, reason := range system.Before.Reasons {
			t.Rows = append(t.Rows, []document.Cell{bold(name), plain(w.t("report.risk.before")), plain(w.t(reason.Key)), plain(signed(reason.Points))})
		}
		for _, reason := range system.After.Reasons {
			t.Rows = append(t.Rows, []document.Cell{bold(name), plain(w.t("report.risk.after")), plain(w.t(reason.Key)), plain(signed(reason.Points))})
		}
	}
	w.add(t)
	w.explain("report.risk.bounds")
}

func (w *writer) level(a risk.Assessment) document.Cell {
	return document.Cell{Text: document.Plain(w.t("level." + string(a.Level))), Tone: levelTone(a.Level)}
}

// product writes a risk as what it is: 5 × 4 = 20.
func product(a risk.Assessment) string {
	return fmt.Sprintf("%d × %d = %d", a.Consequence, a.Likelihood, a.Score)
}

func levelTone(level risk.RiskLevel) document.Tone {
	switch level {
	case risk.Low:
		return document.Green
	case risk.Moderate:
		return document.Yellow
	case risk.High:
		return document.Orange
	case risk.Extreme:
		return document.Red
	}
	return document.Grey
}

// letterOf names the systems in order: A to Z, then A2 and so on.
func letterOf(i int) string {
	letter := string(rune('A' + i%26))
	if i >= 26 {
		letter += strconv.Itoa(i/26 + 1)
	}
	return letter
}

func signed(points int) string {
	if points > 0 {
		return "+" + strconv.Itoa(points)
	}
	if points < 0 {
		return "−" + strconv.Itoa(-points)
	}
	return "0"
}
