package locales

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sicrwydd/models/lang"
)

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	en, cy := For(lang.English).Messages(), For(lang.Welsh).Messages()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(cy))); diff != "" {
		t.Errorf("keys (-English +Welsh):\n%s", diff)
	}
	if len(en) < 300 {
		t.Errorf("only %d texts were read", len(en))
	}
	for key, m := range en {
		other := cy[key]
		if !slices.Equal(m.Arguments, other.Arguments) {
			t.Errorf("%s takes %v in English and %v in Welsh", key, m.Arguments, other.Arguments)
		}
		if m.File != other.File {
			t.Errorf("%s is in %s in English and in %s in Welsh", key, m.File, other.File)
		}
		if m.Counted() != other.Counted() {
			t.Errorf("%s counts in one language only", key)
		}
	}
}

func TestACountedTextHasEveryFormOfItsLanguage(t *testing.T) {
	for tag, wanted := range map[lang.Tag][]string{
		lang.English: {"one", "other"},
		lang.Welsh:   {"few", "many", "one", "other", "two", "zero"},
	} {
		counted := 0
		for key, m := range For(tag).Messages() {
			if !m.Counted() {
				continue
			}
			counted++
			if got := slices.Sorted(maps.Keys(m.Forms)); !slices.Equal(got, wanted) {
				t.Errorf("%s: %s has the forms %v, want %v", tag, key, got, wanted)
			}
			for form, text := range m.Forms {
				if !strings.Contains(text, "{{.Count}}") {
					t.Errorf("%s: %s (%s) does not say the number", tag, key, form)
				}
			}
		}
		if counted == 0 {
			t.Errorf("%s has no counted text", tag)
		}
	}
}

var (
	anyTag     = regexp.MustCompile(`<[^>]*>`)
	allowedTag = regexp.MustCompile(`^</?(strong|a|br)( class="nhsuk-link")?( href="(/[a-z0-9/-]*|{{\.\w+}})")?>$`)
	goodKey    = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)+$`)
)

func TestTextsHoldNoMarkupButLinksAndEmphasis(t *testing.T) {
	for _, tag := range lang.All {
		for key, m := range For(tag).Messages() {
			if !goodKey.MatchString(key) {
				t.Errorf("%q is no key: lower case, with a dot, and so never a word that the library keeps for itself", key)
			}
			for _, text := range m.Forms {
				for _, found := range anyTag.FindAllString(text, -1) {
					if !allowedTag.MatchString(found) {
						t.Errorf("%s: %s holds %s", tag, key, found)
					}
				}
			}
		}
	}
}

func TestNounsAfterAFigureMutate(t *testing.T) {
	for count, want := range map[int]string{
		0: "0 cwestiwn", 1: "1 cwestiwn", 2: "2 gwestiwn", 3: "3 chwestiwn", 4: "4 cwestiwn", 6: "6 chwestiwn", 1200: "1,200 cwestiwn",
	} {
		if got, err := For(lang.Welsh).N("count.questions", count); err != nil || got != want {
			t.Errorf("%d: got %q and error %v, want %q", count, got, err, want)
		}
	}
}

func TestAMissingTextOrArgumentIsAnError(t *testing.T) {
	w := For(lang.Welsh)
	for name, call := range map[string]func() (string, error){
		"no such key":            func() (string, error) { return w.T("common.nothing-like-it") },
		"an argument too few":    func() (string, error) { return w.T("errorpage.request") },
		"an argument too many":   func() (string, error) { return w.T("common.save", "Name", "x") },
		"a value without name":   func() (string, error) { return w.T("errorpage.request", "ID") },
		"a counted text plain":   func() (string, error) { return w.T("count.questions", "Count", 1) },
		"a plain text counted":   func() (string, error) { return w.N("common.save", 1) },
		"a fault without a part": func() (string, error) { return w.Say("error.text.too-long", nil) },
	} {
		if got, err := call(); err == nil {
			t.Errorf("%s gives %q, and should be an error", name, got)
		}
	}
	if got, err := w.Say("error.text.too-long", map[string]any{"Max": 300, "More": 1}); err != nil || !strings.Contains(got, "300") {
		t.Errorf("a fault that carries more than its text tells: %q, %v", got, err)
	}
}

func TestAFileThatTheLibraryWouldDropInSilenceIsRefused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"an empty text": {"cy/a.yaml": {Data: []byte(`a.b: ""`)}},
		"a list":        {"cy/a.yaml": {Data: []byte("a.b: [x]")}},
		"a key twice":   {"cy/a.yaml": {Data: []byte("a.b: x")}, "cy/b.yaml": {Data: []byte("a.b: y")}},
	} {
		if _, err := read(files, lang.Welsh); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestDatesAreThoseOfWales(t *testing.T) {
	summer := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC) // 00:30 on 1 July in Wales
	for tag, want := range map[lang.Tag]string{lang.English: "1 July 2026, 00:30", lang.Welsh: "1 Gorffennaf 2026, 00:30"} {
		if got, err := For(tag).DateTime(summer); err != nil || got != want {
			t.Errorf("got %q and error %v, want %q", got, err, want)
		}
	}
	for m := time.January; m <= time.December; m++ {
		if _, err := For(lang.Welsh).Month(m); err != nil {
			t.Error(err)
		}
	}
}

func TestSharesAreRoundedDown(t *testing.T) {
	w := For(lang.English)
	for share, want := range map[float64]string{0.853: "85%", 0.8499: "84%", 0.29: "29%", 1: "100%", 0: "0%"} {
		if got := w.Percent(share); got != want {
			t.Errorf("%v: got %s, want %s", share, got, want)
		}
	}
}
