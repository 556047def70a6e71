package review

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// offer is an answer that stands ready to be confirmed: given before, or by a
// certificate that the supplier holds.
type offer struct {
	value    json.RawMessage
	comment  string
	evidence []*Evidence
	origin   Origin
}

// CertificateOffer is the answer that a valid certificate gives to a question.
type CertificateOffer struct {
	Kind      string          `json:"kind"`
	Name      string          `json:"name"`
	Number    string          `json:"number"`
	ExpiresOn calendar.Date   `json:"expires_on"`
	Value     json.RawMessage `json:"value"`
	held      *inventory.Certificate
}

func (c *CertificateOffer) offer(evidence []*Evidence) offer {
	said := []string{c.held.Title()}
	for _, part := range []string{c.Number, string(c.ExpiresOn)} {
		if part != "" {
			said = append(said, part)
		}
	}
	return offer{value: c.Value, comment: strings.Join(said, ", "), evidence: evidence, origin: FromCertificate}
}

// certificateOffers finds the questions of a dossier that a certificate of the
// supplier answers, one that is valid today and named at issue.
func certificateOffers(tx *store.Tx, d *dossier) (map[questionnaire.Slot]*CertificateOffer, error) {
	offers := map[questionnaire.Slot]*CertificateOffer{}
	if d.review.Kind == Desk {
		return offers, nil
	}
	held, err := store.All[inventory.Certificate](tx.AsProgram("offer what certificates answer"), "expires_on DESC, id", "supplier_id = ?", d.review.SupplierID)
	if err != nil || len(held) == 0 {
		return offers, err
	}
	today := calendar.On(tx.Now())
	held = slices.DeleteFunc(held, func(c *inventory.Certificate) bool { return c.ExpiresOn != "" && c.ExpiresOn < today })
	for _, item := range d.sheet().Items {
		value := item.Question.BestAnswer()
		if value == nil {
			continue
		}
		at := slices.IndexFunc(held, func(c *inventory.Certificate) bool { return slices.Contains(item.Question.Certificates, c.Kind) })
		if at >= 0 {
			c := held[at]
			offers[item.Slot] = &CertificateOffer{Kind: c.Kind, Name: c.Name, Number: c.Number, ExpiresOn: c.ExpiresOn, Value: value, held: c}
		}
	}
	return offers, nil
}

// AnswerFromCertificates answers with the supplier's certificates: each of the
// questions named, or every one when none is, that is open, shown, not answered
// yet and that a certificate answers. It gives how many were answered.
func (s *Service) AnswerFromCertificates(ctx context.Context, by access.Actor, id uuid.UUID, slots []questionnaire.Slot) (int, error) {
	return s.confirmAll(ctx, by, id, slots, func(tx *store.Tx, d *dossier) (map[questionnaire.Slot]offer, error) {
		found, err := certificateOffers(tx, d)
		if err != nil {
			return nil, err
		}
		offers := map[questionnaire.Slot]offer{}
		for slot, c := range found {
			var evidence []*Evidence
			if c.held.EvidenceID != nil {
				evidence, err = store.All[Evidence](tx, "id", "id = ? AND supplier_id = ? AND removed_at IS NULL", *c.held.EvidenceID, d.review.SupplierID)
				if err != nil {
					return nil, err
				}
			}
			offers[slot] = c.offer(evidence)
		}
		return offers, nil
	})
}

// AnswerFromFacts answers with what the inventory held at issue: each of the
// questions named, or every one when none is, that is open, shown, not answered
// yet and whose answer is known. It gives how many were answered.
func (s *Service) AnswerFromFacts(ctx context.Context, by access.Actor, id uuid.UUID, slots []questionnaire.Slot) (int, error) {
	return s.confirmAll(ctx, by, id, slots, func(_ *store.Tx, d *dossier) (map[questionnaire.Slot]offer, error) {
		offers := map[questionnaire.Slot]offer{}
		for _, item := range d.sheet().Items {
			if value := d.facts.Known(item.Question, item.Slot.System); value != nil && d.review.Kind != Desk {
				offers[item.Slot] = offer{value: value, origin: FromInventory}
			}
		}
		return offers, nil
	})
}

// confirmAll gives the answers that stand ready to the questions that are open,
// shown and not answered yet.
func (s *Service) confirmAll(ctx context.Context, by access.Actor, id uuid.UUID, slots []questionnaire.Slot,
	find func(*store.Tx, *dossier) (map[questionnaire.Slot]offer, error)) (int, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (int, error) {
		d, err := s.forAnswer(tx, id, ActAnswered)
		if err != nil {
			return 0, err
		}
		if !d.review.is(Issued, InProgress, Returned) {
			return 0, d.review.wrongState()
		}
		offers, err := find(tx, d)
		if err != nil {
			return 0, err
		}
		wanted := map[questionnaire.Slot]bool{}
		for _, slot := range slots {
			wanted[slot] = true
		}
		confirmed := 0
		for { // an answer may show a question that has one ready too
			n, err := d.confirm(tx, offers, wanted)
			if confirmed += n; err != nil || n == 0 {
				return confirmed, err
			}
		}
	})
}

