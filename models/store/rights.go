package store

import "slices"

// right says what the suppliers' role may do with a table of PostgreSQL: S for
// SELECT, I for INSERT, U for UPDATE, D for DELETE.
type right struct {
	table  string
	allows string
	// own says which rows the supplier itself is let see and write.
	own string
	// rule says which more a rule of the program is let see and write that is
	// asked in the supplier's transaction (Tx.AsProgram): always of the same
	// supplier, or of our side. What it may write besides is in writes.
	rule   string
	writes string
	// columns are those that alone may be updated, where U is not allowed.
	columns string
}

// What the conditions are made of. What hangs on a review, a contract or a
// membership is held by the policy of that table, which the sub-select meets.
const (
	every      = "true"
	never      = "false"
	mine       = "supplier_id = (SELECT sicrwydd_supplier())"
	self       = "user_id = (SELECT sicrwydd_user())"
	colleagues = "user_id IN (SELECT m.user_id FROM memberships m WHERE m.supplier_id = (SELECT sicrwydd_supplier()))"
	ofReview   = "review_id IN (SELECT r.id FROM reviews r)"
	ofShared   = "review_id IN (SELECT r.id FROM reviews r WHERE r.shared_at IS NOT NULL)"
	ofReadings = "action IN ('evidence.read', 'answers.read') AND about_id IN (SELECT r.id FROM reviews r)"
	notOfOurs  = "(action_id IS NULL OR action_id IN (SELECT a.id FROM actions a WHERE a.side = 'supplier'))"
	ofSigned   = "review_id IN (SELECT r.id FROM reviews r WHERE r.signed_off_at IS NOT NULL)"
)

// supplierRights is the wall around each supplier. Within it the scope alone
// tells a lead from a respondent: see docs/decisions/0026-database-roles.md.
var supplierRights = []right{
	{table: "suppliers", allows: "SU", own: "id = (SELECT sicrwydd_supplier())"},
	{table: "certificates", allows: "SIUD", own: mine},
	{table: "subcontractors", allows: "SIUD", own: mine},
	{table: "contracts", allows: "S", own: mine},
	{table: "contract_systems", allows: "S", own: "contract_id IN (SELECT c.id FROM contracts c)"},
	{table: "system_suppliers", allows: "S", own: mine},
	{table: "systems", allows: "S", own: "id IN (SELECT p.system_id FROM system_suppliers p)",
		rule: "id IN (SELECT c.system_id FROM review_systems c)"},
	{table: "incidents", allows: "S", own: never, rule: mine},
	{table: "pair_standings", allows: "SIU", own: never, rule: mine},
	{table: "pair_ratings", allows: "SU", own: never, rule: mine + " AND " + ofReview},

	{table: "reviews", allows: "SU", own: mine + " AND kind = 'supplier' AND issued_at IS NOT NULL", rule: mine},
	{table: "review_systems", allows: "S", own: ofReview},
	{table: "review_reviewers", allows: "S", own: never, rule: ofReview},
	{table: "respondents", allows: "SIUD", own: ofReview},
	{table: "respondent_sections", allows: "SID", own: ofReview},
	{table: "answers", allows: "SIU", own: ofReview},
	{table: "answer_changes", allows: "SI", own: ofReview},
	{table: "evidence", allows: "SIU", own: ofReview + " AND " + mine + " AND " + notOfOurs},
	{table: "judgements", allows: "SD", own: never, rule: ofReview},
	{table: "participations", allows: "SI", own: ofReview},
	{table: "returns", allows: "S", own: ofReview},
	{table: "receipts", allows: "SI", own: ofReview},
	{table: "findings", allows: "SU", own: ofShared, rule: ofReview},
	{table: "sign_offs", allows: "SU", own: ofSigned, rule: ofReview},
	{table: "actions", allows: "SU", own: ofSigned, rule: ofReview},
	{table: "reports", allows: "S", own: ofReview + " AND rendition = 'supplier'"},
	{table: "messages", allows: "SI", own: ofReview + " AND side <> 'internal'", rule: ofReview},
	{table: "extensions", allows: "SI", own: ofReview + " AND " + notOfOurs},
	{table: "fact_corrections", allows: "SI", own: ofReview},

	{table: "memberships", allows: "SIU", own: mine + " OR " + self, rule: "supplier_id IS NULL", writes: mine},
	{table: "users", allows: "SU",
		own:    "id = (SELECT sicrwydd_user()) OR id IN (SELECT m.user_id FROM memberships m WHERE m.supplier_id = (SELECT sicrwydd_supplier()))",
		rule:   "id IN (SELECT m.user_id FROM memberships m WHERE m.supplier_id IS NULL)",
		writes: "id = (SELECT sicrwydd_user()) OR id IN (SELECT m.user_id FROM memberships m WHERE m.supplier_id = (SELECT sicrwydd_supplier()))"},
	{table: "invitations", allows: "SIU", own: mine},
	{table: "sessions", allows: "SIUD", own: never, rule: self + " OR " + colleagues},
	{table: "api_tokens", allows: "SIU", own: self, rule: colleagues},
	{table: "factors", allows: "SIU", own: self, rule: colleagues},
	{table: "recovery_codes", allows: "SIUD", own: self, rule: colleagues},
	{table: "provider_links", allows: "SID", own: self, rule: colleagues},
	{table: "steps", allows: "SIU", own: never, rule: self + " OR " + colleagues},
	{table: "calendar_feeds", allows: "SIU", own: self},
	{table: "attempts", allows: "SID", own: never, rule: every}, // of whoever tried, by address
	{table: "saved_views", allows: "SIUD", own: self},

	// What is written and not read back, but for who has read its answers.
	{table: "mails", allows: "I", own: never, writes: every},
	{table: "audit_events", allows: "SI", own: ofReadings, writes: every},
	{table: "audit_payloads", allows: "SI", own: "event_id IN (SELECT e.id FROM audit_events e)", writes: every},
	{table: "audit_pending", allows: "I", own: never, writes: every},
}

