package pages

import (
	"net/url"
	"slices"
	"strconv"

	"sicrwydd/models/fault"
	"sicrwydd/models/portfolio"
)

// deskFirst is how many of each pile the first page shows.
const deskFirst = 5

type deskData struct {
	Piles   []pileView
	Filters []filterView
	Asked   bool // narrowed
	// How it is narrowed, for a bulk over all of it.
	Host, Tier string
}

// pileView is a pile with where all of it is.
type pileView struct {
	portfolio.Pile
	Href string // of the whole pile
	More int    // not shown here
	Next string // address of the next part, on its own page
	// Choose lets several be reviewed together.
	Choose bool
}

// Step is where the next step is.
func (p pileView) Step(w portfolio.Work) string {
	switch p.Kind {
	case portfolio.ReviewDue:
		return "/reviews/new?supplier=" + w.SupplierID.String()
	case portfolio.InvitationRefused, portfolio.InvitationUnopened:
		return "/reviews/" + w.ReviewID.String() + "/respondents"
	case portfolio.ReturnedSilent, portfolio.ReviewOverdue:
		return "/reviews/" + w.ReviewID.String() + "/messages"
	case portfolio.ReviewUnassigned:
		return "/reviews/" + w.ReviewID.String() + "/edit"
	case portfolio.ReviewToIssue:
		return "/reviews/" + w.ReviewID.String() + "/issue"
	case portfolio.ReviewToSign:
		return "/reviews/" + w.ReviewID.String()
	case portfolio.ActionLate:
		return "/actions/" + w.ID.String()
	case portfolio.FindingUnanswered:
		return "/reviews/" + w.ReviewID.String() + "/findings#finding-" + w.ID.String()
	case portfolio.ContractEnding:
		return "/contracts/" + w.ID.String() + "/edit"
	}
	return "/suppliers/" + w.SupplierID.String()
}

// deskFilter reads how the desk is narrowed, and gives what stands above it.
func (p *Pages) deskFilter(v *View) (portfolio.DeskFilter, []filterView, error) {
	f := &filters{v: v}
	hosts, err := p.hosts(v)
	f.among("host", hosts, err)
	f.tier()
	var views []filterView
	for _, one := range f.all {
		views = append(views, one.view(v))
	}
	return portfolio.DeskFilter{HostID: v.queryID("host"), Tier: v.QueryNumber("tier")}, views, f.err
}

func (p *Pages) desk(v *View) (*deskData, error) {
	f, above, err := p.deskFilter(v)
	if err != nil {
		return nil, err
	}
	piles, err := p.Portfolio.Desk(v.UserContext(), v.Actor(), f, deskFirst)
	if err != nil {
		return nil, err
	}
	data := &deskData{Filters: above, Asked: f != portfolio.DeskFilter{}}
	for _, pile := range piles {
		data.Piles = append(data.Piles, pileView{Pile: pile, Href: pileHref(v, pile.Kind, 0), More: pile.Total - len(pile.Items)})
	}
	return data, nil
}

func pileHref(v *View, kind portfolio.WorkKind, from int) string {
	asked := url.Values{}
	for _, name := range []string{"host", "tier"} {
		if value := v.Query(name); value != "" {
			asked.Set(name, value)
		}
	}
	if from > 0 {
		asked.Set("from", strconv.Itoa(from))
	}
	if len(asked) == 0 {
		return "/work/" + string(kind)
	}
	return "/work/" + string(kind) + "?" + asked.Encode()
}

// Pile shows all that needs an official for one reason.
func (p *Pages) Pile(v *View) error {
	kind := portfolio.WorkKind(v.Params("kind"))
	if !slices.Contains(portfolio.WorkKinds, kind) {
		return fault.NotFound()
	}
	f, above, err := p.deskFilter(v)
	if err != nil {
		return err
	}
	from := max(v.QueryNumber("from"), 0)
	pile, err := p.Portfolio.Pile(v.UserContext(), v.Actor(), kind, f, from)
	if err != nil {
		return err
	}
	view := pileView{Pile: pile, Href: "/work/" + string(kind), Choose: kind == portfolio.ReviewDue}
	if shown := from + len(pile.Items); shown < pile.Total && len(pile.Items) > 0 {
		view.Next = pileHref(v, kind, shown)
	}
	return v.Show(Page{Name: "pile", TitleKey: "work.kind." + string(kind), Wide: true,
		Data: deskData{Piles: []pileView{view}, Filters: above, Asked: f != portfolio.DeskFilter{}, Host: v.Query("host"), Tier: v.Query("tier")}})
}
