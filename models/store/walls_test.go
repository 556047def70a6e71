package store_test

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"sicrwydd/models/identity"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/outbox"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func sharedPostgres(t *testing.T, run func(t *testing.T, s *storetest.Shared)) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		if strings.HasSuffix(t.Name(), "/postgres") {
			run(t, s)
		}
	})
}

// The database alone: SQL past the scope, on the connections of the suppliers'
// requests, with the supplier's own eyes and with those of the program's rules.
func TestTheDatabaseAloneKeepsSuppliersApart(t *testing.T) {
	sharedPostgres(t, func(t *testing.T, s *storetest.Shared) {
		db := s.Open()
		columns := columnsOf(t, s, true)
		ours, theirs := tenants(t, s, columns)
		for _, r := range store.SupplierTables() {
			if r.Table == "attempts" { // of nobody's: the program's rules alone see them
				continue
			}
			reads(t, db, r, ours, theirs)
			writes(t, db, r, ours, theirs, columns[r.Table])
		}
		for _, table := range hidden {
			for _, of := range []*tenant{ours, theirs} {
				n, err := store.Read(t.Context(), db, ours.lead(), func(tx *store.Tx) (int, error) {
					return tx.AsProgram("test").CountPast("SELECT count(*) FROM "+table+" WHERE id = $1", of.rows[table])
				})
				if err != nil || n != 0 {
					t.Errorf("%s: %d rows are read, %v", table, n, err)
				}
			}
		}
	})
}

func reads(t testing.TB, db *store.DB, r store.Reached, ours, theirs *tenant) {
	t.Helper()
	count := func(of *tenant, eyes func(*store.Tx) *store.Tx) (int, error) {
		name, id := of.key(r.Table)
		return store.Read(t.Context(), db, ours.lead(), func(tx *store.Tx) (int, error) {
			return eyes(tx).CountPast("SELECT count(*) FROM "+r.Table+" WHERE "+name+" = $1", id)
		})
	}
	own := func(tx *store.Tx) *store.Tx { return tx }
	rule := func(tx *store.Tx) *store.Tx { return tx.AsProgram("test") }
	back := func(tx *store.Tx) *store.Tx { // a rule asked something before
		_, _ = tx.AsProgram("test").CountPast("SELECT 1")
		return tx
	}
	if !strings.Contains(r.Allows, "S") {
		if n, err := count(ours, rule); !denied(err) {
			t.Errorf("%s is only written, and %d rows were read, %v", r.Table, n, err)
		}
		return
	}
	for eyes, look := range map[string]func(*store.Tx) *store.Tx{"own": own, "a rule's": rule, "own again": back} {
		if n, err := count(theirs, look); err != nil || n != 0 {
			t.Errorf("%s: with %s eyes %d rows of another supplier are read, %v", r.Table, eyes, n, err)
		}
		want := 0
		if r.Own || eyes == "a rule's" {
			want = 1
		}
		if n, err := count(ours, look); err != nil || n != want {
			t.Errorf("%s: with %s eyes %d own rows are read, %v; want %d", r.Table, eyes, n, err, want)
		}
	}
}

func writes(t testing.TB, db *store.DB, r store.Reached, ours, theirs *tenant, columns []column) {
	t.Helper()
	undo := errors.New("undo")
	try := func(statement string, args ...any) (n int64, err error) {
		_, _ = store.Change(t.Context(), db, ours.lead(), func(tx *store.Tx) (bool, error) {
			var result sql.Result
			if result, err = tx.AsProgram("test").ExecPast(statement, args...); err == nil {
				n, err = result.RowsAffected()
			}
			return false, undo
		})
		return n, err
	}
	name, id := theirs.key(r.Table)
	for _, statement := range []string{"UPDATE " + r.Table + " SET " + name + " = " + name + " WHERE " + name + " = $1", "DELETE FROM " + r.Table + " WHERE " + name + " = $1"} {
		if n, err := try(statement, id); n != 0 || err != nil && !denied(err) {
			t.Errorf("%s: %d rows, %v", statement, n, err)
		}
	}
	// Without a condition nothing is read, and the policy of SELECT is not asked:
	// one row is ours, and a second would become it.
	own, ourID := ours.key(r.Table)
	for _, statement := range []string{"DELETE FROM " + r.Table, "UPDATE " + r.Table + " SET " + own + " = '" + ourID.String() + "'"} {
		first := hanging[statement]
		if n, err := try(first + statement); n > 1 || err != nil && !denied(err) && (first != "" || !hungOn(err)) {
			t.Errorf("%s: %d rows, %v", statement, n, err)
		}
	}
	if strings.Contains(r.Allows, "S") && !strings.HasPrefix(r.Table, "audit_") { // the log takes whatever was done
		another := &tenant{name: "another", rows: map[string]uuid.UUID{}}
		for table, id := range theirs.rows {
			another.rows[table] = id
		}
		another.rows[r.Table] = uuid.New()
		if n, err := try(another.insert(r.Table, columns)); !denied(err) {
			t.Errorf("%s: %d rows were added to another supplier, %v", r.Table, n, err)
		}
	}
	for _, c := range columns { // a row of our own does not become another's
		to := refers[c.name]
		if name, id := ours.key(r.Table); slices.Contains([]string{"suppliers", "reviews"}, to) && strings.Contains(r.Allows, "U") && r.Table != "invitations" {
			if n, err := try("UPDATE "+r.Table+" SET "+c.name+" = $2 WHERE "+name+" = $1", id, theirs.rows[to]); !denied(err) {
				t.Errorf("%s: %d rows became another supplier's by %s, %v", r.Table, n, c.name, err)
			}
		}
	}
}

