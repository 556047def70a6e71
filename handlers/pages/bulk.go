package pages

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

type bulkData struct {
	Groups    []bulkGroup
	LeftOut   []bulkLeftOut
	Due       typedDay
	Programme string // the id of the one that they would belong to
}

// bulkGroup is a review that would be planned, as the form holds it.
type bulkGroup struct {
	*review.BulkGroup
	At      string // where its fields are: reviews/N/
	Chosen  bool
	Person  review.Invited
	Missing []string // what is missing, in words
}

type bulkLeftOut struct {
	Supplier, Reference, Text string
	System                    lang.Text
}

// bulkChoice reads what was chosen: pairs of the desk, systems of the list, or
// all that the page showed.
func (p *Pages) bulkChoice(v *View) (review.Choice, error) {
	c := review.Choice{}
	for _, pair := range v.TypedAll("pair") {
		supplier, system, _ := strings.Cut(pair, ":")
		one, err := uuid.Parse(supplier)
		two, wrong := uuid.Parse(system)
		if err == nil && wrong == nil {
			c.Pairs = append(c.Pairs, [2]uuid.UUID{one, two})
		}
	}
	c.Systems = ids(v.TypedAll("system"))
	c.ProgrammeID, _ = uuid.Parse(v.Typed("programme"))
	switch v.Typed("all") {
	case "due":
		c.AllDue = true
		c.HostID, _ = uuid.Parse(v.Typed("host"))
		c.Tier, _ = strconv.Atoi(v.Typed("tier"))
	case "systems":
		page := store.Paging{Limit: 200}
		for {
			rows, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), v.systemFilter(), page)
			if err != nil {
				return c, err
			}
			for _, s := range rows.Items {
				c.Systems = append(c.Systems, s.ID)
			}
			if page.After = rows.Next; rows.Next == "" || len(c.Systems) >= most/20 {
				return c, nil
			}
		}
	}
	return c, nil
}

// BulkPreview shows what a bulk would plan, before anything is.
func (p *Pages) BulkPreview(v *View) error {
	choice, err := p.bulkChoice(v)
	if err != nil {
		return err
	}
	page, err := p.bulkPage(v, choice, false)
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) bulkPage(v *View, choice review.Choice, typed bool) (Page, error) {
	f, err := p.Services.Reviews.Foresee(v.UserContext(), v.Actor(), choice)
	if err != nil {
		return Page{}, err
	}
	data := bulkData{Due: splitDay(f.DueOn), Programme: v.Typed("programme")}
	for n, group := range f.Groups {
		g := bulkGroup{BulkGroup: group, At: "reviews/" + strconv.Itoa(n) + "/", Chosen: true}
		if len(group.Respondents) > 0 {
			g.Person = group.Respondents[0]
		}
		if typed {
			g.Chosen, g.Person = v.Typed(g.At+"chosen") == "yes", v.bulkPerson(g.At)
		}
		for _, key := range group.Missing {
			text, err := templates.FaultText(v.Lang(), key, nil)
			if err != nil {
				return Page{}, err
			}
			g.Missing = append(g.Missing, text)
		}
		data.Groups = append(data.Groups, g)
	}
	if typed {
		data.Due = v.typedDay("due_on")
	}
	for _, left := range f.LeftOut {
		text, err := templates.FaultText(v.Lang(), left.Key, nil)
		if err != nil {
			return Page{}, err
		}
		data.LeftOut = append(data.LeftOut, bulkLeftOut{left.Supplier, left.System.Reference, text, left.System.Name})
	}
	return Page{Name: "bulk-preview", TitleKey: "bulk.title", Data: data, Wide: true}, nil
}

func (v *View) bulkPerson(at string) review.Invited {
	at += "respondents/0/"
	tag, _ := lang.Parse(v.Typed(at + "language"))
	return review.Invited{Name: v.Typed(at + "name"), Email: strings.ToLower(v.Typed(at + "email")), Language: tag,
		Lead: true, LeadConfirmed: v.Typed(at+"lead_confirmed") == "yes"}
}

