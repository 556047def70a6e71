package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func TestWhatIsKeptIsOfOnePersonUntilTheyChangeSomething(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, db *store.DB) {
		kept, made := store.NewKept[int](db), 0
		get := func(by access.Actor, want int) {
			t.Helper()
			got, err := kept.Get(by, func() (int, error) { made++; return made, nil })
			if err != nil || got != want {
				t.Errorf("got %d, %v, want %d", got, err, want)
			}
		}
		one := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}}
		elsewhere, reader := one, one
		elsewhere.Origin = "192.0.2.1"
		reader.Roles = []access.Role{access.Auditor}
		get(one, 1)
		get(elsewhere, 1)
		get(reader, 2) // another role of the same person
		get(access.Actor{UserID: uuid.New(), Roles: one.Roles}, 3)
		if _, err := kept.Get(access.Actor{}, func() (int, error) { return 9, errors.New("not kept") }); err == nil {
			t.Error("the error was swallowed")
		}
		get(access.Actor{}, 4)
		if _, err := directory.New(db).AddOrganisation(t.Context(), one, directory.Input{Name: lang.Text{En: "New"}, Kind: directory.Kinds[0]}); err != nil {
			t.Fatal(err)
		}
		get(one, 5)
		get(access.Actor{}, 4)
		now = now.Add(15 * time.Second)
		get(access.Actor{}, 6)
	})
}
