package pages

import (
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates/components"
)

type organisationsData struct {
	Items []*directory.Organisation
	Next  string
	Q     string
	Total int
}

// Organisations lists the organisations.
func (p *Pages) Organisations(v *View) error {
	rows, err := p.Directory.Organisations(v.UserContext(), v.Actor(), directory.Filter{Q: v.Query("q")}, store.Paging{After: v.Query("after")})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "organisations", TitleKey: "nav.organisations", Wide: true,
		Data: organisationsData{rows.Items, rows.Next, v.Query("q"), rows.Total}})
}

type organisationData struct {
	Organisation *directory.Organisation
	Appointments []*directory.Appointment
	Systems      []*portfolio.SystemView
}

// Organisation shows one organisation, who answers for what there, and the
// systems that it hosts.
func (p *Pages) Organisation(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	data := organisationData{}
	if data.Organisation, err = p.Directory.Organisation(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	if data.Appointments, err = p.Directory.Appointments(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	if v.Actor().Holds(access.InventoryRead) {
		rows, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), inventory.SystemFilter{HostID: id}, store.Paging{Limit: 200})
		if err != nil {
			return err
		}
		data.Systems = rows.Items
	}
	name, _ := data.Organisation.Name.In(v.Lang())
	return v.Show(Page{Name: "organisation", Title: name, Data: data})
}

type suppliersData struct {
	Items   []*portfolio.SupplierView
	Next, Q string
	Status  string
	Total   int
	MayAdd  bool
}

// Suppliers lists the suppliers.
func (p *Pages) Suppliers(v *View) error {
	f := inventory.SupplierFilter{Q: v.Query("q"), Status: inventory.SupplierStatus(v.Query("status"))}
	rows, err := p.Portfolio.Suppliers(v.UserContext(), v.Actor(), f, store.Paging{After: v.Query("after"), Sort: v.Query("sort")})
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "suppliers", TitleKey: "nav.suppliers", Wide: true, Data: suppliersData{
		rows.Items, rows.Next, v.Query("q"), v.Query("status"), rows.Total, v.Actor().Holds(access.InventoryChange)}})
}

type supplierData struct {
	Supplier     *portfolio.SupplierView
	Certificates []*inventory.Certificate
	Systems      []*portfolio.SystemView
	Reviews      []*review.Detail
	MayChange    bool
	MayPlan      bool
	Kinds        []string
}

// Supplier shows one supplier with its assurance.
func (p *Pages) Supplier(v *View) error {
	page, err := p.supplierPage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) supplierPage(v *View) (Page, error) {
	id, err := v.ID("id")
	if err != nil {
		return Page{}, err
	}
	data := supplierData{MayChange: v.Actor().Holds(access.InventoryChange), MayPlan: v.Actor().Holds(access.ReviewPlan), Kinds: inventory.CertificateKinds}
	if data.Supplier, err = p.Portfolio.Supplier(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, err
	}
	if data.Certificates, err = p.Inventory.Certificates(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, err
	}
	systems, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), inventory.SystemFilter{SupplierID: id}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	data.Systems = systems.Items
	reviews, err := p.Services.Reviews.Reviews(v.UserContext(), v.Actor(), review.Filter{SupplierID: id}, store.Paging{Limit: 50, Sort: "-created_at"})
	data.Reviews = reviews.Items
	return Page{Name: "supplier", Title: data.Supplier.Name, Data: data, Wide: true}, err
}

