package store

import (
	"fmt"

	"sicrwydd/models/calendar"
)

// NextReference gives the next reference of a kind for people to quote:
// SUP-0007, or with the year REV-2026-0042.
func (tx *Tx) NextReference(prefix string, withYear bool) (string, error) {
	series := prefix
	if withYear {
		series += "-" + string(calendar.On(tx.now))[:4]
	}
	var n int
	err := tx.queryRow(tx.Context, tx.db.rebind(`INSERT INTO reference_series (series, last) VALUES (?, 1)
		ON CONFLICT (series) DO UPDATE SET last = reference_series.last + 1 RETURNING last`), series).Scan(&n)
	if err != nil {
		return "", fmt.Errorf("next reference of %s: %w", series, err)
	}
	return fmt.Sprintf("%s-%04d", series, n), nil
}
