package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/store/storetest"
)

func TestASupplierKeepsItsCertificatesAndSubcontractors(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { holding(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { holding(t, start(t, storetest.PostgresURL(t), 1)) })
}

func holding(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	supplier, _, _ := h.supplierWithReview("Daliwr", host, "lead")
	elsewhere, _, _ := h.supplierWithReview("Arall", host, "other")
	at := "/suppliers/" + supplier
	certificate := h.must(201, "lead", "POST", at+"/certificates", map[string]any{"kind": "iso_27001", "expires_on": "2099-01-31"}).id()
	h.must(404, "other", "PATCH", at+"/certificates/"+certificate, map[string]any{"number": "1"}, "If-Match", "*")
	h.must(422, "lead", "PATCH", at+"/certificates/"+certificate, map[string]any{"expires_on": "soon"}, "If-Match", "*")
	changed := h.must(200, "lead", "PATCH", at+"/certificates/"+certificate, map[string]any{"expires_on": "2099-06-30"}, "If-Match", `"1"`).body
	if changed["expires_on"] != "2099-06-30" || changed["kind"] != "iso_27001" {
		t.Errorf("changed to %v", changed)
	}
	h.must(412, "lead", "PATCH", at+"/certificates/"+certificate, map[string]any{"number": "1"}, "If-Match", `"1"`)
	sub := h.must(201, "lead", "POST", at+"/subcontractors", map[string]any{"name": "Is-gwmni", "country": "ie"}).id()
	h.must(422, "lead", "PATCH", at+"/subcontractors/"+sub, map[string]any{"country": "Eire"}, "If-Match", "*")
	h.must(200, "lead", "PATCH", at+"/subcontractors/"+sub, map[string]any{"processes_personal_data": true}, "If-Match", "*")
	h.must(404, "other", "DELETE", at+"/subcontractors/"+sub, nil)
	h.must(403, "siro", "DELETE", at+"/subcontractors/"+sub, nil)

	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get(at + "/subcontractors")
	desk.must(200, "Is-gwmni", "Ireland", "Yes")
	desk.get(at + "/certificates/" + certificate)
	desk.must(200, `value="2099"`)
	form := url.Values{"_csrf": {desk.token}, "version": {"2"}, "kind": {"other"}}
	desk.post(at+"/certificates/"+certificate, form)
	desk.must(http.StatusUnprocessableEntity)
	form.Set("name", "Bathodyn")
	desk.post(at+"/certificates/"+certificate, form)
	desk.must(http.StatusSeeOther)
	desk.post(at+"/certificates/"+certificate+"/end", url.Values{"_csrf": {desk.token}})
	desk.must(http.StatusSeeOther)
	desk.get(at + "/subcontractors/" + sub)
	desk.must(200, `value="Is-gwmni"`, `value="IE"`)
	form = url.Values{"_csrf": {desk.token}, "version": {"1"}, "name": {"Is-gwmni newydd"}, "country": {"FR"}}
	desk.post(at+"/subcontractors/"+sub, form) // the lead has changed it since
	desk.must(http.StatusPreconditionFailed, "Ireland", `value="Is-gwmni newydd"`, `value="FR"`, `name="version" value="2"`)
	form.Set("version", "2")
	form.Set("name", " ")
	desk.post(at+"/subcontractors/"+sub, form)
	desk.must(http.StatusUnprocessableEntity)
	form.Set("name", "Is-gwmni newydd")
	desk.post(at+"/subcontractors/"+sub, form)
	desk.must(http.StatusSeeOther)
	desk.get(at + "/subcontractors")
	desk.must(200, "Is-gwmni newydd", "France")
	for name, status := range map[string]int{supplier: 200, elsewhere: 404} {
		place := uuid.MustParse(name)
		h.member("lead-"+name, identity.NewUser{Roles: []access.Role{access.SupplierLead}, Place: identity.Place{SupplierID: &place}, Password: passphrase})
		r := h.reader(t)
		r.signIn("lead-" + name + "@example.org")
		r.get(at + "/subcontractors/" + sub)
		r.must(status)
	}
	desk.post(at+"/subcontractors/"+sub+"/end", url.Values{"_csrf": {desk.token}})
	desk.must(http.StatusSeeOther)
	if n := len(h.must(200, "lead", "GET", at+"/certificates", nil).body["items"].([]any)) + len(h.must(200, "lead", "GET", at+"/subcontractors", nil).body["items"].([]any)); n != 0 {
		t.Errorf("%d are left", n)
	}
	desk.get(at + "/history")
	desk.must(200, "Certificate ended", "Bathodyn", "Sub-contractor ended", "Processes personal data")
}

func TestGroupsAndAppointmentsAreKeptOnPages(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { keeping(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { keeping(t, start(t, storetest.PostgresURL(t), 1)) })
}

func keeping(t *testing.T, h *house) {
	host, far := h.organisation("7A4"), h.organisation("7A3")
	h.person("official", access.Official, identity.Place{})
	h.person("far", access.Official, identity.Place{OrganisationID: &far})
	h.member("desk", identity.NewUser{Roles: []access.Role{access.Official}, Password: passphrase})
	desk := h.reader(t)
	desk.signIn("desk@example.org")
	desk.get("/groups/new")
	form := url.Values{"_csrf": {desk.token}, "name.en": {"Cyber group"}, "members": {"Chair\nSecretary\n"}, "meeting_dates": {"soon"}}
	desk.post("/groups", form)
	desk.must(http.StatusUnprocessableEntity, "Secretary", "Enter a real date")
	form.Set("meeting_dates", "27 3 2099\n1/2/2099")
	desk.post("/groups", form)
	desk.must(http.StatusSeeOther)
	group := desk.at
	desk.get(group)
	desk.must(200, "Chair", "1 February 2099", "27 March 2099")
	desk.get(group + "/edit")
	desk.must(200, "1 2 2099")
	form.Set("version", "1")
	form.Set("members", "")
	desk.post(group, form)
	desk.must(http.StatusSeeOther)
	desk.post(group, form)
	desk.must(http.StatusPreconditionFailed)

	at := "/organisations/" + host.String()
	desk.post(at+"/appointments", url.Values{"_csrf": {desk.token}, "role": {"siro"}})
	desk.must(http.StatusUnprocessableEntity)
	desk.post(at+"/appointments", url.Values{"_csrf": {desk.token}, "role": {"siro"}, "person_name": {"Siro Person"}})
	desk.must(http.StatusSeeOther)
	desk.get(at)
	desk.must(200, "Siro Person", "End today")
	_, end, _ := strings.Cut(desk.page, at+"/appointments/")
	id, _, _ := strings.Cut(end, "/")
	h.must(403, "far", "DELETE", at+"/appointments/"+id, nil)
	desk.post(at+"/appointments/"+id+"/end", url.Values{"_csrf": {desk.token}})
	desk.must(http.StatusSeeOther)
	desk.get(at)
	if desk.must(200, "Siro Person"); strings.Contains(desk.page, "End today") {
		t.Error("an appointment that has ended may be ended again")
	}
	h.must(409, "official", "DELETE", at+"/appointments/"+id, nil)
}
