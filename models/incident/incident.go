// Package incident holds breaches and failures at suppliers. For now it knows
// when one was told, which raises the likelihood of another.
package incident

import (
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Recorded is the act of recording an incident in the audit log.
const Recorded audit.Action = "incident.recorded"

// Incident is a breach or failure at a supplier.
type Incident struct {
	store.Row
	Reference  string
	SupplierID uuid.UUID
	SystemID   *uuid.UUID
	HappenedOn calendar.Date
	ToldOn     calendar.Date
	Summary    lang.Text `gorm:"embedded;embeddedPrefix:summary_"`
}

// Scope is that of the supplier, on our side only.
func (Incident) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Suppliers(by, access.InventoryRead, "incidents.supplier_id")
}

// AuditKind names the thing in the audit log.
func (*Incident) AuditKind() string { return "incident" }

// AuditAbout is the supplier.
func (i *Incident) AuditAbout() uuid.UUID { return i.SupplierID }

// RecordIn records an incident within a change.
func RecordIn(tx *store.Tx, i *Incident) error {
	reference, err := tx.NextReference("INC", false)
	if err != nil {
		return err
	}
	i.Reference = reference
	return tx.Create(i, Recorded)
}

// LastTold gives the day on which the latest incident at each supplier was told.
func LastTold(tx *store.Tx, suppliers []uuid.UUID) (map[uuid.UUID]calendar.Date, error) {
	incidents, err := store.All[Incident](tx, "told_on", "supplier_id IN ?", suppliers)
	last := map[uuid.UUID]calendar.Date{}
	for _, i := range incidents {
		last[i.SupplierID] = max(last[i.SupplierID], i.ToldOn)
	}
	return last, err
}
