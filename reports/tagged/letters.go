package tagged

import (
	"maps"
	"slices"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// appendObject writes an object as a file has it, always in the same order.
// The library's own way takes several times as long for the thousands of
// elements that a long table has; it is left with what is rare.
func appendObject(to []byte, o types.Object) []byte {
	switch o := o.(type) {
	case nil:
		return append(to, "null"...)
	case types.Dict:
		to = append(to, "<<"...)
		for _, key := range slices.Sorted(maps.Keys(o)) {
			to = append(append(to, '/'), types.EncodeName(key)...)
			to = appendObject(apart(to, o[key]), o[key])
		}
		return append(to, ">>"...)
	case types.Array:
		to = append(to, '[')
		for i, entry := range o {
			if i > 0 {
				to = apart(to, entry)
			}
			to = appendObject(to, entry)
		}
		return append(to, ']')
	case types.IndirectRef:
		to = append(strconv.AppendInt(to, int64(o.ObjectNumber), 10), ' ')
		return append(strconv.AppendInt(to, int64(o.GenerationNumber), 10), " R"...)
	case types.Integer:
		return strconv.AppendInt(to, int64(o), 10)
	}
	return append(to, o.PDFString()...)
}

// apart puts a blank before what would run into the letters before it.
func apart(to []byte, o types.Object) []byte {
	switch o.(type) {
	case types.Dict, types.Array, types.Name, types.StringLiteral, types.HexLiteral:
		return to
	}
	return append(to, ' ')
}
