package inventory

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// The acts of this room in the audit log.
const (
	SupplierAdded      audit.Action = "supplier.added"
	SupplierChanged    audit.Action = "supplier.changed"
	SystemAdded        audit.Action = "system.added"
	SystemChanged      audit.Action = "system.changed"
	UseAdded           audit.Action = "system_use.added"
	UseRemoved         audit.Action = "system_use.removed"
	CertificateAdded   audit.Action = "certificate.added"
	SubcontractorAdded audit.Action = "subcontractor.added"
	ContractAdded      audit.Action = "contract.added"
	ContractChanged    audit.Action = "contract.changed"
)

// Service does what officials do with the inventory.
type Service struct{ db *store.DB }

// New gives the service over a database.
func New(db *store.DB) *Service { return &Service{db: db} }

// SupplierInput is what an official enters of a supplier.
type SupplierInput struct {
	Name          string         `json:"name"`
	TradingName   string         `json:"trading_name,omitempty" nullable:"true"`
	CompanyNumber string         `json:"company_number,omitempty" nullable:"true"`
	Identifiers   []Identifier   `json:"identifiers,omitempty"`
	Country       string         `json:"country,omitempty" nullable:"true"`
	Website       string         `json:"website,omitempty" nullable:"true"`
	Status        SupplierStatus `json:"status,omitempty" nullable:"true"`
	Contacts      []Contact      `json:"contacts,omitempty"`
	Note          lang.Text      `json:"note,omitempty"`
	ParentID      *uuid.UUID     `json:"parent_id,omitempty" nullable:"true"` // who owns it
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// IsCountry reports whether a code has the form of ISO 3166-1 alpha-2.
func IsCountry(code string) bool { return countryCode.MatchString(code) }

func (in *SupplierInput) check() error {
	in.Name = strings.TrimSpace(in.Name)
	in.Country = strings.ToUpper(strings.TrimSpace(in.Country))
	if in.Status == "" {
		in.Status = Active
	}
	in.Identifiers, in.Contacts = known(in.Identifiers), known(in.Contacts)
	invalid := fault.Invalid("invalid")
	switch {
	case in.Name == "":
		invalid.On("name", "supplier.name-missing")
	case len(in.Name) > 300:
		invalid.On("name", "text.too-long", fault.Args{"Max": 300})
	}
	if in.Country != "" && !countryCode.MatchString(in.Country) {
		invalid.On("country", "country.wrong")
	}
	if in.Website != "" {
		if u, err := url.Parse(in.Website); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			invalid.On("website", "website.wrong")
		}
	}
	if !slices.Contains(SupplierStatuses, in.Status) {
		invalid.On("status", "supplier.status-unknown")
	}
	for _, c := range in.Contacts {
		if !slices.Contains(ContactKinds, c.Kind) {
			invalid.On("contacts", "contact.kind-unknown")
		}
	}
	return invalid.OrNil()
}

// Input gives what was entered, for a form that changes some of it.
func (s *Supplier) Input() SupplierInput {
	return SupplierInput{Name: s.Name, TradingName: s.TradingName, CompanyNumber: s.CompanyNumber, Identifiers: s.Identifiers,
		Country: s.Country, Website: s.Website, Status: s.Status, Contacts: s.Contacts, Note: s.Note, ParentID: s.ParentID}
}

func (s *Supplier) apply(in SupplierInput) {
	s.Name, s.TradingName, s.CompanyNumber, s.Identifiers = in.Name, in.TradingName, in.CompanyNumber, in.Identifiers
	s.Country, s.Website, s.Status, s.Contacts, s.Note, s.ParentID = in.Country, in.Website, in.Status, in.Contacts, in.Note, in.ParentID
}

// AddSupplier enters a supplier.
func (s *Service) AddSupplier(ctx context.Context, by access.Actor, in SupplierInput) (*Supplier, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Supplier, error) { return AddSupplierIn(tx, in) })
}

// AddSupplierIn is AddSupplier within a change.
func AddSupplierIn(tx *store.Tx, in SupplierInput) (*Supplier, error) {
	by := tx.By()
	if by.OnSupplierSide() || !by.Holds(access.InventoryChange) {
		return nil, fault.Forbidden("forbidden")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := checkParent(tx, uuid.Nil, in.ParentID); err != nil {
		return nil, err
	}
	reference, err := tx.NextReference("SUP", false)
	if err != nil {
		return nil, err
	}
	supplier := &Supplier{Reference: reference}
	if by.OrganisationID != uuid.Nil {
		supplier.EnteredByID = &by.OrganisationID
	}
	supplier.apply(in)
	return supplier, tx.Create(supplier, SupplierAdded)
}

// checkParent refuses an owner that does not exist for the actor, or that is
// the supplier itself.
func checkParent(tx *store.Tx, supplier uuid.UUID, parent *uuid.UUID) error {
	if parent == nil {
		return nil
	}
	_, err := store.Find[Supplier](tx, *parent)
	if *parent == supplier || fault.Is(err, fault.KindNotFound) {
		return fault.Invalid("invalid").On("parent_id", "supplier.unknown")
	}
	return err
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// ChangeSupplier changes a supplier that stands at the version; edit is given
// what stands. A supplier's lead changes its own contacts and no more.
func (s *Service) ChangeSupplier(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*SupplierInput) error) (*Supplier, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Supplier, error) {
		supplier, err := changeable(tx, id)
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(supplier, version); err != nil {
			return nil, err
		}
		in := supplier.Input()
		if err := edit(&in); err != nil {
			return nil, err
		}
		if by.OnSupplierSide() {
			contacts := in.Contacts
			in = supplier.Input()
			in.Contacts = contacts
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		if err := checkParent(tx, id, in.ParentID); err != nil {
			return nil, err
		}
		if orNil(in.ParentID) != orNil(supplier.ParentID) {
			supplier.OwnerChangedOn = calendar.On(tx.Now())
			if err := reconsider(tx, id, uuid.Nil); err != nil {
				return nil, err
			}
		}
		supplier.apply(in)
		return supplier, tx.Save(supplier, SupplierChanged)
	})
}

