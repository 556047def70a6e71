package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// grantLock is the advisory lock of granting on PostgreSQL.
const grantLock = 7_310_427

// roles are the roles that the addresses of PostgreSQL name: the same one as
// often as it has several parts.
type roles struct{ owner, application, supplier, sealer string }

func (c Config) roles() (roles, error) {
	var r roles
	for _, one := range []struct {
		name *string
		url  string
	}{{&r.owner, c.MigrateURL}, {&r.application, c.URL}, {&r.supplier, c.SupplierURL}, {&r.sealer, c.SealerURL}} {
		read, err := pgx.ParseConfig(cmp.Or(one.url, c.URL))
		if err != nil {
			return r, fmt.Errorf("the address of PostgreSQL: %w", err)
		}
		*one.name = read.User
	}
	return r, nil
}

// asOwner runs something as the role that owns the tables.
func (db *DB) asOwner(do func(*sql.DB) error) error {
	if !db.postgres || cmp.Or(db.config.MigrateURL, db.config.URL) == db.config.URL {
		return do(db.write)
	}
	pool, err := sql.Open("pgx", db.config.MigrateURL)
	if err != nil {
		return fmt.Errorf("SICRWYDD_MIGRATE_DATABASE_URL: %w", err)
	}
	return errors.Join(do(pool), pool.Close())
}

// grant gives every role what its part needs and no more, whatever it was
// granted before, and puts the suppliers' role behind row-level security. With
// one role for all it does nothing.
func (db *DB) grant(ctx context.Context, owner *sql.DB) error {
	r, err := db.config.roles()
	if err != nil {
		return err
	}
	tx, err := owner.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", grantLock); err != nil {
		return err
	}
	all, err := column(ctx, tx, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
	if err != nil {
		return err
	}
	walled, err := column(ctx, tx, "SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname LIKE 'sicrwydd!_%' ESCAPE '!'")
	if err != nil {
		return err
	}
	var schema string
	if err := tx.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return err
	}
	statements := slices.Concat(r.revoking(quoted(schema)), r.granting(all), r.unwalling(walled), r.walling(all))
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return tx.Commit()
}

func column(ctx context.Context, tx *sql.Tx, query string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// others are the roles that do not own the tables, each once.
func (r roles) others() []string {
	var others []string
	for _, role := range []string{r.application, r.supplier, r.sealer} {
		if role != r.owner && !slices.Contains(others, role) {
			others = append(others, role)
		}
	}
	return others
}

// walls reports whether suppliers' requests have a role of their own.
func (r roles) walls() bool { return r.supplier != r.application && r.supplier != r.owner }

func (r roles) revoking(schema string) []string {
	var statements []string
	for _, role := range r.others() {
		statements = append(statements, "REVOKE ALL ON ALL TABLES IN SCHEMA "+schema+" FROM "+quoted(role),
			"REVOKE ALL ON ALL SEQUENCES IN SCHEMA "+schema+" FROM "+quoted(role),
			"GRANT USAGE ON ALL SEQUENCES IN SCHEMA "+schema+" TO "+quoted(role))
	}
	return statements
}

func (r roles) granting(all []string) []string {
	var statements []string
	if r.application != r.owner {
		for _, table := range all {
			allows := "SIUD"
			for _, kept := range keptFromApplication {
				if kept.table == table {
					allows = kept.allows
				}
			}
			statements = append(statements, right{table: table, allows: allows}.granted(r.application))
		}
		statements = append(statements, "GRANT SELECT ON live_pairs TO "+quoted(r.application))
	}
	if r.sealer != r.owner {
		for _, right := range sealerRights {
			statements = append(statements, right.granted(r.sealer))
		}
	}
	if r.walls() {
		for _, right := range reachedBySuppliers(all) {
			if right.onlyHeld() {
				right.columns = "id"
			}
			statements = append(statements, right.granted(r.supplier))
		}
		for _, right := range sharedWithSuppliers {
			statements = append(statements, right.granted(r.supplier))
		}
		statements = append(statements, "GRANT SELECT ON live_pairs TO "+quoted(r.supplier))
	}
	return statements
}

func (r right) granted(role string) string {
	words := []string{}
	for _, verb := range verbs {
		if strings.Contains(r.allows, verb.letter) {
			words = append(words, verb.word)
		}
	}
	if r.columns != "" {
		words = append(words, "UPDATE ("+r.columns+")")
	}
	return "GRANT " + strings.Join(words, ", ") + " ON " + r.table + " TO " + quoted(role)
}

var verbs = []struct{ letter, word string }{{"S", "SELECT"}, {"I", "INSERT"}, {"U", "UPDATE"}, {"D", "DELETE"}}

// unwalling takes away the policies that stand.
func (r roles) unwalling(walled []string) []string {
	var statements []string
	for _, table := range walled {
		for _, policy := range append([]string{"everybody"}, words()...) {
			statements = append(statements, "DROP POLICY IF EXISTS sicrwydd_"+strings.ToLower(policy)+" ON "+table)
		}
		statements = append(statements, "ALTER TABLE "+table+" NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
	}
	return statements
}

func words() []string {
	var all []string
	for _, verb := range verbs {
		all = append(all, verb.word)
	}
	return all
}

// walling puts row-level security on what suppliers reach: all rows for the
// other roles, which would else see none, and each supplier's own for theirs.
func (r roles) walling(all []string) []string {
	if !r.walls() {
		return nil
	}
	open := []string{quoted(r.owner)}
	if r.application != r.owner {
		open = append(open, quoted(r.application))
	}
	if r.sealer != r.owner && r.sealer != r.application {
		open = append(open, quoted(r.sealer))
	}
	var statements []string
	for _, right := range reachedBySuppliers(all) {
		statements = append(statements,
			"ALTER TABLE "+right.table+" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
			"CREATE POLICY sicrwydd_everybody ON "+right.table+" TO "+strings.Join(open, ", ")+" USING (true) WITH CHECK (true)")
		for _, verb := range verbs {
			if right.own == never && right.rule == "" && right.writes == "" {
				break // no policy lets no row be seen
			}
			if strings.Contains(right.allows, verb.letter) || verb.letter == "U" && right.onlyHeld() {
				statements = append(statements, right.policy(verb.word, quoted(r.supplier)))
			}
		}
	}
	return statements
}

// onlyHeld reports whether rows may be held (SELECT FOR UPDATE asks the right
// to UPDATE) and not changed.
func (r right) onlyHeld() bool {
	return strings.Contains(r.allows, "S") && !strings.Contains(r.allows, "U") && !strings.HasPrefix(r.table, "audit_")
}

func (r right) policy(word, role string) string {
	sees := "(" + r.own + ")"
	if r.rule != "" {
		sees += " OR (SELECT sicrwydd_program()) AND (" + r.rule + ")"
	}
	if r.writes != "" && word != "SELECT" {
		sees = r.writes
	}
	clauses := " USING (" + sees + ")"
	switch word {
	case "INSERT":
		clauses = " WITH CHECK (" + sees + ")"
	case "UPDATE":
		if r.onlyHeld() {
			sees = never
		}
		clauses += " WITH CHECK (" + sees + ")"
	}
	return "CREATE POLICY sicrwydd_" + strings.ToLower(word) + " ON " + r.table + " FOR " + word + " TO " + role + clauses
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
