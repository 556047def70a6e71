package main

import (
	"strings"
	"testing"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestWhoIsHitIsAnsweredAtOnce(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { whoIsHit(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { whoIsHit(t, start(t, storetest.PostgresURL(t), 1)) })
}

// whoIsHit: the systems of a supplier, who uses them, the contracts and whom to
// call; each reader as far as they see, a supplier not at all.
func whoIsHit(t *testing.T, h *house) {
	host, using, far := h.organisation("7A4"), h.organisation("7A1"), h.organisation("7A3")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.person("national", access.Approver, identity.Place{})
	h.person("hosting", access.Official, identity.Place{OrganisationID: &host})
	h.person("using", access.Official, identity.Place{OrganisationID: &using})
	h.person("far", access.Official, identity.Place{OrganisationID: &far})
	supplier, system, _ := h.supplierWithReview("Toriad", host, "lead")
	other, foreign, _ := h.supplierWithReview("Arall", far, "other")
	h.must(200, "official", "PATCH", "/systems/"+system, map[string]any{"used_by": []any{using}, "people_count": 4700, "data_categories": []any{"radiation_dose"}}, "If-Match", "*")
	h.must(201, "official", "POST", "/organisations/"+using.String()+"/appointments", map[string]any{"role": "siro", "person_name": "Siro Person", "phone": "029"})
	h.must(201, "official", "POST", "/organisations/"+using.String()+"/appointments", map[string]any{"role": "siro", "person_name": "Former Person", "until_on": "2020-01-01"})

	contract := map[string]any{"supplier_id": supplier, "title": "Dosimetry", "system_ids": []any{system}, "breach_notice_hours": 24, "ends_on": "2099-03-31"}
	h.must(403, "lead", "POST", "/contracts", contract)
	h.must(422, "hosting", "POST", "/contracts", map[string]any{"supplier_id": other, "title": "x"}) // not seen, so absent
	h.must(422, "hosting", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": "x", "system_ids": []any{foreign}})
	h.must(422, "official", "POST", "/contracts", map[string]any{"supplier_id": supplier, "title": " ", "ends_on": "2020-01-01", "starts_on": "2021-01-01", "breach_notice_hours": -1})
	made := h.must(201, "hosting", "POST", "/contracts", contract)
	h.must(428, "official", "PATCH", "/contracts/"+made.id(), map[string]any{"breach_notice_hours": 12})
	h.must(412, "official", "PATCH", "/contracts/"+made.id(), map[string]any{"breach_notice_hours": 12}, "If-Match", `"9"`)
	changed := h.must(200, "official", "PATCH", "/contracts/"+made.id(), map[string]any{"breach_notice_hours": 12}, "If-Match", `"1"`).body
	if changed["breach_notice_hours"] != 12.0 || changed["title"] != "Dosimetry" || len(changed["system_ids"].([]any)) != 1 {
		t.Errorf("a change of one field gave %v", changed)
	}
	h.must(404, "far", "GET", "/contracts/"+made.id(), nil)
	h.must(403, "using", "PATCH", "/contracts/"+made.id(), map[string]any{"title": "x"}, "If-Match", "*")

	at := "/suppliers/" + supplier + "/who-is-hit"
	for _, who := range []string{"official", "using"} {
		hit := h.must(200, who, "GET", at, nil)
		body := string(hit.raw)
		for _, want := range []string{`"people":4700`, "Siro Person", `"breach_notice_hours":12`, "radiation_dose", "Betsi Cadwaladr"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s reads no %s in %s", who, want, body)
			}
		}
		if strings.Contains(body, "Former Person") {
			t.Errorf("%s is told to call somebody who left", who)
		}
	}
	h.must(404, "far", "GET", at, nil)
	h.must(403, "lead", "GET", at, nil)
	h.must(404, "other", "GET", at, nil)
}
