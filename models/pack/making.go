package pack

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// Make is the job that makes a pack.
type Make struct {
	PackID uuid.UUID `json:"pack_id"`
}

// Kind names the job.
func (Make) Kind() string { return "pack.make" }

// InsertOpts lets one job make a pack, however often it is queued.
func (Make) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// PackInput is what a pack is asked for with.
type PackInput struct {
	OrganisationID uuid.UUID     `json:"organisation_id,omitempty"`
	GroupID        uuid.UUID     `json:"governance_group_id,omitempty"`
	ProgrammeID    uuid.UUID     `json:"programme_id,omitempty"`
	MeetingOn      calendar.Date `json:"meeting_on"`
}

func scopeText(f portfolio.PositionFilter) string {
	return strings.Join([]string{f.OrganisationID.String(), f.GroupID.String(), f.ProgrammeID.String()}, " ")
}

// Draft works out a pack at once, and keeps nothing of it. That it was read is
// recorded.
func (s *Service) Draft(ctx context.Context, by access.Actor, f portfolio.PositionFilter) (*Paper, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Paper, error) {
		f, err := portfolio.MayReport(by, access.ReportDraft, f)
		if err != nil {
			return nil, err
		}
		snapshot, err := snapshot(tx, f, func(int) {})
		if err != nil {
			return nil, err
		}
		drafted := &Pack{Row: store.NewRow(), Of: scopeText(f)}
		return &Paper{Snapshot: snapshot, Draft: true, MadeBy: by.Name}, tx.Seen(drafted, Read)
	})
}

// Request asks for a pack to be made for a meeting. One that is being made for
// the same scope and meeting is given instead of a second.
func (s *Service) Request(ctx context.Context, by access.Actor, in PackInput) (*Pack, error) {
	p, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (*Pack, error) { return s.requestIn(tx, in) })
	if !fault.Is(err, fault.KindConflict) {
		return p, err
	}
	// Another asked in the same moment, and its change came first.
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Pack, error) { return s.requestIn(tx, in) })
}

func (s *Service) requestIn(tx *store.Tx, in PackInput) (*Pack, error) {
	by := tx.By()
	f, err := portfolio.MayReport(by, access.ReportPublish, portfolio.PositionFilter{OrganisationID: in.OrganisationID, GroupID: in.GroupID, ProgrammeID: in.ProgrammeID})
	if err != nil {
		return nil, err
	}
	if _, ok := calendar.Parse(string(in.MeetingOn)); !ok {
		return nil, fault.Invalid("invalid").On("meeting_on", "pack.meeting-missing")
	}
	if err := portfolio.Named(tx, f); err != nil {
		return nil, err
	}
	key := scopeText(f) + " " + string(in.MeetingOn)
	making, err := store.All[Pack](tx, "", "being_made = ?", key)
	if err != nil || len(making) > 0 {
		return firstOf(making), err
	}
	reference, err := tx.NextReference("PCK", true)
	if err != nil {
		return nil, err
	}
	p := &Pack{Reference: reference, OrganisationID: orAbsent(f.OrganisationID), GovernanceGroupID: orAbsent(f.GroupID), ProgrammeID: orAbsent(f.ProgrammeID),
		Of: scopeText(f), MeetingOn: in.MeetingOn, State: Requested, BeingMade: &key, Access: Private,
		AskedByID: by.UserID, AskedInID: by.MembershipID, AskedBy: by.Name}
	p.Row = store.NewRow()
	return p, tx.Create(p, Asked, Make{PackID: p.ID})
}

func firstOf(packs []*Pack) *Pack {
	if len(packs) == 0 {
		return nil
	}
	return packs[0]
}

// program is who works the jobs; what it works out is still in the scope of
// the person who asked.
var program = access.Program("make a pack")

// Make works out the figures of a pack that was asked for, as the person who
// asked, as they are now. Made once, it stays.
func (s *Service) Make(ctx context.Context, id uuid.UUID) error {
	p, err := store.Read(ctx, s.db, program, func(tx *store.Tx) (*Pack, error) { return store.Find[Pack](tx, id) })
	if err != nil || p.State != Requested {
		return err
	}
	if err := s.step(ctx, id, 5); err != nil {
		return err
	}
	tell, told := s.telling(ctx, id)
	snapshot, err := s.workOut(ctx, p, tell)
	told()
	if fault.As(err) != nil { // who asked may no longer, or the scope is gone: trying again mends nothing
		return s.settle(ctx, id, Failed, nil)
	}
	if err != nil {
		return err
	}
	return s.settle(ctx, id, Made, snapshot)
}

