package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestAProgrammeIsBegunPlannedAndFollowed(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { programmes(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { programmes(t, start(t, storetest.PostgresURL(t), 2)) })
}

// programmeHouse is a house with three systems of a supplier: two of one host and one of
// another.
func programmeHouse(h *house) (one, two uuid.UUID, supplier string, systems []string) {
	one, two = h.organisation("7A4"), h.organisation("7A1")
	at := func(o uuid.UUID) identity.Place { return identity.Place{OrganisationID: &o} }
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, at(one))
	h.person("theirs", access.Official, at(two))
	h.person("secretary", access.BoardSecretary, at(two))
	h.person("member", access.BoardMember, at(one))
	h.person("far", access.Official, at(h.organisation("7A2")))
	supplier = h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Rhaglen Cyf",
		"contacts": []any{map[string]any{"kind": "security", "name": "Desg", "email": "desg@rhaglen.example"}}}).id()
	place := uuid.MustParse(supplier)
	h.person("lead", access.SupplierLead, identity.Place{SupplierID: &place})
	for i, host := range []uuid.UUID{one, one, two} {
		systems = append(systems, h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Rhaglen " + string(rune('A'+i))},
			"host_organisation_id": host, "criticality": 1 + 3*(i%2), "data_categories": []any{}, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id())
	}
	return one, two, supplier, systems
}

