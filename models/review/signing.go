package review

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// How somebody signs for a host.
const (
	SignedAsHost     = "host"
	SignedInItsPlace = "in_its_place" // the organisation that signs for it
	SignedNationally = "national"
)

// conditionDays is how long there is to meet a condition without a date.
const conditionDays = 90

// intervalOf is how many months a rating of a tier holds.
func intervalOf(tier int) int {
	switch tier {
	case 1, 2:
		return 12
	case 3:
		return 24
	}
	return 36
}

// signers are those who may sign for a host, in the first of three ways that
// has anybody.
type signers struct {
	people []identity.Colleague
	places []*uuid.UUID
	as     string
}

// includes reports whether the actor, in the membership acted in, is one.
func (s signers) includes(by access.Actor) bool {
	return slices.ContainsFunc(s.people, func(c identity.Colleague) bool { return c.ID == by.UserID }) &&
		slices.ContainsFunc(s.places, func(p *uuid.UUID) bool {
			return p == nil && by.National() || p != nil && *p == by.OrganisationID
		})
}

// signersFor finds who may sign for a host: its approvers who took no part;
// where it has none, those of the organisation that signs for it; else
// national ones.
func signersFor(tx *store.Tx, r *Review, host uuid.UUID) (signers, error) {
	organisation, err := store.Find[directory.Organisation](tx.AsProgram("find who may sign"), host)
	if err != nil {
		return signers{}, err
	}
	own := []*uuid.UUID{&host}
	if organisation.Kind == directory.HostedBody && organisation.ParentID != nil {
		own = append(own, organisation.ParentID)
	}
	ways := []signers{{places: own, as: SignedAsHost}}
	if organisation.SignedForByID != nil {
		ways = append(ways, signers{places: []*uuid.UUID{organisation.SignedForByID}, as: SignedInItsPlace})
	}
	ways = append(ways, signers{places: []*uuid.UUID{nil}, as: SignedNationally})
	for _, way := range ways {
		approvers, err := identity.HoldersIn(tx, access.Approver, way.places...)
		if err != nil {
			return signers{}, err
		}
		for _, approver := range approvers {
			part, err := tookPart(tx, r.ID, approver.ID, everyAct...)
			if err != nil {
				return signers{}, err
			}
			if !part {
				way.people = append(way.people, approver)
			}
		}
		if len(way.people) > 0 {
			return way, nil
		}
	}
	return signers{}, nil
}

// everyAct is every way of taking part that bars from signing.
var everyAct = []Act{ActAnswered, ActUploaded, ActAttested, ActJudged, ActReturned, ActAssessed, ActFinding}

// SignInput is an approver's decision on one assessment.
type SignInput struct {
	Decision         Decision    `json:"decision"`
	AssessmentDigest string      `json:"assessment_digest"`
	Conditions       []Condition `json:"conditions,omitempty"`
	IntervalMonths   *int        `json:"interval_months,omitempty" nullable:"true"`
}

func (in *SignInput) check(longest int, today calendar.Date) error {
	invalid := fault.Invalid("invalid")
	in.Conditions = datedConditions(in.Conditions, today, invalid)
	switch {
	case !slices.Contains([]Decision{Rely, RelyWithConditions, DoNotRely}, in.Decision):
		invalid.On("decision", "decision.unknown")
	case in.Decision == RelyWithConditions && len(in.Conditions) == 0:
		invalid.On("conditions", "decision.conditions-missing")
	case in.Decision != RelyWithConditions && len(in.Conditions) > 0:
		invalid.On("conditions", "decision.conditions-elsewhere")
	}
	if in.IntervalMonths == nil {
		in.IntervalMonths = &longest
	}
	if *in.IntervalMonths < 1 || *in.IntervalMonths > longest {
		invalid.On("interval_months", "decision.interval-range", fault.Args{"Max": longest})
	}
	return invalid.OrNil()
}

// datedConditions gives the conditions that say something, each with its day;
// a day that is none, has passed, or belongs to no words is noted.
func datedConditions(asked []Condition, today calendar.Date, invalid *fault.Error) []Condition {
	conditions := []Condition{}
	for i, c := range asked {
		at := "conditions/" + itoa(i) + "/due_on"
		_, isDay := calendar.Parse(string(c.DueOn))
		switch {
		case c.DueOn == "":
			c.DueOn = today.AddDays(conditionDays)
		case c.Empty():
			invalid.On(at, "decision.condition-without-words")
		case !isDay:
			invalid.On(at, "date.wrong")
		case c.DueOn < today:
			invalid.On(at, "decision.condition-past")
		}
		if !c.Empty() {
			conditions = append(conditions, c)
		}
	}
	return conditions
}

