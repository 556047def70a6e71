package identity

import (
	"context"
	"strings"

	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// PasswordRemoved is the act in the audit log.
const PasswordRemoved audit.Action = "user.password-removed"

// ruling gives the provider by which the people of an address's domain come
// alone, once they are linked to it; nil where there is none.
func (s *Service) ruling(email string) *Provider {
	_, domain, _ := strings.Cut(email, "@")
	for _, p := range s.providers {
		for _, only := range p.Only {
			if strings.EqualFold(only, domain) {
				return p
			}
		}
	}
	return nil
}

// onlyByProviderIn reports whether a user comes by a provider alone: whatever
// password they have lets nobody in, and none is set.
func (s *Service) onlyByProviderIn(tx *store.Tx, user *User) (bool, error) {
	p := s.ruling(user.Email)
	if p == nil {
		return false, nil
	}
	n, err := store.Count[ProviderLink](tx.AsProgram("look at links"), "issuer = ? AND user_id = ?", p.Issuer, user.ID)
	return n > 0, err
}

// forgetPasswordIn takes the password of a user away who is linked to the
// provider that is to be the only way in.
func (s *Service) forgetPasswordIn(tx *store.Tx, p *Provider, user *User) error {
	if s.ruling(user.Email) != p || user.PasswordHash == "" {
		return nil
	}
	user.PasswordHash = ""
	return tx.Save(user, PasswordRemoved)
}

// errOnly refuses to set a password for one who comes by a provider alone.
func errOnly() error { return fault.Conflict("provider.only") }

// OnlyByProvider reports whether a user comes by a provider alone.
func (s *Service) OnlyByProvider(ctx context.Context, user *User) (bool, error) {
	return store.Read(ctx, s.db, gate, func(tx *store.Tx) (bool, error) { return s.onlyByProviderIn(tx, user) })
}

// mayHavePassword refuses where the one with an address comes by a provider alone.
func (s *Service) mayHavePassword(ctx context.Context, email string) error {
	_, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		user, err := store.FindBy[User](tx, "email = ?", email)
		if fault.Is(err, fault.KindNotFound) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		only, err := s.onlyByProviderIn(tx, user)
		if err == nil && only {
			err = errOnly()
		}
		return !only, err
	})
	return err
}
