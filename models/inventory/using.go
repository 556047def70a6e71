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
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// UseConfirmed is the act of a using organisation that keeps its own entry.
const UseConfirmed audit.Action = "system_use.confirmed"

// UseInput is what an organisation says of its own use of a system.
type UseInput struct {
	Role         UseRole       `json:"role"`
	PeopleCount  *int          `json:"people_count,omitempty" nullable:"true"`
	LocalOwner   string        `json:"local_owner,omitempty" nullable:"true"`
	SupplierCode string        `json:"supplier_code,omitempty" nullable:"true"`
	FromOn       calendar.Date `json:"from_on,omitempty" nullable:"true"`
	UntilOn      calendar.Date `json:"until_on,omitempty" nullable:"true"`
}

// Input gives what was said, for a form that changes some of it.
func (u *Use) Input() UseInput {
	return UseInput{u.Role, u.PeopleCount, u.LocalOwner, u.SupplierCode, u.FromOn, u.UntilOn}
}

func (in *UseInput) check() error {
	in.LocalOwner, in.SupplierCode = strings.TrimSpace(in.LocalOwner), strings.TrimSpace(in.SupplierCode)
	invalid := fault.Invalid("invalid")
	if !slices.Contains(UseRoles, in.Role) {
		invalid.On("role", "use.role-unknown")
	}
	if in.PeopleCount != nil && *in.PeopleCount < 0 {
		invalid.On("people_count", "number.negative")
	}
	for location, text := range map[string]string{"local_owner": in.LocalOwner, "supplier_code": in.SupplierCode} {
		if len(text) > 300 {
			invalid.On(location, "text.too-long", fault.Args{"Max": 300})
		}
	}
	for location, day := range map[string]calendar.Date{"from_on": in.FromOn, "until_on": in.UntilOn} {
		if _, ok := calendar.Parse(string(day)); day != "" && !ok {
			invalid.On(location, "date.wrong")
		}
	}
	if in.FromOn != "" && in.UntilOn != "" && in.UntilOn < in.FromOn {
		invalid.On("until_on", "period.ends-before")
	}
	return invalid.OrNil()
}

// MayConfirm reports whether an actor may keep the entry of an organisation's
// use: its own officials, and national ones. The host does not speak for others.
func MayConfirm(by access.Actor, organisation uuid.UUID) bool { return MayReturn(by, organisation) }

// Use gives the use of a system by one organisation.
func (s *Service) Use(ctx context.Context, by access.Actor, system, use uuid.UUID) (*Use, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Use, error) {
		return store.FindBy[Use](tx, "id = ? AND system_id = ?", use, system)
	})
}

// UsesBy lists the uses of systems by an organisation.
func (s *Service) UsesBy(ctx context.Context, by access.Actor, organisation uuid.UUID) ([]*Use, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Use, error) {
		return store.Many[Use](tx, "created_at, id", "organisation_id = ?", organisation)
	})
}

// ConfirmUse records what an organisation says of its own use, and that it
// said so.
func (s *Service) ConfirmUse(ctx context.Context, by access.Actor, system, use uuid.UUID, version int, in UseInput) (*Use, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Use, error) {
		if _, err := store.FindBy[Use](tx, "id = ? AND system_id = ?", use, system); err != nil {
			return nil, err
		}
		u, err := store.Lock[Use](tx, use)
		if err != nil {
			return nil, err
		}
		if !MayConfirm(by, u.OrganisationID) {
			return nil, fault.Forbidden("use.not-yours")
		}
		if err := store.CheckVersion(u, version); err != nil {
			return nil, err
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		now := tx.Now()
		u.Role, u.PeopleCount, u.LocalOwner, u.SupplierCode, u.FromOn, u.UntilOn = in.Role, in.PeopleCount, in.LocalOwner, in.SupplierCode, in.FromOn, in.UntilOn
		u.ConfirmedBy, u.ConfirmedAt = by.Name, &now
		return u, tx.Save(u, UseConfirmed)
	})
}

// SystemNames names the systems of uses.
func (s *Service) SystemNames(ctx context.Context, by access.Actor, uses []*Use) (map[uuid.UUID]lang.Text, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (map[uuid.UUID]lang.Text, error) {
		names := map[uuid.UUID]lang.Text{}
		for batch := range slices.Chunk(uses, importBatch) {
			ids := make([]uuid.UUID, len(batch))
			for n, u := range batch {
				ids[n] = u.SystemID
			}
			var rows []*System
			if err := store.Query[System](tx).Select("id", "name_en", "name_cy").Where("id IN ?", ids).Find(&rows).Error; err != nil {
				return nil, err
			}
			for _, system := range rows {
				names[system.ID] = system.Name
			}
		}
		return names, nil
	})
}
