package pages

import (
	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/templates/components"
)

type deputiesData struct {
	Deputies   []identity.Deputy
	Colleagues []components.Option
	Person     string
	From       typedDay
	Until      typedDay
}

func (p *Pages) deputiesPage(v *View, data deputiesData) (Page, error) {
	var err error
	if data.Deputies, err = p.Identity.Deputies(v.UserContext(), v.Actor()); err != nil {
		return Page{}, err
	}
	colleagues, err := p.Identity.Colleagues(v.UserContext(), v.Actor())
	if err != nil {
		return Page{}, err
	}
	data.Colleagues = append(data.Colleagues, option("", ""))
	for _, one := range colleagues {
		data.Colleagues = append(data.Colleagues, option(one.ID.String(), one.Name))
	}
	return Page{Name: "deputies", TitleKey: "deputies.title", Data: data}, nil
}

// Deputies shows who signs in the reader's place, and names one more.
func (p *Pages) Deputies(v *View) error {
	today := calendar.On(p.DB.Now())
	page, err := p.deputiesPage(v, deputiesData{From: splitDay(today), Until: splitDay(today.AddDays(14))})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// DeputyName lets a colleague sign in the reader's place for a time.
func (p *Pages) DeputyName(v *View) error {
	in := identity.DeputyInput{FromOn: v.TypedDate("from"), UntilOn: v.TypedDate("until")}
	in.UserID, _ = uuid.Parse(v.Typed("user_id"))
	if _, err := p.Identity.NameDeputy(v.UserContext(), v.Actor(), in); err != nil {
		page, pageErr := p.deputiesPage(v, deputiesData{Person: v.Typed("user_id"), From: v.typedDay("from"), Until: v.typedDay("until")})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/deputies", "flash.deputy-named")
}

// DeputyEnd ends that a colleague signs in the reader's place.
func (p *Pages) DeputyEnd(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := p.Identity.EndDeputy(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	return v.Go("/deputies", "flash.deputy-ended")
}
