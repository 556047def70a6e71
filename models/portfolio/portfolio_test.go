package portfolio_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/seed"
)

var (
	program  = access.Program("test")
	official = access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}}
)

// wales is a portfolio whose clock the test turns.
type wales struct {
	*portfolio.Service
	t         *testing.T
	db        *store.DB
	now       time.Time
	inventory *inventory.Service
	reviews   *review.Service
}

func each(t *testing.T, run func(t *testing.T, w *wales)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := &wales{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		w.db = db.WithClock(func() time.Time { return w.now })
		keys, err := keyring.New(keyring.Generate())
		if err != nil {
			t.Fatal(err)
		}
		w.inventory = inventory.New(w.db)
		w.reviews = review.New(w.db, keys, nil, outbox.New(w.db, keys), "https://example.org")
		w.Service = portfolio.New(w.db, w.inventory)
		run(t, w)
	})
}

// must gives what a service gave, where it may not fail.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *wales) organisation(name string) uuid.UUID {
	w.t.Helper()
	in := directory.Input{Name: lang.Text{En: name}, Kind: directory.Trust}
	return must[*directory.Organisation](w.t)(directory.New(w.db).AddOrganisation(w.t.Context(), program, in)).ID
}

func (w *wales) supplier(by access.Actor, name string) uuid.UUID {
	w.t.Helper()
	return must[*inventory.Supplier](w.t)(w.inventory.AddSupplier(w.t.Context(), by, inventory.SupplierInput{Name: name})).ID
}

func (w *wales) system(in inventory.SystemInput, suppliers ...uuid.UUID) uuid.UUID {
	w.t.Helper()
	if in.Name.Empty() {
		in.Name.En = "System"
	}
	for _, id := range suppliers {
		in.Suppliers = append(in.Suppliers, inventory.SupplyInput{SupplierID: id, Part: "hosts"})
	}
	return must[*inventory.System](w.t)(w.inventory.AddSystem(w.t.Context(), program, in)).ID
}

func (w *wales) shown(by access.Actor, system uuid.UUID) *portfolio.SystemView {
	w.t.Helper()
	return must[*portfolio.SystemView](w.t)(w.System(w.t.Context(), by, system))
}

func (w *wales) shownSupplier(by access.Actor, supplier uuid.UUID) *portfolio.SupplierView {
	w.t.Helper()
	return must[*portfolio.SupplierView](w.t)(w.Supplier(w.t.Context(), by, supplier))
}

// plan plans a review that is due after some days.
func (w *wales) plan(days int, supplier uuid.UUID, systems ...uuid.UUID) *review.Review {
	w.t.Helper()
	if err := seed.Facts(w.t.Context(), w.db); err != nil {
		w.t.Fatal(err)
	}
	return must[*review.Review](w.t)(w.reviews.Plan(w.t.Context(), program, review.PlanInput{SupplierID: supplier, SystemIDs: systems,
		QuestionnaireCode: "short", DueOn: calendar.On(w.now).AddDays(days)}))
}

func (w *wales) issue(r *review.Review, host uuid.UUID) {
	w.t.Helper()
	_, _, err := identity.New(w.db, nil).AddUser(w.t.Context(), program, identity.NewUser{Email: "siro@example.org", Name: "Siro",
		Roles: []access.Role{access.Approver}, Place: identity.Place{OrganisationID: &host}})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := w.reviews.Issue(w.t.Context(), program, r.ID, []review.Invited{{Name: "Lead", Email: "lead@example.org"}}); err != nil {
		w.t.Fatal(err)
	}
}

