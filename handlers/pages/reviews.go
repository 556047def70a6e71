package pages

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/identity"
	"sicrwydd/models/inventory"
	"sicrwydd/models/lang"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates/components"
)

type reviewData struct {
	Review   *review.Detail
	Hosts    map[uuid.UUID]lang.Text
	Findings []review.FindingRow
	Sections []review.SectionProgress
	Step     string
	Href     string
	Plans    bool // may plan, close, cancel
	Judges   bool
	Signs    bool
	Answers  bool // reads answers
	Talks    bool // reads messages
}

// Review is the page of one review: the supplier's task list, or what our side
// knows and may do next.
func (p *Pages) Review(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	d, err := p.Services.Reviews.Review(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	by := v.Actor()
	if by.OnSupplierSide() {
		return p.reviewTasks(v, d)
	}
	data := reviewData{Review: d, Plans: by.Holds(access.ReviewPlan), Signs: by.Holds(access.ReviewSign), Answers: by.Holds(access.AnswersRead), Talks: by.Holds(access.MessageRead),
		Judges: slices.Contains(d.ReviewerIDs, by.UserID) && by.Holds(access.ReviewJudge)}
	data.Step, data.Href = nextStep(by, d)
	if data.Hosts, err = p.hostNames(v); err != nil {
		return err
	}
	if data.Answers {
		rows, err := p.Services.Reviews.Findings(v.UserContext(), by, review.FindingFilter{ReviewID: id}, store.Paging{Limit: 200})
		if err != nil {
			return err
		}
		data.Findings = rows.Items
		slices.SortStableFunc(data.Findings, func(a, b review.FindingRow) int {
			return slices.Index(review.Severities, a.Severity) - slices.Index(review.Severities, b.Severity)
		})
		if answersTaken(d) {
			if data.Sections, err = p.Services.Reviews.Sections(v.UserContext(), by, id); err != nil {
				return err
			}
		}
	}
	return v.Show(Page{Name: "review", Title: d.Reference, Data: data, Wide: true})
}

type planData struct {
	In        review.PlanInput
	Suppliers []components.Option
	Systems   []*portfolio.SystemView
	Reviewers []identity.Colleague
	Chosen    string
	Supplier  string // the name of the one chosen
	Code      string
	Day       string
	Month     string
	Year      string
	SystemIDs []string
	People    []string
}

// planPage fills the choices: the supplier first, then its systems.
func (p *Pages) planPage(v *View, d planData) (Page, error) {
	suppliers, err := p.Inventory.Suppliers(v.UserContext(), v.Actor(), inventory.SupplierFilter{}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	d.Suppliers = append(d.Suppliers, option("", ""))
	for _, s := range suppliers.Items {
		d.Suppliers = append(d.Suppliers, option(s.ID.String(), s.Name))
		if s.ID.String() == d.Chosen {
			d.Supplier = s.Name
		}
	}
	if id, err := uuid.Parse(d.Chosen); err == nil {
		systems, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), portfolio.SystemFilter{SystemFilter: inventory.SystemFilter{SupplierID: id}}, store.Paging{Limit: 200})
		if err != nil {
			return Page{}, err
		}
		d.Systems = systems.Items
		var ids []uuid.UUID
		demanding := 4
		for _, system := range systems.Items {
			ids = append(ids, system.ID)
			if system.Tier > 0 {
				demanding = min(demanding, system.Tier)
			}
		}
		if d.Code == "" {
			d.Code = "short"
			if demanding <= 2 {
				d.Code = "core"
			}
		}
		if d.Reviewers, err = p.Services.Reviews.Eligible(v.UserContext(), v.Actor(), ids); err != nil {
			return Page{}, err
		}
	}
	return Page{Name: "review-plan", TitleKey: "review.plan", Data: d}, nil
}

// ReviewNew is the form to plan a review.
func (p *Pages) ReviewNew(v *View) error {
	due := calendar.On(p.DB.Now()).AddDays(28).Time()
	page, err := p.planPage(v, planData{Chosen: v.Query("supplier"), Day: strconv.Itoa(due.Day()), Month: strconv.Itoa(int(due.Month())), Year: strconv.Itoa(due.Year())})
	if err != nil {
		return err
	}
	return v.Show(page)
}

func ids(typed []string) []uuid.UUID {
	var all []uuid.UUID
	for _, one := range typed {
		if id, err := uuid.Parse(one); err == nil {
			all = append(all, id)
		}
	}
	return all
}

