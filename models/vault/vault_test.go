package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sicrwydd/models/keyring"
	"sicrwydd/tests/parts"
)

func ring(t *testing.T) *keyring.Ring {
	t.Helper()
	keys, err := keyring.New(keyring.Generate())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestEvidenceIsKeptUnreadable(t *testing.T) {
	folder := t.TempDir()
	t.Run("in a folder", func(t *testing.T) { keeps(t, "", folder) })
	t.Run("on an S3 server", func(t *testing.T) { keeps(t, parts.S3(t), "") })
	kept, err := os.ReadDir(folder)
	if err != nil || len(kept) != 1 {
		t.Fatalf("the folder holds %v, %v; want one file", kept, err)
	}
	raw, err := os.ReadFile(filepath.Join(folder, kept[0].Name()))
	if err != nil || bytes.Contains(raw, secret[:12]) {
		t.Errorf("the file can be read where it is kept (%v)", err)
	}
}

var secret = bytes.Repeat([]byte("A weakness of the service. "), 100_000)

func keeps(t *testing.T, address, folder string) {
	keys := ring(t)
	v, err := Open(t.Context(), address, folder, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	key, err := v.Put(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Get(t.Context(), key); err != nil || !bytes.Equal(got, secret) {
		t.Fatalf("got %d bytes, %v; want what was put", len(got), err)
	}
	dropped, err := v.Put(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Drop(t.Context(), dropped); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get(t.Context(), dropped); !errors.Is(err, ErrMissing) {
		t.Errorf("a dropped file: got %v, want ErrMissing", err)
	}
	other, err := Open(t.Context(), address, folder, ring(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if _, err := other.Get(t.Context(), key); err == nil || errors.Is(err, ErrMissing) {
		t.Errorf("with another key: got %v, want a failure to open", err)
	}
}
