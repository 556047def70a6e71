package inventory

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// What changes of what a supplier holds and of those on whom it relies.
const (
	CertificateChanged   audit.Action = "certificate.changed"
	CertificateEnded     audit.Action = "certificate.ended"
	SubcontractorChanged audit.Action = "subcontractor.changed"
	SubcontractorEnded   audit.Action = "subcontractor.ended"
)

func (in *CertificateInput) check() error {
	invalid := fault.Invalid("invalid")
	if !slices.Contains(CertificateKinds, in.Kind) {
		invalid.On("kind", "certificate.kind-unknown")
	}
	if in.Kind == "other" && strings.TrimSpace(in.Name) == "" {
		invalid.On("name", "certificate.name-missing")
	}
	if _, ok := calendar.Parse(string(in.ExpiresOn)); in.ExpiresOn != "" && !ok {
		invalid.On("expires_on", "date.wrong")
	}
	return invalid.OrNil()
}

// Input gives what was entered, for a change that keeps the rest.
func (c *Certificate) Input() CertificateInput {
	return CertificateInput{Kind: c.Kind, Name: c.Name, Number: c.Number, Covers: c.Covers, ExpiresOn: c.ExpiresOn}
}

func (in *SubcontractorInput) check() error {
	in.Name, in.Country = strings.TrimSpace(in.Name), strings.ToUpper(strings.TrimSpace(in.Country))
	invalid := fault.Invalid("invalid")
	if in.Name == "" {
		invalid.On("name", "subcontractor.name-missing")
	}
	if in.Country != "" && !countryCode.MatchString(in.Country) {
		invalid.On("country", "country.wrong")
	}
	return invalid.OrNil()
}

// Processes reports whether it is known to process personal data.
func (c *Subcontractor) Processes() bool {
	return c.ProcessesPersonalData != nil && *c.ProcessesPersonalData
}

func (c *Subcontractor) apply(in SubcontractorInput) {
	c.Name, c.Country, c.Purpose, c.ProcessesPersonalData = in.Name, in.Country, in.Purpose, in.ProcessesPersonalData
}

// Certificate gives one certificate of a supplier.
func (s *Service) Certificate(ctx context.Context, by access.Actor, supplier, id uuid.UUID) (*Certificate, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Certificate, error) {
		return store.FindBy[Certificate](tx, "id = ? AND supplier_id = ?", id, supplier)
	})
}

// ChangeCertificate changes a certificate that stands at the version; edit is
// given what stands.
func (s *Service) ChangeCertificate(ctx context.Context, by access.Actor, supplier, id uuid.UUID, version int, edit func(*CertificateInput) error) (*Certificate, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Certificate, error) {
		c, err := held[Certificate](tx, supplier, id)
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(c, version); err != nil {
			return nil, err
		}
		in := c.Input()
		if err := edit(&in); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		c.Kind, c.Name, c.Number, c.Covers, c.ExpiresOn = in.Kind, in.Name, in.Number, in.Covers, in.ExpiresOn
		if err := reconsider(tx, supplier, uuid.Nil); err != nil {
			return nil, err
		}
		return c, tx.Save(c, CertificateChanged)
	})
}

// EndCertificate drops a certificate that is held no more; what it said stays
// in the history.
func (s *Service) EndCertificate(ctx context.Context, by access.Actor, supplier, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		c, err := held[Certificate](tx, supplier, id)
		if err != nil {
			return false, err
		}
		if err := reconsider(tx, supplier, uuid.Nil); err != nil {
			return false, err
		}
		return true, tx.Delete(c, CertificateEnded)
	})
	return err
}

// Input gives what was entered, for a change that keeps the rest.
func (c *Subcontractor) Input() SubcontractorInput {
	return SubcontractorInput{Name: c.Name, Country: c.Country, Purpose: c.Purpose, ProcessesPersonalData: c.ProcessesPersonalData}
}

// Subcontractor gives one on whom a supplier relies.
func (s *Service) Subcontractor(ctx context.Context, by access.Actor, supplier, id uuid.UUID) (*Subcontractor, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Subcontractor, error) {
		return store.FindBy[Subcontractor](tx, "id = ? AND supplier_id = ?", id, supplier)
	})
}

// ChangeSubcontractor changes what is known of one on whom a supplier relies.
func (s *Service) ChangeSubcontractor(ctx context.Context, by access.Actor, supplier, id uuid.UUID, version int, edit func(*SubcontractorInput) error) (*Subcontractor, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Subcontractor, error) {
		c, err := held[Subcontractor](tx, supplier, id)
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(c, version); err != nil {
			return nil, err
		}
		in := c.Input()
		if err := edit(&in); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		c.apply(in)
		return c, tx.Save(c, SubcontractorChanged)
	})
}

// EndSubcontractor drops one on whom the supplier relies no more.
func (s *Service) EndSubcontractor(ctx context.Context, by access.Actor, supplier, id uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		c, err := held[Subcontractor](tx, supplier, id)
		if err != nil {
			return false, err
		}
		return true, tx.Delete(c, SubcontractorEnded)
	})
	return err
}

// holding is a thing that belongs to a supplier.
type holding[T any] interface {
	*T
	store.Thing
}

// held loads what belongs to a supplier that the actor may change.
func held[T any, P holding[T]](tx *store.Tx, supplier, id uuid.UUID) (P, error) {
	thing, err := store.FindBy[T, P](tx, "id = ? AND supplier_id = ?", id, supplier)
	if err != nil {
		return nil, err
	}
	_, err = changeable(tx, supplier)
	return thing, err
}
