package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// Assessment is what a reviewer made of a review: the result as worked out,
// and the rating of each pair.
type Assessment struct {
	Card       questionnaire.Scorecard `json:"card"`
	Ratings    []PairAssessment        `json:"ratings"`
	AssessedBy string                  `json:"assessed_by"`
}

// PairAssessment is the rating of one pair: as worked out, or the reviewer's
// proposal with its reason.
type PairAssessment struct {
	SystemID  uuid.UUID            `json:"system_id"`
	WorkedOut questionnaire.Rating `json:"worked_out"`
	Rating    questionnaire.Rating `json:"rating"`
	Reason    string               `json:"reason,omitempty"`
}

// Rating gives the rating of a system, not rated where it has none.
func (a *Assessment) Rating(system uuid.UUID) questionnaire.Rating {
	for _, r := range a.Ratings {
		if r.SystemID == system {
			return r.Rating
		}
	}
	return questionnaire.NotRated
}

// Worst gives the worst of the systems' ratings.
func (a *Assessment) Worst() questionnaire.Rating {
	var ratings []questionnaire.Rating
	for _, r := range a.Ratings {
		ratings = append(ratings, r.Rating)
	}
	return questionnaire.WorstRating(ratings...)
}

// Proposal is a rating other than the worked-out one, with a reason.
type Proposal struct {
	SystemID uuid.UUID            `json:"system_id"`
	Rating   questionnaire.Rating `json:"rating"`
	Reason   string               `json:"reason"`
}

// AssessInput is what a reviewer adds to the worked-out result.
type AssessInput struct {
	Proposals           []Proposal `json:"proposals,omitempty"`
	AccuracyCheckDays   *int       `json:"accuracy_check_days,omitempty" nullable:"true"`
	AccuracyCheckReason string     `json:"accuracy_check_reason,omitempty" nullable:"true"`
}

// Assess fixes the rating, drafts a finding for each question judged not met,
// and shares the draft with the supplier's leads for the accuracy check.
func (s *Service) Assess(ctx context.Context, by access.Actor, id uuid.UUID, in AssessInput) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		d, err := s.forJudging(tx, id, access.ReviewJudge)
		if err != nil {
			return nil, err
		}
		r := d.review
		a := &Assessment{Card: d.score(), AssessedBy: by.Name}
		unjudged := questionnaire.Unjudged(d.sheet(), d.judged())
		if r.is(Submitted, InAssessment) && len(unjudged) == 0 {
			if err := a.propose(in.Proposals); err != nil {
				return nil, err
			}
		}
		if err := r.assess(a, unjudged, in.AccuracyCheckDays, in.AccuracyCheckReason, tx.Now()); err != nil {
			return nil, err
		}
		if err := d.draftFindings(tx); err != nil {
			return nil, err
		}
		if err := took(tx, id, ActAssessed); err != nil {
			return nil, err
		}
		if r.AssessmentDigest, err = d.digest(tx); err != nil {
			return nil, err
		}
		if err := s.mailLeads(tx, r, "accuracy_check"); err != nil {
			return nil, err
		}
		return r, tx.Save(r, ReviewAssessed)
	})
}

// propose takes the worked-out ratings and puts the reviewer's in their place.
func (a *Assessment) propose(proposals []Proposal) error {
	invalid := fault.Invalid("invalid")
	for i := range a.Card.Systems {
		score := &a.Card.Systems[i]
		pair := PairAssessment{SystemID: score.System, WorkedOut: score.WorkedOut, Rating: score.WorkedOut}
		for n, p := range proposals {
			if p.SystemID != score.System && (p.SystemID != uuid.Nil || len(a.Card.Systems) > 1) {
				continue
			}
			at := "proposals/" + itoa(n) + "/"
			if err := score.CheckProposal(p.Rating); err != nil {
				invalid.On(at+"rating", fault.As(err).Key)
			}
			if strings.TrimSpace(p.Reason) == "" && p.Rating != score.WorkedOut {
				invalid.On(at+"reason", "reason.missing")
			}
			pair.Rating, pair.Reason = p.Rating, p.Reason
		}
		a.Ratings = append(a.Ratings, pair)
	}
	for n, p := range proposals {
		if p.SystemID != uuid.Nil && a.Card.Of(p.SystemID) == nil {
			invalid.On("proposals/"+itoa(n)+"/system_id", "system.unknown")
		}
	}
	return invalid.OrNil()
}

