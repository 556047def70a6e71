package portfolio_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

func secretaryAt(organisation uuid.UUID) access.Actor {
	return access.Actor{UserID: uuid.New(), Roles: []access.Role{access.BoardSecretary}, OrganisationID: organisation, OrganisationIDs: []uuid.UUID{organisation}}
}

func (w *wales) position(by access.Actor, f portfolio.PositionFilter) *portfolio.Position {
	w.t.Helper()
	return must[*portfolio.Position](w.t)(w.Position(w.t.Context(), by, f))
}

func TestAPositionIsOfWhatAnOrganisationHostsOrUses(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, user, other := w.organisation("Host"), w.organisation("User"), w.organisation("Other")
		vital := inventory.CriticalityVital
		one, two := w.supplier(program, "One"), w.supplier(program, "Two")
		shared := w.system(inventory.SystemInput{HostOrganisationID: host, UsedBy: []uuid.UUID{user}, Criticality: &vital}, one, two)
		w.system(inventory.SystemInput{HostOrganisationID: host}, one)
		w.system(inventory.SystemInput{HostOrganisationID: other}, two)
		w.rate(questionnaire.Substantial, host, one, shared)
		w.rate(questionnaire.Limited, host, two, shared)

		for who, c := range map[string]struct {
			by      access.Actor
			f       portfolio.PositionFilter
			systems int
		}{
			"all of Wales":            {official, portfolio.PositionFilter{}, 3},
			"the host, by a national": {official, portfolio.PositionFilter{OrganisationID: host}, 2},
			"the user, by a national": {official, portfolio.PositionFilter{OrganisationID: user}, 1},
			"the host's own":          {secretaryAt(host), portfolio.PositionFilter{}, 2},
			"the user's own":          {secretaryAt(user), portfolio.PositionFilter{OrganisationID: user}, 1},
		} {
			if p := w.position(c.by, c.f); len(p.Systems) != c.systems {
				t.Errorf("%s: %d systems", who, len(p.Systems))
			}
		}
		p := w.position(secretaryAt(user), portfolio.PositionFilter{})
		if s := p.Systems[0]; s.ID != shared || s.Rating != questionnaire.Limited || !s.Vital || len(s.Suppliers) != 2 || p.OfTier(1, questionnaire.Limited) != 1 {
			t.Errorf("the user's system: %+v", s)
		}
		if first := w.position(official, portfolio.PositionFilter{}).Suppliers[0]; first.Vital != 1 || first.Systems != 2 {
			t.Errorf("most rests on %+v", first)
		}
		if _, err := w.Position(t.Context(), secretaryAt(user), portfolio.PositionFilter{OrganisationID: host}); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a secretary reports on another organisation: %v", err)
		}
		member := secretaryAt(host)
		member.Roles = []access.Role{access.BoardMember}
		if _, err := w.Position(t.Context(), member, portfolio.PositionFilter{}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a board member drafts: %v", err)
		}
	})
}

func TestTheTrendIsRebuiltFromWhatTookEffect(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, supplier := w.organisation("Host"), w.supplier(program, "Supplier")
		id := w.system(inventory.SystemInput{HostOrganisationID: host}, supplier)
		w.rate(questionnaire.Limited, host, supplier, id) // on 2 March
		w.now = w.now.AddDate(0, 2, 0)
		w.rate(questionnaire.Substantial, host, supplier, id) // on 2 May
		w.now = w.now.AddDate(0, 2, 0)
		r := w.plan(0, supplier, id)
		w.issue(r, host)
		w.now = w.now.AddDate(0, 1, 0) // 2 August: silent since 30 July
		got := map[calendar.Date]questionnaire.Rating{}
		trend := w.position(official, portfolio.PositionFilter{}).Trend
		for _, point := range trend {
			for rating, n := range point.Counts {
				if n == 1 {
					got[point.On] = rating
				}
			}
		}
		for day, want := range map[calendar.Date]questionnaire.Rating{"2026-02-28": questionnaire.NotAssured, "2026-03-31": questionnaire.Limited,
			"2026-04-30": questionnaire.Limited, "2026-05-31": questionnaire.Substantial, "2026-06-30": questionnaire.Substantial,
			"2026-07-31": questionnaire.Unsatisfactory, "2026-08-02": questionnaire.Unsatisfactory} {
			if got[day] != want {
				t.Errorf("on %s %q, want %q", day, got[day], want)
			}
		}
		if len(trend) != 12 {
			t.Errorf("%d points", len(trend))
		}
	})
}

func TestAPositionAsksTheSameNumberOfQueriesHoweverManySystems(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host := w.organisation("Host")
		asked := func() int64 {
			before := w.db.Asked()
			w.position(official, portfolio.PositionFilter{})
			return w.db.Asked() - before
		}
		add := func() {
			supplier := w.supplier(program, "Supplier")
			w.rate(questionnaire.Reasonable, host, supplier, w.system(inventory.SystemInput{HostOrganisationID: host}, supplier))
		}
		add()
		few := asked()
		for range 5 {
			add()
		}
		if many := asked(); many != few || few > 20 {
			t.Errorf("%d queries over one system, %d over six", few, many)
		}
	})
}

func TestLateIsToldByWhom(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, supplier := w.organisation("Host"), w.supplier(program, "Supplier")
		id := w.system(inventory.SystemInput{HostOrganisationID: host}, supplier)
		w.issue(w.plan(3, supplier, id), host)
		ended := w.plan(5, supplier, id)
		if _, err := w.reviews.Cancel(t.Context(), program, ended.ID, "Planned by mistake."); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.AddDate(0, 0, 4)
		p := w.position(official, portfolio.PositionFilter{}).Reviews
		if p.LateByThem != 1 || p.LateByUs != 0 || p.States[review.Issued] != 1 || p.Months[11].Due != 1 || p.Months[11].DueDone != 0 {
			t.Errorf("%+v", p)
		}
		if len(p.Ended) != 1 || p.Ended[0].Reason != "Planned by mistake." || p.Ended[0].Reference != ended.Reference {
			t.Errorf("ended: %+v", p.Ended)
		}
	})
}

func TestAPositionTellsHowFarItIs(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		var told []int
		_ = must[*portfolio.Position](t)(store.Read(t.Context(), w.db, official, func(tx *store.Tx) (*portfolio.Position, error) {
			return portfolio.PositionIn(tx, portfolio.PositionFilter{}, func(percent int) { told = append(told, percent) })
		}))
		if len(told) < 5 || !slices.IsSorted(told) || told[0] != 0 || told[len(told)-1] >= 100 {
			t.Errorf("told were %v", told)
		}
	})
}
