package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"sicrwydd/handlers/pages"
	"sicrwydd/models/access"
	"sicrwydd/models/portfolio"
)

func mountPages(app *fiber.App, p *pages.Pages) error {
	for _, r := range pageRoutes(p) {
		if !known(r.permission) {
			return fmt.Errorf("route %s %s has no permission", r.method, r.path)
		}
		app.Add(r.method, r.path, p.Handle(func(v *pages.View) error {
			if err := permitted(v.Visit, r.permission, r.path); err != nil {
				return err
			}
			if kind := r.form(); kind != "" {
				if err := p.MayFill(v, kind, r.permission); err != nil {
					return err
				}
			}
			return r.handler(v)
		}))
	}
	return nil
}

// onlyRead are the permissions that let one read: a page under one of them asks
// the scope of what it shows.
var onlyRead = []access.Permission{access.DirectoryRead, access.InventoryRead, access.QuestionnaireRead, access.ReviewRead, access.AnswersRead,
	access.MessageRead, access.ReportRead, access.ReportDraft, access.UserManage, access.Self, access.Open}

// form gives the kind of the thing that a form is about: to whom the form is
// shown, and from whom it is taken, is asked before its page runs. "" where
// there is none, and for the use of a system, which those confirm who use it.
func (r pageRoute) form() string {
	kind, of, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
	if slices.Contains(onlyRead, r.permission) || !portfolio.HasForms(kind) || !strings.HasPrefix(of, ":id") || strings.HasPrefix(of, ":id/uses/") {
		return ""
	}
	if added := kind + strings.TrimSuffix(strings.TrimPrefix(of, ":id"), "/new"); portfolio.HasForms(added) {
		return added
	}
	return kind
}

// listRoutes are the lists, each as a page and as files of what it shows.
func listRoutes(p *pages.Pages) []pageRoute {
	var routes []pageRoute
	for _, l := range []struct {
		name       string
		permission access.Permission
	}{
		{"suppliers", access.InventoryRead}, {"systems", access.InventoryRead}, {"contracts", access.InventoryRead},
		{"risk", access.InventoryRead}, {"reviews", access.ReviewRead}, {"findings", access.AnswersRead}, {"actions", access.AnswersRead},
	} {
		routes = append(routes, pageRoute{get, "/" + l.name, l.permission, p.List(l.name)},
			pageRoute{get, "/" + l.name + ".csv", l.permission, p.Proved(p.ListFile(l.name, "csv"))},
			pageRoute{get, "/" + l.name + ".xlsx", l.permission, p.Proved(p.ListFile(l.name, "xlsx"))})
	}
	return append(routes, pageRoute{post, "/views", access.Self, p.ViewKeep}, pageRoute{post, "/views/:id/drop", access.Self, p.ViewDrop})
}

// pageRoutes is what people see in the browser.
func pageRoutes(p *pages.Pages) []pageRoute {
	return slices.Concat(listRoutes(p), accountPages(p), peoplePages(p), inventoryPages(p), importPages(p), reviewPages(p), judgingPages(p))
}

