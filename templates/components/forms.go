package components

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// Message is the error of a control.
type Message struct {
	Base
	Content
	VisuallyHiddenText string
}

// Hint helps to fill a control in.
type Hint struct {
	Base
	Content
}

// FormGroup wraps a control with its label, hint and error.
type FormGroup struct {
	Base
	BeforeInput, AfterInput   Content
	BeforeInputs, AfterInputs Content
}

// Control is what the fields of a form share.
type Control struct {
	Base
	Name         string
	DescribedBy  string
	Disabled     bool
	Hint         *Hint
	ErrorMessage *Message
	FormGroup    FormGroup
}

// Key names the control among the ids of the page.
func (c Control) Key() string { return or(c.ID, c.Name) }

// Failed reports whether the control has an error.
func (c Control) Failed() bool { return c.ErrorMessage != nil }

// GroupClass gives the classes of the control's group.
func (c Control) GroupClass() string {
	failed := ""
	if c.Failed() {
		failed = "nhsuk-form-group--error"
	}
	return join("nhsuk-form-group", failed, c.FormGroup.Classes)
}

// PlacedHint gives the hint with its id.
func (c Control) PlacedHint() *Hint {
	if c.Hint == nil {
		return nil
	}
	h := *c.Hint
	h.ID = or(h.ID, c.Key()+"-hint")
	return &h
}

// PlacedError gives the error with its id.
func (c Control) PlacedError() *Message {
	if c.ErrorMessage == nil {
		return nil
	}
	m := *c.ErrorMessage
	m.ID = or(m.ID, c.Key()+"-error")
	return &m
}

// Description gives the ids of what describes the control.
func (c Control) Description() string {
	ids := []string{c.DescribedBy}
	if h := c.PlacedHint(); h != nil {
		ids = append(ids, h.ID)
	}
	if m := c.PlacedError(); m != nil {
		ids = append(ids, m.ID)
	}
	return join(ids...)
}

// Labelled is a control with a label of its own.
type Labelled struct {
	Control
	Label Label
}

// PlacedLabel gives the label with the control it is for.
func (l Labelled) PlacedLabel() Label {
	label := l.Label
	label.For = or(label.For, l.Key())
	return label
}

// Affix stands before or after what is typed: a unit, a currency.
type Affix struct {
	Base
	Content
}

// Input is one line of text. Type is "text" when left out; Width is 2, 3, 4,
// 5, 10, 20 or 30 characters.
type Input struct {
	Labelled
	Type, Value, Width, Autocomplete, Autocapitalize, Pattern, Placeholder, Inputmode string
	Spellcheck                                                                        *bool
	Large, Code                                                                       bool
	Prefix, Suffix                                                                    *Affix
	InputWrapper                                                                      Base
	// marked shows the control as wrong without an error of its own: one of the
	// three inputs of a date.
	marked bool
}

// Failed reports whether the input has an error.
func (i Input) Failed() bool { return i.marked || i.Labelled.Failed() }

// GroupClass gives the classes of the input's group.
func (i Input) GroupClass() string {
	class := i.Labelled.GroupClass()
	if i.marked {
		class = join("nhsuk-form-group", "nhsuk-form-group--error", i.FormGroup.Classes)
	}
	return class
}

// Class gives the classes of the input.
func (i Input) Class() string {
	class := "nhsuk-input"
	class = modify(class, "nhsuk-input", "large", i.Classes, i.Large)
	class = modify(class, "nhsuk-input", "code", i.Classes, i.Code)
	if i.Failed() {
		class = join(class, "nhsuk-input--error")
	}
	if slices.Contains([]string{"2", "3", "4", "5", "10", "20", "30"}, i.Width) && !strings.Contains(i.Classes, "nhsuk-input--width-") {
		class = join(class, "nhsuk-input--width-"+i.Width)
	}
	return join(class, i.Classes)
}

// Wrapped reports whether something stands beside the input.
func (i Input) Wrapped() bool {
	return i.Prefix != nil || i.Suffix != nil || i.FormGroup.BeforeInput.Given() || i.FormGroup.AfterInput.Given() ||
		i.InputWrapper.Classes != "" || i.InputWrapper.Attributes != nil
}

