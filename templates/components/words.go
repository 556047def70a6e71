package components

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"sync"
)

// i18n gives what the script of a component says: what the page gave, or in
// Welsh our words, or in English nothing, for then the script's own stand.
func (s *Set) i18n(given, key string) (string, error) {
	if given != "" || !s.spoken {
		return given, nil
	}
	return s.words.T(key)
}

// i18nForms is i18n for a counted text. The script counts, so it gets every
// form of the language; "%{count}" is where it puts the number.
func (s *Set) i18nForms(given Attributes, name, key string) (Attributes, error) {
	attributes := Attributes{}
	for form, text := range given {
		attributes["data-i18n."+name+"."+form] = text
	}
	if len(given) > 0 || !s.spoken {
		return attributes, nil
	}
	for _, form := range []string{"zero", "one", "two", "few", "many", "other"} {
		text, err := s.words.T(key + "." + form)
		if err != nil {
			return nil, err
		}
		attributes["data-i18n."+name+"."+form] = text
	}
	return attributes, nil
}

func (s *Set) datePart(name string) (string, error) { return s.words.T("component.date." + name) }

func (s *Set) passwordButton(p *PasswordInput) (Button, error) {
	b := p.Button
	text, err := s.words.T("component.password.show")
	if err != nil {
		return b, err
	}
	label, err := s.words.T("component.password.show-label")
	if err != nil {
		return b, err
	}
	b.Content = Content{Text: or(p.ShowPasswordText, or(b.Text, text))}
	b.AriaLabel = or(p.ShowPasswordAriaLabel, or(b.AriaLabel, label))
	b.Type, b.Variant = or(b.Type, "button"), or(b.Variant, "secondary")
	b.Small = b.Small || !p.Large
	b.Disabled = b.Disabled || p.Disabled
	b.Classes = join("nhsuk-password-input__toggle nhsuk-js-password-input-toggle", b.Classes)
	b.Attributes = Attributes{"aria-controls": p.Key(), "hidden": ""}
	return b, nil
}

func (s *Set) passwordAttributes(p *PasswordInput) (Attributes, error) {
	attributes := Attributes{"data-module": "nhsuk-password-input"}
	for _, w := range []struct{ name, given, key string }{
		{"show-password", or(p.ShowPasswordText, p.Button.Text), "component.password.show"},
		{"hide-password", p.HidePasswordText, "component.password.hide"},
		{"show-password-aria-label", or(p.ShowPasswordAriaLabel, p.Button.AriaLabel), "component.password.show-label"},
		{"hide-password-aria-label", p.HidePasswordAriaLabel, "component.password.hide-label"},
		{"password-shown-announcement", p.PasswordShownAnnouncementText, "component.password.shown"},
		{"password-hidden-announcement", p.PasswordHiddenAnnouncementText, "component.password.hidden"},
	} {
		text, err := s.i18n(w.given, w.key)
		if err != nil {
			return nil, err
		}
		if text != "" {
			attributes["data-i18n."+w.name] = text
		}
	}
	for name, value := range p.FormGroup.Attributes {
		attributes[name] = value
	}
	return attributes, nil
}

// icon draws one of the design system's icons inline, in the colour of the
// text around it.
func (s *Set) icon(name string) (template.HTML, error) {
	drawing, err := s.paths("nhsuk-icon-" + name + ".svg")
	if err != nil {
		return "", err
	}
	return draw(`<svg class="nhsuk-icon nhsuk-icon--{{.Name}}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16" height="16" focusable="false" aria-hidden="true">{{.Drawing}}</svg>`,
		struct {
			Name    string
			Drawing template.HTML
		}{name, drawing})
}

// logo gives the drawing of the NHS logo.
func (s *Set) logo() (template.HTML, error) { return s.paths("nhsuk-logo.svg") }

func (s *Set) paths(file string) (template.HTML, error) {
	svg, err := fs.ReadFile(s.icons, file)
	if err != nil {
		return "", fmt.Errorf("run make assets: %w", err)
	}
	_, inner, _ := strings.Cut(string(svg), ">")
	inner, _, _ = strings.Cut(inner, "</svg>")
	return template.HTML(inner), nil
}

var small sync.Map // small templates in Go code, parsed once

// draw fills a small template that stands in Go code, where an element is
// worked out rather than written.
func draw(text string, data any) (template.HTML, error) {
	t, ok := small.Load(text)
	if !ok {
		t, _ = small.LoadOrStore(text, template.Must(template.New("").Parse(text)))
	}
	var b bytes.Buffer
	if err := t.(*template.Template).Execute(&b, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}
