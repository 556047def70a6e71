package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"sicrwydd/models/audit"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// note adds events that change nothing, which is the quickest way to many.
func note(t *testing.T, db *store.DB, n int) {
	t.Helper()
	o := addOrganisation(t, db, "Noted")
	_, err := store.Change(t.Context(), db, program, func(tx *store.Tx) (bool, error) {
		for range n {
			if err := tx.Note(o, "test.noted", ""); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func pending(t *testing.T, s *storetest.Shared) (n int) {
	t.Helper()
	if err := s.Raw.QueryRowContext(t.Context(), "SELECT count(*) FROM audit_pending").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoSealersAtOnceMakeOneChain(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		const noted, later = 2500, 20
		nodes := []*store.DB{s.Open(), s.Open()}
		note(t, nodes[0], noted)
		var work, writing sync.WaitGroup
		var sealed atomic.Int64
		var written atomic.Bool
		writing.Go(func() { // people go on working meanwhile
			for i := range later {
				addOrganisation(t, nodes[i%2], fmt.Sprint("Later ", i))
			}
		})
		work.Go(func() {
			writing.Wait()
			written.Store(true)
		})
		for _, node := range nodes {
			work.Go(func() {
				for {
					over := written.Load() // asked first: what was written before it is pending or sealed
					if pending(t, s) == 0 {
						if over {
							return
						}
						time.Sleep(time.Millisecond) // as a sealer waits for its next turn
						continue
					}
					n, err := node.SealPending(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					sealed.Add(int64(n))
				}
			})
		}
		work.Wait()
		const all = noted + 1 + later
		state, err := nodes[1].VerifyChain(t.Context())
		if err != nil || state.Links != all || state.Pending != 0 || sealed.Load() != all {
			t.Errorf("%d sealed, %+v, %v; want %d in one chain", sealed.Load(), state, err, all)
		}
	})
}

// tamper is one edit around the guard: the statements, and the first position
// of the chain that they touch.
type tamper struct {
	statements []string
	from       int
}

// The columns that an attacker may write to, and what with.
var columns = []struct {
	table, column string
	values        []string
}{
	{"audit_events", "id", ids},
	{"audit_events", "at", []string{"'2001-02-03 04:05:06+00:00'", "'2026-03-01 00:00:00+00:00'"}},
	{"audit_events", "user_id", ids},
	{"audit_events", "membership_id", ids},
	{"audit_events", "action", texts},
	{"audit_events", "subject_kind", texts},
	{"audit_events", "subject_id", ids},
	{"audit_events", "subject_version", []string{"70", "-1"}},
	{"audit_events", "about_id", ids},
	{"audit_events", "payload_digest", texts},
	{"audit_payloads", "salt", texts},
	{"audit_payloads", "payload", append([]string{"'{}'"}, texts...)},
	{"audit_seals", "position", []string{"0", "-1", "900"}},
	{"audit_seals", "event_id", ids},
	{"audit_seals", "previous", texts},
	{"audit_seals", "hash", texts},
}

var (
	ids   = []string{"'00000000-0000-0000-0000-000000000007'", "'019a0000-0000-7000-8000-000000000000'"}
	texts = []string{"''", "'x'", "'" + strings.Repeat("0a", 32) + "'"}
)

// chain is a sealed chain with a copy to put back.
type chain struct {
	*storetest.Shared
	db     *store.DB
	events []string // their ids, in the order of the chain, quoted
}

func newChain(t *testing.T, s *storetest.Shared) *chain {
	t.Helper()
	c := &chain{Shared: s, db: s.Open()}
	for i := range 3 {
		o := addOrganisation(t, c.db, fmt.Sprint("First ", i))
		note(t, c.db, 1)
		if err := rename(o, c.db, 1, fmt.Sprint("Second ", i)); err != nil {
			t.Fatal(err)
		}
	}
	sealAll(t, c.db)
	rows, err := s.Raw.QueryContext(t.Context(), "SELECT event_id FROM audit_seals ORDER BY position")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		c.events = append(c.events, "'"+id.String()+"'")
	}
	for _, table := range chainTables {
		s.Do("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table)
	}
	return c
}

var chainTables = []string{"audit_events", "audit_payloads", "audit_seals"}

func (c *chain) restore() {
	for _, table := range chainTables {
		c.Do("DELETE FROM "+table, "INSERT INTO "+table+" SELECT * FROM kept_"+table)
	}
}

// at gives the condition that picks the row of a position in a table.
func (c *chain) at(table string, position int) string {
	switch table {
	case "audit_seals":
		return fmt.Sprint(" WHERE position = ", position)
	case "audit_events":
		return " WHERE id = " + c.events[position-1]
	}
	return " WHERE event_id = " + c.events[position-1]
}

func (c *chain) overwrite(t *rapid.T) tamper {
	at := rapid.IntRange(1, len(c.events)).Draw(t, "position")
	to := rapid.SampledFrom(columns).Draw(t, "column")
	value := rapid.SampledFrom(to.values).Draw(t, "value")
	return tamper{[]string{"UPDATE " + to.table + " SET " + to.column + " = " + value + c.at(to.table, at)}, at}
}

func (c *chain) remove(t *rapid.T) tamper {
	at := rapid.IntRange(1, len(c.events)).Draw(t, "position")
	until := at
	if rapid.Bool().Draw(t, "and all that follow") {
		until = len(c.events)
	}
	from := rapid.SampledFrom([][]string{chainTables[:1], chainTables[2:], chainTables}).Draw(t, "tables")
	removed := tamper{from: at}
	for position := at; position <= until; position++ {
		for _, table := range from {
			removed.statements = append(removed.statements, "DELETE FROM "+table+c.at(table, position))
		}
	}
	return removed
}

func (c *chain) swap(t *rapid.T) tamper {
	one := rapid.IntRange(1, len(c.events)-1).Draw(t, "one")
	other := rapid.IntRange(one+1, len(c.events)).Draw(t, "other")
	a, b, spare := c.events[one-1], c.events[other-1], ids[0]
	way := rapid.SampledFrom([]string{"audit_events.id", "audit_payloads.event_id", "audit_seals.event_id", "audit_seals.position"}).Draw(t, "way")
	table, column, _ := strings.Cut(way, ".")
	if column == "position" {
		a, b, spare = fmt.Sprint(one), fmt.Sprint(other), "-1"
	}
	move := func(from, to string) string {
		return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = %s", table, column, to, column, from)
	}
	return tamper{[]string{move(a, spare), move(b, a), move(spare, b)}, one}
}

func TestWhateverIsDoneToTheChainIsFoundWhereItBegins(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		c := newChain(t, s)
		rapid.Check(t, func(rt *rapid.T) {
			c.restore()
			way := rapid.SampledFrom([]func(*rapid.T) tamper{c.overwrite, c.overwrite, c.overwrite, c.remove, c.swap}).Draw(rt, "way")
			done := way(rt)
			s.Do(done.statements...)
			state, err := c.db.VerifyChain(t.Context())
			var broken *audit.Broken
			if !errors.As(err, &broken) || state.Links >= done.from {
				rt.Fatalf("%s: %d links hold, %v", strings.Join(done.statements, "; "), state.Links, err)
			}
		})
		c.restore()
		if state, err := c.db.VerifyChain(t.Context()); err != nil || state.Links != len(c.events) {
			t.Errorf("put back as it was: %+v, %v", state, err)
		}
	})
}

func TestEachColumnOfTheChainIsHeld(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		c := newChain(t, s)
		middle := len(c.events) / 2
		for _, to := range columns {
			c.restore()
			s.Do("UPDATE " + to.table + " SET " + to.column + " = " + to.values[0] + c.at(to.table, middle))
			if state, err := c.db.VerifyChain(t.Context()); err == nil || state.Links >= middle {
				t.Errorf("%s.%s: %d links hold, %v", to.table, to.column, state.Links, err)
			}
		}
	})
}

func TestAnErasedPayloadLeavesTheChainWhole(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		c := newChain(t, s)
		s.Do("DELETE FROM audit_payloads" + c.at("audit_payloads", 2))
		if state, err := c.db.VerifyChain(t.Context()); err != nil || state.Links != len(c.events) {
			t.Errorf("%+v, %v", state, err)
		}
	})
}

func TestAnEventPutInBesideTheChainIsFound(t *testing.T) {
	storetest.EachShared(t, func(t *testing.T, s *storetest.Shared) {
		c := newChain(t, s)
		s.Do("INSERT INTO audit_events SELECT " + ids[1] + ", at, user_id, membership_id, action, subject_kind, subject_id, NULL, about_id, payload_digest" +
			" FROM audit_events" + c.at("audit_events", 2))
		var broken *audit.Broken
		if _, err := c.db.VerifyChain(t.Context()); !errors.As(err, &broken) {
			t.Errorf("got %v, want a broken chain", err)
		}
	})
}
