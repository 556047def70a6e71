package pages

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/keyring"
	"sicrwydd/templates"
)

// A form that is sent after its session has ended is not lost. The page to
// sign in carries it, sealed; once the same person has signed in, the reader
// sees what was typed and sends it, or not. Nothing is kept on the server, and
// nothing is sent by itself.

// The limits of what is carried.
const (
	largestTyped = 64 << 10
	typedFor     = 12 * time.Hour
)

// typedForm is a form that its session did not outlive.
type typedForm struct {
	By     uuid.UUID
	Path   string // that takes the form
	Back   string // that shows it
	Fields []typedField
	At     time.Time
	Files  bool // were chosen; they are not carried
}

type typedField struct{ Name, Value string }

// Of what is typed, only forms of the work itself are carried: never one to
// sign in or up, and none with a secret in it.
var (
	carriedRooms = []string{"/reviews", "/findings/", "/actions", "/suppliers", "/systems", "/programmes", "/users/", "/deputies", "/account/tokens"}
	neverCarried = []string{"password", "secret", "token", "code"}
)

func carries(path string) bool {
	return localPath(path) == path && slices.ContainsFunc(carriedRooms, func(room string) bool { return strings.HasPrefix(path, room) })
}

// by names who a page is for, in its forms' token, so that a form tells whose
// it is after the session is gone.
func (v *View) by(user uuid.UUID) string {
	return user.String() + "." + v.pages.Keys.MAC(keyring.Typed, "by "+user.String())
}

// typedBy finds who was shown the form that was sent; nobody where that cannot
// be shown, or the form came from elsewhere.
func (v *View) typedBy() (uuid.UUID, bool) {
	origin, err := url.Parse(v.Get("Origin"))
	ours := v.Get("Sec-Fetch-Site") == "same-origin" || err == nil && origin.Host != "" && origin.Host == string(v.Request().Host())
	parts := strings.SplitN(v.FormValue("_csrf"), ".", 2)
	if !ours || len(parts) != 2 {
		return uuid.Nil, false
	}
	name, _, _ := strings.Cut(parts[1], ".")
	user, err := uuid.Parse(name)
	if err != nil || subtle.ConstantTimeCompare([]byte(parts[1]), []byte(v.by(user))) != 1 {
		return uuid.Nil, false
	}
	return user, true
}

// typedHere is the form that was sent, where it may be carried.
func (v *View) typedHere() *typedForm {
	if v.Method() != fiber.MethodPost || v.FromHTMX() || !carries(v.OriginalURL()) {
		return nil
	}
	user, ok := v.typedBy()
	if !ok {
		return nil
	}
	t := &typedForm{By: user, Path: v.OriginalURL(), Back: localPath(v.formPath()), At: time.Now()}
	add := func(name, value string) {
		if name != "_csrf" {
			t.Fields = append(t.Fields, typedField{name, value})
		}
	}
	if form, err := v.MultipartForm(); err == nil {
		for _, name := range slices.Sorted(maps.Keys(form.Value)) {
			for _, value := range form.Value[name] {
				add(name, value)
			}
		}
		t.Files = v.fileChosen()
	} else {
		for name, value := range v.Request().PostArgs().All() {
			add(string(name), string(value))
		}
	}
	if slices.ContainsFunc(t.Fields, func(f typedField) bool { return slices.Contains(neverCarried, strings.ToLower(f.Name)) }) {
		return nil
	}
	return t
}

// size is how much was typed, in bytes.
func (t *typedForm) size() int {
	n := 0
	for _, f := range t.Fields {
		n += len(f.Name) + len(f.Value)
	}
	return n
}

func (v *View) seal(t *typedForm) (string, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(v.pages.Keys.Seal(keyring.Typed, plain, "form")), nil
}

// carried opens what the form carries; nil where it carries nothing, or
// nothing that we sealed of late.
func (v *View) carried() *typedForm {
	sealed, err := base64.RawURLEncoding.DecodeString(v.carriedText())
	if err != nil || len(sealed) == 0 {
		return nil
	}
	plain, err := v.pages.Keys.Open(keyring.Typed, sealed, "form")
	if err != nil {
		return nil
	}
	var t typedForm
	if json.Unmarshal(plain, &t) != nil || time.Since(t.At) > typedFor || !carries(t.Path) {
		return nil
	}
	return &t
}

// carriedText is what the form carries, sealed, or went by way of a provider.
func (v *View) carriedText() string {
	if v.kept != "" {
		return v.kept
	}
	return v.FormValue("carried")
}

