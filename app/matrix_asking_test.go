package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/handlers/api"
	"sicrwydd/handlers/pages"
	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store"
)

// asked is a route as the matrix asks for it: of the contract, or a page.
type asked struct {
	method, path string // {name} stands for what the address names
	permission   access.Permission
	page, file   bool // a page; a part of the contract that carries a file
}

func (r asked) name() string {
	if r.page {
		return "page " + r.method + " " + r.path
	}
	return r.method + " " + r.path
}

// allRoutes are the routes of the tables.
func allRoutes() []asked {
	var all []asked
	for _, r := range apiRoutes(nil) {
		all = append(all, asked{r.method, r.path, r.permission, false, false})
	}
	for _, r := range fileRoutes(&api.API{}) {
		all = append(all, asked{r.method, braced(strings.TrimPrefix(r.path, api.Prefix)), r.permission, false, true})
	}
	for _, r := range pageRoutes(&pages.Pages{}) {
		all = append(all, asked{r.method, braced(r.path), r.permission, true, false})
	}
	return all
}

// braced writes the parts of an address as the contract does.
func braced(path string) string {
	steps := strings.Split(path, "/")
	for i, step := range steps {
		if name, ok := strings.CutPrefix(step, ":"); ok {
			name, ending, dotted := strings.Cut(name, ".")
			steps[i] = "{" + name + "}"
			if dotted {
				steps[i] += "." + ending
			}
		}
	}
	return strings.Join(steps, "/")
}

