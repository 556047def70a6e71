package portfolio_test

import (
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

func (w *wales) dashboard(by access.Actor) *portfolio.Dashboard {
	w.t.Helper()
	return must[*portfolio.Dashboard](w.t)(w.Dashboard(w.t.Context(), by))
}

// Every figure over systems is the total of its list, and the register's.
func TestADashboardCountsSystemsAsTheirListsDo(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		w.registered(w.organisation("Host"))
		d := w.dashboard(official)
		total, used := 0, map[questionnaire.Rating]bool{}
		for _, cell := range d.Systems {
			rows := must[store.List[*portfolio.SystemView]](t)(w.Systems(t.Context(), official, portfolio.SystemFilter{Rating: cell.Rating,
				SystemFilter: inventory.SystemFilter{Tier: cell.Tier, Status: inventory.Live}}, store.Paging{}))
			if rows.Total != cell.Count {
				t.Errorf("%d of tier %d show %s, the list holds %d", cell.Count, cell.Tier, cell.Rating, rows.Total)
			}
			total += cell.Count
			used[cell.Rating] = used[cell.Rating] || cell.Count > 0
		}
		if len(d.Systems) != 20 || total != 21 || len(used) != 5 || d.Count(0, "") != 21 {
			t.Errorf("%d systems in %d cells of ratings %v", total, len(d.Systems), used)
		}
		levels := 0
		for _, level := range d.Risk {
			if rows := w.register(official, portfolio.RegisterFilter{Level: level.Level}, ""); len(rows) != level.Count {
				t.Errorf("%d are %s, the register holds %d", level.Count, level.Level, len(rows))
			}
			levels += level.Count
		}
		if levels != 21 || len(d.Risk) != 4 || d.Risk[0].Level != risk.Extreme {
			t.Errorf("by risk: %+v", d.Risk)
		}
	})
}

// The trend is told by the database; the rule in Go, that a pack rebuilds its
// own trend with, says the same of the same days.
func TestTheTrendOfQuartersIsThatOfTheRule(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host := w.organisation("Host")
		var suppliers, systems []uuid.UUID
		for range 6 {
			supplier := w.supplier(program, "Supplier")
			suppliers = append(suppliers, supplier)
			systems = append(systems, w.system(inventory.SystemInput{HostOrganisationID: host}, supplier))
		}
		w.rate(questionnaire.Limited, host, suppliers[0], systems[0]) // on 2 March, and better in May
		w.rate(questionnaire.Unsatisfactory, host, suppliers[1], systems[1])
		w.rate(questionnaire.Substantial, host, suppliers[2], systems[2]) // lapses in a year
		w.rate(questionnaire.Reasonable, host, suppliers[3], systems[3])  // is taken back in July
		w.rate(questionnaire.NotRated, host, suppliers[4], systems[4])
		first := w.plan(20, suppliers[4], systems[4]) // silent from 19 April, declined in August, rated in November
		w.issue(first, host)
		w.now = w.now.AddDate(0, 2, 0)
		w.rate(questionnaire.Substantial, host, suppliers[0], systems[0])
		w.now = w.now.AddDate(0, 2, 0)
		if _, err := store.Change(t.Context(), w.db, program, func(tx *store.Tx) (bool, error) {
			return true, store.Query[review.PairRating](tx).Where("supplier_id = ?", suppliers[3]).Update("taken_back_at", tx.Now()).Error
		}); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.AddDate(0, 1, 0)
		must[*review.Review](t)(w.reviews.Close(t.Context(), program, first.ID, "declined", "They said so."))
		w.now = w.now.AddDate(0, 3, 0)
		w.rate(questionnaire.Reasonable, host, suppliers[4], systems[4])
		w.now = w.now.AddDate(0, 5, 10)

		days := []calendar.Date{"2026-02-28", "2026-03-02", "2026-04-17", "2026-04-18", "2026-04-19", "2026-05-01", "2026-05-02", "2026-07-01", "2026-07-02",
			"2026-08-01", "2026-08-02", "2026-11-01", "2026-11-02", "2027-03-02", "2027-03-03", "2027-04-01"}
		seen := map[questionnaire.Rating]bool{}
		must[bool](t)(store.Read(t.Context(), w.db, official, func(tx *store.Tx) (bool, error) {
			past, err := review.PastOf(tx, systems)
			if err != nil {
				return false, err
			}
			pairs, err := review.RatingsOn(tx, days)
			if len(pairs) != len(systems) {
				t.Errorf("%d pairs", len(pairs))
			}
			for _, pair := range pairs {
				for i, day := range days {
					at := suppliers[indexOf(systems, pair.SystemID)]
					want := past.On(review.Pair{SupplierID: at, SystemID: pair.SystemID}, day).Rating
					if pair.Then[i] != want {
						t.Errorf("system %d on %s: %s, the rule says %s", indexOf(systems, pair.SystemID), day, pair.Then[i], want)
					}
					seen[want] = true
				}
				if v := w.shown(official, pair.SystemID); v.Standing.Rating != pair.Today {
					t.Errorf("today %s, shown as %s", pair.Today, v.Standing.Rating)
				}
			}
			return true, err
		}))
		if len(seen) != 5 {
			t.Errorf("the days differ too little: %v", seen)
		}
		trend := w.dashboard(official).Trend
		if len(trend) != 8 || trend[6].On != "2027-03-31" || trend[0].On != "2025-09-30" || trend[7].On != calendar.On(w.now) ||
			trend[2].Counts[questionnaire.Limited] != 1 || trend[2].Counts[questionnaire.NotAssured] != 2 {
			t.Errorf("%+v", trend)
		}
	})
}

