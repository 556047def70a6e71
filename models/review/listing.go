package review

import (
	"context"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Filter narrows the list of reviews; empty fields do not.
type Filter struct {
	State       State
	SupplierID  uuid.UUID
	SystemID    uuid.UUID
	HostID      uuid.UUID // of one of its systems
	ProgrammeID uuid.UUID
	Tier        int // of one of its systems
	WaitingFor  WaitingFor
	Overdue     bool
	Unassigned  bool // to a reviewer
	Q           string
	OpenOnly    bool
	// PlannedFor is the first day of a month: reviews first due in it, cancelled
	// ones apart.
	PlannedFor calendar.Date
}

// suppliersName is the name of a review's supplier, to sort by.
var suppliersName = store.Condition{SQL: "COALESCE((SELECT name FROM suppliers WHERE suppliers.id = reviews.supplier_id), '')"}

// Reviews lists the reviews that the actor may see.
func (s *Service) Reviews(ctx context.Context, by access.Actor, f Filter, p store.Paging) (store.List[*Detail], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Detail], error) { return s.list(tx, f, p) })
}

// ReviewsOf lists the reviews of the supplier or system that the filter names.
// Who may see that and no review of it is refused.
func (s *Service) ReviewsOf(ctx context.Context, by access.Actor, f Filter, scope store.Scoping, p store.Paging) (store.List[*Detail], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Detail], error) {
		of := f.SupplierID
		if of == uuid.Nil {
			of = f.SystemID
		}
		if err := tx.May(scope, access.ReviewRead, of); err != nil {
			return store.List[*Detail]{}, err
		}
		return s.list(tx, f, p)
	})
}

func (s *Service) list(tx *store.Tx, f Filter, p store.Paging) (store.List[*Detail], error) {
	rows, err := store.Paged[Review](tx, f.In(tx), p, store.Measured{
		Measures: map[string]store.Condition{"supplier": suppliersName},
		Columns: store.Columns{"reference": "reference", "due_on": "due_on", "state": "state", "waiting_since": "waiting_since",
			"created_at": "created_at"},
	}, "due_on")
	if err != nil {
		return store.List[*Detail]{}, err
	}
	details, err := s.details(tx, rows.Items)
	return store.List[*Detail]{Items: details, Next: rows.Next, Total: rows.Total}, err
}

// Found is a review as a search shows it.
type Found struct {
	ID           uuid.UUID
	Reference    string
	State        State
	SupplierName string
}

// Find finds reviews as Reviews does, and gives no more of them than a search
// shows.
func (s *Service) Find(ctx context.Context, by access.Actor, f Filter, p store.Paging) (store.List[Found], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[Found], error) {
		rows, err := store.Paged[Review](tx, f.In(tx), p, store.Columns{"due_on": "due_on"}, "-due_on")
		if err != nil {
			return store.List[Found]{}, err
		}
		ids := make([]uuid.UUID, len(rows.Items))
		for i, r := range rows.Items {
			ids[i] = r.ID
		}
		of, err := ofReviews(tx, ids)
		items := make([]Found, len(rows.Items))
		for i, r := range rows.Items {
			items[i] = Found{r.ID, r.Reference, r.State, of[r.ID].Supplier}
		}
		return store.List[Found]{Items: items, Next: rows.Next, Total: rows.Total}, err
	})
}

// In gives the reviews that the filter leaves, as a query.
func (f Filter) In(tx *store.Tx) store.Asked {
	q, today := store.Query[Review](tx), calendar.On(tx.Now())
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.OpenOnly {
		q = q.Where("state NOT IN ?", []State{SignedOff, Closed, Cancelled})
	}
	if f.SupplierID != uuid.Nil {
		q = q.Where("supplier_id = ?", f.SupplierID)
	}
	if f.ProgrammeID != uuid.Nil {
		q = q.Where("programme_id = ?", f.ProgrammeID)
	}
	if f.SystemID != uuid.Nil {
		q = q.Where("id IN (?)", covering(tx, "system_id = ?", f.SystemID))
	}
	if f.HostID != uuid.Nil {
		q = q.Where("id IN (?)", covering(tx, "system_id IN (?)", store.Query[inventory.System](tx).Select("id").Where("host_organisation_id = ?", f.HostID)))
	}
	if f.Tier != 0 && !tx.By().OnSupplierSide() {
		q = q.Where("id IN (?)", covering(tx, "system_id IN (?)", store.Query[inventory.System](tx).Select("id").Where("tier = ?", f.Tier)))
	}
	if f.Overdue {
		q = q.Where("due_on < ? AND state IN ?", today, []State{Issued, InProgress, Returned})
	}
	if f.PlannedFor != "" {
		q = q.Where("first_due_on >= ? AND first_due_on < ? AND state <> ?", f.PlannedFor, f.PlannedFor.AddMonths(1), Cancelled)
	}
	if f.Unassigned {
		q = q.Where("id NOT IN (?)", store.Query[Reviewer](tx).Select("review_id"))
	}
	if f.Q != "" {
		named := store.Holding(tx, store.Query[inventory.Supplier](tx).Select("id"), f.Q, "folded")
		called := store.Holding(tx, store.Query[Review](tx).Select("id"), f.Q, "reference")
		q = q.Where("id IN (?) OR supplier_id IN (?)", called, named)
	}
	return f.waiting(q, today)
}

