package review

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
)

// The transitions of a review: pure, guards first. The services around them
// load, call, save.

// accuracyCheckDays is how long a supplier has to check the draft.
const accuracyCheckDays = 14

// wrongState names the state that stands in the way.
func (r *Review) wrongState() error {
	return fault.Conflict("review.wrong-state", fault.Args{"State": string(r.State)})
}

func (r *Review) is(states ...State) bool { return slices.Contains(states, r.State) }

func (r *Review) enter(s State, at time.Time) { r.State, r.WaitingSince = s, at }

func (r *Review) issue(facts *questionnaire.Facts, version uuid.UUID, at time.Time) error {
	if !r.is(Planned) {
		return r.wrongState()
	}
	r.FactsAtIssue, r.QuestionnaireVersionID, r.IssuedAt = facts, version, &at
	r.enter(Issued, at)
	return nil
}

// openToAnswer refuses an answer where the review does not take one: before
// submission every question is open; while returned, those returned and those
// shown now that were not shown at the last submission.
func (r *Review) openToAnswer(slot questionnaire.Slot, shown bool) error {
	switch {
	case r.is(Issued, InProgress):
		return nil
	case !r.is(Returned):
		return r.wrongState()
	case slices.Contains(r.ReturnedSlots, slot), shown && !slices.Contains(r.SubmittedSlots, slot):
		return nil
	}
	return fault.Conflict("review.question-not-returned", fault.Args{"State": string(r.State)})
}

func (r *Review) begin(at time.Time) {
	if r.State == Issued {
		r.enter(InProgress, at)
	}
}

// Attestation is what a lead declares at submission.
type Attestation struct {
	StatementAgreed bool
	Name            string
	JobTitle        string
}

func (a Attestation) check() error {
	invalid := fault.Invalid("invalid")
	if !a.StatementAgreed {
		invalid.On("statement_agreed", "attestation.not-agreed")
	}
	if strings.TrimSpace(a.Name) == "" {
		invalid.On("name", "attestation.name-missing")
	}
	if strings.TrimSpace(a.JobTitle) == "" {
		invalid.On("job_title", "attestation.job-title-missing")
	}
	return invalid.OrNil()
}

func (r *Review) submit(sheet *questionnaire.Sheet, at time.Time) error {
	if !r.is(InProgress, Returned) {
		return r.wrongState()
	}
	if missing := sheet.Missing(); len(missing) > 0 {
		refused := fault.Invalid("review.unanswered", fault.Args{"Count": len(missing)})
		for _, slot := range missing {
			refused.On("answers/"+slot.String(), "answer.missing")
		}
		return refused
	}
	r.SubmittedSlots, r.ReturnedSlots = sheet.Shown(), nil
	r.SubmittedAt = &at
	if r.FirstSubmittedAt == nil {
		r.FirstSubmittedAt = &at
	}
	r.enter(Submitted, at)
	return nil
}

func (r *Review) beginAssessment(at time.Time) error {
	if !r.is(Submitted, InAssessment) {
		return r.wrongState()
	}
	if r.State == Submitted {
		waiting := r.WaitingSince
		r.enter(InAssessment, at)
		r.WaitingSince = waiting // it has waited for the reviewer since it was submitted
	}
	return nil
}

func (r *Review) returnTo(sheet *questionnaire.Sheet, slots []questionnaire.Slot, message lang.Text, at time.Time) error {
	if !r.is(Submitted, InAssessment) {
		return r.wrongState()
	}
	invalid := fault.Invalid("invalid")
	if len(slots) == 0 {
		invalid.On("questions", "return.questions-missing")
	}
	for _, slot := range slots {
		if !slices.Contains(sheet.Shown(), slot) {
			invalid.On("questions", "return.question-not-shown", fault.Args{"Question": slot.String()})
		}
	}
	if message.Empty() {
		invalid.On("message", "message.missing")
	}
	if err := invalid.OrNil(); err != nil {
		return err
	}
	r.ReturnedSlots = slots
	r.enter(Returned, at)
	return nil
}

