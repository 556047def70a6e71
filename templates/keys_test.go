package templates

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sicrwydd/models/lang"
)

var (
	inTemplate = regexp.MustCompile(`[({\s](?:t|tn|thtml|i18n [.\w]+) "([^"]+)"`)
	inGo       = regexp.MustCompile(`(?:TitleKey:\s*|Flash{Key:\s*|\.T\(|\.N\(|Key:\s*)"([a-z0-9_-]+\.[a-z0-9._-]+)"`)
	// A fault's key stands in its constructor, in On, or in a small helper
	// around one of them.
	ofFault = regexp.MustCompile(`(?:fault\.(?:Malformed|Invalid|Unauthenticated|Forbidden|Conflict|TooLarge|Unsupported|TooMany|Unavailable)\(|\.[oO]n\([^()"]*(?:\([^()]*\))?[^()"]*(?:"[^"]*"[^",()]*(?:\([^()]*\))?[^",()]*)*,\s*|refuse\(|orForbidden\([a-z]+, |notAChoice :?= )"([a-z0-9-]+(?:\.[a-z0-9-]+)*)"`)
)

// Every text that a page or the program asks for is there. Those that nobody
// asks for are logged: a value such as "rating.limited" is asked for by its
// kind, which no search finds.
func TestEveryTextThatIsAskedForIsThere(t *testing.T) {
	words := Words(lang.English)
	used := map[string]bool{}
	ask := func(path, key string) {
		used[key] = true
		if !words.Has(key) {
			t.Errorf("%s asks for %q, which is not there", path, key)
		}
	}
	for _, folder := range []string{"pages", "layouts", "partials", "emails", "components"} {
		for _, ending := range []string{".html", ".txt"} {
			walk(t, folder, ending, func(path, text string) {
				for _, m := range inTemplate.FindAllStringSubmatch(text, -1) {
					if strings.HasPrefix(m[1], "component.file.chosen") {
						continue // asked for by form
					}
					ask(path, m[1])
				}
			})
		}
	}
	if len(used) < 50 {
		t.Errorf("only %d texts are asked for by templates: the search is broken", len(used))
	}
	for _, folder := range []string{"../models", "../handlers", "../reports", "../app", "../seed", "."} {
		walk(t, folder, ".go", func(path, text string) {
			if strings.HasSuffix(path, "_test.go") {
				return
			}
			for _, m := range inGo.FindAllStringSubmatch(text, -1) {
				if !strings.HasSuffix(m[1], ".") { // the rest is worked out
					ask(path, m[1])
				}
			}
		})
	}
	var unused []string
	for key := range words.Messages() {
		if !used[key] && !strings.HasPrefix(key, "error.") {
			unused = append(unused, key)
		}
	}
	slices.Sort(unused)
	t.Logf("asked for by no search (%d): %s", len(unused), strings.Join(unused, " "))
}

func TestEveryFaultHasItsText(t *testing.T) {
	words := Words(lang.English)
	missing := map[string]string{}
	found := 0
	for _, folder := range []string{"../models", "../handlers", "../reports", "../app", "../seed"} {
		walk(t, folder, ".go", func(path, text string) {
			if strings.HasSuffix(path, "_test.go") {
				return
			}
			for _, m := range ofFault.FindAllStringSubmatch(text, -1) {
				found++
				if !words.Has("error." + m[1]) {
					missing[m[1]] = path
				}
			}
		})
	}
	if found < 50 {
		t.Errorf("only %d faults were found: the search is broken", found)
	}
	for _, key := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s refuses with %q, which has no text in errors.yaml", missing[key], key)
	}
}
