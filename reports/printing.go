package reports

import (
	"bytes"

	"sicrwydd/models/lang"
	"sicrwydd/models/pack"
	"sicrwydd/reports/pdf"
)

// PrintPack puts a pack on paper in a language.
func PrintPack(paper *pack.Paper, tag lang.Tag) ([]byte, error) {
	doc, err := Pack(paper, tag)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = pdf.Write(&b, doc)
	return b.Bytes(), err
}
