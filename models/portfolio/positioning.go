package portfolio

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// positioning works out a position, as the program: which systems it may be
// over has been settled by who asks.
type positioning struct {
	tx        *store.Tx
	p         *Position
	programme *review.Programme // nil: of everything
	today     calendar.Date
	ids       []uuid.UUID
	pairs     []*review.LivePair
	bySystem  map[uuid.UUID][]*review.LivePair
	reviews   map[uuid.UUID]*review.Review // signed ones, that findings and actions are of
	covers    map[uuid.UUID][]uuid.UUID    // systems of the scope that a review covers
	suppliers map[uuid.UUID]string
	criticals map[uuid.UUID]bool
	hosts     map[uuid.UUID]lang.Text
	siros     map[uuid.UUID]string
	planned   []uuid.UUID // the review of each action of the position
}

// pairsToReport loads the live pairs of a scope that the actor may report on. A
// group is told of everything.
func pairsToReport(tx *store.Tx, f PositionFilter) (rows []*review.LivePair, err error) {
	by, program := tx.By(), tx.AsProgram("choose what a report is about")
	pairs := store.Query[review.LivePair](program)
	if by.GroupID == uuid.Nil {
		scope := store.Systems(by, access.ReportDraft, "live_pairs.system_id")
		pairs = pairs.Where(scope.SQL, scope.Args...)
	}
	if f.OrganisationID != uuid.Nil {
		own, err := directory.WithHosted(program, f.OrganisationID)
		if err != nil {
			return nil, err
		}
		pairs = pairs.Where("host_organisation_id IN ? OR system_id IN (?)", own,
			store.Query[inventory.Use](program).Select("system_id").Where("organisation_id IN ? AND (until_on = '' OR until_on >= ?)", own, calendar.On(tx.Now())))
	}
	if f.ProgrammeID != uuid.Nil {
		pairs = pairs.Where("system_id IN (?)", store.Query[review.ProgrammeSystem](program).Select("system_id").Where("programme_id = ?", f.ProgrammeID))
	}
	return rows, pairs.Find(&rows).Error
}

// addPairs takes the pairs by system, and names their suppliers.
func (g *positioning) addPairs(pairs []*review.LivePair) error {
	g.pairs = pairs
	g.bySystem = map[uuid.UUID][]*review.LivePair{}
	var suppliers []uuid.UUID
	for _, pair := range g.pairs {
		if g.bySystem[pair.SystemID] == nil {
			g.ids = append(g.ids, pair.SystemID)
		}
		g.bySystem[pair.SystemID] = append(g.bySystem[pair.SystemID], pair)
		suppliers = append(suppliers, pair.SupplierID)
	}
	var rows []*inventory.Supplier
	err := store.Query[inventory.Supplier](g.tx).Select("id", "name").Where("id IN ?", suppliers).Find(&rows).Error
	g.suppliers = map[uuid.UUID]string{}
	for _, s := range rows {
		g.suppliers[s.ID] = s.Name
	}
	return err
}

// addSystems adds each system with its risk, the largest first.
func (g *positioning) addSystems() error {
	var rows []*inventory.System
	err := store.Query[inventory.System](g.tx).Select("id", "reference", "name_en", "name_cy", "host_organisation_id", "tier", "criticality",
		"consequence", "exposure", "information_asset_owner").Where("id IN ?", g.ids).Order("reference").Find(&rows).Error
	if err != nil {
		return err
	}
	if err := g.nameHosts(rows); err != nil {
		return err
	}
	var suppliers []uuid.UUID
	for id := range g.suppliers {
		suppliers = append(suppliers, id)
	}
	told, err := incident.LastTold(g.tx, suppliers)
	if err != nil {
		return err
	}
	next := g.nextActions()
	g.p.Systems = make([]SystemPosition, 0, len(rows))
	for _, row := range rows {
		one := SystemPosition{ID: row.ID, Reference: row.Reference, Name: row.Name, Host: g.hosts[row.HostOrganisationID], Tier: row.Tier,
			Vital: row.Criticality != nil && *row.Criticality == inventory.CriticalityVital, Owner: cmp.Or(row.InformationAssetOwner, g.siros[row.HostOrganisationID]),
			Critical: g.criticals[row.ID], NextAction: next[row.ID]}
		var last calendar.Date
		standings := make([]review.Standing, 0, 1)
		for _, pair := range g.bySystem[row.ID] {
			last = max(last, told[pair.SupplierID])
			stands := pair.On(g.today)
			standings = append(standings, stands)
			one.Suppliers = append(one.Suppliers, g.suppliers[pair.SupplierID])
			if on := stands.NextReviewOn; on != "" && (one.NextOn == "" || on < one.NextOn) {
				one.NextOn = on
			}
		}
		slices.Sort(one.Suppliers)
		worst := review.WorstStanding(standings)
		one.Rating, one.Kind = worst.Rating, worst.Kind
		one.Inherent = risk.Inherent(row.Consequence, row.Exposure, moment(last), g.tx.Now())
		one.Residual = risk.Residual(one.Inherent, risk.Shown{Rating: worst.Rating, NoAnswer: worst.Kind == review.NoAnswer, CriticalFinding: one.Critical})
		g.p.Systems = append(g.p.Systems, one)
	}
	slices.SortStableFunc(g.p.Systems, func(a, b SystemPosition) int {
		return cmp.Or(b.Residual.Score-a.Residual.Score, a.Tier-b.Tier, strings.Compare(a.Reference, b.Reference))
	})
	return nil
}

