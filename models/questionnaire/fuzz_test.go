package questionnaire_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
)

// seedsFrom adds our own files of a kind as seeds.
func seedsFrom(f *testing.F, folder string) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "templates", folder, "*.yaml"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no files of ours in %s: %v", folder, err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content[:min(len(content), 8<<10)])
	}
}

// Whatever is brought as a framework is read or refused in words.
func FuzzReadFramework(f *testing.F) {
	seedsFrom(f, "frameworks")
	f.Add([]byte("code: x\ntitle: {en: X}\nrequirements: [{ref: A, title: {en: A}}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := questionnaire.ReadFramework(bytes.NewReader(content))
		if err == nil && (read.Code == "" || len(read.Requirements) == 0) {
			t.Errorf("an empty framework is taken: %+v", read)
		}
		if err != nil && fault.As(err) == nil {
			t.Errorf("it is refused without a word: %v", err)
		}
	})
}

// Whatever is brought as a questionnaire is read or refused in words, and what
// was read can be judged.
func FuzzParse(f *testing.F) {
	seedsFrom(f, "questionnaires")
	f.Add([]byte("sections: [{key: a, questions: [{key: b, shown_when: {all: [{key: b}]}}]}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := questionnaire.Parse(content, nil)
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("it is refused without a word: %v", err)
			}
			return
		}
		_ = d.Validate(func(string) bool { return true })
	})
}