// rate lets a rating of a pair take effect for a year, as a sign-off does.
func (w *wales) rate(rating questionnaire.Rating, host, supplier, system uuid.UUID) {
	w.t.Helper()
	r := w.plan(0, supplier, system)
	if _, err := w.reviews.Cancel(w.t.Context(), program, r.ID, "over"); err != nil { // so that it is open no more
		w.t.Fatal(err)
	}
	_, err := store.Change(w.t.Context(), w.db, program, func(tx *store.Tx) (bool, error) {
		signed := &review.SignOff{ReviewID: r.ID, HostOrganisationID: host, Decision: review.Rely, IntervalMonths: 12, Conditions: []review.Condition{}}
		if err := tx.Create(signed, review.Signed); err != nil {
			return false, err
		}
		row := &review.PairRating{Row: store.NewRow(), SupplierID: supplier, SystemID: system, ReviewID: r.ID, SignOffID: signed.ID, Rating: rating,
			Decision: review.Rely, EffectiveOn: calendar.On(tx.Now()), CurrentUntil: calendar.On(tx.Now()).AddMonths(12)}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.Insert(row); err != nil {
			return false, err
		}
		return true, review.Restand(tx, supplier, []uuid.UUID{system})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestASystemThatWasNeverReviewedIsNotAssured(t *testing.T) {
	vital, people := inventory.CriticalityVital, 4700
	systems := map[string]struct {
		in               inventory.SystemInput
		told             bool // of an incident at the supplier
		tier, now, score int
	}{
		"vital, the rest not known": {inventory.SystemInput{Criticality: &vital}, false, 1, 4, 20},
		"the record of 2017":        {inventory.SystemInput{PeopleCount: &people, DataCategories: []inventory.DataCategory{inventory.DataRadiationDose}}, false, 2, 4, 16},
		"the same, once it is told": {inventory.SystemInput{PeopleCount: &people, DataCategories: []inventory.DataCategory{inventory.DataRadiationDose}}, true, 2, 5, 20},
		"reached from nowhere":      {inventory.SystemInput{Exposure: inventory.ExposureNone, Criticality: &vital}, false, 1, 2, 10},
	}
	each(t, func(t *testing.T, w *wales) {
		host := w.organisation("Host")
		for name, c := range systems {
			c.in.HostOrganisationID = host
			supplier := w.supplier(program, name)
			id := w.system(c.in, supplier)
			if c.told {
				_, err := store.Change(t.Context(), w.db, program, func(tx *store.Tx) (bool, error) {
					return true, incident.RecordIn(tx, &incident.Incident{SupplierID: supplier, ToldOn: calendar.On(w.now)})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			v, s := w.shown(official, id), w.shownSupplier(official, supplier)
			if v.Standing.Kind != review.NeverReviewed || v.Standing.Rating != questionnaire.NotAssured || v.Standing.LastRating != "" || v.Standing.NextReviewOn != "" {
				t.Errorf("%s stands as %+v", name, v.Standing)
			}
			if v.Tier != c.tier || v.InherentRisk.Likelihood != c.now || v.InherentRisk.Score != c.score || v.ResidualRisk.Score != c.score {
				t.Errorf("%s: tier %d, before %+v, after %+v", name, v.Tier, v.InherentRisk, v.ResidualRisk)
			}
			if s.Rating() != questionnaire.NotAssured || s.Standing.Kind != review.NeverReviewed || s.Tier != c.tier || s.SystemsCount != 1 || s.NextReviewOn != "" {
				t.Errorf("%s, its supplier: %+v, %+v", name, s, s.Standing)
			}
		}
	})
}

func TestASupplierShowsTheReviewThatIsDueFirst(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, supplier := w.organisation("Host"), w.supplier(program, "Supplier")
		one, other := w.system(inventory.SystemInput{HostOrganisationID: host}, supplier), w.system(inventory.SystemInput{HostOrganisationID: host}, supplier)
		w.issue(w.plan(40, supplier, one), host)
		w.issue(w.plan(30, supplier, other), host)
		today := calendar.On(w.now)
		if next := w.shown(official, one).Standing.NextReviewOn; next != today.AddDays(40) {
			t.Errorf("the system is next reviewed on %q", next)
		}
		if next := w.shownSupplier(official, supplier).NextReviewOn; next != today.AddDays(30) {
			t.Errorf("the supplier is next reviewed on %q", next)
		}
	})
}

func TestSilenceCountsAsUnsatisfactory(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, supplier := w.organisation("Host"), w.supplier(program, "Silent")
		id := w.system(inventory.SystemInput{HostOrganisationID: host, Exposure: inventory.ExposurePartner}, supplier)
		w.rate(questionnaire.Substantial, host, supplier, id)
		w.issue(w.plan(10, supplier, id), host)
		stands := func(kind review.StandingKind, rating questionnaire.Rating, likelihood int) {
			t.Helper()
			v, s := w.shown(official, id), w.shownSupplier(official, supplier)
			if v.Standing.Kind != kind || v.Standing.Rating != rating || v.ResidualRisk.Likelihood != likelihood || s.Rating() != rating {
				t.Errorf("%+v with likelihood %d, and its supplier %s", v.Standing, v.ResidualRisk.Likelihood, s.Rating())
			}
		}
		stands(review.Current, questionnaire.Substantial, 1)
		w.now = w.now.AddDate(0, 0, 10+27)
		stands(review.Current, questionnaire.Substantial, 1)
		w.now = w.now.AddDate(0, 0, 1)
		stands(review.NoAnswer, questionnaire.Unsatisfactory, 4)
	})
}

func TestADeclinedReviewCountsUntilALaterRating(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, supplier := w.organisation("Host"), w.supplier(program, "Declining")
		id := w.system(inventory.SystemInput{HostOrganisationID: host}, supplier)
		r := w.plan(10, supplier, id)
		w.issue(r, host)
		if _, err := w.reviews.Close(t.Context(), program, r.ID, "declined", "They said so."); err != nil {
			t.Fatal(err)
		}
		if s := w.shown(official, id).Standing; s.Kind != review.NoAnswer || s.Rating != questionnaire.Unsatisfactory {
			t.Errorf("declined: %+v", s)
		}
		w.now = w.now.AddDate(0, 1, 0)
		w.rate(questionnaire.Reasonable, host, supplier, id)
		if s := w.shown(official, id).Standing; s.Kind != review.Current || s.Rating != questionnaire.Reasonable {
			t.Errorf("rated later: %+v", s)
		}
	})
}

