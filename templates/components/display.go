package components

import (
	"html/template"
	"slices"
	"strings"
)

// Button is a button, or with Href a link that looks like one. Variant is
// secondary, secondary-solid, reverse, warning, brand or login.
type Button struct {
	Base
	Content
	Name, Value, Type, Href, Element, Variant, AriaLabel string
	Small, Disabled                                      bool
	PreventDoubleClick                                   *bool
	Icon                                                 *Icon
}

// Icon is one of the design system's drawings, before or after a text.
type Icon struct {
	Name, Placement string
	HTML            template.HTML
}

// Kind gives the element: a, button or input.
func (b Button) Kind() string { return linkOrButton(b.Element, b.Href, b.Type) }

// Class gives the classes of the button.
func (b Button) Class() string {
	class := "nhsuk-button"
	known := slices.Contains([]string{"brand", "login", "reverse", "secondary", "secondary-solid", "warning"}, b.Variant)
	if known && !anyOf(b.Classes, class, "brand", "login", "reverse", "secondary", "warning") {
		class = join(class, "nhsuk-button--"+b.Variant)
	}
	class = modify(class, "nhsuk-button", "icon", b.Classes, b.Icon != nil)
	return join(modify(class, "nhsuk-button", "small", b.Classes, b.Small), b.Classes)
}

func linkOrButton(element, href, kind string) string {
	switch {
	case element != "":
		return strings.ToLower(element)
	case href != "" && kind == "":
		return "a"
	}
	return "button"
}

func anyOf(given, base string, modifiers ...string) bool {
	return slices.ContainsFunc(modifiers, func(m string) bool { return strings.Contains(given, base+"--"+m) })
}

// Link is a link with an icon or a place of its own: back, action.
type Link struct {
	Base
	Content
	Href, Type, Element, Variant, VisuallyHiddenText string
	OpenInNewWindow                                  bool
}

// Kind gives the element: a or button.
func (l Link) Kind() string { return linkOrButton(l.Element, l.Href, l.Type) }

func (l Link) class(base string) string {
	return join(modify(base, base, "reverse", l.Classes, l.Variant == "reverse"), l.Classes)
}

// BackLink leads to the page before.
type BackLink struct{ Link }

// Class gives the classes of the link.
func (l BackLink) Class() string { return l.class("nhsuk-back-link") }

// ActionLink leads to a task.
type ActionLink struct{ Link }

// Class gives the classes of the link.
func (l ActionLink) Class() string { return l.class("nhsuk-action-link") }

// SkipLink lets the keyboard pass over what stands before the main content.
type SkipLink struct {
	Base
	Content
	Href string
}

// Colour is white, grey, green, aqua-green, blue, purple, pink, red, orange or
// yellow; "none" is plain text.
type Colour string

// Tag is a state in one or two words.
type Tag struct {
	Base
	Content
	Colour Colour
	Border *bool
}

// Class gives the classes of the tag.
func (t Tag) Class() string {
	colours := []string{"white", "grey", "green", "aqua-green", "blue", "purple", "pink", "red", "orange", "yellow"}
	class := "nhsuk-tag"
	if slices.Contains(colours, string(t.Colour)) && !anyOf(t.Classes, class, colours...) {
		class = join(class, "nhsuk-tag--"+string(t.Colour))
	}
	class = modify(class, "nhsuk-tag", "no-colour", t.Classes, t.Colour == "none")
	return join(modify(class, "nhsuk-tag", "no-border", t.Classes, t.Border != nil && !*t.Border), t.Classes)
}

// InsetText sets a text off from those around it.
type InsetText struct {
	Base
	Content
	VisuallyHiddenText string
}

// Details hides a text until it is asked for.
type Details struct {
	Base
	Content
	Summary Affix
	Open    bool
	Variant string
	// The names that older samples use.
	SummaryText string
	SummaryHTML template.HTML
}

// Class gives the classes of the details.
func (d Details) Class() string {
	return join(modify("nhsuk-details", "nhsuk-details", "reverse", d.Classes, d.Variant == "reverse"), d.Classes)
}

// Head gives what is always seen.
func (d Details) Head() Content {
	if d.Summary.Given() {
		return d.Summary.Content
	}
	return Content{Text: d.SummaryText, HTML: d.SummaryHTML}
}

