package review

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/risk"
	"sicrwydd/models/store"
)

// Report gives what the report of a review says: the fixed record once it is
// signed off, a draft until then. That it was read is recorded. A supplier gets
// its own rendition, once there is a record of it.
func (s *Service) Report(ctx context.Context, by access.Actor, id uuid.UUID) (*Snapshot, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Snapshot, error) {
		rendition := ForBoard
		if by.OnSupplierSide() {
			rendition = ForSupplier
		}
		kept, err := store.All[Report](tx, "created_at DESC", "review_id = ? AND rendition = ?", id, rendition)
		if err != nil {
			return nil, err
		}
		if len(kept) > 0 {
			snapshot := kept[0].Snapshot
			if kept[0].SupersededByID != nil {
				snapshot.State = "superseded"
			}
			return snapshot, tx.Seen(kept[0], ReportRead)
		}
		r, err := reviewFor(tx, id, access.ReportDraft, store.Find[Review])
		if err != nil {
			return nil, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		snapshot, err := s.snapshot(tx, d, ForBoard)
		if err != nil {
			return nil, err
		}
		snapshot.Draft = true
		return snapshot, tx.Seen(r, ReportRead)
	})
}

// ReportSummary is a published report as its readers find it in a list.
type ReportSummary struct {
	ID           uuid.UUID
	ReviewID     uuid.UUID
	Reference    string
	SupplierName string
	Systems      []lang.Text
	Rating       questionnaire.Rating
	SignedOffAt  time.Time
	Superseded   bool
}

// Reports lists the fixed reports that the actor may read, newest first.
func (s *Service) Reports(ctx context.Context, by access.Actor, p store.Paging) (store.List[ReportSummary], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[ReportSummary], error) {
		q := store.Query[Report](tx)
		if !by.OnSupplierSide() {
			q = q.Where("rendition = ?", ForBoard)
		}
		rows, err := store.Paged[Report](tx, q, p, store.Columns{"created_at": "created_at", "reference": "reference"}, "-created_at")
		list := store.List[ReportSummary]{Next: rows.Next, Total: rows.Total, Items: []ReportSummary{}}
		for _, row := range rows.Items {
			summary := ReportSummary{ID: row.ID, ReviewID: row.ReviewID, Reference: row.Reference, Rating: row.Snapshot.Rating,
				SupplierName: row.Snapshot.Supplier.Name.String(), SignedOffAt: row.CreatedAt, Superseded: row.SupersededByID != nil}
			for _, system := range row.Snapshot.Systems {
				summary.Systems = append(summary.Systems, system.Name)
			}
			list.Items = append(list.Items, summary)
		}
		return list, err
	})
}

// fixReports keeps both renditions as they are at sign-off, and publishes the
// board's to the organisations that host or use the systems.
func (s *Service) fixReports(tx *store.Tx, d *dossier) error {
	program := tx.AsProgram("fix the reports of a review")
	for _, rendition := range []Rendition{ForBoard, ForSupplier} {
		if rendition == ForSupplier && d.review.Kind == Desk {
			continue
		}
		snapshot, err := s.snapshot(program, d, rendition)
		if err != nil {
			return err
		}
		body, err := json.Marshal(snapshot)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		report := &Report{ReviewID: d.review.ID, Rendition: rendition, Snapshot: snapshot, Digest: hex.EncodeToString(sum[:])}
		if report.Reference, err = tx.NextReference("REP", true); err != nil {
			return err
		}
		if err := program.Create(report, ReportFixed); err != nil {
			return err
		}
		if rendition == ForBoard {
			if err := publish(program, report, d); err != nil {
				return err
			}
		}
		if err := supersede(program, d.review, report); err != nil {
			return err
		}
	}
	return nil
}

func publish(tx *store.Tx, report *Report, d *dossier) error {
	readers := d.hosts()
	for _, system := range d.systems {
		uses, err := store.All[inventory.Use](tx, "created_at, id", "system_id = ?", system.ID)
		if err != nil {
			return err
		}
		for _, use := range uses {
			if !slices.Contains(readers, use.OrganisationID) {
				readers = append(readers, use.OrganisationID)
			}
		}
	}
	for _, organisation := range readers {
		row := &ReportReader{Row: store.NewRow(), ReportID: report.ID, OrganisationID: &organisation}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.Insert(row); err != nil {
			return err
		}
	}
	return nil
}

