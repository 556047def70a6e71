package pages

import (
	"slices"

	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/templates"
)

// securityData is how the reader is let in, and from where they came.
type securityData struct {
	Email    string
	NewEmail string
	Factors  []*identity.Factor
	Codes    int // recovery codes left
	Sessions []*identity.Session
	Here     string // the session of this browser
	Past     []identity.PastSignIn
	Demo     bool // a demonstration asks for no second factor
	Password bool // there is one; who comes by a provider may have none
	Passkeys bool // can be had at this address
	Links    []identity.Link
	// Unlinked are the providers that the reader may link; a supplier's people
	// link none.
	Unlinked []templates.ProviderChoice
}

func (p *Pages) securityPage(v *View) (Page, error) {
	signed := v.Visit.Signed
	data := securityData{Email: signed.User.Email, NewEmail: v.Typed("email"), Here: signed.Session.ID.String(), Demo: p.Demo, Password: signed.User.PasswordHash != "", Passkeys: p.Identity.HasPasskeys()}
	only, err := p.Identity.OnlyByProvider(v.UserContext(), signed.User)
	if err != nil {
		return Page{}, err
	}
	data.Password = data.Password && !only
	if data.Factors, data.Codes, err = p.Identity.Factors(v.UserContext(), v.Actor()); err != nil {
		return Page{}, err
	}
	if data.Links, err = p.Identity.Links(v.UserContext(), v.Actor()); err != nil {
		return Page{}, err
	}
	for _, one := range p.Identity.Providers() {
		linked := slices.ContainsFunc(data.Links, func(l identity.Link) bool { return l.Provider == one })
		if !linked && !v.Actor().OnSupplierSide() {
			data.Unlinked = append(data.Unlinked, templates.ProviderChoice{Key: one.Key, Name: one.Name})
		}
	}
	if data.Sessions, err = p.Identity.Sessions(v.UserContext(), signed); err != nil {
		return Page{}, err
	}
	data.Past, err = p.Identity.SignInHistory(v.UserContext(), v.Actor())
	return Page{Name: "security", TitleKey: "security.title", Data: data}, err
}

// Security shows how the reader is let in.
func (p *Pages) Security(v *View) error {
	page, err := p.securityPage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// secure answers a change on the page of security: what it refused stands on
// the page, and all else is said on it.
func (p *Pages) secure(v *View, err error, flash string) error {
	if err == nil {
		return v.Go("/account/security", flash)
	}
	page, pageErr := p.securityPage(v)
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

// PasswordChange sets another password.
func (p *Pages) PasswordChange(v *View) error {
	err := p.Identity.ChangePassword(v.UserContext(), v.Visit.Signed, v.FormValue("current"), v.FormValue("password"), v.from())
	return p.secure(v, err, "flash.password-changed")
}

// EmailChange asks for another address.
func (p *Pages) EmailChange(v *View) error {
	return p.secure(v, p.Identity.ChangeEmail(v.UserContext(), v.Visit.Signed, v.Typed("email"), v.from()), "flash.email-asked")
}

// EmailForm asks whether the new address is to be taken.
func (p *Pages) EmailForm(v *View) error {
	return v.Show(Page{Name: "email-confirm", TitleKey: "security.email-confirm", Data: v.Params("token")})
}

// EmailConfirm takes the new address.
func (p *Pages) EmailConfirm(v *View) error {
	return p.secure(v, p.Identity.ConfirmEmail(v.UserContext(), v.Visit.Signed, v.Params("token"), v.from()), "flash.saved")
}

// FactorRemove takes a factor away.
func (p *Pages) FactorRemove(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return p.secure(v, p.Identity.RemoveFactor(v.UserContext(), v.Visit.Signed, id), "flash.saved")
}

// CodesNew makes new recovery codes and shows them this once.
func (p *Pages) CodesNew(v *View) error {
	codes, err := p.Identity.NewRecoveryCodes(v.UserContext(), v.Visit.Signed)
	if err != nil {
		return err
	}
	return v.showCodes(codes, "/account/security", nil, false)
}

// SessionEnd ends one session of the reader.
func (p *Pages) SessionEnd(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return p.secure(v, p.Identity.EndSession(v.UserContext(), v.Visit.Signed, id), "flash.saved")
}

// SessionsEnd signs the reader out everywhere.
func (p *Pages) SessionsEnd(v *View) error {
	if err := p.Identity.SignOutEverywhere(v.UserContext(), v.Visit.Signed); err != nil {
		return err
	}
	v.cookie(sessionCookie, "", -1)
	return v.Go("/sign-in", "flash.signed-out")
}

// appPage shows the key of a further app.
func (p *Pages) appPage(v *View, token string) (Page, error) {
	waiting, err := p.Identity.AppShown(v.UserContext(), v.Visit.Signed, token)
	if err != nil {
		return Page{}, err
	}
	data := codeData{Waiting: waiting, Action: "/account/apps", Token: token, Named: true, Name: v.Typed("name"), Next: "/account/security"}
	return Page{Name: "code", TitleKey: "code.set-up", Data: &data}, data.draw(v)
}

// AppNew shows a key for a further authenticator app.
func (p *Pages) AppNew(v *View) error {
	token, _, err := p.Identity.AppToAdd(v.UserContext(), v.Visit.Signed)
	if err != nil {
		return err
	}
	page, err := p.appPage(v, token)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// AppAdd adds it.
func (p *Pages) AppAdd(v *View) error {
	codes, err := p.Identity.AddApp(v.UserContext(), v.Visit.Signed, v.Typed("step"), v.Typed("name"), v.Typed("code"))
	if err == nil {
		return p.added(v, codes)
	}
	page, pageErr := p.appPage(v, v.Typed("step"))
	if fault.Is(pageErr, fault.KindUnauthenticated) {
		return v.Go("/account/apps/new", "")
	}
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

// ForgottenForm asks for the address of who forgot the password.
func (p *Pages) ForgottenForm(v *View) error {
	return v.Show(Page{Name: "password-forgotten", TitleKey: "forgotten.title", Data: v.Query("email")})
}

// Forgotten takes it down. The answer is the same whoever asks.
func (p *Pages) Forgotten(v *View) error {
	if err := p.Identity.Forgot(v.UserContext(), v.Typed("email"), v.from()); err != nil {
		return v.Refuse(err, Page{Name: "password-forgotten", TitleKey: "forgotten.title", Data: v.Typed("email")})
	}
	return v.Show(Page{Name: "password-sent", TitleKey: "forgotten.sent"})
}

// PasswordForm asks for a new password.
func (p *Pages) PasswordForm(v *View) error {
	if err := p.Identity.LookPassword(v.UserContext(), v.Params("token")); err != nil {
		return err
	}
	return v.Show(Page{Name: "password-set", TitleKey: "forgotten.set", Data: v.Params("token")})
}

// PasswordSet takes it and goes on to the second factor.
func (p *Pages) PasswordSet(v *View) error {
	arrival, err := p.Identity.SetPassword(v.UserContext(), v.Params("token"), v.FormValue("password"), v.from())
	switch {
	case fault.Is(err, fault.KindInvalid):
		return v.Refuse(err, Page{Name: "password-set", TitleKey: "forgotten.set", Data: v.Params("token")})
	case fault.Is(err, fault.KindUnauthenticated):
		return v.draw(422, v.signInPage("", "/"), fault.As(err))
	case err != nil:
		return err
	}
	return p.arrive(v, arrival, "/")
}
