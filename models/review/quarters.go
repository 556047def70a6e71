package review

import (
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// PairPast is how a live pair stands today, and how it stood on days before.
type PairPast struct {
	SystemID uuid.UUID
	Tier     int
	Today    questionnaire.Rating
	Then     []questionnaire.Rating // one for each day that was asked for
}

// RatingsOn gives how every live pair that the actor sees stands today, and
// stood at the end of days that are over. It is Past.On in words of the
// database, which a test holds against each other: however long the history,
// one row a pair comes back, in one query.
func RatingsOn(tx *store.Tx, days []calendar.Date) ([]PairPast, error) {
	rated, silent := ratedOn(days), silentOn(days)
	var rows []struct {
		PairStanding
		Tier       int
		Rated      string
		SilentThen string
	}
	args := append(rated.Args, silent.Args...)
	err := store.Query[LivePair](tx).Select("system_id, tier, last_rating, current_until, no_answer_from, "+
		rated.SQL+" AS rated, "+silent.SQL+" AS silent_then", args...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	today, pairs := calendar.On(tx.Now()), make([]PairPast, len(rows))
	for i, row := range rows {
		pairs[i] = PairPast{SystemID: row.SystemID, Tier: row.Tier, Today: row.On(today).Rating, Then: make([]questionnaire.Rating, len(days))}
		rated := strings.Split(row.Rated, ";")
		for n, day := range days {
			var then PairStanding
			if latest := rated[n]; latest != "" {
				then.CurrentUntil, then.LastRating = calendar.Date(latest[:untilLength]), questionnaire.Rating(latest[untilLength:])
			}
			if n < len(row.SilentThen) && row.SilentThen[n] == '1' {
				then.NoAnswerFrom = day
			}
			pairs[i].Then[n] = then.On(day).Rating
		}
	}
	return pairs, nil
}

// How long the parts are of what tells a pair's ratings apart: a day and an id,
// then until when it counts.
const (
	dayAndID    = len("2026-03-02") + len("00000000-0000-0000-0000-000000000000")
	untilLength = len("2026-03-02")
)

// onThen is whether a rating counted at the end of a day: it had taken effect,
// and was not taken back by then.
const onThen = "x.effective_on <= ? AND (x.taken_back_at IS NULL OR x.taken_back_at >= ?)"

// ratedOn is, over live_pairs, the latest rating at the end of each day, after
// until when it counts; nothing where there was none. The id breaks the tie of
// two on one day: later ones sort later.
func ratedOn(days []calendar.Date) store.Condition {
	var c store.Condition
	columns := make([]string, len(days))
	for i, day := range days {
		columns[i] = "COALESCE(substr(max(CASE WHEN " + onThen + " THEN x.effective_on || CAST(x.id AS TEXT) || x.current_until || x.rating END), ?), '')"
		c.Args = append(c.Args, day, day.EndOfDay(), dayAndID+1)
	}
	c.SQL = "(SELECT " + strings.Join(columns, " || ';' || ") + " FROM pair_ratings x WHERE x.supplier_id = live_pairs.supplier_id" +
		" AND x.system_id = live_pairs.system_id AND x.rating <> 'not_rated')"
	return c
}

// silentOn is, over live_pairs, a 1 for each day at the end of which a review
// of the pair had no answer, else a 0.
func silentOn(days []calendar.Date) store.Condition {
	var c store.Condition
	columns := make([]string, len(days))
	for i, day := range days {
		end := day.EndOfDay()
		columns[i] = "CAST(max(CASE WHEN r.ended_at < ? THEN CASE WHEN r.state = 'closed' AND NOT EXISTS (SELECT 1 FROM pair_ratings x" +
			" WHERE x.supplier_id = live_pairs.supplier_id AND x.system_id = live_pairs.system_id AND x.rating <> 'not_rated' AND " + onThen + " AND x.created_at >= r.ended_at)" +
			" THEN 1 ELSE 0 END WHEN r.first_submitted_at < ? THEN 0 WHEN r.issued_at < ? AND r.due_on <= ? THEN 1 ELSE 0 END) AS TEXT)"
		c.Args = append(c.Args, end, day, end, end, end, day.AddDays(-silence))
	}
	c.SQL = "COALESCE((SELECT " + strings.Join(columns, " || ") + " FROM reviews r JOIN review_systems c ON c.review_id = r.id" +
		" WHERE c.system_id = live_pairs.system_id AND r.supplier_id = live_pairs.supplier_id" +
		" AND r.kind <> 'desk' AND r.state <> 'cancelled' AND r.issued_at IS NOT NULL), '')"
	return c
}