// supersede marks the report of the review that this one corrects.
func supersede(tx *store.Tx, r *Review, by *Report) error {
	if r.CorrectsID == nil {
		return nil
	}
	former, err := store.All[Report](tx, "", "review_id = ? AND rendition = ?", *r.CorrectsID, by.Rendition)
	if err != nil {
		return err
	}
	for _, old := range former {
		old.SupersededByID = &by.ID
		if err := tx.Save(old, ReportSuperseded); err != nil {
			return err
		}
	}
	return nil
}

// snapshot takes down what a report of the review says now.
func (s *Service) snapshot(tx *store.Tx, d *dossier, rendition Rendition) (*Snapshot, error) {
	tx = tx.AsProgram("take down a report")
	r := d.review
	snap := &Snapshot{At: tx.Now(), Rendition: rendition, Reference: r.Reference, Kind: r.Kind, State: r.State,
		FirstDueOn: r.FirstDueOn, DueOn: r.DueOn, IssuedAt: r.IssuedAt, SubmittedAt: r.SubmittedAt, AssessedAt: r.AssessedAt,
		SignedOffAt: r.SignedOffAt, CorrectionReason: r.CorrectionReason, EndReason: r.EndReason,
		RuleVersion: questionnaire.RuleVersion, Rating: questionnaire.NotRated, Reviewers: []string{}}
	if r.Assessment != nil {
		snap.Rating = r.Assessment.Worst()
	}
	names, err := organisationNames(tx)
	if err != nil {
		return nil, err
	}
	snap.AskedBy = names[valueOrNil(r.AskedByID)]
	previous, err := s.previous(tx, d, rendition)
	if err != nil {
		return nil, err
	}
	if err := s.describe(tx, d, snap); err != nil {
		return nil, err
	}
	if snap.Systems, err = d.systemSnaps(tx, rendition, names, previous); err != nil {
		return nil, err
	}
	if previous != nil {
		snap.Previous = &PreviousSnap{Reference: previous.review.Reference, SignedOffOn: calendar.On(valueOf(previous.review.SignedOffAt))}
		if snap.Previous.Open, err = openActions(tx, previous.review.ID); err != nil {
			return nil, err
		}
	}
	snap.Questions = d.questionSnaps(previous)
	if err := d.addFindings(tx, snap); err != nil {
		return nil, err
	}
	return snap, d.addSignOffs(tx, snap, names)
}

// describe adds who and what.
func (s *Service) describe(tx *store.Tx, d *dossier, snap *Snapshot) error {
	r := d.review
	supplier, err := store.Find[inventory.Supplier](tx, r.SupplierID)
	if err != nil {
		return err
	}
	snap.Supplier = NamedThing{supplier.Reference, lang.Text{En: supplier.Name, Cy: supplier.Name}}
	version, err := questionnaire.VersionIn(tx, r.QuestionnaireVersionID)
	if err != nil {
		return err
	}
	snap.Questionnaire = QuestionnaireSnap{Code: r.QuestionnaireCode, Title: d.def.Title, Number: version.Number, Digest: version.Digest}
	reviewers, err := store.Many[Reviewer](tx, "name, user_id", "review_id = ?", r.ID)
	if err != nil {
		return err
	}
	for _, reviewer := range reviewers {
		snap.Reviewers = append(snap.Reviewers, reviewer.Name)
	}
	receipts, err := store.Many[Receipt](tx, "number DESC", "review_id = ?", r.ID)
	if err != nil {
		return err
	}
	if len(receipts) > 0 && receipts[0].Attested {
		snap.AttestedBy = strings.Join([]string{receipts[0].Name, receipts[0].JobTitle, receipts[0].Organisation}, ", ")
	}
	if r.CorrectsID != nil {
		corrected, err := store.Find[Review](tx, *r.CorrectsID)
		if err != nil {
			return err
		}
		snap.Supersedes = corrected.Reference
	}
	return nil
}

