package store

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
)

// Told is an event as a history tells it.
type Told struct {
	ID          uuid.UUID
	At          time.Time
	By          string
	Action      audit.Action
	SubjectKind string
	SubjectID   uuid.UUID
	Fields      map[string]audit.Change
	AboutID     uuid.UUID
	Roles       []string
	From        string // the network address
	Note        string
}

// Past says of which changes a history is told: of all that is about a thing, or
// of the thing alone; of some kinds, where it names them. Where it names acts,
// it tells of those instead, whether they changed anything or not.
type Past struct {
	About   uuid.UUID
	Subject uuid.UUID
	Kinds   []string
	Acts    []audit.Action
}

// EventsAbout gives the newest changes told about a thing. The caller has
// checked that the actor may read its history.
func (tx *Tx) EventsAbout(id uuid.UUID, limit int) ([]Told, error) {
	list, err := tx.EventsOf(Past{About: id}, "", limit)
	return list.Items, err
}

// EventsOf gives changes, the newest first, from the one after which the page
// before ended. The caller has checked that the actor may read them.
func (tx *Tx) EventsOf(past Past, after string, limit int) (List[Told], error) {
	var list List[Told]
	where, args := "e.about_id = ?", []any{past.About}
	if past.Subject != uuid.Nil {
		where, args = "e.subject_id = ?", []any{past.Subject}
	}
	if len(past.Acts) == 0 {
		where += " AND e.subject_version IS NOT NULL"
	} else {
		where += " AND e.action IN (?" + strings.Repeat(", ?", len(past.Acts)-1) + ")"
		for _, act := range past.Acts {
			args = append(args, act)
		}
	}
	if len(past.Kinds) > 0 {
		where += " AND e.subject_kind IN (?" + strings.Repeat(", ?", len(past.Kinds)-1) + ")"
		for _, kind := range past.Kinds {
			args = append(args, kind)
		}
	}
	if after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			return list, fault.Invalid("invalid").On("after", "cursor-unknown")
		}
		where, args = where+" AND e.id < ?", append(args, id)
	}
	return tx.told(where, args, limit)
}

// ReadingsOf gives the newest acts on what is in the actor's scope, by people
// of the other side than its supplier's.
func (tx *Tx) ReadingsOf(scope Scoping, acts []audit.Action, after string, limit int) (List[Told], error) {
	c := scope(tx.by, access.AnswersRead, "e.about_id")
	where, args := "("+c.SQL+") AND e.action IN (?"+strings.Repeat(", ?", len(acts)-1)+")", slices.Clone(c.Args)
	for _, act := range acts {
		args = append(args, act)
	}
	where += " AND e.user_id NOT IN (SELECT user_id FROM memberships WHERE supplier_id = ?)"
	args = append(args, tx.by.SupplierID)
	if after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			return List[Told]{}, fault.Invalid("invalid").On("after", "cursor-unknown")
		}
		where, args = where+" AND e.id < ?", append(args, id)
	}
	return tx.told(where, args, limit)
}

// told gives the newest events that meet a condition on e.
func (tx *Tx) told(where string, args []any, limit int) (List[Told], error) {
	var list List[Told]
	rows, err := tx.query(tx.Context, tx.db.rebind(`SELECT e.id, e.at, e.action, e.subject_kind, e.subject_id, e.about_id, COALESCE(p.payload, '{}')
		FROM audit_events e LEFT JOIN audit_payloads p ON p.event_id = e.id
		WHERE `+where+` ORDER BY e.id DESC LIMIT ?`), slices.Concat(args, []any{limit + 1})...)
	if err != nil {
		return list, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one Told
		var body string
		var payload audit.Payload
		if err := rows.Scan(&one.ID, &one.At, &one.Action, &one.SubjectKind, &one.SubjectID, &one.AboutID, &body); err != nil {
			return list, err
		}
		if err := json.Unmarshal([]byte(body), &payload); err != nil {
			return list, err
		}
		one.By, one.Roles, one.Fields, one.From, one.Note = payload.By, payload.Roles, payload.Fields, payload.From, payload.Note
		list.Items = append(list.Items, one)
	}
	if len(list.Items) > limit {
		list.Items = list.Items[:limit]
		list.Next = list.Items[limit-1].ID.String()
	}
	return list, rows.Err()
}