func (d *dossier) confirm(tx *store.Tx, offers map[questionnaire.Slot]offer, wanted map[questionnaire.Slot]bool) (int, error) {
	confirmed := 0
	for _, item := range d.sheet().Items {
		ready, found := offers[item.Slot]
		if !found || d.answers[item.Slot] != nil || len(wanted) > 0 && !wanted[item.Slot] ||
			d.review.openToAnswer(item.Slot, item.Shown) != nil || maySection(tx, d.review.ID, item.Section.Key) != nil {
			continue
		}
		value, err := questionnaire.CheckValue(item.Question, ready.value)
		if err != nil {
			continue // the question takes other answers now
		}
		if err := d.give(tx, item.Slot, item.Section.Key, value, ready.comment, ready.origin); err != nil {
			return confirmed, err
		}
		if err := d.attachAgain(tx, &item, ready.evidence); err != nil {
			return confirmed, err
		}
		confirmed++
	}
	return confirmed, nil
}

// attachAgain adds evidence that was given before and has not run out. The
// file itself is kept once.
func (d *dossier) attachAgain(tx *store.Tx, item *questionnaire.Item, evidence []*Evidence) error {
	today := calendar.On(tx.Now())
	for _, old := range evidence {
		if old.ValidTo != "" && old.ValidTo < today {
			continue
		}
		e := *old
		e.Row, e.ReviewID, e.Section, e.ActionID = store.Row{}, d.review.ID, item.Section.Key, nil
		e.QuestionKey, e.SystemID = item.Slot.Key, item.Slot.System
		e.UploadedByID, e.UploadedBy = tx.By().UserID, tx.By().Name
		if err := tx.Create(&e, EvidenceAdded); err != nil {
			return err
		}
		d.evidence[item.Slot] = append(d.evidence[item.Slot], &e)
	}
	return nil
}

// LibraryFile is a file that the supplier has given as evidence, once however
// often it was given.
type LibraryFile struct {
	EvidenceView
	GivenBy   string    `json:"given_by"`
	Reference string    `json:"reference"` // of the review that it was given in last
	ReviewID  uuid.UUID `json:"review_id"`
	Expired   bool      `json:"expired"`
	Uses      int       `json:"uses"`
}

// Library lists the files that the actor's supplier has given as evidence, as
// far as the actor sees them, the newest first.
func (s *Service) Library(ctx context.Context, by access.Actor) ([]LibraryFile, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]LibraryFile, error) {
		files := []LibraryFile{}
		if !by.OnSupplierSide() {
			return files, nil
		}
		rows, err := store.All[Evidence](tx, "created_at DESC, id DESC", "kind = ? AND removed_at IS NULL", FileEvidence)
		if err != nil {
			return nil, err
		}
		reviews, err := store.All[Review](tx, "id", "supplier_id = ?", by.SupplierID)
		if err != nil {
			return nil, err
		}
		references := map[uuid.UUID]string{}
		for _, r := range reviews {
			references[r.ID] = r.Reference
		}
		at := map[string]int{}
		for _, e := range rows {
			if i, seen := at[e.SHA256]; seen {
				files[i].Uses++
				continue
			}
			at[e.SHA256] = len(files)
			files = append(files, LibraryFile{EvidenceView: e.View(), GivenBy: e.UploadedBy, Reference: references[e.ReviewID], ReviewID: e.ReviewID,
				Expired: e.ValidTo != "" && e.ValidTo < calendar.On(tx.Now()), Uses: 1})
		}
		return files, nil
	})
}

// UseAgain adds a file of the supplier's library to an answer, without another
// upload.
func (s *Service) UseAgain(ctx context.Context, by access.Actor, id uuid.UUID, key string, system, evidence uuid.UUID) (*Evidence, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Evidence, error) {
		d, _, err := s.openSlot(tx, id, key, system)
		if err != nil {
			return nil, err
		}
		old, err := store.FindBy[Evidence](tx, "id = ? AND supplier_id = ? AND kind = ? AND removed_at IS NULL", evidence, d.review.SupplierID, FileEvidence)
		if fault.Is(err, fault.KindNotFound) {
			return nil, fault.Invalid("invalid").On("library", "evidence.unknown")
		}
		if err != nil {
			return nil, err
		}
		if old.ValidTo != "" && old.ValidTo < calendar.On(tx.Now()) {
			return nil, fault.Invalid("invalid").On("library", "evidence.expired")
		}
		e := *old
		e.Row, e.ActionID = store.Row{}, nil
		return &e, s.attach(tx, id, key, system, &e)
	})
}
