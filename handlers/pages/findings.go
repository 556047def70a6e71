package pages

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
	"sicrwydd/templates"
	"sicrwydd/templates/components"
)

// findingRow is a finding with its forms; Typing marks the one whose form was
// refused.
type findingRow struct {
	*review.Finding
	System    lang.Text
	Questions []asked
	Typing    bool
}

type findingsData struct {
	Review   *review.Detail
	Findings []findingRow
	Actions  []review.ActionRow
	Comments bool // the accuracy check is open for this reader
	Writes   bool // findings, now
	Acts     bool // adds actions
	Typed    findingTyped
}

// findingTyped is what was typed in the form of one finding that was refused.
type findingTyped struct {
	On      uuid.UUID
	Form    string // comment, resolve, action
	Comment string
	Reply   lang.Text
	Text    lang.Text
	Owner   string
	Side    string
	DueOn   typedDay
}

func (p *Pages) findingsPage(v *View, id uuid.UUID, typed findingTyped) (Page, error) {
	d, err := p.Services.Reviews.Review(v.UserContext(), v.Actor(), id)
	if err != nil {
		return Page{}, err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return Page{}, err
	}
	findings, err := p.Services.Reviews.Findings(v.UserContext(), v.Actor(), review.FindingFilter{ReviewID: id}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	actions, err := p.Services.Reviews.Actions(v.UserContext(), v.Actor(), review.ActionFilter{ReviewID: id}, store.Paging{Limit: 200})
	if err != nil {
		return Page{}, err
	}
	by := v.Actor()
	data := findingsData{Review: d, Actions: actions.Items, Typed: typed, Comments: by.Has(access.SupplierLead) && accuracyCheckOpen(d),
		Acts: !by.OnSupplierSide() && by.Holds(access.FindingWrite)}
	data.Writes = data.Acts && (judgingTaken(d) || d.State == review.Returned || d.State == review.Assessed)
	names := systemNames(d)
	slices.SortStableFunc(findings.Items, func(a, b review.FindingRow) int {
		return slices.Index(review.Severities, a.Severity) - slices.Index(review.Severities, b.Severity)
	})
	for _, f := range findings.Items {
		row := findingRow{Finding: f.Finding, System: names[f.SystemID], Typing: f.ID == typed.On}
		for _, slot := range f.Slots {
			if q := ofSlot(all, slot); q != nil {
				row.Questions = append(row.Questions, *q)
			}
		}
		data.Findings = append(data.Findings, row)
	}
	return Page{Name: "findings", TitleKey: "findings.title", Data: data, Wide: true}, nil
}

// Findings lists the findings of a review: for the supplier to check, for our
// side to edit.
func (p *Pages) Findings(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	page, err := p.findingsPage(v, id, findingTyped{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// FindingPlace leads to a finding among those of its review: an address of its
// own outlives signing in, a place within a page does not.
func (p *Pages) FindingPlace(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	f, err := p.Services.Reviews.Finding(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	return v.Go("/reviews/"+f.ReviewID.String()+"/findings#finding-"+id.String(), "")
}

// refuseFinding shows the findings again with what was typed at one of them.
func (p *Pages) refuseFinding(v *View, refused error, typed findingTyped) error {
	f, err := p.Services.Reviews.Finding(v.UserContext(), v.Actor(), typed.On)
	if err != nil {
		return refused
	}
	page, err := p.findingsPage(v, f.ReviewID, typed)
	if err != nil {
		return err
	}
	return v.Refuse(refused, page)
}

// FindingComment is the supplier's comment in the accuracy check.
func (p *Pages) FindingComment(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	f, err := p.Services.Reviews.Comment(v.UserContext(), v.Actor(), id, v.Typed("comment"))
	if err != nil {
		return p.refuseFinding(v, err, findingTyped{On: id, Form: "comment", Comment: v.Typed("comment")})
	}
	return v.Go("/reviews/"+f.ReviewID.String()+"/findings", "flash.commented")
}

// FindingResolve accepts or rejects the supplier's comment.
func (p *Pages) FindingResolve(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	f, err := p.Services.Reviews.ResolveComment(v.UserContext(), v.Actor(), id, v.Typed("outcome"), v.TypedText("reply"))
	if err != nil {
		return p.refuseFinding(v, err, findingTyped{On: id, Form: "resolve", Reply: v.TypedText("reply")})
	}
	return v.Go("/reviews/"+f.ReviewID.String()+"/findings", "flash.saved")
}

type findingForm struct {
	Review    *review.Detail
	ID        string
	Version   int
	In        review.FindingInput
	System    string
	Systems   []components.Option
	Slots     []string
	Questions []asked // those judged not or partly met, and those named already
	Standing  *review.Finding
}

func (p *Pages) findingPage(v *View, f findingForm) (Page, error) {
	all, err := p.asked(v, f.Review)
	if err != nil {
		return Page{}, err
	}
	whole, err := templates.Words(v.Lang()).T("finding.whole-supplier")
	if err != nil {
		return Page{}, err
	}
	f.Systems = []components.Option{option("", whole)}
	for _, system := range f.Review.Systems {
		name, _ := system.Name.In(v.Lang())
		f.Systems = append(f.Systems, option(system.ID.String(), name))
	}
	f.System = ""
	if f.In.SystemID != uuid.Nil {
		f.System = f.In.SystemID.String()
	}
	for _, slot := range f.In.Slots {
		f.Slots = append(f.Slots, slot.String())
	}
	for _, q := range all {
		weak := q.Judgement != nil && (q.Judgement.Outcome == questionnaire.NotMet || q.Judgement.Outcome == questionnaire.PartlyMet)
		if q.Shown && weak || contains(f.In.Slots, q.Slot) {
			f.Questions = append(f.Questions, q)
		}
	}
	key := "finding.edit"
	if f.ID == "" {
		key = "finding.new"
	}
	return Page{Name: "finding-form", TitleKey: key, Data: f}, nil
}

func contains(slots []questionnaire.Slot, slot questionnaire.Slot) bool {
	for _, one := range slots {
		if one == slot {
			return true
		}
	}
	return false
}

func (v *View) typedFinding(in *review.FindingInput) error {
	in.Severity, in.Title, in.Detail = review.Severity(v.Typed("severity")), v.TypedText("title"), v.TypedText("detail")
	in.SystemID, _ = uuid.Parse(v.Typed("system_id"))
	in.Slots = nil
	for _, typed := range v.TypedAll("questions") {
		if slot, err := questionnaire.ParseSlot(typed); err == nil {
			in.Slots = append(in.Slots, slot)
		}
	}
	return nil
}

func (p *Pages) showFinding(v *View, f findingForm) error {
	page, err := p.findingPage(v, f)
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (p *Pages) refuseFindingForm(v *View, refused error, f findingForm) error {
	page, err := p.findingPage(v, f)
	if err != nil {
		return err
	}
	return v.Refuse(refused, page)
}

// FindingNew is the form for a finding of one's own, worded from a question
// where one is named.
func (p *Pages) FindingNew(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	in := review.FindingInput{Severity: review.Medium}
	if slot, err := questionnaire.ParseSlot(v.Query("question")); err == nil {
		if in, err = p.Services.Reviews.DraftFinding(v.UserContext(), v.Actor(), d.ID, slot); err != nil {
			return err
		}
	}
	return p.showFinding(v, findingForm{Review: d, In: in})
}

// FindingAdd writes a finding.
func (p *Pages) FindingAdd(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	form := findingForm{Review: d}
	_ = v.typedFinding(&form.In)
	if _, err := p.Services.Reviews.AddFinding(v.UserContext(), v.Actor(), d.ID, form.In); err != nil {
		return p.refuseFindingForm(v, err, form)
	}
	return v.Go("/reviews/"+d.ID.String()+"/findings", "flash.saved")
}

// forFinding reads the finding of the address and its review.
func (p *Pages) forFinding(v *View) (*review.Finding, *review.Detail, error) {
	id, err := v.ID("id")
	if err != nil {
		return nil, nil, err
	}
	f, err := p.Services.Reviews.Finding(v.UserContext(), v.Actor(), id)
	if err != nil {
		return nil, nil, err
	}
	d, err := p.Services.Reviews.Review(v.UserContext(), v.Actor(), f.ReviewID)
	return f, d, err
}

// FindingEdit is the form to change a finding.
func (p *Pages) FindingEdit(v *View) error {
	f, d, err := p.forFinding(v)
	if err != nil {
		return err
	}
	return p.showFinding(v, findingForm{Review: d, ID: f.ID.String(), Version: f.Version,
		In: review.FindingInput{SystemID: f.SystemID, Severity: f.Severity, Title: f.Title, Detail: f.Detail, Slots: f.Slots}})
}

// FindingChange changes a finding. A stale change shows what stands beside
// what was typed.
func (p *Pages) FindingChange(v *View) error {
	standing, d, err := p.forFinding(v)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	_, err = p.Services.Reviews.ChangeFinding(v.UserContext(), v.Actor(), standing.ID, version, v.typedFinding)
	if err == nil {
		return v.Go("/reviews/"+d.ID.String()+"/findings", "flash.saved")
	}
	form := findingForm{Review: d, ID: standing.ID.String(), Version: version}
	_ = v.typedFinding(&form.In)
	if fault.Is(err, fault.KindStale) {
		form.Standing, form.Version = standing, standing.Version
	}
	return p.refuseFindingForm(v, err, form)
}
