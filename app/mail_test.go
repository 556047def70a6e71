package main

import (
	"database/sql"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sicrwydd/models/access"
	"sicrwydd/models/identity"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/review"
	"sicrwydd/models/store/storetest"
	"sicrwydd/tests/parts"
)

func TestMailsArriveInTheLanguageOfTheirReader(t *testing.T) {
	server := parts.Mails(t, `@example\.org$`)
	database := storetest.PostgresURL(t)
	h := start(t, database, 2, "SICRWYDD_SMTP_URL", server.SMTP)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	supplier := h.must(201, "official", "POST", "/suppliers", map[string]any{"name": "Cwmni Post (fictitious)"}).id()
	system := h.must(201, "official", "POST", "/systems", map[string]any{"name": map[string]any{"en": "Post"},
		"host_organisation_id": host, "suppliers": []any{map[string]any{"supplier_id": supplier, "part": "hosts"}}}).id()
	review := h.must(201, "official", "POST", "/reviews", map[string]any{"supplier_id": supplier, "system_ids": []any{system},
		"questionnaire_code": "short", "due_on": "2099-01-31"}).id()
	server.Busy(true)
	h.must(200, "official", "POST", "/reviews/"+review+"/issue", map[string]any{"respondents": []any{
		map[string]any{"name": "Mair Prys", "email": "mair@example.org", "language": "cy", "lead": true, "lead_confirmed": true},
		map[string]any{"name": "Tom Hale", "email": "tom@example.org", "language": "en", "sections": []any{"governance"}},
		map[string]any{"name": "No One", "email": "no-one@elsewhere.example", "sections": []any{"governance"}}}})
	h.mailUntil(t, "mair@example.org", func(m *outbox.Mail) bool { return m.State == outbox.Queued && retried(t, database) })
	server.Busy(false)

	for email, want := range map[string][]string{
		"mair@example.org": {"cy", "Mae GIG Cymru yn holi am eich diogelwch", "31 Ionawr 2099", "Derbyn y gwahoddiad"},
		"tom@example.org":  {"en", "", "31 January 2099", "/invitation"},
	} {
		mails := server.To(email, 1)
		if len(mails) != 1 {
			t.Fatalf("%s was sent %d mails, want 1", email, len(mails))
		}
		m := mails[0]
		if got := server.Headers(m.ID)["Content-Language"]; len(got) != 1 || got[0] != want[0] {
			t.Errorf("%s: language %v, want %s", email, got, want[0])
		}
		if want[1] != "" && m.Subject != want[1] {
			t.Errorf("%s: subject %q", email, m.Subject)
		}
		for _, part := range []string{m.Text, m.HTML} {
			for _, phrase := range want[2:] {
				if !strings.Contains(part, phrase) {
					t.Errorf("%s: %q is not in\n%s", email, phrase, part)
				}
			}
		}
		if !strings.Contains(m.HTML, `lang="`+want[0]+`"`) {
			t.Errorf("%s: the HTML says no language", email)
		}
		sent := h.mailUntil(t, email, func(m *outbox.Mail) bool { return m.State == outbox.Sent })
		if len(sent.Data) != 0 || sent.SentAt == nil {
			t.Error("what a sent mail held is still kept")
		}
	}
	failed := h.mailUntil(t, "no-one@elsewhere.example", func(m *outbox.Mail) bool { return m.State == outbox.Failed })
	if failed.Failure == "" {
		t.Error("a refused mail does not say why")
	}
	for range 50 {
		if h.respondent(review, "no-one@elsewhere.example")["bounced_at"] != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("the review does not tell that the invitation was refused")
}

func (h *house) respondent(review, email string) map[string]any {
	h.t.Helper()
	for _, p := range h.must(200, "official", "GET", "/reviews/"+review, nil).body["respondents"].([]any) {
		if person := p.(map[string]any); person["email"] == email {
			return person
		}
	}
	h.t.Fatalf("%s is not asked", email)
	return nil
}

func TestAnUnopenedInvitationIsSentAgainOnce(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { reminders(t, start(t, "", 1)) })
	t.Run("PostgreSQL", func(t *testing.T) { reminders(t, start(t, storetest.PostgresURL(t), 1)) })
}