// denied reports whether PostgreSQL refused by rights or by a policy.
func denied(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "42501"
}

// hanging are what has to go first, for a row to go that others hang on.
var hanging = map[string]string{"DELETE FROM respondents": "WITH first AS (DELETE FROM respondent_sections) "}

// hungOn reports whether a row stays because others hang on it.
func hungOn(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23503"
}

// A reference that somebody forced in across the wall opens nothing.
func force(s *storetest.Shared, ours, theirs *tenant) {
	us, them := ours.rows, theirs.rows
	s.Do(
		"UPDATE respondents SET user_id = '"+us["users"].String()+"' WHERE id = '"+them["respondents"].String()+"'",
		"UPDATE review_reviewers SET user_id = '"+us["users"].String()+"' WHERE id = '"+them["review_reviewers"].String()+"'",
		"UPDATE answers SET answered_by_id = '"+us["users"].String()+"' WHERE id = '"+them["answers"].String()+"'",
		"UPDATE evidence SET supplier_id = '"+us["suppliers"].String()+"' WHERE id = '"+them["evidence"].String()+"'",
		"UPDATE contract_systems SET contract_id = '"+them["contracts"].String()+"', system_id = '"+us["systems"].String()+"' WHERE id = '"+them["contract_systems"].String()+"'",
		"UPDATE actions SET finding_id = '"+us["findings"].String()+"' WHERE id = '"+them["actions"].String()+"'",
		"UPDATE suppliers SET parent_id = '"+us["suppliers"].String()+"' WHERE id = '"+them["suppliers"].String()+"'",
		"UPDATE invitations SET review_id = '"+us["reviews"].String()+"' WHERE id = '"+them["invitations"].String()+"'",
	)
}

func TestAForcedReferenceOpensNothing(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		postgres := strings.HasSuffix(t.Name(), "/postgres")
		db := s.Open()
		ours, theirs := tenants(t, s, columnsOf(t, s, postgres))
		force(s, ours, theirs)
		scopeHolds(t, db, ours, theirs, false)
		if !postgres {
			return
		}
		for _, r := range store.SupplierTables() {
			name, id := theirs.key(r.Table)
			if !strings.Contains(r.Allows, "S") || r.Table == "attempts" {
				continue
			}
			for _, purpose := range []string{"", "a rule"} {
				n, err := store.Read(t.Context(), db, ours.lead(), func(tx *store.Tx) (int, error) {
					if purpose != "" {
						tx = tx.AsProgram(purpose)
					}
					return tx.CountPast("SELECT count(*) FROM "+r.Table+" WHERE "+name+" = $1", id)
				})
				if err != nil || n != 0 {
					t.Errorf("%s: %d rows of another supplier, %v", r.Table, n, err)
				}
			}
		}
	})
}

// counting are the things of suppliers as the store counts them, by table.
var counting = map[string]func(*store.Tx, string, ...any) (int, error){
	"suppliers": store.Count[inventory.Supplier], "certificates": store.Count[inventory.Certificate], "subcontractors": store.Count[inventory.Subcontractor],
	"contracts": store.Count[inventory.Contract], "contract_systems": store.Count[inventory.ContractSystem], "system_suppliers": store.Count[inventory.Supply],
	"systems": store.Count[inventory.System], "incidents": store.Count[incident.Incident],
	"pair_standings": store.Count[review.PairStanding], "pair_ratings": store.Count[review.PairRating],
	"reviews": store.Count[review.Review], "review_systems": store.Count[review.Coverage], "review_reviewers": store.Count[review.Reviewer],
	"respondents": store.Count[review.Respondent], "respondent_sections": store.Count[review.GivenSection],
	"answers": store.Count[review.Answer], "answer_changes": store.Count[review.AnswerChange], "evidence": store.Count[review.Evidence],
	"judgements": store.Count[review.Judgement], "participations": store.Count[review.Participation], "returns": store.Count[review.Return],
	"receipts": store.Count[review.Receipt], "findings": store.Count[review.Finding], "sign_offs": store.Count[review.SignOff],
	"actions": store.Count[review.Action], "reports": store.Count[review.Report], "messages": store.Count[review.Message],
	"extensions": store.Count[review.Extension], "fact_corrections": store.Count[review.FactCorrection],
	"memberships": store.Count[identity.Membership], "users": store.Count[identity.User], "invitations": store.Count[identity.Invitation],
	"sessions": store.Count[identity.Session], "api_tokens": store.Count[identity.Token], "factors": store.Count[identity.Factor],
	"recovery_codes": store.Count[identity.RecoveryCode], "provider_links": store.Count[identity.ProviderLink], "steps": store.Count[identity.Step],
	"calendar_feeds": store.Count[identity.Feed], "saved_views": store.Count[identity.View], "mails": store.Count[outbox.Mail],
}

