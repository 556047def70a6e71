package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Anchor is the head of the chain as it stood at a moment, written where the
// chain's keeper cannot change it: whatever was sealed by then can be neither
// edited nor taken away unseen. It is signed with the installation's key.
type Anchor struct {
	Position  int64     `json:"position"`
	Hash      string    `json:"hash"`
	At        time.Time `json:"at"`
	KeyID     string    `json:"key_id"`
	Signature string    `json:"signature"` // Ed25519 over Message, base64
}

// Message is what an anchor's signature covers.
func (a Anchor) Message() []byte {
	return fmt.Appendf(nil, "sicrwydd anchor %d %s %s", a.Position, a.Hash, a.At.UTC().Format(time.RFC3339))
}

// ReadAnchor reads an anchor from one line of JSON.
func ReadAnchor(line []byte) (Anchor, error) {
	var a Anchor
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("no anchor: %w", err)
	}
	if a.Position < 1 || len(a.Hash) != len(Genesis) {
		return a, errors.New("no anchor: it names no seal")
	}
	return a, nil
}

// anchored holds the anchors against the seals as they come.
type anchored struct {
	at  map[int64][]Anchor
	end Anchor // the furthest
}

func holdTo(anchors []Anchor) anchored {
	held := anchored{at: map[int64][]Anchor{}}
	for _, a := range anchors {
		held.at[a.Position] = append(held.at[a.Position], a)
		if a.Position > held.end.Position {
			held.end = a
		}
	}
	return held
}

func (h anchored) check(s Seal) string {
	for _, a := range h.at[s.Position] {
		if a.Hash != s.Hash {
			return "another seal stood here when the chain was anchored on " + a.At.UTC().Format(time.RFC3339)
		}
	}
	return ""
}

// ended refuses a chain that ends before it did when it was anchored.
func (h anchored) ended(last Seal) error {
	if last.Position >= h.end.Position {
		return nil
	}
	return &Broken{Position: last.Position + 1, Why: fmt.Sprintf("it ends here, and had %d seals when it was anchored on %s: it was cut off or put back",
		h.end.Position, h.end.At.UTC().Format(time.RFC3339))}
}
