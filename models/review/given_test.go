package review

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/models/vault"
)

var program = access.Program("test")

// left is the day on which the former lead left the supplier.
const left calendar.Date = "2024-07-01"

// house is the service over one database, with the people and things that a
// test is about and a clock that it turns.
type house struct {
	*Service
	t        testing.TB
	db       *store.DB
	now      time.Time
	people   map[string]access.Actor
	places   map[string]uuid.UUID // organisations
	systems  map[string]uuid.UUID // by the organisation that hosts
	supplier uuid.UUID
}

func each(t *testing.T, run func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { run(t, newHouse(t, db)) })
}

func newHouse(t testing.TB, db *store.DB) *house {
	t.Helper()
	h := &house{t: t, now: noon, people: map[string]access.Actor{}, places: map[string]uuid.UUID{}, systems: map[string]uuid.UUID{}}
	h.db = db.WithClock(func() time.Time { return h.now })
	keys, err := keyring.New(keyring.Generate())
	h.must("keys", err)
	files, err := vault.Open(t.Context(), "", t.TempDir(), keys)
	h.must("vault", err)
	h.Service = New(h.db, keys, files, outbox.New(h.db, keys), "http://test.example")
	_, err = questionnaire.New(h.db).PublishDefinition(t.Context(), program, asked())
	h.must("publish", err)
	h.addPlaces()
	h.addPeople()
	return h
}

func (h *house) must(what string, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%s: %v", what, err)
	}
}

func both(text string) lang.Text { return lang.Text{En: text, Cy: "cy: " + text} }

// asked is a questionnaire of five questions: the second hangs on the first and
// the third on the second, the fourth is asked for each system, and the last
// is essential.
func asked() *questionnaire.Definition {
	yesNo := func(key string) questionnaire.Question {
		return questionnaire.Question{Key: key, Text: both(key), Scope: questionnaire.ScopeSupplier, Type: questionnaire.YesNo, Weight: 1,
			Evidence: questionnaire.EvidenceNever, Judging: questionnaire.Judging{Met: both("met"), PartlyMet: both("partly"), NotMet: both("not")}}
	}
	kept, reviewed, changes, many, factors := yesNo("policy.kept"), yesNo("policy.reviewed"), yesNo("policy.changes"), yesNo("access.many"), yesNo("access.factors")
	kept.Evidence = questionnaire.EvidenceWhenYes
	reviewed.ShownWhen = &questionnaire.Condition{Question: kept.Key, Is: questionnaire.Yes}
	changes.Type, changes.ShownWhen = questionnaire.Text, &questionnaire.Condition{Question: reviewed.Key, Is: questionnaire.Yes}
	many.Scope, many.Type, many.Weight = questionnaire.ScopeSystem, questionnaire.SingleChoice, 2
	many.Options = []questionnaire.Option{{Value: "all", Label: both("All"), Judgement: questionnaire.Met}, {Value: "some", Label: both("Some"), Judgement: questionnaire.PartlyMet}}
	factors.Essential, factors.NotApplicable = true, true
	section := func(key string, questions ...questionnaire.Question) questionnaire.Section {
		return questionnaire.Section{Key: key, Title: both(key), Weight: 1, Questions: questions}
	}
	return &questionnaire.Definition{Code: "small", Title: both("Small"), Introduction: both("Introduction"),
		Sections: []questionnaire.Section{section("policy", kept, reviewed, changes), section("access", many, factors)}}
}

// addPlaces adds the organisations: cardiff has approvers of its own, powys
// signs for velindre, gwent's only approver also reviews, and nobody signs for
// swansea. Each hosts a system of the one supplier.
func (h *house) addPlaces() {
	organisations, inventories := directory.New(h.db), inventory.New(h.db)
	supplier, err := inventories.AddSupplier(h.t.Context(), program, inventory.SupplierInput{Name: "Cwmni"})
	h.must("supplier", err)
	h.supplier = supplier.ID
	for _, name := range []string{"cardiff", "powys", "velindre", "gwent", "swansea"} {
		in := directory.Input{Name: both(name), Kind: directory.HealthBoard}
		if name == "velindre" {
			in.SignedForByID = new(h.places["powys"])
		}
		o, err := organisations.AddOrganisation(h.t.Context(), program, in)
		h.must(name, err)
		h.places[name] = o.ID
		system, err := inventories.AddSystem(h.t.Context(), program, inventory.SystemInput{Name: both("System of " + name), HostOrganisationID: o.ID,
			Suppliers: []inventory.SupplyInput{{SupplierID: h.supplier, Part: "hosts"}}, Exposure: "internet"})
		h.must(name, err)
		h.systems[name] = system.ID
	}
}