// waiting is WaitingFor in words of the database.
func (f Filter) waiting(q store.Asked, today calendar.Date) store.Asked {
	answering := []State{Issued, InProgress, Returned}
	switch f.WaitingFor {
	case WaitsForSupplier:
		return q.Where("(kind <> ? AND state IN ?) OR (state = ? AND accuracy_check_until > ?)", Desk, answering, Assessed, today)
	case WaitsForReviewer:
		return q.Where("state IN ? OR (kind = ? AND state IN ?)", []State{Submitted, InAssessment}, Desk, answering)
	case WaitsForSigner:
		return q.Where("state = ? AND accuracy_check_until <= ?", Assessed, today)
	}
	return q
}

func covering(tx *store.Tx, condition string, args ...any) store.Asked {
	return store.Query[Coverage](tx).Select("review_id").Where(condition, args...)
}

// FindingFilter narrows a list of findings; empty fields do not.
type FindingFilter struct {
	ReviewID   uuid.UUID
	SupplierID uuid.UUID
	Severity   Severity
	// Unanswered: signed off, and nothing is to be done about it yet.
	Unanswered bool
	Q          string
}

// Of names the review that a thing in a list belongs to.
type Of struct {
	ReviewID  uuid.UUID
	Reference string
	State     State
	Supplier  string
}

// FindingRow is a finding as a list shows it.
type FindingRow struct {
	*Finding
	Of      Of
	System  lang.Text // empty: of the whole supplier
	Actions int       // to be done about it, dropped ones aside
	Open    int       // of those, not verified
}

// severityOrder sorts the gravest last, so that descending shows it first.
var severityOrder = store.Condition{SQL: "CASE severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END"}

// Findings lists findings.
func (s *Service) Findings(ctx context.Context, by access.Actor, f FindingFilter, p store.Paging) (store.List[FindingRow], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[FindingRow], error) {
		rows, err := store.Paged[Finding](tx, f.In(tx), p, store.Measured{
			Measures: map[string]store.Condition{"severity": severityOrder},
			Columns:  store.Columns{"reference": "reference", "created_at": "created_at"}}, "reference")
		if err != nil {
			return store.List[FindingRow]{}, err
		}
		items, err := findingRows(tx, rows.Items)
		return store.List[FindingRow]{Items: items, Next: rows.Next, Total: rows.Total}, err
	})
}

// In gives the findings that the filter leaves, as a query.
func (f FindingFilter) In(tx *store.Tx) store.Asked {
	q := store.Query[Finding](tx)
	if f.ReviewID != uuid.Nil {
		q = q.Where("review_id = ?", f.ReviewID)
	}
	if f.SupplierID != uuid.Nil {
		q = q.Where("review_id IN (?)", store.Query[Review](tx).Select("id").Where("supplier_id = ?", f.SupplierID))
	}
	if f.Severity != "" {
		q = q.Where("severity = ?", f.Severity)
	}
	if f.Unanswered {
		q = q.Where("review_id IN (?)", store.Query[Review](tx).Select("id").Where("state = ?", SignedOff)).
			Where("id NOT IN (?)", store.Query[Action](tx).Select("finding_id").Where("finding_id IS NOT NULL AND state <> ?", ActionDropped))
	}
	if f.Q != "" {
		q = store.Holding(tx, q, f.Q, "folded")
	}
	return q
}

