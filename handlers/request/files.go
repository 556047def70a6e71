package request

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/models/calendar"
	"sicrwydd/models/fault"
	"sicrwydd/models/lang"
	"sicrwydd/models/review"
	"sicrwydd/models/vault"
	"sicrwydd/reports"
	"sicrwydd/reports/pdf"
)

// ReadUpload reads the file of a form, of 25 MB at most.
func ReadUpload(c *fiber.Ctx) (review.Upload, error) {
	header, err := c.FormFile("file")
	if err != nil {
		return review.Upload{}, fault.Invalid("invalid").On("file", "evidence.missing")
	}
	if header.Size > vault.MaxSize {
		return review.Upload{}, fault.TooLarge("evidence.too-large").On("file", "evidence.too-large")
	}
	file, err := header.Open()
	if err != nil {
		return review.Upload{}, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, vault.MaxSize+1))
	return review.Upload{Name: header.Filename, Content: content, ValidFrom: calendar.Date(Field(c, "valid_from")),
		ValidTo: calendar.Date(Field(c, "valid_to")), Confidential: Field(c, "confidential") == "yes",
		ConfidentialReason: Field(c, "confidential_reason")}, err
}

// ReadTabled reads the file of a form that is a table: CSV or XLSX.
func ReadTabled(c *fiber.Ctx) (review.Upload, error) { return readNamed(c, tableExtensions) }

// ReadWritten reads the file of a form that is written in YAML or JSON.
func ReadWritten(c *fiber.Ctx) (review.Upload, error) { return readNamed(c, writtenExtensions) }

func readNamed(c *fiber.Ctx, extensions []string) (review.Upload, error) {
	upload, err := ReadUpload(c)
	if err != nil {
		return upload, err
	}
	return upload, checkExtension(upload.Name, upload.Content, extensions)
}

// Attach sends a file as a download that no browser runs.
func Attach(c *fiber.Ctx, name, mediaType string, content []byte) error {
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Set(fiber.HeaderContentType, Charset(mediaType, content))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox; frame-ancestors 'none'")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(content)
}

// ReportLanguage is the one asked for by ?lang=, or else the request's.
func ReportLanguage(c *fiber.Ctx) lang.Tag {
	if tag, ok := lang.Parse(c.Query("lang")); ok {
		return tag
	}
	return From(c.UserContext()).Lang
}

// Charset says in which encoding a text is, where its media type does not: UTF-8
// or, where the bytes are none, Windows-1252, the one other that is taken.
func Charset(mediaType string, content []byte) string {
	text := strings.HasPrefix(mediaType, "text/") || strings.HasSuffix(mediaType, "javascript") || strings.HasSuffix(mediaType, "xml")
	switch {
	case !text || strings.Contains(mediaType, "charset="):
		return mediaType
	case !utf8.Valid(content):
		return mediaType + "; charset=windows-1252"
	}
	return mediaType + "; charset=utf-8"
}

// AttachReceipt sends a receipt as PDF in the language asked for.
func AttachReceipt(c *fiber.Ctx, record *review.ReceiptRecord) error {
	tag := ReportLanguage(c)
	document, err := reports.Receipt(record, tag)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, document); err != nil {
		return err
	}
	return Attach(c, fmt.Sprintf("%s-receipt-%d-%s.pdf", record.Reference, record.File.Number, tag), "application/pdf", b.Bytes())
}
