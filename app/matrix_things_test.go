package main

import (
	"time"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
)

// furnish adds what else is asked about: what the host's own people brought,
// proposed and asked for, and a person of the supplier.
func (w *world) furnish(host uuid.UUID) {
	w.t.Helper()
	desk, siro := "official host", "approver host"
	body, kind := form(w.t, "list.csv", "Name,Host\nArall,7A4\n")
	brought := w.send(desk, "POST", "/imports", kind, body)
	if brought.status != 201 {
		w.t.Fatalf("the import: %d %s", brought.status, brought.raw)
	}
	w.ids["imports"] = brought.id()
	w.ids["programmes"] = w.must(201, "official", "POST", "/programmes", map[string]any{"title": map[string]any{"en": "All", "cy": "Pob un"},
		"starts_on": time.Now().Format(time.DateOnly), "ends_on": "2099-01-31", "system_ids": []any{w.ids["systems"]}}).id()
	w.ids["risk-acceptances"] = w.must(201, siro, "POST", "/risk-acceptances", map[string]any{"system_id": w.ids["systems"],
		"reason": map[string]any{"en": "It is being replaced."}, "until_on": "2099-01-31"}).id()
	w.ids["reports"] = w.must(201, "board_secretary host", "POST", "/reports", map[string]any{"meeting_on": time.Now().AddDate(0, 0, 9).Format(time.DateOnly)}).id()
	supplier := w.must(201, desk, "POST", "/suppliers", map[string]any{"name": "In bulk"}).id()
	system := w.must(201, desk, "POST", "/systems", map[string]any{"name": map[string]any{"en": "In bulk"},
		"host_organisation_id": host, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id()
	w.ids["review-batches"] = w.must(201, desk, "POST", "/review-batches", map[string]any{"due_on": "2099-01-31", "issue": true,
		"reviews": []any{map[string]any{"supplier_id": supplier, "system_ids": []any{system}, "questionnaire_code": "short",
			"respondents": []any{map[string]any{"name": "Lead", "email": "lead@bulk.example", "lead": true, "lead_confirmed": true}}}}}).id()
	w.ids["users"] = w.person("somebody", access.Respondent, identity.Place{SupplierID: &w.supplier}).String()
	for name := range map[string]bool{"membership": true, "certificate": true} {
		w.part(name, false)
	}
	for w.must(200, "board_secretary host", "GET", "/reports/"+w.ids["reports"], nil).body["state"] != "made" {
		time.Sleep(20 * time.Millisecond)
	}
	w.must(200, "board_secretary host", "POST", "/reports/"+w.ids["reports"]+"/publish", map[string]any{})
	w.ids["invitations"] = w.must(201, "official", "POST", "/invitations", map[string]any{"email": "invited@example.org", "name": "Invited", "language": "en",
		"roles": []any{"supplier_lead"}, "supplier_id": w.ids["suppliers"]}).id()
	w.ids["jobs"] = "1"
}
