// Package locales holds the words of the product in English and Welsh. A text
// is asked for by its key; a text that is missing in the language asked for,
// or an argument too few or too many, is an error and never the other
// language in silence.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"sicrwydd/models/lang"
)

//go:embed en/*.yaml cy/*.yaml
var files embed.FS

// Words speaks one language.
type Words struct {
	tag       lang.Tag
	localizer *i18n.Localizer
	messages  map[string]Message
}

// Message is one text: its only form is "other", unless it is counted. The
// arguments are those that any form names.
type Message struct {
	File      string
	Forms     map[string]string
	Arguments []string
}

// Counted reports whether the text has a form for each kind of number.
func (m Message) Counted() bool { return len(m.Forms) > 1 || m.Forms["other"] == "" }

var load = sync.OnceValue(func() map[lang.Tag]*Words {
	all := map[lang.Tag]*Words{}
	for _, tag := range lang.All {
		words, err := read(files, tag)
		if err != nil {
			panic(err) // the files are embedded: only a broken build gets here
		}
		all[tag] = words
	}
	return all
})

// For gives the words of a language.
func For(tag lang.Tag) *Words { return load()[tag] }

func read(from fs.FS, tag lang.Tag) (*Words, error) {
	w := &Words{tag: tag, messages: map[string]Message{}}
	bundle := i18n.NewBundle(language.Make(string(tag)))
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	names, err := fs.Glob(from, string(tag)+"/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		if err := w.collect(path.Base(name), content); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		room := strings.TrimSuffix(path.Base(name), ".yaml")
		if _, err := bundle.ParseMessageFileBytes(content, room+"."+string(tag)+".yaml"); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	w.localizer = i18n.NewLocalizer(bundle, string(tag))
	return w, nil
}

var argument = regexp.MustCompile(`{{\s*\.(\w+)\s*}}`)

// collect notes what a file holds, and refuses what the library would drop in
// silence: an empty text, a list, a key that is there twice.
func (w *Words) collect(file string, content []byte) error {
	var entries map[string]any
	if err := yaml.Unmarshal(content, &entries); err != nil {
		return err
	}
	for key, value := range entries {
		if earlier, ok := w.messages[key]; ok {
			return fmt.Errorf("%q is in %s too", key, earlier.File)
		}
		m := Message{File: file, Forms: map[string]string{}}
		switch value := value.(type) {
		case string:
			m.Forms["other"] = value
		case map[string]any:
			for form, text := range value {
				m.Forms[form], _ = text.(string)
			}
		}
		if len(m.Forms) == 0 {
			return fmt.Errorf("%q is no text", key)
		}
		for form, text := range m.Forms {
			if strings.TrimSpace(text) == "" {
				return fmt.Errorf("%q (%s) is empty", key, form)
			}
			for _, found := range argument.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(m.Arguments, found[1]) {
					m.Arguments = append(m.Arguments, found[1])
				}
			}
		}
		slices.Sort(m.Arguments)
		w.messages[key] = m
	}
	return nil
}

// Tag gives the language.
func (w *Words) Tag() lang.Tag { return w.tag }

// Messages gives everything that can be said, by key.
func (w *Words) Messages() map[string]Message { return maps.Clone(w.messages) }

// Has reports whether there is a text for the key.
func (w *Words) Has(key string) bool {
	_, ok := w.messages[key]
	return ok
}

// T gives a text, with its arguments as name, value, name, value.
func (w *Words) T(key string, args ...any) (string, error) {
	data, err := named(key, args)
	if err != nil {
		return "", err
	}
	if m, ok := w.messages[key]; ok && m.Counted() {
		return "", fmt.Errorf("words: %q counts: it needs a number", key)
	}
	return w.say(key, nil, data)
}

// Say is T with the arguments in a map, as faults carry them: a fault may carry
// more than its text tells, and a counted text takes its number from "Count".
func (w *Words) Say(key string, args map[string]any) (string, error) {
	m := w.messages[key]
	told := make(map[string]any, len(m.Arguments))
	for name, value := range args {
		if slices.Contains(m.Arguments, name) {
			told[name] = value
		}
	}
	count, ok := told["Count"].(int)
	if !m.Counted() || !ok {
		return w.T(key, flat(told)...)
	}
	delete(told, "Count")
	return w.N(key, count, flat(told)...)
}

func flat(args map[string]any) []any {
	list := make([]any, 0, 2*len(args))
	for name, value := range args {
		list = append(list, name, value)
	}
	return list
}

// N gives a counted text; the text takes the number as {{.Count}}.
func (w *Words) N(key string, count int, args ...any) (string, error) {
	data, err := named(key, args)
	if err != nil {
		return "", err
	}
	if m, ok := w.messages[key]; ok && !m.Counted() {
		return "", fmt.Errorf("words: %q does not count", key)
	}
	return w.say(key, &count, data)
}

func (w *Words) say(key string, count *int, args map[string]any) (string, error) {
	m, ok := w.messages[key]
	if !ok {
		return "", fmt.Errorf("words: no text for %q in %s", key, w.tag)
	}
	data := make(map[string]any, len(args)+1)
	for name, value := range args {
		data[name] = w.plain(value)
	}
	given := slices.Sorted(maps.Keys(data))
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	wanted := m.Arguments
	if count != nil {
		data["Count"] = w.Number(*count)
		config.PluralCount = *count
		wanted = slices.DeleteFunc(slices.Clone(wanted), func(s string) bool { return s == "Count" })
	}
	if !slices.Equal(given, wanted) {
		return "", fmt.Errorf("words: %q takes %v, and was given %v", key, wanted, given)
	}
	return w.localizer.Localize(config)
}

// plain writes numbers and moments as the language does.
func (w *Words) plain(value any) any {
	switch v := value.(type) {
	case int:
		return w.Number(v)
	case time.Time:
		if text, err := w.DateTime(v); err == nil {
			return text
		}
	}
	return value
}

func named(key string, args []any) (map[string]any, error) {
	if len(args)%2 != 0 {
		return nil, fmt.Errorf("words: %q: arguments go in pairs of name and value", key)
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			return nil, fmt.Errorf("words: %q: argument %d is %T, and should be a name", key, i+1, args[i])
		}
		data[name] = args[i+1]
	}
	return data, nil
}

// Number writes a whole number with commas at the thousands, as both languages
// do.
func (w *Words) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Percent writes a share of one (0.853) as a whole per cent, rounded down as
// the rules ask.
func (w *Words) Percent(share float64) string {
	// The share of a score is a ratio: a tiny addition keeps 0.29*100 at 29.
	return strconv.Itoa(int(share*100+1e-9)) + "%"
}