// peoplePages are what is not about one part of the portfolio: help, users,
// the audit log.
func peoplePages(p *pages.Pages) []pageRoute {
	return []pageRoute{
		{get, "/", access.Open, p.Home},
		{get, "/dashboard", access.ReviewRead, p.Dashboard},
		{get, "/work/:kind", access.ReviewPlan, p.Pile},
		{get, "/calendar", access.ReviewRead, p.Calendar},
		{post, "/calendar/feeds", access.ReviewRead, p.Proved(p.FeedMake)},
		{post, "/calendar/feeds/:id/revoke", access.ReviewRead, p.FeedRevoke},
		{get, "/calendar/feeds/:token.ics", access.Open, p.Feed},
		{get, "/accessibility", access.Open, p.Accessibility},
		{get, "/privacy", access.Open, p.Privacy},
		{get, "/cookies", access.Open, p.CookiesPage},
		{get, "/rules", access.Open, p.Rules},
		{get, "/help", access.Open, p.Help},
		{get, "/glossary", access.Open, p.Glossary},
		{get, "/verify", access.Open, p.VerifyForm},
		{post, "/verify", access.Open, p.Verify},
		{get, "/search", access.ReviewRead, p.Search},
		{get, "/evidence", access.AnswerWrite, p.Library},
		{get, "/evidence/readers", access.AnswerWrite, p.Readers},
		{get, "/audit", access.AuditRead, p.Audit},
		{post, "/audit/verify", access.AuditRead, p.AuditVerify},
		{get, "/audit/export", access.AuditRead, p.Proved(p.AuditExport)},
		{get, "/users", access.UserManage, p.Users},
		{get, "/users/invite", access.UserManage, p.UserInviteForm},
		{post, "/users/invite", access.UserManage, p.Proved(p.UserInvite)},
		{post, "/users/invitations/:id/revoke", access.RespondentInvite, p.InvitationRevoke},
		{get, "/users/:id", access.UserManage, p.User},
		{post, "/users/:id/status", access.UserManage, p.Proved(p.UserStatus)},
		{post, "/users/:id/sessions/end", access.UserManage, p.Proved(p.UserSignOut)},
		{post, "/users/:id/memberships", access.UserManage, p.Proved(p.UserGrant)},
		{post, "/users/:id/memberships/:membership/end", access.UserManage, p.Proved(p.UserEnd)},
		{post, "/users/:id/factor-resets", access.UserManage, p.Proved(p.FactorResetAsk)},
		{post, "/users/:id/factor-resets/:reset/agree", access.UserManage, p.Proved(p.FactorResetAgree)},
		{get, "/deputies", access.ReviewSign, p.Deputies},
		{post, "/deputies", access.ReviewSign, p.Proved(p.DeputyName)},
		{post, "/deputies/:id/end", access.ReviewSign, p.Proved(p.DeputyEnd)},

		{get, "/more", access.Self, p.More},
		{get, "/concentration", access.InventoryRead, p.Concentration},
	}
}

