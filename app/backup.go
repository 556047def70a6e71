package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sicrwydd/models/store"
	"sicrwydd/models/vault"
)

// manifest says what a backup holds. It is written last: a backup without one
// was not finished.
type manifest struct {
	Format         int               `json:"format"`
	MadeAt         time.Time         `json:"made_at"`
	Program        string            `json:"program"`
	Database       string            `json:"database"` // sqlite or postgresql
	KeyFingerprint string            `json:"key_fingerprint"`
	Files          map[string]string `json:"files"` // path to SHA-256
}

const (
	manifestName   = "manifest.json"
	evidenceFolder = "evidence"
	backupFormat   = 1
)

func (p *program) databaseKind() string {
	if p.db.Postgres() {
		return "postgresql"
	}
	return "sqlite"
}

type backupCommand struct {
	To string `required:"" help:"A folder that is empty or not there yet."`
}

func (c backupCommand) Run(ctx context.Context) error {
	p, err := open(ctx, false)
	if err != nil {
		return err
	}
	defer p.close()
	m, err := p.backup(ctx, c.To)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d files. Keep the secret key apart from it: without that key no evidence can be read.\n", c.To, len(m.Files))
	return nil
}

// backup copies rows first and then the evidence that they refer to, so that
// every file a row names is there.
func (p *program) backup(ctx context.Context, folder string) (*manifest, error) {
	if held, err := os.ReadDir(folder); err == nil && len(held) > 0 {
		return nil, fmt.Errorf("%s is not empty", folder)
	}
	if err := os.MkdirAll(filepath.Join(folder, evidenceFolder), 0o700); err != nil {
		return nil, err
	}
	m := &manifest{Format: backupFormat, MadeAt: p.db.Now(), Program: version, Database: p.databaseKind(), KeyFingerprint: p.keys.Fingerprint()}
	evidence, err := p.db.Backup(ctx, folder)
	if err != nil {
		return nil, err
	}
	for _, key := range evidence {
		sealed, err := p.vault.Sealed(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("evidence %s: %w", key, err)
		}
		if err := os.WriteFile(filepath.Join(folder, evidenceFolder, key), sealed, 0o600); err != nil {
			return nil, err
		}
	}
	if m.Files, err = hashes(folder); err != nil {
		return nil, err
	}
	body, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	draft := filepath.Join(folder, manifestName+".part")
	if err := os.WriteFile(draft, body, 0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(draft, filepath.Join(folder, manifestName)); err != nil {
		return nil, err
	}
	return m, p.db.BackedUp(ctx)
}

// hashes gives the SHA-256 of every file under a folder.
func hashes(folder string) (map[string]string, error) {
	sums := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == manifestName {
			return err
		}
		body, err := os.ReadFile(path) //nolint:gosec // of the operator's folder
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		sum := sha256.Sum256(body)
		sums[filepath.ToSlash(relative)] = hex.EncodeToString(sum[:])
		return err
	})
	return sums, err
}

type restoreCommand struct {
	From string `required:"" help:"The folder of a backup."`
}

func (c restoreCommand) Run(ctx context.Context) error {
	config, err := LoadConfig(os.Getenv)
	if err != nil {
		return err
	}
	state, err := restore(ctx, config, c.From)
	if err != nil {
		return err
	}
	fmt.Printf("Restored; the audit log holds: %d events sealed, %d wait. Mail is held: sicrwydd mail release lets it go.\n", state.Links, state.Pending)
	return nil
}

// readManifest checks that a backup is whole and made with the key.
func readManifest(folder string, config *Config) (*manifest, error) {
	body, err := os.ReadFile(filepath.Join(folder, manifestName)) //nolint:gosec // the operator names the folder
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is no finished backup: it has no %s", folder, manifestName)
	}
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", manifestName, err)
	}
	kind := "sqlite"
	if config.DatabaseURL != "" {
		kind = "postgresql"
	}
	switch {
	case m.Format != backupFormat:
		return nil, fmt.Errorf("the backup has format %d, and this program reads %d: use the program that made it (%s)", m.Format, backupFormat, m.Program)
	case m.Database != kind:
		return nil, fmt.Errorf("the backup is of %s, and DATABASE_URL names %s", m.Database, kind)
	case m.KeyFingerprint != config.Keyring().Fingerprint():
		return nil, store.ErrOtherKey
	}
	found, err := hashes(folder)
	if err != nil {
		return nil, err
	}
	for path, sum := range m.Files {
		if found[path] != sum {
			return nil, fmt.Errorf("the backup is damaged: %s is missing or is not what was backed up", path)
		}
	}
	return &m, nil
}

// restore puts a backup into an empty place and checks the audit chain there.
func restore(ctx context.Context, config *Config, folder string) (store.ChainState, error) {
	var state store.ChainState
	m, err := readManifest(folder, config)
	if err != nil {
		return state, err
	}
	if config.DatabaseURL == "" {
		if err := store.RestoreSQLite(folder, config.SQLitePath()); err != nil {
			return state, err
		}
	}
	db, err := store.Open(ctx, config.Store())
	if err != nil {
		return state, err
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx); err != nil {
		return state, err
	}
	kept, err := vault.Open(ctx, config.EvidenceURL, config.EvidenceFolder(), config.Keyring())
	if err != nil {
		return state, err
	}
	defer func() { _ = kept.Close() }()
	if err := restoreInto(ctx, db, kept, m, folder); err != nil {
		return state, err
	}
	return db.VerifyChain(ctx)
}

func restoreInto(ctx context.Context, db *store.DB, kept *vault.Vault, m *manifest, folder string) error {
	if empty, err := kept.Empty(ctx); err != nil || !empty {
		return errors.Join(errors.New("the evidence store is not empty: restore into an empty one"), err)
	}
	if db.Postgres() {
		if empty, err := db.Empty(ctx); err != nil || !empty {
			return errors.Join(errors.New("the database is not empty: restore into an empty one"), err)
		}
		if err := db.RestoreTables(ctx, folder); err != nil {
			return err
		}
	}
	for path := range m.Files {
		key, found := filepath.Base(path), filepath.Dir(path) == evidenceFolder
		if !found {
			continue
		}
		sealed, err := os.ReadFile(filepath.Join(folder, path)) //nolint:gosec // named by the manifest, hashed above
		if err != nil {
			return err
		}
		if err := kept.Restore(ctx, key, sealed); err != nil {
			return err
		}
	}
	return db.HoldMail(ctx, "restored from a backup of "+m.MadeAt.Format(time.RFC3339))
}

type mailCommand struct {
	Status  mailStatusCommand  `cmd:"" help:"Say whether mail goes out."`
	Hold    mailHoldCommand    `cmd:"" help:"Keep all mail until it is released."`
	Release mailReleaseCommand `cmd:"" help:"Let held mail go, within a minute."`
}

type mailStatusCommand struct{}

func (mailStatusCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error {
		i, err := p.db.Installation(ctx)
		switch {
		case err != nil:
			return err
		case i.HeldBecause != "":
			fmt.Println("held: " + i.HeldBecause)
		default:
			fmt.Println(p.config.Mail)
		}
		return nil
	})
}

type mailHoldCommand struct {
	Because string `default:"an operator stopped it" help:"Why, for those who ask later."`
}

func (c mailHoldCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error { return p.outbox.Hold(ctx, operator, c.Because) })
}

type mailReleaseCommand struct{}

func (mailReleaseCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error { return p.outbox.Hold(ctx, operator, "") })
}

func withProgram(ctx context.Context, do func(*program) error) error {
	p, err := open(ctx, false)
	if err != nil {
		return err
	}
	defer p.close()
	return do(p)
}
