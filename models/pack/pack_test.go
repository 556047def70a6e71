package pack_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

var (
	program  = access.Program("test")
	official = access.Actor{UserID: uuid.New(), MembershipID: uuid.New(), Name: "Owain", Roles: []access.Role{access.Official}}
)

// desk is the room with a clock that the test turns and people who hold what
// the test says.
type desk struct {
	*pack.Service
	t      *testing.T
	db     *store.DB
	now    time.Time
	people map[uuid.UUID]access.Actor
}

// ActorOf gives who acts, unless they have left.
func (d *desk) ActorOf(_ context.Context, _, membership uuid.UUID) (access.Actor, error) {
	by, ok := d.people[membership]
	if !ok {
		return by, fault.Unauthenticated("session.ended")
	}
	return by, nil
}

func each(t *testing.T, run func(t *testing.T, d *desk)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := &desk{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), people: map[uuid.UUID]access.Actor{official.MembershipID: official}}
		d.db = db.WithClock(func() time.Time { return d.now })
		keys, err := keyring.New(keyring.Generate())
		if err != nil {
			t.Fatal(err)
		}
		d.Service = pack.New(d.db, keys, d, func(p *pack.Paper, tag lang.Tag) ([]byte, error) {
			return fmt.Appendf(nil, "%s %s %s draft %v public %v systems %d", p.Reference, tag, p.Code, p.Draft, p.Public, len(p.Snapshot.Position.Systems)), nil
		}, "https://example.org")
		run(t, d)
	})
}

func (d *desk) organisation(name string) uuid.UUID {
	d.t.Helper()
	o, err := directory.New(d.db).AddOrganisation(d.t.Context(), program, directory.Input{Name: lang.Text{En: name}, Kind: directory.Trust})
	if err != nil {
		d.t.Fatal(err)
	}
	return o.ID
}

func (d *desk) at(organisation uuid.UUID, role access.Role) access.Actor {
	by := access.Actor{UserID: uuid.New(), MembershipID: uuid.New(), Name: string(role), Roles: []access.Role{role}, OrganisationID: organisation,
		OrganisationIDs: []uuid.UUID{organisation}}
	d.people[by.MembershipID] = by
	return by
}

func (d *desk) system(host uuid.UUID) {
	d.t.Helper()
	rooms := inventory.New(d.db)
	s, err := rooms.AddSupplier(d.t.Context(), program, inventory.SupplierInput{Name: "Supplier"})
	if err != nil {
		d.t.Fatal(err)
	}
	_, err = rooms.AddSystem(d.t.Context(), program, inventory.SystemInput{Name: lang.Text{En: "System"}, HostOrganisationID: host,
		Suppliers: []inventory.SupplyInput{{SupplierID: s.ID, Part: "hosts"}}})
	if err != nil {
		d.t.Fatal(err)
	}
}

// made asks for a pack and lets the job make it.
func (d *desk) made(by access.Actor, in pack.PackInput) *pack.Pack {
	d.t.Helper()
	p, err := d.Request(d.t.Context(), by, in)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.Make(d.t.Context(), p.ID); err != nil {
		d.t.Fatal(err)
	}
	return p
}

func (d *desk) published(by access.Actor, in pack.PackInput) *pack.Pack {
	d.t.Helper()
	p, err := d.Publish(d.t.Context(), by, d.made(by, in).ID, pack.Publication{})
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func TestAskingTwiceMakesOne(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		in := pack.PackInput{OrganisationID: d.organisation("Host"), MeetingOn: "2026-04-01"}
		ids := make([]uuid.UUID, 6)
		var group sync.WaitGroup
		for i := range ids {
			group.Go(func() {
				p, err := d.Request(t.Context(), official, in)
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = p.ID
			})
		}
		group.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("asked twice, two packs: %v", ids)
			}
		}
		for range 2 {
			if err := d.Make(t.Context(), ids[0]); err != nil {
				t.Fatal(err)
			}
		}
		v, err := d.Pack(t.Context(), official, ids[0])
		if err != nil || v.State != pack.Made || v.Version != 2 || v.Progress != 100 {
			t.Errorf("made: %+v, %v", v.Pack, err)
		}
		if again := d.made(official, in); again.ID == ids[0] {
			t.Error("a pack that is made stands in the way of a newer one")
		}
	})
}

func TestAPackOfSomebodyWhoLeftIsNotMade(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		host := d.organisation("Host")
		by := d.at(host, access.BoardSecretary)
		p, err := d.Request(t.Context(), by, pack.PackInput{MeetingOn: "2026-04-01"})
		if err != nil {
			t.Fatal(err)
		}
		delete(d.people, by.MembershipID)
		if err := d.Make(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		if v, err := d.Pack(t.Context(), official, p.ID); err != nil || v.State != pack.Failed {
			t.Errorf("%+v, %v", v.Pack, err)
		}
	})
}