// ReviewPlan plans a review.
func (p *Pages) ReviewPlan(v *View) error {
	in := review.PlanInput{QuestionnaireCode: v.Typed("questionnaire_code"), DueOn: v.TypedDate("due_on"), Kind: review.Kind(v.Typed("kind")),
		SystemIDs: ids(v.TypedAll("system_ids")), ReviewerIDs: ids(v.TypedAll("reviewer_ids"))}
	in.SupplierID, _ = uuid.Parse(v.Typed("supplier_id"))
	r, err := p.Services.Reviews.Plan(v.UserContext(), v.Actor(), in)
	if err != nil {
		page, pageErr := p.planPage(v, planData{In: in, Chosen: v.Typed("supplier_id"), Code: in.QuestionnaireCode, Day: v.Typed("due_on[day]"),
			Month: v.Typed("due_on[month]"), Year: v.Typed("due_on[year]"), SystemIDs: v.TypedAll("system_ids"), People: v.TypedAll("reviewer_ids")})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+r.ID.String(), "flash.planned")
}

// forReview reads the review that a page is about.
func (p *Pages) forReview(v *View) (*review.Detail, error) {
	id, err := v.ID("id")
	if err != nil {
		return nil, err
	}
	return p.Services.Reviews.Review(v.UserContext(), v.Actor(), id)
}

type editData struct {
	Review           *review.Detail
	Version          int
	Day, Month, Year string
	Reason           string
	Asked            bool // the supplier was asked: a new date needs a reason
	People           []string
	Reviewers        []identity.Colleague
	Stale            bool
}

func (p *Pages) editPage(v *View, d *review.Detail, data editData) (Page, error) {
	data.Review, data.Asked = d, answersTaken(d)
	var err error
	data.Reviewers, err = p.Services.Reviews.Eligible(v.UserContext(), v.Actor(), d.SystemIDs)
	return Page{Name: "review-edit", TitleKey: "review.edit", Data: data}, err
}

// ReviewEdit is the form to change the due date and the reviewers.
func (p *Pages) ReviewEdit(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	due := d.DueOn.Time()
	data := editData{Version: d.Version, Day: strconv.Itoa(due.Day()), Month: strconv.Itoa(int(due.Month())), Year: strconv.Itoa(due.Year())}
	for _, id := range d.ReviewerIDs {
		data.People = append(data.People, id.String())
	}
	page, err := p.editPage(v, d, data)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// ReviewChange changes the due date and the reviewers.
func (p *Pages) ReviewChange(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	due, reviewers := v.TypedDate("due_on"), ids(v.TypedAll("reviewer_ids"))
	reason := v.Typed("reason")
	if answersTaken(d) && due != d.DueOn && reason == "" {
		err = fault.Invalid("invalid").On("reason", "reason.missing")
	} else {
		_, err = p.Services.Reviews.Edit(v.UserContext(), v.Actor(), d.ID, version, review.EditInput{DueOn: &due, ReviewerIDs: &reviewers, Reason: reason})
	}
	if err != nil {
		page, pageErr := p.editPage(v, d, editData{Version: d.Version, Day: v.Typed("due_on[day]"), Month: v.Typed("due_on[month]"),
			Year: v.Typed("due_on[year]"), Reason: reason, People: v.TypedAll("reviewer_ids"), Stale: fault.Is(err, fault.KindStale)})
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+d.ID.String(), "flash.saved")
}

type issueData struct {
	Review    *review.Detail
	Rows      []review.Invited
	Phoneless bool // the invitation could name no telephone number
}

const invitedRows = 3

func (v *View) issuePage(d *review.Detail, rows []review.Invited) Page {
	for len(rows) < invitedRows {
		rows = append(rows, review.Invited{})
	}
	return Page{Name: "review-issue", TitleKey: "review.issue", Data: issueData{d, rows, v.Visit.Signed.User.Phone == ""}}
}

// ReviewIssueForm asks whom of the supplier to invite; its security contact is
// suggested as lead.
func (p *Pages) ReviewIssueForm(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	var rows []review.Invited
	supplier, err := p.Inventory.Supplier(v.UserContext(), v.Actor(), d.SupplierID)
	if err != nil {
		return err
	}
	if c := supplier.ContactOf(inventory.SecurityContact); c != nil {
		rows = append(rows, review.Invited{Name: c.Name, Email: c.Email, Lead: true})
	}
	return v.Show(v.issuePage(d, rows))
}

// ReviewIssue invites the respondents and asks the supplier.
func (p *Pages) ReviewIssue(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	var typed, asked []review.Invited
	for i := range invitedRows {
		at := "respondents/" + strconv.Itoa(i) + "/"
		person := review.Invited{Name: v.Typed(at + "name"), Email: v.Typed(at + "email"), Language: lang.Tag(v.Typed(at + "language")),
			Lead: v.Typed(at+"lead") == "yes", LeadConfirmed: v.Typed(at+"lead_confirmed") == "yes"}
		typed = append(typed, person)
		if person.Name+person.Email != "" {
			asked = append(asked, person)
		}
	}
	_, warnings, err := p.Services.Reviews.Issue(v.UserContext(), v.Actor(), d.ID, asked)
	if err != nil {
		return v.Refuse(err, v.issuePage(d, typed))
	}
	if len(warnings) > 0 {
		return v.Go("/reviews/"+d.ID.String(), "flash.issued-with-warnings")
	}
	if d.Kind == review.Desk {
		return v.Go("/reviews/"+d.ID.String(), "flash.issued-desk")
	}
	return v.Go("/reviews/"+d.ID.String(), "flash.issued")
}

type reasonData struct {
	Review  *review.Detail
	Action  string // close, cancel, correct
	Because string
	Reason  string
}

func (p *Pages) reasonForm(v *View, action string) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "review-reason", TitleKey: "review." + action, Data: reasonData{Review: d, Action: action}})
}

