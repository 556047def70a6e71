package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sicrwydd/models/store/storetest"
)

// The pack of the board of an organisation with 400 systems, worked out and
// drawn as PDF, beside Chromium printing its page, which is made already.
func BenchmarkPack(b *testing.B) {
	database := storetest.PostgresURL(b)
	h := generatedOf(b, database, 400)
	host := h.organisation("7A4")
	if _, err := rawSQL(b, database, storetest.Owner).Exec("UPDATE systems SET host_organisation_id = $1 WHERE reference LIKE 'PY-%'", host); err != nil { //nolint:noctx // setting up
		b.Fatal(err)
	}
	at := "/reports/board"
	of := "?lang=en&organisation=" + host.String()
	page := filepath.Join(b.TempDir(), "pack.html")
	if err := os.WriteFile(page, h.must(200, "official", "GET", at+".html"+of, nil).raw, 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		size := 0
		own := median(20, func() { size = len(h.must(200, "official", "GET", at+".pdf"+of, nil).raw) })
		printed := median(3, func() { printedBy(b, page) })
		b.ReportMetric(float64(own.Microseconds())/1000, "pdf-ms")
		b.ReportMetric(float64(size)/1e6, "pdf-MB")
		b.ReportMetric(float64(printed.Milliseconds()), "chromium-ms")
		b.ReportMetric(float64(printed)/float64(own), "times-faster")
	}
}

// printedBy lets Chromium print a page as PDF.
func printedBy(b *testing.B, page string) {
	b.Helper()
	out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--print-to-pdf="+page+".pdf", "file://"+page).CombinedOutput() //nolint:noctx // ends by itself
	if err != nil {
		b.Fatalf("chromium: %v: %s", err, out)
	}
}
