package portfolio

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/review"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// RegisterFilter narrows the register of risks; empty fields do not.
type RegisterFilter struct {
	Q           string
	HostID      uuid.UUID
	Tier        int
	Level       risk.RiskLevel  // residual
	Acceptance  AcceptanceState // it has one that stands so
	Unaccepted  bool            // nobody has accepted it for today
	Consequence int             // a cell of the matrix,
	Likelihood  int             // by residual risk
}

// RegisterRow is a live system with its risk and the acceptance of it that
// counts: one that stands, else one that waits, else the last that lapsed.
type RegisterRow struct {
	*SystemView
	Acceptance *Acceptance // nil: none
}

// measures are the rules on risk in words of the database, over a row of
// systems, to sort and count by: the same numbers that models/risk gives, which
// a test holds against each other.
type measures struct{ consequence, inherent, residual store.Condition }

func measuresOf(tx *store.Tx) measures {
	today := calendar.On(tx.Now())
	inherent := store.Condition{SQL: "(CASE systems.exposure WHEN 'partner' THEN 3 WHEN 'none' THEN 2 ELSE 4 END" +
		" + CASE WHEN EXISTS (SELECT 1 FROM incidents i JOIN system_suppliers l ON l.supplier_id = i.supplier_id" +
		" WHERE l.system_id = systems.id AND i.told_on > ?) THEN 1 ELSE 0 END)", Args: []any{today.AddMonths(-24)}}
	rating := review.RatingToday(today)
	shown := store.Condition{SQL: "(CASE COALESCE((SELECT max(" + rating.SQL + ") FROM live_pairs WHERE live_pairs.system_id = systems.id), 3)" +
		" WHEN 4 THEN 1 WHEN 1 THEN -1 WHEN 0 THEN -2 ELSE 0 END" +
		" + CASE WHEN EXISTS (SELECT 1 FROM findings f JOIN reviews r ON r.id = f.review_id JOIN review_systems c ON c.review_id = f.review_id" +
		" WHERE c.system_id = systems.id AND r.state = ? AND f.severity = ? AND f.system_id IN (?, systems.id)" +
		" AND NOT EXISTS (SELECT 1 FROM actions a WHERE a.finding_id = f.id AND a.state = ?)) THEN 1 ELSE 0 END)",
		Args: slices.Concat(rating.Args, []any{review.SignedOff, review.Critical, uuid.Nil, review.ActionVerified})}
	return measures{consequence: store.Condition{SQL: "systems.consequence"}, inherent: inherent,
		residual: store.Condition{SQL: "(SELECT CASE WHEN raw.n < 1 THEN 1 WHEN raw.n > 5 THEN 5 ELSE raw.n END FROM (SELECT " + inherent.SQL + " + " + shown.SQL + " AS n LIMIT 1) raw)", // LIMIT: else PostgreSQL works it out for each mention

			Args: slices.Concat(inherent.Args, shown.Args)}}
}

func (m measures) score(likelihood store.Condition) store.Condition {
	return store.Condition{SQL: "(" + m.consequence.SQL + " * " + likelihood.SQL + ")", Args: likelihood.Args}
}

// levelScores are the lowest and the highest score of each level.
var levelScores = map[risk.RiskLevel][2]int{risk.Low: {1, 3}, risk.Moderate: {4, 7}, risk.High: {8, 14}, risk.Extreme: {15, 25}}

