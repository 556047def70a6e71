package review

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Holder is who holds reviews of a programme up: a supplier, the reviewers of
// some reviews, or an organisation that has to issue, sign or plan.
type Holder struct {
	Waits     Waits        `json:"waits_for"`
	Name      lang.Text    `json:"name"`                  // empty: nobody is named
	Since     *time.Time   `json:"since" nullable:"true"` // the longest wait
	Overdue   int          `json:"overdue"`
	Unplanned int          `json:"unplanned"` // systems that no review is planned of
	Reviews   []HeldReview `json:"reviews"`
}

// Waits says for what kind of party something waits.
type Waits string

// For whom a programme may wait.
const (
	WaitsToPlan  Waits = "planner" // an official of the host, to plan
	WaitsToIssue Waits = "official"
)

// HeldReview is a review that waits.
type HeldReview struct {
	ID        uuid.UUID     `json:"review_id"`
	Reference string        `json:"reference"`
	State     State         `json:"state"`
	DueOn     calendar.Date `json:"due_on"`
	Overdue   bool          `json:"overdue"`
}

// holdUps says who holds what up.
func (g *progress) holdUps(out *ProgrammeProgress, p *Programme) error {
	h := &holding{g: g, out: out, systems: map[uuid.UUID][]uuid.UUID{}, suppliers: map[uuid.UUID]string{}, reviewers: map[uuid.UUID][]*Reviewer{}}
	if err := h.load(p); err != nil {
		return err
	}
	for _, r := range h.open {
		h.add(r)
	}
	h.addUnplanned()
	slices.SortStableFunc(out.Holders, func(a, b Holder) int {
		return cmp.Or(b.Overdue-a.Overdue, byMoment(a.Since, b.Since), b.Unplanned-a.Unplanned, strings.Compare(a.Name.En, b.Name.En))
	})
	return nil
}

// byMoment sorts the earlier first, and what has none last.
func byMoment(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// holding finds who holds what up.
type holding struct {
	g         *progress
	out       *ProgrammeProgress
	open      []*Review
	systems   map[uuid.UUID][]uuid.UUID // of the programme, that a review covers
	suppliers map[uuid.UUID]string
	reviewers map[uuid.UUID][]*Reviewer
}

// load finds the reviews under way that count for the programme, with whom they
// may wait for.
func (h *holding) load(p *Programme) error {
	var ids, suppliers []uuid.UUID
	for _, row := range h.g.chosen {
		for _, pair := range h.g.pairs[row.SystemID] {
			r := h.g.counting(p, pair)
			if r == nil || !r.Open() {
				continue
			}
			if h.systems[r.ID] == nil {
				h.open, ids, suppliers = append(h.open, r), append(ids, r.ID), append(suppliers, r.SupplierID)
			}
			h.systems[r.ID] = append(h.systems[r.ID], row.SystemID)
		}
	}
	program := h.g.tx.AsProgram("name whom a programme waits for")
	var named []*inventory.Supplier
	if err := store.Query[inventory.Supplier](program).Select("id", "name").Where("id IN ?", unique(suppliers)).Find(&named).Error; err != nil {
		return err
	}
	for _, supplier := range named {
		h.suppliers[supplier.ID] = supplier.Name
	}
	judging, err := store.Many[Reviewer](program, "name, user_id", "review_id IN ?", ids)
	for _, row := range judging {
		h.reviewers[row.ReviewID] = append(h.reviewers[row.ReviewID], row)
	}
	return err
}

// holder gives the party, which is added where it is new.
func (h *holding) holder(waits Waits, name lang.Text) *Holder {
	at := slices.IndexFunc(h.out.Holders, func(o Holder) bool { return o.Waits == waits && o.Name == name })
	if at < 0 {
		at = len(h.out.Holders)
		h.out.Holders = append(h.out.Holders, Holder{Waits: waits, Name: name, Reviews: []HeldReview{}})
	}
	return &h.out.Holders[at]
}

func (h *holding) add(r *Review) {
	waits := Waits(r.WaitingFor(h.g.today))
	var name lang.Text
	switch waits {
	case Waits(WaitsForSupplier):
		name = lang.Text{En: h.suppliers[r.SupplierID], Cy: h.suppliers[r.SupplierID]}
	case Waits(WaitsForReviewer):
		var people []string
		for _, row := range h.reviewers[r.ID] {
			people = append(people, row.Name)
		}
		name = lang.Text{En: strings.Join(people, "; "), Cy: strings.Join(people, "; ")}
	case Waits(WaitsForSigner):
		name = h.hostsOf(r)
	default:
		waits, name = WaitsToIssue, h.hostsOf(r)
	}
	holder := h.holder(waits, name)
	late := r.Overdue(h.g.today)
	if late {
		holder.Overdue++
	}
	if holder.Since == nil || r.WaitingSince.Before(*holder.Since) {
		holder.Since = &r.WaitingSince
	}
	holder.Reviews = append(holder.Reviews, HeldReview{ID: r.ID, Reference: r.Reference, State: r.State, DueOn: r.DueOn, Overdue: late})
}

// hostsOf names the hosts of the systems that a review covers.
func (h *holding) hostsOf(r *Review) lang.Text {
	var ids []uuid.UUID
	for _, system := range h.systems[r.ID] {
		if s := h.g.systems[system]; s != nil {
			ids = append(ids, s.HostOrganisationID)
		}
	}
	var en, cy []string
	for _, id := range unique(ids) {
		english, _ := h.g.hosts[id].In(lang.English)
		welsh, _ := h.g.hosts[id].In(lang.Welsh)
		en, cy = append(en, english), append(cy, welsh)
	}
	return lang.Text{En: strings.Join(en, "; "), Cy: strings.Join(cy, "; ")}
}

// addUnplanned counts, by host, the systems of which some review is not planned.
func (h *holding) addUnplanned() {
	seen := map[uuid.UUID]bool{}
	for _, pair := range h.out.unplanned {
		if !seen[pair.SystemID] {
			seen[pair.SystemID] = true
			h.holder(WaitsToPlan, h.g.hosts[pair.HostOrganisationID]).Unplanned++
		}
	}
}

// addMissing adds the organisations that have not returned their part of the
// inventory since the programme began: nationally all of the NHS is asked, since
// who entered nothing hosts nothing that is known; else the hosts.
func (g *progress) addMissing(out *ProgrammeProgress, p *Programme) error {
	var of []uuid.UUID
	if !g.tx.By().National() {
		for _, host := range out.Hosts {
			of = append(of, host.ID)
		}
		if len(of) == 0 {
			return nil
		}
	}
	if !g.tx.By().Holds(access.InventoryRead) {
		return nil
	}
	lines, err := inventory.ReturnsIn(g.tx, p.StartsOn, of...)
	for _, line := range lines {
		if line.Given {
			continue
		}
		one := MissingReturn{ID: line.OrganisationID, Name: line.Name}
		if line.Latest != nil {
			one.LastOn = line.Latest.AsOf
		}
		out.Missing = append(out.Missing, one)
	}
	return err
}
