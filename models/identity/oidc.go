package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"sicrwydd/models/fault"
)

// reached is a provider that told where it answers and with which keys it signs.
type reached struct {
	oauth    oauth2.Config
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
}

// toProviders asks providers: within ten seconds, and nowhere but where it was
// told to ask.
var toProviders = &http.Client{Timeout: 10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// reach asks a provider where it answers, the first time somebody goes there: a
// provider that is down stops nobody from starting the product, nor from
// signing in otherwise.
func (s *Service) reach(ctx context.Context, p *Provider) (*reached, error) {
	p.reaching.Lock()
	defer p.reaching.Unlock()
	if p.reached != nil {
		return p.reached, nil
	}
	// The keys are fetched again when they change, after this request is over.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), toProviders), p.Issuer)
	if err != nil {
		return nil, unreachable(p, err)
	}
	p.reached = &reached{provider: found, verifier: found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: s.db.Now}),
		oauth: oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), Scopes: p.Scopes,
			RedirectURL: s.publicURL + "/sign-in/providers/" + p.Key + "/callback"}}
	return p.reached, nil
}

// Examine asks a provider anew where it answers: the answer must name the issuer
// that is configured, and say where people sign in and where keys are.
func (p *Provider) Examine(ctx context.Context) error {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, toProviders), p.Issuer)
	if err != nil {
		return err
	}
	var said struct {
		Keys string `json:"jwks_uri"`
	}
	if err := found.Claims(&said); err != nil {
		return err
	}
	if at := found.Endpoint(); at.AuthURL == "" || at.TokenURL == "" || said.Keys == "" {
		return errors.New("it does not say where people sign in, where tokens or where keys are")
	}
	return nil
}

func unreachable(p *Provider, err error) error {
	slog.Error("a provider of identities does not answer", "provider", p.Key, "error", err)
	return fault.Unavailable("provider.unreachable")
}

// Aim is what somebody goes to a provider for.
type Aim string

// The aims.
const (
	ToSignIn  Aim = "sign-in"
	ToLink    Aim = "link"    // who is signed in says who they are there
	ToConfirm Aim = "confirm" // who is signed in shows the second factor again
)

// leaving is what is kept of one who has gone to a provider.
type leaving struct {
	Provider, State, Nonce, Verifier string
	Aim                              Aim
	Next, Carried                    string
}

// address is where somebody is sent, bound to what is kept of them.
func (r *reached) address(p *Provider, l leaving) string {
	options := []oauth2.AuthCodeOption{oidc.Nonce(l.Nonce), oauth2.S256ChallengeOption(l.Verifier)}
	if len(p.SecondFactor.ACR) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(p.SecondFactor.ACR, " ")))
	}
	if l.Aim == ToConfirm {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return r.oauth.AuthCodeURL(l.State, options...)
}

// Answer is what a provider sends somebody back with.
type Answer struct{ State, Code, Issuer, Error string }

// person is who a provider says somebody is.
type person struct {
	subject  string
	claims   map[string]any
	byTwo    bool      // the provider asked for a second factor
	provedAt time.Time // when it last asked at all; zero where it does not say
}

func (w *person) text(claim string) string {
	text, _ := w.claims[claim].(string)
	return strings.TrimSpace(text)
}

// email is the address that the provider vouches for.
func (w *person) email() string {
	if verified, said := w.claims["email_verified"]; said && verified != true && verified != "true" {
		return ""
	}
	return strings.ToLower(w.text("email"))
}

// errAnswer is an answer of a provider that cannot be trusted; what is wrong
// with it is told to the operator, not to whoever brought it.
var errAnswer = errors.New("the answer cannot be trusted")

func distrusted(what string, err error) error { return fmt.Errorf("%w: %s: %w", errAnswer, what, err) }

var errDiffers = errors.New("it differs")

// believe checks an answer against what was kept, fetches the token for its
// code, and gives who it names.
func (s *Service) believe(ctx context.Context, p *Provider, l leaving, a Answer) (*person, error) {
	switch {
	case l.Provider != p.Key:
		return nil, distrusted("provider", errDiffers)
	case subtle.ConstantTimeCompare([]byte(l.State), []byte(a.State)) != 1:
		return nil, distrusted("state", errDiffers)
	case a.Issuer != "" && a.Issuer != p.Issuer: // RFC 9207
		return nil, distrusted("issuer of the answer", errDiffers)
	case a.Error != "":
		return nil, distrusted("refusal", errors.New("the provider let nobody in"))
	}
	r, err := s.reach(ctx, p)
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, toProviders)
	token, err := r.oauth.Exchange(ctx, a.Code, oauth2.VerifierOption(l.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < 500:
		return nil, distrusted("code", errors.New(refused.ErrorCode)) // the rest may hold what is not for a log
	case err != nil:
		return nil, unreachable(p, err)
	}
	raw, _ := token.Extra("id_token").(string)
	signed, err := r.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, distrusted("token", err)
	}
	if subtle.ConstantTimeCompare([]byte(l.Nonce), []byte(signed.Nonce)) != 1 {
		return nil, distrusted("nonce", errDiffers)
	}
	who := &person{subject: signed.Subject, claims: map[string]any{}}
	if err := signed.Claims(&who.claims); err != nil {
		return nil, distrusted("claims", err)
	}
	if len(signed.Audience) > 1 && who.text("azp") != p.ClientID {
		return nil, distrusted("audience", errDiffers)
	}
	who.byTwo = holdsOne(who.claims["amr"], p.SecondFactor.AMR) || holdsOne(who.claims["acr"], p.SecondFactor.ACR)
	if at, ok := who.claims["auth_time"].(float64); ok {
		who.provedAt = time.Unix(int64(at), 0)
	}
	if p.UserInfo {
		return who, r.ask(ctx, p, token, who)
	}
	return who, nil
}

// ask adds the claims that a provider gives on a second question. What the
// signed token says stands.
func (r *reached) ask(ctx context.Context, p *Provider, token *oauth2.Token, who *person) error {
	info, err := r.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return unreachable(p, err)
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil || info.Subject != who.subject {
		return distrusted("user info", errors.Join(err, errDiffers))
	}
	for name, value := range more {
		if _, said := who.claims[name]; !said && !slices.Contains([]string{"amr", "acr", "auth_time"}, name) {
			who.claims[name] = value
		}
	}
	return nil
}
