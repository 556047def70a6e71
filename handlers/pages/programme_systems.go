package pages

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

type programmeSystemsData struct {
	*review.ProgrammeDetail
	Filters  []filterView
	Rows     []*portfolio.SystemView
	Names    map[uuid.UUID]lang.Text
	Total    int
	Ticked   []string
	Asked    string // the address as it is now, for the form
	Next     string
	Narrowed bool
}

// ProgrammeSystems shows the systems to choose of.
func (p *Pages) ProgrammeSystems(v *View) error {
	page, err := p.programmeSystemsPage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (v *View) programmeFilter() portfolio.SystemFilter {
	return portfolio.SystemFilter{SystemFilter: inventory.SystemFilter{Q: v.Query("q"), Tier: v.QueryNumber("tier"), HostID: v.queryID("host"), Status: inventory.Live}}
}

func (p *Pages) programmeSystemsPage(v *View) (Page, error) {
	id, err := v.ID("id")
	if err != nil {
		return Page{}, err
	}
	data := programmeSystemsData{}
	if data.ProgrammeDetail, err = p.Services.Reviews.Programme(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, err
	}
	if !data.MayPlan {
		return Page{}, fault.Forbidden("forbidden")
	}
	hosts, err := p.hosts(v)
	if err != nil {
		return Page{}, err
	}
	f := &filters{v: v}
	f.text("q")
	f.among("host", hosts, nil)
	f.tier()
	if f.err != nil {
		return Page{}, f.err
	}
	asked := url.Values{}
	for _, one := range f.all {
		data.Filters = append(data.Filters, one.view(v))
		if value := v.Query(one.name); value != "" {
			asked.Set(one.name, value)
		}
	}
	data.Narrowed = len(asked) > 0
	rows, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), v.programmeFilter(), store.Paging{After: v.Query("after"), Limit: 100})
	if err != nil {
		return Page{}, err
	}
	data.Total, data.Rows = rows.Total, v.ownOf(rows.Items)
	if rows.Next != "" {
		next := url.Values{"after": {rows.Next}}
		for name, values := range asked {
			next[name] = values
		}
		data.Next = "?" + next.Encode()
	}
	if after := v.Query("after"); after != "" {
		asked.Set("after", after)
	}
	data.Asked = "/programmes/" + id.String() + "/systems?" + asked.Encode()
	for _, chosen := range data.SystemIDs {
		data.Ticked = append(data.Ticked, chosen.String())
	}
	data.Names, err = p.hostNames(v)
	return Page{Name: "programme-systems", TitleKey: "programme.choose", Data: data, Wide: true}, err
}

// ProgrammeChoose takes in what is ticked of what was shown, or all that the
// page narrowed to.
func (p *Pages) ProgrammeChoose(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	shown, ticked := ids(v.TypedAll("shown")), ids(v.TypedAll("system_ids"))
	if v.Typed("all") == "yes" {
		page := store.Paging{Limit: 200}
		for {
			rows, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), v.programmeFilter(), page)
			if err != nil {
				return err
			}
			for _, s := range v.ownOf(rows.Items) {
				ticked = append(ticked, s.ID)
			}
			if page.After = rows.Next; rows.Next == "" {
				break
			}
		}
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	_, err = p.Services.Reviews.ChangeProgramme(v.UserContext(), v.Actor(), id, version, func(in *review.ProgrammeInput) error {
		in.SystemIDs = slices.DeleteFunc(in.SystemIDs, func(id uuid.UUID) bool { return slices.Contains(shown, id) })
		for _, one := range ticked {
			if !slices.Contains(in.SystemIDs, one) {
				in.SystemIDs = append(in.SystemIDs, one)
			}
		}
		return nil
	})
	if err != nil {
		page, pageErr := p.programmeSystemsPage(v)
		if pageErr != nil {
			return pageErr
		}
		data := page.Data.(programmeSystemsData)
		data.Ticked = append(slices.DeleteFunc(data.Ticked, func(id string) bool { return slices.Contains(v.TypedAll("shown"), id) }), v.TypedAll("system_ids")...)
		page.Data = data
		return v.Refuse(err, page)
	}
	if v.Typed("then") == "next" {
		return v.Go("/programmes/"+id.String()+"/systems"+v.Typed("next"), "flash.saved")
	}
	return v.Go("/programmes/"+id.String(), "flash.saved")
}
