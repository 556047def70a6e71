package pages

import (
	"net/url"
	"strings"
	"testing"
)

// Wherever a form is told to lead afterwards, a browser stays on this site.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/reviews?a=b#c", "//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example", "https://elsewhere.example", "/\n/elsewhere.example", "/%2f/elsewhere", ""} {
		f.Add(seed)
	}
	here, _ := url.Parse("https://here.example/sign-in")
	asBrowsersDo := strings.NewReplacer("\t", "", "\r", "", "\n", "", "\\", "/")
	f.Fuzz(func(t *testing.T, next string) {
		to, err := here.Parse(strings.TrimLeft(asBrowsersDo.Replace(localPath(next)), "\x00 "))
		if err == nil && (to.Host != here.Host || to.Scheme != here.Scheme) {
			t.Errorf("%q leads to %s", next, to)
		}
	})
}
