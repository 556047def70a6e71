package components

import (
	"html/template"
	"slices"
)

// Header is the top of a page: whose service, a search, the account, where to
// go.
type Header struct {
	Base
	Colour, ContainerClasses string
	Inline                   bool
	Logo                     Logo
	Organisation             *HeaderOrganisation
	Service                  HeaderService
	Search                   *HeaderSearch
	Account                  *HeaderAccount
	Navigation               *HeaderNavigation
}

// Logo is the NHS logo, or with Src a picture in its place.
type Logo struct{ Href, Alt, Src, AriaLabel string }

// HeaderOrganisation is the organisation beside the logo.
type HeaderOrganisation struct{ Name, Split, Descriptor string }

// HeaderService is the service beside the logo.
type HeaderService struct{ Text, Href string }

// HeaderSearch is the search of the service.
type HeaderSearch struct {
	Classes                                                string
	Attributes                                             Attributes
	Action, Method, Name                                   string
	Input                                                  struct{ Placeholder string }
	Button                                                 struct{ AriaLabel string }
	Label                                                  struct{ VisuallyHiddenText string }
	Placeholder, VisuallyHiddenButton, VisuallyHiddenLabel string
}

// HeaderAccount shows who is signed in.
type HeaderAccount struct {
	Classes, AriaLabel string
	Attributes         Attributes
	Items              []AccountItem
}

// AccountItem is a text, a link (Href) or a button that posts (Action, with
// Hidden for the fields that go along, such as the token of the form).
type AccountItem struct {
	Content
	Href, Action, Method, Classes string
	Icon                          bool
	Hidden                        template.HTML
}

// HeaderNavigation leads to the parts of the service.
type HeaderNavigation struct {
	Classes, Colour, AriaLabel                   string
	Justified                                    bool
	Attributes                                   Attributes
	Items                                        []NavigationItem
	ToggleMenuText, ToggleMenuVisuallyHiddenText string
}

// NavigationItem is one part of the service.
type NavigationItem struct {
	Content
	Href, Classes   string
	Active, Current bool
	Attributes      Attributes
}

// Class gives the classes of the header.
func (h Header) Class() string {
	class := modify("nhsuk-header", "nhsuk-header", "white", h.Classes, h.Colour == "white")
	class = modify(class, "nhsuk-header", "inline", h.Classes, h.Inline)
	if h.Organisation != nil {
		class = join(class, "nhsuk-header--organisation")
	}
	return join(class, h.Classes)
}

// Combined reports whether logo and name are one link, so that no two links
// lead to the same page.
func (h Header) Combined() bool {
	return h.Service.Text != "" && h.Service.Href != "" && h.Logo.Href == "" ||
		h.Service.Href != "" && h.Service.Href == h.Logo.Href
}

// LogoHref gives where the logo leads.
func (h Header) LogoHref() string {
	if h.Combined() {
		return h.Service.Href
	}
	return h.Logo.Href
}

// LogoAlt gives what the logo says.
func (h Header) LogoAlt() string { return or(h.Logo.Alt, "NHS") }

// LogoLabel names the logo's link.
func (h Header) LogoLabel(homepage string) string {
	if h.Logo.AriaLabel != "" {
		return h.Logo.AriaLabel
	}
	parts := []string{h.LogoAlt()}
	if h.Organisation != nil {
		parts = append(parts, h.Organisation.Name, h.Organisation.Split)
	}
	if h.Combined() {
		parts = append(parts, h.Service.Text)
	}
	return join(append(parts, homepage)...)
}

// InputWith gives the field of the search.
func (s HeaderSearch) InputWith(button template.HTML, words, label string) Input {
	return Input{
		Labelled: Labelled{
			Control: Control{Base: Base{ID: "search-field"}, Name: or(s.Name, "q"), FormGroup: FormGroup{AfterInput: Content{HTML: button}}},
			Label: Label{Base: Base{Classes: "nhsuk-u-visually-hidden"},
				Content: Content{Text: or(s.Label.VisuallyHiddenText, or(s.VisuallyHiddenLabel, label))}},
		},
		Type: "search", Autocomplete: "off", Placeholder: or(s.Input.Placeholder, or(s.Placeholder, words)),
	}
}

// ButtonWith gives the button of the search.
func (s HeaderSearch) ButtonWith(words string) Button {
	return Button{AriaLabel: or(s.Button.AriaLabel, or(s.VisuallyHiddenButton, words)), Icon: &Icon{Name: "search"}, Small: true}
}

// Class gives the classes of the navigation.
func (n HeaderNavigation) Class() string {
	base := "nhsuk-header__navigation"
	class := modify(base, base, "white", n.Classes, n.Colour == "white")
	return join(modify(class, base, "justified", n.Classes, n.Justified), n.Classes)
}

// Footer is the bottom of a page.
type Footer struct {
	Base
	ContainerClasses string
	Columns          int
	Navigation       []FooterNavigation
	Meta             FooterMeta
	Copyright        Content
}

// FooterNavigation is one column of links.
type FooterNavigation struct {
	Content
	Heading *Heading
	Title   string
	Width   string
	Items   []Crumb
}

// FooterMeta is the last row of links.
type FooterMeta struct {
	Content
	VisuallyHiddenText, VisuallyHiddenTitle string
	Items                                   []Crumb
}

// Rows gives the columns of links, row by row.
func (f Footer) Rows() [][]FooterNavigation {
	columns := f.Columns
	if columns < 1 || columns > 3 {
		columns = 4
	}
	width := map[int]string{1: "full", 2: "one-half", 3: "one-third", 4: "one-quarter"}[columns]
	placed := slices.Clone(f.Navigation)
	for i := range placed {
		placed[i].Width = or(placed[i].Width, width)
	}
	return slices.Collect(slices.Chunk(placed, columns))
}

// Head gives the heading of the column.
func (n FooterNavigation) Head() Heading {
	h := Heading{Content: Content{Text: n.Title}}
	if n.Heading != nil {
		h = *n.Heading
	}
	h.Level, h.Size = 2, "s"
	return h.as("nhsuk-footer__heading", "nhsuk-heading-", 2, "s")
}
