package seed_test

import (
	"strings"
	"testing"

	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
)

// checkMarked holds that what is invented says so, in both languages: all but
// the supplier and the system of the 2017 record.
func checkMarked(t *testing.T, db *store.DB) {
	t.Helper()
	whole := store.Paging{Limit: 200}
	suppliers, err := inventory.New(db).Suppliers(t.Context(), program, inventory.SupplierFilter{}, whole)
	if err != nil {
		t.Fatal(err)
	}
	var unmarked []string
	for _, s := range suppliers.Items {
		if !strings.Contains(s.Name, "(fictitious)") {
			unmarked = append(unmarked, s.Name)
		}
	}
	systems, err := inventory.New(db).Systems(t.Context(), program, inventory.SystemFilter{}, whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range systems.Items {
		if !strings.Contains(s.Name.En, "(fictitious)") || !strings.Contains(s.Name.Cy, "(ffug)") {
			unmarked = append(unmarked, s.Name.En)
		}
	}
	if len(unmarked) != 2 {
		t.Errorf("not marked as fictitious: %q, want the two of 2017", unmarked)
	}
	users, err := identity.New(db, nil).FindUsers(t.Context(), program, identity.UserFilter{}, whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users.Items {
		if !strings.HasSuffix(u.Email, ".example") || !strings.HasSuffix(u.Name, " Demo") { // RFC 2606: no such domain
			t.Errorf("%s <%s> may be somebody", u.Name, u.Email)
		}
	}
}
