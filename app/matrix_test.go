package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
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

// rules is the table, by permission and role.
func rules(t *testing.T) map[access.Permission]map[access.Role]string {
	t.Helper()
	parsed := map[access.Permission]map[access.Role]string{}
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

// kinds are the things of the contract by the first part of their paths, with
// the permission by which one sees them. What is left out here is asked for
// by a matrix of its own or is open to everybody who has signed in.
var kinds = map[string]access.Permission{
	"suppliers": access.InventoryRead, "systems": access.InventoryRead, "contracts": access.InventoryRead,
	"reviews": access.ReviewRead, "findings": access.AnswersRead, "actions": access.AnswersRead,
	"organisations": access.DirectoryRead, "governance-groups": access.DirectoryRead,
	"questionnaires": access.QuestionnaireRead, "frameworks": access.QuestionnaireRead,
}

// everywhere are kinds that are of no organisation or supplier: who holds the
// permission at all reaches them.
var everywhere = []string{"organisations", "governance-groups", "questionnaires", "frameworks"}

// world is what is asked about.
type world struct {
	*house
	principals []principal
	ids        map[string]string // of the things, by kind
}

// theWorld is one system of a host, used by another organisation, run by one
// supplier, with a review that is answered, judged and assessed.
func theWorld(t *testing.T, h *house) *world {
	t.Helper()
	host, user, elsewhere := h.organisation("7A4"), h.organisation("7A1"), h.organisation("7A2")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	assigned := h.person("assigned", access.Reviewer, identity.Place{})
	supplier := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Subject"}).id()
	other := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Another"}).id()
	system := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "The system"}, "host_organisation_id": host,
		"used_by": []any{user}, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id()
	contract := h.must(201, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "The contract", "system_ids": []any{system},
		"starts_on": "2020-01-01"}).id()
	review := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31", "reviewer_ids": []any{assigned}}).id()
	own := uuid.MustParse(supplier)
	h.person("lead", access.SupplierLead, identity.Place{SupplierID: &own})
	h.person("given", access.Respondent, identity.Place{SupplierID: &own})
	h.must(200, "official", "POST", "/reviews/"+review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true},
		map[string]any{"name": "given", "email": "given@example.org", "sections": []any{"governance"}}}})
	h.answerAll("lead", review)
	h.must(200, "lead", "POST", "/reviews/"+review+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("assigned", review)
	h.must(200, "assigned", "POST", "/reviews/"+review+"/assess", map[string]any{})
	finding := h.must(200, "official", "GET", "/findings?review_id="+review, nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	action := h.must(201, "official", "POST", "/actions", map[string]any{"finding_id": finding, "text": map[string]any{"en": "Do."}, "due_on": "2099-01-31"}).id()
	w := &world{house: h, ids: map[string]string{"suppliers": supplier, "systems": system, "contracts": contract, "reviews": review,
		"findings": finding, "actions": action, "organisations": host.String()}}
	for _, kind := range []string{"questionnaires", "frameworks", "governance-groups"} {
		w.ids[kind] = h.must(200, "official", "GET", "/"+kind, nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	}
	w.people(map[string]identity.Place{"national": {}, "host": {OrganisationID: &host}, "user": {OrganisationID: &user}, "elsewhere": {OrganisationID: &elsewhere}},
		own, uuid.MustParse(other))
	return w
}

// people are every role at every place that it can be held at.
func (w *world) people(places map[string]identity.Place, own, other uuid.UUID) {
	w.t.Helper()
	for name, place := range places {
		for _, role := range access.Roles {
			if !role.OfSupplier() {
				w.join(principal{name: string(role) + " " + name, role: role, place: name}, place)
			}
		}
	}
	for name, id := range map[string]uuid.UUID{"supplier": own, "other": other} {
		for _, role := range []access.Role{access.SupplierLead, access.Respondent} {
			w.join(principal{name: string(role) + " " + name, role: role, place: name}, identity.Place{SupplierID: &id})
		}
	}
	w.principals = append(w.principals,
		principal{name: "assigned", role: access.Reviewer, place: "national", assigned: true},
		principal{name: "given", role: access.Respondent, place: "supplier", given: true})
	ended := w.join(principal{name: "ended", role: access.Official, place: "host", over: true}, places["host"])
	suspended := w.join(principal{name: "suspended", role: access.Official, place: "national", over: true}, identity.Place{})
	_, err := store.Change(w.t.Context(), w.first.db, operator, func(tx *store.Tx) (bool, error) {
		if err := store.Query[identity.Membership](tx).Where("user_id = ?", ended).Update("ended_at", tx.Now()).Error; err != nil {
			return false, err
		}
		return true, store.Query[identity.User](tx).Where("id = ?", suspended).Update("status", identity.Suspended).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) join(p principal, place identity.Place) uuid.UUID {
	w.t.Helper()
	n := identity.NewUser{Roles: []access.Role{p.role}, Place: place}
	if p.role == access.Auditor {
		n.UntilOn = "2099-12-31"
	}
	w.principals = append(w.principals, p)
	return w.member(p.name, n)
}

// bodies gives for each operation a body that the contract takes: every field
// that is required, with the plainest value.
func (w *world) bodies() map[string]any {
	document := map[string]any{}
	if err := json.Unmarshal(w.must(200, "official", "GET", "/openapi.json", nil).raw, &document); err != nil {
		w.t.Fatal(err)
	}
	schemas := document["components"].(map[string]any)["schemas"].(map[string]any)
	bodies := map[string]any{}
	for path, item := range document["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			content, ok := dig(op, "requestBody", "content", "application/json", "schema").(map[string]any)
			if ok {
				bodies[strings.ToUpper(method)+" "+strings.TrimPrefix(path, "/api/v1")] = sample(content, schemas)
			}
		}
	}
	return bodies
}

func dig(from any, path ...string) any {
	for _, step := range path {
		m, ok := from.(map[string]any)
		if !ok {
			return nil
		}
		from = m[step]
	}
	return from
}

// sample is the plainest value of a schema.
func sample(schema, schemas map[string]any) any {
	if ref, ok := schema["$ref"].(string); ok {
		return sample(schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any), schemas)
	}
	if choices, ok := schema["enum"].([]any); ok {
		return choices[0]
	}
	for _, of := range []string{"oneOf", "anyOf", "allOf"} {
		if some, ok := schema[of].([]any); ok {
			return sample(some[0].(map[string]any), schemas)
		}
	}
	kind := schema["type"]
	if several, ok := kind.([]any); ok {
		kind = several[0]
	}
	switch kind {
	case "object":
		body := map[string]any{}
		required, _ := schema["required"].([]any)
		for _, name := range required {
			body[name.(string)] = sample(dig(schema, "properties", name.(string)).(map[string]any), schemas)
			if strings.HasSuffix(name.(string), "_id") {
				body[name.(string)] = uuid.NewString()
			}
		}
		return body
	case "array":
		if least, _ := schema["minItems"].(float64); least > 0 {
			return []any{sample(schema["items"].(map[string]any), schemas)}
		}
		return []any{}
	case "integer", "number":
		if least, ok := schema["minimum"].(float64); ok {
			return least
		}
		return 1
	case "boolean":
		return true
	}
	switch schema["format"] {
	case "uuid":
		return uuid.NewString()
	case "date":
		return "2099-01-31"
	case "date-time":
		return "2099-01-31T00:00:00Z"
	}
	return "x"
}

// verdict is what an answer comes to: done or refused for another reason than
// who asks, forbidden, absent, or not signed in.
func verdict(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "not signed in"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "absent"
	}
	return "may"
}

// expected works out what the rules say of a principal and a route.
func (w *world) expected(table map[access.Permission]map[access.Role]string, p principal, r apiRoute) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
	cell := table[r.permission][p.role]
	switch {
	case p.over || p.name == "":
		return "not signed in"
	case r.permission == access.Self:
		return "may"
	case !strings.Contains(r.path, "{"):
		if p.holds(cell) {
			return "may"
		}
		return "forbidden"
	}
	seen := table[kinds[kind]][p.role]
	if slices.Contains(everywhere, kind) {
		switch {
		case !p.holds(seen):
			return "absent"
		case !p.holds(cell):
			return "forbidden"
		}
		return "may or forbidden" // a change of one's own, as the rules narrow it in words
	}
	switch {
	case p.reaches(cell) && p.reaches(seen):
		return "may"
	case p.reaches(seen):
		return "forbidden"
	}
	return "absent"
}

