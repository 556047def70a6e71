package seed

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/calendar"
	"sicrwydd/models/lang"
	"sicrwydd/models/questionnaire"
	"sicrwydd/models/review"
	"sicrwydd/models/store"
)

// player takes one review of the demonstration through its life, through the
// same services as people do.
type player struct {
	*builder
	plan demoReview
	id   uuid.UUID
	lead access.Actor
}

// play takes a review as far as its stage.
func (b *builder) play(ctx context.Context, plan demoReview) error {
	b.now = time.Now().AddDate(0, 0, -plan.daysAgo)
	p := &player{builder: b, plan: plan, lead: b.people[fmt.Sprintf("lead %d", plan.supplier)]}
	in := review.PlanInput{SupplierID: b.suppliers[plan.supplier].ID, QuestionnaireCode: plan.code,
		DueOn: calendar.On(b.now).AddDays(28), ReviewerIDs: []uuid.UUID{b.people["reviewer"].UserID}}
	for _, i := range plan.systems {
		in.SystemIDs = append(in.SystemIDs, b.systems[i].ID)
	}
	r, err := b.reviews.Plan(ctx, b.people["official"], in)
	if err != nil {
		return err
	}
	p.id = r.ID
	if plan.until == cancelled {
		_, err := b.reviews.Cancel(ctx, b.people["official"], p.id, "Planned twice by mistake.")
		return err
	}
	for _, step := range p.steps() {
		b.now = b.now.Add(26 * time.Hour)
		if b.now.After(time.Now()) {
			b.now = time.Now()
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// steps are what happens until the stage is reached.
func (p *player) steps() []func(context.Context) error {
	upTo := func(steps ...func(context.Context) error) []func(context.Context) error { return steps }
	switch p.plan.until {
	case issued:
		return upTo(p.issue)
	case begun:
		return upTo(p.issue, p.answerSome, p.converse)
	case submitted:
		return upTo(p.issue, p.answerAll, p.submit)
	case returned:
		return upTo(p.issue, p.answerAll, p.submit, p.judgeSome, p.giveBack)
	case judging:
		return upTo(p.issue, p.answerAll, p.submit, p.judgeSome)
	case assessed:
		return upTo(p.issue, p.answerAll, p.submit, p.judgeAll, p.assess)
	case signed:
		return upTo(p.issue, p.answerAll, p.submit, p.judgeAll, p.assess, p.sign, p.settle)
	case closed:
		return upTo(p.issue, p.close)
	}
	return nil
}

func (p *player) issue(ctx context.Context) error {
	asked := []review.Invited{{Name: p.lead.Name, Email: "lead@" + demoSuppliers[p.plan.supplier].domain, Lead: true, LeadConfirmed: true, Language: lang.English}}
	if p.plan.supplier == 6 {
		asked[0].Email = "lead@demo.example"
		asked = append(asked, review.Invited{Name: "Rhodri Demo", Email: "respondent@demo.example", Language: lang.Welsh,
			Sections: []string{"devices", "backups", "monitoring"}})
	}
	_, _, err := p.reviews.Issue(ctx, p.people["official"], p.id, asked)
	return err
}

func (p *player) answerSome(ctx context.Context) error { return p.answer(ctx, 9) }

// converse has the lead ask a colleague, write to the official and ask for time.
func (p *player) converse(ctx context.Context) error {
	p.now = time.Now() // so that the invitation is still open
	_, err := p.reviews.AddRespondent(ctx, p.lead, p.id, review.Invited{Name: "Nia Enghraifft",
		Email: "nia@" + demoSuppliers[p.plan.supplier].domain, Language: lang.Welsh, Sections: []string{"governance"}})
	if err != nil {
		return err
	}
	for _, said := range []struct {
		by   access.Actor
		text string
	}{
		{p.lead, "Our hosting provider sends the report of the recovery test next week. May we add it then?"},
		{p.people["official"], "Yes. Please answer the rest meanwhile, and ask for time here if you need it."},
	} {
		if _, err := p.reviews.Write(ctx, said.by, p.id, review.MessageInput{Text: said.text, Language: lang.English}); err != nil {
			return err
		}
	}
	_, err = p.reviews.AskForTime(ctx, p.lead, p.id, review.ExtensionInput{UntilOn: calendar.On(p.now).AddDays(14),
		Reason: "The report of the recovery test comes a week after the due date."})
	return err
}

// answerAll confirms what the supplier answered the year before, and answers
// what is new or has become another answer.
func (p *player) answerAll(ctx context.Context) error {
	if _, err := p.reviews.CarryOver(ctx, p.lead, p.id, nil); err != nil {
		return err
	}
	views, err := p.reviews.Questions(ctx, p.lead, p.id)
	if err != nil {
		return err
	}
	for _, v := range views {
		if !v.Shown || v.Answer == nil || v.Type == questionnaire.File {
			continue
		}
		if value, err := json.Marshal(p.value(v)); err != nil || string(value) == string(v.Answer.Value) {
			continue
		}
		if err := p.give(ctx, v); err != nil {
			return fmt.Errorf("%s: %w", v.Key, err)
		}
	}
	return p.answer(ctx, 1000)
}

// answer answers what is shown until nothing new appears.
func (p *player) answer(ctx context.Context, limit int) error {
	given := 0
	for range 6 { // conditions open further questions
		views, err := p.reviews.Questions(ctx, p.lead, p.id)
		if err != nil {
			return err
		}
		open := slices.DeleteFunc(views, func(v review.QuestionView) bool { return !v.Shown || v.Complete })
		if len(open) == 0 {
			return nil
		}
		for _, v := range open {
			if given == limit {
				return nil
			}
			if err := p.give(ctx, v); err != nil {
				return fmt.Errorf("%s: %w", v.Key, err)
			}
			given++
		}
	}
	return nil
}

func (p *player) give(ctx context.Context, v review.QuestionView) error {
	var system uuid.UUID
	if v.SystemID != nil {
		system = *v.SystemID
	}
	if v.Type != questionnaire.File {
		value, err := json.Marshal(p.value(v))
		if err != nil {
			return err
		}
		out, err := p.reviews.Answer(ctx, p.lead, p.id, v.Key, system, review.AnswerInput{Value: value})
		if err != nil {
			return err
		}
		if !out.Question.EvidenceRequired {
			return nil
		}
	}
	file := "Fictitious evidence for demonstration.\n\nDocument: " + v.Key + "\nSupplier: " + demoSuppliers[p.plan.supplier].name + "\n"
	_, err := p.reviews.AddEvidence(ctx, p.lead, p.id, v.Key, system, review.Upload{Name: v.Key + ".txt", Content: []byte(file)})
	return err
}

// chance gives a number from 0 to 1 that is always the same for this supplier
// and question.
func (p *player) chance(key string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strconv.Itoa(p.plan.supplier) + key + p.plan.code))
	return float64(h.Sum32()%1000) / 1000
}

func (p *player) well(key string) bool {
	years := float64(p.plan.daysAgo / 365)
	return p.chance(key) < demoSuppliers[p.plan.supplier].quality-0.03*years
}

func (p *player) value(v review.QuestionView) any {
	switch v.Type {
	case questionnaire.YesNo, questionnaire.SingleChoice:
		if p.well(v.Key) || len(v.Options) < 2 {
			return v.Options[0].Value
		}
		return v.Options[1+int(p.chance("which"+v.Key)*float64(len(v.Options)-1))%(len(v.Options)-1)].Value
	case questionnaire.MultipleChoice:
		ticked := []string{v.Options[0].Value}
		for _, o := range v.Options[1:] {
			if !strings.HasPrefix(o.Value, "none") && p.well(v.Key+o.Value) {
				ticked = append(ticked, o.Value)
			}
		}
		return ticked
	case questionnaire.Number:
		return []int{12, 24, 48, 72}[int(p.chance(v.Key)*4)]
	case questionnaire.Day:
		return calendar.On(p.now).AddDays(-int(30 + p.chance(v.Key)*300))
	}
	return "Our security lead owns this and reviews it every year with the directors; the last review is noted in our register (fictitious answer)."
}

func (p *player) submit(ctx context.Context) error {
	_, err := p.reviews.Submit(ctx, p.lead, p.id, review.Attestation{StatementAgreed: true, Name: p.lead.Name, JobTitle: "Security manager"})
	return err
}

func (p *player) judgeSome(ctx context.Context) error { return p.judge(ctx, 14) }

// judgeAll lets what was judged before of unchanged answers stand.
func (p *player) judgeAll(ctx context.Context) error {
	if _, err := p.reviews.CarryJudgements(ctx, p.people["reviewer"], p.id); err != nil {
		return err
	}
	return p.judge(ctx, 1000)
}

func (p *player) judge(ctx context.Context, limit int) error {
	reviewer := p.people["reviewer"]
	views, err := p.reviews.Questions(ctx, reviewer, p.id)
	if err != nil {
		return err
	}
	judged := 0
	for _, v := range views {
		if !v.Shown || v.Weight == 0 || v.Judgement != nil || judged == limit {
			continue
		}
		judged++
		var system uuid.UUID
		if v.SystemID != nil {
			system = *v.SystemID
		}
		if _, err := p.reviews.Judge(ctx, reviewer, p.id, v.Key, system, p.judgement(v)); err != nil {
			return fmt.Errorf("%s: %w", v.Key, err)
		}
	}
	return nil
}

// judgement is what a reviewer would say: good answers are met, the poorest
// are not, and what has evidence rests on it.
func (p *player) judgement(v review.QuestionView) review.JudgementInput {
	in := review.JudgementInput{Outcome: questionnaire.Met}
	if len(v.Options) > 1 && v.Answer != nil {
		var chosen string
		if json.Unmarshal(v.Answer.Value, &chosen) == nil && chosen != v.Options[0].Value {
			in.Outcome = questionnaire.PartlyMet
			if chosen == v.Options[len(v.Options)-1].Value {
				in.Outcome = questionnaire.NotMet
			}
		}
	}
	if in.Outcome == questionnaire.Met && p.chance("judge"+v.Key) > demoSuppliers[p.plan.supplier].quality {
		in.Outcome = questionnaire.PartlyMet
	}
	if in.Outcome != questionnaire.Met {
		in.Feedback = lang.Text{En: "Please plan what is missing and tell us by when.", Cy: "Cynlluniwch yr hyn sydd ar goll a rhowch wybod i ni erbyn pryd."}
	}
	if v.Answer != nil && len(v.Answer.Evidence) > 0 {
		in.Basis, in.EvidenceIDs = questionnaire.Document, []uuid.UUID{v.Answer.Evidence[0].ID}
	}
	return in
}

func (p *player) giveBack(ctx context.Context) error {
	views, err := p.reviews.Questions(ctx, p.people["reviewer"], p.id)
	if err != nil {
		return err
	}
	in := review.ReturnInput{Message: lang.Text{En: "Please say when this was last tested, and attach the record.", Cy: "Nodwch pryd y profwyd hyn ddiwethaf, ac atodwch y cofnod."}}
	for _, v := range views {
		if v.Shown && v.SystemID == nil && len(in.Slots) < 2 {
			in.Slots = append(in.Slots, questionnaire.Slot{Key: v.Key})
		}
	}
	_, err = p.reviews.Return(ctx, p.people["reviewer"], p.id, in)
	return err
}

func (p *player) assess(ctx context.Context) error {
	none := 0
	_, err := p.reviews.Assess(ctx, p.people["reviewer"], p.id, review.AssessInput{AccuracyCheckDays: &none,
		AccuracyCheckReason: "Agreed with the supplier by telephone."})
	return err
}

// agree says what will be done about the findings that matter, by when.
func (p *player) agree(ctx context.Context) error {
	reviewer := p.people["reviewer"]
	findings, err := p.reviews.Findings(ctx, reviewer, review.FindingFilter{ReviewID: p.id}, store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	for _, f := range findings.Items {
		if f.Severity != review.Critical && f.Severity != review.High {
			continue
		}
		days := map[review.Severity]int{review.Critical: 30, review.High: 90}[f.Severity]
		_, err := p.reviews.AddAction(ctx, reviewer, review.ActionInput{FindingID: f.ID, Side: review.SupplierSide, OwnerName: p.lead.Name,
			Text:  lang.Text{En: "Put " + f.Reference + " right and send us the evidence.", Cy: "Unionwch " + f.Reference + " ac anfonwch y dystiolaeth atom."},
			DueOn: calendar.On(p.now).AddDays(days)})
		if err != nil {
			return err
		}
	}
	return nil
}

// settle has the supplier do what is due by now, but for the first thing of
// this year.
func (p *player) settle(ctx context.Context) error {
	reviewer := p.people["reviewer"]
	actions, err := p.reviews.Actions(ctx, reviewer, review.ActionFilter{ReviewID: p.id}, store.Paging{Limit: 200})
	if err != nil {
		return err
	}
	for i, a := range actions.Items {
		if i == 0 && p.plan.daysAgo < 365 || a.DueOn > calendar.On(time.Now()) {
			continue
		}
		if _, err := p.reviews.Complete(ctx, p.lead, a.ID, "Done. The record of the change is with our security lead (fictitious)."); err != nil {
			return err
		}
		if _, err := p.reviews.VerifyAction(ctx, reviewer, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// sign signs for every host, each by who may: its own approver or a national one.
func (p *player) sign(ctx context.Context) error {
	if err := p.agree(ctx); err != nil {
		return err
	}
	for _, key := range []string{"approver", "national"} {
		d, err := p.reviews.Review(ctx, p.people[key], p.id)
		if err != nil {
			continue // not this approver's to see
		}
		if d.State != review.Assessed {
			return nil
		}
		in := review.SignInput{Decision: review.Rely, AssessmentDigest: *d.AssessmentDigest}
		switch *d.Rating {
		case questionnaire.Limited:
			in.Decision = review.RelyWithConditions
			in.Conditions = []review.Condition{{Text: lang.Text{En: "Close the high findings within 90 days.", Cy: "Cau'r canfyddiadau uchel o fewn 90 diwrnod."}}}
		case questionnaire.Unsatisfactory:
			in.Decision = review.DoNotRely
		}
		if _, err := p.reviews.SignOff(ctx, p.people[key], p.id, in); err != nil && key == "national" {
			return err
		}
	}
	return nil
}

func (p *player) close(ctx context.Context) error {
	_, err := p.reviews.Close(ctx, p.people["official"], p.id, "no_answer", "No answer to the invitation and three reminders.")
	return err
}
