package pages

import (
	"net/url"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/templates"
)

// providerFor is how many seconds a browser remembers that it went to a provider.
const providerFor = 600

// providerChoices are the providers to choose from.
func (p *Pages) providerChoices() []templates.ProviderChoice {
	var all []templates.ProviderChoice
	for _, one := range p.Identity.Providers() {
		all = append(all, templates.ProviderChoice{Key: one.Key, Name: one.Name})
	}
	return all
}

type awayData struct {
	Name    lang.Text
	Address string
}

// leave sends the reader to a provider. A page in between does it: a form may
// send nobody to another site (form-action), and without it a link does.
func (p *Pages) leave(v *View, aim identity.Aim) error {
	key := v.Params("key")
	address, token, err := p.Identity.Leave(v.UserContext(), key, aim, v.Visit.Signed, localPath(v.Typed("next")), v.carriedAway(), v.from())
	if err != nil {
		return p.notThere(v, aim, v.Typed("next"), err)
	}
	v.cookie(providerCookie, token, providerFor)
	data := awayData{Address: address}
	for _, one := range p.Identity.Providers() {
		if one.Key == key {
			data.Name = one.Name
		}
	}
	v.Set("Refresh", "0; url="+address)
	return v.Show(Page{Name: "provider-away", TitleKey: "provider.away", Data: data})
}

// ProviderSignIn goes to a provider to sign in.
func (p *Pages) ProviderSignIn(v *View) error { return p.leave(v, identity.ToSignIn) }

// ProviderLink goes to a provider to say who the reader is there.
func (p *Pages) ProviderLink(v *View) error { return p.leave(v, identity.ToLink) }

// ProviderConfirm goes to a provider to show the second factor again.
func (p *Pages) ProviderConfirm(v *View) error { return p.leave(v, identity.ToConfirm) }

// ProviderReturn takes back whom a provider sends.
func (p *Pages) ProviderReturn(v *View) error {
	answer := identity.Answer{State: v.Query("state"), Code: v.Query("code"), Issuer: v.Query("iss"), Error: v.Query("error")}
	back, err := p.Identity.Return(v.UserContext(), v.Params("key"), v.Cookies(providerCookie), answer, v.Visit.Signed, v.from())
	v.cookie(providerCookie, "", -1)
	v.kept, v.back = back.Carried, "/sign-in"
	if err != nil {
		return p.notThere(v, back.Aim, back.Next, err)
	}
	switch back.Aim {
	case identity.ToLink:
		return v.Go("/account/security", "flash.provider-linked")
	case identity.ToConfirm:
		return p.proved(v, back.Renewed, v.carried(), back.Next)
	}
	return p.arrive(v, back.Arrival, back.Next)
}

// notThere says on the page that a way by a provider began on why it led nowhere.
func (p *Pages) notThere(v *View, aim identity.Aim, next string, err error) error {
	f := fault.As(err)
	if f == nil || f.Kind == fault.KindNotFound {
		return err
	}
	switch {
	case aim == identity.ToConfirm && v.Visit.Signed != nil:
		v.back = "/confirm?next=" + url.QueryEscape(localPath(next))
		return p.askProof(v, next, v.carried(), f)
	case v.Visit.Signed != nil:
		v.back = "/account/security"
		return p.secure(v, f, "")
	}
	v.back = "/sign-in?next=" + url.QueryEscape(localPath(next))
	if t := v.carried(); t != nil {
		return v.askAgain(t, f)
	}
	return v.draw(request.Status(f.Kind), v.signInPage("", next), f)
}

// ProviderUnlink takes a link to a provider away.
func (p *Pages) ProviderUnlink(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return p.secure(v, p.Identity.Unlink(v.UserContext(), v.Visit.Signed, id), "flash.saved")
}

// signature is what a passkey gave on this form; not ok where none was used.
func (v *View) signature() (given identity.Signature, ok bool) {
	given = identity.Signature{Token: v.Typed("challenge"), Response: v.Typed("credential")}
	return given, given.Token != ""
}

// passkeyPage asks for a further passkey.
func (p *Pages) passkeyPage(v *View) (Page, error) {
	challenge, err := p.Identity.PasskeyToAdd(v.UserContext(), v.Visit.Signed)
	data := codeData{Action: "/account/passkeys", Named: true, Name: v.Typed("name"), Waiting: identity.Waiting{Passkey: challenge}}
	return Page{Name: "passkey", TitleKey: "passkey.add", Data: data}, err
}

// PasskeyNew asks for a further passkey.
func (p *Pages) PasskeyNew(v *View) error {
	page, err := p.passkeyPage(v)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// PasskeyAdd adds it.
func (p *Pages) PasskeyAdd(v *View) error {
	given, _ := v.signature()
	codes, err := p.Identity.AddPasskey(v.UserContext(), v.Visit.Signed, v.Typed("name"), given, v.from())
	if err == nil {
		return p.added(v, codes)
	}
	v.back = "/account/passkeys/new"
	page, pageErr := p.passkeyPage(v)
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

// added goes on after a factor was added: by way of recovery codes, where it is
// the first.
func (p *Pages) added(v *View, codes []string) error {
	if codes != nil {
		return v.showCodes(codes, "/account/security", nil, false)
	}
	return v.Go("/account/security", "flash.saved")
}