// SignOff decides for the systems that the actor's organisation hosts (or that
// it signs for). The decision takes effect for them at once; when all hosts
// have signed, the review is signed off and its reports are fixed.
func (s *Service) SignOff(ctx context.Context, by access.Actor, id uuid.UUID, in SignInput) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewSign, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		if err := d.maySign(tx); err != nil {
			return nil, err
		}
		if err := r.checkSignable(in.AssessmentDigest, tx.Now()); err != nil {
			return nil, err
		}
		signed, err := standingSignOffs(tx, r.ID)
		if err != nil {
			return nil, err
		}
		if err := d.sign(tx, in, signed); err != nil {
			return nil, err
		}
		return r, s.finishSigning(tx, d)
	})
}

// maySign refuses who took part, before the state is told: who may never sign
// this review is told so.
func (d *dossier) maySign(tx *store.Tx) error {
	part, err := tookPart(tx, d.review.ID, tx.By().UserID, everyAct...)
	if err != nil || part {
		return orForbidden(err, "sign-off.took-part")
	}
	return nil
}

// signsForOne refuses who may sign for none of the hosts.
func (d *dossier) signsForOne(tx *store.Tx) error {
	for _, host := range d.hosts() {
		who, err := signersFor(tx, d.review, host)
		if err != nil || who.includes(tx.By()) {
			return err
		}
	}
	return fault.Forbidden("sign-off.not-for-you")
}

func (d *dossier) sign(tx *store.Tx, in SignInput, signed map[uuid.UUID]*SignOff) error {
	var mine []uuid.UUID
	ways := map[uuid.UUID]string{}
	already := false
	for _, host := range d.hosts() {
		who, err := signersFor(tx, d.review, host)
		if err != nil {
			return err
		}
		switch {
		case !who.includes(tx.By()):
		case signed[host] != nil:
			already = true
		default:
			mine, ways[host] = append(mine, host), who.as
		}
	}
	switch {
	case len(mine) == 0 && already:
		return fault.Conflict("sign-off.already", fault.Args{"State": string(d.review.State)})
	case len(mine) == 0:
		return fault.Forbidden("sign-off.not-for-you")
	}
	for _, host := range mine {
		if err := d.signFor(tx, host, ways[host], in); err != nil {
			return err
		}
	}
	return nil
}

// signFor records the decision for one host and lets it take effect.
func (d *dossier) signFor(tx *store.Tx, host uuid.UUID, as string, in SignInput) error {
	longest := 36
	for _, system := range d.systems {
		if system.HostOrganisationID == host {
			longest = min(longest, intervalOf(system.Tier))
		}
	}
	if err := in.check(longest, calendar.On(tx.Now())); err != nil {
		return err
	}
	by := tx.By()
	user, err := store.Find[identity.User](tx.AsProgram("name the signer"), by.UserID)
	if err != nil {
		return err
	}
	organisation, err := organisationOf(tx, by.OrganisationID)
	if err != nil {
		return err
	}
	deputyOf, err := d.deputyOf(tx)
	if err != nil {
		return err
	}
	signOff := &SignOff{DeputyOf: deputyOf, ReviewID: d.review.ID, HostOrganisationID: host, SignedAs: as, Decision: in.Decision,
		Conditions: in.Conditions, IntervalMonths: *in.IntervalMonths, AssessmentDigest: in.AssessmentDigest,
		SignedByID: by.UserID, Name: user.Name, JobTitle: user.JobTitle, Organisation: organisation.String()}
	if err := tx.Create(signOff, Signed); err != nil {
		return err
	}
	if err := d.takeEffect(tx, signOff); err != nil {
		return err
	}
	for _, condition := range in.Conditions {
		action := &Action{ReviewID: d.review.ID, SignOffID: &signOff.ID, Side: SupplierSide, Text: condition.Text,
			SourceLanguage: sourceOf(condition.Text), DueOn: condition.DueOn, State: ActionOpen}
		if err := createAction(tx, action); err != nil {
			return err
		}
	}
	return nil
}