// ErrorSummary stands at the top of a page and links to each wrong field.
type ErrorSummary struct {
	Base
	Heading, Description       Affix
	TitleText, DescriptionText string
	TitleHTML, DescriptionHTML template.HTML
	ErrorList                  []ErrorItem
	DisableAutoFocus           *bool
}

// ErrorItem is one error in the summary.
type ErrorItem struct {
	Content
	Href       string
	Attributes Attributes
}

// Title gives the heading of the summary.
func (e ErrorSummary) Title() Heading {
	h := Heading{Base: e.Heading.Base, Content: e.Heading.Content}
	if !h.Given() {
		h.Content = Content{Text: e.TitleText, HTML: e.TitleHTML}
	}
	return h.as("nhsuk-error-summary__heading", "", 2)
}

// Lead gives the text before the errors.
func (e ErrorSummary) Lead() Content {
	if e.Description.Given() {
		return e.Description.Content
	}
	return Content{Text: e.DescriptionText, HTML: e.DescriptionHTML}
}

// NotificationBanner tells what has just happened (variant success), or what
// is important and not of this page.
type NotificationBanner struct {
	Base
	Content
	Variant, Type, Role string
	Title, Heading      *Heading
	TitleText, TitleID  string
	TitleHTML           template.HTML
	TitleHeadingLevel   int
	DisableAutoFocus    *bool
}

// Kind gives the variant.
func (n NotificationBanner) Kind() string { return or(n.Variant, n.Type) }

// Class gives the classes of the banner.
func (n NotificationBanner) Class() string {
	return modify(join("nhsuk-notification-banner", n.Classes), "nhsuk-notification-banner", "success", n.Classes, n.Kind() == "success")
}

// Part gives the role of the banner.
func (n NotificationBanner) Part() string {
	if n.Role == "" && n.Kind() == "success" {
		return "alert"
	}
	return or(n.Role, "region")
}

// Head gives the title, which is the given words when there is none.
func (n NotificationBanner) Head(words string) Heading {
	h := Heading{Base: Base{ID: n.TitleID}, Content: Content{Text: n.TitleText, HTML: n.TitleHTML}, Level: n.TitleHeadingLevel}
	if n.Title != nil {
		h = *n.Title
	}
	if h.HTML == "" {
		h.Text = or(h.Text, words)
	}
	h.ID = or(h.ID, "nhsuk-notification-banner-title")
	return h.as("nhsuk-notification-banner__title", "", 2)
}

// Lead gives the heading within the banner.
func (n NotificationBanner) Lead() *Heading {
	if n.Heading == nil || !n.Heading.Given() {
		return nil
	}
	h := n.Heading.as("nhsuk-notification-banner__heading", "", 3)
	return &h
}

// Panel says that a task is done.
type Panel struct {
	Base
	Content
	Heading                            *Heading
	TitleText, TitleSize, TitleClasses string
	TitleHTML                          template.HTML
	HeadingLevel                       int
	Variant                            string
}

// Class gives the classes of the panel.
func (p Panel) Class() string {
	return join(modify("nhsuk-panel", "nhsuk-panel", "interruption", p.Classes, p.Variant == "interruption"), p.Classes)
}

// Title gives the heading of the panel.
func (p Panel) Title() Heading {
	h := Heading{Base: Base{Classes: p.TitleClasses}, Content: Content{Text: p.TitleText, HTML: p.TitleHTML},
		Level: p.HeadingLevel, Size: p.TitleSize}
	if p.Heading != nil {
		h = *p.Heading
	}
	return h.as("nhsuk-panel__heading", "nhsuk-panel__heading--", 1, "m", "l", "xl")
}

// TaskList is a list of tasks with their state.
type TaskList struct {
	Base
	IDPrefix string
	Items    []Task
}

// Task is one task: its name is Heading.
type Task struct {
	Heading, Title Heading
	Hint           *Hint
	Href           string
	Classes        string
	Status         TaskStatus
}

// TaskStatus is the state of a task: a Tag, or text.
type TaskStatus struct {
	Content
	Tag     *Tag
	Classes string
}

