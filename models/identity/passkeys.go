package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
	"sicrwydd/models/store"
)

// relyingParty is what passkeys are bound to: the host of the public address,
// at which they work and nowhere else. Browsers have none for a bare IP
// address, nor over plain HTTP but on this machine: nil there.
func relyingParty(publicURL string) *webauthn.WebAuthn {
	at, err := url.Parse(publicURL)
	if err != nil || net.ParseIP(at.Hostname()) != nil {
		return nil
	}
	if host := at.Hostname(); at.Scheme != "https" && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		return nil
	}
	party, err := webauthn.New(&webauthn.Config{RPID: at.Hostname(), RPDisplayName: "Sicrwydd", RPOrigins: []string{publicURL},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationRequired}})
	if err != nil {
		return nil
	}
	return party
}

// HasPasskeys reports whether passkeys work at the public address.
func (s *Service) HasPasskeys() bool { return s.passkeys != nil }

// PasskeysMade counts the passkeys that stand.
func (s *Service) PasskeysMade(ctx context.Context) (int, error) {
	return store.Read(ctx, s.db, gate, func(tx *store.Tx) (int, error) {
		return store.Count[Factor](tx, "kind = ? AND removed_at IS NULL", Passkey)
	})
}

// Challenge is what a page asks a passkey to sign, once.
type Challenge struct {
	Token   string // of the step that waits for the answer
	Options string // JSON, as browsers parse it
	Make    bool   // a new passkey is made
}

// Signature is what a passkey gave: the token of the challenge, and what the
// browser says, as JSON.
type Signature struct{ Token, Response string }

// account is a user as passkeys know them.
type account struct {
	user        *User
	credentials []webauthn.Credential
}

func (a account) WebAuthnID() []byte                         { return a.user.ID[:] }
func (a account) WebAuthnName() string                       { return a.user.Email }
func (a account) WebAuthnDisplayName() string                { return a.user.Name }
func (a account) WebAuthnCredentials() []webauthn.Credential { return a.credentials }

func (s *Service) credentialOf(f *Factor) (webauthn.Credential, error) {
	var c webauthn.Credential
	plain, err := s.keys.Open(keyring.Factors, f.Secret, f.ID.String())
	if err == nil {
		err = json.Unmarshal(plain, &c)
	}
	c.Authenticator.SignCount = uint32(f.LastStep)
	return c, err
}

func (s *Service) accountOf(user *User, factors ...*Factor) (account, error) {
	a := account{user: user}
	for _, f := range factors {
		if f.Kind != Passkey {
			continue
		}
		c, err := s.credentialOf(f)
		if err != nil {
			return a, err
		}
		a.credentials = append(a.credentials, c)
	}
	return a, nil
}

// challengeIn begins a challenge to a user's passkeys, or to make one; nil
// where none can answer.
func (s *Service) challengeIn(tx *store.Tx, user *User, factors []*Factor, add bool) (*Challenge, error) {
	if s.passkeys == nil {
		return nil, nil
	}
	known, err := s.accountOf(user, factors...)
	if err != nil || !add && len(known.credentials) == 0 {
		return nil, err
	}
	var asked *webauthn.SessionData
	var options any
	purpose := toUsePasskey
	if add {
		purpose = toAddPasskey
		var made *protocol.CredentialCreation
		made, asked, err = s.passkeys.BeginRegistration(known, webauthn.WithExclusions(webauthn.Credentials(known.credentials).CredentialDescriptors()))
		if err == nil {
			options = made.Response
		}
	} else {
		var wanted *protocol.CredentialAssertion
		wanted, asked, err = s.passkeys.BeginLogin(known)
		if err == nil {
			options = wanted.Response
		}
	}
	if err != nil {
		return nil, err
	}
	shown, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	token, err := s.beginIn(tx, purpose, &user.ID, user.Language, asked)
	return &Challenge{Token: token, Options: string(shown), Make: add}, err
}

// PasskeyToConfirm challenges the passkeys of the one who is signed in; nil
// where there are none.
func (s *Service) PasskeyToConfirm(ctx context.Context, signed *Signed) (*Challenge, error) {
	return s.challenge(ctx, signed, false)
}

// PasskeyToAdd asks for a further passkey; nil where none works.
func (s *Service) PasskeyToAdd(ctx context.Context, signed *Signed) (*Challenge, error) {
	return s.challenge(ctx, signed, true)
}

func (s *Service) challenge(ctx context.Context, signed *Signed, add bool) (*Challenge, error) {
	return store.Change(ctx, s.db, gate, func(tx *store.Tx) (*Challenge, error) {
		factors, err := factorsOf(tx, signed.User.ID)
		if err != nil {
			return nil, err
		}
		return s.challengeIn(tx, signed.User, factors, add)
	})
}

// answered is a challenge that was spent: whatever the answer is worth, there
// is no second one.
type answered struct {
	purpose Purpose
	user    uuid.UUID
	asked   webauthn.SessionData
}

// spend takes a challenge out of the world before its answer is looked at;
// one that is used or unknown gives nil.
func (s *Service) spend(ctx context.Context, token string) (*answered, error) {
	return store.Change(ctx, s.db, gate, func(tx *store.Tx) (*answered, error) {
		for _, purpose := range []Purpose{toUsePasskey, toAddPasskey} {
			var a answered
			step, err := s.findStepIn(tx, purpose, token, &a.asked)
			if fault.Is(err, fault.KindUnauthenticated) {
				continue
			}
			if err != nil {
				return nil, err
			}
			a.purpose, a.user = purpose, *step.UserID
			return &a, useIn(tx, step)
		}
		return nil, nil
	})
}

