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

// Postgres gives a migrated PostgreSQL database that is dropped after the test,
// each part of the program under its own role.
func Postgres(t testing.TB, now func() time.Time) *store.DB {
	t.Helper()
	config := Config(t, PostgresURL(t))
	config.Now = now
	db, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// PostgresURL gives the address of a new, migrated database, as the role of the
// application has it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	address := cluster(t)
	template(t, address)
	return created(t, address, " TEMPLATE "+templateName)
}

// EmptyPostgresURL is PostgresURL of a database that was not migrated.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return created(t, cluster(t), "")
}

func cluster(t testing.TB) string {
	t.Helper()
	address := os.Getenv(AddressVariable)
	if address == "" {
		t.Skip("no PostgreSQL: run under tests/with-postgres, as make test does")
	}
	return address
}

func created(t testing.TB, address, like string) string {
	t.Helper()
	name := "t_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	run(t, address, fmt.Sprintf("CREATE DATABASE %s OWNER %s%s", name, Owner, like))
	t.Cleanup(func() { run(t, address, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)) })
	return As(t, with(t, address, name), Application)
}

// The roles of the cluster, each with its part of an installation.
const (
	Owner       = "sicrwydd_owner"
	Application = "sicrwydd_application"
	Supplier    = "sicrwydd_supplier"
	Sealer      = "sicrwydd_sealer"
	Superuser   = "sicrwydd" // of the cluster, whom no installation knows
)

// As gives the address of the same database for another role.
func As(t testing.TB, address, role string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(role)
	return u.String()
}

// Config gives each part of the program its role in a database.
func Config(t testing.TB, address string) store.Config {
	t.Helper()
	return store.Config{URL: As(t, address, Application), MigrateURL: As(t, address, Owner),
		SupplierURL: As(t, address, Supplier), SealerURL: As(t, address, Sealer)}
}

// Settings gives the settings of a program over a database, each part under its
// role. No address means SQLite.
func Settings(t testing.TB, address string) map[string]string {
	t.Helper()
	if address == "" {
		return map[string]string{"DATABASE_URL": "", "SICRWYDD_MIGRATE_DATABASE_URL": "", "SICRWYDD_SUPPLIER_DATABASE_URL": "", "SICRWYDD_SEALER_DATABASE_URL": ""}
	}
	c := Config(t, address)
	return map[string]string{"DATABASE_URL": c.URL, "SICRWYDD_MIGRATE_DATABASE_URL": c.MigrateURL,
		"SICRWYDD_SUPPLIER_DATABASE_URL": c.SupplierURL, "SICRWYDD_SEALER_DATABASE_URL": c.SealerURL}
}

var (
	templateOnce sync.Once
	templateName = fmt.Sprintf("template_%d", os.Getpid())
)

// template migrates one database, of which every test gets a copy.
func template(t testing.TB, address string) {
	templateOnce.Do(func() {
		run(t, address, "CREATE DATABASE "+templateName+" OWNER "+Owner)
		db, err := store.Open(context.Background(), Config(t, with(t, address, templateName)))
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
