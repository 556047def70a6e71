package pages

import (
	"slices"
	"strconv"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
)

type tokenRow struct {
	*identity.Token
	Ended bool
}

type tokensData struct {
	Tokens []tokenRow
	Scopes []access.Permission // that the reader may give
	Given  []string
	Name   string
	Days   string
	Made   string // the token that was just made, shown this once
}

// tokenDays are for how long a token may last.
var tokenDays = []int{7, 30, 90, 365}

// DaysOffered are the choices of how long a token lasts.
func (tokensData) DaysOffered() []int { return tokenDays }

func (p *Pages) tokensPage(v *View, data tokensData) (Page, error) {
	tokens, err := p.Identity.Tokens(v.UserContext(), v.Actor())
	if err != nil {
		return Page{}, err
	}
	for _, t := range tokens {
		data.Tokens = append(data.Tokens, tokenRow{t, t.RevokedAt != nil || t.ExpiresAt.Before(time.Now())})
	}
	for _, scope := range access.Permissions() {
		if v.Actor().Holds(scope) {
			data.Scopes = append(data.Scopes, scope)
		}
	}
	return Page{Name: "tokens", TitleKey: "tokens.title", Data: data}, nil
}

func (v *View) showTokens(data tokensData, refused error) error {
	page, err := v.pages.tokensPage(v, data)
	if err != nil {
		return err
	}
	if refused != nil {
		return v.Refuse(refused, page)
	}
	return v.Show(page)
}

// Tokens lists the reader's API tokens.
func (p *Pages) Tokens(v *View) error { return v.showTokens(tokensData{Days: "90"}, nil) }

// TokenMake makes one and shows it this once.
func (p *Pages) TokenMake(v *View) error {
	data := tokensData{Name: v.Typed("name"), Days: v.Typed("days"), Given: v.TypedAll("scopes")}
	in := identity.TokenInput{Name: data.Name}
	if days, err := strconv.Atoi(data.Days); err == nil && slices.Contains(tokenDays, days) {
		in.Days = days
	}
	for _, scope := range data.Given {
		in.Scopes = append(in.Scopes, access.Permission(scope))
	}
	_, secret, err := p.Identity.AddToken(v.UserContext(), v.Actor(), in)
	if err != nil {
		return v.showTokens(data, err)
	}
	return v.showTokens(tokensData{Days: "90", Made: secret}, nil)
}

// TokenRevoke ends one.
func (p *Pages) TokenRevoke(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := p.Identity.RevokeToken(v.UserContext(), v.Actor(), id); err != nil {
		return v.showTokens(tokensData{Days: "90"}, err)
	}
	return v.Go("/account/tokens", "flash.saved")
}
