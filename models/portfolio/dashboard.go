package portfolio

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// Dashboard is how things stand, in figures: each is the total of a list that
// its reader can open. What is not for the reader is empty: to a supplier,
// systems, trend, risk and what was planned.
type Dashboard struct {
	At      time.Time     `json:"at"`
	Figures []Figure      `json:"figures"`
	Systems []TierCount   `json:"systems"` // live ones by tier and rating, the worst over their suppliers
	Trend   []TrendPoint  `json:"trend"`   // today's live systems at the ends of quarters, the last one today
	Risk    []LevelCount  `json:"risk"`    // live systems by residual risk, the gravest first
	Reviews []StateCount  `json:"reviews"` // in the order of a review's life
	Actions []ActionCount `json:"actions"`
	Months  []MonthDone   `json:"months"`  // the last 12, this one last
	Lapsing []Lapsing     `json:"lapsing"` // of the own supplier, the soonest first
}

// FigureKind says what a figure counts.
type FigureKind string

// What figures count.
const (
	CountSystems         FigureKind = "systems"          // live
	CountOverdue         FigureKind = "reviews_overdue"  // answers are late
	CountWaitsSupplier   FigureKind = "waits_supplier"   // reviews that wait for the supplier
	CountWaitsReviewer   FigureKind = "waits_reviewer"   // reviews that wait for a reviewer
	CountWaitsSigner     FigureKind = "waits_signer"     // reviews that wait for an approver
	CountReviewsDue      FigureKind = "reviews_due"      // due, and none planned
	CountActionsLate     FigureKind = "actions_late"     // open, and past their date
	CountUnanswered      FigureKind = "findings_open"    // signed off, and nothing is to be done about them
	CountContractsEnding FigureKind = "contracts_ending" // within 180 days
	CountLapsing         FigureKind = "certificates_lapsing"
)

// Figure is how many there are of something.
type Figure struct {
	Kind  FigureKind `json:"kind"`
	Count int        `json:"count"`
}

// TierCount is how many live systems of a tier show a rating.
type TierCount struct {
	Tier   int                  `json:"tier"`
	Rating questionnaire.Rating `json:"rating"`
	Count  int                  `json:"count"`
}

// LevelCount is how many live systems carry a residual risk of a level.
type LevelCount struct {
	Level risk.RiskLevel `json:"level"`
	Count int            `json:"count"`
}

// StateCount is how many reviews are in a state.
type StateCount struct {
	State review.State `json:"state"`
	Count int          `json:"count"`
}

// ActionCount is how many actions are in a state.
type ActionCount struct {
	State review.ActionState `json:"state"`
	Count int                `json:"count"`
}

// MonthDone is how many reviews were first due in a month, cancelled ones
// apart, and how many of those are signed off by now.
type MonthDone struct {
	Month   calendar.Date `json:"month"` // its first day
	Planned int           `json:"planned"`
	Done    int           `json:"done"`
}

// Lapsing is what a supplier holds that lapses within 60 days, or has.
type Lapsing struct {
	CertificateID *uuid.UUID    `json:"certificate_id" nullable:"true"` // null: a file given as evidence
	EvidenceID    *uuid.UUID    `json:"evidence_id" nullable:"true"`
	ReviewID      *uuid.UUID    `json:"review_id" nullable:"true"` // in which the file was given last
	Kind          string        `json:"kind"`                      // of the certificate
	Name          string        `json:"name"`
	On            calendar.Date `json:"on"`
}

// quarters is how many quarters that are over the trend goes back.
const quarters = 7

// evidenceDays is how long ago a file may have lapsed that is still called to
// mind: those of old reviews have all lapsed, and nothing is to be done.
const evidenceDays = 60

// RecentDashboard is Dashboard as of the last seconds: the figures of a moment
// that it says, in which the actor has changed nothing since. It is shared with
// others who read it, and not to be changed.
func (s *Service) RecentDashboard(ctx context.Context, by access.Actor) (*Dashboard, error) {
	return s.figures.Get(by, func() (*Dashboard, error) { return s.Dashboard(ctx, by) })
}

