package storetest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"sicrwydd/models/store"
)

// Shared is one migrated database that a test opens as often as it has nodes,
// with a way in around the store, for the test to play the attacker.
type Shared struct {
	Raw     *sql.DB
	Address string // of PostgreSQL; empty on SQLite
	t       testing.TB
	config  store.Config
}

// EachShared runs a test on a shared SQLite and a shared PostgreSQL database.
func EachShared(t *testing.T, run func(t *testing.T, s *Shared)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "test.db")
		run(t, share(t, store.Config{Path: path}, "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"))
	})
	t.Run("postgres", func(t *testing.T) {
		run(t, SharePostgres(t))
	})
}

// SharePostgres gives a shared PostgreSQL database.
func SharePostgres(t testing.TB) *Shared {
	t.Helper()
	address := PostgresURL(t)
	return share(t, Config(t, address), "pgx", As(t, address, Owner))
}

// ShareAlone shares a PostgreSQL database in which one role does everything.
func ShareAlone(t *testing.T) *Shared {
	t.Helper()
	address := As(t, EmptyPostgresURL(t), Owner)
	return share(t, store.Config{URL: address}, "pgx", address)
}

func share(t testing.TB, config store.Config, driver, address string) *Shared {
	t.Helper()
	s := &Shared{t: t, config: config, Address: config.URL}
	if err := s.Open().Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	s.Raw = raw
	return s
}

// Open opens the database once more, as another node does.
func (s *Shared) Open() *store.DB {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = db.Close() })
	return db
}

// Do runs statements around the store, one after the other.
func (s *Shared) Do(statements ...string) {
	s.t.Helper()
	for _, statement := range statements {
		if _, err := s.Raw.ExecContext(s.t.Context(), statement); err != nil {
			s.t.Fatalf("%s: %v", statement, err)
		}
	}
}
