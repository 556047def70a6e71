package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Seal links an event to the one sealed before it. The order of the chain is
// Position, never an id or a time.
type Seal struct {
	Position int64
	EventID  uuid.UUID
	Previous string
	Hash     string
}

// Genesis stands before the first seal.
const Genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// Link seals an event behind the last seal.
func Link(last Seal, e Event) Seal {
	previous := last.Hash
	if last.Position == 0 {
		previous = Genesis
	}
	s := Seal{Position: last.Position + 1, EventID: e.ID, Previous: previous}
	s.Hash = s.hashOver(e)
	return s
}

// hashOver hashes the position, the hash before and everything of the event
// but its payload, of which it covers the salted digest.
func (s Seal) hashOver(e Event) string {
	body, err := json.Marshal([]any{
		s.Position, s.Previous, e.ID, e.At.UTC().Format(time.RFC3339Nano), e.UserID, e.MembershipID,
		e.Action, e.SubjectKind, e.SubjectID, e.SubjectVersion, e.AboutID, e.PayloadDigest,
	})
	if err != nil {
		panic(err) // every part is text or a number
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Sealed is a link of the chain as it is kept: the seal, its event and, unless
// it was erased, its payload.
type Sealed struct {
	Seal    Seal
	Event   *Event // nil when the event is gone
	Salt    []byte
	Payload []byte
	Erased  bool
}

// Broken says where the chain does not hold.
type Broken struct {
	Position int64
	EventID  uuid.UUID
	Why      string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("the audit chain breaks at position %d (event %s): %s", b.Position, b.EventID, b.Why)
}

// Verify walks the chain in the order of its positions and gives the last seal
// and the number of links. It must hold to the anchors too. The error is a
// *Broken naming the first link that does not hold.
func Verify(chain iter.Seq2[Sealed, error], anchors ...Anchor) (last Seal, links int, err error) {
	held := holdTo(anchors)
	for link, err := range chain {
		if err != nil {
			return last, links, err
		}
		why := link.check(last)
		if why == "" {
			why = held.check(link.Seal)
		}
		if why != "" {
			return last, links, &Broken{Position: link.Seal.Position, EventID: link.Seal.EventID, Why: why}
		}
		last = link.Seal
		links++
	}
	return last, links, held.ended(last)
}

func (l Sealed) check(last Seal) string {
	previous := last.Hash
	if last.Position == 0 {
		previous = Genesis
	}
	switch {
	case l.Seal.Position != last.Position+1:
		return fmt.Sprintf("position %d is missing", last.Position+1)
	case l.Seal.Previous != previous:
		return "it does not follow the seal before it"
	}
	return l.checkAlone()
}

// checkAlone holds a link to its own seal, whatever stands before it.
func (l Sealed) checkAlone() string {
	switch {
	case l.Event == nil:
		return "its event is gone"
	case l.Seal.Hash != l.Seal.hashOver(*l.Event):
		return "its event was changed"
	case l.Erased:
		return ""
	case DigestPayload(l.Salt, l.Payload) != l.Event.PayloadDigest:
		return "its payload was changed"
	}
	return ""
}
