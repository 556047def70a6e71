package pages

import (
	"bytes"
	"encoding/json"

	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/review"
)

type verifyData struct {
	Receipt *review.ReceiptFile // one that was found to be genuine
	Content string
}

// VerifyForm takes a receipt to be checked, from anybody.
func (p *Pages) VerifyForm(v *View) error { return v.Show(verifyPage(verifyData{})) }

func verifyPage(d verifyData) Page { return Page{Name: "verify", TitleKey: "verify.title", Data: d} }

// Verify checks a receipt against the keys of this installation.
func (p *Pages) Verify(v *View) error {
	upload, err := request.ReadUpload(v.Ctx)
	if err != nil {
		return v.Refuse(err, verifyPage(verifyData{}))
	}
	f, err := review.ReadReceipt(upload.Content)
	if err != nil {
		return v.Refuse(err, verifyPage(verifyData{}))
	}
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
