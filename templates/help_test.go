package templates

import (
	"bytes"
	"strings"
	"testing"

	"sicrwydd/models/lang"
)

func TestEachPageLeadsToItsHelp(t *testing.T) {
	s := newSet(t)
	known := map[string]bool{}
	for _, name := range s.Names() {
		known[name] = true
	}
	for _, tag := range lang.All {
		var help bytes.Buffer
		if err := s.Page(&help, "help", Page{Lang: tag, TitleKey: "help.title"}); err != nil {
			t.Fatal(err)
		}
		for title, topic := range listTopics {
			if !Words(tag).Has(title) || !strings.Contains(help.String(), `id="`+topic+`"`) {
				t.Errorf("the help in %s has no part %q for the list %q", tag, topic, title)
			}
		}
		for name, topic := range helpTopics {
			if !known[name] {
				t.Errorf("help is meant for %q, which is no page", name)
			}
			if !strings.Contains(help.String(), `id="`+topic+`"`) {
				t.Errorf("the help in %s has no part %q", tag, topic)
			}
		}
	}
	for name, topic := range map[string]string{"imports": "imports", "concentration": "concentration", "pack": "packs", "returns": "returns",
		"bulk": "bulk", "calendar": "calendar", "health": "health", "risk": "risk"} {
		if helpTopics[name] != topic {
			t.Errorf("the page %q has the help with %q, want one of its own", name, helpTopics[name])
		}
	}
	if got := (Page{name: "listing", TitleKey: "nav.risk"}).HelpHref(); got != "/help#risk" {
		t.Errorf("the help of the risk register is at %s", got)
	}
	if got := (Page{name: "judge"}).HelpHref(); got != "/help#judging" {
		t.Errorf("the help of the page to judge is at %s", got)
	}
}
