package review

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/store"
)

// DueBecause says why a pair of supplier and system is next due when it is.
type DueBecause string

// What a pair's next review is due for.
const (
	DueNeverReviewed     DueBecause = "never_reviewed"
	DueInterval          DueBecause = "interval"  // the rating ends
	DueNoAnswer          DueBecause = "no_answer" // the last review was closed
	DueIncident          DueBecause = "incident"
	DueCertificateLapsed DueBecause = "certificate_lapsed"
	DueContractEnding    DueBecause = "contract_ending"
	DueOwnerChanged      DueBecause = "owner_changed"
	DueHostingChanged    DueBecause = "hosting_changed"
)

const (
	// afterTrigger is how many days after something changed a review is due.
	afterTrigger = 30
	// beforeContractEnds is how many days before a contract's end, so that the
	// rating is known when it is decided what follows.
	beforeContractEnds = 90
	// PlannedAhead is how many days before a review is due it is planned.
	PlannedAhead = 60
	// answeringDays is how long a supplier has at least to answer a review that
	// was planned by itself.
	answeringDays = 42
)

// triggers are what may bring the next review of a pair forward. Empty days are
// not known, or never.
type triggers struct {
	since          calendar.Date // the pair is there
	told           calendar.Date // of the last incident at the supplier
	lapsed         []calendar.Date
	contractEnds   []calendar.Date
	ownerChanged   calendar.Date
	hostingChanged calendar.Date
}

// schedule says when the pair is next due, and why: when its rating ends, or
// earlier where something happened since it was given.
func (p *PairStanding) schedule(t triggers, today calendar.Date) {
	if p.LastRating == "" {
		p.NextDueOn, p.DueBecause = t.since, DueNeverReviewed
		return
	}
	p.NextDueOn, p.DueBecause = p.CurrentUntil, DueInterval
	sooner := func(on calendar.Date, because DueBecause) {
		if on < p.NextDueOn {
			p.NextDueOn, p.DueBecause = on, because
		}
	}
	if p.OpenReviewID == nil && p.NoAnswerFrom != "" {
		sooner(p.NoAnswerFrom, DueNoAnswer)
	}
	for because, on := range map[DueBecause]calendar.Date{DueIncident: t.told, DueOwnerChanged: t.ownerChanged, DueHostingChanged: t.hostingChanged} {
		if on > p.RatedOn {
			sooner(on.AddDays(afterTrigger), because)
		}
	}
	for _, on := range t.lapsed {
		if on > p.RatedOn && on <= today {
			sooner(on.AddDays(afterTrigger), DueCertificateLapsed)
		}
	}
	for _, on := range t.contractEnds {
		if on >= today && on <= today.AddDays(inventory.ContractDays) && on.AddDays(-beforeContractEnds) > p.RatedOn {
			sooner(on.AddDays(-beforeContractEnds), DueContractEnding)
		}
	}
}

// Reschedule is the daily job that works out anew what falls due, since days
// pass and certificates lapse of themselves, and plans it.
type Reschedule struct{}

// Kind names the job.
func (Reschedule) Kind() string { return "review.reschedule" }

// restandBatch is how many pairs are worked out in one change.
const restandBatch = 200

// RefoldAll makes searchable what is older than searches were.
func (s *Service) RefoldAll(ctx context.Context) error {
	return errors.Join(store.Refold[inventory.Supplier](ctx, s.db), store.Refold[inventory.System](ctx, s.db),
		store.Refold[Finding](ctx, s.db), store.Refold[Action](ctx, s.db))
}

