package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/calendar"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// rules say what is wrong after a step, or nothing.
var rules = []func(w *walk, s turn) string{
	(*walk).everythingIsRecordedAndARefusalChangesNothing,
	(*walk).statesFollowEachOther,
	(*walk).noAnswerIsLost,
	(*walk).noJudgementStandsOverAChange,
	(*walk).answersAreTakenWhereTheyAreOpen,
	(*walk).nobodyChecksTheirOwnWork,
	(*walk).signaturesAreOfTheAssessmentThatStands,
	(*walk).onlyWhoMaySignSigns,
	(*walk).effectsFollowTheSignatures,
	(*walk).standingsAreWorkedOutAnewByEachChange,
	(*walk).assessmentsAreComplete,
	(*walk).findingsThatWereTouchedStay,
	(*walk).whatIsFixedStays,
	(*walk).reportsAreOfSignedReviews,
}

func (w *walk) everythingIsRecordedAndARefusalChangesNothing(s turn) string {
	told := s.after.events > s.before.events
	switch {
	case !s.accepted && (s.changed() || told):
		return "refused, and the rows changed"
	case s.accepted && s.changed() && !told:
		return "the rows changed, and no event tells of it"
	case s.accepted && !s.changed() && !s.act.quiet:
		return "accepted, and nothing changed"
	}
	return ""
}

var lifeCycle = map[State][]State{
	Planned: {Issued, Cancelled}, Issued: {InProgress, Closed, Cancelled}, InProgress: {Submitted, Closed, Cancelled},
	Submitted: {InAssessment, Returned, Assessed, Cancelled}, Returned: {Submitted, Closed, Cancelled},
	InAssessment: {Assessed, Returned, Cancelled}, Assessed: {SignedOff, InAssessment, Cancelled},
}

func (w *walk) statesFollowEachOther(s turn) string {
	from, r := s.before.review.State, s.after.review
	if from != r.State && !slices.Contains(lifeCycle[from], r.State) {
		return fmt.Sprintf("from %s to %s", from, r.State)
	}
	if from != Cancelled && r.State == Cancelled && r.FirstSubmittedAt != nil {
		for _, host := range w.hosts {
			if !slices.Contains(r.CancelAgreedBy, w.places[host]) {
				return "cancelled after submission, and not every host agreed"
			}
		}
	}
	return ""
}

func (w *walk) noAnswerIsLost(s turn) string {
	for _, was := range s.before.answers {
		if s.after.answer(was.Slot()) == nil {
			return "an answer is gone: " + was.QuestionKey
		}
	}
	for _, a := range s.after.answers {
		next := 1
		for _, c := range s.after.changes {
			if c.AnswerID != a.ID {
				continue
			}
			if c.Version != next || text(c.Value, c.Comment, c.Origin) != w.values[a.ID][next] {
				return fmt.Sprintf("revision %d of %s is not kept as it was", next, a.QuestionKey)
			}
			next++
		}
		if a.Version != next || text(a.Value, a.Comment, a.Origin) != w.values[a.ID][next] {
			return fmt.Sprintf("%s is at revision %d, and %d are kept", a.QuestionKey, a.Version, next-1)
		}
	}
	return ""
}

func (w *walk) noJudgementStandsOverAChange(s turn) string {
	shown := w.shown(s.after)
	standing := map[uuid.UUID]bool{}
	for _, j := range s.after.judgements {
		standing[j.ID] = true
		if made := w.rested[fmt.Sprint(j.ID, j.Version)]; made != s.after.under(j) {
			return fmt.Sprintf("a judgement of %s made over %s stands over %s", j.QuestionKey, made, s.after.under(j))
		}
		if s.after.review.State != Returned && s.after.review.Open() && !slices.Contains(shown, j.Slot()) {
			return "a judgement of a hidden question: " + j.QuestionKey
		}
	}
	for _, j := range s.before.judgements {
		hidden := s.act.name == "submit" && !slices.Contains(shown, j.Slot())
		if !standing[j.ID] && !hidden && s.before.under(j) == s.after.under(j) {
			return "a judgement is gone, and nothing under it changed: " + j.QuestionKey
		}
	}
	return ""
}

