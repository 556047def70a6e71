// Package components draws the NHS design system: each component is a struct
// that says what it takes, and a template with the markup and classes of
// nhsuk-frontend. Templates call them with names and values:
//
//	{{button "text" (t "common.save")}}
//	{{input "at" (field $ "name.en") "label" (t "supplier.name") "value" .Name}}
//
// A name that the struct does not have, or a value that does not fit, is an
// error. The README of the templates shows each of them.
package components

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"reflect"
	"regexp"
	"strings"
)

//go:embed *.html
var files embed.FS

// kinds are the components that a template may call, by the name it uses.
var kinds = map[string]reflect.Type{
	"actionLink":         reflect.TypeFor[ActionLink](),
	"backLink":           reflect.TypeFor[BackLink](),
	"breadcrumb":         reflect.TypeFor[Breadcrumb](),
	"button":             reflect.TypeFor[Button](),
	"card":               reflect.TypeFor[Card](),
	"checkboxes":         reflect.TypeFor[Checkboxes](),
	"dateInput":          reflect.TypeFor[DateInput](),
	"details":            reflect.TypeFor[Details](),
	"errorMessage":       reflect.TypeFor[Message](),
	"errorSummary":       reflect.TypeFor[ErrorSummary](),
	"fieldset":           reflect.TypeFor[Fieldset](),
	"fileUpload":         reflect.TypeFor[FileUpload](),
	"footer":             reflect.TypeFor[Footer](),
	"header":             reflect.TypeFor[Header](),
	"hint":               reflect.TypeFor[Hint](),
	"input":              reflect.TypeFor[Input](),
	"insetText":          reflect.TypeFor[InsetText](),
	"label":              reflect.TypeFor[Label](),
	"notificationBanner": reflect.TypeFor[NotificationBanner](),
	"pagination":         reflect.TypeFor[Pagination](),
	"panel":              reflect.TypeFor[Panel](),
	"passwordInput":      reflect.TypeFor[PasswordInput](),
	"radios":             reflect.TypeFor[Radios](),
	"select":             reflect.TypeFor[Select](),
	"skipLink":           reflect.TypeFor[SkipLink](),
	"summaryList":        reflect.TypeFor[SummaryList](),
	"table":              reflect.TypeFor[Table](),
	"tabs":               reflect.TypeFor[Tabs](),
	"tag":                reflect.TypeFor[Tag](),
	"taskList":           reflect.TypeFor[TaskList](),
	"textarea":           reflect.TypeFor[Textarea](),
	"warningCallout":     reflect.TypeFor[WarningCallout](),
}

// Words are what the components themselves say, in one language.
type Words interface {
	T(key string, args ...any) (string, error)
}

// Set draws the components in one language.
type Set struct {
	templates *template.Template
	words     Words
	// spoken adds the words of the design system's script, which is English
	// unless told otherwise.
	spoken bool
	icons  fs.FS
}

// New reads the templates of the components. Images is the folder of the
// design system's icons; spoken says that its script speaks another language
// than English.
func New(words Words, images fs.FS, spoken bool) (*Set, error) {
	s := &Set{words: words, spoken: spoken, icons: images}
	t := template.New("components").Funcs(template.FuncMap{
		"t": words.T, "draw": s.draw, "icon": s.icon, "logo": s.logo, "i18n": s.i18n, "i18nForms": s.i18nForms,
		"datePart":       func() func(string) (string, error) { return s.datePart },
		"passwordButton": s.passwordButton, "passwordAttributes": s.passwordAttributes,
		"next": func(i int) int { return i + 1 },
	})
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		if _, err := t.New(strings.TrimSuffix(e.Name(), ".html")).Parse(string(text)); err != nil {
			return nil, err
		}
	}
	s.templates = t
	return s, nil
}

// Funcs gives the functions that templates call.
func (s *Set) Funcs() template.FuncMap {
	funcs := template.FuncMap{
		"item":   func(args ...any) (Pairs, error) { return NewPairs(args) },
		"list":   func(items ...any) []any { return items },
		"begin":  s.begin,
		"finish": s.finish,
		"icon":   s.icon,
	}
	for name := range kinds {
		funcs[name] = func(args ...any) (template.HTML, error) { return s.call(name, args) }
	}
	return funcs
}

func (s *Set) call(name string, args []any) (template.HTML, error) {
	pairs, err := NewPairs(args)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return s.Draw(name, pairs)
}

// Draw draws the component with the arguments.
func (s *Set) Draw(name string, pairs Pairs) (template.HTML, error) {
	return s.render(name, pairs, filler{})
}

func (s *Set) render(name string, pairs Pairs, f filler) (template.HTML, error) {
	kind, ok := kinds[name]
	if !ok {
		return "", fmt.Errorf("there is no component %q", name)
	}
	part := reflect.New(kind)
	if err := f.fill(part.Elem(), pairs); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return s.draw(fileName(name), part.Interface())
}

func (s *Set) draw(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := s.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}

// open marks where the content of a component goes that a page writes between
// begin and finish.
const open = template.HTML("<!--content-->")

// enclosing are the components that a page can write around its own markup,
// with the argument that holds it.
var enclosing = map[string]string{
	"card": "inside", "details": "html", "fieldset": "html", "insetText": "html", "panel": "html",
	"notificationBanner": "html", "warningCallout": "html",
}

// begin draws the component up to its content:
//
//	{{begin "details" "summary" (t "...")}} <p>...</p> {{finish "details"}}
func (s *Set) begin(name string, args ...any) (template.HTML, error) {
	head, tail, err := s.around(name, args)
	if err != nil {
		return "", err
	}
	plain, err := s.finish(name)
	if err != nil {
		return "", err
	}
	if tail != plain {
		return "", fmt.Errorf("%s: with these arguments it cannot be written around other markup", name)
	}
	return head, nil
}

func (s *Set) finish(name string) (template.HTML, error) {
	_, tail, err := s.around(name, nil)
	return tail, err
}

func (s *Set) around(name string, args []any) (head, tail template.HTML, err error) {
	inside, ok := enclosing[name]
	if !ok {
		return "", "", fmt.Errorf("%s cannot be written around other markup", name)
	}
	drawn, err := s.call(name, append(args, inside, open))
	if err != nil {
		return "", "", err
	}
	before, after, _ := strings.Cut(string(drawn), string(open))
	return template.HTML(before), template.HTML(strings.Join(strings.Fields(after), "")), nil
}

var capital = regexp.MustCompile(`[A-Z]`)

func fileName(component string) string {
	return capital.ReplaceAllStringFunc(component, func(s string) string { return "-" + strings.ToLower(s) })
}
