package portfolio_test

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// registered enters systems whose risks differ in everything that they follow
// from.
func (w *wales) registered(host uuid.UUID) {
	w.t.Helper()
	told := w.supplier(program, "Told")
	if _, err := store.Change(w.t.Context(), w.db, program, func(tx *store.Tx) (bool, error) {
		return true, incident.RecordIn(tx, &incident.Incident{SupplierID: told, ToldOn: calendar.On(w.now).AddMonths(-23)})
	}); err != nil {
		w.t.Fatal(err)
	}
	quiet := w.supplier(program, "Quiet")
	ratings := []questionnaire.Rating{"", questionnaire.Substantial, questionnaire.Reasonable, questionnaire.Limited, questionnaire.Unsatisfactory}
	for i, exposure := range []inventory.Exposure{"", inventory.ExposureInternet, inventory.ExposurePartner, inventory.ExposureNone} {
		for n, rating := range ratings {
			criticality, supplier := 1+(i+n)%4, quiet
			if n%2 == 0 {
				supplier = told
			}
			id := w.system(inventory.SystemInput{HostOrganisationID: host, Exposure: exposure, Criticality: &criticality}, supplier)
			if rating != "" {
				w.rate(rating, host, supplier, id)
			}
			if (i+n)%3 == 0 {
				w.critical(supplier, id, n%2 == 0)
			}
		}
	}
	w.system(inventory.SystemInput{HostOrganisationID: host}) // without a supplier
	w.system(inventory.SystemInput{HostOrganisationID: host, Status: inventory.Retired}, quiet)
}

// critical leaves a critical finding about a system, or its supplier as a whole.
func (w *wales) critical(supplier, system uuid.UUID, whole bool) {
	w.t.Helper()
	r := w.plan(0, supplier, system)
	_, err := store.Change(w.t.Context(), w.db, program, func(tx *store.Tx) (bool, error) {
		found, err := store.Find[review.Review](tx, r.ID)
		if err != nil {
			return false, err
		}
		found.State = review.SignedOff
		if err := tx.Save(found, review.Signed); err != nil {
			return false, err
		}
		f := &review.Finding{Reference: "FND-" + r.Reference, ReviewID: r.ID, Severity: review.Critical, Title: lang.Text{En: "x"},
			Slots: []questionnaire.Slot{}, Requirements: []string{}}
		if !whole {
			f.SystemID = system
		}
		return true, tx.Create(f, review.FindingAdded)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *wales) register(by access.Actor, f portfolio.RegisterFilter, sort string) []*portfolio.RegisterRow {
	w.t.Helper()
	var all []*portfolio.RegisterRow
	p := store.Paging{Limit: 7, Sort: sort}
	for {
		rows := must[store.List[*portfolio.RegisterRow]](w.t)(w.Register(w.t.Context(), by, f, p))
		all = append(all, rows.Items...)
		if p.After = rows.Next; rows.Next == "" {
			if rows.Total != len(all) {
				w.t.Errorf("%+v: %d rows, said to be %d", f, len(all), rows.Total)
			}
			return all
		}
	}
}

func TestTheRegisterGivesTheNumbersOfTheRule(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		w.registered(w.organisation("Host"))
		all := w.register(official, portfolio.RegisterFilter{}, "")
		if len(all) != 21 {
			t.Fatalf("%d live systems are in the register", len(all))
		}
		places, levels := portfolio.Matrix{}, map[risk.RiskLevel]int{}
		for i, row := range all {
			if i > 0 && all[i-1].ResidualRisk.Score < row.ResidualRisk.Score {
				t.Errorf("%d comes after %d", row.ResidualRisk.Score, all[i-1].ResidualRisk.Score)
			}
			places[portfolio.Place{Consequence: row.ResidualRisk.Consequence, Likelihood: row.ResidualRisk.Likelihood}]++
			levels[row.ResidualRisk.Level]++
		}
		if len(places) < 8 || len(levels) < 3 {
			t.Fatalf("the systems do not differ enough: %v, %v", places, levels)
		}
		matrix := must[portfolio.Matrix](t)(w.RiskMatrix(t.Context(), official, portfolio.RegisterFilter{Level: risk.Low}))
		if len(matrix) != len(places) {
			t.Errorf("the matrix counts %v, the rule %v", matrix, places)
		}
		for place, n := range places {
			if matrix[place] != n {
				t.Errorf("the matrix counts %d at %v, the rule %d", matrix[place], place, n)
			}
			if in := w.register(official, portfolio.RegisterFilter{Consequence: place.Consequence, Likelihood: place.Likelihood}, ""); len(in) != n {
				t.Errorf("the cell %v leads to %d systems, and counts %d", place, len(in), n)
			}
		}
		for level, n := range levels {
			if got := w.register(official, portfolio.RegisterFilter{Level: level}, "inherent"); len(got) != n {
				t.Errorf("%d are %s, the rule says %d", len(got), level, n)
			}
		}
		before := 0
		for _, row := range w.register(official, portfolio.RegisterFilter{}, "inherent") {
			if row.InherentRisk.Score < before {
				t.Error("not sorted by inherent risk")
			}
			before = row.InherentRisk.Score
		}
	})
}

