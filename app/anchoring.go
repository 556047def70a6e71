package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"sicrwydd/models/access"
	"sicrwydd/models/audit"
	"sicrwydd/models/keyring"
	"sicrwydd/models/lang"
	"sicrwydd/models/outbox"
	"sicrwydd/models/store"
	"sicrwydd/templates"
)

// anchorChain is the job that writes the head of the audit chain where it is
// kept apart: to the log, a file and, where one is named, an address.
type anchorChain struct{}

// Kind names the job.
func (anchorChain) Kind() string { return "audit.anchor" }

// anchorer anchors the chain each day.
type anchorer struct {
	river.WorkerDefaults[anchorChain]
	program *program
}

// Work anchors the chain as it is now.
func (a *anchorer) Work(ctx context.Context, _ *river.Job[anchorChain]) error {
	_, err := a.program.anchor(ctx)
	return err
}

// anchor signs the head of the chain and writes it down. A chain without a
// seal has nothing to be anchored.
func (p *program) anchor(ctx context.Context) (audit.Anchor, error) {
	head, err := p.db.Head(ctx)
	if err != nil || head.Position == 0 {
		return audit.Anchor{}, err
	}
	a := audit.Anchor{Position: head.Position, Hash: head.Hash, At: p.db.Now()}
	a.KeyID, _ = p.keys.PublicKey()
	a.Signature = p.keys.Sign(a.Message())
	line, err := json.Marshal(a)
	if err != nil {
		return a, err
	}
	slog.Info("the audit log is anchored", "position", a.Position, "hash", a.Hash, "signature", a.Signature)
	return a, errors.Join(appendLine(p.config.AnchorFile(), line), p.mailAnchor(ctx, line))
}

// mailAnchor sends the anchor to the address that keeps it.
func (p *program) mailAnchor(ctx context.Context, line []byte) error {
	if p.config.AnchorMail == "" {
		return nil
	}
	_, err := store.Change(ctx, p.db, access.Program("anchor"), func(tx *store.Tx) (bool, error) {
		to := outbox.To{Email: p.config.AnchorMail, Language: lang.English, AboutID: uuid.Must(uuid.NewV7())}
		return true, p.outbox.Queue(tx, to, "anchor", templates.AnchorMail{Link: p.config.PublicURL + "/audit", Line: string(line)})
	})
	return err
}

// appendLine adds a line to a file that is only ever added to.
func appendLine(path string, line []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the data folder
	if err != nil {
		return fmt.Errorf("the anchor of the audit log cannot be kept: %w", err)
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Sync(), file.Close())
}

// readAnchors reads a file of anchors, one a line, each signed by one of the
// keys where there are any.
func readAnchors(path string, keys map[string]string) ([]audit.Anchor, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var anchors []audit.Anchor
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		a, err := audit.ReadAnchor(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		if keys != nil && !keyring.Verify(keys[a.KeyID], a.Message(), a.Signature) {
			return nil, fmt.Errorf("%s, line %d: its signature is by no key of this installation, or the line was changed", path, n)
		}
		anchors = append(anchors, a)
	}
	return anchors, lines.Err()
}

// readKeys reads the public keys as /verify/keys gives them, by their ids.
func readKeys(path string) (map[string]string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	var published struct {
		Keys []struct {
			KeyID     string `json:"key_id"`
			PublicKey string `json:"public_key"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(content, &published); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	keys := map[string]string{}
	for _, key := range published.Keys {
		keys[key.KeyID] = key.PublicKey
	}
	return keys, nil
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Walk the audit chain; exit 1 with the first broken event when it does not hold."`
	Anchor auditAnchorCommand `cmd:"" help:"Write the head of the chain down now, signed, as the product does each day."`
	Export auditExportCommand `cmd:"" help:"Write the whole chain to a file that can be verified on another machine."`
}

type auditVerifyCommand struct {
	Anchor string `help:"File of anchors that were kept elsewhere: the chain must hold to each." type:"existingfile"`
	Export string `help:"Verify this export instead of the database; nothing else is needed." type:"existingfile"`
	Keys   string `help:"File with the public keys, as /verify/keys gives them, for the anchors of an export." type:"existingfile"`
}

func (c auditVerifyCommand) Run(ctx context.Context) error {
	if c.Export != "" {
		return c.verifyExport()
	}
	return withProgram(ctx, func(p *program) error {
		var anchors []audit.Anchor
		if c.Anchor != "" {
			keys, err := p.publishedKeys(ctx)
			if err != nil {
				return err
			}
			if anchors, err = readAnchors(c.Anchor, keys); err != nil {
				return err
			}
		}
		state, err := p.db.VerifyChain(ctx, anchors...)
		if err != nil {
			return err
		}
		fmt.Printf("the audit chain holds: %d events sealed, %d waiting for the seal, %d anchors held to, head %s\n", state.Links, state.Pending, len(anchors), state.HeadAt)
		return nil
	})
}

// publishedKeys gives this installation's public keys, old ones too.
func (p *program) publishedKeys(ctx context.Context) (map[string]string, error) {
	id, public := p.keys.PublicKey()
	keys := map[string]string{id: public}
	published, err := p.services.Reviews.PublicKeys(ctx, operator)
	for _, key := range published {
		keys[key.KeyID] = key.PublicKey
	}
	return keys, err
}

func (c auditVerifyCommand) verifyExport() error {
	var keys map[string]string
	var anchors []audit.Anchor
	var err error
	if c.Keys != "" {
		if keys, err = readKeys(c.Keys); err != nil {
			return err
		}
	}
	if c.Anchor != "" {
		if anchors, err = readAnchors(c.Anchor, keys); err != nil {
			return err
		}
	}
	file, err := os.Open(c.Export)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	h, last, err := audit.VerifyExport(file, anchors...)
	if err != nil {
		return err
	}
	kind := "whole"
	if !h.Whole {
		kind = "part of the chain, which cannot show that nothing is missing between"
	}
	fmt.Printf("the export holds: %d events (%s), %d anchors held to, head %s\n", h.Links, kind, len(anchors), last.Hash)
	return nil
}

type auditAnchorCommand struct{}

func (auditAnchorCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error {
		a, err := p.anchor(ctx)
		if err != nil {
			return err
		}
		if a.Position == 0 {
			return errors.New("nothing is sealed yet, so there is nothing to anchor")
		}
		line, err := json.Marshal(a)
		fmt.Println(string(line))
		return err
	})
}

type auditExportCommand struct {
	File string `arg:"" help:"Where to write it; - for standard output."`
}

func (c auditExportCommand) Run(ctx context.Context) error {
	return withProgram(ctx, func(p *program) error {
		var out io.Writer = os.Stdout
		if c.File != "-" {
			file, err := os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			defer func() { _ = file.Close() }()
			out = file
		}
		return p.db.ExportChain(ctx, out)
	})
}