// previous opens the last signed review of the same supplier over one of the
// same systems, nil where there is none. Of desk reviews the supplier is not told.
func (s *Service) previous(tx *store.Tx, d *dossier, rendition Rendition) (*dossier, error) {
	var ids []uuid.UUID
	for _, system := range d.systems {
		ids = append(ids, system.ID)
	}
	before := valueOf(d.review.SignedOffAt)
	if before.IsZero() {
		before = tx.Now()
	}
	kinds := []Kind{OfSupplier}
	if rendition != ForSupplier {
		kinds = append(kinds, Desk)
	}
	reviews, err := store.All[Review](tx, "signed_off_at DESC", `supplier_id = ? AND id <> ? AND state = ? AND signed_off_at < ? AND kind IN ?
		AND id IN (?)`, d.review.SupplierID, d.review.ID, SignedOff, before, kinds,
		store.Query[Coverage](tx).Select("review_id").Where("system_id IN ?", ids))
	if err != nil || len(reviews) == 0 {
		return nil, err
	}
	return s.open(tx, reviews[0])
}

func (d *dossier) systemSnaps(tx *store.Tx, rendition Rendition, names map[uuid.UUID]lang.Text, previous *dossier) ([]SystemSnap, error) {
	told, err := incident.LastTold(tx, []uuid.UUID{d.review.SupplierID})
	if err != nil {
		return nil, err
	}
	criticals, err := store.Count[Finding](tx, "review_id = ? AND severity = ?", d.review.ID, Critical)
	if err != nil {
		return nil, err
	}
	card := d.score()
	var snaps []SystemSnap
	for _, system := range d.systems {
		snap := SystemSnap{ID: system.ID, Reference: system.Reference, Name: system.Name, Purpose: system.Purpose,
			Host: names[system.HostOrganisationID], Tier: system.Tier, TierProvisional: system.TierProvisional,
			Criticality: system.Criticality, PeopleCount: system.PeopleCount, Exposure: string(system.Exposure),
			HostingKind: string(system.Hosting.Kind), UsedBy: []lang.Text{}, Rating: questionnaire.NotRated}
		if score := card.Of(system.ID); score != nil {
			snap.Score, snap.Rating = *score, score.WorkedOut
		}
		if system.DataCategories != nil {
			snap.DataCategories = []string{}
		}
		for _, c := range system.DataCategories {
			snap.DataCategories = append(snap.DataCategories, string(c))
		}
		d.addRating(&snap, previous)
		if rendition == ForBoard {
			var at *time.Time
			if day := told[d.review.SupplierID]; day != "" {
				t := day.Time()
				at = &t
			}
			snap.Before = risk.Inherent(system.Consequence, system.Exposure, at, tx.Now())
			snap.After = risk.Residual(snap.Before, risk.Shown{Rating: snap.Rating, CriticalFinding: criticals > 0})
			if err := addUsers(tx, &snap, names); err != nil {
				return nil, err
			}
		}
		snaps = append(snaps, snap)
	}
	return snaps, nil
}

// addRating puts the assessed rating over the one worked out now, and what it
// was the last time.
func (d *dossier) addRating(snap *SystemSnap, previous *dossier) {
	if a := d.review.Assessment; a != nil {
		for _, pair := range a.Ratings {
			if pair.SystemID == snap.ID {
				snap.Rating, snap.ProposalReason = pair.Rating, pair.Reason
			}
		}
	}
	if previous == nil || previous.review.Assessment == nil {
		return
	}
	if score := previous.review.Assessment.Card.Of(snap.ID); score != nil {
		snap.PreviousRating = previous.review.Assessment.Rating(snap.ID)
		if score.Score != nil {
			percent := questionnaire.Percent(score.Score)
			snap.PreviousScore = &percent
		}
	}
}

func addUsers(tx *store.Tx, snap *SystemSnap, names map[uuid.UUID]lang.Text) error {
	uses, err := store.All[inventory.Use](tx, "created_at, id", "system_id = ?", snap.ID)
	for _, use := range uses {
		snap.UsedBy = append(snap.UsedBy, names[use.OrganisationID])
	}
	slices.SortFunc(snap.UsedBy, func(a, b lang.Text) int { return strings.Compare(a.En, b.En) })
	return err
}

