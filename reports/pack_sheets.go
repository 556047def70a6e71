package reports

import (
	"strings"

	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/reports/sheet"
	"sicrwydd/templates/locales"
)

// SystemsSheet writes the systems of a pack as a table to be taken away.
func SystemsSheet(paper *pack.Paper, tag lang.Tag) (*sheet.Sheet, error) {
	w := &packWriter{writer: sheetWriter(tag), paper: paper, p: paper.Snapshot.Position}
	out := &sheet.Sheet{Title: w.t("nav.systems"), Columns: w.columns("common.reference", "common.name", "report.host", "nav.suppliers", "common.tier", "report.rating",
		"pack.risk.before", "pack.risk.after", "pack.risk.level", "pack.action.owner"), Notes: []string{w.t("report.moment", "Moment", w.moment(w.p.At))}}
	for i := range w.p.Systems {
		s := &w.p.Systems[i]
		name, _ := s.Name.In(tag)
		host, _ := s.Host.In(tag)
		out.Rows = append(out.Rows, []sheet.Cell{{Text: s.Reference}, {Text: name}, {Text: host}, {Text: strings.Join(s.Suppliers, "\n")}, {Number: &s.Tier},
			{Text: w.t("rating." + string(s.Rating))}, {Number: &s.Inherent.Score}, {Number: &s.Residual.Score}, {Text: w.t("level." + string(s.Residual.Level))}, {Text: s.Owner}})
	}
	return out, w.err
}

// ActionsSheet writes the actions that are not verified as a table to be taken
// away.
func ActionsSheet(paper *pack.Paper, tag lang.Tag) (*sheet.Sheet, error) {
	w := &packWriter{writer: sheetWriter(tag), paper: paper, p: paper.Snapshot.Position}
	out := &sheet.Sheet{Title: w.t("pack.title.actions"), Columns: w.columns("common.reference", "pack.action", "common.supplier", "pack.action.owner", "pack.action.due", "report.state"),
		Notes: []string{w.t("report.moment", "Moment", w.moment(w.p.At))}}
	for _, a := range w.p.Actions {
		text, _ := a.Text.In(tag)
		out.Rows = append(out.Rows, []sheet.Cell{{Text: a.Reference}, {Text: text}, {Text: a.Supplier}, {Text: a.Owner}, {Day: a.DueOn}, {Text: w.t("action.state." + string(a.State))}})
	}
	return out, w.err
}

func sheetWriter(tag lang.Tag) *writer { return &writer{words: locales.For(tag)} }

func (w *writer) columns(keys ...string) []string {
	titles := make([]string, len(keys))
	for i, key := range keys {
		titles[i] = w.t(key)
	}
	return titles
}
