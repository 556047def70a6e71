package questionnaire

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// The acts of this room in the audit log.
const (
	FrameworkImported    audit.Action = "framework.imported"
	QuestionnaireAdded   audit.Action = "questionnaire.added"
	QuestionnaireChanged audit.Action = "questionnaire.changed"
	VersionDrafted       audit.Action = "questionnaire_version.drafted"
	VersionPublished     audit.Action = "questionnaire_version.published"
	VersionRetired       audit.Action = "questionnaire_version.retired"
)

// Service does what administrators do with questionnaires and frameworks.
type Service struct{ db *store.DB }

// New gives the service over a database.
func New(db *store.DB) *Service { return &Service{db: db} }

// Questionnaires lists the questionnaires.
func (s *Service) Questionnaires(ctx context.Context, by access.Actor, p store.Paging) (store.List[*Questionnaire], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Questionnaire], error) {
		return store.Paged[Questionnaire](tx, store.Query[Questionnaire](tx), p, store.Columns{"code": "code", "title": "title_en"}, "code")
	})
}

// Versions lists the versions of a questionnaire, newest first.
func (s *Service) Versions(ctx context.Context, by access.Actor, questionnaire uuid.UUID) ([]*Version, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Version, error) {
		if _, err := store.Find[Questionnaire](tx, questionnaire); err != nil {
			return nil, err
		}
		return versionsOf(tx, questionnaire)
	})
}

// Questionnaire gives one questionnaire.
func (s *Service) Questionnaire(ctx context.Context, by access.Actor, id uuid.UUID) (*Questionnaire, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Questionnaire, error) { return store.Find[Questionnaire](tx, id) })
}

// Frameworks lists the frameworks.
func (s *Service) Frameworks(ctx context.Context, by access.Actor, p store.Paging) (store.List[*Framework], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[*Framework], error) {
		return store.Paged[Framework](tx, store.Query[Framework](tx), p, store.Columns{"code": "code", "title": "title_en"}, "code")
	})
}

// Requirements lists the requirements of a framework in its order.
func (s *Service) Requirements(ctx context.Context, by access.Actor, framework uuid.UUID) ([]*Requirement, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Requirement, error) {
		if _, err := store.Find[Framework](tx, framework); err != nil {
			return nil, err
		}
		return store.Many[Requirement](tx, "position", "framework_id = ?", framework)
	})
}

// PublishDefinition adds a definition as the next version and publishes it.
// Publishing what is published already changes nothing.
func (s *Service) PublishDefinition(ctx context.Context, by access.Actor, def *Definition) (*Version, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Version, error) { return PublishIn(tx, def) })
}

// PublishIn is PublishDefinition within a change. A definition with a defect,
// such as a question that refers to a requirement that does not exist, is
// refused with one field for each.
func PublishIn(tx *store.Tx, def *Definition) (*Version, error) {
	if !tx.By().Holds(access.QuestionnairePublish) {
		return nil, fault.Forbidden("forbidden")
	}
	exists, err := requirementExists(tx)
	if err != nil {
		return nil, err
	}
	if err := def.Validate(exists); err != nil {
		return nil, err
	}
	q, err := ofCode(tx, def)
	if err != nil {
		return nil, err
	}
	versions, err := versionsOf(tx, q.ID)
	if err != nil {
		return nil, err
	}
	if len(versions) > 0 && versions[0].State == Published && versions[0].Digest == def.Digest() {
		return versions[0], nil
	}
	if err := retire(tx, versions); err != nil {
		return nil, err
	}
	now := tx.Now()
	v := &Version{QuestionnaireID: q.ID, Number: nextNumber(versions), State: Published, Definition: def, Digest: def.Digest(), PublishedAt: &now}
	return v, tx.Create(v, VersionPublished)
}

// versionsOf gives the versions of a questionnaire, newest first.
func versionsOf(tx *store.Tx, questionnaire uuid.UUID) ([]*Version, error) {
	return store.All[Version](tx, "number DESC", "questionnaire_id = ?", questionnaire)
}

func nextNumber(versions []*Version) int {
	if len(versions) == 0 {
		return 1
	}
	return versions[0].Number + 1
}

// retire takes the published version out of use.
func retire(tx *store.Tx, versions []*Version) error {
	for _, former := range versions {
		if former.State == Published {
			former.State = Retired
			if err := tx.Save(former, VersionRetired); err != nil {
				return err
			}
		}
	}
	return nil
}

func ofCode(tx *store.Tx, def *Definition) (*Questionnaire, error) {
	q, err := store.FindBy[Questionnaire](tx, "code = ?", def.Code)
	switch {
	case fault.Is(err, fault.KindNotFound):
		q = &Questionnaire{Code: def.Code, Title: def.Title}
		return q, tx.Create(q, QuestionnaireAdded)
	case err != nil:
		return nil, err
	case q.Title != def.Title:
		q.Title = def.Title
		return q, tx.Save(q, QuestionnaireChanged)
	}
	return q, nil
}

func requirementExists(tx *store.Tx) (func(string) bool, error) {
	frameworks, err := store.All[Framework](tx, "", "")
	if err != nil {
		return nil, err
	}
	code := map[uuid.UUID]string{}
	for _, f := range frameworks {
		code[f.ID] = f.Code
	}
	requirements, err := store.Many[Requirement](tx, "", "")
	known := map[string]bool{}
	for _, r := range requirements {
		known[code[r.FrameworkID]+":"+r.Ref] = true
	}
	return func(ref string) bool { return known[ref] }, err
}

// PublishedIn gives the published version of a questionnaire within a change or read.
func PublishedIn(tx *store.Tx, code string) (*Version, error) {
	tx = tx.AsProgram("choose the questionnaire")
	q, err := store.FindBy[Questionnaire](tx, "code = ?", strings.ToLower(code))
	if err != nil {
		return nil, err
	}
	return store.FindBy[Version](tx, "questionnaire_id = ? AND state = ?", q.ID, Published)
}

// VersionIn gives a version by its id, for a review that rests on it.
func VersionIn(tx *store.Tx, id uuid.UUID) (*Version, error) {
	return store.Find[Version](tx.AsProgram("read the questions of a review"), id)
}
