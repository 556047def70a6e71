package inventory_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
)

func TestAnOrganisationSaysThatItsPartIsComplete(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		today := calendar.On(time.Now())
		say := func(by access.Actor, of uuid.UUID, in inventory.ReturnInput) string {
			_, err := w.ReturnInventory(t.Context(), by, of, in)
			switch f := fault.As(err); {
			case f == nil && err != nil:
				t.Fatal(err)
			case f != nil && len(f.Fields) > 0:
				return f.Fields[0].Key
			case f != nil:
				return f.Key
			}
			return ""
		}
		for _, c := range []struct {
			of   uuid.UUID
			in   inventory.ReturnInput
			want string
		}{
			{w.one.ID, inventory.ReturnInput{AsOf: today}, "return.nothing-entered"},
			{w.one.ID, inventory.ReturnInput{AsOf: today.AddDays(1), NilReturn: true}, "return.in-future"},
			{w.one.ID, inventory.ReturnInput{AsOf: "soon", NilReturn: true}, "date.wrong"},
			{w.two.ID, inventory.ReturnInput{AsOf: today, NilReturn: true}, "forbidden"},
			{w.one.ID, inventory.ReturnInput{AsOf: today.AddDays(-100), NilReturn: true}, ""},
		} {
			if got := say(w.person, c.of, c.in); got != c.want {
				t.Errorf("%+v: got %q, want %q", c.in, got, c.want)
			}
		}
		lines, err := w.Returns(t.Context(), w.person, today.AddDays(-30))
		if err != nil || len(lines) != 2 || lines[0].Given || lines[1].Given {
			t.Fatalf("a month ago: %+v, %v", lines, err)
		}
		_, err = w.AddSystem(t.Context(), w.person, inventory.SystemInput{Name: lang.Text{En: "A system"}, HostOrganisationID: w.one.ID})
		if err != nil {
			t.Fatal(err)
		}
		if got := say(w.person, w.one.ID, inventory.ReturnInput{AsOf: today, NilReturn: true}); got != "return.not-nil" {
			t.Errorf("nil, with a system: %q", got)
		}
		if got := say(w.person, w.one.ID, inventory.ReturnInput{AsOf: today}); got != "" {
			t.Errorf("complete: %q", got)
		}
		lines, err = w.Returns(t.Context(), program, today)
		if err != nil || lines[0].OrganisationID != w.two.ID || !lines[1].Given || lines[1].Latest.SaidByTitle != "Rheolwr" || lines[1].Latest.SystemsCount != 1 {
			t.Errorf("today: %+v, %v", lines, err)
		}
		lines, err = w.Returns(t.Context(), program, today, w.one.ID)
		if err != nil || len(lines) != 1 {
			t.Errorf("of one host: %+v, %v", lines, err)
		}
		if _, err := w.Returns(t.Context(), access.Actor{Roles: []access.Role{access.SupplierLead}, SupplierID: uuid.New()}, today); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a supplier: %v", err)
		}
	})
}

func TestAnOrganisationKeepsItsOwnUse(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		people := 120
		system, err := w.AddSystem(t.Context(), program, inventory.SystemInput{Name: lang.Text{En: "Shared"}, HostOrganisationID: w.two.ID,
			UsedBy: []uuid.UUID{w.one.ID, w.two.ID}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := w.System(t.Context(), w.person, system.ID) // it uses the system, so it sees it
		if err != nil || len(d.Uses) != 2 {
			t.Fatalf("%+v, %v", d, err)
		}
		own, other := d.Uses[0], d.Uses[1]
		if own.OrganisationID != w.one.ID {
			own, other = other, own
		}
		in := inventory.UseInput{Role: "controller", PeopleCount: &people, LocalOwner: "Perchennog", SupplierCode: "B1", FromOn: "2020-01-01"}
		if _, err := w.ConfirmUse(t.Context(), w.person, system.ID, other.ID, 0, in); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("another's use: %v", err)
		}
		if _, err := w.ConfirmUse(t.Context(), w.person, uuid.New(), own.ID, 0, in); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("under another system: %v", err)
		}
		if _, err := w.ConfirmUse(t.Context(), w.person, system.ID, own.ID, 7, in); !fault.Is(err, fault.KindStale) {
			t.Errorf("on a stale version: %v", err)
		}
		wrong := in
		wrong.Role, wrong.UntilOn = "owner", "2019-01-01"
		if _, err := w.ConfirmUse(t.Context(), w.person, system.ID, own.ID, 0, wrong); fault.As(err) == nil || len(fault.As(err).Fields) != 2 {
			t.Errorf("wrong twice: %v", err)
		}
		got, err := w.ConfirmUse(t.Context(), w.person, system.ID, own.ID, own.Version, in)
		if err != nil || got.ConfirmedBy != "Swyddog" || got.ConfirmedAt == nil || *got.PeopleCount != 120 || got.LocalOwner != "Perchennog" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
