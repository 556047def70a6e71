package templates

// helpTopics says which part of the help page belongs to a page; a page that is
// not named has the whole of it.
var helpTopics = map[string]string{
	"tasks": "answering", "section": "answering", "whole": "answering", "question": "answering", "earlier": "answering", "check": "answering",
	"submit": "answering", "library": "answering", "facts": "answering",
	"respondents": "people", "messages": "people",
	"listing": "inventory", "review": "planning", "review-plan": "planning", "review-edit": "planning", "review-issue": "planning",
	"review-reason": "planning", "review-history": "planning", "work": "planning", "dashboard": "dashboard", "pile": "planning", "calendar": "planning",
	"judge": "judging", "judgement": "judging", "return": "judging", "assess": "judging", "findings": "judging", "finding-form": "judging", "action": "judging",
	"sign-off": "signing", "send-back": "signing", "deputies": "signing",
	"supplier": "inventory", "supplier-form": "inventory", "contract-form": "inventory", "who-is-hit": "inventory",
	"system": "inventory", "risk": "inventory", "certificate": "inventory", "subcontractors": "inventory", "groups": "inventory", "group": "inventory", "group-form": "inventory", "thing-history": "inventory", "concentration": "inventory", "more": "inventory", "system-form": "inventory", "organisations": "inventory", "organisation": "inventory", "search": "inventory",
	"reports": "reports", "pack": "reports", "pack-new": "reports", "pack-draft": "reports", "translations": "reports", "report": "reports", "system-report": "reports", "rating": "reports", "receipt": "reports", "verify": "reports",
	"imports": "inventory", "import": "inventory", "returns": "inventory", "use-form": "inventory",
	"programmes": "programmes", "programme": "programmes", "programme-form": "programmes", "programme-systems": "programmes",
	"bulk": "planning", "bulks": "planning", "bulk-preview": "planning",
	"users": "accounts", "user": "accounts", "user-invite": "accounts", "outbox": "accounts", "jobs": "accounts", "questionnaires": "planning", "questionnaire": "planning", "questionnaire-preview": "planning", "frameworks": "planning", "framework": "planning", "account": "accounts",
	"sign-in": "sign-in", "invitation": "sign-in", "typed": "sign-in",
}

// HelpHref is where the help with this page is.
func (p Page) HelpHref() string {
	if topic := helpTopics[p.name]; topic != "" {
		return "/help#" + topic
	}
	return "/help"
}
