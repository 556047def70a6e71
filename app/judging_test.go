package main

import "testing"

// A reviewer has the page of a question open while another returns it and the
// supplier answers anew: what was read is no longer what stands.
func TestAPageOpenedBeforeTheAnswerChangedJudgesNothing(t *testing.T) {
	h := start(t, "", 1)
	review := assessing(t, h)
	const question = "people.training"
	api, list := "/reviews/"+review+"/judgements/", "/reviews/"+review+"/judge"
	r := h.reader(t)
	r.signIn("reviewer@example.org")
	r.get(list + "/" + question)
	r.must(200)
	judged, accepted := r.hidden(list+"/"+question), r.hidden(list)
	for name, value := range map[string]string{"outcome": "met", "basis": "claim", "note": "As it said before.", "feedback.cy": "Da iawn."} {
		judged.Set(name, value)
	}
	read := h.must(200, "reviewer", "GET", "/reviews/"+review+"/questions", nil).body
	byAPI := map[string]any{"outcome": "met"}
	for _, q := range h.questions("reviewer", review) {
		if q["key"] == question {
			byAPI["read"] = q["read"]
		}
	}
	section := map[string]any{"section": "people", "read": read["read"].(map[string]any)["people"]}
	if byAPI["read"] == nil || section["read"] == nil || byAPI["read"] != judged.Get("read") || section["read"] != accepted.Get("read") {
		t.Fatalf("page and API name what there is to read differently: %v, %v; %v, %v", byAPI, section, judged, accepted)
	}
	if q := h.questions("lead", review)[0]; q["read"] != nil {
		t.Errorf("the supplier is told what to send with a judgement: %v", q["read"])
	}

	h.must(200, "reviewer", "POST", "/reviews/"+review+"/return", map[string]any{"questions": []any{question}, "message": map[string]any{"en": "Again."}})
	h.must(200, "lead", "PUT", "/reviews/"+review+"/answers/"+question, map[string]any{"value": 7})
	h.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})

	refused := h.must(412, "reviewer", "PUT", api+question, byAPI)
	standing := refused.body["current"].(map[string]any)["items"].([]any)[0].(map[string]any)
	if refused.body["type"] != "urn:sicrwydd:error:judgement.not-as-read" || standing["answer"].(map[string]any)["value"] != 7.0 {
		t.Errorf("the refusal: %s", refused.raw)
	}
	h.must(412, "reviewer", "POST", api+"accept", section)
	r.post(list, accepted)
	r.must(412, "has changed since you opened it")
	r.post(list+"/"+question, judged)
	r.must(412, "has changed since you opened it", "As it said before.", "Da iawn.", `value="met" checked`)
	if fresh := r.hidden(list + "/" + question); fresh.Get("read") != standing["read"] {
		t.Errorf("the page drawn again sends %v, want %v", fresh, standing["read"])
	} else {
		judged.Set("read", fresh.Get("read"))
	}
	r.post(list+"/"+question, judged)
	r.must(303)
	h.must(200, "reviewer", "PUT", api+question, map[string]any{"outcome": "partly_met"}) // as before, what stands
	byAPI["read"] = standing["read"]
	h.must(200, "reviewer", "PUT", api+question, byAPI)
}
