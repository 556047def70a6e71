package pages

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/reports/document"
	"sicrwydd/templates"
	"sicrwydd/templates/locales"
)

type dashboardData struct {
	*portfolio.Dashboard
	Charts  []chart
	OwnSide bool   // a supplier's
	OwnHref string // of the own supplier, for those who may open it
}

// chart is a figure with its numbers in a table beneath.
type chart struct {
	Key     string // of its words: Key, Key.explained
	Figure  template.HTML
	Columns []string
	Rows    []chartRow
}

type chartRow struct {
	Name  string
	Cells []chartCell
}

// chartCell is a number, with the list that it is the total of, if there is one.
type chartCell struct {
	Count int
	Href  string
	Of    string // what it counts, for those who hear the link alone
}

// Where each figure's list is.
var figureHrefs = map[portfolio.FigureKind]string{
	portfolio.CountSystems: "/systems?status=live", portfolio.CountOverdue: "/reviews?overdue=yes",
	portfolio.CountWaitsSupplier: "/reviews?waiting_for=supplier", portfolio.CountWaitsReviewer: "/reviews?waiting_for=reviewer",
	portfolio.CountWaitsSigner: "/reviews?waiting_for=signer", portfolio.CountReviewsDue: "/work/review_due",
	portfolio.CountActionsLate: "/actions?late=yes", portfolio.CountUnanswered: "/findings?unanswered=yes",
	portfolio.CountContractsEnding: "/contracts?ending=yes", portfolio.CountLapsing: "/work/certificate_lapsing",
}

// Href is where the list is that a figure is the total of.
func (dashboardData) Href(kind portfolio.FigureKind) string { return figureHrefs[kind] }

// Past tells what has lapsed already.
func (d dashboardData) Past(one portfolio.Lapsing) bool { return one.On < calendar.On(d.At) }

// Dashboard shows how things stand, in figures.
func (p *Pages) Dashboard(v *View) error {
	d, err := p.Portfolio.RecentDashboard(v.UserContext(), v.Actor())
	if err != nil {
		return err
	}
	by := v.Actor()
	data := dashboardData{Dashboard: d, OwnSide: by.OnSupplierSide()}
	if data.OwnSide && by.Holds(access.InventoryChange) {
		data.OwnHref = "/suppliers/" + by.SupplierID.String()
	}
	c := &charting{v: v, words: templates.Words(v.Lang())}
	c.tiers(d)
	c.trend(d)
	c.risk(d)
	c.reviews(d)
	c.actions(d)
	c.months(d)
	data.Charts = c.all
	if c.err != nil {
		return c.err
	}
	return v.Show(Page{Name: "dashboard", TitleKey: "nav.dashboard", Data: data, Wide: true})
}

// charting draws the figures of a dashboard; the first text that is missing
// stops it.
type charting struct {
	v     *View
	words *locales.Words
	all   []chart
	err   error
}

func (c *charting) t(key string, args ...any) string {
	text, err := c.words.T(key, args...)
	if err != nil && c.err == nil {
		c.err = err
	}
	return text
}

func (c *charting) value(kind string, value any) string {
	text, err := templates.ValueText(c.v.Lang(), kind, value)
	if err != nil && c.err == nil {
		c.err = err
	}
	return text
}

// add adds a chart with its drawing, and names what its numbers count.
func (c *charting) add(one chart, drawing document.Drawing, altKey string) {
	figure, err := c.v.figure(drawing, altKey)
	if err != nil && c.err == nil {
		c.err = err
	}
	one.Figure = figure
	for _, row := range one.Rows {
		for i := range row.Cells {
			row.Cells[i].Of = row.Name + ", " + one.Columns[i+1]
		}
	}
	c.all = append(c.all, one)
}

// leads is a number that leads to its list, where there is something in it.
func leads(n int, path string, narrowed ...string) chartCell {
	cell := chartCell{Count: n}
	if n > 0 {
		asked := url.Values{}
		for i := 0; i+1 < len(narrowed); i += 2 {
			asked.Set(narrowed[i], narrowed[i+1])
		}
		cell.Href = path + "?" + asked.Encode()
	}
	return cell
}

// tiers is the heat map of systems.
func (c *charting) tiers(d *portfolio.Dashboard) {
	if len(d.Systems) == 0 {
		return
	}
	one := chart{Key: "pack.tiers", Columns: []string{c.t("common.tier")}}
	var names []string
	for _, rating := range review.Ratings {
		names = append(names, c.value("rating", rating))
	}
	one.Columns = append(append(one.Columns, names...), c.t("pack.total"))
	var rows []document.HeatRow
	for tier := 1; tier <= 4; tier++ {
		heat, number := document.HeatRow{Label: c.value("tier", tier)}, strconv.Itoa(tier)
		row := chartRow{Name: heat.Label}
		for _, rating := range review.Ratings {
			n := d.Count(tier, rating)
			heat.Counts = append(heat.Counts, n)
			row.Cells = append(row.Cells, leads(n, "/systems", "status", "live", "tier", number, "rating", string(rating)))
		}
		row.Cells = append(row.Cells, leads(d.Count(tier, ""), "/systems", "status", "live", "tier", number))
		rows, one.Rows = append(rows, heat), append(one.Rows, row)
	}
	total := chartRow{Name: c.t("pack.total")}
	for _, rating := range review.Ratings {
		total.Cells = append(total.Cells, leads(d.Count(0, rating), "/systems", "status", "live", "rating", string(rating)))
	}
	one.Rows = append(one.Rows, chartRow{total.Name, append(total.Cells, leads(d.Count(0, ""), "/systems", "status", "live"))})
	c.add(one, document.Heat(names, rows), "pack.tiers.alt")
}

