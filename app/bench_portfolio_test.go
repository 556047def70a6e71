package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

// A portfolio of the size of NHS Wales and more, the same each time: 2,000
// suppliers, 5,000 systems, 20,000 reviews with 800,000 answers.
var portfolioRows = []string{
	`INSERT INTO suppliers (id, version, created_at, reference, name, trading_name, company_number, identifiers, country, website, status, contacts, note_en, note_cy)
	 SELECT gen_random_uuid(), 1, now(), 'PS-' || n, 'Bench ' || (ARRAY['Afon','Bryn','Castell','Derwen','Eryri','Ffynnon','Glas','Hafren'])[1 + n % 8] || ' ' || n || CASE WHEN n % 97 = 0 THEN ' Llŷr' ELSE '' END, '', '', '[]', 'GB', '', 'active', '[]', '', '' FROM generate_series(1, 2000) n`,
	`INSERT INTO systems (id, version, created_at, reference, name_en, name_cy, purpose_en, purpose_cy, identifiers, host_organisation_id, information_asset_owner, criticality, data_categories, people_count, people_kinds, hosting_location, hosting_country, hosting_kind, exposure, connections, live_since, status, consequence, worked_out_tier, tier, tier_provisional, tier_rule_version, tier_override_reason)
	 SELECT gen_random_uuid(), 1, now(), 'PY-' || n, 'Bench system ' || n, 'System ' || n, '', '', '[]', o.id, '', 1 + n % 4, '["staff"]', 100, '[]', '', '', '', (ARRAY['internet','partner','none',''])[1 + n % 4], '[]', '', 'live', 5 - n % 4, 1 + n % 4, 1 + n % 4, false, '1', '' FROM generate_series(1, 5000) n JOIN (SELECT id, row_number() OVER (ORDER BY reference) - 1 AS k, count(*) OVER () AS all_of FROM organisations) o ON o.k = n % o.all_of`,
	`INSERT INTO system_suppliers (id, version, created_at, system_id, supplier_id, part)
	 SELECT gen_random_uuid(), 1, now(), y.id, u.id, 'hosts' FROM systems y JOIN suppliers u ON u.reference = 'PS-' || (1 + substr(y.reference, 4)::int * 7 % 2000) WHERE y.reference LIKE 'PY-%'`,
	`INSERT INTO reviews (id, version, created_at, reference, kind, supplier_id, questionnaire_version_id, questionnaire_code, correction_reason, first_due_on, due_on, state, waiting_since, issued_at, first_submitted_at, submitted_at, signed_off_at, assessment_digest, accuracy_check_until, closed_because, end_reason, cancel_agreed_by)
	 SELECT gen_random_uuid(), 1, now() - k * interval '300 days', 'PR-' || substr(y.reference, 4) || '-' || k, 'supplier', l.supplier_id, v.id, 'short', '', to_char(now() + (20 - k * 300) * interval '1 day', 'YYYY-MM-DD'), to_char(now() + (substr(y.reference, 4)::int % 90 - 40 - k * 300) * interval '1 day', 'YYYY-MM-DD'),
	   CASE WHEN k > 0 OR substr(y.reference, 4)::int % 3 = 0 THEN 'signed_off' ELSE (ARRAY['planned','issued','in_progress','submitted','returned','in_assessment','assessed'])[1 + substr(y.reference, 4)::int % 7] END,
	   now() - (k * 300 + substr(y.reference, 4)::int % 20) * interval '1 day', now(), now(), now(), CASE WHEN k > 0 OR substr(y.reference, 4)::int % 3 = 0 THEN now() - k * interval '300 days' END, '', '', '', '', '[]'
	 FROM systems y JOIN system_suppliers l ON l.system_id = y.id, (SELECT id FROM questionnaire_versions LIMIT 1) v, generate_series(0, 3) k WHERE y.reference LIKE 'PY-%'`,
	`INSERT INTO review_systems (id, version, created_at, review_id, system_id)
	 SELECT gen_random_uuid(), 1, now(), r.id, y.id FROM reviews r JOIN systems y ON y.reference = 'PY-' || split_part(r.reference, '-', 2) WHERE r.reference LIKE 'PR-%'`,
	`INSERT INTO sign_offs (id, version, created_at, review_id, host_organisation_id, signed_as, decision, conditions, interval_months, assessment_digest, signed_by_id, name, job_title, organisation, voided_because)
	 SELECT gen_random_uuid(), 1, r.created_at, r.id, y.host_organisation_id, 'host', 'rely', '[]', 12, '', gen_random_uuid(), '', '', '', '' FROM reviews r JOIN review_systems c ON c.review_id = r.id JOIN systems y ON y.id = c.system_id WHERE r.reference LIKE 'PR-%' AND r.state = 'signed_off'`,
	`INSERT INTO pair_ratings (id, version, created_at, supplier_id, system_id, review_id, sign_off_id, rating, decision, effective_on, current_until)
	 SELECT gen_random_uuid(), 1, r.created_at, r.supplier_id, c.system_id, r.id, s.id, (ARRAY['substantial','reasonable','reasonable','limited','unsatisfactory'])[1 + abs(hashtext(r.reference)) % 5], 'rely', to_char(r.created_at, 'YYYY-MM-DD'), to_char(r.created_at + interval '1 year', 'YYYY-MM-DD')
	 FROM reviews r JOIN review_systems c ON c.review_id = r.id JOIN sign_offs s ON s.review_id = r.id WHERE r.reference LIKE 'PR-%'`,
	`INSERT INTO answers (id, version, created_at, review_id, section, question_key, system_id, value, comment, origin, answered_by_id, answered_by, answered_at)
	 SELECT gen_random_uuid(), 1, now(), r.id, 'governance', 'bench.' || k, '00000000-0000-0000-0000-000000000000', '"yes"', '', 'typed', r.id, '', now() FROM reviews r, generate_series(1, 40) k WHERE r.reference LIKE 'PR-%'`,
	`INSERT INTO findings (id, version, created_at, reference, review_id, system_id, severity, title_en, title_cy, detail_en, detail_cy, source_language, slots, requirements, drafted, supplier_comment, commented_by, comment_outcome, comment_reply_en, comment_reply_cy)
	 SELECT gen_random_uuid(), 1, r.created_at, 'PF-' || row_number() OVER (), r.id, '00000000-0000-0000-0000-000000000000', (ARRAY['critical','high','medium','low'])[1 + abs(hashtext(r.reference)) % 4], 'Bench finding', '', '', '', 'en', '[]', '[]', false, '', '', '', '', '' FROM reviews r WHERE r.reference LIKE 'PR-%' AND r.state = 'signed_off' AND abs(hashtext(r.reference)) % 3 = 0`,
	`INSERT INTO actions (id, version, created_at, reference, review_id, finding_id, side, text_en, text_cy, source_language, owner_name, due_on, state, completion, completed_by, verified_by)
	 SELECT gen_random_uuid(), 1, f.created_at, 'PA-' || substr(f.reference, 4), f.review_id, f.id, 'supplier', 'Bench action', '', 'en', '', to_char(f.created_at + interval '90 days', 'YYYY-MM-DD'), CASE WHEN substr(f.reference, 4)::int % 9 = 0 THEN 'open' ELSE 'verified' END, '', '', '' FROM findings f WHERE f.reference LIKE 'PF-%' AND substr(f.reference, 4)::int % 10 <> 0`,
	"ANALYZE",
}

