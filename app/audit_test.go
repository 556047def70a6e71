package main

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// seal waits until the node's sealer has sealed all that was done.
func (h *house) seal() {
	h.t.Helper()
	for range 400 {
		b, err := h.first.db.Backlog(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if b.Unsealed == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.t.Fatal("the sealer does not come to its end")
}

// What was sealed before the chain was anchored cannot be cut off, even where
// nothing else would tell: entries that changed no thing.
func TestAnAnchoredChainCannotBeCutOff(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { cutOff(t, "", "sqlite") })
	t.Run("PostgreSQL", func(t *testing.T) { cutOff(t, storetest.PostgresURL(t), "pgx") })
}

func cutOff(t *testing.T, database, driver string) {
	h := start(t, database, 1, "SICRWYDD_ANCHOR_MAIL", "keeper@example.org")
	host := h.organisation("7A4")
	h.seal()
	before, err := h.first.db.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Change(t.Context(), h.first.db, operator, func(tx *store.Tx) (bool, error) {
		o, err := store.Find[directory.Organisation](tx, host)
		if err != nil {
			return false, err
		}
		return true, errors.Join(tx.Note(o, "test.one", ""), tx.Note(o, "test.two", ""))
	})
	if err != nil {
		t.Fatal(err)
	}
	h.seal()
	anchor, err := h.first.anchor(t.Context())
	if err != nil || anchor.Position < before.Position+2 {
		t.Fatalf("%+v, %v", anchor, err)
	}
	keys, err := h.first.publishedKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file := h.first.config.AnchorFile()
	anchors, err := readAnchors(file, keys)
	if err != nil || anchors[len(anchors)-1].Hash != anchor.Hash {
		t.Fatalf("%+v, %v", anchors, err)
	}
	h.mailUntil(t, "keeper@example.org", func(m *outbox.Mail) bool { return m.Kind == "anchor" })
	if state, err := h.first.db.VerifyChain(t.Context(), anchors...); err != nil || state.Links < 2 {
		t.Fatalf("as it was anchored: %+v, %v", state, err)
	}

	// Elsewhere: the export with its anchors, without a database.
	export := filepath.Join(t.TempDir(), "export.jsonl")
	var whole bytes.Buffer
	if err := h.first.db.ExportChain(t.Context(), &whole); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(export, whole.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (auditVerifyCommand{Export: export, Anchor: file}).Run(t.Context()); err != nil {
		t.Errorf("the export: %v", err)
	}
	forged := filepath.Join(t.TempDir(), "forged.jsonl")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(forged, bytes.Replace(content, []byte(anchor.Hash), []byte(strings.Repeat("0a", 32)), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readAnchors(forged, keys); err == nil {
		t.Error("an anchor that was changed passes for signed")
	}

	// The end is cut off: the chain alone holds, and does not hold to the anchor.
	at := database
	if at == "" {
		at = "file:" + h.first.config.SQLitePath() + "?_pragma=busy_timeout(10000)"
	} else {
		at = storetest.As(t, database, "sicrwydd") // who may do anything in the cluster
	}
	raw, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	for _, id := range sealedEvents(t, raw)[before.Position:] {
		for _, statement := range []string{"DELETE FROM audit_seals WHERE event_id = '" + id + "'", "DELETE FROM audit_payloads WHERE event_id = '" + id + "'", "DELETE FROM audit_events WHERE id = '" + id + "'"} {
			if _, err := raw.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := h.first.db.VerifyChain(t.Context()); err != nil {
		t.Errorf("the chain alone: %v", err)
	}
	var broken *audit.Broken
	if _, err := h.first.db.VerifyChain(t.Context(), anchors...); !errors.As(err, &broken) || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("cut off, and the anchor does not tell: %v", err)
	}
}

// sealedEvents gives the ids of the events in the order of the chain.
func sealedEvents(t *testing.T, raw *sql.DB) (ids []string) {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), "SELECT event_id FROM audit_seals ORDER BY position")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestAnAuditorSearchesVerifiesAndTakesTheLogAway(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { auditing(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { auditing(t, start(t, storetest.PostgresURL(t), 1)) })
}

func auditing(t *testing.T, h *house) {
	host, elsewhere := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, _, review := h.supplierWithReview("Read", host, "lead")
	otherSupplier, _, _ := h.supplierWithReview("Other", host, "stranger")
	h.auditor("auditor", identity.Place{})
	h.auditor("far", identity.Place{OrganisationID: &elsewhere})
	file := h.upload("lead", "/reviews/"+review+"/answers/governance.board-owner/evidence", "policy.txt", "what shows it").body["id"].(string)
	h.must(200, "official", "GET", "/reviews/"+review+"/evidence/"+file, nil)
	h.must(200, "lead", "GET", "/reviews/"+review+"/evidence/"+file, nil)
	h.seal()

	// By person, thing, act and time.
	reference := h.must(200, "official", "GET", "/reviews/"+review, nil).body["reference"].(string)
	for query, want := range map[string]int{
		"?action=evidence.read": 2, "?action=evidence.read&who=offici": 1, "?action=evidence.read&who=nobody": 0,
		"?action=evidence.read&reference=" + reference: 2, "?action=evidence.read&reference=REV-1999-0001": 0,
		"?action=evidence.read&from=2099-01-01T00:00:00Z": 0, "?action=evidence.read&until=2099-01-01T00:00:00Z": 2,
	} {
		if got := h.must(200, "auditor", "GET", "/audit/events"+query, nil).body["total"]; got != float64(want) {
			t.Errorf("%s: %v entries, want %d", query, got, want)
		}
	}
	if got := h.must(200, "far", "GET", "/audit/events?action=evidence.read", nil).body["total"]; got != 0.0 {
		t.Errorf("an auditor elsewhere reads %v of it", got)
	}

	// The export, whole and in part.
	whole := h.must(200, "auditor", "GET", "/audit/export", nil)
	head, _, err := audit.VerifyExport(bytes.NewReader(whole.raw))
	if err != nil || !head.Whole || head.Links < 10 {
		t.Errorf("the whole: %+v, %v", head, err)
	}
	part := h.must(200, "auditor", "GET", "/audit/export?action=evidence.read", nil)
	if got, _, err := audit.VerifyExport(bytes.NewReader(part.raw)); err != nil || got.Whole || got.Links != 2 {
		t.Errorf("a part: %+v, %v", got, err)
	}
	if got, _, err := audit.VerifyExport(bytes.NewReader(h.must(200, "far", "GET", "/audit/export", nil).raw)); err != nil || got.Whole || got.Links != 0 {
		t.Errorf("elsewhere: %+v, %v", got, err)
	}
	h.seal()
	if got := h.must(200, "auditor", "GET", "/audit/events?action=audit.exported&who=auditor", nil).body["total"]; got != 2.0 {
		t.Errorf("%v exports of the auditor are recorded, want 2", got)
	}
	for _, who := range []string{"official", "siro", "lead"} {
		h.must(403, who, "GET", "/audit/export", nil)
	}

	// Its supplier's lead sees who read its evidence, and no other does.
	for name, place := range map[string]string{"first": supplier, "second": otherSupplier} {
		id := uuid.MustParse(place)
		h.member(name, identity.NewUser{Roles: []access.Role{access.SupplierLead}, Place: identity.Place{SupplierID: &id}, Password: passphrase})
		r := h.reader(t)
		r.signIn(name + "@example.org")
		r.get("/evidence/readers")
		r.must(200)
		if saw := strings.Contains(r.page, "policy.txt") && strings.Contains(r.page, ">official"); saw != (name == "first") {
			t.Errorf("%s sees it: %t", name, saw)
		}
		if strings.Contains(r.page, ">lead") {
			t.Errorf("%s is told of readings of the supplier's own", name)
		}
	}
}