func TestTheWorstCountsOfSeveral(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, good, poor := w.organisation("Host"), w.supplier(program, "Good"), w.supplier(program, "Poor")
		shared := w.system(inventory.SystemInput{HostOrganisationID: host, Exposure: inventory.ExposurePartner}, good, poor)
		w.rate(questionnaire.Substantial, host, good, shared)
		w.rate(questionnaire.Limited, host, poor, shared)
		if v := w.shown(official, shared); v.Standing.Rating != questionnaire.Limited || len(v.Pairs) != 2 || v.ResidualRisk.Likelihood != 3 {
			t.Errorf("the system: %+v, %+v", v.Standing, v.ResidualRisk)
		}
		if s := w.shownSupplier(official, good); s.Rating() != questionnaire.Substantial || s.NextReviewOn != calendar.On(w.now).AddMonths(12) {
			t.Errorf("the good supplier: %+v, next on %s", s.Standing, s.NextReviewOn)
		}
		retired := w.system(inventory.SystemInput{HostOrganisationID: host}, good)
		w.rate(questionnaire.Unsatisfactory, host, good, retired)
		if s := w.shownSupplier(official, good); s.Rating() != questionnaire.Unsatisfactory || s.SystemsCount != 2 {
			t.Errorf("with a bad system: %+v of %d", s.Standing, s.SystemsCount)
		}
		_, err := w.inventory.ChangeSystem(t.Context(), official, retired, 1, func(in *inventory.SystemInput) error {
			in.Status = inventory.Retired
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if s := w.shownSupplier(official, good); s.Rating() != questionnaire.Substantial || s.SystemsCount != 1 {
			t.Errorf("once that is retired: %+v of %d", s.Standing, s.SystemsCount)
		}
	})
}

func TestARatingLapsesUnlessItIsUnsatisfactory(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, supplier := w.organisation("Host"), w.supplier(program, "Supplier")
		ratings := map[questionnaire.Rating]questionnaire.Rating{ // and what they count as once lapsed
			questionnaire.Substantial:    questionnaire.NotAssured,
			questionnaire.Unsatisfactory: questionnaire.Unsatisfactory,
		}
		systems := map[questionnaire.Rating]uuid.UUID{}
		for rating := range ratings {
			systems[rating] = w.system(inventory.SystemInput{HostOrganisationID: host}, supplier)
			w.rate(rating, host, supplier, systems[rating])
		}
		w.now = w.now.AddDate(1, 0, 1)
		for rating, lapsed := range ratings {
			if s := w.shown(official, systems[rating]).Standing; s.Kind != review.Lapsed || s.Rating != lapsed || s.LastRating != rating {
				t.Errorf("%s, a year later: %+v", rating, s)
			}
		}
	})
}

func TestAnOrganisationSeesWhatItHostsOrUses(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, user, elsewhere := w.organisation("Host"), w.organisation("User"), w.organisation("Elsewhere")
		at := func(organisation uuid.UUID) access.Actor {
			return access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}, OrganisationID: organisation, OrganisationIDs: []uuid.UUID{organisation}}
		}
		both, theirs := w.supplier(program, "Both"), w.supplier(program, "Theirs")
		entered := w.supplier(at(user), "Entered")
		vital, minor := inventory.CriticalityVital, inventory.CriticalityMinor
		used := w.system(inventory.SystemInput{HostOrganisationID: host, UsedBy: []uuid.UUID{user}, Criticality: &minor, DataCategories: []inventory.DataCategory{}}, both)
		far := w.system(inventory.SystemInput{HostOrganisationID: elsewhere, Criticality: &vital}, both, theirs)
		w.rate(questionnaire.Reasonable, host, both, used)
		w.rate(questionnaire.Unsatisfactory, elsewhere, both, far)

		for who, c := range map[string]struct {
			by                 access.Actor
			systems, suppliers []uuid.UUID
		}{
			"the host":            {at(host), []uuid.UUID{used}, []uuid.UUID{both}},
			"the user":            {at(user), []uuid.UUID{used}, []uuid.UUID{both, entered}},
			"the other host":      {at(elsewhere), []uuid.UUID{far}, []uuid.UUID{both, theirs}},
			"a national official": {official, []uuid.UUID{used, far}, []uuid.UUID{both, entered, theirs}},
		} {
			systems := must[store.List[*portfolio.SystemView]](t)(w.Systems(t.Context(), c.by, portfolio.SystemFilter{}, store.Paging{}))
			suppliers := must[store.List[*portfolio.SupplierView]](t)(w.Suppliers(t.Context(), c.by, portfolio.SupplierFilter{}, store.Paging{}))
			var seen, known []uuid.UUID
			for _, v := range systems.Items {
				seen = append(seen, v.ID)
			}
			for _, v := range suppliers.Items {
				known = append(known, v.ID)
			}
			if !same(seen, c.systems) || !same(known, c.suppliers) || systems.Total != len(seen) || suppliers.Total != len(known) {
				t.Errorf("%s sees %d of %d systems and %d of %d suppliers", who, len(seen), systems.Total, len(known), suppliers.Total)
			}
		}
		if s := w.shownSupplier(at(user), both); s.SystemsCount != 1 || s.Tier != 4 || s.Rating() != questionnaire.Reasonable {
			t.Errorf("the user sees the supplier over %d systems, tier %d, %s", s.SystemsCount, s.Tier, s.Rating())
		}
		if _, err := w.System(t.Context(), at(user), far); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the user opens the system of another host: %v", err)
		}
		if _, err := w.Supplier(t.Context(), at(user), theirs); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the user opens the supplier of another host: %v", err)
		}
	})
}

