package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

var program = access.Program("test")

func addOrganisation(t *testing.T, db *store.DB, name string) *directory.Organisation {
	t.Helper()
	o, err := directory.New(db).AddOrganisation(t.Context(), program, directory.Input{Name: lang.Text{En: name}, Kind: directory.Trust})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func rename(o *directory.Organisation, db *store.DB, version int, name string) error {
	_, err := directory.New(db).ChangeOrganisation(context.Background(), program, o.ID, version, func(in *directory.Input) error {
		in.Name.En = name
		return nil
	})
	return err
}

// The file of the database, and what SQLite lays beside it, are the program's own.
func TestTheFileIsReadByNobodyElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.sqlite")
	db, err := store.Open(t.Context(), store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v; want the file, its log and its index", files, err)
	}
	for _, one := range files {
		if info, err := os.Stat(one); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has %v, %v", one, info.Mode(), err)
		}
	}
}

func TestAChangeThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		boom := errors.New("boom")
		_, err := store.Change(t.Context(), db, program, func(tx *store.Tx) (bool, error) {
			if _, err := directory.AddOrganisationIn(tx, directory.Input{Name: lang.Text{En: "Gone"}, Kind: directory.Trust}); err != nil {
				return false, err
			}
			return true, boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want boom", err)
		}
		list, err := directory.New(db).Organisations(t.Context(), program, directory.Filter{}, store.Paging{})
		if err != nil || list.Total != 0 {
			t.Errorf("got %d organisations, %v; want none", list.Total, err)
		}
		state, err := db.VerifyChain(t.Context())
		if err != nil || state.Pending != 0 {
			t.Errorf("got %d pending events, %v; want none", state.Pending, err)
		}
	})
}

// The edge refuses a NUL; what comes past it is no fault of ours either.
func TestWhatPostgreSQLCannotKeepIsMalformed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := store.Change(t.Context(), db, program, func(tx *store.Tx) (*directory.Organisation, error) {
			return directory.AddOrganisationIn(tx, directory.Input{Name: lang.Text{En: "a\x00b", Cy: "a"}, Kind: directory.Trust})
		})
		if db.Postgres() != fault.Is(err, fault.KindMalformed) || !db.Postgres() && err != nil {
			t.Errorf("got %v", err)
		}
	})
}

func TestAPanicInAChangeLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic did not come through")
				}
			}()
			_, _ = store.Change(t.Context(), db, program, func(tx *store.Tx) (bool, error) {
				_, _ = directory.AddOrganisationIn(tx, directory.Input{Name: lang.Text{En: "Gone"}, Kind: directory.Trust})
				panic("boom")
			})
		}()
		addOrganisation(t, db, "After") // which the database lets in
		list, err := directory.New(db).Organisations(t.Context(), program, directory.Filter{}, store.Paging{})
		if err != nil || list.Total != 1 {
			t.Errorf("got %d organisations, %v; want the one after the panic", list.Total, err)
		}
	})
}

func TestAChangeInsideAChangeIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := store.Change(t.Context(), db, program, func(tx *store.Tx) (bool, error) {
			return store.Change(tx, db, program, func(*store.Tx) (bool, error) { return true, nil })
		})
		if err == nil || !strings.Contains(err.Error(), "inside a Change") {
			t.Errorf("got %v, want a refusal", err)
		}
	})
}

func TestAStaleEditIsRefusedWithTheVersionThatStands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := addOrganisation(t, db, "First")
		if err := rename(o, db, 1, "Second"); err != nil {
			t.Fatal(err)
		}
		err := rename(o, db, 1, "Third")
		if !fault.Is(err, fault.KindStale) {
			t.Fatalf("got %v, want stale", err)
		}
		if current, ok := fault.As(err).Current.(*directory.Organisation); !ok || current.Name.En != "Second" {
			t.Errorf("the fault carries %v, want the version that stands", fault.As(err).Current)
		}
	})
}

func TestConcurrentEditsOfOneVersionHaveOneWinner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := addOrganisation(t, db, "First")
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { errs[i] = rename(o, db, 1, fmt.Sprintf("Name %d", i)) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !fault.Is(err, fault.KindStale):
				t.Errorf("got %v, want stale", err)
			}
		}
		if won != 1 {
			t.Errorf("%d edits won, want 1", won)
		}
	})
}

func TestReferencesAreNeverGivenTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wg sync.WaitGroup
		var seen sync.Map
		for i := range 20 {
			wg.Go(func() {
				o, err := directory.New(db).AddOrganisation(context.Background(), program, directory.Input{Name: lang.Text{En: fmt.Sprint(i)}, Kind: directory.Trust})
				if err != nil {
					t.Error(err)
					return
				}
				if _, twice := seen.LoadOrStore(o.Reference, true); twice {
					t.Errorf("%s was given twice", o.Reference)
				}
			})
		}
		wg.Wait()
	})
}

func TestAnOrDoesNotOpenTheScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		addOrganisation(t, db, "First")
		nobody := access.Actor{UserID: uuid.New()}
		n, err := store.Read(t.Context(), db, nobody, func(tx *store.Tx) (int64, error) {
			var n int64
			err := store.Query[directory.Organisation](tx).Where("1 = 0").Or("1 = 1").Count(&n).Error
			return n, err
		})
		if err != nil || n != 0 {
			t.Errorf("got %d rows, %v; want none", n, err)
		}
	})
}

func sealAll(t testing.TB, db *store.DB) {
	t.Helper()
	for {
		n, err := db.SealPending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func TestTheChainTellsOfEveryChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := addOrganisation(t, db, "First")
		if err := rename(o, db, 1, "Second"); err != nil {
			t.Fatal(err)
		}
		if state, err := db.VerifyChain(t.Context()); err != nil || state.Pending != 2 || state.Links != 0 {
			t.Fatalf("before sealing: %+v, %v", state, err)
		}
		sealAll(t, db)
		if state, err := db.VerifyChain(t.Context()); err != nil || state.Pending != 0 || state.Links != 2 {
			t.Fatalf("after sealing: %+v, %v", state, err)
		}
	})
}

func TestAnyEditOfTheChainIsFound(t *testing.T) {
	edits := map[string]string{
		"an event changed":       "UPDATE audit_events SET action = 'x' WHERE subject_version = 2",
		"a payload changed":      "UPDATE audit_payloads SET payload = '{}' WHERE event_id = (SELECT event_id FROM audit_seals WHERE position = 2)",
		"an event deleted":       "DELETE FROM audit_events WHERE subject_version = 2",
		"a seal deleted":         "DELETE FROM audit_seals WHERE position = 2",
		"the tail deleted":       "DELETE FROM audit_seals WHERE position = 3",
		"seals swapped":          "UPDATE audit_seals SET hash = previous, previous = hash WHERE position = 2",
		"a row changed silently": "UPDATE organisations SET version = version + 1",
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "chain.db")
			db, err := store.Open(t.Context(), store.Config{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			o := addOrganisation(t, db, "First")
			for version, next := range []string{"Second", "Third"} {
				if err := rename(o, db, version+1, next); err != nil {
					t.Fatal(err)
				}
			}
			sealAll(t, db)
			raw, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = raw.Close() }()
			if _, err := raw.ExecContext(t.Context(), edit); err != nil {
				t.Fatal(err)
			}
			var broken *audit.Broken
			if _, err := db.VerifyChain(t.Context()); !errors.As(err, &broken) {
				t.Errorf("got %v, want a broken chain", err)
			}
		})
	}
}

func TestPagesNeitherRepeatNorHide(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for i := range 7 {
			addOrganisation(t, db, fmt.Sprintf("Same %d", i/3))
		}
		seen := map[uuid.UUID]bool{}
		p := store.Paging{Limit: 2}
		for {
			list, err := directory.New(db).Organisations(t.Context(), program, directory.Filter{}, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range list.Items {
				if seen[o.ID] {
					t.Errorf("%s came twice", o.Reference)
				}
				seen[o.ID] = true
			}
			if list.Next == "" {
				break
			}
			p.After = list.Next
		}
		if len(seen) != 7 {
			t.Errorf("saw %d of 7", len(seen))
		}
	})
}