func (w *walk) answersAreTakenWhereTheyAreOpen(s turn) string {
	if !s.changed() || !slices.Contains([]string{"answer", "upload", "remove evidence"}, s.act.name) {
		return ""
	}
	isNew := slices.Contains(w.shown(s.before), w.slot) && !slices.Contains(w.submitted, w.slot)
	switch {
	case s.before.review.is(Issued, InProgress):
	case s.before.review.State != Returned, !slices.Contains(w.returned, w.slot) && !isNew:
		return "taken where it was not open: " + w.slot.String()
	}
	if s.who != "respondent" {
		return ""
	}
	for _, p := range s.before.respondents {
		for _, given := range s.before.sections {
			if p.UserID != nil && *p.UserID == w.people[s.who].UserID && given.RespondentID == p.ID && given.Section == w.slot.Key[:len(given.Section)] {
				return ""
			}
		}
	}
	return "taken from a respondent who was not given the section: " + w.slot.String()
}

func (w *walk) nobodyChecksTheirOwnWork(s turn) string {
	recorded := map[string][]Act{}
	for _, p := range s.after.took {
		for name, person := range w.people {
			if person.UserID == p.UserID {
				recorded[name] = append(recorded[name], p.Act)
			}
		}
	}
	for name := range w.people {
		took := w.took[name]
		slices.Sort(recorded[name])
		if slices.Sort(took); !slices.Equal(took, recorded[name]) {
			return fmt.Sprintf("%s took part as %v, and %v is recorded", name, took, recorded[name])
		}
		answered := slices.ContainsFunc(took, func(a Act) bool { return a == ActAnswered || a == ActUploaded || a == ActAttested })
		judged := slices.ContainsFunc(took, func(a Act) bool { return a == ActJudged || a == ActReturned || a == ActAssessed || a == ActFinding })
		switch {
		case answered && judged:
			return fmt.Sprintf("%s answered and judged: %v", name, took)
		case judged && name == s.who && name == "former lead" && calendar.On(w.now) <= left.AddMonths(24):
			return "who left the supplier less than 24 months ago judged it"
		}
	}
	for _, signed := range s.after.signed {
		for name, person := range w.people {
			if person.UserID == signed.SignedByID && len(w.took[name]) > 0 && signed.VoidedAt == nil {
				return fmt.Sprintf("%s, whose signature stands, took part: %v", name, w.took[name])
			}
		}
	}
	return ""
}

func (w *walk) signaturesAreOfTheAssessmentThatStands(s turn) string {
	r := s.after.review
	hosts := map[uuid.UUID]bool{}
	for _, signed := range s.after.signed {
		switch {
		case signed.VoidedAt != nil:
		case !r.is(Assessed, SignedOff):
			return "a signature stands, and the review is " + string(r.State)
		case signed.AssessmentDigest != s.after.digest:
			return "a signature stands on another assessment"
		case hosts[signed.HostOrganisationID]:
			return "a host signed twice"
		default:
			hosts[signed.HostOrganisationID] = true
		}
	}
	if r.is(Assessed, SignedOff) && r.AssessmentDigest != s.after.digest {
		return "the digest is not of the assessment"
	}
	if all := len(hosts) == len(w.hosts); all != (r.State == SignedOff) {
		return fmt.Sprintf("%d of %d hosts signed, and the review is %s", len(hosts), len(w.hosts), r.State)
	}
	return ""
}

