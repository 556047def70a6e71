//go:build mutants

package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/tests/mutants/chosen"
)

// met is a case of the matrix with the checks that it reached.
type met struct {
	p    principal
	r    asked
	want string
}

// mostTried bounds how many cases are tried of a check that most requests reach:
// every so manieth of them.
const mostTried = 1200

// Each check of the program is left out in turn, and those cases of the matrix
// are asked again that reached it and were refused: some answer has to be
// unexpected. What a list asks twice, in the table of routes and in the domain,
// is tried twice: the table alone stands in front of the domain first, and then
// the domain alone is asked, with the permissions of all lists left out. What no
// case notices is said, for other tests to try.
func TestTheMatrixNoticesWhatIsLeftOut(t *testing.T) {
	m := &mutating{t: t, by: map[string]string{}}
	m.begin()
	m.tryAll("matrix")
	chosen.Besides(ofList)
	m.begin()
	m.tryAll("matrix, the domain alone")
	for _, site := range m.sites() {
		switch {
		case m.by[site] != "":
		case strings.HasPrefix(site, ofList), strings.HasPrefix(site, "form of page POST "):
			fmt.Printf("MUTANT\t%s\tsecond layer\tthe domain refuses everybody whom the table refuses\n", site)
		default:
			fmt.Printf("MUTANT\t%s\t\t%d cases reached it\n", site, len(m.reached[site]))
		}
	}
	fmt.Printf("%d worlds\n", m.worlds)
}

// ofList begins the names of the permissions that lists ask in the table of routes.
const ofList = "permission of "

// tryAll tries what was not noticed yet.
func (m *mutating) tryAll(name string) {
	for _, site := range m.sites() {
		if m.by[site] != "" {
			continue
		}
		cases := m.reached[site]
		if every := len(cases)/mostTried + 1; every > 1 {
			n := 0
			cases = slices.DeleteFunc(slices.Clone(cases), func(met) bool { n++; return n%every != 0 })
		}
		if how := m.noticing(site, cases); how != "" {
			m.by[site] = name
			fmt.Printf("MUTANT\t%s\t%s\t%s\n", site, name, how)
		}
	}
}

type mutating struct {
	t       *testing.T
	w       *world
	table   rulebook
	bodies  map[string]any
	reached map[string][]met
	by      map[string]string // what noticed
	worlds  int
	firstOf int // how often everything was asked
}

// begin asks for everything once, with nothing more left out, and keeps who
// reached what.
func (m *mutating) begin() {
	m.anew()
	m.firstOf++
	m.reached = map[string][]met{}
	for _, r := range allRoutes() {
		for _, p := range m.w.asking(r) {
			if want := asWritten(m.w.expected(m.table, p, r), r, p); strings.HasPrefix(want, "may") {
				continue // a check that is left out refuses nobody
			}
			chosen.Reached()
			want, got := m.w.meet(m.table, m.bodies, p, r)
			if !strings.Contains(want, got.verdict()) {
				if m.firstOf > 1 {
					continue // the table alone refuses it
				}
				m.t.Fatalf("with nothing left out, %s as %q: %d, want %s", r.name(), p.name, got.status, want)
			}
			for site := range chosen.Reached() {
				m.reached[site] = append(m.reached[site], met{p, r, want})
			}
		}
	}
}

// anew builds a world that no mutant has spoilt.
func (m *mutating) anew() {
	m.worlds++
	chosen.Leave("")
	m.w = theWorld(m.t, start(m.t, "", 1))
	m.table, m.bodies = rules(m.t), m.w.bodies()
}

// sites are the checks of the domain and those of the table of routes.
func (m *mutating) sites() []string {
	all := slices.Clone(chosen.Sites)
	for _, p := range access.Permissions() {
		all = append(all, "permission "+string(p))
	}
	for _, r := range allRoutes() {
		table, path := "contract", r.path
		switch {
		case r.permission == access.Open:
			continue
		case r.page:
			table, path = "page", colons(path)
		case r.file:
			table, path = "file", "/api/v1"+colons(path)
		}
		route := table + " " + r.method + " " + path
		all = append(all, "sign-in of "+route)
		if !strings.Contains(path, "{") && !strings.Contains(path, ":") && r.permission != access.Self {
			all = append(all, "permission of "+route)
		}
		if r.page && (pageRoute{path: path, permission: r.permission}).form() != "" {
			all = append(all, "form of "+route)
		}
	}
	return all
}

// colons writes the parts of an address as Fiber does.
func colons(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// noticing gives the first of the cases whose answer is unexpected with a check
// left out, and expected with it again.
func (m *mutating) noticing(site string, cases []met) string {
	for _, one := range cases {
		chosen.Leave(site)
		_, got := m.w.meet(m.table, m.bodies, one.p, one.r)
		chosen.Leave("")
		if strings.Contains(one.want, got.verdict()) {
			continue
		}
		if _, again := m.w.meet(m.table, m.bodies, one.p, one.r); !strings.Contains(one.want, again.verdict()) {
			m.anew() // it was the one before that spoilt the world
			chosen.Leave(site)
			_, got = m.w.meet(m.table, m.bodies, one.p, one.r)
			chosen.Leave("")
			if strings.Contains(one.want, got.verdict()) {
				continue
			}
		}
		return fmt.Sprintf("%s as %q: %s, want %s", one.r.name(), one.p.name, status(got), one.want)
	}
	return ""
}

func status(a answer) string { return fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)) }
