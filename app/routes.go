package main

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"sicrwydd/handlers/api"
	"sicrwydd/handlers/pages"
	"sicrwydd/handlers/request"
	"sicrwydd/models/access"
	"sicrwydd/models/fault"
)

const (
	get  = fiber.MethodGet
	post = fiber.MethodPost
	put  = fiber.MethodPut
	edit = fiber.MethodPatch
	drop = fiber.MethodDelete
)

type apiRoute struct {
	method, path string
	permission   access.Permission
	endpoint     api.Endpoint
}

type pageRoute struct {
	method, path string
	permission   access.Permission
	handler      pages.Handler
}

// apiRoutes is the REST contract. A route without a permission stops the start.
func apiRoutes(a *api.API) []apiRoute {
	return []apiRoute{
		{get, "/me", access.Self, api.Do(a.Me)},

		{get, "/organisations", access.DirectoryRead, api.Do(a.Organisations)},
		{post, "/organisations", access.InventoryChange, api.Do(a.AddOrganisation)},
		{get, "/organisations/{id}", access.DirectoryRead, api.Do(a.Organisation)},
		{edit, "/organisations/{id}", access.InventoryChange, api.Do(a.ChangeOrganisation)},
		{get, "/organisations/{id}/appointments", access.DirectoryRead, api.Do(a.Appointments)},
		{post, "/organisations/{id}/appointments", access.InventoryChange, api.Do(a.Appoint)},
		{drop, "/organisations/{id}/appointments/{appointment}", access.InventoryChange, api.Do(a.EndAppointment)},
		{get, "/governance-groups", access.DirectoryRead, api.Do(a.Groups)},
		{post, "/governance-groups", access.InventoryChange, api.Do(a.AddGroup)},
		{get, "/governance-groups/{id}", access.DirectoryRead, api.Do(a.Group)},
		{edit, "/governance-groups/{id}", access.InventoryChange, api.Do(a.ChangeGroup)},

		{get, "/suppliers", access.InventoryRead, api.Do(a.Suppliers)},
		{post, "/suppliers", access.InventoryChange, api.Do(a.AddSupplier)},
		{get, "/suppliers/{id}", access.InventoryRead, api.Do(a.Supplier)},
		{edit, "/suppliers/{id}", access.InventoryChange, api.Do(a.ChangeSupplier)},
		{get, "/suppliers/{id}/systems", access.InventoryRead, api.Do(a.SupplierSystems)},
		{get, "/suppliers/{id}/reviews", access.ReviewRead, api.Do(a.SupplierReviews)},
		{get, "/suppliers/{id}/certificates", access.InventoryRead, api.Do(a.Certificates)},
		{post, "/suppliers/{id}/certificates", access.InventoryChange, api.Do(a.AddCertificate)},
		{edit, "/suppliers/{id}/certificates/{certificate}", access.InventoryChange, api.Do(a.ChangeCertificate)},
		{drop, "/suppliers/{id}/certificates/{certificate}", access.InventoryChange, api.Do(a.EndCertificate)},
		{edit, "/suppliers/{id}/subcontractors/{subcontractor}", access.InventoryChange, api.Do(a.ChangeSubcontractor)},
		{drop, "/suppliers/{id}/subcontractors/{subcontractor}", access.InventoryChange, api.Do(a.EndSubcontractor)},
		{get, "/suppliers/{id}/subcontractors", access.InventoryRead, api.Do(a.Subcontractors)},
		{post, "/suppliers/{id}/subcontractors", access.InventoryChange, api.Do(a.AddSubcontractor)},

		{get, "/systems", access.InventoryRead, api.Do(a.Systems)},
		{post, "/systems", access.InventoryChange, api.Do(a.AddSystem)},
		{get, "/systems/{id}", access.InventoryRead, api.Do(a.System)},
		{edit, "/systems/{id}", access.InventoryChange, api.Do(a.ChangeSystem)},
		{get, "/systems/{id}/reviews", access.ReviewRead, api.Do(a.SystemReviews)},
		{get, "/systems/{id}/risk", access.InventoryRead, api.Do(a.SystemRisk)},
		{get, "/systems/{id}/uses", access.InventoryRead, api.Do(a.SystemUses)},
		{post, "/systems/{id}/uses/{use}/confirm", access.InventoryChange, api.Do(a.ConfirmUse)},
		{get, "/inventory-returns", access.InventoryRead, api.Do(a.InventoryReturns)},
		{post, "/organisations/{id}/inventory-returns", access.InventoryChange, api.Do(a.ReturnInventory)},

		{get, "/imports/{id}", access.InventoryChange, api.Do(a.Import)},
		{post, "/imports/{id}/apply", access.InventoryChange, api.Do(a.ApplyImport)},
		{post, "/imports/{id}/cancel", access.InventoryChange, api.Do(a.CancelImport)},
		{post, "/imports/{id}/undo", access.InventoryChange, api.Do(a.UndoImport)},

		{get, "/concentration", access.InventoryRead, api.Do(a.Concentration)},
		{get, "/risk-acceptances", access.InventoryRead, api.Do(a.Acceptances)},
		{post, "/risk-acceptances", access.RiskPropose, api.Do(a.ProposeAcceptance)},
		{get, "/risk-acceptances/{id}", access.InventoryRead, api.Do(a.Acceptance)},
		{post, "/risk-acceptances/{id}/agree", access.RiskAgree, api.Do(a.AgreeToAcceptance)},
		{post, "/risk-acceptances/{id}/end", access.RiskPropose, api.Do(a.EndAcceptance)},

		{get, "/suppliers/{id}/who-is-hit", access.InventoryRead, api.Do(a.WhoIsHit)},
		{get, "/dashboard", access.ReviewRead, api.Do(a.Dashboard)},
		{get, "/work", access.ReviewPlan, api.Do(a.Work)},
		{get, "/contracts", access.InventoryRead, api.Do(a.Contracts)},
		{post, "/contracts", access.InventoryChange, api.Do(a.AddContract)},
		{get, "/contracts/{id}", access.InventoryRead, api.Do(a.Contract)},
		{edit, "/contracts/{id}", access.InventoryChange, api.Do(a.ChangeContract)},

		{get, "/questionnaires", access.QuestionnaireRead, api.Do(a.ListQuestionnaires)},
		{get, "/questionnaires/{id}", access.QuestionnaireRead, api.Do(a.Questionnaire)},
		{get, "/questionnaires/{id}/versions", access.QuestionnaireRead, api.Do(a.QuestionnaireVersions)},
		{post, "/questionnaires/{id}/versions/{number}/publish", access.QuestionnairePublish, api.Do(a.PublishVersion)},
		{get, "/frameworks", access.QuestionnaireRead, api.Do(a.Frameworks)},
		{get, "/frameworks/{id}/requirements", access.QuestionnaireRead, api.Do(a.Requirements)},
		{get, "/frameworks/{id}/coverage", access.QuestionnaireRead, api.Do(a.Coverage)},

		{get, "/programmes", access.ReviewRead, api.Do(a.Programmes)},
		{post, "/programmes", access.ReviewPlan, api.Do(a.AddProgramme)},
		{get, "/programmes/{id}", access.ReviewRead, api.Do(a.Programme)},
		{edit, "/programmes/{id}", access.ReviewPlan, api.Do(a.ChangeProgramme)},
		{post, "/programmes/{id}/plan", access.ReviewPlan, api.Do(a.PlanProgramme)},
		{get, "/programmes/{id}/progress", access.ReviewRead, api.Do(a.ProgrammeProgress)},

		{get, "/reviews", access.ReviewRead, api.Do(a.ListReviews)},
		{post, "/reviews", access.ReviewPlan, api.Do(a.PlanReview)},
		{post, "/review-batches", access.ReviewPlan, api.Do(a.PlanBatch)},
		{get, "/review-batches/{id}", access.ReviewPlan, api.Do(a.Batch)},
		{post, "/review-batches/{id}/stop", access.ReviewPlan, api.Do(a.StopBatch)},
		{get, "/reviews/{id}", access.ReviewRead, api.Do(a.Review)},
		{edit, "/reviews/{id}", access.ReviewPlan, api.Do(a.EditReview)},
		{post, "/reviews/{id}/issue", access.ReviewPlan, api.Do(a.IssueReview)},
		{post, "/reviews/{id}/respondents", access.RespondentInvite, api.Do(a.AddRespondent)},
		{drop, "/reviews/{id}/respondents/{respondent}", access.RespondentInvite, api.Do(a.RemoveRespondent)},
		{get, "/reviews/{id}/messages", access.MessageRead, api.Do(a.Messages)},
		{post, "/reviews/{id}/messages", access.MessageWrite, api.Do(a.WriteMessage)},
		{get, "/reviews/{id}/extensions", access.MessageRead, api.Do(a.Extensions)},
		{post, "/reviews/{id}/extensions", access.MessageWrite, api.Do(a.AskForTime)},
		{post, "/reviews/{id}/extensions/{extension}/decide", access.ReviewPlan, api.Do(a.DecideTime)},
		{get, "/reviews/{id}/questions", access.AnswersRead, api.Do(a.ReviewQuestions)},
		{put, "/reviews/{id}/answers/{key}", access.AnswerWrite, api.Do(a.PutAnswer)},
		{post, "/reviews/{id}/carry-over", access.AnswerWrite, api.Do(a.CarryOver)},
		{post, "/reviews/{id}/certificate-answers", access.AnswerWrite, api.Do(a.AnswerFromCertificates)},
		{post, "/reviews/{id}/known-answers", access.AnswerWrite, api.Do(a.AnswerFromFacts)},
		{post, "/reviews/{id}/answers/{key}/evidence/again", access.AnswerWrite, api.Do(a.UseEvidenceAgain)},
		{get, "/evidence", access.AnswerWrite, api.Do(a.EvidenceLibrary)},
		{get, "/reviews/{id}/sections", access.AnswersRead, api.Do(a.ReviewSections)},
		{get, "/reviews/{id}/facts", access.MessageRead, api.Do(a.ReviewFacts)},
		{post, "/reviews/{id}/facts", access.MessageWrite, api.Do(a.CorrectFact)},
		{post, "/reviews/{id}/facts/{correction}/decide", access.ReviewPlan, api.Do(a.DecideFact)},
		{post, "/reviews/{id}/submit", access.ReviewAttest, api.Do(a.SubmitReview)},
		{put, "/reviews/{id}/judgements/{key}", access.ReviewJudge, api.Do(a.PutJudgement)},
		{post, "/reviews/{id}/judgements/carry-over", access.ReviewJudge, api.Do(a.CarryJudgements)},
		{post, "/reviews/{id}/judgements/accept", access.ReviewJudge, api.Do(a.AcceptProposals)},
		{post, "/reviews/{id}/return", access.ReviewJudge, api.Do(a.ReturnReview)},
		{post, "/reviews/{id}/assess", access.ReviewJudge, api.Do(a.AssessReview)},
		{post, "/reviews/{id}/sign-off", access.ReviewSign, api.Do(a.SignOffReview)},
		{post, "/reviews/{id}/send-back", access.ReviewSign, api.Do(a.SendBackReview)},
		{post, "/reviews/{id}/reminders", access.ReviewPlan, api.Do(a.RemindAboutReview)},
		{post, "/reviews/{id}/close", access.ReviewPlan, api.Do(a.CloseReview)},
		{post, "/reviews/{id}/cancel", access.ReviewPlan, api.Do(a.CancelReview)},
		{post, "/reviews/{id}/cancel/agree", access.ReviewCancelAgree, api.Do(a.AgreeToCancel)},
		{post, "/reviews/{id}/correct", access.ReviewPlan, api.Do(a.CorrectReview)},
		{get, "/reviews/{id}/rating", access.AnswersRead, api.Do(a.ReviewRating)},
		{get, "/reviews/{id}/receipt", access.AnswersRead, api.Do(a.ReviewReceipt)},
		{get, "/reviews/{id}/history", access.AnswersRead, api.Do(a.ReviewHistory)},

		{get, "/findings", access.AnswersRead, api.Do(a.Findings)},
		{post, "/findings", access.FindingWrite, api.Do(a.AddFinding)},
		{get, "/findings/{id}", access.AnswersRead, api.Do(a.Finding)},
		{edit, "/findings/{id}", access.FindingWrite, api.Do(a.ChangeFinding)},
		{post, "/findings/{id}/comment", access.ReviewAttest, api.Do(a.CommentOnFinding)},
		{post, "/findings/{id}/resolve-comment", access.FindingWrite, api.Do(a.ResolveComment)},
		{get, "/actions", access.AnswersRead, api.Do(a.Actions)},
		{post, "/actions", access.FindingWrite, api.Do(a.AddAction)},
		{get, "/actions/{id}", access.AnswersRead, api.Do(a.Action)},
		{post, "/actions/{id}/complete", access.ActionDo, api.Do(a.CompleteAction)},
		{post, "/actions/{id}/verify", access.ActionVerify, api.Do(a.VerifyAction)},
		{post, "/actions/{id}/extensions", access.ActionDo, api.Do(a.AskForActionTime)},
		{post, "/actions/{id}/extensions/{extension}", access.ActionVerify, api.Do(a.DecideActionTime)},
		{post, "/actions/{id}/send-back", access.ActionVerify, api.Do(a.SendActionBack)},

		{get, "/reports", access.ReportRead, api.Do(a.Packs)},
		{post, "/reports", access.ReportPublish, api.Do(a.RequestPack)},
		{get, "/reports/{id}", access.ReportRead, api.Do(a.Pack)},
		{post, "/reports/{id}/publish", access.ReportPublish, api.Do(a.PublishPack)},

		{get, "/deputies", access.ReviewSign, api.Do(a.Deputies)},
		{post, "/deputies", access.ReviewSign, api.Do(a.NameDeputy)},
		{drop, "/deputies/{id}", access.ReviewSign, api.Do(a.EndDeputy)},

		{get, "/users", access.UserManage, api.Do(a.Users)},
		{get, "/users/{id}", access.UserManage, api.Do(a.User)},
		{edit, "/users/{id}", access.UserManage, api.Do(a.ChangeUser)},
		{get, "/users/{id}/memberships", access.UserManage, api.Do(a.Memberships)},
		{post, "/users/{id}/memberships", access.UserManage, api.Do(a.AddMembership)},
		{drop, "/users/{id}/memberships/{membership}", access.UserManage, api.Do(a.EndMembership)},
		{drop, "/users/{id}/sessions", access.UserManage, api.Do(a.EndSessions)},
		{get, "/invitations", access.UserManage, api.Do(a.Invitations)},
		{post, "/invitations", access.RespondentInvite, api.Do(a.Invite)},
		{drop, "/invitations/{id}", access.RespondentInvite, api.Do(a.RevokeInvitation)},
		{get, "/tokens", access.Self, api.Do(a.Tokens)},
		{post, "/tokens", access.Self, api.Do(a.AddToken)},
		{drop, "/tokens/{id}", access.Self, api.Do(a.RevokeToken)},

		{get, "/audit/events", access.AuditRead, api.Do(a.Events)},
		{get, "/audit/verify", access.AuditRead, api.Do(a.VerifyAudit)},
	}
}

