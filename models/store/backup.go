package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// sqliteCopy is the name of a copied SQLite file in a backup, tables the folder
// of PostgreSQL's tables.
const (
	sqliteCopy = "database.sqlite"
	tables     = "tables"
)

// Backup writes all rows as they stood at one moment into a folder, while
// others go on, and gives the names of the evidence files that they refer to.
func (db *DB) Backup(ctx context.Context, folder string) (evidence []string, err error) {
	if db.postgres {
		err = onConnection(ctx, db.write, func(c *pgx.Conn) error {
			evidence, err = backupTables(ctx, c, filepath.Join(folder, tables))
			return err
		})
		return evidence, err
	}
	path := filepath.Join(folder, sqliteCopy)
	// A connection of its own, so that writers go on beside it.
	own, err := sql.Open("sqlite", "file:"+db.path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	defer func() { _ = own.Close() }()
	if _, err := own.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return nil, fmt.Errorf("copy the database: %w", err)
	}
	copied, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer func() { _ = copied.Close() }()
	rows, err := copied.QueryContext(ctx, evidenceNames)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		evidence = append(evidence, name)
	}
	return evidence, rows.Err()
}

const evidenceNames = "SELECT DISTINCT blob_key FROM evidence WHERE blob_key <> '' ORDER BY blob_key"

func onConnection(ctx context.Context, pool *sql.DB, do func(*pgx.Conn) error) error {
	c, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	return c.Raw(func(driver any) error {
		return do(driver.(*stdlib.Conn).Conn()) //nolint:forcetypeassert // the driver is ours to choose
	})
}

func backupTables(ctx context.Context, c *pgx.Conn, folder string) ([]string, error) {
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	all, err := tablesOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		file, err := os.OpenFile(filepath.Join(folder, t.name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the folder
		if err != nil {
			return nil, err
		}
		_, err = c.PgConn().CopyTo(ctx, file, "COPY "+t.quoted()+" TO STDOUT")
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	rows, err := tx.Query(ctx, evidenceNames)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// table is a table of PostgreSQL with the columns that are kept.
type table struct {
	name    string
	columns []string
	refers  []string // to other tables
	forced  bool     // row-level security holds for its owner too
}

func (t table) quoted() string {
	columns := make([]string, len(t.columns))
	for i, column := range t.columns {
		columns[i] = pgx.Identifier{column}.Sanitize()
	}
	return pgx.Identifier{t.name}.Sanitize() + " (" + strings.Join(columns, ", ") + ")"
}

// tablesOf lists the tables, each after those that it refers to.
func tablesOf(ctx context.Context, tx pgx.Tx) ([]table, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname,
		c.relforcerowsecurity, ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			AND a.attgenerated = '' ORDER BY a.attnum),
		ARRAY(SELECT DISTINCT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
			WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid)
		FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	left, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t table, err error) {
		err = row.Scan(&t.name, &t.forced, &t.columns, &t.refers)
		return t, err
	})
	if err != nil {
		return nil, err
	}
	var ordered []table
	placed := map[string]bool{}
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(t table) bool {
			return !slices.ContainsFunc(t.refers, func(other string) bool { return !placed[other] })
		})
		if i < 0 {
			return nil, fmt.Errorf("%s and others refer to each other in a ring", left[0].name)
		}
		placed[left[i].name] = true
		ordered = append(ordered, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return ordered, nil
}

// Empty reports whether the database, once migrated, holds nothing of anybody.
func (db *DB) Empty(ctx context.Context) (bool, error) {
	var n int
	err := db.read.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM audit_events) + (SELECT count(*) FROM users) + (SELECT count(*) FROM organisations)").Scan(&n)
	return n == 0, err
}

// RestoreSQLite puts the copied file of a backup in its place, where there is
// none yet.
func RestoreSQLite(folder, path string) error {
	from, err := os.Open(filepath.Join(folder, sqliteCopy)) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the data folder
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already: restore into an empty data folder", path)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Sync(), to.Close())
}

// RestoreTables fills an empty, migrated PostgreSQL database from a backup, all
// or nothing, as the role that owns the tables.
func (db *DB) RestoreTables(ctx context.Context, folder string) error {
	return db.asOwner(func(owner *sql.DB) error { return restoreTables(ctx, owner, folder) })
}

func restoreTables(ctx context.Context, owner *sql.DB, folder string) error {
	return onConnection(ctx, owner, func(c *pgx.Conn) error {
		tx, err := c.Begin(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(ctx) }()
		all, err := tablesOf(ctx, tx)
		if err != nil {
			return err
		}
		names := make([]string, len(all))
		for i, t := range all {
			names[i] = pgx.Identifier{t.name}.Sanitize()
		}
		if _, err := tx.Exec(ctx, "TRUNCATE "+strings.Join(names, ", ")); err != nil {
			return err
		}
		for _, t := range all {
			if err := t.unforced(ctx, tx, func() error { return t.fill(ctx, c, tx, filepath.Join(folder, tables)) }); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		return tx.Commit(ctx)
	})
}

// unforced lifts row-level security from the owner of the table meanwhile: COPY
// into a table under it is refused.
func (t table) unforced(ctx context.Context, tx pgx.Tx, do func() error) error {
	if !t.forced {
		return do()
	}
	name := pgx.Identifier{t.name}.Sanitize()
	if _, err := tx.Exec(ctx, "ALTER TABLE "+name+" NO FORCE ROW LEVEL SECURITY"); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "ALTER TABLE "+name+" FORCE ROW LEVEL SECURITY")
	return err
}

func (t table) fill(ctx context.Context, c *pgx.Conn, tx pgx.Tx, folder string) error {
	file, err := os.Open(filepath.Join(folder, t.name)) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if _, err := c.PgConn().CopyFrom(ctx, file, "COPY "+t.quoted()+" FROM STDIN"); err != nil {
		return err
	}
	for _, column := range t.columns {
		var sequence *string
		if err := tx.QueryRow(ctx, "SELECT pg_get_serial_sequence($1, $2)", pgx.Identifier{t.name}.Sanitize(), column).Scan(&sequence); err != nil {
			return err
		}
		if sequence == nil {
			continue
		}
		next := fmt.Sprintf("SELECT setval($1, COALESCE((SELECT max(%s) FROM %s), 0) + 1, false)",
			pgx.Identifier{column}.Sanitize(), pgx.Identifier{t.name}.Sanitize())
		if _, err := tx.Exec(ctx, next, *sequence); err != nil {
			return err
		}
	}
	return nil
}