func indexOf(all []uuid.UUID, one uuid.UUID) int {
	for i, id := range all {
		if id == one {
			return i
		}
	}
	return -1
}

func TestADashboardAsksTheSameNumberOfQueriesHoweverManySystems(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host := w.organisation("Host")
		asked := func() int64 {
			before := w.db.Asked()
			w.dashboard(official)
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
		if many := asked(); many != few || few > 15 || few == 0 {
			t.Errorf("%d queries over one system, %d over six", few, many)
		}
	})
}

func TestASuppliersDashboardIsItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, supplier, other := w.organisation("Host"), w.supplier(program, "Supplier"), w.supplier(program, "Other")
		id := w.system(inventory.SystemInput{HostOrganisationID: host}, supplier, other)
		w.rate(questionnaire.Limited, host, supplier, id)
		w.plan(40, supplier, id) // not asked of it yet
		w.issue(w.plan(30, other, id), host)
		today := calendar.On(w.now)
		for n, on := range []calendar.Date{today.AddDays(60), today.AddDays(61), today.AddDays(-400)} {
			of := supplier
			must[*inventory.Certificate](t)(w.inventory.AddCertificate(t.Context(), program, of, inventory.CertificateInput{Kind: "dspt", Number: string(rune('a' + n)), ExpiresOn: on}))
			must[*inventory.Certificate](t)(w.inventory.AddCertificate(t.Context(), program, other, inventory.CertificateInput{Kind: "dspt", ExpiresOn: on}))
		}
		lead := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.SupplierLead}, SupplierID: supplier}
		d := w.dashboard(lead)
		if len(d.Systems)+len(d.Trend)+len(d.Risk)+len(d.Months) != 0 {
			t.Errorf("a supplier sees ratings, risk or plans: %+v", d)
		}
		for _, state := range d.Reviews {
			if state.Count != 0 || state.State == review.Planned {
				t.Errorf("it counts %+v", state)
			}
		}
		if len(d.Lapsing) != 2 || d.Lapsing[0].On != today.AddDays(-400) || d.Lapsing[1].On != today.AddDays(60) {
			t.Errorf("it lapses: %+v", d.Lapsing)
		}
		for _, figure := range d.Figures {
			switch figure.Kind {
			case portfolio.CountOverdue, portfolio.CountWaitsSupplier, portfolio.CountWaitsReviewer, portfolio.CountWaitsSigner, portfolio.CountActionsLate:
			default:
				t.Errorf("it is told of %s", figure.Kind)
			}
			if figure.Count != 0 {
				t.Errorf("%s: %d", figure.Kind, figure.Count)
			}
		}
		member := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.BoardMember}, OrganisationID: host, OrganisationIDs: []uuid.UUID{host}}
		if _, err := w.Dashboard(t.Context(), member); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a board member: %v", err)
		}
	})
}

// A token that is for reviews alone is shown no figure of anything else.
func TestADashboardLeavesOutWhatItsTokenIsNotFor(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		w.registered(w.organisation("Host"))
		narrowed := official
		narrowed.TokenScopes = []access.Permission{access.ReviewRead}
		d := w.dashboard(narrowed)
		if len(d.Systems) > 0 || len(d.Trend) > 0 || len(d.Risk) > 0 || len(d.Actions) > 0 {
			t.Errorf("shown: %d tiers, %d quarters, %d levels, %d states of actions", len(d.Systems), len(d.Trend), len(d.Risk), len(d.Actions))
		}
		for _, figure := range d.Figures {
			for _, kind := range []portfolio.FigureKind{portfolio.CountSystems, portfolio.CountReviewsDue, portfolio.CountLapsing, portfolio.CountActionsLate, portfolio.CountUnanswered, portfolio.CountContractsEnding} {
				if figure.Kind == kind {
					t.Errorf("the figure %s is given", kind)
				}
			}
		}
	})
}