// WrapperClass gives the classes of what holds the input and its neighbours.
func (i Input) WrapperClass() string {
	return join(modify("nhsuk-input-wrapper", "nhsuk-input-wrapper", "large", i.Classes, i.Large), i.InputWrapper.Classes)
}

// Kind gives the type of the input.
func (i Input) Kind() string { return or(i.Type, "text") }

// Textarea is several lines of text.
type Textarea struct {
	Labelled
	Value, Autocomplete string
	Rows                int
	Spellcheck          *bool
}

// Class gives the classes of the text area.
func (t Textarea) Class() string { return failedClass("nhsuk-textarea", t.Control) }

// Lines gives the height in lines.
func (t Textarea) Lines() int {
	if t.Rows == 0 {
		return 5
	}
	return t.Rows
}

// Select is a list of which one is chosen.
type Select struct {
	Labelled
	Value        string
	Items        []Option
	InputWrapper Base
}

// Option is one choice of a Select.
type Option struct {
	Value      *string
	Text       string
	Selected   *bool
	Disabled   bool
	Divider    bool
	Attributes Attributes
}

// Class gives the classes of the list.
func (s Select) Class() string { return failedClass("nhsuk-select", s.Control) }

// Chosen reports whether the option is the one chosen.
func (s Select) Chosen(o Option) bool {
	value := o.Text
	if o.Value != nil {
		value = *o.Value
	}
	return chosen(o.Selected, s.Value != "" && value == s.Value)
}

// Wrapped reports whether something stands beside the list.
func (s Select) Wrapped() bool {
	return s.FormGroup.BeforeInput.Given() || s.FormGroup.AfterInput.Given() || s.InputWrapper.Classes != "" ||
		s.InputWrapper.Attributes != nil
}

// Fieldset groups controls under a legend.
type Fieldset struct {
	Base
	Legend      *Legend
	DescribedBy string
	Role        string
	HTML        template.HTML
}

// Choice is one radio button or checkbox.
type Choice struct {
	Base
	Content
	Name, Value               string
	Label                     *Label
	Hint                      *Hint
	Divider                   string
	Checked, Disabled         *bool
	Conditional               Content
	Behaviour, BehaviourGroup string
	Exclusive                 bool
	ExclusiveGroup            string
}

// Choices is what radio buttons and checkboxes share.
type Choices struct {
	Control
	IDPrefix      string
	Fieldset      *Fieldset
	Items         []Choice
	Small, Inline bool
}

// Key names the group among the ids of the page.
func (c Choices) Key() string { return or(c.IDPrefix, c.Name) }

func (c Choices) keyed() Control {
	k := c.Control
	k.ID = c.Key()
	if c.Fieldset != nil && c.Fieldset.DescribedBy != "" {
		k.DescribedBy = c.Fieldset.DescribedBy
	}
	return k
}

// PlacedHint gives the hint with its id.
func (c Choices) PlacedHint() *Hint { return c.keyed().PlacedHint() }

// PlacedError gives the error with its id.
func (c Choices) PlacedError() *Message { return c.keyed().PlacedError() }

// Described gives the fieldset around the given controls.
func (c Choices) Described(inner template.HTML) *Fieldset {
	f := *c.Fieldset
	f.DescribedBy, f.HTML = c.keyed().Description(), inner
	return &f
}

// Radios is a list of which one is chosen, all to be seen.
type Radios struct {
	Choices
	Value string
}

// Checkboxes is a list of which any number is chosen.
type Checkboxes struct {
	Choices
	Values []string
}

// PlacedChoice is a choice with its ids, names and state worked out.
type PlacedChoice struct {
	Choice
	Kind       string // radios, checkboxes
	Key        string
	Checked    bool
	Disabled   bool
	Described  string
	PlacedHint *Hint
	Caption    Label
}

func (c Choices) class(kind string) string {
	class := "nhsuk-" + kind
	class = modify(class, class, "small", c.Classes, c.Small)
	return join(modify(class, "nhsuk-"+kind, "inline", c.Classes, c.Inline), c.Classes)
}

// Class gives the classes of the list.
func (r Radios) Class() string { return r.class("radios") }

