package review

import (
	"context"
	"math/big"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// Detail is a review as one reader may see it: what that reader may not see is
// nil. It is what the pages and the API show.
type Detail struct {
	ID                uuid.UUID             `json:"id"`
	Reference         string                `json:"reference"`
	Version           int                   `json:"version"`
	Kind              Kind                  `json:"kind"`
	State             State                 `json:"state"`
	SupplierID        uuid.UUID             `json:"supplier_id"`
	SupplierName      string                `json:"supplier_name"`
	SystemIDs         []uuid.UUID           `json:"system_ids"`
	Systems           []NamedSystem         `json:"systems"`
	QuestionnaireCode string                `json:"questionnaire_code"`
	AskedBy           lang.Text             `json:"asked_by"`
	OwnerID           *uuid.UUID            `json:"owner_id"`
	DueOn             calendar.Date         `json:"due_on"`
	FirstDueOn        calendar.Date         `json:"first_due_on"`
	ReviewerIDs       []uuid.UUID           `json:"reviewer_ids"`
	Reviewers         []identity.Colleague  `json:"reviewers"`
	Respondents       []RespondentView      `json:"respondents"`
	Progress          *Progress             `json:"progress"`
	Ratings           []RatingView          `json:"ratings"`
	Rating            *questionnaire.Rating `json:"rating"`
	ClaimedScore      *float64              `json:"claimed_score"`
	AssessmentDigest  *string               `json:"assessment_digest"`
	AccuracyCheck     *calendar.Date        `json:"accuracy_check_until"`
	SignOffs          []SignOffView         `json:"sign_offs"`
	Hosts             []uuid.UUID           `json:"-"`
	WaitingFor        *WaitingFor           `json:"waiting_for"`
	WaitingSince      *time.Time            `json:"waiting_since"`
	Overdue           bool                  `json:"overdue"`
	CorrectsID        *uuid.UUID            `json:"corrects_id"`
	CorrectionReason  string                `json:"correction_reason,omitempty"`
	Returns           []ReturnView          `json:"returns"`
	Unjudged          *int                  `json:"unjudged"`
	CancelAsked       bool                  `json:"cancel_asked"`
	CancelOwn         bool                  `json:"-"` // asked by its reader, who does not agree to it
	RemindersStopped  bool                  `json:"reminders_stopped"`
	ClosedBecause     string                `json:"closed_because,omitempty"`
	EndReason         string                `json:"end_reason,omitempty"`
	IssuedAt          *time.Time            `json:"issued_at"`
	SubmittedAt       *time.Time            `json:"submitted_at"`
	AssessedAt        *time.Time            `json:"assessed_at"`
	SignedOffAt       *time.Time            `json:"signed_off_at"`
	CreatedAt         time.Time             `json:"created_at"`
	// Minutes is how long the questions shown take that are not answered yet.
	Minutes int `json:"minutes_left"`
}

// Waits names whom the review waits for in the words of a page: while a desk
// review is answered, an official.
func (d *Detail) Waits() string {
	if d.WaitingFor == nil {
		return ""
	}
	if d.Kind == Desk && (d.State == Issued || d.State == InProgress || d.State == Returned) {
		return "official"
	}
	return string(*d.WaitingFor)
}

// NamedSystem is a system by its names.
type NamedSystem struct {
	ID        uuid.UUID `json:"id"`
	Reference string    `json:"reference"`
	Name      lang.Text `json:"name"`
}

// Progress counts the questions of a review.
type Progress struct {
	Answered int `json:"answered"`
	Shown    int `json:"shown"`
	Required int `json:"required"`
}

// RatingView is the rating of one system as a reader may see it.
type RatingView struct {
	SystemID  uuid.UUID             `json:"system_id"`
	Score     *float64              `json:"score"` // 0 to 1, rounded down to four places
	WorkedOut *questionnaire.Rating `json:"worked_out"`
	Rating    questionnaire.Rating  `json:"rating"`
	CappedBy  []questionnaire.Cap   `json:"capped_by"`
	Reason    string                `json:"reason,omitempty"`
}

// RespondentView is a person of the supplier who was asked.
type RespondentView struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	Email      string     `json:"email"`
	Language   lang.Tag   `json:"language"`
	Lead       bool       `json:"lead"`
	Sections   []string   `json:"sections"`
	InvitedAt  time.Time  `json:"invited_at"`
	AcceptedAt *time.Time `json:"accepted_at"`
	BouncedAt  *time.Time `json:"bounced_at"`
	LastSeenAt *time.Time `json:"last_seen_at"`
	UserID     *uuid.UUID `json:"-"`
	// SuggestedName and SuggestedEmail are of whom the person asked says should
	// have been.
	SuggestedName  string `json:"suggested_name,omitempty"`
	SuggestedEmail string `json:"suggested_email,omitempty"`
}

