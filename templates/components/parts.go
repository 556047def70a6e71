package components

import (
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Attributes are further attributes of an element, such as those of htmx.
type Attributes map[string]string

var attributeName = regexp.MustCompile(`^[a-z][a-z0-9:.-]*$`)

// Render writes the attributes. html/template cannot check an attribute whose
// name is not in the template, so those that run script or load a page are
// refused here, unless they stay on this site.
func (a Attributes) Render() (template.HTMLAttr, error) {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(a)) {
		value := a[name]
		switch {
		case !attributeName.MatchString(name), strings.HasPrefix(name, "on"), name == "style", name == "srcdoc",
			strings.HasPrefix(name, "hx-on"):
			return "", fmt.Errorf("attribute %q is refused", name)
		case slices.Contains([]string{"href", "src", "action", "formaction", "hx-get", "hx-post", "hx-put", "hx-delete"}, name):
			if !strings.HasPrefix(value, "/") || strings.HasPrefix(value, "//") {
				return "", fmt.Errorf("attribute %q leads to another site", name)
			}
		}
		fmt.Fprintf(&b, ` %s="%s"`, name, template.HTMLEscapeString(value))
	}
	return template.HTMLAttr(b.String()), nil
}

// Base is what every component takes.
type Base struct {
	ID         string
	Classes    string
	Attributes Attributes
}

// Content is text, or HTML in its place.
type Content struct {
	Text string
	HTML template.HTML
}

// Body gives the HTML, or else the text escaped.
func (c Content) Body() template.HTML {
	if c.HTML != "" {
		return c.HTML
	}
	return template.HTML(template.HTMLEscapeString(c.Text))
}

// Given reports whether there is any content.
func (c Content) Given() bool { return c.Text != "" || c.HTML != "" }

// Caption stands with a heading, a label or a legend.
type Caption struct {
	Base
	Content
	Size      string
	Placement string // before, start, end, after
	Element   string
}

// Heading is a heading in whatever element a component needs.
type Heading struct {
	Base
	Content
	VisuallyHiddenText string
	Caption            *Caption
	Href               string
	Level              int
	Size               string
	Element            string
	className          string
	classPrefix        string
	sizes              []string
}

// The elements of headings, captions, labels and legends are chosen by their
// options, which html/template cannot do: these four are drawn here.

func element(name, class, id string, attributes Attributes, inner template.HTML) (template.HTML, error) {
	further, err := attributes.Render()
	if err != nil {
		return "", err
	}
	name = strings.ToLower(name)
	if !slices.Contains([]string{"h1", "h2", "h3", "h4", "h5", "h6", "a", "div", "p", "span", "strong", "label", "legend", "caption"}, name) {
		return "", fmt.Errorf("element %q is refused", name)
	}
	var b strings.Builder
	b.WriteString("<" + name)
	if class != "" {
		b.WriteString(` class="` + template.HTMLEscapeString(class) + `"`)
	}
	if id != "" {
		b.WriteString(` id="` + template.HTMLEscapeString(id) + `"`)
	}
	b.WriteString(string(further) + ">" + string(inner) + "</" + name + ">")
	return template.HTML(b.String()), nil
}

// Render draws the caption.
func (c *Caption) Render() (template.HTML, error) {
	if c == nil || !c.Given() {
		return "", nil
	}
	class := "nhsuk-caption"
	if slices.Contains([]string{"m", "l", "xl", "xxl"}, c.Size) && !strings.Contains(c.Classes, "nhsuk-caption-") {
		class = "nhsuk-caption-" + c.Size
	}
	if c.Placement == "after" || c.Placement == "end" {
		class = join(class, "nhsuk-caption--bottom")
	}
	return element(or(c.Element, "span"), join(class, c.Classes), c.ID, c.Attributes, c.Body())
}

// Render draws the heading, with its caption at its place.
func (h Heading) Render() (template.HTML, error) {
	if !h.Given() {
		return "", nil
	}
	class := h.className
	if slices.Contains(h.sizes, h.Size) && !strings.Contains(h.Classes, h.classPrefix) {
		if h.classPrefix == h.className+"-" {
			class = h.classPrefix + h.Size
		} else {
			class = join(class, h.classPrefix+h.Size)
		}
	}
	inner := h.Body()
	if h.Href != "" {
		inner = template.HTML(`<a class="nhsuk-link" href="`+template.HTMLEscapeString(h.Href)+`">`) + inner + "</a>"
	}
	if h.VisuallyHiddenText != "" {
		inner += template.HTML(`<span class="nhsuk-u-visually-hidden"> ` + template.HTMLEscapeString(h.VisuallyHiddenText) + "</span>")
	}
	caption, placement, err := h.caption()
	if err != nil {
		return "", err
	}
	switch placement {
	case "start", "":
		inner = spaced(caption, inner)
	case "end":
		inner = spaced(inner, caption)
	}
	level := h.Level
	if level == 0 {
		level = 1
	}
	drawn, err := element(or(h.Element, fmt.Sprintf("h%d", level)), join(class, h.Classes), h.ID, h.Attributes, inner)
	switch placement {
	case "before":
		drawn = spaced(caption, drawn)
	case "after":
		drawn = spaced(drawn, caption)
	}
	return drawn, err
}

