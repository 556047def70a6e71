package review

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
)

func TestABurnUpEndsOnTheLastDayAndTellsOfNoFuture(t *testing.T) {
	p := &Programme{StartsOn: "2026-01-10", EndsOn: "2026-04-15"}
	burns := []burn{{due: "2026-01-31", done: "2026-02-03"}, {due: "2026-02-28", done: "2026-01-20"}, {due: "2026-04-15"}, {due: "2026-05-01"}}
	points := burnUp(p, "2026-02-10", burns)
	want := []struct {
		on        calendar.Date
		due, done int
	}{{"2026-01-31", 1, 1}, {"2026-02-28", 2, 2}, {"2026-03-31", 2, -1}, {"2026-04-15", 3, -1}}
	if len(points) != len(want) {
		t.Fatalf("the points are %v", points)
	}
	for i, w := range want {
		done := -1
		if points[i].Done != nil {
			done = *points[i].Done
		}
		if points[i].On != w.on || points[i].Due != w.due || done != w.done {
			t.Errorf("point %d is %s: due %d, done %d; want %v", i, points[i].On, points[i].Due, done, w)
		}
	}
	// Of five years not every month is told, but the last day is; one that is
	// past its end goes on to today.
	long := burnUp(&Programme{StartsOn: "2020-01-01", EndsOn: "2024-12-31"}, "2022-06-01", nil)
	if len(long) > mostPoints || long[len(long)-1].On != "2024-12-31" {
		t.Errorf("five years have %d points, the last on %s", len(long), long[len(long)-1].On)
	}
	if late := burnUp(p, "2026-06-20", burns); late[len(late)-1].On != "2026-06-20" || late[len(late)-1].Due != 4 {
		t.Errorf("two months late, the last point is %v", late[len(late)-1])
	}
	// A programme of one day has one point.
	if day := burnUp(&Programme{StartsOn: "2026-01-31", EndsOn: "2026-01-31"}, "2026-01-31", nil); len(day) != 1 || day[0].On != "2026-01-31" || day[0].Done == nil {
		t.Errorf("a programme of a day: %v", day)
	}
}

func TestWhichReviewCountsForAProgramme(t *testing.T) {
	p := &Programme{StartsOn: "2026-01-10"}
	p.ID = uuid.New()
	before, since := calendar.Date("2026-01-09").Time().Add(12*time.Hour), calendar.Date("2026-01-10").Time().Add(12*time.Hour)
	other := uuid.New()
	for name, c := range map[string]struct {
		r    Review
		want bool
	}{
		"planned in it":                {Review{State: Planned, ProgrammeID: &p.ID}, true},
		"closed in it":                 {Review{State: Closed, ProgrammeID: &p.ID}, true},
		"cancelled in it":              {Review{State: Cancelled, ProgrammeID: &p.ID}, false},
		"under way elsewhere":          {Review{State: InProgress, ProgrammeID: &other}, true},
		"signed off since":             {Review{State: SignedOff, SignedOffAt: &since}, true},
		"signed off before it began":   {Review{State: SignedOff, SignedOffAt: &before}, false},
		"closed, and no part of it":    {Review{State: Closed}, false},
		"signed off before, but in it": {Review{State: SignedOff, SignedOffAt: &before, ProgrammeID: &p.ID}, true},
	} {
		if got := c.r.countsFor(p); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A system is as far as the slowest of its suppliers; of several reviews of one
// pair the one that is signed off counts.
func TestASystemIsAsFarAsItsSlowestSupplier(t *testing.T) {
	p := &Programme{StartsOn: "2026-01-01", EndsOn: "2026-12-31"}
	system, one, two := uuid.New(), uuid.New(), uuid.New()
	signed := calendar.Date("2026-03-03").Time()
	pair := func(supplier uuid.UUID) *LivePair {
		return &LivePair{PairStanding: PairStanding{SystemID: system, SupplierID: supplier}}
	}
	g := &progress{pairs: map[uuid.UUID][]*LivePair{system: {pair(one), pair(two)}}, reviews: map[pairKey][]*Review{
		{one, system}: {{State: SignedOff, SignedOffAt: &signed, DueOn: "2026-02-01"}, {State: Issued, DueOn: "2026-09-01"}},
		{two, system}: {{State: Submitted, DueOn: "2026-04-01"}},
	}}
	if stage, b := g.stageOf(p, &ProgrammeProgress{}, system); stage != BeingAssessed || b.due != "2026-04-01" || b.done != "" {
		t.Errorf("stands at %s, %v", stage, b)
	}
	g.reviews[pairKey{two, system}] = nil
	out := &ProgrammeProgress{}
	if stage, b := g.stageOf(p, out, system); stage != NotPlanned || b.due != "2026-12-31" || len(out.unplanned) != 1 {
		t.Errorf("with one unplanned: %s, %v, %d", stage, b, len(out.unplanned))
	}
	g.reviews[pairKey{two, system}] = []*Review{{State: SignedOff, SignedOffAt: &signed, DueOn: "2026-04-01"}}
	if stage, b := g.stageOf(p, &ProgrammeProgress{}, system); stage != DoneWith || b.done != "2026-03-03" {
		t.Errorf("both signed off: %s, %v", stage, b)
	}
}
