package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"sicrwydd/handlers/request"
	"sicrwydd/models/fault"
	"sicrwydd/models/questionnaire"
	reviews "sicrwydd/models/review"
	"sicrwydd/reports"
	"sicrwydd/reports/pdf"
)

// FileHandler answers a route that carries files.
type FileHandler func(*fiber.Ctx) error

// Files makes a route's handler of one that carries files.
func Files(h FileHandler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := h(c); err != nil {
			return WriteProblem(c, err)
		}
		return nil
	}
}

// WriteProblem answers with problem+json.
func WriteProblem(c *fiber.Ctx, err error) error {
	p := Problem(c.UserContext(), err)
	var headers interface{ GetHeaders() http.Header }
	if errors.As(p, &headers) {
		for name, values := range headers.GetHeaders() {
			c.Set(name, values[0])
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return c.Status(p.GetStatus()).Send(body)
}

func pathID(c *fiber.Ctx, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Params(name))
	if err != nil {
		return uuid.Nil, fault.NotFound()
	}
	return id, nil
}

// AddEvidence keeps a file for an answer.
func (a *API) AddEvidence(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	var system uuid.UUID
	if given := c.Query("system_id"); given != "" {
		if system, err = uuid.Parse(given); err != nil {
			return fault.Invalid("invalid").On("system_id", "answer.which-system")
		}
	}
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEApplicationJSON) {
		return a.addElsewhere(c, id, system)
	}
	upload, err := request.ReadUpload(c)
	if err != nil {
		return err
	}
	e, err := a.Services.Reviews.AddEvidence(c.UserContext(), actor(c.UserContext()), id, c.Params("key"), system, upload)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(e.View())
}

// AddActionEvidence keeps a file that shows that an action is done.
func (a *API) AddActionEvidence(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	upload, err := request.ReadUpload(c)
	if err != nil {
		return err
	}
	e, err := a.Services.Reviews.AddActionEvidence(c.UserContext(), actor(c.UserContext()), id, upload)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(e.View())
}

// addElsewhere takes evidence that is not handed over, as JSON.
func (a *API) addElsewhere(c *fiber.Ctx, review, system uuid.UUID) error {
	var in reviews.Elsewhere
	decoder := json.NewDecoder(bytes.NewReader(c.Body()))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&in) != nil {
		return fault.Malformed("malformed")
	}
	e, err := a.Services.Reviews.AddElsewhere(c.UserContext(), actor(c.UserContext()), review, c.Params("key"), system, in)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(e.View())
}

// ImportQuestionnaire keeps a file as the draft of its questionnaire.
func (a *API) ImportQuestionnaire(c *fiber.Ctx) error {
	upload, err := request.ReadWritten(c)
	if err != nil {
		return err
	}
	v, err := a.Services.Questionnaires.Import(c.UserContext(), actor(c.UserContext()), upload.Content)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(showVersion(v))
}

// ImportFramework adds a framework, or fills in one that is there.
func (a *API) ImportFramework(c *fiber.Ctx) error {
	upload, err := request.ReadWritten(c)
	if err != nil {
		return err
	}
	read, err := questionnaire.ReadFramework(bytes.NewReader(upload.Content))
	if err != nil {
		return err
	}
	f, err := a.Services.Questionnaires.ImportFramework(c.UserContext(), actor(c.UserContext()), read, "imported")
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(showFramework(f))
}

// ExportVersion sends a version as a file that can be imported.
func (a *API) ExportVersion(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	number, err := c.ParamsInt("number")
	if err != nil {
		return fault.NotFound()
	}
	v, err := a.Services.Questionnaires.Version(c.UserContext(), actor(c.UserContext()), id, number)
	if err != nil {
		return err
	}
	var body []byte
	format, mediaType := c.Query("format", "yaml"), "application/yaml"
	switch format {
	case "yaml":
		body, err = v.Definition.YAML()
	case "json":
		mediaType = fiber.MIMEApplicationJSON
		body, err = v.Definition.JSON()
	default:
		return fault.Invalid("invalid").On("format", "questionnaire.format-unknown")
	}
	if err != nil {
		return err
	}
	return request.Attach(c, fmt.Sprintf("%s-%d.%s", v.Definition.Code, number, format), mediaType, body)
}

// EvidenceFile sends a piece of evidence, never to be shown in place.
func (a *API) EvidenceFile(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	evidence, err := pathID(c, "evidence")
	if err != nil {
		return err
	}
	e, content, err := a.Services.Reviews.EvidenceFile(c.UserContext(), actor(c.UserContext()), id, evidence)
	if err != nil {
		return err
	}
	return request.Attach(c, e.Name, e.MediaType, content)
}

// ReportPDF sends the report of a review.
func (a *API) ReportPDF(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	snapshot, err := a.Services.Reviews.Report(c.UserContext(), actor(c.UserContext()), id)
	if err != nil {
		return err
	}
	tag := request.ReportLanguage(c)
	document, err := reports.ReviewReport(snapshot, tag)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pdf.Write(&b, document); err != nil {
		return err
	}
	return request.Attach(c, snapshot.Reference+"-"+string(tag)+".pdf", "application/pdf", b.Bytes())
}

// ReportHTML sends the report of a review as a page of its own.
func (a *API) ReportHTML(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	snapshot, err := a.Services.Reviews.Report(c.UserContext(), actor(c.UserContext()), id)
	if err != nil {
		return err
	}
	document, err := reports.ReviewReport(snapshot, request.ReportLanguage(c))
	if err != nil {
		return err
	}
	return sendHTML(c, document)
}

// ReceiptPDF sends the receipt in words, with the signed record inside.
func (a *API) ReceiptPDF(c *fiber.Ctx) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	record, err := a.Services.Reviews.ReceiptInWords(c.UserContext(), actor(c.UserContext()), id)
	if err != nil {
		return err
	}
	return request.AttachReceipt(c, record)
}
