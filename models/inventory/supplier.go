package inventory

import (
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// SupplierStatus says whether a supplier serves NHS Wales.
type SupplierStatus string

// The statuses of a supplier.
const (
	Prospective SupplierStatus = "prospective"
	Active      SupplierStatus = "active"
	Ended       SupplierStatus = "ended"
)

// SupplierStatuses lists the statuses of a supplier.
var SupplierStatuses = []SupplierStatus{Prospective, Active, Ended}

// Identifier is a number that a register gives.
type Identifier struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
}

// ContactKind says what a contact of a supplier is for.
type ContactKind string

// The kinds of contact.
const (
	SecurityContact       ContactKind = "security"
	BreachContact         ContactKind = "breach" // reached at any hour
	DataProtectionContact ContactKind = "data_protection"
	AccountContact        ContactKind = "account"
)

// ContactKinds lists the kinds of contact.
var ContactKinds = []ContactKind{SecurityContact, BreachContact, DataProtectionContact, AccountContact}

// Contact is a person or desk at a supplier.
type Contact struct {
	Kind  ContactKind `json:"kind"`
	Name  string      `json:"name"`
	Email string      `json:"email,omitempty"`
	Phone string      `json:"phone,omitempty"`
}

// Supplier is an organisation that develops, hosts, supports or processes for
// the systems of NHS Wales.
type Supplier struct {
	store.Row
	store.Searched
	Reference     string         `json:"reference"`
	Name          string         `json:"name"`
	TradingName   string         `json:"trading_name"`
	CompanyNumber string         `json:"company_number"`
	Identifiers   []Identifier   `gorm:"serializer:json" json:"identifiers"`
	Country       string         `json:"country"`
	Website       string         `json:"website"`
	Status        SupplierStatus `json:"status"`
	Contacts      []Contact      `gorm:"serializer:json" json:"contacts"`
	ParentID      *uuid.UUID     `json:"parent_id"`
	// OwnerChangedOn is the day on which its parent became another.
	OwnerChangedOn calendar.Date `json:"owner_changed_on"`
	// EnteredByID is the organisation whose official entered it, which keeps it
	// in that organisation's scope before it has a system there.
	EnteredByID *uuid.UUID `json:"-"`
	Note        lang.Text  `gorm:"embedded;embeddedPrefix:note_" json:"note"`
}

// Scope is the reading scope of the inventory.
func (Supplier) Scope(by access.Actor) store.Condition {
	return store.Suppliers(by, access.InventoryRead, "suppliers.id")
}

// AuditKind names the thing in the audit log.
func (*Supplier) AuditKind() string { return "supplier" }

// SearchText is what a supplier is found by.
func (s *Supplier) SearchText() []string { return []string{s.Name, s.TradingName, s.Reference} }

// AuditAbout is the supplier itself.
func (s *Supplier) AuditAbout() uuid.UUID { return s.ID }

// ContactOf gives the supplier's contact of a kind, or nil.
func (s *Supplier) ContactOf(kind ContactKind) *Contact {
	for i := range s.Contacts {
		if s.Contacts[i].Kind == kind {
			return &s.Contacts[i]
		}
	}
	return nil
}

// Certificate is one that a supplier holds. An empty ExpiresOn is not known.
type Certificate struct {
	store.Row
	SupplierID uuid.UUID     `json:"supplier_id"`
	Kind       string        `json:"kind"` // cyber_essentials, cyber_essentials_plus, iso_27001, dspt, other
	Name       string        `json:"name"`
	Number     string        `json:"number"`
	Covers     string        `json:"scope"`
	ExpiresOn  calendar.Date `json:"expires_on"`
	EvidenceID *uuid.UUID    `json:"evidence_id"`
}

// CertificateKinds lists the kinds of certificate.
var CertificateKinds = []string{"cyber_essentials", "cyber_essentials_plus", "iso_27001", "dspt", "other"}

// Scope is that of the supplier.
func (Certificate) Scope(by access.Actor) store.Condition {
	return store.Suppliers(by, access.InventoryRead, "certificates.supplier_id")
}

// AuditKind names the thing in the audit log.
func (*Certificate) AuditKind() string { return "certificate" }

// AuditAbout is the supplier.
func (c *Certificate) AuditAbout() uuid.UUID { return c.SupplierID }

// Subcontractor is one on whom a supplier relies.
type Subcontractor struct {
	store.Row
	SupplierID            uuid.UUID `json:"supplier_id"`
	Name                  string    `json:"name"`
	Country               string    `json:"country"`
	Purpose               string    `json:"purpose"`
	ProcessesPersonalData *bool     `json:"processes_personal_data"`
}

// Scope is that of the supplier.
func (Subcontractor) Scope(by access.Actor) store.Condition {
	return store.Suppliers(by, access.InventoryRead, "subcontractors.supplier_id")
}

// AuditKind names the thing in the audit log.
func (*Subcontractor) AuditKind() string { return "subcontractor" }

// AuditAbout is the supplier.
func (c *Subcontractor) AuditAbout() uuid.UUID { return c.SupplierID }

// Contract is between NHS Wales and a supplier, over systems.
type Contract struct {
	store.Row
	Reference           string        `json:"reference"`
	SupplierID          uuid.UUID     `json:"supplier_id"`
	Title               string        `json:"title"`
	AwardProcedure      string        `json:"award_procedure"`
	AwardedOn           calendar.Date `json:"awarded_on"`
	StartsOn            calendar.Date `json:"starts_on"`
	EndsOn              calendar.Date `json:"ends_on"`
	Extensions          string        `json:"extensions"`
	ValuePence          *int64        `json:"value_pence"`
	BreachNoticeHours   *int          `json:"breach_notice_hours"`
	RightToAudit        *bool         `json:"right_to_audit"`
	DataProcessingTerms *bool         `json:"data_processing_terms"` // UK GDPR art. 28
	ExitTerms           string        `json:"exit_terms"`
}

// Scope is that of the supplier.
func (Contract) Scope(by access.Actor) store.Condition {
	return store.Suppliers(by, access.InventoryRead, "contracts.supplier_id")
}

// AuditKind names the thing in the audit log.
func (*Contract) AuditKind() string { return "contract" }

// AuditAbout is the supplier.
func (c *Contract) AuditAbout() uuid.UUID { return c.SupplierID }

// ContractsOver names the supplier's contracts over any of the systems, as
// reference and title, those that have not ended.
func ContractsOver(tx *store.Tx, supplier uuid.UUID, systems []uuid.UUID) ([]string, error) {
	rows, err := store.All[Contract](tx, "reference", `supplier_id = ? AND (ends_on = '' OR ends_on >= ?)
		AND id IN (SELECT contract_id FROM contract_systems WHERE system_id IN ?)`, supplier, calendar.On(tx.Now()), systems)
	names := make([]string, len(rows))
	for i, c := range rows {
		names[i] = c.Reference + " " + c.Title
	}
	return names, err
}

// certificateTitles are proper names, the same in both languages.
var certificateTitles = map[string]string{"cyber_essentials": "Cyber Essentials", "cyber_essentials_plus": "Cyber Essentials Plus",
	"iso_27001": "ISO/IEC 27001", "dspt": "DSPT"}

// Title is the certificate's own name, or that of its kind.
func (c *Certificate) Title() string {
	if c.Name != "" {
		return c.Name
	}
	return certificateTitles[c.Kind]
}