// Class gives the classes of the list.
func (c Checkboxes) Class() string { return c.class("checkboxes") }

// Placed gives the choices with everything worked out.
func (r Radios) Placed() []PlacedChoice {
	placed := r.place("radios", func(c Choice) bool { return r.Value != "" && c.Value == r.Value })
	for i := range placed {
		placed[i].Name = r.Name
		if placed[i].PlacedHint != nil {
			placed[i].Described = placed[i].PlacedHint.ID
		}
	}
	return placed
}

// Placed gives the choices with everything worked out.
func (c Checkboxes) Placed() []PlacedChoice {
	placed := c.place("checkboxes", func(o Choice) bool { return slices.Contains(c.Values, o.Value) })
	for i := range placed {
		p := &placed[i]
		p.Name = or(p.Name, c.Name)
		if c.Fieldset == nil {
			p.Described = c.keyed().Description()
		}
		if p.PlacedHint != nil {
			p.Described = join(p.Described, p.PlacedHint.ID)
		}
		p.BehaviourGroup = or(p.ExclusiveGroup, p.BehaviourGroup)
	}
	return placed
}

func (c Choices) place(kind string, is func(Choice) bool) []PlacedChoice {
	placed := make([]PlacedChoice, 0, len(c.Items))
	for i, item := range c.Items {
		p := PlacedChoice{Choice: item, Kind: kind, Key: item.ID}
		if p.Key == "" {
			p.Key = c.Key()
			if i > 0 {
				p.Key = fmt.Sprintf("%s-%d", p.Key, i+1)
			}
		}
		p.Checked = chosen(item.Checked, is(item))
		p.Disabled = chosen(item.Disabled, c.Control.Disabled)
		if item.Hint != nil {
			h := *item.Hint
			h.ID, h.Classes = or(h.ID, p.Key+"-item-hint"), join("nhsuk-"+kind+"__hint", h.Classes)
			p.PlacedHint = &h
		}
		if item.Label != nil {
			p.Caption = *item.Label
		}
		p.Caption.Text, p.Caption.For = or(p.Caption.Text, item.Text), p.Key
		if p.Caption.HTML == "" {
			p.Caption.HTML = item.HTML
		}
		p.Caption.Classes = join("nhsuk-"+kind+"__label", p.Caption.Classes)
		placed = append(placed, p)
	}
	return placed
}

// FileUpload asks for a file.
type FileUpload struct {
	Labelled
	Multiple                                                          bool
	ChooseFilesButtonText, NoFileChosenText, DropInstructionText      string
	EnteredDropZoneText, LeftDropZoneText, ChooseFilesButtonClassList string
	MultipleFilesChosenText                                           Attributes
}

// PasswordInput is a password that can be shown.
type PasswordInput struct {
	Input
	Button                                                        Button
	ShowPasswordText, HidePasswordText                            string
	ShowPasswordAriaLabel, HidePasswordAriaLabel                  string
	PasswordShownAnnouncementText, PasswordHiddenAnnouncementText string
}

// With gives the input that the password is typed into, with the button that
// shows it.
func (p PasswordInput) With(button template.HTML, attributes Attributes) Input {
	i := p.Input
	no := false
	i.Type, i.Spellcheck, i.Autocapitalize = "password", &no, "none"
	i.Autocomplete = or(i.Autocomplete, "current-password")
	i.Classes = join("nhsuk-password-input__input nhsuk-js-password-input-input", i.Classes)
	i.FormGroup.Classes = join(i.FormGroup.Classes, "nhsuk-password-input")
	i.FormGroup.Attributes = attributes
	i.FormGroup.AfterInput = Content{HTML: spaced(button, i.FormGroup.AfterInput.Body())}
	return i
}

func failedClass(class string, c Control) string {
	if c.Failed() {
		return join(class, class+"--error", c.Classes)
	}
	return join(class, c.Classes)
}

func modify(class, base, modifier, given string, when bool) string {
	if modifier == "" || !when || strings.Contains(given, base+"--"+modifier) {
		return class
	}
	return join(class, base+"--"+modifier)
}

// chosen lets an option say for itself, else the value says.
func chosen(itself *bool, byValue bool) bool {
	if itself != nil {
		return *itself
	}
	return byValue
}
