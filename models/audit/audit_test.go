package audit_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/audit"
)

// length is how many links the chains of these tests have.
const length = 40

var begun = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// random gives ids and numbers from a fixed seed, so that a failure repeats.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, seed))} }

func (r random) id() uuid.UUID {
	var b [16]byte
	for i := range b {
		b[i] = byte(r.IntN(256))
	}
	return uuid.UUID(b)
}

// newChain gives a chain of so many links.
func newChain(t *testing.T, r random, n int) []audit.Sealed {
	t.Helper()
	var links []audit.Sealed
	var last audit.Seal
	for i := range n {
		e, err := audit.Prepare(audit.Event{ID: r.id(), At: begun.Add(time.Duration(i) * time.Second), UserID: r.id(), MembershipID: r.id(),
			Action: "review.issued", SubjectKind: "review", SubjectID: r.id(), SubjectVersion: i%5 + 1, AboutID: r.id()},
			audit.Payload{By: fmt.Sprint("Ann ", i), Fields: map[string]audit.Change{"state": {Before: "planned", After: "issued <b>&\u2028"}}})
		if err != nil {
			t.Fatal(err)
		}
		last = audit.Link(last, e.Event)
		links = append(links, audit.Sealed{Seal: last, Event: &e.Event, Salt: e.Salt, Payload: e.Payload})
	}
	return links
}

func all(links []audit.Sealed) iter.Seq2[audit.Sealed, error] {
	return func(yield func(audit.Sealed, error) bool) {
		for _, link := range links {
			if !yield(link, nil) {
				return
			}
		}
	}
}

func anchorOf(link audit.Sealed) audit.Anchor {
	return audit.Anchor{Position: link.Seal.Position, Hash: link.Seal.Hash, At: begun}
}

// copied is a chain that can be changed alone.
func copied(links []audit.Sealed) []audit.Sealed {
	out := slices.Clone(links)
	for i := range out {
		e := *out[i].Event
		out[i].Event, out[i].Payload, out[i].Salt = &e, bytes.Clone(out[i].Payload), bytes.Clone(out[i].Salt)
	}
	return out
}

// reseal makes the seals anew from a position on, as one would who may write to
// every table and knows how the chain is made.
func reseal(links []audit.Sealed, from int) {
	var last audit.Seal
	if from > 0 {
		last = links[from-1].Seal
	}
	for i := from; i < len(links); i++ {
		last = audit.Link(last, *links[i].Event)
		links[i].Seal = last
	}
}

// mutation does something to a chain and says what.
type mutation func(r random, links []audit.Sealed) ([]audit.Sealed, string)

func flip(r random, hash string) string {
	b, _ := hex.DecodeString(hash)
	b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	return hex.EncodeToString(b)
}

// edits are the fields of a link, each changed.
var edits = map[string]func(r random, l *audit.Sealed){
	"id": func(r random, l *audit.Sealed) { l.Event.ID = r.id() },
	"at": func(r random, l *audit.Sealed) {
		l.Event.At = l.Event.At.Add(time.Duration(1+r.IntN(1000)) * time.Microsecond)
	},
	"user":            func(r random, l *audit.Sealed) { l.Event.UserID = r.id() },
	"membership":      func(r random, l *audit.Sealed) { l.Event.MembershipID = r.id() },
	"action":          func(_ random, l *audit.Sealed) { l.Event.Action += "x" },
	"subject kind":    func(_ random, l *audit.Sealed) { l.Event.SubjectKind = "system" },
	"subject":         func(r random, l *audit.Sealed) { l.Event.SubjectID = r.id() },
	"subject version": func(r random, l *audit.Sealed) { l.Event.SubjectVersion += 1 + r.IntN(9) },
	"about":           func(r random, l *audit.Sealed) { l.Event.AboutID = r.id() },
	"digest":          func(r random, l *audit.Sealed) { l.Event.PayloadDigest = flip(r, l.Event.PayloadDigest) },
	"salt":            func(r random, l *audit.Sealed) { l.Salt[r.IntN(len(l.Salt))] ^= 1 << r.IntN(8) },
	"payload":         func(r random, l *audit.Sealed) { l.Payload[r.IntN(len(l.Payload))] ^= 1 << r.IntN(8) },
	"seal's hash":     func(r random, l *audit.Sealed) { l.Seal.Hash = flip(r, l.Seal.Hash) },
	"seal's previous": func(r random, l *audit.Sealed) { l.Seal.Previous = flip(r, l.Seal.Previous) },
	"seal's position": func(r random, l *audit.Sealed) { l.Seal.Position += int64(1 + r.IntN(5)) },
}

