package pages

import (
	"bytes"
	"encoding/json"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/pack"
	"sicrwydd/models/review"
)

type verifyData struct {
	Receipt *review.ReceiptFile // one that was found to be genuine
	Content string
	Verdict pack.Verdict // on a report, empty where none was asked about
	Code    string
}

// VerifyForm takes a receipt or a report to be checked, from anybody; a code in
// the address is checked at once.
func (p *Pages) VerifyForm(v *View) error {
	d := verifyData{Code: v.Query("code")}
	if len(d.Code) > 40 {
		d.Code = d.Code[:40]
	}
	if d.Code != "" {
		var err error
		if d.Verdict, err = p.Packs.VerifyCode(v.UserContext(), d.Code); err != nil {
			return err
		}
	}
	return v.Show(verifyPage(d))
}

func verifyPage(d verifyData) Page { return Page{Name: "verify", TitleKey: "verify.title", Data: d} }

// Verify checks a file: a report that was published, or a receipt against the
// keys of this installation.
func (p *Pages) Verify(v *View) error {
	upload, err := request.ReadUpload(v.Ctx)
	if err != nil {
		return v.Refuse(err, verifyPage(verifyData{}))
	}
	verdict, err := p.Packs.VerifyFile(v.UserContext(), upload.Content)
	if err != nil {
		return err
	}
	if verdict != pack.NotKnown {
		return v.Show(verifyPage(verifyData{Verdict: verdict}))
	}
	f, err := review.ReadReceipt(upload.Content)
	if err != nil && bytes.HasPrefix(upload.Content, []byte("%PDF-")) {
		return v.Show(verifyPage(verifyData{Verdict: verdict}))
	}
	if err != nil {
		return v.Refuse(err, verifyPage(verifyData{}))
	}
	return p.verifyReceipt(v, f)
}

func (p *Pages) verifyReceipt(v *View, f *review.ReceiptFile) error {
	keys, err := p.Services.Reviews.PublicKeys(v.UserContext(), access.Program("verify a receipt"))
	if err != nil {
		return err
	}
	known := map[string]string{}
	for _, key := range keys {
		known[key.KeyID] = key.PublicKey
	}
	if err := f.Verify(known); err != nil {
		return v.Refuse(err, verifyPage(verifyData{}))
	}
	d := verifyData{Receipt: f}
	var pretty bytes.Buffer
	if json.Indent(&pretty, []byte(f.Content), "", "  ") == nil {
		d.Content = pretty.String()
	}
	return v.Show(verifyPage(d))
}
