// Package reports makes what a board reads: from a review as it stood at one
// moment to a document in the reader's language, and from the document to PDF
// and to a page.
package reports

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
	"sicrwydd/templates/locales"
)

// writer puts a review into words. The first word that is missing stops it:
// err is looked at when all is written.
type writer struct {
	words     *locales.Words
	s         *review.Snapshot
	doc       *document.Document
	questions map[questionnaire.Slot]review.QuestionSnap
	err       error
}

func (w *writer) t(key string, args ...any) string {
	text, err := w.words.T(key, args...)
	return w.keep(text, err)
}

func (w *writer) keep(text string, err error) string {
	if err != nil && w.err == nil {
		w.err = err
	}
	return text
}

func (w *writer) add(blocks ...document.Block) { w.doc.Blocks = append(w.doc.Blocks, blocks...) }

func (w *writer) heading(level int, key string, args ...any) {
	w.add(document.Heading{Level: level, Text: w.t(key, args...)})
}

func (w *writer) say(key string, args ...any) {
	w.add(document.Paragraph{Text: document.Plain(w.t(key, args...))})
}

func (w *writer) explain(key string, args ...any) {
	w.add(document.Paragraph{Text: document.Plain(w.t(key, args...)), Quiet: true})
}

func (w *writer) fact(key string, value document.Text) document.Fact {
	return document.Fact{Label: w.t(key), Value: value}
}

// table begins a table; its columns are message keys with their weights.
func (w *writer) table(caption string, columns ...document.Column) document.Table {
	for i := range columns {
		columns[i].Title = w.t(columns[i].Title)
	}
	return document.Table{Caption: caption, Columns: columns}
}

// text is what somebody wrote. Where it is not in the reader's language it
// says so.
func (w *writer) text(t lang.Text) document.Text {
	text := w.name(t)
	if len(text) > 0 && text[0].Lang != "" && text[0].Lang != w.doc.Lang {
		text = append(text, document.Run{Text: " (" + w.t("report.only."+string(text[0].Lang)) + ")", Quiet: true})
	}
	return text
}

// name is a name: it may be the same in both languages, and needs no remark.
func (w *writer) name(t lang.Text) document.Text {
	words, in := t.In(w.doc.Lang)
	if words == "" {
		return nil
	}
	return document.Text{{Text: words, Lang: in}}
}

// systemName names a system where it has been introduced.
func (w *writer) systemName(id uuid.UUID) string {
	for i := range w.s.Systems {
		if w.s.Systems[i].ID == id {
			return w.name(w.s.Systems[i].Name).String()
		}
	}
	return ""
}

// known is the text, or that it is not known.
func (w *writer) known(text document.Text) document.Text {
	if strings.TrimSpace(text.String()) == "" {
		return document.Quiet(w.t("report.not-known"))
	}
	return text
}

func (w *writer) day(d calendar.Date) string {
	if d == "" {
		return ""
	}
	return w.keep(w.words.Day(d.Time()))
}

func (w *writer) date(at *time.Time) string {
	if at == nil {
		return ""
	}
	return w.keep(w.words.Date(*at))
}

func (w *writer) moment(at time.Time) string { return w.keep(w.words.DateTime(at)) }

// forBoard reports whether the report is for our own side.
func (w *writer) forBoard() bool { return w.s.Rendition != review.ForSupplier }

// rating is a tag with the rating's word.
func (w *writer) rating(r questionnaire.Rating) document.Cell {
	return document.Cell{Text: document.Plain(w.t("rating." + string(r))), Tone: ratingTone(r)}
}

func ratingTone(r questionnaire.Rating) document.Tone {
	switch r {
	case questionnaire.Substantial:
		return document.Green
	case questionnaire.Reasonable:
		return document.Aqua
	case questionnaire.Limited:
		return document.Orange
	case questionnaire.Unsatisfactory:
		return document.Red
	}
	return document.Grey
}

func plain(s string) document.Cell { return document.Cell{Text: document.Plain(s)} }

func bold(s string) document.Cell { return document.Cell{Text: document.Bold(s)} }
