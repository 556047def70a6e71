package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/keyring"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/tests/parts"
)

func TestABackupMadeWhileServingIsRestored(t *testing.T) {
	t.Run("SQLite and a folder", func(t *testing.T) { backupAndRestore(t, "", "", "") })
	t.Run("PostgreSQL and S3", func(t *testing.T) {
		backupAndRestore(t, storetest.PostgresURL(t), storetest.PostgresURL(t), parts.S3(t))
	})
}

func backupAndRestore(t *testing.T, from, to, bucket string) {
	h := start(t, from, 1, "SICRWYDD_EVIDENCE_URL", bucket)
	key := os.Getenv("SICRWYDD_SECRET_KEY")
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, _, review := h.supplierWithReview("Saved", host, "lead")
	h.answerAll("lead", review)

	var stop atomic.Bool
	written := make(chan int)
	go func() { // others go on writing
		n := 0
		for ; !stop.Load(); n++ {
			if a := h.ask("official", "POST", "/suppliers", map[string]any{"name": "While it is copied"}); a.status != 201 {
				t.Errorf("a write beside the backup: %d %s", a.status, a.raw)
			}
		}
		written <- n
	}()
	folder := filepath.Join(t.TempDir(), "backup")
	m, err := h.first.backup(t.Context(), folder)
	stop.Store(true)
	if n := <-written; n == 0 {
		t.Error("nothing was written beside the backup")
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Files) < 5 {
		t.Errorf("the backup holds %v", m.Files)
	}
	if _, err := h.first.backup(t.Context(), folder); err == nil {
		t.Error("a backup went over another")
	}

	place := t.TempDir()
	config := func(change ...string) *Config {
		c, err := LoadConfig(func(name string) string {
			settings := storetest.Settings(t, to)
			settings["SICRWYDD_DATA"], settings["SICRWYDD_SECRET_KEY"] = place, key
			if len(change) == 2 {
				settings[change[0]] = change[1]
			}
			return settings[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, err := restore(t.Context(), config("SICRWYDD_SECRET_KEY", keyring.Generate()), folder); !errors.Is(err, store.ErrOtherKey) {
		t.Errorf("with another key: %v", err)
	}
	state, err := restore(t.Context(), config(), folder)
	if err != nil || state.Links == 0 {
		t.Fatalf("%+v, %v", state, err)
	}
	if _, err := restore(t.Context(), config(), folder); err == nil {
		t.Error("a restore went over data")
	}

	// The copy serves: the same people, answers and evidence.
	more := []string{"SICRWYDD_DATA", place, "SICRWYDD_SECRET_KEY", key}
	copied := start(t, to, 1, more...)
	copied.tokens = h.tokens
	for _, q := range copied.questions("lead", review) {
		if q["shown"] == true && q["complete"] != true {
			t.Errorf("%v is not answered in the copy", q["key"])
		}
		if a, ok := q["answer"].(map[string]any); ok {
			for _, e := range a["evidence"].([]any) {
				at := "/reviews/" + review + "/evidence/" + e.(map[string]any)["id"].(string)
				if got := copied.must(200, "lead", "GET", at, nil); string(got.raw) != "what shows it" {
					t.Errorf("the evidence reads %q", got.raw)
				}
			}
		}
	}
	copied.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	if i, err := copied.first.db.Installation(t.Context()); err != nil || i.HeldBecause == "" {
		t.Errorf("the copy may write to people: %+v, %v", i, err)
	}
}

func TestADamagedBackupIsRefused(t *testing.T) {
	h := start(t, "", 1)
	folder := filepath.Join(t.TempDir(), "backup")
	if _, err := h.first.backup(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	config := func() *Config {
		c, err := LoadConfig(func(name string) string {
			return map[string]string{"SICRWYDD_DATA": t.TempDir(), "SICRWYDD_SECRET_KEY": os.Getenv("SICRWYDD_SECRET_KEY")}[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	file, err := os.OpenFile(filepath.Join(folder, "database.sqlite"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.WriteString("x")
	_ = file.Close()
	if _, err := restore(t.Context(), config(), folder); err == nil || !strings.Contains(err.Error(), "database.sqlite") {
		t.Errorf("a changed file: %v", err)
	}
	if err := os.Remove(filepath.Join(folder, manifestName)); err != nil {
		t.Fatal(err)
	}
	if _, err := restore(t.Context(), config(), folder); err == nil || !strings.Contains(err.Error(), "finished") {
		t.Errorf("without its manifest: %v", err)
	}
}

func TestAnotherKeyStopsTheStart(t *testing.T) {
	h := start(t, storetest.PostgresURL(t), 1)
	t.Setenv("SICRWYDD_SECRET_KEY", keyring.Generate())
	if p, err := open(t.Context(), false); !errors.Is(err, store.ErrOtherKey) {
		t.Errorf("opened %v, %v", p, err)
	}
	_ = h
}

func TestHeldMailGoesOnceItIsReleased(t *testing.T) {
	heldMailPause = 200 * time.Millisecond
	server := parts.Mails(t, `@example\.org$`)
	h := start(t, storetest.PostgresURL(t), 1, "SICRWYDD_SMTP_URL", server.SMTP, "SICRWYDD_MAIL", "redirect:tester@example.org")
	if err := h.first.db.HoldMail(t.Context(), "a test"); err != nil {
		t.Fatal(err)
	}
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.supplierWithReview("Held", host, "lead")
	time.Sleep(time.Second)
	mails, err := h.first.outbox.Latest(t.Context(), operator, 10)
	if err != nil || len(mails) != 2 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	for _, m := range mails {
		if m.State != outbox.Queued {
			t.Errorf("held mail is %s", m.State)
		}
	}
	if err := h.first.db.HoldMail(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	got := server.To("tester@example.org", 2)
	if len(got) != 2 || !strings.HasPrefix(got[0].Subject, "[") {
		t.Errorf("released: %+v", got)
	}
}

func TestAChangedPublicAddressHoldsMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Install(t.Context(), "key"); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			address string
			held    bool
		}{{"https://one.example", false}, {"https://one.example", false}, {"https://two.example", true}, {"https://two.example", false}} {
			if held, err := db.ServeAt(t.Context(), step.address); err != nil || held != step.held {
				t.Errorf("%s: held %t, %v", step.address, held, err)
			}
		}
		if i, err := db.Installation(t.Context()); err != nil || i.HeldBecause == "" {
			t.Errorf("it is not held any more: %+v, %v", i, err)
		}
	})
}
