package identity

import (
	"context"
	"net/netip"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// Network is what counts as one address: one of IPv4, the 64 bits of IPv6 that
// name a network, in which everybody has as many addresses as they like.
func Network(origin string) string {
	at, err := netip.ParseAddr(origin)
	if err != nil {
		return origin
	}
	if at = at.Unmap(); at.Is4() {
		return at.String()
	}
	return netip.PrefixFrom(at, 64).Masked().String()
}

// throttled slows down guessing by account and network together, so that
// nobody locks another out, and by network alone.
func (s *Service) throttled(ctx context.Context, key, origin string) error {
	return s.within(ctx, key, origin, 0)
}

// within refuses where more has failed than is allowed, besides some tries of
// the one who asks.
func (s *Service) within(ctx context.Context, key, origin string, own int) error {
	_, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		since := tx.Now().Add(-throttleWindow)
		ofAccount, err := store.Count[attempt](tx, "key = ? AND created_at > ?", key+" "+Network(origin), since)
		if err != nil {
			return false, err
		}
		ofOrigin, err := store.Count[attempt](tx, "key = ? AND created_at > ?", Network(origin), since)
		if err != nil {
			return false, err
		}
		if ofAccount-own >= throttleAccount || ofOrigin-own >= throttleOrigin {
			return false, fault.TooMany("sign-in.too-many", throttleWindow)
		}
		return true, nil
	})
	return err
}

// try counts a try of a key (an address) as a failure before it is looked at:
// each of many at once sees those that were counted before it, so that no more
// are looked at than is allowed. What is given takes it back once it was right.
func (s *Service) try(ctx context.Context, key string, from From) (right func() error, err error) {
	if err := s.throttled(ctx, key, from.Origin); err != nil {
		return nil, err
	}
	counted, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) ([]uuid.UUID, error) {
		return countIn(tx, key+" "+Network(from.Origin), Network(from.Origin))
	})
	if err != nil {
		return nil, err
	}
	right = func() error {
		_, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (bool, error) {
			return true, store.Query[attempt](tx).Where("id IN ?", counted).Delete(&attempt{}).Error
		})
		return err
	}
	if err := s.within(ctx, key, from.Origin, 1); err != nil {
		if failed := right(); failed != nil {
			return nil, failed
		}
		return nil, err
	}
	return right, nil
}

func countIn(tx *store.Tx, keys ...string) (counted []uuid.UUID, err error) {
	for _, key := range keys {
		row := &attempt{Row: store.NewRow(), Key: key}
		row.CreatedAt = tx.Now()
		if err := tx.Insert(row); err != nil {
			return nil, err
		}
		counted = append(counted, row.ID)
	}
	return counted, nil
}

// refuse counts a failure of a key (the codes of a user), with one event.
func (s *Service) refuse(ctx context.Context, user *User, key string, from From) error {
	return s.recordRefusal(ctx, user, "", from, key+" "+Network(from.Origin), Network(from.Origin))
}

// recordRefusal counts a failure of each key, and records it with one event.
func (s *Service) recordRefusal(ctx context.Context, user *User, note string, from From, keys ...string) error {
	_, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (bool, error) {
		if _, err := countIn(tx, keys...); err != nil {
			return false, err
		}
		return true, tx.Note(user, SignInRefused, note)
	})
	return err
}

// matchPasswordOf looks at the password of an account, in the same time where
// there is none or it has none, unless too many were tried. A wrong one is
// counted, with one event.
func (s *Service) matchPasswordOf(ctx context.Context, email string, user *User, password string, from From) error {
	right, err := s.try(ctx, email, from)
	if err != nil {
		return err
	}
	if !matchPassword(password, user.PasswordHash) || user.PasswordHash == "" {
		if err := s.recordRefusal(ctx, user, "", from); err != nil {
			return err
		}
		return fault.Unauthenticated("sign-in.wrong")
	}
	return right()
}
