package store

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
)

// Event is an entry of the audit log as an auditor reads it. Position is its
// place in the chain, nil while it waits for the seal.
type Event struct {
	ID          uuid.UUID
	At          time.Time
	UserID      uuid.UUID
	Action      audit.Action
	SubjectKind string
	SubjectID   uuid.UUID
	AboutID     uuid.UUID
	Position    *int64
	Payload     audit.Payload
}

// EventFilter narrows the audit log; what is left empty does not.
type EventFilter struct {
	AboutID   uuid.UUID
	UserID    uuid.UUID
	Action    audit.Action
	Reference string // of the thing that it is about
	Who       string // part of a name or address
	From      time.Time
	Until     time.Time // not included
}

func (f EventFilter) blank() bool { return f == EventFilter{} }

// EventsAsked lists the audit log, newest first, as far as the actor may read
// it: an organisation's auditor what is about the systems that it hosts, their
// suppliers and reviews. After is the id of the last event of the page before.
func (tx *Tx) EventsAsked(f EventFilter, after string, limit int) (List[Event], error) {
	var list List[Event]
	if limit == 0 {
		limit = 50
	}
	where, args, err := tx.readableEvents(f)
	if err != nil {
		return list, err
	}
	count := "SELECT count(*) FROM audit_events e WHERE " + where
	if err := tx.queryRow(tx.Context, tx.db.rebind(count), args...).Scan(&list.Total); err != nil {
		return list, err
	}
	if after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			return list, fault.Invalid("invalid").On("after", "cursor-unknown")
		}
		where, args = where+" AND e.id < ?", append(args, id)
	}
	rows, err := tx.query(tx.Context, tx.db.rebind(`SELECT e.id, e.at, e.user_id, e.action, e.subject_kind, e.subject_id,
		e.about_id, s.position, COALESCE(p.payload, '{}') FROM audit_events e
		LEFT JOIN audit_payloads p ON p.event_id = e.id LEFT JOIN audit_seals s ON s.event_id = e.id
		WHERE `+where+` ORDER BY e.id DESC LIMIT ?`), append(args, limit+1)...)
	if err != nil {
		return list, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e Event
		var payload string
		if err := rows.Scan(&e.ID, &e.At, &e.UserID, &e.Action, &e.SubjectKind, &e.SubjectID, &e.AboutID, &e.Position, &payload); err != nil {
			return list, err
		}
		if err := json.Unmarshal([]byte(payload), &e.Payload); err != nil {
			return list, err
		}
		list.Items = append(list.Items, e)
	}
	if len(list.Items) > limit {
		list.Items = list.Items[:limit]
		list.Next = list.Items[limit-1].ID.String()
	}
	return list, rows.Err()
}

func (tx *Tx) readableEvents(f EventFilter) (string, []any, error) {
	var parts []string
	var args []any
	for _, scoping := range []Scoping{Systems, Suppliers, Reviews} {
		c := scoping(tx.by, access.AuditRead, "e.about_id")
		parts, args = append(parts, "("+c.SQL+")"), append(args, c.Args...)
	}
	where := "(" + strings.Join(parts, " OR ") + ")"
	for _, narrow := range []struct {
		sql   string
		value any
		given bool
	}{
		{"e.about_id = ?", f.AboutID, f.AboutID != uuid.Nil}, {"e.user_id = ?", f.UserID, f.UserID != uuid.Nil},
		{"e.action = ?", f.Action, f.Action != ""},
		{"e.at >= ?", f.From.UTC(), !f.From.IsZero()}, {"e.at < ?", f.Until.UTC(), !f.Until.IsZero()},
	} {
		if narrow.given {
			where, args = where+" AND "+narrow.sql, append(args, narrow.value)
		}
	}
	for _, named := range []struct {
		text, column string
		find         func(string) ([]uuid.UUID, error)
	}{{f.Reference, "e.about_id", tx.ofReference}, {f.Who, "e.user_id", tx.ofPeople}} {
		if named.text == "" {
			continue
		}
		ids, err := named.find(named.text)
		if err != nil {
			return "", nil, err
		}
		list, found := placeholders(ids)
		where, args = where+" AND "+named.column+" IN "+list, append(args, found...)
	}
	return where, args, nil
}
