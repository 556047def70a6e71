package portfolio

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// WorkKind says why something needs an official.
type WorkKind string

// What can need an official.
const (
	InvitationRefused  WorkKind = "invitation_refused"  // by the mail server
	ReturnedSilent     WorkKind = "returned_silent"     // returned, and no answer for 7 days
	ReviewOverdue      WorkKind = "review_overdue"      // answers are late
	ReviewUnassigned   WorkKind = "review_unassigned"   // submitted, and nobody is to judge it
	ReviewToIssue      WorkKind = "review_to_issue"     // planned, and not issued
	ReviewToSign       WorkKind = "review_to_sign"      // waits for a signature
	InvitationUnopened WorkKind = "invitation_unopened" // for 7 days
	ActionLate         WorkKind = "action_late"
	FindingUnanswered  WorkKind = "finding_unanswered"  // signed off, and nothing is to be done about it
	ReviewDue          WorkKind = "review_due"          // never reviewed, lapsed or lapsing, and none planned
	CertificateLapsing WorkKind = "certificate_lapsing" // within 60 days
	ContractEnding     WorkKind = "contract_ending"     // within 180 days
)

// WorkKinds lists them in the order in which they are shown: the most pressing
// first.
var WorkKinds = []WorkKind{InvitationRefused, ReturnedSilent, ReviewOverdue, ReviewUnassigned, ReviewToIssue, ReviewToSign, InvitationUnopened,
	ActionLate, FindingUnanswered, ReviewDue, CertificateLapsing, ContractEnding}

const (
	silentDays      = 7
	reviewAhead     = review.PlannedAhead
	certificateDays = 60
)

// Work is one thing that needs an official.
type Work struct {
	Kind       WorkKind      `json:"kind"`
	ID         uuid.UUID     `json:"id"` // of the thing itself: a review, an action, a finding, a certificate ...
	SupplierID uuid.UUID     `json:"supplier_id"`
	Supplier   string        `json:"supplier"`
	ReviewID   *uuid.UUID    `json:"review_id" nullable:"true"`
	SystemID   *uuid.UUID    `json:"system_id" nullable:"true"`
	System     lang.Text     `json:"system"`
	Tier       int           `json:"tier"`      // of the system, 0 where it is about none
	Reference  string        `json:"reference"` // of what it is about
	Title      string        `json:"title"`
	On         calendar.Date `json:"on"` // when it falls due, or since when; empty: not known
	// Because says why a review is due.
	Because review.DueBecause `json:"because,omitempty"`
}

// DeskFilter narrows what needs an official; empty fields do not.
type DeskFilter struct {
	HostID uuid.UUID // the organisation that hosts the system
	Tier   int       // of the system
}

// Pile is what needs an official for one reason: how much there is, and part
// of it.
type Pile struct {
	Kind  WorkKind
	Total int
	Items []Work
}

// The most of a pile that one page shows.
const pileMax = 200

// Desk gives what needs an official: every pile that is not empty, the first
// of each.
func (s *Service) Desk(ctx context.Context, by access.Actor, f DeskFilter, first int) ([]Pile, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Pile, error) {
		if err := mayWork(by); err != nil {
			return nil, err
		}
		var piles []Pile
		for _, kind := range WorkKinds {
			pile, err := gather(tx, kind, f, first, 0)
			if err != nil {
				return nil, err
			}
			if pile.Total > 0 {
				piles = append(piles, pile)
			}
		}
		return piles, nameAll(tx, piles)
	})
}

// Pile gives one pile, from so many on.
func (s *Service) Pile(ctx context.Context, by access.Actor, kind WorkKind, f DeskFilter, from int) (Pile, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (Pile, error) {
		if err := mayWork(by); err != nil {
			return Pile{}, err
		}
		pile, err := gather(tx, kind, f, pileMax, max(from, 0))
		if err != nil {
			return Pile{}, err
		}
		return pile, nameAll(tx, []Pile{pile})
	})
}

func mayWork(by access.Actor) error {
	if !by.Holds(access.ReviewPlan) || by.OnSupplierSide() {
		return fault.Forbidden("forbidden")
	}
	return nil
}

func gather(tx *store.Tx, kind WorkKind, f DeskFilter, limit, from int) (Pile, error) {
	g := &gatherer{tx: tx, filter: f, today: calendar.On(tx.Now()), limit: limit, from: from}
	of, known := gatherers[kind]
	if !known {
		return Pile{}, fault.NotFound()
	}
	pile, err := of(g)
	if err != nil {
		return Pile{}, err
	}
	pile.Kind = kind
	for i := range pile.Items {
		pile.Items[i].Kind = kind
	}
	return pile, nil
}

// gatherer gathers a part of one pile.
type gatherer struct {
	tx          *store.Tx
	filter      DeskFilter
	today       calendar.Date
	limit, from int
}

var gatherers = map[WorkKind]func(*gatherer) (Pile, error){
	InvitationRefused: (*gatherer).refused, InvitationUnopened: (*gatherer).unopened,
	ReturnedSilent: (*gatherer).silent, ReviewOverdue: (*gatherer).overdue, ReviewUnassigned: (*gatherer).unassigned,
	ReviewToIssue: (*gatherer).toIssue, ReviewToSign: (*gatherer).toSign,
	ActionLate: (*gatherer).late, FindingUnanswered: (*gatherer).unanswered, ReviewDue: (*gatherer).due,
	CertificateLapsing: (*gatherer).lapsing, ContractEnding: (*gatherer).ending,
}

func (g *gatherer) ago(days int) time.Time { return g.tx.Now().AddDate(0, 0, -days) }
