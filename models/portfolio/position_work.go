package portfolio

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// addFindings adds the open findings of signed reviews over the systems, and
// the actions that are not verified. What is not signed off is nobody's to
// report yet.
func (g *positioning) addFindings() error {
	if err := g.signedReviews(); err != nil {
		return err
	}
	ids := make([]uuid.UUID, 0, len(g.reviews))
	for id := range g.reviews {
		ids = append(ids, id)
	}
	var findings []*review.Finding
	err := store.Query[review.Finding](g.tx).Select("id", "review_id", "system_id", "severity").Where("review_id IN ?", ids).Find(&findings).Error
	if err != nil {
		return err
	}
	actions, err := store.Many[review.Action](g.tx, "due_on, reference", "review_id IN ? AND state <> ?", ids, review.ActionDropped)
	if err != nil {
		return err
	}
	done, yearAgo := map[uuid.UUID]bool{}, g.tx.Now().AddDate(-1, 0, 0)
	for _, a := range actions {
		if a.State != review.ActionVerified {
			continue
		}
		if a.FindingID != nil {
			done[*a.FindingID] = true
		}
		if a.VerifiedAt != nil && a.VerifiedAt.After(yearAgo) {
			g.p.Verified++
		}
	}
	g.p.Findings, g.criticals = map[review.Severity]int{}, map[uuid.UUID]bool{}
	severity := map[uuid.UUID]review.Severity{}
	for _, f := range findings {
		severity[f.ID] = f.Severity
		if done[f.ID] || f.SystemID != uuid.Nil && !slices.Contains(g.covers[f.ReviewID], f.SystemID) {
			continue
		}
		g.p.Findings[f.Severity]++
		for _, system := range g.covers[f.ReviewID] {
			if f.Severity == review.Critical && (f.SystemID == uuid.Nil || f.SystemID == system) {
				g.criticals[system] = true
			}
		}
	}
	g.addActions(actions, severity)
	return nil
}

// signedReviews finds the signed reviews that cover a system of the scope.
func (g *positioning) signedReviews() error {
	covers, err := store.Many[review.Coverage](g.tx, "", "system_id IN ?", g.ids)
	if err != nil {
		return err
	}
	g.reviews, g.covers = map[uuid.UUID]*review.Review{}, map[uuid.UUID][]uuid.UUID{}
	ids := make([]uuid.UUID, len(covers))
	for i, c := range covers {
		ids[i] = c.ReviewID
		g.covers[c.ReviewID] = append(g.covers[c.ReviewID], c.SystemID)
	}
	var rows []*review.Review
	err = store.Query[review.Review](g.tx).Select("id", "supplier_id").Where("id IN ? AND state = ?", ids, review.SignedOff).Find(&rows).Error
	for _, r := range rows {
		g.reviews[r.ID] = r
	}
	return err
}

func (g *positioning) addActions(actions []*review.Action, severity map[uuid.UUID]review.Severity) {
	g.p.Actions = []ActionPosition{}
	for _, a := range actions {
		if a.State == review.ActionVerified {
			continue
		}
		one := ActionPosition{Reference: a.Reference, Text: a.Text, Owner: a.OwnerName, DueOn: a.DueOn, State: a.State, Side: a.Side,
			Supplier: g.suppliers[g.reviews[a.ReviewID].SupplierID], Overdue: a.State == review.ActionOpen && a.DueOn != "" && a.DueOn < g.today}
		if a.FindingID != nil {
			one.Severity = severity[*a.FindingID]
		}
		g.p.Actions = append(g.p.Actions, one)
		g.planned = append(g.planned, a.ReviewID)
	}
}

// nextActions gives for each system the action that is due first.
func (g *positioning) nextActions() map[uuid.UUID]*ActionPosition {
	next := map[uuid.UUID]*ActionPosition{}
	for i := range g.p.Actions {
		for _, system := range g.covers[g.planned[i]] {
			if a := &g.p.Actions[i]; a.DueOn != "" && next[system] == nil {
				next[system] = a
			}
		}
	}
	return next
}

// addReviews sets what was planned beside what was done, and says who is late.
func (g *positioning) addReviews() error {
	q := store.Query[review.Review](g.tx).Select("id", "reference", "supplier_id", "state", "first_due_on", "due_on", "signed_off_at", "ended_at",
		"accuracy_check_until", "end_reason", "assessment").
		Where("id IN (?)", store.Query[review.Coverage](g.tx).Select("review_id").Where("system_id IN ?", g.ids))
	if g.programme != nil {
		counts := review.CountingFor(g.programme.StartsOn, g.programme.ID)
		q = q.Where(counts.SQL, counts.Args...)
	}
	var rows []*review.Review
	if err := q.Order("reference").Find(&rows).Error; err != nil {
		return err
	}
	r := &g.p.Reviews
	r.States, r.Ended = map[review.State]int{}, []EndedReview{}
	first := calendar.Date(string(g.today[:8]) + "01")
	for back := 11; back >= 0; back-- {
		r.Months = append(r.Months, MonthOfReviews{Month: first.AddMonths(-back)})
	}
	for _, row := range rows {
		g.countReview(r, row)
	}
	slices.SortStableFunc(r.Ended, func(a, b EndedReview) int {
		return cmp.Or(strings.Compare(string(b.On), string(a.On)), strings.Compare(a.Reference, b.Reference))
	})
	for _, id := range g.ids {
		if slices.ContainsFunc(g.bySystem[id], func(pair *review.LivePair) bool {
			return pair.OpenReviewID == nil && pair.On(g.today).Rating == questionnaire.NotAssured
		}) {
			r.NeverPlanned++
		}
	}
	return nil
}

func (g *positioning) countReview(r *ReviewsPosition, row *review.Review) {
	month := func(day calendar.Date) *MonthOfReviews {
		for i := range r.Months {
			if day != "" && r.Months[i].Month[:7] == day[:7] {
				return &r.Months[i]
			}
		}
		return &MonthOfReviews{} // out of sight
	}
	if row.State != review.Cancelled {
		month(row.FirstDueOn).Due++
	}
	if row.State == review.SignedOff {
		month(row.FirstDueOn).DueDone++
		month(calendar.On(*row.SignedOffAt)).Signed++
	}
	if !row.Open() {
		g.countEnded(r, row)
		return
	}
	r.States[row.State]++
	if row.DueOn >= g.today || row.State == review.Planned {
		return
	}
	if row.WaitingFor(g.today) == review.WaitsForSupplier {
		r.LateByThem++
	} else {
		r.LateByUs++
	}
}

// countEnded keeps what was closed or cancelled within a year, with the reason
// and any rating that had been worked out.
func (g *positioning) countEnded(r *ReviewsPosition, row *review.Review) {
	if row.State == review.SignedOff || row.EndedAt == nil || row.EndedAt.Before(g.tx.Now().AddDate(-1, 0, 0)) {
		return
	}
	ended := EndedReview{Reference: row.Reference, Supplier: g.suppliers[row.SupplierID], State: row.State, Reason: row.EndReason, On: calendar.On(*row.EndedAt)}
	if row.Assessment != nil {
		ended.Rating = row.Assessment.Worst()
	}
	r.Ended = append(r.Ended, ended)
}
