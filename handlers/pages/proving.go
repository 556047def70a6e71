package pages

import (
	"bytes"
	"html/template"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/reports/document"
	"sicrwydd/templates"
)

// stepFor is how long a browser keeps a way in that was begun.
const stepFor = 15 * time.Minute

// codeData is a page that asks for a code: of a factor that stands, or of an
// authenticator app that is being set up.
type codeData struct {
	identity.Waiting
	Action  string
	QR      template.HTML
	Key     string // in groups of four, to be typed
	Next    string
	Carried string
	Token   string // of a further app
	Named   bool   // a name is asked for too
	Name    string
	// NoCode says that there is no code to ask for; Providers take its place.
	NoCode    bool
	Providers []templates.ProviderChoice
}

// Recovery says that a recovery code is the only code there is to type: the
// reader has no app.
func (d codeData) Recovery() bool { return !d.SetUp && !d.Apps }

// waitingStep is the token of the way in that this browser has begun.
func (v *View) waitingStep() string {
	if v.step != "" {
		return v.step
	}
	return v.Cookies(stepCookie)
}

// codePage asks for what a way in still lacks.
func (p *Pages) codePage(v *View, next string) (Page, error) {
	waiting, err := p.Identity.Await(v.UserContext(), v.waitingStep())
	if err != nil {
		return Page{}, err
	}
	data := codeData{Waiting: waiting, Action: "/sign-in/code", Next: localPath(next)}
	if t := v.carried(); t != nil {
		if data.Carried, err = v.seal(t); err != nil {
			return Page{}, err
		}
	}
	title := "code.title"
	if data.Recovery() && waiting.Passkey != nil {
		title = "code.passkey"
	}
	if waiting.SetUp {
		title = "code.set-up"
		if err := data.draw(v); err != nil {
			return Page{}, err
		}
	}
	return Page{Name: "code", TitleKey: title, Data: data}, nil
}

// draw puts the key of an app on the page: as a picture, and to be typed.
func (d *codeData) draw(v *View) error {
	code, err := document.Code(d.URL)
	if err != nil {
		return err
	}
	alt, err := templates.Words(v.Lang()).T("code.picture")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := code.SVG(&b, alt); err != nil {
		return err
	}
	d.QR = template.HTML(b.String()) //nolint:gosec // drawn by us, of rectangles
	for i, r := range d.Secret {
		if i > 0 && i%4 == 0 {
			d.Key += " "
		}
		d.Key += string(r)
	}
	return nil
}

// askCode shows the page that asks for the second factor.
func (p *Pages) askCode(v *View, next string, refused error) error {
	page, err := p.codePage(v, next)
	if err != nil {
		return p.fromTheStart(v, next, err)
	}
	if refused != nil {
		return v.Refuse(refused, page)
	}
	return v.Show(page)
}

// fromTheStart asks for the password again where a way in has ended.
func (p *Pages) fromTheStart(v *View, next string, err error) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.KindUnauthenticated {
		return err
	}
	v.cookie(stepCookie, "", -1)
	if t := v.carried(); t != nil {
		return v.askAgain(t, f)
	}
	return v.draw(fiber.StatusUnprocessableEntity, v.signInPage("", next), f)
}

// CodeForm asks for the second factor: of who is signed in as well, where another
// way in was begun in this browser, such as by an invitation.
func (p *Pages) CodeForm(v *View) error {
	if v.waitingStep() == "" {
		if v.Visit.Signed != nil {
			return v.Go("/", "")
		}
		return v.Go("/sign-in?next="+url.QueryEscape(localPath(v.Query("next"))), "")
	}
	return p.askCode(v, v.Query("next"), nil)
}

