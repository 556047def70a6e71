package store

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
)

// Condition is a condition in SQL over the rows of one table.
type Condition struct {
	SQL  string
	Args []any
}

// Everything lets every row be seen, Nothing none.
var (
	Everything = Condition{SQL: "1 = 1"}
	Nothing    = Condition{SQL: "1 = 0"}
)

func (c Condition) all() bool { return c.SQL == Everything.SQL }

// And narrows a condition.
func (c Condition) And(sql string, args ...any) Condition {
	return Condition{SQL: "(" + c.SQL + ") AND (" + sql + ")", Args: append(append([]any{}, c.Args...), args...)}
}

// Scoping gives the condition under which the things named by a column are in
// the actor's scope for a permission.
type Scoping func(by access.Actor, p access.Permission, column string) Condition

// reach maps a scope of the table of permissions to a condition on a column;
// a scope that it lacks reaches nothing.
type reach map[access.Scope]func(by access.Actor, column string) Condition

func (r reach) condition(by access.Actor, p access.Permission, column string) Condition {
	var parts []string
	var args []any
	for _, scope := range by.Scopes(p) {
		if scope == access.National {
			return Everything
		}
		if to, ok := r[scope]; ok {
			c := to(by, column)
			parts = append(parts, "("+c.SQL+")")
			args = append(args, c.Args...)
		}
	}
	if len(parts) == 0 {
		return Nothing
	}
	return Condition{SQL: strings.Join(parts, " OR "), Args: args}
}

// subquery gives column IN (sql); the placeholder (orgs) stands for the actor's
// organisations, and comes after those of the other args.
func subquery(by access.Actor, column, sql string, args ...any) Condition {
	return expand(by, column+" IN ("+sql+")", args)
}

func expand(by access.Actor, sql string, args []any) Condition {
	n := strings.Count(sql, "(orgs)")
	list, ids := placeholders(by.OrganisationIDs)
	for range n {
		args = append(args, ids...)
	}
	return Condition{SQL: strings.ReplaceAll(sql, "(orgs)", list), Args: args}
}

