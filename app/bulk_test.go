package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/outbox"
	"sicrwydd/models/review"
	"sicrwydd/models/store/storetest"
)

func TestManyReviewsArePlannedAndTheirIssueIsStopped(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { bulk(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { bulk(t, start(t, storetest.PostgresURL(t), 1)) })
}

var formInput = regexp.MustCompile(`<input[^>]*>`)

// filled gives a page's form as a browser without scripts would send it.
func filled(page, action string) url.Values {
	_, form, _ := strings.Cut(page, `action="`+action+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	part := func(tag, name string) string {
		_, rest, ok := strings.Cut(tag, " "+name+`="`)
		if !ok {
			return ""
		}
		rest, _, _ = strings.Cut(rest, `"`)
		return strings.NewReplacer("&#39;", "'", "&amp;", "&", "&#43;", "+").Replace(rest)
	}
	values := url.Values{}
	for _, tag := range formInput.FindAllString(form, -1) {
		kind := part(tag, "type")
		if name := part(tag, "name"); name != "" && (kind != "checkbox" && kind != "radio" || strings.Contains(tag, " checked")) {
			values.Add(name, part(tag, "value"))
		}
	}
	return values
}

// inAQuarter is the reviews as they are worked on later, when a batch has waited.
func (h *house) inAQuarter() *review.Service {
	later := h.first.db.WithClock(func() time.Time { return time.Now().Add(16 * time.Minute) })
	return review.New(later, h.first.keys, nil, outbox.New(later, h.first.keys), "https://sicrwydd.example")
}

func bulk(t *testing.T, h *house) {
	one, two := h.organisation("7A4"), h.organisation("7A1")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &one})
	h.person("theirs", access.Official, identity.Place{OrganisationID: &two})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	contact := []any{map[string]any{"kind": "security", "name": "Desg", "email": "desg@bulk.example"}}
	first := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Swmp Un", "contacts": contact}).id()
	second := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Swmp Dau"}).id()
	system := func(name string, host uuid.UUID, criticality int, suppliers ...string) string {
		links := []any{}
		for _, s := range suppliers {
			links = append(links, map[string]any{"supplier_id": s, "part": "hosts"})
		}
		return h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": name}, "host_organisation_id": host,
			"criticality": criticality, "data_categories": []any{}, "suppliers": links}).id()
	}
	a := system("Swmp A", one, 1, first, second)
	b := system("Swmp B", one, 1, first)
	system("Swmp C", one, 4, first)
	d := system("Swmp D", two, 1, first)

	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/work/review_due")
	desk.must(200, "Plan reviews of all that match", `name="pair"`)
	desk.post("/reviews/bulk/preview", url.Values{"_csrf": {desk.token}})
	desk.must(422, "Tick at least one")
	desk.get("/systems?q=swmp")
	desk.must(200, `name="system"`)
	desk.post("/reviews/bulk/preview?q=swmp", url.Values{"_csrf": {desk.token}, "all": {"systems"}})
	desk.must(200, "Reviews: 4", "desg@bulk.example", "Nobody could sign this review off", "has no security or account contact")

	form := filled(desk.page, "/reviews/bulk")
	for name := range form {
		if strings.HasSuffix(name, "/chosen") {
			at := strings.TrimSuffix(name, "chosen")
			if form.Get(at+"questionnaire_code") == "short" || len(form[at+"system_ids"]) == 1 && form.Get(at+"system_ids") == d {
				form.Del(name) // left out: the minor one, and the host without an approver
			}
		}
	}
	form.Set("then", "issue")
	desk.post("/reviews/bulk", form)
	desk.must(422, "Swmp Dau") // nobody to ask there
	for name := range form {
		if at, ok := strings.CutSuffix(name, "supplier_id"); ok && form.Get(name) == second {
			form.Set(at+"respondents/0/name", "Person")
			form.Set(at+"respondents/0/email", "person@bulk.example")
			form.Set(at+"respondents/0/lead_confirmed", "yes")
		}
	}
	desk.post("/reviews/bulk", form)
	desk.must(http.StatusSeeOther)
	at := desk.at
	desk.get(at)
	desk.must(200, "Stop these mails", "person@bulk.example", "Planned")
	id := strings.TrimPrefix(at, "/reviews/bulk/")
	got := h.must(200, "official", "GET", "/review-batches/"+id, nil).body["reviews"].([]any)
	if len(got) != 2 {
		t.Fatalf("planned are %v", got)
	}
	h.must(404, "theirs", "GET", "/review-batches/"+id, nil)
	desk.post("/reviews/bulk", form)
	desk.must(409, "planned meanwhile")

	// Too early nothing happens; stopped, nothing ever does.
	if err := h.first.services.Reviews.IssueBatch(t.Context(), uuid.MustParse(id)); err != nil {
		t.Fatal(err)
	}
	desk.get(at)
	desk.post(at+"/stop", url.Values{"_csrf": {desk.token}})
	desk.must(http.StatusSeeOther)
	desk.post(at+"/stop", url.Values{"_csrf": {desk.token}})
	desk.must(409, "too late to stop")
	if err := h.inAQuarter().IssueBatch(t.Context(), uuid.MustParse(id)); err != nil {
		t.Fatal(err)
	}
	for _, item := range h.must(200, "official", "GET", "/review-batches/"+id, nil).body["reviews"].([]any) {
		one := item.(map[string]any)
		if one["state"] != "planned" {
			t.Errorf("stopped, and %v", one)
		}
		h.must(200, "official", "POST", "/reviews/"+one["review_id"].(string)+"/cancel", map[string]any{"reason": "A test."})
	}

	// Not stopped, they are issued; what cannot be stays planned and says why.
	ask := func(supplier, system string) map[string]any {
		return map[string]any{"supplier_id": supplier, "system_ids": []any{system}, "questionnaire_code": "short",
			"respondents": []any{map[string]any{"name": "Lead", "email": "lead@bulk.example", "lead": true, "lead_confirmed": true}}}
	}
	batch := h.must(201, "official", "POST", "/review-batches", map[string]any{"due_on": "2099-01-31", "issue": true,
		"reviews": []any{ask(first, b), ask(second, a), ask(first, d)}}).id()
	for range 2 { // a second run changes nothing
		if err := h.inAQuarter().IssueBatch(t.Context(), uuid.MustParse(batch)); err != nil {
			t.Fatal(err)
		}
	}
	states := map[string]int{}
	for _, item := range h.must(200, "official", "GET", "/review-batches/"+batch, nil).body["reviews"].([]any) {
		one := item.(map[string]any)
		states[one["state"].(string)+" "+one["failure"].(string)]++
	}
	if states["issued "] != 2 || states["planned review.nobody-to-sign"] != 1 {
		t.Errorf("issued: %v", states)
	}
	desk.get("/reviews/bulk/" + batch)
	desk.must(200, "Nobody could sign this review off")
	h.must(409, "official", "POST", "/review-batches/"+batch+"/stop", nil)
	h.must(422, "theirs", "POST", "/review-batches", map[string]any{"due_on": "2099-01-31", "reviews": []any{ask(first, b)}})
}