// deputyOf names the approver in whose place the actor signs, empty for the
// actor's own. Whoever took part is not signed for either.
func (d *dossier) deputyOf(tx *store.Tx) (string, error) {
	approver, err := identity.DeputyOf(tx)
	if err != nil || approver == nil {
		return "", err
	}
	part, err := tookPart(tx, d.review.ID, approver.ID, everyAct...)
	if err != nil || part {
		return "", orForbidden(err, "sign-off.took-part")
	}
	return approver.Name, nil
}

func (d *dossier) takeEffect(tx *store.Tx, signOff *SignOff) error {
	today := calendar.On(tx.Now())
	for _, system := range d.systems {
		rating := d.review.Assessment.Rating(system.ID)
		if system.HostOrganisationID != signOff.HostOrganisationID || rating == questionnaire.NotRated {
			continue
		}
		row := &PairRating{Row: store.NewRow(), SupplierID: d.review.SupplierID, SystemID: system.ID, ReviewID: d.review.ID,
			SignOffID: signOff.ID, Rating: rating, Decision: signOff.Decision, EffectiveOn: today,
			CurrentUntil: today.AddMonths(signOff.IntervalMonths)}
		row.Version, row.CreatedAt = 1, tx.Now()
		if err := tx.AsProgram("let a sign-off take effect").Insert(row); err != nil {
			return err
		}
	}
	return restandReview(tx, d.review)
}

// standingSignOffs gives the sign-offs that are not void, by host.
func standingSignOffs(tx *store.Tx, review uuid.UUID) (map[uuid.UUID]*SignOff, error) {
	rows, err := store.All[SignOff](tx.AsProgram("read sign-offs"), "created_at, id", "review_id = ? AND voided_at IS NULL", review)
	byHost := map[uuid.UUID]*SignOff{}
	for _, row := range rows {
		byHost[row.HostOrganisationID] = row
	}
	return byHost, err
}

// finishSigning ends the review when every host has signed; until then the
// others are still waited for.
func (s *Service) finishSigning(tx *store.Tx, d *dossier) error {
	signed, err := standingSignOffs(tx, d.review.ID)
	if err != nil {
		return err
	}
	program := tx.AsProgram("finish a review")
	for _, host := range d.hosts() {
		if signed[host] == nil {
			return nil
		}
	}
	facts, err := gatherFacts(program, d.review.SupplierID, d.systems)
	if err != nil {
		return err
	}
	d.review.signedByAll(&facts, tx.Now())
	if err := keepStanding(program, d.review, ReviewSignedOff); err != nil {
		return err
	}
	if err := s.fixReports(tx, d); err != nil {
		return err
	}
	return s.mailLeads(tx, d.review, "signed_off")
}

// SendBack gives the review back to its reviewers; all signatures of the
// assessment become void.
func (s *Service) SendBack(ctx context.Context, by access.Actor, id uuid.UUID, message lang.Text) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewSign, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		if err := d.maySign(tx); err != nil {
			return nil, err
		}
		if err := d.signsForOne(tx); err != nil {
			return nil, err
		}
		if err := r.sendBack(message, tx.Now()); err != nil {
			return nil, err
		}
		if err := voidSignOffs(tx, r, "sent-back"); err != nil {
			return nil, err
		}
		row := &Message{ReviewID: id, Side: Internal, Text: message.String(), Language: sourceOf(message), WrittenByID: by.UserID, WrittenBy: by.Name}
		if err := tx.AsProgram("send back").Create(row, MessageWritten); err != nil {
			return nil, err
		}
		return r, tx.Save(r, ReviewSentBack)
	})
}

// voidSignOffs takes back what the signatures of a review did: the former
// ratings stand again, open actions from conditions go. Their record stays.
func voidSignOffs(tx *store.Tx, r *Review, because string) error {
	program := tx.AsProgram("make sign-offs void")
	rows, err := store.All[SignOff](program, "", "review_id = ? AND voided_at IS NULL", r.ID)
	if err != nil {
		return err
	}
	now := tx.Now()
	for _, row := range rows {
		row.VoidedAt, row.VoidedBecause = &now, because
		if err := program.Save(row, SignOffVoided); err != nil {
			return err
		}
		err := store.Query[PairRating](program).Where("sign_off_id = ? AND taken_back_at IS NULL", row.ID).Update("taken_back_at", now).Error
		if err != nil {
			return err
		}
		actions, err := store.All[Action](program, "", "sign_off_id = ? AND state = ?", row.ID, ActionOpen)
		if err != nil {
			return err
		}
		for _, action := range actions {
			action.State = ActionDropped
			if err := program.Save(action, ActionWithdrawn); err != nil {
				return err
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return restandReview(program, r)
}
