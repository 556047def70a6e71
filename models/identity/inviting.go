package identity

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
)

// AccountMail is what the mail of an invitation to an account says.
type AccountMail struct {
	RecipientName string    `json:"recipient_name"`
	Place         lang.Text `json:"asked_by"` // empty: the whole of NHS Wales
	ContactName   string    `json:"contact_name"`
	ContactEmail  string    `json:"contact_email"`
	ContactPhone  string    `json:"contact_phone"`
	Link          string    `json:"link"`
}

// Posting gives the service what it needs to send invitations, and the address
// that passkeys and providers of identities are bound to.
func (s *Service) Posting(mails *outbox.Service, publicURL string) *Service {
	s.outbox, s.publicURL, s.passkeys = mails, publicURL, relyingParty(publicURL)
	return s
}

// Invite asks a person by mail to sign up for a membership. Who has an account
// already joins with it.
func (s *Service) Invite(ctx context.Context, by access.Actor, n NewUser) (*Invitation, error) {
	if s.outbox == nil {
		return nil, errors.New("identity: no outbox to invite with")
	}
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Invitation, error) {
		if err := n.check(); err != nil {
			return nil, err
		}
		if err := mayGrant(tx, n.Place, n.Roles); err != nil {
			return nil, err
		}
		if n.Language == "" {
			n.Language = lang.English
		}
		inviter, err := inviterIn(tx, n)
		if err != nil {
			return nil, err
		}
		if err := notWaiting(tx, n); err != nil {
			return nil, err
		}
		i, token, err := InviteIn(tx, n, nil)
		if err != nil {
			return nil, err
		}
		m := AccountMail{RecipientName: n.Name, Link: s.publicURL + "/invitations/" + token}
		if n.Place.OrganisationID != nil {
			o, err := store.Find[directory.Organisation](tx.AsProgram("invite"), *n.Place.OrganisationID)
			if err != nil {
				return nil, err
			}
			m.Place = o.Name
		}
		if inviter != nil {
			m.ContactName, m.ContactEmail, m.ContactPhone = inviter.Name, inviter.Email, inviter.Phone
		}
		return i, s.outbox.Queue(tx, outbox.To{Email: n.Email, Name: n.Name, Language: n.Language, AboutID: i.ID}, "account_invitation", m)
	})
}

// inviterIn gives who invites, nil for a program: nobody invites themselves.
func inviterIn(tx *store.Tx, n NewUser) (*User, error) {
	if tx.By().IsProgram() {
		return nil, nil
	}
	inviter, err := store.Find[User](tx.AsProgram("invite"), tx.By().UserID)
	if err == nil && inviter.Email == n.Email {
		err = fault.Forbidden("user.own-role")
	}
	return inviter, err
}

// notWaiting refuses to invite again whom an invitation to the same place waits
// for. Those to other places are nothing to who invites.
func notWaiting(tx *store.Tx, n NewUser) error {
	waiting, err := store.All[Invitation](tx.AsProgram("invite"), "", `email = ? AND review_id IS NULL AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?`, n.Email, tx.Now())
	for _, i := range waiting {
		if (Place{i.OrganisationID, i.SupplierID, i.GovernanceGroupID}).is(n.Place) {
			return fault.Conflict("invitation.waiting")
		}
	}
	return err
}

// Invitations lists invitations, newest first: an administrator all, a lead
// those to its supplier.
func (s *Service) Invitations(ctx context.Context, by access.Actor, p store.Paging) (store.List[*Invitation], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Invitation], error) {
		if !by.Holds(access.UserManage) {
			return store.List[*Invitation]{}, fault.Forbidden("forbidden")
		}
		return store.Paged[Invitation](tx, store.Query[Invitation](tx), p, store.Columns{"created_at": "created_at", "email": "email"}, "-created_at")
	})
}

// RevokeInvitation makes an invitation void that nobody has accepted yet.
func (s *Service) RevokeInvitation(ctx context.Context, by access.Actor, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		i, err := store.Lock[Invitation](tx, id)
		if err != nil {
			return false, err
		}
		if err := mayGrant(tx, Place{i.OrganisationID, i.SupplierID, i.GovernanceGroupID}, i.Roles); err != nil {
			return false, err
		}
		if i.AcceptedAt != nil || i.RevokedAt != nil {
			return false, fault.Conflict("invitation.used")
		}
		return true, RevokeIn(tx, id)
	})
	return err
}
