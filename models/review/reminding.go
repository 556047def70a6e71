package review

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// newUser is who accepts the respondent's invitation.
func (p *Respondent) newUser(r *Review) identity.NewUser {
	role := access.Respondent
	if p.Lead {
		role = access.SupplierLead
	}
	return identity.NewUser{Email: p.Email, Name: p.Name, Language: p.Language, Roles: []access.Role{role},
		Place: identity.Place{SupplierID: &r.SupplierID}}
}

// newLink makes an invitation for a respondent and gives its address; one that
// was there before is void.
func (s *Service) newLink(tx *store.Tx, r *Review, p *Respondent) (string, error) {
	if p.InvitationID != nil {
		if err := identity.RevokeIn(tx, *p.InvitationID); err != nil {
			return "", err
		}
	}
	invitation, token, err := identity.InviteIn(tx, p.newUser(r), &r.ID)
	if err != nil {
		return "", err
	}
	p.InvitationID = &invitation.ID
	return s.publicURL + "/invitations/" + token, nil
}

// InviteAgain sends a respondent who has not accepted yet a new invitation.
func (s *Service) InviteAgain(ctx context.Context, by access.Actor, id, respondent uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (string, error) {
		r, p, err := invited(tx, id, respondent)
		if err != nil {
			return "", err
		}
		return s.inviteAgain(tx, r, p, "invitation")
	})
	return err
}

// InviteLink gives the address of a new invitation, for one who gets no mail.
// Whoever has it can take the respondent's place: it is for the operator.
func (s *Service) InviteLink(ctx context.Context, by access.Actor, reference, email string) (string, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (string, error) {
		r, err := store.FindBy[Review](tx, "reference = ?", reference)
		if err != nil {
			return "", err
		}
		p, err := store.FindBy[Respondent](tx, "review_id = ? AND email = ?", r.ID, email)
		if err != nil {
			return "", err
		}
		if r, p, err = invited(tx, r.ID, p.ID); err != nil {
			return "", err
		}
		link, err := s.newLink(tx, r, p)
		if err != nil {
			return "", err
		}
		return link, tx.Save(p, RespondentInvited)
	})
}

// invited finds a respondent of a review under way who has not accepted yet.
func invited(tx *store.Tx, id, respondent uuid.UUID) (*Review, *Respondent, error) {
	r, err := reviewFor(tx, id, access.RespondentInvite, store.Share[Review])
	if err != nil {
		return nil, nil, err
	}
	p, err := store.FindBy[Respondent](tx, "id = ? AND review_id = ?", respondent, id)
	if err != nil {
		return nil, nil, err
	}
	if !r.is(Issued, InProgress, Returned) {
		return nil, nil, r.wrongState()
	}
	if p.AcceptedAt != nil {
		return nil, nil, fault.Conflict("respondent.accepted")
	}
	return r, p, nil
}

func (s *Service) inviteAgain(tx *store.Tx, r *Review, p *Respondent, kind string) (string, error) {
	program := tx.AsProgram("invite again")
	def, err := s.definition(program, r.QuestionnaireVersionID)
	if err != nil {
		return "", err
	}
	link, err := s.newLink(tx, r, p)
	if err != nil {
		return "", err
	}
	now := tx.Now()
	p.BouncedAt, p.RemindedAt = nil, &now
	if err := program.Save(p, RespondentReminded); err != nil {
		return "", err
	}
	sections, err := givenTo(program, p.ID)
	if err != nil {
		return "", err
	}
	return link, s.mailInvitation(tx, r, def, p, sections, kind, link)
}

// Bounced records that the invitation to an address was refused for good.
func (s *Service) Bounced(ctx context.Context, id uuid.UUID, email string) error {
	_, err := store.Change(ctx, s.db, access.Program("mail"), func(tx *store.Tx) (bool, error) {
		p, err := store.FindBy[Respondent](tx, "review_id = ? AND email = ?", id, email)
		if fault.Is(err, fault.KindNotFound) {
			return false, nil // no longer asked
		}
		if err != nil {
			return false, err
		}
		now := tx.Now()
		p.BouncedAt = &now
		return true, tx.Save(p, RespondentBounced)
	})
	return err
}

// seen keeps when a respondent last opened a review, to within ten minutes.
func (s *Service) seen(ctx context.Context, by access.Actor, d *Detail) {
	now := s.db.Now()
	for _, p := range d.Respondents {
		if p.UserID == nil || *p.UserID != by.UserID || p.LastSeenAt != nil && now.Sub(*p.LastSeenAt) < 10*time.Minute {
			continue
		}
		_, _ = store.Change(ctx, s.db, access.Program("seen"), func(tx *store.Tx) (bool, error) {
			return true, store.Query[Respondent](tx).Where("id = ?", p.ID).Update("last_seen_at", now).Error
		})
	}
}
