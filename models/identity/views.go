package identity

import (
	"context"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

// What people do with lists, in the audit log.
const (
	ViewKept    audit.Action = "view.kept"
	ViewDropped audit.Action = "view.dropped"
	ListTaken   audit.Action = "list.exported"
)

// mostViews is how many views of one list a person keeps.
const mostViews = 30

// View is how a person likes to see a list: narrowed and sorted as an address
// asks for it. It holds no rows, so who is sent its address sees their own.
type View struct {
	store.Row
	UserID uuid.UUID
	List   string
	Name   string
	Query  string // as in an address: "rating=limited&sort=-tier"
}

// TableName names the table.
func (View) TableName() string { return "saved_views" }

// Scope lets people see their own.
func (View) Scope(by access.Actor) store.Condition {
	return store.Condition{SQL: "saved_views.user_id = ?", Args: []any{by.UserID}}
}

// AuditKind names the thing in the audit log.
func (*View) AuditKind() string { return "saved_view" }

// AuditAbout is the person.
func (v *View) AuditAbout() uuid.UUID { return v.UserID }

// Views lists the actor's own views of a list.
func (s *Service) Views(ctx context.Context, by access.Actor, list string) ([]*View, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*View, error) {
		return store.All[View](tx, "name, id", "list = ?", list)
	})
}

// KeepView keeps a view under a name; one that has the name already is replaced.
func (s *Service) KeepView(ctx context.Context, by access.Actor, list, name, query string) (*View, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*View, error) {
		name = strings.TrimSpace(name)
		invalid := fault.Invalid("invalid")
		if name == "" {
			invalid.On("name", "view.name-missing")
		}
		if len([]rune(name)) > 100 {
			invalid.On("name", "text.too-long", fault.Args{"Max": 100})
		}
		asked, err := url.ParseQuery(query)
		if err != nil || len(query) > 2000 {
			invalid.On("name", "view.wrong")
		}
		if err := invalid.OrNil(); err != nil {
			return nil, err
		}
		same, err := store.All[View](tx, "", "list = ? AND name = ?", list, name)
		if err != nil {
			return nil, err
		}
		if len(same) > 0 {
			same[0].Query = asked.Encode()
			return same[0], tx.Save(same[0], ViewKept)
		}
		n, err := store.Count[View](tx, "list = ?", list)
		if err != nil {
			return nil, err
		}
		if n >= mostViews {
			return nil, fault.Invalid("invalid").On("name", "view.too-many", fault.Args{"Max": mostViews})
		}
		v := &View{UserID: by.UserID, List: list, Name: name, Query: asked.Encode()}
		return v, tx.Create(v, ViewKept)
	})
}

// DropView drops one of the actor's own views and says of which list it was.
func (s *Service) DropView(ctx context.Context, by access.Actor, id uuid.UUID) (list string, err error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (string, error) {
		v, err := store.Find[View](tx, id)
		if err != nil {
			return "", err
		}
		return v.List, tx.Delete(v, ViewDropped)
	})
}

// Took records that the actor takes a list away as a file: which, how it was
// narrowed, and how many rows.
func (s *Service) Took(ctx context.Context, by access.Actor, what string) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		u, err := store.Find[User](tx, by.UserID)
		if err != nil {
			return false, err
		}
		return true, tx.Note(u, ListTaken, what)
	})
	return err
}