// assess fixes the assessment and shares it for the accuracy check, of the
// usual days or fewer with a reason. A desk review has no supplier to check it.
func (r *Review) assess(a *Assessment, unjudged []questionnaire.Slot, days *int, reason string, at time.Time) error {
	if !r.is(InAssessment, Submitted) {
		return r.wrongState()
	}
	if len(unjudged) > 0 {
		refused := fault.Conflict("review.unjudged", fault.Args{"State": string(r.State), "Count": len(unjudged)})
		for _, slot := range unjudged {
			refused.On("judgements/"+slot.String(), "judgement.missing")
		}
		return refused
	}
	length := accuracyCheckDays
	if r.Kind == Desk {
		length = 0
	}
	if days != nil && r.Kind != Desk {
		switch {
		case *days < 0 || *days > 90:
			return fault.Invalid("invalid").On("accuracy_check_days", "accuracy-check.days-range")
		case *days < accuracyCheckDays && strings.TrimSpace(reason) == "":
			return fault.Invalid("invalid").On("accuracy_check_reason", "reason.missing")
		}
		length = *days
	}
	r.Assessment, r.AssessedAt = a, &at
	r.AccuracyCheckUntil = calendar.On(at).AddDays(length)
	r.SharedAt = &at
	r.enter(Assessed, at)
	return nil
}

// checkSignable refuses a signature before the accuracy check has ended or on
// another assessment than the one that stands.
func (r *Review) checkSignable(digest string, at time.Time) error {
	switch {
	case !r.is(Assessed):
		return r.wrongState()
	case calendar.On(at) < r.AccuracyCheckUntil:
		return fault.Conflict("review.accuracy-check-open", fault.Args{"State": string(r.State), "Until": string(r.AccuracyCheckUntil)})
	case digest != r.AssessmentDigest:
		return fault.Stale(r)
	}
	return nil
}

// signedByAll ends the review; a request to cancel that not every host agreed
// to has lapsed with it.
func (r *Review) signedByAll(facts *questionnaire.Facts, at time.Time) {
	r.EndReason, r.CancelAskedByID, r.CancelAgreedBy = "", nil, []uuid.UUID{}
	r.FactsAtSignOff, r.SignedOffAt, r.EndedAt = facts, &at, &at
	r.enter(SignedOff, at)
}

func (r *Review) sendBack(message lang.Text, at time.Time) error {
	if !r.is(Assessed) {
		return r.wrongState()
	}
	if message.Empty() {
		return fault.Invalid("invalid").On("message", "message.missing")
	}
	r.SharedAt = nil // what is worked on anew is shared anew
	r.enter(InAssessment, at)
	return nil
}

func (r *Review) close(because, reason string, at time.Time) error {
	if !r.is(Issued, InProgress, Returned) {
		return r.wrongState()
	}
	invalid := fault.Invalid("invalid")
	if because != "declined" && because != "no_answer" {
		invalid.On("because", "close.because-unknown")
	}
	if strings.TrimSpace(reason) == "" {
		invalid.On("reason", "reason.missing")
	}
	if err := invalid.OrNil(); err != nil {
		return err
	}
	r.ClosedBecause, r.EndReason, r.EndedAt = because, reason, &at
	r.enter(Closed, at)
	return nil
}

// askToCancel cancels before submission; from then on it waits until an
// approver of each host agrees too. It reports whether the review is cancelled.
func (r *Review) askToCancel(by uuid.UUID, reason string, at time.Time) (bool, error) {
	if r.is(SignedOff, Closed, Cancelled) {
		return false, r.wrongState()
	}
	if strings.TrimSpace(reason) == "" {
		return false, fault.Invalid("invalid").On("reason", "reason.missing")
	}
	r.EndReason, r.CancelAskedByID, r.CancelAgreedBy = reason, &by, []uuid.UUID{}
	if r.FirstSubmittedAt == nil {
		r.cancelled(at)
		return true, nil
	}
	return false, nil
}

// agreeToCancel adds the agreement of hosts, and cancels once all have agreed.
func (r *Review) agreeToCancel(agreeing, all []uuid.UUID, at time.Time) (bool, error) {
	if r.is(SignedOff, Closed, Cancelled) {
		return false, r.wrongState()
	}
	if r.CancelAskedByID == nil {
		return false, fault.Conflict("review.cancel-not-asked", fault.Args{"State": string(r.State)})
	}
	for _, host := range agreeing {
		if !slices.Contains(r.CancelAgreedBy, host) {
			r.CancelAgreedBy = append(r.CancelAgreedBy, host)
		}
	}
	for _, host := range all {
		if !slices.Contains(r.CancelAgreedBy, host) {
			return false, nil
		}
	}
	r.cancelled(at)
	return true, nil
}

func (r *Review) cancelled(at time.Time) {
	r.EndedAt = &at
	r.enter(Cancelled, at)
}
