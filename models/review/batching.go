package review

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// The acts on reviews planned together, in the audit log.
const (
	BatchPlanned audit.Action = "review_batch.planned"
	BatchStopped audit.Action = "review_batch.stopped"
	BatchIssued  audit.Action = "review_batch.issued"
)

const (
	// batchPause is how long a bulk issue waits: until then no mail goes out, the
	// supplier sees nothing, and it can be stopped as if it had never been asked.
	batchPause = 15 * time.Minute
	// batchMost is how many reviews are planned together.
	batchMost = 200
)

// Batch is reviews planned together, and perhaps to be issued together.
type Batch struct {
	store.Row
	MadeByID       *uuid.UUID
	MembershipID   *uuid.UUID
	MadeByName     string
	OrganisationID *uuid.UUID
	IssueAt        *time.Time // nil: they are only planned
	StoppedAt      *time.Time
	StoppedBy      string
	EndedAt        *time.Time
}

// TableName names the table.
func (Batch) TableName() string { return "review_batches" }

// Scope is that of the organisation whose official planned them; nationally all
// are seen.
func (Batch) Scope(by access.Actor) store.Condition {
	switch {
	case by.IsProgram(), by.National() && by.Holds(access.ReviewPlan):
		return store.Everything
	case by.OnSupplierSide(), !by.Holds(access.ReviewPlan), len(by.OrganisationIDs) == 0:
		return store.Nothing
	}
	args := make([]any, len(by.OrganisationIDs))
	for i, id := range by.OrganisationIDs {
		args[i] = id
	}
	return store.Condition{SQL: "review_batches.organisation_id IN (?" + strings.Repeat(", ?", len(args)-1) + ")", Args: args}
}

// AuditKind names the thing in the audit log.
func (*Batch) AuditKind() string { return "review_batch" }

// AuditAbout is the batch itself.
func (b *Batch) AuditAbout() uuid.UUID { return b.ID }

// Waits reports whether its reviews are still to be issued, and can be kept from it.
func (b *Batch) Waits(at time.Time) bool {
	return b.IssueAt != nil && b.StoppedAt == nil && b.EndedAt == nil && at.Before(*b.IssueAt)
}

// stop is the transition: before the time, once.
func (b *Batch) stop(by access.Actor, at time.Time) error {
	if !b.Waits(at) {
		return fault.Conflict("bulk.too-late")
	}
	b.StoppedAt, b.StoppedBy, b.EndedAt = &at, by.Name, &at
	return nil
}

// BatchItem is one review of a batch with whom it will ask.
type BatchItem struct {
	store.Row
	BatchID  uuid.UUID
	ReviewID uuid.UUID
	Invited  []Invited `gorm:"serializer:json"`
	Failure  string    // why it was not issued
}

// TableName names the table.
func (BatchItem) TableName() string { return "review_batch_items" }

// Scope is that of the review.
func (BatchItem) Scope(by access.Actor) store.Condition {
	if by.OnSupplierSide() {
		return store.Nothing
	}
	return store.Reviews(by, access.ReviewPlan, "review_batch_items.review_id")
}

// IssueBatch is the job that issues the reviews of a batch, once it has waited.
type IssueBatch struct {
	BatchID uuid.UUID `json:"batch_id"`
}

// Kind names the job.
func (IssueBatch) Kind() string { return "review.issue-batch" }

// BulkAsk is one review of a bulk: a supplier, systems of one host, and whom to ask.
type BulkAsk struct {
	SupplierID        uuid.UUID   `json:"supplier_id"`
	SystemIDs         []uuid.UUID `json:"system_ids"`
	QuestionnaireCode string      `json:"questionnaire_code"`
	Respondents       []Invited   `json:"respondents,omitempty"`
}

// BulkInput is what an official plans at once.
type BulkInput struct {
	DueOn   calendar.Date `json:"due_on"`
	Issue   bool          `json:"issue,omitempty" doc:"Issue them too, after 15 minutes in which that can be stopped"`
	Reviews []BulkAsk     `json:"reviews"`
	// ProgrammeID is the programme that all of them belong to.
	ProgrammeID *uuid.UUID `json:"programme_id,omitempty" nullable:"true"`
}