func findingRows(tx *store.Tx, findings []*Finding) ([]FindingRow, error) {
	ids, reviews, systems := make([]uuid.UUID, len(findings)), make([]uuid.UUID, len(findings)), make([]uuid.UUID, len(findings))
	for i, f := range findings {
		ids[i], reviews[i], systems[i] = f.ID, f.ReviewID, f.SystemID
	}
	of, err := ofReviews(tx, reviews)
	if err != nil {
		return nil, err
	}
	named, err := store.All[inventory.System](tx, "", "id IN ?", systems)
	if err != nil {
		return nil, err
	}
	actions, err := store.Many[Action](tx, "", "finding_id IN ? AND state <> ?", ids, ActionDropped)
	rows := make([]FindingRow, len(findings))
	for i, f := range findings {
		rows[i] = FindingRow{Finding: f, Of: of[f.ReviewID]}
		for _, system := range named {
			if system.ID == f.SystemID {
				rows[i].System = system.Name
			}
		}
		for _, a := range actions {
			if *a.FindingID != f.ID {
				continue
			}
			rows[i].Actions++
			if a.State != ActionVerified {
				rows[i].Open++
			}
		}
	}
	return rows, err
}

// ofReviews names reviews and their suppliers, for those who see what belongs
// to them.
func ofReviews(tx *store.Tx, ids []uuid.UUID) (map[uuid.UUID]Of, error) {
	program := tx.AsProgram("name reviews")
	var reviews []*Review
	if err := store.Query[Review](program).Select("id", "reference", "state", "supplier_id").Where("id IN ?", ids).Find(&reviews).Error; err != nil {
		return nil, err
	}
	suppliers := make([]uuid.UUID, len(reviews))
	for i, r := range reviews {
		suppliers[i] = r.SupplierID
	}
	named, err := store.All[inventory.Supplier](program, "", "id IN ?", suppliers)
	of := map[uuid.UUID]Of{}
	for _, r := range reviews {
		one := Of{ReviewID: r.ID, Reference: r.Reference, State: r.State}
		for _, supplier := range named {
			if supplier.ID == r.SupplierID {
				one.Supplier = supplier.Name
			}
		}
		of[r.ID] = one
	}
	return of, err
}

// ActionFilter narrows a list of actions; empty fields do not.
type ActionFilter struct {
	ReviewID uuid.UUID
	State    ActionState
	Side     Side
	Late     bool
	Q        string
}

// ActionRow is an action as a list shows it.
type ActionRow struct {
	*Action
	Of   Of
	Late bool
}

// Actions lists actions.
func (s *Service) Actions(ctx context.Context, by access.Actor, f ActionFilter, p store.Paging) (store.List[ActionRow], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[ActionRow], error) {
		today := calendar.On(tx.Now())
		rows, err := store.Paged[Action](tx, f.In(tx), p,
			store.Columns{"reference": "reference", "due_on": "due_on", "state": "state", "owner_name": "owner_name"}, "due_on")
		if err != nil {
			return store.List[ActionRow]{}, err
		}
		reviews := make([]uuid.UUID, len(rows.Items))
		for i, a := range rows.Items {
			reviews[i] = a.ReviewID
		}
		of, err := ofReviews(tx, reviews)
		items := make([]ActionRow, len(rows.Items))
		for i, a := range rows.Items {
			items[i] = ActionRow{Action: a, Of: of[a.ReviewID], Late: a.late(today)}
		}
		return store.List[ActionRow]{Items: items, Next: rows.Next, Total: rows.Total}, err
	})
}

// ActionRow gives one action as a list shows it.
func (s *Service) ActionRow(ctx context.Context, by access.Actor, id uuid.UUID) (ActionRow, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (ActionRow, error) {
		a, err := store.Find[Action](tx, id)
		if err != nil {
			return ActionRow{}, err
		}
		of, err := ofReviews(tx, []uuid.UUID{a.ReviewID})
		return ActionRow{Action: a, Of: of[a.ReviewID], Late: a.late(calendar.On(tx.Now()))}, err
	})
}

func (a *Action) late(today calendar.Date) bool {
	return a.State == ActionOpen && a.DueOn != "" && a.DueOn < today
}

// In gives the actions that the filter leaves, as a query.
func (f ActionFilter) In(tx *store.Tx) store.Asked {
	q := store.Query[Action](tx)
	if f.ReviewID != uuid.Nil {
		q = q.Where("review_id = ?", f.ReviewID)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Side != "" {
		q = q.Where("side = ?", f.Side)
	}
	if f.Late {
		q = q.Where("state = ? AND due_on <> '' AND due_on < ?", ActionOpen, calendar.On(tx.Now()))
	}
	if f.Q != "" {
		q = store.Holding(tx, q, f.Q, "folded")
	}
	return q
}
