// Package directory holds the organisations of NHS Wales, who holds which
// role at them (Senior Information Risk Owner, Caldicott Guardian), and the
// all-Wales governance groups that reports are addressed to.
package directory

import (
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Kind says what an organisation is.
type Kind string

// The kinds of organisation.
const (
	HealthBoard            Kind = "health_board"
	Trust                  Kind = "trust"
	SpecialHealthAuthority Kind = "special_health_authority"
	HostedBody             Kind = "hosted_body"
	Government             Kind = "government"
	OutsideNHS             Kind = "outside_nhs"
)

// Kinds lists the kinds of organisation.
var Kinds = []Kind{HealthBoard, Trust, SpecialHealthAuthority, HostedBody, Government, OutsideNHS}

// Organisation is an organisation that hosts or uses systems.
type Organisation struct {
	store.Row
	Reference     string     `json:"reference"`
	Name          lang.Text  `gorm:"embedded;embeddedPrefix:name_" json:"name"`
	Kind          Kind       `json:"kind"`
	ODSCode       *string    `gorm:"column:ods_code" json:"ods_code"`
	ParentID      *uuid.UUID `json:"parent_id"`
	SignedForByID *uuid.UUID `json:"signed_for_by_id"`
}

// Scope lets everybody who may read the directory see every organisation; a
// supplier sees names only, which is the presenter's part.
func (Organisation) Scope(by access.Actor) store.Condition {
	return store.Holders(by, access.DirectoryRead, "")
}

// AuditKind names the thing in the audit log.
func (*Organisation) AuditKind() string { return "organisation" }

// AuditAbout is the organisation itself.
func (o *Organisation) AuditAbout() uuid.UUID { return o.ID }

// AppointmentRole is a role that a person holds at an organisation.
type AppointmentRole string

// The roles held at organisations.
const (
	SIRO                  AppointmentRole = "siro"
	CaldicottGuardian     AppointmentRole = "caldicott_guardian"
	InformationAssetOwner AppointmentRole = "information_asset_owner"
	DataProtectionOfficer AppointmentRole = "data_protection_officer"
	CyberLead             AppointmentRole = "cyber_lead"
	ContractManager       AppointmentRole = "contract_manager"
)

// AppointmentRoles lists the roles held at organisations.
var AppointmentRoles = []AppointmentRole{SIRO, CaldicottGuardian, InformationAssetOwner, DataProtectionOfficer, CyberLead, ContractManager}

// Appointment is a person holding a role at an organisation for a time.
type Appointment struct {
	store.Row
	OrganisationID uuid.UUID       `json:"organisation_id"`
	Role           AppointmentRole `json:"role"`
	Deputy         bool            `json:"deputy"`
	PersonName     string          `json:"person_name"`
	Email          string          `json:"email"`
	Phone          string          `json:"phone"`
	UserID         *uuid.UUID      `json:"user_id"`
	FromOn         calendar.Date   `json:"from_on"`
	UntilOn        calendar.Date   `json:"until_on"`
}

// Scope hides who holds which role from suppliers.
func (Appointment) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Holders(by, access.DirectoryRead, "")
}

// AuditKind names the thing in the audit log.
func (*Appointment) AuditKind() string { return "appointment" }

// AuditAbout is the organisation of the appointment.
func (a *Appointment) AuditAbout() uuid.UUID { return a.OrganisationID }

// Group is an all-Wales governance group.
type Group struct {
	store.Row
	Reference string          `json:"reference"`
	Name      lang.Text       `gorm:"embedded;embeddedPrefix:name_" json:"name"`
	Purpose   lang.Text       `gorm:"embedded;embeddedPrefix:purpose_" json:"purpose"`
	Members   []string        `gorm:"serializer:json" json:"members"`
	Meetings  []calendar.Date `gorm:"serializer:json" json:"meetings"`
}

// TableName names the table.
func (Group) TableName() string { return "governance_groups" }

// Scope hides the groups from suppliers.
func (Group) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Holders(by, access.DirectoryRead, "")
}

// AuditKind names the thing in the audit log.
func (*Group) AuditKind() string { return "governance_group" }

// AuditAbout is the group itself.
func (g *Group) AuditAbout() uuid.UUID { return g.ID }
