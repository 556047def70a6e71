package identity

import "context"

// Enter goes on after a first proof, as the ways in do once they have looked at it.
func (s *Service) Enter(ctx context.Context, user *User, from From) (Arrival, error) {
	return s.enter(ctx, user, from)
}
