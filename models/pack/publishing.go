package pack

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// Publication is what a pack goes out with.
type Publication struct {
	Access Access    `json:"access,omitempty"` // private when left out
	Note   lang.Text `json:"note,omitempty"`
}

func (in *Publication) check() error {
	invalid := fault.Invalid("invalid")
	if in.Access == "" {
		in.Access = Private
	}
	if in.Access != Private && in.Access != Public {
		invalid.On("access", "pack.access-unknown")
	}
	in.Note = lang.Text{En: strings.TrimSpace(in.Note.En), Cy: strings.TrimSpace(in.Note.Cy)}
	// What is circulated is bilingual: a note in one language waits for the other.
	if !in.Note.Empty() && !in.Note.Complete() {
		at := "note.cy"
		if in.Note.En == "" {
			at = "note.en"
		}
		invalid.On(at, "pack.note-missing")
	}
	if len(in.Note.En) > 4000 || len(in.Note.Cy) > 4000 {
		invalid.On("note.en", "pack.note-long")
	}
	return invalid.OrNil()
}

// Publish sends a pack to its readers: the files are printed in both languages,
// registered and signed. One published before for the same meeting is
// superseded by it.
func (s *Service) Publish(ctx context.Context, by access.Actor, id uuid.UUID, in Publication) (*Pack, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	found, err := store.Read(ctx, s.db, by, func(tx *store.Tx) (*Pack, error) { return s.publishable(tx, id) })
	if err != nil {
		return nil, err
	}
	// The files are printed before the change, which then holds nothing up; the
	// version says whether the pack is still the one that was printed.
	code := newCode()
	found.Access, found.Note, found.Code = in.Access, in.Note, &code
	paper := s.paper(found)
	paper.Draft = false
	files := map[lang.Tag][]byte{}
	for _, tag := range lang.All {
		if files[tag], err = s.print(paper, tag); err != nil {
			return nil, err
		}
	}
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Pack, error) {
		p, err := s.publishable(tx, id)
		if err != nil {
			return nil, err
		}
		if err := store.CheckVersion(p, found.Version); err != nil {
			return nil, err
		}
		at := tx.Now()
		p.State, p.Access, p.Note, p.Code, p.PublishedAt, p.PublishedBy = Published, in.Access, in.Note, &code, &at, by.Name
		if err := tx.Save(p, WentOut); err != nil {
			return nil, err
		}
		if err := s.register(tx, p, files); err != nil {
			return nil, err
		}
		return p, supersede(tx, p)
	})
}

func (s *Service) publishable(tx *store.Tx, id uuid.UUID) (*Pack, error) {
	p, err := store.Find[Pack](tx, id)
	if err != nil {
		return nil, err
	}
	if err := mayPublish(tx.By(), p); err != nil {
		return nil, err
	}
	if p.State != Made {
		return nil, fault.Conflict("pack.not-made", fault.Args{"State": string(p.State)})
	}
	return p, nil
}

// mayPublish: nationally all, elsewhere the own organisation's and group's.
func mayPublish(by access.Actor, p *Pack) error {
	if by.IsProgram() || by.Holds(access.ReportPublish) && (by.National() ||
		p.OrganisationID != nil && slices.Contains(by.OrganisationIDs, *p.OrganisationID) ||
		p.GovernanceGroupID != nil && *p.GovernanceGroupID == by.GroupID) {
		return nil
	}
	return fault.Forbidden("forbidden")
}

func (s *Service) register(tx *store.Tx, p *Pack, files map[lang.Tag][]byte) error {
	program := tx.AsProgram("register what goes out")
	if err := review.KeepKey(program, s.keys); err != nil {
		return err
	}
	keyID, _ := s.keys.PublicKey()
	for _, tag := range lang.All {
		sum := sha256.Sum256(files[tag])
		digest := hex.EncodeToString(sum[:])
		f := &File{Row: store.NewRow(), PackID: p.ID, Language: tag, SHA256: digest, Content: files[tag],
			Signature: s.keys.Sign(signed(digest, *p.Code)), KeyID: keyID}
		f.Version, f.CreatedAt = 1, tx.Now()
		if err := program.Insert(f); err != nil {
			return err
		}
	}
	return nil
}

// signed is what the signature is over: the file and the code on its pages.
func signed(digest, code string) []byte { return []byte("sicrwydd pack " + digest + " " + code) }

func supersede(tx *store.Tx, by *Pack) error {
	former, err := store.All[Pack](tx, "", "scope = ? AND meeting_on = ? AND state = ? AND id <> ? AND superseded_by_id IS NULL",
		by.Of, by.MeetingOn, Published, by.ID)
	if err != nil {
		return err
	}
	for _, old := range former {
		old.SupersededByID = &by.ID
		if err := tx.Save(old, Superseded); err != nil {
			return err
		}
	}
	return nil
}

// letters are those of a code: none is taken for another when read from paper.
const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode gives a code of 12 letters in fours, of about 58 bits: nobody guesses
// one.
func newCode() string {
	var code []byte
	for len(code) < 12 {
		var one [1]byte
		_, _ = rand.Read(one[:])                        // never fails: crypto/rand ends the program instead
		if n := int(one[0]); n < 256-256%len(letters) { // so that no letter comes more often
			code = append(code, letters[n%len(letters)])
		}
	}
	return tidy(string(code))
}

