package review

import (
	"testing"

	"sicrwydd/models/access"
)

// One person who is official and approver at once does not end an assessed
// review alone.
func TestWhoAsksToCancelDoesNotAgreeToIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.person("both", "cardiff", []access.Role{access.Official, access.Approver})
		r := h.assessed(nil, "cardiff")
		_, err := h.Cancel(t.Context(), h.people["both"], r.ID, "A mistake.")
		h.must("ask", err)
		_, err = h.AgreeToCancel(t.Context(), h.people["both"], r.ID)
		h.refused("who asked agrees", err, "review.cancel-own")
		if row := h.row(r.ID); row.State != Assessed || len(row.CancelAgreedBy) > 0 {
			t.Errorf("it is %s, agreed by %v", row.State, row.CancelAgreedBy)
		}
		_, err = h.AgreeToCancel(t.Context(), h.people["siro"], r.ID)
		h.must("another approver of the host agrees", err)
		if row := h.row(r.ID); row.State != Cancelled {
			t.Errorf("an approver of each host agreed, and it is %s", row.State)
		}
	})
}
