// Package lang holds the two languages of the product, and text written in
// one or both of them.
package lang

import "strings"

// Tag names a language as BCP 47 does.
type Tag string

// The languages of the product.
const (
	English Tag = "en"
	Welsh   Tag = "cy"
)

// All lists the languages of the product.
var All = []Tag{English, Welsh}

// Parse gives the language named by s ("cy", "cy-GB"), and whether it is one
// of the product's.
func Parse(s string) (Tag, bool) {
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	for _, tag := range All {
		if base == string(tag) {
			return tag, true
		}
	}
	return English, false
}

// Other gives the other language.
func (t Tag) Other() Tag {
	if t == Welsh {
		return English
	}
	return Welsh
}

// Text is bilingual text. One language may be missing for a time, never both
// where text is required.
type Text struct {
	En string `json:"en,omitempty" yaml:"en" doc:"English"`
	Cy string `json:"cy,omitempty" yaml:"cy" doc:"Welsh"`
}

// In gives the text in the language asked for, or else in the other one, and
// the language it is in.
func (t Text) In(tag Tag) (string, Tag) {
	if s := t.get(tag); s != "" {
		return s, tag
	}
	if s := t.get(tag.Other()); s != "" {
		return s, tag.Other()
	}
	return "", tag
}

// String gives the English text, or else the Welsh.
func (t Text) String() string {
	s, _ := t.In(English)
	return s
}

// Empty reports whether there is no text in either language.
func (t Text) Empty() bool { return t.En == "" && t.Cy == "" }

// Complete reports whether there is text in both languages.
func (t Text) Complete() bool { return t.En != "" && t.Cy != "" }

func (t Text) get(tag Tag) string {
	if tag == Welsh {
		return t.Cy
	}
	return t.En
}
