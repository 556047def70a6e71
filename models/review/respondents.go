package review

import (
	"context"
	"net/mail"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
)

// AddRespondent invites a further person to a review under way.
func (s *Service) AddRespondent(ctx context.Context, by access.Actor, id uuid.UUID, p Invited) ([]Warning, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) ([]Warning, error) {
		r, err := reviewFor(tx, id, access.RespondentInvite, store.Share[Review])
		if err != nil {
			return nil, err
		}
		if !r.is(Issued, InProgress, Returned) || r.Kind == Desk {
			return nil, r.wrongState()
		}
		if by.OnSupplierSide() {
			p.Lead, p.LeadConfirmed = false, false // a lead is made by an official
		}
		supplier, err := store.Find[inventory.Supplier](tx.AsProgram("invite"), r.SupplierID)
		if err != nil {
			return nil, err
		}
		def, err := s.definition(tx, r.QuestionnaireVersionID)
		if err != nil {
			return nil, err
		}
		return s.inviteOne(tx, r, supplier, def, p)
	})
}

// Joined puts a respondent in place who accepted the invitation to a review.
func (s *Service) Joined(tx *store.Tx, i *identity.Invitation, u *identity.User) error {
	if i.ReviewID == nil {
		return nil
	}
	respondent, err := store.FindBy[Respondent](tx.AsProgram("join a review"), "invitation_id = ?", i.ID)
	if err != nil {
		return err
	}
	now := tx.Now()
	respondent.UserID, respondent.AcceptedAt, respondent.LastSeenAt = &u.ID, &now, &now
	return tx.Save(respondent, RespondentAccepted)
}

// RemoveRespondent takes a person off a review under way; what that person
// answered stays. The last one asked cannot go, nor the last lead; a supplier
// does not remove a lead.
func (s *Service) RemoveRespondent(ctx context.Context, by access.Actor, id, respondent uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		r, err := reviewFor(tx, id, access.RespondentInvite, store.Lock[Review])
		if err != nil {
			return false, err
		}
		p, err := store.FindBy[Respondent](tx, "id = ? AND review_id = ?", respondent, id)
		if err != nil {
			return false, err
		}
		if !r.is(Issued, InProgress, Returned) {
			return false, r.wrongState()
		}
		if by.OnSupplierSide() && p.Lead {
			return false, fault.Forbidden("respondent.lead-is-officials")
		}
		others, err := store.Many[Respondent](tx, "id", "review_id = ? AND id <> ? AND (lead OR NOT ?)", id, p.ID, p.Lead)
		if err != nil {
			return false, err
		}
		if len(others) == 0 {
			return false, fault.Conflict("respondent.last")
		}
		return true, dropRespondent(tx.AsProgram("remove a respondent"), p)
	})
	return err
}

func dropRespondent(tx *store.Tx, p *Respondent) error {
	sections, err := store.Many[GivenSection](tx, "id", "respondent_id = ?", p.ID)
	if err != nil {
		return err
	}
	for _, section := range sections {
		if err := store.Query[GivenSection](tx).Where("id = ?", section.ID).Delete(section).Error; err != nil {
			return err
		}
	}
	if p.InvitationID != nil && p.AcceptedAt == nil {
		if err := identity.RevokeIn(tx, *p.InvitationID); err != nil {
			return err
		}
	}
	return tx.Delete(p, RespondentRemoved)
}

// Asking is what an invitation to a review says before any sign-up: who asks
// whom for what, by when, and whom to ask about it.
func (s *Service) Asking(ctx context.Context, invitation *identity.Invitation) (MailData, error) {
	return store.Read(ctx, s.db, access.Program("show an invitation"), func(tx *store.Tx) (MailData, error) {
		p, err := store.FindBy[Respondent](tx, "invitation_id = ?", invitation.ID)
		if err != nil {
			return MailData{}, err
		}
		r, err := store.Find[Review](tx, p.ReviewID)
		if err != nil {
			return MailData{}, err
		}
		m, err := s.mailData(tx, r, "")
		if err != nil {
			return m, err
		}
		def, err := s.definition(tx, r.QuestionnaireVersionID)
		if err != nil {
			return m, err
		}
		sections, err := givenTo(tx, p.ID)
		m.asks(def, sections)
		return m, err
	})
}

// PassOn records whom the invitation should have gone to, as the person who
// got it says. It gives nobody access: an official invites that person, or not.
func (s *Service) PassOn(ctx context.Context, invitation *identity.Invitation, name, email, origin string) error {
	by := access.Program("pass an invitation on")
	by.Origin = origin
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		p, err := store.FindBy[Respondent](tx, "invitation_id = ?", invitation.ID)
		if err != nil {
			return false, err
		}
		p.SuggestedName, p.SuggestedEmail = strings.TrimSpace(name), strings.ToLower(strings.TrimSpace(email))
		invalid := fault.Invalid("invalid")
		if p.SuggestedName == "" {
			invalid.On("to_name", "user.name-missing")
		}
		if address, err := mail.ParseAddress(p.SuggestedEmail); err != nil || address.Address != p.SuggestedEmail || p.SuggestedEmail == p.Email {
			invalid.On("to_email", "email.wrong")
		}
		if err := invalid.OrNil(); err != nil {
			return false, err
		}
		if err := tx.Save(p, RespondentPassedOn); err != nil {
			return false, err
		}
		r, err := store.Find[Review](tx, p.ReviewID)
		if err != nil {
			return false, err
		}
		return true, s.mailOwner(tx, r, "passed_on")
	})
	return err
}

// InviteInstead asks the person whom a respondent named in the respondent's
// place, for the same sections. The official confirms a lead anew.
func (s *Service) InviteInstead(ctx context.Context, by access.Actor, id, respondent uuid.UUID, leadConfirmed bool) ([]Warning, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) ([]Warning, error) {
		r, p, err := invited(tx, id, respondent)
		if err != nil {
			return nil, err
		}
		if by.OnSupplierSide() || p.SuggestedEmail == "" {
			return nil, fault.Forbidden("forbidden")
		}
		if p.Lead && !leadConfirmed {
			return nil, fault.Invalid("invalid").On("lead_confirmed", "issue.lead-not-confirmed")
		}
		sections, err := givenTo(tx, p.ID)
		if err != nil {
			return nil, err
		}
		instead := Invited{Name: p.SuggestedName, Email: p.SuggestedEmail, Language: p.Language, Lead: p.Lead, LeadConfirmed: leadConfirmed, Sections: sections}
		supplier, err := store.Find[inventory.Supplier](tx, r.SupplierID)
		if err != nil {
			return nil, err
		}
		def, err := s.definition(tx, r.QuestionnaireVersionID)
		if err != nil {
			return nil, err
		}
		if err := dropRespondent(tx.AsProgram("invite another instead"), p); err != nil {
			return nil, err
		}
		return s.inviteOne(tx, r, supplier, def, instead)
	})
}
