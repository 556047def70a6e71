package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"sicrwydd/models/lang"
)

// describe adds to the catalogue what the library has no word for: the
// language of the document, for who hears it read, and that a window shows its
// title instead of the file's name. The catalogue is the last object before
// the table of positions, so that only the table itself moves.
func describe(file []byte, tag lang.Tag) ([]byte, error) {
	catalogue := bytes.LastIndex(file, []byte("/Type /Catalog"))
	start := bytes.LastIndex(file, []byte("startxref\n"))
	if catalogue < 0 || start < catalogue {
		return nil, errors.New("pdf: no catalogue where one is expected")
	}
	digits, _, _ := bytes.Cut(file[start+len("startxref\n"):], []byte("\n"))
	table, err := strconv.Atoi(string(digits))
	if err != nil || table < catalogue || table > start {
		return nil, errors.New("pdf: the table of positions is not where it is expected")
	}
	extra := fmt.Sprintf("/Lang (%s-GB)\n/ViewerPreferences << /DisplayDocTitle true >>\n", tag)
	var out bytes.Buffer
	out.Write(file[:catalogue])
	out.WriteString(extra)
	out.Write(file[catalogue:start])
	fmt.Fprintf(&out, "startxref\n%d\n%%%%EOF\n", table+len(extra))
	return out.Bytes(), nil
}
