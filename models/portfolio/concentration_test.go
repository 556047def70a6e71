package portfolio_test

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
)

func TestASupplierBehindManyVitalSystemsStandsFirst(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, using, far := w.organisation("Host"), w.organisation("Using"), w.organisation("Far")
		many, one := w.supplier(program, "Many"), w.supplier(program, "One")
		vital, important, minor := 1, 2, 4
		none := []inventory.DataCategory{}
		first := w.system(inventory.SystemInput{HostOrganisationID: host, Criticality: &vital, DataCategories: none, UsedBy: []uuid.UUID{using, host}}, many, one)
		w.system(inventory.SystemInput{HostOrganisationID: far, Criticality: &important, DataCategories: none}, many)
		w.system(inventory.SystemInput{HostOrganisationID: far, Criticality: &minor, DataCategories: none}, many)
		w.system(inventory.SystemInput{HostOrganisationID: far, Criticality: &vital, Status: inventory.Retired}, many)
		w.rate(questionnaire.Unsatisfactory, host, many, first)

		c := must[*portfolio.Concentration](t)(w.Concentration(t.Context(), official))
		if c.Vital != 2 || len(c.Suppliers) != 2 {
			t.Fatalf("got %+v", c)
		}
		if b := c.Suppliers[0]; b.Supplier != "Many" || b.Vital != 2 || b.Tier1 != 1 || b.Tier2 != 1 || b.Critical != 1 || len(b.Organisations) != 3 || b.Worst != questionnaire.Unsatisfactory {
			t.Errorf("first %+v", b)
		}
		if b := c.Suppliers[1]; b.Supplier != "One" || b.Vital != 1 || len(b.Organisations) != 2 || b.Worst != questionnaire.NotAssured {
			t.Errorf("then %+v", b)
		}
		// Who uses one of the systems sees that one.
		user := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}, OrganisationID: using, OrganisationIDs: []uuid.UUID{using}}
		if c := must[*portfolio.Concentration](t)(w.Concentration(t.Context(), user)); c.Vital != 1 || c.Suppliers[0].Vital != 1 {
			t.Errorf("a user's official sees %+v", c)
		}
		lead := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.SupplierLead}, SupplierID: many}
		if _, err := w.Concentration(t.Context(), lead); err == nil {
			t.Error("a supplier sees it")
		}
	})
}