// digest names all that a signature rests on: the ratings, the judgements and
// the findings.
func (d *dossier) digest(tx *store.Tx) (string, error) {
	findings, err := store.All[Finding](tx.AsProgram("digest an assessment"), "reference", "review_id = ?", d.review.ID)
	if err != nil {
		return "", err
	}
	var judgements []any
	for _, item := range d.sheet().Items {
		if j := d.judgements[item.Slot]; j != nil && item.Shown {
			judgements = append(judgements, []any{item.Slot.String(), j.Outcome, j.Basis, j.Version, j.Note, j.Feedback})
		}
	}
	var found []any
	for _, f := range findings {
		found = append(found, []any{f.Reference, f.Version, f.Severity, f.Title, f.Detail, f.SystemID, f.Slots, f.CommentOutcome, f.CommentReply})
	}
	body, err := json.Marshal([]any{d.review.ID, d.review.AssessedAt, d.review.Assessment, judgements, found})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}

// draftFindings replaces untouched drafts by one for each question judged not
// met that no finding speaks of yet. A draft is touched too by the supplier's
// comment on it and by an action about it.
func (d *dossier) draftFindings(tx *store.Tx) error {
	standing, err := store.All[Finding](tx, "reference", "review_id = ?", d.review.ID)
	if err != nil {
		return err
	}
	actions, err := store.Many[Action](tx, "id", "review_id = ? AND finding_id IS NOT NULL", d.review.ID)
	if err != nil {
		return err
	}
	var covered []questionnaire.Slot
	for _, f := range standing {
		planned := slices.ContainsFunc(actions, func(a *Action) bool { return *a.FindingID == f.ID })
		if !f.Drafted || f.SupplierComment != "" || planned {
			covered = append(covered, f.Slots...)
			continue
		}
		if err := tx.Delete(f, FindingDropped); err != nil {
			return err
		}
	}
	for _, item := range d.sheet().Items {
		j := d.judgements[item.Slot]
		if !item.Shown || j == nil || j.Outcome != questionnaire.NotMet || slices.Contains(covered, item.Slot) {
			continue
		}
		f := draftOf(d.review.ID, &item, j)
		if err := f.recognise(tx, d.review); err != nil {
			return err
		}
		if f.Reference, err = tx.NextReference("FND", true); err != nil {
			return err
		}
		if err := tx.Create(f, FindingDrafted); err != nil {
			return err
		}
	}
	return nil
}

// draftOf words a finding from its question: the yardstick says what is wrong,
// the reviewer's feedback, where it is judged, what was seen.
func draftOf(review uuid.UUID, item *questionnaire.Item, j *Judgement) *Finding {
	q, title, wrong, seen := item.Question, lang.Text{En: "Not met: ", Cy: "Nis bodlonwyd: "}, item.Question.Judging.NotMet, lang.Text{}
	if j != nil {
		seen = j.Feedback
	}
	if j != nil && j.Outcome == questionnaire.PartlyMet {
		title, wrong = lang.Text{En: "Partly met: ", Cy: "Bodlonwyd yn rhannol: "}, q.Judging.PartlyMet
	}
	severity := Low
	switch {
	case q.Essential:
		severity = High
	case q.Weight >= 3:
		severity = Medium
	}
	requirements := q.Requirements
	if requirements == nil {
		requirements = []string{}
	}
	return &Finding{ReviewID: review, SystemID: item.Slot.System, Severity: severity, Drafted: true,
		Title: lang.Text{En: title.En + q.Text.En, Cy: title.Cy + q.Text.Cy},
		Detail: lang.Text{
			En: strings.TrimSpace(wrong.En + "\n\n" + seen.En),
			Cy: strings.TrimSpace(wrong.Cy + "\n\n" + seen.Cy),
		},
		SourceLanguage: lang.English, Slots: []questionnaire.Slot{item.Slot}, Requirements: requirements}
}