func (in *BulkInput) check() error {
	invalid := fault.Invalid("invalid")
	switch {
	case len(in.Reviews) == 0:
		invalid.On("reviews", "bulk.none-chosen")
	case len(in.Reviews) > batchMost:
		invalid.On("reviews", "bulk.too-many", fault.Args{"Max": batchMost})
	}
	for n, ask := range in.Reviews {
		at := "reviews/" + itoa(n) + "/"
		if in.Issue && len(ask.Respondents) == 0 {
			invalid.On(at+"respondents", "issue.respondents-missing")
		}
		for i, p := range ask.Respondents {
			if address, err := mail.ParseAddress(p.Email); err != nil || address.Address != p.Email {
				invalid.On(at+"respondents/"+itoa(i)+"/email", "email.wrong")
			}
			if strings.TrimSpace(p.Name) == "" {
				invalid.On(at+"respondents/"+itoa(i)+"/name", "user.name-missing")
			}
		}
	}
	return invalid.OrNil()
}

// PlanBulk plans reviews together, all or none. To be issued, they wait: until
// then each is planned and no more, so that stopping takes nothing back.
func (s *Service) PlanBulk(ctx context.Context, by access.Actor, in BulkInput) (*Batch, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Batch, error) {
		if by.OnSupplierSide() || !by.Holds(access.ReviewPlan) {
			return nil, fault.Forbidden("forbidden")
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		if err := holdAsked(tx, in.Reviews); err != nil {
			return nil, err
		}
		b := &Batch{MadeByName: by.Name}
		if !by.IsProgram() {
			b.MadeByID, b.MembershipID = &by.UserID, &by.MembershipID
		}
		if by.OrganisationID != uuid.Nil {
			b.OrganisationID = &by.OrganisationID
		}
		if in.Issue {
			at := tx.Now().Add(batchPause)
			b.IssueAt = &at
		}
		if err := tx.Create(b, BatchPlanned); err != nil {
			return nil, err
		}
		for n, ask := range in.Reviews {
			if err := planOne(tx, b, in, ask); err != nil {
				return nil, at(err, "reviews/"+itoa(n)+"/")
			}
		}
		if !in.Issue {
			return b, nil
		}
		return b, tx.Enqueue(IssueBatch{BatchID: b.ID}, &river.InsertOpts{ScheduledAt: *b.IssueAt})
	})
}

// holdAsked holds the pairs, in the same order everywhere, and refuses one that
// a review under way covers: somebody else was first.
func holdAsked(tx *store.Tx, asks []BulkAsk) error {
	program := tx.AsProgram("plan reviews together")
	var pairs []pairKey
	for _, ask := range asks {
		ours, err := tx.VisibleOf(store.Systems, access.ReviewPlan, ask.SystemIDs)
		if err != nil {
			return err
		}
		for _, system := range ask.SystemIDs {
			if slices.Contains(ours, system) { // planning refuses the others, and says nothing of their reviews
				pairs = append(pairs, pairKey{ask.SupplierID, system})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pairKey) int {
		if c := slices.Compare(a.system[:], b.system[:]); c != 0 {
			return c
		}
		return slices.Compare(a.supplier[:], b.supplier[:])
	})
	for n, pair := range pairs {
		if n > 0 && pairs[n-1] == pair {
			return fault.Invalid("invalid").On("reviews", "review.system-twice")
		}
		held, err := holdPair(program, pair)
		if err != nil {
			return err
		}
		if held.OpenReviewID != nil {
			return fault.Conflict("bulk.meanwhile")
		}
	}
	return nil
}

func planOne(tx *store.Tx, b *Batch, in BulkInput, ask BulkAsk) error {
	r, err := planIn(tx, PlanInput{SupplierID: ask.SupplierID, SystemIDs: ask.SystemIDs, QuestionnaireCode: ask.QuestionnaireCode, DueOn: in.DueOn, ProgrammeID: in.ProgrammeID}, nil, "")
	if err != nil {
		return err
	}
	item := &BatchItem{Row: store.NewRow(), BatchID: b.ID, ReviewID: r.ID, Invited: append([]Invited{}, ask.Respondents...)}
	item.Version, item.CreatedAt = 1, tx.Now()
	return tx.AsProgram("plan reviews together").Insert(item)
}

// at says of which part of a bulk a fault is; the due date is of all.
func at(err error, location string) error {
	if f := fault.As(err); f != nil {
		for n, field := range f.Fields {
			if field.Location != "due_on" {
				f.Fields[n].Location = location + field.Location
			}
		}
	}
	return err
}

// StopBatch keeps the reviews of a batch from being issued: they stay planned.
func (s *Service) StopBatch(ctx context.Context, by access.Actor, id uuid.UUID) (*Batch, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Batch, error) {
		b, err := store.Lock[Batch](tx, id)
		if err != nil {
			return nil, err
		}
		if err := b.stop(by, tx.Now()); err != nil {
			return nil, err
		}
		return b, tx.Save(b, BatchStopped)
	})
}

