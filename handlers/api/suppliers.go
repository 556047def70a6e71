package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

type supplierOut struct {
	ID            uuid.UUID                `json:"id"`
	Reference     string                   `json:"reference"`
	Version       int                      `json:"version"`
	Name          string                   `json:"name"`
	TradingName   string                   `json:"trading_name"`
	CompanyNumber string                   `json:"company_number"`
	Identifiers   []inventory.Identifier   `json:"identifiers"`
	Country       string                   `json:"country"`
	Website       string                   `json:"website"`
	Status        inventory.SupplierStatus `json:"status"`
	Contacts      []inventory.Contact      `json:"contacts"`
	Note          lang.Text                `json:"note"`
	Tier          *int                     `json:"tier" nullable:"true"`
	Rating        *questionnaire.Rating    `json:"rating" nullable:"true"`
	LastRating    *questionnaire.Rating    `json:"last_rating" nullable:"true"`
	Standing      *review.StandingKind     `json:"standing" nullable:"true"`
	SystemsCount  int                      `json:"systems_count"`
	NextReviewOn  *calendar.Date           `json:"next_review_on" nullable:"true"`
}

func showSupplier(v *portfolio.SupplierView) supplierOut {
	out := supplierOut{ID: v.ID, Reference: v.Reference, Version: v.Version, Name: v.Name, TradingName: v.TradingName,
		CompanyNumber: v.CompanyNumber, Identifiers: v.Identifiers, Country: v.Country, Website: v.Website, Status: v.Status,
		Contacts: v.Contacts, Note: v.Note, SystemsCount: v.SystemsCount}
	if v.Standing != nil {
		out.Rating, out.Standing = &v.Standing.Rating, &v.Standing.Kind
		if v.Standing.LastRating != "" {
			out.LastRating = &v.Standing.LastRating
		}
	}
	if v.Tier != 0 {
		out.Tier = &v.Tier
	}
	if v.NextReviewOn != "" {
		out.NextReviewOn = &v.NextReviewOn
	}
	return out
}

// Suppliers lists the suppliers.
func (a *API) Suppliers(ctx context.Context, in *struct {
	Page
	Q      string                   `query:"q"`
	Status inventory.SupplierStatus `query:"status" enum:"prospective,active,ended"`
	Rating questionnaire.Rating     `query:"rating" enum:"substantial,reasonable,limited,unsatisfactory,not_assured"`
	Tier   int                      `query:"tier" minimum:"0" maximum:"4"`
}) (*list[supplierOut], error) {
	rows, err := a.Portfolio.Suppliers(ctx, actor(ctx), portfolio.SupplierFilter{Rating: in.Rating, Tier: in.Tier,
		SupplierFilter: inventory.SupplierFilter{Q: in.Q, Status: in.Status}}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showSupplier), nil
}

// Supplier gives one supplier.
func (a *API) Supplier(ctx context.Context, in *ByID) (*thing[supplierOut], error) {
	return a.supplier(ctx, in.ID, http.StatusOK)
}

func (a *API) supplier(ctx context.Context, id uuid.UUID, status int) (*thing[supplierOut], error) {
	v, err := a.Portfolio.Supplier(ctx, actor(ctx), id)
	if err != nil {
		return nil, err
	}
	return shown(status, v.Version, showSupplier(v)), nil
}

