package portfolio

import (
	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// What stands for no tier and for no day in a list sorted by them: they come
// last.
const (
	noTier = 9
	noDay  = "'9999-12-31'"
)

// refine narrows and sorts a list of suppliers or systems by their live pairs:
// the column of the pairs that names the row, and the row's own id.
func refine(tx *store.Tx, of, id string, rating questionnaire.Rating, tier int) store.Refinement {
	if tx.By().OnSupplierSide() {
		return store.Refinement{}
	}
	today := review.RatingToday(calendar.On(tx.Now()))
	worst := store.Condition{SQL: "COALESCE(max(" + today.SQL + "), 3)", Args: today.Args}
	lowest := store.Condition{SQL: "COALESCE(min(NULLIF(tier, 0)), ?)", Args: []any{noTier}}
	row := "live_pairs." + of + " = " + id
	more := store.Refinement{Measures: map[string]store.Condition{
		"rating":         review.OverPairs(tx, worst, row),
		"next_review_on": review.OverPairs(tx, store.Condition{SQL: "COALESCE(min(NULLIF(COALESCE(NULLIF(review_due_on, ''), CASE WHEN last_rating <> '' THEN next_due_on END), '')), " + noDay + ")"}, row),
		"systems_count":  review.OverPairs(tx, store.Condition{SQL: "count(*)"}, row),
	}}
	if of == "supplier_id" {
		more.Measures["tier"] = review.OverPairs(tx, lowest, row)
	}
	switch {
	case rating == questionnaire.NotAssured: // as who has no live system is
		more.Where = append(more.Where, review.GroupedPairs(tx, id+" NOT IN", of, worst, "<>", review.Gravity(rating)))
	case rating != "":
		more.Where = append(more.Where, review.GroupedPairs(tx, id+" IN", of, worst, "=", review.Gravity(rating)))
	}
	if tier != 0 {
		more.Where = append(more.Where, review.GroupedPairs(tx, id+" IN", of, lowest, "=", tier))
	}
	return more
}
