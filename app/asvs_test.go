package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// requirement is a row of docs/asvs.md.
type requirement struct{ number, level, about, where, test string }

const (
	asvsOpen    = "**open**: "
	asvsOutside = "does not apply: "
)

func (r requirement) met() bool {
	return !strings.HasPrefix(r.where, asvsOpen) && !strings.HasPrefix(r.where, asvsOutside)
}

var (
	asvsRow    = regexp.MustCompile(`(?m)^\| (V\S*) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$`)
	asvsNumber = regexp.MustCompile(`^V([1-9]|1[0-6])\.[1-9]\d?\.[1-9]\d?$`)
	inCode     = regexp.MustCompile("`([^`]+)`")
	aDecision  = regexp.MustCompile(`\]\((decisions/[^)]+)\)`)
	aFile      = regexp.MustCompile(`^((app|docs|handlers|models|reports|seed|templates|tests)/[\w./-]+|[\w.-]+\.(yaml|yml|mod|json)|Dockerfile)$`)
	aTest      = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w+$`)
)

// Every requirement of ASVS 5.0 levels 1 and 2 has its row, the head counts
// them as they are, and what a row names is there.
func TestASVSIsAnsweredRowByRow(t *testing.T) {
	content, err := os.ReadFile("../docs/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	seen := map[string]bool{}
	met, shown, outside, open := 0, 0, 0, 0
	for _, cells := range asvsRow.FindAllStringSubmatch(text, -1) {
		r := requirement{cells[1], cells[2], cells[3], cells[4], cells[5]}
		if !asvsNumber.MatchString(r.number) || seen[r.number] {
			t.Errorf("%s: no number, or twice", r.number)
		}
		seen[r.number] = true
		if r.level != "1" && r.level != "2" || r.about == "" || r.test == "" {
			t.Errorf("%s: no level, subject or test: %q", r.number, cells[0])
		}
		switch {
		case r.met():
			met++
			if r.test != "-" {
				shown++
			}
			if !namesAPlace(r.where) {
				t.Errorf("%s: met, but it names no file and no decision", r.number)
			}
		case strings.HasPrefix(r.where, asvsOpen):
			open++
			if r.test != "-" {
				t.Errorf("%s: open, and a test is said to show it", r.number)
			}
		default:
			outside++
		}
	}
	if len(seen) != 246 {
		t.Errorf("%d requirements, want 246", len(seen))
	}
	for _, want := range []string{fmt.Sprintf("**%d are met**, %d of them shown by a test", met, shown),
		fmt.Sprintf("**%d do not apply**", outside), fmt.Sprintf("**%d are open**", open)} {
		if !strings.Contains(text, want) {
			t.Errorf("the head does not say %q", want)
		}
	}
}

// namesAPlace reports whether a cell names a file or a decision.
func namesAPlace(where string) bool {
	for _, code := range inCode.FindAllStringSubmatch(where, -1) {
		if aFile.MatchString(code[1]) {
			return true
		}
	}
	return aDecision.MatchString(where)
}

// Each file, decision and test that the document names is in the repository:
// a test by its function, or by how its title in tests/browser begins.
func TestASVSNamesWhatIsThere(t *testing.T) {
	content, err := os.ReadFile("../docs/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	functions, titles := everyTest(t)
	for _, link := range aDecision.FindAllStringSubmatch(string(content), -1) {
		if _, err := os.Stat(filepath.Join("..", "docs", link[1])); err != nil {
			t.Error(err)
		}
	}
	for _, code := range inCode.FindAllStringSubmatch(string(content), -1) {
		switch name := code[1]; {
		case aTest.MatchString(name):
			if !functions[name] {
				t.Errorf("there is no test %s", name)
			}
		case aFile.MatchString(name):
			if _, err := os.Stat(filepath.Join("..", name)); err != nil {
				t.Error(err)
			}
		}
	}
	for _, cells := range asvsRow.FindAllStringSubmatch(string(content), -1) {
		named := inCode.FindAllStringSubmatch(cells[5], -1)
		if cells[5] != "-" && len(named) == 0 {
			t.Errorf("%s: %q names no test", cells[1], cells[5])
		}
		for _, code := range named {
			if !aTest.MatchString(code[1]) && !strings.Contains(titles, "test(`"+code[1]) && !strings.Contains(titles, "test('"+code[1]) {
				t.Errorf("%s: no test in tests/browser begins with %q", cells[1], code[1])
			}
		}
	}
}

// everyTest gives the names of all Go tests, and the text of the browser's.
func everyTest(t *testing.T) (functions map[string]bool, titles string) {
	functions = map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w+)\(`)
	for _, room := range []string{"app", "handlers", "models", "reports", "seed", "templates", "tests"} {
		err := filepath.WalkDir(filepath.Join("..", room), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".test.mjs") {
				return err
			}
			content, err := os.ReadFile(path)
			if strings.HasSuffix(path, ".mjs") {
				titles += string(content)
			}
			for _, name := range declared.FindAllStringSubmatch(string(content), -1) {
				functions[name[1]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return functions, titles
}
