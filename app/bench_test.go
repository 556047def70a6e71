package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

// Every figure stands beside a yardstick that was measured in the same run, on
// the same database.

const (
	listClients = 8
	writers     = 200
	during      = 8 * time.Second
)

// load runs one request after the other from so many clients for a while.
func load(clients int, one func(client int) error) (perSecond float64, times []time.Duration, err error) {
	var mu sync.Mutex
	var work sync.WaitGroup
	end := time.Now().Add(during)
	begun := time.Now()
	for client := range clients {
		work.Go(func() {
			var own []time.Duration
			for time.Now().Before(end) {
				at := time.Now()
				if failed := one(client); failed != nil {
					mu.Lock()
					err = failed
					mu.Unlock()
					return
				}
				own = append(own, time.Since(at))
			}
			mu.Lock()
			times = append(times, own...)
			mu.Unlock()
		})
	}
	work.Wait()
	slices.Sort(times)
	return float64(len(times)) / time.Since(begun).Seconds(), times, err
}

func p99(sorted []time.Duration) time.Duration { return sorted[len(sorted)*99/100] }

func (h *house) client(token string) func(method, path, body string) error {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}}
	return func(method, path, body string) error {
		r, err := http.NewRequestWithContext(context.Background(), method, h.nodes[0]+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		answer, err := c.Do(r)
		if err != nil {
			return err
		}
		defer func() { _ = answer.Body.Close() }()
		var b bytes.Buffer
		_, err = b.ReadFrom(answer.Body)
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, b.String())
		}
		return err
	}
}

// The list of suppliers, 50 of 5,000 with their counts, tier, rating and next
// review, as a share of one SQL statement that gives the same.
func BenchmarkSupplierList(b *testing.B) {
	database := storetest.PostgresURL(b)
	h := start(b, database, 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	for i := range 20 {
		h.supplierWithReview(fmt.Sprint("Reviewed ", i), host, fmt.Sprint("lead", i))
	}
	db := rawSQL(b, database, storetest.Owner)
	for _, statement := range []string{
		`INSERT INTO suppliers SELECT gen_random_uuid(), 1, now(), 'B-' || n, 'Bench supplier ' || n, '', '', '[]', 'GB', '', 'active', '[]', NULL, NULL, '', '' FROM generate_series(1, 4980) n`,
		`INSERT INTO systems SELECT gen_random_uuid(), 1, now(), 'BS-' || row_number() OVER (), 'Bench system', '', '', '', '[]', s.host_organisation_id, '', 2, '["staff"]', 100, '', NULL, '', '', '', '', '', '', 'live', 2, 3, 3, false, '1', NULL, '', NULL FROM generate_series(1, 4980), (SELECT host_organisation_id FROM systems LIMIT 1) s`,
		`INSERT INTO system_suppliers SELECT gen_random_uuid(), 1, now(), y.id, u.id, 'hosts' FROM (SELECT id, substr(reference, 4)::int n FROM systems WHERE reference LIKE 'BS-%') y JOIN (SELECT id, substr(reference, 3)::int n FROM suppliers WHERE reference LIKE 'B-%') u USING (n)`,
		"ANALYZE",
	} {
		if _, err := db.Exec(statement); err != nil { //nolint:noctx // setting up
			b.Fatalf("%v: %s", err, statement)
		}
	}
	ask := h.client(h.tokens["official"])
	for b.Loop() {
		rate, times, err := load(listClients, func(int) error { return ask("GET", "/suppliers?limit=50", "") })
		if err != nil {
			b.Fatal(err)
		}
		bare := pgbenchOf(b, database, strings.ReplaceAll(sameList, "\n", " ")+"\n")
		b.ReportMetric(rate, "requests/s")
		b.ReportMetric(float64(p99(times).Microseconds())/1000, "p99-ms")
		b.ReportMetric(bare, "sql/s")
		b.ReportMetric(100*rate/bare, "%of-sql")
	}
}

const sameList = `SELECT s.*, (SELECT count(*) FROM suppliers) AS total,
 (SELECT count(DISTINCT ss.system_id) FROM system_suppliers ss JOIN systems y ON y.id = ss.system_id WHERE ss.supplier_id = s.id AND y.status = 'live') AS systems_count,
 (SELECT min(y.tier) FROM system_suppliers ss JOIN systems y ON y.id = ss.system_id WHERE ss.supplier_id = s.id) AS tier,
 (SELECT min(r.due_on) FROM reviews r WHERE r.supplier_id = s.id AND r.state NOT IN ('signed_off', 'closed', 'cancelled')) AS next_review_on,
 (SELECT json_agg(p.*) FROM pair_ratings p WHERE p.supplier_id = s.id) AS ratings
FROM suppliers s ORDER BY s.name, s.id LIMIT 50;`

// pgbenchOf runs the statements from as many clients and gives how often all of
// them a second.
func pgbenchOf(b *testing.B, database, statements string) float64 {
	b.Helper()
	script := filepath.Join(b.TempDir(), "list.sql")
	if err := os.WriteFile(script, []byte(statements), 0o600); err != nil {
		b.Fatal(err)
	}
	u, err := url.Parse(database)
	if err != nil {
		b.Fatal(err)
	}
	b.Setenv("PGOPTIONS", "-c jit=off")                                                                            // as the product asks
	out, err := exec.Command("pgbench", "-n", "-f", script, "-c", strconv.Itoa(listClients), "-j", "2", "-T", "8", //nolint:noctx // ends by itself
		"-h", u.Hostname(), "-p", u.Port(), "-U", u.User.Username(), strings.TrimPrefix(u.Path, "/")).CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v: %s", err, out)
	}
	found := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
	if found == nil {
		b.Fatalf("pgbench said: %s", out)
	}
	rate, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return rate
}