// inventoryPages are organisations, suppliers, systems and what they hang on.
func inventoryPages(p *pages.Pages) []pageRoute {
	return []pageRoute{
		{get, "/organisations", access.DirectoryRead, p.Organisations},
		{get, "/organisations/:id", access.DirectoryRead, p.Organisation},
		{post, "/organisations/:id/returns", access.InventoryChange, p.ReturnSay},
		{get, "/inventory-returns", access.InventoryRead, p.Returns},
		{get, "/suppliers/new", access.InventoryChange, p.SupplierNew},
		{post, "/suppliers", access.InventoryChange, p.SupplierAdd},
		{get, "/suppliers/:id", access.InventoryRead, p.Supplier},
		{get, "/suppliers/:id/edit", access.InventoryChange, p.SupplierEdit},
		{post, "/suppliers/:id", access.InventoryChange, p.SupplierChange},
		{post, "/suppliers/:id/certificates", access.InventoryChange, p.CertificateAdd},
		{get, "/suppliers/:id/certificates/:certificate", access.InventoryChange, p.Certificate},
		{post, "/suppliers/:id/certificates/:certificate", access.InventoryChange, p.CertificateChange},
		{post, "/suppliers/:id/certificates/:certificate/end", access.InventoryChange, p.CertificateEnd},
		{get, "/suppliers/:id/subcontractors", access.InventoryRead, p.Subcontractors},
		{post, "/suppliers/:id/subcontractors", access.InventoryChange, p.SubcontractorAdd},
		{get, "/suppliers/:id/subcontractors/:subcontractor", access.InventoryChange, p.Subcontractor},
		{post, "/suppliers/:id/subcontractors/:subcontractor", access.InventoryChange, p.SubcontractorChange},
		{post, "/suppliers/:id/subcontractors/:subcontractor/end", access.InventoryChange, p.SubcontractorEnd},
		{get, "/groups", access.DirectoryRead, p.Groups},
		{get, "/groups/new", access.InventoryChange, p.GroupNew},
		{post, "/groups", access.InventoryChange, p.GroupAdd},
		{get, "/groups/:id", access.DirectoryRead, p.Group},
		{get, "/groups/:id/edit", access.InventoryChange, p.GroupEdit},
		{post, "/groups/:id", access.InventoryChange, p.GroupChange},
		{post, "/organisations/:id/appointments", access.InventoryChange, p.AppointmentAdd},
		{post, "/organisations/:id/appointments/:appointment/end", access.InventoryChange, p.AppointmentEnd},
		{get, "/suppliers/:id/who-is-hit", access.InventoryRead, p.WhoIsHit},
		{get, "/suppliers/:id/who-is-hit.pdf", access.InventoryRead, p.Proved(p.WhoIsHitPDF)},
		{get, "/suppliers/:id/contracts/new", access.InventoryChange, p.ContractNew},
		{post, "/suppliers/:id/contracts", access.InventoryChange, p.ContractAdd},
		{get, "/contracts/:id/edit", access.InventoryChange, p.ContractEdit},
		{post, "/contracts/:id", access.InventoryChange, p.ContractChange},
		{get, "/systems/new", access.InventoryChange, p.SystemNew},
		{post, "/systems", access.InventoryChange, p.SystemAdd},
		{get, "/systems/:id", access.InventoryRead, p.System},
		{get, "/systems/:id/edit", access.InventoryChange, p.SystemEdit},
		{get, "/systems/:id/uses/:use", access.InventoryChange, p.UseForm},
		{post, "/systems/:id/uses/:use", access.InventoryChange, p.UseConfirm},
		{get, "/suppliers/:id/history", access.InventoryRead, p.ThingHistory(portfolio.OfSupplier, "/suppliers/:id")},
		{get, "/systems/:id/history", access.InventoryRead, p.ThingHistory(portfolio.OfSystem, "/systems/:id")},
		{get, "/contracts/:id/history", access.InventoryRead, p.ThingHistory(portfolio.OfContract, "/contracts")},
		{get, "/organisations/:id/history", access.DirectoryRead, p.ThingHistory(portfolio.OfOrganisation, "/organisations/:id")},
		{get, "/systems/:id/risk", access.InventoryRead, p.Risk},
		{get, "/systems/:id/report", access.ReportDraft, p.SystemReport},
		{get, "/systems/:id/report.pdf", access.ReportDraft, p.SystemReportPDF},
		{post, "/systems/:id/risk", access.RiskPropose, p.RiskPropose},
		{post, "/risk-acceptances/:acceptance/agree", access.RiskAgree, p.RiskAgree},
		{post, "/risk-acceptances/:acceptance/end", access.RiskPropose, p.RiskEnd},
		{post, "/systems/:id", access.InventoryChange, p.SystemChange},

		{get, "/programmes", access.ReviewRead, p.Programmes},
		{post, "/programmes", access.ReviewPlan, p.ProgrammeAdd},
		{get, "/programmes/new", access.ReviewPlan, p.ProgrammeNew},
		{get, "/programmes/:id", access.ReviewRead, p.Programme},
		{post, "/programmes/:id", access.ReviewPlan, p.ProgrammeChange},
		{get, "/programmes/:id/edit", access.ReviewPlan, p.ProgrammeEdit},
		{get, "/programmes/:id/systems", access.ReviewPlan, p.ProgrammeSystems},
		{post, "/programmes/:id/systems", access.ReviewPlan, p.ProgrammeChoose},

		{get, "/reviews/bulk", access.ReviewPlan, p.Bulks},
		{post, "/reviews/bulk", access.ReviewPlan, p.BulkPlan},
		{post, "/reviews/bulk/preview", access.ReviewPlan, p.BulkPreview},
		{get, "/reviews/bulk/:id", access.ReviewPlan, p.Bulk},
		{post, "/reviews/bulk/:id/stop", access.ReviewPlan, p.BulkStop},
	}
}

