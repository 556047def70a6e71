package review

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// PairRating is a rating that took effect for a pair of supplier and system.
type PairRating struct {
	store.Row
	SupplierID   uuid.UUID
	SystemID     uuid.UUID
	ReviewID     uuid.UUID
	SignOffID    uuid.UUID
	Rating       questionnaire.Rating
	Decision     Decision
	EffectiveOn  calendar.Date
	CurrentUntil calendar.Date
	TakenBackAt  *time.Time
}

// Scope is the reading scope of ratings; a supplier sees none of a system's.
func (PairRating) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Systems(by, access.InventoryRead, "pair_ratings.system_id")
}

// PairStanding is where a pair of supplier and system stands, whatever the day:
// worked out from its ratings and reviews by every change that touches them, so
// that lists need not. A pair without one was never reviewed.
type PairStanding struct {
	SystemID       uuid.UUID `gorm:"primaryKey"`
	SupplierID     uuid.UUID `gorm:"primaryKey"`
	LastRating     questionnaire.Rating
	RatedOn        calendar.Date
	CurrentUntil   calendar.Date
	RatingReviewID *uuid.UUID
	// NoAnswerFrom is the day from which silence counts as unsatisfactory.
	NoAnswerFrom calendar.Date
	OpenReviewID *uuid.UUID
	ReviewDueOn  calendar.Date
	NextDueOn    calendar.Date
	DueBecause   DueBecause
}

// Scope is the reading scope of ratings; a supplier sees none of a system's.
func (PairStanding) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Systems(by, access.InventoryRead, "pair_standings.system_id")
}

// LivePair is a pair of a supplier and a live system, with where it stands: the
// rows that lists and figures are made of.
type LivePair struct {
	PairStanding
	HostOrganisationID uuid.UUID
	Tier               int
	Criticality        *int
	Consequence        int
	Exposure           inventory.Exposure
}

// TableName is the view that makes them.
func (LivePair) TableName() string { return "live_pairs" }

// Scope is the reading scope of systems, on our side.
func (LivePair) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Systems(by, access.InventoryRead, "live_pairs.system_id")
}

// RatingToday is, in SQL over live_pairs, how grave the rating of a pair is as
// it counts on a day: On in words of the database.
func RatingToday(today calendar.Date) store.Condition {
	sql := "CASE WHEN no_answer_from <> '' AND no_answer_from <= ? THEN 4 WHEN last_rating = 'unsatisfactory' THEN 4" +
		" WHEN last_rating = '' OR current_until < ? THEN 3 WHEN last_rating = 'limited' THEN 2 WHEN last_rating = 'reasonable' THEN 1 ELSE 0 END"
	return store.Condition{SQL: sql, Args: []any{today, today}}
}

// OverPairs is a figure over the live pairs of one row that the actor sees, as
// an expression in a query of that row's table.
func OverPairs(tx *store.Tx, figure store.Condition, row string) store.Condition {
	scope := LivePair{}.Scope(tx.By())
	return store.Condition{SQL: "(SELECT " + figure.SQL + " FROM live_pairs WHERE " + row + " AND (" + scope.SQL + "))",
		Args: slices.Concat(figure.Args, scope.Args)}
}

// GroupedPairs holds a column against the live pairs that the actor sees: is it
// (not) in those whose figure compares so?
func GroupedPairs(tx *store.Tx, in, of string, figure store.Condition, compares string, with any) store.Condition {
	scope := LivePair{}.Scope(tx.By())
	return store.Condition{SQL: in + " (SELECT " + of + " FROM live_pairs WHERE " + scope.SQL + " GROUP BY " + of + " HAVING " + figure.SQL + " " + compares + " ?)",
		Args: slices.Concat(scope.Args, figure.Args, []any{with})}
}