func (g *positioning) nameHosts(systems []*inventory.System) error {
	ids := make([]uuid.UUID, len(systems))
	for i, s := range systems {
		ids[i] = s.HostOrganisationID
	}
	rows, err := store.All[directory.Organisation](g.tx, "", "id IN ?", ids)
	if err != nil {
		return err
	}
	g.hosts, g.siros = map[uuid.UUID]lang.Text{}, map[uuid.UUID]string{}
	for _, o := range rows {
		g.hosts[o.ID] = o.Name
	}
	siros, err := store.All[directory.Appointment](g.tx, "from_on", "organisation_id IN ? AND role = ? AND deputy = ? AND (from_on = '' OR from_on <= ?) AND (until_on = '' OR until_on >= ?)",
		ids, directory.SIRO, false, g.today, g.today)
	for _, a := range siros {
		g.siros[a.OrganisationID] = a.PersonName
	}
	return err
}

// addTrend rebuilds how today's systems stood at the last 11 month ends, and
// today.
func (g *positioning) addTrend() error {
	past, err := review.PastOf(g.tx, g.ids)
	if err != nil {
		return err
	}
	first := calendar.Date(string(g.today[:8]) + "01")
	for back := 10; back >= 0; back-- {
		g.p.Trend = append(g.p.Trend, g.trendOn(past, first.AddMonths(-back).AddDays(-1)))
	}
	now := TrendPoint{On: g.today, Counts: map[questionnaire.Rating]int{}}
	for _, rating := range review.Ratings {
		now.Counts[rating] = g.p.Count(rating)
	}
	g.p.Trend = append(g.p.Trend, now)
	return nil
}

func (g *positioning) trendOn(past *review.Past, day calendar.Date) TrendPoint {
	point := TrendPoint{On: day, Counts: map[questionnaire.Rating]int{}}
	for _, id := range g.ids {
		var standings []review.Standing
		for _, pair := range g.bySystem[id] {
			standings = append(standings, past.On(review.Pair{SupplierID: pair.SupplierID, SystemID: pair.SystemID}, day))
		}
		point.Counts[review.WorstStanding(standings).Rating]++
	}
	return point
}

// addSuppliers says how much rests on each supplier; a system counts as vital
// where its service is.
func (g *positioning) addSuppliers() error {
	standings, rows := map[uuid.UUID][]review.Standing{}, map[uuid.UUID]*SupplierPosition{}
	hosts := map[uuid.UUID]map[uuid.UUID]bool{}
	for _, pair := range g.pairs {
		row := rows[pair.SupplierID]
		if row == nil {
			row = &SupplierPosition{ID: pair.SupplierID, Name: g.suppliers[pair.SupplierID]}
			rows[pair.SupplierID], hosts[pair.SupplierID] = row, map[uuid.UUID]bool{}
		}
		row.Systems++
		if pair.Criticality != nil && *pair.Criticality == inventory.CriticalityVital {
			row.Vital++
		}
		hosts[pair.SupplierID][pair.HostOrganisationID] = true
		standings[pair.SupplierID] = append(standings[pair.SupplierID], pair.On(g.today))
	}
	g.p.Suppliers = make([]SupplierPosition, 0, len(rows))
	for id, row := range rows {
		row.Hosts, row.Rating = len(hosts[id]), review.WorstStanding(standings[id]).Rating
		g.p.Suppliers = append(g.p.Suppliers, *row)
	}
	slices.SortFunc(g.p.Suppliers, func(a, b SupplierPosition) int {
		return cmp.Or(b.Vital-a.Vital, b.Systems-a.Systems, strings.Compare(a.Name, b.Name))
	})
	return nil
}

// programmeIn finds a programme that the actor sees; a group is told of every
// one.
func programmeIn(tx *store.Tx, id uuid.UUID) (*review.Programme, error) {
	if tx.By().GroupID != uuid.Nil {
		tx = tx.AsProgram("name the programme of a paper")
	}
	return store.Find[review.Programme](tx, id)
}

// addProgramme says how far the programme is with the systems of the scope.
func (g *positioning) addProgramme() error {
	if g.programme == nil {
		return nil
	}
	progress, err := review.ProgressOver(g.tx, g.programme, g.ids)
	if err != nil {
		return err
	}
	g.p.Round = &RoundPosition{StartsOn: g.programme.StartsOn, EndsOn: g.programme.EndsOn, Systems: progress.Systems, Due: progress.Due,
		Stages: progress.Stages, BurnUp: progress.BurnUp}
	return nil
}
