package pages

import (
	"bytes"
	"html/template"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/inventory"
	"sicrwydd/models/portfolio"
	"sicrwydd/models/store"
	"sicrwydd/reports"
	"sicrwydd/reports/pdf"
)

type contractForm struct {
	ID                    string // empty for a new one
	Version               int
	Supplier              *inventory.Supplier
	Systems               []*portfolio.SystemView
	In                    inventory.ContractInput
	Chosen                []string
	Value, Hours          string
	Audit, Terms          string // yes, no, or empty: not known
	Awarded, Starts, Ends typedDay
	Standing              *inventory.Contract // the newer version, after a stale edit
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "yes"
	}
	return "no"
}

func typedYesNo(s string) *bool {
	if s == "" {
		return nil
	}
	yes := s == "yes"
	return &yes
}

func (p *Pages) contractPage(v *View, supplier uuid.UUID, f contractForm) (Page, error) {
	var err error
	if f.Supplier, err = p.Inventory.Supplier(v.UserContext(), v.Actor(), supplier); err != nil {
		return Page{}, err
	}
	systems, err := p.Portfolio.Systems(v.UserContext(), v.Actor(), portfolio.SystemFilter{SystemFilter: inventory.SystemFilter{SupplierID: supplier}}, store.Paging{Limit: 200})
	f.Systems = systems.Items
	key := "contract.edit"
	if f.ID == "" {
		key = "contract.new"
	}
	return Page{Name: "contract-form", TitleKey: key, Data: f}, err
}

// ContractNew is the form for a contract with a supplier.
func (p *Pages) ContractNew(v *View) error {
	supplier, err := v.ID("id")
	if err != nil {
		return err
	}
	page, err := p.contractPage(v, supplier, contractForm{})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// typedContract reads the form into what stands; what cannot be read is noted.
func (v *View) typedContract(f *contractForm, in *inventory.ContractInput) error {
	f.Chosen, f.Value, f.Hours, f.Audit, f.Terms = v.TypedAll("system_ids"), v.Typed("value"), v.Typed("breach_notice_hours"), v.Typed("right_to_audit"), v.Typed("data_processing_terms")
	f.Awarded, f.Starts, f.Ends = v.typedDay("awarded_on"), v.typedDay("starts_on"), v.typedDay("ends_on")
	in.Title, in.AwardProcedure, in.Extensions, in.ExitTerms = v.Typed("title"), v.Typed("award_procedure"), v.Typed("extensions"), v.Typed("exit_terms")
	in.AwardedOn, in.StartsOn, in.EndsOn = v.TypedDate("awarded_on"), v.TypedDate("starts_on"), v.TypedDate("ends_on")
	in.SystemIDs = ids(f.Chosen)
	in.RightToAudit, in.DataProcessingTerms = typedYesNo(f.Audit), typedYesNo(f.Terms)
	invalid := fault.Invalid("invalid")
	in.BreachNoticeHours = number(f.Hours, "breach_notice_hours", invalid)
	in.ValuePence = nil
	if typed := strings.ReplaceAll(strings.TrimPrefix(f.Value, "£"), ",", ""); typed != "" {
		pounds, err := strconv.ParseInt(typed, 10, 64)
		if err != nil || pounds < 0 || pounds > 1<<50 {
			invalid.On("value", "number.wrong")
		}
		pence := pounds * 100
		in.ValuePence = &pence
	}
	return invalid.OrNil()
}

// ContractAdd enters a contract.
func (p *Pages) ContractAdd(v *View) error {
	supplier, err := v.ID("id")
	if err != nil {
		return err
	}
	f := contractForm{In: inventory.ContractInput{SupplierID: supplier}}
	err = v.typedContract(&f, &f.In)
	if err == nil {
		_, err = p.Inventory.AddContract(v.UserContext(), v.Actor(), f.In)
	}
	return p.contractSaved(v, supplier, f, err)
}

// contractSaved goes to the supplier, or shows the form again with what was
// wrong.
func (p *Pages) contractSaved(v *View, supplier uuid.UUID, f contractForm, err error) error {
	if err == nil {
		return v.Go("/suppliers/"+supplier.String(), "flash.saved")
	}
	if refused := fault.As(err); refused != nil && refused.Kind == fault.KindStale {
		if now, ok := refused.Current.(*inventory.Contract); ok {
			f.Standing, f.Version = now, now.Version
		}
	}
	page, pageErr := p.contractPage(v, supplier, f)
	if pageErr != nil {
		return pageErr
	}
	return v.Refuse(err, page)
}

// ContractEdit is the form to change a contract.
func (p *Pages) ContractEdit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	c, err := p.Inventory.Contract(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	f := contractForm{ID: c.ID.String(), Version: c.Version, In: c.Input(c.SystemIDs), Awarded: splitDay(c.AwardedOn), Starts: splitDay(c.StartsOn), Ends: splitDay(c.EndsOn),
		Audit: yesNo(c.RightToAudit), Terms: yesNo(c.DataProcessingTerms)}
	for _, system := range c.SystemIDs {
		f.Chosen = append(f.Chosen, system.String())
	}
	if c.ValuePence != nil {
		f.Value = strconv.FormatInt(*c.ValuePence/100, 10)
	}
	if c.BreachNoticeHours != nil {
		f.Hours = strconv.Itoa(*c.BreachNoticeHours)
	}
	page, err := p.contractPage(v, c.SupplierID, f)
	if err != nil {
		return err
	}
	return v.Show(page)
}

// ContractChange changes a contract.
func (p *Pages) ContractChange(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	c, err := p.Inventory.Contract(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Typed("version"))
	f := contractForm{ID: id.String(), Version: version, In: inventory.ContractInput{SupplierID: c.SupplierID}}
	err = v.typedContract(&f, &f.In)
	if err == nil {
		_, err = p.Inventory.ChangeContract(v.UserContext(), v.Actor(), id, version, func(in *inventory.ContractInput) error {
			return v.typedContract(&f, in)
		})
	}
	return p.contractSaved(v, c.SupplierID, f, err)
}

type hitData struct {
	ID       string
	Supplier string
	Body     template.HTML
}

// WhoIsHit answers who is hit by a breach at a supplier.
func (p *Pages) WhoIsHit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	hit, err := p.Portfolio.WhoIsHit(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	document, err := reports.WhoIsHit(hit, v.Lang())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := reports.HTML(&b, document); err != nil {
		return err
	}
	return v.Show(Page{Name: "who-is-hit", Title: document.Title, Data: hitData{id.String(), hit.Supplier, template.HTML(b.String())}}) //nolint:gosec // HTML escapes every text
}

// WhoIsHitPDF is the same as a file.
func (p *Pages) WhoIsHitPDF(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	hit, err := p.Portfolio.WhoIsHit(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	tag := request.ReportLanguage(v.Ctx)
	document, err := reports.WhoIsHit(hit, tag)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, document); err != nil {
		return err
	}
	return request.Attach(v.Ctx, hit.Reference+"-who-is-hit-"+string(tag)+".pdf", "application/pdf", b.Bytes())
}