// narrowing is what the rules say in words beside the table: of some principals
// at some routes, with the sentence that says it.
type narrowing struct {
	routes string // "METHOD /path", with commas between; * stands for all that follows
	of     func(p principal) bool
	want   string
	why    string
}

func onSupplierSide(p principal) bool { return p.role.OfSupplier() }

var narrowed = []narrowing{
	{"POST /organisations,POST /governance-groups", func(p principal) bool {
		return p.place != "national" && !onSupplierSide(p) && p.role == access.Official
	}, "forbidden", "organisations and groups are entered nationally"},
	{"POST /organisations,POST /governance-groups,POST /suppliers,POST /systems,POST /contracts", onSupplierSide, "forbidden", "a supplier changes its own contacts, certificates and sub-contractors"},
	{"GET /governance-groups/*,PATCH /governance-groups/*", onSupplierSide, "absent", "a supplier reads the names of organisations"},
	{"PATCH /systems/*,PATCH /contracts/*", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "a supplier changes its own contacts, certificates and sub-contractors"},
	{"GET /inventory-returns,GET /concentration", onSupplierSide, "forbidden", "to a supplier a system shows its name and its own part"},
	{"GET /suppliers/{id}/who-is-hit", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "no users of a system are shown to a supplier"},
	{"POST /reviews/{id}/extensions", func(p principal) bool {
		return p.given || p.assigned || p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "a supplier asks for more time"},
	{"PUT /reviews/{id}/answers/*,POST /reviews/{id}/answers/*,POST /reviews/{id}/carry-over,POST /reviews/{id}/certificate-answers,POST /reviews/{id}/known-answers,POST /reviews/{id}/submit", func(p principal) bool {
		return p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "an official answers a desk review alone"},
	{"POST /reviews/{id}/facts", func(p principal) bool {
		return p.given || p.assigned || p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "a lead corrects what the inventory says"},
	{"GET /reviews/{id}/facts", func(p principal) bool { return p.given }, "forbidden", "a lead corrects what the inventory says"},
	{"POST /reviews/{id}/send-back,POST /reviews/{id}/cancel/agree", func(p principal) bool { return p.role == access.Approver && p.place == "national" }, "forbidden", "a national approver signs where no host's can"},
	{"GET /reviews/{id}/rating,GET /reviews/{id}/history", func(p principal) bool { return p.given || p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "what each judgement adds is the supplier's once shared; history is ours"},
	{"GET /reviews/{id}/receipt", func(p principal) bool { return p.given }, "absent", "the receipt is the leads'"},
	{"GET /findings/*,PATCH /findings/*,POST /findings/*", func(p principal) bool { return p.given }, "absent", "findings are shared with the leads"},
	{"POST /findings/{id}/comment", func(p principal) bool {
		return p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "the supplier comments"},
	{"GET /actions/*,POST /actions/*", func(p principal) bool { return p.place == "supplier" }, "absent", "actions are the supplier's from sign-off"},
	{"POST /actions/{id}/complete,POST /actions/{id}/extensions", func(p principal) bool {
		return p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "an official carries out our own actions"},
}

// naming are the routes whose body names a thing; the one that these bodies
// name is not there.
var naming = []string{"POST /findings", "POST /actions", "POST /risk-acceptances", "POST /reviews", "POST /review-batches", "POST /contracts", "POST /reports", "POST /deputies"}

// asWritten applies what the rules say in words.
func asWritten(want, route string, p principal) string {
	for _, n := range narrowed {
		for prefix := range strings.SplitSeq(n.routes, ",") {
			exactly := strings.TrimSuffix(prefix, "*")
			if (route == prefix || exactly != prefix && strings.HasPrefix(route, exactly)) && !p.over && p.name != "" && n.of(p) {
				return n.want
			}
		}
	}
	if want == "may" && slices.Contains(naming, route) {
		return "may or absent"
	}
	return want
}

func TestEveryRoleMeetsEveryRouteAsTheRulesSay(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { matrix(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { matrix(t, start(t, storetest.PostgresURL(t), 1)) })
}

func matrix(t *testing.T, h *house) {
	w := theWorld(t, h)
	table, bodies := rules(t), w.bodies()
	h.tokens[""] = ""
	asked, unexpected, left := 0, 0, map[string]bool{}
	for _, r := range apiRoutes(nil) {
		name := r.method + " " + r.path
		kind, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
		if _, known := kinds[kind]; strings.Contains(r.path, "{") && !known || strings.Count(r.path, "{") > 1 && !strings.Contains(r.path, "{key}") || r.method == http.MethodDelete {
			left[name] = true
			continue
		}
		path := strings.NewReplacer("{id}", w.ids[kind], "{key}", "governance.board-owner", "{number}", "1").Replace(r.path)
		for _, p := range append(w.principals, principal{}) {
			want := asWritten(w.expected(table, p, r), name, p)
			var body any
			if r.method != http.MethodGet {
				body = bodies[name]
			}
			got := h.ask(p.name, r.method, path, body, "If-Match", `"999"`)
			asked++
			if v := verdict(got.status); !strings.Contains(want, v) {
				unexpected++
				if unexpected <= 400 {
					t.Errorf("%s as %q: %d, want %s: %.160s", name, p.name, got.status, want, got.raw)
				}
			}
		}
	}
	t.Logf("%d cases, %d with an unexpected answer; %d routes are left to other tests", asked, unexpected, len(left))
}
