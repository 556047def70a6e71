package store_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/outbox"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// To whom a kind of thing is nothing at all, its scope says so before any row is
// compared: what is our side's to a supplier, what a role does not read, and
// what no person asks for.
func TestWhatIsNothingToSomebodyIsNothing(t *testing.T) {
	place := uuid.New()
	lead := access.Actor{UserID: uuid.New(), SupplierID: place, Roles: []access.Role{access.SupplierLead}}
	member := access.Actor{UserID: uuid.New(), OrganisationID: place, OrganisationIDs: []uuid.UUID{place}, Roles: []access.Role{access.BoardMember}}
	official := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}}
	for _, c := range []struct {
		by    access.Actor
		kinds []store.Scoped
	}{
		{lead, []store.Scoped{identity.FactorReset{}, inventory.Return{}, inventory.Use{}, incident.Incident{}, review.BatchItem{}, review.Batch{}, review.LivePair{},
			review.PairRating{}, review.PairStanding{}, review.Judgement{}, review.Reviewer{}, review.ProgrammeSystem{}, inventory.ImportRow{}}},
		{member, []store.Scoped{identity.FactorReset{}, inventory.Return{}, inventory.Use{}, incident.Incident{}, review.BatchItem{}, review.Batch{}, review.LivePair{},
			review.PairRating{}, review.PairStanding{}, review.Judgement{}, review.Answer{}, review.Message{}, inventory.Import{}, inventory.ImportRow{},
			questionnaire.Requirement{}, questionnaire.Version{}, outbox.Mail{}, identity.Invitation{}}},
		{official, []store.Scoped{identity.Session{}, identity.Step{}, review.Reminder{}, review.ReminderDay{}, outbox.Mail{}, identity.FactorReset{}}},
	} {
		for _, kind := range c.kinds {
			if got := kind.Scope(c.by); got.SQL != store.Nothing.SQL {
				t.Errorf("%T to %s: %s", kind, c.by.Roles[0], got.SQL)
			}
		}
	}
}

// What narrows a scope on a supplier's side is in its condition: without these
// words it sees what is not shared with it yet, what is said among us, and what
// others supply.
func TestASuppliersScopesAreNarrowed(t *testing.T) {
	lead := access.Actor{UserID: uuid.New(), SupplierID: uuid.New(), Roles: []access.Role{access.SupplierLead}}
	board := access.Actor{UserID: uuid.New(), OrganisationID: uuid.New(), Roles: []access.Role{access.BoardMember}}
	const shared, signed = "shared_at IS NOT NULL", "signed_off_at IS NOT NULL"
	for _, c := range []struct {
		got   store.Condition
		words string
	}{
		{review.Finding{}.Scope(lead), shared}, {review.Action{}.Scope(lead), signed}, {review.SignOff{}.Scope(lead), signed},
		{review.Message{}.Scope(lead), "messages.side <> ?"}, {inventory.Supply{}.Scope(lead), "system_suppliers.supplier_id = ?"},
		{inventory.ContractSystem{}.Scope(lead), "contracts WHERE supplier_id = ?"}, {identity.Membership{}.Scope(lead), "memberships.supplier_id = ?"},
		{store.Packs(board, "packs.id"), "state = 'published'"}, {review.Report{}.Scope(board), "report_readers"},
		{review.ReportReader{}.Scope(board), "report_readers"},
	} {
		if !strings.Contains(c.got.SQL, c.words) {
			t.Errorf("without %q: %s", c.words, c.got.SQL)
		}
	}
	if got := (identity.Token{}).Scope(lead); strings.Contains(got.SQL, " OR ") {
		t.Errorf("a lead's tokens reach further than its own: %s", got.SQL)
	}
}
