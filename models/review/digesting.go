package review

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
)

// After how long an invitation that was not accepted is sent again, and how
// long before it is due an open action is called to mind.
const (
	unopenedFor = 5 * 24 * time.Hour
	actionDays  = 7
)

// reminderDays are when the answers of a review are called to mind, in days
// after its due date. The last one goes to the supplier's account contact and
// to the owner of the review.
var reminderDays = []int{-14, -3, 1, 7, 14, escalation}

const escalation = 21

// Remind is the job that reminds people.
type Remind struct{}

// Kind names the job.
func (Remind) Kind() string { return "review.remind" }

// ReminderDay is a day on which the reminders went out.
type ReminderDay struct {
	store.Row
	Day calendar.Date
}

// Scope hides it: nobody queries it.
func (ReminderDay) Scope(by access.Actor) store.Condition { return store.OnlyProgram(by) }

// Reminder is one that was sent about a review, for its due date as it was.
type Reminder struct {
	store.Row
	ReviewID uuid.UUID
	DueOn    calendar.Date
	Days     int // after the due date
}

// Scope hides it: nobody queries it.
func (Reminder) Scope(by access.Actor) store.Condition { return store.OnlyProgram(by) }

// MailItem is one thing of several that a mail calls to mind.
type MailItem struct {
	Reference string        `json:"reference"`
	Supplier  string        `json:"supplier"`
	Action    bool          `json:"action"` // to be carried out, not answered
	DueOn     calendar.Date `json:"due_on"`
	Late      bool          `json:"late"`
	Link      string        `json:"link"`
}

// RemindAll calls to mind, on each day once and to each person in one mail, what
// they have to do: answers and actions that are due. Who did not open an
// invitation is sent it again instead. It gives how many mails that makes.
func (s *Service) RemindAll(ctx context.Context) (int, error) {
	sent, err := store.Change(ctx, s.db, access.Program("remind"), func(tx *store.Tx) (int, error) {
		d := &digests{tx: tx, today: calendar.On(tx.Now()), of: map[string]*digest{}, links: s.publicURL}
		day := &ReminderDay{Row: store.NewRow(), Day: d.today}
		day.Version, day.CreatedAt = 1, tx.Now()
		if err := tx.Insert(day); err != nil {
			return 0, err
		}
		unopened, err := s.remindUnopened(tx)
		if err != nil {
			return 0, err
		}
		if err := d.reviews(); err != nil {
			return 0, err
		}
		if err := d.actions(); err != nil {
			return 0, err
		}
		written, err := s.sendDigests(d, unopened)
		return written + len(unopened), err
	})
	if fault.Is(err, fault.KindConflict) {
		return 0, nil // they went out today
	}
	return sent, err
}

// remindUnopened sends invitations again that were not opened, and gives the
// addresses.
func (s *Service) remindUnopened(tx *store.Tx) (map[string]bool, error) {
	silent, err := store.All[Respondent](tx, "invited_at, id", "accepted_at IS NULL AND bounced_at IS NULL AND reminded_at IS NULL AND invited_at < ?", tx.Now().Add(-unopenedFor))
	if err != nil {
		return nil, err
	}
	reminded := map[string]bool{}
	for _, p := range silent {
		r, err := store.Find[Review](tx, p.ReviewID)
		if err != nil {
			return nil, err
		}
		if !r.is(Issued, InProgress, Returned) || r.RemindersStopped || reminded[p.Email] {
			continue
		}
		if _, err := s.inviteAgain(tx, r, p, "reminder"); err != nil {
			return nil, err
		}
		reminded[p.Email] = true
	}
	return reminded, nil
}

// digest is what one person is reminded of.
type digest struct {
	to    outbox.To
	first *Review
	items []MailItem
}

// digests gathers what each person is reminded of on a day.
type digests struct {
	tx    *store.Tx
	today calendar.Date
	links string
	of    map[string]*digest // by address
}

func (d *digests) add(r *Review, to outbox.To, item MailItem) {
	if d.of[to.Email] == nil {
		d.of[to.Email] = &digest{to: to, first: r}
	}
	one := d.of[to.Email]
	if !slices.ContainsFunc(one.items, func(i MailItem) bool { return i.Reference == item.Reference }) {
		one.items = append(one.items, item)
	}
}

// reminderDue says which reminder of a review falls to a day: the latest that
// its due date calls for, once, and none whose day was over before the review
// was issued.
func reminderDue(due, issued, today calendar.Date, sent []int) (days int, ok bool) {
	for _, after := range slices.Backward(reminderDays) {
		if due.AddDays(after) <= today {
			return after, due.AddDays(after) >= issued && !slices.Contains(sent, after)
		}
	}
	return 0, false
}

