package templates

// helpTopics says which part of the help page belongs to a page; a page that is
// not named has the whole of it.
var helpTopics = map[string]string{
	"tasks": "answering", "section": "answering", "whole": "answering", "question": "answering", "earlier": "answering", "check": "answering",
	"submit": "answering", "library": "answering", "facts": "answering",
	"respondents": "people", "messages": "people",
	"listing": "inventory", "review": "planning", "review-plan": "planning", "review-edit": "planning", "review-issue": "planning",
	"review-reason": "planning", "review-history": "planning", "work": "planning", "dashboard": "dashboard", "pile": "planning", "calendar": "calendar",
	"judge": "judging", "judgement": "judging", "return": "judging", "assess": "judging", "findings": "judging", "finding-form": "judging", "action": "judging",
	"sign-off": "signing", "send-back": "signing", "deputies": "signing",
	"supplier": "inventory", "supplier-form": "inventory", "contract-form": "inventory", "who-is-hit": "inventory",
	"system": "inventory", "risk": "risk", "certificate": "inventory", "subcontractors": "inventory", "subcontractor": "inventory", "groups": "inventory", "group": "inventory", "group-form": "inventory", "thing-history": "inventory", "concentration": "concentration", "more": "inventory", "system-form": "inventory", "organisations": "inventory", "organisation": "inventory", "search": "inventory",
	"reports": "reports", "pack": "packs", "pack-new": "packs", "pack-draft": "packs", "translations": "reports", "report": "reports", "system-report": "reports", "rating": "reports", "receipt": "reports", "verify": "reports",
	"imports": "imports", "import": "imports", "returns": "returns", "use-form": "returns",
	"bulk": "bulk", "bulks": "bulk", "bulk-preview": "bulk",
	"users": "accounts", "user": "accounts", "user-invite": "accounts", "outbox": "accounts", "jobs": "health", "health": "health", "questionnaires": "planning", "questionnaire": "planning", "questionnaire-preview": "planning", "frameworks": "planning", "framework": "planning", "account": "accounts",
	"programmes": "programmes", "programme": "programmes", "programme-form": "programmes", "programme-systems": "programmes",
	"sign-in": "sign-in", "invitation": "sign-in", "typed": "sign-in", "code": "sign-in", "recovery-codes": "sign-in", "password-forgotten": "sign-in", "password-sent": "sign-in", "password-set": "sign-in",
	"audit": "audit", "readers": "answering", "security": "accounts", "tokens": "accounts", "email-confirm": "accounts",
}

// listTopics are those of lists, which share a page, by their titles.
var listTopics = map[string]string{"nav.risk": "risk", "nav.reviews": "planning", "nav.findings": "judging", "nav.actions": "judging"}

// HelpHref is where the help with this page is.
func (p Page) HelpHref() string {
	if topic := listTopics[p.TitleKey]; topic != "" && p.name == "listing" {
		return "/help#" + topic
	}
	if topic := helpTopics[p.name]; topic != "" {
		return "/help#" + topic
	}
	return "/help"
}
