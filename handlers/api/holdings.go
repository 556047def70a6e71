package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
)

// ByCertificate names a certificate of a supplier.
type ByCertificate struct {
	ByID
	Certificate uuid.UUID `path:"certificate"`
}

type certificateChange struct {
	Kind      *string        `json:"kind,omitempty"`
	Name      *string        `json:"name,omitempty" nullable:"true"`
	Number    *string        `json:"number,omitempty" nullable:"true"`
	Covers    *string        `json:"scope,omitempty" nullable:"true"`
	ExpiresOn *calendar.Date `json:"expires_on,omitempty" nullable:"true"`
}

// ChangeCertificate changes the fields that were sent.
func (a *API) ChangeCertificate(ctx context.Context, in *struct {
	ByCertificate
	Match
	Body    certificateChange
	RawBody []byte
}) (*thing[certificateOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	c, err := a.Inventory.ChangeCertificate(ctx, actor(ctx), in.ID, in.Certificate, version, merge[inventory.CertificateInput](in.RawBody))
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, c.Version, showCertificate(c)), nil
}

// EndCertificate drops a certificate that is held no more.
func (a *API) EndCertificate(ctx context.Context, in *ByCertificate) (*struct{}, error) {
	return nil, a.Inventory.EndCertificate(ctx, actor(ctx), in.ID, in.Certificate)
}

// BySubcontractor names a sub-contractor of a supplier.
type BySubcontractor struct {
	ByID
	Subcontractor uuid.UUID `path:"subcontractor"`
}

type subcontractorChange struct {
	Name                  *string `json:"name,omitempty"`
	Country               *string `json:"country,omitempty" nullable:"true"`
	Purpose               *string `json:"purpose,omitempty" nullable:"true"`
	ProcessesPersonalData *bool   `json:"processes_personal_data,omitempty" nullable:"true"`
}

// ChangeSubcontractor changes the fields that were sent.
func (a *API) ChangeSubcontractor(ctx context.Context, in *struct {
	BySubcontractor
	Match
	Body    subcontractorChange
	RawBody []byte
}) (*thing[subcontractorOut], error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	c, err := a.Inventory.ChangeSubcontractor(ctx, actor(ctx), in.ID, in.Subcontractor, version, merge[inventory.SubcontractorInput](in.RawBody))
	if err != nil {
		return nil, err
	}
	return shown(http.StatusOK, c.Version, showSubcontractor(c)), nil
}

// EndSubcontractor drops one on whom a supplier relies no more.
func (a *API) EndSubcontractor(ctx context.Context, in *BySubcontractor) (*struct{}, error) {
	return nil, a.Inventory.EndSubcontractor(ctx, actor(ctx), in.ID, in.Subcontractor)
}

// EndAppointment ends an appointment with today.
func (a *API) EndAppointment(ctx context.Context, in *struct {
	ByID
	Appointment uuid.UUID `path:"appointment"`
}) (*struct{}, error) {
	_, err := a.Directory.EndAppointment(ctx, actor(ctx), in.ID, in.Appointment)
	return nil, err
}