func (h Heading) caption() (drawn template.HTML, placement string, err error) {
	if h.Caption == nil {
		return "", "", nil
	}
	c := *h.Caption
	c.Size = or(c.Size, h.Size)
	drawn, err = c.Render()
	return drawn, c.Placement, err
}

// as gives the heading the class and the levels of the component it stands in.
func (h Heading) as(class, prefix string, level int, sizes ...string) Heading {
	h.className, h.classPrefix, h.sizes = class, prefix, sizes
	if h.Level == 0 {
		h.Level = level
	}
	return h
}

// Label names a control; with Heading or IsPageHeading it is a heading too.
type Label struct {
	Base
	Content
	For                string
	VisuallyHiddenText string
	Caption            *Caption
	Size               string
	Heading            *Heading
	IsPageHeading      bool
}

// Render draws the label.
func (l Label) Render() (template.HTML, error) {
	inner := Heading{Base: l.Base, Content: l.Content, VisuallyHiddenText: l.VisuallyHiddenText, Caption: l.Caption,
		Size: l.Size, Element: "label"}
	wrapper := l.Heading
	if wrapper == nil && l.IsPageHeading {
		wrapper = &Heading{}
	}
	if wrapper != nil {
		inner.under(*wrapper)
	}
	if !inner.Given() {
		return "", nil
	}
	outside := inner.Caption
	if outside == nil || outside.Placement != "before" && outside.Placement != "after" {
		outside = nil
	} else {
		inner.Caption = nil
		c := *outside
		c.Size = or(c.Size, inner.Size)
		outside = &c
	}
	if l.For != "" {
		inner.Attributes = maps.Clone(inner.Attributes)
		if inner.Attributes == nil {
			inner.Attributes = Attributes{}
		}
		inner.Attributes["for"] = l.For
	}
	drawn, err := inner.as("nhsuk-label", "nhsuk-label--", 0, "s", "m", "l", "xl").Render()
	if err == nil && wrapper != nil {
		drawn, err = element(fmt.Sprintf("h%d", max(wrapper.Level, 1)), "nhsuk-label-wrapper", wrapper.ID, wrapper.Attributes, drawn)
	}
	if err != nil || outside == nil {
		return drawn, err
	}
	caption, err := outside.Render()
	if outside.Placement == "before" {
		return spaced(caption, drawn), err
	}
	return spaced(drawn, caption), err
}

// under lets the heading around a label or legend say what the label does not.
func (h *Heading) under(wrapper Heading) {
	if wrapper.Text != "" {
		h.Text = wrapper.Text
	}
	if wrapper.HTML != "" {
		h.HTML = wrapper.HTML
	}
	h.VisuallyHiddenText = or(wrapper.VisuallyHiddenText, h.VisuallyHiddenText)
	h.Size = or(wrapper.Size, h.Size)
	if wrapper.Caption != nil {
		h.Caption = wrapper.Caption
	}
}

// Legend names a group of controls.
type Legend struct {
	Base
	Content
	VisuallyHiddenText string
	Caption            *Caption
	Size               string
	Heading            *Heading
	IsPageHeading      bool
}

// Render draws the legend.
func (l Legend) Render() (template.HTML, error) {
	inner := Heading{Content: l.Content, VisuallyHiddenText: l.VisuallyHiddenText, Caption: l.Caption, Size: l.Size}
	wrapper := l.Heading
	if wrapper == nil && l.IsPageHeading {
		wrapper = &Heading{}
	}
	if wrapper != nil {
		inner.under(*wrapper)
	}
	if !inner.Given() {
		return "", nil
	}
	class := "nhsuk-fieldset__legend"
	if slices.Contains([]string{"s", "m", "l", "xl"}, inner.Size) && !strings.Contains(l.Classes, class+"--") {
		class = join(class, class+"--"+inner.Size)
	}
	after := template.HTML("")
	if c := inner.Caption; c != nil {
		copied := *c
		copied.Size = or(copied.Size, inner.Size)
		switch copied.Placement {
		case "before":
			copied.Placement = "start"
		case "after":
			var err error
			if after, err = copied.Render(); err != nil {
				return "", err
			}
			copied = Caption{}
		}
		inner.Caption = &copied
	}
	if wrapper == nil {
		inner.Base, inner.Element, inner.className = l.Base, "legend", class
		drawn, err := inner.Render()
		return spaced(drawn, after), err
	}
	inner.ID, inner.Level, inner.Attributes, inner.className = wrapper.ID, wrapper.Level, wrapper.Attributes, "nhsuk-fieldset__heading"
	heading, err := inner.Render()
	if err != nil {
		return "", err
	}
	drawn, err := element("legend", join(class, l.Classes), l.ID, l.Attributes, heading)
	return spaced(drawn, after), err
}

func spaced(a, b template.HTML) template.HTML {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

func join(classes ...string) string {
	given := slices.DeleteFunc(classes, func(s string) bool { return s == "" })
	return strings.Join(given, " ")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
