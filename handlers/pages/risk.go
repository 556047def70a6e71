package pages

import (
	"context"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// matrixView is the matrix of risks with something in its cells: how many
// systems, or where one stands.
type matrixView struct {
	Caption string
	Rows    []matrixRow // the gravest consequence first
}

type matrixRow struct {
	Consequence int
	Cells       []matrixCell
}

type matrixCell struct {
	Score, Count int
	Level        risk.RiskLevel
	Href         string
	Marks        []string // words for what stands here
}

func matrixOf(caption string, fill func(portfolio.Place, *matrixCell)) *matrixView {
	m := &matrixView{Caption: caption}
	for consequence := 5; consequence >= 1; consequence-- {
		row := matrixRow{Consequence: consequence}
		for likelihood := 1; likelihood <= 5; likelihood++ {
			cell := matrixCell{Score: consequence * likelihood, Level: risk.Level(consequence * likelihood)}
			fill(portfolio.Place{Consequence: consequence, Likelihood: likelihood}, &cell)
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// digits are the places of the matrix, for the filters that its cells set.
var digits = []string{"1", "2", "3", "4", "5"}

func (v *View) registerFilter() portfolio.RegisterFilter {
	f := portfolio.RegisterFilter{Q: v.Query("q"), HostID: v.queryID("host"), Tier: v.QueryNumber("tier"), Level: risk.RiskLevel(v.Query("level")),
		Consequence: v.QueryNumber("consequence"), Likelihood: v.QueryNumber("likelihood")}
	if accepted := v.Query("accepted"); accepted == "none" {
		f.Unaccepted = true
	} else {
		f.Acceptance = portfolio.AcceptanceState(accepted)
	}
	return f
}

func (p *Pages) riskList(v *View) (list, error) {
	hosts, err := p.hosts(v)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, h := range hosts {
		names[h.Value] = h.Words
	}
	today := calendar.On(p.DB.Now())
	f := &filters{v: v}
	f.text("q")
	f.among("host", hosts, nil)
	f.tier()
	valuesOf(f, "level", "level", risk.Extreme, risk.High, risk.Moderate, risk.Low)
	valuesOf(f, "accepted", "acceptance.state", portfolio.Accepted, portfolio.Proposed, portfolio.LapsedRisk, "none")
	valuesOf(f, "consequence", "scale", digits...)
	valuesOf(f, "likelihood", "scale", digits...)
	return listing[*portfolio.RegisterRow]{name: "risk", filters: f.all, matrix: p.registerMatrix,
		load: func(page store.Paging) (store.List[*portfolio.RegisterRow], error) {
			return p.Portfolio.Register(v.UserContext(), v.Actor(), v.registerFilter(), page)
		},
		columns: []column[*portfolio.RegisterRow]{
			{"name", "name", func(r *portfolio.RegisterRow) listCell {
				cell := v.named(r.Name)
				cell.Href = "/systems/" + r.ID.String() + "/risk"
				return cell
			}},
			{"reference", "reference", func(r *portfolio.RegisterRow) listCell { return reference("", r.Reference) }},
			{"tier", "tier", func(r *portfolio.RegisterRow) listCell { return tierCell(r.Tier) }},
			{"host", "", func(r *portfolio.RegisterRow) listCell { return words(names[r.HostOrganisationID.String()]) }},
			{"rating", "", func(r *portfolio.RegisterRow) listCell { return ratingCell(r.Standing) }},
			{"inherent", "inherent", func(r *portfolio.RegisterRow) listCell { return counted(r.InherentRisk.Score) }},
			{"score", "score", func(r *portfolio.RegisterRow) listCell { return counted(r.ResidualRisk.Score) }},
			{"level", "", func(r *portfolio.RegisterRow) listCell { return tagged("level", r.ResidualRisk.Level) }},
			{"accepted", "", func(r *portfolio.RegisterRow) listCell {
				if r.Acceptance == nil {
					return listCell{}
				}
				return tagged("acceptance.state", r.Acceptance.On(today))
			}},
			{"accepted-until", "", func(r *portfolio.RegisterRow) listCell {
				if r.Acceptance == nil {
					return listCell{}
				}
				return onDay(r.Acceptance.UntilOn)
			}},
		}}, f.err
}

// registerMatrix counts the systems of the register by cell; each leads to them.
func (p *Pages) registerMatrix(v *View, asked url.Values) (*matrixView, error) {
	counts, err := p.Portfolio.RiskMatrix(v.UserContext(), v.Actor(), v.registerFilter())
	if err != nil {
		return nil, err
	}
	return matrixOf("risk.matrix-systems", func(at portfolio.Place, cell *matrixCell) {
		if cell.Count = counts[at]; cell.Count == 0 {
			return
		}
		to := url.Values{"consequence": {strconv.Itoa(at.Consequence)}, "likelihood": {strconv.Itoa(at.Likelihood)}}
		for _, name := range []string{"q", "host", "tier", "accepted"} {
			if value := asked.Get(name); value != "" {
				to.Set(name, value)
			}
		}
		cell.Href = "/risk?" + to.Encode()
	}), nil
}

type riskData struct {
	*portfolio.RiskView
	Names      map[uuid.UUID]lang.Text
	Matrix     *matrixView
	Reason     lang.Text
	Until      typedDay
	Reader     uuid.UUID
	MayChange  bool
	Acceptable bool // nothing waits already
}

// Stands gives where an acceptance stands today.
func (d riskData) Stands(a *portfolio.Acceptance) portfolio.AcceptanceState { return a.On(d.Today) }

// Own reports whether the reader proposed it.
func (d riskData) Own(a *portfolio.Acceptance) bool { return a.ProposedByID == d.Reader }

func (p *Pages) riskPage(v *View, id uuid.UUID) (Page, error) {
	data := riskData{Reader: v.Actor().UserID, MayChange: v.Actor().Holds(access.InventoryChange), Acceptable: true,
		Reason: v.TypedText("reason"), Until: v.typedDay("until_on")}
	var err error
	if data.RiskView, err = p.Portfolio.Risk(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, err
	}
	if data.Names, err = p.hostNames(v); err != nil {
		return Page{}, err
	}
	for _, a := range data.Acceptances {
		if a.On(data.Today) == portfolio.Proposed {
			data.Acceptable = false
		}
	}
	before, now := data.InherentRisk, data.ResidualRisk
	data.Matrix = matrixOf("risk.matrix-system", func(at portfolio.Place, cell *matrixCell) {
		if at.Consequence == before.Consequence && at.Likelihood == before.Likelihood {
			cell.Marks = append(cell.Marks, "system.risk-before")
		}
		if at.Consequence == now.Consequence && at.Likelihood == now.Likelihood {
			cell.Marks = append(cell.Marks, "system.risk-now")
		}
	})
	return Page{Name: "risk", TitleKey: "risk.title", Data: data}, nil
}

// Risk explains the risk of a system, and who accepted it.
func (p *Pages) Risk(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	page, err := p.riskPage(v, id)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// RiskPropose proposes to accept the risk of a system.
func (p *Pages) RiskPropose(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	_, err = p.Portfolio.ProposeAcceptance(v.UserContext(), v.Actor(), portfolio.AcceptanceInput{SystemID: id,
		Reason: v.TypedText("reason"), UntilOn: v.TypedDate("until_on")})
	return p.riskDone(v, id, err, "flash.risk-proposed")
}

// RiskAgree agrees to another's proposal.
func (p *Pages) RiskAgree(v *View) error {
	return p.acceptance(v, p.Portfolio.AgreeToAcceptance, "flash.risk-accepted")
}

// RiskEnd ends an acceptance before its date.
func (p *Pages) RiskEnd(v *View) error {
	return p.acceptance(v, p.Portfolio.EndAcceptance, "flash.risk-ended")
}

func (p *Pages) riskDone(v *View, system uuid.UUID, err error, flash string) error {
	if err == nil {
		return v.Go("/systems/"+system.String()+"/risk", flash)
	}
	page, pageErr := p.riskPage(v, system)
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

func (p *Pages) acceptance(v *View, act acceptanceAct, flash string) error {
	id, err := v.ID("acceptance")
	if err != nil {
		return err
	}
	a, err := p.Portfolio.Acceptance(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	_, err = act(v.UserContext(), v.Actor(), id)
	return p.riskDone(v, a.SystemID, err, flash)
}

// acceptanceAct is what may be done to an acceptance.
type acceptanceAct func(context.Context, access.Actor, uuid.UUID) (*portfolio.Acceptance, error)
