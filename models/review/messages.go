package review

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Message is what one side writes to the other in a review, about the whole or
// about a question; or, of the internal side, what an approver writes to the
// reviewers when sending back.
type Message struct {
	store.Row
	ReviewID    uuid.UUID
	Section     string // that of the question, else empty
	QuestionKey string
	Side        Side
	Text        string
	Language    lang.Tag
	WrittenByID uuid.UUID
	WrittenBy   string
	About       lang.Text `gorm:"-"` // the question's text, where it is about one
}

// Scope is that of the review's messages, a respondent's those on the sections
// given; what our side writes to itself stays there.
func (Message) Scope(by access.Actor) store.Condition {
	c := store.Sections("messages")(by, access.MessageRead, "messages.review_id")
	if by.OnSupplierSide() {
		c = c.And("messages.side <> ?", Internal)
	}
	return c
}

// AuditKind names the thing in the audit log.
func (*Message) AuditKind() string { return "message" }

// AuditAbout is the review.
func (m *Message) AuditAbout() uuid.UUID { return m.ReviewID }

// MessageInput is a message as it is written, 1 to 4000 characters. A question
// key places it at that question.
type MessageInput struct {
	Text        string   `json:"text" maxLength:"4000"`
	Language    lang.Tag `json:"language,omitempty" enum:"en,cy"`
	QuestionKey string   `json:"question_key,omitempty" maxLength:"200"`
}

// Messages lists the messages of a review that the reader may see, oldest first.
func (s *Service) Messages(ctx context.Context, by access.Actor, review uuid.UUID) ([]*Message, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Message, error) {
		r, err := reviewFor(tx, review, access.MessageRead, store.Find[Review])
		if err != nil {
			return nil, err
		}
		messages, err := store.All[Message](tx, "created_at, id", "review_id = ? AND side <> ?", review, Internal)
		if err != nil || len(messages) == 0 {
			return messages, err
		}
		def, err := s.definition(tx, r.QuestionnaireVersionID)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			if q := def.Question(m.QuestionKey); q != nil {
				m.About = q.Text
			}
		}
		return messages, nil
	})
}

// Write adds a message and tells the other side that there is one. A
// respondent who was given sections writes about their questions.
func (s *Service) Write(ctx context.Context, by access.Actor, id uuid.UUID, in MessageInput) (*Message, error) {
	return store.Change(ctx, s.db, by, func(tx *store.Tx) (*Message, error) {
		r, err := reviewFor(tx, id, access.MessageWrite, store.Share[Review])
		if err != nil {
			return nil, err
		}
		if r.is(Planned, Closed, Cancelled) || r.Kind == Desk {
			return nil, r.wrongState()
		}
		m := &Message{ReviewID: id, QuestionKey: in.QuestionKey, Side: OurSide, Text: strings.TrimSpace(in.Text),
			Language: in.Language, WrittenByID: by.UserID, WrittenBy: by.Name}
		if by.OnSupplierSide() {
			m.Side = SupplierSide
		}
		if m.Section, err = s.sectionOf(tx, r, in.QuestionKey); err != nil {
			return nil, err
		}
		if err := m.check(); err != nil {
			return nil, err
		}
		if err := tx.AsProgram("write a message").Create(m, MessageWritten); err != nil {
			return nil, err
		}
		if _, err := store.Find[Message](tx, m.ID); err != nil {
			return nil, fault.Invalid("invalid").On("question_key", "message.not-your-section")
		}
		return m, s.mailMessage(tx, r, m)
	})
}

func (m *Message) check() error {
	invalid := fault.Invalid("invalid")
	if m.Text == "" {
		invalid.On("text", "text.missing")
	}
	if len([]rune(m.Text)) > 4000 {
		invalid.On("text", "text.too-long", fault.Args{"Max": 4000})
	}
	if m.Language == "" {
		m.Language = lang.English
	}
	if m.Language != lang.English && m.Language != lang.Welsh {
		invalid.On("language", "language.unknown")
	}
	return invalid.OrNil()
}

func (s *Service) sectionOf(tx *store.Tx, r *Review, question string) (string, error) {
	if question == "" {
		return "", nil
	}
	def, err := s.definition(tx, r.QuestionnaireVersionID)
	if err != nil {
		return "", err
	}
	for _, section := range def.Sections {
		for _, q := range section.Questions {
			if q.Key == question {
				return section.Key, nil
			}
		}
	}
	return "", fault.Invalid("invalid").On("question_key", "question.unknown")
}

// mailMessage tells the other side. Of a supplier's people those are told who
// may read the message.
func (s *Service) mailMessage(tx *store.Tx, r *Review, m *Message) error {
	if m.Side == SupplierSide {
		return s.mailOurSide(tx, r, "message")
	}
	given, err := store.Many[GivenSection](tx.AsProgram("write a mail"), "id", "review_id = ? AND section = ?", r.ID, m.Section)
	if err != nil {
		return err
	}
	readers := map[uuid.UUID]bool{}
	for _, g := range given {
		readers[g.RespondentID] = true
	}
	return s.mailAsked(tx, r, "message", func(p *Respondent) bool { return p.Lead || readers[p.ID] })
}

// SentBack gives what approvers wrote when they sent a review back, the latest
// first. It is for our side.
func (s *Service) SentBack(ctx context.Context, by access.Actor, review uuid.UUID) ([]*Message, error) {
	return store.Read(ctx, s.db, by, func(tx *store.Tx) ([]*Message, error) {
		return store.All[Message](tx, "created_at DESC", "review_id = ? AND side = ?", review, Internal)
	})
}
