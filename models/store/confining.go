package store

import (
	"context"
	"database/sql"

	"sicrwydd/models/access"
)

// The eyes with which a transaction of the suppliers' role looks: the
// supplier's own, or those of a rule of the program (see supplierRights).
const (
	supplierEyes = "supplier"
	programEyes  = "program"
)

// forChange gives the door for the changes of an actor, forRead that for what
// it reads. Whoever acts for a supplier goes through the suppliers' door where
// there is one.
func (db *DB) forChange(by access.Actor) door {
	if db.confines(by) {
		return db.suppliers
	}
	return door{db.write, db.gormW, db.writing}
}

func (db *DB) forRead(by access.Actor) door {
	if db.confines(by) {
		return db.suppliers
	}
	return door{db.read, db.gormR, db.reading}
}

func (db *DB) confines(by access.Actor) bool { return db.suppliers.pool != nil && by.OnSupplierSide() }

// confine tells PostgreSQL for whom a transaction of the suppliers' role runs,
// so that its policies hold. It ends with the transaction.
func (tx *Tx) confine() error {
	if !tx.db.confines(tx.actor) {
		return nil
	}
	tx.work.eyes = supplierEyes
	_, err := tx.sql.ExecContext(tx.Context, `SELECT set_config('sicrwydd.supplier_id', $1, true),
		set_config('sicrwydd.user_id', $2, true), set_config('sicrwydd.eyes', $3, true)`,
		tx.actor.SupplierID.String(), tx.actor.UserID.String(), supplierEyes)
	return err
}

// look changes the eyes of the transaction to those of this view of it, before
// what the view asks.
func (tx *Tx) look(ctx context.Context) error {
	if tx.work.eyes == "" {
		return nil
	}
	eyes := supplierEyes
	if tx.by.IsProgram() {
		eyes = programEyes
	}
	if eyes == tx.work.eyes {
		return nil
	}
	if _, err := tx.sql.ExecContext(ctx, "SELECT set_config('sicrwydd.eyes', $1, true)", eyes); err != nil {
		return err
	}
	tx.work.eyes = eyes
	return nil
}

func (tx *Tx) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := tx.look(ctx); err != nil {
		return nil, err
	}
	return tx.sql.ExecContext(ctx, query, args...)
}

func (tx *Tx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.look(ctx); err != nil {
		return nil, err
	}
	return tx.sql.QueryContext(ctx, query, args...)
}

// queryRow gives a row that fails when the eyes cannot be changed.
func (tx *Tx) queryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if err := tx.look(ctx); err != nil {
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		return tx.sql.QueryRowContext(cancelled, query, args...)
	}
	return tx.sql.QueryRowContext(ctx, query, args...)
}