func (h *house) addPeople() {
	for _, p := range []struct {
		name, place string
		roles       []access.Role
	}{
		{"official", "", []access.Role{access.Official}},
		{"reviewer", "", []access.Role{access.Reviewer}},
		{"second reviewer", "", []access.Role{access.Reviewer}},
		{"former lead", "", []access.Role{access.Reviewer}},
		{"jack of all trades", "", []access.Role{access.Official, access.Reviewer, access.Approver}},
		{"national", "", []access.Role{access.Approver}},
		{"siro", "cardiff", []access.Role{access.Approver}},
		{"reviewing siro", "cardiff", []access.Role{access.Reviewer, access.Approver}},
		{"deputy", "powys", []access.Role{access.Approver}},
		{"solo", "gwent", []access.Role{access.Reviewer, access.Approver}},
		{"lead", "supplier", []access.Role{access.SupplierLead}},
		{"respondent", "supplier", []access.Role{access.Respondent}},
	} {
		h.person(p.name, p.place, p.roles)
	}
	_, err := store.Change(h.t.Context(), h.db, program, func(tx *store.Tx) (bool, error) {
		return true, tx.Create(&identity.Membership{UserID: h.people["former lead"].UserID, Roles: []access.Role{access.SupplierLead},
			SupplierID: &h.supplier, EndedAt: new(left.Time())}, identity.MembershipAdded)
	})
	h.must("former membership", err)
}

func (h *house) person(name, place string, roles []access.Role) {
	n := identity.NewUser{Email: address(name), Name: name, JobTitle: "Tester", Roles: roles}
	actor := access.Actor{Name: name, Roles: roles}
	switch id, known := h.places[place]; {
	case known:
		n.Place.OrganisationID, actor.OrganisationID, actor.OrganisationIDs = &id, id, []uuid.UUID{id}
	case place == "supplier":
		n.Place.SupplierID, actor.SupplierID = &h.supplier, h.supplier
	}
	user, membership, err := identity.New(h.db, nil).AddUser(h.t.Context(), program, n)
	h.must(name, err)
	actor.UserID, actor.MembershipID = user.ID, membership.ID
	h.people[name] = actor
}

// read looks at the rows past every scope.
func read[T any](h *house, f func(tx *store.Tx) (T, error)) T {
	h.t.Helper()
	got, err := store.Read(h.t.Context(), h.db, program, f)
	h.must("read", err)
	return got
}

func (h *house) row(id uuid.UUID) *Review {
	h.t.Helper()
	return read(h, func(tx *store.Tx) (*Review, error) { return store.Find[Review](tx, id) })
}

// rowsOf gives the rows of a review of one kind, in the order they were made.
func rowsOf[T store.Scoped](h *house, review uuid.UUID) []*T {
	h.t.Helper()
	return read(h, func(tx *store.Tx) ([]*T, error) {
		return store.Many[T](tx, "created_at, id", "review_id = ?", review)
	})
}

func (h *house) sheetOf(id uuid.UUID) (*questionnaire.Sheet, map[questionnaire.Slot]*Judgement) {
	h.t.Helper()
	d := read(h, func(tx *store.Tx) (*dossier, error) {
		r, err := store.Find[Review](tx, id)
		if err != nil {
			return nil, err
		}
		return h.open(tx, r)
	})
	return d.sheet(), d.judgements
}

// ids names people.
func (h *house) ids(names ...string) []uuid.UUID {
	var ids []uuid.UUID
	for _, name := range names {
		ids = append(ids, h.people[name].UserID)
	}
	return ids
}

// planned plans a review of the systems that the organisations host.
func (h *house) planned(kind Kind, reviewers []uuid.UUID, hosts ...string) *Review {
	h.t.Helper()
	in := PlanInput{SupplierID: h.supplier, QuestionnaireCode: "small", Kind: kind, DueOn: calendar.On(h.now).AddDays(60), ReviewerIDs: reviewers}
	for _, host := range hosts {
		in.SystemIDs = append(in.SystemIDs, h.systems[host])
	}
	r, err := h.Plan(h.t.Context(), h.people["official"], in)
	h.must("plan", err)
	return r
}

func address(name string) string { return strings.ReplaceAll(name, " ", ".") + "@example.org" }