func mutations() map[string]mutation {
	ways := map[string]mutation{
		"deletion": func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			at := r.IntN(len(links))
			return slices.Delete(links, at, at+1), fmt.Sprint("at ", at)
		},
		"deletion, sealed anew": func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			at := r.IntN(len(links))
			links = slices.Delete(links, at, at+1)
			reseal(links, at)
			return links, fmt.Sprint("at ", at)
		},
		"insertion": func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			at := r.IntN(len(links))
			other := copied(links[at : at+1])[0]
			other.Event.ID = r.id()
			return slices.Insert(links, at, other), fmt.Sprint("at ", at)
		},
		"insertion, sealed anew": func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			at := r.IntN(len(links))
			other := copied(links[at : at+1])[0]
			other.Event.ID = r.id()
			links = slices.Insert(links, at, other)
			reseal(links, at)
			return links, fmt.Sprint("at ", at)
		},
		"reordering": func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			a := r.IntN(len(links) - 1)
			b := a + 1 + r.IntN(len(links)-a-1)
			links[a], links[b] = links[b], links[a]
			return links, fmt.Sprint(a, " and ", b)
		},
		"reordering, sealed anew": func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			a := r.IntN(len(links) - 1)
			b := a + 1 + r.IntN(len(links)-a-1)
			links[a], links[b] = links[b], links[a]
			reseal(links, a)
			return links, fmt.Sprint(a, " and ", b)
		},
		"truncation": func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			at := r.IntN(len(links))
			return links[:at], fmt.Sprint("from ", at)
		},
		"rollback": func(r random, links []audit.Sealed) ([]audit.Sealed, string) { // to an older state, from which life went on
			at := r.IntN(len(links))
			for i := at; i < len(links); i++ {
				links[i].Event.ID, links[i].Event.SubjectID = r.id(), r.id()
			}
			reseal(links, at)
			return links, fmt.Sprint("to ", at)
		},
	}
	for name, edit := range edits {
		ways["edit of "+name] = func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
			at := r.IntN(len(links))
			edit(r, &links[at])
			return links, fmt.Sprint("at ", at)
		}
		if !strings.HasPrefix(name, "seal's") && name != "salt" && name != "payload" {
			ways["edit of "+name+", sealed anew"] = func(r random, links []audit.Sealed) ([]audit.Sealed, string) {
				at := r.IntN(len(links))
				edit(r, &links[at])
				reseal(links, at)
				return links, fmt.Sprint("at ", at)
			}
		}
	}
	return ways
}

// Ten thousand mutations of a chain that was anchored at its head and twice
// before, by one who may write anywhere and knows how seals are made: each is
// found, in the database and in an export of it.
func TestTenThousandMutationsAreFound(t *testing.T) {
	r := newRandom(2017)
	whole := newChain(t, r, length)
	anchors := []audit.Anchor{anchorOf(whole[9]), anchorOf(whole[24]), anchorOf(whole[length-1])}
	if last, links, err := audit.Verify(all(whole), anchors...); err != nil || links != length || last != whole[length-1].Seal {
		t.Fatalf("the chain itself: %+v, %d, %v", last, links, err)
	}
	ways := mutations()
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range ways {
			if !yield(name) {
				return
			}
		}
	})
	const runs = 10_000
	found := map[string]int{}
	for i := range runs {
		name := names[i%len(names)]
		changed, what := ways[name](r, copied(whole))
		var broken *audit.Broken
		if _, _, err := audit.Verify(all(changed), anchors...); !errors.As(err, &broken) {
			t.Fatalf("%s %s was not found: %v", name, what, err)
		}
		if i < 20*len(names) {
			if err := verifyExported(changed, anchors); err == nil {
				t.Fatalf("%s %s was not found in an export", name, what)
			}
		}
		found[name]++
	}
	t.Logf("%d mutations of %d kinds, every one found", runs, len(found))
}

