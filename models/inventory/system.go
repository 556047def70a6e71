// Package inventory holds the systems that NHS Wales relies on, the suppliers
// behind them, who uses them, and how grave the loss of each would be.
package inventory

import (
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// SystemStatus says whether a system is in use.
type SystemStatus string

// The statuses of a system.
const (
	PlannedSystem SystemStatus = "planned"
	Live          SystemStatus = "live"
	Retired       SystemStatus = "retired"
)

// SystemStatuses lists the statuses of a system.
var SystemStatuses = []SystemStatus{PlannedSystem, Live, Retired}

// Part says what a supplier does for a system.
type Part string

// Parts lists what a supplier may do for a system.
var Parts = []Part{"develops", "hosts", "supports", "processes"}

// Hosting says where a system runs. Empty fields are not known.
type Hosting struct {
	Location string      `json:"location,omitempty"`
	Country  string      `json:"country,omitempty"`
	Kind     HostingKind `json:"kind,omitempty"`
}

// System is a nationally hosted system. What is not known is nil or empty.
type System struct {
	store.Row
	store.Searched
	Reference             string         `json:"reference"`
	Name                  lang.Text      `gorm:"embedded;embeddedPrefix:name_" json:"name"`
	Purpose               lang.Text      `gorm:"embedded;embeddedPrefix:purpose_" json:"purpose"`
	Identifiers           []Identifier   `gorm:"serializer:json" json:"identifiers"`
	HostOrganisationID    uuid.UUID      `json:"host_organisation_id"`
	InformationAssetOwner string         `json:"information_asset_owner"`
	Criticality           *int           `json:"criticality"`
	DataCategories        []DataCategory `gorm:"serializer:json" json:"data_categories"` // nil: not known; empty: none
	PeopleCount           *int           `json:"people_count"`
	PeopleKinds           []string       `gorm:"serializer:json" json:"people_kinds"`
	YearsKept             *int           `json:"years_kept"`
	Hosting               Hosting        `gorm:"embedded;embeddedPrefix:hosting_" json:"hosting"`
	Exposure              Exposure       `json:"exposure"`
	Connections           []string       `gorm:"serializer:json" json:"connections"`
	LiveSince             calendar.Date  `json:"live_since"`
	HostingChangedOn      calendar.Date  `json:"hosting_changed_on"` // since it was entered
	Status                SystemStatus   `json:"status"`

	// What the rules worked out when it was last saved.
	Consequence        int    `json:"consequence"`
	WorkedOutTier      int    `json:"worked_out_tier"`
	Tier               int    `json:"tier"` // 0 for a retired system
	TierProvisional    bool   `json:"tier_provisional"`
	TierRuleVersion    string `json:"tier_rule_version"`
	TierOverride       *int   `json:"tier_override"`
	TierOverrideReason string `json:"tier_override_reason"`
	TierOverrideOf     *int   `json:"-"` // the worked-out tier that the override replaced
}

// Scope is the reading scope of the inventory.
func (System) Scope(by access.Actor) store.Condition {
	return store.Systems(by, access.InventoryRead, "systems.id")
}

// SearchText is what a system is found by.
func (s *System) SearchText() []string { return []string{s.Name.En, s.Name.Cy, s.Reference} }

// AuditKind names the thing in the audit log.
func (*System) AuditKind() string { return "system" }

// AuditAbout is the system itself.
func (s *System) AuditAbout() uuid.UUID { return s.ID }

// ConsequenceOf works out how grave the loss of the system would be.
func (s *System) ConsequenceOf() Consequence {
	return WorkOutConsequence(s.Facts())
}

// Facts gives what the consequence follows from.
func (s *System) Facts() ConsequenceInput {
	return ConsequenceInput{
		Criticality: s.Criticality, People: s.PeopleCount, Categories: s.DataCategories,
		CategoriesKnown: s.DataCategories != nil, Retired: s.Status == Retired,
	}
}

// DataKnown reports whether it is known which data the system holds, none included.
func (s *System) DataKnown() bool { return s.DataCategories != nil }

// workOutTier sets what follows from the facts. An override holds until the
// worked-out tier changes.
func (s *System) workOutTier() {
	c := s.ConsequenceOf()
	s.Consequence, s.WorkedOutTier, s.TierProvisional, s.TierRuleVersion = c.Value, c.Tier, c.Provisional, c.RuleVersion
	s.Tier = s.WorkedOutTier
	if s.TierOverride == nil {
		s.TierOverrideOf = nil
		return
	}
	if s.TierOverrideOf == nil {
		worked := s.WorkedOutTier
		s.TierOverrideOf = &worked
	}
	if *s.TierOverrideOf != s.WorkedOutTier || s.Status == Retired {
		s.TierOverride, s.TierOverrideOf, s.TierOverrideReason = nil, nil, ""
		return
	}
	s.Tier = *s.TierOverride
}

// Supply says that a supplier has a part in a system.
type Supply struct {
	store.Row
	SystemID   uuid.UUID
	SupplierID uuid.UUID
	Part       Part
}

// TableName names the table.
func (Supply) TableName() string { return "system_suppliers" }

// Scope is that of the system; a supplier sees its own part only.
func (Supply) Scope(by access.Actor) store.Condition {
	c := store.Systems(by, access.InventoryRead, "system_suppliers.system_id")
	if by.OnSupplierSide() {
		c = c.And("system_suppliers.supplier_id = ?", by.SupplierID)
	}
	return c
}

// UseRole says as what an organisation uses a system.
type UseRole string

// UseRoles lists as what an organisation may use a system.
var UseRoles = []UseRole{"controller", "joint_controller", "user"}

// Use says that an organisation uses a system. In a breach this is the answer
// to who is hit.
type Use struct {
	store.Row
	SystemID       uuid.UUID     `json:"system_id"`
	OrganisationID uuid.UUID     `json:"organisation_id"`
	Role           UseRole       `json:"role"`
	PeopleCount    *int          `json:"people_count"`
	LocalOwner     string        `json:"local_owner"`
	SupplierCode   string        `json:"supplier_code"`
	FromOn         calendar.Date `json:"from_on"`
	UntilOn        calendar.Date `json:"until_on"`
	ConfirmedBy    string        `json:"confirmed_by"`
	ConfirmedAt    *time.Time    `json:"confirmed_at"`
}

// TableName names the table.
func (Use) TableName() string { return "system_uses" }

// Scope is that of the system; suppliers never see who uses it.
func (Use) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Systems(by, access.InventoryRead, "system_uses.system_id")
}

// AuditKind names the thing in the audit log.
func (*Use) AuditKind() string { return "system_use" }

// AuditAbout is the system.
func (u *Use) AuditAbout() uuid.UUID { return u.SystemID }