// carriedAway is what goes by way of a provider, and is kept meanwhile: what we
// sealed, or a word for what was not, which will be missed on the way back.
func (v *View) carriedAway() string {
	if text := v.carriedText(); text == "" || v.carried() != nil {
		return text
	}
	return "dropped"
}

// askAgain asks who it is, and carries the form that was sent meanwhile.
func (v *View) askAgain(t *typedForm, refused *fault.Error) error {
	email, status := "", fiber.StatusUnauthorized
	if v.Route().Path == "/sign-in" {
		email, status = v.Typed("email"), fiber.StatusUnprocessableEntity
	}
	page := v.signInPage(email, t.Back)
	data, _ := page.Data.(templates.SignInData)
	data.Files, data.TooMuch = t.Files, t.size() > largestTyped
	if !data.TooMuch {
		var err error
		if data.Carried, err = v.seal(t); err != nil {
			return err
		}
		page.Switch = "switch"
	}
	page.Data = data
	return v.draw(status, page, refused)
}

// arrive goes on from a proof of who it is: to the second factor or, where
// that is done, into the session and to where the reader was going, by way of
// what was typed before, where it was the same person.
func (p *Pages) arrive(v *View, arrival identity.Arrival, next string) error {
	t := v.carried()
	if arrival.Session == "" {
		v.cookie(stepCookie, arrival.Step, int(stepFor.Seconds()))
		v.step = arrival.Step
		if t == nil {
			dropped := ""
			if v.carriedText() != "" {
				dropped = "flash.typed-dropped"
			}
			return v.Go("/sign-in/code?next="+url.QueryEscape(localPath(next)), dropped)
		}
		return p.askCode(v, next, nil)
	}
	if before := v.Visit.Signed; before != nil { // this browser has one session, that of who signed in last
		if err := p.Identity.SignOut(v.UserContext(), before); err != nil {
			return err
		}
	}
	v.cookie(sessionCookie, arrival.Session, 0)
	v.cookie(stepCookie, "", -1)
	if t == nil && v.carriedText() == "" && arrival.Codes == nil {
		return v.Go(localPath(next), "")
	}
	signed, err := p.Identity.Session(v.UserContext(), arrival.Session, v.Visit.Origin)
	if err != nil {
		return err
	}
	ours := t != nil && t.By == signed.User.ID
	v.Visit.Signed, v.Visit.Lang, v.session = signed, signed.User.Language, arrival.Session
	switch {
	case arrival.Codes != nil:
		if t != nil && !ours {
			v.cookie("flash", "flash.typed-dropped", 60)
		}
		return v.showCodes(arrival.Codes, localPath(next), t, ours)
	case !ours:
		return v.Go(localPath(next), "flash.typed-dropped")
	}
	return v.showTyped(t)
}

// Typed shows what is carried in the other language: before signing in, and
// after.
func (p *Pages) Typed(v *View) error {
	t := v.carried()
	switch {
	case t == nil:
		return fault.NotFound()
	case v.Visit.Signed == nil:
		return v.askAgain(t, fault.Unauthenticated("session.ended"))
	case v.Visit.Signed.User.ID != t.By:
		return fault.NotFound()
	}
	return v.showTyped(t)
}

type typedRow struct{ Key, Text string }

type typedData struct {
	*typedForm
	Rows    []typedRow // what can be read of it
	Carried string
}

// showTyped shows what was typed before the session ended, to be sent.
func (v *View) showTyped(t *typedForm) error {
	data := typedData{typedForm: t}
	for _, f := range t.Fields {
		key, named := typedWords[f.Name]
		if (named && f.Name != "value" || strings.ContainsAny(f.Value, " \n")) && strings.TrimSpace(f.Value) != "" {
			if !named {
				key = "typed.other"
			}
			data.Rows = append(data.Rows, typedRow{key, f.Value})
		}
	}
	var err error
	if data.Carried, err = v.seal(t); err != nil {
		return err
	}
	return v.Show(Page{Name: "typed", TitleKey: "typed.title", Data: data, Switch: "switch"})
}

// typedWords are what the fields that people write in are called.
var typedWords = map[string]string{
	"value": "common.answer", "comment": "common.comment", "text": "messages.text", "note": "judge.note", "reason": "common.reason",
	"name": "common.name", "feedback.en": "judge.feedback-en", "feedback.cy": "judge.feedback-cy",
	"message.en": "return.message-en", "message.cy": "return.message-cy",
	"title.en": "finding.title-en", "title.cy": "finding.title-cy", "detail.en": "finding.detail-en", "detail.cy": "finding.detail-cy",
}
