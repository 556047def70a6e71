package review

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store"
)

// QuestionView is a question of a review with its answer, as a reader may see it.
type QuestionView struct {
	Key              string                       `json:"key"`
	Scope            questionnaire.Scope          `json:"scope"`
	SystemID         *uuid.UUID                   `json:"system_id"`
	Section          SectionView                  `json:"section"`
	Text             lang.Text                    `json:"text"`
	Guidance         lang.Text                    `json:"guidance"`
	Why              lang.Text                    `json:"why"`
	GoodEvidence     lang.Text                    `json:"good_evidence"`
	Judging          *questionnaire.Judging       `json:"judging,omitempty"`
	Type             questionnaire.Type           `json:"type"`
	Options          []OptionView                 `json:"options"`
	Required         bool                         `json:"required"`
	Essential        bool                         `json:"essential"`
	Evidence         questionnaire.EvidencePolicy `json:"evidence"`
	EvidenceRequired bool                         `json:"evidence_required"`
	Shown            bool                         `json:"shown"`
	Open             bool                         `json:"open"` // takes an answer now
	Returned         bool                         `json:"returned"`
	Complete         bool                         `json:"complete"`
	Weight           int                          `json:"weight"`
	Minutes          int                          `json:"minutes"`
	Requirements     []string                     `json:"requirements"`
	Answer           *AnswerView                  `json:"answer"`
	Judgement        *JudgementView               `json:"judgement"`
	Feedback         *lang.Text                   `json:"feedback"`
	Proposed         *questionnaire.Outcome       `json:"proposed,omitempty"` // for our side: what the answer with its evidence proposes
	Previous         *Previous                    `json:"previous"`           // how it was answered in an earlier review
	Certificate      *CertificateOffer            `json:"certificate"`        // that answers it, while nobody has
	Known            json.RawMessage              `json:"known,omitempty"`    // for the supplier: the answer that our records held at issue, while nobody has
}

// SectionView names a section.
type SectionView struct {
	Key   string    `json:"key"`
	Title lang.Text `json:"title"`
}

// OptionView is an answer to choose.
type OptionView struct {
	Value string    `json:"value"`
	Label lang.Text `json:"label"`
}

// AnswerView is an answer with its evidence.
type AnswerView struct {
	Value      json.RawMessage `json:"value"`
	Comment    string          `json:"comment"`
	Evidence   []EvidenceView  `json:"evidence"`
	AnsweredBy string          `json:"answered_by"`
	AnsweredAt *time.Time      `json:"answered_at"`
	Origin     Origin          `json:"origin,omitempty"`
	Version    int             `json:"version"`
}

// EvidenceView is a piece of evidence.
type EvidenceView struct {
	ID        uuid.UUID     `json:"id"`
	Name      string        `json:"name"`
	Size      int64         `json:"size"`
	SHA256    string        `json:"sha256"`
	MediaType string        `json:"media_type"`
	Scan      string        `json:"scan"`
	ValidFrom calendar.Date `json:"valid_from,omitempty"`
	ValidTo   calendar.Date `json:"valid_to,omitempty"`

	Kind               EvidenceKind  `json:"kind"`
	Link               string        `json:"link,omitempty"`
	InspectedBy        string        `json:"inspected_by,omitempty"`
	InspectedWhere     string        `json:"inspected_where,omitempty"`
	InspectedOn        calendar.Date `json:"inspected_on,omitempty"`
	Confidential       bool          `json:"confidential"`
	ConfidentialReason string        `json:"confidential_reason,omitempty"`
}

// JudgementView is a judgement, for our side.
type JudgementView struct {
	Outcome     questionnaire.Outcome `json:"outcome"`
	Basis       questionnaire.Basis   `json:"basis"`
	EvidenceIDs []uuid.UUID           `json:"evidence_ids"`
	Note        string                `json:"note"`
	Feedback    lang.Text             `json:"feedback"`
	JudgedBy    string                `json:"judged_by"`
	JudgedAt    time.Time             `json:"judged_at"`
	CarriedFrom string                `json:"carried_from,omitempty" doc:"Reference of the review that the judgement was made in first"`
}

// View of evidence as the API gives it.
func (e *Evidence) View() EvidenceView {
	return EvidenceView{ID: e.ID, Name: e.Name, Size: e.Size, SHA256: e.SHA256, MediaType: e.MediaType, Scan: e.Scan,
		ValidFrom: e.ValidFrom, ValidTo: e.ValidTo, Kind: e.Kind, Link: e.Link, InspectedBy: e.InspectedBy,
		InspectedWhere: e.InspectedWhere, InspectedOn: e.InspectedOn, Confidential: e.Confidential, ConfidentialReason: e.ConfidentialReason}
}

// viewer shows the questions of a dossier to one reader.
type viewer struct {
	d        *dossier
	supplier bool
	judging  bool // sees judgements
	feedback bool // sees what was written for the supplier
	answers  bool
	sections map[string]bool // nil: all
	past     map[questionnaire.Slot]*Previous
	offers   map[questionnaire.Slot]*CertificateOffer
}

