package store

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	rateShare  = time.Second
	rateAtOnce = 200 // in one statement
)

// Rates counts what each one asks in a minute, over all nodes. A node counts by
// itself and shares what it counted each second: no request waits for that, and
// a limit is passed at most by what the other nodes let in within the second.
type Rates struct {
	db     *DB
	mu     sync.Mutex
	minute int64 // since 1970
	asked  map[string]tally
}

// tally is what one asked in this minute: at all nodes, as far as this one
// knows, and of that what it has not shared yet.
type tally struct{ all, unshared int }

// NewRates begins to count over a database.
func NewRates(db *DB) *Rates { return &Rates{db: db, asked: map[string]tally{}} }

// Take counts a request by who it is that asks, at a cost. Where it would be
// more than the most in this minute it is not counted, and Take gives how long
// to wait; otherwise 0.
func (r *Rates) Take(who string, cost, most int) time.Duration {
	now := r.db.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	t := r.asked[who]
	if t.all+cost > most {
		return now.Truncate(time.Minute).Add(time.Minute).Sub(now)
	}
	r.asked[who] = tally{t.all + cost, t.unshared + cost}
	return 0
}

// turn forgets what was counted when a new minute begins.
func (r *Rates) turn(now time.Time) {
	if minute := now.Unix() / 60; minute != r.minute {
		r.minute, r.asked = minute, map[string]tally{}
	}
}

// Run shares what is counted with the other nodes until the context ends.
func (r *Rates) Run(ctx context.Context) {
	tick := time.NewTicker(rateShare)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := r.Share(ctx); err != nil && ctx.Err() == nil {
			slog.Error("sharing the rates with the other nodes failed", "error", err)
		}
	}
}

// Share adds what this node counted to what all counted, and learns the sums.
func (r *Rates) Share(ctx context.Context) error {
	minute, counted := r.unshared()
	if len(counted) == 0 {
		return nil
	}
	// In one order on all nodes, so that none waits for another in a circle.
	for some := range slices.Chunk(slices.Sorted(maps.Keys(counted)), rateAtOnce) {
		sums := insert{"rates", "who, minute, asked", nil}
		for _, who := range some {
			sums.rows = append(sums.rows, []any{who, minute, counted[who]})
		}
		if err := r.add(ctx, minute, sums); err != nil {
			return err
		}
	}
	_, err := r.db.write.ExecContext(ctx, r.db.rebind("DELETE FROM rates WHERE minute < ?"), minute)
	return err
}

func (r *Rates) unshared() (minute int64, counted map[string]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(r.db.Now())
	counted = map[string]int{}
	for who, t := range r.asked {
		if t.unshared > 0 {
			counted[who] = t.unshared
			r.asked[who] = tally{all: t.all}
		}
	}
	return r.minute, counted
}

func (r *Rates) add(ctx context.Context, minute int64, sums insert) error {
	var args []any
	rows, err := r.db.write.QueryContext(ctx, r.db.rebind(sums.statement(&args)+
		" ON CONFLICT (who, minute) DO UPDATE SET asked = rates.asked + excluded.asked RETURNING who, asked"), args...)
	if err != nil {
		return fmt.Errorf("rates: %w", err)
	}
	defer func() { _ = rows.Close() }()
	r.mu.Lock()
	defer r.mu.Unlock()
	for rows.Next() {
		var who string
		var all int
		if err := rows.Scan(&who, &all); err != nil {
			return err
		}
		if t, known := r.asked[who]; known && r.minute == minute {
			r.asked[who] = tally{all + t.unshared, t.unshared}
		}
	}
	return rows.Err()
}
