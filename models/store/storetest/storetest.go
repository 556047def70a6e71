// Package storetest gives tests a real, migrated database of each kind, empty
// and their own.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/store"
)

// AddressVariable names the variable with the address of a PostgreSQL cluster
// on which databases may be created; tests/with-postgres sets it.
const AddressVariable = "SICRWYDD_TEST_DATABASE_URL"

// Each runs a test on SQLite and on PostgreSQL.
func Each(t *testing.T, run func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachAt(t, nil, run)
}

// EachAt is Each with a clock.
func EachAt(t *testing.T, now func() time.Time, run func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t, now)) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t, now)) })
}

// SQLite gives a migrated SQLite database in a folder of the test.
func SQLite(t testing.TB, now func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "test.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// Postgres gives a migrated PostgreSQL database that is dropped after the test.
func Postgres(t testing.TB, now func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: PostgresURL(t), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// PostgresURL gives the address of a new, migrated database.
func PostgresURL(t testing.TB) string {
	t.Helper()
	address := os.Getenv(AddressVariable)
	if address == "" {
		t.Skip("no PostgreSQL: run under tests/with-postgres, as make test does")
	}
	template(t, address)
	name := "t_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	run(t, address, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, templateName))
	t.Cleanup(func() { run(t, address, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)) })
	return with(t, address, name)
}

var (
	templateOnce sync.Once
	templateName = fmt.Sprintf("template_%d", os.Getpid())
)

// template migrates one database, of which every test gets a copy.
func template(t testing.TB, address string) {
	templateOnce.Do(func() {
		run(t, address, "CREATE DATABASE "+templateName)
		db, err := store.Open(context.Background(), store.Config{URL: with(t, address, templateName)})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := db.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func with(t testing.TB, address, database string) string {
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + database
	return u.String()
}

func run(t testing.TB, address, statement string) {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	if _, err := pool.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
