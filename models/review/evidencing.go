package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
	"sicrwydd/models/vault"
)

// Upload is a file that supports an answer.
type Upload struct {
	Name      string
	Content   []byte
	ValidFrom calendar.Date
	ValidTo   calendar.Date
	// Confidential asks those who read it for special care; it needs a reason.
	Confidential       bool
	ConfidentialReason string
}

// Elsewhere is evidence that is not handed over: an address where it can be
// read, or who of NHS Wales saw what, where and when.
type Elsewhere struct {
	Name           string        `json:"name" maxLength:"200"`
	Link           string        `json:"link,omitempty" maxLength:"2000"`
	InspectedBy    string        `json:"inspected_by,omitempty" maxLength:"200"`
	InspectedWhere string        `json:"inspected_where,omitempty" maxLength:"200"`
	InspectedOn    calendar.Date `json:"inspected_on,omitempty"`
	ValidTo        calendar.Date `json:"valid_to,omitempty"`
}

func (in Elsewhere) evidence(today calendar.Date) (*Evidence, error) {
	e := &Evidence{Kind: LinkEvidence, Name: strings.TrimSpace(in.Name), Link: strings.TrimSpace(in.Link), Scan: "not_scanned",
		InspectedBy: strings.TrimSpace(in.InspectedBy), InspectedWhere: strings.TrimSpace(in.InspectedWhere), InspectedOn: in.InspectedOn, ValidTo: in.ValidTo}
	invalid := fault.Invalid("invalid")
	if e.Link == "" {
		e.Kind = Inspected
		day, ok := calendar.Parse(string(in.InspectedOn))
		switch {
		case e.InspectedBy == "":
			invalid.On("inspected_by", "evidence.inspected-by-missing")
		case !ok || day > today:
			invalid.On("inspected_on", "date.wrong")
		}
	} else if u, err := url.Parse(e.Link); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		invalid.On("link", "evidence.link-wrong")
	}
	if e.Name == "" {
		invalid.On("name", "evidence.what-missing")
	}
	if _, ok := calendar.Parse(string(in.ValidTo)); in.ValidTo != "" && !ok {
		invalid.On("valid_to", "date.wrong")
	}
	return e, invalid.OrNil()
}

// AddElsewhere adds evidence that is not handed over to an answer.
func (s *Service) AddElsewhere(ctx context.Context, by access.Actor, id uuid.UUID, key string, system uuid.UUID, in Elsewhere) (*Evidence, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Evidence, error) {
		if _, _, err := s.openSlot(tx, id, key, system); err != nil {
			return nil, err // what may not be seen is absent before anything else is said
		}
		e, err := in.evidence(calendar.On(tx.Now()))
		if err != nil {
			return nil, err
		}
		return e, s.attach(tx, id, key, system, e)
	})
}

const evidencePerAnswer = 20

// AddEvidence keeps a file for an answer. The file is checked by its content
// and kept first; if its record is refused, the file goes again.
func (s *Service) AddEvidence(ctx context.Context, by access.Actor, id uuid.UUID, key string, system uuid.UUID, up Upload) (*Evidence, error) {
	if err := s.mayUpload(ctx, by, id, key, system); err != nil {
		return nil, err // before the file is looked at, and again in the change
	}
	name, mediaType, err := vault.Inspect(up.Name, up.Content)
	if err != nil {
		return nil, err
	}
	for location, day := range map[string]calendar.Date{"valid_from": up.ValidFrom, "valid_to": up.ValidTo} {
		if _, ok := calendar.Parse(string(day)); day != "" && !ok {
			return nil, fault.Invalid("invalid").On(location, "date.wrong")
		}
	}
	if up.ValidTo != "" && up.ValidTo < up.ValidFrom {
		return nil, fault.Invalid("invalid").On("valid_to", "period.ends-before")
	}
	if up.Confidential && strings.TrimSpace(up.ConfidentialReason) == "" {
		return nil, fault.Invalid("invalid").On("confidential_reason", "reason.missing")
	}
	blob, err := s.vault.Put(ctx, up.Content)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(up.Content)
	e := &Evidence{Kind: FileEvidence, Name: name, Size: int64(len(up.Content)), SHA256: hex.EncodeToString(sum[:]),
		MediaType: mediaType, BlobKey: blob, Scan: "not_scanned", ValidFrom: up.ValidFrom, ValidTo: up.ValidTo,
		Confidential: up.Confidential, ConfidentialReason: strings.TrimSpace(up.ConfidentialReason)}
	e, err = store.Change(ctx, s.db, by, func(tx *store.Tx) (*Evidence, error) {
		kept := *e // the change may run again
		return &kept, s.attach(tx, id, key, system, &kept)
	})
	if err != nil {
		_ = s.vault.Drop(context.WithoutCancel(ctx), blob)
		return nil, err
	}
	return e, nil
}