// AddSupplier enters a supplier.
func (a *API) AddSupplier(ctx context.Context, in *struct{ Body inventory.SupplierInput }) (*thing[supplierOut], error) {
	s, err := a.Inventory.AddSupplier(ctx, actor(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return a.supplier(ctx, s.ID, http.StatusCreated)
}

type supplierChange struct {
	Name          *string                   `json:"name,omitempty"`
	TradingName   *string                   `json:"trading_name,omitempty" nullable:"true"`
	CompanyNumber *string                   `json:"company_number,omitempty" nullable:"true"`
	Identifiers   *[]inventory.Identifier   `json:"identifiers,omitempty"`
	Country       *string                   `json:"country,omitempty" nullable:"true"`
	Website       *string                   `json:"website,omitempty" nullable:"true"`
	Status        *inventory.SupplierStatus `json:"status,omitempty"`
	Contacts      *[]inventory.Contact      `json:"contacts,omitempty"`
	Note          *lang.Text                `json:"note,omitempty"`
}

// ChangeSupplier changes the fields that were sent.
func (a *API) ChangeSupplier(ctx context.Context, in *struct {
	ByID
	Match
	Body    supplierChange
	RawBody []byte
}) (*thing[supplierOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	if _, err := a.Inventory.ChangeSupplier(ctx, actor(ctx), in.ID, version, merge[inventory.SupplierInput](in.RawBody)); err != nil {
		return nil, err
	}
	return a.supplier(ctx, in.ID, http.StatusOK)
}

// SupplierSystems lists the systems in which a supplier has a part.
func (a *API) SupplierSystems(ctx context.Context, in *struct {
	ByID
	Page
}) (*list[systemOut], error) {
	if _, err := a.Inventory.Supplier(ctx, actor(ctx), in.ID); err != nil {
		return nil, err
	}
	rows, err := a.Portfolio.Systems(ctx, actor(ctx), portfolio.SystemFilter{SystemFilter: inventory.SystemFilter{SupplierID: in.ID}}, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, showSystem), nil
}

// SupplierReviews lists the reviews of a supplier.
func (a *API) SupplierReviews(ctx context.Context, in *struct {
	ByID
	Page
}) (*list[*review.Detail], error) {
	if _, err := a.Inventory.Supplier(ctx, actor(ctx), in.ID); err != nil {
		return nil, err
	}
	rows, err := a.Reviews.ReviewsOf(ctx, actor(ctx), review.Filter{SupplierID: in.ID}, store.Suppliers, in.paging())
	if err != nil {
		return nil, err
	}
	return listOf(rows, same[*review.Detail]), nil
}

func same[T any](row T) T { return row }

type certificateOut struct {
	ID uuid.UUID `json:"id"`
	inventory.CertificateInput
}

func showCertificate(c *inventory.Certificate) certificateOut {
	return certificateOut{c.ID, c.Input()}
}

// Certificates lists the certificates that a supplier holds.
func (a *API) Certificates(ctx context.Context, in *ByID) (*list[certificateOut], error) {
	rows, err := a.Inventory.Certificates(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, showCertificate), nil
}

// AddCertificate records a certificate.
func (a *API) AddCertificate(ctx context.Context, in *struct {
	ByID
	Body inventory.CertificateInput
}) (*thing[certificateOut], error) {
	c, err := a.Inventory.AddCertificate(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, c.Version, showCertificate(c)), nil
}

type subcontractorOut struct {
	ID uuid.UUID `json:"id"`
	inventory.SubcontractorInput
}

func showSubcontractor(c *inventory.Subcontractor) subcontractorOut {
	return subcontractorOut{c.ID, inventory.SubcontractorInput{Name: c.Name, Country: c.Country, Purpose: c.Purpose,
		ProcessesPersonalData: c.ProcessesPersonalData}}
}

// Subcontractors lists those on whom a supplier relies.
func (a *API) Subcontractors(ctx context.Context, in *ByID) (*list[subcontractorOut], error) {
	rows, err := a.Inventory.Subcontractors(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return whole(rows, showSubcontractor), nil
}

// AddSubcontractor records one on whom a supplier relies.
func (a *API) AddSubcontractor(ctx context.Context, in *struct {
	ByID
	Body inventory.SubcontractorInput
}) (*thing[subcontractorOut], error) {
	c, err := a.Inventory.AddSubcontractor(ctx, actor(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return shown(http.StatusCreated, c.Version, showSubcontractor(c)), nil
}
