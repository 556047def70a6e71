package pages

import (
	"strings"
	"unicode"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/templates"
)

func (v *View) signInPage(email, next string) Page {
	return Page{Name: "sign-in", TitleKey: "sign-in.title", Data: templates.SignInData{
		Email: email, Next: localPath(next), Accounts: v.pages.DemoAccounts, Providers: v.pages.providerChoices()}}
}

// SignInForm asks who it is.
func (p *Pages) SignInForm(v *View) error {
	if v.Visit.Signed != nil {
		return v.Go("/", "")
	}
	return v.Show(v.signInPage("", v.Query("next")))
}

// SignIn begins a session and goes on to where the reader was going.
func (p *Pages) SignIn(v *View) error {
	arrival, err := p.Identity.SignIn(v.UserContext(), v.Typed("email"), v.FormValue("password"), v.from())
	if err != nil {
		if f := fault.As(err); f == nil || f.Kind != fault.KindUnauthenticated && f.Kind != fault.KindTooMany {
			return err
		}
		if t := v.carried(); t != nil {
			return v.askAgain(t, fault.As(err))
		}
		return v.draw(422, v.signInPage(v.Typed("email"), v.Typed("next")), fault.As(err))
	}
	return p.arrive(v, arrival, v.Typed("next"))
}

// from says where the request comes from.
func (v *View) from() identity.From {
	return identity.From{Origin: v.Visit.Origin, Agent: v.Visit.Agent, Language: v.Lang()}
}

// longestPath is how many bytes an address of ours may have to be led to.
const longestPath = 2000

// localPath keeps redirects on this site. A browser leaves tabs and ends of lines
// out of an address, and takes a backslash for a slash.
func localPath(next string) string {
	if len(next) > longestPath || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") || strings.ContainsFunc(next, unicode.IsControl) {
		return "/"
	}
	return next
}

// SignOut ends the session.
func (p *Pages) SignOut(v *View) error {
	if err := p.Identity.SignOut(v.UserContext(), v.Visit.Signed); err != nil {
		return err
	}
	v.cookie(sessionCookie, "", -1)
	return v.Go("/sign-in", "flash.signed-out")
}

type membershipRow struct {
	ID     string
	Roles  []string
	Place  lang.Text
	Acting bool
}

type accountData struct {
	Name, Email string
	Own         identity.OwnInput
	Memberships []membershipRow
	Approver    bool
}

func (p *Pages) accountData(v *View) (accountData, error) {
	signed := v.Visit.Signed
	data := accountData{Name: signed.User.Name, Email: signed.User.Email,
		Own: identity.OwnInput{JobTitle: signed.User.JobTitle, Phone: signed.User.Phone, Language: signed.User.Language}, Approver: v.Actor().Has(access.Approver)}
	for _, m := range signed.Memberships {
		row := membershipRow{ID: m.ID.String(), Acting: m.ID == signed.Membership.ID}
		for _, role := range m.Roles {
			row.Roles = append(row.Roles, string(role))
		}
		if m.OrganisationID != nil {
			o, err := p.Directory.Organisation(v.UserContext(), v.Actor(), *m.OrganisationID)
			if err != nil && !fault.Is(err, fault.KindNotFound) {
				return data, err
			}
			if o != nil {
				row.Place = o.Name
			}
		}
		data.Memberships = append(data.Memberships, row)
	}
	return data, nil
}

// Account shows who is signed in, as what, and in which language.
func (p *Pages) Account(v *View) error {
	data, err := p.accountData(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "account", TitleKey: "account.title", Data: data})
}

// ChangeAccount keeps what the reader says of themselves.
func (p *Pages) ChangeAccount(v *View) error {
	data, err := p.accountData(v)
	if err != nil {
		return err
	}
	data.Own = identity.OwnInput{JobTitle: v.Typed("job_title"), Phone: v.Typed("phone"), Language: lang.Tag(v.Typed("language"))}
	if err := p.Identity.ChangeOwn(v.UserContext(), v.Visit.Signed, data.Own); err != nil {
		return v.Refuse(err, Page{Name: "account", TitleKey: "account.title", Data: data})
	}
	return v.Go("/account", "flash.saved")
}