// CertificateAdd records a certificate of a supplier.
func (p *Pages) CertificateAdd(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	_, err = p.Inventory.AddCertificate(v.UserContext(), v.Actor(), id, inventory.CertificateInput{Kind: v.Typed("kind"),
		Name: v.Typed("name"), Number: v.Typed("number"), Covers: v.Typed("scope"), ExpiresOn: v.TypedDate("expires_on")})
	if err != nil {
		page, pageErr := p.supplierPage(v)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/suppliers/"+id.String(), "flash.saved")
}

// TypedDate reads a day typed as day, month and year; what is no date comes
// out as typed, so that it is refused.
func (v *View) TypedDate(name string) calendar.Date {
	day, month, year := v.Typed(name+"[day]"), v.Typed(name+"[month]"), v.Typed(name+"[year]")
	if day+month+year == "" {
		return calendar.Date(v.Typed(name))
	}
	pad := func(s string) string {
		if len(s) == 1 {
			return "0" + s
		}
		return s
	}
	return calendar.Date(year + "-" + pad(month) + "-" + pad(day))
}

type contactRow struct{ Kind, Name, Email, Phone string }

type supplierForm struct {
	ID       string // empty for a new one
	Version  int
	In       inventory.SupplierInput
	Contacts []contactRow
	Standing *inventory.Supplier // the newer version, after a stale edit
}

func supplierFormPage(f supplierForm) Page {
	f.Contacts = nil
	for _, kind := range inventory.ContactKinds {
		row := contactRow{Kind: string(kind)}
		for _, c := range f.In.Contacts {
			if c.Kind == kind {
				row.Name, row.Email, row.Phone = c.Name, c.Email, c.Phone
			}
		}
		f.Contacts = append(f.Contacts, row)
	}
	key := "supplier.edit"
	if f.ID == "" {
		key = "supplier.new"
	}
	return Page{Name: "supplier-form", TitleKey: key, Data: f}
}

func (v *View) typedSupplier(in *inventory.SupplierInput) {
	in.Name, in.TradingName, in.CompanyNumber = v.Typed("name"), v.Typed("trading_name"), v.Typed("company_number")
	in.Country, in.Website = v.Typed("country"), v.Typed("website")
	in.Status = inventory.SupplierStatus(v.Typed("status"))
	in.Contacts = nil
	for _, kind := range inventory.ContactKinds {
		at := "contacts." + string(kind) + "."
		c := inventory.Contact{Kind: kind, Name: v.Typed(at + "name"), Email: v.Typed(at + "email"), Phone: v.Typed(at + "phone")}
		if c.Name+c.Email+c.Phone != "" {
			in.Contacts = append(in.Contacts, c)
		}
	}
}

// SupplierNew is the form for a new supplier.
func (p *Pages) SupplierNew(v *View) error {
	return v.Show(supplierFormPage(supplierForm{In: inventory.SupplierInput{Status: inventory.Active, Country: "GB"}}))
}

// SupplierAdd enters a supplier.
func (p *Pages) SupplierAdd(v *View) error {
	var in inventory.SupplierInput
	v.typedSupplier(&in)
	s, err := p.Inventory.AddSupplier(v.UserContext(), v.Actor(), in)
	if err != nil {
		return v.Refuse(err, supplierFormPage(supplierForm{In: in}))
	}
	return v.Go("/suppliers/"+s.ID.String(), "flash.saved")
}

// SupplierEdit is the form to change a supplier.
func (p *Pages) SupplierEdit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	s, err := p.Inventory.Supplier(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	return v.Show(supplierFormPage(supplierForm{ID: id.String(), Version: s.Version, In: s.Input()}))
}

// SupplierChange changes a supplier.
func (p *Pages) SupplierChange(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	form := supplierForm{ID: id.String(), Version: version}
	v.typedSupplier(&form.In)
	_, err = p.Inventory.ChangeSupplier(v.UserContext(), v.Actor(), id, version, func(in *inventory.SupplierInput) error {
		v.typedSupplier(in)
		return nil
	})
	if err != nil {
		if f := fault.As(err); f != nil && f.Kind == fault.KindStale {
			if now, ok := f.Current.(*inventory.Supplier); ok {
				form.Standing, form.Version = now, now.Version
			}
		}
		return v.Refuse(err, supplierFormPage(form))
	}
	return v.Go("/suppliers/"+id.String(), "flash.saved")
}

type systemsData struct {
	Items   []*portfolio.SystemView
	Next, Q string
	Tier    int
	Total   int
	MayAdd  bool
	Hosts   map[uuid.UUID]lang.Text
}

// Systems lists the systems.
func (p *Pages) Systems(v *View) error {
	tier, _ := strconv.Atoi(v.Query("tier"))
	rows, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), inventory.SystemFilter{Q: v.Query("q"), Tier: tier}, store.Paging{After: v.Query("after"), Sort: v.Query("sort")})
	if err != nil {
		return err
	}
	hosts, err := p.hostNames(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "systems", TitleKey: "nav.systems", Wide: true, Data: systemsData{
		rows.Items, rows.Next, v.Query("q"), tier, rows.Total, v.Actor().Holds(access.InventoryChange), hosts}})
}

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
		CategoriesSet: v.Typed("categories_known") == "yes"}
	_ = v.typedSystem(&f.In)
	return f
}

// SystemNew is the form for a new system.
func (p *Pages) SystemNew(v *View) error {
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
