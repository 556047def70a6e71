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
	return v.Show(Page{Name: "outbox", TitleKey: "nav.outbox", Wide: true, Data: rows})
}
