package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/keyring"
	"sicrwydd/models/outbox"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/seed"
	"sicrwydd/tests/parts"
)

const kills = 50 // on each database

// The program is killed again and again in the midst of answers, uploads and
// submissions.
// What it acknowledged is there afterwards, once; the audit chain holds.
func TestAKilledProgramLosesNothingItAcknowledged(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { killAgainAndAgain(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { killAgainAndAgain(t, storetest.PostgresURL(t)) })
}

// victim is a program of its own process, and what it acknowledged.
type victim struct {
	t            *testing.T
	binary, base string
	environment  []string
	token        string
	review       string

	mu       sync.Mutex
	comments map[string]string // by question: the comment acknowledged last
	sent     map[string]string // and the one sent last, which may have been kept
	files    map[string]bool   // ids of evidence acknowledged

	ready     []string        // reviews to be submitted, one in each life
	submitted map[string]bool // those whose submission was acknowledged

	acknowledged map[deed]chan struct{} // told of the first of each in this life
}

// deed is what is under way when the program is killed.
type deed string

// deeds take turns: each life ends soon after one of them was acknowledged, so
// that all of them were under way however slow the machine is.
var deeds = []deed{"an answer", "a file", "a submission"}

func (v *victim) tell(d deed) {
	select {
	case v.acknowledged[d] <- struct{}{}:
	default:
	}
}

func killAgainAndAgain(t *testing.T, database string) {
	v := prepare(t, database)
	for life := range kills {
		command := v.start()
		v.acknowledged = map[deed]chan struct{}{}
		for _, d := range deeds {
			v.acknowledged[d] = make(chan struct{}, 1)
		}
		awaited := deeds[life%len(deeds)]
		var work sync.WaitGroup
		stop := make(chan struct{})
		work.Go(func() { v.stream(stop, v.saveAnswer) })
		work.Go(func() { v.upload(life) })
		work.Go(func() { v.submit(v.ready[life]) })
		select {
		case <-v.acknowledged[awaited]:
		case <-time.After(time.Minute):
			t.Errorf("%s was not acknowledged in a minute", awaited)
		}
		time.Sleep(time.Duration(time.Now().UnixNano()%90) * time.Millisecond)
		if err := command.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait()
		close(stop)
		work.Wait()
		v.check()
	}
	if few := kills / len(deeds); len(v.comments) == 0 || len(v.files) < few || len(v.submitted) < few {
		t.Errorf("too little was under way to mean anything: %d answers, %d files, %d submissions", len(v.comments), len(v.files), len(v.submitted))
	}
	v.verify()
}

// prepare makes a database with an issued review, and the program's binary.
func prepare(t *testing.T, database string) *victim {
	v := &victim{t: t, comments: map[string]string{}, sent: map[string]string{}, files: map[string]bool{}, submitted: map[string]bool{}}
	v.binary = filepath.Join(t.TempDir(), "sicrwydd")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", v.binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	settings := map[string]string{"SICRWYDD_ADDR": parts.FreeAddress(t), "SICRWYDD_DATA": t.TempDir(),
		"SICRWYDD_SECRET_KEY": keyring.Generate(), "SICRWYDD_EVIDENCE_URL": "", "SICRWYDD_PUBLIC_URL": "", "SICRWYDD_SMTP_URL": "",
		"SICRWYDD_RATE_PERSON": "0", "SICRWYDD_RATE_ADDRESS": "0"}
	maps.Copy(settings, storetest.Settings(t, database))
	for name, value := range settings {
		t.Setenv(name, value)
		v.environment = append(v.environment, name+"="+value)
	}
	v.base = "http://" + settings["SICRWYDD_ADDR"]
	p, err := open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if err := seed.Facts(t.Context(), p.db); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, first: p, tokens: map[string]string{}}
	server, _, err := p.newServer()
	if err != nil {
		t.Fatal(err)
	}
	listener := listen(t)
	go func() { _ = server.Listener(listener) }()
	defer func() { _ = server.Shutdown() }()
	h.nodes = []string{"http://" + listener.Addr().String()}
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, _, v.review = h.supplierWithReview("Killed", host, "lead")
	v.token = h.tokens["lead"]
	v.ready = h.answered("lead", v.review, kills)
	return v
}

