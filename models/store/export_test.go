package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Reached is a table that the suppliers' role reaches under row-level security.
type Reached struct {
	Table  string
	Allows string
	Own    bool // the supplier itself sees rows of it, not a rule of the program alone
}

// SupplierTables lists what the suppliers' role reaches under row-level security.
func SupplierTables() []Reached {
	all := make([]Reached, len(supplierRights))
	for i, r := range supplierRights {
		all[i] = Reached{r.table, r.allows, r.own != never && strings.Contains(r.allows, "S")}
	}
	return all
}

// SharedTables lists what it reaches that is no supplier's.
func SharedTables() []string {
	all := make([]string, len(sharedWithSuppliers))
	for i, r := range sharedWithSuppliers {
		all[i] = r.table
	}
	return all
}

// CountPast counts what the connection of a transaction reaches, past the scope.
func (tx *Tx) CountPast(query string, args ...any) (int, error) {
	var n int
	err := tx.queryRow(tx.Context, query, args...).Scan(&n)
	return n, err
}

// ExecPast runs a statement on the connection of a transaction, past the scope.
func (tx *Tx) ExecPast(query string, args ...any) (sql.Result, error) {
	return tx.exec(tx.Context, query, args...)
}

// HoldSealLock takes the lock of sealing and keeps it, as a sealer that hangs.
func (db *DB) HoldSealLock(ctx context.Context) error {
	tx, err := db.sealing.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if free, err := db.takeSealLock(ctx, tx); err != nil || !free {
		return fmt.Errorf("the lock is not free: %w", err)
	}
	return nil
}