func respondents() []Invited {
	return []Invited{{Name: "lead", Email: address("lead"), Lead: true, LeadConfirmed: true},
		{Name: "respondent", Email: address("respondent"), Sections: []string{"policy"}}}
}

// issued asks the supplier.
func (h *house) issued(hosts ...string) *Review {
	h.t.Helper()
	r := h.planned(OfSupplier, h.ids("reviewer", "second reviewer"), hosts...)
	_, _, err := h.Issue(h.t.Context(), h.people["official"], r.ID, respondents())
	h.must("issue", err)
	return r
}

// deskSubmitted is a review that an official has answered, of what is known.
func (h *house) deskSubmitted(hosts ...string) *Review {
	h.t.Helper()
	r := h.planned(Desk, h.ids("reviewer"), hosts...)
	_, _, err := h.Issue(h.t.Context(), h.people["official"], r.ID, nil)
	h.must("issue", err)
	h.answerAll("official", r.ID)
	_, err = h.Submit(h.t.Context(), h.people["official"], r.ID, Attestation{})
	h.must("submit", err)
	return r
}

// answer gives a value to a question.
func (h *house) answer(who string, id uuid.UUID, slot questionnaire.Slot, value string) error {
	_, err := h.Answer(h.t.Context(), h.people[who], id, slot.Key, slot.System, AnswerInput{Value: json.RawMessage(value)})
	return err
}

func (h *house) upload(who string, id uuid.UUID, slot questionnaire.Slot) error {
	_, err := h.AddEvidence(h.t.Context(), h.people[who], id, slot.Key, slot.System, Upload{Name: "proof.txt", Content: []byte("What shows it.")})
	return err
}

// answerAll answers what is missing, well, until nothing is.
func (h *house) answerAll(who string, id uuid.UUID) {
	h.t.Helper()
	for {
		sheet, _ := h.sheetOf(id)
		missing := sheet.Missing()
		if len(missing) == 0 {
			return
		}
		for _, slot := range missing {
			value := map[questionnaire.Type]string{questionnaire.YesNo: `"yes"`, questionnaire.Text: `"As it says."`, questionnaire.SingleChoice: `"all"`}
			h.must(slot.Key, h.answer(who, id, slot, value[sheet.Item(slot).Question.Type]))
			if sheet.Item(slot).Question.Evidence != questionnaire.EvidenceNever {
				h.must(slot.Key, h.upload(who, id, slot))
			}
		}
	}
}

func attested() Attestation {
	return Attestation{StatementAgreed: true, Name: "Lead Person", JobTitle: "Head of security"}
}

// submitted has a review answered and handed in.
func (h *house) submitted(hosts ...string) *Review {
	h.t.Helper()
	r := h.issued(hosts...)
	h.answerAll("lead", r.ID)
	_, err := h.Submit(h.t.Context(), h.people["lead"], r.ID, attested())
	h.must("submit", err)
	return r
}

// judgeAll judges what is shown: met, but for the questions named.
func (h *house) judgeAll(who string, id uuid.UUID, notMet ...string) {
	h.t.Helper()
	sheet, _ := h.sheetOf(id)
	for _, slot := range sheet.Shown() {
		in := JudgementInput{Outcome: questionnaire.Met, Basis: questionnaire.Tested, Note: "seen"}
		for _, key := range notMet {
			if slot.Key == key {
				in.Outcome = questionnaire.NotMet
			}
		}
		_, err := h.Judge(h.t.Context(), h.people[who], id, slot.Key, slot.System, in)
		h.must("judge "+slot.Key, err)
	}
}

// assess assesses without an accuracy check, and gives the digest.
func (h *house) assess(who string, id uuid.UUID) string {
	h.t.Helper()
	r, err := h.Assess(h.t.Context(), h.people[who], id, AssessInput{AccuracyCheckDays: new(0), AccuracyCheckReason: "agreed"})
	h.must("assess", err)
	return r.AssessmentDigest
}

func (h *house) assessed(notMet []string, hosts ...string) *Review {
	h.t.Helper()
	r := h.submitted(hosts...)
	h.judgeAll("reviewer", r.ID, notMet...)
	h.assess("reviewer", r.ID)
	return r
}

// sign signs the assessment that stands.
func (h *house) sign(who string, id uuid.UUID) error {
	_, err := h.SignOff(h.t.Context(), h.people[who], id, SignInput{Decision: Rely, AssessmentDigest: h.row(id).AssessmentDigest})
	return err
}