// BulkPlan plans the reviews that were left ticked, and issues them in a while
// where that is asked.
func (p *Pages) BulkPlan(v *View) error {
	in := review.BulkInput{DueOn: v.TypedDate("due_on"), Issue: v.Typed("then") == "issue"}
	if programme, err := uuid.Parse(v.Typed("programme")); err == nil {
		in.ProgrammeID = &programme
	}
	choice := review.Choice{}
	var places []int // of each review on the page
	for n := range len(v.TypedAll("group")) {
		at := "reviews/" + strconv.Itoa(n) + "/"
		supplier, err := uuid.Parse(v.Typed(at + "supplier_id"))
		if err != nil {
			return fault.Malformed("malformed")
		}
		ask := review.BulkAsk{SupplierID: supplier, QuestionnaireCode: v.Typed(at + "questionnaire_code"), SystemIDs: ids(v.TypedAll(at + "system_ids"))}
		for _, system := range ask.SystemIDs {
			choice.Pairs = append(choice.Pairs, [2]uuid.UUID{supplier, system})
		}
		if v.Typed(at+"chosen") != "yes" {
			continue
		}
		if person := v.bulkPerson(at); person.Name+person.Email != "" {
			ask.Respondents = []review.Invited{person}
		}
		in.Reviews, places = append(in.Reviews, ask), append(places, n)
	}
	b, err := p.Services.Reviews.PlanBulk(v.UserContext(), v.Actor(), in)
	if err != nil {
		page, pageErr := p.bulkPage(v, choice, true)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(placed(err, places), page)
	}
	return v.Go("/reviews/bulk/"+b.ID.String(), "flash.bulk-planned")
}

// placed says of a fault where on the page it is: reviews that were left out
// have no number for the domain.
func placed(err error, places []int) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	for i, field := range f.Fields {
		number, rest, _ := strings.Cut(strings.TrimPrefix(field.Location, "reviews/"), "/")
		if n, wrong := strconv.Atoi(number); wrong == nil && n < len(places) {
			if rest == "respondents" {
				rest = "respondents/0/email"
			}
			f.Fields[i].Location = "reviews/" + strconv.Itoa(places[n]) + "/" + rest
		}
	}
	return err
}

type bulksData struct {
	Batches []*review.Batch
	Next    string
	Now     time.Time
}

// Bulks lists the reviews planned together before.
func (p *Pages) Bulks(v *View) error {
	rows, err := p.Services.Reviews.Batches(v.UserContext(), v.Actor(), store.Paging{After: v.Query("after")})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "bulks", TitleKey: "bulk.list", Data: bulksData{rows.Items, rows.Next, p.DB.Now()}, Wide: true})
}

type bulkShown struct {
	Batch    *review.BatchDetail
	Failures map[uuid.UUID]string
}

func (p *Pages) bulkShown(v *View, id uuid.UUID) (Page, error) {
	b, err := p.Services.Reviews.Batch(v.UserContext(), v.Actor(), id)
	if err != nil {
		return Page{}, err
	}
	data := bulkShown{Batch: b, Failures: map[uuid.UUID]string{}}
	for _, item := range b.Items {
		if item.Failure == "" {
			continue
		}
		if data.Failures[item.ID], err = templates.FaultText(v.Lang(), item.Failure, fault.Args{"State": "", "Max": "", "Count": 0}); err != nil {
			data.Failures[item.ID], err = templates.FaultText(v.Lang(), item.Failure, nil)
		}
		if err != nil {
			return Page{}, err
		}
	}
	return Page{Name: "bulk", TitleKey: "bulk.one", Data: data, Wide: true}, nil
}

// Bulk shows reviews planned together, and lets their issue be stopped.
func (p *Pages) Bulk(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	page, err := p.bulkShown(v, id)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// BulkStop keeps them from being issued.
func (p *Pages) BulkStop(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.StopBatch(v.UserContext(), v.Actor(), id); err != nil {
		page, pageErr := p.bulkShown(v, id)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/bulk/"+id.String(), "flash.bulk-stopped")
}
