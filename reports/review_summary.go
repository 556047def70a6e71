package reports

import (
	"slices"
	"strings"

	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
)

// summary is for who reads one page: the rating, what it rests on, what was
// decided, what changed, what is asked.
func (w *writer) summary() {
	w.heading(1, "report.summary")
	w.overall()
	w.ratings()
	if w.s.State == review.Closed || w.s.State == review.Cancelled {
		return
	}
	w.decisions()
	w.changes()
	w.asked()
}

// overall is the worst rating of the systems; a cap stands before the score.
func (w *writer) overall() {
	c := document.Callout{
		Tone: ratingTone(w.s.Rating), Label: w.t("report.rating.one"), Word: w.t("rating." + string(w.s.Rating)),
	}
	if len(w.s.Systems) > 1 {
		c.Label = w.t("report.rating.overall")
	}
	for i := range w.s.Systems {
		system := &w.s.Systems[i]
		if len(w.s.Systems) > 1 {
			break
		}
		for _, line := range w.caps(system) {
			c.Lines = append(c.Lines, document.Bold(line))
		}
		c.Lines = append(c.Lines, w.proposal(system)...)
		c.Lines = append(c.Lines, document.Plain(w.score(system.Score)))
	}
	if w.s.AssessedAt == nil {
		c.Lines = append(c.Lines, document.Plain(w.t("report.not-assessed")))
	}
	judged, claims := 0, 0
	for _, q := range w.s.Questions {
		if q.Outcome != "" {
			judged++
		}
		if q.Outcome != "" && (q.Basis == questionnaire.Claim || q.Basis == "") {
			claims++
		}
	}
	c.Lines = append(c.Lines, document.Bold(w.t("report.claims", "Claims", claims, "Judged", judged)))
	if w.s.Kind == review.Desk {
		c.Lines = append(c.Lines, document.Plain(w.t("report.desk")))
	}
	w.add(c)
}

// caps says what kept the rating from being the one of its score.
func (w *writer) caps(system *review.SystemSnap) []string {
	var lines []string
	for _, c := range system.Score.CappedBy {
		lines = append(lines, w.t("report.capped", "Rating", w.t("rating."+string(c.Limit)), "Reason", w.capReason(c)))
	}
	return lines
}

func (w *writer) capReason(c questionnaire.Cap) string {
	if c.Reason == questionnaire.DeskReview {
		return w.t("report.cap.desk_review")
	}
	return w.t("report.cap."+string(c.Reason), "Number", len(c.Slots))
}

// proposal says that the reviewer's rating stands instead of the worked-out one.
func (w *writer) proposal(system *review.SystemSnap) []document.Text {
	if system.Rating == system.Score.WorkedOut {
		return nil
	}
	lines := []document.Text{document.Plain(w.t("report.proposed", "Rating", w.t("rating."+string(system.Score.WorkedOut))))}
	if system.ProposalReason != "" && w.forBoard() {
		lines = append(lines, document.Plain(w.t("report.reason", "Reason", system.ProposalReason)))
	}
	return lines
}

func (w *writer) score(s questionnaire.SystemScore) string {
	if s.Score == nil {
		return w.t("report.score.none")
	}
	return w.t("report.score", "Percent", questionnaire.Percent(s.Score))
}

// ratings has a row for each system.
func (w *writer) ratings() {
	if len(w.s.Systems) == 1 {
		return // all of it stands above and below
	}
	t := w.table(w.t("report.ratings.caption"),
		document.Column{Title: "report.system", Weight: 21}, document.Column{Title: "report.rating", Weight: 22},
		document.Column{Title: "report.cap-and-score", Weight: 38}, document.Column{Title: "report.before", Weight: 19})
	for i := range w.s.Systems {
		system := &w.s.Systems[i]
		var notes []document.Text
		for _, c := range system.Score.CappedBy {
			if c.Limit == system.Score.WorkedOut {
				notes = append(notes, document.Plain(w.capReason(c)))
			}
		}
		notes = append(notes, w.proposal(system)...)
		notes = append(notes, document.Plain(w.score(system.Score)))
		t.Rows = append(t.Rows, []document.Cell{
			{Text: document.Bold(w.name(system.Name).String())}, w.rating(system.Rating),
			{Text: document.Join("\n", notes...)}, plain(w.before(system)),
		})
	}
	w.add(t)
}

// before says how the rating was at the previous review.
func (w *writer) before(system *review.SystemSnap) string {
	if system.PreviousRating == "" {
		return w.t("report.change.first")
	}
	direction := "report.change.same"
	switch {
	case questionnaire.Better(system.Rating, system.PreviousRating):
		direction = "report.change.better"
	case questionnaire.Better(system.PreviousRating, system.Rating):
		direction = "report.change.worse"
	}
	before := w.t("rating." + string(system.PreviousRating))
	if system.PreviousScore != nil {
		before += ", " + w.words.Number(*system.PreviousScore) + "%"
	}
	return before + "\n" + w.t(direction)
}

