package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Isolation is what an examination of PostgreSQL's roles found.
type Isolation struct {
	Weak  []string // the settings that name no role of their own
	Wrong []string // what a role may do that it must not
}

// Isolation examines the roles. SQLite has none: there the scope stands alone.
func (db *DB) Isolation(ctx context.Context) (Isolation, error) {
	var found Isolation
	if !db.postgres {
		return found, nil
	}
	r, err := db.config.roles()
	if err != nil {
		return found, err
	}
	found.Weak = r.weak()
	parts := []struct {
		role string
		pool *sql.DB
	}{{r.application, db.write}, {r.supplier, db.suppliers.pool}, {r.sealer, db.sealing}}
	for i, part := range parts {
		if part.role == r.owner || part.pool == nil || i > 0 && part.role == r.application {
			continue
		}
		wrong, err := overlyMighty(ctx, part.pool, r.owner)
		if err != nil {
			return found, fmt.Errorf("examine the role %s: %w", part.role, err)
		}
		found.Wrong = append(found.Wrong, wrong...)
	}
	if r.application != r.owner {
		wrong, err := exceeds(ctx, db.write, r)
		if err != nil {
			return found, err
		}
		found.Wrong = append(found.Wrong, wrong...)
	}
	if r.walls() {
		open, err := unwalled(ctx, db.suppliers.pool)
		if err != nil {
			return found, err
		}
		for _, table := range open {
			found.Wrong = append(found.Wrong, r.supplier+" reaches "+table+" without row-level security")
		}
	}
	return found, nil
}

// weak names the settings that give a part no role of its own.
func (r roles) weak() []string {
	var weak []string
	if r.application == r.owner {
		weak = append(weak, "SICRWYDD_MIGRATE_DATABASE_URL")
	}
	if !r.walls() {
		weak = append(weak, "SICRWYDD_SUPPLIER_DATABASE_URL")
	}
	if r.sealer == r.application || r.sealer == r.owner {
		weak = append(weak, "SICRWYDD_SEALER_DATABASE_URL")
	}
	return weak
}

// overlyMighty tells of the role of a pool what no part of the program needs.
func overlyMighty(ctx context.Context, pool *sql.DB, owner string) ([]string, error) {
	var name string
	var super, bypasses, inherits bool
	var owns int
	err := pool.QueryRowContext(ctx, `SELECT rolname, rolsuper, rolbypassrls, NOT rolsuper AND pg_has_role(rolname, $1, 'MEMBER'),
		(SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = current_schema()::regnamespace)
		FROM pg_roles r WHERE rolname = current_user`, owner).Scan(&name, &super, &bypasses, &inherits, &owns)
	var wrong []string
	for _, one := range []struct {
		is   bool
		text string
	}{{super, "is a superuser"}, {bypasses, "may bypass row-level security"}, {inherits, "is a member of " + owner}, {owns > 0, "owns tables"}} {
		if one.is {
			wrong = append(wrong, name+" "+one.text)
		}
	}
	return wrong, err
}

// exceeds tells what the application's role may do with the audit log beyond
// adding to it.
func exceeds(ctx context.Context, pool *sql.DB, r roles) ([]string, error) {
	var wrong []string
	for _, kept := range keptFromApplication {
		if !strings.HasPrefix(kept.table, "audit_") {
			continue
		}
		forbidden := []string{"TRUNCATE"}
		for _, verb := range verbs {
			if !strings.Contains(kept.allows, verb.letter) && !(r.sealer == r.application && sealerMay(kept.table, verb.letter)) {
				forbidden = append(forbidden, verb.word)
			}
		}
		for _, word := range forbidden {
			var may bool
			if err := pool.QueryRowContext(ctx, "SELECT has_table_privilege($1, $2)", kept.table, word).Scan(&may); err != nil {
				return nil, err
			}
			if may {
				wrong = append(wrong, r.application+" may "+word+" "+kept.table)
			}
		}
	}
	return wrong, nil
}

func sealerMay(table, letter string) bool {
	return slices.ContainsFunc(sealerRights, func(s right) bool { return s.table == table && strings.Contains(s.allows, letter) })
}

// unwalled gives the tables that the suppliers' role reaches and no policy
// limits, though their rows are somebody's.
func unwalled(ctx context.Context, pool *sql.DB) ([]string, error) {
	rows, err := pool.QueryContext(ctx, `SELECT c.relname FROM pg_class c
		WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = current_schema()::regnamespace
		AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND COALESCE(NOT 'security_invoker=true' = ANY(c.reloptions), true)
		AND (has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE'))
		ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var open []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(sharedWithSuppliers, func(s right) bool { return s.table == table }) {
			open = append(open, table)
		}
	}
	return open, rows.Err()
}
