package questionnaire_test

import (
	"bytes"
	"encoding/json"
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

// Whatever is sent as an answer is kept in one form, or refused in words.
func FuzzCheckValue(f *testing.F) {
	types := []questionnaire.Type{questionnaire.YesNo, questionnaire.SingleChoice, questionnaire.MultipleChoice, questionnaire.Number, questionnaire.Day, questionnaire.Text, questionnaire.File}
	for n := range types {
		for _, seed := range []string{`"yes"`, `["a","b"]`, `12.50`, `1e400`, `"2026-02-30"`, `" x "`, `null`, `{"a":1}`, `"\u0000"`, `[[]]`, `-0`, `"a"b`} {
			f.Add(n, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, n int, raw []byte) {
		if n < 0 || n >= len(types) {
			return
		}
		q := &questionnaire.Question{Key: "q", Type: types[n], Options: []questionnaire.Option{{Value: "a"}, {Value: "b"}}}
		kept, err := questionnaire.CheckValue(q, raw)
		switch {
		case err != nil && fault.As(err) == nil:
			t.Errorf("it is refused without a word: %v", err)
		case err != nil || kept == nil:
		case !json.Valid(kept):
			t.Errorf("%q is kept as %q, which is no JSON", raw, kept)
		default:
			if again, err := questionnaire.CheckValue(q, kept); err != nil || !bytes.Equal(again, kept) {
				t.Errorf("%q is kept as %q, and that as %q, %v", raw, kept, again, err)
			}
		}
	})
}

// What names an answer is read back as it is written.
func FuzzParseSlot(f *testing.F) {
	for _, seed := range []string{"mfa", "mfa@0192b5a0-0000-7000-8000-000000000001", "@", "a@b@c", "a@{0192b5a0-0000-7000-8000-000000000001}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		slot, err := questionnaire.ParseSlot(text)
		if err != nil {
			return
		}
		if again, err := questionnaire.ParseSlot(slot.String()); err != nil || again != slot {
			t.Errorf("%q is %v, and its name is %v, %v", text, slot, again, err)
		}
	})
}
