package portfolio

import (
	"context"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// reaches finds a thing as far as the actor sees it, and refuses who may not do
// to it what the permission says.
type reaches func(tx *store.Tx, p access.Permission, id uuid.UUID) error

// formsAbout are the things that forms are about, by the first part of their
// addresses, and what is added to one under it where others may. Each form is narrowed further by what it calls.
var formsAbout = map[string]reaches{
	"suppliers": supplierReached, "suppliers/contracts": ours(supplierReached),
	"systems": ours(func(tx *store.Tx, p access.Permission, id uuid.UUID) error {
		if _, err := store.Find[inventory.System](tx, id); err != nil {
			return err
		}
		return tx.May(store.Systems, p, id)
	}),
	"contracts": ours(func(tx *store.Tx, p access.Permission, id uuid.UUID) error {
		c, err := store.Find[inventory.Contract](tx, id)
		if err != nil {
			return err
		}
		return tx.May(store.Suppliers, p, c.SupplierID)
	}),
	"reviews": func(tx *store.Tx, p access.Permission, id uuid.UUID) error {
		if _, err := store.Find[review.Review](tx, id); err != nil {
			return err
		}
		return tx.May(store.Reviews, p, id)
	},
	"findings": func(tx *store.Tx, p access.Permission, id uuid.UUID) error {
		f, err := store.Find[review.Finding](tx, id)
		if err != nil {
			return err
		}
		return tx.May(store.Reviews, p, f.ReviewID)
	},
	"actions": func(tx *store.Tx, p access.Permission, id uuid.UUID) error {
		a, err := store.Find[review.Action](tx, id)
		if err != nil {
			return err
		}
		return tx.May(store.Reviews, p, a.ReviewID)
	},
}

func supplierReached(tx *store.Tx, p access.Permission, id uuid.UUID) error {
	if _, err := store.Find[inventory.Supplier](tx, id); err != nil {
		return err
	}
	return tx.May(store.Suppliers, p, id)
}

// ours keeps from a supplier's lead what it does not change of its own: it
// changes contacts, certificates and sub-contractors.
func ours(of reaches) reaches {
	return func(tx *store.Tx, p access.Permission, id uuid.UUID) error {
		err := of(tx, p, id)
		if err == nil && tx.By().OnSupplierSide() {
			return fault.Forbidden("forbidden")
		}
		return err
	}
}

// HasForms reports whether MayFill knows the things of a kind.
func HasForms(kind string) bool { return formsAbout[kind] != nil }

// MayFill refuses a form about a thing to who may not do what it does: absent
// where the thing may not be seen, forbidden where it may.
func (s *Service) MayFill(ctx context.Context, by access.Actor, kind string, p access.Permission, id uuid.UUID) error {
	_, err := store.Read(ctx, s.db, by, func(tx *store.Tx) (bool, error) { return true, formsAbout[kind](tx, p, id) })
	return err
}