// changeable loads a supplier that the actor may change.
func changeable(tx *store.Tx, id uuid.UUID) (*Supplier, error) {
	supplier, err := store.Lock[Supplier](tx, id)
	if err != nil {
		return nil, err
	}
	return supplier, tx.May(store.Suppliers, access.InventoryChange, id)
}

// Supplier gives one supplier.
func (s *Service) Supplier(ctx context.Context, by access.Actor, id uuid.UUID) (*Supplier, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Supplier, error) { return store.Find[Supplier](tx, id) })
}

// SupplierFilter narrows the list of suppliers; empty fields do not.
type SupplierFilter struct {
	Q      string
	Status SupplierStatus
}

// Suppliers lists the suppliers.
func (s *Service) Suppliers(ctx context.Context, by access.Actor, f SupplierFilter, p store.Paging) (store.List[*Supplier], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Supplier], error) {
		return SuppliersIn(tx, f, p, store.Refinement{})
	})
}

// SuppliersIn is Suppliers within a read.
func SuppliersIn(tx *store.Tx, f SupplierFilter, p store.Paging, more store.Refinement) (store.List[*Supplier], error) {
	q := more.Narrow(store.Query[Supplier](tx))
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.Q != "" {
		q = store.Holding(tx, q, f.Q, "folded")
	}
	return store.Paged[Supplier](tx, q, p, store.Measured{Measures: more.Measures, Columns: store.Columns{
		"name": "name", "reference": "reference", "status": "status", "created_at": "created_at",
	}}, "name")
}

// CertificateInput is what is entered of a certificate.
type CertificateInput struct {
	Kind      string        `json:"kind"`
	Name      string        `json:"name,omitempty" nullable:"true"`
	Number    string        `json:"number,omitempty" nullable:"true"`
	Covers    string        `json:"scope,omitempty" nullable:"true"`
	ExpiresOn calendar.Date `json:"expires_on,omitempty" nullable:"true"`
}

// AddCertificate records a certificate that a supplier holds.
func (s *Service) AddCertificate(ctx context.Context, by access.Actor, supplier uuid.UUID, in CertificateInput) (*Certificate, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Certificate, error) {
		if _, err := changeable(tx, supplier); err != nil {
			return nil, err
		}
		return AddCertificateIn(tx, supplier, in)
	})
}

// AddCertificateIn is AddCertificate within a change that checked the supplier.
func AddCertificateIn(tx *store.Tx, supplier uuid.UUID, in CertificateInput) (*Certificate, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	c := &Certificate{SupplierID: supplier, Kind: in.Kind, Name: in.Name, Number: in.Number, Covers: in.Covers, ExpiresOn: in.ExpiresOn}
	if err := reconsider(tx, supplier, uuid.Nil); err != nil {
		return nil, err
	}
	return c, tx.Create(c, CertificateAdded)
}

// Certificates lists the certificates that a supplier holds.
func (s *Service) Certificates(ctx context.Context, by access.Actor, supplier uuid.UUID) ([]*Certificate, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Certificate, error) {
		if _, err := store.Find[Supplier](tx, supplier); err != nil {
			return nil, err
		}
		return store.All[Certificate](tx, "kind, expires_on", "supplier_id = ?", supplier)
	})
}

// SubcontractorInput is what is entered of a sub-contractor.
type SubcontractorInput struct {
	Name                  string `json:"name"`
	Country               string `json:"country,omitempty" nullable:"true"`
	Purpose               string `json:"purpose,omitempty" nullable:"true"`
	ProcessesPersonalData *bool  `json:"processes_personal_data,omitempty" nullable:"true"`
}

// AddSubcontractor records one on whom a supplier relies.
func (s *Service) AddSubcontractor(ctx context.Context, by access.Actor, supplier uuid.UUID, in SubcontractorInput) (*Subcontractor, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Subcontractor, error) {
		if _, err := changeable(tx, supplier); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		c := &Subcontractor{SupplierID: supplier}
		c.apply(in)
		return c, tx.Create(c, SubcontractorAdded)
	})
}

// Subcontractors lists those on whom a supplier relies.
func (s *Service) Subcontractors(ctx context.Context, by access.Actor, supplier uuid.UUID) ([]*Subcontractor, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Subcontractor, error) {
		if _, err := store.Find[Supplier](tx, supplier); err != nil {
			return nil, err
		}
		return store.All[Subcontractor](tx, "name, id", "supplier_id = ?", supplier)
	})
}
