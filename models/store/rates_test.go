package store_test

import (
	"testing"
	"time"

	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func TestRatesAreSharedBetweenNodes(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 20, 0, time.UTC)
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, db *store.DB) {
		now = time.Date(2026, 11, 26, 9, 0, 20, 0, time.UTC)
		first, second := store.NewRates(db), store.NewRates(db)
		take := func(node *store.Rates, who string, cost int, wait time.Duration) {
			t.Helper()
			if got := node.Take(who, cost, 40); got != wait {
				t.Errorf("%s waits %v, want %v", who, got, wait)
			}
		}
		share := func(node *store.Rates) {
			t.Helper()
			if err := node.Share(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			take(first, "busy", 10, 0)
			share(first)
		}
		take(second, "busy", 1, 0)
		share(second)
		take(second, "busy", 10, 40*time.Second) // 31 are asked; refused is not counted
		take(second, "busy", 9, 0)
		take(second, "busy", 1, 40*time.Second)
		take(second, "other", 40, 0)
		share(second)
		take(first, "busy", 1, 0)
		share(first)
		take(first, "busy", 1, 40*time.Second)

		now = now.Add(40 * time.Second)
		take(first, "busy", 40, 0)
		share(first)
		take(second, "busy", 40, 0) // before it knows of the first
		share(second)
		take(second, "busy", 1, time.Minute)
	})
}
