package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/audit"
)

const (
	sealEvery     = time.Second
	sealBatch     = 1000
	sealAtOnce    = 200       // seals in one statement, well within the parameters that it takes
	sealLock      = 7_310_426 // the advisory lock of sealing on PostgreSQL
	sealBusyLimit = "5s"      // a sealer that hangs inside its transaction loses the lock after this
)

// Seal runs the sealer until the context ends: each second it adds what is
// pending to the chain. Every node runs one; a lock lets one work at a time.
func (db *DB) Seal(ctx context.Context) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		for {
			n, err := db.SealPending(ctx)
			if err != nil && ctx.Err() == nil {
				slog.Error("sealing the audit events failed", "error", err)
			}
			if n < sealBatch {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// SealPending seals one batch of pending events and gives how many.
func (db *DB) SealPending(ctx context.Context) (int, error) {
	tx, err := db.sealing.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	if free, err := db.takeSealLock(ctx, tx); err != nil || !free {
		return 0, err
	}
	events, err := db.pendingEvents(ctx, tx)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	last, err := lastSeal(ctx, tx)
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(events, sealAtOnce) {
		if last, err = db.seal(ctx, tx, last, some); err != nil {
			return 0, err
		}
	}
	return len(events), tx.Commit()
}

// seal adds the seals of some events behind the last one, and forgets that they
// were pending, in two statements for all of them.
func (db *DB) seal(ctx context.Context, tx *sql.Tx, last audit.Seal, events []audit.Event) (audit.Seal, error) {
	seals := insert{"audit_seals", "position, event_id, previous, hash", nil}
	ids := make([]uuid.UUID, len(events))
	for i, e := range events {
		last = audit.Link(last, e)
		ids[i] = e.ID
		seals.rows = append(seals.rows, []any{last.Position, last.EventID, last.Previous, last.Hash})
	}
	var args []any
	if _, err := tx.ExecContext(ctx, db.rebind(seals.statement(&args)), args...); err != nil {
		return last, fmt.Errorf("seal up to %d: %w", last.Position, err)
	}
	list, sealed := placeholders(ids)
	_, err := tx.ExecContext(ctx, db.rebind("DELETE FROM audit_pending WHERE event_id IN "+list), sealed...)
	return last, err
}

func (db *DB) takeSealLock(ctx context.Context, tx *sql.Tx) (bool, error) {
	if !db.postgres {
		return true, nil // a writing transaction on SQLite is alone
	}
	if _, err := tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = '"+sealBusyLimit+"'"); err != nil {
		return false, err
	}
	var free bool
	err := tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", sealLock).Scan(&free)
	return free, err
}

const eventColumns = `e.id, e.at, e.user_id, e.membership_id, e.action, e.subject_kind, e.subject_id,
	COALESCE(e.subject_version, 0), e.about_id, e.payload_digest`

func (db *DB) pendingEvents(ctx context.Context, tx *sql.Tx) ([]audit.Event, error) {
	rows, err := tx.QueryContext(ctx, db.rebind("SELECT "+eventColumns+
		" FROM audit_pending p JOIN audit_events e ON e.id = p.event_id ORDER BY e.id LIMIT ?"), sealBatch)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var events []audit.Event
	for rows.Next() {
		var e audit.Event
		if err := rows.Scan(&e.ID, &e.At, &e.UserID, &e.MembershipID, &e.Action, &e.SubjectKind, &e.SubjectID,
			&e.SubjectVersion, &e.AboutID, &e.PayloadDigest); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

func lastSeal(ctx context.Context, tx *sql.Tx) (audit.Seal, error) {
	var s audit.Seal
	err := tx.QueryRowContext(ctx, "SELECT position, event_id, previous, hash FROM audit_seals ORDER BY position DESC LIMIT 1").
		Scan(&s.Position, &s.EventID, &s.Previous, &s.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	return s, err
}

// ChainState is what the verifier found.
type ChainState struct {
	Links   int        `json:"links"`
	Pending int        `json:"pending"` // wait for the seal, which is no fault
	Head    audit.Seal `json:"-"`
	HeadAt  string     `json:"head"`
}

// VerifyChain walks the whole chain on one state of the database, and holds it
// to the anchors. A break is an *audit.Broken.
func (db *DB) VerifyChain(ctx context.Context, anchors ...audit.Anchor) (ChainState, error) {
	tx, err := db.snapshot(ctx)
	if err != nil {
		return ChainState{}, err
	}
	defer func() { _ = tx.Rollback() }()
	var state ChainState
	if state.Head, state.Links, err = audit.Verify(db.chain(ctx, tx), anchors...); err != nil {
		return state, err
	}
	state.HeadAt = state.Head.Hash
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM audit_pending").Scan(&state.Pending); err != nil {
		return state, err
	}
	if err := looseEvents(ctx, tx); err != nil {
		return state, err
	}
	return state, versionsWithoutEvent(ctx, tx)
}

const chainEventColumns = `e.id, e.at, e.user_id, e.membership_id, COALESCE(e.action, ''), COALESCE(e.subject_kind, ''),
	e.subject_id, COALESCE(e.subject_version, 0), e.about_id, COALESCE(e.payload_digest, '')`

func scanLink(rows *sql.Rows) (audit.Sealed, error) {
	var link audit.Sealed
	var e audit.Event
	var present bool
	var id, user, membership, subject, about uuid.NullUUID
	var at sql.NullTime
	var payload sql.NullString
	err := rows.Scan(&link.Seal.Position, &link.Seal.EventID, &link.Seal.Previous, &link.Seal.Hash, &present,
		&id, &at, &user, &membership, &e.Action, &e.SubjectKind, &subject, &e.SubjectVersion, &about, &e.PayloadDigest,
		&link.Salt, &payload)
	if err != nil {
		return link, err
	}
	if present {
		e.ID, e.At, e.UserID, e.MembershipID, e.SubjectID, e.AboutID =
			id.UUID, at.Time, user.UUID, membership.UUID, subject.UUID, about.UUID
		link.Event = &e
	}
	link.Payload, link.Erased = []byte(payload.String), !payload.Valid
	return link, nil
}

// looseEvents finds events that are neither sealed nor waiting for the seal.
func looseEvents(ctx context.Context, tx *sql.Tx) error {
	var id uuid.UUID
	err := tx.QueryRowContext(ctx, `SELECT e.id FROM audit_events e
		WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.event_id = e.id)
		AND NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.event_id = e.id) ORDER BY e.id LIMIT 1`).Scan(&id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return &audit.Broken{EventID: id, Why: "it is neither sealed nor waiting for the seal"}
}

// versionsWithoutEvent finds a thing with fewer events than versions: one was
// taken out before it was sealed.
func versionsWithoutEvent(ctx context.Context, tx *sql.Tx) error {
	var id uuid.UUID
	var kind string
	err := tx.QueryRowContext(ctx, `SELECT subject_kind, subject_id FROM audit_events WHERE subject_version IS NOT NULL
		GROUP BY subject_kind, subject_id HAVING count(*) <> max(subject_version) LIMIT 1`).Scan(&kind, &id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err == nil {
		return &audit.Broken{Why: fmt.Sprintf("%s %s has fewer events than versions", kind, id)}
	}
	for _, thing := range audited {
		err := tx.QueryRowContext(ctx, "SELECT t.id FROM "+thing.table+" t WHERE t.version <> "+
			"(SELECT COALESCE(max(e.subject_version), 0) FROM audit_events e WHERE e.subject_kind = '"+thing.kind+
			"' AND e.subject_id = t.id) LIMIT 1").Scan(&id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return fmt.Errorf("versions of %s: %w", thing.table, err)
		default:
			return &audit.Broken{Why: fmt.Sprintf("%s %s is at a version that no event tells of", thing.kind, id)}
		}
	}
	return nil
}
