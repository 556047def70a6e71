package portfolio

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// SystemReportRead is the act of reading the report of a system, in the audit log.
const SystemReportRead audit.Action = "system.report-read"

// SystemReport is all that a report on one system says, as it is at one moment.
// Of findings and actions it tells those of signed reviews: what is not signed
// off is nobody's to report yet.
type SystemReport struct {
	At        time.Time
	MadeBy    string
	Risk      *RiskView // the system with its standing, its risk and what would change it
	Host      lang.Text
	SIRO      string // of the host
	Uses      []ReportedUse
	Contracts []ReportedContract
	Reviews   []ReportedReview // the newest first
	Findings  []ReportedFinding
	Actions   []ActionPosition // not verified, by due date
	Closed    int              // findings with a verified action
}

// ReportedUse is an organisation that uses the system.
type ReportedUse struct {
	*inventory.Use
	Organisation lang.Text
}

// ReportedContract is a contract over the system.
type ReportedContract struct {
	*inventory.Contract
	Supplier string
}

// ReportedReview is a review that covers the system.
type ReportedReview struct {
	Reference   string
	Supplier    string
	State       review.State
	DueOn       calendar.Date
	SignedOffOn calendar.Date
	Rating      questionnaire.Rating // of this system; empty: none took effect
	Decision    review.Decision
}

// ReportedFinding is an open finding about the system or one of its suppliers.
type ReportedFinding struct {
	Reference string
	Severity  review.Severity
	Title     lang.Text
	Supplier  string
	Review    string
}

// MayReportOn reports whether the actor may make the report of a system.
func (s *Service) MayReportOn(ctx context.Context, by access.Actor, id uuid.UUID) (bool, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (bool, error) { return tx.Visible(store.Systems, access.ReportDraft, id) })
}

// SystemReport gives what the report of a system says. That it was read is
// recorded.
func (s *Service) SystemReport(ctx context.Context, by access.Actor, id uuid.UUID) (*SystemReport, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*SystemReport, error) {
		system, err := store.Find[inventory.System](tx, id)
		if err != nil {
			return nil, err
		}
		if err := tx.May(store.Systems, access.ReportDraft, id); err != nil {
			return nil, err
		}
		r := &SystemReport{At: tx.Now(), MadeBy: by.Name}
		if r.Risk, err = riskIn(tx, system); err != nil {
			return nil, err
		}
		// Whether the system may be reported on is settled: all of it is told.
		g := &reporting{tx: tx.AsProgram("report on a system"), r: r, id: id, today: calendar.On(tx.Now())}
		for _, step := range []func() error{g.addPlaces, g.addContracts, g.addReviews, g.addFindings} {
			if err := step(); err != nil {
				return nil, err
			}
		}
		return r, tx.Seen(system, SystemReportRead)
	})
}

// reporting gathers the report of a system.
type reporting struct {
	tx      *store.Tx
	r       *SystemReport
	id      uuid.UUID
	today   calendar.Date
	names   map[uuid.UUID]string // of suppliers
	reviews map[uuid.UUID]*review.Review
}

// addPlaces names the host, who answers for risk there, and the users.
func (g *reporting) addPlaces() error {
	uses, err := store.All[inventory.Use](g.tx, "created_at, id", "system_id = ? AND (until_on = '' OR until_on >= ?)", g.id, g.today)
	if err != nil {
		return err
	}
	host := g.r.Risk.HostOrganisationID
	ids := []uuid.UUID{host}
	for _, u := range uses {
		ids = append(ids, u.OrganisationID)
	}
	rows, err := store.All[directory.Organisation](g.tx, "", "id IN ?", ids)
	if err != nil {
		return err
	}
	names := map[uuid.UUID]lang.Text{}
	for _, o := range rows {
		names[o.ID] = o.Name
	}
	g.r.Host = names[host]
	for _, u := range uses {
		g.r.Uses = append(g.r.Uses, ReportedUse{u, names[u.OrganisationID]})
	}
	slices.SortStableFunc(g.r.Uses, func(a, b ReportedUse) int { return strings.Compare(a.Organisation.En, b.Organisation.En) })
	siros, err := store.All[directory.Appointment](g.tx, "from_on", "organisation_id = ? AND role = ? AND deputy = ? AND (from_on = '' OR from_on <= ?) AND (until_on = '' OR until_on >= ?)",
		host, directory.SIRO, false, g.today, g.today)
	for _, a := range siros {
		g.r.SIRO = a.PersonName
	}
	return err
}