func (d *dossier) questionSnaps(previous *dossier) []QuestionSnap {
	var snaps []QuestionSnap
	for _, item := range d.sheet().Items {
		if !item.Shown {
			continue
		}
		snap := QuestionSnap{Slot: item.Slot, Section: item.Section.Key, SectionTitle: item.Section.Title, Text: item.Question.Text,
			Essential: item.Question.Essential}
		if j := d.judgements[item.Slot]; j != nil {
			snap.Outcome, snap.Basis, snap.Feedback, snap.CarriedFrom = j.Outcome, j.Basis, j.Feedback, j.CarriedFrom
		}
		if previous != nil {
			now, then := d.answers[item.Slot], previous.answers[item.Slot]
			snap.Changed = now != nil && (then == nil || !bytes.Equal(now.Value, then.Value))
			if j := previous.judgements[item.Slot]; j != nil {
				snap.PreviousOutcome = j.Outcome
			}
		}
		snaps = append(snaps, snap)
	}
	return snaps
}

func (d *dossier) addFindings(tx *store.Tx, snap *Snapshot) error {
	findings, err := store.All[Finding](tx, "reference", "review_id = ?", d.review.ID)
	if err != nil {
		return err
	}
	system := map[uuid.UUID]lang.Text{}
	for _, one := range d.systems {
		system[one.ID] = one.Name
	}
	references := map[uuid.UUID]string{}
	slices.SortStableFunc(findings, func(a, b *Finding) int {
		return slices.Index(Severities, a.Severity) - slices.Index(Severities, b.Severity)
	})
	for _, f := range findings {
		references[f.ID] = f.Reference
		snap.Findings = append(snap.Findings, FindingSnap{Reference: f.Reference, Severity: f.Severity, Title: f.Title,
			Detail: f.Detail, System: system[f.SystemID], Requirements: f.Requirements, SupplierComment: f.SupplierComment,
			CommentOutcome: f.CommentOutcome, CommentReply: f.CommentReply})
	}
	actions, err := store.All[Action](tx, "due_on, reference", "review_id = ? AND state <> ?", d.review.ID, ActionDropped)
	for _, a := range actions {
		snap.Actions = append(snap.Actions, ActionSnap{Reference: a.Reference, Text: a.Text, Owner: a.OwnerName, DueOn: a.DueOn,
			State: a.State, Finding: references[valueOrNil(a.FindingID)], Condition: a.SignOffID != nil})
	}
	return err
}

// openActions are those of a review that are not verified yet.
func openActions(tx *store.Tx, review uuid.UUID) ([]ActionSnap, error) {
	rows, err := store.All[Action](tx, "due_on, reference", "review_id = ? AND state IN ?", review, []ActionState{ActionOpen, ActionCompleted})
	var open []ActionSnap
	for _, a := range rows {
		open = append(open, ActionSnap{Reference: a.Reference, Text: a.Text, Owner: a.OwnerName, DueOn: a.DueOn, State: a.State, Condition: a.SignOffID != nil})
	}
	return open, err
}

func (d *dossier) addSignOffs(tx *store.Tx, snap *Snapshot, names map[uuid.UUID]lang.Text) error {
	signOffs, err := store.All[SignOff](tx, "created_at, id", "review_id = ? AND voided_at IS NULL", d.review.ID)
	for _, row := range signOffs {
		snap.SignOffs = append(snap.SignOffs, SignOffSnap{Host: names[row.HostOrganisationID], SignedAs: row.SignedAs, DeputyOf: row.DeputyOf,
			Decision: row.Decision, Conditions: row.Conditions, IntervalMonths: row.IntervalMonths,
			CurrentUntil: calendar.On(row.CreatedAt).AddMonths(row.IntervalMonths), Name: row.Name, JobTitle: row.JobTitle,
			Organisation: row.Organisation, At: row.CreatedAt})
	}
	return err
}
