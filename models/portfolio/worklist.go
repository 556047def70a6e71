package portfolio

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// WorkKind says why something needs an official.
type WorkKind string

// What can need an official, beside the next step of a review.
const (
	ReviewDue          WorkKind = "review_due"          // never reviewed, lapsed or lapsing, and none planned
	InvitationRefused  WorkKind = "invitation_refused"  // by the mail server
	InvitationUnopened WorkKind = "invitation_unopened" // for 7 days
	ReturnedSilent     WorkKind = "returned_silent"     // returned, and no answer for 7 days
	ActionLate         WorkKind = "action_late"
	CertificateLapsing WorkKind = "certificate_lapsing" // within 60 days
	ContractEnding     WorkKind = "contract_ending"     // within 180 days
)

// WorkKinds lists them in the order in which they are shown.
var WorkKinds = []WorkKind{InvitationRefused, ReturnedSilent, InvitationUnopened, ActionLate, ReviewDue, CertificateLapsing, ContractEnding}

const (
	silentDays      = 7
	reviewAhead     = 60
	certificateDays = 60
	contractDays    = 180
)

// Work is one thing that needs an official.
type Work struct {
	Kind       WorkKind      `json:"kind"`
	SupplierID uuid.UUID     `json:"supplier_id"`
	Supplier   string        `json:"supplier"`
	ReviewID   *uuid.UUID    `json:"review_id" nullable:"true"`
	SystemID   *uuid.UUID    `json:"system_id" nullable:"true"`
	System     lang.Text     `json:"system"`
	Tier       int           `json:"tier"`      // of the system, 0 where it is about none
	Reference  string        `json:"reference"` // of what it is about
	Title      string        `json:"title"`
	On         calendar.Date `json:"on"` // when it falls due, or since when; empty: not known
}

// WorkList lists what needs an official beside the next steps of reviews: by
// kind, the most pressing first.
func (s *Service) WorkList(ctx context.Context, by access.Actor) ([]Work, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]Work, error) {
		if !by.Holds(access.ReviewPlan) || by.OnSupplierSide() {
			return nil, fault.Forbidden("forbidden")
		}
		l := &workList{tx: tx, today: calendar.On(tx.Now()), names: map[uuid.UUID]string{}}
		for _, gather := range []func() error{l.suppliers, l.reviews, l.actions, l.certificates, l.contracts, l.due} {
			if err := gather(); err != nil {
				return nil, err
			}
		}
		slices.SortStableFunc(l.items, func(a, b Work) int {
			return cmp.Or(cmp.Compare(slices.Index(WorkKinds, a.Kind), slices.Index(WorkKinds, b.Kind)), cmp.Compare(a.On, b.On), cmp.Compare(a.Tier, b.Tier))
		})
		return l.items, nil
	})
}

type workList struct {
	tx    *store.Tx
	today calendar.Date
	names map[uuid.UUID]string // of suppliers that are not ended
	items []Work
}

func (l *workList) suppliers() error {
	rows, err := store.All[inventory.Supplier](l.tx, "", "status <> ?", inventory.Ended)
	for _, s := range rows {
		l.names[s.ID] = s.Name
	}
	return err
}

func (l *workList) add(w Work) {
	if name, known := l.names[w.SupplierID]; known {
		w.Supplier = name
		l.items = append(l.items, w)
	}
}

// reviews finds invitations that did not arrive or were not opened, and
// suppliers who were asked again and do not answer.
func (l *workList) reviews() error {
	open, err := store.All[review.Review](l.tx, "", "state IN ?", []review.State{review.Issued, review.InProgress, review.Returned})
	if err != nil {
		return err
	}
	byID := map[uuid.UUID]*review.Review{}
	ids := make([]uuid.UUID, len(open))
	for i, r := range open {
		byID[r.ID], ids[i] = r, r.ID
		if r.State == review.Returned && since(l.tx, r.WaitingSince) >= silentDays {
			l.add(Work{Kind: ReturnedSilent, SupplierID: r.SupplierID, ReviewID: &r.ID, Reference: r.Reference, On: calendar.On(r.WaitingSince)})
		}
	}
	people, err := store.Many[review.Respondent](l.tx, "invited_at, id", "review_id IN ? AND accepted_at IS NULL", ids)
	for _, p := range people {
		w := Work{Kind: InvitationUnopened, SupplierID: byID[p.ReviewID].SupplierID, ReviewID: &p.ReviewID, Reference: byID[p.ReviewID].Reference,
			Title: p.Name, On: calendar.On(p.InvitedAt)}
		switch {
		case p.BouncedAt != nil:
			w.Kind = InvitationRefused
		case since(l.tx, p.InvitedAt) < silentDays:
			continue
		}
		l.add(w)
	}
	return err
}

func since(tx *store.Tx, at time.Time) int { return int(tx.Now().Sub(at).Hours() / 24) }

func (l *workList) actions() error {
	late, err := store.All[review.Action](l.tx, "due_on, reference", "state = ? AND due_on <> '' AND due_on < ?", review.ActionOpen, l.today)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(late))
	for i, a := range late {
		ids[i] = a.ReviewID
	}
	reviews, err := store.All[review.Review](l.tx, "", "id IN ?", ids)
	for _, a := range late {
		for _, r := range reviews {
			if r.ID == a.ReviewID {
				l.add(Work{Kind: ActionLate, SupplierID: r.SupplierID, ReviewID: &r.ID, Reference: a.Reference, Title: a.OwnerName, On: a.DueOn})
			}
		}
	}
	return err
}

func (l *workList) certificates() error {
	rows, err := store.All[inventory.Certificate](l.tx, "expires_on, id", "expires_on <> '' AND expires_on <= ?", l.today.AddDays(certificateDays))
	for _, c := range rows {
		l.add(Work{Kind: CertificateLapsing, SupplierID: c.SupplierID, Reference: c.Number, Title: c.Title(), On: c.ExpiresOn})
	}
	return err
}

func (l *workList) contracts() error {
	rows, err := store.All[inventory.Contract](l.tx, "ends_on, id", "ends_on >= ? AND ends_on <= ?", l.today, l.today.AddDays(contractDays))
	for _, c := range rows {
		l.add(Work{Kind: ContractEnding, SupplierID: c.SupplierID, Reference: c.Reference, Title: c.Title, On: c.EndsOn})
	}
	return err
}

// due finds the pairs of supplier and live system whose rating has lapsed, will
// within 60 days, or never was, and that no review under way covers.
func (l *workList) due() error {
	systems, err := store.All[inventory.System](l.tx, "reference", "status = ?", inventory.Live)
	if err != nil {
		return err
	}
	byID := map[uuid.UUID]*inventory.System{}
	ids := make([]uuid.UUID, len(systems))
	for i, system := range systems {
		byID[system.ID], ids[i] = system, system.ID
	}
	standings, err := review.StandingsOf(l.tx, ids)
	for _, s := range standings {
		system := byID[s.SystemID]
		if s.UnderReview || s.Until != "" && s.Until > l.today.AddDays(reviewAhead) {
			continue
		}
		l.add(Work{Kind: ReviewDue, SupplierID: s.SupplierID, SystemID: &system.ID, System: system.Name, Tier: system.Tier, Reference: system.Reference, On: s.Until})
	}
	return err
}
