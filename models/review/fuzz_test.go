package review_test

import (
	"testing"

	"sicrwydd/models/review"
)

// Whatever is brought to be verified is a receipt that can be checked, or none.
func FuzzReadReceipt(f *testing.F) {
	f.Add([]byte(`{"content":"{}","digest":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","signature":"x","public_key":"y"}`))
	f.Add([]byte("%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile /Length 3 >>\nstream\n{}\nendstream\nendobj"))
	f.Fuzz(func(t *testing.T, content []byte) {
		receipt, err := review.ReadReceipt(content)
		if err == nil && receipt.Verify(map[string]string{}) == nil {
			t.Error("a receipt holds by no key at all")
		}
	})
}
