package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/google/uuid"
)

// An export is lines of JSON: one that says what it is, then a link each, in
// the order of the chain. Whoever has it verifies it without the database it
// came from, on another machine. A whole export holds every link; a part, which
// an auditor of one organisation takes, holds some, and each is held to its own
// seal and to the anchors alone.

// exportFormat is the version of the format.
const exportFormat = "sicrwydd-audit-1"

// longestLine is how long a line of an export may be, in bytes: far more than
// the longest payload.
const longestLine = 16 << 20

// Header says what an export is.
type Header struct {
	Format     string    `json:"format"`
	ExportedAt time.Time `json:"exported_at"`
	Whole      bool      `json:"whole"`
	Links      int       `json:"links"`
	Head       string    `json:"head"` // hash of the last seal of the chain at that moment
	HeadAt     int64     `json:"head_position"`
}

type exportedLink struct {
	Position int64           `json:"position"`
	Previous string          `json:"previous"`
	Hash     string          `json:"hash"`
	Event    exportedEvent   `json:"event"`
	Salt     []byte          `json:"salt"`
	Payload  json.RawMessage `json:"payload"` // null once it was erased
}

type exportedEvent struct {
	ID             uuid.UUID `json:"id"`
	At             time.Time `json:"at"`
	UserID         uuid.UUID `json:"user_id"`
	MembershipID   uuid.UUID `json:"membership_id"`
	Action         Action    `json:"action"`
	SubjectKind    string    `json:"subject_kind"`
	SubjectID      uuid.UUID `json:"subject_id"`
	SubjectVersion int       `json:"subject_version"`
	AboutID        uuid.UUID `json:"about_id"`
	PayloadDigest  string    `json:"payload_digest"`
}

// Write writes an export.
func Write(w io.Writer, h Header, links iter.Seq2[Sealed, error]) error {
	h.Format = exportFormat
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if err := out.Encode(h); err != nil {
		return err
	}
	for link, err := range links {
		if err != nil {
			return err
		}
		broken := &Broken{Position: link.Seal.Position, EventID: link.Seal.EventID}
		switch {
		case link.Event == nil:
			broken.Why = "its event is gone"
			return broken
		case !link.Erased && !json.Valid(link.Payload):
			broken.Why = "its payload was changed"
			return broken
		}
		one := exportedLink{Position: link.Seal.Position, Previous: link.Seal.Previous, Hash: link.Seal.Hash,
			Event: exportedEvent(*link.Event), Salt: link.Salt}
		if !link.Erased {
			one.Payload = link.Payload
		}
		if err := out.Encode(one); err != nil {
			return err
		}
	}
	return nil
}

// VerifyExport checks an export against itself and the anchors. The error is a
// *Broken where a link does not hold.
func VerifyExport(r io.Reader, anchors ...Anchor) (h Header, last Seal, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &h) != nil || h.Format != exportFormat {
		return h, last, errors.Join(errors.New("this is no export of an audit log"), lines.Err())
	}
	links := 0
	if h.Whole {
		last, links, err = Verify(exported(lines), anchors...)
	} else {
		last, links, err = verifyPart(exported(lines), anchors)
	}
	switch {
	case err != nil:
		return h, last, err
	case links != h.Links:
		return h, last, &Broken{Position: last.Position + 1, Why: fmt.Sprintf("it says that it holds %d links, and holds %d", h.Links, links)}
	case h.Whole && last.Hash != h.Head && links > 0:
		return h, last, &Broken{Position: last.Position, EventID: last.EventID, Why: "it does not end with the head that it names"}
	}
	return h, last, nil
}

func verifyPart(links iter.Seq2[Sealed, error], anchors []Anchor) (last Seal, n int, err error) {
	held := holdTo(anchors)
	for link, err := range links {
		if err != nil {
			return last, n, err
		}
		why := link.checkAlone()
		if why == "" && link.Seal.Position <= last.Position {
			why = "it stands out of order"
		}
		if why == "" {
			why = held.check(link.Seal)
		}
		if why != "" {
			return last, n, &Broken{Position: link.Seal.Position, EventID: link.Seal.EventID, Why: why}
		}
		last = link.Seal
		n++
	}
	return last, n, nil
}

func exported(lines *bufio.Scanner) iter.Seq2[Sealed, error] {
	return func(yield func(Sealed, error) bool) {
		for lines.Scan() {
			var one exportedLink
			if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
				yield(Sealed{}, fmt.Errorf("a line of the export cannot be read: %w", err))
				return
			}
			event := Event(one.Event)
			link := Sealed{Seal: Seal{Position: one.Position, EventID: one.Event.ID, Previous: one.Previous, Hash: one.Hash},
				Event: &event, Salt: one.Salt, Payload: one.Payload, Erased: string(one.Payload) == "null"}
			if !yield(link, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Sealed{}, err)
		}
	}
}
