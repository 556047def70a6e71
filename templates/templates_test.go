package templates

import (
	"bytes"
	"errors"
	"html/template"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
)

func newSet(t *testing.T) *Set {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func draw(t *testing.T, s *Set, name string, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Page(&b, name, p); err != nil {
		t.Fatalf("%s in %s: %v", name, p.Lang, err)
	}
	return b.String()
}

func openPages() map[string]Page {
	return map[string]Page{
		"home":          {TitleKey: "home.title"},
		"sign-in":       {TitleKey: "sign-in.title", Data: SignInData{Email: "a@example.org", Next: "/reviews"}},
		"error":         {TitleKey: ErrorTitleKey(404), Data: ErrorData{Status: 404}, RequestID: "r-1"},
		"accessibility": {TitleKey: "accessibility.title"},
		"privacy":       {TitleKey: "privacy.title"},
		"cookies":       {TitleKey: "cookies.title"},
		"rules":         {TitleKey: "rules.title"},
		"help":          {TitleKey: "help.title"},
	}
}

func TestOpenPagesAreDrawnInBothLanguages(t *testing.T) {
	s := newSet(t)
	for name, p := range openPages() {
		var headings []string
		for _, tag := range lang.All {
			p.Lang, p.Path = tag, "/"+name
			page := draw(t, s, name, p)
			if !strings.Contains(page, `<html lang="`+string(tag)+`">`) {
				t.Errorf("%s does not say that it is in %s", name, tag)
			}
			if strings.Count(page, "<h1") != 1 {
				t.Errorf("%s in %s has %d first headings", name, tag, strings.Count(page, "<h1"))
			}
			if strings.Contains(page, "<no value>") || strings.Contains(page, "ZgotmplZ") {
				t.Errorf("%s in %s has a gap", name, tag)
			}
			headings = append(headings, regexp.MustCompile(`(?s)<h1.*?</h1>`).FindString(page))
		}
		if headings[0] == headings[1] {
			t.Errorf("%s has the heading %s in both languages", name, headings[0])
		}
	}
}

func TestEveryStatusHasItsErrorPage(t *testing.T) {
	s := newSet(t)
	for _, tag := range lang.All {
		seen := map[string]bool{}
		for _, status := range []int{401, 403, 404, 409, 412, 422, 429, 500} {
			p := Page{Lang: tag, TitleKey: ErrorTitleKey(status), Data: ErrorData{Status: status}}
			main := strings.Split(draw(t, s, "error", p), "<main")[1]
			if seen[main] {
				t.Errorf("%d in %s is the page of another status", status, tag)
			}
			seen[main] = true
		}
	}
}

func TestAPageShowsItsErrorsAtTheTopAndAtTheField(t *testing.T) {
	s := newSet(t)
	p := Page{Lang: lang.Welsh, TitleKey: "sign-in.title", Path: "/sign-in", Data: SignInData{},
		Errors: fault.Invalid("invalid").On("email", "email.wrong")}
	page := draw(t, s, "sign-in", p)
	for _, want := range []string{
		"<title>Gwall: Mewngofnodi", `<a href="#email">Rhowch gyfeiriad e-bost`, `id="email-error"`, "Mae problem wedi codi",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	p.Errors = fault.Conflict("review.wrong-state", fault.Args{"State": "signed_off"})
	if page = draw(t, s, "sign-in", p); !strings.Contains(page, "presennol yr adolygiad: Cymeradwywyd") {
		t.Error("a fault without fields is not said, or its state is not in words")
	}
}

func TestTheHeaderShowsWhoIsSignedIn(t *testing.T) {
	s := newSet(t)
	p := Page{Lang: lang.English, TitleKey: "help.title", Path: "/help", CSRF: `a"b`, SignedIn: &Viewer{
		Name: "Ann Fictitious", MembershipLabel: "National", CanSwitch: true, CanSearch: true, Roles: []string{"official"},
		Nav: []NavItem{{Key: "nav.suppliers", Href: "/suppliers", Active: true}}}}
	page := draw(t, s, "help", p)
	for _, want := range []string{
		"Ann Fictitious", "National - change", `action="/sign-out"`, `name="_csrf" value="a&#34;b"`, `action="/search"`,
		`href="/suppliers" aria-current="true"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the header lacks %q", want)
		}
	}
	p.SignedIn = nil
	if page = draw(t, s, "help", p); strings.Contains(page, "/sign-out") || !strings.Contains(page, `href="/sign-in"`) {
		t.Error("who is not signed in is not offered to sign in")
	}
}

func TestTheSwitchOfLanguageStaysOnThePage(t *testing.T) {
	for path, want := range map[string]string{
		"/reviews?state=issued&lang=en": "/reviews?lang=cy&state=issued",
		"/":                             "/?lang=cy",
		"//example.org/x":               "/?lang=cy",
		"https://example.org/x":         "/?lang=cy",
		"javascript:alert(1)":           "/?lang=cy",
		"":                              "/?lang=cy",
	} {
		if got := languageLink(Page{Lang: lang.English, Path: path}); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

func TestTextInOneLanguageOnlySaysSo(t *testing.T) {
	got, err := bilingual(Words(lang.Welsh), lang.Text{En: "A & B"})
	want := template.HTML(`<span lang="en">A &amp; B</span> <span class="app-other-language">(yn Saesneg yn unig)</span>`)
	if err != nil || got != want {
		t.Errorf("got %s and error %v, want %s", got, err, want)
	}
	if got, _ = bilingual(Words(lang.Welsh), lang.Text{En: "A", Cy: "B"}); got != "B" {
		t.Errorf("got %s, want the Welsh text alone", got)
	}
}

type day string

func TestDatesAndSharesOfEveryKind(t *testing.T) {
	w := Words(lang.Welsh)
	at := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	var none *time.Time
	for _, c := range []struct {
		at   any
		want string
	}{
		{at, "3 Mawrth 2026"}, {&at, "3 Mawrth 2026"}, {day("2026-03-03"), "3 Mawrth 2026"},
		{none, "Ddim yn hysbys"}, {time.Time{}, "Ddim yn hysbys"}, {day(""), "Ddim yn hysbys"},
	} {
		if got, err := date(w, c.at, w.Date); err != nil || got != c.want {
			t.Errorf("%v: got %q and error %v, want %q", c.at, got, err, c.want)
		}
	}
	if _, err := date(w, 3, w.Date); err == nil {
		t.Error("a number was taken for a date")
	}
	if got, err := percent(w, big.NewRat(17, 20)); err != nil || got != "85%" {
		t.Errorf("17/20: got %s, %v", got, err)
	}
	if got, err := percent(w, big.NewRat(8499, 10000)); err != nil || got != "84%" {
		t.Errorf("0.8499: got %s, %v", got, err)
	}
}

func TestEveryColourBelongsToAValueWithWords(t *testing.T) {
	for key := range colours {
		if !Words(lang.Welsh).Has(key) {
			t.Errorf("%s has a colour and no words", key)
		}
	}
}

func TestAMailSaysWhoAsksAndNamesNoFinding(t *testing.T) {
	s := newSet(t)
	at := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	board := lang.Text{En: "Fictitious Health Board", Cy: "Bwrdd Iechyd Dychmygol"}
	bob := Asker{AskedBy: "Bob", AskedByPhone: "029 2000 0000", AskedByEmail: "bob@example.org"}
	mails := map[string]any{
		"invitation": InvitationMail{Name: "Ann <b>", Organisation: board, Supplier: "Made-up Ltd", Asker: bob, Minutes: 90, DueOn: at, Link: "https://example.org/i/1", Contract: "C-1"},
		"returned":   ReturnedMail{Asker: bob, Name: "Ann", Reference: "REV-1", Organisation: board, Questions: 2, DueOn: at, Link: "https://example.org/1"},
		"message":    MessageMail{Asker: bob, Name: "Siân", Reference: "REV-2026-0001", Link: "https://sicrwydd.example/reviews/1/messages"},
		"delegation": DelegationMail{Name: "Ann <b>", GivenBy: "Cari", GivenByEmail: "cari@example.com", Organisation: board, Supplier: "Made-up Ltd", Asker: bob,
			Minutes: 2, DueOn: at, Link: "https://example.org/i/3", Sections: []lang.Text{{En: "People", Cy: "Pobl"}}},
		"account_invitation": AccountInvitationMail{Asker: bob, Name: "Ann", Organisation: board, Link: "https://example.org/i/2"},
		"passed_on":          MessageMail{Asker: bob, Name: "Ann", Reference: "REV-1", Link: "https://example.org/1/respondents"},
		"submitted":          SubmittedMail{Asker: bob, Name: "Ann", Reference: "REV-1", Supplier: "Made-up Ltd", SubmittedAt: at, Link: "https://example.org/1"},
		"reminder":           InvitationMail{Name: "Ann", Organisation: board, Supplier: "Made-up Ltd", Asker: bob, Minutes: 90, DueOn: at, Link: "https://example.org/i/1"},
		"action_sent_back":   MessageMail{Asker: bob, Name: "Ann", Reference: "REV-1", Link: "https://example.org/actions"},
		"digest": DigestMail{Asker: bob, Name: "Ann", Items: []DigestItem{
			{Reference: "REV-1", Supplier: "Afon", DueOn: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), Late: true, Link: "https://example.org/reviews/1"},
			{Reference: "ACT-1", Action: true, DueOn: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), Link: "https://example.org/actions/1"}}},
		"accuracy_check":   AccuracyCheckMail{Asker: bob, Name: "Ann", Reference: "REV-1", Organisation: board, Until: at, Link: "https://example.org/1"},
		"anchor":           AnchorMail{Line: `{"position":3}`, Link: "https://example.org/audit"},
		"password_reset":   AccountMail{Name: "Ann", Link: "https://example.org/password/1"},
		"password_changed": AccountMail{Name: "Ann", Link: "https://example.org/password/forgotten"},
		"email_change":     AccountMail{Name: "Ann", Link: "https://example.org/account/email/1"},
		"email_changing":   AccountMail{Name: "Ann", Link: "https://example.org/account"},
		"factors_reset":    AccountMail{Name: "Ann", Link: "https://example.org/sign-in"},
		"signed_off":       SignedOffMail{Asker: bob, Name: "Ann", Reference: "REV-1", Link: "https://example.org/1"},
	}
	for name := range mailData {
		for _, tag := range lang.All {
			subject, text, marked, err := s.Mail(name, tag, mails[name])
			if err != nil {
				t.Fatal(err)
			}
			of := reflect.ValueOf(mails[name])
			if several, ok := mails[name].(DigestMail); ok {
				of = reflect.ValueOf(several.Items[1])
			}
			link := of.FieldByName("Link").String()
			if subject == "" || !strings.Contains(text, link) || !strings.Contains(marked, `href="`+link+`"`) {
				t.Errorf("%s in %s lacks its subject or its link:\n%s", name, tag, text)
			}
			if name == "anchor" { // which a machine sends to who asked for it
				continue
			}
			toSay := bob.AskedByEmail
			if _, own := mails[name].(AccountMail); own { // of the own account: what to do when it was somebody else
				toSay = map[lang.Tag]string{lang.English: "you", lang.Welsh: "ch"}[tag]
				if !strings.Contains(text, map[lang.Tag]string{lang.English: "If ", lang.Welsh: "Os na"}[tag]) {
					toSay = "what to do"
				}
			}
			if !strings.Contains(text, toSay) || !strings.Contains(marked, toSay) {
				t.Errorf("%s in %s does not say whom to tell that it is not meant for one", name, tag)
			}
			if strings.Contains(marked, "<b>") {
				t.Errorf("%s in %s lets markup through", name, tag)
			}
		}
	}
	_, text, _, err := s.Mail("invitation", lang.Welsh, mails["invitation"])
	for _, want := range []string{"Bwrdd Iechyd Dychmygol", "Bob", "029", "bob@example.org", "90 munud", "3 Mawrth 2026", "C-1", "Ann <b>"} {
		if err != nil || !strings.Contains(text, want) {
			t.Errorf("the invitation lacks %q: %v\n%s", want, err, text)
		}
	}
	_, text, _, err = s.Mail("delegation", lang.Welsh, mails["delegation"])
	for _, want := range []string{"Cari", "cari@example.com", "2 funud", "- Pobl", "Bwrdd Iechyd Dychmygol"} {
		if err != nil || !strings.Contains(text, want) {
			t.Errorf("the mail to a colleague lacks %q: %v\n%s", want, err, text)
		}
	}
	if _, _, _, err := s.Mail("invitation", lang.English, SignedOffMail{}); err == nil {
		t.Error("a mail was written with the data of another")
	}
	for data := range mailData {
		for field := range mailData[data].Fields() {
			if slices.Contains([]string{"Finding", "Findings", "Rating", "Answer", "Score"}, field.Name) {
				t.Errorf("the mail %s carries %s", data, field.Name)
			}
		}
	}
}

func TestAPageThatIsNotThereIsAnError(t *testing.T) {
	s := newSet(t)
	var b bytes.Buffer
	if err := s.Page(&b, "nothing-like-it", Page{Lang: lang.English}); err == nil || b.Len() > 0 {
		t.Error("a page that is not there was drawn")
	}
	if err := s.Page(&b, "help", Page{Lang: lang.English}); err == nil || b.Len() > 0 {
		t.Error("a page without a title was drawn, or a part of it")
	}
	if _, err := s.Asset("nothing.css"); err == nil {
		t.Error("an asset that is not there has an address")
	}
	if address, err := s.Asset("app.css"); err != nil || !regexp.MustCompile(`^/assets/app\.css\?v=[0-9a-f]{12}$`).MatchString(address) {
		t.Errorf("app.css: %s, %v", address, err)
	}
}

// Pages whose text is long stand once for each language: they must have the
// same headings, lists and tables.
func TestLongPagesHaveTheSameStructureInBothLanguages(t *testing.T) {
	found := 0
	walk(t, "pages", ".en.html", func(path, english string) {
		found++
		welsh, err := os.ReadFile(strings.TrimSuffix(path, ".en.html") + ".cy.html")
		if err != nil {
			t.Error(err)
			return
		}
		if diff := cmp.Diff(skeleton(english), skeleton(string(welsh))); diff != "" {
			t.Errorf("%s (-English +Welsh):\n%s", path, diff)
		}
	})
	if found == 0 {
		t.Error("no such page was found")
	}
}

func skeleton(source string) []string {
	var tokens []string
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		if z.Next() == html.ErrorToken {
			return tokens
		}
		if token := z.Token(); token.Type == html.StartTagToken || token.Type == html.EndTagToken {
			tokens = append(tokens, token.String())
		}
	}
}

// The pages run under a policy that allows nothing inline (security.md, 25),
// and htmx is told not to evaluate.
func TestNoTemplateHoldsAnythingInline(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\sstyle\s*=|\son[a-z]+\s*=|hx-on|hx-vals\s*=\s*['"]js:|hx-trigger="[^"]*\[|javascript:|<script>|<style|https?://`)
	for _, folder := range []string{"pages", "layouts", "partials", "components"} {
		walk(t, folder, ".html", func(path, text string) {
			text = strings.NewReplacer("http://www.w3.org/2000/svg", "", "https://www.nhs.uk/search/", "").Replace(text)
			if found := inline.FindString(text); found != "" {
				t.Errorf("%s holds %q", path, found)
			}
		})
	}
}

func TestEveryBeginHasItsFinish(t *testing.T) {
	begin, finish := regexp.MustCompile(`{{-?\s*begin "(\w+)"`), regexp.MustCompile(`{{-?\s*finish "(\w+)"`)
	walk(t, "pages", ".html", func(path, text string) {
		count := map[string]int{}
		for _, m := range begin.FindAllStringSubmatch(text, -1) {
			count[m[1]]++
		}
		for _, m := range finish.FindAllStringSubmatch(text, -1) {
			count[m[1]]--
		}
		for name, n := range count {
			if n != 0 {
				t.Errorf("%s begins %q %d times more than it finishes it", path, name, n)
			}
		}
	})
}

func TestTheStylesSetAFontAndAskNoOtherHost(t *testing.T) {
	css, err := fs.ReadFile(Assets, "app.css")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(css, []byte("html{font-family:arial,sans-serif}")) {
		t.Error("no family of fonts is set: pages come out in Times")
	}
	for _, m := range regexp.MustCompile(`url\("?([^")]+)`).FindAllSubmatch(css, -1) {
		name := strings.TrimPrefix(string(m[1]), "/assets/")
		if _, err := fs.Stat(Assets, name); err != nil {
			t.Errorf("the styles ask for %s, which is not there", m[1])
		}
	}
	for _, name := range []string{"app.css", "app.js", "keep.js", "nhsuk.js", "upload.js", "supported.js"} {
		text, err := fs.ReadFile(Assets, name)
		if err != nil || bytes.Contains(text, []byte("sourceMappingURL")) || bytes.Contains(text, []byte("@font-face")) {
			t.Errorf("%s: %v, or it asks for what is not shipped", name, err)
		}
	}
}

func walk(t *testing.T, folder, ending string, visit func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		text, err := os.ReadFile(path)
		visit(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