// pairOf works out where a pair stands from the ratings that took effect for
// it and the reviews that cover it.
func pairOf(ratings []*PairRating, reviews []*Review) PairStanding {
	var p PairStanding
	latest := latestRating(ratings)
	if latest != nil {
		p.LastRating, p.RatedOn, p.CurrentUntil, p.RatingReviewID = latest.Rating, latest.EffectiveOn, latest.CurrentUntil, &latest.ReviewID
	}
	for _, r := range reviews {
		if from := r.silentFrom(latest); from != "" && (p.NoAnswerFrom == "" || from < p.NoAnswerFrom) {
			p.NoAnswerFrom = from
		}
		if r.Open() && (p.OpenReviewID == nil || r.DueOn < p.ReviewDueOn) {
			p.OpenReviewID, p.ReviewDueOn = &r.ID, r.DueOn
		}
	}
	return p
}

// On says where the pair stands on a day.
func (p *PairStanding) On(today calendar.Date) Standing {
	s := Standing{SupplierID: p.SupplierID, SystemID: p.SystemID, Kind: NeverReviewed, Rating: questionnaire.NotAssured,
		LastRating: p.LastRating, RatedOn: p.RatedOn, Until: p.CurrentUntil, ReviewID: valueOrNil(p.RatingReviewID),
		NextReviewOn: p.ReviewDueOn, UnderReview: p.OpenReviewID != nil, NextDueOn: p.NextDueOn, DueBecause: p.DueBecause}
	if p.LastRating != "" {
		s.NextReviewOn = cmp.Or(p.ReviewDueOn, p.NextDueOn)
		s.Kind, s.Rating = Current, p.LastRating
		if today > p.CurrentUntil {
			s.Kind = Lapsed
			if p.LastRating != questionnaire.Unsatisfactory {
				s.Rating = questionnaire.NotAssured
			}
		}
	}
	if p.NoAnswerFrom != "" && p.NoAnswerFrom <= today {
		s.Kind, s.Rating = NoAnswer, questionnaire.Unsatisfactory
	}
	return s
}

// silentFrom gives the day from which the supplier owes this review its
// answers: 28 days after the due date until the first submission, and from a
// closing until a later rating of the pair. Silence must not pay.
func (r *Review) silentFrom(latest *PairRating) calendar.Date {
	switch {
	case r.Kind == Desk:
	case r.State == Closed && (latest == nil || latest.CreatedAt.Before(valueOf(r.EndedAt))):
		return calendar.On(valueOf(r.EndedAt))
	case r.is(Issued, InProgress) && r.FirstSubmittedAt == nil:
		return r.DueOn.AddDays(silence)
	}
	return ""
}

// pairKey names a pair of supplier and system.
type pairKey struct{ supplier, system uuid.UUID }

// Restand works out anew where the supplier stands with each of the systems,
// and when they are due.
func Restand(tx *store.Tx, supplier uuid.UUID, systems []uuid.UUID) error {
	pairs := make([]pairKey, len(systems))
	for i, system := range systems {
		pairs[i] = pairKey{supplier, system}
	}
	return restandPairs(tx, pairs)
}