func placeholders(ids []uuid.UUID) (string, []any) {
	if len(ids) == 0 {
		return "(NULL)", nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return "(?" + strings.Repeat(", ?", len(ids)-1) + ")", args
}

// hostedSystems are those that the actor's organisations host and, for an
// approver, those that they sign for in another's place.
func hostedSystems(by access.Actor) string {
	hosts := "host_organisation_id IN (orgs)"
	if by.Has(access.Approver) {
		hosts += " OR host_organisation_id IN (SELECT id FROM organisations WHERE signed_for_by_id IN (orgs))"
	}
	return "SELECT id FROM systems WHERE " + hosts
}

func usedSystems(by access.Actor) string {
	return hostedSystems(by) + " UNION SELECT system_id FROM system_uses WHERE organisation_id IN (orgs)"
}

var systemReach = reach{
	access.Hosted: func(by access.Actor, column string) Condition { return subquery(by, column, hostedSystems(by)) },
	access.Used:   func(by access.Actor, column string) Condition { return subquery(by, column, usedSystems(by)) },
	access.Assigned: func(by access.Actor, column string) Condition {
		return subquery(by, column, `SELECT rs.system_id FROM review_systems rs
			JOIN review_reviewers rr ON rr.review_id = rs.review_id WHERE rr.user_id = ?`, by.UserID)
	},
	access.OwnSupplier: func(by access.Actor, column string) Condition {
		return subquery(by, column, "SELECT system_id FROM system_suppliers WHERE supplier_id = ?", by.SupplierID)
	},
}

// Systems is the scoping of systems and what belongs to them.
func Systems(by access.Actor, p access.Permission, column string) Condition {
	return systemReach.condition(by, p, column)
}

func suppliersOf(systems func(access.Actor) string) func(access.Actor, string) Condition {
	return func(by access.Actor, column string) Condition {
		return subquery(by, column, "SELECT supplier_id FROM system_suppliers WHERE system_id IN ("+systems(by)+
			") UNION SELECT id FROM suppliers WHERE entered_by_id IN (orgs)")
	}
}

var supplierReach = reach{
	access.Hosted: suppliersOf(hostedSystems),
	access.Used:   suppliersOf(usedSystems),
	access.Assigned: func(by access.Actor, column string) Condition {
		return subquery(by, column, `SELECT r.supplier_id FROM reviews r
			JOIN review_reviewers rr ON rr.review_id = r.id WHERE rr.user_id = ?`, by.UserID)
	},
	access.OwnSupplier: func(by access.Actor, column string) Condition {
		return Condition{SQL: column + " = ?", Args: []any{by.SupplierID}}
	},
}

// Suppliers is the scoping of suppliers and what belongs to them. A supplier
// that an organisation entered is in its scope before it has a system there.
func Suppliers(by access.Actor, p access.Permission, column string) Condition {
	return supplierReach.condition(by, p, column)
}

func reviewsOf(systems func(access.Actor) string) func(access.Actor, string) Condition {
	return func(by access.Actor, column string) Condition {
		return subquery(by, column, "SELECT review_id FROM review_systems WHERE system_id IN ("+systems(by)+")")
	}
}

const ownReviews = "SELECT id FROM reviews WHERE supplier_id = ? AND kind = 'supplier' AND issued_at IS NOT NULL"

var reviewReach = reach{
	access.Hosted: reviewsOf(hostedSystems),
	access.Used:   reviewsOf(usedSystems),
	access.Assigned: func(by access.Actor, column string) Condition {
		return subquery(by, column, "SELECT review_id FROM review_reviewers WHERE user_id = ?", by.UserID)
	},
	access.OwnSupplier: func(by access.Actor, column string) Condition {
		return subquery(by, column, ownReviews, by.SupplierID)
	},
	access.Given: func(by access.Actor, column string) Condition {
		return subquery(by, column, "SELECT review_id FROM respondents WHERE user_id = ? AND review_id IN ("+ownReviews+")",
			by.UserID, by.SupplierID)
	},
}

// Reviews is the scoping of reviews and what belongs to a whole review.
func Reviews(by access.Actor, p access.Permission, column string) Condition {
	return reviewReach.condition(by, p, column)
}

// Sections is the scoping of what belongs to one section of a review: as
// Reviews, but a respondent reaches the sections given to it. The table must
// have the columns review_id and section.
func Sections(table string) Scoping {
	return func(by access.Actor, p access.Permission, column string) Condition {
		narrowed := reach{}
		for scope, to := range reviewReach {
			narrowed[scope] = to
		}
		narrowed[access.Given] = func(by access.Actor, column string) Condition {
			return expand(by, "EXISTS (SELECT 1 FROM respondents g JOIN respondent_sections gs ON gs.respondent_id = g.id"+
				" WHERE g.review_id = "+column+" AND gs.section = "+table+".section AND g.user_id = ?)"+
				" AND "+column+" IN ("+ownReviews+")", []any{by.UserID, by.SupplierID})
		}
		return narrowed.condition(by, p, column)
	}
}

// OurSide is the scoping of what a supplier never sees of its reviews:
// judgements, assessments, who else asked.
func OurSide(by access.Actor, p access.Permission, column string) Condition {
	if by.OnSupplierSide() {
		return Nothing
	}
	return Reviews(by, p, column)
}

// Leads is the scoping of what belongs to a whole review and tells more than
// the sections that a respondent was given: on a supplier's side its leads see
// it alone.
func Leads(by access.Actor, p access.Permission, column string) Condition {
	if by.OnSupplierSide() && !by.Has(access.SupplierLead) {
		return Nothing
	}
	return Reviews(by, p, column)
}

// Shared is the scoping of what a supplier sees of its reviews once the draft
// is shared with it: findings.
func Shared(by access.Actor, p access.Permission, column string) Condition {
	c := Leads(by, p, column)
	if by.OnSupplierSide() {
		c = c.And(column + " IN (SELECT id FROM reviews WHERE shared_at IS NOT NULL)")
	}
	return c
}

func boardReportsOf(systems func(access.Actor) string) func(access.Actor, string) Condition {
	return func(by access.Actor, column string) Condition {
		return subquery(by, column, "SELECT id FROM reports WHERE rendition = 'board' AND review_id IN"+
			" (SELECT review_id FROM review_systems WHERE system_id IN ("+systems(by)+"))")
	}
}

var reportReach = reach{
	access.Used: boardReportsOf(usedSystems),
	access.Assigned: func(by access.Actor, column string) Condition {
		return subquery(by, column, `SELECT p.id FROM reports p JOIN review_reviewers rr ON rr.review_id = p.review_id
			WHERE p.rendition = 'board' AND rr.user_id = ?`, by.UserID)
	},
	access.OwnSupplier: func(by access.Actor, column string) Condition {
		return subquery(by, column, "SELECT id FROM reports WHERE rendition = 'supplier' AND review_id IN ("+ownReviews+")", by.SupplierID)
	},
	access.Published: func(by access.Actor, column string) Condition {
		return subquery(by, column, `SELECT report_id FROM report_readers
			WHERE governance_group_id = ? OR organisation_id IN (orgs)`, by.GroupID)
	},
}

// Reports is the scoping of signed-off and published reports.
func Reports(by access.Actor, p access.Permission, column string) Condition {
	return reportReach.condition(by, p, column)
}

func ownPacks(by access.Actor, column string) Condition {
	return subquery(by, column, "SELECT id FROM packs WHERE governance_group_id = ? OR organisation_id IN (orgs)", by.GroupID)
}

// Packs is the scoping of what is made for boards and groups: those who may
// draft see all that is their own, readers what is published to them.
func Packs(by access.Actor, column string) Condition {
	drafts := reach{access.Hosted: ownPacks, access.Used: ownPacks}.condition(by, access.ReportDraft, column)
	if drafts.all() {
		return drafts
	}
	read := reach{access.Used: ownPacks, access.Published: ownPacks}.condition(by, access.ReportRead, column)
	read = read.And(column + " IN (SELECT id FROM packs WHERE state = 'published')")
	return Condition{SQL: "(" + drafts.SQL + ") OR (" + read.SQL + ")", Args: append(drafts.Args, read.Args...)}
}

// Holders is the scoping of what everybody sees who holds the permission,
// over whatever things: organisations, frameworks.
func Holders(by access.Actor, p access.Permission, _ string) Condition {
	if by.Holds(p) {
		return Everything
	}
	return Nothing
}

// People is the scoping of users and what belongs to them: an administrator
// sees all, a supplier's lead those of its supplier, everybody themselves.
func People(by access.Actor, _ access.Permission, column string) Condition {
	c := reach{
		access.OwnSupplier: func(by access.Actor, column string) Condition {
			return subquery(by, column, "SELECT user_id FROM memberships WHERE supplier_id = ?", by.SupplierID)
		},
	}.condition(by, access.UserManage, column)
	if c.all() {
		return c
	}
	return Condition{SQL: "(" + c.SQL + ") OR " + column + " = ?", Args: append(c.Args, by.UserID)}
}

// OnlyProgram is the scoping of what no person queries: sessions, mails.
func OnlyProgram(by access.Actor) Condition {
	if by.IsProgram() {
		return Everything
	}
	return Nothing
}

// rebind writes the placeholders as the database reads them.
func (db *DB) rebind(query string) string {
	if !db.postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

func (db *DB) uuidType() string {
	if db.postgres {
		return "uuid"
	}
	return "text"
}
