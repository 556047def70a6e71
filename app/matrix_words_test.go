package main

import (
	"slices"
	"strings"

	"sicrwydd/models/access"
)

// narrowing is what the rules say in words beside the table: of some principals
// at some routes, with the sentence that says it.
type narrowing struct {
	routes string // "METHOD /path", with commas between; * stands for all that follows
	of     func(p principal) bool
	want   string
	why    string
}

func onSupplierSide(p principal) bool { return p.role.OfSupplier() }

var narrowed = []narrowing{
	{"POST /organisations,POST /governance-groups,page POST /groups,page GET /groups/new", func(p principal) bool {
		return p.place != "national" && !onSupplierSide(p) && p.role == access.Official
	}, "forbidden", "organisations and groups are entered nationally"},
	{"POST /organisations,POST /governance-groups,POST /suppliers,POST /systems,POST /contracts,POST /imports,page GET /imports,page POST /groups,page GET /groups/new,page GET /suppliers/new,page GET /systems/new", onSupplierSide, "forbidden", "a supplier changes its own contacts, certificates and sub-contractors"},
	{"GET /governance-groups/*,PATCH /governance-groups/*,page GET /groups/{id}*,page POST /groups/{id}", onSupplierSide, "absent", "a supplier reads the names of organisations"},
	{"PATCH /systems/*,PATCH /contracts/*,page POST /systems/{id},page POST /contracts/{id},page POST /suppliers/{id}/contracts,page GET /systems/{id}/edit,page GET /contracts/{id}/edit,page GET /suppliers/{id}/contracts/new", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "a supplier changes its own contacts, certificates and sub-contractors"},
	{"GET /inventory-returns,GET /concentration", onSupplierSide, "forbidden", "to a supplier a system shows its name and its own part"},
	{"GET /suppliers/{id}/who-is-hit,page GET /suppliers/{id}/who-is-hit.pdf", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "no users of a system are shown to a supplier"},
	{"POST /reviews/{id}/extensions", func(p principal) bool {
		return p.given || p.assigned || p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "a supplier asks for more time"},
	{"PUT /reviews/{id}/answers/*,POST /reviews/{id}/answers/*,POST /reviews/{id}/carry-over,POST /reviews/{id}/certificate-answers,POST /reviews/{id}/known-answers,POST /reviews/{id}/submit", func(p principal) bool {
		return p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "an official answers a desk review alone"},
	{"POST /reviews/{id}/facts", func(p principal) bool {
		return p.given || p.assigned || p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "a lead corrects what the inventory says"},
	{"GET /reviews/{id}/facts", func(p principal) bool { return p.given }, "forbidden", "a lead corrects what the inventory says"},
	{"POST /reviews/{id}/send-back,POST /reviews/{id}/cancel/agree", func(p principal) bool { return p.role == access.Approver && p.place == "national" }, "forbidden", "a national approver signs where no host's can"},
	{"GET /reviews/{id}/rating,GET /reviews/{id}/history", func(p principal) bool { return p.given || p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "what each judgement adds is the supplier's once shared; history is ours"},
	{"GET /reviews/{id}/receipt", func(p principal) bool { return p.given }, "absent", "the receipt is the leads'"},
	{"GET /findings/*,PATCH /findings/*,POST /findings/*", func(p principal) bool { return p.given }, "absent", "findings are shared with the leads"},
	{"POST /findings/{id}/comment", func(p principal) bool {
		return p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "the supplier comments"},
	{"GET /reviews/{id}/receipt.pdf", func(p principal) bool { return p.given }, "absent", "the receipt is the leads'"},
	{"POST /systems/{id}/uses/{use}/confirm,page GET /systems/{id}/uses/*,page POST /systems/{id}/uses/*", func(p principal) bool { return p.role == access.Official && p.place == "user" }, "may", "an organisation confirms its own use of a system"},
	{"POST /systems/{id}/uses/{use}/confirm,page GET /systems/{id}/uses/*,page POST /systems/{id}/uses/*", func(p principal) bool { return p.role == access.Official && p.place == "host" }, "forbidden", "an organisation confirms its own use of a system"},
	{"POST /systems/{id}/uses/{use}/confirm,page GET /systems/{id}/uses/*,page POST /systems/{id}/uses/*,page POST /organisations/{id}/appointments/*,DELETE /organisations/{id}/appointments/*", onSupplierSide, "absent", "no users of a system are shown to a supplier; nor who holds which office"},
	{"GET /imports/{id}*,POST /imports/*,GET /risk-acceptances/*,POST /risk-acceptances/*,GET /programmes/{id}*,PATCH /programmes/*,POST /programmes/*,GET /reports/{id}*,POST /reports/{id}*", onSupplierSide, "absent", "to a supplier a system shows its name and its own part"},
	{"page GET /reviews/{id}/report,GET /reviews/{id}/report.pdf,GET /reviews/{id}/report.html", func(p principal) bool {
		return p.name == "reviewer host" || p.name == "supplier_lead supplier" || p.place == "user" && slices.Contains([]access.Role{access.Official, access.Approver, access.Auditor}, p.role)
	}, "forbidden", "before the sign-off a report is a draft"},
	{"GET /reviews/{id}/evidence/*", func(p principal) bool {
		return p.place == "host" && (p.role == access.Reviewer || p.role == access.BoardSecretary) || p.place == "user"
	}, "absent", "evidence is of the answers, and is absent to whom they are not shown"},
	{"page GET /suppliers/{id}/history,page GET /systems/{id}/history,page GET /contracts/{id}/history", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "history is ours"},
	{"page GET /imports/template.csv,page GET /imports/template.xlsx", func(p principal) bool { return p.role == access.SupplierLead }, "may", "the headings of a list are no secret"},
	{"page GET /reviews/{id}/sections/{section}/all,page POST /reviews/{id}/sections/{section}/all", func(p principal) bool {
		return p.role == access.SupplierLead && p.place == "supplier" || p.given || p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "absent", "once the answers are submitted there is nothing to fill in"},
	{"page POST /reviews/{id}/certificates,page POST /reviews/{id}/earlier,page POST /reviews/{id}/known,page POST /reviews/{id}/questions/*,page POST /reviews/{id}/evidence/*", func(p principal) bool {
		return p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden or may", "an official answers a desk review alone"},
	{"page GET /reviews/{id}/receipt.json", func(p principal) bool { return p.given }, "absent", "the receipt is the leads'"},
	{"page GET /systems/{id}/risk", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "to a supplier a system shows no risk"},
	{"page GET /evidence/readers", func(p principal) bool { return p.role != access.SupplierLead }, "forbidden", "a lead reads who read the evidence of its supplier"},
	{"page GET /risk,page GET /risk.csv,page GET /risk.xlsx", onSupplierSide, "forbidden", "to a supplier a system shows no risk"},
	{"PATCH /users/*,DELETE /users/*,page POST /users/{id}/status,page POST /users/{id}/sessions/end,page POST /users/{id}/memberships/*,page POST /users/{id}/factor-resets", func(p principal) bool { return p.role == access.Administrator && p.place != "national" }, "forbidden", "users are managed nationally"},
	{"PATCH /users/{id},DELETE /users/{id}/sessions,page POST /users/{id}/status,page POST /users/{id}/sessions/end,page POST /users/{id}/factor-resets", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "a lead gives and ends memberships of its supplier; the account is not the supplier's"},
	{"DELETE /invitations/{id},page POST /users/invitations/*", func(p principal) bool { return p.role == access.SupplierLead && p.place == "supplier" }, "forbidden", "officials appoint a supplier's leads"},
	{"GET /actions/*,POST /actions/*", func(p principal) bool { return p.place == "supplier" }, "absent", "actions are the supplier's from sign-off"},
	{"POST /actions/{id}/complete,POST /actions/{id}/evidence,POST /actions/{id}/extensions", func(p principal) bool {
		return p.role == access.Official && (p.place == "national" || p.place == "host")
	}, "forbidden", "an official carries out our own actions"},
}

// naming are the routes whose body names a thing; the one that these bodies
// name is not there.
var naming = []string{"POST /findings", "POST /actions", "POST /risk-acceptances", "POST /reviews", "POST /review-batches", "POST /contracts", "POST /reports", "POST /deputies",
	"POST /actions/{id}/extensions/{extension}", "POST /views", "POST /users/{id}/factor-resets/{reset}/agree", "POST /typed", "POST /memberships"}

// asWritten applies what the rules say in words.
func asWritten(want string, r asked, p principal) string {
	route := r.method + " " + r.path
	for _, n := range narrowed {
		for prefix := range strings.SplitSeq(n.routes, ",") {
			exactly := strings.TrimSuffix(prefix, "*")
			page, ofPages := strings.CutPrefix(exactly, "page ")
			if ofPages && !r.page {
				continue
			}
			if (route == page || exactly != prefix && strings.HasPrefix(route, page)) && !p.over && p.name != "" && n.of(p) {
				return n.want
			}
		}
	}
	if strings.HasPrefix(want, "may") && slices.Contains(naming, route) {
		return want + " or absent"
	}
	return want
}
