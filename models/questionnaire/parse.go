package questionnaire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"

	"sicrwydd/models/fault"
)

// Resolver gives the questionnaire with a code, so that another can take
// questions from it.
type Resolver func(code string) (*Definition, error)

// Parse reads a version from YAML (or JSON, which is YAML too). A field that
// the format does not have is refused rather than lost. Where the file says
// `from` and its sections `take`, the questions are copied from that
// questionnaire, so that one key has one wording; resolve may be nil for a
// file that takes nothing. Parse does not judge the content: see Validate.
func Parse(data []byte, resolve Resolver) (*Definition, error) {
	var d Definition
	if err := decodeStrictly(data, &d); err != nil {
		return nil, err
	}
	if err := d.take(resolve); err != nil {
		return nil, err
	}
	d.Stated = 0
	for _, q := range d.Questions() {
		for _, leaf := range q.ShownWhen.leaves() {
			for _, bound := range []string{string(leaf.AtMost), string(leaf.AtLeast)} {
				if bound != "" && !jsonNumber(bound) {
					return nil, fault.Malformed("questionnaire.unreadable",
						fault.Args{"cause": q.Key + ": " + bound + " is not a number"})
				}
			}
		}
		if q.Evidence != "" {
			continue
		}
		q.Evidence = EvidenceNever
		if q.Type == File {
			q.Evidence = EvidenceAlways // its first upload is its answer
		}
	}
	return &d, nil
}

func (d *Definition) take(resolve Resolver) error {
	var source *Definition
	if d.From != "" {
		if resolve == nil {
			return fault.Invalid("questionnaire.source-unknown", fault.Args{"code": d.From})
		}
		var err error
		if source, err = resolve(d.From); err != nil {
			return err
		}
	}
	refused := fault.Invalid("questionnaire.invalid")
	for i := range d.Sections {
		section := &d.Sections[i]
		for _, key := range section.Take {
			if source == nil || source.Question(key) == nil {
				refused.On("sections/"+section.Key+"/take", "questionnaire.taken-question-unknown", fault.Args{"key": key})
				continue
			}
			section.Questions = append(section.Questions, *source.Question(key))
		}
		section.Take = nil
	}
	d.From = ""
	return refused.OrNil()
}

// jsonNumber reports whether a bound can be kept as JSON.
func jsonNumber(s string) bool { return plainDecimal.MatchString(s) && json.Valid([]byte(s)) }

// decodeStrictly reads one YAML document and refuses fields that into does
// not have. The decoder's own words name the line, for whoever wrote the file.
func decodeStrictly(data []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fault.Malformed("questionnaire.unreadable", fault.Args{"cause": err.Error()})
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return fault.Malformed("questionnaire.unreadable", fault.Args{"cause": "more than one document"})
	}
	return nil
}
