package identity

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// The acts on links to providers in the audit log.
const (
	ProviderLinked   audit.Action = "provider.linked"
	ProviderUnlinked audit.Action = "provider.unlinked"
)

// Leave begins a way by a provider: the address to go to, and the token by
// which this browser, and no other, comes back.
func (s *Service) Leave(ctx context.Context, key string, aim Aim, signed *Signed, next, carried string, from From) (address, token string, err error) {
	p, err := s.provider(key)
	if err != nil {
		return "", "", err
	}
	if aim != ToSignIn && signed.Actor.OnSupplierSide() {
		return "", "", fault.Forbidden("provider.officials-only")
	}
	if err := s.throttled(ctx, "provider", from.Origin); err != nil {
		return "", "", err
	}
	r, err := s.reach(ctx, p)
	if err != nil {
		return "", "", err
	}
	l := leaving{Provider: key, Aim: aim, Next: next, Carried: carried}
	l.State, _ = newSecret()
	l.Nonce, _ = newSecret()
	l.Verifier, _ = newSecret() // 43 characters, as PKCE wants them
	var user *uuid.UUID
	if aim != ToSignIn {
		user = &signed.User.ID
	}
	token, err = store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (string, error) {
		return s.beginIn(tx, toProvider, user, from.Language, l)
	})
	return r.address(p, l), token, err
}

// Returned is how far a way by a provider has led.
type Returned struct {
	Arrival
	Aim           Aim
	Next, Carried string
	Renewed       string // the token of a session that was confirmed
}

// Return ends a way by a provider with the answer that somebody brings. The
// way works once; an answer that cannot be trusted is one event.
func (s *Service) Return(ctx context.Context, key, token string, a Answer, signed *Signed, from From) (Returned, error) {
	p, err := s.provider(key)
	if err != nil {
		return Returned{}, err
	}
	if err := s.throttled(ctx, "provider", from.Origin); err != nil {
		return Returned{}, err
	}
	var l leaving
	step, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (*Step, error) {
		step, err := s.findStepIn(tx, toProvider, token, &l)
		if fault.Is(err, fault.KindUnauthenticated) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return step, useIn(tx, step)
	})
	if err != nil {
		return Returned{}, err
	}
	back := Returned{Aim: l.Aim, Next: l.Next, Carried: l.Carried}
	if step == nil {
		return back, s.turnAway(ctx, p, nil, distrusted("way", errors.New("none was begun here, or it is over")), from)
	}
	if step.UserID != nil && (signed == nil || signed.User.ID != *step.UserID) {
		return back, s.turnAway(ctx, p, nil, distrusted("session", errDiffers), from)
	}
	who, err := s.believe(ctx, p, l, a)
	if err != nil {
		return back, s.turnAway(ctx, p, signed, err, from)
	}
	switch l.Aim {
	case ToLink:
		err = s.link(ctx, p, who, signed, from)
	case ToConfirm:
		back.Renewed, err = s.confirmThere(ctx, p, who, signed, from)
	default:
		back.Arrival, err = s.arriveFrom(ctx, p, who, from)
	}
	return back, s.turnAway(ctx, p, signed, err, from)
}

// turnAway records that nobody came in by a provider, with one event, and gives
// why in words for the one who tried.
func (s *Service) turnAway(ctx context.Context, p *Provider, signed *Signed, why error, from From) error {
	shown := why
	if errors.Is(why, errAnswer) {
		slog.Warn("an answer of a provider was refused", "provider", p.Key, "error", why)
		shown = fault.Forbidden("provider.refused")
	}
	if f := fault.As(shown); f == nil || f.Kind == fault.KindUnavailable {
		return shown // nil too
	}
	user := &User{}
	if signed != nil {
		user = signed.User
	}
	if err := s.recordRefusal(ctx, user, "provider "+p.Key, from, Network(from.Origin)); err != nil {
		return err
	}
	return shown
}