func (p *Pages) reasonGiven(v *View, action, flash string, do func(*review.Detail) (*review.Review, error)) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	r, err := do(d)
	if err != nil {
		return v.Refuse(err, Page{Name: "review-reason", TitleKey: "review." + action,
			Data: reasonData{d, action, v.Typed("because"), v.Typed("reason")}})
	}
	return v.Go("/reviews/"+r.ID.String(), flash)
}

// ReviewCloseForm asks why a review is closed.
func (p *Pages) ReviewCloseForm(v *View) error { return p.reasonForm(v, "close") }

// ReviewClose ends a review that was declined or not answered.
func (p *Pages) ReviewClose(v *View) error {
	return p.reasonGiven(v, "close", "flash.closed", func(d *review.Detail) (*review.Review, error) {
		return p.Services.Reviews.Close(v.UserContext(), v.Actor(), d.ID, v.Typed("because"), v.Typed("reason"))
	})
}

// ReviewCancelForm asks why a review is cancelled.
func (p *Pages) ReviewCancelForm(v *View) error { return p.reasonForm(v, "cancel") }

// ReviewCancel ends a review that should not be.
func (p *Pages) ReviewCancel(v *View) error {
	return p.reasonGiven(v, "cancel", "flash.cancelled", func(d *review.Detail) (*review.Review, error) {
		return p.Services.Reviews.Cancel(v.UserContext(), v.Actor(), d.ID, v.Typed("reason"))
	})
}

// ReviewCancelAgree adds an approver's agreement.
func (p *Pages) ReviewCancelAgree(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	if _, err := p.Services.Reviews.AgreeToCancel(v.UserContext(), v.Actor(), d.ID); err != nil {
		return err
	}
	return v.Go("/reviews/"+d.ID.String(), "flash.saved")
}

// ReviewCorrectForm asks why a signed-off review is corrected.
func (p *Pages) ReviewCorrectForm(v *View) error { return p.reasonForm(v, "correct") }

// ReviewCorrect plans the successor of a signed-off review.
func (p *Pages) ReviewCorrect(v *View) error {
	return p.reasonGiven(v, "correct", "flash.planned", func(d *review.Detail) (*review.Review, error) {
		return p.Services.Reviews.Correct(v.UserContext(), v.Actor(), d.ID, v.Typed("reason"))
	})
}

type historyData struct {
	Review  *review.Detail
	Entries []review.HistoryEntry
}

// ReviewHistory tells what was done.
func (p *Pages) ReviewHistory(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	entries, err := p.Services.Reviews.History(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "review-history", TitleKey: "review.history", Data: historyData{d, entries}})
}

// ReviewRemind stops the reminders about a review, or lets them go on.
func (p *Pages) ReviewRemind(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	stop := v.Typed("stop") != ""
	if _, err := p.Services.Reviews.StopReminders(v.UserContext(), v.Actor(), id, stop); err != nil {
		return err
	}
	flash := "flash.reminders-resumed"
	if stop {
		flash = "flash.reminders-stopped"
	}
	return v.Go("/reviews/"+id.String(), flash)
}
