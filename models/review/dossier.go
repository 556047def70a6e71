package review

import (
	"slices"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// dossier is a review with all that its rules need, whoever asks: a condition
// may hang on an answer in a section that the actor may not read.
type dossier struct {
	review     *Review
	def        *questionnaire.Definition
	facts      questionnaire.Facts
	systems    []*inventory.System
	answers    map[questionnaire.Slot]*Answer
	evidence   map[questionnaire.Slot][]*Evidence
	judgements map[questionnaire.Slot]*Judgement
	took       Act // a way in which the actor is on record as having taken part
}

// open loads the dossier of a review that the actor was found to see.
func (s *Service) open(tx *store.Tx, r *Review) (*dossier, error) {
	all, err := s.openAll(tx, []*Review{r})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// openAll loads the dossiers of reviews that the actor was found to see, in a
// number of queries that does not grow with them.
func (s *Service) openAll(tx *store.Tx, reviews []*Review) ([]*dossier, error) {
	tx = tx.AsProgram("apply the rules of a review")
	dossiers := make([]*dossier, len(reviews))
	of := map[uuid.UUID]*dossier{}
	ids := make([]uuid.UUID, len(reviews))
	for i, r := range reviews {
		d := &dossier{review: r, answers: map[questionnaire.Slot]*Answer{}, evidence: map[questionnaire.Slot][]*Evidence{},
			judgements: map[questionnaire.Slot]*Judgement{}}
		dossiers[i], of[r.ID], ids[i] = d, d, r.ID
		var err error
		if d.def, err = s.definition(tx, r.QuestionnaireVersionID); err != nil {
			return nil, err
		}
	}
	if err := fillSystems(tx, of, ids); err != nil {
		return nil, err
	}
	for _, d := range dossiers {
		var err error
		if d.review.FactsAtIssue != nil {
			d.facts = *d.review.FactsAtIssue
		} else if d.facts, err = gatherFacts(tx, d.review.SupplierID, d.systems); err != nil {
			return nil, err
		}
	}
	return dossiers, fillAnswers(tx, of, ids)
}

func fillSystems(tx *store.Tx, of map[uuid.UUID]*dossier, reviews []uuid.UUID) error {
	coverage, err := store.Many[Coverage](tx, "", "review_id IN ?", reviews)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, c := range coverage {
		ids = append(ids, c.SystemID)
	}
	systems, err := store.All[inventory.System](tx, "reference", "id IN ?", ids)
	for _, system := range systems {
		for _, c := range coverage {
			if c.SystemID == system.ID {
				of[c.ReviewID].systems = append(of[c.ReviewID].systems, system)
			}
		}
	}
	return err
}

func fillAnswers(tx *store.Tx, of map[uuid.UUID]*dossier, reviews []uuid.UUID) error {
	answers, err := store.All[Answer](tx, "", "review_id IN ?", reviews)
	if err != nil {
		return err
	}
	for _, a := range answers {
		of[a.ReviewID].answers[a.Slot()] = a
	}
	evidence, err := store.All[Evidence](tx, "created_at, id", "review_id IN ? AND removed_at IS NULL", reviews)
	if err != nil {
		return err
	}
	for _, e := range evidence {
		d := of[e.ReviewID]
		d.evidence[e.Slot()] = append(d.evidence[e.Slot()], e)
	}
	judgements, err := store.All[Judgement](tx, "", "review_id IN ?", reviews)
	for _, j := range judgements {
		of[j.ReviewID].judgements[j.Slot()] = j
	}
	return err
}

// definition gives the questions of a version, which never change once read.
func (s *Service) definition(tx *store.Tx, version uuid.UUID) (*questionnaire.Definition, error) {
	if def, ok := s.definitions.Load(version); ok {
		return def.(*questionnaire.Definition), nil //nolint:forcetypeassert // nothing else is put there
	}
	v, err := questionnaire.VersionIn(tx, version)
	if err != nil {
		return nil, err
	}
	s.definitions.Store(version, v.Definition)
	return v.Definition, nil
}

func (d *dossier) given() map[questionnaire.Slot]questionnaire.Answer {
	given := map[questionnaire.Slot]questionnaire.Answer{}
	for slot, a := range d.answers {
		given[slot] = questionnaire.Answer{Value: a.Value, Evidence: len(d.evidence[slot])}
	}
	for slot, e := range d.evidence {
		answer := given[slot]
		answer.Evidence = len(e)
		given[slot] = answer
	}
	return given
}

func (d *dossier) sheet() *questionnaire.Sheet {
	return questionnaire.Evaluate(d.def, d.facts, d.given())
}

func (d *dossier) judged() map[questionnaire.Slot]questionnaire.Judgement {
	judged := map[questionnaire.Slot]questionnaire.Judgement{}
	for slot, j := range d.judgements {
		judged[slot] = questionnaire.Judgement{Outcome: j.Outcome, Basis: j.Basis}
	}
	return judged
}

func (d *dossier) score() questionnaire.Scorecard {
	return questionnaire.Score(d.def, d.facts, d.given(), d.judged(), questionnaire.Options{Desk: d.review.Kind == Desk})
}

// hosts gives the organisations that host the review's systems, each once.
func (d *dossier) hosts() []uuid.UUID {
	var hosts []uuid.UUID
	for _, system := range d.systems {
		if !slices.Contains(hosts, system.HostOrganisationID) {
			hosts = append(hosts, system.HostOrganisationID)
		}
	}
	return hosts
}

// systemsOf gives the systems of a review in the order of their references.
func systemsOf(tx *store.Tx, review uuid.UUID) ([]*inventory.System, error) {
	coverage, err := store.Many[Coverage](tx, "", "review_id = ?", review)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(coverage))
	for i, c := range coverage {
		ids[i] = c.SystemID
	}
	return store.All[inventory.System](tx, "reference", "id IN ?", ids)
}

// gatherFacts reads from the inventory what conditions may hang on.
func gatherFacts(tx *store.Tx, supplier uuid.UUID, systems []*inventory.System) (questionnaire.Facts, error) {
	facts := questionnaire.Facts{Certificates: []string{}}
	ids := make([]uuid.UUID, len(systems))
	for i, system := range systems {
		ids[i] = system.ID
	}
	supplies, err := inventory.SuppliesOf(tx, ids)
	if err != nil {
		return facts, err
	}
	for _, system := range systems {
		facts.Systems = append(facts.Systems, factsOf(system, supplier, supplies[system.ID]))
		if facts.Tier == 0 || system.Tier != 0 && system.Tier < facts.Tier {
			facts.Tier = system.Tier
		}
	}
	certificates, err := store.All[inventory.Certificate](tx, "kind, name", "supplier_id = ?", supplier)
	today := calendar.On(tx.Now())
	for _, c := range certificates {
		if c.ExpiresOn == "" || c.ExpiresOn >= today {
			facts.Certificates = append(facts.Certificates, c.Kind)
		}
	}
	if err != nil {
		return facts, err
	}
	subcontractors, err := store.All[inventory.Subcontractor](tx, "name, id", "supplier_id = ?", supplier)
	for _, c := range subcontractors {
		facts.Subcontractors = append(facts.Subcontractors, c.Name)
	}
	return facts, err
}

func factsOf(system *inventory.System, supplier uuid.UUID, supplies []*inventory.Supply) questionnaire.SystemFacts {
	f := questionnaire.SystemFacts{ID: system.ID, Reference: system.Reference, Name: system.Name, Tier: system.Tier,
		Parts: []string{}, HostingKind: string(system.Hosting.Kind), HostingCountry: system.Hosting.Country, Exposure: string(system.Exposure)}
	for _, supply := range supplies {
		if supply.SupplierID == supplier {
			f.Parts = append(f.Parts, string(supply.Part))
		}
	}
	if system.DataCategories != nil {
		f.DataCategories = []string{}
		for _, c := range system.DataCategories {
			f.DataCategories = append(f.DataCategories, string(c))
		}
	}
	return f
}

// took records for good that the actor took part.
func took(tx *store.Tx, review uuid.UUID, act Act) error {
	user := tx.By().UserID
	tx = tx.AsProgram("record who took part")
	n, err := store.Count[Participation](tx, "review_id = ? AND user_id = ? AND act = ?", review, user, act)
	if err != nil || n > 0 {
		return err
	}
	row := &Participation{Row: store.NewRow(), ReviewID: review, UserID: user, Act: act}
	row.Version, row.CreatedAt = 1, tx.Now()
	return tx.Insert(row)
}

// tookPart reports whether a user took part in any of the ways.
func tookPart(tx *store.Tx, review, user uuid.UUID, acts ...Act) (bool, error) {
	n, err := store.Count[Participation](tx.AsProgram("check independence"),
		"review_id = ? AND user_id = ? AND act IN ?", review, user, acts)
	return n > 0, err
}

// reviewFor finds a review and refuses who may not do this to it: absent where
// it may not be seen, forbidden where it may.
func reviewFor(tx *store.Tx, id uuid.UUID, p access.Permission, find func(*store.Tx, uuid.UUID) (*Review, error)) (*Review, error) {
	r, err := find(tx, id)
	if err != nil {
		return nil, err
	}
	return r, tx.May(store.Reviews, p, id)
}
