package store

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
)

// Row is what every stored thing embeds. Version counts its changes; a write
// over a newer version is refused.
type Row struct {
	ID        uuid.UUID `gorm:"primaryKey" json:"id"`
	Version   int       `json:"version"`
	CreatedAt time.Time `json:"created_at"`
}

// NewRow gives a row a new identity (UUIDv7).
func NewRow() Row { return Row{ID: uuid.Must(uuid.NewV7())} }

func (r *Row) row() *Row { return r }

// Thing is a stored thing: it has a row, a scope, and a name in the audit log.
type Thing interface {
	Scoped
	row() *Row
	// AuditKind names the kind of thing ("review").
	AuditKind() string
	// AuditAbout is the thing that people look it up under: itself, or the
	// review that an answer belongs to.
	AuditAbout() uuid.UUID
}

// pointer lets generic functions name both a thing and its struct.
type pointer[T any] interface {
	*T
	Thing
}

// columns are a thing's stored values by column.
type columns map[string]any

// Find loads the thing with the id, or says that there is none: the same
// answer when it is absent and when the actor may not see it.
func Find[T any, P pointer[T]](tx *Tx, id uuid.UUID) (P, error) {
	return first[T, P](tx, "id = ?", id)
}

// Lock is Find that holds the row until the change ends, so that two changes
// of one thing follow each other.
func Lock[T any, P pointer[T]](tx *Tx, id uuid.UUID) (P, error) {
	return locked[T, P](tx, id, clause.LockingStrengthUpdate)
}

// Share is Find that keeps the row as it is until the change ends, and lets
// others share it.
func Share[T any, P pointer[T]](tx *Tx, id uuid.UUID) (P, error) {
	return locked[T, P](tx, id, clause.LockingStrengthShare)
}

