package pages

import (
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
)

type certificateData struct {
	Supplier *inventory.Supplier
	ID       string
	Version  int
	In       inventory.CertificateInput
	Expires  typedDay
	Kinds    []string
}

func (p *Pages) certificate(v *View) (certificateData, uuid.UUID, uuid.UUID, error) {
	data := certificateData{Kinds: inventory.CertificateKinds}
	supplier, err := v.ID("id")
	if err != nil {
		return data, supplier, supplier, err
	}
	id, err := v.ID("certificate")
	if err != nil {
		return data, supplier, id, err
	}
	if data.Supplier, err = p.Inventory.Supplier(v.UserContext(), v.Actor(), supplier); err != nil {
		return data, supplier, id, err
	}
	c, err := p.Inventory.Certificate(v.UserContext(), v.Actor(), supplier, id)
	if err == nil {
		data.ID, data.Version, data.In, data.Expires = id.String(), c.Version, c.Input(), splitDay(c.ExpiresOn)
	}
	return data, supplier, id, err
}

func certificatePage(data certificateData) Page {
	return Page{Name: "certificate", TitleKey: "certificate.change", Data: data}
}

// Certificate is the form to change a certificate, or to end it.
func (p *Pages) Certificate(v *View) error {
	data, _, _, err := p.certificate(v)
	if err != nil {
		return err
	}
	return v.Show(certificatePage(data))
}

// CertificateChange changes a certificate.
func (p *Pages) CertificateChange(v *View) error {
	data, supplier, id, err := p.certificate(v)
	if err != nil {
		return err
	}
	typed := inventory.CertificateInput{Kind: v.Typed("kind"), Name: v.Typed("name"), Number: v.Typed("number"), Covers: v.Typed("scope"), ExpiresOn: v.TypedDate("expires_on")}
	version, _ := strconv.Atoi(v.Typed("version"))
	_, err = p.Inventory.ChangeCertificate(v.UserContext(), v.Actor(), supplier, id, version, func(in *inventory.CertificateInput) error {
		*in = typed
		return nil
	})
	if err != nil { // a newer version is the one that the form then changes
		data.In, data.Expires = typed, v.typedDay("expires_on")
		return v.Refuse(err, certificatePage(data))
	}
	return v.Go("/suppliers/"+supplier.String(), "flash.saved")
}

// CertificateEnd drops a certificate that is held no more.
func (p *Pages) CertificateEnd(v *View) error {
	data, supplier, id, err := p.certificate(v)
	if err != nil {
		return err
	}
	if err := p.Inventory.EndCertificate(v.UserContext(), v.Actor(), supplier, id); err != nil {
		return v.Refuse(err, certificatePage(data))
	}
	return v.Go("/suppliers/"+supplier.String(), "flash.ended")
}

type subcontractorsData struct {
	Supplier  *inventory.Supplier
	Items     []*inventory.Subcontractor
	In        inventory.SubcontractorInput
	Processes string // yes, no, or empty: not known
	MayChange bool
}

func (p *Pages) subcontractorsPage(v *View, data subcontractorsData) (Page, uuid.UUID, error) {
	id, err := v.ID("id")
	if err != nil {
		return Page{}, id, err
	}
	if data.Supplier, err = p.Inventory.Supplier(v.UserContext(), v.Actor(), id); err != nil {
		return Page{}, id, err
	}
	data.MayChange = v.Actor().Holds(access.InventoryChange)
	data.Items, err = p.Inventory.Subcontractors(v.UserContext(), v.Actor(), id)
	return Page{Name: "subcontractors", TitleKey: "subcontractor.list", Data: data}, id, err
}

// Subcontractors lists those on whom a supplier relies.
func (p *Pages) Subcontractors(v *View) error {
	page, _, err := p.subcontractorsPage(v, subcontractorsData{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// SubcontractorAdd records one on whom a supplier relies.
func (p *Pages) SubcontractorAdd(v *View) error {
	data := subcontractorsData{Processes: v.Typed("processes_personal_data"), In: v.typedSubcontractor()}
	page, id, err := p.subcontractorsPage(v, data)
	if err != nil {
		return err
	}
	if _, err = p.Inventory.AddSubcontractor(v.UserContext(), v.Actor(), id, data.In); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/suppliers/"+id.String()+"/subcontractors", "flash.saved")
}

type subcontractorData struct {
	Supplier  *inventory.Supplier
	ID        string
	Version   int
	In        inventory.SubcontractorInput
	Processes string                   // yes, no, or empty: not known
	Standing  *inventory.Subcontractor // the newer version, after a stale edit
}

// subcontractor loads the form of the one that the address names, and the two
// ids; the form then changes the version that stands.
func (p *Pages) subcontractor(v *View) (data subcontractorData, supplier, id uuid.UUID, err error) {
	if supplier, err = v.ID("id"); err != nil {
		return data, supplier, id, err
	}
	if id, err = v.ID("subcontractor"); err != nil {
		return data, supplier, id, err
	}
	if data.Supplier, err = p.Inventory.Supplier(v.UserContext(), v.Actor(), supplier); err != nil {
		return data, supplier, id, err
	}
	c, err := p.Inventory.Subcontractor(v.UserContext(), v.Actor(), supplier, id)
	if err == nil {
		data.ID, data.Version, data.In, data.Standing = id.String(), c.Version, c.Input(), c
		data.Processes = yesNo(c.ProcessesPersonalData)
	}
	return data, supplier, id, err
}

func subcontractorPage(data subcontractorData, refused error) Page {
	if !fault.Is(refused, fault.KindStale) {
		data.Standing = nil
	}
	return Page{Name: "subcontractor", TitleKey: "subcontractor.change", Data: data}
}

// Subcontractor is the form to change one on whom a supplier relies, or to end
// it.
func (p *Pages) Subcontractor(v *View) error {
	data, _, _, err := p.subcontractor(v)
	if err != nil {
		return err
	}
	return v.Show(subcontractorPage(data, nil))
}

// SubcontractorChange changes what is known of one.
func (p *Pages) SubcontractorChange(v *View) error {
	data, supplier, id, err := p.subcontractor(v)
	if err != nil {
		return err
	}
	typed := v.typedSubcontractor()
	version, _ := strconv.Atoi(v.Typed("version"))
	_, err = p.Inventory.ChangeSubcontractor(v.UserContext(), v.Actor(), supplier, id, version, func(in *inventory.SubcontractorInput) error {
		*in = typed
		return nil
	})
	if err != nil {
		data.In, data.Processes = typed, v.Typed("processes_personal_data")
		return v.Refuse(err, subcontractorPage(data, err))
	}
	return v.Go("/suppliers/"+supplier.String()+"/subcontractors", "flash.saved")
}

// SubcontractorEnd drops one on whom the supplier relies no more.
func (p *Pages) SubcontractorEnd(v *View) error {
	data, supplier, id, err := p.subcontractor(v)
	if err != nil {
		return err
	}
	if err := p.Inventory.EndSubcontractor(v.UserContext(), v.Actor(), supplier, id); err != nil {
		return v.Refuse(err, subcontractorPage(data, err))
	}
	return v.Go("/suppliers/"+supplier.String()+"/subcontractors", "flash.ended")
}

func (v *View) typedSubcontractor() inventory.SubcontractorInput {
	return inventory.SubcontractorInput{Name: v.Typed("name"), Country: v.Typed("country"), Purpose: v.Typed("purpose"),
		ProcessesPersonalData: typedYesNo(v.Typed("processes_personal_data"))}
}
