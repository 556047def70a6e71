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

	"github.com/google/uuid"
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
	// suppliers leads to PostgreSQL for the requests of suppliers, sealing for
	// the sealer: other roles where these have addresses of their own.
	suppliers door
	sealing   *sql.DB
	config    Config
	jobs      *river.Client[*sql.Tx]
	now       func() time.Time
	asked     *atomic.Int64
	binds     func([]any) []any
	changes   *changes
}

// door is a pool of connections of one role, and who is let in to it when.
type door struct {
	pool  *sql.DB
	gorm  *gorm.DB
	turns gate
}

// Config says which database to open.
type Config struct {
	// URL is a postgres:// URL; empty means SQLite in the file Path.
	URL  string
	Path string
	// MigrateURL is that of the role that owns the tables, SupplierURL that of
	// suppliers' requests, SealerURL that of the sealer; empty means URL.
	MigrateURL, SupplierURL, SealerURL string
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

// Open opens the database; it does not migrate it.
func Open(ctx context.Context, c Config) (*DB, error) {
	db := &DB{config: c, now: c.Now, path: c.Path, postgres: c.URL != "", asked: &atomic.Int64{}, binds: asGiven, changes: &changes{of: map[uuid.UUID]int{}}}
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
	supplierConnections = 10
	sealerConnections   = 2
)

func (db *DB) openPostgres(ctx context.Context, c Config) error {
	own, err := enter(ctx, c.URL, postgresConnections)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	own.turns = newGate(postgresConnections - jobConnections)
	db.write, db.read, db.gormW, db.gormR, db.writing, db.reading = own.pool, own.pool, own.gorm, own.gorm, own.turns, own.turns
	db.sealing = own.pool
	if c.SupplierURL != "" && c.SupplierURL != c.URL {
		if db.suppliers, err = enter(ctx, c.SupplierURL, supplierConnections); err != nil {
			return fmt.Errorf("SICRWYDD_SUPPLIER_DATABASE_URL: %w", err)
		}
	}
	if c.SealerURL != "" && c.SealerURL != c.URL {
		sealer, err := enter(ctx, c.SealerURL, sealerConnections)
		if err != nil {
			return fmt.Errorf("SICRWYDD_SEALER_DATABASE_URL: %w", err)
		}
		db.sealing = sealer.pool
	}
	return nil
}

// enter opens a pool of so many connections to PostgreSQL.
func enter(ctx context.Context, url string, connections int) (door, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return door{}, fmt.Errorf("open PostgreSQL: %w", err)
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(withoutJIT))
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := pool.PingContext(ctx); err != nil {
		return door{}, errors.Join(fmt.Errorf("reach PostgreSQL: %w", err), pool.Close())
	}
	g, err := openGORM(postgres.New(postgres.Config{Conn: pool}))
	return door{pool, g, newGate(int64(connections))}, err
}

// sqliteReaders is how many connections read the file beside the one that writes.
const sqliteReaders = 8

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
	// Made here, since SQLite would let everybody on the machine read it.
	file, err := os.OpenFile(c.Path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("data file: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("data file: %w", err)
	}
	base := url.Values{"_time_format": {"sqlite"}}
	for _, pragma := range []string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)"} {
		base.Add("_pragma", pragma)
	}
	writing := "file:" + c.Path + "?" + base.Encode() + "&_txlock=immediate"
	reading := "file:" + c.Path + "?" + base.Encode() + "&_pragma=query_only(1)"
	if db.write, err = sql.Open("sqlite", writing); err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	db.write.SetMaxOpenConns(1)
	db.sealing = db.write
	db.writing, db.reading = newGate(1), newGate(sqliteReaders)
	if err := db.write.PingContext(ctx); err != nil {
		return fmt.Errorf("open %s: %w", c.Path, err)
	}
	if db.read, err = sql.Open("sqlite", reading); err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	db.read.SetMaxOpenConns(sqliteReaders)
	db.read.SetMaxIdleConns(sqliteReaders)
	if db.gormW, err = openGORM(sqlite.Dialector{DriverName: "sqlite", Conn: db.write}); err != nil {
		return err
	}
	db.gormR, err = openGORM(sqlite.Dialector{DriverName: "sqlite", Conn: db.read})
	return err
}

// openGORM opens GORM over a pool, with the scope before all that it runs.
func openGORM(over gorm.Dialector) (*gorm.DB, error) {
	g, err := gorm.Open(over, &gorm.Config{
		SkipDefaultTransaction: true, // Change is the transaction
		Logger:                 logger.Discard,
		DisableAutomaticPing:   true,
	})
	if err != nil {
		return nil, err
	}
	return g, guard(g)
}

// Driver gives the jobs' driver for this database.
func (db *DB) Driver() riverdriver.Driver[*sql.Tx] { return db.driver(db.write) }

func (db *DB) driver(pool *sql.DB) riverdriver.Driver[*sql.Tx] {
	if db.postgres {
		return riverdatabasesql.New(pool)
	}
	return riversqlite.New(pool)
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
	closed := []error{db.write.Close()}
	for _, pool := range []*sql.DB{db.read, db.sealing, db.suppliers.pool} {
		if pool != nil {
			closed = append(closed, pool.Close()) // closing one twice is no error
		}
	}
	return errors.Join(closed...)
}

// WithClock gives the same database with another clock: for a demonstration
// that has a past.
func (db *DB) WithClock(now func() time.Time) *DB {
	other := *db
	other.now = now
	return &other
}
