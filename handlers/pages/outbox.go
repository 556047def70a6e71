package pages

import (
	"encoding/json"

	"sicrwydd/models/outbox"
)

type mailRow struct {
	*outbox.Mail
	Link string // in a demonstration only: it lets its reader in
}

// Outbox lists the newest mails for an administrator.
func (p *Pages) Outbox(v *View) error {
	mails, err := p.Mails.Latest(v.UserContext(), v.Actor(), 100)
	if err != nil {
		return err
	}
	rows := make([]mailRow, len(mails))
	for i, m := range mails {
		rows[i].Mail = m
		if !p.Demo || m.State == outbox.Sent {
			continue
		}
		_, data, err := p.Mails.Open(v.UserContext(), m.ID)
		if err != nil {
			return err
		}
		var body struct {
			Link string `json:"link"`
		}
		if json.Unmarshal(data, &body) == nil {
			rows[i].Link = body.Link
		}
	}
	held, err := p.Mails.HeldBecause(v.UserContext())
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "outbox", TitleKey: "nav.outbox", Wide: true, Data: outboxData{rows, held}})
}

type outboxData struct {
	Mails []mailRow
	Held  string // why no mail goes out
}

// OutboxHold stops all mail, or lets it go.
func (p *Pages) OutboxHold(v *View) error {
	because, said := "", "flash.mail-released"
	if v.Typed("hold") == "yes" {
		because, said = v.Actor().Name, "flash.mail-held"
	}
	if err := p.Mails.Hold(v.UserContext(), v.Actor(), because); err != nil {
		return err
	}
	return v.Go("/outbox", said)
}
