package vault

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The bounds of an archive, checked on what it declares before anything is
// unpacked, and on what is really there while it is.
const (
	maxEntries  = 2000
	maxUnpacked = 200 << 20
	maxRatio    = 200
	// ratioFrom spares small parts: a page of spaces packs better than 1 to 200.
	ratioFrom = 1 << 20
)

// compound begins the old Office format, in which a document with a password
// is wrapped.
var compound = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

func isProtectedOffice(k kind, content []byte) bool {
	return (k.mediaType == mediaDOCX || k.mediaType == mediaXLSX) && bytes.HasPrefix(content, compound)
}

// checkOffice looks at every part of a document or workbook; main is the
// content type that its main part must have.
func checkOffice(content []byte, main string) error {
	archive, err := openArchive(content)
	if err != nil {
		return err
	}
	office := &officeFile{room: maxUnpacked, extensions: map[string]bool{}}
	for _, f := range archive.File {
		if err := checkPartName(f.Name); err != nil {
			return err
		}
		office.extensions[strings.ToLower(path.Ext(f.Name))] = true
	}
	for _, f := range archive.File {
		if err := office.checkPart(f); err != nil {
			return err
		}
	}
	if !slices.Contains(office.types, main) {
		return mismatch()
	}
	return nil
}

// officeFile is what is known of a document or workbook while its parts are
// read.
type officeFile struct {
	room       int64           // bytes that the parts still to come may unpack to
	extensions map[string]bool // of the parts
	types      []string        // content types of the parts
}

// openArchive opens a ZIP archive that begins and ends as one, within the
// bounds by what it declares.
func openArchive(content []byte) (*zip.Reader, error) {
	if bytes.Count(content, []byte("PK\x01\x02")) > maxEntries {
		return nil, damaged()
	}
	if !bytes.HasPrefix(content, []byte("PK\x03\x04")) || !endsAsArchive(content) {
		return nil, mismatch()
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || len(archive.File) > maxEntries {
		return nil, damaged()
	}
	var total uint64
	seen := map[string]bool{}
	for _, f := range archive.File {
		name := strings.ToLower(f.Name)
		switch {
		case f.Flags&1 != 0:
			return nil, protected()
		case f.Method != zip.Store && f.Method != zip.Deflate, seen[name], f.UncompressedSize64 > maxUnpacked,
			f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/maxRatio > f.CompressedSize64:
			return nil, damaged()
		}
		seen[name] = true
		if total += f.UncompressedSize64; total > maxUnpacked {
			return nil, damaged()
		}
	}
	return archive, nil
}

// endsAsArchive reports whether the last record of the archive, with its
// comment, ends where the file does.
func endsAsArchive(content []byte) bool {
	at := bytes.LastIndex(content, []byte("PK\x05\x06"))
	return at >= 0 && at+22 <= len(content) && at+22+int(content[at+20])+int(content[at+21])<<8 == len(content)
}

// counted reads a part within what is left of the bound.
type counted struct {
	source io.Reader
	room   *int64
}

var errTooMuch = errors.New("the archive unpacks to more than is allowed")

func (c counted) Read(into []byte) (int, error) {
	n, err := c.source.Read(into)
	if *c.room -= int64(n); *c.room < 0 {
		return n, errTooMuch
	}
	return n, err
}

// partTypes are the types of parts that documents and workbooks are made of.
var partTypes = map[string]bool{
	".xml": true, ".rels": true, ".vml": true, ".png": true, ".jpg": true, ".jpeg": true, ".jfif": true, ".gif": true,
	".bmp": true, ".tif": true, ".tiff": true, ".emf": true, ".wmf": true, ".wdp": true, ".svg": true, ".odttf": true,
	".sigs": true,
}

// runningParts are pieces of names of parts that run, reach out or hold
// another file.
var runningParts = []string{
	"vbaproject", "vbadata", "embeddings/", "oleobject", "activex", "externallink", "macrosheets/", "dialogsheets/",
	"connections.xml", "querytables/", "afchunk", "customui", "webextension",
}

func checkPartName(name string) error {
	lower := strings.ToLower(name)
	if strings.HasSuffix(lower, "/") {
		return nil // a folder
	}
	if strings.ContainsAny(name, "\\\x00") || path.IsAbs(name) || path.Clean(name) != name || strings.HasPrefix(name, "..") {
		return damaged()
	}
	for _, piece := range runningParts {
		if strings.Contains(lower, piece) {
			return active()
		}
	}
	settings := strings.Contains(lower, "printersettings/") && path.Ext(lower) == ".bin"
	if !partTypes[path.Ext(lower)] && !settings {
		return active()
	}
	return nil
}

// checkPart reads a part to its end.
func (o *officeFile) checkPart(f *zip.File) error {
	reader, err := f.Open()
	if err != nil {
		return damaged()
	}
	defer func() { _ = reader.Close() }()
	part := counted{source: reader, room: &o.room}
	switch name := strings.ToLower(f.Name); {
	case name == "[content_types].xml":
		return readXML(part, o.checkContentType)
	case path.Ext(name) == ".rels":
		return readXML(part, checkRelationship)
	case path.Ext(name) == ".svg":
		return readXML(part, checkDrawing)
	case path.Ext(name) == ".xml", path.Ext(name) == ".vml":
		return readXML(part, (&fields{}).check)
	}
	if _, err := io.Copy(io.Discard, part); err != nil {
		return damaged()
	}
	return nil
}

// readXML passes each token of a part to check. Document types are refused, so
// that there is no entity to resolve.
func readXML(part io.Reader, check func(xml.Token) error) error {
	decoder := xml.NewDecoder(part)
	for depth := 0; ; {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) && depth == 0 {
			return nil
		}
		if err != nil {
			return damaged()
		}
		switch t := token.(type) {
		case xml.Directive:
			return active()
		case xml.ProcInst:
			if !strings.EqualFold(t.Target, "xml") && !strings.EqualFold(t.Target, "mso-application") {
				return active()
			}
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if err := check(token); err != nil {
			return err
		}
	}
}

// checkContentType reads the list of parts. What it says of an extension counts
// only where a part has it: some programs list types that they do not use.
func (o *officeFile) checkContentType(token xml.Token) error {
	element, ok := token.(xml.StartElement)
	if !ok || element.Name.Local == "Default" && !o.extensions["."+strings.ToLower(attribute(element, "Extension"))] {
		return nil
	}
	contentType := attribute(element, "ContentType")
	lower := strings.ToLower(contentType)
	for _, piece := range []string{"macroenabled", "vba", "oleobject", "activex", "externallink", "html", "script"} {
		if strings.Contains(lower, piece) {
			return active()
		}
	}
	o.types = append(o.types, contentType)
	return nil
}

// checkRelationship allows relations to parts of the same file, and links that
// a reader follows by a click.
func checkRelationship(token xml.Token) error {
	element, ok := token.(xml.StartElement)
	if !ok || element.Name.Local != "Relationship" {
		return nil
	}
	relation := strings.ToLower(path.Base(attribute(element, "Type")))
	switch relation {
	case "vbaproject", "oleobject", "package", "control", "activexcontrolbinary", "externallink", "externallinkpath",
		"afchunk", "attachedtemplate", "connections", "frame", "subdocument":
		return active()
	}
	target, err := url.Parse(strings.TrimSpace(attribute(element, "Target")))
	if mode := strings.ToLower(attribute(element, "TargetMode")); mode == "" || mode == "internal" {
		if err != nil || target.Scheme != "" || target.Host != "" {
			return active()
		}
		return nil
	}
	if relation != "hyperlink" || err == nil && !clickable[strings.ToLower(target.Scheme)] {
		return active() // an address that cannot be read leads nowhere, and passes
	}
	return nil
}

// clickable are the schemes of links that a reader may follow; none is a file
// beside this one.
var clickable = map[string]bool{"": true, "http": true, "https": true, "mailto": true, "tel": true}

// checkDrawing allows an SVG picture that draws and does nothing else.
func checkDrawing(token xml.Token) error {
	element, ok := token.(xml.StartElement)
	if !ok {
		return nil
	}
	switch strings.ToLower(element.Name.Local) {
	case "script", "foreignobject", "iframe", "object", "embed", "handler", "listener":
		return active()
	}
	for _, a := range element.Attr {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(strings.TrimSpace(a.Value))
		reaches := name == "href" && !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "data:image/png") &&
			!strings.HasPrefix(value, "data:image/jpeg")
		if reaches || strings.HasPrefix(name, "on") {
			return active()
		}
	}
	return nil
}