// refine gives the conditions and the order of the register.
func (f RegisterFilter) refine(tx *store.Tx) store.Refinement {
	m, today := measuresOf(tx), calendar.On(tx.Now())
	score := m.score(m.residual)
	more := store.Refinement{Where: []store.Condition{{SQL: "systems.status = ?", Args: []any{inventory.Live}}}, Measures: map[string]store.Condition{"score": score, "inherent": m.score(m.inherent)}}
	also := func(c store.Condition, sql string, args ...any) {
		more.Where = append(more.Where, store.Condition{SQL: c.SQL + " " + sql, Args: slices.Concat(c.Args, args)})
	}
	if within, known := levelScores[f.Level]; known {
		also(score, "BETWEEN ? AND ?", within[0], within[1])
	}
	if f.Consequence != 0 {
		also(m.consequence, "= ?", f.Consequence)
	}
	if f.Likelihood != 0 {
		also(m.residual, "= ?", f.Likelihood)
	}
	if f.Acceptance != "" {
		stands := standing(f.Acceptance, today)
		also(store.Condition{}, "systems.id IN (SELECT system_id FROM risk_acceptances WHERE "+stands.SQL+")", stands.Args...)
	}
	if f.Acceptance == LapsedRisk { // and was not renewed
		also(store.Condition{}, "systems.id NOT IN (SELECT system_id FROM risk_acceptances WHERE ended_at IS NULL AND until_on >= ?)", today)
	}
	if f.Unaccepted {
		stands := standing(Accepted, today)
		also(store.Condition{}, "systems.id NOT IN (SELECT system_id FROM risk_acceptances WHERE "+stands.SQL+")", stands.Args...)
	}
	return more
}

func (f RegisterFilter) systems() inventory.SystemFilter {
	return inventory.SystemFilter{Q: f.Q, Tier: f.Tier, HostID: f.HostID}
}

// Register lists the live systems that the actor sees with their risk: the
// greatest residual risk first, where nothing else is asked.
func (s *Service) Register(ctx context.Context, by access.Actor, f RegisterFilter, p store.Paging) (store.List[*RegisterRow], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*RegisterRow], error) {
		var list store.List[*RegisterRow]
		if by.OnSupplierSide() {
			return list, fault.Forbidden("forbidden")
		}
		if p.Sort == "" {
			p.Sort = "-score"
		}
		rows, err := inventory.SystemsIn(tx, f.systems(), p, f.refine(tx))
		if err != nil {
			return list, err
		}
		views, err := viewSystems(tx, rows.Items)
		if err != nil {
			return list, err
		}
		list.Next, list.Total = rows.Next, rows.Total
		list.Items, err = withAcceptances(tx, views)
		return list, err
	})
}

func withAcceptances(tx *store.Tx, views []*SystemView) ([]*RegisterRow, error) {
	ids := make([]uuid.UUID, len(views))
	for i, view := range views {
		ids[i] = view.ID
	}
	all, err := store.All[Acceptance](tx, "created_at, id", "system_id IN ? AND ended_at IS NULL", ids)
	if err != nil {
		return nil, err
	}
	today := calendar.On(tx.Now())
	rank := map[AcceptanceState]int{Accepted: 3, Proposed: 2, LapsedRisk: 1}
	rows := make([]*RegisterRow, len(views))
	for i, view := range views {
		rows[i] = &RegisterRow{SystemView: view}
		for _, a := range all {
			if a.SystemID == view.ID && (rows[i].Acceptance == nil || rank[a.On(today)] >= rank[rows[i].Acceptance.On(today)]) {
				rows[i].Acceptance = a
			}
		}
	}
	return rows, nil
}

// Matrix counts systems by residual risk: how many have that consequence and
// that likelihood, each 1 to 5.
type Matrix map[Place]int

// Place is a cell of the matrix.
type Place struct{ Consequence, Likelihood int }

// RiskMatrix counts the systems of the register by cell, whichever cell or
// level the filter asks for.
func (s *Service) RiskMatrix(ctx context.Context, by access.Actor, f RegisterFilter) (Matrix, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (Matrix, error) {
		if by.OnSupplierSide() {
			return nil, fault.Forbidden("forbidden")
		}
		f.Consequence, f.Likelihood, f.Level = 0, 0, ""
		return matrixIn(tx, f)
	})
}

func matrixIn(tx *store.Tx, f RegisterFilter) (Matrix, error) {
	residual := measuresOf(tx).residual
	var rows []struct{ Consequence, Likelihood, N int }
	err := f.refine(tx).Narrow(f.systems().In(tx)).
		Select("systems.consequence AS consequence, "+residual.SQL+" AS likelihood, count(*) AS n", residual.Args...).
		Group("1, 2").Scan(&rows).Error
	m := Matrix{}
	for _, row := range rows {
		m[Place{row.Consequence, row.Likelihood}] = row.N
	}
	return m, err
}