// Dashboard gives the figures of what the actor sees.
func (s *Service) Dashboard(ctx context.Context, by access.Actor) (*Dashboard, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Dashboard, error) {
		if !by.Holds(access.ReviewRead) {
			return nil, fault.Forbidden("forbidden")
		}
		c := &counter{tx: tx, today: calendar.On(tx.Now()), d: &Dashboard{At: tx.Now(), Figures: []Figure{}, Systems: []TierCount{}, Trend: []TrendPoint{},
			Risk: []LevelCount{}, Reviews: []StateCount{}, Actions: []ActionCount{}, Months: []MonthDone{}, Lapsing: []Lapsing{}}}
		ours := !by.OnSupplierSide()
		for _, step := range []struct {
			count func() error
			given bool
		}{
			{c.systems, ours && by.Holds(access.InventoryRead)}, {c.risk, ours && by.Holds(access.InventoryRead)},
			{c.reviews, true}, {c.months, ours}, {c.due, ours && by.Holds(access.ReviewPlan)},
			{c.actions, by.Holds(access.AnswersRead)}, {c.findings, ours && by.Holds(access.AnswersRead)},
			{c.contracts, ours && by.Holds(access.InventoryRead)}, {c.lapsing, !ours},
		} {
			if !step.given {
				continue
			}
			if err := step.count(); err != nil {
				return nil, err
			}
		}
		return c.d, nil
	})
}

// Count gives how many live systems of a tier show a rating; 0 and nothing
// stand for any.
func (d *Dashboard) Count(tier int, rating questionnaire.Rating) int {
	n := 0
	for _, one := range d.Systems {
		if (tier == 0 || one.Tier == tier) && (rating == "" || one.Rating == rating) {
			n += one.Count
		}
	}
	return n
}

// counter counts what a dashboard shows.
type counter struct {
	tx    *store.Tx
	today calendar.Date
	d     *Dashboard
}

// add counts the rows of a query.
func (c *counter) add(kind FigureKind, q store.Asked) error {
	var n int64
	err := q.Count(&n).Error
	c.d.Figures = append(c.d.Figures, Figure{kind, int(n)})
	return err
}

// countBy counts the rows of a query by the values of a column.
func countBy[K ~string](q store.Asked, column string) (map[K]int, error) {
	var rows []struct {
		Value K
		N     int
	}
	err := q.Select(column + " AS value, count(*) AS n").Group(column).Scan(&rows).Error
	counts := map[K]int{}
	for _, row := range rows {
		counts[row.Value] = row.N
	}
	return counts, err
}

