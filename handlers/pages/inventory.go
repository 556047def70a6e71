package pages

import (
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
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
	Uses         []useLine
	Return       *inventory.ReturnLine // nil where the reader may not know
	MayReturn    bool
	AsOf         typedDay
	Says         string
	Ours         bool
	MayAppoint   bool
	In           directory.AppointmentInput
	From, Until  typedDay
	Roles        []directory.AppointmentRole
	Today        calendar.Date
}

// Over reports whether an appointment has ended.
func (d organisationData) Over(a *directory.Appointment) bool {
	return a.UntilOn != "" && a.UntilOn <= d.Today
}

// Organisation shows one organisation, who answers for what there, the systems
// that it hosts and those that it uses.
func (p *Pages) Organisation(v *View) error {
	page, _, err := p.organisationPage(v, directory.AppointmentInput{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// organisationPage shows an organisation, with an appointment as it was typed.
func (p *Pages) organisationPage(v *View, in directory.AppointmentInput) (Page, uuid.UUID, error) {
	id, err := v.ID("id")
	if err != nil {
		return Page{}, id, err
	}
	today := calendar.On(p.DB.Now())
	data := organisationData{Ours: !v.Actor().OnSupplierSide(), MayAppoint: directory.MayAppoint(v.Actor(), id), In: in, Roles: directory.AppointmentRoles,
		From: v.typedDay("from_on"), Until: v.typedDay("until_on"), Today: today, AsOf: splitDay(today)}
	if data.Organisation, err = p.Directory.Organisation(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, id, err
	}
	if data.Appointments, err = p.Directory.Appointments(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, id, err
	}
	if v.Actor().Holds(access.InventoryRead) {
		rows, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), portfolio.SystemFilter{SystemFilter: inventory.SystemFilter{HostID: id}}, store.Paging{Limit: 200})
		if err != nil {
			return Page{}, id, err
		}
		data.Systems = rows.Items
		if err := p.returnAndUses(v, id, &data); err != nil {
			return Page{}, id, err
		}
	}
	name, _ := data.Organisation.Name.In(v.Lang())
	return Page{Name: "organisation", Title: name, Data: data}, id, nil
}

type supplierData struct {
	Supplier     *portfolio.SupplierView
	Certificates []*inventory.Certificate
	Contracts    []inventory.ContractDetail
	Ours         bool
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
	data := supplierData{MayChange: v.Actor().Holds(access.InventoryChange), MayPlan: v.Actor().Holds(access.ReviewPlan), Ours: !v.Actor().OnSupplierSide(), Kinds: inventory.CertificateKinds}
	if data.Supplier, err = p.Portfolio.Supplier(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, err
	}
	if data.Certificates, err = p.Inventory.Certificates(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, err
	}
	contracts, err := p.Inventory.Contracts(v.UserContext(), v.Actor(), inventory.ContractFilter{SupplierID: id}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	data.Contracts = contracts.Items
	systems, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), portfolio.SystemFilter{SystemFilter: inventory.SystemFilter{SupplierID: id}}, store.Paging{Limit: 200})
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
	if v.Actor().OnSupplierSide() {
		return fault.Forbidden("forbidden")
	}
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
