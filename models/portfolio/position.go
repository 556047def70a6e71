package portfolio

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// PositionFilter says of what the position is; each field may be left empty.
// A group is told of everything: its scope is all of Wales.
type PositionFilter struct {
	OrganisationID uuid.UUID // that hosts or uses the systems, with the bodies that it hosts
	GroupID        uuid.UUID
	ProgrammeID    uuid.UUID
}

// Position is everything that a pack says of a scope, as it is at one moment.
// It counts live systems that a supplier has a part in.
type Position struct {
	At           time.Time               `json:"at"`
	Organisation lang.Text               `json:"organisation"`
	Group        lang.Text               `json:"group"`
	Programme    lang.Text               `json:"programme"`
	RiskRules    string                  `json:"risk_rules"`
	ScoringRules string                  `json:"scoring_rules"`
	Systems      []SystemPosition        `json:"systems"`   // largest risk first
	Suppliers    []SupplierPosition      `json:"suppliers"` // most depends on first
	Trend        []TrendPoint            `json:"trend"`     // month ends, the last one today
	Reviews      ReviewsPosition         `json:"reviews"`
	Findings     map[review.Severity]int `json:"findings"` // open: of signed reviews, with no verified action
	Actions      []ActionPosition        `json:"actions"`  // not verified, the longest overdue first
	Verified     int                     `json:"verified"` // actions verified in the last 12 months
	Round        *RoundPosition          `json:"round"`    // nil: of no programme
}

// RoundPosition is how far a programme is with the systems of the scope.
type RoundPosition struct {
	StartsOn calendar.Date        `json:"starts_on"`
	EndsOn   calendar.Date        `json:"ends_on"`
	Systems  int                  `json:"systems"`
	Due      int                  `json:"due"` // by the moment of the position
	Stages   map[review.Stage]int `json:"stages"`
	BurnUp   []review.BurnPoint   `json:"burn_up"`
}

// SystemPosition is a system in a position.
type SystemPosition struct {
	ID         uuid.UUID            `json:"id"`
	Reference  string               `json:"reference"`
	Name       lang.Text            `json:"name"`
	Host       lang.Text            `json:"host"`
	Suppliers  []string             `json:"suppliers"`
	Tier       int                  `json:"tier"`
	Vital      bool                 `json:"vital"`
	Rating     questionnaire.Rating `json:"rating"` // as it counts, the worst over its suppliers
	Kind       review.StandingKind  `json:"standing"`
	NextOn     calendar.Date        `json:"next_review_on"`
	Inherent   risk.Assessment      `json:"inherent"`
	Residual   risk.Assessment      `json:"residual"`
	Critical   bool                 `json:"critical"` // a critical finding is open
	Owner      string               `json:"owner"`    // of its information, or else the SIRO of its host
	NextAction *ActionPosition      `json:"next_action"`
}

// SupplierPosition says how much rests on one supplier.
type SupplierPosition struct {
	ID      uuid.UUID            `json:"id"`
	Name    string               `json:"name"`
	Vital   int                  `json:"vital"` // vital systems
	Systems int                  `json:"systems"`
	Hosts   int                  `json:"hosts"` // organisations that host them
	Rating  questionnaire.Rating `json:"rating"`
}

// TrendPoint is how today's systems stood at the end of a day.
type TrendPoint struct {
	On     calendar.Date                `json:"on"`
	Counts map[questionnaire.Rating]int `json:"counts"`
}

// ReviewsPosition is what was planned and what was done.
type ReviewsPosition struct {
	Months       []MonthOfReviews     `json:"months"` // the last 12, this one last
	States       map[review.State]int `json:"states"` // of those under way
	LateByThem   int                  `json:"late_by_them"`
	LateByUs     int                  `json:"late_by_us"`
	Ended        []EndedReview        `json:"ended"`         // closed or cancelled in the last 12 months
	NeverPlanned int                  `json:"never_planned"` // systems neither assured nor under review
}

// MonthOfReviews counts the reviews first due in a month, how many of those are
// signed off by now, and how many were signed off in it whenever they were due.
type MonthOfReviews struct {
	Month   calendar.Date `json:"month"` // its first day
	Due     int           `json:"due"`
	DueDone int           `json:"due_done"`
	Signed  int           `json:"signed"`
}

// EndedReview is a review that was closed or cancelled.
type EndedReview struct {
	Reference string               `json:"reference"`
	Supplier  string               `json:"supplier"`
	State     review.State         `json:"state"`
	Reason    string               `json:"reason"`
	On        calendar.Date        `json:"on"`
	Rating    questionnaire.Rating `json:"rating"` // worked out before it ended, if it was
}

// ActionPosition is an action that is not verified.
type ActionPosition struct {
	Reference string             `json:"reference"`
	Text      lang.Text          `json:"text"`
	Owner     string             `json:"owner"`
	DueOn     calendar.Date      `json:"due_on"`
	State     review.ActionState `json:"state"`
	Side      review.Side        `json:"side"`
	Supplier  string             `json:"supplier"`
	Severity  review.Severity    `json:"severity"` // of its finding, if it has one
	Overdue   bool               `json:"overdue"`
}