// sharedWithSuppliers are the tables whose rows are no supplier's: the suppliers'
// role reads them whole, and no policy stands on them.
var sharedWithSuppliers = []right{
	{table: "organisations", allows: "S"},
	{table: "frameworks", allows: "S"},
	{table: "requirements", allows: "S"},
	{table: "questionnaires", allows: "S"},
	{table: "questionnaire_versions", allows: "S"},
	{table: "signing_keys", allows: "SI"},
	{table: "reference_series", allows: "SIU"},
	{table: "river_job", allows: "SI", columns: "kind"}, // which carries ids; what they name is held by its own policy
}

// outOfReach are the tables of the house itself, which the suppliers' role does
// not touch. Of every table that is named nowhere here it may ask, and is shown
// no row: what the scope answers with nothing is no error below it either.
var outOfReach = []string{"audit_seals", "goose_db_version", "installation", "rates", "river_client", "river_client_queue", "river_leader",
	"river_migration", "river_notification", "river_queue"}

// reachedBySuppliers are the rights under row-level security, of all tables.
func reachedBySuppliers(tables []string) []right {
	rights := slices.Clone(supplierRights)
	for _, table := range tables {
		named := slices.Contains(outOfReach, table) || slices.ContainsFunc(slices.Concat(supplierRights, sharedWithSuppliers), func(r right) bool { return r.table == table })
		if !named {
			rights = append(rights, right{table: table, allows: "S", own: never})
		}
	}
	return rights
}

// sealerRights is what the sealer does, and nobody else.
var sealerRights = []right{
	{table: "audit_events", allows: "S"},
	{table: "audit_pending", allows: "SD"},
	{table: "audit_seals", allows: "SI"},
}

// keptFromApplication are the tables with which the application's role may do
// less than everything: events are only ever added, and seals are the sealer's.
var keptFromApplication = []right{
	{table: "audit_events", allows: "SI"},
	{table: "audit_payloads", allows: "SI"},
	{table: "audit_pending", allows: "SI"},
	{table: "audit_seals", allows: "S"},
	{table: "goose_db_version", allows: "S"},
	{table: "river_migration", allows: "S"},
}
