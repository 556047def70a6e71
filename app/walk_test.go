package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// Whatever people do in whatever order, rightly or wrongly: no judgement stands
// over a changed answer, nobody signs their own work, all signatures are of
// the same assessment, no answer is lost, and every walk can be brought to an end.
func TestRandomWalksKeepTheRules(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { walks(t, start(t, "", 1), 8) })
	t.Run("PostgreSQL", func(t *testing.T) { walks(t, start(t, storetest.PostgresURL(t), 2), 6) })
}

type walk struct {
	*house
	*rand.Rand
	id, at    string
	seed      uint64
	state     review.State
	questions []map[string]any
	done      map[string]int
}

var walkers = []string{"lead", "official", "reviewer", "both", "siro", "second siro"}

func walks(t *testing.T, h *house, n int) {
	one, two := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	both := h.member("both", identity.NewUser{Roles: []access.Role{access.Reviewer, access.Approver}, Place: identity.Place{OrganisationID: &one}})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &one})
	h.person("second siro", access.Approver, identity.Place{OrganisationID: &two})
	supplier, first, _ := h.supplierWithReview("Walked", one, "lead")
	second := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Another"},
		"host_organisation_id": two, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id()
	done := map[string]int{}
	for range n {
		w := &walk{house: h, seed: rand.Uint64(), done: done, state: review.Planned}
		w.Rand = rand.New(rand.NewPCG(w.seed, 0))
		w.id = h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{first, second},
			"questionnaire_code": "short", "due_on": "2099-01-31", "reviewer_ids": []any{reviewer, both}}).id()
		w.at = "/reviews/" + w.id
		for range 90 {
			w.step()
			w.check()
		}
		w.end()
	}
	for _, act := range []string{"submit", "judge", "return", "assess", "sign-off", "send-back"} {
		if done[act] == 0 {
			t.Errorf("no walk got as far as %s: %v", act, done)
		}
	}
}