// SwitchMembership lets the reader act in another membership.
func (p *Pages) SwitchMembership(v *View) error {
	for _, m := range v.Visit.Signed.Memberships {
		if m.ID.String() == v.Typed("membership") {
			if err := p.Identity.Switch(v.UserContext(), v.Visit.Signed, m.ID); err != nil {
				return err
			}
			return v.Go("/", "flash.saved")
		}
	}
	return fault.NotFound()
}

type invitationData struct {
	Token, Email, Name string
	By                 identity.Accepting
	Theirs             bool             // the reader is signed in at the address
	Asking             *review.MailData // what the review asks; nil for an invitation to no review
	ToName, ToEmail    string           // whom it should have gone to
}

// InvitationForm shows whom an invitation is for, before any sign-up.
func (p *Pages) InvitationForm(v *View) error {
	page, err := p.invitationPage(v, "")
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) invitationPage(v *View, typedName string) (Page, error) {
	i, by, err := p.Identity.Look(v.UserContext(), v.Params("token"))
	if err != nil {
		return Page{}, err
	}
	data := invitationData{Token: v.Params("token"), Email: i.Email, Name: i.Name, By: by, Theirs: v.signedInAs(i.Email)}
	if typedName != "" {
		data.Name = typedName
	}
	if i.ReviewID != nil {
		asking, err := p.Services.Reviews.Asking(v.UserContext(), i)
		if err != nil {
			return Page{}, err
		}
		data.Asking = &asking
		data.ToName, data.ToEmail = v.Typed("to_name"), v.Typed("to_email")
	}
	return Page{Name: "invitation", TitleKey: "invitation.title", Data: data}, nil
}

// AcceptInvitation makes the account, or adds to the one that is there.
func (p *Pages) AcceptInvitation(v *View) error {
	token, joined := v.Params("token"), p.Services.Reviews.Joined
	i, by, err := p.Identity.Look(v.UserContext(), token)
	if err != nil {
		return err
	}
	var arrival identity.Arrival
	bySession := by == identity.BySession && v.signedInAs(i.Email)
	if bySession {
		err = p.Identity.AcceptSigned(v.UserContext(), v.Visit.Signed, token, joined, v.from())
	} else {
		arrival, err = p.Identity.Accept(v.UserContext(), token, v.Typed("name"), v.FormValue("password"), joined, v.from())
	}
	if err != nil {
		page, lookErr := p.invitationPage(v, v.Typed("name"))
		if lookErr != nil {
			return lookErr
		}
		return v.Refuse(err, page)
	}
	if bySession {
		return v.Go("/", "flash.saved")
	}
	return p.arrive(v, arrival, "/")
}

func (v *View) signedInAs(email string) bool {
	return v.Visit.Signed != nil && v.Visit.Signed.User.Email == email
}

// PassOn takes down whom an invitation should have gone to; an official decides.
func (p *Pages) PassOn(v *View) error {
	i, _, err := p.Identity.Look(v.UserContext(), v.Params("token"))
	if err != nil {
		return err
	}
	if err := p.Services.Reviews.PassOn(v.UserContext(), i, v.Typed("to_name"), v.Typed("to_email"), v.Visit.Origin); err != nil {
		page, pageErr := p.invitationPage(v, "")
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/invitations/"+v.Params("token"), "flash.passed-on")
}

func (v *View) static(name string) error { return v.Show(Page{Name: name, TitleKey: name + ".title"}) }

// Accessibility is the statement on accessibility.
func (p *Pages) Accessibility(v *View) error { return v.static("accessibility") }

// Privacy is the privacy notice.
func (p *Pages) Privacy(v *View) error { return v.static("privacy") }

// CookiesPage says which cookies there are.
func (p *Pages) CookiesPage(v *View) error { return v.static("cookies") }

// Rules publishes the rules.
func (p *Pages) Rules(v *View) error { return v.static("rules") }

// Glossary says what the words mean.
func (p *Pages) Glossary(v *View) error { return v.static("glossary") }

// Help says where help is.
func (p *Pages) Help(v *View) error { return v.static("help") }