// trend shows today's systems at the ends of quarters.
func (c *charting) trend(d *portfolio.Dashboard) {
	if len(d.Trend) == 0 {
		return
	}
	curves := []document.Curve{{Name: c.t("pack.trend.assured")}, {Name: c.t("pack.trend.poor")}, {Name: c.t("rating.limited")}}
	one := chart{Key: "dashboard.trend", Columns: []string{c.t("common.date"), curves[0].Name, curves[1].Name, curves[2].Name}}
	var labels []string
	for _, point := range d.Trend {
		day, err := c.words.Date(point.On.Time())
		if err != nil && c.err == nil {
			c.err = err
		}
		row := chartRow{Name: day}
		for i, ratings := range [][]questionnaire.Rating{{questionnaire.Substantial, questionnaire.Reasonable},
			{questionnaire.Unsatisfactory, questionnaire.NotAssured}, {questionnaire.Limited}} {
			n := 0
			for _, rating := range ratings {
				n += point.Counts[rating]
			}
			curves[i].Counts = append(curves[i].Counts, n)
			row.Cells = append(row.Cells, chartCell{Count: n})
		}
		labels, one.Rows = append(labels, string(point.On[5:7])+"/"+string(point.On[2:4])), append(one.Rows, row)
	}
	c.add(one, document.Trend(labels, curves), "dashboard.trend.alt")
}

// counted is a chart of one number a row, the longest bar for the most.
func (c *charting) counted(key, of, column string, rows []chartRow) {
	most := 1
	for _, row := range rows {
		most = max(most, row.Cells[0].Count)
	}
	bars := make([]document.Bar, len(rows))
	for i, row := range rows {
		n := row.Cells[0].Count
		bars[i] = document.Bar{Label: row.Name, Share: 100 * n / most, None: n == 0, Note: strconv.Itoa(n)}
	}
	c.add(chart{Key: key, Columns: []string{c.t(of), c.t(column)}, Rows: rows}, document.Bars(bars, nil), key+".alt")
}

func (c *charting) risk(d *portfolio.Dashboard) {
	var rows []chartRow
	for _, one := range d.Risk {
		rows = append(rows, chartRow{c.value("level", one.Level), []chartCell{leads(one.Count, "/risk", "level", string(one.Level))}})
	}
	if rows != nil {
		c.counted("dashboard.risk", "column.level", "nav.systems", rows)
	}
}

func (c *charting) reviews(d *portfolio.Dashboard) {
	var rows []chartRow
	for _, one := range d.Reviews {
		rows = append(rows, chartRow{c.value("review.state", one.State), []chartCell{leads(one.Count, "/reviews", "state", string(one.State))}})
	}
	c.counted("dashboard.reviews", "common.state", "nav.reviews", rows)
}

func (c *charting) actions(d *portfolio.Dashboard) {
	var rows []chartRow
	for _, one := range d.Actions {
		rows = append(rows, chartRow{c.value("action.state", one.State), []chartCell{leads(one.Count, "/actions", "state", string(one.State))}})
	}
	for _, one := range d.Figures {
		if one.Kind == portfolio.CountActionsLate { // a part of the open ones, beneath them
			late := chartRow{c.t("dashboard.actions.late"), []chartCell{leads(one.Count, "/actions", "late", "yes")}}
			rows = append(rows[:1:1], append([]chartRow{late}, rows[1:]...)...)
		}
	}
	if rows != nil {
		c.counted("dashboard.actions", "common.state", "nav.actions", rows)
	}
}

// months sets what is done beside what was planned.
func (c *charting) months(d *portfolio.Dashboard) {
	if len(d.Months) == 0 {
		return
	}
	one := chart{Key: "pack.reviews", Columns: []string{c.t("pack.month"), c.t("pack.reviews.due"), c.t("pack.reviews.done")}}
	var bars []document.Bar
	for _, m := range d.Months {
		name, month := c.month(m.Month), string(m.Month[:7])
		bar := document.Bar{Label: name, None: m.Planned == 0, Note: c.t("pack.none-due")}
		if m.Planned > 0 {
			bar.Share, bar.Note = 100*m.Done/m.Planned, fmt.Sprintf("%d / %d", m.Done, m.Planned)
		}
		bars = append(bars, bar)
		one.Rows = append(one.Rows, chartRow{name, []chartCell{leads(m.Planned, "/reviews", "planned", month),
			leads(m.Done, "/reviews", "planned", month, "state", string(review.SignedOff))}})
	}
	c.add(one, document.Bars(bars, nil), "pack.reviews.alt")
}

func (c *charting) month(d calendar.Date) string {
	name, err := c.words.Month(d.Time().Month())
	if err != nil && c.err == nil {
		c.err = err
	}
	return name + " " + string(d[:4])
}
