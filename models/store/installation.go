package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Installation is what a database knows of the installation it belongs to.
type Installation struct {
	KeyFingerprint string
	PublicURL      string
	HeldBecause    string // why no mail goes out; empty: it does
	LastBackupAt   *time.Time
}

// ErrOtherKey says that the data was made with another secret key.
var ErrOtherKey = errors.New("SICRWYDD_SECRET_KEY is not the key that this data was made with: evidence and mails cannot be read with another; set the key that was in use (on SQLite: the file secret.key of the data folder)")

// Installation gives what the database knows of its installation.
func (db *DB) Installation(ctx context.Context) (Installation, error) {
	var i Installation
	err := db.read.QueryRowContext(ctx, "SELECT key_fingerprint, public_url, held_because, last_backup_at FROM installation").
		Scan(&i.KeyFingerprint, &i.PublicURL, &i.HeldBecause, &i.LastBackupAt)
	return i, err
}

// Install records the key of a new installation, and refuses another key on one
// that is there.
func (db *DB) Install(ctx context.Context, fingerprint string) error {
	i, err := db.Installation(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = db.write.ExecContext(ctx, db.rebind("INSERT INTO installation (id, key_fingerprint, public_url, held_because) VALUES (1, ?, '', '') ON CONFLICT DO NOTHING"), fingerprint)
		if err == nil {
			i, err = db.Installation(ctx) // of two that start at once, one was first
		}
	}
	if err != nil {
		return err
	}
	if i.KeyFingerprint != fingerprint {
		return ErrOtherKey
	}
	return nil
}

// ServeAt records the public address, as an operator set it. Another one than
// before holds mail: a copy of the data must not write to people.
func (db *DB) ServeAt(ctx context.Context, publicURL string) (held bool, err error) {
	i, err := db.Installation(ctx)
	if err != nil || i.PublicURL == publicURL {
		return false, err
	}
	because := i.HeldBecause
	if i.PublicURL != "" {
		because = "the public address changed from " + i.PublicURL
	}
	_, err = db.write.ExecContext(ctx, db.rebind("UPDATE installation SET public_url = ?, held_because = ?"), publicURL, because)
	return i.PublicURL != "", err
}

// HoldMail keeps all mail in the outbox and says why; an empty reason lets it go.
func (db *DB) HoldMail(ctx context.Context, because string) error {
	_, err := db.write.ExecContext(ctx, db.rebind("UPDATE installation SET held_because = ?"), because)
	return err
}

// HoldMail is that of the database, within a change.
func (tx *Tx) HoldMail(because string) error {
	_, err := tx.exec(tx.Context, tx.db.rebind("UPDATE installation SET held_because = ?"), because)
	return err
}

// BackedUp records that a backup was made.
func (db *DB) BackedUp(ctx context.Context) error {
	_, err := db.write.ExecContext(ctx, db.rebind("UPDATE installation SET last_backup_at = ?"), db.Now())
	return err
}
