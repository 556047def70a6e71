package review

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Stage says how far a programme is with a system.
type Stage string

// The stages of a system in a programme.
const (
	NotPlanned    Stage = "not_planned"
	ToBeIssued    Stage = "planned"
	WithSupplier  Stage = "with_supplier"
	BeingAssessed Stage = "being_assessed"
	ToBeSigned    Stage = "to_be_signed"
	EndedWithout  Stage = "closed" // declined, or no answer came
	DoneWith      Stage = "signed_off"
)

// Stages lists the stages in their order. A system is as far as the least
// advanced of its suppliers.
var Stages = []Stage{NotPlanned, ToBeIssued, WithSupplier, BeingAssessed, ToBeSigned, EndedWithout, DoneWith}

func (r *Review) stage() Stage {
	switch r.State {
	case Planned:
		return ToBeIssued
	case Issued, InProgress, Returned:
		return WithSupplier
	case Submitted, InAssessment:
		return BeingAssessed
	case Assessed:
		return ToBeSigned
	case SignedOff:
		return DoneWith
	case Closed:
		return EndedWithout
	}
	return NotPlanned
}

// countsFor reports whether a review counts for a programme: planned in it, or
// under way, or signed off since it began. What was begun outside of it need
// not be done again.
func (r *Review) countsFor(p *Programme) bool {
	return r.State != Cancelled && (r.ProgrammeID != nil && *r.ProgrammeID == p.ID || r.Open() ||
		r.State == SignedOff && calendar.On(valueOf(r.SignedOffAt)) >= p.StartsOn)
}

// CountingFor is countsFor in words of the database, for programmes of which the
// first began on a day; those cancelled outside of them are left out.
func CountingFor(starts calendar.Date, programmes ...uuid.UUID) store.Condition {
	return store.Condition{SQL: "programme_id IN ? OR state NOT IN ? OR signed_off_at >= ?",
		Args: []any{programmes, []State{SignedOff, Closed, Cancelled}, starts.AddDays(-1).EndOfDay()}}
}

// ProgrammeProgress is how far a programme is, over the live systems that the reader sees.
type ProgrammeProgress struct {
	On        calendar.Date   `json:"on"`
	Systems   int             `json:"systems"`
	Due       int             `json:"due"` // by today
	Stages    map[Stage]int   `json:"stages"`
	Hosts     []HostProgress  `json:"organisations"` // by name
	BurnUp    []BurnPoint     `json:"burn_up"`
	Holders   []Holder        `json:"waiting_for"` // overdue first, then the longest wait
	Missing   []MissingReturn `json:"not_returned"`
	unplanned []*LivePair     // no review counts for them
}

// HostProgress is how far the systems of one host are.
type HostProgress struct {
	ID      uuid.UUID     `json:"organisation_id"`
	Name    lang.Text     `json:"name"`
	Systems int           `json:"systems"`
	Stages  map[Stage]int `json:"stages"`
}

// BurnPoint is how many systems should be done at the end of a day, and how
// many were; nil where the day is still to come.
type BurnPoint struct {
	On   calendar.Date `json:"on"`
	Due  int           `json:"due"`
	Done *int          `json:"done" nullable:"true"`
}

// MissingReturn is an organisation that has not returned its part of the
// inventory since the programme began.
type MissingReturn struct {
	ID     uuid.UUID     `json:"organisation_id"`
	Name   lang.Text     `json:"name"`
	LastOn calendar.Date `json:"last_on"` // empty: never
}

// ProgrammeProgress says how far a programme is.
func (s *Service) ProgrammeProgress(ctx context.Context, by access.Actor, id uuid.UUID) (*ProgrammeProgress, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*ProgrammeProgress, error) {
		p, err := store.Find[Programme](tx, id)
		if err != nil {
			return nil, err
		}
		g, err := progressing(tx, []*Programme{p})
		if err != nil {
			return nil, err
		}
		progress := g.of(p)
		if err := g.holdUps(progress, p); err != nil {
			return nil, err
		}
		return progress, g.addMissing(progress, p)
	})
}

// ProgressOver says how far a programme is with some of its systems; who holds
// what up, and who has returned what, is left out.
func ProgressOver(tx *store.Tx, p *Programme, systems []uuid.UUID) (*ProgrammeProgress, error) {
	g, err := progressing(tx, []*Programme{p})
	if err != nil {
		return nil, err
	}
	g.chosen = slices.DeleteFunc(g.chosen, func(row *ProgrammeSystem) bool { return !slices.Contains(systems, row.SystemID) })
	return g.of(p), nil
}