// SignOffView is a host's decision.
type SignOffView struct {
	ID                 uuid.UUID   `json:"id"`
	HostOrganisationID uuid.UUID   `json:"host_organisation_id"`
	Decision           Decision    `json:"decision"`
	Conditions         []Condition `json:"conditions"`
	IntervalMonths     int         `json:"interval_months"`
	AssessmentDigest   string      `json:"assessment_digest"`
	Name               string      `json:"name"`
	JobTitle           string      `json:"job_title"`
	Organisation       string      `json:"organisation"`
	SignedAs           string      `json:"signed_as"`
	DeputyOf           string      `json:"deputy_of,omitempty"`
	SignedAt           time.Time   `json:"signed_at"`
	VoidedAt           *time.Time  `json:"voided_at"`
	VoidedBecause      string      `json:"voided_because,omitempty"`
}

// ReturnView is what was asked to be answered again.
type ReturnView struct {
	Questions  []questionnaire.Slot `json:"questions"`
	Message    lang.Text            `json:"message"`
	ReturnedBy string               `json:"returned_by"`
	ReturnedAt time.Time            `json:"returned_at"`
}

// Review gives one review as the actor may see it.
func (s *Service) Review(ctx context.Context, by access.Actor, id uuid.UUID) (*Detail, error) {
	d, err := store.Read(ctx, s.db, by, func(tx *store.Tx) (*Detail, error) {
		r, err := store.Find[Review](tx, id)
		if err != nil {
			return nil, err
		}
		details, err := s.details(tx, []*Review{r})
		if err != nil {
			return nil, err
		}
		return details[0], nil
	})
	if err == nil && by.OnSupplierSide() {
		s.seen(ctx, by, d)
	}
	return d, err
}

// related is what belongs to a page of reviews, loaded at once.
type related struct {
	suppliers   map[uuid.UUID]*inventory.Supplier
	reviewers   map[uuid.UUID][]*Reviewer
	respondents map[uuid.UUID][]*Respondent
	sections    map[uuid.UUID][]string
	signOffs    map[uuid.UUID][]*SignOff
	returns     map[uuid.UUID][]*Return
	answerable  map[uuid.UUID]bool
}

func (s *Service) details(tx *store.Tx, reviews []*Review) ([]*Detail, error) {
	if len(reviews) == 0 {
		return []*Detail{}, nil
	}
	dossiers, err := s.openAll(tx, reviews)
	if err != nil {
		return nil, err
	}
	rel, err := relate(tx, reviews)
	if err != nil {
		return nil, err
	}
	organisations, err := organisationNames(tx)
	if err != nil {
		return nil, err
	}
	details := make([]*Detail, len(reviews))
	for i, d := range dossiers {
		details[i] = d.detail(tx, rel)
		details[i].AskedBy = organisations[valueOrNil(d.review.AskedByID)]
	}
	return details, nil
}

