//go:build mutants

package store_test

import (
	"fmt"
	"testing"

	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// listening is a test that keeps what it is told instead of failing.
type listening struct {
	testing.TB
	said []string
}

func (l *listening) Helper() {}

func (l *listening) Errorf(format string, args ...any) {
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

// policy is one of row-level security: which rows may be read or taken, and
// what rows may become.
type policy struct{ name, table, using, check string }

// Each policy of the suppliers' role lets everything through in turn: what the
// database alone keeps apart has to be missed.
func TestEveryPolicyIsMissed(t *testing.T) {
	s := storetest.SharePostgres(t)
	db, columns := s.Open(), columnsOf(t, s, true)
	ours, theirs := tenants(t, s, columns)
	tables := map[string]store.Reached{}
	for _, r := range store.SupplierTables() {
		tables[r.Table] = r
	}
	for _, p := range policies(t, s) {
		on := p.name + " ON " + p.table
		l := &listening{TB: t}
		s.Do("ALTER POLICY " + on + p.clauses("true"))
		reads(l, db, tables[p.table], ours, theirs)
		writes(l, db, tables[p.table], ours, theirs, columns[p.table])
		s.Do("ALTER POLICY " + on + p.clauses(""))
		by, how := "", "the tests of the walls"
		if len(l.said) > 0 {
			by, how = "models/store", l.said[0]
		}
		fmt.Printf("MUTANT\tpolicy %s\t%s\t%.150s\n", on, by, how)
	}
}

// clauses are those of the policy, or all the same.
func (p policy) clauses(same string) string {
	clauses := ""
	for _, c := range [][2]string{{" USING", p.using}, {" WITH CHECK", p.check}} {
		switch {
		case c[1] != "" && same != "":
			clauses += c[0] + " (" + same + ")"
		case c[1] != "":
			clauses += c[0] + " (" + c[1] + ")"
		}
	}
	return clauses
}

// policies are those that narrow what suppliers' requests reach.
func policies(t *testing.T, s *storetest.Shared) []policy {
	t.Helper()
	rows, err := s.Raw.QueryContext(t.Context(), `SELECT policyname, tablename, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies
		WHERE policyname <> 'sicrwydd_everybody' AND coalesce(qual, 'true') || coalesce(with_check, 'true') <> 'truetrue' AND tablename <> 'attempts' ORDER BY 2, 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []policy
	for rows.Next() {
		var p policy
		if err := rows.Scan(&p.name, &p.table, &p.using, &p.check); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil || len(all) < 80 {
		t.Fatalf("%d policies, %v", len(all), err)
	}
	return all
}
