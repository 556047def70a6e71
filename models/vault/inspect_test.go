package vault

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sicrwydd/models/fault"
)

func TestWhatIsTaken(t *testing.T) {
	cases := []struct {
		name      string
		file      string
		content   []byte
		wantName  string
		wantMedia string
	}{
		{"a PDF", "policy.pdf", pdf(""), "policy.pdf", "application/pdf"},
		{"a PDF with packed objects", "policy.PDF", pdf(packed("/Type /Catalog /Pages 2 0 R")), "policy.PDF", "application/pdf"},
		{"a PDF with a link to a page and one to the web", "policy.pdf", pdf("5 0 obj << /OpenAction [3 0 R /Fit] /A << /S /URI /URI (https://example.org) >> >> endobj\n"), "policy.pdf", "application/pdf"},
		{"a picture", "screen.png", aPNG(t), "screen.png", "image/png"},
		{"a photograph", "photo.jpeg", aJPEG(t), "photo.jpeg", "image/jpeg"},
		{"a photograph with a preview behind it", "photo.jpg", slices.Concat(aJPEG(t), make([]byte, 7), aJPEG(t)), "photo.jpg", "image/jpeg"},
		{"a document", "plan.docx", archived(t, document()...), "plan.docx", mediaDOCX},
		{"a document with a link to click", "plan.docx", archived(t, document(
			"word/_rels/document.xml.rels", relation("hyperlink", "https://example.org/", "External"))...), "plan.docx", mediaDOCX},
		{"a workbook", "assets.xlsx", archived(t, workbook()...), "assets.xlsx", mediaXLSX},
		{"a workbook that lists a type without a part", "assets.xlsx", archived(t, workbook("[Content_Types].xml",
			`<Types><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override ContentType="`+mediaXLSX+`.main+xml"/></Types>`)...), "assets.xlsx", mediaXLSX},
		{"a list in UTF-8 with its mark", "list.csv", []byte("\uFEFFname,value\nDŵr,1\n"), "list.csv", "text/csv"},
		{"a list in Windows-1252", "list.csv", []byte("caf\xe9;\x80 5\r\n"), "list.csv", "text/csv"},
		{"a text that speaks of markup", "log.txt", []byte("a < b and c > d\n"), "log.txt", "text/plain"},
		{"settings in JSON", "firewall.txt", []byte(`{"rules": []}`), "firewall.txt", "text/plain"},
		{"a Welsh name in pieces", "polisi dw\u0302r.pdf", pdf(""), "polisi dŵr.pdf", "application/pdf"},
		{"a name with folders", `C:\secrets\..\policy.pdf`, pdf(""), "policy.pdf", "application/pdf"},
		{"a name that climbs", "../../etc/policy.pdf", pdf(""), "policy.pdf", "application/pdf"},
		{"a name with control characters", "po\x00li\r\ncy.pdf", pdf(""), "policy.pdf", "application/pdf"},
		{"a name that is turned around", "policy\u202efdp.pdf", pdf(""), "policyfdp.pdf", "application/pdf"},
		{"a name too long", strings.Repeat("ŵ", 300) + ".pdf", pdf(""), strings.Repeat("ŵ", 196) + ".pdf", "application/pdf"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			name, media, err := Inspect(c.file, c.content)
			if err != nil || name != c.wantName || media != c.wantMedia {
				t.Errorf("got %q, %q, %v; want %q, %q", name, media, err, c.wantName, c.wantMedia)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	hostile := func(parts ...string) []byte { return archived(t, document(parts...)...) }
	sheet := func(formula string) []byte {
		return archived(t, workbook("xl/worksheets/sheet1.xml", "<worksheet><f>"+formula+"</f></worksheet>")...)
	}
	cases := []struct {
		name    string
		file    string
		content []byte
		want    string
	}{
		{"no name", "", pdf(""), "evidence.name-missing"},
		{"a name of an extension only", " .pdf", pdf(""), "evidence.name-missing"},
		{"a folder", "policies/", pdf(""), "evidence.name-missing"},
		{"an empty file", "policy.pdf", nil, "evidence.empty"},
		{"a file over the limit", "policy.txt", bytes.Repeat([]byte("a"), MaxSize+1), "evidence.too-large"},
		{"no extension", "policy", pdf(""), "evidence.type-refused"},
		{"a program", "policy.exe", []byte("MZ"), "evidence.type-refused"},
		{"a page", "policy.html", []byte("<html>"), "evidence.type-refused"},
		{"a drawing", "logo.svg", []byte("<svg/>"), "evidence.type-refused"},
		{"a document with macros by name", "plan.docm", archived(t, document()...), "evidence.type-refused"},
		{"an old document", "plan.doc", compound, "evidence.type-refused"},

		{"a picture called PDF", "policy.pdf", aPNG(t), "evidence.type-mismatch"},
		{"a PDF behind something else", "policy.pdf", append([]byte("GIF89a\n"), pdf("")...), "evidence.type-mismatch"},
		{"a PDF with an archive behind it", "policy.pdf", append(pdf(""), archived(t, "a", "b")...), "evidence.type-mismatch"},
		{"a PDF with a page behind it", "policy.pdf", append(pdf(""), "<html>"...), "evidence.type-mismatch"},
		{"a PDF cut off", "policy.pdf", pdf("")[:40], "evidence.damaged"},
		{"a PDF with a script", "policy.pdf", pdf("5 0 obj << /S /JavaScript /JS (app.alert) >> endobj\n"), "evidence.active-content"},
		{"a PDF with a script under another spelling", "policy.pdf", pdf("5 0 obj << /S /J#61vaScript >> endobj\n"), "evidence.active-content"},
		{"a PDF with a script and no type", "policy.pdf", pdf("5 0 obj << /JS (x) >> endobj\n"), "evidence.active-content"},
		{"a PDF with a script in packed objects", "policy.pdf", pdf(packed("/OpenAction << /JS (x) >>")), "evidence.active-content"},
		{"a PDF with a script in packed objects behind a comment", "policy.pdf", pdf(strings.Replace(packed("/A << /JS (x) >>"), "/First 4", "/First 4 % endobj 7 0 obj <<\n", 1)), "evidence.active-content"},
		{"a PDF with a script inside another stream", "policy.pdf", pdf("5 0 obj << /Length 3 >> stream\nabc\n" + packed("/A << /JS (x) >>")), "evidence.active-content"},
		{"a PDF with objects packed twice", "policy.pdf", pdf(strings.Replace(packed("/A 1"), "/Filter /FlateDecode", "/Filter [/ASCIIHexDecode /FlateDecode]", 1)), "evidence.active-content"},
		{"a PDF that starts a program", "policy.pdf", pdf("5 0 obj << /S /Launch /F (calc.exe) >> endobj\n"), "evidence.active-content"},
		{"a PDF with a file inside", "policy.pdf", pdf("5 0 obj << /Type /EmbeddedFile >> endobj\n"), "evidence.active-content"},
		{"a PDF with a dynamic form", "policy.pdf", pdf("5 0 obj << /AcroForm << /XFA 6 0 R >> >> endobj\n"), "evidence.active-content"},
		{"a PDF under a password", "policy.pdf", pdf("5 0 obj << /Encrypt 6 0 R >> endobj\n"), "evidence.protected"},
		{"a PDF that unfolds without end", "policy.pdf", pdf(packed(strings.Repeat(" ", maxObjects+1))), "evidence.damaged"},

		{"a picture with an archive behind it", "screen.png", append(aPNG(t), archived(t, "a", "b")...), "evidence.type-mismatch"},
		{"a picture with text behind it", "screen.png", append(aPNG(t), "<script>"...), "evidence.type-mismatch"},
		{"a picture cut off", "screen.png", aPNG(t)[:50], "evidence.damaged"},
		{"a picture with a changed bit", "screen.png", flipped(aPNG(t), 40), "evidence.damaged"},
		{"a photograph with an archive behind it", "photo.jpg", append(aJPEG(t), archived(t, "a", "b")...), "evidence.type-mismatch"},
		{"a photograph with a program behind it", "photo.jpg", append(aJPEG(t), "MZ"...), "evidence.type-mismatch"},
		{"a photograph cut off", "photo.jpg", aJPEG(t)[:200], "evidence.damaged"},

		{"an archive called document", "plan.docx", archived(t, "a.xml", "<a/>"), "evidence.type-mismatch"},
		{"a workbook called document", "plan.docx", archived(t, workbook()...), "evidence.type-mismatch"},
		{"a document behind something else", "plan.docx", append([]byte("MZ"), archived(t, document()...)...), "evidence.type-mismatch"},
		{"a document with something behind it", "plan.docx", append(archived(t, document()...), "MZ"...), "evidence.type-mismatch"},
		{"a document under a password", "plan.docx", append(slices.Clone(compound), make([]byte, 512)...), "evidence.protected"},
		{"a document cut off", "plan.docx", archived(t, document()...)[:300], "evidence.type-mismatch"},
		{"a document with a changed bit", "plan.docx", flipped(archived(t, document()...), 60), "evidence.damaged"},
		{"macros", "plan.docx", hostile("word/vbaProject.bin", "x"), "evidence.active-content"},
		{"macros by type", "plan.docx", archived(t, "[Content_Types].xml", contentTypes("application/vnd.ms-word.document.macroEnabled.main+xml")), "evidence.active-content"},
		{"macros under another name", "plan.docx", archived(t, "[Content_Types].xml",
			`<Types><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`, "word/printerSettings/a.bin", "x"), "evidence.active-content"},
		{"a file inside", "plan.docx", hostile("word/embeddings/oleObject1.bin", "x"), "evidence.active-content"},
		{"a program inside", "plan.docx", hostile("word/media/setup.exe", "MZ"), "evidence.active-content"},
		{"a template elsewhere", "plan.docx", hostile("word/_rels/settings.xml.rels", relation("attachedTemplate", "https://example.org/t.dotm", "External")), "evidence.active-content"},
		{"a picture elsewhere", "plan.docx", hostile("word/_rels/document.xml.rels", relation("image", "https://example.org/a.png", "External")), "evidence.active-content"},
		{"a picture on another server without saying so", "plan.docx", hostile("word/_rels/document.xml.rels", relation("image", "//example.org/a.png", "")), "evidence.active-content"},
		{"a link that runs", "plan.docx", hostile("word/_rels/document.xml.rels", relation("hyperlink", "javascript:alert(1)", "External")), "evidence.active-content"},
		{"a field that starts a program, in pieces", "plan.docx", hostile("word/document.xml",
			"<d><fldChar/><instrText>DDE</instrText><r/><instrText>AUTO c:\\\\x</instrText><fldChar/></d>"), "evidence.active-content"},
		{"a document type with entities", "plan.docx", hostile("word/document.xml", `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`), "evidence.active-content"},
		{"an entity that nobody defined", "plan.docx", hostile("word/document.xml", `<a>&b;</a>`), "evidence.damaged"},
		{"a drawing with a script", "plan.docx", hostile("word/media/a.svg", "<svg><script/></svg>"), "evidence.active-content"},
		{"a drawing that acts when shown", "plan.docx", hostile("word/media/a.svg", `<svg onload="x()"/>`), "evidence.active-content"},
		{"a formula that fetches", "assets.xlsx", sheet("_xlfn.WEBSERVICE(A1)"), "evidence.active-content"},
		{"a formula that starts a program", "assets.xlsx", sheet("cmd|'/c calc'!A0"), "evidence.active-content"},
		{"a link to another workbook", "assets.xlsx", archived(t, workbook("xl/externalLinks/externalLink1.xml", "<a/>")...), "evidence.active-content"},
		{"a path that climbs out", "plan.docx", hostile("../../a.xml", "<a/>"), "evidence.damaged"},
		{"a part twice", "plan.docx", hostile("word/a.xml", "<a/>", "word/A.xml", "<a/>"), "evidence.damaged"},
		{"an archive that unfolds without end", "plan.docx", hostile("word/media/a.bmp", strings.Repeat("a", 64<<20)), "evidence.damaged"},
		{"an archive of too many parts", "plan.docx", hostile(manyParts(maxEntries)...), "evidence.damaged"},
		{"an archive that declares less than it holds", "plan.docx", understated(archived(t, document("word/media/a.bmp", strings.Repeat("a", 5000))...), 5000), "evidence.damaged"},

		{"a page called text", "notes.txt", []byte("\uFEFF  <!DOCTYPE html><html>"), "evidence.active-content"},
		{"a page behind a line", "list.csv", []byte("a,b\n<script>alert(1)</script>"), "evidence.active-content"},
		{"a script called text", "notes.txt", []byte("#!/bin/sh\nrm x\n"), "evidence.active-content"},
		{"a PDF called text", "notes.txt", []byte("hello\n%PDF-1.4\n"), "evidence.type-mismatch"},
		{"a program called list", "list.csv", []byte("MZ\x00\x01"), "evidence.type-mismatch"},
		{"text in UTF-16", "notes.txt", []byte("\xff\xfeh\x00i\x00"), "evidence.type-mismatch"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			name, media, err := Inspect(c.file, c.content)
			refusal := fault.As(err)
			if refusal == nil || refusal.Key != c.want || name != "" || media != "" {
				t.Errorf("got %q, %q, %v; want the fault %s", name, media, err, c.want)
			}
		})
	}
}

func TestRefusalsHaveTheirKind(t *testing.T) {
	for key, c := range map[string]struct {
		file    string
		content []byte
		want    fault.Kind
	}{
		"too large":   {"a.txt", bytes.Repeat([]byte("a"), MaxSize+1), fault.KindTooLarge},
		"wrong type":  {"a.exe", []byte("MZ"), fault.KindUnsupported},
		"other bytes": {"a.pdf", []byte("hello"), fault.KindUnsupported},
		"empty":       {"a.pdf", nil, fault.KindInvalid},
	} {
		if _, _, err := Inspect(c.file, c.content); !fault.Is(err, c.want) {
			t.Errorf("%s: got %v, want kind %d", key, err, c.want)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, seed := range [][]byte{
		pdf(packed("/A 1")), aPNG(f), aJPEG(f), archived(f, document()...), archived(f, workbook()...), []byte("a,b\n"),
	} {
		for extension := range allowed {
			f.Add("a"+extension, seed)
		}
	}
	f.Fuzz(func(t *testing.T, file string, content []byte) {
		name, media, err := Inspect(file, content)
		if err != nil {
			if fault.As(err) == nil {
				t.Errorf("an error that is no fault: %v", err)
			}
			return
		}
		if media == "" || name == "" || strings.ContainsAny(name, "/\\\x00\n\u202e") || utf8.RuneCountInString(name) > maxNameLength {
			t.Errorf("taken as %q, %q", name, media)
		}
	})
}

// pdf gives the smallest file that is whole by what is checked, with more
// objects in it.
func pdf(objects string) []byte {
	return []byte("%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Kids [] /Count 0 >> endobj\n" +
		objects + "xref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R >>\nstartxref\n120\n%%EOF\n")
}

// packed gives a stream that holds an object, compressed.
func packed(object string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = fmt.Fprintf(w, "9 0 << %s >>", object)
	_ = w.Close()
	return fmt.Sprintf("8 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >> stream\n%s\nendstream endobj\n", b.Len(), b.String())
}

func aPNG(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aJPEG(t testing.TB) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// archived gives an archive of parts, each a name and its content.
func archived(t testing.TB, parts ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for part := range slices.Chunk(parts, 2) {
		f, err := w.Create(part[0])
		if err == nil {
			_, err = f.Write([]byte(part[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func document(more ...string) []string {
	return with([]string{"[Content_Types].xml", contentTypes(mediaDOCX + ".main+xml"), "word/document.xml", "<document>Dŵr</document>"}, more)
}

func workbook(more ...string) []string {
	return with([]string{"[Content_Types].xml", contentTypes(mediaXLSX + ".main+xml"), "xl/workbook.xml", "<workbook/>"}, more)
}

// with adds parts, in place of those of the same name.
func with(parts, more []string) []string {
	for part := range slices.Chunk(more, 2) {
		if i := slices.Index(parts, part[0]); i >= 0 {
			parts[i+1] = part[1]
			continue
		}
		parts = append(parts, part...)
	}
	return parts
}

func contentTypes(main string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Types><Override PartName="/main.xml" ContentType="` + main + `"/></Types>`
}

func relation(kind, target, mode string) string {
	return `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` +
		kind + `" Target="` + target + `" TargetMode="` + mode + `"/></Relationships>`
}

func manyParts(n int) []string {
	var parts []string
	for i := range n {
		parts = append(parts, fmt.Sprintf("word/%d.xml", i), "<a/>")
	}
	return parts
}

func flipped(content []byte, at int) []byte {
	changed := slices.Clone(content)
	changed[at] ^= 0x40
	return changed
}

// understated makes the directory say that the part of that size is smaller.
func understated(content []byte, size uint32) []byte {
	was := []byte{byte(size), byte(size >> 8), 0, 0}
	return bytes.ReplaceAll(content, was, []byte{9, 0, 0, 0})
}
