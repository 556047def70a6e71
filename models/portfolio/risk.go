package portfolio

import (
	"context"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// RiskView is the risk of one system, explained.
type RiskView struct {
	*SystemView
	ConsequenceOf inventory.Consequence
	Remedies      []risk.Remedy  // what would lower it
	Missing       []risk.Missing // what is not known and could change it
	Acceptances   []*Acceptance  // the newest first
	Today         calendar.Date
	MayPropose    bool
	MayAgree      bool // to another's proposal
}

// Risk explains the risk of a system; a supplier sees none.
func (s *Service) Risk(ctx context.Context, by access.Actor, id uuid.UUID) (*RiskView, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*RiskView, error) {
		system, err := store.Find[inventory.System](tx, id)
		if err != nil {
			return nil, err
		}
		if by.OnSupplierSide() {
			return nil, fault.Forbidden("forbidden")
		}
		v, err := riskIn(tx, system)
		if err != nil {
			return nil, err
		}
		if v.MayPropose, err = tx.Visible(store.Systems, access.RiskPropose, id); err != nil {
			return nil, err
		}
		v.MayAgree, err = tx.Visible(store.Systems, access.RiskAgree, id)
		return v, err
	})
}

func riskIn(tx *store.Tx, system *inventory.System) (*RiskView, error) {
	views, err := viewSystems(tx, []*inventory.System{system})
	if err != nil {
		return nil, err
	}
	v := &RiskView{SystemView: views[0], ConsequenceOf: system.ConsequenceOf(), Today: calendar.On(tx.Now())}
	v.Remedies, v.Missing = v.situation.Remedies(), v.situation.Missing()
	v.Acceptances, err = store.All[Acceptance](tx, "created_at DESC, id DESC", "system_id = ?", system.ID)
	return v, err
}
