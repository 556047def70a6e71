package questionnaire_test

import (
	"os"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
	"sicrwydd/seed"
)

func TestADraftIsImportedPublishedAndExported(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := seed.Facts(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		s, by := questionnaire.New(db), access.Actor{Roles: []access.Role{access.Administrator}}
		file, err := os.ReadFile("../../templates/questionnaires/core.yaml")
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(file), "code: core", "code: other", 1)
		draft, err := s.Import(t.Context(), by, []byte(changed))
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Import(t.Context(), by, []byte(changed))
		if err != nil || again.ID != draft.ID || again.State != questionnaire.Draft {
			t.Fatalf("a second import made %+v, %v; want the same draft", again, err)
		}
		published, err := s.Publish(t.Context(), by, draft.QuestionnaireID, draft.Number)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Publish(t.Context(), by, draft.QuestionnaireID, draft.Number); !fault.Is(err, fault.KindConflict) {
			t.Errorf("published twice: %v", err)
		}
		for name, write := range map[string]func() ([]byte, error){"YAML": published.Definition.YAML, "JSON": published.Definition.JSON} {
			body, err := write()
			if err != nil {
				t.Fatal(err)
			}
			back, err := questionnaire.Parse(body, nil)
			if err != nil || back.Digest() != published.Digest {
				t.Errorf("%s does not read back as what it was: %v", name, err)
			}
		}
		broken := strings.Replace(changed, "requirements: [", "requirements: [\"caf-4.0:Z9.z\", ", 1)
		if broken == changed {
			t.Fatal("the file refers to no requirement")
		}
		next, err := s.Import(t.Context(), by, []byte(broken))
		if err != nil || next.Number != published.Number+1 {
			t.Fatalf("the next draft: %+v, %v", next, err)
		}
		if _, err := s.Publish(t.Context(), by, next.QuestionnaireID, next.Number); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a question that refers to nothing was published: %v", err)
		}
		official := access.Actor{Roles: []access.Role{access.Official}}
		if _, err := s.Import(t.Context(), official, []byte(changed)); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an official imports: %v", err)
		}
		frameworks, err := s.Frameworks(t.Context(), by, store.Paging{})
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		for _, f := range frameworks.Items {
			covered, err := s.Coverage(t.Context(), by, f.ID)
			if err != nil || len(covered) == 0 {
				t.Errorf("coverage of %s: %d requirements, %v", f.Code, len(covered), err)
			}
			for _, c := range covered {
				asked += len(c.Questions)
			}
		}
		if asked == 0 {
			t.Error("no requirement is asked after")
		}
	})
}
