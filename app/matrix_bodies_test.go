package main

import (
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

// bodies gives for each operation a body that the contract takes: every field
// that is required, with the plainest value.
func (w *world) bodies() map[string]any {
	document := map[string]any{}
	if err := json.Unmarshal(w.must(200, "official", "GET", "/openapi.json", nil).raw, &document); err != nil {
		w.t.Fatal(err)
	}
	schemas := document["components"].(map[string]any)["schemas"].(map[string]any)
	bodies := map[string]any{}
	for path, item := range document["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			content, ok := dig(op, "requestBody", "content", "application/json", "schema").(map[string]any)
			if ok {
				bodies[strings.ToUpper(method)+" "+strings.TrimPrefix(path, "/api/v1")] = sample(content, schemas)
			}
		}
	}
	return bodies
}

func dig(from any, path ...string) any {
	for _, step := range path {
		m, ok := from.(map[string]any)
		if !ok {
			return nil
		}
		from = m[step]
	}
	return from
}

// sample is the plainest value of a schema.
func sample(schema, schemas map[string]any) any {
	if ref, ok := schema["$ref"].(string); ok {
		return sample(schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any), schemas)
	}
	if choices, ok := schema["enum"].([]any); ok {
		return choices[0]
	}
	for _, of := range []string{"oneOf", "anyOf", "allOf"} {
		if some, ok := schema[of].([]any); ok {
			return sample(some[0].(map[string]any), schemas)
		}
	}
	kind := schema["type"]
	if several, ok := kind.([]any); ok {
		kind = several[0]
	}
	switch kind {
	case "object":
		body := map[string]any{}
		required, _ := schema["required"].([]any)
		for _, name := range required {
			body[name.(string)] = sample(dig(schema, "properties", name.(string)).(map[string]any), schemas)
			if strings.HasSuffix(name.(string), "_id") {
				body[name.(string)] = uuid.NewString()
			}
		}
		return body
	case "array":
		if least, _ := schema["minItems"].(float64); least > 0 {
			return []any{sample(schema["items"].(map[string]any), schemas)}
		}
		return []any{}
	case "integer", "number":
		if least, ok := schema["minimum"].(float64); ok {
			return least
		}
		return 1
	case "boolean":
		return true
	}
	switch schema["format"] {
	case "uuid":
		return uuid.NewString()
	case "date":
		return "2099-01-31"
	case "date-time":
		return "2099-01-31T00:00:00Z"
	}
	return "x"
}