// approver is a person who may propose at a host.
func (w *wales) approver(email string, host uuid.UUID) access.Actor {
	w.t.Helper()
	user, _, err := identity.New(w.db, nil).AddUser(w.t.Context(), program, identity.NewUser{Email: email, Name: email, JobTitle: "SIRO",
		Roles: []access.Role{access.Approver}, Place: identity.Place{OrganisationID: &host}})
	if err != nil {
		w.t.Fatal(err)
	}
	return access.Actor{UserID: user.ID, Name: email, Roles: []access.Role{access.Approver}, OrganisationID: host, OrganisationIDs: []uuid.UUID{host}}
}

func TestARiskIsAcceptedByTwoPeopleForATime(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, far := w.organisation("Host"), w.organisation("Far")
		system := w.system(inventory.SystemInput{HostOrganisationID: host}, w.supplier(program, "Supplier"))
		siro, other, stranger := w.approver("siro@example.org", host), w.approver("other@example.org", host), w.approver("far@example.org", far)
		today := calendar.On(w.now)
		in := portfolio.AcceptanceInput{SystemID: system, Reason: lang.Text{Cy: "Mae'n cael ei disodli."}, UntilOn: today.AddDays(30)}

		late := in
		late.UntilOn, late.Reason = today.AddDays(-1), lang.Text{}
		for who, c := range map[string]struct {
			by   access.Actor
			in   portfolio.AcceptanceInput
			want fault.Kind
		}{"past, without a reason": {siro, late, fault.KindInvalid}, "another host": {stranger, in, fault.KindNotFound}, "an official": {official, in, fault.KindForbidden}} {
			if _, err := w.ProposeAcceptance(t.Context(), c.by, c.in); !fault.Is(err, c.want) {
				t.Errorf("%s: got %v", who, err)
			}
		}
		a := must[*portfolio.Acceptance](t)(w.ProposeAcceptance(t.Context(), siro, in))
		if a.Score() != w.shown(official, system).ResidualRisk.Score || a.ProposedTitle != "SIRO" || a.ProposedFor != "Host" {
			t.Errorf("proposed as %+v", a)
		}
		if _, err := w.ProposeAcceptance(t.Context(), other, in); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a second proposal beside the first: %v", err)
		}
		if _, err := w.AgreeToAcceptance(t.Context(), siro, a.ID); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("the same person agrees: %v", err)
		}
		if _, err := w.AgreeToAcceptance(t.Context(), stranger, a.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a stranger agrees: %v", err)
		}
		if rows := w.register(official, portfolio.RegisterFilter{Acceptance: portfolio.Proposed, Unaccepted: true}, ""); len(rows) != 1 {
			t.Errorf("%d proposed", len(rows))
		}
		must[*portfolio.Acceptance](t)(w.AgreeToAcceptance(t.Context(), other, a.ID))
		if _, err := w.AgreeToAcceptance(t.Context(), other, a.ID); !fault.Is(err, fault.KindConflict) {
			t.Errorf("agreed twice: %v", err)
		}
		if now := w.shown(official, system).ResidualRisk.Score; now != a.Score() {
			t.Errorf("accepting changed the score to %d", now)
		}
		w.stands(system, portfolio.Accepted)
		w.now = w.now.AddDate(0, 0, 30)
		w.stands(system, portfolio.Accepted)
		w.now = w.now.AddDate(0, 0, 1)
		w.stands(system, portfolio.LapsedRisk)
		if _, err := w.EndAcceptance(t.Context(), siro, a.ID); !fault.Is(err, fault.KindConflict) {
			t.Errorf("ended after its date: %v", err)
		}
		in.UntilOn = calendar.On(w.now)
		renewed := must[*portfolio.Acceptance](t)(w.ProposeAcceptance(t.Context(), other, in))
		must[*portfolio.Acceptance](t)(w.EndAcceptance(t.Context(), siro, renewed.ID))
		w.stands(system, portfolio.LapsedRisk)
	})
}

// stands holds the register, its filter and the page against the state.
func (w *wales) stands(system uuid.UUID, state portfolio.AcceptanceState) {
	w.t.Helper()
	today := calendar.On(w.now)
	rows := w.register(official, portfolio.RegisterFilter{Acceptance: state}, "")
	if len(rows) != 1 || rows[0].Acceptance.On(today) != state {
		w.t.Errorf("the register shows %d as %s", len(rows), state)
	}
	view := must[*portfolio.RiskView](w.t)(w.Risk(w.t.Context(), official, system))
	if !view.MayAgree || view.MayPropose {
		w.t.Error("an official agrees, and does not propose")
	}
	if n := len(w.register(official, portfolio.RegisterFilter{Unaccepted: true}, "")); (state == portfolio.Accepted) != (n == 0) {
		w.t.Errorf("%s, and %d not accepted", state, n)
	}
}

func TestASupplierSeesNoRisk(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		supplier := w.supplier(program, "Supplier")
		system := w.system(inventory.SystemInput{HostOrganisationID: w.organisation("Host")}, supplier)
		lead := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.SupplierLead}, SupplierID: supplier}
		if _, err := w.Risk(t.Context(), lead, system); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("the risk: %v", err)
		}
		if _, err := w.Register(t.Context(), lead, portfolio.RegisterFilter{}, store.Paging{}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("the register: %v", err)
		}
		if _, err := w.RiskMatrix(t.Context(), lead, portfolio.RegisterFilter{}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("the matrix: %v", err)
		}
	})
}
