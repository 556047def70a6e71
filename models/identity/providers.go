package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"sicrwydd/models/access"
	"sicrwydd/models/directory"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/store"
)

// Provider is a provider of identities (OpenID Connect) as an operator sets it.
type Provider struct {
	Key          string    `yaml:"key"`  // in addresses
	Name         lang.Text `yaml:"name"` // on its button
	Issuer       string    `yaml:"issuer"`
	ClientID     string    `yaml:"client_id"`
	ClientSecret string    `yaml:"client_secret"`
	Scopes       []string  `yaml:"scopes"`   // openid, email and profile where none are given
	UserInfo     bool      `yaml:"userinfo"` // claims are asked for there too
	// SecondFactor are the values of amr or acr with which the provider says
	// that it asked for a second factor; with none, ours is always asked for.
	SecondFactor struct {
		AMR []string `yaml:"amr"`
		ACR []string `yaml:"acr"`
	} `yaml:"second_factor"`
	Roles []RoleRule `yaml:"roles"`
	// Only are the mail domains whose people, once they are linked, come by this
	// provider alone.
	Only []string `yaml:"only"`

	reaching sync.Mutex
	reached  *reached
}

// RoleRule gives a role to who has one of the values in a claim: nationally, or
// at an organisation (ODS code or reference) or governance group (reference).
type RoleRule struct {
	Claim        string      `yaml:"claim"`
	Values       []string    `yaml:"values"`
	Role         access.Role `yaml:"role"`
	Organisation string      `yaml:"organisation"`
	Group        string      `yaml:"group"`
	place        Place
}

var mailDomain = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

var providerKey = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// ReadProviders reads providers from YAML. The error tells of all that is wrong.
func ReadProviders(content []byte) ([]*Provider, error) {
	var all []*Provider
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	var wrong []error
	keys, issuers, domains := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, p := range all {
		if p == nil {
			p = &Provider{}
		}
		name := fmt.Sprintf("provider %d (%s)", i+1, p.Key)
		for _, problem := range p.problems() {
			wrong = append(wrong, fmt.Errorf("%s: %s", name, problem))
		}
		if keys[p.Key] || issuers[p.Issuer] {
			wrong = append(wrong, fmt.Errorf("%s: key and issuer must differ from those of the others", name))
		}
		keys[p.Key], issuers[p.Issuer] = true, true
		for _, domain := range p.Only {
			if domains[domain] {
				wrong = append(wrong, fmt.Errorf("%s: only: %s stands twice", name, domain))
			}
			domains[domain] = true
		}
		if len(p.Scopes) == 0 {
			p.Scopes = []string{"openid", "email", "profile"}
		}
	}
	return all, errors.Join(wrong...)
}

func (p *Provider) problems() []string {
	var wrong []string
	check := func(right bool, text string) {
		if !right {
			wrong = append(wrong, text)
		}
	}
	check(providerKey.MatchString(p.Key), "key must be small letters, digits and hyphens, as entra")
	check(p.Name.Complete(), "name must be given in en and cy")
	at, err := url.Parse(p.Issuer)
	check(err == nil && at.Host != "" && at.RawQuery == "" && at.Fragment == "" &&
		(at.Scheme == "https" || at.Scheme == "http" && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, at.Hostname())),
		"issuer must be the provider's address, which begins with https://")
	check(p.ClientID != "", "client_id must be given")
	check(p.ClientSecret != "", "client_secret must be given")
	check(len(p.Scopes) == 0 || slices.Contains(p.Scopes, "openid"), "scopes must hold openid")
	for _, domain := range p.Only {
		check(mailDomain.MatchString(domain), fmt.Sprintf("only: %q must be the domain of mail addresses in small letters, as wales.nhs.uk", domain))
	}
	for i, rule := range p.Roles {
		at := fmt.Sprintf("roles, rule %d: ", i+1)
		check(rule.Claim != "" && len(rule.Values) > 0 && !slices.Contains(rule.Values, ""), at+"claim and values must be given")
		check(slices.Contains(access.Roles, rule.Role), fmt.Sprintf("%sthere is no role %q", at, rule.Role))
		check(!rule.Role.OfSupplier(), at+"a supplier's role is given by invitation only")
		check(rule.Role != access.Auditor, at+"an auditor needs a last day: invite instead")
		check(rule.Organisation == "" || rule.Group == "", at+"organisation or group, not both")
	}
	return wrong
}

// Providing lets people in by providers of identities, whose rules must name
// places that are there.
func (s *Service) Providing(ctx context.Context, providers []*Provider) error {
	_, err := store.Read(ctx, s.db, gate, func(tx *store.Tx) (bool, error) {
		var wrong []error
		for _, p := range providers {
			for i := range p.Roles {
				if err := p.Roles[i].find(tx); err != nil {
					wrong = append(wrong, fmt.Errorf("provider %s: %w", p.Key, err))
				}
			}
		}
		return true, errors.Join(wrong...)
	})
	if err == nil {
		s.providers = providers
	}
	return err
}

// find looks up the place of a rule, once at the start.
func (r *RoleRule) find(tx *store.Tx) error {
	r.place = Place{}
	switch {
	case r.Organisation != "":
		o, err := store.FindBy[directory.Organisation](tx, "ods_code = ? OR reference = ?", r.Organisation, r.Organisation)
		if err != nil {
			return absentPlace("organisation", r.Organisation, err)
		}
		r.place.OrganisationID = &o.ID
	case r.Group != "":
		g, err := store.FindBy[directory.Group](tx, "reference = ?", r.Group)
		if err != nil {
			return absentPlace("governance group", r.Group, err)
		}
		r.place.GovernanceGroupID = &g.ID
	}
	return nil
}

func absentPlace(kind, name string, err error) error {
	if fault.Is(err, fault.KindNotFound) {
		return fmt.Errorf("there is no %s %q", kind, name)
	}
	return err
}

// Providers lists the providers that people can sign in with.
func (s *Service) Providers() []*Provider { return s.providers }

// ByTwo reports whether the provider says when it asked for a second factor.
func (p *Provider) ByTwo() bool { return len(p.SecondFactor.AMR)+len(p.SecondFactor.ACR) > 0 }

func (s *Service) provider(key string) (*Provider, error) {
	for _, p := range s.providers {
		if p.Key == key {
			return p, nil
		}
	}
	return nil, fault.NotFound()
}

// granted is what claims give: the roles at each place, in the order of the rules.
func (p *Provider) granted(claims map[string]any) []Membership {
	var all []Membership
	for _, rule := range p.Roles {
		if !holdsOne(claims[rule.Claim], rule.Values) {
			continue
		}
		at := slices.IndexFunc(all, func(m Membership) bool { return m.At(rule.place) })
		if at < 0 {
			at = len(all)
			all = append(all, Membership{OrganisationID: rule.place.OrganisationID, GovernanceGroupID: rule.place.GovernanceGroupID})
		}
		if !slices.Contains(all[at].Roles, rule.Role) {
			all[at].Roles = append(all[at].Roles, rule.Role)
		}
	}
	return all
}

// At reports whether a membership is at the place.
func (m *Membership) At(p Place) bool {
	return Place{m.OrganisationID, m.SupplierID, m.GovernanceGroupID}.is(p)
}

// holdsOne reports whether a claim, a word or a list of words, holds one of the values.
func holdsOne(claim any, values []string) bool {
	switch given := claim.(type) {
	case string:
		return slices.Contains(values, given)
	case []any:
		return slices.ContainsFunc(given, func(one any) bool { return holdsOne(one, values) })
	}
	return false
}
