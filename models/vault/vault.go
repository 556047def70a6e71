// Package vault keeps evidence files: encrypted, under random names, in a
// folder or a bucket. What a file is called and whom it belongs to is kept in
// the database, not here.
package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3:// addresses
	"gocloud.dev/gcerrors"

	"sicrwydd/models/keyring"
)

// Vault is one store of evidence files.
type Vault struct {
	bucket *blob.Bucket
	keys   *keyring.Ring
}

// Open opens the vault at an address (s3://bucket?...), or in a folder that it
// makes when the address is empty.
func Open(ctx context.Context, address, folder string, keys *keyring.Ring) (*Vault, error) {
	if address != "" {
		bucket, err := blob.OpenBucket(ctx, address)
		if err != nil {
			return nil, fmt.Errorf("open the evidence store: %w", err)
		}
		return &Vault{bucket, keys}, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	bucket, err := fileblob.OpenBucket(folder, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, fmt.Errorf("open the evidence folder: %w", err)
	}
	return &Vault{bucket, keys}, nil
}

// Put keeps a file and gives the key to get it by.
func (v *Vault) Put(ctx context.Context, content []byte) (string, error) {
	key := uuid.NewString()
	if err := v.bucket.WriteAll(ctx, key, v.keys.Seal(keyring.Evidence, content, key), nil); err != nil {
		return "", fmt.Errorf("keep evidence: %w", err)
	}
	return key, nil
}

// ErrMissing says that the file is not in the vault.
var ErrMissing = errors.New("the evidence file is missing from its store")

// Get gives a file.
func (v *Vault) Get(ctx context.Context, key string) ([]byte, error) {
	sealed, err := v.Sealed(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("get evidence: %w", err)
	}
	return v.keys.Open(keyring.Evidence, sealed, key)
}

// Drop removes a file whose record was not kept after all.
func (v *Vault) Drop(ctx context.Context, key string) error { return v.bucket.Delete(ctx, key) }

// Sealed gives a file as it is kept, for a backup.
func (v *Vault) Sealed(ctx context.Context, key string) ([]byte, error) {
	sealed, err := v.bucket.ReadAll(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrMissing
	}
	return sealed, err
}

// Restore keeps a file as a backup gave it.
func (v *Vault) Restore(ctx context.Context, key string, sealed []byte) error {
	if _, err := v.keys.Open(keyring.Evidence, sealed, key); err != nil {
		return err
	}
	return v.bucket.WriteAll(ctx, key, sealed, nil)
}

// Empty reports whether the vault holds no file.
func (v *Vault) Empty(ctx context.Context) (bool, error) {
	_, err := v.bucket.List(nil).Next(ctx)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// Close closes the vault.
func (v *Vault) Close() error { return v.bucket.Close() }
