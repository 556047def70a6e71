package store

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
)

// AuditExported is the act of taking the audit log away.
const AuditExported audit.Action = "audit.exported"

// mostExported is how many links an auditor takes at once; an operator takes
// them all on the command line.
const mostExported = 100_000

// Head gives the last seal of the chain; its position is 0 while there is none.
func (db *DB) Head(ctx context.Context) (audit.Seal, error) {
	tx, err := db.snapshot(ctx)
	if err != nil {
		return audit.Seal{}, err
	}
	defer func() { _ = tx.Rollback() }()
	return lastSeal(ctx, tx)
}

func (db *DB) snapshot(ctx context.Context) (*sql.Tx, error) {
	options := &sql.TxOptions{ReadOnly: true}
	if db.postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	return db.read.BeginTx(ctx, options)
}

// ExportChain writes the whole chain for a verifier elsewhere.
func (db *DB) ExportChain(ctx context.Context, w io.Writer) error {
	tx, err := db.snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	head, err := lastSeal(ctx, tx)
	if err != nil {
		return err
	}
	h := audit.Header{ExportedAt: db.Now(), Whole: true, Links: int(head.Position), Head: head.Hash, HeadAt: head.Position}
	return audit.Write(w, h, db.chain(ctx, tx))
}

// log is the audit log as a thing, of which it is recorded who took it away.
type log struct{ Row }

// Scope hides it: nobody queries it.
func (log) Scope(by access.Actor) Condition { return OnlyProgram(by) }

// AuditKind names the thing in the audit log.
func (*log) AuditKind() string { return "audit_log" }

// AuditAbout is the log.
func (l *log) AuditAbout() uuid.UUID { return l.ID }

// ExportEvents writes what the actor may read of the chain, as far as the
// filter asks for it. Who reads all and asks for all gets a whole export, which
// proves that nothing is missing.
func (tx *Tx) ExportEvents(f EventFilter, w io.Writer) error {
	where, args, err := tx.readableEvents(f)
	if err != nil {
		return err
	}
	head, err := lastSeal(tx.Context, tx.sql)
	if err != nil {
		return err
	}
	h := audit.Header{ExportedAt: tx.Now(), Head: head.Hash, HeadAt: head.Position, Whole: f.blank() && tx.by.National()}
	err = tx.queryRow(tx.Context, tx.db.rebind("SELECT count(*) FROM audit_seals s JOIN audit_events e ON e.id = s.event_id WHERE "+where), args...).Scan(&h.Links)
	if err != nil {
		return err
	}
	if h.Links > mostExported {
		return fault.Invalid("invalid").On("from", "audit.too-many", fault.Args{"Max": mostExported})
	}
	if err := audit.Write(w, h, tx.db.links(tx.Context, tx.sql, where, args)); err != nil {
		return err
	}
	return tx.Seen(&log{Row: NewRow()}, AuditExported)
}

// links gives the sealed links that meet a condition on the event e.
func (db *DB) links(ctx context.Context, tx *sql.Tx, where string, args []any) iter.Seq2[audit.Sealed, error] {
	return func(yield func(audit.Sealed, error) bool) {
		rows, err := tx.QueryContext(ctx, db.rebind(`SELECT s.position, s.event_id, s.previous, s.hash, e.id IS NOT NULL, `+
			chainEventColumns+`, p.salt, p.payload FROM audit_seals s LEFT JOIN audit_events e ON e.id = s.event_id
			LEFT JOIN audit_payloads p ON p.event_id = s.event_id WHERE `+where+` ORDER BY s.position`), args...)
		if err != nil {
			yield(audit.Sealed{}, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			link, err := scanLink(rows)
			if !yield(link, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(audit.Sealed{}, err)
		}
	}
}

func (db *DB) chain(ctx context.Context, tx *sql.Tx) iter.Seq2[audit.Sealed, error] {
	return db.links(ctx, tx, "1 = 1", nil)
}

// named are the tables whose rows people know by a reference.
var named = []string{"suppliers", "systems", "reviews", "findings", "actions", "organisations", "governance_groups", "contracts", "programmes", "packs"}

// ofReference gives the ids of the things with a reference; none where there is
// no such thing.
func (tx *Tx) ofReference(reference string) ([]uuid.UUID, error) {
	part := "SELECT id FROM %s WHERE reference = ?"
	var parts []string
	var args []any
	for _, table := range named {
		parts, args = append(parts, fmt.Sprintf(part, table)), append(args, strings.ToUpper(strings.TrimSpace(reference)))
	}
	return tx.ids(strings.Join(parts, " UNION "), args)
}

// ofPeople gives the ids of the people whose name or address holds a text.
func (tx *Tx) ofPeople(text string) ([]uuid.UUID, error) {
	c := tx.holding(text, []string{"name", "email"})
	return tx.ids("SELECT id FROM users WHERE "+c.SQL, c.Args)
}

func (tx *Tx) ids(query string, args []any) ([]uuid.UUID, error) {
	rows, err := tx.query(tx.Context, tx.db.rebind(query), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	ids := []uuid.UUID{}
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