// answered makes so many further reviews of the supplier of one, each answered
// in full and waiting to be submitted.
func (h *house) answered(lead, like string, n int) []string {
	h.t.Helper()
	first := h.must(200, lead, "GET", "/reviews/"+like, nil).body
	ask := func() string {
		id := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": first["supplier_id"], "system_ids": first["system_ids"],
			"questionnaire_code": "short", "due_on": "2099-01-31"}).id()
		h.must(200, "official", "POST", "/reviews/"+id+"/issue", map[string]any{"respondents": []any{
			map[string]any{"name": lead, "email": lead + "@example.org", "lead": true, "lead_confirmed": true}}})
		return id
	}
	whole := ask()
	h.answerAll(lead, whole)
	h.must(200, lead, "POST", "/reviews/"+whole+"/submit", attestation)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = ask()
		h.must(200, lead, "POST", "/reviews/"+ids[i]+"/carry-over", map[string]any{})
	}
	return ids
}

var attestation = map[string]any{"statement_agreed": true, "name": "Lead", "job_title": "CISO"}

func (v *victim) start() *exec.Cmd {
	v.t.Helper()
	command := exec.CommandContext(v.t.Context(), v.binary, "serve")
	command.Env = append(os.Environ(), v.environment...)
	if err := command.Start(); err != nil {
		v.t.Fatal(err)
	}
	waitFor(v.t, v.base+"/readyz")
	return command
}

func (v *victim) stream(stop <-chan struct{}, send func(n int) bool) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
			if !send(n) {
				return
			}
		}
	}
}

var answered = []string{"governance.board-owner", "incidents.contact", "identity.staff-mfa"}

func (v *victim) saveAnswer(n int) bool {
	key, comment := answered[n%len(answered)], uuid.NewString()
	v.mu.Lock()
	v.sent[key] = comment
	v.mu.Unlock()
	body, _ := json.Marshal(map[string]any{"value": nil, "comment": comment})
	status, _ := v.send(http.MethodPut, "/answers/"+key, "application/json", bytes.NewReader(body))
	if status == http.StatusOK {
		v.mu.Lock()
		v.comments[key] = comment
		v.mu.Unlock()
		v.tell("an answer")
	}
	return status != 0
}

// upload sends one file in each life: an answer takes 20 at the most.
func (v *victim) upload(life int) {
	content, mediaType := form(v.t, fmt.Sprintf("file-%d.txt", life), fmt.Sprint("what shows it ", life))
	status, body := v.send(http.MethodPost, "/answers/"+answered[life%len(answered)]+"/evidence", mediaType, content)
	var kept struct{ ID string }
	if status == http.StatusCreated && json.Unmarshal(body, &kept) == nil {
		v.mu.Lock()
		v.files[kept.ID] = true
		v.mu.Unlock()
		v.tell("a file")
	}
}

// submit hands one review in.
func (v *victim) submit(id string) {
	body, _ := json.Marshal(attestation)
	if status, _ := v.sendTo(http.MethodPost, "/reviews/"+id+"/submit", "application/json", bytes.NewReader(body)); status == http.StatusOK {
		v.mu.Lock()
		v.submitted[id] = true
		v.mu.Unlock()
		v.tell("a submission")
	}
}

// send gives the status, 0 when the program did not answer.
func (v *victim) send(method, path, mediaType string, content io.Reader) (int, []byte) {
	return v.sendTo(method, "/reviews/"+v.review+path, mediaType, content)
}

func (v *victim) sendTo(method, path, mediaType string, content io.Reader) (int, []byte) {
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+"/api/v1"+path, content)
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Authorization", "Bearer "+v.token)
	r.Header.Set("Content-Type", mediaType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil // not acknowledged in full
	}
	return answer.StatusCode, body
}

