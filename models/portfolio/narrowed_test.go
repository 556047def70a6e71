package portfolio_test

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
)

func officialOf(organisation uuid.UUID) access.Actor {
	return access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}, OrganisationID: organisation, OrganisationIDs: []uuid.UUID{organisation}}
}

// Who uses a system sees its risk; to agree to it, and to draft a report on it,
// is offered to its host alone.
func TestWhoUsesASystemIsOfferedNothingOfItsHosts(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, user := w.organisation("Host"), w.organisation("User")
		system := w.system(inventory.SystemInput{HostOrganisationID: host, UsedBy: []uuid.UUID{user}}, w.supplier(program, "Cwmni"))
		for organisation, offered := range map[uuid.UUID]bool{host: true, user: false} {
			by := officialOf(organisation)
			if v := must[*portfolio.RiskView](t)(w.Risk(t.Context(), by, system)); v.MayAgree != offered {
				t.Errorf("offered to agree: %t", v.MayAgree)
			}
			if may := must[bool](t)(w.MayReportOn(t.Context(), by, system)); may != offered {
				t.Errorf("offered to report: %t", may)
			}
		}
		other := w.supplier(program, "Arall")
		theirs := w.system(inventory.SystemInput{HostOrganisationID: host, UsedBy: []uuid.UUID{user}}, other)
		for name, in := range map[string]inventory.ContractInput{
			"with the supplier of a system that is used":              {SupplierID: other, Title: "Contract"},
			"over a system that is used, with a supplier of ones own": {SupplierID: w.suppliedTo(user), Title: "Contract", SystemIDs: []uuid.UUID{theirs}},
		} {
			if _, err := w.inventory.AddContract(t.Context(), officialOf(user), in); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("a contract %s: %v", name, err)
			}
		}
	})
}

// suppliedTo gives a supplier of a system that the organisation hosts.
func (w *wales) suppliedTo(host uuid.UUID) uuid.UUID {
	supplier := w.supplier(program, "Cyflenwr")
	w.system(inventory.SystemInput{HostOrganisationID: host}, supplier)
	return supplier
}

// A token is told of what it is for, and of nothing else that its person reads.
func TestATokenIsToldOfWhatItIsFor(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host := w.organisation("Host")
		narrowed := func(to ...access.Permission) access.Actor {
			by := official
			by.TokenScopes = to
			return by
		}
		for by, want := range map[*access.Actor]bool{new(narrowed(access.DirectoryRead)): true, new(narrowed(access.InventoryRead)): false} {
			h, err := w.History(t.Context(), *by, portfolio.OfOrganisation, host, "")
			if told := err == nil && len(h.Items) > 0; told != want {
				t.Errorf("%v is told of an organisation: %t, %v", by.TokenScopes, told, err)
			}
		}
		programme := must[*review.ProgrammeDetail](t)(w.reviews.CreateProgramme(t.Context(), program, review.ProgrammeInput{Title: lang.Text{En: "Programme"}, StartsOn: "2026-03-01", EndsOn: "2026-12-31"}))
		for by, want := range map[*access.Actor]bool{&official: true, new(narrowed(access.ReviewRead, access.DirectoryRead)): false} {
			p := must[*review.ProgrammeProgress](t)(w.reviews.ProgrammeProgress(t.Context(), *by, programme.ID))
			if told := len(p.Missing) > 0; told != want {
				t.Errorf("%v is told who has not returned its inventory: %t", by.TokenScopes, told)
			}
		}
	})
}
