package seed

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/models/store"
)

// addPacks publishes what two meetings read: of a board and of a group.
func (b *builder) addPacks(ctx context.Context) error {
	b.now = time.Now()
	groups, err := directory.New(b.db).Groups(ctx, program, store.Paging{Limit: 1})
	if err != nil {
		return err
	}
	meetings := []pack.PackInput{{OrganisationID: b.hosts["Digital Health"], MeetingOn: calendar.On(b.now).AddDays(12)}}
	for _, g := range groups.Items {
		meetings = append(meetings, pack.PackInput{GroupID: g.ID, MeetingOn: calendar.On(b.now).AddDays(20)})
	}
	for _, in := range meetings {
		if in.OrganisationID == uuid.Nil && in.GroupID == uuid.Nil {
			continue
		}
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