// generated furnishes a house with that portfolio.
func generated(b *testing.B, database string) *house { return generatedOf(b, database, 5000) }

// generatedOf is generated with as many systems.
func generatedOf(b *testing.B, database string, systems int) *house {
	b.Helper()
	h := start(b, database, 1)
	h.person("official", access.Official, identity.Place{})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	db := rawSQL(b, database, storetest.Owner)
	for _, statement := range portfolioRows {
		statement = strings.ReplaceAll(statement, "generate_series(1, 5000)", fmt.Sprintf("generate_series(1, %d)", systems))
		if _, err := db.Exec(statement); err != nil { //nolint:noctx // setting up
			b.Fatalf("%v: %s", err, statement)
		}
	}
	if err := h.first.services.Reviews.RefoldAll(b.Context()); err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := h.first.services.Reviews.RestandAll(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("the standings of %d pairs were worked out in %v", systems, time.Since(begun).Round(time.Millisecond))
	if _, err := db.Exec("ANALYZE"); err != nil { //nolint:noctx // setting up
		b.Fatal(err)
	}
	return h
}

// browsing signs in and gives how a page is asked for.
func (h *house) browsing(b *testing.B, email string) func(path string) error {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: writers}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(path string) (string, int, error) {
		answer, err := c.Get(h.nodes[0] + path) //nolint:noctx // ends by itself
		if err != nil {
			return "", 0, err
		}
		defer func() { _ = answer.Body.Close() }()
		var page bytes.Buffer
		_, err = page.ReadFrom(answer.Body)
		return page.String(), answer.StatusCode, err
	}
	h.first.services.Identity.Demonstrating(email) // the second factor is not what is measured
	page, _, err := ask("/sign-in")
	if err != nil {
		b.Fatal(err)
	}
	answer, err := c.PostForm(h.nodes[0]+"/sign-in", url.Values{"_csrf": {tokenField.FindStringSubmatch(page)[1]}, "email": {email}, "password": {passphrase}}) //nolint:noctx // ends by itself
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		b.Fatalf("sign in: %v, %v", answer, err)
	}
	_ = answer.Body.Close()
	return func(path string) error {
		page, status, err := ask(path)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%s: %d %.300s", path, status, page)
		}
		return err
	}
}

