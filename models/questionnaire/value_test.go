package questionnaire

import (
	"encoding/json"
	"strings"
	"testing"

	"sicrwydd/models/fault"
)

func TestCheckValue(t *testing.T) {
	yesNo, either := ask("q"), ask("q", mayNotApply)
	single := ask("q", choosing(SingleChoice, "a", "b"))
	multiple := ask("q", choosing(MultipleChoice, "a", "b", "c"))
	text, number := ask("q", ofType(Text)), ask("q", ofType(Number))
	day, file := ask("q", ofType(Day)), ask("q", ofType(File), evidence(EvidenceAlways))
	long := `"` + strings.Repeat("ŵ", MaxTextLength) + `"`
	cases := []struct {
		name     string
		question Question
		raw      string
		want     string // the kept form, empty for a cleared answer
		refused  string
	}{
		{"yes", yesNo, `"yes"`, `"yes"`, ""},
		{"null clears", yesNo, `null`, "", ""},
		{"true is not yes", yesNo, `true`, "", "answer.not-yes-no"},
		{"maybe", yesNo, `"maybe"`, "", "answer.not-yes-no"},
		{"not applicable, not allowed", yesNo, `"not_applicable"`, "", "answer.not-applicable-not-allowed"},
		{"not applicable, allowed", either, `"not_applicable"`, `"not_applicable"`, ""},
		{"an option", single, `"a"`, `"a"`, ""},
		{"no option", single, `"c"`, "", "answer.not-an-option"},
		{"a list for one", single, `["a"]`, "", "answer.not-an-option"},
		{"ticks in the order of the question", multiple, `["c","a","c"]`, `["a","c"]`, ""},
		{"no ticks clear", multiple, `[]`, "", ""},
		{"a tick that is no option", multiple, `["a","d"]`, "", "answer.not-an-option"},
		{"one for a list", multiple, `"a"`, "", "answer.not-a-list"},
		{"text", text, `"llŷn"`, `"llŷn"`, ""},
		{"blanks clear", text, `"  \n "`, "", ""},
		{"as long as allowed", text, long, long, ""},
		{"too long", text, `"a` + long[1:], "", "answer.too-long"},
		{"a number for text", text, `5`, "", "answer.not-text"},
		{"a NUL", text, `"a\u0000b"`, "", "answer.not-text"},
		{"a number", number, `4700`, `4700`, ""},
		{"a decimal", number, `-0.25`, `-0.25`, ""},
		{"a number as text", number, `"5"`, "", "answer.not-a-number"},
		{"an exponent", number, `1e999999999`, "", "answer.not-a-number"},
		{"a date", day, `"2028-02-29"`, `"2028-02-29"`, ""},
		{"a date that is not", day, `"2027-02-29"`, "", "answer.not-a-date"},
		{"a date with a time", day, `"2027-02-28T00:00:00Z"`, "", "answer.not-a-date"},
		{"a file takes no value", file, `"x"`, "", "answer.file-takes-no-value"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := CheckValue(&c.question, json.RawMessage(c.raw))
			if c.refused != "" {
				f := fault.As(err)
				if f == nil || f.Kind != fault.KindInvalid || f.Key != c.refused || f.Fields[0].Key != c.refused {
					t.Fatalf("got %s, %v, want %s", got, err, c.refused)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
			if again, err := CheckValue(&c.question, got); err != nil || string(again) != c.want {
				t.Errorf("the kept form was read again as %s, %v", again, err)
			}
		})
	}
}

func TestValueFromForm(t *testing.T) {
	cases := []struct {
		name     string
		question Question
		sent     []string
		want     string
	}{
		{"nothing sent", ask("q"), nil, ""},
		{"a radio", ask("q"), []string{"yes"}, `"yes"`},
		{"ticks, with the empty field that says none", ask("q", choosing(MultipleChoice, "a", "b")), []string{"", "b"}, `["b"]`},
		{"no ticks", ask("q", choosing(MultipleChoice, "a", "b")), []string{""}, ``},
		{"a number", ask("q", ofType(Number)), []string{" 4,700 "}, `4700`},
		{"no number", ask("q", ofType(Number)), []string{"many"}, `refused`},
		{"text keeps its blanks", ask("q", ofType(Text)), []string{" a "}, `" a "`},
		{"a date", ask("q", ofType(Day)), []string{"2026-01-31"}, `"2026-01-31"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := CheckValue(&c.question, ValueFromForm(&c.question, c.sent))
			if c.want == "refused" {
				if err == nil {
					t.Errorf("%s was accepted", got)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}
