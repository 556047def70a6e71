package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"html"
)

// lyingProvider is a provider of identities of our own, since a real one cannot
// be made to misbehave: the token for a code is what a test says it is. How we
// get on with a real one, npm's oidc-provider, providers.test.mjs shows.
type lyingProvider struct {
	t     *testing.T
	at    *httptest.Server
	key   *rsa.PrivateKey
	mu    sync.Mutex
	codes map[string]issued
}

type issued struct {
	challenge string // of PKCE
	token     string
}

func newLyingProvider(t *testing.T) *lyingProvider {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &lyingProvider{t: t, key: key, codes: map[string]issued{}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.at.URL, "authorization_endpoint": p.at.URL + "/authorize", "token_endpoint": p.at.URL + "/token",
			"jwks_uri": p.at.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		p.mu.Lock()
		code, known := p.codes[r.FormValue("code")]
		delete(p.codes, r.FormValue("code"))
		p.mu.Unlock()
		proof := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !known || id != "sicrwydd" || secret != "hidden" || base64.RawURLEncoding.EncodeToString(proof[:]) != code.challenge {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]any{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": code.token})
	})
	p.at = httptest.NewServer(mux)
	t.Cleanup(p.at.Close)
	return p
}

func sign(t *testing.T, key *rsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"one"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// going is one who was sent to the provider: with what, and what the provider
// would say of them.
type going struct {
	asked  url.Values
	claims map[string]any
	key    *rsa.PrivateKey
	token  string // instead of a signed one
	path   string // of the callback
	answer url.Values
}

var leads = regexp.MustCompile(`<a class="nhsuk-button" href="([^"]+)">`)

// away reads where the page of a way to the provider leads.
func (p *lyingProvider) away(r *reader, claims map[string]any) *going {
	r.t.Helper()
	r.must(200)
	to := leads.FindStringSubmatch(r.page)
	if to == nil {
		r.t.Fatalf("the page leads nowhere: %.600s", r.page)
	}
	at, err := url.Parse(html.UnescapeString(to[1]))
	if err != nil {
		r.t.Fatal(err)
	}
	back, err := url.Parse(at.Query().Get("redirect_uri"))
	if err != nil {
		r.t.Fatal(err)
	}
	g := &going{asked: at.Query(), key: p.key, path: back.Path, answer: url.Values{"state": {at.Query().Get("state")}},
		claims: map[string]any{"iss": p.at.URL, "aud": "sicrwydd", "nonce": at.Query().Get("nonce"),
			"exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix()}}
	maps.Copy(g.claims, claims)
	return g
}

// grants gives a code for what the provider says.
func (p *lyingProvider) grants(g *going) string {
	p.t.Helper()
	if g.token == "" {
		g.token = sign(p.t, g.key, g.claims)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := fmt.Sprintf("code-%d", len(p.codes)+1) + g.asked.Get("state")
	p.codes[code] = issued{g.asked.Get("code_challenge"), g.token}
	return code
}

// comes sends a reader through the provider from a form of a page, where the
// provider says that of them.
func (p *lyingProvider) comes(r *reader, form string, claims map[string]any) {
	r.t.Helper()
	r.post(form, r.hidden(form))
	g := p.away(r, claims)
	g.answer.Set("code", p.grants(g))
	r.get(g.path + "?" + g.answer.Encode())
}

// person is what a provider says of somebody who is in groups.
func (p *lyingProvider) person(name string, groups ...string) map[string]any {
	return map[string]any{"sub": "subject-" + name, "email": name + "@example.org", "name": name, "amr": []string{"pwd", "mfa"}, "groups": groups}
}

// but gives claims with one changed.
func but(claims map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(claims)
	changed[name] = value
	return changed
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
