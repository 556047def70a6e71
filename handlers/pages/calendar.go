package pages

import (
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/portfolio"
	"sicrwydd/templates"
)

type calendarData struct {
	Month    time.Time
	Weeks    [][]calendarDay
	Previous string
	Next     string
	Count    int
	Feeds    []*identity.Feed
	Address  string // of a feed made just now
}

type calendarDay struct {
	On      calendar.Date
	Day     int
	Other   bool // of the month before or after
	Today   bool
	Entries []calendarEntry
}

type calendarEntry struct {
	portfolio.Entry
	Href string
}

func entryHref(e portfolio.Entry) string {
	switch e.Kind {
	case portfolio.EntryReviewDue, portfolio.EntryAccuracyCheck:
		return "/reviews/" + e.ID.String()
	case portfolio.EntryActionDue:
		return "/actions/" + e.ID.String()
	case portfolio.EntryNextReview:
		return "/systems/" + e.ID.String()
	}
	return "/suppliers/" + e.SupplierID.String()
}

// Calendar shows a month.
func (p *Pages) Calendar(v *View) error {
	page, err := p.calendarPage(v, "")
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) calendarPage(v *View, address string) (Page, error) {
	today := calendar.On(p.DB.Now())
	month, err := time.Parse("2006-01", v.Query("month", string(today[:7])))
	if err != nil {
		return Page{}, fault.Invalid("calendar.month-wrong")
	}
	data := calendarData{Month: month, Previous: month.AddDate(0, -1, 0).Format("2006-01"), Next: month.AddDate(0, 1, 0).Format("2006-01"), Address: address}
	first := month.AddDate(0, 0, -(int(month.Weekday())+6)%7) // Monday
	last := month.AddDate(0, 1, -1)
	last = last.AddDate(0, 0, (7-int(last.Weekday()))%7)
	entries, err := p.Portfolio.Calendar(v.UserContext(), v.Actor(), calendar.Date(first.Format(time.DateOnly)), calendar.Date(last.Format(time.DateOnly)))
	if err != nil {
		return Page{}, err
	}
	byDay := map[calendar.Date][]calendarEntry{}
	for _, e := range entries {
		byDay[e.On] = append(byDay[e.On], calendarEntry{e, entryHref(e)})
	}
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Monday {
			data.Weeks = append(data.Weeks, nil)
		}
		on := calendar.Date(day.Format(time.DateOnly))
		week := &data.Weeks[len(data.Weeks)-1]
		*week = append(*week, calendarDay{On: on, Day: day.Day(), Other: day.Month() != month.Month(), Today: on == today, Entries: byDay[on]})
		if day.Month() == month.Month() {
			data.Count += len(byDay[on])
		}
	}
	data.Feeds, err = p.Identity.Feeds(v.UserContext(), v.Actor())
	return Page{Name: "calendar", TitleKey: "nav.calendar", Data: data, Wide: true}, err
}

// FeedMake makes an address of the reader's calendar and shows it this once.
func (p *Pages) FeedMake(v *View) error {
	secret, err := p.Identity.MakeFeed(v.UserContext(), v.Actor())
	address := ""
	if err == nil {
		address = v.pages.PublicURL + "/calendar/feeds/" + secret + ".ics"
	}
	page, pageErr := p.calendarPage(v, address)
	if pageErr != nil {
		return pageErr
	}
	if err != nil {
		return v.Refuse(err, page)
	}
	return v.Show(page)
}

// FeedRevoke lets an address of the reader's calendar work no more.
func (p *Pages) FeedRevoke(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := p.Identity.RevokeFeed(v.UserContext(), v.Actor(), id); err != nil {
		return err
	}
	return v.Go("/calendar", "flash.feed-revoked")
}

// How far a feed looks back and ahead.
const (
	feedBack  = 31
	feedAhead = 366
)

// Feed gives a calendar to another program. Its titles are neutral: who looks
// over a shoulder learns a reference, no supplier and no rating.
func (p *Pages) Feed(v *View) error {
	signed, err := p.Identity.ReadFeed(v.UserContext(), v.Params("token"), v.Visit.Origin)
	if err != nil {
		return err
	}
	now := p.DB.Now()
	today := calendar.On(now)
	entries, err := p.Portfolio.Calendar(v.UserContext(), signed.Actor, today.AddDays(-feedBack), today.AddDays(feedAhead))
	if err != nil {
		return err
	}
	words := templates.Words(signed.User.Language)
	out := ics.NewCalendar()
	out.SetMethod(ics.MethodPublish)
	out.SetProductId("-//Sicrwydd//Sicrwydd//" + strings.ToUpper(string(signed.User.Language)))
	out.SetRefreshInterval("PT6H")
	for _, e := range entries {
		title, err := words.T("calendar.neutral."+string(e.Kind), "Reference", e.Reference)
		if err != nil {
			return err
		}
		event := out.AddEvent(entryUID(e))
		event.SetDtStampTime(now)
		event.SetSequence(e.Version)
		event.SetAllDayStartAt(e.On.Time())
		event.SetAllDayEndAt(e.On.AddDays(1).Time())
		event.SetSummary(title)
		event.SetURL(v.pages.PublicURL + entryHref(e))
		event.SetTimeTransparency(ics.TransparencyTransparent)
	}
	v.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	return v.SendString(out.Serialize(ics.WithNewLineWindows)) // RFC 5545 ends lines so
}

// entryUID stays the same while the thing does. The next review of a pair has
// no row of its own: each day that it is due on is an event of its own.
func entryUID(e portfolio.Entry) string {
	uid := string(e.Kind) + "-" + e.ID.String()
	if e.Kind == portfolio.EntryNextReview {
		uid += "-" + e.SupplierID.String() + "-" + string(e.On)
	}
	return uid + "@sicrwydd"
}
