package review

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// FindingInput is what a reviewer or official writes of a finding.
type FindingInput struct {
	SystemID uuid.UUID            `json:"system_id,omitempty"`
	Severity Severity             `json:"severity"`
	Title    lang.Text            `json:"title"`
	Detail   lang.Text            `json:"detail,omitempty"`
	Slots    []questionnaire.Slot `json:"questions,omitempty"`
}

func (in *FindingInput) check(d *dossier) error {
	if in.Slots == nil {
		in.Slots = []questionnaire.Slot{}
	}
	invalid := fault.Invalid("invalid")
	if !slices.Contains(Severities, in.Severity) {
		invalid.On("severity", "finding.severity-unknown")
	}
	if in.Title.Empty() {
		invalid.On("title.en", "finding.title-missing")
	}
	sheet := d.sheet()
	for _, slot := range in.Slots {
		if sheet.Item(slot) == nil {
			invalid.On("questions", "finding.question-unknown")
		}
	}
	ofReview := slices.ContainsFunc(d.facts.Systems, func(f questionnaire.SystemFacts) bool { return f.ID == in.SystemID })
	if in.SystemID != uuid.Nil && !ofReview {
		invalid.On("system_id", "system.unknown")
	}
	return invalid.OrNil()
}

func (f *Finding) apply(in FindingInput, d *dossier) {
	f.SystemID, f.Severity, f.Title, f.Detail, f.Slots = in.SystemID, in.Severity, in.Title, in.Detail, in.Slots
	f.SourceLanguage, f.Drafted = sourceOf(in.Title), false
	f.Requirements = []string{}
	for _, slot := range in.Slots {
		if q := d.def.Question(slot.Key); q != nil {
			f.Requirements = append(f.Requirements, q.Requirements...)
		}
	}
}

// findingsOpen refuses a finding where the review does not take one: from the
// submission until the sign-off.
func (r *Review) findingsOpen() error {
	if !r.is(Submitted, Returned, InAssessment, Assessed) {
		return r.wrongState()
	}
	return nil
}

// AddFinding writes a finding of one's own.
func (s *Service) AddFinding(ctx context.Context, by access.Actor, review uuid.UUID, in FindingInput) (*Finding, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Finding, error) {
		d, err := s.forJudging(tx, review, access.FindingWrite)
		if err != nil {
			return nil, err
		}
		if err := d.review.findingsOpen(); err != nil {
			return nil, err
		}
		if err := in.check(d); err != nil {
			return nil, err
		}
		f := &Finding{ReviewID: review}
		f.apply(in, d)
		if err := f.recognise(tx, d.review); err != nil {
			return nil, err
		}
		if f.Reference, err = tx.NextReference("FND", true); err != nil {
			return nil, err
		}
		if err := tx.Create(f, FindingAdded); err != nil {
			return nil, err
		}
		return f, d.findingsChanged(tx)
	})
}

// recognise notes the latest finding of an earlier, signed review of the
// supplier that is about one of the same questions, of the same system. What a
// desk review found the supplier was not told, so it repeats nothing to it.
func (f *Finding) recognise(tx *store.Tx, r *Review) error {
	program := tx.AsProgram("recognise a finding")
	signed := store.Query[Review](program).Select("id").Where("supplier_id = ? AND state = ? AND kind = ? AND id NOT IN ?", r.SupplierID, SignedOff, r.Kind,
		[]uuid.UUID{r.ID, valueOrNil(r.CorrectsID)})
	earlier, err := store.Many[Finding](program, "created_at DESC, id DESC", "review_id IN (?)", signed)
	f.Repeats = ""
	for _, before := range earlier {
		if f.Repeats == "" && slices.ContainsFunc(before.Slots, func(slot questionnaire.Slot) bool { return slices.Contains(f.Slots, slot) }) {
			f.Repeats = before.Reference
		}
	}
	return err
}

// DraftFinding words a finding from a question, in both languages, for a
// reviewer or official to edit; nothing is kept yet.
func (s *Service) DraftFinding(ctx context.Context, by access.Actor, review uuid.UUID, slot questionnaire.Slot) (FindingInput, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (FindingInput, error) {
		r, err := reviewFor(tx, review, access.FindingWrite, store.Find[Review])
		if err != nil {
			return FindingInput{}, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return FindingInput{}, err
		}
		item := d.sheet().Item(slot)
		if item == nil {
			return FindingInput{}, fault.NotFound()
		}
		f := draftOf(review, item, d.judgements[slot])
		return FindingInput{SystemID: f.SystemID, Severity: f.Severity, Title: f.Title, Detail: f.Detail, Slots: f.Slots}, nil
	})
}

