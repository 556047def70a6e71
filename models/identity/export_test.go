package identity

import (
	"context"

	"sicrwydd/models/store"
)

// Enter goes on after a first proof, as the ways in do once they have looked at it.
func (s *Service) Enter(ctx context.Context, user *User, from From) (Arrival, error) {
	return s.enter(ctx, user, from)
}

// LongestAttempt is how many bytes the longest key of what was tried has.
func (s *Service) LongestAttempt(ctx context.Context) (longest int, err error) {
	tried, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) ([]*attempt, error) { return store.Many[attempt](tx, "", "") })
	for _, one := range tried {
		longest = max(longest, len(one.Key))
	}
	return longest, err
}
