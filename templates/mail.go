package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	texttemplate "text/template"
	"time"

	"sicrwydd/models/lang"
)

// The mails say that something waits in the product and where; never what was
// found, answered or rated.

// Asker is whom the reader can tell that a mail is not meant for them.
type Asker struct {
	AskedBy      string
	AskedByPhone string
	AskedByEmail string
}

// Reach is how to reach the asker: the telephone where one is known, and the
// address.
func (a Asker) Reach() string {
	if a.AskedByPhone == "" {
		return a.AskedByEmail
	}
	return a.AskedByPhone + ", " + a.AskedByEmail
}

// InvitationMail asks a person at a supplier to answer. It says who asks and
// how to reach them, before any sign-up.
type InvitationMail struct {
	Asker
	Name         string
	Organisation lang.Text
	Supplier     string
	Contract     string // empty where none is known
	Minutes      int
	DueOn        time.Time
	Link         string
}

// DelegationMail asks a colleague of the supplier to answer a part. It says who
// of the supplier asks, and for whom in the end.
type DelegationMail struct {
	Asker
	Name         string
	GivenBy      string
	GivenByEmail string
	Organisation lang.Text
	Supplier     string
	Contract     string      // empty where none is known
	Sections     []lang.Text // empty: all
	Minutes      int
	DueOn        time.Time
	Link         string
}

// AccountInvitationMail asks a person to set up an account.
type AccountInvitationMail struct {
	Asker
	Name         string
	Organisation lang.Text // empty: the whole of NHS Wales
	Link         string
}

// AccountMail tells of the security of the reader's own account. Asker is empty.
type AccountMail struct {
	Asker
	Name string
	Link string
}

// AnchorMail brings the head of the audit log to who keeps it.
type AnchorMail struct {
	Line string // of JSON
	Link string
}

// ReturnedMail tells a supplier that questions came back.
type ReturnedMail struct {
	Asker
	Name         string
	Reference    string
	Organisation lang.Text
	Questions    int
	DueOn        time.Time
	Link         string
}

// SubmittedMail tells the reviewers that a review is theirs to judge.
type SubmittedMail struct {
	Asker
	Name        string
	Reference   string
	Supplier    string
	SubmittedAt time.Time
	Link        string
}

// MessageMail says that there is a message, a request for time or its answer to
// read; what it says stays in the product.
type MessageMail struct {
	Asker
	Name      string
	Reference string
	Link      string
}

// DigestMail calls to mind, in one mail a day, what its reader has to do.
type DigestMail struct {
	Asker
	Name  string
	Items []DigestItem
}

// DigestItem is a review to answer or an action to carry out.
type DigestItem struct {
	Reference string
	Supplier  string
	Action    bool
	DueOn     time.Time
	Late      bool
	Link      string
}

// AccuracyCheckMail asks a supplier's leads to check the draft.
type AccuracyCheckMail struct {
	Asker
	Name         string
	Reference    string
	Organisation lang.Text
	Until        time.Time
	Link         string
}

// SignedOffMail tells that a review is signed off.
type SignedOffMail struct {
	Asker
	Name      string
	Reference string
	Link      string
}

var mailData = map[string]reflect.Type{
	"invitation":         reflect.TypeFor[InvitationMail](),
	"delegation":         reflect.TypeFor[DelegationMail](),
	"account_invitation": reflect.TypeFor[AccountInvitationMail](),
	"returned":           reflect.TypeFor[ReturnedMail](),
	"submitted":          reflect.TypeFor[SubmittedMail](),
	"reminder":           reflect.TypeFor[InvitationMail](),
	"digest":             reflect.TypeFor[DigestMail](),
	"action_sent_back":   reflect.TypeFor[MessageMail](),
	"passed_on":          reflect.TypeFor[MessageMail](),
	"message":            reflect.TypeFor[MessageMail](),
	"accuracy_check":     reflect.TypeFor[AccuracyCheckMail](),
	"signed_off":         reflect.TypeFor[SignedOffMail](),
	"anchor":             reflect.TypeFor[AnchorMail](),
	"password_reset":     reflect.TypeFor[AccountMail](),
	"password_changed":   reflect.TypeFor[AccountMail](),
	"email_change":       reflect.TypeFor[AccountMail](),
	"email_changing":     reflect.TypeFor[AccountMail](),
	"factors_reset":      reflect.TypeFor[AccountMail](),
}

type mail struct {
	html *template.Template
	text *texttemplate.Template
}

func readMails(funcs template.FuncMap) (map[string]mail, error) {
	mails := map[string]mail{}
	for name := range mailData {
		var m mail
		var err error
		if m.html, err = template.New("").Funcs(funcs).ParseFS(files, "emails/layout.html", "emails/"+name+".html"); err != nil {
			return nil, err
		}
		if m.text, err = texttemplate.New("").Funcs(funcs).ParseFS(files, "emails/"+name+".txt"); err != nil {
			return nil, err
		}
		if err := checkEscaping(m.html, "mail"); err != nil {
			return nil, err
		}
		mails[name] = m
	}
	return mails, nil
}

// Mail writes a mail: its subject, and the same message as text and as HTML.
// Data is the struct named after the mail.
func (s *Set) Mail(name string, tag lang.Tag, data any) (subject, text, html string, err error) {
	m, ok := s.mails[tag][name]
	if !ok {
		return "", "", "", fmt.Errorf("templates: there is no mail %q in %q", name, tag)
	}
	if got := reflect.TypeOf(data); got != mailData[name] {
		return "", "", "", fmt.Errorf("templates: mail %s takes %s, and was given %s", name, mailData[name], got)
	}
	if subject, err = Words(tag).T("mail." + name + ".subject"); err != nil {
		return "", "", "", err
	}
	var plain, marked bytes.Buffer
	if err := m.text.ExecuteTemplate(&plain, name+".txt", data); err != nil {
		return "", "", "", err
	}
	err = m.html.ExecuteTemplate(&marked, "mail", data)
	return subject, strings.TrimSpace(plain.String()) + "\n", marked.String(), err
}
