package store

import (
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"sicrwydd/models/access"
)

const (
	keptFor  = 15 * time.Second
	keptMost = 1000 // answers; more are made anew
)

// Kept keeps what is costly to work out for one person at a time, for a short
// while: until they change something themselves, here, or 15 seconds passed.
// What it keeps must say the moment that it is of, and not be changed.
type Kept[T any] struct {
	db      *DB
	flights singleflight.Group
	mu      sync.Mutex
	answers map[string]answer[T]
}

type answer[T any] struct {
	value T
	at    time.Time
}

// NewKept keeps answers about a database.
func NewKept[T any](db *DB) *Kept[T] { return &Kept[T]{db: db, answers: map[string]answer[T]{}} }

// Get gives the actor what was worked out for them, or works it out; those who
// ask at once for the same wait for one answer.
func (k *Kept[T]) Get(by access.Actor, work func() (T, error)) (T, error) {
	key := k.keyOf(by)
	if value, ok := k.find(key); ok {
		return value, nil
	}
	value, err, _ := k.flights.Do(key, func() (any, error) {
		value, err := work()
		if err == nil {
			k.keep(key, value)
		}
		return value, err
	})
	if err != nil {
		var none T
		return none, err
	}
	return value.(T), nil //nolint:forcetypeassert // from work
}

// keyOf names the person with all that their scope follows from, and how much
// they have changed here.
func (k *Kept[T]) keyOf(by access.Actor) string {
	by.Origin = ""
	return fmt.Sprintf("%d %+v", k.db.changesOf(by.UserID), by)
}

func (k *Kept[T]) find(key string) (T, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.answers[key]
	return known.value, ok && k.db.now().Sub(known.at) < keptFor
}

func (k *Kept[T]) keep(key string, value T) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.db.now()
	for old, known := range k.answers {
		if now.Sub(known.at) >= keptFor {
			delete(k.answers, old)
		}
	}
	if len(k.answers) < keptMost {
		k.answers[key] = answer[T]{value, now}
	}
}

// changes counts, by person, the changes that were committed here.
type changes struct {
	mu sync.Mutex
	of map[uuid.UUID]int
}

func (db *DB) changesOf(person uuid.UUID) int {
	db.changes.mu.Lock()
	defer db.changes.mu.Unlock()
	return db.changes.of[person]
}

func (db *DB) changed(by access.Actor) {
	db.changes.mu.Lock()
	defer db.changes.mu.Unlock()
	db.changes.of[by.UserID]++
}