func programmes(t *testing.T, h *house) {
	one, two, _, systems := programmeHouse(h)
	today := calendar.On(time.Now())
	ask := func(more map[string]any) map[string]any {
		body := map[string]any{"title": map[string]any{"en": "All systems", "cy": "Pob system"}, "starts_on": today, "ends_on": today.AddMonths(6), "system_ids": systems[:2]}
		for name, value := range more {
			body[name] = value
		}
		return body
	}
	for name, wrong := range map[string]map[string]any{"no title": {"title": map[string]any{"en": " "}}, "ends before": {"ends_on": today.AddDays(-1)},
		"a system twice": {"system_ids": []any{systems[0], systems[0]}}, "no such system": {"system_ids": []any{uuid.NewString()}},
		"an owner who is no official": {"owner_id": uuid.NewString()}, "a field that is none": {"name": "x"}} {
		if a := h.ask("official", "POST", "/programmes", ask(wrong)); a.status != 422 {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	begun := h.must(201, "official", "POST", "/programmes", ask(nil))
	at := "/programmes/" + begun.id()
	h.mayPlan(at, ask, systems)

	// One is added, with the version at hand; its host sees its own part alone.
	all := map[string]any{"system_ids": systems}
	h.must(428, "official", "PATCH", at, all)
	h.must(412, "official", "PATCH", at, all, "If-Match", `"7"`)
	if tag := h.must(200, "official", "PATCH", at, all, "If-Match", begun.header.Get("ETag")).header.Get("ETag"); tag != `"2"` {
		t.Errorf("after a change the version is %s", tag)
	}
	if seen := h.must(200, "theirs", "GET", at, nil).body["system_ids"].([]any); len(seen) != 1 || seen[0] != systems[2] {
		t.Errorf("a host sees %v", seen)
	}
	h.must(403, "theirs", "PATCH", at, all, "If-Match", "*")
	h.must(403, "theirs", "POST", at+"/plan", map[string]any{})

	// Nothing is planned, and nobody has returned anything.
	stages := func(who string) map[string]any {
		return h.must(200, who, "GET", at+"/progress", nil).body["stages"].(map[string]any)
	}
	before := h.must(200, "official", "GET", at+"/progress", nil).body
	if stages("official")["not_planned"] != 3.0 || stages("theirs")["not_planned"] != 1.0 || len(before["organisations"].([]any)) != 2 {
		t.Errorf("at first: %v", before)
	}
	h.must(201, "official", "POST", "/organisations/"+one.String()+"/inventory-returns", map[string]any{"as_of": today})
	after := h.must(200, "official", "GET", at+"/progress", nil).body
	if len(after["not_returned"].([]any)) != len(before["not_returned"].([]any))-1 || strings.Contains(string(h.must(200, "theirs", "GET", at+"/progress", nil).raw), one.String()) {
		t.Errorf("after one return: %v, before it: %v", after["not_returned"], before["not_returned"])
	}

	// Planned at once, each system by its tier; what has a review is left alone.
	batch := h.must(201, "official", "POST", at+"/plan", map[string]any{"due_on": today.AddDays(30)}).body["reviews"].([]any)
	if len(batch) != 3 || stages("official")["planned"] != 3.0 {
		t.Fatalf("planned: %v, %v", batch, stages("official"))
	}
	h.must(409, "official", "POST", at+"/plan", map[string]any{})
	if refused := h.must(422, "official", "PATCH", at, map[string]any{"system_ids": systems[1:]}, "If-Match", "*"); !strings.Contains(string(refused.raw), "programme.system-held") {
		t.Errorf("a system under review is taken away: %s", refused.raw)
	}
	h.signOffShort(t, at, systems[1])
	progress := h.must(200, "official", "GET", at+"/progress", nil).body
	if s := progress["stages"].(map[string]any); s["signed_off"] != 1.0 || s["planned"] != 2.0 || progress["due"] != 0.0 {
		t.Errorf("one signed off: %v", progress)
	}
	points := progress["burn_up"].([]any)
	if first, last := points[0].(map[string]any), points[len(points)-1].(map[string]any); first["done"] != 1.0 || last["done"] != nil || last["due"] != 3.0 || last["on"] != string(today.AddMonths(6)) {
		t.Errorf("the burn-up goes from %v to %v", first, last)
	}
	rows := h.must(200, "official", "GET", "/programmes?sort=reference", nil).body["items"].([]any)
	if row := rows[0].(map[string]any); len(rows) != 2 || row["systems_done"] != 1.0 || row["systems_count"] != 3.0 {
		t.Errorf("the list says %v", row)
	}
	h.packOf(t, at)
	h.programmePages(t, at, two)
}

// packOf: a pack is narrowed to a programme, by those who see it.
func (h *house) packOf(t *testing.T, at string) {
	t.Helper()
	query := "?lang=en&programme=" + strings.TrimPrefix(at, "/programmes/")
	page := string(h.must(200, "official", "GET", "/reports/board.html"+query, nil).raw)
	if !regexp.MustCompile(`(?s)Reviews by month.*?<th scope="row"[^>]*>[^<]*<strong>[^<]*</strong></th>(<td[^>]*>0</td>){2}<td[^>]*>1</td>`).MatchString(page) {
		t.Error("the pack of a programme does not count the review that was signed off this month")
	}
	for _, words := range []string{"Programme: All systems", "Signed off: 1 of 3 systems in scope", "Closed without a sign-off"} {
		if !strings.Contains(page, words) {
			t.Errorf("the pack of a programme does not say %q", words)
		}
	}
	if own := string(h.must(200, "secretary", "GET", "/reports/board.html"+query, nil).raw); !strings.Contains(own, "Signed off: 0 of 1 systems in scope") {
		t.Error("a board's pack of a programme is not about its own part")
	}
	h.must(404, "far", "GET", "/reports/board.pdf"+query, nil)
	h.must(404, "far", "POST", "/reports", map[string]any{"meeting_on": "2099-01-01", "programme_id": strings.TrimPrefix(at, "/programmes/")})
	h.must(201, "secretary", "POST", "/reports", map[string]any{"meeting_on": "2099-01-01", "programme_id": strings.TrimPrefix(at, "/programmes/")})
}

// mayPlan holds who may begin, see and plan a programme against the table.
func (h *house) mayPlan(at string, ask func(map[string]any) map[string]any, systems []string) {
	h.t.Helper()
	h.must(201, "theirs", "POST", "/programmes", ask(map[string]any{"system_ids": systems[2:], "title": map[string]any{"cy": "Ein rhai ni"}}))
	h.must(422, "theirs", "POST", "/programmes", ask(map[string]any{"system_ids": []any{}}))
	h.must(422, "theirs", "POST", "/programmes", ask(nil)) // of a host that it does not see
	for _, who := range []string{"secretary", "lead", "member", "siro"} {
		h.must(403, who, "POST", "/programmes", ask(nil))
	}
	h.must(403, "member", "GET", "/programmes", nil)
	for _, who := range []string{"far", "lead"} {
		if n := h.must(200, who, "GET", "/programmes", nil).body["total"]; n != 0.0 {
			h.t.Errorf("%s lists %v", who, n)
		}
		h.must(404, who, "GET", at, nil)
		h.must(404, who, "GET", at+"/progress", nil)
		h.must(404, who, "PATCH", at, map[string]any{}, "If-Match", "*")
		h.must(404, who, "POST", at+"/plan", map[string]any{})
	}
	h.must(200, "siro", "GET", at+"/progress", nil)
	h.must(403, "siro", "POST", at+"/plan", map[string]any{})
	// A review is planned in a programme over its systems alone.
	review := map[string]any{"supplier_id": h.must(200, "official", "GET", "/systems/"+systems[2], nil).body["suppliers"].([]any)[0].(map[string]any)["supplier_id"],
		"system_ids": systems[2:], "questionnaire_code": "short", "due_on": "2099-01-31", "programme_id": strings.TrimPrefix(at, "/programmes/")}
	h.must(422, "official", "POST", "/reviews", review)
	review["programme_id"] = uuid.NewString()
	h.must(422, "official", "POST", "/reviews", review)
}

// signOffShort takes the review of a system in a programme to its signature.
func (h *house) signOffShort(t *testing.T, at, system string) {
	t.Helper()
	rows := h.must(200, "official", "GET", "/reviews?system_id="+system+"&programme_id="+strings.TrimPrefix(at, "/programmes/"), nil).body["items"].([]any)
	if len(rows) != 1 {
		t.Fatalf("%d reviews of the system in the programme", len(rows))
	}
	id := rows[0].(map[string]any)["id"].(string)
	one := "/reviews/" + id
	h.must(200, "official", "PATCH", one, map[string]any{"reviewer_ids": []any{h.person("reviewer", access.Reviewer, identity.Place{})}}, "If-Match", "*")
	h.must(200, "official", "POST", one+"/issue", map[string]any{"respondents": []any{map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	h.answerAll("lead", id)
	h.must(200, "lead", "POST", one+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("reviewer", id)
	digest := h.must(200, "reviewer", "POST", one+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "agreed"}).body["assessment_digest"]
	h.must(200, "siro", "POST", one+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": digest})
}

func (h *house) programmePages(t *testing.T, at string, two uuid.UUID) {
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/reports/new?programme=" + strings.TrimPrefix(at, "/programmes/"))
	desk.must(200, "Which programme?", `value="`+strings.TrimPrefix(at, "/programmes/")+`" selected`)
	desk.post("/reports", url.Values{"_csrf": {desk.token}, "scope": {""}, "programme": {strings.TrimPrefix(at, "/programmes/")}, "then": {"draft"}})
	desk.must(http.StatusSeeOther)
	if !strings.Contains(desk.at, "programme=") {
		t.Errorf("the draft is at %s", desk.at)
	}
	desk.get("/programmes")
	desk.must(200, `href="`+at+`"`, "All systems")
	desk.get(at)
	desk.must(200, "Signed off: 1 of 3 systems", "<svg", "Official, to issue", "Betsi Cadwaladr", "On time")
	if strings.Contains(desk.page, "Plan its reviews") {
		t.Error("nothing is left to plan, and the page offers it")
	}
	// A new one: what is wrong is said at its field; its systems are chosen next.
	form := url.Values{"_csrf": {desk.token}, "title.cy": {"Ail raglen"}, "starts_on[day]": {"1"}, "starts_on[month]": {"3"}, "starts_on[year]": {"2099"},
		"ends_on[day]": {"31"}, "ends_on[month]": {"1"}, "ends_on[year]": {"2099"}}
	desk.get("/programmes/new")
	desk.post("/programmes", form)
	desk.must(422, "not before the first", "Ail raglen")
	form.Set("ends_on[month]", "12")
	desk.post("/programmes", form)
	desk.must(http.StatusSeeOther)
	choosing := desk.at
	if !strings.HasSuffix(choosing, "/systems") {
		t.Fatalf("then comes %s", choosing)
	}
	added := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Newydd"}, "host_organisation_id": two, "criticality": 4, "data_categories": []any{},
		"suppliers": []any{map[string]any{"supplier_id": h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Arall Cyf"}).id(), "part": "hosts"}}}).id()
	desk.get(choosing + "?q=newydd")
	desk.must(200, "Newydd")
	fields := filled(desk.page, strings.TrimPrefix(choosing, desk.node)+"?q=newydd")
	if !slices.Equal(fields["shown"], []string{added}) {
		t.Fatalf("shown is %v", fields)
	}
	fields.Set("all", "yes")
	desk.post(choosing+"?q=newydd", fields)
	desk.must(http.StatusSeeOther)
	page := desk.at
	desk.get(page)
	desk.must(200, "Signed off: 0 of 1 systems", "Systems to be planned: 1", "Plan its reviews")
	desk.post("/reviews/bulk/preview", filled(desk.page, "/reviews/bulk/preview"))
	desk.must(200, "Arall Cyf", `name="programme"`)
	plan := filled(desk.page, "/reviews/bulk")
	plan.Set("then", "plan")
	desk.post("/reviews/bulk", plan)
	desk.must(http.StatusSeeOther)
	desk.get(page)
	desk.must(200, "Official, to issue")
	desk.get("/reviews?programme=" + strings.TrimPrefix(page, "/programmes/"))
	desk.must(200, "Arall Cyf")
	if strings.Contains(desk.page, "Rhaglen Cyf") {
		t.Error("the list of reviews holds those of other programmes")
	}
	// Unticked, it stays: a review of the programme covers it.
	desk.get(choosing + "?q=newydd")
	fields = filled(desk.page, strings.TrimPrefix(choosing, desk.node)+"?q=newydd")
	fields.Del("system_ids")
	desk.post(choosing+"?q=newydd", fields)
	desk.must(422, "covers a system that you took away")
}
