package portfolio

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/incident"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Teller is what has a history of its own.
type Teller string

// What has a history.
const (
	OfSupplier     Teller = "supplier"
	OfSystem       Teller = "system"
	OfContract     Teller = "contract"
	OfOrganisation Teller = "organisation"
)

// teller says what a history is made of, and finds the thing as far as the
// actor sees it.
type teller struct {
	kinds []string // of things, in the audit log
	alone bool     // of the thing itself only
	name  func(*store.Tx, uuid.UUID) (lang.Text, error)
}

var tellers = map[Teller]teller{
	OfSupplier: {[]string{"supplier", "certificate", "subcontractor", "contract", "incident"}, false, func(tx *store.Tx, id uuid.UUID) (lang.Text, error) {
		s, err := store.Find[inventory.Supplier](tx, id)
		if err != nil {
			return lang.Text{}, err
		}
		return sameInBoth(s.Name), nil
	}},
	OfSystem: {[]string{"system", "system_use", "risk_acceptance"}, false, func(tx *store.Tx, id uuid.UUID) (lang.Text, error) {
		s, err := store.Find[inventory.System](tx, id)
		if err != nil {
			return lang.Text{}, err
		}
		return s.Name, nil
	}},
	OfContract: {[]string{"contract"}, true, func(tx *store.Tx, id uuid.UUID) (lang.Text, error) {
		c, err := store.Find[inventory.Contract](tx, id)
		if err != nil {
			return lang.Text{}, err
		}
		return sameInBoth(c.Reference + " " + c.Title), nil
	}},
	OfOrganisation: {[]string{"organisation", "appointment"}, false, func(tx *store.Tx, id uuid.UUID) (lang.Text, error) {
		o, err := store.Find[directory.Organisation](tx, id)
		if err != nil {
			return lang.Text{}, err
		}
		return o.Name, nil
	}},
}

func sameInBoth(text string) lang.Text { return lang.Text{En: text, Cy: text} }

// fieldsRead is the permission by which the fields of each kind of thing are
// read: who does not hold it is not told of them.
var fieldsRead = map[string]access.Permission{"organisation": access.DirectoryRead, "appointment": access.DirectoryRead}

// History is what was done to a thing.
type History struct {
	Name  lang.Text
	Items []store.Told
	Next  string
	// Names are what things are known by: those that changed, and those that a
	// field names by its id.
	Names map[uuid.UUID]lang.Text
}

// historyPage is how many changes one page tells.
const historyPage = 50

// History tells what was done to a thing, the newest first, field by field. It
// is ours: a supplier reads none.
func (s *Service) History(ctx context.Context, by access.Actor, of Teller, id uuid.UUID, after string) (*History, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*History, error) {
		from := tellers[of]
		h := &History{Names: map[uuid.UUID]lang.Text{}}
		var err error
		if h.Name, err = from.name(tx, id); err != nil {
			return nil, err
		}
		past := store.Past{About: id}
		if from.alone {
			past.Subject = id
		}
		for _, kind := range from.kinds {
			if p, other := fieldsRead[kind]; by.Holds(p) || !other && by.Holds(access.InventoryRead) {
				past.Kinds = append(past.Kinds, kind)
			}
		}
		if by.OnSupplierSide() || len(past.Kinds) == 0 {
			return nil, fault.Forbidden("forbidden")
		}
		list, err := tx.EventsOf(past, after, historyPage)
		if err != nil {
			return nil, err
		}
		h.Items, h.Next = list.Items, list.Next
		return h, h.name(tx)
	})
}

// name gives the words for what changed and for what fields refer to.
func (h *History) name(tx *store.Tx) error {
	program := tx.AsProgram("name what a history tells of")
	subjects, named := map[string][]uuid.UUID{}, []uuid.UUID{}
	for _, told := range h.Items {
		if !slices.Contains(subjects[told.SubjectKind], told.SubjectID) {
			subjects[told.SubjectKind] = append(subjects[told.SubjectKind], told.SubjectID)
		}
		for column, change := range told.Fields {
			for _, value := range []any{change.Before, change.After} {
				text, _ := value.(string)
				if id, err := uuid.Parse(text); err == nil && strings.HasSuffix(column, "_id") {
					named = append(named, id)
				}
			}
		}
	}
	organisations, err := store.Many[directory.Organisation](program, "", "id IN ?", named)
	if err != nil {
		return err
	}
	for _, o := range organisations {
		h.Names[o.ID] = o.Name
	}
	suppliers, err := store.Many[inventory.Supplier](program, "", "id IN ?", named)
	if err != nil {
		return err
	}
	for _, s := range suppliers {
		h.Names[s.ID] = sameInBoth(s.Name)
	}
	return h.nameSubjects(program, subjects)
}

func (h *History) nameSubjects(tx *store.Tx, subjects map[string][]uuid.UUID) error {
	certificates, err := store.Many[inventory.Certificate](tx, "", "id IN ?", subjects["certificate"])
	if err != nil {
		return err
	}
	for _, c := range certificates {
		h.Names[c.ID] = sameInBoth(c.Title())
	}
	subcontractors, err := store.Many[inventory.Subcontractor](tx, "", "id IN ?", subjects["subcontractor"])
	if err != nil {
		return err
	}
	for _, c := range subcontractors {
		h.Names[c.ID] = sameInBoth(c.Name)
	}
	contracts, err := store.Many[inventory.Contract](tx, "", "id IN ?", subjects["contract"])
	if err != nil {
		return err
	}
	for _, c := range contracts {
		h.Names[c.ID] = sameInBoth(c.Reference)
	}
	incidents, err := store.Many[incident.Incident](tx, "", "id IN ?", subjects["incident"])
	if err != nil {
		return err
	}
	for _, i := range incidents {
		h.Names[i.ID] = sameInBoth(i.Reference)
	}
	appointments, err := store.Many[directory.Appointment](tx, "", "id IN ?", subjects["appointment"])
	for _, a := range appointments {
		h.Names[a.ID] = sameInBoth(a.PersonName)
	}
	return err
}
