package review

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"sicrwydd/models/fault"
	"sicrwydd/models/keyring"
)

// ReceiptFile is a receipt as both sides keep it: whoever has it can check it
// without this product, by SHA-256 and Ed25519 over Content.
type ReceiptFile struct {
	Number    int    `json:"number"`
	Content   string `json:"content"`
	Digest    string `json:"digest"`
	Signature string `json:"signature"`
	Algorithm string `json:"algorithm"`
	KeyID     string `json:"key_id"`
	PublicKey string `json:"public_key"`
	Attested  bool   `json:"attested"`
}

// File gives a receipt with the key that it was signed with.
func (r *Receipt) File(key *SigningKey) ReceiptFile {
	return ReceiptFile{r.Number, r.Content, r.Digest, r.Signature, "Ed25519", r.KeyID, key.PublicKey, r.Attested}
}

// maxReceipt is how large a receipt's record may be.
const maxReceipt = 4 << 20

// ReadReceipt reads a receipt's file, or the record inside its PDF. Of a PDF it
// looks at nothing else.
func ReadReceipt(body []byte) (*ReceiptFile, error) {
	var f ReceiptFile
	if bytes.HasPrefix(body, []byte("%PDF-")) {
		body = embedded(body)
	}
	if json.Unmarshal(body, &f) != nil || f.Content == "" || f.Signature == "" {
		return nil, fault.Invalid("invalid").On("file", "receipt.unreadable")
	}
	return &f, nil
}

// Verify checks that the receipt is what was signed. Known gives the public
// keys of the installation by their ids; nil trusts the key in the file, which
// the reader then compares.
func (f *ReceiptFile) Verify(known map[string]string) error {
	sum := sha256.Sum256([]byte(f.Content))
	switch {
	case hex.EncodeToString(sum[:]) != f.Digest:
		return fault.Invalid("invalid").On("file", "receipt.changed")
	case known != nil && known[f.KeyID] != f.PublicKey:
		return fault.Invalid("invalid").On("file", "receipt.key-unknown")
	case !keyring.Verify(f.PublicKey, []byte(f.Content), f.Signature):
		return fault.Invalid("invalid").On("file", "receipt.changed")
	}
	return nil
}

// embedded finds the first file inside a PDF that this product made; nil where
// there is none.
func embedded(pdf []byte) []byte {
	_, after, found := bytes.Cut(pdf, []byte("/EmbeddedFile "))
	if !found {
		return nil
	}
	_, stream, found := bytes.Cut(after[:min(len(after), maxReceipt)], []byte("stream\n"))
	if !found {
		return nil
	}
	unpacked, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(unpacked, maxReceipt))
	if err != nil {
		return nil
	}
	return body
}