func TestMembersSeeWhatIsPublishedToThem(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		host, other := d.organisation("Host"), d.organisation("Other")
		d.system(host)
		secretary, member := d.at(host, access.BoardSecretary), d.at(host, access.BoardMember)
		group, err := directory.New(d.db).AddGroup(t.Context(), program, directory.GroupInput{Name: lang.Text{En: "Group"}})
		if err != nil {
			t.Fatal(err)
		}
		ofGroup := access.Actor{UserID: uuid.New(), MembershipID: uuid.New(), Roles: []access.Role{access.BoardMember}, GroupID: group.ID}
		draft := d.made(secretary, pack.PackInput{MeetingOn: "2026-04-01"})
		published := d.published(secretary, pack.PackInput{MeetingOn: "2026-05-01"})
		forGroup := d.published(official, pack.PackInput{GroupID: group.ID, MeetingOn: "2026-05-02"})
		for who, c := range map[string]struct {
			by   access.Actor
			sees []uuid.UUID
		}{
			"a national official":    {official, []uuid.UUID{draft.ID, published.ID, forGroup.ID}},
			"the secretary":          {secretary, []uuid.UUID{draft.ID, published.ID}},
			"a member":               {member, []uuid.UUID{published.ID}},
			"a member of the group":  {ofGroup, []uuid.UUID{forGroup.ID}},
			"another's secretary":    {d.at(other, access.BoardSecretary), nil},
			"another's board member": {d.at(other, access.BoardMember), nil},
			"a supplier":             {access.Actor{UserID: uuid.New(), Roles: []access.Role{access.SupplierLead}, SupplierID: uuid.New()}, nil},
			"an administrator":       {access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Administrator}}, nil},
		} {
			list, err := d.Packs(t.Context(), c.by, store.Paging{})
			if err != nil {
				t.Fatal(err)
			}
			seen := map[uuid.UUID]bool{}
			for _, v := range list.Items {
				seen[v.ID] = true
			}
			for _, p := range []*pack.Pack{draft, published, forGroup} {
				want := false
				for _, id := range c.sees {
					want = want || id == p.ID
				}
				if seen[p.ID] != want {
					t.Errorf("%s sees %s: %v", who, p.Reference, seen[p.ID])
				}
				if _, err := d.Paper(t.Context(), c.by, p.ID); want != (err == nil) || !want && !fault.Is(err, fault.KindNotFound) {
					t.Errorf("%s opens %s: %v", who, p.Reference, err)
				}
				if _, _, err := d.Print(t.Context(), c.by, p.ID, lang.Welsh); want != (err == nil) {
					t.Errorf("%s prints %s: %v", who, p.Reference, err)
				}
			}
		}
		if _, err := d.Publish(t.Context(), d.at(other, access.BoardSecretary), draft.ID, pack.Publication{}); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another's secretary publishes: %v", err)
		}
		if _, err := d.Publish(t.Context(), member, published.ID, pack.Publication{}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a member publishes: %v", err)
		}
		if _, err := d.Request(t.Context(), secretary, pack.PackInput{OrganisationID: other, MeetingOn: "2026-04-01"}); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a secretary asks for another's: %v", err)
		}
	})
}

func TestAPublishedFileIsKnownAgain(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		in := pack.PackInput{OrganisationID: d.organisation("Host"), MeetingOn: "2026-04-01"}
		verdicts := func(content []byte, code string) (pack.Verdict, pack.Verdict) {
			t.Helper()
			file, err := d.VerifyFile(t.Context(), content)
			if err != nil {
				t.Fatal(err)
			}
			found, err := d.VerifyCode(t.Context(), code)
			if err != nil {
				t.Fatal(err)
			}
			return file, found
		}
		p := d.published(official, in)
		_, content, err := d.Print(t.Context(), official, p.ID, lang.English)
		if err != nil || !bytes.Contains(content, []byte(*p.Code)) || !bytes.Contains(content, []byte("draft false")) {
			t.Fatalf("%s, %v", content, err)
		}
		if file, code := verdicts(content, *p.Code); file != pack.Genuine || code != pack.CodeKnown {
			t.Errorf("published: %s, %s", file, code)
		}
		if _, code := verdicts(nil, " "+(*p.Code)[:4]+(*p.Code)[5:]); code != pack.CodeKnown {
			t.Errorf("typed without a dash: %s", code)
		}
		if file, code := verdicts(append(content, ' '), "2222-2222-2222"); file != pack.NotKnown || code != pack.NotKnown {
			t.Errorf("changed: %s, made up: %s", file, code)
		}
		d.now = d.now.Add(time.Hour)
		d.published(official, in)
		if file, code := verdicts(content, *p.Code); file != pack.Outdated || code != pack.CodeOutOld {
			t.Errorf("after a second for the same meeting: %s, %s", file, code)
		}
		_, again, err := d.Print(t.Context(), official, p.ID, lang.English)
		if err != nil || !bytes.Equal(again, content) {
			t.Error("the file that went out is another now")
		}
	})
}

func TestANoteGoesOutInBothLanguages(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p := d.made(official, pack.PackInput{MeetingOn: "2026-04-01"})
		for _, in := range []pack.Publication{{Note: lang.Text{En: "Note"}}, {Note: lang.Text{Cy: "Nodyn"}}, {Access: "secret"}} {
			if _, err := d.Publish(t.Context(), official, p.ID, in); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		if _, err := d.Publish(t.Context(), official, p.ID, pack.Publication{Note: lang.Text{En: "Note", Cy: "Nodyn"}, Access: pack.Public}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Publish(t.Context(), official, p.ID, pack.Publication{}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("published twice: %v", err)
		}
	})
}

func TestAPackSaysWhatChangedSinceTheOneBefore(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		host := d.organisation("Host")
		d.system(host)
		d.published(official, pack.PackInput{OrganisationID: host, MeetingOn: "2026-04-01"})
		d.system(host)
		paper, err := d.Draft(t.Context(), official, portfolio.PositionFilter{OrganisationID: host})
		if err != nil || paper.Snapshot.Before == nil || paper.Snapshot.Before.New != 1 || paper.Snapshot.Before.Gone != 0 || !paper.Draft {
			t.Errorf("%+v, %v", paper.Snapshot.Before, err)
		}
		if paper, err = d.Draft(t.Context(), official, portfolio.PositionFilter{}); err != nil || paper.Snapshot.Before != nil {
			t.Errorf("another scope: %+v, %v", paper.Snapshot.Before, err)
		}
	})
}
