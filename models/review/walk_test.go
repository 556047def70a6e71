package review

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/store/storetest"
)

// Whatever people do in whatever order, rightly or wrongly, the rows keep the
// rules after every step, and every review can be brought to an end.
func TestRandomWalksThroughTheServicesKeepTheRules(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { walks(newHouse(t, storetest.SQLite(t, nil)), 6) })
	t.Run("postgres", func(t *testing.T) { walks(newHouse(t, storetest.Postgres(t, nil)), 6) })
}

const paces = 80

// reached are the acts that the walks must have come to, to mean anything.
var reached = []string{"answer", "submit", "judge", "return", "assess", "sign off", "send back", "correct"}

// walks goes at least so many walks, and on until each act was come to.
func walks(h *house, n int) {
	done := map[string]int{}
	missing := func() bool { return slices.ContainsFunc(reached, func(name string) bool { return done[name] == 0 }) }
	for i := 0; i < n || missing() && i < 10*n; i++ {
		seed := rand.Uint64()
		w := &walk{house: h, Rand: rand.New(rand.NewPCG(seed, 0)), seed: seed, done: done}
		w.begin()
		for w.paces = range paces {
			w.step()
		}
		w.end()
	}
	for _, name := range reached {
		if done[name] == 0 {
			h.t.Errorf("no walk got as far as to %s: %v", name, done)
		}
	}
	h.t.Logf("%v", done)
}

// walk is one walk: a review, and what the walker remembers of it.
type walk struct {
	*house
	*rand.Rand
	seed   uint64
	paces  int
	done   map[string]int
	id     uuid.UUID
	kind   Kind
	hosts  []string
	judges []string
	rows   *rows
	// slot is the question that the step is about.
	slot questionnaire.Slot

	took      map[string][]Act             // by person
	values    map[uuid.UUID]map[int]string // of answers, by version
	rested    map[string]string            // what each judgement was made over
	submitted []questionnaire.Slot         // shown at the last submission
	returned  []questionnaire.Slot         // named by the last return
	signed    map[uuid.UUID]string         // how each sign-off had to be made
	former    map[uuid.UUID]string         // signed reviews that were corrected, as they stood
}

// turn is what was done, and the rows around it.
type turn struct {
	act           *act
	who           string
	accepted      bool
	before, after *rows
}

func (s turn) changed() bool { return s.before.text != s.after.text }

func (w *walk) begin() {
	all := []string{"cardiff", "velindre", "gwent", "swansea"}
	w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	w.hosts, w.kind, w.former = all[:1+w.IntN(2)], OfSupplier, map[uuid.UUID]string{}
	if w.IntN(4) == 0 {
		w.kind = Desk
	}
	w.follow(w.planned(w.kind, w.reviewers(), w.hosts...).ID)
}

// reviewers assigns those whom the hosts of the review let judge, some by chance.
func (w *walk) reviewers() []uuid.UUID {
	w.judges = []string{"reviewer"}
	for host, name := range map[string]string{"cardiff": "reviewing siro", "gwent": "solo"} {
		if slices.Contains(w.hosts, host) {
			w.judges = append(w.judges, name)
		}
	}
	if w.IntN(2) == 0 {
		w.judges = append(w.judges, "jack of all trades")
	}
	slices.Sort(w.judges)
	return append(w.ids(w.judges...), w.people["former lead"].UserID)
}

// follow goes on with a review that was planned just now.
func (w *walk) follow(id uuid.UUID) {
	w.id, w.submitted, w.returned = id, nil, nil
	w.took, w.values, w.rested, w.signed = map[string][]Act{}, map[uuid.UUID]map[int]string{}, map[string]string{}, map[uuid.UUID]string{}
	w.rows = w.look()
}

func (w *walk) fail(s turn, format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("seed %d, step %d, %s by %s (%s of %s): %s", w.seed, w.paces, s.act.name, s.who, w.kind, strings.Join(w.hosts, ", "), fmt.Sprintf(format, args...))
}

// step does one thing, most often one that leads on and by whom it falls to,
// and holds the rows against the rules.
func (w *walk) step() {
	if w.rows.review.is(Closed, Cancelled) && w.IntN(4) == 0 {
		w.end()
		w.begin()
	}
	chosen := &acts[w.IntN(len(acts))]
	if onward := w.onward(); len(onward) > 0 && w.IntN(6) > 0 {
		chosen = pick(w, onward)
	}
	who := pick(w, w.fallsTo(chosen))
	if who == "" || w.IntN(8) == 0 {
		who = pick(w, slices.Sorted(maps.Keys(w.people)))
	}
	w.do(chosen, who)
	w.now = w.now.Add(time.Duration(1+w.IntN(90)) * time.Minute)
	if w.IntN(20) == 0 || w.rows.review.State == Assessed && w.IntN(3) == 0 {
		w.now = w.now.AddDate(0, 0, 5)
	}
}

