package pages

import (
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

// ratingsToday are the ratings that a supplier or system may show.
var ratingsToday = []questionnaire.Rating{questionnaire.Unsatisfactory, questionnaire.NotAssured, questionnaire.Limited, questionnaire.Reasonable, questionnaire.Substantial}

// list is a listing whatever its rows are.
type list interface {
	show(v *View) error
	file(v *View, format string) error
	refuse(v *View, err error) error
}

// lists are the lists by the name of their address.
var lists = map[string]func(*Pages, *View) (list, error){
	"suppliers": (*Pages).supplierList, "systems": (*Pages).systemList, "reviews": (*Pages).reviewList,
	"findings": (*Pages).findingList, "actions": (*Pages).actionList, "contracts": (*Pages).contractList,
	"risk": (*Pages).riskList,
}

// List shows a list.
func (p *Pages) List(name string) Handler {
	return func(v *View) error {
		l, err := lists[name](p, v)
		if err != nil {
			return err
		}
		return l.show(v)
	}
}

// ListFile sends a list as CSV or XLSX.
func (p *Pages) ListFile(name, format string) Handler {
	return func(v *View) error {
		l, err := lists[name](p, v)
		if err != nil {
			return err
		}
		return l.file(v, format)
	}
}

// ViewKeep keeps how a list is seen now under a name.
func (p *Pages) ViewKeep(v *View) error {
	name, query := v.Typed("list"), v.Typed("query")
	of, known := lists[name]
	if !known {
		return fault.NotFound()
	}
	if _, err := p.Identity.KeepView(v.UserContext(), v.Actor(), name, v.Typed("name"), query); err != nil {
		if f := fault.As(err); f == nil || f.Kind != fault.KindInvalid {
			return err
		}
		v.Request().URI().SetQueryString(query)
		l, listErr := of(p, v)
		if listErr != nil {
			return listErr
		}
		return l.refuse(v, err)
	}
	return v.Go("/"+name+"?"+query, "flash.view-kept")
}

// ViewDrop drops a view of a list.
func (p *Pages) ViewDrop(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	name, err := p.Identity.DropView(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	return v.Go("/"+name, "flash.view-dropped")
}

// hosts are the choices of an organisation that hosts.
func (p *Pages) hosts(v *View) ([]choice, error) {
	rows, err := p.Directory.Organisations(v.UserContext(), v.Actor(), directory.Filter{}, store.Paging{Limit: 200})
	var all []choice
	for _, o := range rows.Items {
		name, _ := o.Name.In(v.Lang())
		all = append(all, choice{o.ID.String(), name})
	}
	return all, err
}

// filters gathers filters; the first that fails stops it.
type filters struct {
	v   *View
	all []filter
	err error
}

func (f *filters) text(name string) { f.all = append(f.all, filter{name: name}) }

func (f *filters) box(name string) { f.all = append(f.all, filter{name: name, box: true}) }

func (f *filters) among(name string, of []choice, err error) {
	if err != nil && f.err == nil {
		f.err = err
	}
	f.all = append(f.all, filter{name: name, choices: of})
}

func valuesOf[V ~string](f *filters, name, kind string, values ...V) {
	of, err := choices(f.v, kind, values...)
	f.among(name, of, err)
}

func (f *filters) tier() { valuesOf(f, "tier", "tier", "1", "2", "3", "4") }

func (v *View) queryID(name string) uuid.UUID {
	id, _ := uuid.Parse(v.Query(name))
	return id
}

func (p *Pages) supplierList(v *View) (list, error) {
	f := &filters{v: v}
	f.text("q")
	valuesOf(f, "rating", "rating", ratingsToday...)
	f.tier()
	valuesOf(f, "status", "supplier.status", inventory.SupplierStatuses...)
	return listing[*portfolio.SupplierView]{name: "suppliers", filters: f.all, add: v.adds("/suppliers/new", "supplier.new"),
		load: func(page store.Paging) (store.List[*portfolio.SupplierView], error) {
			return p.Portfolio.Suppliers(v.UserContext(), v.Actor(), portfolio.SupplierFilter{Rating: questionnaire.Rating(v.Query("rating")), Tier: v.QueryNumber("tier"),
				SupplierFilter: inventory.SupplierFilter{Q: v.Query("q"), Status: inventory.SupplierStatus(v.Query("status"))}}, page)
		},
		columns: []column[*portfolio.SupplierView]{
			{"name", "name", func(s *portfolio.SupplierView) listCell { return link("/suppliers/"+s.ID.String(), s.Name) }},
			{"reference", "reference", func(s *portfolio.SupplierView) listCell { return reference("", s.Reference) }},
			{"tier", "tier", func(s *portfolio.SupplierView) listCell { return tierCell(s.Tier) }},
			{"rating", "rating", func(s *portfolio.SupplierView) listCell { return ratingCell(s.Standing) }},
			{"standing", "", func(s *portfolio.SupplierView) listCell { return standingCell(s.Standing) }},
			{"systems", "systems_count", func(s *portfolio.SupplierView) listCell { return counted(s.SystemsCount) }},
			{"next-review", "next_review_on", func(s *portfolio.SupplierView) listCell { return onDay(s.NextReviewOn) }},
		}}, f.err
}

func tierCell(tier int) listCell {
	if tier == 0 {
		return listCell{}
	}
	return counted(tier)
}

func ratingCell(s *review.Standing) listCell {
	if s == nil {
		return listCell{}
	}
	return tagged("rating", s.Rating)
}

func standingCell(s *review.Standing) listCell {
	if s == nil {
		return listCell{}
	}
	return tagged("standing", s.Kind)
}

// adds is where something new is entered, by those who may.
func (v *View) adds(href, words string) addLink {
	permission := access.InventoryChange
	if href == "/reviews/new" {
		permission = access.ReviewPlan
	}
	if !v.Actor().Holds(permission) || v.Actor().OnSupplierSide() {
		return addLink{}
	}
	return addLink{href, words}
}

func (p *Pages) systemList(v *View) (list, error) {
	hosts, err := p.hosts(v)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, h := range hosts {
		names[h.Value] = h.Words
	}
	f := &filters{v: v}
	f.text("q")
	valuesOf(f, "rating", "rating", ratingsToday...)
	f.tier()
	f.among("host", hosts, nil)
	valuesOf(f, "status", "system.status", inventory.SystemStatuses...)
	return listing[*portfolio.SystemView]{name: "systems", filters: f.all, add: v.adds("/systems/new", "system.new"), bring: v.adds("/imports", "import.title"), choose: v.chooses(),
		load: func(page store.Paging) (store.List[*portfolio.SystemView], error) {
			return p.Portfolio.Systems(v.UserContext(), v.Actor(), v.systemFilter(), page)
		},
		columns: []column[*portfolio.SystemView]{
			{"name", "name", func(s *portfolio.SystemView) listCell {
				cell := v.named(s.Name)
				cell.Href = "/systems/" + s.ID.String()
				return cell
			}},
			{"reference", "reference", func(s *portfolio.SystemView) listCell { return reference("", s.Reference) }},
			{"tier", "tier", func(s *portfolio.SystemView) listCell { return tierCell(s.Tier) }},
			{"host", "", func(s *portfolio.SystemView) listCell { return words(names[s.HostOrganisationID.String()]) }},
			{"suppliers", "", func(s *portfolio.SystemView) listCell { return listCell{Lines: supplierNames(s)} }},
			{"rating", "rating", func(s *portfolio.SystemView) listCell { return ratingCell(s.Standing) }},
			{"risk", "", func(s *portfolio.SystemView) listCell {
				if s.ResidualRisk == nil || s.ResidualRisk.Level == "" {
					return listCell{}
				}
				return tagged("level", s.ResidualRisk.Level)
			}},
			{"next-review", "next_review_on", func(s *portfolio.SystemView) listCell { return onDay(nextOf(s)) }},
		}}, f.err
}

// systemFilter is how the address narrows the list of systems.
func (v *View) systemFilter() portfolio.SystemFilter {
	return portfolio.SystemFilter{Rating: questionnaire.Rating(v.Query("rating")), SystemFilter: inventory.SystemFilter{Q: v.Query("q"),
		Tier: v.QueryNumber("tier"), HostID: v.queryID("host"), Status: inventory.SystemStatus(v.Query("status"))}}
}

// chooses lets those who plan reviews choose several systems.
func (v *View) chooses() func(*portfolio.SystemView) string {
	if !v.Actor().Holds(access.ReviewPlan) || v.Actor().OnSupplierSide() {
		return nil
	}
	return func(s *portfolio.SystemView) string { return s.ID.String() }
}

func supplierNames(s *portfolio.SystemView) []string {
	var names []string
	for _, supplier := range s.BySupplier() {
		names = append(names, supplier.Name)
	}
	return names
}

func nextOf(s *portfolio.SystemView) calendar.Date {
	var next calendar.Date
	for _, pair := range s.Pairs {
		if pair.NextReviewOn != "" && (next == "" || pair.NextReviewOn < next) {
			next = pair.NextReviewOn
		}
	}
	return next
}

func (p *Pages) reviewList(v *View) (list, error) {
	f := &filters{v: v}
	f.text("q")
	valuesOf(f, "state", "review.state", review.States...)
	valuesOf(f, "waiting_for", "waiting_for", review.WaitsForSupplier, review.WaitsForReviewer, review.WaitsForSigner)
	if !v.Actor().OnSupplierSide() {
		f.tier()
		hosts, err := p.hosts(v)
		f.among("host", hosts, err)
		months, err := v.plannedMonths(p.DB.Now())
		f.among("planned", months, err)
		if programmes, err := p.programmeChoices(v); err != nil || len(programmes) > 0 {
			f.among("programme", programmes, err)
		}
	}
	f.box("overdue")
	return listing[*review.Detail]{name: "reviews", filters: f.all, add: v.adds("/reviews/new", "review.plan"),
		load: func(page store.Paging) (store.List[*review.Detail], error) {
			return p.Services.Reviews.Reviews(v.UserContext(), v.Actor(), review.Filter{Q: v.Query("q"), State: review.State(v.Query("state")),
				WaitingFor: review.WaitingFor(v.Query("waiting_for")), Tier: v.QueryNumber("tier"), HostID: v.queryID("host"),
				Overdue: v.Query("overdue") != "", ProgrammeID: v.queryID("programme"), PlannedFor: v.plannedFor()}, page)
		},
		columns: []column[*review.Detail]{
			{"reference", "reference", func(r *review.Detail) listCell { return reference("/reviews/"+r.ID.String(), r.Reference) }},
			{"supplier", "supplier", func(r *review.Detail) listCell { return words(r.SupplierName) }},
			{"systems", "", func(r *review.Detail) listCell {
				var names []string
				for _, system := range r.Systems {
					names = append(names, v.named(system.Name).Text)
				}
				return listCell{Lines: names}
			}},
			{"state", "state", func(r *review.Detail) listCell { return tagged("review.state", r.State) }},
			{"due-on", "due_on", func(r *review.Detail) listCell { return listCell{Day: r.DueOn, Late: r.Overdue} }},
			{"waiting-for", "", func(r *review.Detail) listCell {
				if r.WaitingFor == nil || *r.WaitingFor == "" {
					return listCell{}
				}
				return valued("waiting_for", r.Waits())
			}},
			{"waiting-since", "waiting_since", func(r *review.Detail) listCell {
				if r.WaitingFor == nil || *r.WaitingFor == "" || r.WaitingSince == nil {
					return listCell{}
				}
				return onDay(calendar.On(*r.WaitingSince))
			}},
			{"rating", "", func(r *review.Detail) listCell {
				if r.Rating == nil {
					return listCell{}
				}
				return tagged("rating", *r.Rating)
			}},
		}}, f.err
}

func (p *Pages) findingList(v *View) (list, error) {
	f := &filters{v: v}
	f.text("q")
	valuesOf(f, "severity", "severity", review.Severities...)
	f.box("unanswered")
	return listing[review.FindingRow]{name: "findings", filters: f.all,
		load: func(page store.Paging) (store.List[review.FindingRow], error) {
			return p.Services.Reviews.Findings(v.UserContext(), v.Actor(), review.FindingFilter{Q: v.Query("q"),
				Severity: review.Severity(v.Query("severity")), Unanswered: v.Query("unanswered") != ""}, page)
		},
		columns: []column[review.FindingRow]{
			{"reference", "reference", func(f review.FindingRow) listCell {
				return reference("/reviews/"+f.ReviewID.String()+"/findings#finding-"+f.ID.String(), f.Reference)
			}},
			{"title", "", func(f review.FindingRow) listCell { return v.named(f.Title) }},
			{"severity", "severity", func(f review.FindingRow) listCell { return tagged("severity", f.Severity) }},
			{"repeats", "", func(f review.FindingRow) listCell { return reference("", f.Repeats) }},
			{"supplier", "", func(f review.FindingRow) listCell { return words(f.Of.Supplier) }},
			{"system", "", func(f review.FindingRow) listCell { return v.named(f.System) }},
			{"review", "", func(f review.FindingRow) listCell { return reference("/reviews/"+f.ReviewID.String(), f.Of.Reference) }},
			{"actions", "", func(f review.FindingRow) listCell { return counted(f.Actions) }},
			{"actions-open", "", func(f review.FindingRow) listCell { return counted(f.Open) }},
		}}, f.err
}

func (p *Pages) actionList(v *View) (list, error) {
	f := &filters{v: v}
	f.text("q")
	valuesOf(f, "state", "action.state", review.ActionStates...)
	valuesOf(f, "side", "action.side", review.SupplierSide, review.OurSide)
	f.box("late")
	return listing[review.ActionRow]{name: "actions", filters: f.all,
		load: func(page store.Paging) (store.List[review.ActionRow], error) {
			return p.Services.Reviews.Actions(v.UserContext(), v.Actor(), review.ActionFilter{Q: v.Query("q"), State: review.ActionState(v.Query("state")),
				Side: review.Side(v.Query("side")), Late: v.Query("late") != ""}, page)
		},
		columns: []column[review.ActionRow]{
			{"reference", "reference", func(a review.ActionRow) listCell { return reference("/actions/"+a.ID.String(), a.Reference) }},
			{"action", "", func(a review.ActionRow) listCell { return v.named(a.Text) }},
			{"state", "state", func(a review.ActionRow) listCell { return tagged("action.state", a.State) }},
			{"due-on", "due_on", func(a review.ActionRow) listCell { return listCell{Day: a.DueOn, Late: a.Late} }},
			{"whose", "", func(a review.ActionRow) listCell { return valued("action.side", a.Side) }},
			{"owner", "owner_name", func(a review.ActionRow) listCell { return words(a.OwnerName) }},
			{"supplier", "", func(a review.ActionRow) listCell { return words(a.Of.Supplier) }},
			{"review", "", func(a review.ActionRow) listCell { return reference("/reviews/"+a.ReviewID.String(), a.Of.Reference) }},
		}}, f.err
}

func (p *Pages) contractList(v *View) (list, error) {
	f := &filters{v: v}
	f.text("q")
	f.box("ending")
	said, err := templates.Words(v.Lang()).T("history.see")
	if err != nil {
		return nil, err
	}
	return listing[inventory.ContractDetail]{name: "contracts", filters: f.all,
		load: func(page store.Paging) (store.List[inventory.ContractDetail], error) {
			return p.Inventory.Contracts(v.UserContext(), v.Actor(), inventory.ContractFilter{Q: v.Query("q"), Ending: v.Query("ending") != ""}, page)
		},
		columns: []column[inventory.ContractDetail]{
			{"reference", "reference", func(c inventory.ContractDetail) listCell { return reference("", c.Reference) }},
			{"title", "title", func(c inventory.ContractDetail) listCell { return words(c.Title) }},
			{"supplier", "", func(c inventory.ContractDetail) listCell {
				return link("/suppliers/"+c.SupplierID.String(), c.SupplierName)
			}},
			{"systems", "", func(c inventory.ContractDetail) listCell { return counted(len(c.SystemIDs)) }},
			{"starts-on", "", func(c inventory.ContractDetail) listCell { return onDay(c.StartsOn) }},
			{"ends-on", "ends_on", func(c inventory.ContractDetail) listCell { return onDay(c.EndsOn) }},
			{"notice", "", func(c inventory.ContractDetail) listCell { return listCell{Number: c.BreachNoticeHours} }},
			{"history", "", func(c inventory.ContractDetail) listCell {
				if v.Actor().OnSupplierSide() {
					return listCell{}
				}
				return link("/contracts/"+c.ID.String()+"/history", said)
			}},
		}}, f.err
}
