package templates

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/templates/components"
	"sicrwydd/templates/locales"
)

// Page is what the layout shows around a page's own Data. The dot of every
// page and fragment is a Page.
type Page struct {
	Lang lang.Tag
	// TitleKey names the title in the locale files; Title is the title itself,
	// where it is the name of a thing.
	TitleKey string
	Title    string
	// Path is the path and query of this page, for the switch of language. A
	// page drawn again after a POST gives the path that shows the form.
	Path      string
	CSRF      string
	SignedIn  *Viewer
	Errors    *fault.Error
	Flash     *Flash
	RequestID string
	Demo      bool
	// Wide gives the page the width of a work list.
	Wide bool
	// Switch is the id of the form that shows this page in the other language,
	// where no address does.
	Switch string
	Data   any
	name   string
}

// Viewer is the person signed in, as the header shows them.
type Viewer struct {
	// Key tells one reader's unsaved typing in a shared browser from another's,
	// without naming them.
	Key             string
	Name            string
	MembershipLabel string
	Roles           []string
	Nav             []NavItem
	CanSwitch       bool // between memberships
	CanSearch       bool
}

// Has reports whether the person holds one of the roles.
func (v *Viewer) Has(roles ...string) bool {
	if v == nil {
		return false
	}
	for _, held := range v.Roles {
		for _, role := range roles {
			if held == role {
				return true
			}
		}
	}
	return false
}

// NavItem is one part of the service in the header.
type NavItem struct {
	Key    string
	Href   string
	Active bool
}

// Flash says what has just happened, on the page after.
type Flash struct {
	Key  string
	Args fault.Args
}

// ErrorData is the Data of the page "error".
type ErrorData struct {
	Status int
}

// FieldID gives the id of the field that a fault's location names:
// "answers/backups.tested" is "answers-backups-tested".
func FieldID(location string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, location)
}

// FaultText says a fault, or one field of it, in a language. A test holds that
// every fault in the code has its text; were one missed all the same, its code
// is shown rather than no page at all.
func FaultText(tag lang.Tag, key string, args fault.Args) (string, error) {
	w := Words(tag)
	if !w.Has("error." + key) {
		return w.T("error.unsaid", "Code", key)
	}
	said := make(fault.Args, len(args))
	for name, value := range args {
		said[name] = value
	}
	for _, kind := range []string{"review.state.", "action.state."} {
		if state, ok := args["State"].(string); ok && w.Has(kind+state) {
			text, err := w.T(kind + state)
			if err != nil {
				return "", err
			}
			said["State"] = text
			break
		}
	}
	if until, ok := args["Until"]; ok {
		day, err := date(w, until, w.Date)
		if err != nil {
			return "", err
		}
		said["Until"] = day
	}
	return w.Say("error."+key, said)
}

// fieldError gives the error of the field, or nothing.
func fieldError(p Page, location string) (string, error) {
	if p.Errors == nil {
		return "", nil
	}
	for _, f := range p.Errors.Fields {
		if f.Location == location {
			return FaultText(p.Lang, f.Key, f.Args)
		}
	}
	return "", nil
}

func field(p Page, location string) (components.Field, error) {
	text, err := fieldError(p, location)
	return components.Field{Name: location, ID: FieldID(location), Error: text}, err
}

// problems lists the errors of the page for the summary at its top.
func problems(p Page) ([]any, error) {
	if p.Errors == nil {
		return nil, nil
	}
	var list []any
	seen := map[string]bool{}
	for _, f := range p.Errors.Fields {
		text, err := FaultText(p.Lang, f.Key, f.Args)
		if err != nil {
			return nil, err
		}
		href := "#" + FieldID(f.Location)
		if !seen[href+text] {
			seen[href+text] = true
			list = append(list, components.Pairs{{Name: "text", Value: text}, {Name: "href", Value: href}})
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	text, err := FaultText(p.Lang, p.Errors.Key, p.Errors.Args)
	if err != nil {
		return nil, err
	}
	return []any{components.Pairs{{Name: "text", Value: text}}}, nil
}

// title gives what the browser's tab says: what the page is, whose service,
// and first of all that something is wrong.
func title(words *locales.Words, p Page) (string, error) {
	heading, err := heading(words, p)
	if err != nil {
		return "", err
	}
	key := "layout.title"
	if p.Errors != nil {
		key = "layout.title-error"
	}
	return words.T(key, "Page", heading)
}

func heading(words *locales.Words, p Page) (string, error) {
	if p.Title != "" {
		return p.Title, nil
	}
	if p.TitleKey == "" {
		return "", fmt.Errorf("the page %q has no title", p.Path)
	}
	return words.T(p.TitleKey)
}

// languageLink gives this page in the other language.
func languageLink(p Page) string {
	address, err := url.Parse(p.Path)
	if err != nil || address.Host != "" || address.Scheme != "" || !strings.HasPrefix(p.Path, "/") || strings.HasPrefix(p.Path, "//") {
		address = &url.URL{Path: "/"}
	}
	query := address.Query()
	query.Set("lang", string(p.Lang.Other()))
	address.RawQuery = query.Encode()
	return address.String()
}

// hidden gives a hidden field of a form.
func hidden(name, value string) template.HTML {
	return template.HTML(`<input type="hidden" name="` + template.HTMLEscapeString(name) +
		`" value="` + template.HTMLEscapeString(value) + `">`)
}

// SignInData is the Data of the page "sign-in".
type SignInData struct {
	Email string
	// Next is the path to show once signed in.
	Next string
	// Accounts are those of a demonstration, to choose from.
	Accounts []DemoAccount
	// Carried is a form that its session did not outlive, sealed; Files says
	// that files were chosen with it, TooMuch that it is too large to carry.
	Carried        string
	Files, TooMuch bool
	// Providers are organisations' own sign-ins.
	Providers []ProviderChoice
}

// ProviderChoice is a provider of identities to sign in with.
type ProviderChoice struct {
	Key  string
	Name lang.Text
}

// DemoAccount is one to sign in with in a demonstration.
type DemoAccount struct{ Role, Email, Password string }

// LargestUpload is the largest file that is taken as evidence, in bytes; a
// script says so before it sends one.
const LargestUpload = 25 << 20

// HomeData is the Data of the page "home", for those who are not signed in.
type HomeData struct{}

// ErrorTitleKey names the title of the error page for a status.
func ErrorTitleKey(status int) string {
	switch status {
	case 401, 403, 404, 409, 412, 413, 422, 429:
		return fmt.Sprintf("errorpage.%d.title", status)
	}
	return "errorpage.500.title"
}
