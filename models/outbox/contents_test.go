package outbox_test

import (
	"bytes"
	"testing"

	"github.com/google/uuid"

	"sicrwydd/models/access"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
	"sicrwydd/models/store/storetest"
)

// queue queues a mail with a link and gives it.
func queue(t *testing.T, db *store.DB, s *outbox.Service, link string) *outbox.Mail {
	t.Helper()
	mail, err := store.Change(t.Context(), db, access.Program("test"), func(tx *store.Tx) (*outbox.Mail, error) {
		about := uuid.New()
		if err := s.Queue(tx, outbox.To{Email: "ann@example.org", Language: "en", AboutID: about}, "invitation", map[string]string{"link": link}); err != nil {
			return nil, err
		}
		var m outbox.Mail
		return &m, store.Query[outbox.Mail](tx).Where("about_id = ?", about).Take(&m).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return mail
}

func TestAMailThatWasNotSentKeepsWhatItSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		for _, state := range []outbox.State{outbox.Failed, outbox.Kept} {
			m := queue(t, db, s, "https://example.org/"+string(state))
			if err := s.Settle(t.Context(), m.ID, state, "no such mailbox"); err != nil {
				t.Fatal(err)
			}
			settled, data, err := s.Open(t.Context(), m.ID)
			if err != nil || !bytes.Contains(data, []byte("https://example.org/"+string(state))) {
				t.Errorf("%s: %s, %v", state, data, err)
			}
			if settled.State != state || settled.Failure != "no such mailbox" || settled.SentAt != nil {
				t.Errorf("%s: %+v", state, settled)
			}
		}
	})
}

func TestAMailDoesNotOpenAsAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		one, other := queue(t, db, s, "one"), queue(t, db, s, "other")
		_, err := store.Change(t.Context(), db, access.Program("test"), func(tx *store.Tx) (bool, error) {
			return true, store.Query[outbox.Mail](tx).Where("id = ?", other.ID).Update("data", one.Data).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, data, err := s.Open(t.Context(), other.ID); err == nil {
			t.Errorf("the contents of one mail open in another: %s", data)
		}
	})
}
