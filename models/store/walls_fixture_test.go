package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// tenant is a supplier with one row in every table that suppliers reach.
type tenant struct {
	name string
	rows map[string]uuid.UUID // by table
}

// lead is somebody who answers for the tenant.
func (n *tenant) lead() access.Actor {
	return access.Actor{UserID: n.rows["users"], MembershipID: n.rows["memberships"], SupplierID: n.rows["suppliers"], Name: n.name,
		Roles: []access.Role{access.SupplierLead}}
}

// key names the tenant's row of a table; pair_standings has no id.
func (n *tenant) key(table string) (column string, id uuid.UUID) {
	switch {
	case table == "pair_standings":
		return "supplier_id", n.rows["suppliers"]
	case strings.HasPrefix(table, "audit_") && table != "audit_events":
		return "event_id", n.rows["audit_events"]
	}
	return "id", n.rows[table]
}

// refers are the tables that columns name a row of: the tenant's own.
var refers = map[string]string{"supplier_id": "suppliers", "system_id": "systems", "user_id": "users", "membership_id": "memberships",
	"review_id": "reviews", "answer_id": "answers", "respondent_id": "respondents", "contract_id": "contracts", "finding_id": "findings",
	"sign_off_id": "sign_offs", "action_id": "actions", "invitation_id": "invitations", "event_id": "audit_events", "about_id": "reviews",
	"host_organisation_id": "organisations", "questionnaire_version_id": "questionnaire_versions", "questionnaire_id": "questionnaires"}

// words are the values that a rule or a constraint asks for; now stands for the
// present.
var words = map[string]string{"reviews.kind": "supplier", "reports.rendition": "supplier", "messages.side": "supplier", "actions.side": "supplier", "factors.kind": "totp",
	"reviews.issued_at": now, "reviews.shared_at": now, "reviews.signed_off_at": now, "users.status": "active", "audit_events.action": "evidence.read",
	"memberships.roles": `["supplier_lead"]`}

// hidden are tables of which no supplier sees a row, its own or another's.
var hidden = []string{"system_uses", "risk_acceptances", "appointments", "governance_groups", "packs"}

const now = "2026-03-02 09:00:00+00:00"

// tenants enters two suppliers with a row of each in every table.
func tenants(t *testing.T, s *storetest.Shared, columns map[string][]column) (ours, theirs *tenant) {
	t.Helper()
	ours, theirs = &tenant{name: "ours"}, &tenant{name: "theirs"}
	for _, n := range []*tenant{ours, theirs} {
		n.rows = map[string]uuid.UUID{}
		left := append([]string{"organisations", "questionnaires", "questionnaire_versions"}, hidden...)
		for _, r := range store.SupplierTables() {
			left = append(left, r.Table)
		}
		for _, table := range left {
			n.rows[table] = uuid.New()
		}
		failed := map[string]error{}
		for before := 0; len(left) > 0 && len(left) != before; { // until no row waits for one that it refers to
			before = len(left)
			left = slices.DeleteFunc(left, func(table string) bool {
				_, err := s.Raw.ExecContext(t.Context(), n.insert(table, columns[table]))
				failed[table] = err
				return err == nil
			})
		}
		if len(left) > 0 {
			t.Fatalf("not entered: %v", failed)
		}
	}
	return ours, theirs
}

// column is a column of a table as its database describes it.
type column struct {
	name, kind string
	required   bool
}

func columnsOf(t *testing.T, s *storetest.Shared, postgres bool) map[string][]column {
	t.Helper()
	query := "SELECT m.name, c.name, lower(c.type), c.\"notnull\" OR c.pk > 0 FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, c.cid"
	if postgres {
		query = "SELECT table_name, column_name, data_type, is_nullable = 'NO' FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position"
	}
	rows, err := s.Raw.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	all := map[string][]column{}
	for rows.Next() {
		var table string
		var c column
		if err := rows.Scan(&table, &c.name, &c.kind, &c.required); err != nil {
			t.Fatal(err)
		}
		all[table] = append(all[table], c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// insert is a statement that enters the tenant's row of a table.
func (n *tenant) insert(table string, columns []column) string {
	var names, values []string
	for _, c := range columns {
		if value, ok := n.value(table, c); ok {
			names, values = append(names, c.name), append(values, value)
		}
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
}

func (n *tenant) value(table string, c column) (string, bool) {
	word, worded := words[table+"."+c.name]
	referred, refers := refers[c.name]
	switch {
	case worded:
		return "'" + word + "'", true
	case c.name == "id":
		return "'" + n.rows[table].String() + "'", true
	case c.name == "organisation_id" && c.required:
		return "'" + n.rows["organisations"].String() + "'", true
	case refers:
		return "'" + n.rows[referred].String() + "'", true
	case !c.required:
		return "", false
	case strings.HasSuffix(c.name, "_id"):
		return "'" + uuid.NewString() + "'", true
	case strings.Contains(c.kind, "time"):
		return "'" + now + "'", true
	case strings.Contains(c.kind, "int"):
		return "1", true
	case c.kind == "boolean":
		return "false", true
	case c.kind == "text":
		return "'" + n.name + " " + table + "'", true
	}
	return "'x'", true // bytes
}