func (d *dossier) viewer(tx *store.Tx) viewer {
	supplier := tx.By().OnSupplierSide()
	return viewer{d: d, supplier: supplier, judging: !supplier, answers: true,
		feedback: !supplier || d.review.SharedAt != nil && tx.By().Has(access.SupplierLead)}
}

func (v viewer) question(item *questionnaire.Item) QuestionView {
	q, r := item.Question, v.d.review
	view := QuestionView{Key: q.Key, Scope: q.Scope, Section: SectionView{item.Section.Key, item.Section.Title}, Text: q.Text,
		Guidance: q.Guidance, Why: q.Why, GoodEvidence: q.GoodEvidence, Type: q.Type, Options: []OptionView{},
		Required: item.Required, Essential: q.Essential, Evidence: q.Evidence, EvidenceRequired: item.EvidenceRequired,
		Shown: item.Shown, Open: r.openToAnswer(item.Slot, item.Shown) == nil, Complete: item.Complete, Weight: q.Weight,
		Minutes: q.Minutes, Requirements: q.Requirements}
	if item.Slot.System != uuid.Nil {
		view.SystemID = &item.Slot.System
	}
	for _, slot := range r.ReturnedSlots {
		view.Returned = view.Returned || slot == item.Slot
	}
	for _, o := range q.Choices() {
		view.Options = append(view.Options, OptionView{o.Value, o.Label})
	}
	if v.answers {
		view.Answer, view.Previous = v.answer(item.Slot), v.past[item.Slot]
		if view.Answer == nil {
			view.Certificate = v.offers[item.Slot]
			if v.supplier {
				view.Known = v.d.facts.Known(q, item.Slot.System)
			}
		}
	}
	if v.judging {
		view.Judging = &q.Judging
		if in, proposed := v.d.proposal(item); proposed {
			view.Proposed = &in.Outcome
		}
	}
	if j := v.d.judgements[item.Slot]; j != nil {
		if v.judging {
			view.Judgement = &JudgementView{j.Outcome, j.Basis, j.EvidenceIDs, j.Note, j.Feedback, j.JudgedBy, j.JudgedAt, j.CarriedFrom}
		}
		if v.feedback {
			view.Feedback = &j.Feedback
		}
	}
	return view
}

func (v viewer) answer(slot questionnaire.Slot) *AnswerView {
	a, evidence := v.d.answers[slot], v.d.evidence[slot]
	if a == nil && len(evidence) == 0 {
		return nil
	}
	view := &AnswerView{Evidence: []EvidenceView{}, Value: json.RawMessage("null")}
	if a != nil {
		if a.Value != nil {
			view.Value = a.Value
		}
		view.Comment, view.AnsweredBy, view.AnsweredAt = a.Comment, a.AnsweredBy, &a.AnsweredAt
		view.Origin, view.Version = a.Origin, a.Version
	}
	for _, e := range evidence {
		view.Evidence = append(view.Evidence, e.View())
	}
	return view
}

// Questions lists the questions of a review in order with their answers; that
// answers were read is recorded. A respondent sees the sections given to it.
func (s *Service) Questions(ctx context.Context, by access.Actor, id uuid.UUID) ([]QuestionView, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]QuestionView, error) {
		r, err := reviewFor(tx, id, access.AnswersRead, store.Find[Review])
		if err != nil {
			return nil, err
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		v := d.viewer(tx)
		if v.past, err = s.earlierAnswers(tx, d); err != nil {
			return nil, err
		}
		if by.OnSupplierSide() {
			if v.offers, err = certificateOffers(tx, d); err != nil {
				return nil, err
			}
		}
		if by.OnSupplierSide() && !by.Has(access.SupplierLead) {
			if v.sections, err = sectionsOf(tx, id, by.UserID); err != nil {
				return nil, err
			}
		}
		views := []QuestionView{}
		for _, item := range d.sheet().Items {
			if v.sections == nil || v.sections[item.Section.Key] {
				views = append(views, v.question(&item))
			}
		}
		return views, tx.Seen(r, AnswersRead)
	})
}

// Rating explains the result of a review point by point: as assessed, or while
// it is being judged as it stands. A supplier sees it once all have signed.
func (s *Service) Rating(ctx context.Context, by access.Actor, id uuid.UUID) (*questionnaire.Scorecard, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) (*questionnaire.Scorecard, error) {
		r, err := reviewFor(tx, id, access.AnswersRead, store.Find[Review])
		if err != nil {
			return nil, err
		}
		if by.OnSupplierSide() && (r.SignedOffAt == nil || !by.Has(access.SupplierLead)) {
			return nil, orForbidden(nil, "rating.not-yet")
		}
		if r.Assessment != nil && r.is(Assessed, SignedOff) {
			return &r.Assessment.Card, nil
		}
		d, err := s.open(tx, r)
		if err != nil {
			return nil, err
		}
		card := d.score()
		return &card, nil
	})
}