// ProgrammeRow is a programme as a list shows it.
type ProgrammeRow struct {
	*ProgrammeDetail
	Systems int // live ones
	Done    int
}

// Programmes lists the programmes that the actor sees, the last to end first.
func (s *Service) Programmes(ctx context.Context, by access.Actor, p store.Paging) (store.List[ProgrammeRow], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[ProgrammeRow], error) {
		rows, err := store.Paged[Programme](tx, store.Query[Programme](tx), p,
			store.Columns{"reference": "reference", "starts_on": "starts_on", "ends_on": "ends_on", "created_at": "created_at"}, "-ends_on")
		list := store.List[ProgrammeRow]{Next: rows.Next, Total: rows.Total, Items: []ProgrammeRow{}}
		if err != nil {
			return list, err
		}
		details, err := programmeDetails(tx, rows.Items)
		if err != nil {
			return list, err
		}
		g, err := progressing(tx, rows.Items)
		if err != nil {
			return list, err
		}
		for _, d := range details {
			progress := g.of(d.Programme)
			list.Items = append(list.Items, ProgrammeRow{d, progress.Systems, progress.Stages[DoneWith]})
		}
		return list, nil
	})
}

// progress works out how far programmes are, over what the actor sees, in a
// fixed number of queries.
type progress struct {
	tx      *store.Tx
	today   calendar.Date
	chosen  []*ProgrammeSystem
	systems map[uuid.UUID]*inventory.System
	pairs   map[uuid.UUID][]*LivePair // by system
	reviews map[pairKey][]*Review
	hosts   map[uuid.UUID]lang.Text
}

func progressing(tx *store.Tx, programmes []*Programme) (*progress, error) {
	g := &progress{tx: tx, today: calendar.On(tx.Now()), systems: map[uuid.UUID]*inventory.System{}, pairs: map[uuid.UUID][]*LivePair{}, reviews: map[pairKey][]*Review{}}
	ids := make([]uuid.UUID, len(programmes))
	starts := g.today
	for i, p := range programmes {
		ids[i], starts = p.ID, min(starts, p.StartsOn)
	}
	var err error
	if g.chosen, err = store.Many[ProgrammeSystem](tx, "created_at, id", "programme_id IN ?", ids); err != nil {
		return nil, err
	}
	chosen := store.Query[ProgrammeSystem](tx).Select("system_id").Where("programme_id IN ?", ids)
	// What is chosen is named whoever may open its own page.
	program := tx.AsProgram("work out the progress of programmes")
	var systems []*inventory.System
	if err := store.Query[inventory.System](program).Select("id", "reference", "name_en", "name_cy", "host_organisation_id").
		Where("id IN (?) AND status <> ?", chosen, inventory.Retired).Find(&systems).Error; err != nil {
		return nil, err
	}
	for _, system := range systems {
		g.systems[system.ID] = system
	}
	pairs, err := store.Many[LivePair](program, "system_id, supplier_id", "system_id IN (?)", chosen)
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		g.pairs[pair.SystemID] = append(g.pairs[pair.SystemID], pair)
	}
	if g.hosts, err = organisationNames(tx); err != nil {
		return nil, err
	}
	return g, g.addReviews(chosen, ids, starts)
}

func (g *progress) addReviews(chosen store.Asked, programmes []uuid.UUID, starts calendar.Date) error {
	program := g.tx.AsProgram("work out the progress of programmes")
	covering := store.Query[Coverage](program).Select("review_id").Where("system_id IN (?)", chosen)
	counts := CountingFor(starts, programmes...)
	var reviews []*Review
	err := store.Query[Review](program).Select("id", "reference", "kind", "supplier_id", "programme_id", "state", "due_on", "waiting_since", "signed_off_at", "accuracy_check_until", "created_at").
		Where("id IN (?) AND state <> ?", covering, Cancelled).
		Where(counts.SQL, counts.Args...).
		Order("created_at, id").Find(&reviews).Error
	if err != nil {
		return err
	}
	byID := map[uuid.UUID]*Review{}
	for _, r := range reviews {
		byID[r.ID] = r
	}
	covers, err := store.Many[Coverage](program, "", "system_id IN (?)", chosen)
	for _, row := range covers {
		if r := byID[row.ReviewID]; r != nil {
			at := pairKey{r.SupplierID, row.SystemID}
			g.reviews[at] = append(g.reviews[at], r)
		}
	}
	return err
}

