package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/keyring"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// submission is what a receipt covers, in this order of fields.
type submission struct {
	Review        string            `json:"review"`
	Supplier      string            `json:"supplier"`
	Systems       []string          `json:"systems"`
	Questionnaire string            `json:"questionnaire"`
	VersionDigest string            `json:"questionnaire_digest"`
	Number        int               `json:"submission"`
	SubmittedAt   time.Time         `json:"submitted_at"`
	Attested      bool              `json:"attested"`
	Name          string            `json:"name"`
	JobTitle      string            `json:"job_title"`
	Organisation  string            `json:"organisation"`
	Answers       []submittedAnswer `json:"answers"`
}

type submittedAnswer struct {
	Question string              `json:"question"`
	Value    json.RawMessage     `json:"value"`
	Comment  string              `json:"comment,omitempty"`
	Evidence []submittedEvidence `json:"evidence,omitempty"`
}

type submittedEvidence struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`

	Link        string        `json:"link,omitempty"`
	InspectedBy string        `json:"inspected_by,omitempty"`
	InspectedOn calendar.Date `json:"inspected_on,omitempty"`
}

// Submit hands in the answers: attested by a lead of the supplier, or for a
// desk review by the official who wrote it. It leaves a receipt.
func (s *Service) Submit(ctx context.Context, by access.Actor, id uuid.UUID, a Attestation) (*Review, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Review, error) {
		r, err := reviewFor(tx, id, access.ReviewAttest, store.Lock[Review])
		if err != nil {
			return nil, err
		}
		if err := maySubmit(tx, r); err != nil {
			return nil, err
		}
		if r.Kind == OfSupplier && r.is(InProgress, Returned) {
			if err := a.check(); err != nil {
				return nil, err
			}
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		sheet := d.sheet()
		if err := r.submit(sheet, tx.Now()); err != nil {
			return nil, err
		}
		if err := d.clearHidden(tx, sheet); err != nil {
			return nil, err
		}
		if err := took(tx, id, ActAttested); err != nil {
			return nil, err
		}
		if err := s.receipt(tx, d, sheet, a); err != nil {
			return nil, err
		}
		if err := s.mailOurSide(tx, r, "submitted"); err != nil {
			return nil, err
		}
		return r, keepStanding(tx.AsProgram("submit"), r, ReviewSubmitted)
	})
}

// maySubmit lets a lead of the supplier submit, and of a desk review the
// official who answered it.
func maySubmit(tx *store.Tx, r *Review) error {
	if tx.By().OnSupplierSide() {
		return nil
	}
	if r.Kind != Desk {
		return fault.Forbidden("answer.not-yours")
	}
	wrote, err := tookPart(tx, r.ID, tx.By().UserID, ActAnswered, ActUploaded)
	if err != nil || wrote {
		return err
	}
	return fault.Forbidden("review.desk-not-written-by-you")
}

// clearHidden takes back the judgements of questions that are hidden now.
func (d *dossier) clearHidden(tx *store.Tx, sheet *questionnaire.Sheet) error {
	for slot := range d.judgements {
		if item := sheet.Item(slot); item == nil || !item.Shown {
			if err := d.clearJudgement(tx, slot); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) receipt(tx *store.Tx, d *dossier, sheet *questionnaire.Sheet, a Attestation) error {
	program := tx.AsProgram("write a receipt")
	supplier, err := store.Find[inventory.Supplier](program, d.review.SupplierID)
	if err != nil {
		return err
	}
	organisation := supplier.Name
	if d.review.Kind == Desk {
		name, err := organisationOf(tx, tx.By().OrganisationID)
		if err != nil {
			return err
		}
		organisation, a.Name = name.String(), tx.By().Name
	}
	former, err := store.Count[Receipt](program, "review_id = ?", d.review.ID)
	if err != nil {
		return err
	}
	what := submission{Review: d.review.Reference, Supplier: supplier.Name, Questionnaire: d.review.QuestionnaireCode,
		VersionDigest: d.def.Digest(), Number: former + 1, SubmittedAt: tx.Now(), Attested: d.review.Kind == OfSupplier,
		Name: a.Name, JobTitle: a.JobTitle, Organisation: organisation}
	for _, system := range d.systems {
		what.Systems = append(what.Systems, system.Reference)
	}
	for _, slot := range sheet.Shown() {
		what.Answers = append(what.Answers, d.submitted(slot))
	}
	content, err := json.Marshal(what)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	keyID, public := s.keys.PublicKey()
	if err := publishKey(program, keyID, public); err != nil {
		return err
	}
	row := &Receipt{Row: store.NewRow(), ReviewID: d.review.ID, Number: what.Number, Content: string(content),
		Digest: hex.EncodeToString(sum[:]), Signature: s.keys.Sign(content), KeyID: keyID, Name: a.Name,
		JobTitle: a.JobTitle, Organisation: organisation, SubmittedByID: tx.By().UserID, Attested: what.Attested}
	row.Version, row.CreatedAt = 1, tx.Now()
	return program.Insert(row)
}

func (d *dossier) submitted(slot questionnaire.Slot) submittedAnswer {
	out := submittedAnswer{Question: slot.String()}
	if a := d.answers[slot]; a != nil {
		out.Value, out.Comment = a.Value, a.Comment
	}
	for _, e := range d.evidence[slot] {
		out.Evidence = append(out.Evidence, submittedEvidence{e.Name, e.Size, e.SHA256, e.Link, e.InspectedBy, e.InspectedOn})
	}
	return out
}

// KeepKey keeps the public key of what is signed within a change.
func KeepKey(tx *store.Tx, keys *keyring.Ring) error {
	id, public := keys.PublicKey()
	return publishKey(tx, id, public)
}

// publishKey keeps the public key that verifies what is signed now; old ones stay.
func publishKey(tx *store.Tx, id, public string) error {
	n, err := store.Count[SigningKey](tx, "key_id = ?", id)
	if err != nil || n > 0 {
		return err
	}
	key := &SigningKey{Row: store.NewRow(), KeyID: id, PublicKey: public}
	key.Version, key.CreatedAt = 1, tx.Now()
	return tx.Insert(key)
}

// ReceiptOf gives the latest receipt of a review with the public key that
// verifies it. It holds every answer: that they were read is recorded.
func (s *Service) ReceiptOf(ctx context.Context, by access.Actor, id uuid.UUID) (*Receipt, *SigningKey, error) {
	type both struct {
		receipt *Receipt
		key     *SigningKey
	}
	b, err := store.Read(ctx, s.db, by, func(tx *store.Tx) (both, error) {
		r, err := reviewFor(tx, id, access.AnswersRead, store.Find[Review])
		if err != nil {
			return both{}, err
		}
		receipts, err := store.Many[Receipt](tx, "number DESC", "review_id = ?", id)
		if err != nil || len(receipts) == 0 {
			return both{}, orNotFound(err)
		}
		key, err := store.Many[SigningKey](tx, "", "key_id = ?", receipts[0].KeyID)
		if err != nil || len(key) == 0 {
			return both{}, orNotFound(err)
		}
		return both{receipts[0], key[0]}, tx.Seen(r, AnswersRead)
	})
	return b.receipt, b.key, err
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return fault.NotFound()
}

// PublicKeys lists the keys that receipts were ever signed with.
func (s *Service) PublicKeys(ctx context.Context, by access.Actor) ([]*SigningKey, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*SigningKey, error) {
		return store.Many[SigningKey](tx, "created_at", "")
	})
}
