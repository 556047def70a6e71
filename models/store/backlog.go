package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Backlog says what waits to be done.
type Backlog struct {
	Jobs      map[string]int // by state, those that are not over
	OldestDue time.Duration  // how long the oldest job that may run has waited
	Unsealed  int            // events that wait for the seal
	Mails     map[string]int // by state
}

// Backlog counts what waits.
func (db *DB) Backlog(ctx context.Context) (Backlog, error) {
	b := Backlog{}
	var err error
	if b.Jobs, err = db.countBy(ctx, "SELECT state, count(*) FROM river_job WHERE finalized_at IS NULL GROUP BY state"); err != nil {
		return b, err
	}
	if b.Mails, err = db.countBy(ctx, "SELECT state, count(*) FROM mails GROUP BY state"); err != nil {
		return b, err
	}
	if err := db.read.QueryRowContext(ctx, "SELECT count(*) FROM audit_pending").Scan(&b.Unsealed); err != nil {
		return b, err
	}
	var due *time.Time
	err = db.read.QueryRowContext(ctx, "SELECT scheduled_at FROM river_job WHERE state = 'available' ORDER BY scheduled_at LIMIT 1").Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if due != nil {
		b.OldestDue = max(0, db.Now().Sub(*due))
	}
	return b, err
}

func (db *DB) countBy(ctx context.Context, query string) (map[string]int, error) {
	rows, err := db.read.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, rows.Err()
}

// Skew gives how far the database's clock is from this machine's; SQLite has none.
func (db *DB) Skew(ctx context.Context) (time.Duration, error) {
	if !db.postgres {
		return 0, nil
	}
	var at time.Time
	before := time.Now()
	if err := db.read.QueryRowContext(ctx, "SELECT clock_timestamp()").Scan(&at); err != nil {
		return 0, err
	}
	return at.Sub(before.Add(time.Since(before) / 2)), nil
}

// Pool gives the figures of the pool of connections.
func (db *DB) Pool() sql.DBStats { return db.write.Stats() }