// LockBy is Lock for the one plain row that meets the condition.
func LockBy[T Scoped](tx *Tx, condition string, args ...any) (*T, error) {
	row := new(T)
	err := Query[T](tx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where(condition, args...).Take(row).Error
	return row, faulty(err)
}

func locked[T any, P pointer[T]](tx *Tx, id uuid.UUID, strength string) (P, error) {
	thing := P(new(T))
	err := Query[T](tx).Clauses(clause.Locking{Strength: strength}).Where("id = ?", id).Take(thing).Error
	return kept(tx, thing, err)
}

// FindBy loads the one thing that meets the condition.
func FindBy[T any, P pointer[T]](tx *Tx, condition string, args ...any) (P, error) {
	return first[T, P](tx, condition, args...)
}

func first[T any, P pointer[T]](tx *Tx, condition string, args ...any) (P, error) {
	thing := P(new(T))
	err := Query[T](tx).Where(condition, args...).Take(thing).Error
	return kept(tx, thing, err)
}

func kept[T any, P pointer[T]](tx *Tx, thing P, err error) (P, error) {
	if err != nil {
		return nil, faulty(err)
	}
	return thing, tx.remember(thing)
}

// All loads the things that meet the condition, in the order given.
func All[T any, P pointer[T]](tx *Tx, order, condition string, args ...any) ([]P, error) {
	var things []P
	q := Query[T](tx)
	if condition != "" {
		q = q.Where(condition, args...)
	}
	if order != "" {
		q = q.Order(order)
	}
	if err := q.Find(&things).Error; err != nil {
		return nil, faulty(err)
	}
	for _, thing := range things {
		if err := tx.remember(thing); err != nil {
			return nil, err
		}
	}
	return things, nil
}

// Count counts the things that meet the condition.
func Count[T any](tx *Tx, condition string, args ...any) (int, error) {
	var n int64
	q := Query[T](tx)
	if condition != "" {
		q = q.Where(condition, args...)
	}
	err := q.Count(&n).Error
	return int(n), faulty(err)
}

// Create inserts a new thing with its audit event and the jobs that follow.
func (tx *Tx) Create(thing Thing, action audit.Action, jobs ...river.JobArgs) error {
	row := thing.row()
	if row.ID == uuid.Nil {
		row.ID = uuid.Must(uuid.NewV7())
	}
	row.Version, row.CreatedAt = 1, tx.now
	refold(thing)
	values, err := tx.columnsOf(thing)
	if err != nil {
		return err
	}
	changed := diff(nil, values)
	if err := tx.checkLengths(thing, changed); err != nil {
		return err
	}
	if err := tx.Insert(thing); err != nil {
		return err
	}
	tx.work.snapshots[thing] = values
	return tx.finish(thing, action, changed, jobs)
}

// Insert adds a row that belongs to another thing's change and needs no event
// of its own (a line of history, a link).
func (tx *Tx) Insert(row Scoped) error {
	return faulty(tx.gorm.Create(row).Error)
}

// Ensure inserts a plain row where none has its key yet; one that stands stays
// as it is. It waits for a change that is inserting the same.
func (tx *Tx) Ensure(row Scoped) error {
	return faulty(tx.gorm.Clauses(clause.OnConflict{DoNothing: true}).Create(row).Error)
}

// Save writes what changed in a thing since it was loaded, as its next
// version, with one audit event and the jobs that follow. A newer version in
// the database is fault.Stale. Saving without a change still makes a version:
// something was done to the thing.
func (tx *Tx) Save(thing Thing, action audit.Action, jobs ...river.JobArgs) error {
	before, ok := tx.work.snapshots[thing]
	if !ok {
		return fmt.Errorf("store: %s was not loaded in this transaction", thing.AuditKind())
	}
	row := thing.row()
	folded := refold(thing)
	values, err := tx.columnsOf(thing)
	if err != nil {
		return err
	}
	changed := diff(before, values)
	if err := tx.checkLengths(thing, changed); err != nil {
		return err
	}
	update := map[string]any{"version": row.Version + 1}
	if folded {
		update[found] = values[found]
	}
	for name := range changed {
		update[name] = values[name]
	}
	q := tx.gorm.Model(empty(thing)).Where("id = ? AND version = ?", row.ID, row.Version).Updates(update)
	if q.Error != nil {
		return faulty(q.Error)
	}
	if q.RowsAffected == 0 {
		return fault.Stale(nil)
	}
	row.Version++
	values["version"] = row.Version
	tx.work.snapshots[thing] = values
	return tx.finish(thing, action, changed, jobs)
}

// Delete removes a thing, with its audit event; its history stays in the log.
func (tx *Tx) Delete(thing Thing, action audit.Action) error {
	row := thing.row()
	before, err := tx.columnsOf(thing)
	if err != nil {
		return err
	}
	q := tx.gorm.Model(empty(thing)).Where("id = ? AND version = ?", row.ID, row.Version).Delete(empty(thing))
	if q.Error != nil {
		return faulty(q.Error)
	}
	if q.RowsAffected == 0 {
		return fault.Stale(nil)
	}
	row.Version++
	return tx.finish(thing, action, diff(before, nil), nil)
}

func (tx *Tx) finish(thing Thing, action audit.Action, changed map[string]audit.Change, jobs []river.JobArgs) error {
	if err := tx.record(thing, action, thing.row().Version, audit.Payload{Fields: masked(changed)}, &tx.work.events); err != nil {
		return err
	}
	for _, job := range jobs {
		if err := tx.Enqueue(job); err != nil {
			return err
		}
	}
	return nil
}

// CheckVersion refuses an edit that was begun on another version than the one
// that stands, which the fault carries. 0 asks for no check.
func CheckVersion(thing Thing, asked int) error {
	if asked != 0 && asked != thing.row().Version {
		return fault.Stale(thing)
	}
	return nil
}

func (tx *Tx) remember(thing Thing) error {
	if tx.work.snapshots == nil { // only reads: nothing is saved
		return nil
	}
	values, err := tx.columnsOf(thing)
	tx.work.snapshots[thing] = values
	return err
}

// columnsOf reads a thing's columns as they are stored.
func (tx *Tx) columnsOf(thing any) (columns, error) {
	st := &gorm.Statement{DB: tx.gorm}
	if err := st.Parse(thing); err != nil {
		return nil, err
	}
	values := columns{}
	v := reflect.ValueOf(thing)
	for _, field := range st.Schema.Fields {
		if field.DBName != "" {
			value, err := stored(tx, field, v)
			if err != nil {
				return nil, err
			}
			values[field.DBName] = value
		}
	}
	return values, nil
}

// stored gives a field as the driver will store it, so that before and after
// compare as the database would.
func stored(tx *Tx, field *schema.Field, v reflect.Value) (any, error) {
	value, _ := field.ValueOf(tx.Context, v)
	converted, err := driver.DefaultParameterConverter.ConvertValue(value)
	if err != nil {
		return nil, fmt.Errorf("column %s: %w", field.DBName, err)
	}
	if text, ok := converted.([]byte); ok {
		return string(text), nil
	}
	return converted, nil
}

func empty(thing any) any { return reflect.New(reflect.TypeOf(thing).Elem()).Interface() }

// Visible reports whether the thing with the id is in the actor's scope for
// the permission: the question behind "may be seen, but may this be done to
// it?".
func (tx *Tx) Visible(scope Scoping, p access.Permission, id uuid.UUID) (bool, error) {
	visible, err := tx.VisibleOf(scope, p, []uuid.UUID{id})
	return len(visible) == 1, err
}

// May refuses with fault.Forbidden what Visible denies.
func (tx *Tx) May(scope Scoping, p access.Permission, id uuid.UUID) error {
	ok, err := tx.Visible(scope, p, id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Forbidden("forbidden")
	}
	return nil
}

// Many loads plain rows that meet the condition, in the order given: links and
// lines of history, which are not saved again.
func Many[T Scoped](tx *Tx, order, condition string, args ...any) ([]*T, error) {
	var rows []*T
	q := Query[T](tx)
	if condition != "" {
		q = q.Where(condition, args...)
	}
	if order != "" {
		q = q.Order(order)
	}
	return rows, faulty(q.Find(&rows).Error)
}

// OpenReviewsOf counts the reviews of a system that are under way, whoever may
// see them: the inventory asks before it changes what a review rests on.
func (tx *Tx) OpenReviewsOf(system uuid.UUID) (int, error) {
	var n int
	err := tx.queryRow(tx.Context, tx.db.rebind(`SELECT count(*) FROM reviews r
		JOIN review_systems rs ON rs.review_id = r.id
		WHERE rs.system_id = ? AND r.state NOT IN ('signed_off', 'closed', 'cancelled')`), system).Scan(&n)
	return n, err
}

// HeldSystems gives those of the systems that reviews or programmes name,
// whoever may see these: the inventory asks before it takes one away.
func (tx *Tx) HeldSystems(systems []uuid.UUID) ([]uuid.UUID, error) {
	if len(systems) == 0 {
		return nil, nil
	}
	list, args := placeholders(systems)
	return tx.ids("SELECT system_id FROM review_systems WHERE system_id IN "+list+
		" UNION SELECT system_id FROM programme_systems WHERE system_id IN "+list, slices.Concat(args, args))
}

// ForgetPairs drops what was worked out of the pairs of a supplier or a system
// that goes itself.
func (tx *Tx) ForgetPairs(of uuid.UUID) error {
	_, err := tx.exec(tx.Context, tx.db.rebind("DELETE FROM pair_standings WHERE system_id = ? OR supplier_id = ?"), of, of)
	return err
}

// VisibleOf gives those of the ids that are in the actor's scope for the
// permission, in one query for each so many.
func (tx *Tx) VisibleOf(scope Scoping, p access.Permission, ids []uuid.UUID) ([]uuid.UUID, error) {
	var visible []uuid.UUID
	for some := range slices.Chunk(ids, mostCompared) {
		seen, err := tx.visibleOf(scope, p, some)
		if err != nil {
			return nil, err
		}
		visible = append(visible, seen...)
	}
	return visible, nil
}

// mostCompared keeps to the 500 parts that SQLite lets a compound query have.
const mostCompared = 400

func (tx *Tx) visibleOf(scope Scoping, p access.Permission, ids []uuid.UUID) ([]uuid.UUID, error) {
	condition := scope(tx.by, p, "checked.id")
	part := "SELECT CAST(? AS " + tx.db.uuidType() + ") AS id"
	query := "SELECT id FROM (" + part + strings.Repeat(" UNION "+part, len(ids)-1) + ") AS checked WHERE " + condition.SQL
	args := make([]any, 0, len(ids)+len(condition.Args))
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := tx.query(tx.Context, tx.db.rebind(query), append(args, condition.Args...)...)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", p, err)
	}
	defer func() { _ = rows.Close() }()
	var visible []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		visible = append(visible, id)
	}
	return visible, rows.Err()
}