// check holds what was acknowledged against the rows.
func (v *victim) check() {
	v.t.Helper()
	p, err := open(v.t.Context(), false)
	if err != nil {
		v.t.Fatal(err)
	}
	defer p.close()
	v.checkSubmitted(p)
	type kept struct {
		answers  []*review.Answer
		changes  map[uuid.UUID]int
		evidence []*review.Evidence
	}
	got, err := store.Read(v.t.Context(), p.db, operator, func(tx *store.Tx) (k kept, err error) {
		id := uuid.MustParse(v.review)
		k.answers, _ = store.All[review.Answer](tx, "", "review_id = ?", id)
		k.evidence, _ = store.All[review.Evidence](tx, "", "review_id = ?", id)
		changes, err := store.Many[review.AnswerChange](tx, "id", "review_id = ?", id)
		k.changes = map[uuid.UUID]int{}
		for _, c := range changes {
			k.changes[c.AnswerID]++
		}
		return k, err
	})
	if err != nil {
		v.t.Fatal(err)
	}
	stand := map[string]*review.Answer{}
	for _, a := range got.answers {
		if stand[a.QuestionKey] != nil {
			v.t.Fatalf("two answers to %s", a.QuestionKey)
		}
		stand[a.QuestionKey] = a
		if a.Version != got.changes[a.ID]+1 {
			v.t.Fatalf("%s is at version %d with %d before it", a.QuestionKey, a.Version, got.changes[a.ID])
		}
	}
	for key, comment := range v.comments {
		a := stand[key]
		if a == nil || a.Comment != comment && a.Comment != v.sent[key] {
			v.t.Fatalf("an acknowledged answer to %s is gone", key)
		}
		v.comments[key] = a.Comment
	}
	files := map[string]bool{}
	for _, e := range got.evidence {
		files[e.ID.String()] = true
		if _, err := p.vault.Get(v.t.Context(), e.BlobKey); err != nil {
			v.t.Fatalf("the file of acknowledged evidence: %v", err)
		}
	}
	for id := range v.files {
		if !files[id] {
			v.t.Fatalf("acknowledged evidence %s is gone", id)
		}
	}
}

// checkSubmitted: a review is submitted with its one receipt and mail, or not at
// all; what was acknowledged is.
func (v *victim) checkSubmitted(p *program) {
	v.t.Helper()
	_, err := store.Read(v.t.Context(), p.db, operator, func(tx *store.Tx) (bool, error) {
		for _, id := range v.ready {
			r, err := store.Find[review.Review](tx, uuid.MustParse(id))
			if err != nil {
				return false, err
			}
			receipts, err := store.Count[review.Receipt](tx, "review_id = ?", id)
			if err != nil {
				return false, err
			}
			mails, err := store.Count[outbox.Mail](tx, "about_id = ? AND kind = ?", id, "submitted")
			if err != nil {
				return false, err
			}
			want := 0
			if r.State == review.Submitted {
				want = 1
			}
			if receipts != want || mails != want || v.submitted[id] && want == 0 {
				v.t.Fatalf("%s is %s with %d receipts and %d mails; acknowledged: %t", id, r.State, receipts, mails, v.submitted[id])
			}
		}
		return true, nil
	})
	if err != nil {
		v.t.Fatal(err)
	}
}

// verify seals what waits and walks the chain; each mail was queued once.
func (v *victim) verify() {
	v.t.Helper()
	p, err := open(v.t.Context(), false)
	if err != nil {
		v.t.Fatal(err)
	}
	defer p.close()
	for sealed := 1; sealed > 0; {
		if sealed, err = p.db.SealPending(v.t.Context()); err != nil {
			v.t.Fatal(err)
		}
	}
	if state, err := p.db.VerifyChain(v.t.Context()); err != nil || state.Pending > 0 {
		v.t.Errorf("the chain: %+v, %v", state, err)
	}
	mails, err := p.outbox.Latest(v.t.Context(), operator, 4*kills)
	if err != nil {
		v.t.Fatal(err)
	}
	to := map[string]bool{}
	for _, m := range mails {
		one := m.Recipient + m.Kind + m.AboutID.String()
		if to[one] || m.State == outbox.Failed {
			v.t.Errorf("the mail to %s: %s", m.Recipient, m.State)
		}
		to[one] = true
	}
}