// Prefix gives the beginning of the ids in the list.
func (t TaskList) Prefix() string { return or(t.IDPrefix, "task-list") }

// Name draws the name of a task as a link, or as text where there is nothing
// to go to yet.
func (t Task) Name(hintID, statusID string) (template.HTML, error) {
	h := t.Heading
	if !h.Given() {
		h.Content, h.Classes = t.Title.Content, t.Title.Classes
	}
	h.Href = ""
	if t.Href == "" {
		h.Element = "div"
		return h.as("", "", 0).Render()
	}
	described := statusID
	if t.Hint != nil {
		described = hintID + " " + statusID
	}
	further, err := h.Attributes.Render()
	if err != nil {
		return "", err
	}
	return draw(`<a class="nhsuk-task-list__link nhsuk-link{{.Classes}}" href="{{.Href}}" aria-describedby="{{.Described}}"{{.Further}}>{{.Body}}</a>`,
		struct {
			Classes, Href, Described string
			Further                  template.HTMLAttr
			Body                     template.HTML
		}{h.Classes, t.Href, described, further, h.Body()})
}

// Pagination leads to the pages of a list (Items), or to the one before and
// the one after.
type Pagination struct {
	Base
	Previous, Next                               *PageLink
	PreviousURL, PreviousPage, NextURL, NextPage string
	Items                                        []PageItem
	AriaLabel, LandmarkLabel                     string
}

// PageLink leads to the page before or after.
type PageLink struct {
	Content
	Href       string
	Label      Affix
	LabelText  string
	Attributes Attributes
}

// PageItem is one numbered page.
type PageItem struct {
	Number                        string
	Href                          string
	Current, Ellipsis             bool
	Classes                       string
	AriaLabel, VisuallyHiddenText string
	Attributes                    Attributes
}

// Before gives the link to the page before.
func (p Pagination) Before() *PageLink { return pageLink(p.Previous, p.PreviousURL, p.PreviousPage) }

// After gives the link to the page after.
func (p Pagination) After() *PageLink { return pageLink(p.Next, p.NextURL, p.NextPage) }

func pageLink(l *PageLink, href, label string) *PageLink {
	if href != "" || label != "" {
		l = &PageLink{Href: href, LabelText: label}
	}
	if l == nil || l.Href == "" {
		return nil
	}
	return l
}

// Page gives the title of the page that the link leads to.
func (l PageLink) Page() Content {
	if l.Label.Given() {
		return l.Label.Content
	}
	return Content{Text: l.LabelText}
}

// Breadcrumb shows where a page stands.
type Breadcrumb struct {
	Base
	Items                         []Crumb
	Text, Href                    string
	AriaLabel, LabelText, Variant string
	BackLink                      *BackLink
}

// Crumb is one page above.
type Crumb struct {
	Content
	Href       string
	Attributes Attributes
}

// Class gives the classes of the breadcrumb.
func (b Breadcrumb) Class() string {
	return join(modify("nhsuk-breadcrumb", "nhsuk-breadcrumb", "reverse", b.Classes, b.Variant == "reverse"), b.Classes)
}

// Back gives the link that narrow screens show instead.
func (b Breadcrumb) Back(words string) BackLink {
	var l BackLink
	if b.BackLink != nil {
		l = *b.BackLink
	}
	text, href := b.Text, b.Href
	if (text == "" || href == "") && len(b.Items) > 0 {
		last := b.Items[len(b.Items)-1]
		text, href = last.Text, last.Href
		if l.Attributes == nil {
			l.Attributes = last.Attributes
		}
	}
	if !l.Given() {
		l.Text = text
	}
	l.Href, l.VisuallyHiddenText = or(l.Href, href), or(l.VisuallyHiddenText, words)
	l.Variant = or(l.Variant, b.Variant)
	return l
}

// Tabs shows one of several panels at a time.
type Tabs struct {
	Base
	IDPrefix, Title, VisuallyHiddenText string
	Items                               []Tab
}

// Tab is one panel, its content given as "panel".
type Tab struct {
	ID, Label  string
	Panel      Affix
	Attributes Attributes
}

// Prefix gives the beginning of the panels' ids.
func (t Tabs) Prefix() string { return or(t.IDPrefix, t.ID) }
