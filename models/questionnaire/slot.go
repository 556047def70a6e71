package questionnaire

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Slot is the place of one answer in a review: a question, and for a question
// of scope system the system that it is answered for. System is uuid.Nil for
// a question that the supplier answers once.
type Slot struct {
	Key    string
	System uuid.UUID
}

// String gives "key" or "key@system".
func (s Slot) String() string {
	if s.System == uuid.Nil {
		return s.Key
	}
	return s.Key + "@" + s.System.String()
}

// ParseSlot reads what String gives.
func ParseSlot(text string) (Slot, error) {
	key, system, hasSystem := strings.Cut(text, "@")
	if key == "" {
		return Slot{}, fmt.Errorf("slot %q names no question", text)
	}
	if !hasSystem {
		return Slot{Key: key}, nil
	}
	id, err := uuid.Parse(system)
	if err != nil {
		return Slot{}, fmt.Errorf("slot %q: %w", text, err)
	}
	return Slot{Key: key, System: id}, nil
}

// MarshalText lets a slot be the key of a JSON object.
func (s Slot) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Slot) UnmarshalText(text []byte) error {
	parsed, err := ParseSlot(string(text))
	if err == nil {
		*s = parsed
	}
	return err
}
