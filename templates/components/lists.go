package components

import (
	"html/template"
	"slices"
	"strings"
)

// Actions are links or buttons for what a card or a row shows. Given as a
// list alone, or with "items" and classes.
type Actions struct {
	Base
	Items []Action
	Width string
}

// Action is one of them.
type Action struct {
	Base
	Content
	Href, Name, Value, Type, VisuallyHiddenText string
}

// Kind gives the element.
func (a Action) Kind() string { return linkOrButton("", a.Href, a.Type) }

// PlacedAction is an action with the heading of the card it stands in.
type PlacedAction struct {
	Action
	Heading Content
}

// Card groups what belongs together. Variant is feature, primary, secondary,
// warning, or a care card: non-urgent, urgent, emergency.
type Card struct {
	Base
	Heading                                                           *Heading
	Description                                                       Affix
	DescriptionHTML, HeadingHTML                                      template.HTML
	HeadingID, HeadingVisuallyHiddenText, HeadingSize, HeadingClasses string
	HeadingLevel                                                      int
	Href, Variant, Type                                               string
	Clickable, Feature, Primary, Secondary, Warning                   bool
	Actions                                                           Actions
	ImgURL, ImgALT                                                    string
	Image                                                             *Image
	// Inside is what a component that uses a card puts in it.
	Inside template.HTML
}

// Image is a picture at the top of a card.
type Image struct {
	Src, Alt string
	HTML     template.HTML
}

// Kind gives the variant.
func (c Card) Kind() string { return or(c.Variant, c.Type) }

// Title gives the heading of the card.
func (c Card) Title() Heading {
	h := Heading{Base: Base{ID: c.HeadingID, Classes: c.HeadingClasses}, Content: Content{HTML: c.HeadingHTML},
		VisuallyHiddenText: c.HeadingVisuallyHiddenText, Size: c.HeadingSize, Level: c.HeadingLevel}
	if c.Heading != nil {
		h = *c.Heading
	}
	return h
}

// Care reports whether the card tells what care to seek.
func (c Card) Care() bool {
	return slices.Contains([]string{"non-urgent", "urgent", "emergency"}, c.Kind()) && c.Title().Given()
}

// Class gives the classes of the card.
func (c Card) Class() string {
	class := "nhsuk-card"
	for _, m := range []struct {
		name string
		on   bool
	}{{"clickable", c.Clickable}, {"feature", c.Feature}, {"primary", c.Primary}, {"secondary", c.Secondary}, {"warning", c.Warning}} {
		if m.on {
			class = join(class, "nhsuk-card--"+m.name)
		}
	}
	variants := []string{"feature", "primary", "secondary", "warning"}
	if slices.Contains(variants, c.Kind()) && !anyOf(c.Classes, "nhsuk-card", variants...) {
		class = join(class, "nhsuk-card--"+c.Kind())
	}
	if c.Care() && !strings.Contains(c.Classes, "nhsuk-card--care--") {
		class = join(class, "nhsuk-card--care nhsuk-card--care--"+c.Kind())
	}
	return join(class, c.Classes)
}

// IsPrimary reports whether the card leads on.
func (c Card) IsPrimary() bool { return strings.Contains(c.Class(), "nhsuk-card--primary") }

// HeadingContent draws what stands in the card's heading.
func (c Card) HeadingContent(careWords string) (template.HTML, error) {
	h := c.Title()
	if h.Text == "" {
		return h.HTML, nil
	}
	further := h.HTML
	h.HTML = ""
	text := h.Body()
	if c.Care() {
		h.VisuallyHiddenText = or(h.VisuallyHiddenText, careWords)
	}
	var err error
	switch {
	case c.Href != "" && !strings.Contains(c.Class(), "nhsuk-card--feature"):
		text, err = draw(`<a class="nhsuk-card__link" href="{{.Href}}">{{.Text}}</a>`, struct{ Href, Text string }{c.Href, h.Text})
	case h.VisuallyHiddenText != "":
		text, err = draw(`<span role="text"><span class="nhsuk-u-visually-hidden">{{.VisuallyHiddenText}}: </span>{{.Text}}</span>`, h)
	}
	if err != nil {
		return "", err
	}
	h.VisuallyHiddenText, h.Href = "", ""
	h.Content = Content{HTML: text}
	drawn, err := h.as("nhsuk-card__heading", "nhsuk-heading-", 2, "xxs", "xs", "s", "m", "l", "xl").Render()
	return drawn + further, err
}

// Pictured gives the picture of the card.
func (c Card) Pictured() *Image {
	if c.ImgURL != "" || c.ImgALT != "" {
		return &Image{Src: c.ImgURL, Alt: c.ImgALT}
	}
	return c.Image
}