// scopeHolds counts through the store what the lead of one tenant sees of both.
func scopeHolds(t *testing.T, db *store.DB, ours, theirs *tenant, own bool) {
	t.Helper()
	for _, r := range store.SupplierTables() {
		count, ok := counting[r.Table]
		if !ok {
			if r.Table != "attempts" && !strings.HasPrefix(r.Table, "audit_") {
				t.Errorf("%s is not counted", r.Table)
			}
			continue
		}
		if r.Table == "mails" && db.Postgres() {
			continue // the role may not read it at all
		}
		for _, of := range []*tenant{ours, theirs} {
			name, id := of.key(r.Table)
			n, err := store.Read(t.Context(), db, ours.lead(), func(tx *store.Tx) (int, error) { return count(tx, name+" = ?", id) })
			if of == theirs && (err != nil || n != 0) {
				t.Errorf("%s: %d rows of another supplier, %v", r.Table, n, err)
			}
			if of == ours && own && !r.Own && (err != nil || n != 0) {
				t.Errorf("%s: %d rows that are our side's, %v", r.Table, n, err)
			}
			if of == ours && own && r.Own && (err != nil || n != 1) {
				t.Errorf("%s: %d own rows, %v", r.Table, n, err)
			}
		}
	}
}

// The scope alone: on SQLite, and on PostgreSQL with one role for all.
func TestTheScopeAloneKeepsSuppliersApart(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		postgres := strings.HasSuffix(t.Name(), "/postgres")
		if postgres {
			s = storetest.ShareAlone(t)
		}
		ours, theirs := tenants(t, s, columnsOf(t, s, postgres))
		scopeHolds(t, s.Open(), ours, theirs, true)
	})
}

func TestWithoutASupplierTheSuppliersRoleSeesNothing(t *testing.T) {
	sharedPostgres(t, func(t *testing.T, s *storetest.Shared) {
		tenants(t, s, columnsOf(t, s, true))
		bare, err := sql.Open("pgx", storetest.Config(t, s.Address).SupplierURL)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = bare.Close() }()
		for _, r := range store.SupplierTables() {
			if !strings.Contains(r.Allows, "S") {
				continue
			}
			var n int
			if err := bare.QueryRowContext(t.Context(), "SELECT count(*) FROM "+r.Table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d rows, %v", r.Table, n, err)
			}
		}
	})
}

// The wall alone hides from a supplier what hangs on an action of our side.
func TestTheWallHidesWhatIsOfOurActions(t *testing.T) {
	sharedPostgres(t, func(t *testing.T, s *storetest.Shared) {
		ours, _ := tenants(t, s, columnsOf(t, s, true))
		db := s.Open()
		for _, side := range []string{"supplier", "ours"} {
			s.Do("UPDATE actions SET side = '" + side + "'")
			for _, table := range []string{"evidence", "extensions"} {
				n, err := store.Read(t.Context(), db, ours.lead(), func(tx *store.Tx) (int, error) {
					return tx.CountPast("SELECT count(*) FROM "+table+" WHERE id = $1", ours.rows[table])
				})
				if err != nil || (n == 1) != (side == "supplier") {
					t.Errorf("%s of an action of side %s: %d rows, %v", table, side, n, err)
				}
			}
		}
	})
}

// Every table is behind the wall, or on the list of those that are no supplier's.
func TestNoTableStandsOutsideTheWall(t *testing.T) {
	sharedPostgres(t, func(t *testing.T, s *storetest.Shared) {
		rows, err := s.Raw.QueryContext(t.Context(), `SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'v') AND c.relnamespace = 'public'::regnamespace
			AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
			AND (has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE'))`, storetest.Supplier)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var open []string
		for rows.Next() {
			var table string
			if err := rows.Scan(&table); err != nil {
				t.Fatal(err)
			}
			open = append(open, table)
		}
		known := append(store.SharedTables(), "live_pairs") // a view that shows what its reader sees
		slices.Sort(open)
		slices.Sort(known)
		if rows.Err() != nil || !slices.Equal(open, known) {
			t.Errorf("open: %v\nmeant: %v, %v", open, known, rows.Err())
		}
	})
}
