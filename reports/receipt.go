package reports

import (
	"encoding/json"
	"fmt"

	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
	"sicrwydd/templates/locales"
)

// ReceiptFileName names the signed record inside a receipt's PDF.
const ReceiptFileName = "receipt.json"

// Receipt writes what a supplier submitted, in a language. The signed record
// itself goes along inside the file, so that the file alone can be checked.
func Receipt(r *review.ReceiptRecord, tag lang.Tag) (*document.Document, error) {
	w := &writer{words: locales.For(tag)}
	w.doc = &document.Document{Lang: tag, Title: w.t("receipt.title"), Subtitle: r.Supplier, Reference: r.Reference,
		Author: w.t("report.author"), Moment: r.SubmittedAt, Footer: "SHA-256 " + r.File.Digest}
	signed, err := json.MarshalIndent(r.File, "", "  ")
	if err != nil {
		return nil, err
	}
	w.doc.Attachments = []document.Attachment{{Name: ReceiptFileName, Description: w.t("receipt.signed-record"), Content: signed}}
	w.heading(1, "receipt.what")
	systems := document.Text{}
	for _, name := range r.Systems {
		systems = document.Join("; ", systems, w.name(name))
	}
	facts := []document.Fact{
		w.fact("report.reference-short", document.Plain(r.Reference)),
		w.fact("receipt.number", document.Plain(fmt.Sprint(r.File.Number))),
		w.fact("report.submitted", document.Plain(w.moment(r.SubmittedAt))),
		w.fact("nav.systems", systems),
		w.fact("common.name", document.Plain(r.Name)),
	}
	if r.JobTitle != "" {
		facts = append(facts, w.fact("common.job-title", document.Plain(r.JobTitle)))
	}
	w.add(document.Facts{Rows: append(facts, w.fact("common.organisation", document.Plain(r.Organisation)))})
	if !r.File.Attested {
		w.say("receipt.unattested")
	}
	w.submitted(r)
	w.heading(1, "receipt.how")
	w.say("receipt.pdf-help")
	w.add(document.Facts{Rows: []document.Fact{
		w.fact("receipt.digest", document.Plain(r.File.Digest)),
		w.fact("receipt.signature", document.Plain(r.File.Signature)),
		w.fact("receipt.key", document.Plain(r.File.KeyID)),
		w.fact("receipt.public-key", document.Plain(r.File.PublicKey)),
	}})
	if w.err != nil {
		return nil, fmt.Errorf("receipt of %s: %w", r.Reference, w.err)
	}
	return w.doc, nil
}

// submitted lists the answers by section.
func (w *writer) submitted(r *review.ReceiptRecord) {
	w.heading(1, "check.read")
	var section lang.Text
	for _, a := range r.Answers {
		if a.Section != section {
			section = a.Section
			w.add(document.Heading{Level: 2, Text: w.name(section).String()})
		}
		asked := a.Question
		w.add(document.Paragraph{Text: document.Join("\n", boldText(w.name(asked)), w.name(a.System))})
		answer := document.Plain(a.Said + w.day(a.SaidOn))
		for _, label := range a.Chosen {
			answer = document.Join("; ", answer, w.name(label))
		}
		if answer.String() == "" {
			answer = document.Quiet(w.t("answer.none"))
		}
		w.add(document.Paragraph{Text: answer})
		if a.Comment != "" {
			w.add(document.Paragraph{Text: document.Plain(a.Comment)})
		}
		if len(a.Evidence) > 0 {
			var items []document.Text
			for _, e := range a.Evidence {
				items = append(items, document.Plain(e))
			}
			w.add(document.List{Items: items})
		}
	}
}

func boldText(t document.Text) document.Text {
	bold := append(document.Text{}, t...)
	for i := range bold {
		bold[i].Bold = true
	}
	return bold
}
