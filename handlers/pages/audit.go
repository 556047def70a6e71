package pages

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"sicrwydd/handlers/request"
	"sicrwydd/models/audit"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/store"
)

type auditEntry struct {
	store.Event
	Changes []string // "state: planned, issued", as they are kept
}

type auditData struct {
	Entries   []auditEntry
	Total     int
	Next      string
	Export    string
	Who       string
	Reference string
	Action    string
	From      typedDay
	Until     typedDay
	State     *store.ChainState // once the chain was verified
	Broken    string
}

// auditAsked reads what the reader asks of the audit log; a date that is none
// narrows nothing, and is refused.
func (v *View) auditAsked() (store.EventFilter, auditData, url.Values, error) {
	data := auditData{Who: v.Query("who"), Reference: v.Query("reference"), Action: v.Query("action"), From: v.typedDay("from"), Until: v.typedDay("until")}
	asked := url.Values{}
	for name, value := range map[string]string{"who": data.Who, "reference": data.Reference, "action": data.Action} {
		if value != "" {
			asked.Set(name, value)
		}
	}
	for name, day := range map[string]typedDay{"from": data.From, "until": data.Until} {
		for part, value := range map[string]string{"day": day.Day, "month": day.Month, "year": day.Year} {
			if value != "" {
				asked.Set(name+"["+part+"]", value)
			}
		}
	}
	f := store.EventFilter{Who: data.Who, Reference: data.Reference, Action: audit.Action(data.Action)}
	invalid := fault.Invalid("invalid")
	for name, narrow := range map[string]func(calendar.Date){"from": func(d calendar.Date) { f.From = d.Time() }, "until": func(d calendar.Date) { f.Until = d.AddDays(1).Time() }} {
		typed := v.TypedDate(name)
		if day, ok := calendar.Parse(string(typed)); ok {
			narrow(day)
		} else if typed != "" {
			invalid.On(name, "date.wrong")
		}
	}
	return f, data, asked, invalid.OrNil()
}

// auditPage is the log as far as it is asked for, and what is wrong with that.
func (p *Pages) auditPage(v *View) (page Page, refused, err error) {
	f, data, asked, refused := v.auditAsked()
	rows, err := store.Read(v.UserContext(), p.DB, v.Actor(), func(tx *store.Tx) (store.List[store.Event], error) {
		return tx.EventsAsked(f, v.Query("after"), 0)
	})
	if err != nil {
		return Page{}, nil, err
	}
	data.Total, data.Export = rows.Total, "/audit/export?"+asked.Encode()
	if rows.Next != "" {
		asked.Set("after", rows.Next)
		data.Next = "/audit?" + asked.Encode()
	}
	for _, e := range rows.Items {
		entry := auditEntry{Event: e}
		for _, name := range slices.Sorted(maps.Keys(e.Payload.Fields)) {
			change := e.Payload.Fields[name]
			entry.Changes = append(entry.Changes, fmt.Sprintf("%s: %s \u2192 %s", name, kept(change.Before), kept(change.After)))
		}
		data.Entries = append(data.Entries, entry)
	}
	return Page{Name: "audit", TitleKey: "nav.audit", Wide: true, Data: data}, refused, nil
}

// longestKept is how many characters of a value the log shows.
const longestKept = 200

func kept(value any) string {
	if value == nil {
		return "\u2013"
	}
	text := []rune(fmt.Sprint(value))
	if len(text) > longestKept {
		return string(text[:longestKept]) + "\u2026"
	}
	return string(text)
}

// Audit lists the audit log, as far as the reader may read it.
func (p *Pages) Audit(v *View) error {
	page, refused, err := p.auditPage(v)
	switch {
	case err != nil:
		return err
	case refused != nil:
		return v.Refuse(refused, page)
	}
	return v.Show(page)
}

// AuditVerify walks the whole chain and says whether it holds.
func (p *Pages) AuditVerify(v *View) error {
	page, _, err := p.auditPage(v)
	if err != nil {
		return err
	}
	data, _ := page.Data.(auditData)
	state, err := p.DB.VerifyChain(v.UserContext())
	data.State = &state
	if err != nil {
		data.Broken = err.Error()
	}
	page.Data = data
	return v.Show(page)
}

// AuditExport sends what is shown, with its proof.
func (p *Pages) AuditExport(v *View) error {
	f, _, _, err := v.auditAsked()
	if err != nil {
		return p.Audit(v)
	}
	b, err := store.Read(v.UserContext(), p.DB, v.Actor(), func(tx *store.Tx) (*bytes.Buffer, error) {
		var b bytes.Buffer
		return &b, tx.ExportEvents(f, &b)
	})
	if err != nil {
		page, _, pageErr := p.auditPage(v)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return request.Attach(v.Ctx, "audit-"+time.Now().UTC().Format("20060102-150405")+".jsonl", "application/jsonl", b.Bytes())
}

// Readers shows a supplier's lead who has read its evidence.
func (p *Pages) Readers(v *View) error {
	rows, err := p.Services.Reviews.EvidenceReaders(v.UserContext(), v.Actor(), v.Query("after"))
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "readers", TitleKey: "readers.title", Data: rows})
}
