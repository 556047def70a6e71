package questionnaire

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// Import reads a file in our own YAML (or JSON) and keeps it as the draft of
// its questionnaire, in place of a draft that is there. A draft may have
// defects; publishing it may not.
func (s *Service) Import(ctx context.Context, by access.Actor, file []byte) (*Version, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Version, error) {
		if !by.Holds(access.QuestionnairePublish) {
			return nil, fault.Forbidden("forbidden")
		}
		def, err := Parse(file, func(code string) (*Definition, error) {
			v, err := PublishedIn(tx, code)
			if err != nil {
				return nil, fault.Invalid("questionnaire.source-unknown", fault.Args{"code": code})
			}
			return v.Definition, nil
		})
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(def.Code) == "" || def.Title.Empty() {
			return nil, fault.Invalid("invalid").On("code", "questionnaire.code-missing")
		}
		q, err := store.FindBy[Questionnaire](tx, "code = ?", def.Code)
		if fault.Is(err, fault.KindNotFound) {
			q = &Questionnaire{Code: def.Code, Title: def.Title}
			err = tx.Create(q, QuestionnaireAdded)
		}
		if err != nil {
			return nil, err
		}
		versions, err := versionsOf(tx, q.ID)
		if err != nil {
			return nil, err
		}
		if len(versions) > 0 && versions[0].State == Draft {
			versions[0].Definition, versions[0].Digest = def, def.Digest()
			return versions[0], tx.Save(versions[0], VersionDrafted)
		}
		v := &Version{QuestionnaireID: q.ID, Number: nextNumber(versions), State: Draft, Definition: def, Digest: def.Digest()}
		return v, tx.Create(v, VersionDrafted)
	})
}

// Publish puts a draft into use and retires the version before it. A defect of
// the draft is refused with one field for each.
func (s *Service) Publish(ctx context.Context, by access.Actor, questionnaire uuid.UUID, number int) (*Version, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Version, error) {
		v, err := store.FindBy[Version](tx, "questionnaire_id = ? AND number = ?", questionnaire, number)
		if err != nil {
			return nil, err
		}
		if !by.Holds(access.QuestionnairePublish) {
			return nil, fault.Forbidden("forbidden")
		}
		if v.State != Draft {
			return nil, fault.Conflict("questionnaire.not-a-draft", fault.Args{"State": string(v.State)})
		}
		exists, err := requirementExists(tx)
		if err != nil {
			return nil, err
		}
		if err := v.Definition.Validate(exists); err != nil {
			return nil, err
		}
		if _, err := ofCode(tx, v.Definition); err != nil {
			return nil, err
		}
		versions, err := versionsOf(tx, questionnaire)
		if err != nil {
			return nil, err
		}
		if err := retire(tx, versions); err != nil {
			return nil, err
		}
		now := tx.Now()
		v.State, v.PublishedAt = Published, &now
		return v, tx.Save(v, VersionPublished)
	})
}

// Version gives one version of a questionnaire by its number.
func (s *Service) Version(ctx context.Context, by access.Actor, questionnaire uuid.UUID, number int) (*Version, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Version, error) {
		return store.FindBy[Version](tx, "questionnaire_id = ? AND number = ?", questionnaire, number)
	})
}

// YAML writes a definition as a file that Parse reads back.
func (d *Definition) YAML() ([]byte, error) { return yaml.Marshal(d) }

// JSON writes a definition as a file that Parse reads back.
func (d *Definition) JSON() ([]byte, error) { return json.MarshalIndent(d, "", "  ") }

// Covered is a requirement with the published questions that refer to it.
type Covered struct {
	Requirement *Requirement
	Questions   []Covering
}

// Covering is a question of a published questionnaire.
type Covering struct {
	Questionnaire string `json:"questionnaire_code"`
	Key           string `json:"key"`
}

// Coverage says which published questions ask after each requirement of a
// framework, in its order.
func (s *Service) Coverage(ctx context.Context, by access.Actor, framework uuid.UUID) ([]*Covered, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Covered, error) {
		f, err := store.Find[Framework](tx, framework)
		if err != nil {
			return nil, err
		}
		requirements, err := store.Many[Requirement](tx, "position", "framework_id = ?", framework)
		if err != nil {
			return nil, err
		}
		versions, err := store.All[Version](tx, "questionnaire_id", "state = ?", Published)
		if err != nil {
			return nil, err
		}
		asking := map[string][]Covering{}
		for _, v := range versions {
			for _, q := range v.Definition.Questions() {
				for _, ref := range q.Requirements {
					asking[ref] = append(asking[ref], Covering{v.Definition.Code, q.Key})
				}
			}
		}
		covered := make([]*Covered, len(requirements))
		for i, r := range requirements {
			covered[i] = &Covered{r, asking[f.Code+":"+r.Ref]}
		}
		return covered, nil
	})
}