func (a *answered) by(user *User, purpose Purpose) bool {
	return a != nil && a.user == user.ID && a.purpose == purpose
}

func passkeyRefused(key string) error { return fault.Invalid("invalid").On("passkey", key) }

// takePasskeyIn takes the answer of a passkey of the user to a challenge.
func (s *Service) takePasskeyIn(tx *store.Tx, user *User, a *answered, response string) error {
	if !a.by(user, toUsePasskey) {
		return passkeyRefused("passkey.ended")
	}
	given, err := protocol.ParseCredentialRequestResponseBytes([]byte(response))
	if err != nil {
		return passkeyRefused("passkey.refused")
	}
	f, err := store.FindBy[Factor](tx, "user_id = ? AND credential = ? AND removed_at IS NULL", user.ID, credentialName(given.RawID))
	if err == nil {
		f, err = store.Lock[Factor](tx, f.ID)
	}
	if fault.Is(err, fault.KindNotFound) {
		return passkeyRefused("passkey.refused")
	}
	if err != nil {
		return err
	}
	known, err := s.accountOf(user, f)
	if err != nil {
		return err
	}
	asked := a.asked
	asked.AllowedCredentialIDs = nil // the row was chosen by its owner
	used, err := s.passkeys.ValidateLogin(known, asked, given)
	switch {
	case err != nil:
		return passkeyRefused("passkey.refused")
	case used.Authenticator.CloneWarning:
		return passkeyRefused("passkey.copied")
	}
	now := tx.Now()
	f.LastStep, f.LastUsedAt = int64(used.Authenticator.SignCount), &now
	return tx.Save(f, FactorUsed)
}

func credentialName(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// addPasskeyIn adds the passkey that was made for a challenge.
func (s *Service) addPasskeyIn(tx *store.Tx, user *User, a *answered, name, response string) error {
	if !a.by(user, toAddPasskey) {
		return passkeyRefused("passkey.ended")
	}
	given, err := protocol.ParseCredentialCreationResponseBytes([]byte(response))
	if err != nil {
		return passkeyRefused("passkey.refused")
	}
	made, err := s.passkeys.CreateCredential(account{user: user}, a.asked, given)
	if err != nil {
		return passkeyRefused("passkey.refused")
	}
	credential := credentialName(made.ID)
	if n, err := store.Count[Factor](tx, "credential = ?", credential); err != nil || n > 0 {
		return orRefused(err)
	}
	now := tx.Now()
	f := &Factor{Row: store.NewRow(), UserID: user.ID, Kind: Passkey, Name: name, Credential: &credential,
		LastStep: int64(made.Authenticator.SignCount), LastUsedAt: &now}
	plain, err := json.Marshal(made)
	if err != nil {
		return err
	}
	f.Secret = s.keys.Seal(keyring.Factors, plain, f.ID.String())
	return tx.Create(f, FactorAdded)
}

func orRefused(err error) error {
	if err == nil {
		return passkeyRefused("passkey.refused")
	}
	return err
}

// ProveByPasskey ends a way in with a passkey: one that stands, or one that is
// made now as the first factor.
func (s *Service) ProveByPasskey(ctx context.Context, step string, given Signature, from From) (Arrival, error) {
	a, err := s.spend(ctx, given.Token)
	if err != nil {
		return Arrival{}, err
	}
	return s.proveBy(ctx, step, from, func(tx *store.Tx, user *User, data entering) (FactorKind, []string, error) {
		if data.Secret == "" {
			return Passkey, nil, s.takePasskeyIn(tx, user, a, given.Response)
		}
		codes, err := s.firstIn(tx, user, func() error { return s.addPasskeyIn(tx, user, a, "", given.Response) })
		return Passkey, codes, err
	})
}

// ConfirmByPasskey is Confirm with a passkey.
func (s *Service) ConfirmByPasskey(ctx context.Context, signed *Signed, given Signature, from From) (token string, err error) {
	a, err := s.spend(ctx, given.Token)
	if err != nil {
		return "", err
	}
	return s.confirmBy(ctx, signed, from, func(tx *store.Tx) error { return s.takePasskeyIn(tx, signed.User, a, given.Response) })
}

// AddPasskey adds a further passkey under a name. Where it is the first factor,
// recovery codes are made, which are given this once.
func (s *Service) AddPasskey(ctx context.Context, signed *Signed, name string, given Signature, from From) ([]string, error) {
	a, err := s.spend(ctx, given.Token)
	if err != nil {
		return nil, err
	}
	if err := s.throttled(ctx, codeKey(signed.User), from.Origin); err != nil {
		return nil, err
	}
	codes, err := store.Change(ctx, s.db, from.gate(), func(tx *store.Tx) ([]string, error) {
		return s.furtherIn(tx, signed, func() error { return s.addPasskeyIn(tx, signed.User, a, nameOf(name), given.Response) })
	})
	if err != nil {
		return nil, s.miscounted(ctx, signed.User, err, from)
	}
	return codes, nil
}