func (w *walk) do(chosen *act, who string) {
	s := turn{act: chosen, who: who, before: w.rows}
	err := chosen.do(w, w.people[who])
	f := fault.As(err)
	if s.accepted = err == nil; s.accepted {
		w.done[chosen.name]++
	} else if f == nil || f.Key == "already-exists" || f.Key == "referred-to" {
		w.fail(s, "not a refusal: %v", err)
	}
	if id := w.rows.review.ID; id != w.id { // the successor of a signed review
		w.former[id] = w.rows.frozen()
		w.follow(w.id)
		return
	}
	s.after = w.look()
	w.rows = s.after
	w.remember(s)
	for _, rule := range rules {
		if complaint := rule(w, s); complaint != "" {
			w.fail(s, "%s", complaint)
		}
	}
}

// onward gives what leads on from here, each as often as it weighs.
func (w *walk) onward() []*act {
	var onward []*act
	for i := range acts {
		if slices.Contains(acts[i].in, w.rows.review.State) {
			onward = append(onward, slices.Repeat([]*act{&acts[i]}, max(1, acts[i].weight))...)
		}
	}
	return onward
}

// fallsTo gives those to whom an act falls; a desk review is answered by officials.
func (w *walk) fallsTo(a *act) []string {
	switch {
	case w.kind == Desk && a.who[0] == "lead":
		return []string{"official", "official", "jack of all trades"}
	case a.who[0] == "a reviewer":
		return w.judges
	case a.who[0] == "a signer":
		var signers []string
		for _, host := range w.hosts {
			people, _ := w.signersOf(host)
			signers = append(signers, people...)
		}
		return signers
	}
	return a.who
}

// end brings the review to an end from wherever the walk left it.
func (w *walk) end() {
	last := func(name, who string) {
		i := slices.IndexFunc(acts, func(a act) bool { return a.name == name })
		w.do(&acts[i], who)
	}
	if w.rows.review.Open() {
		last("cancel", "official")
	}
	for _, host := range w.hosts {
		if w.rows.review.Open() {
			last("agree to cancel", map[string]string{"cardiff": "siro", "velindre": "deputy", "gwent": "solo", "swansea": "national"}[host])
		}
	}
	if w.rows.review.Open() {
		w.t.Errorf("seed %d: a review is stuck as %s", w.seed, w.rows.review.State)
	}
	signed := w.rows
	for id, text := range w.former {
		w.id = id
		if w.rows = w.look(); w.rows.frozen() != text {
			w.t.Errorf("seed %d: a signed review changed after it was corrected", w.seed)
		}
		corrects := signed.review.CorrectsID != nil && *signed.review.CorrectsID == id
		for _, report := range w.rows.reports {
			if corrects && (report.SupersededByID != nil) != (signed.review.State == SignedOff) {
				w.t.Errorf("seed %d: corrected by one that is %s, and superseded: %v", w.seed, signed.review.State, report.SupersededByID)
			}
		}
	}
}

func pick[T any](w *walk, from []T) T {
	var none T
	if len(from) == 0 {
		return none
	}
	return from[w.IntN(len(from))]
}

// slots are the questions of the review for its systems, shown or not.
func (w *walk) slots() []questionnaire.Slot {
	all := []questionnaire.Slot{slot("policy.kept"), slot("policy.reviewed"), slot("policy.changes"), slot("access.factors")}
	for _, host := range w.hosts {
		all = append(all, questionnaire.Slot{Key: "access.many", System: w.systems[host]})
	}
	return all
}

// some picks a question, often one of those that lead on.
func (w *walk) some(onward []questionnaire.Slot) questionnaire.Slot {
	w.slot = pick(w, w.slots())
	if len(onward) > 0 && w.IntN(3) > 0 {
		w.slot = pick(w, onward)
	}
	if w.IntN(40) == 0 {
		w.slot = slot("no.such")
	}
	return w.slot
}

// unless gives the value, now and then a wrong one.
func unless[T any](w *walk, wrong, value T) T {
	if w.IntN(12) == 0 {
		return wrong
	}
	return value
}

// act is one thing that may be done.
type act struct {
	name   string
	weight int      // how often, where it leads on; at least once
	who    []string // to whom it falls
	in     []State  // where it leads on
	leaves Act      // how who does it took part
	quiet  bool     // may leave the review as it is
	do     func(w *walk, by access.Actor) error
}
