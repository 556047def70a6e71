package pages

import (
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
)

// useLine is the use of a system by an organisation, with their names.
type useLine struct {
	*inventory.Use
	Organisation lang.Text
	System       lang.Text
	MayConfirm   bool
}

// returnAndUses fills what an organisation says of its part of the inventory,
// and the systems that it uses.
func (p *Pages) returnAndUses(v *View, id uuid.UUID, data *organisationData) error {
	if v.Actor().OnSupplierSide() {
		return nil
	}
	lines, err := p.Inventory.Returns(v.UserContext(), v.Actor(), "", id)
	if err != nil {
		return err
	}
	if len(lines) > 0 { // one of the NHS
		data.Return, data.MayReturn = &lines[0], inventory.MayReturn(v.Actor(), id)
	}
	uses, err := p.Inventory.UsesBy(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	names, err := p.Inventory.SystemNames(v.UserContext(), v.Actor(), uses)
	for _, u := range uses {
		data.Uses = append(data.Uses, useLine{Use: u, System: names[u.SystemID], MayConfirm: inventory.MayConfirm(v.Actor(), id)})
	}
	return err
}

type returnsData struct {
	Since          typedDay
	SinceDay       calendar.Date
	Missing, Given []inventory.ReturnLine
}

// returnDays is how old a return may be, where the reader asks for no day.
const returnDays = 365

// Returns shows which organisations have said that their part is complete.
func (p *Pages) Returns(v *View) error {
	data := returnsData{SinceDay: calendar.On(p.DB.Now()).AddDays(-returnDays)}
	data.Since = splitDay(data.SinceDay)
	var refused error
	if typed := v.TypedDate("since"); typed != "" {
		data.Since = v.typedDay("since")
		day, ok := calendar.Parse(string(typed))
		if ok {
			data.SinceDay = day
		} else {
			refused = fault.Invalid("invalid").On("since", "date.wrong")
		}
	}
	lines, err := p.Inventory.Returns(v.UserContext(), v.Actor(), data.SinceDay)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if line.Given {
			data.Given = append(data.Given, line)
		} else {
			data.Missing = append(data.Missing, line)
		}
	}
	page := Page{Name: "returns", TitleKey: "complete.title", Data: data, Wide: true}
	if refused != nil {
		return v.Refuse(refused, page)
	}
	return v.Show(page)
}

// ReturnSay records what an organisation says of its part.
func (p *Pages) ReturnSay(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if !inventory.MayReturn(v.Actor(), id) {
		return fault.Forbidden("forbidden")
	}
	says := v.Typed("says")
	if says != "complete" && says != "nil" {
		err = fault.Invalid("invalid").On("says", "return.says-missing")
	} else {
		_, err = p.Inventory.ReturnInventory(v.UserContext(), v.Actor(), id, inventory.ReturnInput{AsOf: v.TypedDate("as_of"), NilReturn: says == "nil"})
	}
	if err != nil {
		page, _, pageErr := p.organisationPage(v, directory.AppointmentInput{})
		if pageErr != nil {
			return pageErr
		}
		data := page.Data.(organisationData)
		data.AsOf, data.Says = v.typedDay("as_of"), says
		page.Data = data
		return v.Refuse(err, page)
	}
	return v.Go("/organisations/"+id.String(), "flash.returned-inventory")
}

type useForm struct {
	Use          *inventory.Use
	System       lang.Text
	Organisation lang.Text
	Version      int
	Role, People string
	Owner, Code  string
	From, Until  typedDay
}

func (p *Pages) useForm(v *View) (useForm, error) {
	id, err := v.ID("id")
	if err != nil {
		return useForm{}, err
	}
	use, err := v.ID("use")
	if err != nil {
		return useForm{}, err
	}
	u, err := p.Inventory.Use(v.UserContext(), v.Actor(), id, use)
	if err != nil {
		return useForm{}, err
	}
	if !inventory.MayConfirm(v.Actor(), u.OrganisationID) {
		return useForm{}, fault.Forbidden("use.not-yours")
	}
	systems, err := p.Inventory.SystemNames(v.UserContext(), v.Actor(), []*inventory.Use{u})
	if err != nil {
		return useForm{}, err
	}
	organisations, err := p.hostNames(v)
	return useForm{Use: u, System: systems[id], Organisation: organisations[u.OrganisationID], Version: u.Version, Role: string(u.Role),
		People: shownNumber(u.PeopleCount), Owner: u.LocalOwner, Code: u.SupplierCode, From: splitDay(u.FromOn), Until: splitDay(u.UntilOn)}, err
}

// UseForm asks an organisation how it uses a system.
func (p *Pages) UseForm(v *View) error {
	f, err := p.useForm(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "use-form", TitleKey: "use.title", Data: f})
}

// UseConfirm records what it says.
func (p *Pages) UseConfirm(v *View) error {
	f, err := p.useForm(v)
	if err != nil {
		return err
	}
	invalid := fault.Invalid("invalid")
	in := inventory.UseInput{Role: inventory.UseRole(v.Typed("role")), PeopleCount: number(v.Typed("people_count"), "people_count", invalid),
		LocalOwner: v.Typed("local_owner"), SupplierCode: v.Typed("supplier_code"), FromOn: v.TypedDate("from_on"), UntilOn: v.TypedDate("until_on")}
	version, _ := strconv.Atoi(v.Typed("version"))
	if err = invalid.OrNil(); err == nil {
		_, err = p.Inventory.ConfirmUse(v.UserContext(), v.Actor(), f.Use.SystemID, f.Use.ID, version, in)
	}
	if err != nil {
		f.Role, f.People, f.Owner, f.Code = v.Typed("role"), v.Typed("people_count"), in.LocalOwner, in.SupplierCode
		f.From, f.Until = v.typedDay("from_on"), v.typedDay("until_on")
		return v.Refuse(err, Page{Name: "use-form", TitleKey: "use.title", Data: f})
	}
	return v.Go("/systems/"+f.Use.SystemID.String(), "flash.use-confirmed")
}
