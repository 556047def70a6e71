package reports

import (
	"math/big"

	"github.com/google/uuid"

	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
)

// explained makes the score of each system add up before the reader's eyes:
// each question with what it could add and what it does.
func (w *writer) explained() {
	started := false
	for i := range w.s.Systems {
		system := &w.s.Systems[i]
		if len(system.Score.Points) == 0 {
			continue
		}
		if !started {
			w.heading(1, "report.explained")
			w.say("report.explained.how")
			started = true
		}
		w.add(document.Heading{Level: 2, Text: w.name(system.Name).String()})
		for _, line := range w.caps(system) {
			w.add(document.Paragraph{Text: document.Bold(line)})
		}
		for _, line := range w.proposal(system) {
			w.add(document.Paragraph{Text: line})
		}
		w.add(document.Paragraph{Text: document.Plain(w.score(system.Score))})
		w.add(w.points(system))
		w.raise(system)
	}
}

func (w *writer) points(system *review.SystemSnap) document.Table {
	t := w.table(w.t("report.points.caption", "System", w.name(system.Name).String()),
		document.Column{Title: "report.question", Weight: 44}, document.Column{Title: "report.outcome", Weight: 16},
		document.Column{Title: "report.basis", Weight: 18}, document.Column{Title: "report.could-add", Weight: 11, Right: true},
		document.Column{Title: "report.adds", Weight: 11, Right: true})
	for i := range system.Score.Points {
		p := &system.Score.Points[i]
		if p.ByGate() {
			continue // told below, by their gate
		}
		question := w.question(p.Slot)
		if p.Essential {
			question = append(question, document.Run{Text: "\n" + w.t("tag.essential"), Bold: true})
		}
		if held := heldBy(system.Score.Points, p.Slot); held > 0 {
			question = append(question, document.Run{Text: "\n" + w.t("report.gate", "Number", held), Quiet: true})
		}
		t.Rows = append(t.Rows, []document.Cell{
			{Text: question}, w.outcome(p.Outcome), plain(w.basis(p.Basis)), plain(w.tenths(p.Share)), plain(w.tenths(p.Contribution)),
		})
	}
	return w.withGates(t, system.Score.Points)
}

// withGates adds a row for each answer that kept questions from being asked
// which count as not met.
func (w *writer) withGates(t document.Table, points []questionnaire.Point) document.Table {
	share := map[questionnaire.Slot]*big.Rat{}
	number := map[questionnaire.Slot]int{}
	var gates []questionnaire.Slot
	for i := range points {
		if !points[i].ByGate() {
			continue
		}
		gate := points[i].HeldBy[0]
		if share[gate] == nil {
			gates, share[gate] = append(gates, gate), new(big.Rat)
		}
		number[gate]++
		if points[i].Share != nil {
			share[gate].Add(share[gate], points[i].Share)
		}
	}
	for _, gate := range gates {
		text := append(document.Quiet(w.t("report.gate.hidden", "Number", number[gate])+"\n"), w.question(gate)...)
		t.Rows = append(t.Rows, []document.Cell{
			{Text: text}, w.outcome(questionnaire.NotMet), plain(w.t("report.gate.basis")), plain(w.tenths(share[gate])), plain(w.tenths(new(big.Rat))),
		})
	}
	return t
}

// heldBy counts the questions that are not asked because of a gate.
func heldBy(points []questionnaire.Point, gate questionnaire.Slot) int {
	n := 0
	for i := range points {
		if points[i].ByGate() && points[i].HeldBy[0] == gate {
			n++
		}
	}
	return n
}

// question is a question's text, with its system where a review has several.
func (w *writer) question(slot questionnaire.Slot) document.Text {
	q, asked := w.questions[slot]
	if !asked {
		return document.Plain(slot.Key)
	}
	text := w.text(q.Text)
	if slot.System != uuid.Nil && len(w.s.Systems) > 1 {
		text = append(text, document.Run{Text: "\n" + w.systemName(slot.System), Quiet: true})
	}
	return text
}

func (w *writer) outcome(o questionnaire.Outcome) document.Cell {
	if o == "" {
		return plain(w.t("report.unjudged"))
	}
	tone := document.Grey
	switch o {
	case questionnaire.Met:
		tone = document.Green
	case questionnaire.PartlyMet:
		tone = document.Yellow
	case questionnaire.NotMet:
		tone = document.Red
	case questionnaire.NotApplicable:
	}
	return document.Cell{Text: document.Plain(w.t("outcome." + string(o))), Tone: tone}
}

func (w *writer) basis(b questionnaire.Basis) string {
	if b == "" {
		return ""
	}
	return w.t("basis." + string(b))
}

// tenths writes a share of the score in points of a hundred with one decimal,
// rounded down as all scores are.
func (w *writer) tenths(share *big.Rat) string {
	if share == nil {
		return "–"
	}
	n := new(big.Int).Mul(share.Num(), big.NewInt(1000))
	n.Quo(n, share.Denom())
	whole, tenth := new(big.Int).QuoRem(n, big.NewInt(10), new(big.Int))
	return whole.String() + "." + tenth.String()
}

// raise lists what would lead to the next band.
func (w *writer) raise(system *review.SystemSnap) {
	r := system.Score.Raise
	if r == nil {
		return
	}
	w.add(document.Heading{Level: 3, Text: w.t("report.raise", "Rating", w.t("rating."+string(r.To)))})
	if r.Blocked != "" {
		w.say("report.raise.blocked")
		return
	}
	t := w.table(w.t("report.raise.caption", "System", w.name(system.Name).String()),
		document.Column{Title: "report.question", Weight: 56}, document.Column{Title: "report.raise.what", Weight: 32},
		document.Column{Title: "report.raise.gain", Weight: 12, Right: true})
	for _, step := range r.Steps {
		question := w.question(step.Slot)
		if step.Essential {
			question = append(question, document.Run{Text: "\n" + w.t("tag.essential"), Bold: true})
		}
		t.Rows = append(t.Rows, []document.Cell{{Text: question}, plain(w.step(step)), plain(w.tenths(step.Gain))})
	}
	w.add(t)
	if !r.Certain {
		w.explain("report.raise.uncertain")
	}
}

func (w *writer) step(s questionnaire.Step) string {
	switch {
	case s.Action == questionnaire.OpenGate:
		return w.t("report.step.open_gate", "Number", s.Opens)
	case s.Action == questionnaire.ShowEvidence:
		return w.t("report.step.show_evidence")
	case s.OnEvidence:
		return w.t("report.step.improve_on_evidence")
	}
	return w.t("report.step.improve")
}
