package pages

import (
	"sicrwydd/handlers/request"
)

type healthData struct {
	Found   []request.Health
	Ill     int    // that have to be mended
	Amiss   int    // that should be looked at
	Address string // of the reader, to which a test message goes
}

// Health shows what the product rests on, and how to mend what is wrong.
func (p *Pages) Health(v *View) error { return p.showHealth(v, "") }

// HealthMail sends the reader a real test message, and shows what came of it.
func (p *Pages) HealthMail(v *View) error { return p.showHealth(v, v.Visit.Signed.User.Email) }

func (p *Pages) showHealth(v *View, mailTo string) error {
	data := healthData{Found: p.Examine(v.UserContext(), mailTo), Address: v.Visit.Signed.User.Email}
	for _, h := range data.Found {
		switch h.State {
		case request.Ill:
			data.Ill++
		case request.Amiss:
			data.Amiss++
		}
	}
	return v.Show(Page{Name: "health", TitleKey: "nav.health", Data: data, Wide: true})
}
