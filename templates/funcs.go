package templates

import (
	"fmt"
	"html/template"
	"math/big"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/templates/locales"
)

// Passed is what "pass" gives a part of a page: the page, and one thing on it.
type Passed struct {
	Page Page
	Item any
}

// funcs are the functions of templates in one language, beside the components.
func (s *Set) funcs(tag lang.Tag) template.FuncMap {
	w := Words(tag)
	return template.FuncMap{
		// words
		"t":     w.T,
		"tn":    w.N,
		"thtml": func(key string, args ...any) (template.HTML, error) { return markedUp(w, key, args) },
		"value": func(kind string, value any) (string, error) { return valueText(w, kind, value) },
		"lang":  func() string { return string(tag) },
		// text in one or both languages
		"text":      func(text lang.Text) (template.HTML, error) { return bilingual(w, text) },
		"plaintext": func(text lang.Text) string { s, _ := text.In(tag); return s },
		// dates and numbers
		"date":     func(at any) (string, error) { return date(w, at, w.Date) },
		"datetime": func(at any) (string, error) { return date(w, at, w.DateTime) },
		"number":   func(n any) (string, error) { return number(w, n) },
		"percent":  func(share any) (string, error) { return percent(w, share) },
		"country":  func(code string) (string, error) { return country(w, code) },
		"size":     func(bytes int64) (string, error) { return size(w, bytes) },
		// states
		"valuetag":    func(kind string, value any) (template.HTML, error) { return valueTag(w, kind, value) },
		"statetag":    func(value any) (template.HTML, error) { return valueTag(w, "review.state", value) },
		"ratingtag":   func(value any) (template.HTML, error) { return valueTag(w, "rating", value) },
		"standingtag": func(value any) (template.HTML, error) { return valueTag(w, "standing", value) },
		"leveltag":    func(value any) (template.HTML, error) { return valueTag(w, "level", value) },
		"severitytag": func(value any) (template.HTML, error) { return valueTag(w, "severity", value) },
		"outcometag":  func(value any) (template.HTML, error) { return valueTag(w, "outcome", value) },
		// forms
		"csrf":    func(p Page) template.HTML { return hidden("_csrf", p.CSRF) },
		"hidden":  func(name string, value any) template.HTML { return hidden(name, fmt.Sprint(value)) },
		"field":   field,
		"err":     fieldError,
		"fieldid": FieldID,
		"in":      func(value string, list []string) bool { return slices.Contains(list, value) },
		"add":     func(a, b int) int { return a + b },
		// pages
		"asset":        s.Asset,
		"pass":         func(p Page, item any) Passed { return Passed{Page: p, Item: item} },
		"problems":     problems,
		"pagetitle":    func(p Page) (string, error) { return title(w, p) },
		"heading":      func(p Page) (string, error) { return heading(w, p) },
		"languagelink": languageLink,
		"say":          func(key string, args fault.Args) (string, error) { return w.Say(key, args) },
		"nav":          func(p Page) (any, error) { return navigation(w, p) },
		"account":      func(p Page) (any, error) { return account(w, p) },
		"nextrows":     nextRows,
		"uploadmax":    func() int { return LargestUpload },
		// the published rule of risk, for its picture
		"riskscale": func() []int { return []int{1, 2, 3, 4, 5} },
		"riskscore": func(consequence, likelihood int) int { return consequence * likelihood },
		"risklevel": func(consequence, likelihood int) string { return riskLevel(consequence * likelihood) },
		// render is bound to each page; this stands for it while parsing.
		"render": func(name string, _ any) (template.HTML, error) {
			return "", fmt.Errorf("render %q outside of a page", name)
		},
	}
}

// country names a country by its code; of a name that we lack, the code stays.
func country(w *locales.Words, code string) (string, error) {
	if key := "country." + strings.ToLower(code); w.Has(key) {
		return w.T(key)
	}
	return code, nil
}

// size writes how large a file is, in the unit that people know.
func size(w *locales.Words, bytes int64) (string, error) {
	switch {
	case bytes < 1000:
		return w.T("size.bytes", "Number", bytes)
	case bytes < 1_000_000:
		return w.T("size.kilobytes", "Number", (bytes+500)/1000)
	}
	return w.T("size.megabytes", "Number", fmt.Sprintf("%.1f", float64(bytes)/1_000_000))
}

