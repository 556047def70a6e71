package seed

import (
	"context"
	"time"

	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/store"
)

// addPacks publishes what meetings of two boards and a group read.
func (b *builder) addPacks(ctx context.Context) error {
	b.now = time.Now()
	groups, err := directory.New(b.db).Groups(ctx, program, store.Paging{Limit: 1})
	if err != nil {
		return err
	}
	meetings := []pack.PackInput{
		{OrganisationID: b.hosts["Digital Health"], MeetingOn: calendar.On(b.now).AddDays(12)},
		{OrganisationID: b.hosts["Cardiff and Vale"], MeetingOn: calendar.On(b.now).AddDays(15)},
	}
	for _, g := range groups.Items {
		meetings = append(meetings, pack.PackInput{GroupID: g.ID, MeetingOn: calendar.On(b.now).AddDays(20)})
	}
	for _, in := range meetings {
		p, err := b.packs.Request(ctx, b.people["official"], in)
		if err != nil {
			return err
		}
		if err := b.packs.Make(ctx, p.ID); err != nil {
			return err
		}
		_, err = b.packs.Publish(ctx, b.people["official"], p.ID, pack.Publication{Note: lang.Text{
			En: "Fictitious, for demonstration: the systems at extreme risk come first on the agenda.",
			Cy: "Ffug, at ddibenion arddangos: daw'r systemau â risg eithafol yn gyntaf ar yr agenda."}})
		if err != nil {
			return err
		}
	}
	return nil
}