// step does one thing, most often one that the state allows, by anybody.
func (w *walk) step() {
	type act struct {
		name string
		who  string
		do   func(who string) answer
	}
	post := func(path string, body map[string]any) func(string) answer {
		return func(who string) answer { return w.ask(who, "POST", w.at+path, body) }
	}
	acts := map[review.State][]act{
		review.Planned: {{"issue", "official", post("/issue", map[string]any{"respondents": []any{
			map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})}},
		review.Submitted: {{"judge", "reviewer", w.judge}, {"judge all", "reviewer", w.judgeRest}, {"return", "reviewer", w.giveBack}},
		review.Assessed: {{"sign-off", "siro", w.sign}, {"sign-off", "second siro", w.sign},
			{"send-back", "siro", post("/send-back", map[string]any{"message": map[string]any{"en": "Look again."}})}, {"finding", "reviewer", w.finding}},
	}
	answering := []act{{"answer", "lead", w.answer}, {"answer all", "lead", w.answerRest}, {"evidence", "lead", w.evidence},
		{"submit", "lead", post("/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})}}
	acts[review.Issued], acts[review.InProgress], acts[review.Returned] = answering, answering, answering
	acts[review.InAssessment] = append(slices.Clone(acts[review.Submitted]), act{"assess", "reviewer",
		post("/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "agreed"})})

	from := acts[w.state]
	if len(from) == 0 || w.IntN(4) == 0 { // a thing that the state may not allow
		states := slices.Sorted(maps.Keys(acts))
		from = acts[states[w.IntN(len(states))]]
	}
	chosen := from[w.IntN(len(from))]
	who := chosen.who
	if w.IntN(5) == 0 {
		who = walkers[w.IntN(len(walkers))]
	}
	got := chosen.do(who)
	if got.status >= 500 {
		w.fail("%s by %s: %d %s", chosen.name, who, got.status, got.raw)
	}
	if got.status == 200 || got.status == 201 {
		w.done[chosen.name]++
	}
}

func (w *walk) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("walk %d: %s", w.seed, fmt.Sprintf(format, args...))
}

func (w *walk) some() (map[string]any, string) {
	if w.questions == nil {
		w.questions = w.house.questions("official", w.id)
	}
	q := w.questions[w.IntN(len(w.questions))]
	query := ""
	if q["system_id"] != nil {
		query = "?system_id=" + q["system_id"].(string)
	}
	return q, query
}

func (w *walk) answer(who string) answer {
	q, query := w.some()
	value := valueFor(q)
	if options := q["options"].([]any); q["type"] == "yes_no" && w.IntN(3) == 0 {
		value = options[w.IntN(len(options))].(map[string]any)["value"]
	}
	return w.ask(who, "PUT", w.at+"/answers/"+q["key"].(string)+query, map[string]any{"value": value, "comment": fmt.Sprint(w.IntN(3))})
}

func (w *walk) answerRest(who string) answer {
	if who == "lead" && (w.state == review.Issued || w.state == review.InProgress) {
		w.answerAll("lead", w.id)
	}
	return w.ask(who, "GET", w.at, nil)
}

func (w *walk) evidence(who string) answer {
	q, query := w.some()
	return w.upload(who, w.at+"/answers/"+q["key"].(string)+"/evidence"+query, "e.txt", "seen")
}

func (w *walk) judge(who string) answer {
	q, query := w.some()
	outcomes := []any{"met", "partly_met", "not_met"}
	return w.ask(who, "PUT", w.at+"/judgements/"+q["key"].(string)+query, map[string]any{"outcome": outcomes[w.IntN(3)]})
}

func (w *walk) judgeRest(who string) answer {
	if who == "reviewer" && (w.state == review.Submitted || w.state == review.InAssessment) {
		w.judgeAll(who, w.id)
	}
	return w.ask(who, "GET", w.at, nil)
}

func (w *walk) giveBack(who string) answer {
	q, _ := w.some()
	named := map[string]any{"key": q["key"]}
	if q["system_id"] != nil {
		named["system_id"] = q["system_id"]
	}
	return w.ask(who, "POST", w.at+"/return", map[string]any{"questions": []any{named}, "message": map[string]any{"en": "Again, please."}})
}

func (w *walk) finding(who string) answer {
	q, _ := w.some()
	return w.ask(who, "POST", "/findings", map[string]any{"review_id": w.id, "question_keys": []any{q["key"]},
		"title": map[string]any{"en": "Found"}, "severity": "low"})
}

func (w *walk) sign(who string) answer {
	digest := w.ask(who, "GET", w.at, nil).body["assessment_digest"]
	if w.IntN(6) == 0 {
		digest = "stale"
	}
	return w.ask(who, "POST", w.at+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": digest})
}

// rows is what the database holds of the review, past every scope.
type rows struct {
	review     *review.Review
	answers    []*review.Answer
	changes    map[uuid.UUID]int
	evidence   []*review.Evidence
	judgements []*review.Judgement
	signed     []*review.SignOff
	took       []*review.Participation
}

func (w *walk) rows() rows {
	w.t.Helper()
	got, err := store.Read(w.t.Context(), w.first.db, operator, func(tx *store.Tx) (r rows, err error) {
		id := uuid.MustParse(w.id)
		if r.review, err = store.Find[review.Review](tx, id); err != nil {
			return r, err
		}
		r.answers, _ = store.All[review.Answer](tx, "", "review_id = ?", id)
		r.evidence, _ = store.All[review.Evidence](tx, "", "review_id = ?", id)
		r.judgements, _ = store.All[review.Judgement](tx, "", "review_id = ?", id)
		r.signed, _ = store.All[review.SignOff](tx, "", "review_id = ? AND voided_at IS NULL", id)
		r.took, _ = store.Many[review.Participation](tx, "id", "review_id = ?", id)
		changes, err := store.Many[review.AnswerChange](tx, "id", "review_id = ?", id)
		r.changes = map[uuid.UUID]int{}
		for _, c := range changes {
			r.changes[c.AnswerID]++
		}
		return r, err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

var follows = map[review.State][]review.State{
	review.Planned: {review.Issued}, review.Issued: {review.InProgress}, review.InProgress: {review.Submitted},
	review.Submitted: {review.InAssessment, review.Returned, review.Assessed}, review.Returned: {review.Submitted},
	review.InAssessment: {review.Assessed, review.Returned}, review.Assessed: {review.SignedOff, review.InAssessment},
}

func (w *walk) check() {
	w.t.Helper()
	r := w.rows()
	if now := r.review.State; now != w.state {
		if !slices.Contains(follows[w.state], now) && !(w.state == review.Issued && now == review.Submitted) {
			w.fail("from %s to %s", w.state, now)
		}
		w.state = now
	}
	changed := map[questionnaire.Slot]time.Time{}
	for _, a := range r.answers {
		changed[a.Slot()] = a.AnsweredAt
		if a.Version != r.changes[a.ID]+1 {
			w.fail("answer %s is at version %d, and %d earlier ones are kept", a.QuestionKey, a.Version, r.changes[a.ID])
		}
	}
	for _, e := range r.evidence {
		if e.CreatedAt.After(changed[e.Slot()]) {
			changed[e.Slot()] = e.CreatedAt
		}
	}
	for _, j := range r.judgements {
		if changed[j.Slot()].After(j.JudgedAt) {
			w.fail("a judgement stands over what changed after it: %s", j.QuestionKey)
		}
	}
	hosts := map[uuid.UUID]bool{}
	for _, s := range r.signed {
		hosts[s.HostOrganisationID] = true
		if s.AssessmentDigest != r.review.AssessmentDigest {
			w.fail("a signature is of another assessment")
		}
		for _, p := range r.took {
			if p.UserID == s.SignedByID {
				w.fail("who %s also signed", p.Act)
			}
		}
	}
	if w.state == review.SignedOff && len(hosts) != 2 {
		w.fail("signed off by %d of two hosts", len(hosts))
	}
}

// end brings the review to an end from wherever the walk left it.
func (w *walk) end() {
	w.t.Helper()
	switch w.state {
	case review.SignedOff:
		return
	case review.Issued, review.InProgress, review.Returned:
		w.must(200, "official", "POST", w.at+"/close", map[string]any{"because": "no_answer", "reason": "The walk is over."})
		return
	}
	w.must(200, "official", "POST", w.at+"/cancel", map[string]any{"reason": "The walk is over."})
	if w.state != review.Planned {
		w.must(200, "siro", "POST", w.at+"/cancel/agree", nil)
		w.must(200, "second siro", "POST", w.at+"/cancel/agree", nil)
	}
	if got := w.rows().review.State; got != review.Cancelled {
		w.fail("cancelled, and it is %s", got)
	}
}
