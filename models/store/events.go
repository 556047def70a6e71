package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/audit"
)

// secret columns are named in the audit log when they change, without their values.
var secret = map[string]bool{"password_hash": true, "token_hash": true, "body": true, "secret": true, "code_hash": true, "data": true}

// bookkeeping columns change with every version and say nothing.
var bookkeeping = map[string]bool{"id": true, "version": true, "created_at": true, found: true}

// diff gives the columns that differ; before is nil for a new thing, after for
// one that is gone.
func diff(before, after columns) map[string]audit.Change {
	changed := map[string]audit.Change{}
	for name, now := range after {
		if was, ok := before[name]; !bookkeeping[name] && (!ok && !blank(now) || ok && !same(was, now)) {
			changed[name] = audit.Change{Before: was, After: now}
		}
	}
	if after == nil {
		for name, was := range before {
			if !bookkeeping[name] && !blank(was) {
				changed[name] = audit.Change{Before: was}
			}
		}
	}
	return changed
}

func same(a, b any) bool {
	at, aok := a.(time.Time)
	bt, bok := b.(time.Time)
	if aok && bok {
		return at.Equal(bt)
	}
	return a == b
}

func blank(v any) bool { return v == nil || reflect.ValueOf(v).IsZero() || v == uuid.Nil.String() }

func masked(changed map[string]audit.Change) map[string]audit.Change {
	for name := range changed {
		if secret[name] {
			changed[name] = audit.Change{After: "***"}
		}
	}
	return changed
}

// Seen records that something sensitive of a thing was read.
func (tx *Tx) Seen(thing Thing, action audit.Action) error {
	return tx.record(thing, action, 0, audit.Payload{}, &tx.work.reads)
}

// Note records an act that changes no thing (a sign-in that was refused).
func (tx *Tx) Note(thing Thing, action audit.Action, note string) error {
	return tx.record(thing, action, 0, audit.Payload{Note: note}, &tx.work.events)
}

func (tx *Tx) record(thing Thing, action audit.Action, version int, p audit.Payload, into *[]audit.Sealable) error {
	p.By, p.From = tx.actor.Name, tx.actor.Origin
	for _, role := range tx.actor.Roles {
		p.Roles = append(p.Roles, string(role))
	}
	event, err := audit.Prepare(audit.Event{
		ID: uuid.Must(uuid.NewV7()), At: tx.now, UserID: tx.actor.UserID, MembershipID: tx.actor.MembershipID,
		Action: action, SubjectKind: thing.AuditKind(), SubjectID: thing.row().ID, SubjectVersion: version,
		AboutID: thing.AuditAbout(),
	}, p)
	if err != nil {
		return err
	}
	*into = append(*into, event)
	return nil
}

// insertEvents writes event, payload and pending row of each event. On
// PostgreSQL that is one round trip for all of them.
func (tx *Tx) insertEvents(events []audit.Sealable) error {
	for batch := range slices.Chunk(events, 200) { // well within the parameters that one statement takes
		var eventRows, payloadRows, pendingRows [][]any
		for _, e := range batch {
			version := any(e.SubjectVersion)
			if e.SubjectVersion == 0 {
				version = nil
			}
			eventRows = append(eventRows, []any{e.ID, e.At, e.UserID, e.MembershipID, e.Action, e.SubjectKind,
				e.SubjectID, version, e.AboutID, e.PayloadDigest})
			payloadRows = append(payloadRows, []any{e.ID, e.Salt, string(e.Payload)})
			pendingRows = append(pendingRows, []any{e.ID})
		}
		inserts := []insert{
			{"audit_events", "id, at, user_id, membership_id, action, subject_kind, subject_id, subject_version, about_id, payload_digest", eventRows},
			{"audit_payloads", "event_id, salt, payload", payloadRows},
			{"audit_pending", "event_id", pendingRows},
		}
		if err := tx.insertAll(inserts); err != nil {
			return err
		}
	}
	return nil
}

type insert struct {
	table, columns string
	rows           [][]any
}

func (tx *Tx) insertAll(inserts []insert) error {
	if !tx.db.postgres {
		for _, in := range inserts {
			var args []any
			if _, err := tx.exec(tx.Context, in.statement(&args), args...); err != nil {
				return fmt.Errorf("%s: %w", in.table, err)
			}
		}
		return nil
	}
	var args []any
	var parts []string
	for i, in := range inserts[:len(inserts)-1] {
		parts = append(parts, fmt.Sprintf("i%d AS (%s)", i, in.statement(&args)))
	}
	query := "WITH " + strings.Join(parts, ", ") + " " + inserts[len(inserts)-1].statement(&args)
	_, err := tx.exec(tx.Context, tx.db.rebind(query), args...)
	return err
}

func (in insert) statement(args *[]any) string {
	rows := make([]string, len(in.rows))
	for i, row := range in.rows {
		rows[i] = "(?" + strings.Repeat(", ?", len(row)-1) + ")"
		*args = append(*args, row...)
	}
	return "INSERT INTO " + in.table + " (" + in.columns + ") VALUES " + strings.Join(rows, ", ")
}