// Within gives the content of the card.
func (c Card) Within() Content {
	if c.Description.Given() {
		return c.Description.Content
	}
	return Content{HTML: c.DescriptionHTML}
}

// PlacedActions gives the actions, each with the card's heading for those who
// do not see where it stands.
func (c Card) PlacedActions() []PlacedAction { return place(c.Actions.Items, c.Title().Content) }

func place(actions []Action, heading Content) []PlacedAction {
	placed := make([]PlacedAction, 0, len(actions))
	for _, a := range actions {
		placed = append(placed, PlacedAction{Action: a, Heading: heading})
	}
	return placed
}

// WarningCallout sets a warning off.
type WarningCallout struct {
	Base
	Content
	Heading            *Heading
	HeadingLevel       int
	HeadingClasses     string
	VisuallyHiddenText string
	Actions            Actions
}

// Card gives the card that shows the warning.
func (w WarningCallout) Card(important string) Card {
	var h Heading
	if w.Heading != nil {
		h = *w.Heading
	}
	hidden := or(h.VisuallyHiddenText, or(w.VisuallyHiddenText, important))
	h.VisuallyHiddenText = ""
	if h.Text != "" && !strings.Contains(strings.ToLower(h.Text), strings.ToLower(important)) {
		h.VisuallyHiddenText = hidden
	}
	if h.Level == 0 {
		h.Level = w.HeadingLevel
	}
	if h.Level == 0 {
		h.Level = 3
	}
	h.Classes = or(h.Classes, w.HeadingClasses)
	return Card{Base: w.Base, Heading: &h, Description: Affix{Content: w.Content}, Actions: w.Actions, Variant: "warning"}
}

// SummaryList shows facts as key and value. A row is made in a template with
// (item "key" "..." "value" "..."), or in Go as SummaryRow.
type SummaryList struct {
	Base
	Rows                  []SummaryRow
	Border, LastRowBorder *bool
	Card                  *Card
	HTML                  template.HTML
}

// SummaryRow is one fact.
type SummaryRow struct {
	Base
	Key, Value SummaryCell
	Actions    Actions
	Border     *bool
}

// SummaryCell is the key or the value of a fact.
type SummaryCell struct {
	Base
	Content
	Width string
}

// Class gives the classes of the list.
func (s SummaryList) Class() string {
	class := "nhsuk-summary-list"
	switch {
	case s.Border != nil && !*s.Border && !strings.Contains(s.Classes, "nhsuk-summary-list--no-border"):
		class = join(class, "nhsuk-summary-list--no-border")
	case s.LastRowBorder != nil && !*s.LastRowBorder && !strings.Contains(s.Classes, "nhsuk-summary-list--no-last-row-border"):
		class = join(class, "nhsuk-summary-list--no-last-row-border")
	}
	return join(class, s.Classes)
}

// PlacedRow is a fact with its classes worked out.
type PlacedRow struct {
	SummaryRow
	Class  string
	Placed []PlacedAction
}

// PlacedRows gives the facts with their classes.
func (s SummaryList) PlacedRows() []PlacedRow {
	hasActions := slices.ContainsFunc(s.Rows, func(r SummaryRow) bool { return len(r.Actions.Items) > 0 })
	var heading Content
	if s.Card != nil {
		heading = s.Card.Title().Content
	}
	placed := make([]PlacedRow, 0, len(s.Rows))
	for i, r := range s.Rows {
		class := "nhsuk-summary-list__row"
		if hasActions && len(r.Actions.Items) == 0 {
			class = join(class, "nhsuk-summary-list__row--no-actions")
		}
		borderless := anyOf(s.Classes, "nhsuk-summary-list", "no-border", "no-last-row-border") ||
			s.LastRowBorder != nil && !*s.LastRowBorder && i == len(s.Rows)-1
		if r.Border != nil && !*r.Border && !borderless {
			class = modify(class, "nhsuk-summary-list__row", "no-border", r.Classes, true)
		}
		placed = append(placed, PlacedRow{SummaryRow: r, Class: join(class, r.Classes), Placed: place(r.Actions.Items, heading)})
	}
	return placed
}

// Class gives the classes of the cell.
func (c SummaryCell) Class(name string) string {
	return join("nhsuk-summary-list__"+name, width(c.Width, c.Classes), c.Classes)
}

// Class gives the classes of the cell that holds the actions.
func (a Actions) Class() string {
	return join("nhsuk-summary-list__actions", width(a.Width, a.Classes), a.Classes)
}

func width(w, given string) string {
	if w == "" || strings.Contains(given, "nhsuk-u-width-"+w) {
		return ""
	}
	return "nhsuk-u-width-" + w
}

// InCard gives the card around the list.
func (s SummaryList) InCard(inside template.HTML) Card {
	card := *s.Card
	card.Inside = inside
	return card
}
