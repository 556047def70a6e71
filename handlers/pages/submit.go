package pages

import (
	"encoding/json"
	"strconv"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/review"
)

type checkData struct {
	Review    *review.Detail
	Sections  []askedSection
	Missing   []asked
	MaySubmit bool
	Answering bool
}

// CheckAnswers shows every answer before it is handed in, those still missing
// first; afterwards it is the record of what was answered.
func (p *Pages) CheckAnswers(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return err
	}
	data, title := checkData{Review: d, Sections: bySection(all, everyQuestion), Answering: v.maySubmit(d) || answersTaken(d) && v.Actor().OnSupplierSide()}, "check.read"
	if data.Answering {
		data.Missing, title = missing(all), "check.title"
		data.MaySubmit = v.maySubmit(d)
	}
	return v.Show(Page{Name: "check", TitleKey: title, Data: data})
}

// maySubmit says whether to offer the reader the declaration.
func (v *View) maySubmit(d *review.Detail) bool {
	return answersTaken(d) && v.Actor().Holds(access.ReviewAttest) && (v.Actor().OnSupplierSide() || d.Kind == review.Desk)
}

type submitData struct {
	Review   *review.Detail
	Missing  []asked
	Name     string
	JobTitle string
	Agreed   []string
}

func (p *Pages) submitPage(v *View, data submitData) (Page, error) {
	d, err := p.forReview(v)
	if err != nil {
		return Page{}, err
	}
	all, err := p.asked(v, d)
	if err != nil {
		return Page{}, err
	}
	data.Review, data.Missing = d, missing(all)
	return Page{Name: "submit", TitleKey: "submit.title", Data: data}, nil
}

// SubmitForm shows the declaration.
func (p *Pages) SubmitForm(v *View) error {
	user := v.Visit.Signed.User
	page, err := p.submitPage(v, submitData{Name: user.Name, JobTitle: user.JobTitle})
	if err != nil {
		return err
	}
	return v.Show(page)
}

// Submit hands the answers in.
func (p *Pages) Submit(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	typed := submitData{Name: v.Typed("name"), JobTitle: v.Typed("job_title"), Agreed: v.TypedAll("statement_agreed")}
	_, err = p.Services.Reviews.Submit(v.UserContext(), v.Actor(), id,
		review.Attestation{StatementAgreed: len(typed.Agreed) > 0, Name: typed.Name, JobTitle: typed.JobTitle})
	if err != nil {
		page, pageErr := p.submitPage(v, typed)
		if pageErr != nil {
			return pageErr
		}
		return v.Refuse(err, page)
	}
	return v.Go("/reviews/"+id.String()+"/receipt", "flash.submitted")
}

type receiptData struct {
	Review  *review.Detail
	Receipt *review.Receipt
	Key     *review.SigningKey
}

// Receipt shows what was handed in, when and by whom, and how to check that.
func (p *Pages) Receipt(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	receipt, key, err := p.Services.Reviews.ReceiptOf(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	return v.Show(Page{Name: "receipt", TitleKey: "receipt.title", Data: receiptData{d, receipt, key}})
}

// ReceiptPDF sends the receipt in words, with the signed record inside.
func (p *Pages) ReceiptPDF(v *View) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	record, err := p.Services.Reviews.ReceiptInWords(v.UserContext(), v.Actor(), id)
	if err != nil {
		return err
	}
	return request.AttachReceipt(v.Ctx, record)
}

// ReceiptFile sends the receipt as a file: the exact text that was signed, and
// all that is needed to check it.
func (p *Pages) ReceiptFile(v *View) error {
	d, err := p.forReview(v)
	if err != nil {
		return err
	}
	r, key, err := p.Services.Reviews.ReceiptOf(v.UserContext(), v.Actor(), d.ID)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(r.File(key), "", "  ")
	if err != nil {
		return err
	}
	return request.Attach(v.Ctx, d.Reference+"-receipt-"+strconv.Itoa(r.Number)+".json", "application/json", body)
}
