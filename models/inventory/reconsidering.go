package inventory

import (
	"github.com/google/uuid"

	"sicrwydd/models/store"
)

// Reconsider is the job that works out anew when reviews are due, after a change
// that may bring them forward: of a supplier's pairs, or of a system's.
type Reconsider struct {
	SupplierID uuid.UUID `json:"supplier_id"`
	SystemID   uuid.UUID `json:"system_id"`
}

// Kind names the job.
func (Reconsider) Kind() string { return "inventory.reconsider" }

// reconsider queues the job with the change.
func reconsider(tx *store.Tx, supplier, system uuid.UUID) error {
	return tx.Enqueue(Reconsider{SupplierID: supplier, SystemID: system})
}