// Code takes the second factor and begins the session.
func (p *Pages) Code(v *View) error {
	var arrival identity.Arrival
	var err error
	if given, ok := v.signature(); ok {
		arrival, err = p.Identity.ProveByPasskey(v.UserContext(), v.waitingStep(), given, v.from())
	} else {
		arrival, err = p.Identity.Prove(v.UserContext(), v.waitingStep(), v.Typed("code"), v.from())
	}
	switch {
	case fault.Is(err, fault.KindUnauthenticated):
		return p.fromTheStart(v, v.Typed("next"), err)
	case err != nil:
		return p.askCode(v, v.Typed("next"), err)
	}
	return p.arrive(v, arrival, v.Typed("next"))
}

type codesData struct {
	Codes         []string
	Next, Carried string
}

// showCodes shows recovery codes, this once.
func (v *View) showCodes(codes []string, next string, t *typedForm, ours bool) error {
	data := codesData{Codes: codes, Next: next}
	if t != nil && ours {
		var err error
		if data.Carried, err = v.seal(t); err != nil {
			return err
		}
	}
	return v.Show(Page{Name: "recovery-codes", TitleKey: "codes.title", Data: data})
}

// Proved lets a reader through who showed the second factor just now, and asks
// for it otherwise; what was typed is kept meanwhile.
func (p *Pages) Proved(h Handler) Handler {
	return func(v *View) error {
		signed := v.Visit.Signed
		if signed == nil || p.Identity.Fresh(signed) {
			return h(v)
		}
		next := v.OriginalURL()
		if v.Method() != fiber.MethodGet {
			if t := v.typedHere(); t != nil && t.size() <= largestTyped {
				return p.askProof(v, t.Back, t, nil)
			}
			next = v.formPath()
		}
		return v.Go("/confirm?next="+url.QueryEscape(localPath(next)), "")
	}
}

// askProof shows the page on which one who is signed in shows the second factor again.
func (p *Pages) askProof(v *View, next string, t *typedForm, refused error) error {
	factors, codes, err := p.Identity.Factors(v.UserContext(), v.Actor())
	if err != nil {
		return err
	}
	data := codeData{Action: "/confirm", Next: localPath(next)}
	for _, f := range factors {
		data.Apps = data.Apps || f.Kind == identity.AuthenticatorApp
	}
	if data.Passkey, err = p.Identity.PasskeyToConfirm(v.UserContext(), v.Visit.Signed); err != nil {
		return err
	}
	links, err := p.Identity.Links(v.UserContext(), v.Actor())
	if err != nil {
		return err
	}
	for _, link := range links {
		if link.Provider != nil && link.Provider.ByTwo() {
			data.Providers = append(data.Providers, templates.ProviderChoice{Key: link.Provider.Key, Name: link.Provider.Name})
		}
	}
	data.NoCode = !data.Apps && codes == 0 && len(data.Providers)+len(factors) > 0
	if t != nil {
		if data.Carried, err = v.seal(t); err != nil {
			return err
		}
	}
	page := Page{Name: "code", TitleKey: "code.confirm", Data: data}
	if refused != nil {
		return v.Refuse(refused, page)
	}
	return v.Show(page)
}

// ConfirmForm asks one who is signed in for the second factor again.
func (p *Pages) ConfirmForm(v *View) error { return p.askProof(v, v.Query("next"), nil, nil) }

// Confirm takes it, and goes on to what asked for it.
func (p *Pages) Confirm(v *View) error {
	t := v.carried()
	var token string
	var err error
	if given, ok := v.signature(); ok {
		token, err = p.Identity.ConfirmByPasskey(v.UserContext(), v.Visit.Signed, given, v.from())
	} else {
		token, err = p.Identity.Confirm(v.UserContext(), v.Visit.Signed, v.Typed("code"), v.from())
	}
	if err != nil {
		return p.askProof(v, v.Typed("next"), t, err)
	}
	return p.proved(v, token, t, v.Typed("next"))
}

// proved goes on after the second factor was shown again: with what was typed,
// where that was kept.
func (p *Pages) proved(v *View, token string, t *typedForm, next string) error {
	v.cookie(sessionCookie, token, 0)
	v.session = token
	if t != nil && t.By == v.Visit.Signed.User.ID {
		return v.showTyped(t)
	}
	return v.Go(localPath(next), "")
}