// fields watches the instructions of a document's fields and the formulas of a
// workbook for those that fetch from elsewhere or start a program. An
// instruction may come in several pieces, up to the next mark of its field.
type fields struct {
	reading string // the element whose text is read: instrText, f, or none
	text    strings.Builder
}

const maxFormula = 16 << 10 // characters; Excel takes half as many

var (
	fetchingField   = regexp.MustCompile(`(?i)^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE|MACROBUTTON)\b`)
	fetchingFormula = regexp.MustCompile(`(?i)\b(WEBSERVICE|IMAGE|CALL|REGISTER\.ID|RTD)\s*\(|\|'`)
)

func (f *fields) check(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "fldSimple":
			if fetchingField.MatchString(attribute(t, "instr")) {
				return active()
			}
		case "fldChar":
			return f.settle(fetchingField)
		case "instrText", "f":
			f.reading = t.Name.Local
		}
	case xml.EndElement:
		f.reading = ""
		if t.Name.Local == "f" {
			return f.settle(fetchingFormula)
		}
	case xml.CharData:
		if f.reading == "" || f.text.Len() > maxFormula {
			return nil
		}
		f.text.Write(t)
		if f.reading == "f" && f.text.Len() > maxFormula {
			return active() // longer than any formula that could be checked
		}
	}
	return nil
}

// settle judges what was read and begins anew.
func (f *fields) settle(fetching *regexp.Regexp) error {
	defer f.text.Reset()
	if fetching.MatchString(f.text.String()) {
		return active()
	}
	return nil
}

func attribute(element xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
