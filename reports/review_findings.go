package reports

import (
	"strings"

	"sicrwydd/models/review"
	"sicrwydd/reports/document"
)

// findings lists the weaknesses, what the supplier said of them, and what will
// be done by whom and when.
func (w *writer) findings() {
	w.heading(1, "report.findings")
	if len(w.s.Findings) == 0 {
		w.say("report.findings.none")
	} else {
		w.add(w.findingTable())
	}
	w.heading(2, "report.actions")
	t := w.table(w.t("report.actions.caption"),
		document.Column{Title: "report.reference-short", Weight: 18}, document.Column{Title: "report.action", Weight: 37},
		document.Column{Title: "report.owner", Weight: 18}, document.Column{Title: "report.done-by", Weight: 15},
		document.Column{Title: "report.state", Weight: 15})
	for _, a := range w.s.Actions {
		if a.State != review.ActionDropped {
			t.Rows = append(t.Rows, w.action(a))
		}
	}
	if len(t.Rows) == 0 {
		w.say("report.actions.none")
		return
	}
	w.add(t)
}

func (w *writer) findingTable() document.Table {
	t := w.table(w.t("report.findings.caption"),
		document.Column{Title: "report.reference-short", Weight: 18}, document.Column{Title: "report.severity", Weight: 12},
		document.Column{Title: "report.finding", Weight: 42}, document.Column{Title: "report.comment", Weight: 30})
	for _, f := range w.gravestFirst() {
		finding := append(document.Bold(""), w.text(f.Title)...)
		for i := range finding {
			finding[i].Bold = !finding[i].Quiet
		}
		parts := []document.Text{finding, w.text(f.Detail)}
		concerns := w.t("report.finding.whole")
		if !f.System.Empty() {
			concerns = w.name(f.System).String()
		}
		parts = append(parts, document.Quiet(w.t("report.finding.concerns", "System", concerns)))
		if len(f.Requirements) > 0 {
			parts = append(parts, document.Quiet(w.t("report.finding.requirements", "Requirements", w.requirements(f.Requirements))))
		}
		t.Rows = append(t.Rows, []document.Cell{
			bold(f.Reference),
			{Text: document.Plain(w.t("severity." + string(f.Severity))), Tone: severityTone(f.Severity)},
			{Text: document.Join("\n", parts...)},
			{Text: w.comment(f)},
		})
	}
	return t
}

// requirements names the framework of each requirement as people know it; its
// code where it has no such name.
func (w *writer) requirements(all []string) string {
	named := make([]string, len(all))
	for i, code := range all {
		framework, ref, _ := strings.Cut(code, ":")
		if key := "report.framework." + framework; w.words.Has(key) {
			framework = w.t(key)
		}
		named[i] = strings.TrimSpace(framework + " " + ref)
	}
	return strings.Join(named, "; ")
}

// comment is what the supplier said in the accuracy check, and what became of
// it.
func (w *writer) comment(f review.FindingSnap) document.Text {
	if f.SupplierComment == "" {
		return document.Quiet(w.t("report.comment.none"))
	}
	outcome := w.t("report.comment.open")
	if f.CommentOutcome != "" {
		outcome = w.t("report.comment." + f.CommentOutcome)
	}
	return document.Join("\n", document.Plain(f.SupplierComment), document.Bold(outcome), w.text(f.CommentReply))
}

func (w *writer) action(a review.ActionSnap) []document.Cell {
	parts := []document.Text{w.text(a.Text)}
	switch {
	case a.Condition:
		parts = append(parts, document.Quiet(w.t("report.action.condition")))
	case a.Finding != "":
		parts = append(parts, document.Quiet(w.t("report.action.finding", "Reference", a.Finding)))
	}
	state := plain(w.t("action.state." + string(a.State)))
	if w.overdue(a) {
		state = document.Cell{Text: document.Plain(w.t("tag.overdue")), Tone: document.Red}
	}
	return []document.Cell{
		bold(a.Reference), {Text: document.Join("\n", parts...)}, {Text: w.known(document.Plain(a.Owner))},
		{Text: w.known(document.Plain(w.day(a.DueOn)))}, state,
	}
}

func severityTone(s review.Severity) document.Tone {
	switch s {
	case review.Critical:
		return document.Red
	case review.High:
		return document.Orange
	case review.Medium:
		return document.Yellow
	case review.Low:
	}
	return document.Grey
}
