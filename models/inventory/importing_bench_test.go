package inventory_test

import (
	"fmt"
	"testing"
	"time"

	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// BenchmarkImport brings in a list of 10,000 rows. Its yardstick is the minute
// that an official is promised.
func BenchmarkImport(b *testing.B) {
	for name, database := range map[string]func(testing.TB, func() time.Time) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			rows := make([][]string, 10_000)
			for i := range rows {
				rows[i] = []string{fmt.Sprint("System ", i), "7A1", fmt.Sprint("Cwmni ", i%500), "hosts", "Board 2", "03/03/2026", "4700", "health", "red"}
			}
			for range b.N {
				importOnce(b, build(b, database(b, nil)), rows)
			}
		})
	}
}

func importOnce(b *testing.B, w *town, rows [][]string) {
	begun := time.Now()
	i := w.brought(program, rows...)
	if v := w.view(i.ID); v.Added != len(rows) {
		b.Fatalf("%d of %d rows would be added: %v", v.Added, len(rows), keys(v))
	}
	tried := time.Since(begun)
	if _, err := w.ApplyImport(b.Context(), program, i.ID); err != nil {
		b.Fatal(err)
	}
	w.worked(i.ID)
	applied := time.Since(begun)
	if _, err := w.UndoImport(b.Context(), program, i.ID); err != nil {
		b.Fatal(err)
	}
	w.worked(i.ID)
	b.ReportMetric(tried.Seconds(), "s-tried")
	b.ReportMetric(applied.Seconds(), "s-applied")
	b.ReportMetric((time.Since(begun) - applied).Seconds(), "s-undone")
	b.ReportMetric(100*applied.Minutes(), "%of-minute")
}
