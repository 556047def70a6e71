// Package access says who somebody is while they act, and what each role may
// do: the table of permissions and scopes, and nothing about how things are
// kept.
package access

import (
	"slices"

	"github.com/google/uuid"
)

// Role is what a membership lets its holder be.
type Role string

// The roles, in the order of the table of permissions.
const (
	Administrator  Role = "administrator"
	Official       Role = "official"
	Reviewer       Role = "reviewer"
	Approver       Role = "approver"
	BoardSecretary Role = "board_secretary"
	BoardMember    Role = "board_member"
	Auditor        Role = "auditor"
	SupplierLead   Role = "supplier_lead"
	Respondent     Role = "respondent"
)

// Roles lists the roles in the order of the table of permissions.
var Roles = []Role{
	Administrator, Official, Reviewer, Approver, BoardSecretary, BoardMember, Auditor, SupplierLead, Respondent,
}

// OfSupplier reports whether the role belongs to a supplier's side.
func (r Role) OfSupplier() bool { return r == SupplierLead || r == Respondent }

// Actor is a person acting in one membership, or the program itself.
type Actor struct {
	UserID       uuid.UUID
	MembershipID uuid.UUID
	Name         string
	Roles        []Role
	// OrganisationID, SupplierID and GroupID place the membership; all nil is a
	// national one.
	OrganisationID uuid.UUID
	SupplierID     uuid.UUID
	GroupID        uuid.UUID
	// OrganisationIDs are the own organisation and the hosted bodies under it.
	OrganisationIDs []uuid.UUID
	// Origin is the address a request came from, for the audit log.
	Origin string
	// TokenScopes narrows a request made with a scoped API token; nil narrows nothing.
	TokenScopes []Permission
	program     string
}

// Program is the program acting for itself (seeding, the command line, the
// gate of sign-in): it sees everything, and its purpose is recorded.
func Program(purpose string) Actor { return Actor{program: purpose, Name: purpose} }

// IsProgram reports whether the program acts, not a person.
func (a Actor) IsProgram() bool { return a.program != "" }

// Has reports whether the actor holds the role.
func (a Actor) Has(role Role) bool { return slices.Contains(a.Roles, role) }

// National reports whether the membership is of no organisation, supplier or group.
func (a Actor) National() bool {
	return a.OrganisationID == uuid.Nil && a.SupplierID == uuid.Nil && a.GroupID == uuid.Nil
}

// OnSupplierSide reports whether the actor acts for a supplier.
func (a Actor) OnSupplierSide() bool { return a.SupplierID != uuid.Nil }