func rawSQL(b *testing.B, database, role string) *sql.DB {
	b.Helper()
	db, err := sql.Open("pgx", storetest.As(b, database, role))
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(20) // as many as the product has
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// Saving one answer by 200 suppliers at once, as a ratio to a bare UPDATE with
// its commit by as many, over as many connections.
func BenchmarkAutosave(b *testing.B) {
	database := storetest.PostgresURL(b)
	h := start(b, database, 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	paths, asks := make([]string, writers), make([]func(string, string, string) error, writers)
	for i := range writers {
		lead := fmt.Sprint("lead", i)
		_, _, review := h.supplierWithReview(fmt.Sprint("Writer ", i), host, lead)
		paths[i], asks[i] = "/reviews/"+review+"/answers/incidents.notice-hours", h.client(h.tokens[lead])
		if err := asks[i]("PUT", paths[i], `{"value": null, "comment": "first"}`); err != nil {
			b.Fatal(err)
		}
	}
	db := rawSQL(b, database, storetest.Owner)
	var ids []uuid.UUID
	rows, err := db.Query("SELECT id FROM answers") //nolint:noctx // setting up
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			b.Fatal(err)
		}
		ids = append(ids, id)
	}
	if rows.Err() != nil || len(ids) != writers {
		b.Fatalf("%d answers, %v", len(ids), rows.Err())
	}
	for b.Loop() {
		rate, times, err := load(writers, func(i int) error {
			return asks[i]("PUT", paths[i], `{"value": null, "comment": "`+uuid.NewString()+`"}`)
		})
		if err != nil {
			b.Fatal(err)
		}
		bareRate, bare, err := load(writers, func(i int) error {
			_, err := db.Exec("UPDATE answers SET comment = $1 WHERE id = $2", uuid.NewString(), ids[i]) //nolint:noctx // ends by itself
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(rate, "saves/s")
		b.ReportMetric(float64(p99(times).Microseconds())/1000, "p99-ms")
		b.ReportMetric(bareRate, "updates/s")
		b.ReportMetric(float64(p99(bare).Microseconds())/1000, "update-p99-ms")
		b.ReportMetric(float64(p99(times))/float64(p99(bare)), "times-update")
	}
}

// The report of a review as PDF, beside Chromium printing its page.
func BenchmarkReport(b *testing.B) {
	h := start(b, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	reviewer := h.person("reviewer", access.Reviewer, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier, system, first := h.supplierWithReview("Reported", host, "lead")
	h.must(200, "official", "POST", "/reviews/"+first+"/close", map[string]any{"because": "no_answer", "reason": "a benchmark"})
	id := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "core", "due_on": "2099-01-31", "reviewer_ids": []any{reviewer}}).id()
	at := "/reviews/" + id
	h.must(200, "official", "POST", at+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "lead", "email": "lead@example.org", "lead": true, "lead_confirmed": true}}})
	h.answerAll("lead", id)
	h.must(200, "lead", "POST", at+"/submit", map[string]any{"statement_agreed": true, "name": "L", "job_title": "J"})
	h.judgeAll("reviewer", id)
	h.must(200, "reviewer", "POST", at+"/assess", map[string]any{"accuracy_check_days": 0, "accuracy_check_reason": "agreed"})
	digest := h.must(200, "siro", "GET", at, nil).body["assessment_digest"]
	h.must(200, "siro", "POST", at+"/sign-off", map[string]any{"decision": "rely", "assessment_digest": digest})

	page := filepath.Join(b.TempDir(), "report.html")
	if err := os.WriteFile(page, h.must(200, "siro", "GET", at+"/report.html?lang=en", nil).raw, 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		size := 0
		own := median(20, func() { size = len(h.must(200, "siro", "GET", at+"/report.pdf?lang=en", nil).raw) })
		printed := median(3, func() { printedBy(b, page) })
		b.ReportMetric(float64(own.Microseconds())/1000, "pdf-ms")
		b.ReportMetric(float64(size), "pdf-bytes")
		b.ReportMetric(float64(printed.Milliseconds()), "chromium-ms")
		b.ReportMetric(float64(printed)/float64(own), "times-faster")
	}
}

func median(n int, do func()) time.Duration {
	times := make([]time.Duration, n)
	for i := range times {
		begun := time.Now()
		do()
		times[i] = time.Since(begun)
	}
	slices.Sort(times)
	return times[n/2]
}
