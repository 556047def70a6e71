package vault

import (
	"bytes"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/text/unicode/norm"

	"sicrwydd/models/fault"
)

// MaxSize is the largest file that is taken, in bytes.
const MaxSize = 25 << 20

const maxNameLength = 200 // characters, extension included

// kind is a type of file that is taken.
type kind struct {
	mediaType string
	// magic lists what the first bytes may say; what descends from one of them
	// passes too (a workbook is a ZIP archive).
	magic []string
	check func(content []byte) error
}

var (
	pdfKind  = kind{"application/pdf", []string{"application/pdf"}, checkPDF}
	pngKind  = kind{"image/png", []string{"image/png"}, checkPNG}
	jpegKind = kind{"image/jpeg", []string{"image/jpeg"}, checkJPEG}
	docxKind = kind{mediaDOCX, []string{"application/zip"}, func(c []byte) error { return checkOffice(c, mediaDOCX+".main+xml") }}
	xlsxKind = kind{mediaXLSX, []string{"application/zip"}, func(c []byte) error { return checkOffice(c, mediaXLSX+".main+xml") }}
	csvKind  = kind{"text/csv", nil, checkText}
	txtKind  = kind{"text/plain", nil, checkText}
)

const (
	mediaDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// allowed is the whole list of what is taken, by extension.
var allowed = map[string]kind{
	".pdf": pdfKind, ".png": pngKind, ".jpg": jpegKind, ".jpeg": jpegKind,
	".docx": docxKind, ".xlsx": xlsxKind, ".csv": csvKind, ".txt": txtKind,
}

// Inspect says whether a file is taken as evidence, and under which name and
// media type. Its extension, its first bytes and its structure must agree, and
// it may hold nothing that runs, reaches out or hides another file.
func Inspect(name string, content []byte) (cleanName, mediaType string, err error) {
	cleanName, extension := cleaned(name)
	if cleanName == "" {
		return "", "", fault.Invalid("evidence.name-missing")
	}
	k, ok := allowed[extension]
	switch {
	case !ok:
		return "", "", fault.Unsupported("evidence.type-refused")
	case len(content) == 0:
		return "", "", fault.Invalid("evidence.empty")
	case len(content) > MaxSize:
		return "", "", fault.TooLarge("evidence.too-large", fault.Args{"Max": MaxSize >> 20})
	}
	if isProtectedOffice(k, content) {
		return "", "", protected()
	}
	if k.magic != nil && !descends(mimetype.Detect(content), k.magic) {
		return "", "", mismatch()
	}
	if err := k.check(content); err != nil {
		return "", "", err
	}
	return cleanName, k.mediaType, nil
}

func mismatch() error  { return fault.Unsupported("evidence.type-mismatch") }
func active() error    { return fault.Unsupported("evidence.active-content") }
func protected() error { return fault.Unsupported("evidence.protected") }
func damaged() error   { return fault.Invalid("evidence.damaged") }

func descends(m *mimetype.MIME, from []string) bool {
	for ; m != nil; m = m.Parent() {
		for _, media := range from {
			if m.Is(media) {
				return true
			}
		}
	}
	return false
}

// cleaned gives a name as it may be shown, and its extension in lower case.
// The name is never used as a path, but a reader takes the file home under it:
// folders, control characters and marks that turn text around (so that
// "gpj.exe" reads as "exe.jpg") go, letters of every script stay.
func cleaned(name string) (clean, extension string) {
	name = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = norm.NFC.String(name)
	name = strings.TrimSpace(name[strings.LastIndexAny(name, `/\`)+1:])
	extension = path.Ext(name)
	stem := strings.Trim(strings.TrimSuffix(name, extension), " .")
	if stem == "" {
		return "", ""
	}
	if room := maxNameLength - utf8.RuneCountInString(extension); room > 0 && utf8.RuneCountInString(stem) > room {
		stem = strings.TrimRight(string([]rune(stem)[:room]), " .")
	}
	return stem + extension, strings.ToLower(extension)
}

// checkText takes UTF-8 or Windows-1252 text that no program would take for
// markup, a script or another type of file.
func checkText(content []byte) error {
	if !isText(content) {
		return mismatch()
	}
	start := bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\uFEFF")))
	start = bytes.ToLower(start[:min(len(start), 1024)])
	if len(start) > 1 && start[0] == '<' && (start[1] == '!' || start[1] == '?' || start[1] == '/' || isLetter(start[1])) {
		return active()
	}
	for _, mark := range []string{"<html", "<!doctype", "<script", "<svg", "<?php", "%!ps"} {
		if bytes.Contains(start, []byte(mark)) {
			return active()
		}
	}
	if bytes.HasPrefix(start, []byte("#!")) || bytes.HasPrefix(start, []byte("{\\rtf")) {
		return active()
	}
	if holdsAnother(content) {
		return mismatch()
	}
	return nil
}

// isText reports whether the bytes are UTF-8 or, failing that, Windows-1252,
// without control characters.
func isText(content []byte) bool {
	windows := true
	for _, b := range content {
		switch {
		case b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f', b == 0x7f:
			return false
		case b == 0x81, b == 0x8d, b == 0x8f, b == 0x90, b == 0x9d: // Windows-1252 has no such letters
			windows = false
		}
	}
	return windows || utf8.Valid(content)
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' }

// holdsAnother reports whether a file that is no PDF would also open as a PDF,
// whose readers look for the header in the first kilobyte, or whether one that
// is no archive would also open as a ZIP archive, whose readers start from
// the end.
func holdsAnother(content []byte) bool {
	if bytes.Contains(content[:min(len(content), 1024)], []byte("%PDF-")) {
		return true
	}
	return holdsArchive(content)
}

func holdsArchive(content []byte) bool {
	return bytes.Contains(content, []byte("PK\x05\x06")) && bytes.Contains(content, []byte("PK\x01\x02"))
}
