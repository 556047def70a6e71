package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/store/storetest"
)

// Every role at every kind of place asks for every route of the contract: the
// routes are those of the table, so that a new one is covered the day it is
// added. What is expected is worked out here, from the rules as they are
// published and not from the code: the table below is typed from them.
//
// A cell tells how far a role reaches: N everything, H what the own organisation
// hosts, U what it hosts or uses, A reviews assigned, S the own supplier, G
// sections given, P what was published to it; N/H is N nationally and H at an
// organisation. Bare H and U give a national membership nothing.
const rulesTable = `
                       adm  official reviewer  approver secretary member auditor lead respondent
directory.read         N    N        N         N        N         N      N       N    N
inventory.read         N    N/U      N/U,A     N/U      U         -      N/U     S    -
inventory.change       -    N/H      -         -        -         -      -       S    -
questionnaire.read     N    N        N         N        -         -      N       -    -
questionnaire.publish  N    -        -         -        -         -      -       -    -
review.plan            -    N/H      -         -        -         -      -       -    -
review.cancel.agree    -    -        -         N/H      -         -      -       -    -
review.read            -    N/U      A,H       N/U      U         -      N/U     S    G
answers.read           -    N/H      A         N/H      -         -      N/H     S    G
answers.write          -    N/H      -         -        -         -      -       S    G
messages.write         -    N/H      A         -        -         -      -       S    G
messages.read          -    N/H      A         -        -         -      N/H     S    G
review.attest          -    N/H      -         -        -         -      -       S    -
review.judge           -    -        A         -        -         -      -       -    -
findings.write         -    N/H      A         -        -         -      -       -    -
actions.do             -    N/H      -         -        -         -      -       S    -
actions.verify         -    N/H      A         -        -         -      -       -    -
review.sign            -    -        -         N/H      -         -      -       -    -
risk.propose           -    -        -         H        -         -      -       -    -
risk.agree             -    N/H      -         H        -         -      -       -    -
reports.draft          -    N/H      A         N/H      U         -      N/H     -    -
reports.publish        -    N/H      -         -        U         -      -       -    -
reports.read           -    N/U      A,U       N/U      U,P       P      N/U     S    -
respondents.invite     N    N/H      -         -        -         -      -       S    -
users.manage           N    -        -         -        -         -      -       S    -
audit.read             -    -        -         -        -         -      N/H     -    -
settings               N    -        -         -        -         -      -       -    -
`

// principal is who asks: a role at a place, seen from the one system, supplier
// and review that all is asked about.
type principal struct {
	name     string
	role     access.Role
	place    string // national, host, user, elsewhere, group, supplier, other (supplier)
	assigned bool   // reviewer of the review
	given    bool   // a section of the review
	over     bool   // the membership has ended, or the account is suspended
}

// rulebook is the table, by permission and role.
type rulebook map[access.Permission]map[access.Role]string

func rules(t testing.TB) rulebook {
	t.Helper()
	parsed := rulebook{}
	for i, line := range strings.Split(strings.TrimSpace(rulesTable), "\n") {
		cells := strings.Fields(line)
		if i == 0 {
			continue
		}
		if len(cells) != len(access.Roles)+1 {
			t.Fatalf("the table: %q", line)
		}
		row := map[access.Role]string{}
		for n, role := range access.Roles {
			row[role] = cells[n+1]
		}
		parsed[access.Permission(cells[0])] = row
	}
	return parsed
}

// reaches reports whether the cell's scopes take in the thing.
func (p principal) reaches(cell string) bool {
	for part := range strings.SplitSeq(cell, ",") {
		national, placed, both := strings.Cut(part, "/")
		scope := national
		switch {
		case both && p.place != "national":
			scope = placed
		case !both && (part == "H" || part == "U") && p.place == "national":
			continue
		}
		switch scope {
		case "N":
			return true
		case "H":
			if p.place == "host" {
				return true
			}
		case "U":
			if p.place == "host" || p.place == "user" {
				return true
			}
		case "A":
			if p.assigned {
				return true
			}
		case "S":
			if p.place == "supplier" {
				return true
			}
		case "P": // what was published here was published to the host's board
			if p.place == "host" {
				return true
			}
		case "G":
			if p.given {
				return true
			}
		}
	}
	return false
}

// holds reports whether the cell gives the role anything where it is.
func (p principal) holds(cell string) bool {
	return slices.ContainsFunc(strings.Split(cell, ","), func(part string) bool {
		return part != "-" && (p.place != "national" || part != "H" && part != "U")
	})
}