func (d *digests) reviews() error {
	open, err := store.All[Review](d.tx, "due_on, id", "kind = ? AND state IN ? AND due_on <= ? AND reminders_stopped = ?", OfSupplier,
		[]State{Issued, InProgress, Returned}, d.today.AddDays(14), false)
	if err != nil {
		return err
	}
	for _, r := range open {
		earlier, err := store.Many[Reminder](d.tx, "days", "review_id = ? AND due_on = ?", r.ID, r.DueOn)
		if err != nil {
			return err
		}
		var sent []int
		for _, one := range earlier {
			sent = append(sent, one.Days)
		}
		days, due := reminderDue(r.DueOn, calendar.On(valueOf(r.IssuedAt)), d.today, sent)
		if !due {
			continue
		}
		row := &Reminder{Row: store.NewRow(), ReviewID: r.ID, DueOn: r.DueOn, Days: days}
		row.Version, row.CreatedAt = 1, d.tx.Now()
		if err := d.tx.Insert(row); err != nil {
			return err
		}
		if err := d.review(r, days); err != nil {
			return err
		}
	}
	return nil
}

func (d *digests) review(r *Review, days int) error {
	supplier, err := store.Find[inventory.Supplier](d.tx, r.SupplierID)
	if err != nil {
		return err
	}
	item := MailItem{Reference: r.Reference, Supplier: supplier.Name, DueOn: r.DueOn, Late: r.Overdue(d.today), Link: d.links + "/reviews/" + r.ID.String()}
	asked, err := store.All[Respondent](d.tx, "created_at, id", "review_id = ?", r.ID)
	if err != nil {
		return err
	}
	if days != escalation {
		for _, p := range asked {
			if p.UserID != nil {
				d.add(r, outbox.To{Email: p.Email, Name: p.Name, Language: p.Language, AboutID: r.ID}, item)
			}
		}
		return nil
	}
	if contact := supplier.ContactOf(inventory.AccountContact); contact != nil && contact.Email != "" && len(asked) > 0 {
		d.add(r, outbox.To{Email: contact.Email, Name: contact.Name, Language: asked[0].Language, AboutID: r.ID}, item)
	}
	return d.owner(r, item)
}

func (d *digests) owner(r *Review, item MailItem) error {
	owners, err := store.All[identity.User](d.tx, "", "id = ? AND status = ?", valueOrNil(r.OwnerID), identity.Active)
	for _, owner := range owners {
		d.add(r, outbox.To{Email: owner.Email, Name: owner.Name, Language: owner.Language, AboutID: r.ID}, item)
	}
	return err
}

func (d *digests) actions() error {
	actions, err := store.All[Action](d.tx, "due_on, id", "state = ? AND reminded_at IS NULL AND due_on <= ?", ActionOpen, d.today.AddDays(actionDays))
	if err != nil {
		return err
	}
	for _, a := range actions {
		r, err := store.Find[Review](d.tx, a.ReviewID)
		if err != nil {
			return err
		}
		if r.RemindersStopped {
			continue
		}
		now := d.tx.Now()
		a.RemindedAt = &now
		if err := d.tx.Save(a, ActionReminded); err != nil {
			return err
		}
		if err := d.action(r, a); err != nil {
			return err
		}
	}
	return nil
}

// action reminds those who carry it out: the leads of the supplier who were
// asked, or the official who planned the review.
func (d *digests) action(r *Review, a *Action) error {
	item := MailItem{Reference: a.Reference, Action: true, DueOn: a.DueOn, Late: a.late(d.today), Link: d.links + "/actions/" + a.ID.String()}
	if a.Side != SupplierSide {
		return d.owner(r, item)
	}
	leads, err := store.All[Respondent](d.tx, "created_at, id", "review_id = ? AND user_id IS NOT NULL AND lead = ?", r.ID, true)
	for _, p := range leads {
		d.add(r, outbox.To{Email: p.Email, Name: p.Name, Language: p.Language, AboutID: r.ID}, item)
	}
	return err
}

// sendDigests writes to each person but those who get a mail today anyway.
func (s *Service) sendDigests(d *digests, but map[string]bool) (int, error) {
	written := 0
	for _, email := range slices.Sorted(maps.Keys(d.of)) {
		one := d.of[email]
		if but[email] {
			continue
		}
		m, err := s.mailData(d.tx, one.first, one.to.Name)
		if err != nil {
			return written, err
		}
		slices.SortStableFunc(one.items, func(a, b MailItem) int { return cmp.Compare(a.DueOn, b.DueOn) })
		m.Items = one.items
		if err := s.outbox.Queue(d.tx, one.to, "digest", m); err != nil {
			return written, err
		}
		written++
	}
	return written, nil
}

// StopReminders stops the reminders about a review, or lets them go on.
func (s *Service) StopReminders(ctx context.Context, by access.Actor, id uuid.UUID, stop bool) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if !r.Open() {
			return nil, r.wrongState()
		}
		r.RemindersStopped = stop
		act := RemindersResumed
		if stop {
			act = RemindersStopped
		}
		return r, tx.Save(r, act)
	})
}