// reviewPages are reviews from their planning to their answers.
func reviewPages(p *pages.Pages) []pageRoute {
	return []pageRoute{
		{get, "/reviews/new", access.ReviewPlan, p.ReviewNew},
		{post, "/reviews", access.ReviewPlan, p.ReviewPlan},
		{get, "/reviews/:id", access.ReviewRead, p.Review},
		{get, "/reviews/:id/edit", access.ReviewPlan, p.ReviewEdit},
		{post, "/reviews/:id", access.ReviewPlan, p.ReviewChange},
		{get, "/reviews/:id/issue", access.ReviewPlan, p.ReviewIssueForm},
		{post, "/reviews/:id/issue", access.ReviewPlan, p.ReviewIssue},
		{post, "/reviews/:id/reminders", access.ReviewPlan, p.ReviewRemind},
		{get, "/reviews/:id/close", access.ReviewPlan, p.ReviewCloseForm},
		{post, "/reviews/:id/close", access.ReviewPlan, p.ReviewClose},
		{get, "/reviews/:id/cancel", access.ReviewPlan, p.ReviewCancelForm},
		{post, "/reviews/:id/cancel", access.ReviewPlan, p.ReviewCancel},
		{post, "/reviews/:id/cancel/agree", access.ReviewCancelAgree, p.ReviewCancelAgree},
		{get, "/reviews/:id/correct", access.ReviewPlan, p.ReviewCorrectForm},
		{post, "/reviews/:id/correct", access.ReviewPlan, p.ReviewCorrect},
		{get, "/reviews/:id/history", access.AnswersRead, p.ReviewHistory},

		{get, "/reviews/:id/respondents", access.RespondentInvite, p.Respondents},
		{post, "/reviews/:id/respondents", access.RespondentInvite, p.RespondentAdd},
		{post, "/reviews/:id/respondents/:respondent/again", access.RespondentInvite, p.RespondentAgain},
		{post, "/reviews/:id/respondents/:respondent/instead", access.RespondentInvite, p.RespondentInstead},
		{post, "/reviews/:id/respondents/:respondent/remove", access.RespondentInvite, p.RespondentRemove},
		{get, "/reviews/:id/messages", access.MessageRead, p.Messages},
		{post, "/reviews/:id/messages", access.MessageWrite, p.MessageWrite},
		{post, "/reviews/:id/extensions", access.MessageWrite, p.TimeAsk},
		{post, "/reviews/:id/extensions/:extension", access.ReviewPlan, p.TimeDecide},

		{get, "/reviews/:id/facts", access.MessageRead, p.FactsPage},
		{post, "/reviews/:id/facts", access.MessageWrite, p.FactCorrect},
		{post, "/reviews/:id/facts/:correction", access.ReviewPlan, p.FactDecide},
		{get, "/reviews/:id/earlier", access.AnswersRead, p.Earlier},
		{post, "/reviews/:id/certificates", access.AnswerWrite, p.CertificatesAnswer},
		{post, "/reviews/:id/earlier", access.AnswerWrite, p.EarlierConfirm},
		{post, "/reviews/:id/known", access.AnswerWrite, p.KnownConfirm},
		{get, "/reviews/:id/sections/:section", access.AnswersRead, p.Section},
		{get, "/reviews/:id/sections/:section/all", access.AnswerWrite, p.WholeSection},
		{post, "/reviews/:id/sections/:section/all", access.AnswerWrite, p.WholeSave},
		{get, "/reviews/:id/questions/:key", access.AnswersRead, p.Question},
		{post, "/reviews/:id/questions/:key", access.AnswerWrite, p.AnswerQuestion},
		{post, "/reviews/:id/questions/:key/evidence", access.AnswerWrite, p.EvidenceAdd},
		{post, "/reviews/:id/evidence/:evidence/remove", access.AnswerWrite, p.EvidenceRemove},
		{get, "/reviews/:id/evidence/:evidence", access.AnswersRead, p.EvidenceFile},
		{get, "/reviews/:id/check", access.AnswersRead, p.CheckAnswers},
		{get, "/reviews/:id/submit", access.ReviewAttest, p.SubmitForm},
		{post, "/reviews/:id/submit", access.ReviewAttest, p.Submit},
		{get, "/reviews/:id/receipt", access.AnswersRead, p.Receipt},
		{get, "/reviews/:id/receipt.json", access.AnswersRead, p.ReceiptFile},
		{get, "/reviews/:id/receipt.pdf", access.AnswersRead, p.ReceiptPDF},
	}
}