type fileRoute struct {
	method, path string
	permission   access.Permission
	handler      api.FileHandler
}

// fileRoutes are the parts of the contract that carry files, not JSON.
func fileRoutes(a *api.API) []fileRoute {
	const review = api.Prefix + "/reviews/:id"
	return []fileRoute{
		{post, review + "/answers/:key/evidence", access.AnswerWrite, a.AddEvidence},
		{post, api.Prefix + "/actions/:id/evidence", access.ActionDo, a.AddActionEvidence},
		{get, review + "/evidence/:evidence", access.AnswersRead, a.EvidenceFile},
		{get, review + "/receipt.pdf", access.AnswersRead, a.ReceiptPDF},
		{get, review + "/report.pdf", access.ReportRead, a.ReportPDF},
		{get, review + "/report.html", access.ReportRead, a.ReportHTML},
		{get, api.Prefix + "/systems/:id/report.pdf", access.ReportDraft, a.SystemReportPDF},
		{get, api.Prefix + "/systems/:id/report.html", access.ReportDraft, a.SystemReportHTML},
		{get, api.Prefix + "/reports/board.pdf", access.ReportDraft, a.BoardPDF},
		{get, api.Prefix + "/reports/board.html", access.ReportDraft, a.BoardHTML},
		{get, api.Prefix + "/reports/:id/report.pdf", access.ReportRead, a.PackPDF},
		{get, api.Prefix + "/reports/:id/report.xlsx", access.ReportRead, a.PackXLSX},
		{get, api.Prefix + "/audit/export", access.AuditRead, a.ExportAudit},
		{post, api.Prefix + "/imports", access.InventoryChange, a.BringImport},
		{post, api.Prefix + "/questionnaires/import", access.QuestionnairePublish, a.ImportQuestionnaire},
		{get, api.Prefix + "/questionnaires/:id/versions/:number/export", access.QuestionnaireRead, a.ExportVersion},
		{post, api.Prefix + "/frameworks/import", access.QuestionnairePublish, a.ImportFramework},
	}
}