// restandPairs holds each pair first, in the same order everywhere, so that of
// two changes the later sees the earlier.
func restandPairs(tx *store.Tx, pairs []pairKey) error {
	tx = tx.AsProgram("work out standings")
	slices.SortFunc(pairs, func(a, b pairKey) int {
		return cmp.Or(slices.Compare(a.system[:], b.system[:]), slices.Compare(a.supplier[:], b.supplier[:]))
	})
	held := map[pairKey]*PairStanding{}
	for _, pair := range pairs {
		var err error
		if held[pair], err = holdPair(tx, pair); err != nil {
			return err
		}
	}
	now, err := workOutPairs(tx, pairs)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		if p := now[pair]; !p.same(held[pair]) {
			if err := p.keep(tx); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepStanding saves a review, and where its pairs stand with it.
func keepStanding(tx *store.Tx, r *Review, action audit.Action) error {
	if err := tx.Save(r, action); err != nil {
		return err
	}
	return restandReview(tx, r)
}

func restandReview(tx *store.Tx, r *Review) error {
	systems, err := systemsOf(tx.AsProgram("work out standings"), r.ID)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(systems))
	for i, system := range systems {
		ids[i] = system.ID
	}
	return Restand(tx, r.SupplierID, ids)
}

func holdPair(tx *store.Tx, pair pairKey) (*PairStanding, error) {
	if err := tx.Ensure(&PairStanding{SupplierID: pair.supplier, SystemID: pair.system}); err != nil {
		return nil, err
	}
	return store.LockBy[PairStanding](tx, "supplier_id = ? AND system_id = ?", pair.supplier, pair.system)
}

// workOutPairs works pairs out from the rows, in a number of queries that does
// not grow with them.
func workOutPairs(tx *store.Tx, pairs []pairKey) (map[pairKey]PairStanding, error) {
	suppliers, systems := suppliersAndSystems(slices.Clone(pairs))
	rows, err := store.Many[PairRating](tx, "created_at", "supplier_id IN ? AND system_id IN ?", suppliers, systems)
	if err != nil {
		return nil, err
	}
	ratings := map[pairKey][]*PairRating{}
	for _, row := range rows {
		pair := pairKey{row.SupplierID, row.SystemID}
		ratings[pair] = append(ratings[pair], row)
	}
	reviews, err := standingReviews(tx, suppliers, systems)
	if err != nil {
		return nil, err
	}
	trigger, err := triggersOf(tx, pairs)
	if err != nil {
		return nil, err
	}
	worked := map[pairKey]PairStanding{}
	for _, pair := range pairs {
		p := pairOf(ratings[pair], reviews[pair])
		p.SupplierID, p.SystemID = pair.supplier, pair.system
		p.schedule(trigger[pair], calendar.On(tx.Now()))
		worked[pair] = p
	}
	return worked, nil
}

// standingReviews loads what standing asks of the reviews of pairs, and no more
// of them.
func standingReviews(tx *store.Tx, suppliers, systems []uuid.UUID) (map[pairKey][]*Review, error) {
	var rows []*Review
	err := store.Query[Review](tx).Select("id", "supplier_id", "kind", "state", "due_on", "first_submitted_at", "ended_at").
		Where("supplier_id IN ? AND state NOT IN ?", suppliers, []State{SignedOff, Cancelled}).
		Where("id IN (?)", store.Query[Coverage](tx).Select("review_id").Where("system_id IN ?", systems)).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	byID := map[uuid.UUID]*Review{}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		byID[r.ID], ids[i] = r, r.ID
	}
	coverage, err := store.Many[Coverage](tx, "created_at, id", "review_id IN ? AND system_id IN ?", ids, systems)
	covered := map[pairKey][]*Review{}
	for _, c := range coverage {
		pair := pairKey{byID[c.ReviewID].SupplierID, c.SystemID}
		covered[pair] = append(covered[pair], byID[c.ReviewID])
	}
	return covered, err
}

// same compares all that is kept.
func (p *PairStanding) same(other *PairStanding) bool {
	a, b := *p, *other
	a.RatingReviewID, a.OpenReviewID, b.RatingReviewID, b.OpenReviewID = nil, nil, nil, nil
	return a == b && valueOrNil(p.RatingReviewID) == valueOrNil(other.RatingReviewID) && valueOrNil(p.OpenReviewID) == valueOrNil(other.OpenReviewID)
}

func (p *PairStanding) keep(tx *store.Tx) error {
	return store.Query[PairStanding](tx).Where("supplier_id = ? AND system_id = ?", p.SupplierID, p.SystemID).Updates(map[string]any{
		"last_rating": p.LastRating, "rated_on": p.RatedOn, "current_until": p.CurrentUntil, "rating_review_id": p.RatingReviewID,
		"no_answer_from": p.NoAnswerFrom, "open_review_id": p.OpenReviewID, "review_due_on": p.ReviewDueOn,
		"next_due_on": p.NextDueOn, "due_because": p.DueBecause,
	}).Error
}
