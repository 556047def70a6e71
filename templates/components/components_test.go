package components

import (
	"cmp"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"sicrwydd/models/lang"
	"sicrwydd/templates/locales"
)

const packageFolder = "../../node_modules/nhsuk-frontend/dist/nhsuk/components/"

// samples are the folders of the design system, by the component of ours that
// is held against them.
var samples = map[string]string{
	"actionLink": "action-link", "backLink": "back-link", "breadcrumb": "breadcrumb", "button": "button", "card": "card",
	"checkboxes": "checkboxes", "dateInput": "date-input", "details": "details", "errorMessage": "error-message",
	"errorSummary": "error-summary", "fieldset": "fieldset", "fileUpload": "file-upload", "footer": "footer",
	"header": "header", "hint": "hint", "input": "input", "insetText": "inset-text", "label": "label",
	"notificationBanner": "notification-banner", "pagination": "pagination", "panel": "panel",
	"passwordInput": "password-input", "radios": "radios", "select": "select", "skipLink": "skip-link",
	"summaryList": "summary-list", "table": "tables", "tabs": "tabs", "tag": "tag", "taskList": "task-list",
	"textarea": "textarea", "warningCallout": "warning-callout",
}

type sample struct {
	Name      string
	Context   map[string]any
	CallBlock any
	HTML      string
}

func newSet(t *testing.T, tag lang.Tag) *Set {
	t.Helper()
	s, err := New(locales.For(tag), os.DirFS("../assets/images"), tag == lang.Welsh)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readSamples(t *testing.T, folder string) []sample {
	t.Helper()
	content, err := os.ReadFile(packageFolder + folder + "/fixtures.json")
	if err != nil {
		t.Fatalf("run make assets: %v", err)
	}
	var file struct{ Fixtures []sample }
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	return file.Fixtures
}

// What the design system draws from its samples, ours draws too, but for the
// samples in "skips": those that use an option which we do not offer.
func TestComponentsDrawWhatTheDesignSystemDraws(t *testing.T) {
	s := newSet(t, lang.English)
	for name := range kinds {
		if samples[name] == "" {
			t.Errorf("%s is held against nothing", name)
		}
	}
	for name, folder := range samples {
		t.Run(name, func(t *testing.T) {
			var skipped []string
			drawn := 0
			for _, sample := range readSamples(t, folder) {
				pairs := fromMap(sample.Context)
				if sample.CallBlock != nil {
					pairs = append(pairs, Pair{cmp.Or(enclosing[name], "html"), sample.CallBlock})
				}
				got, err := s.render(name, pairs, filler{trusted: true})
				if err != nil {
					skipped = append(skipped, sample.Name)
					if os.Getenv("SHOW_SKIPS") != "" {
						t.Logf("%s: %v", sample.Name, err)
					}
					continue
				}
				drawn++
				diff := gocmp.Diff(normalise(t, sample.HTML), normalise(t, string(got)))
				if slices.Contains(differs[name], sample.Name) {
					if diff == "" {
						t.Errorf("%s is listed as different, and is the same", sample.Name)
					}
					continue
				}
				if diff != "" {
					t.Errorf("%s (-theirs +ours):\n%s", sample.Name, diff)
				}
			}
			if drawn == 0 {
				t.Error("no sample was drawn")
			}
			if diff := gocmp.Diff(skips[name], skipped); diff != "" {
				t.Errorf("the list of what is skipped has changed (-listed +skipped):\n%s", diff)
			}
		})
	}
}

// normalise gives HTML one token a line: attributes sorted, white space
// collapsed as CSS does.
func normalise(t *testing.T, source string) []string {
	t.Helper()
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(source), body)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, n := range nodes {
		lines = appendNode(lines, n)
	}
	return lines
}

func appendNode(lines []string, n *html.Node) []string {
	switch n.Type {
	case html.TextNode:
		if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
			lines = append(lines, text)
		}
	case html.ElementNode:
		var attributes []string
		for _, a := range n.Attr {
			value := a.Val
			if a.Key == "class" {
				value = strings.Join(strings.Fields(value), " ")
			}
			attributes = append(attributes, a.Key+"="+value)
		}
		slices.Sort(attributes)
		lines = append(lines, "<"+n.Data+" "+strings.Join(attributes, " ")+">")
		for child := range n.ChildNodes() {
			lines = appendNode(lines, child)
		}
		lines = append(lines, "</"+n.Data+">")
	}
	return lines
}