// signersOf works out anew who may sign for a host, and as what: its own
// approvers, those who sign in its place, or national ones; never who took part.
func (w *walk) signersOf(host string) (people []string, as string) {
	own := map[string][]string{"cardiff": {"siro", "reviewing siro"}, "gwent": {"solo"}}[host]
	inPlace := map[string][]string{"velindre": {"deputy"}}[host]
	for i, way := range [][]string{own, inPlace, {"national", "jack of all trades"}} {
		for _, name := range way {
			if len(w.took[name]) == 0 {
				people = append(people, name)
			}
		}
		if len(people) > 0 {
			return people, []string{SignedAsHost, SignedInItsPlace, SignedNationally}[i]
		}
	}
	return nil, ""
}

func (w *walk) onlyWhoMaySignSigns(s turn) string {
	if !s.accepted {
		return ""
	}
	before := map[uuid.UUID]bool{}
	for _, signed := range s.before.signed {
		before[signed.ID] = true
	}
	mayAny := false
	for _, host := range w.hosts {
		people, as := w.signersOf(host)
		mayAny = mayAny || slices.Contains(people, s.who)
		for _, signed := range s.after.signed {
			if !before[signed.ID] && signed.HostOrganisationID == w.places[host] && (!slices.Contains(people, s.who) || signed.SignedAs != as) {
				return fmt.Sprintf("signed for %s as %s, which falls to %v as %s", host, signed.SignedAs, people, as)
			}
		}
	}
	if s.act.name == "send back" && !mayAny {
		return "sent back by one who may not sign"
	}
	if s.act.name == "sign off" && s.after.review.AccuracyCheckUntil > calendar.On(w.now) {
		return "signed while the accuracy check is open"
	}
	return ""
}

func (w *walk) standingsAreWorkedOutAnewByEachChange(s turn) string {
	for _, kept := range s.after.standings {
		pair := pairKey{kept.SupplierID, kept.SystemID}
		anew := read(w.house, func(tx *store.Tx) (map[pairKey]PairStanding, error) { return workOutPairs(tx, []pairKey{pair}) })[pair]
		if text(anew) != text(kept) {
			return fmt.Sprintf("a pair is kept as %s, and worked out anew it is %s", text(kept), text(anew))
		}
	}
	if len(s.after.standings) != len(w.hosts) {
		return fmt.Sprintf("%d pairs have a standing, and the review covers %d", len(s.after.standings), len(w.hosts))
	}
	return ""
}

// effectsFollowTheSignatures: a rating holds for each rated pair of a standing
// signature, and nothing of a void one is left.
func (w *walk) effectsFollowTheSignatures(s turn) string {
	inEffect := map[string]questionnaire.Rating{}
	for _, p := range s.after.ratings {
		if p.TakenBackAt == nil {
			inEffect[fmt.Sprint(p.SignOffID, p.SystemID)] = p.Rating
		}
	}
	wanted := 0
	for _, signed := range s.after.signed {
		for host, system := range w.systems {
			if signed.VoidedAt != nil || w.places[host] != signed.HostOrganisationID {
				continue
			}
			rating := s.after.review.Assessment.Rating(system)
			if rating == questionnaire.NotRated {
				continue
			}
			wanted++
			if got := inEffect[fmt.Sprint(signed.ID, system)]; got != rating {
				return fmt.Sprintf("signed as %s, and in effect for %s is %q", rating, host, got)
			}
		}
		for _, a := range s.after.actions {
			if signed.VoidedAt != nil && a.SignOffID != nil && *a.SignOffID == signed.ID && a.State == ActionOpen {
				return "an open action of a void signature"
			}
		}
	}
	if len(inEffect) != wanted {
		return fmt.Sprintf("%d ratings are in effect, of %d signed pairs", len(inEffect), wanted)
	}
	return ""
}

