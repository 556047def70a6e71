package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// device holds one passkey, as a phone does: what it signs is as in the
// specification of WebAuthn, and a test may have it lie.
type device struct {
	t      *testing.T
	id     []byte
	key    *ecdsa.PrivateKey
	signed uint32
	origin string
	party  string
	flags  byte // user present, user verified, key included
}

func newDevice(t *testing.T) *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &device{t: t, id: make([]byte, 32), key: key, origin: "https://sicrwydd.example", party: "sicrwydd.example", flags: 0x05}
	_, _ = rand.Read(d.id)
	return d
}

var b64 = base64.RawURLEncoding

func (d *device) json(v any) []byte {
	d.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// client is what the browser says it signs, for the challenge of a page.
func (d *device) client(kind string, c *identity.Challenge) []byte {
	d.t.Helper()
	var options struct{ Challenge string }
	if err := json.Unmarshal([]byte(c.Options), &options); err != nil || options.Challenge == "" {
		d.t.Fatalf("%s: %v", c.Options, err)
	}
	return d.json(map[string]any{"type": kind, "challenge": options.Challenge, "origin": d.origin, "crossOrigin": false})
}

func (d *device) data(flags byte) []byte {
	party := sha256.Sum256([]byte(d.party))
	return binary.BigEndian.AppendUint32(append(party[:], flags), d.signed)
}

// makes answers a challenge to make a passkey.
func (d *device) makes(c *identity.Challenge) identity.Signature {
	d.t.Helper()
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: d.key.X.FillBytes(make([]byte, 32)), -3: d.key.Y.FillBytes(make([]byte, 32))})
	if err != nil {
		d.t.Fatal(err)
	}
	data := append(d.data(d.flags|0x40), make([]byte, 16)...)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(d.id))), d.id...)
	attested, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(data, public...)})
	if err != nil {
		d.t.Fatal(err)
	}
	return identity.Signature{Token: c.Token, Response: string(d.json(map[string]any{
		"id": b64.EncodeToString(d.id), "rawId": b64.EncodeToString(d.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64.EncodeToString(d.client("webauthn.create", c)), "attestationObject": b64.EncodeToString(attested)}}))}
}

// signs answers a challenge with the passkey.
func (d *device) signs(c *identity.Challenge) identity.Signature {
	d.t.Helper()
	d.signed++
	client, data := d.client("webauthn.get", c), d.data(d.flags)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return identity.Signature{Token: c.Token, Response: string(d.json(map[string]any{
		"id": b64.EncodeToString(d.id), "rawId": b64.EncodeToString(d.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(signature)}}))}
}

// asked gives what a way in asks a passkey.
func (s *town) asked(step string) *identity.Challenge {
	s.t.Helper()
	waiting, err := s.Await(s.t.Context(), step)
	if err != nil || waiting.Passkey == nil {
		s.t.Fatalf("no passkey is asked for: %+v, %v", waiting, err)
	}
	return waiting.Passkey
}

// keyed is Ann, whose first and only factor is a passkey.
func (s *town) keyed() (*device, identity.Arrival) {
	s.t.Helper()
	s.add(identity.NewUser{})
	d := newDevice(s.t)
	step := s.begun()
	arrival, err := s.ProveByPasskey(s.t.Context(), step, d.makes(s.asked(step)), here)
	if err != nil || arrival.Session == "" || len(arrival.Codes) != 10 {
		s.t.Fatalf("a passkey as the first factor: %+v, %v", arrival, err)
	}
	return d, arrival
}

// refusals counts the events of sign-ins of a user that were refused.
func (s *town) refusals(of uuid.UUID) int {
	s.t.Helper()
	n, err := store.Read(s.t.Context(), s.db, program, func(tx *store.Tx) (int, error) {
		events, err := tx.EventsOf(store.Past{About: of, Acts: []audit.Action{identity.SignInRefused}}, "", 200)
		return len(events.Items), err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestAPasskeyIsASecondFactor(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		d, first := s.keyed()
		own := s.signed(first.Session)
		factors, _, err := s.Factors(t.Context(), own.Actor)
		if err != nil || len(factors) != 1 || factors[0].Kind != identity.Passkey {
			t.Fatalf("%+v, %v", factors, err)
		}
		step := s.begun()
		if waiting, err := s.Await(t.Context(), step); err != nil || waiting.SetUp || waiting.Apps {
			t.Errorf("%+v, %v", waiting, err)
		}
		arrival, err := s.ProveByPasskey(t.Context(), step, d.signs(s.asked(step)), here)
		if err != nil || arrival.Session == "" {
			t.Fatalf("%+v, %v", arrival, err)
		}
		if _, err := s.Prove(t.Context(), s.begun(), first.Codes[0], here); err != nil {
			t.Errorf("a recovery code beside it: %v", err)
		}
		challenge, err := s.PasskeyToConfirm(t.Context(), own)
		if err != nil {
			t.Fatal(err)
		}
		renewed, err := s.ConfirmByPasskey(t.Context(), own, d.signs(challenge), here)
		if err != nil || renewed == "" || renewed == first.Session {
			t.Errorf("to confirm: %q, %v", renewed, err)
		}
	})
}

func TestAFurtherPasskeyEndsWhatElseLetsOneIn(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		own := s.signed(s.settled())
		other := s.again(password)
		challenge, err := s.PasskeyToAdd(t.Context(), own)
		if err != nil {
			t.Fatal(err)
		}
		d := newDevice(t)
		codes, err := s.AddPasskey(t.Context(), own, " phone ", d.makes(challenge), here)
		if err != nil || codes != nil {
			t.Fatalf("%v, %v", codes, err)
		}
		if _, err := s.Session(t.Context(), other, ""); err == nil {
			t.Error("another session stands")
		}
		factors, _, err := s.Factors(t.Context(), own.Actor)
		if err != nil || len(factors) != 2 || factors[1].Name != "phone" {
			t.Errorf("%+v, %v", factors, err)
		}
		if challenge, err = s.PasskeyToAdd(t.Context(), own); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddPasskey(t.Context(), own, "again", d.makes(challenge), here); field(err) != "passkey.refused" {
			t.Errorf("the same passkey again: %v", err)
		}
	})
}

