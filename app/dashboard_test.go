package main

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
	"sicrwydd/seed"
)

func TestEachFigureOfADashboardIsTheTotalOfItsList(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { dashboards(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { dashboards(t, start(t, storetest.PostgresURL(t), 1)) })
}

var (
	figureLink = regexp.MustCompile(`href="([^"]+)"><strong>([\d,]+)</strong>|href="([^"]+)">([\d,]+)<span class="nhsuk-u-visually-hidden">: `)
	listTotal  = regexp.MustCompile(`nhsuk-table__caption--m">([\d,]+) |id="pile-[a-z_]+">[^<]*: ([\d,]+)`)
)

func number(s string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	return n
}

// The demonstration is of every kind; each of its people sees their own of it.
func dashboards(t *testing.T, h *house) {
	if _, err := seed.Demo(t.Context(), h.first.house()); err != nil {
		t.Fatal(err)
	}
	ours := []string{"Systems by tier and rating", "Ratings over the last quarters", "Systems by residual risk", "Reviews done against planned"}
	for who, c := range map[string]struct {
		links int // at least
		some  int // of them, that count something
		not   []string
	}{
		"national":   {60, 50, []string{"What lapses"}},
		"official":   {40, 30, []string{"What lapses"}},
		"approver":   {25, 20, []string{"What lapses", "/work/"}},
		"auditor":    {40, 30, []string{"What lapses", "/work/"}},
		"secretary":  {25, 20, []string{"What lapses", "/work/", "/actions"}},
		"reviewer":   {15, 8, []string{"What lapses", "/work/"}},
		"lead":       {8, 4, append([]string{"/systems", "/risk", "/work/", "assurance"}, ours...)},
		"respondent": {4, 1, append([]string{"/systems", "/risk", "/work/", "assurance"}, ours...)},
	} {
		r := h.reader(t)
		h.first.services.Identity.Demonstrating(who + "@demo.example") // the second factor is not what is tested
		r.get("/sign-in")
		r.post("/sign-in", url.Values{"_csrf": {r.token}, "email": {who + "@demo.example"}, "password": {seed.DemoPassword}})
		r.must(303)
		r.get("/dashboard?lang=en")
		r.must(200)
		_, page, _ := strings.Cut(r.page, "<main")
		for _, not := range c.not {
			if strings.Contains(page, not) {
				t.Errorf("%s reads %q", who, not)
			}
		}
		if missing := slices.IndexFunc(ours, func(one string) bool { return !strings.Contains(page, one) }); missing >= 0 && c.not[0] == "What lapses" {
			t.Errorf("%s lacks %q", who, ours[missing])
		}
		links := figureLink.FindAllStringSubmatch(page, -1)
		some := 0
		for _, m := range links {
			href, count := strings.ReplaceAll(m[1]+m[3], "&amp;", "&"), number(m[2]+m[4])
			r.get(href)
			r.must(200)
			if some += min(count, 1); count != total(r.page) {
				t.Errorf("%s: %s counts %d, the list %d", who, href, count, total(r.page))
			}
		}
		if len(links) < c.links || some < c.some {
			t.Errorf("%s follows %d links, %d of them to something", who, len(links), some)
		}
	}
	anonymous := h.reader(t)
	anonymous.get("/dashboard")
	anonymous.must(303)
}

// total is what a list says it holds; one with nothing in it says so in words.
func total(page string) int {
	if m := listTotal.FindStringSubmatch(page); m != nil {
		return number(m[1] + m[2])
	}
	return 0
}

// The API gives what the page shows.
func TestADashboardIsGivenByTheAPI(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.supplierWithReview("Ffigur", host, "lead")
	body := h.must(200, "official", "GET", "/dashboard", nil).body
	counts := map[string]float64{}
	for _, one := range body["figures"].([]any) {
		counts[one.(map[string]any)["kind"].(string)] = one.(map[string]any)["count"].(float64)
	}
	live := h.must(200, "official", "GET", "/systems?status=live", nil).body["total"]
	if counts["systems"] != live || counts["waits_supplier"] != 1 || len(body["systems"].([]any)) != 20 || len(body["months"].([]any)) != 12 {
		t.Errorf("an official reads %v", body)
	}
	body = h.must(200, "lead", "GET", "/dashboard", nil).body
	for _, hidden := range []string{"systems", "trend", "risk", "months"} {
		if len(body[hidden].([]any)) != 0 {
			t.Errorf("a supplier reads %s: %v", hidden, body[hidden])
		}
	}
}