func relate(tx *store.Tx, reviews []*Review) (*related, error) {
	rel := &related{suppliers: map[uuid.UUID]*inventory.Supplier{}, reviewers: map[uuid.UUID][]*Reviewer{},
		respondents: map[uuid.UUID][]*Respondent{}, sections: map[uuid.UUID][]string{},
		signOffs: map[uuid.UUID][]*SignOff{}, returns: map[uuid.UUID][]*Return{}, answerable: map[uuid.UUID]bool{}}
	var ids, supplierIDs []uuid.UUID
	for _, r := range reviews {
		ids, supplierIDs = append(ids, r.ID), append(supplierIDs, r.SupplierID)
	}
	suppliers, err := store.All[inventory.Supplier](tx.AsProgram("name suppliers"), "", "id IN ?", supplierIDs)
	if err != nil {
		return nil, err
	}
	for _, supplier := range suppliers {
		rel.suppliers[supplier.ID] = supplier
	}
	readable, err := tx.VisibleOf(store.Reviews, access.AnswersRead, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range readable {
		rel.answerable[id] = true
	}
	return rel, rel.load(tx, ids)
}

func (rel *related) load(tx *store.Tx, ids []uuid.UUID) error {
	reviewers, err := store.Many[Reviewer](tx, "name, user_id", "review_id IN ?", ids)
	if err != nil {
		return err
	}
	for _, row := range reviewers {
		rel.reviewers[row.ReviewID] = append(rel.reviewers[row.ReviewID], row)
	}
	respondents, err := store.Many[Respondent](tx, "created_at, id", "review_id IN ?", ids)
	if err != nil {
		return err
	}
	for _, row := range respondents {
		rel.respondents[row.ReviewID] = append(rel.respondents[row.ReviewID], row)
	}
	sections, err := store.Many[GivenSection](tx, "created_at, id", "review_id IN ?", ids)
	if err != nil {
		return err
	}
	for _, row := range sections {
		rel.sections[row.RespondentID] = append(rel.sections[row.RespondentID], row.Section)
	}
	signOffs, err := store.Many[SignOff](tx, "created_at, id", "review_id IN ?", ids)
	if err != nil {
		return err
	}
	for _, row := range signOffs {
		rel.signOffs[row.ReviewID] = append(rel.signOffs[row.ReviewID], row)
	}
	returns, err := store.Many[Return](tx, "created_at DESC, id DESC", "review_id IN ?", ids)
	for _, row := range returns {
		rel.returns[row.ReviewID] = append(rel.returns[row.ReviewID], row)
	}
	return err
}

func (d *dossier) detail(tx *store.Tx, rel *related) *Detail {
	r, by, today := d.review, tx.By(), calendar.On(tx.Now())
	sheet := d.sheet()
	answered, shown, required := sheet.Progress()
	waiting := r.WaitingFor(today)
	v := &Detail{
		ID: r.ID, Reference: r.Reference, Version: r.Version, Kind: r.Kind, State: r.State, SupplierID: r.SupplierID,
		QuestionnaireCode: r.QuestionnaireCode, DueOn: r.DueOn, FirstDueOn: r.FirstDueOn, CreatedAt: r.CreatedAt,
		Progress: &Progress{answered, shown, required}, Overdue: r.Overdue(today), CorrectsID: r.CorrectsID,
		CorrectionReason: r.CorrectionReason, ClosedBecause: r.ClosedBecause, EndReason: r.EndReason, IssuedAt: r.IssuedAt,
		SubmittedAt: r.SubmittedAt, CancelAsked: r.CancelAskedByID != nil && r.Open(), CancelOwn: valueOrNil(r.CancelAskedByID) == by.UserID,
		RemindersStopped: r.RemindersStopped,
		SystemIDs:        []uuid.UUID{}, ReviewerIDs: []uuid.UUID{}, Reviewers: []identity.Colleague{},
		Respondents: []RespondentView{}, Ratings: []RatingView{}, SignOffs: []SignOffView{}, Returns: []ReturnView{},
	}
	if waiting != WaitsForNobody {
		v.WaitingFor, v.WaitingSince = &waiting, &r.WaitingSince
	}
	if supplier := rel.suppliers[r.SupplierID]; supplier != nil {
		v.SupplierName = supplier.Name
	}
	for _, system := range d.systems {
		v.SystemIDs = append(v.SystemIDs, system.ID)
		v.Systems = append(v.Systems, NamedSystem{system.ID, system.Reference, system.Name})
	}
	for _, item := range sheet.Items {
		if item.Shown && !item.Complete {
			v.Minutes += item.Question.Minutes
		}
	}
	d.addPeople(v, rel)
	respondentOnly := by.OnSupplierSide() && !by.Has(access.SupplierLead)
	if !respondentOnly {
		d.addResult(v, tx, rel)
	}
	if !by.OnSupplierSide() {
		v.OwnerID, v.Hosts = r.OwnerID, d.hosts()
		if r.is(Submitted, InAssessment) {
			n := len(questionnaire.Unjudged(sheet, d.judged()))
			v.Unjudged = &n
		}
	}
	return v
}

func (d *dossier) addPeople(v *Detail, rel *related) {
	for _, row := range rel.reviewers[d.review.ID] {
		v.ReviewerIDs = append(v.ReviewerIDs, row.UserID)
		v.Reviewers = append(v.Reviewers, identity.Colleague{ID: row.UserID, Name: row.Name})
	}
	for _, row := range rel.respondents[d.review.ID] {
		v.Respondents = append(v.Respondents, RespondentView{ID: row.ID, Name: row.Name, Email: row.Email, Language: row.Language,
			Lead: row.Lead, Sections: rel.sections[row.ID], InvitedAt: row.InvitedAt, AcceptedAt: row.AcceptedAt,
			BouncedAt: row.BouncedAt, LastSeenAt: row.LastSeenAt, UserID: row.UserID,
			SuggestedName: row.SuggestedName, SuggestedEmail: row.SuggestedEmail})
	}
	for _, row := range rel.returns[d.review.ID] {
		v.Returns = append(v.Returns, ReturnView{row.Slots, row.Message, row.ReturnedBy, row.CreatedAt})
	}
}

// addResult adds ratings and signatures. A supplier sees the rating once the
// accuracy check begins; scores and signatures once all have signed; what its
// answers claim never.
func (d *dossier) addResult(v *Detail, tx *store.Tx, rel *related) {
	r, supplier := d.review, tx.By().OnSupplierSide()
	final := r.SignedOffAt != nil
	standing := r.Assessment != nil && r.is(Assessed, SignedOff)
	if standing && (!supplier || r.SharedAt != nil) {
		worst := r.Assessment.Worst()
		v.Rating, v.AssessedAt, v.AccuracyCheck = &worst, r.AssessedAt, &r.AccuracyCheckUntil
		for _, pair := range r.Assessment.Ratings {
			rating := RatingView{SystemID: pair.SystemID, Rating: pair.Rating, CappedBy: []questionnaire.Cap{}}
			if score := r.Assessment.Card.Of(pair.SystemID); score != nil && (!supplier || final) {
				rating.Score, rating.CappedBy = rounded(score.Score), score.CappedBy
			}
			if !supplier || final {
				rating.WorkedOut, rating.Reason = &pair.WorkedOut, pair.Reason
			}
			v.Ratings = append(v.Ratings, rating)
		}
	}
	if !supplier && standing {
		v.AssessmentDigest = &r.AssessmentDigest
	}
	if !supplier && rel.answerable[r.ID] {
		v.ClaimedScore = d.claimed()
	}
	if final {
		v.SignedOffAt = r.SignedOffAt
	}
	for _, row := range rel.signOffs[r.ID] {
		v.SignOffs = append(v.SignOffs, SignOffView{ID: row.ID, HostOrganisationID: row.HostOrganisationID, Decision: row.Decision,
			Conditions: row.Conditions, IntervalMonths: row.IntervalMonths, AssessmentDigest: row.AssessmentDigest, Name: row.Name,
			JobTitle: row.JobTitle, Organisation: row.Organisation, SignedAs: row.SignedAs, DeputyOf: row.DeputyOf, SignedAt: row.CreatedAt,
			VoidedAt: row.VoidedAt, VoidedBecause: row.VoidedBecause})
	}
}

// claimed gives the lowest of the systems' claimed scores.
func (d *dossier) claimed() *float64 {
	var lowest *big.Rat
	for _, score := range questionnaire.Claimed(d.def, d.facts, d.given()) {
		if score != nil && (lowest == nil || score.Cmp(lowest) < 0) {
			lowest = score
		}
	}
	return rounded(lowest)
}

// rounded gives a score for readers, rounded down to four places.
func rounded(score *big.Rat) *float64 {
	if score == nil {
		return nil
	}
	scaled := new(big.Int).Mul(score.Num(), big.NewInt(10_000))
	value := float64(scaled.Quo(scaled, score.Denom()).Int64()) / 10_000
	return &value
}