// kinds are the things by the first part of their paths, with the permission by
// which one sees them.
var kinds = map[string]access.Permission{
	"suppliers": access.InventoryRead, "systems": access.InventoryRead, "contracts": access.InventoryRead, "risk-acceptances": access.InventoryRead,
	"reviews": access.ReviewRead, "programmes": access.ReviewRead, "findings": access.AnswersRead, "actions": access.AnswersRead,
	"organisations": access.DirectoryRead, "governance-groups": access.DirectoryRead,
	"questionnaires": access.QuestionnaireRead, "frameworks": access.QuestionnaireRead,
	"imports": access.InventoryChange, "review-batches": access.ReviewPlan, "reports": access.ReportRead,
	"users": access.UserManage, "invitations": access.RespondentInvite,
}

// everywhere are kinds that are of no organisation or supplier: who holds the
// permission at all reaches them.
var everywhere = []string{"organisations", "governance-groups", "questionnaires", "frameworks"}

// ofTheHost are kinds whose thing here belongs to the host itself, not to what
// it hosts.
var ofTheHost = []string{"imports", "review-batches", "reports"}

// expected works out what the rules say of a principal and a route.
func (w *world) expected(table rulebook, p principal, r asked) string {
	cell := table[r.permission][p.role]
	kind, one := r.kind(), strings.Contains(r.path, "{") && !strings.Contains(r.path, "/{kind}") && r.kind() != "jobs" // which are nobody's
	switch {
	case r.permission == access.Open && one, kind == "open":
		return "may, absent or not signed in" // by a secret, or by an address that a provider gave
	case r.permission == access.Open && p.over && r.method == http.MethodPost:
		return "may, absent, forbidden or not signed in" // the form is of a session that has ended
	case r.permission == access.Open:
		return "may or not signed in"
	case p.over || p.name == "":
		return "not signed in"
	case one && kind == "own" && !strings.Contains(r.path, "{id}"):
		return "may or absent" // by a secret or a key that there is not
	case one && kind == "own":
		return "absent or forbidden" // of nobody
	case r.permission == access.Self:
		return "may"
	case !one:
		if p.holds(cell) {
			return "may"
		}
		return "forbidden"
	}
	sees, known := kinds[kind]
	if !known {
		w.t.Fatalf("%s: by which permission does one see a thing of %s?", r.name(), kind)
	}
	seen := table[sees][p.role]
	if slices.Contains(everywhere, kind) {
		switch {
		case !p.holds(seen):
			return "absent"
		case !p.holds(cell):
			return "forbidden"
		}
		return "may or forbidden" // a change of one's own, as the rules narrow it in words
	}
	if slices.Contains(ofTheHost, kind) && (p.place == "user" || p.assigned) {
		return "absent" // it is the host's own, whoever uses the host's systems
	}
	switch {
	case p.reaches(cell) && p.reaches(seen):
		return "may"
	case p.reaches(seen):
		return "forbidden"
	}
	return "absent"
}

func TestEveryRoleMeetsEveryRouteAsTheRulesSay(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { matrix(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { matrix(t, start(t, storetest.PostgresURL(t), 1)) })
}

func matrix(t *testing.T, h *house) {
	w := theWorld(t, h)
	table, bodies := rules(t), w.bodies()
	cases, unexpected := map[bool]int{}, 0
	for _, r := range allRoutes() {
		for _, p := range w.asking(r) {
			cases[r.page]++
			if want, got := w.meet(table, bodies, p, r); !strings.Contains(want, got.verdict()) {
				unexpected++
				if unexpected <= 4000 {
					t.Errorf("%s as %q: %d, want %s: %.160s", r.name(), p.name, got.status, want, got.said())
				}
			}
		}
	}
	t.Logf("%d cases of the contract and %d of pages, %d with an unexpected answer", cases[false], cases[true], unexpected)
}

// asking are those who ask for a route: everybody, or one of each role where
// the rules make no difference between places, since there is nothing of anybody's.
func (w *world) asking(r asked) []principal {
	if r.permission != access.Open && r.permission != access.Self || r.kind() == "own" {
		return w.principals
	}
	roles := map[access.Role]bool{}
	return slices.DeleteFunc(slices.Clone(w.principals), func(p principal) bool {
		before := roles[p.role]
		roles[p.role] = true
		return before && !p.over && p.name != ""
	})
}

// meet lets a principal ask for a route, and gives what the rules say of it too.
func (w *world) meet(table rulebook, bodies map[string]any, p principal, r asked) (want string, got answer) {
	w.t.Helper()
	var body any
	if r.method != http.MethodGet {
		body = bodies[r.name()]
	}
	return asWritten(w.expected(table, p, r), r, p), w.try(r, p.name, body)
}