// counting gives the review of a pair that counts for a programme: one that is
// signed off, else one under way, else one that ended without; of several the
// newest. Nil: none.
func (g *progress) counting(p *Programme, pair *LivePair) *Review {
	var best *Review
	rank := func(r *Review) int {
		switch {
		case r.State == SignedOff:
			return 3
		case r.Open():
			return 2
		}
		return 1
	}
	for _, r := range g.reviews[pairKey{pair.SupplierID, pair.SystemID}] {
		if r.countsFor(p) && (best == nil || rank(r) > rank(best) || rank(r) == rank(best) && !r.CreatedAt.Before(best.CreatedAt)) {
			best = r
		}
	}
	return best
}

// of works out one of the programmes.
func (g *progress) of(p *Programme) *ProgrammeProgress {
	out := &ProgrammeProgress{On: g.today, Stages: map[Stage]int{}, Hosts: []HostProgress{}, Holders: []Holder{}, Missing: []MissingReturn{}}
	var burns []burn
	for _, row := range g.chosen {
		system := g.systems[row.SystemID]
		if row.ProgrammeID != p.ID || system == nil {
			continue
		}
		stage, one := g.stageOf(p, out, system.ID)
		out.Systems++
		out.Stages[stage]++
		burns = append(burns, one)
		if one.due <= g.today {
			out.Due++
		}
		at := slices.IndexFunc(out.Hosts, func(h HostProgress) bool { return h.ID == system.HostOrganisationID })
		if at < 0 {
			at = len(out.Hosts)
			out.Hosts = append(out.Hosts, HostProgress{ID: system.HostOrganisationID, Name: g.hosts[system.HostOrganisationID], Stages: map[Stage]int{}})
		}
		out.Hosts[at].Systems++
		out.Hosts[at].Stages[stage]++
	}
	slices.SortFunc(out.Hosts, func(a, b HostProgress) int { return strings.Compare(a.Name.En, b.Name.En) })
	out.BurnUp = burnUp(p, g.today, burns)
	return out
}

// burn is when a system is due, and when it was done with.
type burn struct{ due, done calendar.Date }

func (g *progress) stageOf(p *Programme, out *ProgrammeProgress, system uuid.UUID) (Stage, burn) {
	stage, one := DoneWith, burn{}
	if len(g.pairs[system]) == 0 {
		stage = NotPlanned
	}
	for _, pair := range g.pairs[system] {
		r := g.counting(p, pair)
		if r == nil {
			out.unplanned = append(out.unplanned, pair)
			stage, one.due = NotPlanned, p.EndsOn
			continue
		}
		if slices.Index(Stages, r.stage()) < slices.Index(Stages, stage) {
			stage = r.stage()
		}
		one.due = max(one.due, r.DueOn)
		if r.State == SignedOff {
			one.done = max(one.done, calendar.On(valueOf(r.SignedOffAt)))
		}
	}
	one.due = cmp.Or(one.due, p.EndsOn)
	if stage != DoneWith {
		one.done = ""
	}
	return stage, one
}

// mostPoints is how many points a burn-up has at the most; a programme of more
// months has one for each so many.
const mostPoints = 13

// burnUp counts systems at the month ends of a programme, the last point on its
// last day, or today where that is past. Of this month it tells what is so far.
func burnUp(p *Programme, today calendar.Date, burns []burn) []BurnPoint {
	first, last := p.StartsOn[:8]+"01", max(p.EndsOn, min(today, p.EndsOn.AddMonths(12)))
	var days []calendar.Date
	for month := first.AddMonths(1); month.AddDays(-1) < last; month = month.AddMonths(1) {
		days = append(days, month.AddDays(-1))
	}
	days = append(days, last)
	step := (len(days) + mostPoints - 1) / mostPoints
	points := []BurnPoint{}
	begun := p.StartsOn
	for i, day := range days {
		if (len(days)-1-i)%step != 0 {
			continue
		}
		point, done := BurnPoint{On: day}, 0
		for _, one := range burns {
			if one.due <= day {
				point.Due++
			}
			if one.done != "" && one.done <= day {
				done++
			}
		}
		if begun <= today { // the day, or what is so far of the time up to it
			point.Done = &done
		}
		begun = day.AddDays(1)
		points = append(points, point)
	}
	return points
}
