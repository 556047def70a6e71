package seed_test

import (
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/models/vault"
	"sicrwydd/seed"
)

var program = access.Program("test")

// counts says how much the database holds.
func counts(t *testing.T, db *store.DB) map[string]int {
	t.Helper()
	got, err := store.Read(t.Context(), db, program, func(tx *store.Tx) (map[string]int, error) {
		n := map[string]int{}
		for name, count := range map[string]func() (int, error){
			"organisations":  func() (int, error) { return store.Count[directory.Organisation](tx, "") },
			"groups":         func() (int, error) { return store.Count[directory.Group](tx, "") },
			"suppliers":      func() (int, error) { return store.Count[inventory.Supplier](tx, "") },
			"systems":        func() (int, error) { return store.Count[inventory.System](tx, "") },
			"frameworks":     func() (int, error) { return store.Count[questionnaire.Framework](tx, "") },
			"questionnaires": func() (int, error) { return store.Count[questionnaire.Version](tx, "") },
			"users":          func() (int, error) { return store.Count[identity.User](tx, "") },
			"reviews":        func() (int, error) { return store.Count[review.Review](tx, "") },
			"answers":        func() (int, error) { return store.Count[review.Answer](tx, "") },
		} {
			var err error
			if n[name], err = count(); err != nil {
				return nil, err
			}
		}
		return n, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestSeedingTwiceIsSeedingOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, err := keyring.New(keyring.Generate())
		if err != nil {
			t.Fatal(err)
		}
		kept, err := vault.Open(t.Context(), "", t.TempDir(), keys)
		if err != nil {
			t.Fatal(err)
		}
		h := seed.House{DB: db, Keys: keys, Vault: kept, PublicURL: "http://127.0.0.1"}
		load := func() map[string]int {
			if err := seed.Facts(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			accounts, err := seed.Demo(t.Context(), h)
			if err != nil {
				t.Fatal(err)
			}
			for _, account := range accounts {
				s := identity.New(db, keys)
				s.Demonstrating(account.Email)
				if arrival, err := s.SignIn(t.Context(), account.Email, account.Password, identity.From{}); err != nil || arrival.Session == "" {
					t.Errorf("%s cannot sign in: %v", account.Email, err)
				}
			}
			return counts(t, db)
		}
		first := load()
		for name, n := range load() {
			if n != first[name] || n == 0 {
				t.Errorf("%s: %d, and %d after the second time", name, first[name], n)
			}
		}
		for {
			sealed, err := db.SealPending(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if sealed == 0 {
				break
			}
		}
		if state, err := db.VerifyChain(t.Context()); err != nil || state.Pending != 0 {
			t.Errorf("the chain: %+v, %v", state, err)
		}
		checkMarked(t, db)
	})
}