func (w *walk) assessmentsAreComplete(s turn) string {
	if s.act.name != "assess" || !s.accepted {
		return ""
	}
	outcome := map[questionnaire.Slot]questionnaire.Outcome{}
	for _, j := range s.after.judgements {
		outcome[j.Slot()] = j.Outcome
	}
	for _, at := range w.shown(s.after) {
		found := slices.ContainsFunc(s.after.findings, func(f *Finding) bool { return slices.Contains(f.Slots, at) })
		switch {
		case outcome[at] == "":
			return "assessed, and not judged: " + at.String()
		case outcome[at] == questionnaire.NotMet && !found:
			return "not met, and no finding speaks of it: " + at.String()
		}
	}
	for _, pair := range s.after.review.Assessment.Ratings {
		if better, _ := questionnaire.OneBandBetter(pair.WorkedOut); questionnaire.Better(pair.Rating, pair.WorkedOut) && (pair.Rating != better || pair.Reason == "") {
			return fmt.Sprintf("%s was proposed over %s because of %q", pair.Rating, pair.WorkedOut, pair.Reason)
		}
	}
	return ""
}

func (w *walk) findingsThatWereTouchedStay(s turn) string {
	for _, f := range s.before.findings {
		stays := slices.ContainsFunc(s.after.findings, func(other *Finding) bool { return other.ID == f.ID })
		planned := slices.ContainsFunc(s.before.actions, func(a *Action) bool { return a.FindingID != nil && *a.FindingID == f.ID })
		if !stays && (s.act.name != "assess" || !f.Drafted || f.SupplierComment != "" || planned) {
			return fmt.Sprintf("a finding is gone: %s, drafted %v, comment %q, actions %v", f.Reference, f.Drafted, f.SupplierComment, planned)
		}
	}
	return ""
}

func (w *walk) whatIsFixedStays(s turn) string {
	b, a := s.before, s.after
	voided := func(signed *SignOff) bool { return signed.VoidedAt == nil }
	switch {
	case b.review.IssuedAt != nil && text(b.review.FactsAtIssue, b.review.IssuedAt, b.review.QuestionnaireVersionID, b.review.FirstDueOn) !=
		text(a.review.FactsAtIssue, a.review.IssuedAt, a.review.QuestionnaireVersionID, a.review.FirstDueOn):
		return "what was fixed at issue changed"
	case !b.review.Open() && b.frozen() != a.frozen():
		return "a review that has ended changed"
	case !kept(b.changes, a.changes, nil), !kept(b.took, a.took, nil), !kept(b.returns, a.returns, nil), !kept(b.receipts, a.receipts, nil), !kept(b.messages, a.messages, nil):
		return "a line of history is gone or changed"
	case !kept(b.signed, a.signed, withoutVoiding), !kept(slices.DeleteFunc(slices.Clone(b.signed), voided), a.signed, nil):
		return "a signature is gone or changed"
	case !kept(b.ratings, a.ratings, withoutReturn), !kept(b.evidence, a.evidence, withoutRemoval):
		return "a rating or a record of evidence is gone or changed"
	case !kept(b.reports, a.reports, withoutSuccessor):
		return "a report is gone or changed"
	}
	return ""
}

func (w *walk) reportsAreOfSignedReviews(s turn) string {
	want := 0
	if s.after.review.State == SignedOff {
		want = map[Kind]int{OfSupplier: 2, Desk: 1}[w.kind]
	}
	if len(s.after.reports) != want {
		return fmt.Sprintf("%d reports of a review that is %s", len(s.after.reports), s.after.review.State)
	}
	for _, r := range s.after.reports {
		body, err := json.Marshal(r.Snapshot)
		if sum := sha256.Sum256(body); err != nil || hex.EncodeToString(sum[:]) != r.Digest {
			return "the digest of a report is not of what it says"
		}
	}
	for i, r := range s.after.receipts {
		keyID, public := w.keys.PublicKey()
		file := r.File(&SigningKey{KeyID: keyID, PublicKey: public})
		if r.Number != i+1 || file.Verify(nil) != nil || r.Attested != (w.kind == OfSupplier) {
			return fmt.Sprintf("receipt %d does not hold: %v", i+1, file.Verify(nil))
		}
	}
	return ""
}
