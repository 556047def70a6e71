package pages

import (
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates/components"
)

func (p *Pages) hostNames(v *View) (map[uuid.UUID]lang.Text, error) {
	rows, err := p.Directory.Organisations(v.UserContext(), v.Actor(), directory.Filter{}, store.Paging{Limit: 200})
	names := map[uuid.UUID]lang.Text{}
	for _, o := range rows.Items {
		names[o.ID] = o.Name
	}
	return names, err
}

type systemData struct {
	System      *portfolio.SystemView
	Names       map[uuid.UUID]lang.Text
	Reviews     []*review.Detail
	Consequence inventory.Consequence
	MayChange   bool
	Imported    []inventory.Kept // of columns that filled no field
	Uses        []useLine
	MayReport   bool
}

// System shows one system with its assurance.
func (p *Pages) System(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	data := systemData{MayChange: v.Actor().Holds(access.InventoryChange)}
	if data.System, err = p.Portfolio.System(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	if data.Names, err = p.hostNames(v); err != nil {
		return err
	}
	data.Consequence = data.System.ConsequenceOf()
	for _, u := range data.System.Uses {
		data.Uses = append(data.Uses, useLine{Use: u, Organisation: data.Names[u.OrganisationID], MayConfirm: inventory.MayConfirm(v.Actor(), u.OrganisationID)})
	}
	if data.MayReport, err = p.Portfolio.MayReportOn(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	if data.Imported, err = p.Inventory.ImportedOf(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	reviews, err := p.Services.Reviews.Reviews(v.UserContext(), v.Actor(), review.Filter{SystemID: id}, store.Paging{Limit: 50, Sort: "-created_at"})
	if err != nil {
		return err
	}
	data.Reviews = reviews.Items
	name, _ := data.System.Name.In(v.Lang())
	return v.Show(Page{Name: "system", Title: name, Data: data, Wide: true})
}

type systemForm struct {
	ID            string
	Version       int
	In            inventory.SystemInput
	Criticality   string
	People, Years string
	Tier, Reason  string // an override of the tier, empty where the rule holds
	CategoriesSet bool
	Hosts         []components.Option
	SupplierItems []components.Option
	Organisations []*directory.Organisation
	Supplies      []inventory.SupplyInput // three rows
	Standing      *inventory.System
}

// systemFormPage fills the choices of the form.
func (p *Pages) systemFormPage(v *View, f systemForm) (Page, error) {
	organisations, err := p.Directory.Organisations(v.UserContext(), v.Actor(), directory.Filter{}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	suppliers, err := p.Inventory.Suppliers(v.UserContext(), v.Actor(), inventory.SupplierFilter{}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	f.Organisations = organisations.Items
	f.Hosts = append(f.Hosts, option("", ""))
	for _, o := range organisations.Items {
		name, _ := o.Name.In(v.Lang())
		f.Hosts = append(f.Hosts, option(o.ID.String(), name))
	}
	f.SupplierItems = append(f.SupplierItems, option("", ""))
	for _, s := range suppliers.Items {
		f.SupplierItems = append(f.SupplierItems, option(s.ID.String(), s.Name))
	}
	f.Supplies = append(f.Supplies, f.In.Suppliers...)
	for len(f.Supplies) < 3 {
		f.Supplies = append(f.Supplies, inventory.SupplyInput{})
	}
	key := "system.edit"
	if f.ID == "" {
		key = "system.new"
	}
	return Page{Name: "system-form", TitleKey: key, Data: f}, nil
}

func option(value, text string) components.Option {
	return components.Option{Value: &value, Text: text}
}

// number reads a whole number; empty is not known, what is no number is refused.
func number(typed, location string, invalid *fault.Error) *int {
	if typed == "" {
		return nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		invalid.On(location, "number.wrong")
		return nil
	}
	return &n
}

func (v *View) typedSystem(in *inventory.SystemInput) error {
	invalid := fault.Invalid("invalid")
	in.Name, in.Purpose = v.TypedText("name"), v.TypedText("purpose")
	in.HostOrganisationID, _ = uuid.Parse(v.Typed("host_organisation_id"))
	in.InformationAssetOwner = v.Typed("information_asset_owner")
	in.Criticality = number(v.Typed("criticality"), "criticality", invalid)
	in.PeopleCount = number(v.Typed("people_count"), "people_count", invalid)
	in.YearsKept = number(v.Typed("years_kept"), "years_kept", invalid)
	in.Exposure, in.Hosting.Kind = inventory.Exposure(v.Typed("exposure")), inventory.HostingKind(v.Typed("hosting.kind"))
	in.Hosting.Country, in.Hosting.Location = v.Typed("hosting.country"), v.Typed("hosting.location")
	in.Status = inventory.SystemStatus(v.Typed("status"))
	in.TierOverride = nil
	if tier, reason := number(v.Typed("tier_override.tier"), "tier_override.tier", invalid), v.Typed("tier_override.reason"); tier != nil {
		in.TierOverride = &inventory.TierOverride{Tier: *tier, Reason: reason}
	} else if reason != "" {
		invalid.On("tier_override.tier", "system.tier-range")
	}
	in.DataCategories = nil
	if v.Typed("categories_known") == "yes" {
		in.DataCategories = []inventory.DataCategory{}
		for _, c := range v.TypedAll("data_categories") {
			in.DataCategories = append(in.DataCategories, inventory.DataCategory(c))
		}
	}
	in.Suppliers, in.UsedBy = []inventory.SupplyInput{}, []uuid.UUID{}
	for i := range 10 {
		at := "suppliers." + strconv.Itoa(i) + "."
		if id, err := uuid.Parse(v.Typed(at + "supplier_id")); err == nil {
			in.Suppliers = append(in.Suppliers, inventory.SupplyInput{SupplierID: id, Part: inventory.Part(v.Typed(at + "part"))})
		}
	}
	for _, id := range v.TypedAll("used_by") {
		if organisation, err := uuid.Parse(id); err == nil {
			in.UsedBy = append(in.UsedBy, organisation)
		}
	}
	return invalid.OrNil()
}

func (v *View) systemTyped(id string, version int) systemForm {
	f := systemForm{ID: id, Version: version, Criticality: v.Typed("criticality"), People: v.Typed("people_count"), Years: v.Typed("years_kept"),
		Tier: v.Typed("tier_override.tier"), Reason: v.Typed("tier_override.reason"), CategoriesSet: v.Typed("categories_known") == "yes"}
	_ = v.typedSystem(&f.In)
	return f
}

// SystemNew is the form for a new system.
func (p *Pages) SystemNew(v *View) error {
	if v.Actor().OnSupplierSide() {
		return fault.Forbidden("forbidden")
	}
	page, err := p.systemFormPage(v, systemForm{In: inventory.SystemInput{Status: inventory.Live}})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// SystemAdd enters a system.
func (p *Pages) SystemAdd(v *View) error {
	var in inventory.SystemInput
	err := v.typedSystem(&in)
	var added *inventory.System
	if err == nil {
		added, err = p.Inventory.AddSystem(v.UserContext(), v.Actor(), in)
	}
	if err != nil {
		return p.refuseSystem(v, err, v.systemTyped("", 0))
	}
	return v.Go("/systems/"+added.ID.String(), "flash.saved")
}

func (p *Pages) refuseSystem(v *View, err error, f systemForm) error {
	if stale := fault.As(err); stale != nil && stale.Kind == fault.KindStale {
		if now, ok := stale.Current.(*inventory.System); ok {
			f.Standing, f.Version = now, now.Version
		}
	}
	page, pageErr := p.systemFormPage(v, f)
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

// SystemEdit is the form to change a system.
func (p *Pages) SystemEdit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	d, err := p.Inventory.System(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	f := systemForm{ID: id.String(), Version: d.Version, In: d.Input(), CategoriesSet: d.DataCategories != nil}
	f.Criticality, f.People, f.Years = shownNumber(d.Criticality), shownNumber(d.PeopleCount), shownNumber(d.YearsKept)
	f.Tier, f.Reason = shownNumber(d.TierOverride), d.TierOverrideReason
	for _, s := range d.Supplies {
		f.In.Suppliers = append(f.In.Suppliers, inventory.SupplyInput{SupplierID: s.SupplierID, Part: s.Part})
	}
	for _, u := range d.Uses {
		f.In.UsedBy = append(f.In.UsedBy, u.OrganisationID)
	}
	page, err := p.systemFormPage(v, f)
	if err != nil {
		return err
	}
	return v.Show(page)
}

func shownNumber(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// SystemChange changes a system.
func (p *Pages) SystemChange(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	_, err = p.Inventory.ChangeSystem(v.UserContext(), v.Actor(), id, version, v.typedSystem)
	if err != nil {
		return p.refuseSystem(v, err, v.systemTyped(id.String(), version))
	}
	return v.Go("/systems/"+id.String(), "flash.saved")
}

// Has reports whether the form's choices include a value.
func (f systemForm) Categories() []string {
	var chosen []string
	for _, c := range f.In.DataCategories {
		chosen = append(chosen, string(c))
	}
	return chosen
}

// Users gives the organisations ticked as users.
func (f systemForm) Users() []string {
	var chosen []string
	for _, id := range f.In.UsedBy {
		chosen = append(chosen, id.String())
	}
	return chosen
}

// AllCategories lists the categories of data to choose from.
func (f systemForm) AllCategories() []string {
	var all []string
	for _, c := range inventory.DataCategories {
		all = append(all, string(c))
	}
	return all
}

// SupplierIDs gives the supplier chosen in each row, empty where none is.
func (f systemForm) SupplierIDs() []string {
	chosen := make([]string, len(f.Supplies))
	for i, s := range f.Supplies {
		if s.SupplierID != uuid.Nil {
			chosen[i] = s.SupplierID.String()
		}
	}
	return chosen
}

// Host is the host that was chosen, as the form sends it.
func (f systemForm) Host() string {
	if f.In.HostOrganisationID == uuid.Nil {
		return ""
	}
	return f.In.HostOrganisationID.String()
}