// ChangeFinding changes a finding that stands at the version, until sign-off;
// edit is given what stands.
func (s *Service) ChangeFinding(ctx context.Context, by access.Actor, id uuid.UUID, version int, edit func(*FindingInput) error) (*Finding, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Finding, error) {
		f, d, err := s.findingFor(tx, id)
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(f, version); err != nil {
			return nil, err
		}
		in := FindingInput{SystemID: f.SystemID, Severity: f.Severity, Title: f.Title, Detail: f.Detail, Slots: f.Slots}
		if err := edit(&in); err != nil {
			return nil, err
		}
		if err := in.check(d); err != nil {
			return nil, err
		}
		f.apply(in, d)
		if err := tx.Save(f, FindingChanged); err != nil {
			return nil, err
		}
		return f, d.findingsChanged(tx)
	})
}

func (s *Service) findingFor(tx *store.Tx, id uuid.UUID) (*Finding, *dossier, error) {
	f, err := store.Find[Finding](tx, id)
	if err != nil {
		return nil, nil, err
	}
	d, err := s.forJudging(tx, f.ReviewID, access.FindingWrite)
	if err != nil {
		return nil, nil, err
	}
	if f, err = store.Lock[Finding](tx, id); err != nil {
		return nil, nil, err
	}
	return f, d, d.review.findingsOpen()
}

// findingsChanged records who wrote, and what follows.
func (d *dossier) findingsChanged(tx *store.Tx) error {
	if err := took(tx, d.review.ID, ActFinding); err != nil {
		return err
	}
	return d.assessmentChanged(tx)
}

// assessmentChanged makes signatures on the former assessment void, where the
// findings are others now.
func (d *dossier) assessmentChanged(tx *store.Tx) error {
	if d.review.State != Assessed {
		return nil
	}
	digest, err := d.digest(tx)
	if err != nil || digest == d.review.AssessmentDigest {
		return err
	}
	d.review.AssessmentDigest = digest
	if err := voidSignOffs(tx, d.review, "finding-changed"); err != nil {
		return err
	}
	return tx.AsProgram("change an assessment").Save(d.review, AssessmentChanged)
}

// Comment is what the supplier says of a finding in the accuracy check. It
// takes back what became of an earlier comment.
func (s *Service) Comment(ctx context.Context, by access.Actor, id uuid.UUID, comment string) (*Finding, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Finding, error) {
		f, err := store.Find[Finding](tx, id)
		if err != nil {
			return nil, err
		}
		if !by.OnSupplierSide() || !by.Has(access.SupplierLead) {
			return nil, fault.Forbidden("forbidden")
		}
		r, err := store.Lock[Review](tx, f.ReviewID)
		if err != nil {
			return nil, err
		}
		if f, err = store.Lock[Finding](tx, id); err != nil {
			return nil, err
		}
		today := calendar.On(tx.Now())
		if r.State != Assessed || today > r.AccuracyCheckUntil {
			return nil, fault.Conflict("review.accuracy-check-over", fault.Args{"State": string(r.State)})
		}
		comment = strings.TrimSpace(comment)
		if comment == "" {
			return nil, fault.Invalid("invalid").On("comment", "comment.missing")
		}
		if len(comment) > questionnaire.MaxTextLength {
			return nil, fault.Invalid("invalid").On("comment", "text.too-long", fault.Args{"Max": questionnaire.MaxTextLength})
		}
		f.SupplierComment, f.CommentedBy, f.CommentOutcome, f.CommentReply = comment, by.Name, "", lang.Text{}
		if err := tx.Save(f, FindingCommented); err != nil {
			return nil, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		return f, d.assessmentChanged(tx)
	})
}

// ResolveComment accepts or rejects the supplier's comment.
func (s *Service) ResolveComment(ctx context.Context, by access.Actor, id uuid.UUID, outcome string, reply lang.Text) (*Finding, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Finding, error) {
		f, d, err := s.findingFor(tx, id)
		if err != nil {
			return nil, err
		}
		if f.SupplierComment == "" {
			return nil, fault.Conflict("finding.no-comment", fault.Args{"State": string(d.review.State)})
		}
		if outcome != "accepted" && outcome != "rejected" {
			return nil, fault.Invalid("invalid").On("outcome", "comment.outcome-unknown")
		}
		if outcome == "rejected" && reply.Empty() {
			return nil, fault.Invalid("invalid").On("reply.en", "reason.missing")
		}
		f.CommentOutcome, f.CommentReply = outcome, reply
		if err := tx.Save(f, CommentResolved); err != nil {
			return nil, err
		}
		return f, d.findingsChanged(tx)
	})
}

// Finding gives one finding.
func (s *Service) Finding(ctx context.Context, by access.Actor, id uuid.UUID) (*Finding, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Finding, error) { return store.Find[Finding](tx, id) })
}