var (
	logged     = regexp.MustCompile(`(?s)\[(\d+)\] (LOG:  (?:statement|execute [^:]*): |DETAIL:  [Pp]arameters: )(.*)`)
	logBegin   = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d `)
	parameter  = regexp.MustCompile(`\$(\d+) = ('(?:[^']|'')*'|NULL)`)
	background = regexp.MustCompile(`river_|audit_|installation|pg_|api_tokens|sessions|memberships|users|deallocate|^;?$|-- ping`)
)

// sqlOf gives the statements that one request runs, as the database logged
// them, its parameters in their places: what the request asks of the portfolio,
// not who asks.
func sqlOf(b *testing.B, database string, ask func() error) string {
	b.Helper()
	db := rawSQL(b, database, storetest.Superuser)
	logAll := func(what string) {
		for _, statement := range []string{"ALTER SYSTEM SET log_statement = '" + what + "'", "SELECT pg_reload_conf()"} {
			if _, err := db.Exec(statement); err != nil { //nolint:noctx // setting up
				b.Fatal(err)
			}
		}
		time.Sleep(300 * time.Millisecond)
	}
	path := os.Getenv("SICRWYDD_TEST_DATABASE_LOG")
	before, err := os.ReadFile(path)
	if err != nil {
		b.Skipf("no log of the database: %v", err)
	}
	logAll("all")
	err = ask()
	logAll("none")
	if err != nil {
		b.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	var script strings.Builder
	var last string
	flush := func() {
		if strings.HasPrefix(last, "SELECT") && !background.MatchString(last) {
			script.WriteString(strings.Join(strings.Fields(last), " ") + ";\n")
		}
		last = ""
	}
	text := string(whole[len(before):])
	starts := logBegin.FindAllStringIndex(text, -1)
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		m := logged.FindStringSubmatch(strings.TrimSpace(text[at[0]:end]))
		switch {
		case m == nil:
		case strings.HasPrefix(m[2], "LOG"):
			flush()
			last = m[3]
		default:
			given := parameter.FindAllStringSubmatch(m[3], -1)
			for n := len(given) - 1; n >= 0; n-- { // $12 before $1
				last = strings.ReplaceAll(last, "$"+given[n][1], given[n][2])
			}
		}
	}
	flush()
	return script.String()
}

// BenchmarkPortfolio measures the pages of an official over the generated
// portfolio, each beside pgbench running the SQL that it runs.
func BenchmarkPortfolio(b *testing.B) {
	database := storetest.PostgresURL(b)
	h := generated(b, database)
	ask := h.browsing(b, "desk@example.org")
	for name, path := range map[string]string{
		"desk": "/", "suppliers": "/suppliers?rating=limited&sort=-tier", "systems": "/systems?tier=1&sort=-rating",
		"search": "/search?q=llyr", "pile": "/work/review_due", "calendar": "/calendar",
		"dashboard": "/dashboard", "concentration": "/concentration",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page := func(int) error { return ask(path) }
				// The first request: a dashboard is kept for those that follow.
				script := sqlOf(b, database, func() error { return ask(path) })
				rate, _, err := load(listClients, page)
				if err != nil {
					b.Fatal(err)
				}
				_, many, err := load(32, page)
				if err != nil {
					b.Fatal(err)
				}
				bare := pgbenchOf(b, database, script)
				b.ReportMetric(rate, "requests/s")
				b.ReportMetric(bare, "sql/s")
				b.ReportMetric(100*rate/bare, "%of-sql")
				b.ReportMetric(float64(p99(many).Microseconds())/1000, "p99-ms-of-32")
				b.ReportMetric(float64(strings.Count(script, "\n")), "statements")
			}
		})
	}
}