// judgingPages are what our side does once answers are in: judging, findings,
// signing, actions, reports.
func judgingPages(p *pages.Pages) []pageRoute {
	return []pageRoute{
		{get, "/reviews/:id/judge", access.ReviewJudge, p.Judge},
		{post, "/reviews/:id/judge", access.ReviewJudge, p.JudgeAccept},
		{post, "/reviews/:id/judge/carry-over", access.ReviewJudge, p.JudgeCarry},
		{get, "/reviews/:id/judge/:key", access.ReviewJudge, p.JudgeQuestion},
		{post, "/reviews/:id/judge/:key", access.ReviewJudge, p.JudgeSave},
		{get, "/reviews/:id/return", access.ReviewJudge, p.ReturnForm},
		{post, "/reviews/:id/return", access.ReviewJudge, p.Return},
		{get, "/reviews/:id/rating", access.AnswersRead, p.Rating},
		{get, "/reviews/:id/assess", access.ReviewJudge, p.AssessForm},
		{post, "/reviews/:id/assess", access.ReviewJudge, p.Assess},
		{get, "/reviews/:id/findings", access.AnswersRead, p.Findings},
		{get, "/reviews/:id/findings/new", access.FindingWrite, p.FindingNew},
		{post, "/reviews/:id/findings", access.FindingWrite, p.FindingAdd},
		{get, "/findings/:id/edit", access.FindingWrite, p.FindingEdit},
		{get, "/findings/:id", access.AnswersRead, p.FindingPlace},
		{post, "/findings/:id", access.FindingWrite, p.FindingChange},
		{post, "/findings/:id/comment", access.ReviewAttest, p.FindingComment},
		{post, "/findings/:id/resolve", access.FindingWrite, p.FindingResolve},

		{get, "/reviews/:id/sign-off", access.ReviewSign, p.SignOffForm},
		{post, "/reviews/:id/sign-off", access.ReviewSign, p.Proved(p.SignOff)},
		{get, "/reviews/:id/send-back", access.ReviewSign, p.SendBackForm},
		{post, "/reviews/:id/send-back", access.ReviewSign, p.SendBack},
		{post, "/actions", access.FindingWrite, p.ActionAdd},
		{get, "/actions/:id", access.AnswersRead, p.Action},
		{post, "/actions/:id/complete", access.ActionDo, p.ActionComplete},
		{post, "/actions/:id/verify", access.ActionVerify, p.ActionVerify},
		{post, "/actions/:id/send-back", access.ActionVerify, p.ActionSendBack},
		{post, "/actions/:id/evidence", access.ActionDo, p.ActionFile},
		{post, "/actions/:id/extensions", access.ActionDo, p.ActionTime},
		{post, "/actions/:id/extensions/:extension", access.ActionVerify, p.ActionTimeDecide},

		{get, "/reports", access.ReportRead, p.Reports},
		{get, "/translations", access.FindingWrite, p.Translations},
		{get, "/translations.xlsx", access.FindingWrite, p.Proved(p.TranslationsSheet)},
		{post, "/translations", access.FindingWrite, p.TranslationsTake},
		{get, "/reports/new", access.ReportPublish, p.PackNew},
		{post, "/reports", access.ReportPublish, p.PackRequest},
		{get, "/reports/draft", access.ReportDraft, p.PackDraft},
		{get, "/reports/draft.pdf", access.ReportDraft, p.Proved(p.PackDraftPDF)},
		{get, "/reports/draft.xlsx", access.ReportDraft, p.Proved(p.PackDraftSheet)},
		{get, "/reports/actions", access.ReportDraft, p.Tracker},
		{get, "/reports/actions.pdf", access.ReportDraft, p.Proved(p.TrackerPDF)},
		{get, "/reports/actions.xlsx", access.ReportDraft, p.Proved(p.TrackerSheet)},
		{get, "/reports/:id", access.ReportRead, p.Pack},
		{get, "/reports/:id/pack.pdf", access.ReportRead, p.PackPDF},
		{get, "/reports/:id/pack.xlsx", access.ReportRead, p.Proved(p.PackSheet)},
		{post, "/reports/:id/publish", access.ReportPublish, p.PackPublish},
		{get, "/reviews/:id/report", access.ReportRead, p.Report},
		{get, "/reviews/:id/report.pdf", access.ReportRead, p.ReportPDF},
		{get, "/questionnaires", access.QuestionnaireRead, p.QuestionnaireList},
		{get, "/questionnaires/:id", access.QuestionnaireRead, p.Questionnaire},
		{get, "/questionnaires/:id/versions/:number", access.QuestionnaireRead, p.QuestionnairePreview},
		{get, "/frameworks", access.QuestionnaireRead, p.FrameworkList},
		{get, "/frameworks/:id", access.QuestionnaireRead, p.Framework},
		{get, "/jobs", access.Settings, p.Jobs},
		{post, "/jobs/:id/retry", access.Settings, p.JobRetry},
		{post, "/jobs/:id/cancel", access.Settings, p.JobCancel},
		{get, "/health", access.Settings, p.Health},
		{post, "/health/mail", access.Settings, p.HealthMail},
		{get, "/outbox", access.Settings, p.Outbox},
		{post, "/outbox/hold", access.Settings, p.OutboxHold},
	}
}