// arriveFrom lets in who a provider names: the user who is linked to them, or a
// new one to whom its claims give a role. With a second factor at the provider
// the session begins; without, ours is asked for.
func (s *Service) arriveFrom(ctx context.Context, p *Provider, who *person, from From) (Arrival, error) {
	user, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (*User, error) {
		link, err := store.FindBy[ProviderLink](tx, "issuer = ? AND subject = ?", p.Issuer, who.subject)
		if fault.Is(err, fault.KindNotFound) {
			return s.welcomeIn(tx, p, who, from)
		}
		if err != nil {
			return nil, err
		}
		user, err := store.Lock[User](tx, link.UserID)
		if err != nil {
			return nil, err
		}
		if user.Status != Active {
			return nil, fault.Forbidden("provider.suspended")
		}
		return user, s.followClaimsIn(tx, p, who, user)
	})
	if err != nil {
		return Arrival{}, err
	}
	if !who.byTwo {
		return s.enter(ctx, user, from)
	}
	session, err := s.begin(ctx, user.ID, byProvider, from)
	if fault.Is(err, fault.KindUnauthenticated) {
		err = fault.Forbidden("sign-in.no-membership")
	}
	return Arrival{Session: session}, err
}

// welcomeIn adds the user whom claims give a role and whose address nobody has.
// An address that somebody has links nothing: its owner signs in and links.
func (s *Service) welcomeIn(tx *store.Tx, p *Provider, who *person, from From) (*User, error) {
	n := NewUser{Email: who.email(), Name: firstOf(who.text("name"), who.email()), Language: from.Language}
	if n.Email == "" {
		return nil, fault.Forbidden("provider.no-address")
	}
	taken, err := store.Count[User](tx, "email = ?", n.Email)
	if err != nil {
		return nil, err
	}
	granted := p.granted(who.claims)
	switch {
	case taken > 0:
		return nil, fault.Forbidden("provider.address-taken")
	case len(granted) == 0:
		return nil, fault.Forbidden("provider.no-role")
	}
	n.Roles, n.Place = granted[0].Roles, Place{OrganisationID: granted[0].OrganisationID, GovernanceGroupID: granted[0].GovernanceGroupID}
	if err := n.check(); err != nil {
		return nil, fault.Forbidden("provider.no-address")
	}
	user := &User{Email: n.Email, Name: n.Name, Language: n.Language, Status: Active}
	if err := tx.Create(user, UserAdded); err != nil {
		return nil, err
	}
	if err := tx.Create(&ProviderLink{UserID: user.ID, Issuer: p.Issuer, Subject: who.subject}, ProviderLinked); err != nil {
		return nil, err
	}
	return user, s.followClaimsIn(tx, p, who, user)
}