// RestandAll works out anew where all pairs stand and when they are due. It
// mends what stands otherwise than it should.
func (s *Service) RestandAll(ctx context.Context) error {
	pairs, err := store.Read(ctx, s.db, access.Program("work out standings"), func(tx *store.Tx) ([]pairKey, error) {
		supplies, err := store.Many[inventory.Supply](tx, "system_id, supplier_id", "")
		keys := make([]pairKey, len(supplies))
		for i, supply := range supplies {
			keys[i] = pairKey{supply.SupplierID, supply.SystemID}
		}
		return slices.Compact(keys), err
	})
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(pairs, restandBatch) {
		_, err := store.Change(ctx, s.db, access.Program("work out standings"), func(tx *store.Tx) (bool, error) {
			return true, restandPairs(tx, batch)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Reconsider works out anew when the pairs of a supplier are due, after
// something changed in the inventory that may bring them forward.
func (s *Service) Reconsider(ctx context.Context, supplier, system uuid.UUID) error {
	_, err := store.Change(ctx, s.db, access.Program("work out standings"), func(tx *store.Tx) (bool, error) {
		supplies, err := store.Many[inventory.Supply](tx, "system_id, supplier_id", "supplier_id = ? OR system_id = ?", supplier, system)
		if err != nil {
			return false, err
		}
		pairs := make([]pairKey, len(supplies))
		for i, supply := range supplies {
			pairs[i] = pairKey{supply.SupplierID, supply.SystemID}
		}
		return true, restandPairs(tx, slices.Compact(pairs))
	})
	return err
}

// PlanDue plans reviews of what was rated before and falls due, one for the
// systems of a supplier and a host that are asked the same. A first review is
// an official's decision. With any number of nodes each is planned once: the
// pairs are held, and one that has a review under way is left alone.
func (s *Service) PlanDue(ctx context.Context) (planned int, err error) {
	program := access.Program("plan what falls due")
	due, err := store.Read(ctx, s.db, program, func(tx *store.Tx) ([]*LivePair, error) {
		return store.Many[LivePair](tx, "supplier_id, host_organisation_id, system_id",
			"open_review_id IS NULL AND last_rating <> '' AND next_due_on <= ? AND supplier_id IN (?)", calendar.On(tx.Now()).AddDays(PlannedAhead),
			store.Query[inventory.Supplier](tx).Select("id").Where("status <> ?", inventory.Ended))
	})
	if err != nil {
		return 0, err
	}
	for len(due) > 0 {
		n := 1
		for n < len(due) && due[n].asked() == due[0].asked() {
			n++
		}
		done, err := store.Change(ctx, s.db, program, func(tx *store.Tx) (bool, error) { return planTogether(tx, due[:n]) })
		if err != nil {
			return planned, err
		}
		if done {
			planned++
		}
		due = due[n:]
	}
	return planned, nil
}

// asked is what pairs share that one review asks about.
func (p *LivePair) asked() [3]any {
	return [3]any{p.SupplierID, p.HostOrganisationID, SuggestedQuestionnaire(p.Tier)}
}

// SuggestedQuestionnaire is the code of the questionnaire for a tier.
func SuggestedQuestionnaire(tier int) string {
	if tier == 1 || tier == 2 {
		return "core"
	}
	return "short"
}

func planTogether(tx *store.Tx, pairs []*LivePair) (bool, error) {
	host := pairs[0].HostOrganisationID
	in := PlanInput{SupplierID: pairs[0].SupplierID, QuestionnaireCode: SuggestedQuestionnaire(pairs[0].Tier), AskedByID: &host,
		DueOn: calendar.On(tx.Now()).AddDays(answeringDays)}
	latest := calendar.Date("")
	for _, pair := range pairs {
		held, err := holdPair(tx, pairKey{pair.SupplierID, pair.SystemID})
		if err != nil {
			return false, err
		}
		if held.OpenReviewID != nil {
			continue
		}
		in.SystemIDs = append(in.SystemIDs, pair.SystemID)
		if latest == "" || pair.NextDueOn < latest {
			latest = pair.NextDueOn
		}
	}
	if len(in.SystemIDs) == 0 {
		return false, nil
	}
	in.DueOn = max(in.DueOn, latest)
	_, err := planIn(tx, in, nil, "")
	return err == nil, err
}

// triggersOf loads what may bring the pairs forward, in a number of queries
// that does not grow with them.
func triggersOf(tx *store.Tx, pairs []pairKey) (map[pairKey]triggers, error) {
	suppliers, systems := suppliersAndSystems(pairs)
	told, err := incident.LastTold(tx, suppliers)
	if err != nil {
		return nil, err
	}
	owned, err := store.All[inventory.Supplier](tx, "", "id IN ?", suppliers)
	if err != nil {
		return nil, err
	}
	hosted, err := store.All[inventory.System](tx, "", "id IN ?", systems)
	if err != nil {
		return nil, err
	}
	certificates, err := store.Many[inventory.Certificate](tx, "", "supplier_id IN ? AND expires_on <> ''", suppliers)
	if err != nil {
		return nil, err
	}
	contracts, err := inventory.ContractEnds(tx, suppliers)
	if err != nil {
		return nil, err
	}
	lapsed := map[uuid.UUID][]calendar.Date{}
	for _, c := range certificates {
		lapsed[c.SupplierID] = append(lapsed[c.SupplierID], c.ExpiresOn)
	}
	all := map[pairKey]triggers{}
	for _, pair := range pairs {
		t := triggers{told: told[pair.supplier], lapsed: lapsed[pair.supplier], contractEnds: contracts[[2]uuid.UUID{pair.supplier, pair.system}]}
		if i := slices.IndexFunc(owned, func(s *inventory.Supplier) bool { return s.ID == pair.supplier }); i >= 0 {
			t.ownerChanged, t.since = owned[i].OwnerChangedOn, calendar.On(owned[i].CreatedAt)
		}
		if i := slices.IndexFunc(hosted, func(s *inventory.System) bool { return s.ID == pair.system }); i >= 0 {
			t.hostingChanged, t.since = hosted[i].HostingChangedOn, max(t.since, calendar.On(hosted[i].CreatedAt))
		}
		all[pair] = t
	}
	return all, nil
}

func suppliersAndSystems(pairs []pairKey) (suppliers, systems []uuid.UUID) {
	for _, pair := range pairs {
		suppliers, systems = append(suppliers, pair.supplier), append(systems, pair.system)
	}
	return unique(suppliers), unique(systems)
}

func unique(ids []uuid.UUID) []uuid.UUID {
	seen := map[uuid.UUID]bool{}
	return slices.DeleteFunc(ids, func(id uuid.UUID) bool {
		was := seen[id]
		seen[id] = true
		return was
	})
}