// decisions has a row for each host: what it decided, or that it has not.
func (w *writer) decisions() {
	w.heading(2, "report.decision")
	t := w.table(w.t("report.decision.caption"),
		document.Column{Title: "report.host", Weight: 44}, document.Column{Title: "report.decision", Weight: 32},
		document.Column{Title: "report.current-until", Weight: 24})
	for _, s := range w.s.SignOffs {
		t.Rows = append(t.Rows, []document.Cell{bold(w.name(s.Host).String()), w.decision(s.Decision), plain(w.day(s.CurrentUntil))})
	}
	for _, host := range w.undecided() {
		t.Rows = append(t.Rows, []document.Cell{bold(w.name(host).String()), plain(w.t("report.decision.none")), plain("")})
	}
	if len(t.Rows) == 0 {
		w.say("report.decision.none")
		return
	}
	w.add(t)
}

func (w *writer) decision(d review.Decision) document.Cell {
	tone := document.Green
	switch d {
	case review.RelyWithConditions:
		tone = document.Yellow
	case review.DoNotRely:
		tone = document.Red
	case review.Rely:
	}
	return document.Cell{Text: document.Plain(w.t("decision." + string(d))), Tone: tone}
}

// undecided are the hosts without a sign-off. To the supplier the decision is
// that of who asked, and no host is named before it decides.
func (w *writer) undecided() []lang.Text {
	var hosts []lang.Text
	for i := range w.s.Systems {
		host := w.s.Systems[i].Host
		signed := slices.ContainsFunc(w.s.SignOffs, func(s review.SignOffSnap) bool { return s.Host == host })
		if w.forBoard() && !signed && !host.Empty() && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// changes tells what is different from the previous review.
func (w *writer) changes() {
	w.heading(2, "report.changes")
	if w.s.Previous == nil {
		w.say("report.changes.first")
		return
	}
	changed := 0
	for _, q := range w.s.Questions {
		if q.Changed {
			changed++
		}
	}
	better, worse := 0, 0
	for i := range w.s.Systems {
		before := w.s.Systems[i].PreviousRating
		if before != "" && questionnaire.Better(w.s.Systems[i].Rating, before) {
			better++
		}
		if before != "" && questionnaire.Better(before, w.s.Systems[i].Rating) {
			worse++
		}
	}
	ratings := w.t("report.changes.ratings", "Better", better, "Worse", worse)
	if len(w.s.Systems) == 1 {
		ratings = w.t("report.changes.rating", "Rating", strings.ReplaceAll(w.before(&w.s.Systems[0]), "\n", ". "))
	}
	w.add(document.List{Items: []document.Text{
		document.Plain(w.t("report.changes.previous", "Reference", w.s.Previous.Reference, "Date", w.day(w.s.Previous.SignedOffOn))),
		document.Plain(ratings),
		document.Plain(w.t("report.changes.answers", "Changed", changed, "All", len(w.s.Questions))),
	}})
}

// mostAsked is how many findings the first page has room for.
const mostAsked = 4

// asked tells what is wanted of the reader, or that nothing is.
func (w *writer) asked() {
	key := "report.asked"
	if !w.forBoard() {
		key = "report.asked.supplier"
	}
	w.heading(2, key)
	var items []document.Text
	for _, host := range w.undecided() {
		items = append(items, document.Plain(w.t("report.asked.decide", "Organisation", w.name(host).String())))
	}
	for _, s := range w.s.SignOffs {
		for _, condition := range s.Conditions {
			items = append(items, append(document.Bold(w.t("report.asked.condition")+" "), w.condition(condition)...))
		}
	}
	grave := 0
	for _, f := range w.gravestFirst() {
		if f.Severity != review.Critical && f.Severity != review.High {
			continue
		}
		if grave++; grave <= mostAsked {
			items = append(items, append(document.Bold(w.t("report.asked.finding", "Severity", w.t("severity."+string(f.Severity)))+" "), w.text(f.Title)...))
		}
	}
	if grave > mostAsked {
		items = append(items, document.Plain(w.t("report.asked.more-findings", "Number", grave-mostAsked)))
	}
	if open, overdue := w.openActions(); open > 0 {
		items = append(items, document.Plain(w.t("report.asked.actions", "Number", open, "Overdue", overdue)))
	}
	if len(items) == 0 {
		w.say("report.asked.nothing")
		return
	}
	w.add(document.List{Items: items})
}

// openActions counts what is not done, and what should be by now.
func (w *writer) openActions() (open, overdue int) {
	for _, a := range w.s.Actions {
		if a.State == review.ActionOpen {
			open++
		}
		if w.overdue(a) {
			overdue++
		}
	}
	return open, overdue
}

func (w *writer) overdue(a review.ActionSnap) bool {
	return a.State == review.ActionOpen && a.DueOn != "" && a.DueOn < calendar.On(w.s.At)
}

func (w *writer) gravestFirst() []review.FindingSnap {
	findings := slices.Clone(w.s.Findings)
	slices.SortStableFunc(findings, func(a, b review.FindingSnap) int {
		return slices.Index(review.Severities, a.Severity) - slices.Index(review.Severities, b.Severity)
	})
	return findings
}
