package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
)

// Tx is one transaction of one actor. It is itself the context to pass on.
type Tx struct {
	context.Context
	db    *DB
	sql   *sql.Tx
	gorm  *gorm.DB
	by    access.Actor // whose scope applies
	actor access.Actor // who is recorded as having acted
	now   time.Time
	work  *work
}

// work is what a transaction has gathered, shared by all views of it.
type work struct {
	events    []audit.Sealable
	reads     []audit.Sealable
	snapshots map[any]columns // nil where nothing can be saved
	eyes      string          // with which PostgreSQL looks, in a transaction of the suppliers' role
}

type txKey struct{}

var errNested = errors.New("store: a Change inside a Change would wait for itself; pass the tx on instead")

// By is the actor whose scope applies.
func (tx *Tx) By() access.Actor { return tx.by }

// Now is the moment of the change, the same throughout it.
func (tx *Tx) Now() time.Time { return tx.now }

// AsProgram gives a view of the same transaction with the program's own eyes,
// for what a rule must know and the actor may not see (has the host an
// approver?). What is changed through it is still recorded as the actor's.
func (tx *Tx) AsProgram(purpose string) *Tx {
	view := *tx
	view.by = access.Program(purpose)
	view.bind(tx.gorm)
	return &view
}

// Change runs f in one transaction: what it saves, the audit events of that
// and the jobs that follow commit together or not at all. It may run f again
// after a deadlock, so f must have no effect outside tx.
func Change[T any](ctx context.Context, db *DB, by access.Actor, f func(tx *Tx) (T, error)) (T, error) {
	var none T
	if ctx.Value(txKey{}) != nil {
		return none, errNested
	}
	for attempt := 1; ; attempt++ {
		result, err := changeOnce(ctx, db, by, f)
		if err == nil {
			return result, nil
		}
		if attempt == 5 || !isTransient(err) {
			return none, err
		}
		time.Sleep(time.Duration(attempt*10+rand.IntN(20)) * time.Millisecond)
	}
}

func changeOnce[T any](ctx context.Context, db *DB, by access.Actor, f func(tx *Tx) (T, error)) (result T, err error) {
	through := db.forChange(by)
	leave, err := through.turns.enter(ctx)
	if err != nil {
		return result, err
	}
	defer leave()
	taking, cancel := context.WithTimeout(ctx, patience) // the jobs take connections too
	defer cancel()
	connection, err := through.pool.Conn(taking)
	if err != nil {
		return result, fmt.Errorf("take a connection: %w", err)
	}
	defer func() { _ = connection.Close() }()
	sqlTx, err := connection.BeginTx(ctx, nil)
	if err != nil {
		return result, err
	}
	// After a commit it does nothing; a panic must not leave the transaction open,
	// since the connection would wait for it, and everybody for the connection.
	defer func() { _ = sqlTx.Rollback() }()
	tx, err := newTx(ctx, db, by, sqlTx, through.gorm)
	if err != nil {
		return result, err
	}
	if result, err = f(tx); err != nil {
		return result, err
	}
	if err = tx.insertEvents(append(tx.work.events, tx.work.reads...)); err != nil {
		return result, fmt.Errorf("audit: %w", err)
	}
	if err = sqlTx.Commit(); err == nil && len(tx.work.events) > 0 {
		db.changed(by)
	}
	return result, err
}

// Read runs f on one state of the database. What f marks with Seen is recorded
// before Read returns, so before anything of it is sent.
func Read[T any](ctx context.Context, db *DB, by access.Actor, f func(tx *Tx) (T, error)) (T, error) {
	var none T
	result, seen, err := readOnce(ctx, db, by, f)
	if err != nil {
		return none, err
	}
	if len(seen) == 0 {
		return result, nil
	}
	_, err = Change(ctx, db, by, func(recording *Tx) (struct{}, error) {
		recording.work.reads = seen
		return struct{}{}, nil
	})
	if err != nil {
		return none, fmt.Errorf("record what was read: %w", err)
	}
	return result, nil
}

func readOnce[T any](ctx context.Context, db *DB, by access.Actor, f func(tx *Tx) (T, error)) (result T, seen []audit.Sealable, err error) {
	through := db.forRead(by)
	leave, err := through.turns.enter(ctx)
	if err != nil {
		return result, nil, err
	}
	defer leave()
	options := &sql.TxOptions{ReadOnly: true}
	if db.postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	sqlTx, err := through.pool.BeginTx(ctx, options)
	if err != nil {
		return result, nil, err
	}
	defer func() { _ = sqlTx.Rollback() }() // nothing was written: ending it is all
	tx, err := newTx(ctx, db, by, sqlTx, through.gorm)
	if err != nil {
		return result, nil, err
	}
	tx.work.snapshots = nil
	result, err = f(tx)
	return result, tx.work.reads, err
}

func newTx(ctx context.Context, db *DB, by access.Actor, sqlTx *sql.Tx, pool *gorm.DB) (*Tx, error) {
	tx := &Tx{
		db: db, sql: sqlTx, by: by, actor: by, now: db.Now(),
		work: &work{snapshots: map[any]columns{}},
	}
	tx.Context = context.WithValue(ctx, txKey{}, true)
	tx.bind(pool)
	return tx, tx.confine()
}

func (tx *Tx) bind(from *gorm.DB) {
	tx.gorm = from.Session(&gorm.Session{NewDB: true, Context: tx.Context})
	tx.gorm.Statement.ConnPool = &conn{on: tx, by: tx.by, asked: tx.db.asked, binds: tx.db.binds}
}

// Query is the door to queries on one kind of thing: what it gives is limited
// to what the actor may see, whatever is asked.
func Query[T any](tx *Tx) *gorm.DB { return tx.gorm.Model(new(T)) }

// Enqueue adds a job that runs once the change has committed.
func (tx *Tx) Enqueue(job river.JobArgs, options ...*river.InsertOpts) error {
	var opts *river.InsertOpts
	if len(options) > 0 {
		opts = options[0]
	}
	if _, err := tx.db.jobs.InsertTx(tx.Context, tx.sql, job, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind(), err)
	}
	return nil
}