func same(a, b []uuid.UUID) bool {
	less := func(x, y uuid.UUID) int { return slices.Compare(x[:], y[:]) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), less), slices.SortedFunc(slices.Values(b), less))
}

func TestASupplierSeesNothingThatWeKnowOfItsSystems(t *testing.T) {
	each(t, func(t *testing.T, w *wales) {
		host, own, other := w.organisation("Host"), w.supplier(program, "Own"), w.supplier(program, "Other")
		vital, people := inventory.CriticalityVital, 12
		id := w.system(inventory.SystemInput{HostOrganisationID: host, UsedBy: []uuid.UUID{host}, Criticality: &vital, PeopleCount: &people,
			DataCategories: []inventory.DataCategory{inventory.DataHealth}, Exposure: inventory.ExposureInternet, InformationAssetOwner: "Ann",
			TierOverride: &inventory.TierOverride{Tier: 2, Reason: "They are slow."}}, own, other)
		hidden := w.system(inventory.SystemInput{HostOrganisationID: host}, other)
		w.rate(questionnaire.Limited, host, own, id)
		lead := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.SupplierLead}, SupplierID: own}

		v, s := w.shown(lead, id), w.shownSupplier(lead, own)
		if v.Standing != nil || v.Pairs != nil || v.InherentRisk != nil || v.ResidualRisk != nil || len(v.Uses) != 0 {
			t.Errorf("a supplier sees how its system stands: %+v", v)
		}
		if len(v.Supplies) != 1 || v.Supplies[0].SupplierID != own || v.SupplierNames[other] != "" {
			t.Errorf("a supplier sees the other: %v", v.SupplierNames)
		}
		if v.Tier != 0 || v.WorkedOutTier != 0 || v.Consequence != 0 || v.Criticality != nil || v.PeopleCount != nil || v.DataCategories != nil ||
			v.Exposure != "" || v.InformationAssetOwner != "" || v.TierOverride != nil || v.TierOverrideReason != "" {
			t.Errorf("a supplier sees what we know of its system: %+v", v.System)
		}
		if v.Name.En != "System" || v.Reference == "" || v.HostOrganisationID != host {
			t.Errorf("a supplier does not see which system it is: %+v", v.System)
		}
		if s.Standing != nil || s.Rating() != "" || s.Tier != 0 || s.NextReviewOn != "" || s.SystemsCount != 1 {
			t.Errorf("a supplier sees how it stands: %+v", s)
		}
		list := must[store.List[*portfolio.SystemView]](t)(w.Systems(t.Context(), lead, portfolio.SystemFilter{}, store.Paging{}))
		if list.Total != 1 || list.Items[0].ID != id || list.Items[0].Tier != 0 || list.Items[0].Standing != nil {
			t.Errorf("a supplier lists %d systems, the first %+v", list.Total, list.Items[0].System)
		}
		if tiered := must[store.List[*portfolio.SystemView]](t)(w.Systems(t.Context(), lead, portfolio.SystemFilter{SystemFilter: inventory.SystemFilter{Tier: 2}}, store.Paging{})); tiered.Total != 0 {
			t.Error("a supplier finds its systems by their tier")
		}
		if _, err := w.Systems(t.Context(), lead, portfolio.SystemFilter{}, store.Paging{Sort: "tier"}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a supplier sorts its systems by their tier: %v", err)
		}
		if _, err := w.System(t.Context(), lead, hidden); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a supplier opens a system of another: %v", err)
		}
	})
}
