package outbox_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

func service(t *testing.T, db *store.DB) *outbox.Service {
	t.Helper()
	keys, err := keyring.New(keyring.Generate())
	if err != nil {
		t.Fatal(err)
	}
	return outbox.New(db, keys)
}

func TestAMailIsQueuedWithItsChangeOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, admin := service(t, db), access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Administrator}}
		to := outbox.To{Email: "ann@example.org", Name: "Ann", Language: lang.Welsh, AboutID: uuid.New()}
		queue := func(fail error) error {
			_, err := store.Change(t.Context(), db, access.Program("test"), func(tx *store.Tx) (bool, error) {
				return true, errors.Join(s.Queue(tx, to, "invitation", map[string]string{"link": "https://example.org/invitations/secret"}), fail)
			})
			return err
		}
		if err := queue(errors.New("refused")); err == nil {
			t.Fatal("the change went through")
		}
		latest := func() []*outbox.Mail {
			mails, err := s.Latest(t.Context(), admin, 10)
			if err != nil {
				t.Fatal(err)
			}
			return mails
		}
		if n := len(latest()); n != 0 {
			t.Fatalf("%d mails of a change that failed", n)
		}
		if err := queue(nil); err != nil {
			t.Fatal(err)
		}
		m := latest()[0]
		if bytes.Contains(m.Data, []byte("secret")) || m.State != outbox.Queued {
			t.Errorf("at rest: %+v", m)
		}
		if _, data, err := s.Open(t.Context(), m.ID); err != nil || !bytes.Contains(data, []byte("secret")) {
			t.Errorf("opened: %s, %v", data, err)
		}
		if _, _, err := service(t, db).Open(t.Context(), m.ID); err == nil {
			t.Error("another key opens it")
		}
		if err := s.Settle(t.Context(), m.ID, outbox.Sent, ""); err != nil {
			t.Fatal(err)
		}
		if m := latest()[0]; len(m.Data) != 0 || m.SentAt == nil || m.State != outbox.Sent {
			t.Errorf("once sent: %+v", m)
		}
		official := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}}
		if mails, err := s.Latest(t.Context(), official, 10); err != nil || len(mails) != 0 {
			t.Errorf("an official reads %d mails, %v", len(mails), err)
		}
	})
}

func TestOnlyWhoKeepsTheSettingsStopsMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Install(t.Context(), "key"); err != nil {
			t.Fatal(err)
		}
		s := service(t, db)
		official := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Official}}
		if err := s.Hold(t.Context(), official, "mine"); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an official stops mail: %v", err)
		}
		admin := access.Actor{UserID: uuid.New(), Roles: []access.Role{access.Administrator}}
		for _, because := range []string{"a wrong address", ""} {
			if err := s.Hold(t.Context(), admin, because); err != nil {
				t.Fatal(err)
			}
			if got, err := s.HeldBecause(t.Context()); err != nil || got != because {
				t.Errorf("held because %q, %v; want %q", got, err, because)
			}
		}
	})
}