// followClaimsIn brings what a provider's claims gave a user up to date. What
// people granted stays as it is, and so does the last administrator. Who is a
// supplier's gets nothing by claims.
func (s *Service) followClaimsIn(tx *store.Tx, p *Provider, who *person, user *User) error {
	current, err := currentMemberships(tx, user.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(current, func(m *Membership) bool { return m.SupplierID != nil }) {
		return nil
	}
	wanted := p.granted(who.claims)
	for _, m := range current {
		if m.Provider != p.Issuer {
			continue
		}
		var roles []access.Role
		wanted = slices.DeleteFunc(wanted, func(w Membership) bool {
			here := w.At(Place{m.OrganisationID, m.SupplierID, m.GovernanceGroupID})
			if here {
				roles = w.Roles
			}
			return here
		})
		if err := changeGrantIn(tx, m, roles); err != nil {
			return err
		}
	}
	for _, w := range wanted {
		m := &Membership{UserID: user.ID, Roles: w.Roles, OrganisationID: w.OrganisationID, GovernanceGroupID: w.GovernanceGroupID,
			FromOn: calendar.On(tx.Now()), Provider: p.Issuer}
		if err := tx.Create(m, MembershipAdded); err != nil {
			return err
		}
	}
	return nil
}

// changeGrantIn gives a membership other roles; with none it ends.
func changeGrantIn(tx *store.Tx, m *Membership, roles []access.Role) error {
	if slices.Equal(m.Roles, roles) {
		return nil
	}
	if !slices.Contains(roles, access.Administrator) {
		err := keepsAnAdministrator(tx, func(other *Membership) bool { return other.ID == m.ID })
		if fault.Is(err, fault.KindConflict) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	if len(roles) > 0 {
		m.Roles = roles
		return tx.Save(m, MembershipChanged)
	}
	now := tx.Now()
	m.EndedAt = &now
	return tx.Save(m, MembershipEnded)
}

// link notes who the one who is signed in is at a provider.
func (s *Service) link(ctx context.Context, p *Provider, who *person, signed *Signed, from From) error {
	_, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (bool, error) {
		user, err := store.Lock[User](tx, signed.User.ID)
		if err != nil {
			return false, err
		}
		standing, err := store.Count[ProviderLink](tx, "issuer = ? AND (subject = ? OR user_id = ?)", p.Issuer, who.subject, signed.User.ID)
		if err != nil {
			return false, err
		}
		if standing > 0 {
			return false, fault.Conflict("provider.linked")
		}
		if err := tx.Create(&ProviderLink{UserID: signed.User.ID, Issuer: p.Issuer, Subject: who.subject}, ProviderLinked); err != nil {
			return false, err
		}
		if err := s.forgetPasswordIn(tx, p, user); err != nil {
			return false, err
		}
		return true, s.endAccessIn(tx, signed.User.ID, signed.Session.ID)
	})
	return err
}

// confirmThere takes a provider's word that the one who is signed in has just
// shown a second factor there.
func (s *Service) confirmThere(ctx context.Context, p *Provider, who *person, signed *Signed, from From) (string, error) {
	return store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) (string, error) {
		n, err := store.Count[ProviderLink](tx, "issuer = ? AND subject = ? AND user_id = ?", p.Issuer, who.subject, signed.User.ID)
		if err != nil {
			return "", err
		}
		if n == 0 || !who.byTwo || tx.Now().Sub(who.provedAt) > 5*time.Minute {
			return "", fault.Forbidden("provider.not-confirmed")
		}
		return s.renewIn(tx, signed)
	})
}

// Link is who a person is at a provider, as they are shown it.
type Link struct {
	*ProviderLink
	Provider *Provider // nil where it is configured no more
}

// Links lists the own links to providers, oldest first.
func (s *Service) Links(ctx context.Context, by access.Actor) ([]Link, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Link, error) {
		rows, err := store.All[ProviderLink](tx, "created_at, id", "user_id = ?", by.UserID)
		var links []Link
		for _, row := range rows {
			link := Link{ProviderLink: row}
			for _, p := range s.providers {
				if p.Issuer == row.Issuer {
					link.Provider = p
				}
			}
			links = append(links, link)
		}
		return links, err
	})
}

// Unlink takes an own link away, with the roles that came by it; the way in
// that is left, and the last administrator, stay.
func (s *Service) Unlink(ctx context.Context, signed *Signed, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, signed.Actor, func(tx *store.Tx) (bool, error) {
		user, err := store.Lock[User](tx, signed.User.ID)
		if err != nil {
			return false, err
		}
		link, err := store.Lock[ProviderLink](tx, id)
		if err != nil {
			return false, err
		}
		if p := s.ruling(user.Email); user.PasswordHash == "" || p != nil && p.Issuer == link.Issuer {
			return false, fault.Conflict("provider.only-way")
		}
		program := tx.AsProgram("unlink a provider")
		current, err := currentMemberships(program, user.ID)
		if err != nil {
			return false, err
		}
		for _, m := range current {
			if m.Provider != link.Issuer {
				continue
			}
			if err := changeGrantIn(program, m, nil); err != nil {
				return false, err
			}
		}
		if err := tx.Delete(link, ProviderUnlinked); err != nil {
			return false, err
		}
		return true, s.endAccessIn(program, user.ID, signed.Session.ID)
	})
	return err
}
