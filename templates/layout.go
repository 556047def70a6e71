package templates

import (
	"sicrwydd/templates/components"
	"sicrwydd/templates/locales"
)

// navigation gives the parts of the service for the header; nothing while
// nobody is signed in.
func navigation(w *locales.Words, p Page) (any, error) {
	if p.SignedIn == nil || len(p.SignedIn.Nav) == 0 {
		return nil, nil
	}
	n := &components.HeaderNavigation{}
	for _, item := range p.SignedIn.Nav {
		text, err := w.T(item.Key)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, components.NavigationItem{
			Content: components.Content{Text: text}, Href: item.Href, Active: item.Active,
		})
	}
	return n, nil
}

// account gives who is signed in, in which membership, and the way out.
func account(w *locales.Words, p Page) (any, error) {
	a := &components.HeaderAccount{}
	if p.SignedIn == nil {
		text, err := w.T("layout.sign-in")
		a.Items = []components.AccountItem{{Content: components.Content{Text: text}, Href: "/sign-in"}}
		return a, err
	}
	a.Items = append(a.Items, components.AccountItem{
		Content: components.Content{Text: p.SignedIn.Name}, Href: "/account", Icon: true,
	})
	membership := components.AccountItem{Content: components.Content{Text: p.SignedIn.MembershipLabel}}
	if p.SignedIn.CanSwitch {
		text, err := w.T("layout.switch-membership", "Membership", p.SignedIn.MembershipLabel)
		if err != nil {
			return nil, err
		}
		membership = components.AccountItem{Content: components.Content{Text: text}, Href: "/memberships"}
	}
	if membership.Text != "" {
		a.Items = append(a.Items, membership)
	}
	text, err := w.T("layout.sign-out")
	a.Items = append(a.Items, components.AccountItem{
		Content: components.Content{Text: text}, Action: "/sign-out", Hidden: hidden("_csrf", p.CSRF),
	})
	return a, err
}
