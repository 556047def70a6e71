package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var (
	inputTag    = regexp.MustCompile(`<input [^>]*name="answers\.[^>]*>`)
	textareaTag = regexp.MustCompile(`<textarea[^>]* name="(answers\.[^"]*)"[^>]*>([^<]*)</textarea>`)
	attribute   = regexp.MustCompile(`(name|value|type)="([^"]*)"`)
)

// fields are those of the form of a section, with what they hold.
func (r *reader) fields() url.Values {
	fields := url.Values{"_csrf": {r.token}, "then": {"stay"}}
	for _, tag := range inputTag.FindAllString(r.page, -1) {
		has := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
			has[m[1]] = html.UnescapeString(m[2])
		}
		if choice := has["type"] == "radio" || has["type"] == "checkbox"; !choice || strings.Contains(tag, " checked") {
			fields.Add(has["name"], has["value"])
		}
	}
	for _, m := range textareaTag.FindAllStringSubmatch(r.page, -1) {
		fields.Set(m[1], strings.TrimPrefix(html.UnescapeString(m[2]), "\n"))
	}
	return fields
}

// A whole section is answered on one page: what is right is saved, what is
// wrong is said at its question, and what nobody touched here stays as another
// left it.
func TestAWholeSectionIsAnsweredOnOnePage(t *testing.T) {
	h := start(t, "", 1)
	r, review, _ := answering(t, h)
	at := "/reviews/" + review + "/sections/"
	slots := map[string]string{}
	section := ""
	for _, q := range h.questions("lead", review) {
		if q["type"] == "number" && q["shown"] == true {
			section = q["section"].(map[string]any)["key"].(string)
			break
		}
	}
	r.get(at + section + "/all")
	r.must(http.StatusOK)
	fields := r.fields()
	for name, value := range fields {
		if m := regexp.MustCompile(`^(answers\.\d+\.)slot$`).FindStringSubmatch(name); m != nil {
			slots[value[0]] = m[1]
		}
	}
	if len(slots) == 0 {
		t.Fatal("the section has no questions to answer")
	}
	number := ""
	for _, q := range h.questions("lead", review) {
		row, here := slots[q["key"].(string)]
		if !here {
			continue
		}
		switch q["type"] {
		case "number":
			number = q["key"].(string)
			fields.Set(row+"value", "twelve")
		case "yes_no":
			fields.Set(row+"value", "yes")
		}
		fields.Set(row+"comment", "typed on one page")
	}
	r.post(at+section+"/all", fields)
	r.must(http.StatusUnprocessableEntity, "twelve", "typed on one page")
	for _, q := range h.questions("lead", review) {
		if _, here := slots[q["key"].(string)]; !here {
			continue
		}
		saved := q["answer"] != nil
		if saved != (q["key"] != number) {
			t.Errorf("%v: saved %t", q["key"], saved)
		}
	}
	fields = r.fields()
	h.must(200, "lead", "PUT", "/reviews/"+review+"/answers/"+number, map[string]any{"value": 7, "comment": "by another"})
	fields.Set(slots[number]+"value", "12")
	r.post(at+section+"/all", fields)
	r.must(http.StatusUnprocessableEntity, "changed meanwhile")
	r.get(at + section + "/all")
	r.post(at+section+"/all", r.fields()) // nothing typed: nothing changes
	for _, q := range h.questions("lead", review) {
		if q["key"] == number && q["answer"].(map[string]any)["comment"] == "by another" {
			return
		}
	}
	t.Error("what another saved is gone")
}