func (s *Service) mayUpload(ctx context.Context, by access.Actor, id uuid.UUID, key string, system uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		_, _, err := s.openSlot(tx, id, key, system)
		return true, err
	})
	return err
}

// openSlot finds a question of a review that takes answers and evidence now.
func (s *Service) openSlot(tx *store.Tx, id uuid.UUID, key string, system uuid.UUID) (*dossier, questionnaire.Slot, error) {
	d, err := s.forAnswer(tx, id, ActUploaded)
	if err != nil {
		return nil, questionnaire.Slot{}, err
	}
	slot, section, err := d.slotOf(key, system)
	if err != nil {
		return nil, slot, err
	}
	if err := maySection(tx, id, section.Key); err != nil {
		return nil, slot, err
	}
	return d, slot, d.review.openToAnswer(slot, d.sheet().Item(slot).Shown)
}

func (s *Service) attach(tx *store.Tx, id uuid.UUID, key string, system uuid.UUID, e *Evidence) error {
	d, slot, err := s.openSlot(tx, id, key, system)
	if err != nil {
		return err
	}
	if len(d.evidence[slot]) >= evidencePerAnswer {
		return fault.Conflict("evidence.too-many", fault.Args{"Max": evidencePerAnswer})
	}
	if err := d.begin(tx); err != nil {
		return err
	}
	if err := took(tx, id, ActUploaded); err != nil {
		return err
	}
	e.ReviewID, e.SupplierID, e.Section = id, d.review.SupplierID, d.sheet().Item(slot).Section.Key
	e.QuestionKey, e.SystemID = slot.Key, slot.System
	e.UploadedByID, e.UploadedBy = tx.By().UserID, tx.By().Name
	if err := tx.Create(e, EvidenceAdded); err != nil {
		return err
	}
	return d.clearJudgement(tx, slot)
}

// RemoveEvidence takes evidence away from an answer that is still open. Its
// record stays.
func (s *Service) RemoveEvidence(ctx context.Context, by access.Actor, id, evidence uuid.UUID) error {
	_, err := store.Change(ctx, s.db, by, func(tx *store.Tx) (bool, error) {
		e, err := store.FindBy[Evidence](tx, "id = ? AND review_id = ? AND removed_at IS NULL", evidence, id)
		if err != nil {
			return false, err
		}
		d, slot, err := s.openSlot(tx, id, e.QuestionKey, e.SystemID)
		if err != nil {
			return false, err
		}
		now := tx.Now()
		e.RemovedAt = &now
		if err := took(tx, id, ActUploaded); err != nil {
			return false, err
		}
		if err := tx.Save(e, EvidenceRemoved); err != nil {
			return false, err
		}
		return true, d.clearJudgement(tx, slot)
	})
	return err
}

// EvidenceFile gives the content of a piece of evidence; that it was read is
// recorded first.
func (s *Service) EvidenceFile(ctx context.Context, by access.Actor, id, evidence uuid.UUID) (*Evidence, []byte, error) {
	e, err := store.Read(ctx, s.db, by, func(tx *store.Tx) (*Evidence, error) {
		e, err := store.FindBy[Evidence](tx, "id = ? AND review_id = ? AND kind = ?", evidence, id, FileEvidence)
		if err != nil {
			return nil, err
		}
		return e, tx.Seen(e, EvidenceRead)
	})
	if err != nil {
		return nil, nil, err
	}
	content, err := s.vault.Get(ctx, e.BlobKey)
	return e, content, err
}
