package reports

import (
	"fmt"
	"strconv"

	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/reports/document"
	"sicrwydd/templates/locales"
)

// WhoIsHit writes who is hit by a breach at a supplier, in a language: whom to
// call stands first.
func WhoIsHit(h *portfolio.Hit, tag lang.Tag) (*document.Document, error) {
	w := &writer{words: locales.For(tag)}
	w.doc = &document.Document{Lang: tag, Title: w.t("hit.title"), Subtitle: h.Supplier, Reference: h.Reference, Author: w.t("report.author"),
		Moment: h.At, Marking: w.t("hit.marking"), Footer: w.t("report.moment", "Moment", w.moment(h.At))}
	w.hitSummary(h)
	w.hitCalls(h)
	for i := range h.Systems {
		w.hitSystem(&h.Systems[i])
	}
	if w.err != nil {
		return nil, fmt.Errorf("who is hit by %s: %w", h.Reference, w.err)
	}
	return w.doc, nil
}

func (w *writer) hitSummary(h *portfolio.Hit) {
	lines := []document.Text{
		document.Plain(w.t("hit.systems-count", "Count", len(h.Systems))),
		document.Plain(w.t("hit.organisations-count", "Count", len(h.Organisations))),
	}
	if h.PeopleUnknown > 0 {
		lines = append(lines, document.Plain(w.t("hit.people-unknown", "Count", h.PeopleUnknown)))
	}
	w.add(document.Callout{Tone: document.Red, Label: w.t("hit.people"), Word: w.words.Number(h.People), Lines: lines})
	w.explain("hit.twice")
}

// hitCalls lists the people to call: the supplier's, then each organisation's.
func (w *writer) hitCalls(h *portfolio.Hit) {
	w.heading(1, "hit.calls")
	table := w.table(w.t("hit.calls-caption"), document.Column{Title: "common.organisation", Weight: 3}, document.Column{Title: "hit.role", Weight: 2},
		document.Column{Title: "common.name", Weight: 2}, document.Column{Title: "hit.phone-email", Weight: 4})
	for _, c := range h.Contacts {
		table.Rows = append(table.Rows, []document.Cell{bold(h.Supplier), plain(w.t("supplier.contact." + string(c.Kind))), plain(c.Name), reach(c.Phone, c.Email)})
	}
	for _, o := range h.Organisations {
		name := document.Cell{Text: boldText(w.name(o.Name))}
		if len(o.People) == 0 {
			table.Rows = append(table.Rows, []document.Cell{name, {Text: document.Quiet(w.t("hit.nobody"))}, plain(""), plain("")})
		}
		for _, person := range o.People {
			role := w.t("appointment.role." + string(person.Role))
			if person.Deputy {
				role = w.t("hit.deputy", "Role", role)
			}
			table.Rows = append(table.Rows, []document.Cell{name, plain(role), plain(person.Name), reach(person.Phone, person.Email)})
		}
	}
	w.add(table)
}

// reach is how to reach somebody, each way in a line of its own.
func reach(phone, email string) document.Cell {
	return document.Cell{Text: document.Join("\n", document.Plain(phone), document.Plain(email))}
}

func (w *writer) hitSystem(s *portfolio.HitSystem) {
	w.add(document.Heading{Level: 1, Text: w.name(s.Name).String()})
	var parts, data document.Text
	for _, part := range s.Parts {
		parts = document.Join(", ", parts, document.Plain(w.t("part."+string(part))))
	}
	for _, category := range s.DataCategories {
		data = document.Join(", ", data, document.Plain(w.t("data_category."+string(category))))
	}
	if s.DataCategories != nil && len(s.DataCategories) == 0 {
		data = document.Plain(w.t("report.data.none"))
	}
	years := document.Text{}
	if s.YearsKept != nil {
		years = document.Plain(strconv.Itoa(*s.YearsKept))
	}
	facts := []document.Fact{
		w.fact("report.reference-short", document.Plain(s.Reference)), w.fact("common.status", document.Plain(w.t("system.status."+string(s.Status)))),
		w.fact("report.host", w.name(s.Host)), w.fact("hit.owner", w.known(document.Plain(s.Owner))), w.fact("facts.part", parts),
		w.fact("report.data", w.known(data)), w.fact("system.people", w.known(w.count(s.PeopleCount))), w.fact("system.years", w.known(years)),
	}
	for _, c := range s.Contracts {
		said := document.Plain(c.Reference + " " + c.Title)
		if c.BreachNoticeHours != nil {
			said = document.Join(": ", said, document.Plain(w.t("hit.notice", "Count", *c.BreachNoticeHours)))
		}
		facts = append(facts, w.fact("hit.contract", said))
	}
	w.add(document.Facts{Rows: facts})
	if len(s.Uses) == 0 {
		w.explain("hit.no-uses")
		return
	}
	table := w.table(w.t("hit.uses", "System", w.name(s.Name).String()), document.Column{Title: "common.organisation", Weight: 4}, document.Column{Title: "hit.as", Weight: 2},
		document.Column{Title: "hit.people-short", Weight: 1.5, Right: true}, document.Column{Title: "hit.local-owner", Weight: 2.5}, document.Column{Title: "hit.code", Weight: 1.5})
	for _, use := range s.Uses {
		table.Rows = append(table.Rows, []document.Cell{{Text: boldText(w.name(use.Organisation))}, plain(w.t("use.role." + string(use.Role))), {Text: w.known(w.count(use.PeopleCount))},
			{Text: w.known(document.Plain(use.LocalOwner))}, {Text: w.known(document.Plain(use.SupplierCode))}})
	}
	w.add(table)
}
