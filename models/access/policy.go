package access

import (
	"slices"
	"strings"
)

// Scope says which things a permission reaches.
type Scope string

// The scopes of the table of permissions.
const (
	Nowhere     Scope = ""  // nothing
	National    Scope = "N" // everything
	Hosted      Scope = "H" // systems that the own organisation hosts, their suppliers, reviews that cover one of them
	Used        Scope = "U" // as Hosted, for systems that it hosts or uses
	Assigned    Scope = "A" // reviews assigned, with their supplier and systems
	OwnSupplier Scope = "S" // the own supplier
	Given       Scope = "G" // sections given
	Published   Scope = "P" // reports published to the own organisation or groups
)

// Permission names one thing that a role may do.
type Permission string

// The permissions: one a row of the table below.
const (
	DirectoryRead        Permission = "directory.read"
	InventoryRead        Permission = "inventory.read"
	InventoryChange      Permission = "inventory.change"
	QuestionnaireRead    Permission = "questionnaire.read"
	QuestionnairePublish Permission = "questionnaire.publish"
	ReviewPlan           Permission = "review.plan"
	ReviewCancelAgree    Permission = "review.cancel.agree"
	ReviewRead           Permission = "review.read"
	AnswersRead          Permission = "answers.read"
	AnswerWrite          Permission = "answers.write"
	MessageWrite         Permission = "messages.write"
	MessageRead          Permission = "messages.read"
	ReviewAttest         Permission = "review.attest"
	ReviewJudge          Permission = "review.judge"
	FindingWrite         Permission = "findings.write"
	ActionDo             Permission = "actions.do"
	ActionVerify         Permission = "actions.verify"
	ReviewSign           Permission = "review.sign"
	RiskPropose          Permission = "risk.propose"
	RiskAgree            Permission = "risk.agree"
	ReportDraft          Permission = "reports.draft"
	ReportPublish        Permission = "reports.publish"
	ReportRead           Permission = "reports.read"
	RespondentInvite     Permission = "respondents.invite"
	UserManage           Permission = "users.manage"
	AuditRead            Permission = "audit.read"
	Settings             Permission = "settings"
	// Self is held by everybody who has signed in: the own account.
	Self Permission = "self"
	// Open marks a route that needs no sign-in.
	Open Permission = "open"
)

// The table of permissions, published in the product's rules. The columns are
// Roles in their order; "N/H" is N for a national membership and H for an
// organisation's. A cell that the rules qualify in words (a lead changes the
// contacts of its own supplier, no more) is narrowed further by the domain
// function that it reaches.
const policyTable = `
                       | adm | official | reviewer | approver | secretary | member | auditor | lead | respondent
directory.read         | N   | N        | N        | N        | N         | N      | N       | N    | N
inventory.read         | N   | N/U      | N/U, A   | N/U      | U         | -      | N/U     | S    | -
inventory.change       | -   | N/H      | -        | -        | -         | -      | -       | S    | -
questionnaire.read     | N   | N        | N        | N        | -         | -      | N       | -    | -
questionnaire.publish  | N   | -        | -        | -        | -         | -      | -       | -    | -
review.plan            | -   | N/H      | -        | -        | -         | -      | -       | -    | -
review.cancel.agree    | -   | -        | -        | N/H      | -         | -      | -       | -    | -
review.read            | -   | N/U      | A, H     | N/U      | U         | -      | N/U     | S    | G
answers.read           | -   | N/H      | A        | N/H      | -         | -      | N/H     | S    | G
answers.write          | -   | N/H      | -        | -        | -         | -      | -       | S    | G
messages.write         | -   | N/H      | A        | -        | -         | -      | -       | S    | G
messages.read          | -   | N/H      | A        | -        | -         | -      | N/H     | S    | G
review.attest          | -   | N/H      | -        | -        | -         | -      | -       | S    | -
review.judge           | -   | -        | A        | -        | -         | -      | -       | -    | -
findings.write         | -   | N/H      | A        | -        | -         | -      | -       | -    | -
actions.do             | -   | N/H      | -        | -        | -         | -      | -       | S    | -
actions.verify         | -   | N/H      | A        | -        | -         | -      | -       | -    | -
review.sign            | -   | -        | -        | N/H      | -         | -      | -       | -    | -
risk.propose           | -   | -        | -        | H        | -         | -      | -       | -    | -
risk.agree             | -   | N/H      | -        | H        | -         | -      | -       | -    | -
reports.draft          | -   | N/H      | A        | N/H      | U         | -      | N/H     | -    | -
reports.publish        | -   | N/H      | -        | -        | U         | -      | -       | -    | -
reports.read           | -   | N/U      | A, U     | N/U      | U, P      | P      | N/U     | S    | -
respondents.invite     | N   | N/H      | -        | -        | -         | -      | -       | S    | -
users.manage           | N   | -        | -        | -        | -         | -      | -       | S    | -
audit.read             | -   | -        | -        | -        | -         | -      | N/H     | -    | -
settings               | N   | -        | -        | -        | -         | -      | -       | -    | -
`

type cell struct{ national, placed []Scope }

var policy = parsePolicy(policyTable)

func parsePolicy(table string) map[Permission]map[Role]cell {
	parsed := map[Permission]map[Role]cell{}
	for line := range strings.Lines(table) {
		columns := strings.Split(strings.TrimSpace(line), "|")
		if len(columns) != len(Roles)+1 || strings.TrimSpace(columns[0]) == "" {
			continue
		}
		row := map[Role]cell{}
		for i, role := range Roles {
			row[role] = parseCell(columns[i+1])
		}
		parsed[Permission(strings.TrimSpace(columns[0]))] = row
	}
	return parsed
}

func parseCell(text string) cell {
	var c cell
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "-" {
			continue
		}
		national, placed, both := strings.Cut(part, "/")
		switch {
		case both:
			c.national = append(c.national, Scope(national))
			c.placed = append(c.placed, Scope(placed))
		case part == "H" || part == "U": // bare, they give a national membership nothing
			c.placed = append(c.placed, Scope(part))
		default:
			c.national = append(c.national, Scope(part))
			c.placed = append(c.placed, Scope(part))
		}
	}
	return c
}

// Scopes gives how far the actor's roles reach for the permission; none when
// they do not hold it at all.
func (a Actor) Scopes(p Permission) []Scope {
	if a.IsProgram() {
		return []Scope{National}
	}
	if a.TokenScopes != nil && !slices.Contains(a.TokenScopes, p) {
		return nil
	}
	if p == Self {
		return []Scope{National}
	}
	var scopes []Scope
	for _, role := range a.Roles {
		c := policy[p][role]
		reach := c.placed
		if a.National() {
			reach = c.national
		}
		for _, scope := range reach {
			if !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	return scopes
}

// Holds reports whether the actor's roles hold the permission at all, over
// whatever things.
func (a Actor) Holds(p Permission) bool { return p == Open || len(a.Scopes(p)) > 0 }

// Permissions lists the permissions of the table, for checks at start and for
// the scopes of tokens.
func Permissions() []Permission {
	all := make([]Permission, 0, len(policy))
	for p := range policy {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}