func reminders(t *testing.T, h *house) {
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, _, id := h.supplierWithReview("Silent", host, "lead")
	remind := func(days int) int {
		later := h.first.db.WithClock(func() time.Time { return time.Now().AddDate(0, 0, days) })
		n, err := review.New(later, h.first.keys, h.first.vault, h.first.outbox, "https://sicrwydd.example").RemindAll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	reference := h.must(200, "official", "GET", "/reviews/"+id, nil).body["reference"].(string)
	link := func() string {
		link, err := h.first.services.Reviews.InviteLink(t.Context(), operator, reference, "helper-lead@example.org")
		if err != nil {
			t.Fatal(err)
		}
		return link[strings.LastIndex(link, "/")+1:]
	}
	first := link()
	if a, b, c := remind(4), remind(6), remind(9); a != 0 || b != 1 || c != 0 {
		t.Errorf("reminded %d after four days, %d after six, %d after nine; want 0, 1, 0", a, b, c)
	}
	if _, _, err := h.first.services.Identity.Look(t.Context(), first); err == nil {
		t.Error("the earlier link still works")
	}
	if _, _, err := h.first.services.Identity.Look(t.Context(), link()); err != nil {
		t.Errorf("the new link: %v", err)
	}
	if h.respondent(id, "lead@example.org")["last_seen_at"] != nil {
		t.Error("the lead was seen before opening anything")
	}
	h.must(200, "lead", "GET", "/reviews/"+id, nil)
	if h.respondent(id, "lead@example.org")["last_seen_at"] == nil {
		t.Error("nobody can tell that the lead opened the review")
	}
}

// mailUntil waits until the one mail to a person is as it should be.
func (h *house) mailUntil(t *testing.T, email string, holds func(*outbox.Mail) bool) *outbox.Mail {
	t.Helper()
	var m *outbox.Mail
	for range 100 {
		mails, err := h.first.outbox.Latest(t.Context(), operator, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, each := range mails {
			if each.Recipient == email {
				m = each
			}
		}
		if m != nil && holds(m) {
			return m
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the mail to %s is %+v", email, m)
	return nil
}

// retried reports whether a job of the database failed once and is to be tried again.
func retried(t *testing.T, databaseURL string) bool {
	t.Helper()
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM river_job WHERE errors IS NOT NULL AND finalized_at IS NULL").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// A copy that was restored reminds nobody until its mail is released: the links
// of the original stay as they are.
func TestNothingIsRemindedWhileMailIsHeld(t *testing.T) {
	h := start(t, "", 1)
	host := h.organisation("7A4")
	h.person("official", access.Official, identity.Place{})
	h.person("siro", access.Approver, identity.Place{OrganisationID: &host})
	_, _, id := h.supplierWithReview("Held", host, "lead")
	later := h.first.db.WithClock(func() time.Time { return time.Now().AddDate(0, 0, 6) })
	work := &reminder{reviews: review.New(later, h.first.keys, h.first.vault, h.first.outbox, "https://sicrwydd.example"), db: h.first.db, mail: mailSend}
	reminded := func(because string) bool {
		t.Helper()
		if err := h.first.db.HoldMail(t.Context(), because); err != nil {
			t.Fatal(err)
		}
		if err := work.Work(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		mails, err := h.first.outbox.Latest(t.Context(), operator, 50)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(mails, func(m *outbox.Mail) bool { return m.Kind == "reminder" && m.AboutID.String() == id })
	}
	if reminded("restored from a backup") {
		t.Error("a reminder was written while mail is held")
	}
	if work.mail = mailHold; reminded("") {
		t.Error("a reminder was written while the setting holds mail")
	}
	if work.mail = mailSend; !reminded("") {
		t.Error("no reminder was written once mail goes out")
	}
}

// Mail goes to another machine encrypted or not at all, unless the operator
// says that it may.
func TestMailDoesNotGoInTheClear(t *testing.T) {
	for given, clear := range map[string]bool{
		"smtp://mail.example.org:25": false, "smtp://192.0.2.9": false, "smtp://localhost.example.org": false,
		"smtp://127.0.0.1:1025": true, "smtp://[::1]:1025": true, "smtp://localhost:25": true,
		"smtp://mail.example.org?starttls=optional": true, "smtp://127.0.0.1?starttls=required": false,
	} {
		address, err := url.Parse(given)
		if err != nil || mayBeClear(address) != clear {
			t.Errorf("%s may be clear: %t, %v", given, !clear, err)
		}
	}
	server := parts.Mails(t, `@example\.org$`) // offers no STARTTLS
	for _, said := range []string{"optional", "required"} {
		address, err := url.Parse(server.SMTP + "&starttls=" + said)
		if err != nil {
			t.Fatal(err)
		}
		d := &deliverer{smtp: address}
		err = d.send(t.Context(), &outbox.Mail{Recipient: "ann@example.org", RecipientName: "Ann", Language: lang.English}, "subject", "text", "<p>text</p>")
		if (err == nil) != (said == "optional") {
			t.Errorf("with STARTTLS %s: %v", said, err)
		}
	}
	if n := len(server.To("ann@example.org", 1)); n != 1 {
		t.Errorf("%d mails arrived, want the one that might go in the clear", n)
	}
}
