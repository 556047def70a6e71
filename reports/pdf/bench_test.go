package pdf

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sicrwydd/models/lang"
	"sicrwydd/reports/document"
)

// large is a report over many pages: 400 rows, figures, and text between them.
func large() *document.Document {
	table := document.Table{Caption: "Answers", Columns: []document.Column{
		{Title: "Question", Weight: 40}, {Title: "Answer", Weight: 40}, {Title: "Judgement", Weight: 15}, {Title: "Score", Weight: 5, Right: true}}}
	for i := range 400 {
		table.Rows = append(table.Rows, []document.Cell{
			{Text: document.Bold(fmt.Sprintf("%d. Is what leaves the building encrypted?", i))},
			{Text: document.Text{{Text: strings.Repeat("Yes, all of it. ", i%7)}, {Text: "Ydy, i gyd.", Lang: lang.Welsh}}},
			{Text: document.Plain("Met"), Tone: document.Green}, {Text: document.Plain(fmt.Sprint(i % 5))}})
	}
	doc := &document.Document{Lang: lang.English, Title: "Supplier assurance report", Subtitle: "Cŵn Llŷn", Reference: "REV-2026-0042",
		Moment: time.Date(2026, 3, 3, 14, 5, 0, 0, time.UTC), Footer: "3 March 2026"}
	for i := range 12 {
		var bars []document.Bar
		for range 10 {
			bars = append(bars, document.Bar{Label: "People and training", Share: 8 * i, Note: fmt.Sprint(8*i, "%")})
		}
		doc.Blocks = append(doc.Blocks, document.Heading{Level: 1, Text: fmt.Sprint("Part ", i)},
			document.Paragraph{Text: document.Plain(strings.Repeat("What was found, and what is to be done. ", 20))},
			document.List{Items: []document.Text{document.Plain("one"), document.Plain("another")}},
			document.Figure{Drawing: document.Bars(bars, nil), Alt: "Bars", Numbers: document.Table{Caption: "Bars",
				Columns: []document.Column{{Title: "Section", Weight: 2}, {Title: "Score", Weight: 1}}}})
	}
	doc.Blocks = append(doc.Blocks, document.Heading{Level: 1, Text: "Answers"}, table)
	return doc
}

// What the tags cost, as a share of the time and size of the same report
// without them. They are drawn in turns and the medians compared, so that a
// busy machine is busy for both.
func BenchmarkTags(b *testing.B) { TagCost(b, large()) }

// TagCost measures it on any document.
func TagCost(b *testing.B, doc *document.Document) {
	b.Helper()
	var with, without []time.Duration
	var size, bare int
	for b.Loop() {
		began := time.Now()
		plain, err := inked(doc, nil)
		if err != nil {
			b.Fatal(err)
		}
		without = append(without, time.Since(began))
		counted := counter(0)
		began = time.Now()
		if err := Write(&counted, doc); err != nil {
			b.Fatal(err)
		}
		with = append(with, time.Since(began))
		size, bare = int(counted), len(plain)
	}
	untagged, tagged := median(without), median(with)
	b.ReportMetric(untagged, "untagged-ms")
	b.ReportMetric(tagged, "tagged-ms")
	b.ReportMetric(100*(tagged-untagged)/untagged, "%more-time")
	b.ReportMetric(100*float64(size-bare)/float64(bare), "%more-bytes")
	b.ReportMetric(float64(size), "bytes")
}

// median is in milliseconds.
func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2].Microseconds()) / 1000
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
