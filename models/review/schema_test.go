package review_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/pack"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// everyRow is every kind of row that the domain keeps.
var everyRow = []any{
	&directory.Organisation{}, &directory.Appointment{}, &directory.Group{},
	&identity.User{}, &identity.Membership{}, &identity.Session{}, &identity.Token{}, &identity.Invitation{}, &identity.Factor{}, &identity.RecoveryCode{}, &identity.Step{}, &identity.FactorReset{}, &identity.ProviderLink{}, &identity.View{}, &identity.Feed{}, &outbox.Mail{},
	&inventory.Supplier{}, &inventory.Certificate{}, &inventory.Subcontractor{}, &inventory.Contract{}, &inventory.ContractSystem{}, &inventory.System{},
	&inventory.Supply{}, &inventory.Use{}, &incident.Incident{},
	&questionnaire.Framework{}, &questionnaire.Requirement{}, &questionnaire.Questionnaire{}, &questionnaire.Version{},
	&review.Review{}, &review.Coverage{}, &review.Reviewer{}, &review.Respondent{}, &review.GivenSection{}, &review.Answer{},
	&review.AnswerChange{}, &review.Evidence{}, &review.Judgement{}, &review.Participation{}, &review.Return{}, &review.Finding{},
	&review.SignOff{}, &review.Action{}, &review.PairRating{}, &review.PairStanding{}, &review.Report{}, &review.ReportReader{}, &review.Receipt{},
	&review.SigningKey{}, &review.Message{}, &review.Extension{}, &review.FactCorrection{}, &review.ReminderDay{}, &review.Reminder{},
	&pack.Pack{}, &pack.File{},
	&inventory.Import{}, &inventory.ImportRow{}, &inventory.Return{}, &review.Batch{}, &review.BatchItem{}, &review.Programme{}, &review.ProgrammeSystem{},
	&portfolio.Acceptance{},
}

func TestTheSchemasAreThoseOfTheModels(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, row := range everyRow {
			model, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			columns, err := db.Columns(t.Context(), model.Table)
			if err != nil {
				t.Errorf("%s: %v", model.Table, err)
				continue
			}
			want := slices.Sorted(slices.Values(model.DBNames))
			if got := slices.Sorted(slices.Values(columns)); !slices.Equal(got, want) {
				t.Errorf("%s has the columns %v, and the model %v", model.Table, got, want)
			}
		}
	})
}

func TestARealFrameworkIsImported(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "ncsc-caf-4.0.yaml")
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("the real files are not beside the project: %v", err)
	}
	defer func() { _ = file.Close() }()
	read, err := questionnaire.ReadFramework(file)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		program := access.Program("test")
		service := questionnaire.New(db)
		for range 2 { // again changes nothing
			f, err := service.ImportFramework(context.Background(), program, read, "imported")
			if err != nil {
				t.Fatal(err)
			}
			rows, err := service.Requirements(context.Background(), program, f.ID)
			if err != nil || len(rows) != len(read.Requirements) || len(rows) < 200 {
				t.Errorf("got %d requirements, %v; want %d", len(rows), err, len(read.Requirements))
			}
		}
	})
}

func TestAQuestionThatRefersToNothingIsNotPublished(t *testing.T) {
	both := lang.Text{En: "Text", Cy: "Testun"}
	def := &questionnaire.Definition{Code: "test", Title: both, Introduction: both, Sections: []questionnaire.Section{{Key: "one", Title: both, Weight: 1,
		Questions: []questionnaire.Question{{Key: "one.first", Text: both, Scope: questionnaire.ScopeSupplier, Type: questionnaire.YesNo, Weight: 1,
			Evidence: questionnaire.EvidenceNever, Judging: questionnaire.Judging{Met: both, PartlyMet: both, NotMet: both},
			Requirements: []string{"caf-4.0:Z9.z"}}}}}}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := questionnaire.New(db).PublishDefinition(t.Context(), access.Program("test"), def)
		if !fault.Is(err, fault.KindInvalid) || len(fault.As(err).Fields) != 1 {
			t.Errorf("got %v, want one defect", err)
		}
	})
}
