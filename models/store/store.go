// Package store keeps the things of the domain: it opens either database,
// migrates it, and is the one way in. Change holds data, audit event and jobs
// in one transaction; Read is its twin. What an actor may not see does not
// exist for it: the scope is applied here, not remembered by each query.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver "sqlite", without cgo
)

// DB is one open database, SQLite or PostgreSQL.
type DB struct {
	postgres     bool
	path         string // of the SQLite file
	write, read  *sql.DB
	gormW, gormR *gorm.DB
	// writing and reading keep the order in which transactions come to the pools.
	writing, reading gate
	jobs             *river.Client[*sql.Tx]
	now              func() time.Time
	asked            *atomic.Int64
	binds            func([]any) []any
}

// Config says which database to open.
type Config struct {
	// URL is a postgres:// URL; empty means SQLite in the file Path.
	URL  string
	Path string
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

// Open opens the database; it does not migrate it.
func Open(ctx context.Context, c Config) (*DB, error) {
	db := &DB{now: c.Now, path: c.Path, postgres: c.URL != "", asked: &atomic.Int64{}, binds: asGiven}
	if db.now == nil {
		db.now = time.Now
	}
	open := db.openSQLite
	if db.postgres {
		db.binds = asBytes
		open = db.openPostgres
	}
	if err := open(ctx, c); err != nil {
		return nil, err
	}
	if err := errors.Join(guard(db.gormW), guard(db.gormR)); err != nil {
		return nil, err
	}
	jobs, err := river.NewClient(db.Driver(), &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	db.jobs = jobs
	return db, nil
}

// The connections to PostgreSQL, and how many of them are left to the jobs.
const (
	postgresConnections = 20
	jobConnections      = 4
)

// sqliteReaders is how many connections read the file beside the one that writes.
const sqliteReaders = 8

func (db *DB) openPostgres(ctx context.Context, c Config) error {
	config, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(withoutJIT))
	pool.SetMaxOpenConns(postgresConnections)
	pool.SetMaxIdleConns(postgresConnections)
	db.writing = newGate(postgresConnections - jobConnections)
	db.reading = db.writing
	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	db.write, db.read = pool, pool
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig())
	db.gormW, db.gormR = g, g
	return err
}

// withoutJIT keeps PostgreSQL from compiling a query before it runs it: for
// figures over 5,000 systems that took over a second, and the query itself a
// tenth of that. It is said after connecting, since a proxy in between may
// refuse parameters that it does not know.
func withoutJIT(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, "SET jit = off")
	return err
}

// openSQLite opens the file with one connection for writing and a pool for
// reading. Every write is on the disk before it is acknowledged; a writing
// transaction takes its lock at once, else two processes that read and then
// write fail each other.
func (db *DB) openSQLite(ctx context.Context, c Config) error {
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	base := url.Values{"_time_format": {"sqlite"}}
	for _, pragma := range []string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)"} {
		base.Add("_pragma", pragma)
	}
	writing := "file:" + c.Path + "?" + base.Encode() + "&_txlock=immediate"
	reading := "file:" + c.Path + "?" + base.Encode() + "&_pragma=query_only(1)"
	var err error
	if db.write, err = sql.Open("sqlite", writing); err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	db.write.SetMaxOpenConns(1)
	db.writing, db.reading = newGate(1), newGate(sqliteReaders)
	if err := db.write.PingContext(ctx); err != nil {
		return fmt.Errorf("open %s: %w", c.Path, err)
	}
	if db.read, err = sql.Open("sqlite", reading); err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	db.read.SetMaxOpenConns(sqliteReaders)
	db.read.SetMaxIdleConns(sqliteReaders)
	if db.gormW, err = gorm.Open(sqlite.Dialector{DriverName: "sqlite", Conn: db.write}, gormConfig()); err != nil {
		return err
	}
	db.gormR, err = gorm.Open(sqlite.Dialector{DriverName: "sqlite", Conn: db.read}, gormConfig())
	return err
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true, // Change is the transaction
		Logger:                 logger.Discard,
		DisableAutomaticPing:   true,
	}
}

// Driver gives the jobs' driver for this database.
func (db *DB) Driver() riverdriver.Driver[*sql.Tx] {
	if db.postgres {
		return riverdatabasesql.New(db.write)
	}
	return riversqlite.New(db.write)
}

// Postgres reports whether the database is PostgreSQL.
func (db *DB) Postgres() bool { return db.postgres }

// Now gives the time as it is stored: UTC, whole microseconds, which both
// databases keep.
func (db *DB) Now() time.Time { return db.now().UTC().Truncate(time.Microsecond) }

// Asked counts the queries that were ever asked, so that a test can hold the
// number that a page takes.
func (db *DB) Asked() int64 { return db.asked.Load() }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

// Close closes the connections.
func (db *DB) Close() error {
	if db.postgres {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// WithClock gives the same database with another clock: for a demonstration
// that has a past.
func (db *DB) WithClock(now func() time.Time) *DB {
	other := *db
	other.now = now
	return &other
}
