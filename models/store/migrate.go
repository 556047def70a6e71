package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date: ours and that of the jobs, and on
// PostgreSQL what each role may do. There a lock lets one node do it while
// others wait.
func (db *DB) Migrate(ctx context.Context) error {
	return db.asOwner(func(owner *sql.DB) error {
		if err := db.migrate(ctx, owner); err != nil || !db.postgres {
			return err
		}
		return db.grant(ctx, owner)
	})
}

func (db *DB) migrate(ctx context.Context, owner *sql.DB) error {
	dialect, folder := goose.DialectSQLite3, "migrations/sqlite"
	var options []goose.ProviderOption
	if db.postgres {
		dialect, folder = goose.DialectPostgres, "migrations/postgres"
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, owner, files, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	jobs, err := rivermigrate.New(db.driver(owner), nil)
	if err != nil {
		return err
	}
	if _, err := jobs.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	return nil
}

// Migrated reports whether the schema is the one that this program needs.
func (db *DB) Migrated(ctx context.Context) (bool, error) {
	var version int64
	err := db.read.QueryRowContext(ctx, "SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	if err != nil {
		return false, nil //nolint:nilerr // no such table: nothing was migrated
	}
	needed, err := newestMigration()
	return version >= needed, err
}

// newestMigration is the highest number in the names of the migrations: they
// need not be without gaps.
func newestMigration() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		number, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, number)
	}
	return newest, nil
}

// Columns lists the columns of a table, to hold the schema against the models.
func (db *DB) Columns(ctx context.Context, table string) ([]string, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT * FROM "+table+" WHERE 1 = 0") //nolint:gosec // the table's name is ours
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err == nil {
		err = rows.Err()
	}
	return columns, err
}