func TestAPasskeyThatCannotBeTrustedLetsNobodyIn(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		d, first := s.keyed()
		ann := s.signed(first.Session).User.ID
		bob := s.add(identity.NewUser{Email: "bob@example.org", Name: "Bob", Password: password, Roles: []access.Role{access.Official}})
		arrival, err := s.SignIn(t.Context(), bob.Email, password, here)
		if err != nil {
			t.Fatal(err)
		}
		theirs := newDevice(t)
		if _, err := s.ProveByPasskey(t.Context(), arrival.Step, theirs.makes(s.asked(arrival.Step)), here); err != nil {
			t.Fatal(err)
		}
		var replayed identity.Signature
		for _, c := range []struct {
			name, want string
			sign       func(c *identity.Challenge) identity.Signature
		}{
			{"another origin", "passkey.refused", func(c *identity.Challenge) identity.Signature {
				evil := *d
				evil.origin = "https://sicrwydd.example.evil.example"
				return evil.signs(c)
			}},
			{"another party", "passkey.refused", func(c *identity.Challenge) identity.Signature {
				evil := *d
				evil.party = "evil.example"
				return evil.signs(c)
			}},
			{"nobody verified", "passkey.refused", func(c *identity.Challenge) identity.Signature {
				lax := *d
				lax.flags = 0x01
				return lax.signs(c)
			}},
			{"another key", "passkey.refused", func(c *identity.Challenge) identity.Signature {
				forged := newDevice(t)
				forged.id = d.id
				return forged.signs(c)
			}},
			{"Bob's passkey", "passkey.refused", theirs.signs},
			{"an unknown passkey", "passkey.refused", newDevice(t).signs},
			{"no answer", "passkey.refused", func(c *identity.Challenge) identity.Signature {
				return identity.Signature{Token: c.Token, Response: "{}"}
			}},
			{"a challenge that is used", "passkey.ended", func(*identity.Challenge) identity.Signature { return replayed }},
			{"an old answer to a new challenge", "passkey.refused", func(c *identity.Challenge) identity.Signature {
				return identity.Signature{Token: c.Token, Response: replayed.Response}
			}},
			{"a count that went back", "passkey.copied", func(c *identity.Challenge) identity.Signature {
				d.signed--
				return d.signs(c)
			}},
		} {
			if replayed.Token == "" { // Ann comes in once
				step := s.begun()
				replayed = d.signs(s.asked(step))
				if _, err := s.ProveByPasskey(t.Context(), step, replayed, here); err != nil {
					t.Fatal(err)
				}
			}
			step, before := s.begun(), s.refusals(ann)
			came, err := s.ProveByPasskey(t.Context(), step, c.sign(s.asked(step)), identity.From{Origin: "192.0.2." + c.name})
			if field(err) != c.want || came.Session != "" {
				t.Errorf("%s: %+v, %v, want %s", c.name, came, err, c.want)
			}
			if n := s.refusals(ann) - before; n != 1 {
				t.Errorf("%s: %d events, want 1", c.name, n)
			}
		}
	})
}

func TestAChallengeWorksOnceWhateverItsAnswerIsWorth(t *testing.T) {
	each(t, func(t *testing.T, s *town) {
		d, _ := s.keyed()
		step := s.begun()
		challenge := s.asked(step)
		evil := *d
		evil.origin = "https://evil.example"
		if _, err := s.ProveByPasskey(t.Context(), step, evil.signs(challenge), here); field(err) != "passkey.refused" {
			t.Fatal(err)
		}
		if _, err := s.ProveByPasskey(t.Context(), step, d.signs(challenge), here); field(err) != "passkey.ended" {
			t.Errorf("the challenge again: %v", err)
		}
		if _, err := s.ProveByPasskey(t.Context(), step, d.signs(s.asked(step)), here); err != nil {
			t.Errorf("a new one: %v", err)
		}
	})
}