// paper is the pack as its document needs it.
func (s *Service) paper(p *Pack) *Paper {
	paper := &Paper{Snapshot: p.Snapshot, Reference: p.Reference, Draft: p.State != Published, Public: p.Access == Public,
		Old: p.SupersededByID != nil, Note: p.Note, MeetingOn: p.MeetingOn, MadeBy: p.AskedBy, Code: textOf(p.Code)}
	if paper.Code != "" {
		paper.VerifyAt = s.publicURL + "/verify?code=" + paper.Code
	}
	return paper
}

// Paper gives what the document of a kept pack needs. That it was read is
// recorded.
func (s *Service) Paper(ctx context.Context, by access.Actor, id uuid.UUID) (*Paper, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*Paper, error) {
		p, err := store.Find[Pack](tx, id)
		if err != nil {
			return nil, err
		}
		if p.Snapshot == nil {
			return nil, fault.Conflict("pack.not-made", fault.Args{"State": string(p.State)})
		}
		return s.paper(p), tx.Seen(p, Read)
	})
}

// Print gives a pack as a file: the very bytes that went out, or a draft.
func (s *Service) Print(ctx context.Context, by access.Actor, id uuid.UUID, tag lang.Tag) (name string, content []byte, err error) {
	paper, err := s.Paper(ctx, by, id)
	if err != nil {
		return "", nil, err
	}
	name = paper.Reference + "-" + string(tag) + ".pdf"
	if paper.Draft {
		content, err = s.print(paper, tag)
		return name, content, err
	}
	files, err := store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*File, error) {
		return store.Many[File](tx, "", "pack_id = ? AND language = ?", id, tag)
	})
	if err == nil && len(files) == 0 {
		err = fault.NotFound()
	}
	if err != nil {
		return "", nil, err
	}
	return name, files[0].Content, nil
}

// View is a pack as lists show it.
type View struct {
	*Pack
	Organisation lang.Text
	Group        lang.Text
	Programme    lang.Text
	MayPublish   bool
}

// Superseded reports whether a later one replaces it.
func (v View) Superseded() bool { return v.SupersededByID != nil }

// Packs lists the packs that the actor may read, by meeting, the latest first.
func (s *Service) Packs(ctx context.Context, by access.Actor, p store.Paging) (store.List[View], error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (store.List[View], error) {
		rows, err := store.Paged[Pack](tx, store.Query[Pack](tx).Omit("body"), p,
			store.Columns{"meeting_on": "meeting_on", "created_at": "created_at", "reference": "reference"}, "-meeting_on")
		if err != nil {
			return store.List[View]{}, err
		}
		views, err := viewed(tx, rows.Items)
		return store.List[View]{Items: views, Next: rows.Next, Total: rows.Total}, err
	})
}

// Pack gives one pack.
func (s *Service) Pack(ctx context.Context, by access.Actor, id uuid.UUID) (View, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (View, error) {
		p, err := store.Find[Pack](tx, id)
		if err != nil {
			return View{}, err
		}
		views, err := viewed(tx, []*Pack{p})
		if err != nil {
			return View{}, err
		}
		return views[0], nil
	})
}

func viewed(tx *store.Tx, packs []*Pack) ([]View, error) {
	var organisations, groups, programmes []uuid.UUID
	for _, p := range packs {
		organisations, groups, programmes = append(organisations, orNil(p.OrganisationID)), append(groups, orNil(p.GovernanceGroupID)), append(programmes, orNil(p.ProgrammeID))
	}
	program := tx.AsProgram("name whom packs are for")
	named, err := store.All[directory.Organisation](program, "", "id IN ?", organisations)
	if err != nil {
		return nil, err
	}
	met, err := store.All[directory.Group](program, "", "id IN ?", groups)
	if err != nil {
		return nil, err
	}
	rounds, err := store.All[review.Programme](program, "", "id IN ?", programmes)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(packs))
	for i, p := range packs {
		views[i] = View{Pack: p, MayPublish: mayPublish(tx.By(), p) == nil}
		for _, o := range named {
			if o.ID == organisations[i] {
				views[i].Organisation = o.Name
			}
		}
		for _, g := range met {
			if g.ID == groups[i] {
				views[i].Group = g.Name
			}
		}
		for _, r := range rounds {
			if r.ID == programmes[i] {
				views[i].Programme = r.Title
			}
		}
	}
	return views, nil
}

// Choices are what the actor may ask a pack for, and the next meetings of each
// group.
type Choices struct {
	Organisations []*directory.Organisation
	Groups        []*directory.Group
	Programmes    []*review.Programme
	Today         calendar.Date
}

// Choices gives what the actor may ask a pack for: nationally all, elsewhere
// the own organisation or group.
func (s *Service) Choices(ctx context.Context, by access.Actor) (Choices, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (c Choices, err error) {
		c.Today = calendar.On(tx.Now())
		if !by.Holds(access.ReportPublish) || by.OnSupplierSide() {
			return c, fault.Forbidden("forbidden")
		}
		programmes := tx
		if by.GroupID != uuid.Nil { // a group is told of everything
			programmes = tx.AsProgram("offer programmes to a group")
		}
		if c.Programmes, err = store.All[review.Programme](programmes, "ends_on DESC, id", ""); err != nil {
			return c, err
		}
		if by.GroupID == uuid.Nil {
			condition, args := "", []any{}
			if !by.National() {
				condition, args = "id IN ?", []any{by.OrganisationIDs}
			}
			if c.Organisations, err = store.All[directory.Organisation](tx, "name_en", condition, args...); err != nil {
				return c, err
			}
		}
		switch {
		case by.National():
			c.Groups, err = store.All[directory.Group](tx, "reference", "")
		case by.GroupID != uuid.Nil:
			c.Groups, err = store.All[directory.Group](tx, "reference", "id = ?", by.GroupID)
		}
		return c, err
	})
}
