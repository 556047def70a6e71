package review

import "testing"

func TestX(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.assessed(nil, "cardiff")
		h.must("sign", h.sign("siro", r.ID))
		if h.row(r.ID).State != SignedOff {
			t.Error(h.row(r.ID).State)
		}
	})
}