// created lists what answers 201.
var created = map[string]bool{
	"/organisations": true, "/organisations/{id}/appointments": true, "/organisations/{id}/inventory-returns": true, "/governance-groups": true, "/suppliers": true, "/suppliers/{id}/certificates": true,
	"/suppliers/{id}/subcontractors": true, "/systems": true, "/reviews": true, "/reviews/{id}/respondents": true,
	"/reviews/{id}/messages": true, "/reviews/{id}/extensions": true, "/actions/{id}/extensions": true, "/reviews/{id}/facts": true, "/deputies": true, "/review-batches": true,
	"/reviews/{id}/answers/{key}/evidence/again": true,
	"/programmes": true, "/programmes/{id}/plan": true,
	"/findings": true, "/actions": true, "/reports": true, "/contracts": true, "/risk-acceptances": true, "/users/{id}/memberships": true, "/invitations": true, "/tokens": true,
}

func mountAPI(app *fiber.App, a *api.API) (huma.API, error) {
	contract := api.New(app)
	for _, r := range apiRoutes(a) {
		if !known(r.permission) {
			return nil, fmt.Errorf("route %s %s has no permission", r.method, r.path)
		}
		op := huma.Operation{OperationID: operationID(r.method, r.path), Method: r.method, Path: r.path,
			Summary: string(r.permission), Security: []map[string][]string{{"token": {}}},
			Middlewares: huma.Middlewares{permit(contract, r)}, MaxBodyBytes: 1 << 20}
		if r.method == post && created[r.path] {
			op.DefaultStatus = fiber.StatusCreated
		}
		r.endpoint(contract, op)
	}
	return contract, nil
}

// permit refuses who has not signed in, and who holds the permission of a list
// over nothing. For a route on one thing the domain answers: what may not be
// seen is absent before it is asked what may be done.
func permit(contract huma.API, r apiRoute) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if err := permitted(request.From(ctx.Context()), r.permission, r.path); err != nil {
			_ = huma.WriteErr(contract, ctx, request.Status(fault.As(err).Kind), "", err)
			return
		}
		next(ctx)
	}
}

func permitted(visit *request.Visit, p access.Permission, path string) error {
	switch {
	case p == access.Open:
		return nil
	case visit.Signed == nil:
		return fault.Unauthenticated("unauthenticated")
	case !strings.ContainsAny(path, "{:") && !visit.Actor().Holds(p):
		return fault.Forbidden("forbidden")
	}
	return nil
}

func known(p access.Permission) bool {
	if p == access.Open || p == access.Self {
		return true
	}
	for _, one := range access.Permissions() {
		if one == p {
			return true
		}
	}
	return false
}

func operationID(method, path string) string {
	clean := strings.NewReplacer("/", "-", "{", "", "}", "").Replace(strings.TrimPrefix(path, "/"))
	return strings.ToLower(method) + "-" + clean
}
