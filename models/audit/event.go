// Package audit holds what was done, by whom and when: the events, the chain
// of hashes that seals them, and its verifier. It keeps nothing itself; the
// store inserts events with the change they describe.
package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Action names what was done: "review.issued".
type Action string

// Change is a field before and after.
type Change struct {
	Before any `json:"before,omitempty"`
	After  any `json:"after,omitempty"`
}

// Payload is the part of an event that may name people and contents, and may
// be erased. The chain covers only its salted digest.
type Payload struct {
	By     string            `json:"by,omitempty"`
	Roles  []string          `json:"roles,omitempty"`
	From   string            `json:"from,omitempty"`
	Fields map[string]Change `json:"fields,omitempty"`
	Note   string            `json:"note,omitempty"`
}

// Event is one thing that was done. Subject is the row that changed, with the
// version it then had (0 where nothing changed, as for a read); About is the
// thing that people would look it up under (an answer is about its review).
type Event struct {
	ID             uuid.UUID
	At             time.Time
	UserID         uuid.UUID
	MembershipID   uuid.UUID
	Action         Action
	SubjectKind    string
	SubjectID      uuid.UUID
	SubjectVersion int
	AboutID        uuid.UUID
	PayloadDigest  string
}

// Sealable is an event with its payload, as it is inserted.
type Sealable struct {
	Event
	Salt    []byte
	Payload []byte
}

// Prepare fixes the payload of an event: salts it and takes its digest.
func Prepare(e Event, p Payload) (Sealable, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return Sealable{}, fmt.Errorf("audit payload of %s: %w", e.Action, err)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	e.PayloadDigest = DigestPayload(salt, body)
	return Sealable{Event: e, Salt: salt, Payload: body}, nil
}

// DigestPayload gives the salted digest of a payload, in hex.
func DigestPayload(salt, payload []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil))
}
