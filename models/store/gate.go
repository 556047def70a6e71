package store

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"
)

// patience is how long a transaction waits for its turn: a spent pool must not
// hang.
const patience = 15 * time.Second

// gate lets transactions to a pool of connections in the order in which they
// came. The pool itself picks among those who wait by chance, so that under
// load some wait many times as long as others.
type gate struct{ places *semaphore.Weighted }

func newGate(places int64) gate { return gate{semaphore.NewWeighted(places)} }

// enter waits for a place and gives what returns it. Whoever is in a
// transaction already has its place.
func (g gate) enter(ctx context.Context) (leave func(), err error) {
	if ctx.Value(txKey{}) != nil {
		return func() {}, nil
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := g.places.Acquire(waiting, 1); err != nil {
		return nil, fmt.Errorf("wait for a connection: %w", err)
	}
	return func() { g.places.Release(1) }, nil
}