// IssueBatch issues the reviews of a batch that has waited, each in a change of
// its own, as the person who asked for it. What is refused is recorded with its
// reason, and stays planned. It may run again: what is issued is left alone.
func (s *Service) IssueBatch(ctx context.Context, id uuid.UUID) error {
	program := access.Program("issue reviews together")
	type work struct {
		batch *Batch
		items []*BatchItem
		by    access.Actor
	}
	w, err := store.Read(ctx, s.db, program, func(tx *store.Tx) (w work, err error) {
		if w.batch, err = store.Find[Batch](tx, id); err != nil || w.batch.EndedAt != nil || w.batch.IssueAt == nil || tx.Now().Before(*w.batch.IssueAt) {
			return w, err
		}
		if w.items, err = store.Many[BatchItem](tx, "created_at, id", "batch_id = ? AND failure = ''", id); err != nil {
			return w, err
		}
		w.by = program
		if w.batch.MadeByID != nil && w.batch.MembershipID != nil {
			w.by, err = identity.ActingIn(tx, *w.batch.MadeByID, *w.batch.MembershipID)
		}
		if fault.Is(err, fault.KindUnauthenticated) { // has left: nobody asks any more
			w.by, err = access.Actor{}, nil
		}
		return w, err
	})
	if err != nil {
		return err
	}
	for _, item := range w.items {
		if err := s.issueItem(ctx, w.by, item); err != nil {
			return err
		}
	}
	_, err = store.Change(ctx, s.db, program, func(tx *store.Tx) (bool, error) {
		b, err := store.Lock[Batch](tx, id)
		if err != nil || b.EndedAt != nil || b.IssueAt == nil || tx.Now().Before(*b.IssueAt) {
			return false, err
		}
		now := tx.Now()
		b.EndedAt = &now
		return true, tx.Save(b, BatchIssued)
	})
	return err
}

func (s *Service) issueItem(ctx context.Context, by access.Actor, item *BatchItem) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		b, err := store.Share[Batch](tx.AsProgram("issue reviews together"), item.BatchID)
		if err != nil || b.EndedAt != nil { // stopped, or done by another run
			return false, err
		}
		r, err := reviewFor(tx, item.ReviewID, access.ReviewPlan, store.Lock[Review])
		if err != nil {
			return false, err
		}
		if !r.is(Planned) { // issued by hand, cancelled, or by an earlier run
			return false, nil
		}
		_, err = s.issueIn(tx, r, item.Invited)
		return err == nil, err
	})
	f := fault.As(err)
	if f == nil {
		return err
	}
	key := f.Key
	if len(f.Fields) > 0 {
		key = f.Fields[0].Key
	}
	_, err = store.Change(ctx, s.db, access.Program("issue reviews together"), func(tx *store.Tx) (bool, error) {
		return true, store.Query[BatchItem](tx).Where("id = ?", item.ID).Update("failure", key).Error
	})
	return err
}

// BatchDetail is a batch with its reviews.
type BatchDetail struct {
	*Batch
	Items []BatchReview
	Now   time.Time // whether it can be stopped is asked of this moment
}

// BatchReview is a review of a batch.
type BatchReview struct {
	*Detail
	Invited []Invited
	Failure string
}

// Batch gives one batch with its reviews.
func (s *Service) Batch(ctx context.Context, by access.Actor, id uuid.UUID) (*BatchDetail, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*BatchDetail, error) {
		b, err := store.Find[Batch](tx, id)
		if err != nil {
			return nil, err
		}
		items, err := store.Many[BatchItem](tx, "created_at, id", "batch_id = ?", id)
		if err != nil {
			return nil, err
		}
		ids := make([]uuid.UUID, len(items))
		for n, item := range items {
			ids[n] = item.ReviewID
		}
		rows, err := store.All[Review](tx, "reference", "id IN ?", ids)
		if err != nil {
			return nil, err
		}
		details, err := s.details(tx, rows)
		d := &BatchDetail{Batch: b, Now: tx.Now()}
		for _, detail := range details {
			at := slices.IndexFunc(items, func(i *BatchItem) bool { return i.ReviewID == detail.ID })
			d.Items = append(d.Items, BatchReview{detail, items[at].Invited, items[at].Failure})
		}
		return d, err
	})
}

// Batches lists the batches, the latest first.
func (s *Service) Batches(ctx context.Context, by access.Actor, p store.Paging) (store.List[*Batch], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Batch], error) {
		if by.OnSupplierSide() || !by.Holds(access.ReviewPlan) {
			return store.List[*Batch]{}, fault.Forbidden("forbidden")
		}
		return store.Paged[Batch](tx, store.Query[Batch](tx), p, store.Columns{"created_at": "created_at"}, "-created_at")
	})
}