func TestAnUnknownOrMisfittingArgumentIsAnError(t *testing.T) {
	s := newSet(t, lang.English)
	cases := []struct {
		name, component string
		args            []any
		want            string
	}{
		{"an unknown name", "button", []any{"txt", "Save"}, `has no "txt"`},
		{"a name without a value", "button", []any{"text"}, "pairs"},
		{"text where HTML belongs", "button", []any{"html", "<b>Save</b>"}, "is not HTML"},
		{"an unknown name within a part", "input", []any{"name", "a", "label", Pairs{{"txt", "Name"}}}, `has no "txt"`},
		{"an unknown name within an item", "radios", []any{"name", "a", "items", []any{Pairs{{"vale", "x"}}}}, `has no "vale"`},
		{"a field for what is no control", "button", []any{"at", Field{Name: "a"}}, "no field of a form"},
		{"an attribute that runs script", "button", []any{"text", "Save", "attributes", Pairs{{"onclick", "alert(1)"}}}, "refused"},
		{"an attribute that evaluates", "button", []any{"text", "Save", "attributes", Pairs{{"hx-on:click", "alert(1)"}}}, "refused"},
		{"an attribute that leads elsewhere", "button", []any{"text", "Save", "attributes", Pairs{{"hx-post", "//example.org"}}}, "another site"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.call(c.component, c.args)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q and error %v, want an error with %q", got, err, c.want)
			}
		})
	}
}

func TestTextIsEscapedWhereverItStands(t *testing.T) {
	s := newSet(t, lang.English)
	evil := `"><script>alert(1)</script>`
	for name, kind := range kinds {
		pairs := Pairs{}
		for field := range reflect.New(kind).Elem().Type().Fields() {
			if field.Type == reflect.TypeFor[string]() && field.Name != "Element" {
				pairs = append(pairs, Pair{field.Name, evil})
			}
		}
		for _, option := range []string{"text", "id", "classes", "name", "label", "hint", "errorMessage", "heading", "summary", "legend", "caption", "value", "href"} {
			target := reflect.New(kind).Elem()
			if field, ok := find(target, option); ok && (filler{}).set(field, evil) == nil {
				pairs = append(pairs, Pair{option, evil})
			}
		}
		drawn, err := s.Draw(name, pairs)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(string(drawn), "<script") {
			t.Errorf("%s lets a script through:\n%s", name, drawn)
		}
	}
}

func TestAFieldOfAFormGetsItsNameIdAndError(t *testing.T) {
	s := newSet(t, lang.Welsh)
	at := Field{Name: "name.en", ID: "name-en", Error: "Rhowch enw"}
	got, err := s.call("input", []any{"at", at, "label", "Enw"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`id="name-en"`, `name="name.en"`, `aria-describedby="name-en-error"`, `Gwall: </span>Rhowch enw`, `for="name-en"`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("the input lacks %s:\n%s", want, got)
		}
	}
	got, err = s.call("radios", []any{"at", at, "items", []any{Pairs{{"value", "a"}, {"text", "A"}}}})
	if err != nil || !strings.Contains(string(got), `id="name-en" name="name.en" type="radio"`) {
		t.Errorf("the first radio button is not what the summary links to: %v\n%s", err, got)
	}
}

func TestTheScriptOfAComponentSpeaksWelsh(t *testing.T) {
	for name, wants := range map[string][]string{
		"passwordInput": {`data-i18n.hide-password="Cuddio"`, `data-i18n.password-shown-announcement=`, `aria-label="Dangos cyfrinair"`},
		"fileUpload":    {`data-i18n.choose-files-button="Dewiswch ffeil"`, `data-i18n.multiple-files-chosen.many=`},
	} {
		got, err := newSet(t, lang.Welsh).call(name, []any{"name", "a", "label", "A"})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(got), want) {
				t.Errorf("%s lacks %s:\n%s", name, want, got)
			}
		}
	}
}

func TestAPageWritesAroundItsOwnMarkup(t *testing.T) {
	s := newSet(t, lang.English)
	for name, args := range map[string][]any{
		"details": {"summary", "More"}, "card": {"heading", "Facts"}, "fieldset": {"legend", "Address"},
		"insetText": {}, "panel": {"heading", "Sent"}, "notificationBanner": {"variant", "success"}, "warningCallout": {"heading", "Beware"},
	} {
		head, err := s.begin(name, args...)
		if err != nil {
			t.Fatal(err)
		}
		tail, err := s.finish(name)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := s.call(name, append(args, enclosing[name], open))
		if err != nil {
			t.Fatal(err)
		}
		inner := strings.Replace(string(whole), string(open), "<p>inner</p>", 1)
		if diff := gocmp.Diff(normalise(t, inner), normalise(t, string(head)+"<p>inner</p>"+string(tail))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