func (g *reporting) addContracts() error {
	rows, err := store.All[inventory.Contract](g.tx, "ends_on DESC, reference", "id IN (?)",
		store.Query[inventory.ContractSystem](g.tx).Select("contract_id").Where("system_id = ?", g.id))
	if err != nil {
		return err
	}
	var suppliers []*inventory.Supplier
	covering := store.Query[review.Coverage](g.tx).Select("review_id").Where("system_id = ?", g.id)
	err = store.Query[inventory.Supplier](g.tx).Select("id", "name").
		Where("id IN (?) OR id IN (?) OR id IN (?)", store.Query[inventory.Supply](g.tx).Select("supplier_id").Where("system_id = ?", g.id),
			store.Query[review.Review](g.tx).Select("supplier_id").Where("id IN (?)", covering),
			store.Query[inventory.Contract](g.tx).Select("supplier_id").Where("id IN (?)", store.Query[inventory.ContractSystem](g.tx).Select("contract_id").Where("system_id = ?", g.id))).
		Find(&suppliers).Error
	g.names = map[uuid.UUID]string{}
	for _, s := range suppliers {
		g.names[s.ID] = s.Name
	}
	for _, c := range rows {
		g.r.Contracts = append(g.r.Contracts, ReportedContract{c, g.names[c.SupplierID]})
	}
	return err
}

func (g *reporting) addReviews() error {
	var rows []*review.Review
	err := store.Query[review.Review](g.tx).Select("id", "reference", "supplier_id", "state", "due_on", "signed_off_at", "created_at").
		Where("id IN (?)", store.Query[review.Coverage](g.tx).Select("review_id").Where("system_id = ?", g.id)).
		Order("created_at DESC, reference DESC").Find(&rows).Error
	if err != nil {
		return err
	}
	ratings, err := store.Many[review.PairRating](g.tx, "created_at, id", "system_id = ? AND taken_back_at IS NULL", g.id)
	if err != nil {
		return err
	}
	g.reviews = map[uuid.UUID]*review.Review{}
	for _, row := range rows {
		g.reviews[row.ID] = row
		one := ReportedReview{Reference: row.Reference, Supplier: g.names[row.SupplierID], State: row.State, DueOn: row.DueOn}
		if row.SignedOffAt != nil {
			one.SignedOffOn = calendar.On(*row.SignedOffAt)
		}
		for _, rating := range ratings {
			if rating.ReviewID == row.ID {
				one.Rating, one.Decision = rating.Rating, rating.Decision
			}
		}
		g.r.Reviews = append(g.r.Reviews, one)
	}
	return nil
}

// addFindings adds the open findings of signed reviews about the system, or
// about a supplier as a whole, and the actions that are not verified.
func (g *reporting) addFindings() error {
	var signed []uuid.UUID
	for id, r := range g.reviews {
		if r.State == review.SignedOff {
			signed = append(signed, id)
		}
	}
	findings, err := store.All[review.Finding](g.tx, "reference", "review_id IN ? AND system_id IN ?", signed, []uuid.UUID{uuid.Nil, g.id})
	if err != nil {
		return err
	}
	actions, err := store.All[review.Action](g.tx, "due_on, reference", "review_id IN ? AND state <> ?", signed, review.ActionDropped)
	if err != nil {
		return err
	}
	about, closed := map[uuid.UUID]*review.Finding{}, map[uuid.UUID]bool{}
	for _, f := range findings {
		about[f.ID] = f
	}
	for _, a := range actions {
		if a.FindingID != nil && about[*a.FindingID] == nil { // of another system
			continue
		}
		if a.State == review.ActionVerified {
			if a.FindingID != nil {
				closed[*a.FindingID] = true
			}
			continue
		}
		one := ActionPosition{Reference: a.Reference, Text: a.Text, Owner: a.OwnerName, DueOn: a.DueOn, State: a.State, Side: a.Side,
			Supplier: g.names[g.reviews[a.ReviewID].SupplierID], Overdue: a.State == review.ActionOpen && a.DueOn != "" && a.DueOn < g.today}
		if a.FindingID != nil {
			one.Severity = about[*a.FindingID].Severity
		}
		g.r.Actions = append(g.r.Actions, one)
	}
	for _, f := range findings {
		if closed[f.ID] {
			g.r.Closed++
			continue
		}
		r := g.reviews[f.ReviewID]
		g.r.Findings = append(g.r.Findings, ReportedFinding{f.Reference, f.Severity, f.Title, g.names[r.SupplierID], r.Reference})
	}
	grave := []review.Severity{review.Critical, review.High, review.Medium, review.Low}
	slices.SortStableFunc(g.r.Findings, func(a, b ReportedFinding) int {
		return cmp.Or(slices.Index(grave, a.Severity)-slices.Index(grave, b.Severity), strings.Compare(a.Reference, b.Reference))
	})
	return nil
}

// Overdue counts the actions that should be done by now.
func (r *SystemReport) Overdue() int {
	n := 0
	for _, a := range r.Actions {
		if a.Overdue {
			n++
		}
	}
	return n
}
