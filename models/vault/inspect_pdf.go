package vault

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"slices"
)

// A PDF is looked at without a reader for PDFs: whatever order a reader would
// follow, every name in the file passes here, and so does every name in the
// compressed streams in which objects can be kept. What cannot be looked into
// is refused.

// runsOrReaches are the names without which a PDF runs nothing, sends nothing
// and carries no other file.
var runsOrReaches = map[string]bool{
	"JavaScript": true, "Launch": true, "EmbeddedFile": true, "EmbeddedFiles": true, "FileAttachment": true,
	"RichMedia": true, "Rendition": true, "SubmitForm": true, "ImportData": true, "GoToE": true, "GoToR": true,
}

// shortNames do the same, but so short a name also comes up by chance in
// compressed data: they count only where there is none.
var shortNames = map[string]bool{"JS": true, "XFA": true}

// otherFilters are ways to pack a stream that are not undone here. Programs
// that write PDFs pack objects with FlateDecode alone.
var otherFilters = []string{
	"LZWDecode", "LZW", "ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "RunLengthDecode", "RL", "Crypt", "Predictor",
}

var (
	pdfHeader    = regexp.MustCompile(`^%PDF-[12]\.[0-9]`)
	streamStart  = regexp.MustCompile(`stream[ \t]*(\r\n|\n|\r)`)
	objectHeader = regexp.MustCompile(`^\s*\d+\s+\d+\s+obj\b`)
)

const (
	maxStreams = 200_000
	maxObjects = 64 << 20 // bytes that the compressed objects of a PDF unfold to
)

func checkPDF(content []byte) error {
	if !pdfHeader.Match(content) {
		return mismatch()
	}
	end := bytes.LastIndex(content, []byte("%%EOF"))
	if end < 0 || !bytes.Contains(content, []byte("startxref")) {
		return damaged()
	}
	if tail := bytes.Trim(content[end+len("%%EOF"):], "\x00\t\n\f\r "); len(tail) > 0 || holdsArchive(content) {
		return mismatch()
	}
	if names := namesIn(content, func(name string) bool { return runsOrReaches[name] || name == "Encrypt" }); names["Encrypt"] {
		return protected()
	} else if len(names) > 0 {
		return active()
	}
	return checkStreams(content)
}

// checkStreams looks at what stands between streams for the short names, and
// into each stream that may hold objects.
func checkStreams(content []byte) error {
	room := int64(maxObjects)
	data := 0 // where the stream before begins
	starts := streamStart.FindAllIndex(content, maxStreams+1)
	if len(starts) > maxStreams {
		return damaged()
	}
	for _, at := range starts {
		if bytes.HasSuffix(content[:at[0]], []byte("end")) {
			continue
		}
		text := content[data:at[0]]
		if end := bytes.Index(text, []byte("endstream")); data > 0 && end >= 0 {
			text = text[end:]
		}
		if err := checkObjects(text); err != nil {
			return err
		}
		if holdsObjects(text) {
			if err := checkPacked(text, content[at[1]:], &room); err != nil {
				return err
			}
		}
		data = at[1]
	}
	last := content[data:]
	if end := bytes.Index(last, []byte("endstream")); end >= 0 {
		last = last[end:]
	}
	return checkObjects(last)
}

// holdsObjects reports whether the stream that the text leads up to may hold
// objects: its dictionary then says where the first one begins. Where the text
// could mislead about what is the dictionary and what a comment or a string,
// all of it counts.
func holdsObjects(text []byte) bool {
	dictionary := lastObject(text)
	names := namesIn(dictionary, func(name string) bool { return name == "First" || name == "N" || name == "ObjStm" })
	return names["ObjStm"] || names["First"] && names["N"]
}

func lastObject(text []byte) []byte {
	last := text[bytes.LastIndex(text, []byte("endobj"))+1:]
	last = bytes.TrimPrefix(last, []byte("ndobj"))
	if bytes.ContainsAny(last, "%)") || bytes.Contains(text, []byte("%")) || !objectHeader.Match(last) {
		return text
	}
	return last
}

// checkPacked unfolds a stream that may hold objects, within the room that is
// left, and looks at them.
func checkPacked(text, data []byte, room *int64) error {
	dictionary := lastObject(text)
	if len(namesIn(dictionary, func(name string) bool { return slices.Contains(otherFilters, name) })) > 0 {
		return active()
	}
	unpacking, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		if len(namesIn(dictionary, func(name string) bool { return name == "FlateDecode" || name == "Fl" })) > 0 {
			return damaged()
		}
		plain, _, _ := bytes.Cut(data, []byte("endstream"))
		if *room -= int64(len(plain)); *room < 0 {
			return damaged()
		}
		return checkObjects(plain)
	}
	objects, err := io.ReadAll(io.LimitReader(unpacking, *room+1))
	if *room -= int64(len(objects)); err != nil || *room < 0 {
		return damaged()
	}
	return checkObjects(objects)
}

// checkObjects looks for the names in text that is not compressed.
func checkObjects(text []byte) error {
	if len(namesIn(text, func(name string) bool { return runsOrReaches[name] || shortNames[name] })) > 0 {
		return active()
	}
	return nil
}

// namesIn gives those names of the text that are wanted, however they are
// written: /JS and /#4a#53 are the same name.
func namesIn(text []byte, wanted func(string) bool) map[string]bool {
	const longest = 32 // no name that is looked for is longer
	found := map[string]bool{}
	name := make([]byte, 0, longest)
	for {
		slash := bytes.IndexByte(text, '/')
		if slash < 0 {
			return found
		}
		text = text[slash+1:]
		name = name[:0]
		for i := 0; i < len(text) && len(name) < longest && !endsName(text[i]); i++ {
			b := text[i]
			if b == '#' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
				b = fromHex(text[i+1])<<4 | fromHex(text[i+2])
				i += 2
			}
			name = append(name, b)
		}
		if wanted(string(name)) {
			found[string(name)] = true
		}
	}
}

func endsName(b byte) bool { return b <= ' ' || bytes.IndexByte([]byte("()<>[]{}/%"), b) >= 0 }

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

func fromHex(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return b&0x0f + 9
}