// nextRows is the address of the rows that follow in a list, which stays
// searched and sorted as it is.
func nextRows(after, q, sort string) string {
	query := url.Values{"after": {after}}
	if q != "" {
		query.Set("q", q)
	}
	if sort != "" {
		query.Set("sort", sort)
	}
	return "?" + query.Encode()
}

// markedUp gives a text of ours that holds links or emphasis. Its arguments
// are escaped, unless they are HTML.
func markedUp(w *locales.Words, key string, args []any) (template.HTML, error) {
	escaped := make([]any, len(args))
	for i, arg := range args {
		escaped[i] = arg
		if _, ok := arg.(template.HTML); !ok && i%2 == 1 {
			escaped[i] = template.HTMLEscapeString(fmt.Sprint(arg))
		}
	}
	text, err := w.T(key, escaped...)
	return template.HTML(text), err
}

// bilingual shows text in the reader's language, or else in the other one,
// marked as such (WCAG 2.2 3.1.2) and with a note.
func bilingual(w *locales.Words, text lang.Text) (template.HTML, error) {
	shown, in := text.In(w.Tag())
	escaped := template.HTMLEscapeString(shown)
	if in == w.Tag() || shown == "" {
		return template.HTML(escaped), nil
	}
	note, err := w.T("common.only-in-other-language")
	if err != nil {
		return "", err
	}
	return template.HTML(`<span lang="` + string(in) + `">` + escaped + `</span> <span class="app-other-language">` +
		template.HTMLEscapeString(note) + `</span>`), nil
}

// date writes a time, a pointer to one, or a day kept as YYYY-MM-DD.
func date(w *locales.Words, at any, write func(time.Time) (string, error)) (string, error) {
	switch v := at.(type) {
	case nil:
		return w.T("common.not-known")
	case time.Time:
		if v.IsZero() {
			return w.T("common.not-known")
		}
		return write(v)
	case *time.Time:
		if v == nil {
			return w.T("common.not-known")
		}
		return date(w, *v, write)
	}
	v := reflect.ValueOf(at)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return w.T("common.not-known")
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.String {
		return "", fmt.Errorf("%T is no date", at)
	}
	if v.Len() == 0 {
		return w.T("common.not-known")
	}
	day, err := time.Parse(time.DateOnly, v.String())
	if err != nil {
		return "", err
	}
	return w.Day(day)
}

func number(w *locales.Words, n any) (string, error) {
	v := reflect.ValueOf(n)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return w.T("common.not-known")
		}
		v = v.Elem()
	}
	switch {
	case v.IsValid() && v.CanInt():
		return w.Number(int(v.Int())), nil
	case v.IsValid() && v.CanUint():
		return w.Number(int(v.Uint())), nil
	}
	return "", fmt.Errorf("%T is no whole number", n)
}

// percent writes a share of one, rounded down; an exact one stays exact.
func percent(w *locales.Words, share any) (string, error) {
	switch v := share.(type) {
	case *big.Rat:
		if v == nil {
			return w.T("common.not-known")
		}
		hundred := new(big.Int).Mul(v.Num(), big.NewInt(100))
		return w.Number(int(hundred.Quo(hundred, v.Denom()).Int64())) + "%", nil
	case *float64:
		if v == nil {
			return w.T("common.not-known")
		}
		return w.Percent(*v), nil
	case float64:
		return w.Percent(v), nil
	}
	return "", fmt.Errorf("%T is no share", share)
}

// ValueText says a value of the contract in words of a language, for what is no
// page.
func ValueText(tag lang.Tag, kind string, value any) (string, error) {
	return valueText(Words(tag), kind, value)
}

// valueText says a value of the contract in words: "rating", "substantial".
func valueText(w *locales.Words, kind string, value any) (string, error) {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !v.IsValid() || v.Kind() == reflect.Pointer || v.IsZero() {
		return w.T("common.not-known")
	}
	return w.T(kind + "." + strings.TrimSpace(fmt.Sprint(v.Interface())))
}

// riskLevel names the level of a score, as the published rules do: 1 to 3 low,
// 4 to 6 moderate, 8 to 12 high, 15 to 25 extreme.
func riskLevel(score int) string {
	switch {
	case score >= 15:
		return "extreme"
	case score >= 8:
		return "high"
	case score >= 4:
		return "moderate"
	}
	return "low"
}