func (s *Service) workOut(ctx context.Context, p *Pack, tell func(percent int)) (*Snapshot, error) {
	by := program
	if p.AskedInID != uuid.Nil {
		var err error
		if by, err = s.actors.ActorOf(ctx, p.AskedByID, p.AskedInID); err != nil {
			return nil, err
		}
	}
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Snapshot, error) { return snapshot(tx, p.filter(), tell) })
}

// telling gives what tells how far the working out is, and what ends the
// telling. What is told is written beside the reading, which never waits for it:
// it holds a connection of its own.
func (s *Service) telling(ctx context.Context, id uuid.UUID) (tell func(percent int), end func()) {
	told, ended := make(chan int, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for percent := range told {
			if err := s.step(ctx, id, 10+percent*85/100); err != nil {
				slog.Warn("how far a pack is was not written", "pack", id, "error", err)
			}
		}
	}()
	tell = func(percent int) {
		select {
		case told <- percent:
		default: // the one before is not written yet
		}
	}
	return tell, func() { close(told); <-ended }
}

// step tells those who wait how far it is; it is no change of the pack.
func (s *Service) step(ctx context.Context, id uuid.UUID, percent int) error {
	_, err := store.Change(ctx, s.db, program, func(tx *store.Tx) (bool, error) {
		return true, store.Query[Pack](tx).Where("id = ?", id).Update("progress", percent).Error
	})
	return err
}

func (s *Service) settle(ctx context.Context, id uuid.UUID, state State, snapshot *Snapshot) error {
	_, err := store.Change(ctx, s.db, program, func(tx *store.Tx) (bool, error) {
		p, err := store.Lock[Pack](tx, id)
		if err != nil || p.State != Requested {
			return false, err
		}
		p.State, p.BeingMade, p.Snapshot, p.Progress = state, nil, snapshot, 100
		action := Unmade
		if state == Made {
			at := tx.Now()
			p.MadeAt, action = &at, MadeNow
		}
		return true, tx.Save(p, action)
	})
	return err
}

// snapshot works out a scope, and holds it against the pack published before.
func snapshot(tx *store.Tx, f portfolio.PositionFilter, tell func(percent int)) (*Snapshot, error) {
	position, err := portfolio.PositionIn(tx, f, tell)
	if err != nil {
		return nil, err
	}
	// Whose scope it is has been settled: the pack before is of the same.
	earlier, err := store.All[Pack](tx.AsProgram("find the pack before"), "meeting_on DESC, published_at DESC",
		"scope = ? AND state = ? AND superseded_by_id IS NULL", scopeText(f), Published)
	if err != nil || len(earlier) == 0 {
		return &Snapshot{Position: position}, err
	}
	return &Snapshot{Position: position, Before: compare(earlier[0], position)}, nil
}

// compare says what has changed since a pack.
func compare(p *Pack, now *portfolio.Position) *Before {
	then := p.Snapshot.Position
	b := &Before{Reference: p.Reference, MeetingOn: p.MeetingOn, At: then.At, Counts: map[questionnaire.Rating]int{}, Overdue: len(then.Overdue())}
	for _, rating := range review.Ratings {
		b.Counts[rating] = then.Count(rating)
	}
	for i := range now.Systems {
		is := &now.Systems[i]
		at := slices.IndexFunc(then.Systems, func(s portfolio.SystemPosition) bool { return s.ID == is.ID })
		if at < 0 {
			b.New++
			continue
		}
		moved := Moved{is.Reference, is.Name, then.Systems[at].Rating, is.Rating}
		switch change := review.Gravity(moved.To) - review.Gravity(moved.From); {
		case change > 0:
			b.Worse = append(b.Worse, moved)
		case change < 0:
			b.Better = append(b.Better, moved)
		}
	}
	b.Gone = len(then.Systems) - (len(now.Systems) - b.New)
	return b
}
