package pages

import (
	"slices"

	"strings"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
)

type respondentsData struct {
	Review   *review.Detail
	Sections []askedSection
	Given    map[string]string // the sections of each respondent who was not given all, in words
	In       review.Invited
	Official bool
}

func (p *Pages) respondentsPage(v *View, in review.Invited) (Page, *review.Detail, error) {
	d, err := p.forReview(v)
	if err != nil {
		return Page{}, nil, err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return Page{}, nil, err
	}
	data := respondentsData{Review: d, Sections: bySection(all, everyQuestion), In: in, Given: map[string]string{},
		Official: !v.Actor().OnSupplierSide()}
	for _, person := range d.Respondents {
		if len(person.Sections) < len(data.Sections) {
			data.Given[person.ID.String()] = v.givenSections(data.Sections, person.Sections)
		}
	}
	return Page{Name: "respondents", TitleKey: "respondents.title", Data: data}, d, nil
}

// givenSections names the sections that a respondent was given.
func (v *View) givenSections(sections []askedSection, given []string) string {
	var names []string
	for _, section := range sections {
		for _, key := range given {
			if key == section.Key {
				name, _ := section.Title.In(v.Lang())
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, "; ")
}

// Respondents lists who answers a review, with a form to ask one more.
func (p *Pages) Respondents(v *View) error {
	page, _, err := p.respondentsPage(v, review.Invited{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// RespondentAdd invites a further person.
func (p *Pages) RespondentAdd(v *View) error {
	in := review.Invited{Name: v.Typed("name"), Email: v.Typed("email"), Language: lang.Tag(v.Typed("language")),
		Lead: v.Typed("lead") == "yes", LeadConfirmed: v.Typed("lead_confirmed") == "yes", Sections: v.TypedAll("sections")}
	page, d, err := p.respondentsPage(v, in)
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.AddRespondent(v.UserContext(), v.Actor(), d.ID, in); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+d.ID.String()+"/respondents", "flash.respondent-added")
}

// RespondentAgain sends a person who has not accepted a new invitation.
func (p *Pages) RespondentAgain(v *View) error {
	page, d, err := p.respondentsPage(v, review.Invited{})
	if err != nil {
		return err
	}
	id, err := v.ID("respondent")
	if err != nil {
		return err
	}
	if err := p.Services.Reviews.InviteAgain(v.UserContext(), v.Actor(), d.ID, id); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+d.ID.String()+"/respondents", "flash.invited-again")
}

// RespondentRemove takes a person off the review.
func (p *Pages) RespondentRemove(v *View) error {
	page, d, err := p.respondentsPage(v, review.Invited{})
	if err != nil {
		return err
	}
	id, err := v.ID("respondent")
	if err != nil {
		return err
	}
	if err := p.Services.Reviews.RemoveRespondent(v.UserContext(), v.Actor(), d.ID, id); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+d.ID.String()+"/respondents", "flash.respondent-removed")
}

// RespondentInstead asks the person whom a respondent named.
func (p *Pages) RespondentInstead(v *View) error {
	page, d, err := p.respondentsPage(v, review.Invited{})
	if err != nil {
		return err
	}
	id, err := v.ID("respondent")
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.InviteInstead(v.UserContext(), v.Actor(), d.ID, id, v.Typed("lead_confirmed") == "yes"); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+d.ID.String()+"/respondents", "flash.respondent-added")
}

type messagesData struct {
	Review     *review.Detail
	Messages   []*review.Message
	Extensions []*review.Extension
	Key        string // the question written about
	About      lang.Text
	Text       string
	Until      typedDay
	Reason     string
	Asking     bool // the form for time is open
	Writes     bool
	Whole      bool // may write about the whole review
	Asks       bool
	Decides    bool
}

func (p *Pages) messagesPage(v *View, data messagesData) (Page, uuid.UUID, error) {
	d, err := p.forReview(v)
	if err != nil {
		return Page{}, uuid.Nil, err
	}
	by := v.Actor()
	if data.Messages, err = p.Services.Reviews.Messages(v.UserContext(), by, d.ID); err != nil {
		return Page{}, uuid.Nil, err
	}
	if data.Extensions, err = p.Services.Reviews.Extensions(v.UserContext(), by, d.ID); err != nil {
		return Page{}, uuid.Nil, err
	}
	data.Review, data.Writes = d, by.Holds(access.MessageWrite)
	if data.Key != "" {
		all, err := p.asked(v, d)
		if err != nil {
			return Page{}, uuid.Nil, err
		}
		if at := slices.IndexFunc(all, func(q asked) bool { return q.Key == data.Key }); at >= 0 {
			data.About = all[at].Text
		}
	}
	data.Whole = !by.OnSupplierSide() || by.Has(access.SupplierLead)
	data.Decides = by.Holds(access.ReviewPlan)
	data.Asks = by.Has(access.SupplierLead) && answersTaken(d)
	for _, e := range data.Extensions {
		data.Asks = data.Asks && e.Decision != review.Undecided
	}
	return Page{Name: "messages", TitleKey: "messages.see", Data: data}, d.ID, nil
}

// Messages shows what was written in a review and who asked for time.
func (p *Pages) Messages(v *View) error {
	page, _, err := p.messagesPage(v, messagesData{Key: v.Query("question")})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// MessageWrite adds a message.
func (p *Pages) MessageWrite(v *View) error {
	data := messagesData{Key: v.Typed("question_key"), Text: v.Typed("text")}
	page, id, err := p.messagesPage(v, data)
	if err != nil {
		return err
	}
	in := review.MessageInput{Text: data.Text, Language: v.Lang(), QuestionKey: data.Key}
	if _, err := p.Services.Reviews.Write(v.UserContext(), v.Actor(), id, in); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String()+"/messages", "flash.message-written")
}

// TimeAsk asks for a later due date.
func (p *Pages) TimeAsk(v *View) error {
	page, id, err := p.messagesPage(v, messagesData{Until: v.typedDay("until_on"), Reason: v.Typed("reason"), Asking: true})
	if err != nil {
		return err
	}
	in := review.ExtensionInput{UntilOn: v.TypedDate("until_on"), Reason: v.Typed("reason")}
	if _, err := p.Services.Reviews.AskForTime(v.UserContext(), v.Actor(), id, in); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String()+"/messages", "flash.time-asked")
}

// TimeDecide grants or refuses a request for time.
func (p *Pages) TimeDecide(v *View) error {
	page, id, err := p.messagesPage(v, messagesData{})
	if err != nil {
		return err
	}
	extension, err := v.ID("extension")
	if err != nil {
		return err
	}
	decision := review.ExtensionDecision(v.Typed("decision"))
	if _, err := p.Services.Reviews.DecideTime(v.UserContext(), v.Actor(), id, extension, decision, ""); err != nil {
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String()+"/messages", "flash.time-decided")
}
