package reports

import (
	"fmt"

	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
	"sicrwydd/templates/locales"
)

// Superseded is the state of a report whose review a later one has corrected;
// the review itself stays signed off.
const Superseded review.State = "superseded"

// ReviewReport writes the report of a review in a language. The supplier's
// rendition says nothing of risk, of who uses a system, nor anything that is
// private to our side.
func ReviewReport(s *review.Snapshot, tag lang.Tag) (*document.Document, error) {
	w := &writer{words: locales.For(tag), s: s, questions: map[questionnaire.Slot]review.QuestionSnap{}}
	for _, q := range s.Questions {
		w.questions[q.Slot] = q
	}
	supplier, _ := s.Supplier.Name.In(tag)
	w.doc = &document.Document{
		Lang: tag, Title: w.t("report.review.title"), Subtitle: supplier, Reference: s.Reference,
		Author: w.t("report.author"), Moment: s.At, Footer: w.t("report.moment", "Moment", w.moment(s.At)),
	}
	w.titleDetails()
	w.mark()
	w.summary()
	w.scope()
	w.scores()
	w.findings()
	if w.forBoard() {
		w.risk()
	}
	w.explained()
	w.feedback()
	w.method()
	w.signOff()
	w.about()
	if w.err != nil {
		return nil, fmt.Errorf("report of review %s: %w", s.Reference, w.err)
	}
	return w.doc, nil
}

func (w *writer) titleDetails() {
	asked := w.name(w.s.AskedBy).String()
	w.doc.Details = []string{w.t("report.reference", "Reference", w.s.Reference)}
	if asked != "" {
		w.doc.Details = append(w.doc.Details, w.t("report.asked-by", "Organisation", asked))
	}
	if !w.forBoard() {
		w.doc.Details = append(w.doc.Details, w.t("report.for-supplier"))
	}
}

// mark says on every page what keeps the report from being relied on.
func (w *writer) mark() {
	switch {
	case w.s.State == Superseded || w.s.State == review.Closed || w.s.State == review.Cancelled:
		w.doc.Marking = w.t("report.marking." + string(w.s.State))
		lines := []document.Text{document.Plain(w.t("report.ended." + string(w.s.State)))}
		if w.s.EndReason != "" {
			lines = append(lines, document.Plain(w.t("report.reason", "Reason", w.s.EndReason)))
		}
		w.add(document.Callout{Tone: document.Grey, Word: w.doc.Marking, Lines: lines})
	case w.s.Draft:
		w.doc.Marking = w.t("report.marking.draft")
	}
	if w.s.Supersedes == "" {
		return
	}
	lines := []document.Text{document.Plain(w.t("report.corrects", "Reference", w.s.Supersedes))}
	if w.s.CorrectionReason != "" {
		lines = append(lines, document.Plain(w.t("report.reason", "Reason", w.s.CorrectionReason)))
	}
	w.add(document.Callout{Tone: document.Grey, Word: w.t("report.correction"), Lines: lines})
}
