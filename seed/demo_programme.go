package seed

import (
	"context"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// beginProgramme begins the round of reviews that was promised in 2017, half a
// year ago, over all systems but a few; two organisations have returned their
// part of the inventory since.
func (b *builder) beginProgramme(ctx context.Context) error {
	now := time.Now()
	today := calendar.On(now)
	b.now = now.AddDate(0, -7, 0)
	systems := make([]uuid.UUID, 0, len(b.systems))
	for i, system := range b.systems {
		if i%9 != 8 {
			systems = append(systems, system.ID)
		}
	}
	worked, err := b.inventory.Systems(ctx, program, inventory.SystemFilter{Q: "Radiation Protection Service"}, store.Paging{})
	if err != nil {
		return err
	}
	for _, system := range worked.Items { // with which it began
		systems = append(systems, system.ID)
	}
	begun, err := b.reviews.CreateProgramme(ctx, b.people["official"], review.ProgrammeInput{
		Title: lang.Text{En: "Review of all nationally hosted systems", Cy: "Adolygiad o bob system a letyir yn genedlaethol"},
		Purpose: lang.Text{En: "The review that was promised in 2017 of all nationally hosted systems covered by third-party providers. Fictitious, for demonstration.",
			Cy: "Yr adolygiad a addawyd yn 2017 o bob system a letyir yn genedlaethol ac a gwmpesir gan ddarparwyr trydydd parti. Ffug, at ddibenion arddangos."},
		StartsOn: today.AddMonths(-7), EndsOn: today.AddMonths(4), SystemIDs: systems})
	if err != nil {
		return err
	}
	for i, host := range []string{"Digital Health", "Cardiff and Vale"} {
		b.now = now.AddDate(0, 0, -90+30*i)
		if _, err := b.inventory.ReturnInventory(ctx, program, b.hosts[host], inventory.ReturnInput{AsOf: calendar.On(b.now)}); err != nil {
			return err
		}
	}
	b.now = now
	f, err := b.reviews.Foresee(ctx, b.people["official"], review.Choice{ProgrammeID: begun.ID})
	if err != nil {
		return err
	}
	in := review.BulkInput{DueOn: f.DueOn, ProgrammeID: &begun.ID}
	for _, group := range f.Groups[:min(2, len(f.Groups))] { // the rest is there to be planned
		in.Reviews = append(in.Reviews, group.BulkAsk)
	}
	_, err = b.reviews.PlanBulk(ctx, b.people["official"], in)
	return err
}