// kind is what the route is about: the first step of its path, or what stands
// for it here.
func (r asked) kind() string {
	for begins, kind := range map[string]string{"/reviews/bulk/{": "review-batches", "/groups": "governance-groups", "/users/invitations/": "invitations",
		"/calendar/feeds/": "own", "/views/": "own", "/account/": "own", "/tokens/": "own", "/deputies/": "own", "/sign-in/": "open", "/password/": "open", "/confirm/": "own"} {
		if strings.HasPrefix(r.path, begins) && strings.Contains(r.path, "{") {
			return kind
		}
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
	if r.page && kind == "invitations" {
		return "open"
	}
	return kind
}

// address fills in what the path names, and says by which name it goes.
func (w *world) address(r asked) string {
	path := r.path
	for first := true; strings.Contains(path, "{"); first = false {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		value := ""
		if first {
			value = w.ids[r.kind()]
		}
		if value == "" {
			value = w.part(name, strings.HasPrefix(r.path, "/actions/"))
		}
		path = before + url.PathEscape(value) + after
	}
	return path
}

// part gives what belongs to one of the things, made anew where it was taken away.
func (w *world) part(name string, ofAction bool) string {
	w.t.Helper()
	switch {
	case name == "key":
		return "governance.board-owner"
	case name == "section":
		return "governance"
	case name == "number":
		return "1"
	case name == "kind":
		return "review_unassigned"
	case ofAction: // the action is the supplier's from sign-off: nothing belongs to it yet
		return uuid.NewString()
	}
	if w.parts[name] == "" {
		if w.parts[name] = w.makePart(name); w.parts[name] == "" {
			return uuid.NewString()
		}
	}
	return w.parts[name]
}

func (w *world) makePart(name string) string {
	w.t.Helper()
	supplier := "/suppliers/" + w.ids["suppliers"]
	switch name {
	case "certificate":
		return w.must(201, "official", "POST", supplier+"/certificates", map[string]any{"kind": "iso_27001", "expires_on": "2099-01-31"}).id()
	case "subcontractor":
		return w.must(201, "official", "POST", supplier+"/subcontractors", map[string]any{"name": "Under", "country": "ie"}).id()
	case "appointment":
		return w.must(201, "official", "POST", "/organisations/"+w.ids["organisations"]+"/appointments", map[string]any{"role": "siro", "person_name": "S"}).id()
	case "use":
		return w.must(200, "official", "GET", "/systems/"+w.ids["systems"]+"/uses", nil).body["items"].([]any)[0].(map[string]any)["id"].(string)
	case "respondent":
		for _, item := range w.must(200, "official", "GET", "/reviews/"+w.ids["reviews"], nil).body["respondents"].([]any) {
			if person := item.(map[string]any); person["email"] == "given@example.org" {
				return person["id"].(string)
			}
		}
	case "evidence":
		for _, q := range w.questions("assigned", w.ids["reviews"]) {
			if files, _ := dig(q, "answer", "evidence").([]any); len(files) > 0 {
				return files[0].(map[string]any)["id"].(string)
			}
		}
	case "membership":
		user := w.must(200, "lead", "GET", "/users/"+w.ids["users"], nil).body
		_, m, err := w.first.services.Identity.AddUser(w.t.Context(), operator, identity.NewUser{Email: user["email"].(string), Name: user["name"].(string),
			Roles: []access.Role{access.Respondent}, Place: identity.Place{SupplierID: &w.supplier}})
		if err != nil {
			w.t.Fatal(err)
		}
		return m.ID.String()
	}
	return ""
}

// session is a browser that has signed in: its cookie, and the token of its forms.
type session struct{ cookie, form string }

// enter gives somebody a session, in the membership that they had first; ""
// stands for who has not signed in.
func (w *world) enter(name string) {
	w.t.Helper()
	secret := uuid.NewString()
	s := session{cookie: "visit=" + secret}
	if name != "" {
		s.cookie = "session=" + secret
		sum := sha256.Sum256([]byte(secret))
		_, err := store.Change(w.t.Context(), w.first.db, operator, func(tx *store.Tx) (bool, error) {
			all, err := store.All[identity.Membership](tx, "created_at, id", "user_id IN (SELECT id FROM users WHERE email = ?)", strings.ReplaceAll(name, " ", ".")+"@example.org")
			if err != nil {
				return false, err
			}
			now := tx.Now()
			row := &identity.Session{Row: store.NewRow(), TokenHash: hex.EncodeToString(sum[:]), UserID: &all[0].UserID, MembershipID: &all[0].ID,
				Language: "en", LastSeenAt: now, ExpiresAt: now.AddDate(0, 0, 1), ProvedAt: &now}
			row.Version, row.CreatedAt = 1, now
			return true, tx.Insert(row)
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	path := "/account"
	if name == "" {
		path = "/sign-in"
	}
	shown := w.browse(s, http.MethodGet, path)
	token := tokenField.FindSubmatch(shown.raw)
	if token == nil {
		w.t.Fatalf("%q has no session: %d %.300s", name, shown.status, shown.raw)
	}
	s.form = string(token[1])
	w.sessions[name] = s
}

// browse asks for a page, or sends a form of nothing but its token.
func (w *world) browse(s session, method, path string) answer {
	w.t.Helper()
	if method == http.MethodGet {
		return w.page(s, method, path, "", nil)
	}
	return w.page(s, method, path, "application/x-www-form-urlencoded", strings.NewReader(url.Values{"_csrf": {s.form}}.Encode()))
}

// bring sends a form with a file.
func (w *world) bring(s session, path string) answer {
	w.t.Helper()
	body, mediaType := form(w.t, "e.txt", "seen")
	return w.page(s, http.MethodPost, path, mediaType, body, "X-CSRF-Token", s.form)
}

func (w *world) page(s session, method, path, mediaType string, body io.Reader, headers ...string) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.nodes[0]+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Cookie", s.cookie)
	if body != nil {
		r.Header.Set("Content-Type", mediaType)
		r.Header.Set("Origin", w.nodes[0])
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultTransport.RoundTrip(r) // which follows no redirect
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	a := answer{status: got.StatusCode, header: got.Header}
	if a.raw, err = io.ReadAll(got.Body); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// verdict is what an answer comes to: done or refused for another reason than
// who asks, forbidden, absent, not signed in, or failed.
func (a answer) verdict() string {
	switch {
	case a.status == http.StatusUnauthorized, strings.HasPrefix(a.header.Get("Location"), "/sign-in?next="):
		return "not signed in"
	case a.status == http.StatusForbidden:
		return "forbidden"
	case a.status == http.StatusNotFound:
		return "absent"
	case a.status >= 500:
		return "failed"
	}
	return "may"
}

// try asks for a route as somebody, and sees to what the answer used up.
func (w *world) try(r asked, who string, body any) answer {
	w.t.Helper()
	path := w.address(r)
	var got answer
	switch {
	case r.page && r.method == http.MethodPost && strings.HasSuffix(path, "/evidence"):
		got = w.bring(w.sessions[who], path)
	case r.page:
		got = w.browse(w.sessions[who], r.method, path)
	case r.file && r.method == http.MethodPost:
		got = w.upload(who, path, "list.csv", "Name,Host\nArall,7A4\n")
	default:
		got = w.ask(who, r.method, path, body, "If-Match", `"999"`)
	}
	if strings.Contains(strings.Join(got.header.Values("Set-Cookie"), " "), "session=") { // it was ended, or has another name now
		w.enter(who)
	}
	if got.status >= 400 || got.verdict() != "may" || r.method == http.MethodGet {
		return got
	}
	for _, name := range []string{"certificate", "subcontractor", "appointment", "membership", "respondent"} {
		delete(w.parts, name) // it may be gone
	}
	return got
}

// said is what a page or an answer says of itself, for a message.
func (a answer) said() string {
	if _, after, page := strings.Cut(string(a.raw), "<h1"); page {
		heading, _, _ := strings.Cut(after, "</h1>")
		return "page " + a.header.Get("Location") + heading
	}
	return a.header.Get("Location") + string(a.raw)
}