func write(links []audit.Sealed, whole bool) ([]byte, error) {
	var b bytes.Buffer
	h := audit.Header{ExportedAt: begun, Whole: whole, Links: len(links)}
	if len(links) > 0 {
		h.Head, h.HeadAt = links[len(links)-1].Seal.Hash, links[len(links)-1].Seal.Position
	}
	err := audit.Write(&b, h, all(links))
	return b.Bytes(), err
}

func verifyExported(links []audit.Sealed, anchors []audit.Anchor) error {
	content, err := write(links, true)
	if err != nil {
		return err
	}
	_, _, err = audit.VerifyExport(bytes.NewReader(content), anchors...)
	return err
}

func TestAnExportIsVerifiedOnAnotherMachine(t *testing.T) {
	r := newRandom(1)
	links := newChain(t, r, length)
	links[7].Erased, links[7].Payload, links[7].Salt = true, nil, nil
	anchors := []audit.Anchor{anchorOf(links[20])}
	content, err := write(links, true)
	if err != nil {
		t.Fatal(err)
	}
	if h, last, err := audit.VerifyExport(bytes.NewReader(content), anchors...); err != nil || h.Links != length || last != links[length-1].Seal {
		t.Errorf("as it was written: %+v, %+v, %v", h, last, err)
	}
	part := []audit.Sealed{links[3], links[20], links[33]}
	some, err := write(part, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := audit.VerifyExport(bytes.NewReader(some), anchors...); err != nil {
		t.Errorf("a part: %v", err)
	}
	if _, _, err := audit.VerifyExport(bytes.NewReader(some), audit.Anchor{Position: 21, Hash: strings.Repeat("0a", 32), At: begun}); err == nil {
		t.Error("a part of another chain than was anchored is taken")
	}
	lines := bytes.SplitAfter(content, []byte("\n"))
	for name, changed := range map[string][]byte{
		"a line less": bytes.Join(append(slices.Clone(lines[:5]), lines[6:]...), nil), "cut": bytes.Join(lines[:30], nil),
		"cut in a line": content[:len(content)-20], "no header": bytes.Join(lines[1:], nil), "empty": nil, "not ours": []byte("{}\n"),
		"a whole one said to be a part": bytes.Replace(bytes.Join(lines[:30], nil), []byte(`"whole":true`), []byte(`"whole":false`), 1),
	} {
		if _, _, err := audit.VerifyExport(bytes.NewReader(changed)); err == nil {
			t.Errorf("%s: it is taken for whole", name)
		}
	}
}

// The reader of exports takes files from elsewhere.
func FuzzVerifyExport(f *testing.F) {
	r := newRandom(3)
	var links []audit.Sealed
	var last audit.Seal
	for range 3 {
		e, _ := audit.Prepare(audit.Event{ID: r.id(), At: begun, Action: "a", SubjectKind: "b"}, audit.Payload{By: "Ann"})
		last = audit.Link(last, e.Event)
		links = append(links, audit.Sealed{Seal: last, Event: &e.Event, Salt: e.Salt, Payload: e.Payload})
	}
	content, err := write(links, true)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte(`{"format":"sicrwydd-audit-1","links":1}` + "\n" + `{"payload":null}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		h, _, err := audit.VerifyExport(bytes.NewReader(content))
		if err == nil && h.Links < 0 {
			t.Error("fewer than no links")
		}
	})
}

func TestAnAnchorIsReadFromItsLine(t *testing.T) {
	a := audit.Anchor{Position: 3, Hash: strings.Repeat("ab", 32), At: begun, KeyID: "k", Signature: "s"}
	line, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := audit.ReadAnchor(line); err != nil || got != a {
		t.Errorf("%+v, %v", got, err)
	}
	for _, wrong := range []string{"", "{}", `{"position":0}`, "x", `{"position":1,"hash":"short"}`} {
		if _, err := audit.ReadAnchor([]byte(wrong)); err == nil {
			t.Errorf("%q is an anchor", wrong)
		}
	}
}
