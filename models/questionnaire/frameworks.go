package questionnaire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// maxFrameworkSize bounds a framework file; the largest seen is under 1 MB.
const maxFrameworkSize = 8 << 20

// FrameworkFile is a framework as a file brings it.
type FrameworkFile struct {
	Code         string            `yaml:"code"`
	Title        lang.Text         `yaml:"title"`
	Publisher    string            `yaml:"publisher"`
	Edition      string            `yaml:"version"`
	Requirements []RequirementFile `yaml:"requirements"`
}

// RequirementFile is a requirement as a file brings it.
type RequirementFile struct {
	Ref         string    `yaml:"ref"`
	Title       lang.Text `yaml:"title"`
	Parent      string    `yaml:"parent"`
	Description string    `yaml:"description"`
}

// library is the part that we read of a CISO Assistant library.
type library struct {
	Objects struct {
		Framework struct {
			URN   string `yaml:"urn"`
			RefID string `yaml:"ref_id"`
			Name  string `yaml:"name"`
			Nodes []struct {
				URN         string `yaml:"urn"`
				ParentURN   string `yaml:"parent_urn"`
				RefID       string `yaml:"ref_id"`
				Name        string `yaml:"name"`
				Description string `yaml:"description"`
			} `yaml:"requirement_nodes"`
		} `yaml:"framework"`
	} `yaml:"objects"`
	Provider string `yaml:"provider"`
	Version  any    `yaml:"version"`
}

// ReadFramework reads our own format or a CISO Assistant library. Aliases in
// the YAML are not followed without bound: the file's size is limited and the
// parser refuses excessive aliasing.
func ReadFramework(r io.Reader) (*FrameworkFile, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxFrameworkSize+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxFrameworkSize {
		return nil, fault.TooLarge("framework.too-large")
	}
	var f FrameworkFile
	strict := yaml.NewDecoder(bytes.NewReader(body))
	strict.KnownFields(true)
	if err := strict.Decode(&f); err != nil {
		var lib library
		if yaml.Unmarshal(body, &lib) != nil || len(lib.Objects.Framework.Nodes) == 0 {
			return nil, errors.Join(fault.Invalid("framework.unreadable"), err)
		}
		f = lib.file()
	}
	return &f, f.check()
}

func (l *library) file() FrameworkFile {
	from := l.Objects.Framework
	f := FrameworkFile{Code: from.RefID, Title: lang.Text{En: from.Name}, Publisher: l.Provider, Edition: fmt.Sprint(l.Version)}
	// The identifier of the framework that this product embeds under another code.
	f.Code = strings.TrimPrefix(f.Code, "ncsc-")
	refs := map[string]string{}
	for _, node := range from.Nodes {
		refs[node.URN] = node.RefID
	}
	for _, node := range from.Nodes {
		if node.RefID == "" {
			continue // a heading or note that nothing can refer to
		}
		title := node.Name
		if title == "" {
			title = node.RefID
		}
		f.Requirements = append(f.Requirements, RequirementFile{Ref: node.RefID, Title: lang.Text{En: title},
			Parent: refs[node.ParentURN], Description: node.Description})
	}
	return f
}

func (f *FrameworkFile) check() error {
	if f.Code == "" || f.Title.Empty() || len(f.Requirements) == 0 {
		return fault.Invalid("framework.unreadable")
	}
	seen := map[string]bool{}
	for _, r := range f.Requirements {
		if r.Ref == "" || seen[r.Ref] {
			return fault.Invalid("framework.reference-twice", fault.Args{"Ref": r.Ref})
		}
		seen[r.Ref] = true
	}
	return nil
}

// ImportFramework adds a framework, or brings one that is there up to the file:
// what the file has is added or filled in, and nothing that questions may
// refer to is taken away.
func (s *Service) ImportFramework(ctx context.Context, by access.Actor, f *FrameworkFile, source string) (*Framework, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Framework, error) { return ImportFrameworkIn(tx, f, source) })
}

// ImportFrameworkIn is ImportFramework within a change.
func ImportFrameworkIn(tx *store.Tx, f *FrameworkFile, source string) (*Framework, error) {
	if !tx.By().Holds(access.QuestionnairePublish) {
		return nil, fault.Forbidden("forbidden")
	}
	kept, err := store.FindBy[Framework](tx, "code = ?", f.Code)
	switch {
	case fault.Is(err, fault.KindNotFound):
		kept = &Framework{Code: f.Code, Title: f.Title, Publisher: f.Publisher, Edition: f.Edition, Source: source}
		err = tx.Create(kept, FrameworkImported)
	case err == nil:
		kept.Title, kept.Publisher, kept.Source = fill(f.Title, kept.Title), f.Publisher, source
		err = tx.Save(kept, FrameworkImported)
	}
	if err != nil {
		return nil, err
	}
	standing, err := store.Many[Requirement](tx, "", "framework_id = ?", kept.ID)
	if err != nil {
		return nil, err
	}
	known := map[string]*Requirement{}
	for _, r := range standing {
		known[r.Ref] = r
	}
	for position, r := range f.Requirements {
		if err := importRequirement(tx, kept, known[r.Ref], r, position); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

func importRequirement(tx *store.Tx, f *Framework, standing *Requirement, r RequirementFile, position int) error {
	if standing != nil {
		return store.Query[Requirement](tx).Where("id = ?", standing.ID).Updates(map[string]any{
			"title_en": fill(r.Title, standing.Title).En, "title_cy": fill(r.Title, standing.Title).Cy,
			"description": r.Description, "position": position,
		}).Error
	}
	row := &Requirement{Row: store.NewRow(), FrameworkID: f.ID, Ref: r.Ref, ParentRef: r.Parent, Title: r.Title,
		Description: r.Description, Position: position}
	row.Version, row.CreatedAt = 1, tx.Now()
	return tx.Insert(row)
}

// fill takes the new text and keeps the old one in a language that it lacks.
func fill(text, old lang.Text) lang.Text {
	if text.En == "" {
		text.En = old.En
	}
	if text.Cy == "" {
		text.Cy = old.Cy
	}
	return text
}
