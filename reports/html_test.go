package reports_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/reports"
	"sicrwydd/reports/document"
	"sicrwydd/reports/pdf"
)

func asHTML(t *testing.T, doc *document.Document) string {
	t.Helper()
	var out bytes.Buffer
	if err := reports.HTML(&out, doc); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const hostile = `</span><script>alert(1)</script><img src=x onerror=alert(1)>"'` + "\x00\xff\u202e😀"

// spoil writes hostile text into every string that people can write.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				spoil(v.Field(i))
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.CanSet() {
			v.SetString(hostile)
		}
	}
}

func TestNothingThatPeopleWriteBecomesMarkup(t *testing.T) {
	s := given(t, clinic(), wards())
	spoil(reflect.ValueOf(&s.Supplier))
	spoil(reflect.ValueOf(&s.AskedBy))
	spoil(reflect.ValueOf(&s.Reviewers))
	spoil(reflect.ValueOf(&s.Questionnaire))
	s.Reference, s.AttestedBy, s.CorrectionReason, s.Supersedes = hostile, hostile, hostile, hostile
	for i := range s.Systems {
		spoil(reflect.ValueOf(&s.Systems[i].Name))
		spoil(reflect.ValueOf(&s.Systems[i].Purpose))
		spoil(reflect.ValueOf(&s.Systems[i].Host))
		spoil(reflect.ValueOf(&s.Systems[i].UsedBy))
	}
	for i := range s.Questions {
		s.Questions[i].Text.En, s.Questions[i].Feedback.En, s.Questions[i].SectionTitle.En = hostile, hostile, hostile
	}
	for i := range s.Findings {
		outcome := s.Findings[i].CommentOutcome
		spoil(reflect.ValueOf(&s.Findings[i]))
		s.Findings[i].CommentOutcome = outcome
	}
	spoil(reflect.ValueOf(&s.Actions))
	for i := range s.SignOffs {
		spoil(reflect.ValueOf(&s.SignOffs[i]))
		s.SignOffs[i].SignedAs = review.SignedNationally
	}
	doc := report(t, s, lang.English)
	page := asHTML(t, doc)
	if n := strings.Count(page, "&lt;script&gt;"); n < 100 {
		t.Errorf("the hostile text is there %d times only", n)
	}
	checkMarkup(t, page)
	var out bytes.Buffer
	if err := pdf.Write(&out, doc); err != nil {
		t.Errorf("and as PDF: %v", err)
	}
}

// checkMarkup refuses elements and attributes that a report has no use for.
func checkMarkup(t *testing.T, page string) {
	t.Helper()
	elements := strings.Fields(`html head body div p strong span br ul li dl dt dd h2 h3 h4 table caption thead tbody tr th td
		svg rect line circle text`)
	attributes := strings.Fields(`lang class id scope role tabindex aria-label aria-labelledby xmlns viewbox viewBox width height
		font-family font-size font-weight text-anchor x y x1 y1 x2 y2 cx cy r fill stroke stroke-width stroke-dasharray`)
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for node := range root.Descendants() {
		if node.Type == html.ElementNode && !slices.Contains(elements, node.Data) {
			t.Errorf("element %s", node.Data)
		}
		for _, a := range node.Attr {
			if !slices.Contains(attributes, a.Key) {
				t.Errorf("attribute %s of %s", a.Key, node.Data)
			}
		}
	}
}

func TestPageMarksTextInTheOtherLanguage(t *testing.T) {
	page := asHTML(t, report(t, given(t, patrols()), lang.Welsh))
	for _, want := range []string{`<div class="app-report" lang="cy">`, `<span lang="en">Plans who works at night.</span>`, "(Saesneg yn unig)",
		`<h2 class="nhsuk-heading-l">Crynodeb</h2>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	checkMarkup(t, page)
}

func TestPageAndPaperShowTheSameFigures(t *testing.T) {
	s := given(t, clinic(), wards())
	doc := report(t, s, lang.English)
	page := asHTML(t, doc)
	_, pages := written(t, s, lang.English)
	paper := strings.Join(pages, "\n")
	figures, labels := 0, 0
	for _, block := range doc.Blocks {
		figure, ok := block.(document.Figure)
		if !ok {
			continue
		}
		figures++
		for _, shape := range figure.Drawing.Shapes {
			if label, ok := shape.(document.Label); ok {
				labels++
				if !strings.Contains(page, ">"+html.EscapeString(label.Text)+"</text>") || !strings.Contains(paper, label.Text) {
					t.Errorf("%q is not in both", label.Text)
				}
			}
		}
	}
	if figures != 3 || labels < 100 {
		t.Errorf("%d figures with %d labels, want bars for two systems and a matrix", figures, labels)
	}
	if n := strings.Count(page, "<svg "); n != figures {
		t.Errorf("%d drawings on the page, want %d", n, figures)
	}
}