// days are the ends of the quarters that the trend goes back over.
func (c *counter) days() []calendar.Date {
	at := c.today.Time()
	first := calendar.Date(time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	days := make([]calendar.Date, quarters)
	for i := range days {
		days[i] = first.AddMonths(-3 * (quarters - 1 - i)).AddDays(-1)
	}
	return days
}

// shown is a system with the worst of its suppliers, then and today.
type shown struct {
	tier int
	then []questionnaire.Rating // today last
}

// systems counts live systems by tier and rating, and as they stood before. A
// system without a supplier is not assured.
func (c *counter) systems() error {
	days := c.days()
	pairs, err := review.RatingsOn(c.tx, days)
	if err != nil {
		return err
	}
	bySystem := make(map[uuid.UUID]*shown, len(pairs))
	for _, pair := range pairs {
		ratings := append(pair.Then, pair.Today)
		s := bySystem[pair.SystemID]
		if s == nil {
			bySystem[pair.SystemID] = &shown{pair.Tier, ratings}
			continue
		}
		for i, rating := range ratings {
			if review.Gravity(rating) > review.Gravity(s.then[i]) {
				s.then[i] = rating
			}
		}
	}
	var alone []struct{ Tier, N int }
	err = store.Query[inventory.System](c.tx).Select("tier, count(*) AS n").Group("tier").
		Where("status = ? AND id NOT IN (?)", inventory.Live, store.Query[review.LivePair](c.tx).Select("system_id")).Scan(&alone).Error
	if err != nil {
		return err
	}
	points := make([]TrendPoint, quarters+1)
	for i, day := range append(days, c.today) {
		points[i] = TrendPoint{On: day, Counts: map[questionnaire.Rating]int{}}
		for _, rating := range review.Ratings {
			points[i].Counts[rating] = 0
		}
	}
	cells := map[TierCount]int{}
	count := func(tier, n int, of func(i int) questionnaire.Rating) {
		for i := range points {
			points[i].Counts[of(i)] += n
		}
		cells[TierCount{Tier: tier, Rating: of(quarters)}] += n
	}
	for _, s := range bySystem {
		count(s.tier, 1, func(i int) questionnaire.Rating { return s.then[i] })
	}
	for _, row := range alone {
		count(row.Tier, row.N, func(int) questionnaire.Rating { return questionnaire.NotAssured })
	}
	c.d.Trend = points
	for tier := 1; tier <= 4; tier++ {
		for _, rating := range review.Ratings {
			at := TierCount{Tier: tier, Rating: rating}
			n := cells[at]
			at.Count = n
			c.d.Systems = append(c.d.Systems, at)
		}
	}
	c.d.Figures = append(c.d.Figures, Figure{CountSystems, c.d.Count(0, "")})
	return nil
}

// risk counts live systems by level of residual risk.
func (c *counter) risk() error {
	matrix, err := matrixIn(c.tx, RegisterFilter{})
	if err != nil {
		return err
	}
	counts := map[risk.RiskLevel]int{}
	for at, n := range matrix {
		counts[risk.Level(at.Consequence*at.Likelihood)] += n
	}
	for _, level := range []risk.RiskLevel{risk.Extreme, risk.High, risk.Moderate, risk.Low} {
		c.d.Risk = append(c.d.Risk, LevelCount{level, counts[level]})
	}
	return nil
}

// reviews counts reviews by state, and by whom they wait for.
func (c *counter) reviews() error {
	counts, err := countBy[review.State](review.Filter{}.In(c.tx), "state")
	if err != nil {
		return err
	}
	for _, state := range review.States {
		if state != review.Planned || !c.tx.By().OnSupplierSide() { // it is told once it is asked
			c.d.Reviews = append(c.d.Reviews, StateCount{state, counts[state]})
		}
	}
	for _, figure := range []struct {
		kind FigureKind
		of   review.Filter
	}{
		{CountOverdue, review.Filter{Overdue: true}}, {CountWaitsSupplier, review.Filter{WaitingFor: review.WaitsForSupplier}},
		{CountWaitsReviewer, review.Filter{WaitingFor: review.WaitsForReviewer}}, {CountWaitsSigner, review.Filter{WaitingFor: review.WaitsForSigner}},
	} {
		if err := c.add(figure.kind, figure.of.In(c.tx)); err != nil {
			return err
		}
	}
	return nil
}

// months sets what was first due in each of the last 12 months beside what of
// it is done.
func (c *counter) months() error {
	this := calendar.Date(string(c.today[:8]) + "01")
	first := this.AddMonths(-11)
	var rows []MonthDone
	err := store.Query[review.Review](c.tx).Where("state <> ? AND first_due_on >= ? AND first_due_on < ?", review.Cancelled, first, this.AddMonths(1)).
		Select("substr(first_due_on, 1, 7) AS month, count(*) AS planned, sum(CASE WHEN state = 'signed_off' THEN 1 ELSE 0 END) AS done").Group("substr(first_due_on, 1, 7)").Scan(&rows).Error
	for i := range 12 {
		one := MonthDone{Month: first.AddMonths(i)}
		for _, row := range rows {
			if row.Month == one.Month[:7] {
				one.Planned, one.Done = row.Planned, row.Done
			}
		}
		c.d.Months = append(c.d.Months, one)
	}
	return err
}

// due counts the piles of the desk that have no list of their own.
func (c *counter) due() error {
	g := &gatherer{tx: c.tx, today: c.today}
	if err := c.add(CountReviewsDue, g.dueIn()); err != nil {
		return err
	}
	return c.add(CountLapsing, g.lapsingIn())
}

func (c *counter) actions() error {
	counts, err := countBy[review.ActionState](review.ActionFilter{}.In(c.tx), "state")
	if err != nil {
		return err
	}
	for _, state := range review.ActionStates {
		c.d.Actions = append(c.d.Actions, ActionCount{state, counts[state]})
	}
	return c.add(CountActionsLate, review.ActionFilter{Late: true}.In(c.tx))
}

func (c *counter) findings() error {
	return c.add(CountUnanswered, review.FindingFilter{Unanswered: true}.In(c.tx))
}

func (c *counter) contracts() error {
	return c.add(CountContractsEnding, inventory.ContractFilter{Ending: true}.In(c.tx))
}

// lapsing lists what of the own supplier lapses: certificates, and files given
// as evidence, each file once.
func (c *counter) lapsing() error {
	until := c.today.AddDays(certificateDays)
	held, err := store.All[inventory.Certificate](c.tx, "expires_on, id", "expires_on <> '' AND expires_on <= ?", until)
	if err != nil {
		return err
	}
	for _, one := range held {
		c.d.Lapsing = append(c.d.Lapsing, Lapsing{CertificateID: &one.ID, Kind: one.Kind, Name: one.Name, On: one.ExpiresOn})
	}
	files, err := store.All[review.Evidence](c.tx, "created_at DESC, id DESC", "kind = ? AND removed_at IS NULL AND valid_to >= ? AND valid_to <= ?",
		review.FileEvidence, c.today.AddDays(-evidenceDays), until)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, one := range files {
		if !seen[one.SHA256] {
			c.d.Lapsing = append(c.d.Lapsing, Lapsing{EvidenceID: &one.ID, ReviewID: &one.ReviewID, Name: one.Name, On: one.ValidTo})
		}
		seen[one.SHA256] = true
	}
	slices.SortStableFunc(c.d.Lapsing, func(a, b Lapsing) int {
		return cmp.Or(strings.Compare(string(a.On), string(b.On)), strings.Compare(a.Name, b.Name))
	})
	return nil
}