// Count counts the systems with a rating.
func (p *Position) Count(rating questionnaire.Rating) int {
	n := 0
	for i := range p.Systems {
		if p.Systems[i].Rating == rating {
			n++
		}
	}
	return n
}

// OfTier counts the systems of a tier with a rating.
func (p *Position) OfTier(tier int, rating questionnaire.Rating) int {
	n := 0
	for i := range p.Systems {
		if p.Systems[i].Tier == tier && p.Systems[i].Rating == rating {
			n++
		}
	}
	return n
}

// AtLevel counts the systems whose residual risk is of a level.
func (p *Position) AtLevel(level risk.RiskLevel) int {
	n := 0
	for i := range p.Systems {
		if p.Systems[i].Residual.Level == level {
			n++
		}
	}
	return n
}

// Overdue gives the actions that should be done by now.
func (p *Position) Overdue() []ActionPosition {
	var late []ActionPosition
	for _, a := range p.Actions {
		if a.Overdue {
			late = append(late, a)
		}
	}
	return late
}

// Concentrated gives the suppliers that so many vital systems rest on at least.
func (p *Position) Concentrated(vital int) []SupplierPosition {
	var some []SupplierPosition
	for _, s := range p.Suppliers {
		if s.Vital >= vital {
			some = append(some, s)
		}
	}
	return some
}

// Position works out where a scope stands now. It counts what the actor may
// report on: a scope of another organisation or group does not exist for it.
func (s *Service) Position(ctx context.Context, by access.Actor, f PositionFilter) (*Position, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Position, error) { return PositionIn(tx, f, func(int) {}) })
}

// PositionIn is Position within a transaction. It tells how far it is, in per
// cent.
func PositionIn(tx *store.Tx, f PositionFilter, tell func(percent int)) (*Position, error) {
	scope, err := MayReport(tx.By(), access.ReportDraft, f)
	if err != nil {
		return nil, err
	}
	p := &Position{At: tx.Now(), RiskRules: risk.RuleVersion, ScoringRules: questionnaire.RuleVersion}
	g := &positioning{tx: tx.AsProgram("work out a position"), p: p, today: calendar.On(tx.Now())}
	if err := g.named(tx, scope); err != nil {
		return nil, err
	}
	pairs, err := pairsToReport(tx, scope)
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		func() error { return g.addPairs(pairs) }, g.addFindings, g.addSystems, g.addTrend, g.addSuppliers,
		g.addReviews, g.addProgramme,
	}
	for i, step := range steps {
		tell(100 * i / len(steps))
		if err := step(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// MayReport says whether the actor may report on a scope, and gives it with
// what the actor's place adds: who belongs to a group or an organisation
// reports on that when it asks for nothing else.
func MayReport(by access.Actor, permission access.Permission, f PositionFilter) (PositionFilter, error) {
	switch {
	case by.IsProgram():
		return f, nil
	case by.OnSupplierSide() || !by.Holds(permission):
		return f, fault.Forbidden("forbidden")
	case by.National():
		return f, nil
	case by.GroupID != uuid.Nil:
		if f.OrganisationID != uuid.Nil || f.GroupID != uuid.Nil && f.GroupID != by.GroupID {
			return f, fault.NotFound()
		}
		f.GroupID = by.GroupID
		return f, nil
	}
	if f.GroupID != uuid.Nil || f.OrganisationID != uuid.Nil && !slices.Contains(by.OrganisationIDs, f.OrganisationID) {
		return f, fault.NotFound()
	}
	if f.OrganisationID == uuid.Nil {
		f.OrganisationID = by.OrganisationID
	}
	return f, nil
}

// Named refuses a scope that is not there.
func Named(tx *store.Tx, f PositionFilter) error {
	g := &positioning{tx: tx.AsProgram("name the scope of a report"), p: &Position{}}
	return g.named(tx, f)
}

// named names the scope; one that is not there, or a programme that the actor
// does not see, is absent.
func (g *positioning) named(tx *store.Tx, f PositionFilter) error {
	if f.OrganisationID != uuid.Nil {
		o, err := store.Find[directory.Organisation](g.tx, f.OrganisationID)
		if err != nil {
			return err
		}
		g.p.Organisation = o.Name
	}
	if f.GroupID != uuid.Nil {
		group, err := store.Find[directory.Group](g.tx, f.GroupID)
		if err != nil {
			return err
		}
		g.p.Group = group.Name
	}
	if f.ProgrammeID != uuid.Nil {
		programme, err := programmeIn(tx, f.ProgrammeID)
		if err != nil {
			return err
		}
		g.programme, g.p.Programme = programme, programme.Title
	}
	return nil
}
